"""Figures of translation: attention as a heat map, accuracy by length or position.

``course_utils.plots`` offers both under the same names.
"""

import unicodedata
from numbers import Real

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from course_utils.arrays import to_numpy
from course_utils.plot_checks import (
    as_attention,
    as_links,
    as_shares,
    check_filled,
    check_length,
)
from course_utils.plot_style import (
    POSITIVE,
    new_axes,
    styles_for,
    visible_symbol,
)

# 0 is white, 1 the green of a hidden state of +1: not the colours of the two frameworks.
WEIGHT_COLOURS = LinearSegmentedColormap.from_list(
    "course_weights", [(1, 1, 1), tuple(part / 255 for part in POSITIVE)]
)
CELL = 0.28  # inches
# A white line under the black one: seen on every cell.
SURE = {"linewidth": 2.0, "linestyle": "-"}
POSSIBLE = {"linewidth": 1.2, "linestyle": (0, (2, 1.2))}


def attention_heatmap(weights, source, target, sure=(), possible=(), *, ax=None, title=None):
    """Draw the attention of one sentence: one column a source word, one row a target word.

    ``weights``: [T, S]; each row sums to 1. ``source``, ``target``: words; where the matrix has one
    column or one row more, it belongs to ``<eos>``. ``sure``, ``possible``: gold links (source
    index, target index), drawn as solid and as dashed squares; a link in both counts as sure.
    Raises ValueError if shapes do not fit, a row does not sum to 1, or a link lies outside;
    TypeError for text that is not split into words.
    Sources: Bahdanau et al. 2015, figure 3; sure and possible links: Och and Ney 2003, section 5.
    """
    weights, rows, columns = as_attention(weights, source, target)
    sure, possible = as_links(sure, possible, source, target)
    rows, columns = ([_label(word) for word in words] for words in (rows, columns))
    beside, above = (max(map(_ems, words)) * 10 / 72 for words in (rows, columns))
    width = beside + max(3.0, CELL * len(columns)) + 1.3
    height = min(above, 2.0) + max(1.8, CELL * len(rows)) + 1.0
    ax = new_axes(ax, figsize=(width, height))
    image = ax.imshow(
        weights, cmap=WEIGHT_COLOURS, vmin=0, vmax=1, aspect="auto", interpolation="none"
    )
    box = ax.get_window_extent()
    wide, high = box.width / ax.figure.dpi, box.height / ax.figure.dpi  # inches
    # A part of them goes to the labels and to the colour bar.
    column, row = 0.75 * wide / len(columns), 0.75 * high / len(rows)
    size = float(np.clip(min(column, row) * 72 / 1.2, 5, 10))
    upright = max(map(_ems, columns)) * size / 72 > column
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xticks(range(len(columns)), columns, rotation=90 if upright else 0, fontsize=size)
    ax.set_yticks(range(len(rows)), rows, fontsize=size)
    ax.set_xticks(np.arange(1, len(columns)) - 0.5, minor=True)
    ax.set_yticks(np.arange(1, len(rows)) - 0.5, minor=True)
    ax.tick_params(length=2)
    ax.tick_params(which="minor", length=0)
    ax.set_axisbelow(False)
    ax.grid(False)
    ax.grid(which="minor", color="#dddddd", linewidth=0.5)
    for name, links, style in (("sure", sure, SURE), ("possible", possible, POSSIBLE)):
        for number, (i, j) in enumerate(sorted(links)):
            square = Rectangle(
                (i - 0.42, j - 0.42),
                0.84,
                0.84,
                fill=False,
                edgecolor="black",
                label=None if number else f"gold link ({name})",
                path_effects=[withStroke(linewidth=style["linewidth"] + 2, foreground="white")],
                **style,
            )
            ax.add_patch(square)
    if sure or possible:
        ax.legend(loc="upper left", bbox_to_anchor=(0, 0), ncols=2, fontsize=9)
    ax.set(
        title=title or f"Where each of {len(rows)} target words looks",
        xlabel="source word",
        ylabel="target word",
    )
    ax.figure.colorbar(
        image, ax=ax, label="attention weight", fraction=min(0.15, 0.8 / wide), aspect=high / 0.17
    )
    return ax


