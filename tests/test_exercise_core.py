"""The core of the exercises: hints, checks of any answer, inputs, the progress file."""

import functools
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from torch import tanh as tanh_of_torch

from course_utils import exercises, in_pytorch
from course_utils.exercises import record
from course_utils.exercises.exercise import (
    NOT_ATTEMPTED,
    NOT_YET,
    PASSED,
    OpenExercise,
    exercise,
    open_exercise,
)
from course_utils.exercises.expectations import NotMet, array, as_array, expect, number, shown
from course_utils.exercises.frameworks import convert, inputs_for

ROOT = Path(__file__).resolve().parents[1]
X = np.array([[0.5, -1.0], [2.0, 0.0]], dtype=np.float32)


@pytest.fixture(autouse=True)
def progress_file(tmp_path):
    path = tmp_path / "progress.json"
    exercises.use_progress_file(path)
    yield path
    exercises.use_progress_file(None)


@exercise("Doubling", minutes=5, goal="Double an array.", hints=["A nudge", "More", "Nearly it"])
def doubling(answer):
    found = array(answer(X), (2, 2), "The doubled array")
    expect(np.allclose(found, 2 * X), f"Each number is doubled; the first is {found[0, 0]:.2f}.")


@exercise("Two results", minutes=5, goal="Return two numbers.", hints=["One", "Two"])
def two_results(answer):
    first, second = answer(X)
    expect(number(first) < number(second), "The first is the smaller one.")


@exercise("A number", minutes=5, goal="Give pi, roughly.", hints=["One", "Two"])
def about_pi(answer):
    expect(abs(number(answer) - np.pi) < 0.1, "The circumference is about three diameters.")


POINTS = ["It has a picture", "It has a number", "It has a reason"]
essay = open_exercise("essay", "An essay", 20, "Write.", ["a", "b"], POINTS)


# --- hints and what is shown ---------------------------------------------------------------------


def test_hints_come_one_after_the_other():
    doubling._hints_shown = 0
    assert str(doubling.hint()) == repr(doubling.hint(1)) == "Hint 1 of 3: A nudge"
    assert str(doubling.hint()) == "Hint 2 of 3: More"
    assert "Nearly it" in str(doubling.hint())
    assert "Hint 3 of 3" in str(doubling.hint())  # the last stays
    assert "Hint 1" in str(doubling.hint(1))  # looking back takes nothing away
    assert "Hint 3" in str(doubling.hint())


def test_a_chosen_hint_counts_as_shown():
    doubling._hints_shown = 0
    doubling.hint(2)
    assert "Hint 3" in str(doubling.hint())


@pytest.mark.parametrize("wrong", [0, 4, -1, True, 1.0, "1", [1], np.arange(2)])
def test_there_is_no_such_hint(wrong):
    with pytest.raises(ValueError, match=r"the hints are 1 to 3"):
        doubling.hint(wrong)


def test_an_exercise_shows_its_goal_and_no_answer():
    shown = repr(doubling)
    assert "Doubling (5 minutes): Double an array." in shown
    assert "3 hints" in shown
    assert "Nearly it" not in shown


def test_an_open_exercise_shows_its_rubric():
    assert "2. It has a number" in repr(essay)


# --- check ---------------------------------------------------------------------------------------


def test_a_right_answer_passes_and_is_noted(progress_file):
    result = doubling.check(lambda x: 2 * x)
    assert (result.status, result.passed, repr(result)) == (PASSED, True, "doubling: passed.")
    assert json.loads(progress_file.read_text())["test_exercise_core"]["doubling"]["checks"] == 1


def test_a_wrong_answer_gets_its_message():
    result = doubling.check(lambda x: x + 1)
    assert repr(result) == "doubling: not yet. Each number is doubled; the first is 1.50."


@pytest.mark.parametrize("nothing", [None, ..., NotImplemented])
def test_no_answer_is_not_attempted(nothing, progress_file):
    assert doubling.check(nothing).status == NOT_ATTEMPTED
    assert not progress_file.exists()


def stub(x):
    raise NotImplementedError


def half_written(x):
    x = x * 2
    return stub(x)


class Stub:
    def __call__(self, x):
        raise NotImplementedError("Your code here.")


@pytest.mark.parametrize("answer", [stub, half_written, Stub(), functools.partial(stub)])
def test_a_stub_is_not_attempted(answer, progress_file):
    assert doubling.check(answer).status == NOT_ATTEMPTED
    assert not progress_file.exists()


