"""Each bug fails its test, each cure passes, and what the bug costs is measured."""

import ast
import inspect
import json
import math
import re
from pathlib import Path

import pytest

from course_utils import bug_clinic, diagnosis, exercises
from course_utils.bug_clinic import tasks
from course_utils.bug_clinic.patients import Cost
from course_utils.exercises.exercise import NOT_ATTEMPTED, NOT_YET, PASSED

ROOT = Path(__file__).resolve().parents[1]
CASES = pytest.mark.parametrize("name", bug_clinic.CASES)


@pytest.fixture(autouse=True)
def own_progress_file(tmp_path):
    exercises.use_progress_file(tmp_path / "progress.json")
    yield
    exercises.use_progress_file(None)


# --- every case ----------------------------------------------------------------------------------


@CASES
def test_the_bug_fails_and_the_cure_passes(name):
    case = bug_clinic.case(name)
    with pytest.raises(AssertionError) as failure:
        case.test(case.buggy)
    assert str(failure.value)
    case.test(case.cured)
    assert case.trial().told_apart


@CASES
def test_the_cost_is_measured_and_the_bug_is_worse(name):
    cost = bug_clinic.case(name).cost()
    assert math.isfinite(cost.bug)
    assert math.isfinite(cost.cure)
    assert cost.harms, cost
    assert abs(cost.bug - cost.cure) > 0.02 * max(abs(cost.bug), abs(cost.cure)), cost


@CASES
def test_the_symptom_is_measured_without_looking_at_the_program(name):
    case = bug_clinic.case(name)
    bug, cure = case.symptom(), case.symptom(case.cured)
    assert bug.keys() == cure.keys()
    assert bug != cure
    for value in bug.values():
        assert isinstance(value, (bool, int, float, str, list))


@CASES
def test_a_case_has_all_its_parts(name):
    case = bug_clinic.case(name)
    assert case.framework in ("PyTorch", "TensorFlow")
    assert case.module.BETTER in ("lower", "higher")
    assert case.title[0].islower()
    assert case.program.startswith("program")
    assert case.check in (*diagnosis.CHECKS, "by_hand")
    if case.check != "by_hand" and name != "squared_error":
        assert f"diagnosis.{case.check}(" in case.show_test()
    assert "def test(" in case.show_test()
    assert case.show().left != case.show().right
    for part, source in ((case.buggy, case.show().left), (case.cured, case.show().right)):
        assert source.splitlines()[1:] == inspect.getsource(part).splitlines()[1:]
    doc = case.buggy.__doc__
    assert doc not in case.show_bug()  # it may name the cause
    assert "<code>" in case.show_bug()._repr_html_()


@CASES
def test_the_courses_test_is_one_that_the_checker_accepts(name):
    case = bug_clinic.case(name)
    assert case.check_test(case.module.test).status == PASSED


@CASES
def test_a_case_uses_one_framework_only(name):
    tree = ast.parse((ROOT / "course_utils" / "bug_clinic" / f"{name}.py").read_text("utf-8"))
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    imported = {alias.name for node in imports for alias in node.names}
    own, other = {"torch", "_pytorch"}, {"tensorflow", "keras", "_tensorflow"}
    if bug_clinic.case(name).framework == "TensorFlow":
        own, other = other, own
    assert not imported & other
    assert imported & own


def test_there_are_enough_cases_evenly_spread():
    frameworks = [bug_clinic.case(name).framework for name in bug_clinic.CASES]
    assert len(frameworks) >= 14
    assert abs(frameworks.count("PyTorch") - frameworks.count("TensorFlow")) <= 2
    assert set(bug_clinic.LESSONS) == {*diagnosis.CHECKS, "by_hand"}


# --- the checker of a learner's test -------------------------------------------------------------


CASE = "end_by_identity"


def asks(program):
    """Ask a program for a sentence whose first symbol is the end."""
    return program(bug_clinic.case(CASE).module.Speaker([]), 5)


def stops(program):
    assert asks(program) == [], "it does not stop"


def returns_false(program):
    return asks(program) == []


def returns_a_diagnosis(program):
    return diagnosis.evaluation_repeats(lambda: float(len(asks(program))), recorded=0)


def stub(program):
    raise NotImplementedError


def sees_nothing(program):
    asks(program)


def asks_too_much(program):
    assert asks(program) is None, "not None"


def wrong_way_round(program):
    assert len(asks(program)) == 5, "it stopped"


def breaks(program):
    program.forward()


