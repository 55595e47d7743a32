"""Logits -> a symbol. NumPy only, so that both sides draw the same symbol from the same logits."""

import numbers

import numpy as np


def probabilities(logits, temperature=1.0):
    """Return softmax(logits / temperature) over the last axis, computed without overflow.

    ``logits`` [..., V] -> probabilities [..., V], float64. The largest logit is subtracted before
    dividing, so ``exp`` never sees a positive number. At temperature 0 all the weight is on the
    largest logit (the first of equals).

    Raises: ValueError for a temperature below 0, or logits that are NaN or +infinity.
    Source: Ackley, Hinton & Sejnowski 1985, section 2 (temperature).
    """
    logits = np.asarray(logits, dtype=np.float64)
    if logits.ndim == 0 or logits.shape[-1] == 0:
        raise ValueError("There are no logits: the last axis must hold one number per symbol.")
    if np.isnan(logits).any() or not np.isfinite(logits.max(axis=-1)).all():
        raise ValueError(
            "The logits hold NaN or +infinity, or are all -infinity. Did the training diverge?"
        )
    if not (isinstance(temperature, numbers.Real) and 0 <= temperature < np.inf):
        raise ValueError(f"temperature={temperature!r} must be a finite number of at least 0.")
    if temperature == 0:
        return np.eye(logits.shape[-1])[logits.argmax(axis=-1)]
    with np.errstate(over="ignore"):  # a tiny temperature gives -infinity, and exp makes it 0
        scaled = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    weights = np.exp(scaled)
    return weights / weights.sum(axis=-1, keepdims=True)


def inverse_cdf(chances, uniform):
    """Return the first symbol whose cumulated probability exceeds ``uniform``.

    ``chances`` [V] sum to 1; ``uniform`` lies in [0, 1). A symbol of probability 0 is never drawn.
    Raises: ValueError for a number outside [0, 1) or chances that are no probabilities.
    Source: Devroye 1986, chapter III.2 (inversion).
    """
    chances = np.asarray(chances, dtype=np.float64)
    if not 0.0 <= uniform < 1.0:
        raise ValueError(f"uniform={uniform} must be at least 0 and below 1.")
    if chances.ndim != 1 or (chances < 0).any() or not np.isclose(chances.sum(), 1.0, atol=1e-6):
        raise ValueError(
            "The probabilities must be one row of numbers of at least 0 that sum to 1."
        )
    cumulated = np.cumsum(chances)
    return int(np.searchsorted(cumulated, uniform * cumulated[-1], side="right"))


def sample(logits, temperature, uniform):
    """Return the id that ``uniform`` in [0, 1) selects from ``logits`` [V] at a temperature.

    Raises: ValueError as ``probabilities`` and ``inverse_cdf``.
    """
    return inverse_cdf(probabilities(logits, temperature), uniform)
