"""Section 5: the time of an import, and the wall time and memory of each notebook.

The notebooks are copied and executed from the copy, so that what is stored in git stays as it is.
"""

import shutil
import subprocess
import sys

import first_notebooks

import course  # tools/course.py: the environment that the course's programs get
import execute
from install import ROOT

from .comparison import Comparison, Section, in_turns

IMPORTS = {
    "course_utils": first_notebooks.IMPORT,
    "course_utils.in_pytorch": first_notebooks.IMPORT.replace(
        "import course_utils;", "import course_utils.in_pytorch;"
    ),
    "course_utils.in_tensorflow": first_notebooks.IMPORT.replace(
        "import course_utils;", "import course_utils.in_tensorflow;"
    ),
}
COPY = ROOT / "build" / "bench" / "course"
BESIDE = ("data", "docs")  # folders that notebooks read from
RUN = "import execute, sys, pathlib; print(*execute.execute(pathlib.Path(sys.argv[1])))"


def seconds_and_bytes(path):
    """Execute a notebook in a process of its own; return (wall time in s, peak memory in bytes)."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=course.environment() | {"PYTHONPATH": str(ROOT / "tools")},
    )
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), int(peak)


def import_rows(turns):
    """Return rows: the time of an import in a fresh Python, in seconds."""
    runners = {
        name: lambda program=program: float(first_notebooks.output_of(program))
        for name, program in IMPORTS.items()
    }
    taken = in_turns(runners, turns)
    sides = {"PyTorch": "course_utils.in_pytorch", "TensorFlow": "course_utils.in_tensorflow"}
    both = Comparison(
        "import of one side", "s", {label: taken[name] for label, name in sides.items()}
    )
    alone = Comparison("import course_utils", "s", {"both": taken["course_utils"]}, "below 0.3 s")
    alone.kept = alone.medians()["both"] < 0.3
    return [alone, both]


def copy_course(folder=COPY):
    """Copy the notebooks, and the folders that they read from, beside each other; return where."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in BESIDE:
        shutil.copytree(ROOT / name, folder / name)
    return shutil.copytree(execute.NOTEBOOKS, folder / "notebooks")


def measure(options):
    """Return the section."""
    rows = import_rows(options.turns)
    paths = execute.choose(["00"] if options.quick else [])
    copies = copy_course()
    promises = {
        "wall time": ("s", execute.MAX_SECONDS, 0),
        "peak memory": ("GB", execute.MAX_MEMORY / 1e9, 1),
    }
    for path in paths:
        seconds, peak = seconds_and_bytes(copies / path.name)
        print(f"  {path.stem}: {seconds:.0f} s, {peak / 1e9:.2f} GB", flush=True)
        for what, (unit, limit, place) in promises.items():
            found = (seconds, peak / 1e9)[place]
            row = Comparison(f"{path.stem}: {what}", unit, {"both": [found]}, f"<= {limit:g}")
            row.kept = found <= limit
            rows.append(row)
    notes = ["A notebook runs both frameworks in one kernel: one number for both."]
    return Section(5, "Imports and notebooks", rows, notes)
