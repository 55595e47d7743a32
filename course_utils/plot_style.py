"""What all figures share: one look per framework, the font, labels that do not collide."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgba

from course_utils import fonts
from course_utils.plot_checks import visible_text

# Colours of Okabe and Ito (2008): told apart by colour-blind readers. The line and the marker tell
# the two apart on grey paper. The dashed line is thinner: where both coincide, both are seen.
FRAMEWORK_STYLE = {
    "PyTorch": {
        "color": "#D55E00",
        "linestyle": "-",
        "linewidth": 2.6,
        "marker": "o",
        "markersize": 6,
        "markevery": 0.12,
    },
    "TensorFlow": {
        "color": "#0072B2",
        "linestyle": "--",
        "linewidth": 1.6,
        "marker": "s",
        "markersize": 5,
        "markevery": 0.12,
    },
}
# The cell is told by the marker; by the colour only where no framework is named.
CELL_STYLE = {
    "RNN": {"color": "#666666", "marker": "v"},
    "LSTM": {"color": "#AA3377", "marker": "D"},
    "GRU": {"color": "#117733", "marker": "^"},
}
NEUTRAL_STYLE = {
    "color": "#777777",
    "linestyle": "-.",
    "linewidth": 1.8,
    "marker": "o",
    "markersize": 5,
    "markevery": 0.12,
}
OTHER_STYLES = [
    {"color": color, "marker": marker}
    for color, marker in [("#332288", "P"), ("#997700", "X"), ("#882255", "*"), ("#44AA99", "p")]
]
COURSE_STYLE = {
    "figure.figsize": (7.0, 4.0),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.family": ["DejaVu Sans", fonts.FAMILY],
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    # White behind the axes too: a figure stays readable on a dark page.
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}
# -1 is purple, 0 is white, +1 is green: not the colours of the two frameworks.
NEGATIVE, POSITIVE = (123, 50, 148), (0, 136, 55)
STATE_COLOURS = LinearSegmentedColormap.from_list(
    "course_states",
    [tuple(part / 255 for part in colour) for colour in (NEGATIVE, (255, 255, 255), POSITIVE)],
)
GROUP_COLOURS = {
    "vowel": "#CC3311",
    "consonant": "#00807A",
    "capital": "#332288",
    "punctuation": "#8A6A00",
    "digit": "#555555",
    "space": "#AA3377",
    "other": "#777777",
}


def use_course_style() -> None:
    """Set matplotlib's rcParams to the course's look: font with Hangul, grid, layout, 100 dpi.

    For one block only: ``with plt.rc_context(plots.COURSE_STYLE):``.
    """
    fonts.register()
    plt.rcParams.update(COURSE_STYLE)


def visible_symbol(symbol) -> str:
    """Return a symbol as figures write it: space ``␣``, new line ``↵``, others unchanged."""
    # "$" would start a formula in matplotlib.
    return visible_text(symbol).replace("$", r"\$")


def character_group(symbol) -> str:
    """Return "vowel", "consonant", "capital", "digit", "space", "punctuation" or "other".

    Small Latin letters are vowels (a e i o u) or consonants; "other" holds other scripts and words.
    """
    symbol = str(symbol)
    if len(symbol) != 1:
        return "other"
    if symbol.isspace():
        return "space"
    if symbol.isdigit():
        return "digit"
    if symbol.isascii() and symbol.isalpha():
        if symbol.isupper():
            return "capital"
        return "vowel" if symbol in "aeiou" else "consonant"
    return "other" if symbol.isalnum() else "punctuation"


def group_colours(groups) -> dict:
    """Return {group: colour}: the groups of characters in their order, then others as they come."""
    groups = list(groups)
    present = dict.fromkeys([group for group in GROUP_COLOURS if group in groups] + groups)
    spare = ["#332288", "#CC3311", "#00807A", "#8A6A00", "#AA3377", "#555555"]
    return {g: GROUP_COLOURS.get(g, spare[i % len(spare)]) for i, g in enumerate(present)}


def new_axes(ax, **figure_options):
    """Return ``ax``, or new Axes when it is None; make Hangul drawable in both cases."""
    fonts.register()
    if ax is not None:
        return ax
    figure_options.setdefault("layout", "constrained")
    return plt.subplots(**figure_options)[1]


def split_label(label) -> tuple[str | None, str]:
    """Split "PyTorch GRU" or ("PyTorch", "GRU") into the framework (or None) and the rest."""
    text = " ".join(str(part) for part in label) if isinstance(label, tuple) else str(label)
    for framework in FRAMEWORK_STYLE:
        at = text.lower().find(framework.lower())
        if at >= 0:
            rest = " ".join((text[:at] + " " + text[at + len(framework) :]).split())
            return framework, rest
    return None, text


def styles_for(labels) -> dict:
    """Return {label: (text, plot options)}: colour and line from the framework, else the marker.

    ``labels``: "PyTorch", "TensorFlow LSTM" or ("PyTorch", "GRU"); without a framework, "GRU".
    """
    others = {}  # the order in which unknown names appear decides their marker and colour
    styles = {}
    for label in labels:
        framework, rest = split_label(label)
        cell = next((c for c in CELL_STYLE if c in rest.upper().replace("-", " ").split()), None)
        if cell:
            own = CELL_STYLE[cell]
        elif rest:
            own = OTHER_STYLES[others.setdefault(rest, len(others)) % len(OTHER_STYLES)]
        else:
            own = {}
        if framework:
            style = FRAMEWORK_STYLE[framework] | {k: v for k, v in own.items() if k == "marker"}
        else:
            style = NEUTRAL_STYLE | own
        styles[label] = (" ".join(filter(None, (framework, rest))), dict(style))
    return styles


def markers_at(count: int, style: dict) -> dict:
    """Return plot options that put about 8 markers on ``count`` points, TensorFlow's in between."""
    step = max(1, count // 8)
    return {"markevery": (step // 2 if style["linestyle"] == "--" else 0, step)}


def spread_apart(positions, gap: float, low=-np.inf, high=np.inf) -> np.ndarray:
    """Move numbers as little as possible until neighbours are at least ``gap`` apart.

    ``positions``: [N]; returns [N] in the same order, between ``low`` and ``high`` where N numbers
    fit there. Source: isotonic regression by pooling adjacent violators (Ayer et al. 1955).
    """
    positions = np.asarray(positions, dtype=float)
    order = np.argsort(positions, kind="stable")
    groups = []  # [sum of (position - own offset), number of members]
    for value in positions[order]:
        groups.append([value, 1])
        while len(groups) > 1 and (
            groups[-1][0] / groups[-1][1] - groups[-2][0] / groups[-2][1] < gap * groups[-2][1]
        ):
            total, count = groups.pop()
            groups[-1][0] += total - count * gap * groups[-1][1]
            groups[-1][1] += count
    flat = [total / count + gap * i for total, count in groups for i in range(count)]
    steps = gap * np.arange(len(flat))
    moved = np.empty_like(positions)
    moved[order] = np.clip(flat - steps, low, max(low, high - gap * (len(flat) - 1))) + steps
    return moved


def label_right_edge(ax, labels) -> None:
    """Write labels outside the right edge, each at its height, none over another.

    ``labels``: list of (y in data units, text, colour). Call it last: it freezes the limits of y.
    """
    if not labels:
        return
    ax.set_ylim(ax.get_ylim())
    size = 8.5
    height = ax.get_window_extent().height / ax.figure.dpi * 72  # points
    heights = ax.transAxes.inverted().transform(
        ax.transData.transform([(ax.get_xlim()[0], y) for y, _, _ in labels])
    )[:, 1]
    heights = heights * height
    moved = spread_apart(heights, gap=1.5 * size, low=0, high=height)
    for (y, text, colour), old, new in zip(labels, heights, moved, strict=True):
        ax.annotate(
            text,
            xy=(1, y),
            xycoords=ax.get_yaxis_transform(),
            xytext=(18, new - old),
            textcoords="offset points",
            va="center",
            fontsize=size,
            color=colour,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.7,
                "relpos": (0, 0.5),
                "shrinkA": 1,
                "shrinkB": 0,
            },
        )


def symbol_ticks(ax, symbols) -> None:
    """Write one symbol under each column of ``ax``; words are turned upright to keep them apart."""
    shown = [visible_symbol(s) for s in symbols]
    ax.set_xticks(range(len(shown)), shown, rotation=90 if max(map(len, shown)) > 2 else 0)


def draw_bars(ax, middle, heights, width, text, style) -> None:
    """Draw bars in a framework's colour; a dashed line (TensorFlow) becomes hatching."""
    ax.bar(
        middle,
        heights,
        width * 0.92,
        label=text or None,
        facecolor=to_rgba(style["color"], 0.3),
        edgecolor=style["color"],
        hatch="///" if style["linestyle"] == "--" else None,
        linewidth=1,
    )


def draw_levels(ax, levels, number) -> list:
    """Draw levels to compare with as dotted lines; return what ``label_right_edge`` needs.

    ``levels``: {name: height} or None. ``number``: the format of a height, such as ".2f".
    """
    labels = []
    for name, height in (levels or {}).items():
        ax.axhline(height, color="#777777", linewidth=1, linestyle=":", zorder=1)
        labels.append((height, f"{name}  {height:{number}}", "#555555"))
    return labels


def legend_once(ax) -> None:
    """Add a legend that names each label once; none if nothing has a label."""
    handles, labels = ax.get_legend_handles_labels()
    if labels:
        unique = dict(zip(labels, handles, strict=True))
        ax.legend(unique.values(), unique.keys())