def accuracy_lines(curves, *, xlabel, ylabel="exact match", counts=None, ax=None, title=None):
    """Draw a share of right answers over buckets, such as source lengths, one line a model.

    ``curves``: {name: (x, y)}; a name is "PyTorch", "TensorFlow GRU" or ("PyTorch", "GRU").
    x: [N] numbers, or [N] names of buckets such as "3–5". y: [N] shares from 0 to 1.
    ``counts``: {bucket: how many were measured}, or one number a bucket; written below the buckets.
    Raises ValueError for shares outside 0 to 1, lengths that differ, or a bucket without a count.
    """
    check_filled("curves", curves, "{'PyTorch': ([3, 4, 5], [1.0, 0.9, 0.7])}")
    checked = {name: _as_curve(name, curve) for name, curve in curves.items()}
    buckets = list(dict.fromkeys(bucket for x, _ in checked.values() for bucket in x))
    if all(isinstance(bucket, Real) for bucket in buckets):
        buckets.sort()
        places = {bucket: bucket for bucket in buckets}
    else:
        places = {bucket: i for i, bucket in enumerate(buckets)}
    ax = new_axes(ax)
    for name, (text, style) in styles_for(checked).items():
        x, y = checked[name]
        ax.plot([places[bucket] for bucket in x], y, label=text, **style | {"markevery": None})
    if counts is not None:
        below = _as_counts(counts, buckets)
        names = [f"{bucket}\n{count}" for bucket, count in zip(buckets, below, strict=True)]
        points = 0.65 * ax.get_window_extent().width / ax.figure.dpi * 72 / len(names)
        longest = max(_ems(line) for name in names for line in name.split("\n"))
        size = float(np.clip(points / (longest + 0.8), 5, 10))
        ax.set_xticks(list(places.values()), names, fontsize=size)
        xlabel = f"{xlabel}\n(second line: how many were measured)"
    elif any(isinstance(bucket, str) for bucket in buckets):
        ax.set_xticks(list(places.values()), list(places))
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylim(-0.03, 1.03)
    ax.set(
        title=title or f"{ylabel[:1].upper()}{ylabel[1:]}: higher is better",
        xlabel=xlabel,
        ylabel=f"{ylabel} (share, 0 to 1)",
    )
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax


def _as_curve(name, curve):
    """Return (buckets, shares [N]) of one line."""
    if not isinstance(curve, (tuple, list)) or len(curve) != 2:
        raise TypeError(
            f"curves[{name!r}] must be a pair (x, y): the buckets, and the shares of right answers."
        )
    x, y = to_numpy(curve[0]), as_shares(f"the y of {name!r}", curve[1])
    if x.ndim != 1:
        raise ValueError(
            f"the x of {name!r} has shape {list(x.shape)}; give N numbers or N names of buckets."
        )
    check_length(f"the x of {name!r}", x, "its y", len(y))
    return x.tolist(), y


def _as_counts(counts, buckets):
    """Return how many were measured in each bucket, in their order."""
    if not isinstance(counts, dict):
        check_length("counts", counts, "all curves together", len(buckets))
        return list(counts)
    missing = [bucket for bucket in buckets if bucket not in counts]
    if missing:
        raise ValueError(f"counts has no entry for {missing}; the curves have all of {buckets}.")
    return [counts[bucket] for bucket in buckets]


def _label(word):
    """Return a word as an axis shows it; decomposed Hangul is composed, the font has syllables."""
    return visible_symbol(unicodedata.normalize("NFC", word))


def _ems(text):
    """Return about how wide a text is, in units of the font size."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.62 for c in text)
