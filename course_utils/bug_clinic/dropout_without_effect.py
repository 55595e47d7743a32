"""Dropout between the layers of a network that has one layer."""

import functools

import numpy as np
import torch
from torch import nn

from course_utils import diagnosis

from . import _pytorch as shared
from . import tasks

FRAMEWORK = "PyTorch"
TITLE = "training and validation loss drift apart, and more dropout changes nothing"
PROGRAM = (
    "program: a class; model = program(vocab_size, dropout); model(ids [B, T]) -> logits "
    "[B, T, V]; model.train() and model.eval() switch dropout on and off."
)
MEASURE = "validation loss after 250 updates on 1,500 characters (nats per character)"
BETTER = "lower"


class buggy(nn.Module):
    """PyTorch's dropout= acts between layers; after the last one there is none."""

    def __init__(self, vocab_size, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 16)
        self.gru = nn.GRU(16, 64, batch_first=True, dropout=dropout)
        self.output = nn.Linear(64, vocab_size)
        shared.start(self)

    def forward(self, ids):
        """Return the logits."""
        return self.output(self.gru(self.embedding(ids))[0])


class cured(nn.Module):
    """A layer of dropout of its own, where it is wanted."""

    def __init__(self, vocab_size, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 16)
        self.gru = nn.GRU(16, 64, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(64, vocab_size)
        shared.start(self)

    def forward(self, ids):
        """Return the logits."""
        return self.output(self.dropout(self.gru(self.embedding(ids))[0]))


def loss_of(model, inputs, targets):
    """Return the mean cross-entropy."""
    return nn.functional.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())


@functools.cache
def trained(program, dropout=0.6):
    """Return (training loss, validation loss), dropout off, after 250 updates on little text."""
    ids, symbols = tasks.english_characters(1500)
    new, _ = tasks.english_characters(20_000, "validation")
    model = program(len(symbols), dropout)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        shared.fit(
            model, lambda *batch: loss_of(model, *batch), tasks.chunks(ids, 250, 16, 24, seed=0)
        )
    model.eval()
    found = []
    for text in (ids, new):
        ((inputs, targets),) = tasks.chunks(text, 1, 128, 24, seed=1)
        with torch.inference_mode():
            batch = torch.as_tensor(inputs), torch.as_tensor(targets).long()
            found.append(float(loss_of(model, *batch)))
    return tuple(found)


def symptom(program):
    """Training and validation loss, without and with dropout."""
    seen = {}
    for dropout in (0.0, 0.6):
        training, validation = trained(program, dropout)
        seen[f"training loss, dropout {dropout}"] = training
        seen[f"validation loss, dropout {dropout}"] = validation
    return seen


def test(program):
    """In training two readings differ; in evaluation they do not."""
    model, ids = program(5, 0.5), torch.tensor(np.arange(20).reshape(4, 5) % 5)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model.train()
        assert not diagnosis.evaluation_repeats(lambda: model(ids)), "dropout does nothing"
        model.eval()
        found = diagnosis.evaluation_repeats(lambda: model(ids))
    assert found, found


def cost(program):
    """Return the validation loss with a dropout of 0.6."""
    return trained(program)[1]
