"""The decoder is called symbol by symbol, and its state is not given to it."""

import functools

import keras
import numpy as np
import tensorflow as tf

from course_utils import diagnosis

from . import _tensorflow as shared
from . import tasks

FRAMEWORK = "TensorFlow"
TITLE = "the training loss is good, and what the model writes is not"
PROGRAM = (
    "program: a class; model = program(); model(ids [B, T], state) -> (logits [B, T, V], state "
    "[B, H]); state None is the beginning."
)
MEASURE = "loss, read symbol by symbol (nats per character)"
BETTER = "lower"
SHARED = ("Writer",)


class Writer(keras.Model):
    """A character model: [B, T] -> logits [B, T, V] and the state."""

    def __init__(self):
        super().__init__()
        vocab_size = len(tasks.english_characters(1)[1])
        self.embedding = keras.layers.Embedding(vocab_size, 16)
        self.gru = keras.layers.GRU(64, return_sequences=True, return_state=True)
        self.scores = keras.layers.Dense(vocab_size)
        shared.start(self, np.ones((1, 2), np.int32))


class buggy(Writer):
    """The state comes in, and is not used."""

    def call(self, ids, state=None):
        """Return (logits, state)."""
        outputs, state = self.gru(self.embedding(ids))
        return self.scores(outputs), state


class cured(Writer):
    """The state comes in, and the layer begins with it."""

    def call(self, ids, state=None):
        """Return (logits, state)."""
        outputs, state = self.gru(self.embedding(ids), initial_state=state)
        return self.scores(outputs), state


@functools.cache
def training():
    """Return (weights, last training loss). Training reads 32 characters at once, from zeros.

    There both programs do the same, so one training serves both.
    """
    model, (ids, _) = buggy(), tasks.english_characters(200_000)
    loss = shared.in_tensorflow.training.language_model_loss
    losses = shared.fit(
        model,
        lambda inputs, targets: loss(model(inputs)[0], targets),
        tasks.chunks(ids, 200, 32, 32, seed=0),
    )
    return model.get_weights(), float(np.mean(losses[-20:]))


@functools.cache
def trained(program):
    """Return a trained model of a program."""
    model = program()
    model.set_weights(training()[0])
    return model


def read_in_steps(program, length=24):
    """Return the loss of 64 pieces of new text, read one character at a time as in writing."""
    model, (ids, _) = trained(program), tasks.english_characters(20_000, "validation")
    ((inputs, targets),) = tasks.chunks(ids, 1, 64, length, seed=1)
    state, logits = None, []
    for t in range(length):
        scores, state = model(inputs[:, t : t + 1], state)
        logits.append(scores[:, 0].numpy())
    loss = shared.in_tensorflow.training.language_model_loss
    return float(loss(tf.stack(logits, axis=1), tf.constant(targets)))


def write(program, prompt="I ", length=40):
    """Return the prompt and what the model writes after it, the likeliest character each time."""
    model, symbols = trained(program), tasks.english_characters(1)[1]
    ids, state = [symbols.index(symbol) for symbol in prompt], None
    for t in range(len(prompt) + length - 1):
        scores, state = model(np.array([[ids[t]]], np.int32), state)
        if t >= len(prompt) - 1:
            ids.append(int(scores[0, 0].numpy().argmax()))
    return "".join(symbols[i] for i in ids)


def symptom(program):
    """A good training loss beside a bad text."""
    return {
        "training loss (nats per character)": training()[1],
        "loss read symbol by symbol": read_in_steps(program),
        "it writes": write(program),
    }


def test(program):
    """In one go or in steps: the same numbers."""
    model, ids = program(), np.array([[1, 2, 3, 4], [4, 3, 2, 1]], np.int32)
    found = diagnosis.state_is_carried(lambda ids: model(ids)[0], model, ids)
    assert found, found


def cost(program):
    """Return the loss read symbol by symbol."""
    return read_in_steps(program)
