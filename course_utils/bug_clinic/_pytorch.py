"""What the PyTorch cases share: the start, the loop, the model that translates reversals."""

import functools

import numpy as np
import torch
from torch import nn

from course_utils import in_pytorch
from course_utils.translation_metrics import alignment_scores

from . import tasks


def start(model, seed=0):
    """Set all weights to ``tasks.starting_values``; return the model."""
    weights = list(model.parameters())
    values = tasks.starting_values([weight.shape for weight in weights], seed)
    with torch.no_grad():
        for weight, value in zip(weights, values, strict=True):
            weight.copy_(torch.from_numpy(value))
    return model


def fit(model, loss_of, batches, learning_rate=0.01):
    """Train with Adam, one update a batch; return the losses. ``loss_of(*batch)`` -> loss."""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for batch in batches:
        loss = loss_of(*(torch.as_tensor(array).long() for array in batch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    return losses


class Attending(nn.Module):
    """Stands in the place of the course's attention layer, and calls the program under test."""

    def __init__(self, attend):
        super().__init__()
        self.attend = attend

    def forward(self, queries, memory, mask):
        """Return (context [B, T, H], weights [B, T, S])."""
        return self.attend(queries, memory, mask)


@functools.cache
def reversing_model(attend, updates=200):
    """Return a Seq2Seq trained to write sentences backwards, with ``attend`` as its attention."""
    sizes = [len(vocabulary) for vocabulary in tasks.reversal_vocabularies()]
    model = in_pytorch.seq2seq.Seq2Seq(*sizes, 16, 32, attention="dot", seed=1)
    model.decoder.attention = Attending(attend)
    update = in_pytorch.translation.TranslationUpdate(model)
    for number, batch in enumerate(tasks.reversal_batches(updates, 32, seed=2)):
        update(batch, 0.02 * min(1.0, 2 * (1 - number / updates)))
    model.eval()
    return model


def read_reversals(model, pairs, more_pads=0):
    """Return (batch, logits, weights) of pairs, NumPy arrays; ``more_pads`` behind the sources."""
    batch = tasks.encode_batch(pairs, *tasks.reversal_vocabularies())
    source = np.pad(batch.source, ((0, 0), (0, more_pads)))
    with torch.inference_mode():
        logits, weights = model(source, batch.source_lengths, batch.target_inputs)
    return batch, logits.numpy(), weights.numpy()


def alignment_error(pairs, weights):
    """Return the alignment error rate: each target word is linked to its largest weight.

    A link to ``<eos>`` or to a pad is a wrong one. Source: Och & Ney 2003, section 5.
    """
    links = []
    for pair, row in zip(pairs, weights, strict=True):
        largest = row[: len(pair.target)].argmax(axis=-1).tolist()
        links.append(frozenset((place, t) for t, place in enumerate(largest)))
    gold = [pair.sure for pair in pairs]
    return alignment_scores(links, gold, gold).error_rate
