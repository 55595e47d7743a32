"""The progress file: which exercise is passed. It belongs to the learner, and to nobody else.

It lies in the learner's own data folder. On a machine where a class shares one account, each
learner gives a file: ``exercises.use_progress_file("minji.json")`` or ``COURSE_PROGRESS``.
"""

import html
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock
from platformdirs import user_data_path

VARIABLE = "COURSE_PROGRESS"
LOCK_SECONDS = 20  # how long a check waits for another notebook that writes the file
_chosen = None


def progress_file():
    """Return the path of the progress file: the chosen one, else COURSE_PROGRESS, else your own."""
    if _chosen is not None:
        return _chosen
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser()
    return user_data_path("course_utils") / "progress.json"


def use_progress_file(path):
    """Keep the progress in this file from now on, in this Python; None: the usual one again."""
    global _chosen
    _chosen = None if path is None else Path(path).expanduser().resolve()


def note(module, name, status):
    """Write down how a check ended. What was passed once stays passed.

    The file is replaced at once, so no reader sees half of it; nobody else may read it. Several
    notebooks may write at the same time.
    Raises: ValueError if the file is there and cannot be read, and then leaves it as it is; OSError
    if it cannot be written, or if another program keeps it locked.
    """
    path = Path(os.path.realpath(progress_file()))  # a link stays one
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
        noted = _read(path)
        entry = noted.setdefault(module, {}).setdefault(name, {"status": "not yet", "checks": 0})
        entry["checks"] += 1
        if entry["status"] != "passed":
            entry["status"] = status
            if status == "passed":
                entry["passed_at"] = datetime.now(UTC).isoformat(timespec="seconds")
        handle, part = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)  # 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(noted, indent=1, ensure_ascii=False) + "\n")
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise


def noted(module):
    """Return what the progress file notes of a module: {exercise: its entry}, maybe empty.

    Raises: ValueError if the progress file cannot be read.
    """
    return _read(progress_file()).get(module, {})


def progress(module=None):
    """Return the table of all exercises, or of one module's: title, minutes, status, checks.

    Raises: ValueError if the progress file cannot be read, or if there is no such module.
    """
    from . import every_exercise

    path = progress_file()
    noted = _read(path)
    rows = []
    for (of_module, name), exercise in every_exercise(module).items():
        entry = noted.get(of_module, {}).get(name, {})
        status = entry.get("status", "not attempted yet")
        rows.append((of_module, name, exercise.minutes, status, entry.get("checks", 0)))
    return Progress(tuple(rows))


@dataclass(frozen=True)
class Progress:
    """The table; ``rows`` are (module, exercise, minutes, status, number of checks)."""

    rows: tuple

    @property
    def passed(self):
        """Return how many exercises are passed."""
        return sum(row[3] == "passed" for row in self.rows)

    def __repr__(self):
        """Return the table as text."""
        lines = [f"{self.passed} of {len(self.rows)} exercises passed"]
        marks = {"passed": "✓", "not yet": "…"}
        lines += [
            f"  {marks.get(status, ' ')} {module + '.' + name:44}{minutes:3} min  {status}"
            + (f", {checks} checks" if checks > 1 else "")
            for module, name, minutes, status, checks in self.rows
        ]
        return "\n".join(lines)

    def _repr_html_(self):
        head = "".join(
            f"<th style='text-align:left'>{name}</th>"
            for name in ("notebook's module", "exercise", "minutes", "status", "checks")
        )
        body = "".join(
            "<tr>"
            + "".join(
                f"<td style='text-align:left'>{html.escape(str(value))}</td>" for value in row
            )
            + "</tr>"
            for row in self.rows
        )
        caption = f"{self.passed} of {len(self.rows)} exercises passed"
        return f"<table><caption>{caption}</caption><tr>{head}</tr>{body}</table>"


def _read(path):
    """Return what the file notes. Raises: ValueError if it is there and is no progress file."""
    try:
        text = path.read_text(encoding="utf-8")
        noted = json.loads(text) if text.strip() else {}  # an empty file notes nothing
        for module in noted.values():
            for entry in module.values():
                if not isinstance(entry["status"], str) or type(entry["checks"]) is not int:
                    raise ValueError("an entry of another form")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError) as error:
        raise ValueError(
            f"The progress file {path} cannot be read ({type(error).__name__}: {error}). Move it "
            "away to begin a new one, or choose another: exercises.use_progress_file(...)."
        ) from error
    return noted
