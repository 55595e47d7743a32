"""exp(logits / T) overflows at low temperatures, and fails at 0."""

import numpy as np
import tensorflow as tf

FRAMEWORK = "TensorFlow"
TITLE = "at a low temperature the model writes one symbol only, or symbols that do not exist"
PROGRAM = "program(logits [B, V], temperature) -> probabilities [B, V]; temperature from 0."
MEASURE = "share of symbols drawn at T = 0.01 that are the likeliest"
BETTER = "higher"


def buggy(logits, temperature):
    """The formula as it is written."""
    weights = tf.exp(logits / temperature)
    return weights / tf.reduce_sum(weights, axis=-1, keepdims=True)


def cured(logits, temperature):
    """The largest logit is subtracted first; T = 0 is its own case."""
    logits = logits - tf.reduce_max(logits, axis=-1, keepdims=True)
    if temperature == 0:
        return tf.one_hot(tf.argmax(logits, axis=-1), logits.shape[-1])
    return tf.nn.softmax(logits / temperature)


def logits(count=500, vocab_size=40):
    """Return logits [B, V] as a trained character model has them: from about -8 to 10."""
    return np.random.default_rng(0).normal(0, 3, (count, vocab_size)).astype(np.float32)


def drawn(program, temperature):
    """Return one symbol for each row, drawn by TensorFlow from the program's probabilities."""
    chances = program(tf.constant(logits()), temperature)
    ids = tf.random.stateless_categorical(tf.math.log(chances), 1, seed=(1, 2))
    return ids.numpy()[:, 0]


def symptom(program):
    """What is drawn at two temperatures; no error is raised."""
    seen = {}
    for temperature in (0.8, 0.01):
        ids = drawn(program, temperature)
        seen[f"different symbols drawn at T = {temperature}"] = len(set(ids.tolist()))
        seen[f"ids that do not exist, T = {temperature}"] = float(np.mean(ids >= 40))
    return seen


def test(program):
    """Probabilities sum to 1 at every temperature, and all weight is on the largest at 0."""
    rows = tf.constant(logits(5))
    for temperature in (2.0, 0.5, 0.01, 1e-30, 0):
        chances = program(rows, temperature).numpy()
        assert np.isfinite(chances).all(), f"T = {temperature}: not all numbers are finite"
        assert np.abs(chances.sum(axis=-1) - 1).max() < 1e-5, f"T = {temperature}: the sum is not 1"
    assert (chances.argmax(-1) == rows.numpy().argmax(-1)).all(), "T = 0 is not the likeliest"


def cost(program):
    """Return how many draws at T = 0.01 are the likeliest symbol."""
    return float(np.mean(drawn(program, 0.01) == logits().argmax(axis=-1)))
