"""What a case is: two programs, what is seen, the test that tells them apart, what the bug costs.

The module of a case defines

- ``FRAMEWORK``, ``TITLE`` (what is seen), ``PROGRAM`` (how a test calls the program),
- ``buggy`` and ``cured``, and ``SHARED``, the names of what both build on;
- ``symptom(program)`` -> {what: value}; ``test(program)``, which raises AssertionError on the bug;
- ``MEASURE`` (what it costs, with its unit), ``BETTER`` ("lower", "higher"), ``cost(program)``.
"""

import difflib
import importlib
import inspect
import re
import traceback
import warnings
from dataclasses import dataclass

from course_utils.exercises import record
from course_utils.exercises.exercise import NOT_ATTEMPTED, NOT_YET, PASSED, Result
from course_utils.side_by_side import SideBySide, as_html, without_docstrings

from .names import CASES, LESSONS

COLOURS = ("#777777", "#117733")  # of the bug and of the cure; no framework's colours
BUG, CURE = "the bug", "the cure"
MINUTES = 10  # for a learner to write one test


@dataclass(frozen=True)
class Cost:
    """What a bug costs: ``bug`` and ``cure``, both measured, in the unit that ``measure`` names."""

    case: str
    framework: str
    measure: str
    better: str
    bug: float
    cure: float

    @property
    def harms(self):
        """Tell whether the bug is worse than the cure, in the direction of ``better``."""
        return self.bug > self.cure if self.better == "lower" else self.bug < self.cure

    def __repr__(self):
        return (
            f"{self.measure} ({self.better} is better): "
            f"{self.bug:.3g} with the bug, {self.cure:.3g} cured"
        )


@dataclass(frozen=True)
class Trial:
    """What a test says of both programs: None, or what it has against one."""

    bug: str | None
    cure: str | None

    @property
    def told_apart(self):
        """Tell whether the bug fails and the cure passes."""
        return self.bug is not None and self.cure is None

    def __repr__(self):
        lines = [(BUG, self.bug), (CURE, self.cure)]
        return "\n".join(
            f"{name:9}{'passes' if said is None else f'FAILS: {said}'}" for name, said in lines
        )


class Case:
    """One bug. Get it with ``bug_clinic.case(name)``; see the module's own text for the parts."""

    def __init__(self, name, module):
        self.name, self.module = name, module
        self.framework, self.title = module.FRAMEWORK, module.TITLE
        self.program, self.check = module.PROGRAM, _lesson_of(name)
        self.buggy, self.cured = module.buggy, module.cured

    def __repr__(self):
        return f"{self.name} ({self.framework}): {self.title}\nA test gets {self.program}"

    def run(self, program, *arguments):
        """Call a program and return what it returns; the warnings of a bug are not shown."""
        return _quietly(program, *arguments)

    def symptom(self, program=None):
        """Return what a learner sees of the bug, {what: value}, or of another program."""
        return _quietly(self.module.symptom, program or self.buggy)

    def test(self, program):
        """Run the course's test. Raises: AssertionError if it finds the program wrong."""
        _quietly(self.module.test, program)

    def trial(self):
        """Run the course's test on both programs and return the ``Trial``."""
        return Trial(*(_objection(self.module.test, p) for p in (self.buggy, self.cured)))

    def cost(self):
        """Measure what the bug costs, and return the ``Cost``. It may train two small models."""
        bug, cure = (float(_quietly(self.module.cost, p)) for p in (self.buggy, self.cured))
        module = self.module
        return Cost(self.name, self.framework, module.MEASURE, module.BETTER, bug, cure)

    def show_bug(self):
        """Return the source of the program with the bug, to be shown in colours.

        Its own docstring, which may say too much, is left out.
        """
        parts = [_source(part) for part in self._shared()]
        return Source("\n\n".join([*parts, without_docstrings(_source(self.buggy))]))

    def show(self):
        """Return both programs in two aligned columns."""
        return SideBySide(
            _source(self.buggy), _source(self.cured), titles=(BUG, CURE), colours=COLOURS
        )

    def show_test(self):
        """Return the source of the course's own test, to be shown in colours."""
        return Source(_source(self.module.test))

    def check_test(self, test):
        """Check a learner's test: it must fail on the bug and pass on the cure.

        ``test(program)`` raises AssertionError where it finds the program wrong, or returns a
        ``Diagnosis`` that failed, or False. Returns a ``Result``, whose status is "not attempted
        yet", "not yet" or "passed"; it is noted in the progress file.
        """
        result = self._result(test)
        if result.status != NOT_ATTEMPTED:
            record.note("bug_clinic", self.name, result.status)
        return result

    def _result(self, test):
        if test is None or test is ...:
            return Result(self.name, NOT_ATTEMPTED, "Write a test, then run the cell again.")
        if not callable(test):
            return Result(
                self.name, NOT_YET, f"Give the test itself, a function, and not {test!r:.50}."
            )
        found = {}
        for which, program in ((BUG, self.buggy), (CURE, self.cured)):
            try:
                found[which] = _objection(test, program)
            except NotImplementedError:
                return Result(self.name, NOT_ATTEMPTED, "Write its body, then run the cell again.")
            except Exception as error:
                line = traceback.extract_tb(error.__traceback__)[-1]
                where = f"\n  in line {line.lineno}: {line.line}" if line.line else ""
                return Result(
                    self.name,
                    NOT_YET,
                    f"On {which} your test stopped with {type(error).__name__}: {error}{where}\n"
                    "  A test says 'wrong' with assert. It is called as test(program), and gets "
                    f"{self.program}",
                )
        if found[BUG] is None and found[CURE] is None:
            message = (
                "Your test passes on both programs, so it does not see the bug. Look at the symptom"
                " again: which number would be another one in a right program?"
            )
        elif found[CURE] is not None and found[BUG] is not None:
            message = (
                "Your test fails on the cured program, too. It asks for more than a right program "
                f"does. It said: {found[CURE]}"
            )
        elif found[CURE] is not None:
            message = (
                "Your test passes on the bug and fails on the cure: is the comparison the wrong "
                f"way round? It said: {found[CURE]}"
            )
        else:
            return Result(
                self.name, PASSED, f"It fails on the bug and passes on the cure. {found[BUG]}"
            )
        return Result(self.name, NOT_YET, message)

    def _shared(self):
        return [getattr(self.module, name) for name in getattr(self.module, "SHARED", ())]


