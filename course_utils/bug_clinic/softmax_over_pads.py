"""Attention gives weight to pads."""

import numpy as np
import torch

from course_utils import diagnosis

from . import _pytorch as shared
from . import tasks

FRAMEWORK = "PyTorch"
TITLE = "part of the attention is on nothing, and the more pads, the more of it"
PROGRAM = (
    "program(queries [B, T, H], memory [B, S, H], mask [B, S]) -> context [B, T, H], weights "
    "[B, T, S]; mask is True at words."
)
MEASURE = "words right in sentences that share a batch with one of 40 words"
BETTER = "higher"


def buggy(queries, memory, mask):
    """Softmax over all places."""
    scores = queries @ memory.transpose(1, 2)  # [B, T, S]
    weights = torch.softmax(scores, dim=-1)
    return weights @ memory, weights


def cured(queries, memory, mask):
    """Softmax over the words."""
    scores = queries @ memory.transpose(1, 2)  # [B, T, S]
    scores = scores.masked_fill(~mask.unsqueeze(1), -torch.inf)
    weights = torch.softmax(scores, dim=-1)
    return weights @ memory, weights


def read(program, more_pads):
    """Return (attention on pads, accuracy, alignment error rate) on 100 new reversals."""
    pairs = tasks.reversals(100, seed=9)
    batch, logits, weights = shared.read_reversals(
        shared.reversing_model(program), pairs, more_pads
    )
    pads = np.arange(weights.shape[2]) >= batch.source_lengths[:, None]
    words = batch.targets != 0
    return (
        float((weights * pads[:, None]).sum(axis=-1)[words].mean()),
        float((logits.argmax(-1) == batch.targets)[words].mean()),
        shared.alignment_error(pairs, weights),
    )


def symptom(program):
    """Weight goes to pads; the translation suffers when there are many."""
    seen = {}
    for more in (0, 32):
        on_pads, accuracy, error = read(program, more)
        seen[f"attention on pads, {more} more of them"] = on_pads
        seen[f"words right, {more} more pads"] = accuracy
        seen[f"alignment error rate, {more} more pads"] = error
    return seen


def test(program):
    """More pads must not change the context."""
    rng = np.random.default_rng(0)
    ids = np.array([[1, 2, 3, 0], [1, 2, 3, 4]])
    queries, vectors = (torch.tensor(rng.normal(size=s)).float() for s in ((2, 3, 5), (9, 5)))

    def attend(ids):
        ids = torch.tensor(ids)
        return program(queries, vectors[ids], ids != 0)

    found = diagnosis.pad_leak(attend, ids)
    assert found, found


def cost(program):
    """Return the share of words that are right with 32 more pads."""
    return read(program, 32)[1]
