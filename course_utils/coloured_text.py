"""A text whose characters are coloured by numbers, such as one hidden unit while it reads.

Source of the picture: Karpathy, Johnson and Fei-Fei 2015, "Visualizing and Understanding Recurrent
Networks", section 4.2.
"""

import html
import unicodedata
from dataclasses import dataclass

import numpy as np

from course_utils.arrays import to_numpy

# -1 is purple, 0 has no colour, +1 is green: as in plots.state_heatmap.
NEGATIVE, POSITIVE = (123, 50, 148), (0, 136, 55)
STRONGEST = 0.75  # opacity at -1 and +1: black text and white text both stay readable
LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class ColouredText:
    """A text and one value a character; a notebook draws colours, a terminal prints heights."""

    text: str
    values: tuple
    title: str | None = None

    def _repr_html_(self):
        body = "".join(map(_span, self.text, self.values))
        title = f"<strong>{html.escape(self.title)}</strong><br>" if self.title else ""
        legend = " ".join(
            f'<span style="{_background(value)};padding:0 0.5em">{value:+g}</span>'
            for value in (-1, -0.5, 0, 0.5, 1)
        )
        return (
            f'<div align="left" style="text-align:left">{title}<small>{legend}</small>'
            '<pre style="text-align:left;white-space:pre-wrap;overflow-wrap:anywhere;'
            f'line-height:1.6;margin:0.4em 0"><code style="white-space:pre-wrap">{body}'
            "</code></pre></div>"
        )

    def __repr__(self):
        parts = [self.title] if self.title else []
        for start, stop in _rows(self.text, 80):
            piece, heights = [], []
            for symbol, value in zip(self.text[start:stop], self.values[start:stop], strict=True):
                level = LEVELS[min(int((value + 1) / 2 * len(LEVELS)), len(LEVELS) - 1)]
                piece.append(_visible(symbol))
                heights.append(level + " " * (_cells(symbol) - 1))
            parts += ["".join(piece), "".join(heights)]
        parts.append(f"({LEVELS[0]} is -1, {LEVELS[-1]} is +1)")
        return "\n".join(parts)


def show(text, values, title=None):
    """Return the text with each character's background coloured by its value, for a notebook.

    ``text``: T characters. ``values``: [T], numbers from -1 (purple) to 1 (green), for example one
    hidden unit after each character: ``states[:, unit]``. Pointing at a character shows its value.
    GitHub removes the colours; use ``draw`` for a picture that stays.
    Raises ValueError if the lengths differ or a value lies outside [-1, 1].
    """
    values = _checked(text, values)
    return ColouredText(text, tuple(values.tolist()), None if title is None else str(title))


def draw(text, values, title=None, width=64, ax=None):
    """Draw the same picture with matplotlib: it survives GitHub, print and export.

    ``text``, ``values``: as for ``show``. ``width``: characters in a row. Returns the Axes.
    Raises ValueError as ``show`` does.
    """
    from matplotlib import patches

    from course_utils.plot_style import STATE_COLOURS, new_axes

    values = _checked(text, values)
    if width < 1:
        raise ValueError(f"width is {width}; a row holds at least one character.")
    rows = _rows(text, width)
    columns = max(sum(map(_cells, text[start:stop])) for start, stop in rows)
    ax = new_axes(ax, figsize=(max(4.5, 0.1 * columns + 0.2), 0.22 * len(rows) + 0.5))
    ax.set(xlim=(0, columns), ylim=(len(rows), 0), xticks=[], yticks=[])
    ax.set_title(title or "One hidden unit over a text: purple -1, white 0, green +1")
    ax.spines[:].set_visible(False)
    ax.figure.draw_without_rendering()  # lets the layout settle: the size of a letter depends on it
    box = ax.get_window_extent()
    points = 72 / ax.figure.dpi
    size = max(
        4.0, min(12.0, box.width * points / columns / 0.62, box.height * points / len(rows) / 1.3)
    )
    for row, (start, stop) in enumerate(rows):
        left = 0
        for symbol, value in zip(text[start:stop], values[start:stop], strict=True):
            cells = _cells(symbol)
            colour = STATE_COLOURS((value + 1) / 2)
            ax.add_patch(
                patches.Rectangle((left, row), cells, 1, facecolor=colour, alpha=STRONGEST)
            )
            if symbol != " ":
                ax.text(
                    left + cells / 2,
                    row + 0.5,
                    _visible(symbol).replace("$", r"\$"),
                    fontsize=size,
                    family=["DejaVu Sans Mono", *_families()],
                    ha="center",
                    va="center",
                )
            left += cells
    return ax


def _families():
    import matplotlib

    return list(matplotlib.rcParams["font.family"])


def _checked(text, values):
    """Return the values as a float array [T], after checking that they fit the text."""
    if not isinstance(text, str):
        raise TypeError(
            f"text is a {type(text).__name__}; give a string. vocabulary.decode(ids) makes one."
        )
    values = to_numpy(values).astype(float)
    if values.ndim != 1:
        raise ValueError(
            f"values has shape {list(values.shape)}; give one number a character, [T]. "
            "For one hidden unit of states [T, H] write states[:, unit]."
        )
    if not text:
        raise ValueError("text is empty; give at least one character.")
    if len(text) != len(values):
        raise ValueError(
            f"text has {len(text)} characters and values has {len(values)} numbers; they must be "
            "equally many. The state after reading a character belongs to that character."
        )
    if not (np.abs(values) <= 1 + 1e-6).all():  # False for NaN, too
        raise ValueError(
            f"values go from {values.min():.3g} to {values.max():.3g}; the colours stand for "
            "-1 to 1. Divide by the largest absolute value, or pass a hidden state (tanh) instead."
        )
    return values.clip(-1, 1)


def _background(value):
    red, green, blue = NEGATIVE if value < 0 else POSITIVE
    return f"background-color:rgba({red},{green},{blue},{abs(value) * STRONGEST:.2f})"


def _span(symbol, value):
    """Return one character as HTML; a new line keeps a visible arrow that carries its colour."""
    shown = html.escape(symbol)
    if symbol == "\n":
        shown = '<span data-mark style="user-select:none;opacity:0.6">↵</span>\n'
    title = html.escape(f"{_visible(symbol)}  {value:+.2f}")
    return f'<span style="{_background(value)}" title="{title}">{shown}</span>'


def _visible(symbol):
    if symbol == "\n":
        return "↵"
    return symbol if symbol.isprintable() else "·"


def _cells(symbol):
    """Return how many columns a character takes: a Hangul syllable takes two."""
    return 2 if unicodedata.east_asian_width(symbol) in "WF" else 1


def _rows(text, width):
    """Return (start, stop) of each row: a row ends after a new line, or where it is full.

    A full row ends after its last space, so that words stay whole where they fit.
    """
    rows, start, used, after_space = [], 0, 0, 0
    for i, symbol in enumerate(text):
        while used + _cells(symbol) > width and i > start:
            stop = after_space if after_space > start else i
            rows.append((start, stop))
            start, used = stop, sum(map(_cells, text[stop:i]))
        used += _cells(symbol)
        if symbol == " ":
            after_space = i + 1
        if symbol == "\n":
            rows.append((start, i + 1))
            start, used = i + 1, 0
    return rows + [(start, len(text))] * (start < len(text))
