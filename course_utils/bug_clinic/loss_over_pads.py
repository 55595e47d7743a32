"""The loss is averaged over pads."""

import functools

import keras
import numpy as np
import tensorflow as tf

from course_utils import diagnosis

from . import _tensorflow as shared
from . import tasks

FRAMEWORK = "TensorFlow"
TITLE = "a low loss that gets lower when the batch is padded wider"
PROGRAM = "program(logits [B, T, V], targets [B, T]) -> loss; targets of 0 are pads."
MEASURE = "loss on new sentences after 80 updates of equal rate (nats per word)"
BETTER = "lower"


def buggy(logits, targets):
    """The mask makes zeros, and reduce_mean counts them."""
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)  # [B, T]
    mask = tf.cast(targets != 0, losses.dtype)
    return tf.reduce_mean(losses * mask)


def cured(logits, targets):
    """The sum over the words, divided by the number of words."""
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)  # [B, T]
    mask = tf.cast(targets != 0, losses.dtype)
    return tf.reduce_sum(losses * mask) / tf.reduce_sum(mask)


def sentences(count, split, width=14):
    """Return sentences as ids [N, W]; of the words, the 100 most frequent are told apart."""
    words = tasks.frequent_words(100)
    return tasks.sentence_ids(
        lambda sentence: [words.get(word, 1) for word in sentence], count, split, width
    )


@functools.cache
def trained(program):
    """Return (model, printed losses) after 80 updates of gradient descent, rate 1."""
    model = shared.start(shared.SentenceModel(102), np.ones((1, 2), np.int32))
    losses = shared.fit(
        model,
        lambda inputs, targets: program(model(inputs), targets),
        shared.sentence_batches(sentences(2000, "train", width=20), 80),
        keras.optimizers.SGD(1.0),
    )
    return model, losses


def symptom(program):
    """The printed loss, and the same sentences padded wider."""
    model, printed = trained(program)
    seen = {"first printed loss": printed[0], "last printed loss": printed[-1]}
    for width in (14, 40):
        ids = np.pad(sentences(200, "validation"), ((0, 0), (0, width - 14)))
        loss = float(program(model(ids[:, :-1]), tf.constant(ids[:, 1:])))
        seen[f"loss of 200 new sentences, padded to {width}"] = loss
    return seen | {"ln V": float(np.log(102))}


def test(program):
    """The loss is the mean over the words."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(2, 5, 7)).astype(np.float32)
    targets = np.array([[3, 1, 2, 0, 0], [5, 6, 1, 2, 0]], np.int32)
    found = diagnosis.loss_per_word(program(logits, tf.constant(targets)), logits, targets)
    assert found, found


def cost(program):
    """Return the true loss after the training."""
    return shared.nats(trained(program)[0], sentences(300, "validation"))
