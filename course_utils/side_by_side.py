"""Two sources in two aligned columns: ``side_by_side.show("models.CharacterModel")``.

The sources are read from the files, not imported: looking at both sides loads neither framework.
"""

import ast
import difflib
import html
import textwrap
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pygments
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.style import Style
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from course_utils.alignment import align

FOLDERS = {
    "PyTorch": Path(__file__).with_name("in_pytorch"),
    "TensorFlow": Path(__file__).with_name("in_tensorflow"),
}
COLOURS = ("#D55E00", "#0072B2")  # as in plots.FRAMEWORK_STYLE
PARTNERS = {"forward": "call", "call": "forward"}
WIDEST_PLAIN_TEXT = 120
OPENINGS = ("def ", "class ", "async def ", "@")


class _BothBackgrounds(Style):
    """Colours of middle brightness: contrast above 4.4 on white and above 3.9 on JupyterLab's dark.

    Written into the HTML as they are, they survive every page that keeps ``style`` attributes.
    """

    styles = {  # noqa: RUF012 (the form that Pygments asks for)
        Comment: "#757575",
        Keyword: "bold #8a5cd6",
        Operator.Word: "bold #8a5cd6",
        Name.Class: "#0b7f8c",
        Name.Function: "#0f7fb8",
        Name.Decorator: "#c2408f",
        Name.Builtin.Pseudo: "#a8660a",
        Number: "#b8610b",
        String: "#2e8540",
    }


@dataclass(frozen=True)
class SideBySide:
    """Two sources and how to show them; a notebook draws a table, a terminal prints text."""

    left: str
    right: str
    titles: tuple[str, str]
    line_numbers: bool = False
    colours: tuple[str, str] = COLOURS

    def rows(self):
        """Return (left line, right line) of each row; None is an empty place."""
        left, right = self.left.split("\n"), self.right.split("\n")
        return [
            (None if i is None else left[i], None if j is None else right[j])
            for i, j in align(left, right)
        ]

    def _repr_html_(self):
        # Only <table> and <pre> carry the structure: GitHub removes style attributes and classes.
        # The style attributes undo JupyterLab's look of tables: right-aligned, wrapped, striped.
        pairs = align(self.left.split("\n"), self.right.split("\n"))
        columns = [
            _lines_as_html(source, [pair[side] for pair in pairs], self.line_numbers)
            for side, source in enumerate((self.left, self.right))
        ]
        heads = "".join(
            f'<th align="left" width="50%" style="width:50%;text-align:left;'
            f'border-top:3px solid {colour}">{html.escape(title)}</th>'
            for title, colour in zip(self.titles, self.colours, strict=True)
        )
        rows = []
        for start, stop in _blocks(self.rows()):
            cells = "".join(
                '<td align="left" valign="top" style="text-align:left;vertical-align:top;'
                'padding:0 8px"><div align="left" style="overflow-x:auto"><pre style="margin:0;'
                'text-align:left;white-space:pre;line-height:1.4;font-size:12px">'
                f'<code style="white-space:pre">{"".join(column[start:stop])}</code></pre></div>'
                "</td>"
                for column in columns
            )
            rows.append(f'<tr style="background:transparent">{cells}</tr>')
        return (
            '<table style="width:100%;table-layout:fixed">'
            f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )

    def __repr__(self):
        rows = [(left or "", right or "") for left, right in self.rows()]
        rows.insert(0, self.titles)
        widths = [max(_columns(row[side]) for row in rows) for side in (0, 1)]
        if sum(widths) + 3 > WIDEST_PLAIN_TEXT:  # too wide: whole lines, one side after the other
            return "\n".join(
                f"{title}\n{'-' * _columns(title)}\n{source}\n"
                for title, source in zip(self.titles, (self.left, self.right), strict=True)
            )
        rows.insert(1, ("-" * widths[0], "-" * widths[1]))
        return "\n".join(
            f"{left}{' ' * (widths[0] - _columns(left))} | {right}".rstrip() for left, right in rows
        )


def show(name, docstrings=False, line_numbers=False):
    """Show both frameworks' source of one name in two aligned columns.

    ``name``: a module ("layers"), a class or function ("models.CharacterModel"), or a method
    ("models.CharacterModel.forward", whose partner in TensorFlow is ``call``); ``names()`` lists
    them. ``docstrings``: show them too. ``line_numbers``: those of the shown piece, from 1.
    Returns a SideBySide. Raises ValueError for a name that one or both sides do not have.
    """
    if not isinstance(name, str):
        raise TypeError(
            f"name is a {type(name).__name__}; write it as text, such as 'models.CharacterModel'."
        )
    found = {framework: _find(folder, name) for framework, folder in FOLDERS.items()}
    missing = [framework for framework, piece in found.items() if piece is None]
    if len(missing) == len(FOLDERS):
        known = names()
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise ValueError(f"There is no {name!r}. {hint}{_choices(name, known)}")
    if missing:
        (present,) = set(FOLDERS) - set(missing)
        raise ValueError(
            f"{name!r} exists in {present} only ({found[present].place}), so there is nothing to "
            f"set beside it. {_choices(name, names())}"
        )
    sources = [without_docstrings(p.source) if not docstrings else p.source for p in found.values()]
    titles = tuple(f"{framework}: {piece.place}" for framework, piece in found.items())
    return SideBySide(*sources, titles=titles, line_numbers=line_numbers)


