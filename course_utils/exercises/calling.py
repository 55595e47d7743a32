"""How a check calls the learner's function, and what it says if that raises an error."""

import dis
import functools
import traceback

import numpy as np

from .expectations import NotMet, shown
from .frameworks import convert, module_of


class AnswerFailed(Exception):
    """The learner's function raised an error."""


def calling(answer, inputs):
    """Return the function with its arrays converted; its own errors become ``AnswerFailed``.

    The stub's NotImplementedError passes. ``.inputs`` says which arrays the function gets, and
    ``.returned`` holds what it returned last, in a list.
    """

    @functools.wraps(answer, updated=())
    def call(*arguments, **named):
        arguments, named = convert(list(arguments), inputs), convert(named, inputs)
        try:
            with np.errstate(all="ignore"):  # an overflow is named by the check, not on stderr
                call.returned = [answer(*arguments, **named)]
        except NotMet:
            raise
        except Exception as error:
            if is_stub(error, answer):
                raise
            raise AnswerFailed(stopped(error, answer, inputs)) from error
        return call.returned[0]

    call.inputs, call.returned = inputs, []
    return call


def stopped(error, answer, inputs):
    """Return a sentence on the error of a learner's function, with the learner's line."""
    where = _own_frames(error, answer)
    line = f"\n  in line {where[-1].lineno}: {where[-1].line}" if where else ""
    hint = f"\n  Its arrays were {inputs}; .check(answer, inputs=...) gives others."
    if inputs == "numpy":
        hint = (
            "\n  Its arrays were NumPy's, because it names no framework. For tensors: "
            '.check(answer, inputs="pytorch") or "tensorflow".'
        )
    elif not isinstance(error, (TypeError, AttributeError)):
        hint = ""
    return f"Your function stopped with {type(error).__name__}: {error}{line}{hint}"


def unusable(error, answer, given, check):
    """Return a sentence on an answer, or on what it returned, that a check could not read.

    Returns None if the answer has no part in it: then the check itself is wrong.
    """
    if not callable(answer):
        if isinstance(error, TypeError) and str(error).endswith("object is not callable"):
            return (
                f"Your answer is a {type(answer).__name__}: {shown(answer)}. A function is "
                "expected. Give its name, without calling it: .check(my_function)."
            )
        what = f"your answer, a {type(answer).__name__}: {shown(answer)}"
    elif _own_frames(error, answer, check):  # a generator, or a method of a learner's object
        return stopped(error, answer, given.inputs)
    elif given.returned:
        returned = given.returned[0]
        what = f"what your function returned, a {type(returned).__name__}: {shown(returned)}"
        if returned is None:
            what += " (did you forget 'return'?)"
    else:
        return None
    return f"The check cannot read {what}. It stopped with {type(error).__name__}: {error}"


def is_stub(error, answer):
    """Tell whether the learner's code says ``raise NotImplementedError``.

    PyTorch, TensorFlow and Keras raise that error, too, for what they cannot do.
    """
    last = error.__traceback__
    if not isinstance(error, NotImplementedError) or last is None:
        return False
    while last.tb_next:
        last = last.tb_next
    raised = dis.opname[last.tb_frame.f_code.co_code[last.tb_lasti]] == "RAISE_VARARGS"
    return raised and last.tb_frame.f_globals.get("__name__") == module_of(answer)


def _own_frames(error, answer, check=None):
    """Return the traceback's lines that stand in the learner's code, but not in ``check``."""
    frames = [
        (frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__") == module_of(answer)
        and frame.f_code is not getattr(check, "__code__", None)
    ]
    return traceback.StackSummary.extract(frames)
