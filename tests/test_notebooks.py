"""The stored notebooks keep the rules of tools/notebook_rules.py, and each rule can fail."""

import base64
import copy
import io
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

import execute
import notebook_rules as rules

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_there_are_notebooks_numbered_from_00():
    assert rules.numbering_problems([path.name for path in NOTEBOOKS]) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_keeps_the_rules(path):
    assert rules.problems(path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_readme_lists_the_notebook(path):
    assert f"(notebooks/{path.name})" in README


def test_readme_shows_the_picture_that_a_notebook_computed():
    pictures = [
        execute.readme_picture(nbformat.read(path, as_version=4))
        for path in sorted(execute.NOTEBOOKS.glob("*.ipynb"))
    ]
    stored = [picture for picture in pictures if picture is not None]
    assert len(stored) == 1, f"one cell is tagged {execute.README_TAG!r}"
    assert execute.README_PICTURE.read_bytes() == stored[0], "run 'make notebooks'"


def test_readme_lists_no_notebook_that_is_not_there():
    linked = set(re.findall(r"\(notebooks/([^)]+\.ipynb)\)", README))
    assert linked - {path.name for path in NOTEBOOKS} == set()


# --- each rule on a small notebook ---------------------------------------------------------------


def good_notebook():
    """A small notebook that keeps every rule."""
    table = "| You will learn | Study time |\n|---|---|\n| to count | 5 min |"
    sources = ["import math\nprint('ready')"] + [f"x = {n}\nassert x == {n}" for n in range(4)]
    code = [new_code_cell(source, execution_count=n) for n, source in enumerate(sources, 1)]
    code[0].outputs = [new_output("stream", name="stdout", text="ready\n")]
    cells = [new_markdown_cell("# Counting"), new_markdown_cell(table), *code]
    return execute.strip_noise(new_notebook(cells=[*cells, new_markdown_cell("## Recap\nDone.")]))


def with_output(text, **more):
    output = new_output("stream", name=more.pop("name", "stdout"), text=text)
    return lambda notebook: notebook.cells[3].outputs.append(output)


def with_html(text):
    output = new_output("display_data", {"text/html": text})
    return lambda notebook: notebook.cells[3].outputs.append(output)


def with_source(text, cell=3):
    return lambda notebook: notebook.cells[cell].update(source=text)


def with_metadata(**metadata):
    return lambda notebook: notebook.cells[3].metadata.update(metadata)


def drop(*numbers):
    def change(notebook):
        notebook.cells = [c for n, c in enumerate(notebook.cells) if n not in numbers]

    return change


ERROR = new_output("error", ename="ValueError", evalue="no", traceback=["no"])
WIDGET = new_output("display_data", {execute.WIDGET_VIEW: {"model_id": "1"}, "text/plain": "bar"})
LINES_21 = "\n".join(f"x{n} = {n}" for n in range(21))
CLASS_36 = "class A:\n" + "\n".join(f"    x{n} = {n}" for n in range(35))

BREAKS = [
    (rules.is_plain_python, with_source("!pip install torch")),
    (rules.is_plain_python, with_source("%timeit 1 + 1")),
    (rules.ran_from_top, lambda nb: nb.cells[3].update(execution_count=7)),
    (rules.ran_from_top, lambda nb: nb.cells[6].update(execution_count=None)),
    (rules.has_no_empty_code_cell, with_source("# only a comment")),
    (rules.has_no_empty_code_cell, with_source("")),
    (rules.has_clean_outputs, lambda nb: nb.cells[3].outputs.append(ERROR)),
    (rules.has_clean_outputs, with_output("5 %", name="stderr")),
    (rules.has_clean_outputs, with_output("a.py:3: UserWarning: beware")),
    (rules.has_clean_outputs, with_output("<Axes at 0x7f12ab34cd>")),
    (rules.names_no_machine, with_output("saved in /home/kim/course/model")),
    (rules.names_no_machine, with_output(f"see {ROOT}")),
    (rules.names_no_machine, with_html(f"<i>{Path.home()}</i>")),
    (rules.names_no_machine, with_source("path = '/tmp/model.safetensors/x'")),
    (rules.names_no_machine, with_source(r"path = 'C:\Users\kim'")),
    (rules.names_no_machine, with_source("Open /Users/kim/notes.txt", cell=1)),
    (rules.keeps_its_anatomy, drop(0)),
    (rules.keeps_its_anatomy, drop(1)),
    (rules.keeps_its_anatomy, drop(7)),
    (rules.has_short_cells, with_source(LINES_21)),
    (rules.has_short_cells, with_source(CLASS_36)),
    (rules.imports_once, with_source("import re")),
    (rules.imports_once, with_source("def f():\n    from os import path\n    return path")),
    (rules.proves_something, drop(3)),
    (rules.proves_something, lambda nb: [c.update(source="x = 1") for c in nb.cells[3:6]]),
    (rules.speaks_plainly, with_source("This is Just a sum.", cell=1)),
    (rules.speaks_plainly, with_source("Obviously so.", cell=1)),
    (rules.has_no_noise, with_metadata(execution={"iopub.execute_input": "2026-01-01"})),
    (rules.has_no_noise, with_metadata(collapsed=True)),
    (rules.has_no_noise, lambda nb: nb.metadata.update(widgets={})),
    (rules.has_no_noise, lambda nb: nb.metadata.kernelspec.update(name="my-env")),
    (rules.has_no_noise, lambda nb: nb.cells[3].outputs.append(copy.deepcopy(WIDGET))),
    (rules.has_no_noise, lambda nb: nb.cells[0].update(attachments={"a.png": {}})),
]


def store(notebook, folder):
    path = folder / "00_counting.ipynb"
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return path


def test_good_notebook_has_no_problem(tmp_path):
    assert rules.problems(store(good_notebook(), tmp_path)) == []


@pytest.mark.parametrize(("rule", "change"), BREAKS, ids=lambda value: value.__name__)
def test_rule_finds_what_it_is_for(rule, change):
    notebook = good_notebook()
    assert rule(notebook) == []
    change(notebook)
    assert rule(notebook) != []


def test_every_rule_is_shown_to_fail():
    assert {rule for rule, _ in BREAKS} == set(rules.RULES)


@pytest.mark.parametrize(
    "text",
    [
        "https://arxiv.org/abs/1406.1078 and 3/4 of B/T/V",
        "<td>a</td><br/>",
        "course_utils/data/corpora.toml",
        r"$h: \mathbb{R} \to x/y$ and and/or",
        "[notebook](../notebooks/01_basic_rnn.ipynb)",
    ],
)
def test_innocent_text_is_no_machine_path(text):
    notebook = good_notebook()
    with_source(text, cell=1)(notebook)
    assert rules.names_no_machine(notebook) == []


def test_words_inside_words_are_fine():
    notebook = good_notebook()
    with_source("We adjust the rate; justice is blind.", cell=1)(notebook)
    assert rules.speaks_plainly(notebook) == []


def test_class_may_be_longer():
    notebook = good_notebook()
    with_source("\n".join(CLASS_36.splitlines()[:35]))(notebook)
    assert rules.has_short_cells(notebook) == []


def test_file_rules_find_what_they_are_for(tmp_path):
    path = store(good_notebook(), tmp_path)
    good = json.loads(path.read_text(encoding="utf-8"))

    def found(change):
        raw = copy.deepcopy(good)
        change(raw)
        path.write_text(json.dumps(raw), encoding="utf-8")
        return " ".join(rules.file_problems(path))

    assert found(lambda raw: None) == ""
    assert "bytes" in found(lambda raw: raw["cells"][0].update(source="x" * rules.MAX_BYTES))
    assert "format" in found(lambda raw: raw.update(nbformat_minor=4))
    assert "not a valid" in found(lambda raw: raw["cells"][2].pop("outputs"))
    assert "ids" in found(lambda raw: raw["cells"][0].update(id=raw["cells"][1]["id"]))
    assert "ids" in found(lambda raw: raw["cells"][0].pop("id"))


@pytest.mark.parametrize(
    ("names", "good"),
    [
        (["00_a.ipynb", "01_b.ipynb", "02_c_d.ipynb"], True),
        ([], False),
        (["01_a.ipynb"], False),
        (["00_a.ipynb", "02_c.ipynb"], False),
        (["00_a.ipynb", "Untitled.ipynb"], False),
        (["00_a.ipynb", "00_b.ipynb"], False),
    ],
)
def test_numbering(names, good):
    assert (rules.numbering_problems(names) == []) is good


# --- the executor --------------------------------------------------------------------------------


def test_execute_stores_a_clean_run(tmp_path):
    notebook = good_notebook()
    progress = "for _ in tqdm(range(3)):\n    pass"
    notebook.cells[2].source = "import sys\n\nfrom tqdm.auto import tqdm"
    notebook.cells[3].source = progress
    notebook.cells[3].execution_count = 99
    notebook.cells[3].metadata["execution"] = {"iopub.status.busy": "then"}
    notebook.cells[4].source = "print(sys.executable)\nassert sys.version_info >= (3, 11)"
    path = store(notebook, tmp_path)
    ids = [cell.id for cell in notebook.cells]

    seconds, peak = execute.execute(path)

    stored = nbformat.read(path, as_version=4)
    assert [cell.id for cell in stored.cells] == ids
    assert rules.ran_from_top(stored) == []
    assert rules.has_no_noise(stored) == []
    assert stored.cells[3].outputs == []
    assert stored.cells[4].outputs[0].text.strip() == execute.sys.executable  # the kernel is ours
    assert seconds > 0
    assert 10e6 < peak < 2e9
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_execute_gives_old_notebooks_cell_ids(tmp_path):
    notebook = good_notebook()
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        del cell["id"]
    path = store(notebook, tmp_path)
    assert rules.file_problems(path) != []
    execute.execute(path)
    assert rules.problems(path) == []


@pytest.mark.parametrize(
    ("source", "timeout", "error"),
    [("1 / 0", 60, CellExecutionError), ("while True:\n    pass", 1, CellTimeoutError)],
)
def test_execute_leaves_the_file_when_a_cell_fails(tmp_path, source, timeout, error):
    notebook = good_notebook()
    notebook.cells[4].source = source
    path = store(notebook, tmp_path)
    before = path.read_bytes()
    with pytest.raises(error) as caught:
        execute.execute(path, timeout=timeout)
    assert "00_counting.ipynb, cell 5" in caught.value.__notes__[0]
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_promises_are_checked():
    assert execute.broken_promises(239, 1.59e9) == []
    (memory, certain), (slow, sure) = execute.broken_promises(300, 1.7e9)
    assert "1.70 GB" in memory
    assert certain
    assert "300 s" in slow
    assert not sure  # another program may have used the cores


def test_choose_by_beginning(tmp_path):
    for name in ("00_a.ipynb", "01_b.ipynb", "02_c.ipynb"):
        (tmp_path / name).touch()
    names = [path.name for path in execute.choose(["02", "notebooks/01_b.ipynb"], tmp_path)]
    assert names == ["01_b.ipynb", "02_c.ipynb"]
    assert len(execute.choose([], tmp_path)) == 3
    with pytest.raises(ValueError, match="No notebook begins with '07'"):
        execute.choose(["07"], tmp_path)


def test_pictures_are_stored_smaller_and_look_the_same():
    grid = np.linspace(0, 1, 300)
    figure = np.uint8(255 * np.stack([grid[:, None] * grid, grid[:, None] * np.ones(300)], -1))
    figure = np.concatenate([figure, figure[..., :1] // 2], -1)  # [300, 300, 3], a smooth map
    written = io.BytesIO()
    Image.fromarray(figure).save(written, "PNG")
    text = base64.b64encode(written.getvalue()).decode("ascii")
    output = new_output("display_data", {"image/png": text, "text/plain": "<Figure>"})
    notebook = new_notebook(cells=[new_code_cell("figure", outputs=[output]), new_markdown_cell()])
    execute.shrink_pictures(notebook)
    stored = notebook.cells[0].outputs[0].data["image/png"]
    assert len(stored) < len(text)
    seen = np.asarray(Image.open(io.BytesIO(base64.b64decode(stored))).convert("RGB"), int)
    assert np.abs(seen - figure).mean() < 8  # of 255, and this map has far more than 256 colours
    execute.shrink_pictures(notebook)
    assert notebook.cells[0].outputs[0].data["image/png"] == stored


def test_prints_stay_around_what_is_shown_between_them():
    shown = new_output("display_data", {"text/plain": "a table"})
    texts = ["one\n", "two\n", None, "three\n"]
    outputs = [
        shown if text is None else new_output("stream", name="stdout", text=text) for text in texts
    ]
    outputs.append(new_output("stream", name="stderr", text="!"))
    notebook = execute.strip_noise(new_notebook(cells=[new_code_cell("x", outputs=outputs)]))
    found = [output.get("text", "a table") for output in notebook.cells[0].outputs]
    assert found == ["one\ntwo\n", "a table", "three\n", "!"]
