"""Figures of sampling: a distribution that changes with the temperature; quality and diversity.

``course_utils.plots`` offers both under the same names.
"""

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from course_utils.attention_plots import WEIGHT_COLOURS
from course_utils.plot_checks import as_array, check_filled, check_length
from course_utils.plot_style import new_axes, split_label, styles_for, visible_symbol
from course_utils.sampling import probabilities

MOST_NUMBERS = 12  # columns: with more of them, cells have no room for a number
ROWS_SHARE = 0.75  # of the height; the entropy has the rest
LABEL_SIZE = 8  # points
SAME_PLACE = 14  # points: two settings nearer than this share one label
METHOD_MARKERS = "o^sDPXv"  # no star: that one is the human text
STAR = {"marker": "*", "color": "#F0C000", "markeredgecolor": "black", "markersize": 18}


def distribution_morph(logits, symbols, temperatures, *, top=20, ax=None, title=None):
    """Draw the next symbol's distribution at several temperatures, and its entropy above them.

    One column a temperature (the lowest on the left), one row a symbol (the largest logit on top);
    a last row holds the other symbols together. ``logits``: [V]. ``symbols``: V symbols.
    ``temperatures``: [N], at least 0; with at most 12 each cell says its probability in per cent.
    ``top``: how many symbols get a row. Colours grow with the square root of the probability.
    Raises ValueError if shapes do not fit, logits are not finite or a temperature is below 0.
    Source: Ackley, Hinton & Sejnowski 1985, section 2 (temperature).
    """
    logits = as_array("logits", logits, ndim=1, shape="[V]: one number a symbol")
    check_length("symbols", symbols, "logits", len(logits))
    columns = np.unique(as_array("temperatures", temperatures, 1, "[N]: one number a column"))
    if top < 1:
        raise ValueError(f"top is {top}; show at least one symbol.")
    chances = np.stack([probabilities(logits, float(t)) for t in columns], axis=1)  # [V, N]
    order = np.argsort(-logits, kind="stable")
    shown, others = order[:top], order[top:]
    names = [visible_symbol(symbols[i]) for i in shown]
    cells = chances[shown]
    if len(others):
        names.append(f"other {len(others)}")
        cells = np.vstack([cells, chances[others].sum(axis=0)])
    width = min(12.0, max(5.0, 2.2 + 0.55 * min(len(columns), MOST_NUMBERS)))
    ax = new_axes(ax, figsize=(width, 2.6 + 0.21 * len(names)))
    image = ax.imshow(
        cells,
        cmap=WEIGHT_COLOURS,
        norm=PowerNorm(0.5, vmin=0, vmax=1),
        aspect="auto",
        interpolation="none",
    )
    ax.set_ylim(len(names) - 0.5, len(names) * (1 - 1 / ROWS_SHARE) - 0.5)  # room for the entropy
    # In points; a part of the figure goes to labels.
    height = 0.8 * ROWS_SHARE * ax.get_window_extent().height / ax.figure.dpi * 72 / len(names)
    numbered = bool(len(columns) <= MOST_NUMBERS and height >= 7)
    if numbered:
        for (row, column), chance in np.ndenumerate(cells):
            if chance >= 0.0005:
                ax.text(
                    column,
                    row,
                    f"{100 * chance:.0f}" if chance >= 0.0995 else f"{100 * chance:.1f}",
                    ha="center",
                    va="center",
                    fontsize=LABEL_SIZE,
                    color="white" if chance > 0.4 else "black",
                )
    step = -(-len(columns) // MOST_NUMBERS)
    ax.set_xticks(range(0, len(columns), step), [f"{t:g}" for t in columns[::step]])
    ax.set_yticks(range(len(names)), names, fontsize=float(np.clip(height / 1.1, 3, 10)))
    if len(others):
        ax.axhline(len(shown) - 0.5, color="#777777", linewidth=1, linestyle=":")
    ax.tick_params(length=2)
    ax.grid(False)
    ax.set(
        title=title or "A higher temperature flattens the distribution",
        xlabel="temperature T (no unit)" + "; numbers are per cent" * numbered,
    )
    ax.set_ylabel("symbol, the largest logit on top", y=ROWS_SHARE / 2)
    _entropy_above(ax, chances)
    ax.figure.colorbar(
        image, ax=ax, label="probability (square-root scale)", shrink=ROWS_SHARE, anchor=(0, 0)
    )
    return ax


def quality_diversity(
    points_by_label,
    human,
    *,
    xlabel="distinct 4-grams (share, 0 to 1)",
    ylabel="characters in known words (share, 0 to 1)",
    ax=None,
    title=None,
):
    """Draw quality over diversity: one curve a framework and method, a star for human text.

    ``points_by_label``: {label: {setting: (x, y)}}; a label is "PyTorch top-k" or ("PyTorch",
    "top-k"); a setting, such as "T=0.7" or 5, is written beside its point, and the points are
    joined in the given order. ``human``: (x, y) of the text that people wrote, or None.
    ``xlabel``, ``ylabel``: the measures, with their units. The framework decides colour and line,
    the method the marker. Raises ValueError for a curve without points or numbers not finite.
    """
    example = "{('PyTorch', 'top-k'): {'k=5': (0.6, 0.9)}}"
    check_filled("points_by_label", points_by_label, example)
    curves = {}
    for label, points in points_by_label.items():
        check_filled(f"points_by_label[{label!r}]", points, "{'k=5': (0.6, 0.9)}")
        settings = [s if isinstance(s, str) else f"{s:g}" for s in points]
        curves[label] = (settings, np.array([_as_point(label, xy) for xy in points.values()]))
    ax = new_axes(ax, figsize=(8.5, 5.0))
    styles = styles_for(curves)
    methods = list(dict.fromkeys(split_label(label)[1] for label in curves))
    for label, (text, style) in styles.items():
        style["marker"] = METHOD_MARKERS[methods.index(split_label(label)[1]) % len(METHOD_MARKERS)]
        style |= {"markevery": None, "markersize": 8, "markeredgecolor": "white"}
        ax.plot(*curves[label][1].T, label=text, **style | {"linewidth": 1.4, "zorder": 3})
    if human is not None:
        ax.plot(*_as_point("human", human), label="human text", linestyle="", **STAR, zorder=4)
    ax.margins(0.08)
    ax.set(
        title=title or "Varied or right? Each setting is a compromise", xlabel=xlabel, ylabel=ylabel
    )
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    _label_points(ax, [(*curves[label], style["color"]) for label, (_, style) in styles.items()])
    return ax


def _entropy_above(ax, chances):
    """Draw the entropy of each column of chances [V, N] in a small panel above the heat map."""
    logs = np.log(chances, out=np.zeros_like(chances), where=chances > 0)
    entropy = -(chances * logs).sum(axis=0)
    most = np.log(len(chances))
    above = ax.inset_axes([0, ROWS_SHARE + 0.03, 1, 0.97 - ROWS_SHARE], sharex=ax)
    marker = "o" if len(entropy) <= MOST_NUMBERS else ""
    above.plot(entropy, color="#333333", marker=marker, markersize=4)
    above.axhline(most, color="#777777", linewidth=1, linestyle=":")
    above.annotate(
        f"ln {len(chances)} = {most:.2f}: all equally likely",
        (0, most),
        xytext=(2, 2),
        textcoords="offset points",
        va="bottom",
        fontsize=LABEL_SIZE,
        color="#555555",
    )
    above.set_ylim(-0.05 * max(most, 1), 1.3 * max(most, 0.1))
    above.yaxis.set_major_locator(MaxNLocator(3))
    above.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    above.set_ylabel("entropy\n(nats)")
    above.tick_params(axis="x", labelbottom=False, length=0)


def _as_point(label, values):
    """Return one point as a float array [2]."""
    point = as_array(f"a point of {label!r}", values, ndim=1, shape="(x, y): two numbers")
    if len(point) != 2:
        raise ValueError(f"A point of {label!r} has {len(point)} numbers; it must be (x, y).")
    return point


def _label_points(ax, curves):
    """Write each text beside its point, where it covers least of what is there already.

    ``curves``: list of (texts, points [N, 2], colour). Where two frameworks put the same setting at
    almost the same place, it is written once, in grey. Call it last: it freezes the limits.
    """
    ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())
    scale = 72 / ax.figure.dpi  # pixels to points
    labels, taken = [], []  # [text, point, place, colour]; boxes (left, bottom, right, top)
    for texts, points, colour in curves:
        places = ax.transData.transform(points) * scale
        for part in np.linspace(0, 1, 12):  # the line is in the way too
            taken += [_box(place, 1, 1) for place in places[:-1] + part * np.diff(places, axis=0)]
        for text, point, place in zip(texts, points, places, strict=True):
            taken.append(_box(place, 5, 5))
            near = [label for label in labels if label[0] == text and label[3] != colour]
            near = [label for label in near if np.hypot(*(label[2] - place)) < SAME_PLACE]
            if near:
                near[0][3] = "#444444"
            else:
                labels.append([text, point, place, colour])
    directions = [
        (np.cos(angle), np.sin(angle)) for angle in np.deg2rad([90, 270, 0, 180, 45, 225, 315, 135])
    ]
    frame = ax.get_window_extent().extents * scale
    for text, point, place, colour in labels:
        half = np.array([0.31 * LABEL_SIZE * len(text), 0.6 * LABEL_SIZE])
        offsets = [
            np.multiply(direction, distance + half)
            for distance in (5, 12, 20, 30)
            for direction in directions
        ]
        boxes = [_box(place + offset, *half) for offset in offsets]
        outside = [np.prod(2 * half) - _overlap(box, frame) for box in boxes]
        costs = [
            sum(_overlap(box, other) for other in taken) + 4 * out + 0.05 * number
            for number, (box, out) in enumerate(zip(boxes, outside, strict=True))
        ]
        best = int(np.argmin(costs))
        taken.append(boxes[best])
        line = {"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkB": 4}
        ax.annotate(
            text,
            point,
            xytext=offsets[best],
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=LABEL_SIZE,
            color=colour,
            zorder=5,
            path_effects=[withStroke(linewidth=2, foreground="white")],
            arrowprops=line if best >= 2 * len(directions) else None,
        )


def _box(middle, half_width, half_height):
    """Return a box (left, bottom, right, top) around its middle."""
    x, y = middle
    return x - half_width, y - half_height, x + half_width, y + half_height


def _overlap(one, other):
    """Return the area that two boxes (left, bottom, right, top) share."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0) * max(height, 0)
