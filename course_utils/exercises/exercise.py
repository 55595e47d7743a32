"""What an exercise is: goal, hints, check, reference solution.

A module of exercises defines each one as a check::

    @exercise("One step by hand", minutes=10, goal="...", hints=["...", "..."])
    def one_step(answer):
        state = array(answer(x, h), (2, 3), "The new state")
        expect(abs(state).max() < 1, "tanh keeps the state between -1 and 1. ...")

``one_step`` is then an ``Exercise``; its check is called with the learner's function, whose inputs
are converted to the framework that the function uses.
"""

import importlib
import inspect
import numbers
import sys
from dataclasses import dataclass, replace

import numpy as np

from . import record
from .calling import AnswerFailed, calling, is_stub, unusable
from .expectations import NotMet, shown
from .frameworks import INPUTS, inputs_for

NOT_ATTEMPTED, NOT_YET, PASSED = "not attempted yet", "not yet", "passed"
NO_SOLUTIONS = (
    "This copy of the course holds no reference solutions. Use the next hint, or ask your teacher."
)


@dataclass(frozen=True)
class Result:
    """What a check found: ``status`` is "not attempted yet", "not yet" or "passed"."""

    exercise: str
    status: str
    message: str = ""

    @property
    def passed(self):
        """Tell whether every expectation is met."""
        return self.status == PASSED

    def __repr__(self):
        """Return what the learner reads."""
        first = f"{self.exercise}: {self.status}"
        return f"{first}. {self.message}" if self.message else f"{first}."


class Exercise:
    """One exercise. ``goal``, ``hint()``, ``check(answer)``, ``solution()``."""

    def __init__(self, check, title, minutes, goal, hints):
        self._check, self.title, self.minutes, self.goal = check, title, minutes, goal
        self.hints, self.name = tuple(hints), check.__name__
        self.module = _module_of(check)
        self._hints_shown = 0

    def __repr__(self):
        """Return title, time and goal."""
        return (
            f"{self.title} ({self.minutes} minutes): {self.goal}\n{len(self.hints)} hints: "
            f".hint(). Check your answer: .check(answer). Reference: .solution()."
        )

    def hint(self, number=None):
        """Return the next hint, from a nudge to nearly the answer; or hint ``number``, from 1.

        Raises: ValueError if there is no such hint.
        """
        if number is None:
            number = min(self._hints_shown + 1, len(self.hints))
        if not _is_one_of(number, range(1, len(self.hints) + 1)):
            raise ValueError(
                f"There is no hint {number!r} for {self.name}: the hints are 1 to "
                f"{len(self.hints)}, from a nudge to nearly the answer."
            )
        self._hints_shown = max(number, self._hints_shown)
        return _Text(f"Hint {number} of {len(self.hints)}: {self.hints[number - 1]}")

    def check(self, answer, inputs=None):
        """Check an answer; return the ``Result``, and note it in the progress file.

        ``answer`` is most often the learner's function. Its arrays are of the framework that it
        uses, NumPy if it uses none; ``inputs`` ("numpy", "pytorch", "tensorflow") says otherwise.
        An untouched stub is "not attempted yet", and nothing is noted. Errors of the learner's
        function, and a progress file that cannot be written, are part of the result's message.

        Raises: ValueError for other ``inputs``.
        """
        if inputs is not None and not (isinstance(inputs, str) and inputs in INPUTS):
            raise ValueError(f"inputs is {inputs!r}. Give one of {', '.join(INPUTS)}, or nothing.")
        result = self._result(answer, inputs)
        if result.status != NOT_ATTEMPTED:
            try:
                record.note(self.module, self.name, result.status)
            except (OSError, ValueError) as problem:
                message = f"{result.message}\n  Not noted, because of this: {problem}"
                return replace(result, message=message.lstrip())
        return result

    def _result(self, answer, inputs):
        if answer is None or answer is NotImplemented or answer is ...:
            return Result(self.name, NOT_ATTEMPTED, "Write your answer, then run the cell again.")
        given = answer
        if callable(answer):
            given = calling(answer, inputs or inputs_for(answer))
        try:
            self._check(given)
        except (NotMet, AnswerFailed) as problem:
            return Result(self.name, NOT_YET, str(problem))
        except Exception as error:
            if is_stub(error, answer):
                text = "Write its body, then run the cell again."
                return Result(self.name, NOT_ATTEMPTED, text)
            if (text := unusable(error, answer, given, self._check)) is None:
                raise  # a mistake of the course, not of the learner
            return Result(self.name, NOT_YET, text)
        return Result(self.name, PASSED)

    def solution(self):
        """Return the reference solution, to be shown: the source, in colours.

        In a copy for students that has none, it says so.
        """
        functions = reference_solutions(self)
        if functions is None:
            return _Text(NO_SOLUTIONS)
        return _Source("\n\n".join(inspect.getsource(function) for function in functions.values()))


