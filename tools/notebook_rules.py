"""The rules that every stored notebook keeps. Each rule is a function: notebook -> its problems.

CONTRIBUTING.md gives the reasons. tests/test_notebooks.py applies the rules to the course, and
shows for each one a small notebook that breaks it.
"""

import ast
import json
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.validator import iter_validate

ROOT = Path(__file__).resolve().parent.parent
MAX_LINES, MAX_CLASS_LINES = 20, 35
MAX_BYTES = 1_000_000
MIN_CODE_CELLS, MIN_ASSERTIONS = 5, 3
UNHELPFUL = re.compile(r"\b(simply|just|obviously)\b", re.IGNORECASE)
WARNING = re.compile(r"\b\w*Warning\b:|^WARNING|^E\d{4} ", re.MULTILINE)
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")
# An absolute path of two parts or more, or a Windows home. '//' (a web address) and '</' are not.
ABSOLUTE_PATH = re.compile(
    r"(?:^|(?<=[\s\"'`(=:,\[]))/(?:[\w.+-]+/)+[\w.+-]*|\b[A-Za-z]:\\+Users\b"
)
CELL_METADATA = {"tags"}
NOTEBOOK_METADATA = {"kernelspec", "language_info"}
WIDGET_MIME = "application/vnd.jupyter.widget"


def code_cells(notebook):
    """Return (number from 1 among all cells, cell) for each code cell that is not empty."""
    return [
        (number, cell)
        for number, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code" and cell.source.strip()
    ]


def markdown(notebook):
    """Return (number, source) for each Markdown cell."""
    cells = enumerate(notebook.cells, 1)
    return [(number, cell.source) for number, cell in cells if cell.cell_type == "markdown"]


def texts(cell):
    """Return every text that a cell's outputs hold, pictures left out."""
    found = []
    for output in cell.get("outputs", []):
        found.append(output.get("text", ""))
        for mime, value in output.get("data", {}).items():
            if mime.startswith("text/") or mime.endswith(("json", "svg+xml")):
                found.append(value if isinstance(value, str) else json.dumps(value))
    return found


def parsed(cell):
    """Return a cell's syntax tree, or None where it is not plain Python."""
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return None


def is_plain_python(notebook):
    """No magics, no shell lines: the same cell runs everywhere, and tools can read it."""
    return [
        f"cell {number} is not plain Python (a magic or a shell line?)"
        for number, cell in code_cells(notebook)
        if parsed(cell) is None
    ]


def ran_from_top(notebook):
    """Execution counts are 1, 2, 3 ... over the code cells: one run, in order, nothing skipped."""
    counts = [cell.execution_count for _, cell in code_cells(notebook)]
    expected = list(range(1, len(counts) + 1))
    return [] if counts == expected else [f"execution counts are {counts}, not 1 to {len(counts)}"]


def has_no_empty_code_cell(notebook):
    """Every code cell does something; a cell of comments alone would pass every run."""
    return [
        f"code cell {number} has no statement"
        for number, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code" and (tree := parsed(cell)) is not None and not tree.body
    ]


def has_clean_outputs(notebook):
    """No errors, no error stream, no warnings, no memory addresses."""
    found = []
    for number, cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"cell {number} ended with {output.ename}")
            if output.get("name") == "stderr":
                found.append(f"cell {number} wrote to the error stream: {output.text[:80]!r}")
        for text in texts(cell):
            if match := WARNING.search(text) or ADDRESS.search(text):
                found.append(f"cell {number} shows {match[0]!r}")
    return found


def names_no_machine(notebook):
    """No path of the machine that ran it, in source or output."""
    own = {str(ROOT), str(ROOT.parent), str(Path.home()), tempfile.gettempdir(), sys.prefix}
    choice = "|".join(re.escape(path) for path in own if len(path) > 3)  # not '/', not 'C:\\'
    own = re.compile(rf"(?<![\w./-])(?:{choice})(?![\w-])")
    found = []
    for number, cell in enumerate(notebook.cells, 1):
        for text in [cell.source, *texts(cell)]:
            hits = [match[0] for match in ABSOLUTE_PATH.finditer(text)]
            hits += [match[0] for match in own.finditer(text)]
            found += [f"cell {number} names the path {hit!r}" for hit in dict.fromkeys(hits)]
    return found


def keeps_its_anatomy(notebook):
    """Title first, then a table 'You will learn'; a heading 'Recap' near the end."""
    cells = markdown(notebook)
    found = []
    if not cells or not cells[0][1].startswith("# ") or notebook.cells[0].cell_type != "markdown":
        found.append("the first cell is not a title ('# ...')")
    if not any("You will learn" in text and "|" in text for _, text in cells[:4]):
        found.append("there is no table 'You will learn' near the top")
    if not any(re.search(r"^#+ .*\bRecap\b", text, re.MULTILINE) for _, text in cells):
        found.append("there is no heading 'Recap'")
    return found


