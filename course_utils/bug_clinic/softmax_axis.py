"""The softmax runs over the wrong axis: the batch."""

import numpy as np
import torch

from course_utils import diagnosis

from . import _pytorch as shared
from . import tasks
from .softmax_over_pads import cured

FRAMEWORK = "PyTorch"
TITLE = "the translation of a sentence depends on the sentences beside it"
__all__ = ["buggy", "cured"]
PROGRAM = (
    "program(queries [B, T, H], memory [B, S, H], mask [B, S]) -> context [B, T, H], weights "
    "[B, T, S]; mask is True at words."
)
MEASURE = "alignment error rate"
BETTER = "lower"


def buggy(queries, memory, mask):
    """What torch's softmax(scores) without dim does with three axes: it takes the first."""
    scores = queries @ memory.transpose(1, 2)  # [B, T, S]
    scores = scores.masked_fill(~mask.unsqueeze(1), -torch.inf)
    weights = torch.softmax(scores, dim=0)
    return weights @ memory, weights


def read(program, rows):
    """Return (alignment error rate, sum of a row, accuracy), read ``rows`` sentences at a time."""
    pairs = tasks.reversals(96, seed=9)
    model, parts = shared.reversing_model(program), []
    for begin in range(0, len(pairs), rows):
        some = pairs[begin : begin + rows]
        batch, logits, weights = shared.read_reversals(model, some)
        words = batch.targets != 0
        right = (logits.argmax(-1) == batch.targets)[words].mean()
        parts.append((shared.alignment_error(some, weights), weights.sum(-1)[words].mean(), right))
    return tuple(np.mean(parts, axis=0).tolist())


def symptom(program):
    """Sums that are not 1, and other words when the batch is another one."""
    seen = {}
    for rows in (32, 1):
        _, total, accuracy = read(program, rows)
        seen[f"mean sum of a row of weights, batch of {rows}"] = total
        seen[f"words right, batch of {rows}"] = accuracy
    return seen


def test(program):
    """A row must give the same alone as in the batch."""
    rng = np.random.default_rng(0)
    queries, memory = rng.normal(size=(3, 2, 5)), rng.normal(size=(3, 4, 5))
    found = diagnosis.batch_invariance(
        lambda *arrays: program(*map(torch.tensor, arrays)), queries, memory, np.ones((3, 4), bool)
    )
    assert found, found


def cost(program):
    """Return the alignment error rate, 32 sentences a batch."""
    return read(program, 32)[0]