class WithoutForward(torch.nn.Module):
    pass


@tf.function
def symbolic(x):
    stored.append(x)
    return x


stored = []


def not_implemented_by_pytorch(x):
    return torch.softmax(x.long(), dim=0)


def test_what_a_framework_cannot_do_is_no_stub():
    result = doubling.check(not_implemented_by_pytorch)
    assert result.status == NOT_YET
    assert "not implemented for 'Long'" in result.message
    assert "return torch.softmax(x.long(), dim=0)" in result.message
    assert doubling.check(WithoutForward()).status == NOT_YET


def test_a_symbolic_tensor_is_no_number():
    symbolic(tf.constant(X))
    with pytest.raises(NotMet, match="must hold numbers"):
        as_array(stored[0])


def helper(x):
    return x.nothing_of_that_name


def fails_in_helper(x):
    return helper(x)


def fails_in_library(x):
    return np.linalg.inv(x[:1])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            lambda x: 1 / 0,
            r"with ZeroDivisionError: division by zero\n  in line \d+: .*1 /",
        ),
        (fails_in_helper, r"AttributeError.*\n  in line \d+: return x.nothing.*\n.*were NumPy's"),
        (fails_in_library, r"LinAlgError.*\n  in line \d+: return np.linalg.inv\(x\[:1\]\)\n"),
        (lambda: 1, r"TypeError: .* takes 0 positional arguments but 1 was given\n  Its arrays"),
        (lambda x: (2 * x for _ in [1 / 0]), r"ZeroDivisionError"),
        (lambda x: tf.exp(x).nothing, r"tf.exp\(x\).nothing.*\n.*were tensorflow"),
        (lambda x: tf.reshape(x, (3, 3)), r"InvalidArgumentError(?s:.)*in line \d+: .*reshape.*$"),
    ],
)
def test_the_learners_error_is_reported_with_the_line(answer, message):
    result = doubling.check(answer)
    assert result.status == NOT_YET
    assert re.search(message, result.message), result.message


def generator(x):
    yield 1.0
    raise RuntimeError("in the middle")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda x: None, "a NoneType: None .did you forget 'return'"),
        (lambda x: 3.0, "what your function returned, a float: 3.0. It stopped with TypeError"),
        (lambda x: (1, 2, 3), "too many values"),
        (generator, "Your function stopped with RuntimeError: in the middle\n  in line"),
        (5, "Your answer is a int: 5. A function is expected"),
        ("text", "Your answer is a str: 'text'. A function is expected"),
        (X, "Your answer is a ndarray"),
    ],
)
def test_an_answer_of_another_kind_is_named(answer, message):
    result = two_results.check(answer)
    assert result.status == NOT_YET
    assert re.search(message, result.message), result.message


def test_a_mistake_of_the_course_is_not_blamed_on_the_learner():
    @exercise("Broken", minutes=5, goal="None.", hints=["a", "b"])
    def broken(answer):
        return [][0]

    with pytest.raises(IndexError):
        broken.check(lambda x: x)


@pytest.mark.parametrize("inputs", ["torch", "", 3, ["numpy"]])
def test_other_inputs_are_refused(inputs):
    with pytest.raises(ValueError, match="Give one of numpy, pytorch, tensorflow"):
        doubling.check(lambda x: x, inputs=inputs)


def test_inputs_can_be_chosen():
    kinds = {"numpy": np.ndarray, "pytorch": torch.Tensor, "tensorflow": tf.Tensor}
    for inputs, kind in kinds.items():
        seen = []
        assert doubling.check(lambda x, seen=seen: seen.append(x) or 2 * x, inputs=inputs).passed
        assert isinstance(seen[0], kind)


def test_an_answer_that_changes_its_input_changes_a_copy():
    def in_place(x):
        x *= 2
        return x

    assert doubling.check(in_place).passed
    assert doubling.check(in_place).passed


def test_an_overflow_makes_no_noise(recwarn):
    assert "finite" in doubling.check(lambda x: np.exp(1000 * x)).message
    assert not recwarn.list


# --- any value as an answer ----------------------------------------------------------------------


class Hostile:
    """Raises whatever is asked of it."""

    def __array__(self, *arguments, **named):
        raise RuntimeError("no array")

    def __repr__(self):
        raise RuntimeError("no repr")

    def __len__(self):
        raise RuntimeError("no length")

    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = None


