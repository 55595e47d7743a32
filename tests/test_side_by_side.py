import ast
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import side_by_side
from course_utils.alignment import align

TORCH = '''"""Models in PyTorch."""

import torch
from torch import nn

SIZES = {"small": 1}


class Model(nn.Module):
    """Predict."""

    def __init__(self, size):
        super().__init__()
        self.linear = nn.Linear(size, size)

    @torch.no_grad()
    def forward(self, x):
        """Return logits."""
        return self.linear(x)

    def only_here(self):
        return 1

    def last(self):
        return 2


def loss(logits, targets):
    """Return the loss < 1 & > 0."""
    return torch.nn.functional.cross_entropy(logits, targets, dim=1)


def torch_only():
    return None
'''
TENSORFLOW = '''"""Models in TensorFlow."""

import keras

SIZES = {"small": 1}


class Model(keras.Model):
    """Predict."""

    def __init__(self, size):
        super().__init__()
        # Keras creates the weights
        # at the first call.
        self.linear = keras.layers.Dense(size)

    def call(self, x):
        """Return logits."""
        return self.linear(x)

    def last(self):
        return 2


def loss(logits, targets):
    """Return the loss < 1 & > 0."""
    return keras.losses.crossentropy(logits, targets, axis=1)
'''


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Two small sides in place of the course's own."""
    found = {}
    for framework, source in (("PyTorch", TORCH), ("TensorFlow", TENSORFLOW)):
        folder = tmp_path / f"in_{framework.lower()}"
        folder.mkdir()
        (folder / "models.py").write_text(source, encoding="utf-8")
        (folder / "empty.py").write_text("", encoding="utf-8")
        (folder / "_private.py").write_text("x = 1\n", encoding="utf-8")
        found[framework] = folder
    (found["PyTorch"] / "lonely.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(side_by_side, "FOLDERS", found)
    return found


class Cells(HTMLParser):
    """Collect each column's code, as a browser reads it, without padding and line numbers."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.columns, self.visual = ["", ""], [[], []]
        self.tags, self.column, self.skipped, self.inside = [], -1, None, False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.column = -1
        elif tag == "td":
            self.column += 1
            self.visual[self.column].append("")
        elif tag == "code":
            self.inside = True
        elif tag == "span" and self.skipped is None:
            kinds = {name for name, _ in attrs if name.startswith("data-")}
            self.skipped = kinds.pop() if kinds else None
            self.depth = 0
        elif tag == "span":
            self.depth += 1

    def handle_endtag(self, tag):
        if tag == "code":
            self.inside = False
        elif tag == "span" and self.skipped is not None:
            self.depth -= 1
            if self.depth < 0:
                self.skipped = None

    def handle_data(self, data):
        if not self.inside:
            return
        self.visual[self.column][-1] += data
        if self.skipped is None:
            self.columns[self.column] += data


def beside(view):
    """Return {left line: right line}, stripped, for the rows where both are filled."""
    return {left.strip(): right.strip() for left, right in view.rows() if left and right}


def test_a_class_is_shown_from_both_files_with_partners_in_one_row(folders):
    view = side_by_side.show("models.Model")
    rows = beside(view)
    assert rows["class Model(nn.Module):"] == "class Model(keras.Model):"
    assert rows["def __init__(self, size):"] == "def __init__(self, size):"
    assert rows["def forward(self, x):"] == "def call(self, x):"
    assert rows["def last(self):"] == "def last(self):"
    assert rows["self.linear = nn.Linear(size, size)"] == "self.linear = keras.layers.Dense(size)"
    assert "def only_here(self):" not in rows
    assert "import" not in view.left + view.right
    assert "in_pytorch/models.py, line 9" in view.titles[0]


def test_a_method_finds_its_partner_by_either_name(folders):
    view = side_by_side.show("models.Model.forward")
    assert view.left.startswith("@torch.no_grad()\ndef forward(self, x):")  # decorators belong
    assert view.right.startswith("def call(self, x):")
    assert side_by_side.show("models.Model.call").left == view.left


def test_functions_values_and_whole_modules_can_be_shown(folders):
    assert side_by_side.show("models.loss").left.startswith("def loss(")
    assert side_by_side.show("models.SIZES").right == 'SIZES = {"small": 1}'
    assert side_by_side.show("models", docstrings=True).left == TORCH.strip("\n")
    assert side_by_side.show("empty").left == ""


def test_docstrings_are_hidden_unless_asked_for(folders):
    without, with_them = (side_by_side.show("models", docstrings=d) for d in (False, True))
    assert '"""' not in without.left
    assert with_them.left.count('"""') == 8
    ast.parse(without.left)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('def f():\n    """A."""\n', 'def f():\n    """A."""\n'),
        ('class A:\n    """A."""\n\n    x = 1', "class A:\n    x = 1"),
        ('"""M."""\n\nx = """kept"""', 'x = """kept"""'),
        ('def f():\n    """A."""; return 1', 'def f():\n    """A."""; return 1'),
        ('def f():\n    """A\n\n    b."""\n    return 1', "def f():\n    return 1"),
    ],
)
def test_only_docstrings_are_removed(source, expected):
    assert side_by_side.without_docstrings(source) == expected.rstrip("\n")


