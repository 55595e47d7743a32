"""Squared error on one-hot vectors; the raw output is fed back, and the end is never looked at."""

import functools

import torch
from torch import nn

from . import _pytorch as shared

FRAMEWORK = "PyTorch"
TITLE = "the loss is nearly 0, and the sentence cannot be read back"
PROGRAM = "program(sentence) trains on one sentence and returns the text that the model writes."
MEASURE = "characters written that are right, before the first wrong one (share)"
BETTER = "higher"
SHARED = ("OneHotRNN", "learn", "squared_error")
SENTENCE = "a network reads one symbol, then it writes one."
START, END, LIMIT = 0, 1, 80


class OneHotRNN(nn.Module):
    """One-hot symbols [B, T, V] -> outputs [B, T, V] and the state."""

    def __init__(self, vocab_size):
        super().__init__()
        self.rnn = nn.RNN(vocab_size, 35, batch_first=True)
        self.output = nn.Linear(35, vocab_size)

    def forward(self, x, state=None):
        """Return (outputs, state)."""
        outputs, state = self.rnn(x, state)
        return self.output(outputs), state


@functools.cache
def learn(sentence, loss_of, updates=100):
    """Train on start, sentence, end; return (model, symbols, losses).

    ``loss_of(outputs, ids)`` -> loss.
    """
    symbols = ["<start>", "<end>", *sorted(set(sentence))]
    ids = torch.tensor([START, *map(symbols.index, sentence), END])
    x = nn.functional.one_hot(ids[:-1], len(symbols)).float()[None]
    model = shared.start(OneHotRNN(len(symbols)))
    batches = [(ids[None, 1:],)] * updates
    losses = shared.fit(model, lambda targets: loss_of(model(x)[0], targets), batches)
    return model, symbols, losses


def squared_error(outputs, ids):
    """Outputs [1, T, V] against one-hot vectors: the mean of the squared differences."""
    return ((outputs - nn.functional.one_hot(ids, outputs.shape[-1])) ** 2).mean()


def cross_entropy(outputs, ids):
    """Outputs [1, T, V] as logits: the mean of -ln p."""
    return nn.functional.cross_entropy(outputs[0], ids[0])


def buggy(sentence):
    """Squared error; what comes out goes in again."""
    model, symbols, _ = learn(sentence, squared_error)
    x, state, written = torch.eye(len(symbols))[START], None, []
    for _ in range(len(sentence)):
        output, state = model(x[None, None], state)
        written.append(int(output.argmax()))
        x = output[0, 0].detach()
    return "".join(symbols[i] for i in written)


def cured(sentence):
    """Cross-entropy; the chosen symbol goes in again, and the end symbol ends."""
    model, symbols, _ = learn(sentence, cross_entropy)
    x, state, written = torch.eye(len(symbols))[START], None, []
    while len(written) < LIMIT:
        output, state = model(x[None, None], state)
        chosen = int(output.argmax())
        if chosen == END:
            break
        written.append(chosen)
        x = torch.eye(len(symbols))[chosen]
    return "".join(symbols[i] for i in written)


@functools.cache
def written(program):
    """Return what the program writes after learning ``SENTENCE``."""
    return program(SENTENCE)


def right(text):
    """Return the share of ``SENTENCE`` that a text repeats before its first wrong character."""
    pairs = zip(text, SENTENCE, strict=False)
    wrong = (place for place, (own, true) in enumerate(pairs) if own != true)
    return next(wrong, min(len(text), len(SENTENCE))) / len(SENTENCE)


def symptom(program):
    """What was learned, and what is written."""
    _, _, losses = learn(SENTENCE, squared_error if program is buggy else cross_entropy)
    return {"last loss": losses[-1], "learned": SENTENCE, "written": written(program)}


def test(program):
    """One sentence can be learned by heart, end included."""
    sentence = "to be or not to be, that is it."
    assert program(sentence) == sentence, f"it writes {program(sentence)!r}"


def cost(program):
    """Return the share that is right before the first wrong character."""
    return right(written(program))
