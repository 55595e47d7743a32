"""Checks of what a figure is given, with messages for a learner."""

import operator

import numpy as np

from course_utils.arrays import to_numpy

END = "<eos>"  # as in course_utils.data.translation
VISIBLE = {" ": "␣", "\n": "↵", "\t": "⇥", "\u00a0": "␣"}


def visible_text(symbol):
    """Return a symbol with its white space made visible; what cannot be printed becomes "·"."""
    return "".join(VISIBLE.get(c, c if c.isprintable() else "·") for c in str(symbol))


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


def as_points(name, values):
    """Return places on a plane as a float array [V, 2]."""
    points = as_array(name, values, ndim=2, shape="[V, 2]: two coordinates a symbol")
    if points.shape[1] != 2:
        raise ValueError(
            f"{name} has shape {list(points.shape)}; a map needs two coordinates a symbol: "
            "[V, 2]. Reduce the vectors first, for example to two principal components."
        )
    return points


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
        if x == "characters" and not history.characters_per_update:
            raise ValueError(
                "The updates of this training differ in size (translation), so the training loss "
                'has no place on this axis. Choose x="updates", or y="validation".'
            )
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


def as_shares(name, values):
    """Return shares as a float array [N]; each lies between 0 and 1."""
    shares = as_array(name, values, ndim=1, shape="[N]: one share a bucket")
    if shares.min() < 0 or shares.max() > 1:
        raise ValueError(
            f"{name} goes from {shares.min():.3g} to {shares.max():.3g}; a share lies between 0 "
            "and 1. Divide per cent by 100."
        )
    return shares


def as_words(name, words):
    """Return a sentence as a tuple of words."""
    if isinstance(words, str):
        raise TypeError(f"{name} is one string; give a list of words: {name}.split().")
    words = tuple(words)
    for word in words:
        if not isinstance(word, str):
            raise TypeError(
                f"{name} holds {word!r}, a {type(word).__name__}; give words. "
                "A vocabulary turns ids into words."
            )
    return words


def as_attention(weights, source, target):
    """Return (weights [T, S], T target words, S source words) of one sentence.

    ``<eos>`` is added to the words where the matrix has a row or a column for it.
    """
    source, target = as_words("source", source), as_words("target", target)
    weights = as_array(
        "weights",
        weights,
        ndim=2,
        shape="[T, S]: one row a target word, one column a source word "
        "(for the first sentence of a batch: weights[0])",
    )
    labels = []
    for axis, (name, words) in enumerate((("target", target), ("source", source))):
        size, allowed = weights.shape[axis], [len(words), len(words) + 1]
        if words and words[-1] == END:
            allowed.pop()
        if size not in allowed:
            raise ValueError(
                f"weights has shape {list(weights.shape)}, so {size} {('rows', 'columns')[axis]}, "
                f"and {name} has {len(words)} words; there must be "
                f"{' or '.join(map(str, allowed))} (one more for {END}). "
                "Cut the pads off: weights[:T, :S]; rows are target words, columns source words."
            )
        labels.append(words + (END,) * (size - len(words)))
    sums = weights.sum(axis=1)
    worst = int(np.argmax(np.abs(sums - 1)))
    if weights.min() < 0 or abs(sums[worst] - 1) > 1e-3:
        raise ValueError(
            f"Row {worst} of weights ({labels[0][worst]!r}) sums to {sums[worst]:.4g}, and the "
            f"smallest weight is {weights.min():.3g}; weights are at least 0 and each row sums "
            "to 1. Are these scores? Put them through a softmax over the source first. "
            f"Was a column cut off? Keep the one of {END}."
        )
    return weights, *labels


def as_links(sure, possible, source, target):
    """Return two sets of (source index, target index): the sure links, and the possible ones only.

    Terms: Och and Ney 2003, section 5.
    """
    both = []
    for name, links in (("sure", sure), ("possible", possible)):
        pairs = set()
        for link in links:
            try:
                i, j = map(operator.index, link)
            except (TypeError, ValueError):
                raise TypeError(
                    f"{name} holds {link!r}; a link is a pair (source index, target index), "
                    "such as (0, 2)."
                ) from None
            if not (0 <= i < len(source) and 0 <= j < len(target)):
                raise ValueError(
                    f"{name} holds the link {(i, j)}, but there are {len(source)} source words and "
                    f"{len(target)} target words; a link is (source index, target index), counted "
                    "from 0."
                )
            pairs.add((i, j))
        both.append(pairs)
    return both[0], both[1] - both[0]