class Source(str):
    """A source: a notebook shows it in colours, a terminal as it is."""

    __slots__ = ()

    def __repr__(self):
        return str(self)

    def _repr_html_(self):
        return as_html(self)


def case(name):
    """Return the ``Case`` of this name; its framework is loaded now.

    Raises: ValueError for a name that no case has.
    """
    if name not in CASES:
        close = difflib.get_close_matches(str(name), CASES, n=1)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise ValueError(f"There is no case {name!r}. {hint}There are: {', '.join(CASES)}.")
    return Case(name, importlib.import_module(f"course_utils.bug_clinic.{name}"))


def progress():
    """Return the table of the cases: for which ones a test of yours was passed.

    Raises: ValueError if the progress file cannot be read.
    """
    noted = record.noted("bug_clinic")
    return record.Progress(
        tuple(
            (
                "bug_clinic",
                name,
                MINUTES,
                entry.get("status", NOT_ATTEMPTED),
                entry.get("checks", 0),
            )
            for name in CASES
            for entry in [noted.get(name, {})]
        )
    )


def cost_table(costs):
    """Return costs as a Markdown table, one row a case, in the order given."""
    rows = ["| case | framework | measured | bug | cure |", "|---|---|---|---|---|"]
    rows += [
        f"| {c.case} | {c.framework} | {c.measure} ({c.better} is better) | {c.bug:.3g} | "
        f"{c.cure:.3g} |"
        for c in costs
    ]
    return "\n".join(rows)


def _source(part):
    """Return the source of a function or class; ``buggy`` and ``cured`` are called ``program``."""
    source = inspect.getsource(part).rstrip()
    source = re.sub(r"^(def|class) (buggy|cured)\b", r"\1 program", source, flags=re.MULTILINE)
    return re.sub(r"  # noqa.*", "", source)


def _lesson_of(name):
    return next(check for check, names in LESSONS.items() if name in names)


def _quietly(function, *arguments):
    """Call a function; warnings that a bug sets off are not shown: nobody read them either."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments)


def _objection(test, program):
    """Return what a test has against a program, or None if it passes."""
    try:
        verdict = _quietly(test, program)
    except AssertionError as error:
        return str(error) or "an assertion failed"
    failed = verdict is not None and not getattr(verdict, "passed", verdict)
    return (str(verdict) if hasattr(verdict, "passed") else "it returned False") if failed else None
