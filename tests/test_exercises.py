"""Each exercise: the reference passes, the stub is not attempted, wrong answers are named."""

import importlib
import re
from pathlib import Path

import nbformat
import pytest

from course_utils import exercises
from course_utils.exercises.exercise import (
    NOT_ATTEMPTED,
    NOT_YET,
    OpenExercise,
    reference_solutions,
)

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "course_utils" / "exercises"
STUDENT_COPY = not (FOLDER / "solutions").is_dir()
WRITTEN = [  # a module, or a folder of them
    name
    for name in exercises.MODULES
    if (FOLDER / f"{name}.py").is_file() or (FOLDER / name / "__init__.py").is_file()
]
NOTEBOOKS = {
    name: next(iter((ROOT / "notebooks").glob(f"{number:02}_*.ipynb")), None)
    for number, name in enumerate(exercises.MODULES, 1)
}
EVERY = {
    f"{module}.{name}": exercise
    for module in WRITTEN
    for (_, name), exercise in exercises.every_exercise(module).items()
}
CLOSED = [name for name, exercise in EVERY.items() if not isinstance(exercise, OpenExercise)]
OPEN = [name for name in EVERY if name not in CLOSED]


@pytest.fixture(autouse=True)
def own_progress_file(tmp_path):
    exercises.use_progress_file(tmp_path / "progress.json")
    yield
    exercises.use_progress_file(None)


def wrong_answers(name):
    module, _, exercise = name.partition(".")
    return importlib.import_module(f"exercise_answers.{module}").WRONG[exercise]


def cells(module):
    notebook = nbformat.read(NOTEBOOKS[module], as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def cell_of(name):
    module = name.partition(".")[0]
    found = [cell for cell in cells(module) if f"exercises.{name}.check(" in cell.source]
    assert len(found) == 1, f"{name} is checked in {len(found)} cells of the notebook"
    return found[0]


def test_each_module_is_written():
    assert list(exercises.MODULES) == WRITTEN


@pytest.mark.parametrize("module", WRITTEN)
def test_the_table_is_in_the_notebooks_order(module):
    pattern = re.compile(rf"exercises\.{module}\.(\w+)\.check\(")
    sources = "\n".join(cell.source for cell in cells(module))
    assert [name for _, name in exercises.every_exercise(module)] == pattern.findall(sources)


@pytest.mark.parametrize("module", WRITTEN)
def test_each_notebook_has_enough_exercises(module):
    own = [exercise for name, exercise in EVERY.items() if name.startswith(f"{module}.")]
    assert len(own) >= 4
    assert sum(isinstance(exercise, OpenExercise) for exercise in own) >= 1
    for exercise in own:
        assert 5 <= exercise.minutes <= 30
        assert len(exercise.hints) >= 2
        assert exercise.goal.endswith((".", "?"))


@pytest.mark.skipif(STUDENT_COPY, reason="a student's copy has no reference solutions")
@pytest.mark.parametrize("name", CLOSED)
def test_the_reference_passes(name):
    references = reference_solutions(EVERY[name])
    if set(references) != {""}:  # one for both frameworks, or one for each
        assert {"_in_pytorch", "_in_tensorflow"} <= set(references)
    for ending, reference in references.items():
        result = EVERY[name].check(reference)
        assert result.passed, f"{ending}: {result}"


@pytest.mark.parametrize("name", CLOSED)
def test_a_stub_is_not_attempted(name):
    def stub(*arguments, **named):
        raise NotImplementedError("Your code here.")

    assert EVERY[name].check(stub).status == NOT_ATTEMPTED
    assert not exercises.progress_file().exists()


@pytest.mark.parametrize("name", EVERY)
def test_the_notebook_holds_the_stub(name):
    cell = cell_of(name)
    shown = "".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )
    assert NOT_ATTEMPTED in shown
    if name in CLOSED:
        assert "raise NotImplementedError" in cell.source


@pytest.mark.skipif(STUDENT_COPY, reason="a student's copy has no answers, not even wrong ones")
@pytest.mark.parametrize("name", CLOSED)
def test_wrong_answers_are_named(name):
    answers = wrong_answers(name)
    assert len(answers) >= 3
    messages = set()
    for answer, pattern in answers:
        result = EVERY[name].check(answer)
        assert result.status == NOT_YET, f"{answer.__name__}: {result}"
        assert re.search(pattern, result.message), f"{answer.__name__}: {result}"
        messages.add(result.message)
    assert len(messages) >= 2  # the message is about the mistake, and not the same for all


@pytest.mark.parametrize("name", OPEN)
def test_a_rubric_can_be_followed(name):
    exercise = EVERY[name]
    assert len(exercise.rubric) >= 3
    assert exercise.check([]).status == NOT_ATTEMPTED
    assert exercise.check([1]).status == NOT_YET
    assert exercise.rubric[1] in exercise.check([1]).message
    assert exercise.check(range(1, len(exercise.rubric) + 1)).passed
    with pytest.raises(ValueError, match="none of them"):
        exercise.check([0])
