"""What the TensorFlow cases share: the start, the loop, a small language model of sentences."""

import keras
import numpy as np
import tensorflow as tf

from course_utils import in_tensorflow

from . import tasks

__all__ = ["SentenceModel", "fit", "in_tensorflow", "masked_loss", "nats", "start"]


def start(model, *example, seed=0):
    """Build a Keras model by calling it once, set ``tasks.starting_values``; return the model."""
    model(*example)
    weights = model.trainable_weights
    values = tasks.starting_values([weight.shape for weight in weights], seed)
    for weight, value in zip(weights, values, strict=True):
        weight.assign(value)
    return model


def fit(model, loss_of, batches, optimizer=None):
    """Train, one update a batch; return the losses. ``loss_of(*batch)`` -> loss."""
    optimizer = keras.optimizers.Adam(0.01) if optimizer is None else optimizer
    weights = model.trainable_weights
    optimizer.build(weights)

    @tf.function(autograph=False)
    def update(*batch):
        with tf.GradientTape() as tape:
            loss = loss_of(*batch)
        optimizer.apply(tape.gradient(loss, weights), weights)
        return loss

    return [float(update(*map(tf.constant, batch))) for batch in batches]


class SentenceModel(keras.Model):
    """Predict the next word of padded sentences: embedding, GRU, scores. [B, T] -> [B, T, V]."""

    def __init__(self, vocab_size):
        super().__init__()
        self.embedding = keras.layers.Embedding(vocab_size, 16)
        self.gru = keras.layers.GRU(32, return_sequences=True)
        self.scores = keras.layers.Dense(vocab_size)

    def call(self, ids):
        """Return the logits [B, T, V]; pads stand at the end, so that no word sees one."""
        return self.scores(self.gru(self.embedding(ids)))


def masked_loss(logits, targets):
    """Return the mean cross-entropy over the real words (id 0 is a pad), in nats."""
    return in_tensorflow.translation.translation_loss(logits, targets)


def nats(model, ids):
    """Return the loss of sentences [N, W], in nats per word; the first word is not predicted."""
    return float(masked_loss(model(ids[:, :-1]), ids[:, 1:]))


def sentence_batches(ids, count, batch_size=32, seed=0):
    """Yield ``count`` batches (inputs, targets) [B, W - 1] of sentences [N, W]."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        rows = ids[rng.integers(0, len(ids), batch_size)]
        yield rows[:, :-1], rows[:, 1:]
