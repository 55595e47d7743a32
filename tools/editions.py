"""Write a copy of the course for students or for teachers into build/.

    make student    build/student: no reference solutions, no tests of answers, no teacher's guide
    make teacher    build/teacher: all of it, and docs/solutions.md with every solution on one page

Only files that git keeps, or would keep, are copied (without git: all but what the course's own
commands make). Nothing in the course itself is changed.
"""

import argparse
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

from install import ROOT

SOLUTIONS = "course_utils/exercises/solutions"
GUIDE = "docs/teachers_guide.md"
ANSWERS = "tests/exercise_answers"  # wrong ones; some build on the right one
ONLY_FOR_TEACHERS = (SOLUTIONS, GUIDE, ANSWERS)
MADE = (".git", ".venv", "build", ".pytest_cache", ".ruff_cache", ".hypothesis", "__pycache__")
MADE += (".ipynb_checkpoints",)


def course_files(root=ROOT):
    """Return the paths of the course's files, relative to ``root``, sorted."""
    if (root / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout
        paths = [Path(name) for name in listed.decode().split("\0") if name]
    else:  # a downloaded archive
        paths = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
        paths = [
            path
            for path in paths
            if not any(part in MADE or part.endswith(".egg-info") for part in path.parts)
        ]
    return sorted(path for path in paths if (root / path).is_file())


def write(edition, target, root=ROOT):
    """Write the edition "student" or "teacher" into the folder ``target``; return its files.

    ``target`` is emptied first. Raises: ValueError if it is, or holds, the course itself.
    """
    target, root = Path(target).resolve(), Path(root).resolve()
    if target == root or target in root.parents:
        raise ValueError(f"{target} holds the course itself. Give another folder.")
    if target.exists():
        if any(target.iterdir()) and not (target / "EDITION").is_file():
            raise ValueError(f"{target} holds other files. Give an empty folder.")
        shutil.rmtree(target)
    written = []
    for path in course_files(root):
        if edition == "student" and path.as_posix().startswith(ONLY_FOR_TEACHERS):
            continue
        if (root / path).is_relative_to(target):
            continue
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, target / path)
        written.append(path)
    (target / "EDITION").write_text(f"{edition}\n", encoding="utf-8")
    if edition == "teacher":
        page = target / "docs" / "solutions.md"
        page.write_text(solutions_page(), encoding="utf-8", newline="\n")
        written.append(page.relative_to(target))
    return written


def solutions_page():
    """Return one Markdown page: every exercise with its goal, hints, rubric and solution."""
    from course_utils import exercises
    from course_utils.exercises.exercise import OpenExercise, reference_solutions

    parts = ["# Solutions\n\nFor teachers. Each solution passes its check in a test.\n"]
    for (module, name), exercise in exercises.every_exercise().items():
        parts.append(f"## {module}.{name}: {exercise.title} ({exercise.minutes} minutes)\n")
        parts.append(f"{exercise.goal}\n")
        parts += [f"- *Hint {n}.* {hint}" for n, hint in enumerate(exercise.hints, 1)]
        if isinstance(exercise, OpenExercise):
            parts.append("\nA good answer:\n")
            parts += [f"{n}. {point}" for n, point in enumerate(exercise.rubric, 1)]
        else:
            functions = reference_solutions(exercise).values()
            source = "\n\n".join(inspect.getsource(function) for function in functions)
            parts.append(f"\n```python\n{source}```\n")
    return "\n".join(parts) + "\n"


def main(arguments=None):
    """Write one edition; say where it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("edition", choices=("student", "teacher"))
    parser.add_argument("--into", help="an empty folder; default: build/student, build/teacher")
    options = parser.parse_args(arguments)
    target = Path(options.into) if options.into else ROOT / "build" / options.edition
    try:
        written = write(options.edition, target)
    except ValueError as error:
        parser.error(str(error))
    print(f"{len(written)} files for a {options.edition} in {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
