"""Checks of what a figure is given, with messages for a learner."""

import numpy as np

from course_utils.parity import to_numpy


def check_choice(name, value, allowed):
    """Raise ValueError unless ``value`` is one of ``allowed``."""
    if value not in allowed:
        options = ", ".join(repr(option) for option in allowed)
        raise ValueError(f"{name} is {value!r}; it can be one of: {options}.")


def check_filled(name, value, example):
    """Raise TypeError unless ``value`` is a dictionary, ValueError if it is empty."""
    if not isinstance(value, dict):
        raise TypeError(
            f"{name} is a {type(value).__name__}; it must be a dictionary, such as {example}."
        )
    if not value:
        raise ValueError(f"{name} is empty; put in at least one entry, such as {example}.")


def check_length(name, values, other, length):
    """Raise ValueError unless ``values`` has as many entries as ``other``, which has ``length``."""
    if len(values) != length:
        raise ValueError(
            f"{name} has {len(values)} entries and {other} has {length}; they must be equally many."
        )


def as_array(name, values, ndim, shape):
    """Return finite numbers as a float array with ``ndim`` axes; ``shape`` says it in words."""
    array = to_numpy(values).astype(float)
    if array.ndim != ndim or array.size == 0:
        raise ValueError(
            f"{name} has shape {list(array.shape)}; it must be {shape}, and not empty. "
            "Pick one sentence of a batch with [0], one unit with [:, unit]."
        )
    if not np.isfinite(array).all():
        bad = int(np.count_nonzero(~np.isfinite(array)))
        raise ValueError(
            f"{name} holds {bad} numbers that are infinite or NaN (not a number). "
            "Look for a division by zero, or a training that diverged."
        )
    return array


def as_norms(label, values):
    """Return gradient norms as a float array [T]; none may be negative."""
    norms = as_array(f"the norms of {label!r}", values, ndim=1, shape="[T]: one norm a step")
    if norms.min() < 0:
        raise ValueError(
            f"The norms of {label!r} reach {norms.min():.3g}; a norm is a length and "
            "never negative. Did you pass the gradient itself?"
        )
    return norms


def as_distribution(label, values):
    """Return probabilities as a float array [V] that sums to 1 (within 0.001)."""
    name = f"probabilities[{label!r}]" if label else "probabilities"
    row = as_array(name, values, ndim=1, shape="[V]: one probability a symbol")
    if row.min() < 0 or abs(row.sum() - 1) > 1e-3:
        raise ValueError(
            f"{name} sums to {row.sum():.4g} with a smallest entry of {row.min():.3g}; "
            "probabilities are at least 0 and sum to 1. Are these logits? "
            "Put them through a softmax first."
        )
    return row


def as_curve(label, history, x, y):
    """Return the steps [N] and the losses [N] of one History, in the units of ``x`` and ``y``."""
    if y == "validation":
        records = history.evaluations
        field = {"characters": "characters", "updates": "update", "seconds": "seconds"}[x]
        steps = [getattr(record, field) for record in records]
        losses = [record.validation_nats for record in records]
    else:
        losses = history.loss
        steps = np.arange(1, len(losses) + 1)
        if x == "characters":
            steps = steps * history.characters_per_update
        elif x == "seconds":
            raise ValueError(
                "The training loss is not timed: only evaluations carry seconds. "
                'Choose y="validation", or x="updates" or "characters".'
            )
    if not len(losses):
        what = "evaluations" if y == "validation" else "updates"
        raise ValueError(f"The history of {label!r} holds no {what}: nothing to draw. Train first.")
    return np.asarray(steps, float), as_array(f"the loss of {label!r}", losses, 1, "[N]")