def circle():
    items = []
    items.append(items)
    return items


ODD = [
    Hostile(), circle(), print, type, object(), b"3", "3.14", 3 + 1j, 10**400, float("nan"),
    torch.ones(2, requires_grad=True), [torch.ones(1, requires_grad=True)],
    torch.ones(2, device="meta"), torch.ones(2, dtype=torch.bfloat16), torch.eye(2).to_sparse(),
    tf.constant([1.0]), tf.constant("text"), tf.ragged.constant([[1], [2, 3]]),
    tf.IndexedSlices(tf.ones((1, 2)), tf.constant([0])), keras.Variable([1.0]), tf.Variable(1.0),
    np.array("a"), np.array([None]), np.zeros((0, 3)), np.ma.masked, np.datetime64("2020-01-01"),
    np.zeros(2, dtype=[("a", float)]), iter([1]), (x for x in [1]), {1, 2}, {"a": 1},
    in_pytorch.layers.RecurrentLayers(2, 2), [1, [2, 3]], [[], [1]], (None, None), range(2),
]  # fmt: skip
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text()
plain |= st.binary() | st.fractions() | st.decimals() | st.dates()
plain |= arrays_of.arrays(arrays_of.scalar_dtypes(), arrays_of.array_shapes(min_dims=0))
values = st.sampled_from(ODD) | st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner) | st.tuples(inner)
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("closed", [doubling, two_results, about_pi])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(value=values)
def test_any_value_gets_a_result(closed, value):
    for answer in (value, lambda *arguments: value):
        result = closed.check(answer)
        assert result.status in (NOT_ATTEMPTED, NOT_YET, PASSED)
        assert result.passed or result.message
        assert result.exercise in repr(result)
        assert len(result.message) < 500


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(value=values)
def test_any_value_as_points(value):
    try:
        found = essay.check(value).status
    except ValueError as error:
        found = str(error)
    refused = "The rubric has the points 1 to 3, and "
    assert found in (NOT_ATTEMPTED, NOT_YET, PASSED) or found.startswith(refused)


# --- open exercises ------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", [None, ..., [], (), set(), np.array([])])
def test_no_points_are_not_attempted(nothing, progress_file):
    assert essay.check(nothing).status == NOT_ATTEMPTED
    assert not progress_file.exists()


@pytest.mark.parametrize("points", [[1, 2, 3], {1, 2, 3}, range(1, 4), np.array([3, 2, 1])])
def test_all_points_pass(points):
    assert essay.check(points).passed


def test_missing_points_are_listed():
    result = essay.check(2)
    assert result.message == "1 of 3 points. Left:\n  1. It has a picture\n  3. It has a reason"


@pytest.mark.parametrize("points", [[0], [4], "12", ["1"], [True], [1.0], {1: 2}, 1.5, [[1]]])
def test_other_points_are_refused(points):
    with pytest.raises(ValueError, match="none of them"):
        essay.check(points)


def test_an_open_exercise_knows_its_module():
    assert isinstance(essay, OpenExercise)
    assert (essay.module, essay.name) == ("test_exercise_core", "essay")


# --- inputs --------------------------------------------------------------------------------------

nn = torch.nn
model = torch.nn.Linear(2, 2)
loss = torch.ones(1)
WEIGHT = tf.ones((2, 2))
alias = torch.nn.functional


def numpy_only(x):
    return np.tanh(x) + x.loss.model  # attributes, not the globals of these names


def by_helper(x):
    return numpy_only(x) + second_helper(x)


def second_helper(x):
    return [tf.nn.softmax(part) for part in x]


def imports_inside(x):
    import torch.nn.functional as functional

    return functional.gelu(x)


def imports_from_inside(x):
    from keras import ops

    return ops.tanh(x)


def with_default(x, activation=tf.tanh):
    return activation(x)


def enclosing():
    tool = torch

    def inner(x):
        return tool.exp(x)

    return inner


def calls_itself(x):
    return calls_itself(x)


class Method:
    def run(self, x):
        return second_helper(x)

    def __call__(self, x):
        return torch.exp(x)


@functools.wraps(numpy_only)
def wrapper(x):
    return x


