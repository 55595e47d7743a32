"""The states of a tanh RNN are used as logits."""

import functools

import numpy as np
import torch
from torch import nn

from course_utils import diagnosis

from . import _pytorch as shared

FRAMEWORK = "PyTorch"
TITLE = "the loss falls, and stops above 0.43, whatever the rate and the time"
PROGRAM = (
    "program: a class; model = program(); model(ids [B, T]) -> logits [B, T, 5]; ids from 0 to 4."
)
MEASURE = "loss on the one sentence, after 400 updates (nats per symbol)"
BETTER = "lower"
SENTENCE = np.array([[0, 1, 0, 2, 3, 3]])  # h i h e l l
TARGETS = np.array([[1, 0, 2, 3, 3, 4]])  # i h e l l o


class buggy(nn.Module):
    """As many hidden units as classes, so that no output layer seems to be needed."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(5, 5, batch_first=True)
        shared.start(self)

    def forward(self, ids):
        """Return the logits."""
        states, _ = self.rnn(nn.functional.one_hot(ids, 5).float())
        return states


class cured(nn.Module):
    """A linear map from the states to the logits."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(5, 5, batch_first=True)
        self.output = nn.Linear(5, 5)
        shared.start(self)

    def forward(self, ids):
        """Return the logits."""
        states, _ = self.rnn(nn.functional.one_hot(ids, 5).float())
        return self.output(states)


@functools.cache
def losses(program, count=400, learning_rate=0.02):
    """Return the loss of each of ``count`` updates."""
    model = program()
    return shared.fit(
        model,
        lambda ids, targets: nn.functional.cross_entropy(model(ids)[0], targets[0]),
        [(SENTENCE, TARGETS)] * count,
        learning_rate,
    )


def symptom(program):
    """The loss on the way."""
    found = losses(program)
    return {f"loss after {count} updates": found[count - 1] for count in (100, 200, 400)}


def test(program):
    """One sentence can be learned by heart."""
    model = program()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)

    def update():
        logits = model(torch.tensor(SENTENCE))
        loss = nn.functional.cross_entropy(logits[0], torch.tensor(TARGETS)[0])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    found = diagnosis.overfits_one_batch(update, below=0.1, updates=500)
    assert found, found


def cost(program):
    """Return the loss after 400 updates."""
    return losses(program)[-1]
