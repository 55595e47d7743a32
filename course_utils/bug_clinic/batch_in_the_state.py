"""The state belongs to the model, has the size of one batch, and is never reset."""

import functools

import keras
import numpy as np
import tensorflow as tf

from course_utils import diagnosis

from . import _tensorflow as shared
from . import tasks

FRAMEWORK = "TensorFlow"
TITLE = "the same batch gets another answer the second time"
PROGRAM = "program: a class; model = program(); model(ids [4, S]) -> logits [4, V]."
MEASURE = "accuracy on new sentences, four a batch"
BETTER = "higher"
SHARED = ("Reader",)


class Reader(keras.Model):
    """Say which word a sentence began with: [B, S] -> logits [B, V]."""

    def __init__(self):
        super().__init__()
        self.embedding = keras.layers.Embedding(tasks.SYMBOLS + 1, 16)
        self.gru = keras.layers.GRU(32)
        self.scores = keras.layers.Dense(tasks.SYMBOLS + 1)
        self.state = tf.Variable(tf.zeros([4, 32]), trainable=False)  # four rows: the batch size
        shared.start(self, np.ones((4, 3), np.int32))
        self.state.assign(tf.zeros([4, 32]))


class buggy(Reader):
    """Begin where the last batch ended."""

    def call(self, ids):
        """Return the logits."""
        last = self.gru(self.embedding(ids), initial_state=self.state)
        self.state.assign(last)
        return self.scores(last)


class cured(Reader):
    """Begin with zeros, as many rows as there are sentences."""

    def call(self, ids):
        """Return the logits."""
        zeros = tf.zeros([tf.shape(ids)[0], 32])
        last = self.gru(self.embedding(ids), initial_state=zeros)
        return self.scores(last)


@functools.cache
def trained(program):
    """Return a model trained on 250 batches of four sentences of 5 words."""
    model = program()
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits
    shared.fit(
        model,
        lambda ids, answers: tf.reduce_mean(loss(answers, model(ids))),
        (sentences(4, seed) for seed in range(250)),
    )
    return model


def sentences(count, seed):
    """Return rows of 5 symbols [N, 5] and the first of each [N]."""
    ids = np.random.default_rng(seed).integers(1, tasks.SYMBOLS + 1, (count, 5)).astype(np.int32)
    return ids, ids[:, 0]


def accuracy(program):
    """Return the share of 100 new sentences whose first word is named."""
    model, right = trained(program), []
    for seed in range(1000, 1025):
        ids, answers = sentences(4, seed)
        right.append(model(ids).numpy().argmax(axis=-1) == answers)
    return float(np.mean(right))


def symptom(program):
    """One batch, read twice."""
    model, (ids, _) = trained(program), sentences(4, seed=77)
    first, second = (tf.nn.softmax(model(ids)).numpy() for _ in range(2))
    return {
        "largest change of a probability, read again": float(np.abs(first - second).max()),
        "accuracy on new sentences": accuracy(program),
    }


def test(program):
    """Reading a batch twice gives the same; reading it row by row, too."""
    model, (ids, _) = program(), sentences(4, seed=0)
    found = diagnosis.evaluation_repeats(lambda: model(ids))
    assert found, found
    found = diagnosis.batch_invariance(model, ids)
    assert found, found


def cost(program):
    """Return the accuracy on new sentences."""
    return accuracy(program)