def test_unknown_names_are_answered_with_the_closest_one(folders):
    with pytest.raises(ValueError, match=r"'models\.Modl'.*Did you mean 'models\.Model'"):
        side_by_side.show("models.Modl")
    with pytest.raises(ValueError, match=r"There is no .*Both sides have: empty, models\."):
        side_by_side.show("nothing_like_it")
    with pytest.raises(ValueError, match="There is no"):
        side_by_side.show("../models")
    with pytest.raises(TypeError, match="as text"):
        side_by_side.show(side_by_side)


def test_names_of_one_side_only_are_refused_clearly(folders):
    with pytest.raises(ValueError, match=r"exists in PyTorch only \(in_pytorch/models\.py, line 3"):
        side_by_side.show("models.torch_only")
    with pytest.raises(ValueError, match="exists in PyTorch only"):
        side_by_side.show("lonely")


def test_names_lists_what_both_sides_have(folders):
    assert side_by_side.names() == [
        "empty",
        "models",
        "models.SIZES",
        "models.Model",
        "models.Model.forward",
        "models.Model.last",
        "models.loss",
    ]


CODE = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="ab<>&\"'`\n #{}()=\t\\한", max_size=120),
    st.lists(st.sampled_from([*TORCH.split("\n"), *TENSORFLOW.split("\n")]), max_size=12).map(
        "\n".join
    ),
)


@given(CODE, CODE, st.booleans())
def test_any_text_can_be_read_back_from_the_html_and_nothing_else_gets_in(left, right, numbers):
    view = side_by_side.SideBySide(left, right, ("<a>", "<b>"), line_numbers=numbers)
    page = view._repr_html_()
    cells = Cells(page)
    assert cells.columns == [left, right]
    known = {"table", "thead", "tbody", "tr", "th", "td", "div", "pre", "code", "span"}
    assert set(cells.tags) <= known
    for inside in re.findall(r"<code[^>]*>(.*?)</code>", page, flags=re.DOTALL):
        text = re.sub(r"</?span[^<>]*>", "", inside)
        assert "<" not in text
        assert re.fullmatch(r"[^&]*(&(#\d+|\w+);[^&]*)*", text)


@given(CODE, CODE)
def test_a_browser_sees_partners_at_the_same_height(left, right):
    view = side_by_side.SideBySide(left, right, ("a", "b"))
    rows = view.rows()
    cells = Cells(view._repr_html_())
    blocks = side_by_side._blocks(rows)
    assert len(blocks) == len(cells.visual[0]) == len(cells.visual[1])
    for number, (start, stop) in enumerate(blocks):
        for side in (0, 1):
            lines = cells.visual[side][number].split("\n")
            expected = [row[side] or "" for row in rows[start:stop]]
            # The new line that ends a cell starts no line of its own.
            assert lines in (expected, [*expected, ""])


