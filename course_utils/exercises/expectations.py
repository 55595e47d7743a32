"""What checks are written with: an expectation that is not met tells the learner which, and why.

NumPy only. A message names the learner's value and the expected *property*, never the answer.
"""

import numbers

import numpy as np

from course_utils.arrays import to_numpy

from .frameworks import INPUTS, convert, inputs_for

__all__ = [
    "INPUTS",
    "NotMet",
    "array",
    "as_array",
    "convert",
    "expect",
    "inputs_for",
    "number",
    "shown",
]


class NotMet(Exception):
    """The first expectation that an answer does not meet."""


def expect(met, message):
    """Raise NotMet with ``message`` unless ``met`` is true.

    The message says what was expected (a property), and what the answer gave.
    """
    if not met:
        raise NotMet(message)


def number(value, what="Your answer"):
    """Return ``value`` as a float; an array of one number counts, of either framework.

    Raises: NotMet if it is not one finite number.
    """
    found = as_array(value, what)
    expect(found.size == 1, f"{what} must be one number, and has the shape {found.shape}.")
    expect(np.isfinite(found).all(), f"{what} must be a finite number, and is {found.item()}.")
    return float(found.reshape(()))


def as_array(value, what="Your answer"):
    """Return a NumPy array, a tensor of either framework or a list of such as float64.

    True and False count as 1 and 0; texts and complex numbers do not count.
    Raises: NotMet if it holds anything but real numbers, or rows of different lengths.
    """
    expect(value is not None, f"{what} is None. Did you forget 'return'?")
    try:
        found = np.asarray(_as_parts(value))
        if found.dtype.kind in "biuf" or (found.dtype.kind == "V" and found.dtype.names is None):
            return found.astype(np.float64)  # "V": bfloat16, and raw bytes, which raise
        if found.dtype.kind == "O" and all(isinstance(x, numbers.Real) for x in found.flat):
            return found.astype(np.float64)
        why = ""
    except Exception as error:  # anything can be an answer, and raise anything when looked at
        why = f" ({type(error).__name__}: {str(error).strip().split(chr(10))[0]:.100})"
    raise NotMet(
        f"{what} must hold numbers (NumPy, PyTorch or TensorFlow), and is a "
        f"{type(value).__name__}: {shown(value)}{why}"
    )


def _as_parts(value):
    """Return a list or tuple with its tensors as arrays; a tensor may carry a gradient."""
    if isinstance(value, (list, tuple)):
        return [_as_parts(part) for part in value]
    return value if isinstance(value, numbers.Number) else to_numpy(value)


def array(value, shape, what="Your answer"):
    """Return ``value`` as float64, an array of this ``shape``, without NaN or infinity.

    ``shape`` may name an axis that can have any size with None. Raises: NotMet.
    """
    found = as_array(value, what)
    fits = len(found.shape) == len(shape) and all(
        wanted in (None, own) for wanted, own in zip(shape, found.shape, strict=True)
    )
    expect(fits, f"{what} must have the shape {tuple(shape)}, and has {found.shape}.")
    expect(np.isfinite(found).all(), f"{what} must be finite, and holds NaN or infinity.")
    return found


def shown(value, length=60):
    """Return the beginning of a value's ``repr`` on one line, for a message."""
    try:
        text = " ".join(repr(value).split())
    except Exception as error:  # an object of the learner's own class
        return f"(its repr raises {type(error).__name__})"
    return text if len(text) <= length else text[: length - 1] + "…"
