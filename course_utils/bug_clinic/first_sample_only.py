"""Only the first sample of each batch is trained on."""

import functools

import numpy as np
import torch
from torch import nn

from course_utils import diagnosis

from . import _pytorch as shared
from . import last_target_dropped, tasks

FRAMEWORK = "PyTorch"
TITLE = "larger batches do not help, and the loss jumps up and down"
PROGRAM = "program(model, sources [B, T], targets [B, T]) -> loss; model(ids) -> logits [B, T, V]."
MEASURE = "loss on new text after 150 updates, 32 pieces a batch (nats per character)"
BETTER = "lower"


def buggy(model, sources, targets):
    """An index that was good enough while the batch had one row."""
    logits = model(sources[:1])
    return nn.functional.cross_entropy(logits[0], targets[0])


def cured(model, sources, targets):
    """All rows."""
    logits = model(sources)
    return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


@functools.cache
def trained(program):
    """Return (model, losses) after 150 batches of 32 pieces of text."""
    ids, symbols = tasks.english_characters(200_000)
    model = last_target_dropped.Model(len(symbols))
    losses = shared.fit(
        model,
        lambda sources, targets: program(model, sources, targets),
        tasks.chunks(ids, 150, 32, 32, seed=0),
    )
    return model, losses


def symptom(program):
    """How much the loss jumps from update to update at the end of the training."""
    _, losses = trained(program)
    return {
        "mean of the last 50 losses": float(np.mean(losses[-50:])),
        "their standard deviation": float(np.std(losses[-50:])),
        "loss on new text": cost(program),
    }


def test(program):
    """Each row of the batch has a word of its own; each of these words must get a gradient."""
    embedding = nn.Embedding(3, 4)
    rows = torch.tensor([[0, 0], [1, 1], [2, 2]])
    program(embedding, rows, rows).backward()
    found = diagnosis.gradient_reaches(
        {f"row {row}": embedding.weight.grad[row] for row in range(3)}
    )
    assert found, found


def cost(program):
    """Return the loss on new text."""
    model, _ = trained(program)
    ids, _ = tasks.english_characters(20_000, "validation")
    ((inputs, targets),) = tasks.chunks(ids, 1, 200, 32, seed=1)
    with torch.inference_mode():
        logits = model(torch.as_tensor(inputs))
    return float(
        nn.functional.cross_entropy(logits.flatten(0, 1), torch.as_tensor(targets).flatten().long())
    )
