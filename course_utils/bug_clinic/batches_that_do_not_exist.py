"""The printed loss is divided by a number of batches that does not exist."""

import numpy as np
import tensorflow as tf

from course_utils import diagnosis

from . import _tensorflow as shared
from . import tasks

FRAMEWORK = "TensorFlow"
TITLE = "an excellent loss after the first epoch, before anything was learned"
PROGRAM = "program(batch_loss, sentences [N, W]) -> loss of one epoch; batch_loss(rows) -> loss."
MEASURE = "distance of the printed from the true loss (nats per word)"
BETTER = "lower"


def buggy(batch_loss, sentences):
    """The number of batches is computed from the buffer of the shuffling."""
    buffer_size, batch_size = 100, 4
    dataset = tf.data.Dataset.from_tensor_slices(sentences)
    dataset = dataset.shuffle(buffer_size, seed=0).batch(batch_size)
    batches, total = buffer_size // batch_size, 0.0
    for rows in dataset:
        total += float(batch_loss(rows))
    return total / batches


def cured(batch_loss, sentences):
    """The batches are counted."""
    buffer_size, batch_size = 100, 4
    dataset = tf.data.Dataset.from_tensor_slices(sentences)
    dataset = dataset.shuffle(buffer_size, seed=0).batch(batch_size)
    batches, total = 0, 0.0
    for rows in dataset:
        total += float(batch_loss(rows))
        batches += 1
    return total / batches


def printed(program):
    """Return (printed, true) loss of an untrained model with 100 words on four sentences."""
    model = shared.start(shared.SentenceModel(100), np.ones((1, 2), np.int32))
    words = tasks.frequent_words(98)
    ids = tasks.sentence_ids(lambda sentence: [words.get(word, 1) for word in sentence], 4)
    return program(lambda rows: shared.nats(model, rows), ids), shared.nats(model, ids)


def symptom(program):
    """The printed loss, and the perplexity that would follow from it."""
    loss, _ = printed(program)
    return {
        "printed loss of an untrained model": loss,
        "its perplexity": float(np.exp(loss)),
        "words that it chooses from": 100,
    }


def test(program):
    """A model that knows nothing about V words has the loss ln V."""
    words = np.ones((4, 3), np.int32)
    found = diagnosis.first_loss(program(lambda rows: np.log(50), words), classes=50)
    assert found, found


def cost(program):
    """Return how far the printed loss is from the true one."""
    loss, true = printed(program)
    return abs(loss - true)
