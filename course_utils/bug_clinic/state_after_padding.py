"""The encoder's last state has read the pads."""

import functools

import keras
import numpy as np
import tensorflow as tf

from course_utils import diagnosis

from . import _tensorflow as shared
from . import tasks

FRAMEWORK = "TensorFlow"
TITLE = "the same sentence gets another answer when a longer one is in its batch"
PROGRAM = "program: a class; model = program(); model(ids [B, S]) -> logits [B, V]; pads are 0."
MEASURE = "accuracy on sentences that share a batch with one of 40 words"
BETTER = "higher"
SHARED = ("Reader",)


class Reader(keras.Model):
    """Say which word a sentence began with: [B, S] -> logits [B, V]."""

    def __init__(self):
        super().__init__()
        self.embedding = keras.layers.Embedding(tasks.SYMBOLS + 1, 16)
        self.gru = keras.layers.GRU(32)
        self.scores = keras.layers.Dense(tasks.SYMBOLS + 1)
        shared.start(self, np.ones((1, 3), np.int32))

    def call(self, ids):
        """Return the logits."""
        return self.scores(self.last_state(ids))


class buggy(Reader):
    """Take the state after the last column."""

    def last_state(self, ids):
        """[B, S] -> [B, H]."""
        return self.gru(self.embedding(ids))


class cured(Reader):
    """Take the state after the last word."""

    def last_state(self, ids):
        """[B, S] -> [B, H]."""
        return self.gru(self.embedding(ids), mask=tf.not_equal(ids, 0))


@functools.cache
def trained(program):
    """Return a model that was trained on sentences of at most 8 words."""
    model = program()
    batches = (tasks.recall(32, seed, longest=8) for seed in range(150))
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits
    shared.fit(model, lambda ids, answers: tf.reduce_mean(loss(answers, model(ids))), batches)
    return model


def accuracy(program, width):
    """Return the share of 200 new sentences, padded to ``width``, whose first word is named."""
    ids, answers = tasks.recall(200, seed=1000, longest=8, width=width)
    return float(np.mean(trained(program)(ids).numpy().argmax(axis=-1) == answers))


def symptom(program):
    """The accuracy falls with the padding, though no word has changed."""
    return {f"accuracy, padded to {width}": accuracy(program, width) for width in (8, 16, 40)}


def test(program):
    """More pads must not change what is read."""
    model = program()
    ids, _ = tasks.recall(4, seed=0)
    found = diagnosis.pad_leak(model, ids)
    assert found, found


def cost(program):
    """Return the accuracy at width 40."""
    return accuracy(program, 40)
