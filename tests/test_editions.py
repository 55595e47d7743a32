"""The students' copy holds no solution; the teachers' copy holds all of them, and the guide."""

import inspect
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import editions
from course_utils import exercises
from course_utils.exercises.exercise import OpenExercise, reference_solutions

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "teachers_guide.md"
pytestmark = pytest.mark.skipif(
    (ROOT / "EDITION").is_file(), reason="an edition is not made from an edition"
)


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions") / "student"
    editions.write("student", folder)
    return folder


@pytest.fixture(scope="module")
def references():
    found = {}
    for (module, name), exercise in exercises.every_exercise().items():
        if not isinstance(exercise, OpenExercise):
            for ending, function in reference_solutions(exercise).items():
                found[f"{module}.{name}{ending}"] = function
    return found


def test_a_students_copy_holds_the_course_and_no_solution(student, references):
    files = {path.relative_to(student).as_posix() for path in student.rglob("*") if path.is_file()}
    assert {"README.md", "Makefile", "requirements.lock", "tools/course.py", "LICENSE"} <= files
    assert {path.name for path in (ROOT / "notebooks").glob("*.ipynb")} <= {
        name.removeprefix("notebooks/") for name in files
    }
    hidden = ("solutions", "teachers_guide", "exercise_answers")
    assert not [name for name in files if any(part in name for part in hidden)]
    assert len(references) >= 18
    texts = {
        name: (student / name).read_text(encoding="utf-8")
        for name in files
        if name.endswith((".py", ".ipynb", ".md"))
    }
    for label, function in references.items():
        body = textwrap.dedent(inspect.getsource(function).partition("\n")[2]).strip()
        escaped = body.replace("\\", "\\\\").replace('"', '\\"').replace("\n", '\\n",\n')
        for name, text in texts.items():
            assert body not in text, f"{name} holds {label}"
            assert escaped not in text, f"{name} holds {label}"


def test_a_students_copy_says_that_it_has_no_solutions(student):
    program = (
        "from course_utils import exercises; e = exercises.seq2seq; "
        "every = exercises.every_exercise(); "
        "print(len(every)); print({repr(x.solution()) for x in every.values()})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=student,
        env={"PYTHONPATH": str(student)},
        capture_output=True,
        text=True,
        check=True,
    )
    count, said = done.stdout.splitlines()
    assert int(count) == len(exercises.every_exercise())
    assert said.count("holds no reference solutions") == 1  # the same for all: a set of one


def test_a_teachers_copy_holds_every_solution_on_one_page(tmp_path, references):
    editions.write("teacher", tmp_path / "teacher")
    page = (tmp_path / "teacher" / "docs" / "solutions.md").read_text(encoding="utf-8")
    assert (tmp_path / "teacher" / "docs" / "teachers_guide.md").is_file()
    for function in references.values():
        assert inspect.getsource(function) in page
    for (module, name), exercise in exercises.every_exercise().items():
        assert f"## {module}.{name}: {exercise.title}" in page


def test_only_files_of_the_course_are_copied(tmp_path):
    root = tmp_path / "course"
    for name in ("a.py", "build/b.py", ".venv/c.py", "x/__pycache__/d.pyc", "e.egg-info/f"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("", encoding="utf-8")
    assert editions.course_files(root) == [Path("a.py")]


def test_nothing_else_is_overwritten(tmp_path):
    root, other = tmp_path / "course", tmp_path / "other"
    for folder in (root, other):
        folder.mkdir()
        (folder / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="holds other files"):
        editions.write("student", other, root)
    for target in (root, tmp_path):
        with pytest.raises(ValueError, match="holds the course itself"):
            editions.write("student", target, root)
    assert (other / "mine.txt").read_text(encoding="utf-8") == "mine"
    target = root / "build" / "student"
    first = editions.write("student", target, root)
    assert editions.write("student", target, root) == first  # twice, and not a copy of the copy


def test_the_guide_speaks_of_every_notebook():
    guide = GUIDE.read_text(encoding="utf-8")
    sections = re.split(r"^## ", guide, flags=re.MULTILINE)[1:]
    numbers = [section[:2] for section in sections]
    assert numbers == sorted(path.name[:2] for path in (ROOT / "notebooks").glob("*.ipynb"))
    for section in sections:
        for part in (
            "Goal",
            "Timing",
            "Questions to ask",
            "Common misunderstandings",
            "Show live",
        ):
            assert f"- **{part}.**" in section, f"{section[:20]} lacks {part}"