def has_short_cells(notebook):
    """At most 20 lines a cell, 35 where it defines a class: one idea and one visible result."""
    found = []
    for number, cell in code_cells(notebook):
        tree = parsed(cell)
        has_class = tree is not None and any(isinstance(n, ast.ClassDef) for n in ast.walk(tree))
        allowed = MAX_CLASS_LINES if has_class else MAX_LINES
        lines = len(cell.source.splitlines())
        if lines > allowed:
            found.append(f"cell {number} has {lines} lines; at most {allowed} are allowed")
    return found


def imports_once(notebook):
    """All imports stand in the first code cell."""
    found = []
    for number, cell in code_cells(notebook)[1:]:
        nodes = ast.walk(parsed(cell) or ast.Module([], []))
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes):
            found.append(f"cell {number} imports; imports stand in the first code cell")
    return found


def proves_something(notebook):
    """Enough cells ran, and enough of them assert what they show."""
    trees = [parsed(cell) for _, cell in code_cells(notebook)]
    nodes = [node for tree in trees if tree is not None for node in ast.walk(tree)]
    asserts = sum(isinstance(node, ast.Assert) for node in nodes)
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    names = [getattr(call, "attr", getattr(call, "id", "")) for call in calls]
    asserts += sum(name.startswith("assert_") for name in names)
    found = []
    if len(trees) < MIN_CODE_CELLS:
        found.append(f"only {len(trees)} code cells; at least {MIN_CODE_CELLS} are expected")
    if asserts < MIN_ASSERTIONS:
        found.append(f"only {asserts} assertions; at least {MIN_ASSERTIONS} are expected")
    return found


def speaks_plainly(notebook):
    """Words that tell a reader that it should have been easy help nobody."""
    return [
        f"cell {number} says {match[0]!r}"
        for number, text in markdown(notebook)
        for match in UNHELPFUL.finditer(text)
    ]


def has_no_noise(notebook):
    """Kernel python3; no timestamps, editor state, attachments or live widgets."""
    found = []
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        found.append("the kernel is not named 'python3'")
    if extra := sorted(set(notebook.metadata) - NOTEBOOK_METADATA):
        found.append(f"notebook metadata that nobody reads: {extra}")
    for number, cell in enumerate(notebook.cells, 1):
        if extra := sorted(set(cell.metadata) - CELL_METADATA):
            found.append(f"cell {number} has metadata that nobody reads: {extra}")
        if cell.get("attachments"):
            found.append(f"cell {number} has attachments; keep pictures in docs/images")
        for output in cell.get("outputs", []):
            if any(mime.startswith(WIDGET_MIME) for mime in output.get("data", {})):
                found.append(f"cell {number} stores a live widget")
    return found


RULES = (
    is_plain_python,
    ran_from_top,
    has_no_empty_code_cell,
    has_clean_outputs,
    names_no_machine,
    keeps_its_anatomy,
    has_short_cells,
    imports_once,
    proves_something,
    speaks_plainly,
    has_no_noise,
)


def file_problems(path):
    """Return the problems of the file itself: its size, its format, its cell ids."""
    found = []
    if (size := path.stat().st_size) > MAX_BYTES:
        found.append(f"{size} bytes; at most {MAX_BYTES} are allowed")
    raw = json.loads(path.read_text(encoding="utf-8"))
    if (version := (raw.get("nbformat"), raw.get("nbformat_minor"))) != (4, 5):
        found.append(f"format {version}, not (4, 5); 'make notebooks' stores that")
    ids = [cell.get("id") for cell in raw["cells"]]
    if None in ids or len(set(ids)) != len(ids):
        found.append("cell ids are missing or not unique")
    for error in iter_validate(raw, version=4, version_minor=5):
        found.append(f"not a valid notebook: {str(error).splitlines()[0]}")
    return found


def numbering_problems(names):
    """Return the problems of a list of file names that should be 00_..., 01_..., 02_..., ..."""
    shaped = [re.fullmatch(r"(\d\d)_[a-z0-9_]+\.ipynb", name) for name in sorted(names)]
    if not names:
        return ["there is no notebook"]
    if None in shaped:
        return [f"names like 03_some_words.ipynb are expected, not {sorted(names)}"]
    numbers = [int(match[1]) for match in shaped]
    if numbers == list(range(len(numbers))):
        return []
    return [f"the numbers are {numbers}; they should count from 00 without a gap"]


def problems(path):
    """Return the problems of one notebook file, as sentences."""
    notebook = nbformat.read(path, as_version=4)
    return file_problems(path) + [text for rule in RULES for text in rule(notebook)]
