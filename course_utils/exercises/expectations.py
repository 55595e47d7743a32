"""What checks are written with: an expectation that is not met tells the learner which, and why.

NumPy only. A message names the learner's value and the expected *property*, never the answer.
"""

import sys

import numpy as np

from course_utils.arrays import to_numpy

INPUTS = ("numpy", "pytorch", "tensorflow")
_MODULES = {"torch": "pytorch", "tensorflow": "tensorflow", "keras": "tensorflow"}


class NotMet(Exception):  # noqa: N818 (it is not an error of the program)
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
    expect(value is not None, f"{what} is None. Did you forget 'return'?")
    found = as_array(value, what)
    expect(found.size == 1, f"{what} must be one number, and has the shape {found.shape}.")
    expect(np.isfinite(found).all(), f"{what} must be a finite number, and is {found.item()}.")
    return float(found.reshape(()))


def as_array(value, what="Your answer"):
    """Return a NumPy array, a tensor of either framework or a list of numbers as float64.

    Raises: NotMet if it holds anything but numbers.
    """
    expect(value is not None, f"{what} is None. Did you forget 'return'?")
    try:
        return np.asarray(to_numpy(value), dtype=np.float64)
    except (TypeError, ValueError):
        raise NotMet(
            f"{what} must hold numbers (NumPy, PyTorch or TensorFlow), and is a "
            f"{type(value).__name__}: {value!r:.60}"
        ) from None


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


def inputs_for(answer):
    """Return which inputs suit a function: "pytorch", "tensorflow", or "numpy" if it names neither.

    It looks at the modules that the function's code, and the functions it calls, refer to.
    """
    seen, waiting = set(), [answer]
    while waiting:
        function = waiting.pop()
        function = getattr(function, "__func__", function)
        code = getattr(function, "__code__", None)
        if code is None or code in seen:
            continue
        seen.add(code)
        for name in _names(code):
            value = function.__globals__.get(name)
            if kind := _MODULES.get(getattr(value, "__name__", "").partition(".")[0]):
                return kind
            if callable(value) and getattr(value, "__module__", None) == function.__module__:
                waiting.append(value)
    return "numpy"


def _names(code):
    """Yield the global names of a code object, and of the functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from _names(constant)


def convert(value, inputs):
    """Return a NumPy array as a tensor of the framework ``inputs``; anything else as it is.

    Lists, tuples and dictionaries are converted inside.
    """
    if type(value) in (list, tuple):
        return type(value)(convert(part, inputs) for part in value)
    if isinstance(value, dict):
        return {key: convert(part, inputs) for key, part in value.items()}
    if not isinstance(value, np.ndarray) or inputs == "numpy":
        return value.copy() if isinstance(value, np.ndarray) else value
    if inputs == "pytorch":
        return sys.modules["torch"].tensor(value)
    return sys.modules["tensorflow"].constant(value)