@given(CODE, CODE)
def test_alignment_covers_both_sides_in_order(left, right):
    left_lines, right_lines = left.split("\n"), right.split("\n")
    rows = align(left_lines, right_lines)
    assert [i for i, _ in rows if i is not None] == list(range(len(left_lines)))
    assert [j for _, j in rows if j is not None] == list(range(len(right_lines)))
    assert (None, None) not in rows


@given(CODE)
def test_equal_sources_stand_line_by_line(code):
    lines = code.split("\n")
    assert align(lines, lines) == [(i, i) for i in range(len(lines))]


def test_lines_of_one_function_do_not_drift_into_the_next():
    left = ["def a():", "    x = 1", "    y = 2", "def b():", "    return x"]
    right = ["def a():", "    x = 1", "def b():", "    y = 2", "    return x"]
    rows = align(left, right)
    assert (3, 2) in rows
    assert (2, 3) not in rows


def test_compare_takes_code_of_a_notebook_cell():
    view = side_by_side.compare(
        """
        x = torch.cat([a, b], dim=1)
        """,
        "x = tf.concat([a, b], axis=1)\n",
        titles=("left", "right"),
    )
    assert view.rows() == [("x = torch.cat([a, b], dim=1)", "x = tf.concat([a, b], axis=1)")]
    assert "left" in view._repr_html_()
    assert side_by_side.compare("%time f(", "!ls").left == "%time f("  # need not be Python
    with pytest.raises(TypeError, match=r"show\('module"):
        side_by_side.compare(print, "x")
    with pytest.raises(ValueError, match="two"):
        side_by_side.compare("x", "y", titles=("one",))


def test_plain_text_has_two_columns_or_one_after_the_other():
    text = repr(side_by_side.compare("한글 = 1\nb", "x = 1\nc"))
    assert text.split("\n") == [
        "PyTorch  | TensorFlow",
        "-------- | ----------",
        "한글 = 1 | x = 1",
        "b        | c",
    ]
    wide = "x" * 115
    text = repr(side_by_side.compare(wide, "y"))
    assert text.split("\n") == ["PyTorch", "-------", wide, "", "TensorFlow", "----------", "y", ""]


def test_the_html_needs_no_script_style_sheet_or_network(folders):
    page = side_by_side.show("models")._repr_html_()
    for forbidden in ("<script", "<style", "<link", "http", "src="):
        assert forbidden not in page


def test_it_still_reads_well_where_styles_and_classes_are_removed(folders):
    """What GitHub does to a stored output: structure and order are left."""
    page = side_by_side.show("models.Model")._repr_html_()
    bare = re.sub(r' (style|class|data-\w+)(="[^"]*")?', "", page)
    assert "style" not in bare
    cells = Cells(bare)
    assert len(cells.visual[0]) == len(cells.visual[1]) > 1
    for one, other in zip(*cells.visual, strict=True):  # both columns are level at each function
        heads = [re.search(r"def (\w+)", text) for text in (one, other)]
        if all(heads):
            names = [side_by_side.PARTNERS.get(head[1], head[1]) for head in heads]
            assert names[0] == names[1] or set(names) == {"forward", "call"}


def test_colours_are_readable_on_white_and_on_dark():
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    style = side_by_side._BothBackgrounds
    colours = {options["color"] for _, options in style if options["color"]}
    assert len(colours) >= 6
    for colour in colours:
        assert 1.05 / (luminance(colour) + 0.05) > 4.4
        assert (luminance(colour) + 0.05) / (luminance("111111") + 0.05) > 3.9


def test_the_courses_own_names_can_all_be_shown():
    names = side_by_side.names()
    assert {"models.CharacterModel", "models.CharacterModel.forward"} <= set(names)
    assert "training.train_language_model" in names
    for name in names:
        view = side_by_side.show(name)
        assert Cells(view._repr_html_()).columns == [view.left, view.right]
    assert "def call(" in side_by_side.show("models.CharacterModel.forward").right


def test_looking_at_both_sides_loads_neither_framework():
    code = (
        "import sys; from course_utils import side_by_side;"
        "side_by_side.show('models.CharacterModel')._repr_html_();"
        "assert not {'torch', 'tensorflow', 'keras'} & set(sys.modules)"
    )
    root = Path(side_by_side.__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