INPUTS_FOR = {
    "numpy": [numpy_only, calls_itself, lambda x: 2 * x, len, np.tanh, wrapper, 3, None],
    "pytorch": [
        imports_inside, enclosing(), Method(), lambda x: nn.functional.gelu(x), torch.tanh,
        lambda x: tanh_of_torch(x), lambda x: model(x), lambda x: loss * x, lambda x: alias.gelu(x),
        lambda x: in_pytorch.training.clip_gradients(x, 1), model,
        functools.partial(torch.sum, dim=1), functools.partial(np.multiply, loss),
    ],
    "tensorflow": [
        by_helper, second_helper, imports_from_inside, with_default, Method().run, symbolic,
        lambda x: x @ WEIGHT, lambda x: keras.ops.exp(x), tf.tanh, lambda x: [tf.exp(y) for y in x],
        functools.partial(second_helper),
    ],
}  # fmt: skip
CASES = [(kind, answer) for kind, answers in INPUTS_FOR.items() for answer in answers]


@pytest.mark.parametrize(("kind", "answer"), CASES)
def test_inputs_suit_the_function(kind, answer):
    assert inputs_for(answer) == kind


@pytest.mark.parametrize(
    ("inputs", "kind"),
    [("numpy", np.ndarray), ("pytorch", torch.Tensor), ("tensorflow", tf.Tensor)],
)
def test_arrays_are_converted_everywhere(inputs, kind):
    Pair = namedtuple("Pair", "first second")
    value = {"a": [X, (X.T, 1)], "b": Pair(X > 0, "text"), "c": np.array(["text"]), "d": X[::-1]}
    found = convert(value, inputs)
    parts = found["a"][0], found["a"][1][0], found["b"].first, found["d"]
    assert all(isinstance(part, kind) for part in parts)
    assert [part.shape for part in parts] == [(2, 2)] * 4
    assert np.array_equal(as_array(parts[3]), X[::-1])
    assert as_array(parts[0]).dtype == np.float64
    assert (found["a"][1][1], found["b"].second, found["c"][0]) == (1, "text", "text")


# --- expectations --------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [3, 3.0, np.float32(3), X.sum() * 2, [3], [[3.0]]])
def test_one_number_in_many_forms(value):
    assert number(value) == 3.0


@pytest.mark.parametrize("make", [torch.tensor, tf.constant, np.array, tf.Variable])
def test_arrays_of_every_kind(make):
    assert np.array_equal(as_array(make([1.0, 2.0])), [1, 2])
    assert np.array_equal(as_array([make([1.0]), (make(2.0),)]), [[1], [2]])
    assert np.array_equal(as_array([make(1.0), make(2.0)]), [1, 2])


def test_tensors_with_a_gradient_in_a_list():
    assert np.array_equal(as_array([torch.ones(2, requires_grad=True)]), [[1, 1]])
    assert np.array_equal(as_array(torch.ones(2, dtype=torch.float16)), [1, 1])
    assert np.array_equal(as_array(tf.ones(2, tf.bfloat16)), [1, 1])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "is None. Did you forget 'return'"),
        ("3", "is a str: '3'"),
        (["1", "2"], "is a list"),
        ([1, [2, 3]], "is a list.*inhomogeneous"),
        ([None, 1.0], "must hold numbers"),
        (1j, "is a complex"),
        (Hostile(), r"is a Hostile: \(its repr raises RuntimeError\) \(RuntimeError: no array"),
        (len, "builtin_function"),
    ],
)
def test_what_is_no_number_is_named(value, message):
    with pytest.raises(NotMet, match=message):
        as_array(value)


@pytest.mark.parametrize(
    ("value", "shape", "message"),
    [
        (X, (2, 3), r"shape \(2, 3\), and has \(2, 2\)"),
        (X, (2,), r"shape \(2,\), and has \(2, 2\)"),
        (X, (None, 3), r"shape \(None, 3\)"),
        (X / np.float32(np.inf) + np.inf, (2, 2), "NaN or infinity"),
    ],
)
def test_other_shapes_are_named(value, shape, message):
    with pytest.raises(NotMet, match=message):
        array(value, shape, "The states")


@pytest.mark.parametrize(
    ("value", "message"),
    [([1, 2], "one number.*shape .2,"), (np.nan, "finite"), ([], "one number")],
)
def test_what_is_not_one_number_is_named(value, message):
    with pytest.raises(NotMet, match=message):
        number(value)


def test_a_free_axis_takes_any_size():
    assert array(X, (None, 2)).shape == (2, 2)


def test_a_long_repr_is_cut():
    assert shown("a\n" * 99).endswith("…")
    assert len(shown(np.zeros((50, 50)))) == 60
    assert shown([1,
                  2]) == "[1, 2]"  # fmt: skip


