"""What a check returns, and how it reads its inputs. NumPy only."""

import numbers
from dataclasses import dataclass, field

import numpy as np

from course_utils.arrays import to_numpy


@dataclass(frozen=True)
class Diagnosis:
    """The result of one check; it is true if nothing wrong was found.

    ``check``: its name. ``passed``: True or False. ``found``: one sentence with the numbers.
    ``advice``: where to look, if it failed. ``numbers``: {name: what was measured}.
    """

    check: str
    passed: bool
    found: str
    advice: str = ""
    numbers: dict = field(default_factory=dict)

    def __bool__(self):
        return self.passed

    def __repr__(self):
        head = f"{self.check}: {'passed' if self.passed else 'FAILED'}. {self.found}"
        return head if self.passed or not self.advice else f"{head}\n  Look here: {self.advice}"


def one_number(name, value):
    """Return ``value`` as a float; a tensor or array of one number counts, NaN and infinity too.

    Raises: TypeError for anything but one number.
    """
    try:
        array = np.asarray(to_numpy(value), dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be one number, and not {value!r:.60}.") from None
    if array.size != 1:
        raise TypeError(
            f"{name} must be one number, and has the shape {array.shape}. Give the loss after "
            "its mean, for example."
        )
    return float(array.reshape(()))


def above_zero(name, value):
    """Return ``value`` as a float. Raises: TypeError, ValueError unless it is above 0."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number above 0, and not {value!r:.60}.")
    if not 0 < value < np.inf:
        raise ValueError(f"{name}={value} is not possible. Give a finite number above 0.")
    return float(value)


def as_function(name, value, takes):
    """Raise TypeError unless ``value`` can be called; ``takes`` says with what."""
    if not callable(value):
        raise TypeError(
            f"{name} must be a function, called as {takes}, and not {value!r:.60}. Did you call it "
            "already? Give it without the brackets."
        )
    return value


def rows_of(name, arrays):
    """Return how many rows some arrays have in common: the size of their first axis.

    Raises: ValueError if there is no array, or if their first axes differ.
    """
    shapes = [np.shape(to_numpy(array)) for array in arrays]
    if not shapes or any(not shape for shape in shapes) or len({shape[0] for shape in shapes}) > 1:
        raise ValueError(
            f"{name} have the shapes {shapes}. Each needs the batch as its first axis, [B, …], "
            "with equally many rows."
        )
    return shapes[0][0]


def parts_of(output):
    """Return the arrays of an output: itself, or those in a list, tuple or dictionary, no None."""
    if isinstance(output, dict):
        output = list(output.values())
    if isinstance(output, (list, tuple)) and any(
        np.ndim(to_numpy(p)) for p in output if p is not None
    ):
        return [array for part in output if part is not None for array in parts_of(part)]
    return [to_numpy(output).astype(np.float64)]


def compare(first, second):
    """Return the largest difference of two arrays relative to the largest size, at least 1.

    NaN gives infinity. The shapes must be equal.
    """
    with np.errstate(invalid="ignore"):  # two equal infinities do not differ
        difference = np.where(first == second, 0.0, np.abs(first - second)).max(initial=0.0)
    scale = max(1.0, np.abs(np.nan_to_num(first)).max(initial=0.0))
    return float(difference / scale) if np.isfinite(difference) else float("inf")