@pytest.mark.parametrize(
    ("test", "status", "message"),
    [
        (stops, PASSED, "fails on the bug and passes on the cure. it does not stop"),
        (returns_false, PASSED, "it returned False"),
        (returns_a_diagnosis, PASSED, "evaluation_repeats: FAILED"),
        (stub, NOT_ATTEMPTED, "Write its body"),
        (None, NOT_ATTEMPTED, "Write a test"),
        (sees_nothing, NOT_YET, "passes on both programs"),
        (asks_too_much, NOT_YET, "fails on the cured program, too.*It said: not None"),
        (wrong_way_round, NOT_YET, "passes on the bug and fails on the cure"),
        (breaks, NOT_YET, "On the bug your test stopped with AttributeError(.|\n)*program\\(next"),
        (3, NOT_YET, "Give the test itself"),
    ],
)
def test_a_learners_test_is_judged(test, status, message):
    result = bug_clinic.case(CASE).check_test(test)
    assert result.status == status
    assert re.search(message, result.message), result


def test_what_was_passed_is_noted_and_a_stub_is_not():
    case = bug_clinic.case(CASE)
    case.check_test(stub)
    assert not exercises.progress_file().exists()
    case.check_test(sees_nothing)
    case.check_test(stops)
    noted = json.loads(exercises.progress_file().read_text("utf-8"))["bug_clinic"][CASE]
    assert noted["status"] == PASSED
    assert noted["checks"] == 2
    table = bug_clinic.progress()
    assert (table.passed, len(table.rows)) == (1, len(bug_clinic.CASES))


def test_an_unknown_case_is_answered_with_a_near_one():
    with pytest.raises(ValueError, match="Did you mean 'softmax_axis'"):
        bug_clinic.case("softmax_axes")


def test_what_a_learner_reads():
    case = bug_clinic.case(CASE)
    assert repr(case).startswith("end_by_identity (PyTorch): every sentence is as long as")
    assert repr(case.show_bug()) == str(case.show_bug())
    assert "#117733" in case.show()._repr_html_()
    cost = Cost("a", "PyTorch", "loss (nats)", "lower", 2.0, 1.5)
    assert repr(cost) == "loss (nats) (lower is better): 2 with the bug, 1.5 cured"
    assert bug_clinic.cost_table([cost]).splitlines()[-1] == (
        "| a | PyTorch | loss (nats) (lower is better) | 2 | 1.5 |"
    )
    assert not Cost("a", "PyTorch", "accuracy", "higher", 2.0, 1.5).harms
    assert repr(case.trial()) == "the bug  FAILS: it goes on after the end symbol\nthe cure passes"


# --- the tasks -----------------------------------------------------------------------------------


def test_recall_asks_for_the_first_symbol():
    ids, answers = tasks.recall(50, seed=3, longest=6, width=9)
    assert ids.shape == (50, 9)
    assert (ids[:, 0] == answers).all()
    lengths = (ids != 0).sum(axis=1)
    assert lengths.min() == 3
    assert lengths.max() == 6
    assert all((row[:n] != 0).all() for row, n in zip(ids, lengths, strict=True))


def test_reversals_know_their_links():
    for pair in tasks.reversals(20, seed=1):
        assert pair.target == pair.source[::-1]
        assert len(pair.sure) == len(pair.source)
        assert all(pair.source[i] == pair.target[j] for i, j in pair.sure)


def test_reversal_batches_mix_lengths():
    (batch,) = tasks.reversal_batches(1, 16, seed=0)
    assert batch.source.shape[0] == 16
    assert batch.source_lengths.min() < batch.source_lengths.max()


def test_text_tasks():
    ids, symbols = tasks.english_characters(300)
    assert "".join(symbols[i] for i in ids).startswith("I am sick .")
    ((inputs, targets),) = tasks.chunks(ids, 1, 4, 10, seed=0)
    assert (inputs[:, 1:] == targets[:, :-1]).all()
    words = tasks.frequent_words(5)
    assert sorted(words.values()) == [2, 3, 4, 5, 6]
    rows = tasks.sentence_ids(lambda sentence: [len(sentence)] * len(sentence), 8, width=10)
    assert rows.shape == (8, 10)
    assert all(row.max() == (row != 0).sum() for row in rows)


def test_starting_values_depend_on_the_seed_alone():
    first, bias = tasks.starting_values([(3, 4), (4,)], seed=1)
    assert abs(first).max() <= math.sqrt(6 / 7)
    assert (bias == 0).all()
    assert (tasks.starting_values([(3, 4)], seed=1)[0] == first).all()
    assert (tasks.starting_values([(3, 4)], seed=2)[0] != first).any()


# --- the page to keep ----------------------------------------------------------------------------


def test_the_page_names_each_check_once_and_in_order():
    page = (ROOT / "docs" / "ten_checks.md").read_text("utf-8")
    assert re.findall(r"^## \d+ · .*`(\w+)`$", page, re.MULTILINE) == list(diagnosis.CHECKS)
    named = re.findall(r"`bug_clinic\.(\w+)`", page)
    assert set(named) == set(bug_clinic.CASES)
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        for call in re.findall(r"diagnosis\.(\w+)\(", code):
            assert call in diagnosis.CHECKS
        ast.parse(code)
