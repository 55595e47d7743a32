"""Checks of the loss, the gradient, the step and the training. NumPy only.

Shapes: ``B`` batch, ``T`` time, ``V`` vocabulary. Losses are in nats.
"""

import numpy as np

from course_utils.arrays import to_numpy
from course_utils.model_checks import whole_numbers

from .result import Diagnosis, above_zero, as_function, one_number

SAME = 1e-3  # relative: a float32 loss is rounded by far less


def first_loss(loss, classes, frequencies=None, tolerance=0.1):
    """Check the loss before the first update: a model that knows nothing has the loss ln V.

    ``loss``: one number, nats per word. ``classes``: V. ``frequencies`` [V]: how often each class
    is, if the output's bias starts at their logarithms; then the entropy is expected.
    ``tolerance``: relative; random starting weights move the loss by a few percent.

    Raises: TypeError, ValueError for a V below 2, or frequencies that are not V numbers from 0.
    Source: Karpathy 2019, "A recipe for training neural networks", step 2 (loss at the start).
    """
    loss = one_number("loss", loss)
    whole_numbers(minimum=2, classes=classes)
    tolerance = above_zero("tolerance", tolerance)
    expected, name = float(np.log(classes)), f"ln {classes}"
    if frequencies is not None:
        frequencies = np.asarray(to_numpy(frequencies), dtype=np.float64)
        if frequencies.shape != (classes,) or not (frequencies >= 0).all() or not frequencies.any():
            raise ValueError(
                f"frequencies must be {classes} numbers of at least 0, one a class, not all 0."
            )
        share = frequencies[frequencies > 0] / frequencies.sum()
        expected, name = float(-(share * np.log(share)).sum()), "the entropy of the frequencies"
    ratio = loss / expected if expected else float("inf")
    numbers = {"loss": loss, "expected": expected, "ratio": ratio}
    found = f"The first loss is {loss:.3f}, and {name} = {expected:.3f} is expected."
    advice = ""
    if not np.isfinite(loss):
        advice = "the loss is no finite number before any update: a logarithm of 0, or bad data."
    elif ratio < 1 - tolerance:
        advice = (
            f"it is {ratio:.2f} times what it should be. What is the sum divided by? (Pads, batches"
            " that do not exist, places that were left out.) Or does the model see the answer?"
        )
    elif ratio > 1 + tolerance:
        advice = (
            "it is too large: a sum in place of a mean, or starting weights so large that the "
            "model is sure of wrong answers."
        )
    return Diagnosis("first_loss", not advice, found, advice, numbers)


def loss_per_word(loss, logits, targets, pad_id=0):
    """Check a loss against its definition: the mean cross-entropy over the real words.

    ``loss``: what the program under test computed from ``logits`` [B, T, V] and ``targets`` [B, T].
    Targets equal to ``pad_id`` are no words (None: there are no pads). The definition is computed
    in float64; where they differ, known wrong divisors are tried.

    Raises: TypeError, ValueError for shapes that do not fit, or if every target is a pad.
    Source: Goodfellow et al. 2016, section 6.2.1 (cross-entropy).
    """
    loss = one_number("loss", loss)
    logits, targets = np.asarray(to_numpy(logits), dtype=np.float64), to_numpy(targets)
    if logits.ndim != 3 or targets.shape != logits.shape[:2]:
        raise ValueError(
            f"logits have the shape {logits.shape} and targets {targets.shape}. Give [B, T, V] and "
            "[B, T]."
        )
    if not np.issubdtype(targets.dtype, np.integer):
        raise TypeError(f"targets must be whole numbers (ids), and not {targets.dtype}.")
    if targets.min() < 0 or targets.max() >= logits.shape[2]:
        raise ValueError(
            f"targets go from {targets.min()} to {targets.max()}; the logits have "
            f"{logits.shape[2]} classes, from 0."
        )
    real = np.ones(targets.shape, dtype=bool) if pad_id is None else targets != pad_id
    if not real.any():
        raise ValueError("Every target is a pad, so there is no word to judge.")
    shifted = logits - logits.max(axis=-1, keepdims=True)
    chosen = np.take_along_axis(shifted, targets[..., None].astype(np.int64), axis=-1)[..., 0]
    losses = np.log(np.exp(shifted).sum(axis=-1)) - chosen  # [B, T]
    right, total = losses[real].mean(), losses[real].sum()
    guesses = {
        "the pads are counted in the divisor": total / real.size,
        "the loss at pads is counted, too": losses.mean(),
        "the sum is divided by the number of rows, and not of words": total / len(targets),
        "it is a sum, not a mean": total,
        "the last place of each row is left out": (losses * real)[:, :-1].sum() / real.sum(),
    }
    passed = abs(loss - right) <= SAME * max(abs(right), 1.0)
    found = f"The loss is {loss:.4f}; the mean over {real.sum()} real words is {right:.4f}."
    advice = ""
    if not passed:
        fits = [text for text, value in guesses.items() if abs(loss - value) <= SAME * abs(value)]
        times = loss / right if right else float("inf")
        advice = fits[0] if fits else f"it is {times:.3f} times the mean over the words"
        advice += ". Divide the sum over the real words by the number of real words."
    numbers = {"loss": loss, "expected": float(right), "real_share": float(real.mean())}
    return Diagnosis("loss_per_word", bool(passed), found, advice, numbers)