# --- the progress file ---------------------------------------------------------------------------


def test_passed_stays_passed(progress_file):
    doubling.check(lambda x: x)
    assert noted(progress_file)["doubling"] == {"status": "not yet", "checks": 1}
    doubling.check(lambda x: 2 * x)
    first = noted(progress_file)["doubling"]
    assert first["status"] == "passed"
    doubling.check(lambda x: x)
    after = noted(progress_file)["doubling"]
    assert after == {"status": "passed", "checks": 3, "passed_at": first["passed_at"]}


def noted(path):
    return json.loads(path.read_text(encoding="utf-8"))["test_exercise_core"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_only_the_owner_reads_it(progress_file):
    old = os.umask(0)
    try:
        progress_file.write_text("{}")
        progress_file.chmod(0o666)
        doubling.check(lambda x: x)
    finally:
        os.umask(old)
    assert stat.S_IMODE(progress_file.stat().st_mode) == 0o600


def test_it_is_written_at_once(progress_file, monkeypatch):
    doubling.check(lambda x: x)
    before = progress_file.read_bytes()

    def full_disk(part, path):
        assert json.loads(Path(part).read_text())  # complete before it takes the place
        assert progress_file.read_bytes() == before
        raise OSError("the disk is full")

    monkeypatch.setattr(record.os, "replace", full_disk)
    result = doubling.check(lambda x: 2 * x)
    assert result.passed  # the learner sees the result anyway
    assert "Not noted, because of this: the disk is full" in result.message
    assert progress_file.read_bytes() == before
    assert not list(progress_file.parent.glob("*.part"))


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", "3", '"text"', "null", '{"a": 3}', '{"a": {"b": 3}}', '{"a": {"b": {}}}', "\xff",
        '{"a": {"b": {"status": "passed"}}}', '{"a": {"b": {"status": 3, "checks": 1}}}',
        '{"a": {"b": {"status": "passed", "checks": "1"}}}', "[" * 100_000,
    ],
)  # fmt: skip
def test_a_broken_file_is_said_and_not_overwritten(text, progress_file):
    progress_file.write_bytes(text.encode("latin-1"))
    result = doubling.check(lambda x: 2 * x)
    assert result.passed
    assert "cannot be read" in result.message
    assert "use_progress_file" in result.message
    assert progress_file.read_bytes() == text.encode("latin-1")
    with pytest.raises(ValueError, match="Move it away to begin a new one"):
        exercises.progress("basic_rnn")


def test_an_empty_file_is_a_new_one(progress_file):
    progress_file.touch()
    assert doubling.check(lambda x: x).message == doubling.check(lambda x: x).message
    assert noted(progress_file)["doubling"]["checks"] == 2


def test_a_folder_is_no_progress_file(tmp_path):
    exercises.use_progress_file(tmp_path)
    assert "cannot be read" in doubling.check(lambda x: 2 * x).message


def test_a_lock_of_another_program_is_said(progress_file, monkeypatch):
    monkeypatch.setattr(record, "LOCK_SECONDS", 0.05)
    with FileLock(f"{progress_file}.lock"):
        result = doubling.check(lambda x: 2 * x)
    assert result.passed
    assert "Not noted" in result.message
    assert "lock" in result.message


def test_a_link_stays_a_link(progress_file, tmp_path):
    real = tmp_path / "synchronised" / "minji.json"
    real.parent.mkdir()
    try:
        progress_file.symlink_to(real)
    except OSError:
        pytest.skip("this account may not make links")
    record._chosen = progress_file
    doubling.check(lambda x: x)
    assert progress_file.is_symlink()
    assert noted(real)["doubling"]["checks"] == 1


def test_where_the_progress_is_kept(tmp_path, monkeypatch):
    chosen, named = tmp_path / "chosen.json", tmp_path / "new" / "named.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(named))
    exercises.use_progress_file(chosen)
    assert exercises.progress_file() == chosen
    exercises.use_progress_file(None)
    assert exercises.progress_file() == named
    doubling.check(lambda x: x)  # makes the folder
    assert named.is_file()
    monkeypatch.setenv("COURSE_PROGRESS", "~/mine.json")
    assert exercises.progress_file() == Path.home() / "mine.json"
    monkeypatch.delenv("COURSE_PROGRESS")
    assert exercises.progress_file().name == "progress.json"
    assert exercises.progress_file().parent.name == "course_utils"


