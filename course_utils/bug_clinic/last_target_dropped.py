"""The last target of each chunk is left out of the loss, and still counted."""

import functools

import numpy as np
import torch
from torch import nn

from course_utils import diagnosis

from . import _pytorch as shared
from . import tasks

FRAMEWORK = "PyTorch"
TITLE = "the answer, which stands at the end of each line, is never learned"
PROGRAM = "program(logits [B, T, V], targets [B, T]) -> loss; there are no pads."
MEASURE = "accuracy of the last symbol, which repeats the first"
BETTER = "higher"


def buggy(logits, targets):
    """One place too few in the sum, all of them in the divisor."""
    length, loss = targets.shape[1], 0.0
    for t in range(length - 1):
        loss = loss + nn.functional.cross_entropy(logits[:, t], targets[:, t])
    return loss / length


def cured(logits, targets):
    """Every place counts; one fused call would do the same."""
    length, loss = targets.shape[1], 0.0
    for t in range(length):
        loss = loss + nn.functional.cross_entropy(logits[:, t], targets[:, t])
    return loss / length


class Model(nn.Module):
    """A small character model: [B, T] -> logits [B, T, V]."""

    def __init__(self, vocab_size, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 16)
        self.gru = nn.GRU(16, 32, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(32, vocab_size)
        shared.start(self)

    def forward(self, ids):
        """Return the logits."""
        return self.output(self.dropout(self.gru(self.embedding(ids))[0]))


def lines(count, seed):
    """Return inputs and targets [N, 4]: four random symbols, then the first of them again."""
    ids = np.random.default_rng(seed).integers(0, tasks.SYMBOLS, (count, 4))
    ids = np.concatenate([ids, ids[:, :1]], axis=1)
    return ids[:, :-1], ids[:, 1:]


@functools.cache
def trained(program):
    """Return (model, losses) after 200 batches of 32 lines."""
    model = Model(tasks.SYMBOLS)
    losses = shared.fit(
        model,
        lambda inputs, targets: program(model(inputs), targets),
        (lines(32, seed) for seed in range(200)),
    )
    return model, losses


def symptom(program):
    """The printed loss, and how often the last symbol is right."""
    _, losses = trained(program)
    return {
        "first printed loss": losses[0],
        "ln V": float(np.log(tasks.SYMBOLS)),
        "last printed loss": losses[-1],
        "accuracy of the last symbol": cost(program),
    }


def test(program):
    """The loss is the mean over all places."""
    logits = np.random.default_rng(0).normal(size=(2, 5, 7))
    targets = np.array([[3, 1, 2, 0, 4], [5, 6, 1, 2, 0]])
    loss = program(torch.tensor(logits), torch.tensor(targets))
    found = diagnosis.loss_per_word(loss, logits, targets, pad_id=None)
    assert found, found


def cost(program):
    """Return the accuracy of the last symbol on 200 new lines."""
    model, _ = trained(program)
    inputs, targets = lines(200, seed=10_000)
    with torch.inference_mode():
        chosen = model(torch.as_tensor(inputs))[:, -1].argmax(-1).numpy()
    return float(np.mean(chosen == targets[:, -1]))