class OpenExercise(Exercise):
    """An open-ended exercise: no right answer, but a rubric. ``check`` takes the points met.

    ``check`` raises ValueError for a point that the rubric does not have.
    """

    def __init__(self, title, minutes, goal, hints, rubric, name, module):
        def check(answer):
            return None

        check.__name__, check.__module__ = name, module
        super().__init__(check, title, minutes, goal, hints)
        self.rubric = tuple(rubric)

    def __repr__(self):
        """Return title, time, goal and the rubric."""
        points = "\n".join(f"  {n}. {point}" for n, point in enumerate(self.rubric, 1))
        return (
            f"{self.title} ({self.minutes} minutes, open): {self.goal}\nA good answer:\n{points}\n"
            "Tell which points yours meets: .check([1, 3])"
        )

    def _result(self, answer, inputs):
        possible = range(1, len(self.rubric) + 1)
        several = isinstance(answer, (list, tuple, set, frozenset, range))
        several = several or (isinstance(answer, np.ndarray) and answer.ndim == 1)
        points = list(answer) if several else [answer]
        if answer is None or answer is ... or answer is NotImplemented or not points:
            return Result(
                self.name, NOT_ATTEMPTED, "Give the numbers of the rubric's points that you met."
            )
        wrong = [p for p in points if not _is_one_of(p, possible)]
        if wrong:
            raise ValueError(
                f"The rubric has the points 1 to {len(self.rubric)}, and {shown(wrong[0])} is none "
                "of them. Give a list, as [1, 3]."
            )
        missing = [n for n in possible if n not in points]
        if not missing:
            return Result(self.name, PASSED, "You say that it meets every point of the rubric.")
        lines = "".join(f"\n  {n}. {self.rubric[n - 1]}" for n in missing)
        met = len(self.rubric) - len(missing)
        return Result(self.name, NOT_YET, f"{met} of {len(self.rubric)} points. Left:{lines}")


def _module_of(check):
    """Return "attention" for a check of exercises/attention.py, or of that folder's files."""
    inside = check.__module__.partition(".exercises.")[2] or check.__module__
    return inside.partition(".")[0]


def exercise(title, minutes, goal, hints):
    """Return a decorator that makes a check an ``Exercise`` of the same name."""
    return lambda check: Exercise(check, title, minutes, goal, hints)


def open_exercise(name, title, minutes, goal, hints, rubric):
    """Return an ``OpenExercise`` of the calling module."""
    module = sys._getframe(1).f_globals["__name__"]
    return OpenExercise(title, minutes, goal, hints, rubric, name, module)


def reference_solutions(exercise):
    """Return {"": function} or {"_in_pytorch": ..., "_in_tensorflow": ...}; None if not shipped.

    They stand in ``solutions/<module>.py`` under the exercise's name. Raises: LookupError if the
    file is there and the solution is not.
    """
    try:
        module = importlib.import_module(f"course_utils.exercises.solutions.{exercise.module}")
    except ModuleNotFoundError as error:
        if not error.name.startswith("course_utils.exercises.solutions"):
            raise
        return None
    found = {
        ending: getattr(module, exercise.name + ending)
        for ending in ("", "_in_numpy", "_in_pytorch", "_in_tensorflow")
        if hasattr(module, exercise.name + ending)
    }
    if not found:
        raise LookupError(f"{module.__name__} has no solution for {exercise.name}.")
    return found


def _is_one_of(number, possible):
    """Tell whether this is a whole number, and one of those."""
    whole = isinstance(number, numbers.Integral) and not isinstance(number, (bool, np.bool_))
    return whole and number in possible


class _Text(str):
    """A text that a notebook shows as it is, without quotes."""

    __slots__ = ()

    def __repr__(self):
        return str(self)


class _Source(_Text):
    """A source that a notebook shows in colours."""

    __slots__ = ()

    def _repr_html_(self):
        from course_utils.side_by_side import as_html

        return as_html(self)