def test_a_relative_file_stays_where_it_was_chosen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exercises.use_progress_file("minji.json")
    monkeypatch.chdir(ROOT)
    assert exercises.progress_file() == (tmp_path / "minji.json").resolve()


NOTE_OFTEN = """if True:
    import sys
    from course_utils.exercises import record
    for _ in range(40):
        record.note("basic_rnn", sys.argv[1], "not yet")
"""


def test_several_notebooks_at_once_lose_nothing(progress_file):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COURSE_PROGRESS": str(progress_file)}
    running = [
        subprocess.Popen([sys.executable, "-c", NOTE_OFTEN, name], env=environment)
        for name in ("shared", "shared", "own")
    ]
    assert [process.wait() for process in running] == [0, 0, 0]
    found = json.loads(progress_file.read_text())["basic_rnn"]
    assert {name: entry["checks"] for name, entry in found.items()} == {"shared": 80, "own": 40}


# --- the table -----------------------------------------------------------------------------------


def test_the_table_shows_what_is_noted():
    own = [name for _, name in exercises.every_exercise("basic_rnn")]
    record.note("basic_rnn", own[0], "passed")
    record.note("basic_rnn", own[1], "not yet")
    record.note("basic_rnn", own[1], "not yet")
    table = exercises.progress("basic_rnn")
    assert table.passed == 1
    assert [row[1] for row in table.rows] == own
    assert [row[3:] for row in table.rows[:3]] == [
        ("passed", 1), ("not yet", 2), ("not attempted yet", 0)
    ]  # fmt: skip
    assert repr(table).startswith(f"1 of {len(own)} exercises passed\n  ✓ basic_rnn.{own[0]}")
    assert "not yet, 2 checks" in repr(table)
    assert table._repr_html_().count("<tr>") == len(own) + 1


def test_the_table_escapes_what_it_shows():
    table = record.Progress((("<script>", "a & b", 5, "<b>passed</b>", 1),))
    assert "&lt;script&gt;" in table._repr_html_()
    assert "a &amp; b" in table._repr_html_()
    assert "<script>" not in table._repr_html_()
    assert "<b>" not in table._repr_html_()


def test_an_unknown_module_is_named():
    with pytest.raises(ValueError, match=r"no exercises named 'rnn'\. There are: basic_rnn"):
        exercises.progress("rnn")
    with pytest.raises(AttributeError, match="no exercises named 'rnn'"):
        exercises.rnn  # noqa: B018


# --- solutions -----------------------------------------------------------------------------------


def test_a_solution_is_shown_when_asked_for(monkeypatch):
    solutions = pytest.importorskip("course_utils.exercises.solutions.basic_rnn")
    first = next(iter(exercises.every_exercise("basic_rnn").values()))
    text = first.solution()
    assert f"def {first.name}" in repr(text)
    assert "def" in text._repr_html_()
    assert "<span" in text._repr_html_()
    for ending in ("", "_in_numpy", "_in_pytorch", "_in_tensorflow"):
        monkeypatch.delattr(solutions, first.name + ending, raising=False)
    with pytest.raises(LookupError, match=f"has no solution for {first.name}"):
        first.solution()


def test_solutions_are_escaped_in_html():
    from course_utils.exercises.exercise import _Source

    html = _Source("if a < b & c:\n    '<script>'")._repr_html_()
    assert "<script>" not in html
    assert "&lt;" in html


def test_a_students_copy_has_no_solutions(tmp_path):
    leave = shutil.ignore_patterns("solutions", "__pycache__")
    shutil.copytree(ROOT / "course_utils", tmp_path / "course_utils", ignore=leave)
    program = """if True:
        import sys
        from course_utils import exercises
        for exercise in exercises.every_exercise("basic_rnn").values():
            print(exercise.solution())
            assert exercise.hint()
            assert exercise.check(None).status == "not attempted yet"
        print(exercises.progress("basic_rnn"))
        assert not {"torch", "tensorflow", "keras"} & set(sys.modules)
    """
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(tmp_path), "COURSE_PROGRESS": str(tmp_path / "p.json")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stderr
    own = exercises.every_exercise("basic_rnn")
    assert run.stdout.count("This copy of the course holds no reference solutions.") == len(own)
    assert f"0 of {len(own)} exercises passed" in run.stdout
    assert not (tmp_path / "p.json").exists()