def gradient_reaches(gradients):
    """Check that the gradient reaches everything: no entry is None, zero throughout, or not finite.

    ``gradients``: {name: array or None}. A name is a weight (``update.named_gradients(...)``), or
    one sample or one place of the batch: the gradient of the loss with respect to it. Sparse
    gradients (``IndexedSlices``, sparse tensors) are read by their values.

    Raises: TypeError, ValueError unless it is a dictionary with at least one entry.
    Source: Rumelhart et al. 1986 (what has no gradient does not learn).
    """
    if not isinstance(gradients, dict):
        raise TypeError(
            f"gradients must be a dictionary {{name: array}}, and not a {type(gradients).__name__}."
            " For a list write dict(enumerate(gradients))."
        )
    if not gradients:
        raise ValueError("There are no gradients. Give at least one entry {name: array}.")
    sizes = {name: _largest(gradient) for name, gradient in gradients.items()}
    dead = [name for name, size in sizes.items() if size == 0]
    wild = [name for name, size in sizes.items() if not np.isfinite(size)]
    if wild:
        found = f"{len(wild)} of {len(sizes)} gradients hold NaN or infinity: {_some(wild)}."
        advice = "a logarithm or a root of 0, a softmax over nothing, or a step that was too large."
    elif dead:
        found = f"{len(dead)} of {len(sizes)} get no gradient: {_some(dead)}."
        advice = (
            "is it used at all? An index such as x[0], a loop that ends early, a part that is "
            "detached, or a weight that is not in the loss cuts the way."
        )
    else:
        least = min(sizes, key=sizes.get)
        found = f"All {len(sizes)} get a gradient; the smallest is {least} ({sizes[least]:.1e})."
        advice = ""
    return Diagnosis("gradient_reaches", not advice, found, advice, sizes)


def step_size(before, after, learning_rate, gradients=None, tolerance=0.02):
    """Check that the first update moves the weights as far as the declared learning rate says.

    ``before``, ``after``: {name: array}, such as ``model.named_weights()``. Adam's first step moves
    each weight by the learning rate, whatever the size of its gradient. For plain gradient descent
    give ``gradients`` {name: array}: then it is learning rate times gradient. ``tolerance``:
    relative. Without clipping of single numbers, weight decay or a schedule.

    Raises: TypeError, ValueError for names that differ or a rate that is not above 0.
    Source: Kingma & Ba 2015, section 2.1 (bound of the step).
    """
    rate, tolerance = above_zero("learning_rate", learning_rate), above_zero("tolerance", tolerance)
    if not isinstance(before, dict) or not isinstance(after, dict) or not before:
        raise TypeError("before and after must be dictionaries {name: array}, with an entry each.")
    if before.keys() != after.keys() or (
        gradients is not None and gradients.keys() != before.keys()
    ):
        raise ValueError("before, after and gradients must have the same names.")
    moved = max(_largest(to_numpy(after[k]) - to_numpy(before[k])) for k in before)
    expected = rate
    if gradients is not None:
        expected = rate * max(map(_largest, gradients.values()))
    ratio = moved / expected if expected else float("inf")
    found = f"The largest step is {moved:.3g}; the rate {rate:g} asks for {expected:.3g}."
    numbers = {"moved": moved, "expected": expected, "ratio": ratio}
    advice = ""
    if moved == 0:
        advice = "no weight moved. Is the optimizer given the weights of this model?"
    elif abs(ratio - 1) > tolerance:
        advice = (
            f"it is {ratio:.3g} times the step that was asked for. Does the declared rate reach "
            "the optimizer, or is this the optimizer's own default?"
        )
    return Diagnosis("step_size", not advice, found, advice, numbers)


def overfits_one_batch(update, below=0.05, updates=200):
    """Check that a model can learn one small batch by heart: the loss falls below ``below``.

    ``update()`` makes one update, always on the same batch, and returns the loss before it. It is
    called at most ``updates`` times, and no more once the loss is low enough. Choose a batch
    without contradictions (equal inputs with different targets), and switch dropout off.

    Raises: TypeError, ValueError for an update that is no function, or sizes that are not above 0.
    Source: Karpathy 2019, "A recipe for training neural networks", step 2.
    """
    as_function("update", update, "update()")
    below = above_zero("below", below)
    (updates,) = whole_numbers(updates=updates)
    losses = []
    while len(losses) < updates and not (losses and losses[-1] < below):
        losses.append(one_number("The loss that update() returned", update()))
        if not np.isfinite(losses[-1]):
            break
    best, last = float(np.nanmin(losses)) if not np.isnan(losses).all() else np.nan, losses[-1]
    numbers = {"first": losses[0], "best": best, "last": last, "updates": len(losses)}
    found = f"After {len(losses)} updates of one batch the loss went {losses[0]:.3f} -> {last:.3f}."
    advice = ""
    if not np.isfinite(last):
        advice = "the loss is no finite number any more. A smaller learning rate, or clipping."
    elif not last < below:
        still = len(losses) >= 20 and losses[-1] < 0.98 * losses[-len(losses) // 5]
        advice = f"it should fall below {below:g}. " + (
            "It is still falling: give more updates before you judge."
            if still
            else "It stays there: can the output say it at all? (Bounded logits, a wrong target, "
            "a part that does not learn.)"
        )
    return Diagnosis("overfits_one_batch", not advice, found, advice, numbers)


def _largest(gradient):
    """Return the largest absolute value; 0 for None, infinity where one is not finite."""
    if gradient is None:
        return 0.0
    if hasattr(gradient, "indices") and hasattr(gradient, "dense_shape"):  # tf.IndexedSlices
        gradient = gradient.values
    elif getattr(gradient, "is_sparse", False):  # a sparse tensor of PyTorch
        gradient = gradient.coalesce().values()
    array = np.asarray(to_numpy(gradient), dtype=np.float64)
    return float(np.abs(array).max(initial=0.0)) if np.isfinite(array).all() else float("inf")


def _some(names):
    """Return up to four names, and how many more there are."""
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(map(str, names[:4])) + more