def compare(pytorch, tensorflow, titles=("PyTorch", "TensorFlow"), line_numbers=False):
    """Show two pieces of code given as text, such as two cells of a notebook, as ``show`` does.

    Blank lines at both ends are left out, and so is indentation that all lines share.
    Raises TypeError unless both are text.
    """
    for side, source in (("pytorch", pytorch), ("tensorflow", tensorflow)):
        if not isinstance(source, str):
            raise TypeError(
                f"{side} is a {type(source).__name__}; give the code as text. "
                "For a function of the course write show('module.function')."
            )
    if len(titles) != 2:
        raise ValueError(f"titles has {len(titles)} entries; give two, one a column.")
    sources = [_trim(source) for source in (pytorch, tensorflow)]
    return SideBySide(*sources, titles=tuple(map(str, titles)), line_numbers=line_numbers)


def as_html(source):
    """Return one source as HTML, in colours that hold on white and on dark pages."""
    formatter = HtmlFormatter(style=_BothBackgrounds, noclasses=True, nowrap=True)
    code = pygments.highlight(source, PythonLexer(), formatter)
    return f'<pre style="line-height:1.4;font-size:12px"><code>{code}</code></pre>'


def names():
    """Return every public name that both sides have and ``show`` can show."""
    sides = []
    for folder in FOLDERS.values():
        side = {}
        for file in sorted(folder.glob("*.py")):
            if not file.stem.startswith("_"):
                tree = ast.parse(file.read_text(encoding="utf-8"))
                side |= dict.fromkeys([file.stem, *_public(tree, file.stem)])
        sides.append(side)
    left, right = sides
    return [name for name in left if name in right or _partner(name) in right]


@dataclass(frozen=True)
class _Piece:
    source: str
    place: str


def _find(folder, name):
    """Return the ``_Piece`` of one side, or None."""
    module, *path = name.split(".")
    file = folder / f"{module}.py"
    if not module.isidentifier() or not file.is_file():
        return None
    text = file.read_text(encoding="utf-8")
    place = f"{folder.name}/{file.name}"
    if not path:
        return _Piece(_trim(text), place)
    node = ast.parse(text)
    for part in path:
        children = _children(node)
        node = children.get(part) or children.get(PARTNERS.get(part))
        if node is None:
            return None
    first = min(n.lineno for n in (node, *getattr(node, "decorator_list", ())))
    source = "\n".join(text.split("\n")[first - 1 : node.end_lineno])
    return _Piece(_trim(source), f"{place}, line {first}")


def _children(node):
    """Return {name: node} of the functions, classes and values defined directly in a node."""
    found = {}
    for child in getattr(node, "body", ()):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found[child.name] = child
        elif isinstance(child, (ast.Assign, ast.AnnAssign)):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            found |= {target.id: child for target in targets if isinstance(target, ast.Name)}
    return found


def _public(node, prefix):
    """Return the dotted names of public functions, classes, methods and values, in file order."""
    result = []
    for name, child in _children(node).items():
        if not name.startswith("_"):
            result.append(f"{prefix}.{name}")
            if isinstance(child, ast.ClassDef):
                result += _public(child, f"{prefix}.{name}")
    return result


def _choices(name, known):
    """Return a sentence that lists what there is: in the same module, else the modules."""
    module = name.split(".")[0]
    inside = [other for other in known if other.startswith(f"{module}.")]
    modules = [other for other in known if "." not in other]
    return f"Both sides have: {', '.join(inside or modules)}."


def _partner(name):
    head, _, last = name.rpartition(".")
    return f"{head}.{PARTNERS.get(last, last)}"


def _trim(source):
    """Return the code without blank lines at both ends and without shared indentation."""
    lines = source.split("\n")
    filled = [i for i, line in enumerate(lines) if line.strip()]
    return textwrap.dedent("\n".join(lines[filled[0] : filled[-1] + 1])) if filled else ""


def without_docstrings(source):
    """Return Python code without docstrings; one that is all of a body stays."""
    lines = source.split("\n")
    drop = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if len(node.body) < 2 or ast.get_docstring(node, clean=False) is None:
            continue
        start, stop = node.body[0].lineno - 1, node.body[0].end_lineno
        if node.body[1].lineno - 1 < stop or getattr(node, "lineno", 0) - 1 == start:
            continue  # other code shares the docstring's line
        while stop < len(lines) and not lines[stop].strip():
            stop += 1
        drop.update(range(start, stop))
    return _trim("\n".join(line for i, line in enumerate(lines) if i not in drop))


def _columns(text):
    """Return how many columns a text takes in a terminal: a Hangul syllable takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _blocks(rows):
    """Return (start, stop) of the table's rows: a new one at each function after a blank line.

    Where a page wraps long lines, both columns are level again at the next function.
    """
    starts = [0]
    for i in range(1, len(rows)):
        opens = any(line and line.lstrip().startswith(OPENINGS) for line in rows[i])
        if opens and not any(line and line.strip() for line in rows[i - 1]):
            starts.append(i)
    return list(zip(starts, [*starts[1:], len(rows)], strict=True))


def _lines_as_html(source, indices, line_numbers):
    """Return one piece of HTML a row; without the ``data-`` spans, joined: exactly the source."""
    tokens = ((kind, text) for _, kind, text in PythonLexer().get_tokens_unprocessed(source))
    formatter = HtmlFormatter(style=_BothBackgrounds, noclasses=True, nowrap=True)
    count = source.count("\n") + 1
    lines = pygments.format(tokens, formatter).split("\n")[:count]
    result = []
    for index in indices:
        if index is None:
            result.append('<span data-padding style="user-select:none">\n</span>')
            continue
        line = lines[index] + ("\n" if index < count - 1 else "")
        if line_numbers:
            number = f"{index + 1:>{len(str(count))}}  "
            quiet = "user-select:none;color:#757575"
            line = f'<span data-number style="{quiet}">{number}</span>{line}'
        result.append(line)
    return result
