"""The picture of ``make bench``: one panel for each section that was measured."""

import matplotlib.pyplot as plt

from course_utils import fonts
from course_utils.plot_style import COURSE_STYLE, FRAMEWORK_STYLE, draw_bars, legend_once

from .comparison import SIDES
from .translations import PLAIN


def _bars(ax, rows, names=None):
    """Draw the medians of rows as pairs of bars, one pair a row."""
    for side, label in enumerate(SIDES):
        for place, row in enumerate(rows):
            height = row.medians().get(label)
            if height is not None:
                style = FRAMEWORK_STYLE[label]
                draw_bars(ax, place + (side - 0.5) * 0.4, [height], 0.4, label, style)
    ax.set_xticks(range(len(rows)), names or [row.what for row in rows], rotation=25, ha="right")
    ax.grid(False, axis="x")
    legend_once(ax)


def _points(ax, rows, key, more="", **change):
    """Draw medians against a setting of the rows, one line a framework; ``more`` names the rows."""
    for label in SIDES:
        own = [(row.settings[key], row.medians()[label]) for row in rows]
        style = FRAMEWORK_STYLE[label] | change
        ax.plot(*zip(*sorted(own), strict=True), label=label + more, **style)
    legend_once(ax)


def characters(ax, section):
    """Draw the loss against the seconds of training."""
    _points(ax, [row for row in section.rows if "seconds" in row.settings], "seconds")
    ax.set(title="1 · Loss after training", xlabel="training time (s)")
    ax.set_ylabel("validation loss (nats per character)")


def peak(ax, section):
    """Draw the shares of the peak that the course's own steps reach."""
    way = ": as in the course"
    shares = [row for row in section.rows if row.unit.startswith("share")]
    rows = [row for row in shares if row.what.endswith(way)] or shares
    _bars(ax, rows, [row.what.removesuffix(way) for row in rows])
    ax.tick_params(axis="x", labelsize=8)
    ax.set(title="2 · Share of the matrix-product peak", ylabel="share (no unit)", ylim=(0, 1))


def translations(ax, section):
    """Draw BLEU against the seconds of training."""
    rows = [row for row in section.rows if row.unit == "BLEU, greedy"]
    _points(ax, [row for row in rows if not row.what.endswith(PLAIN)], "seconds")
    plain = [row for row in rows if row.what.endswith(PLAIN)]
    if plain:
        _points(ax, plain, "seconds", PLAIN, alpha=0.45)
    ax.set(title="3 · Translation", xlabel="training time (s)", ylabel="BLEU (greedy)")


def writing(ax, section):
    """Draw characters and sentences per second."""
    _bars(ax, section.rows)
    ax.set(title="4 · Writing and translating", ylabel="characters or sentences per second")
    ax.set_yscale("log")


def notebooks(ax, section):
    """Draw the wall time of each notebook."""
    rows = [row for row in section.rows if row.what.endswith("wall time")]
    ax.bar(range(len(rows)), [row.medians()["both"] for row in rows], color="#888888")
    ax.set_xticks(range(len(rows)), [row.what[:2] for row in rows])
    ax.set(title="5 · Notebooks", xlabel="notebook", ylabel="wall time (s)")


def growth(ax, section):
    """Draw fitted exponents beside the expected ones."""
    rows = [row for row in section.rows if "expected" in row.settings]
    _bars(ax, rows, [row.settings["name"] for row in rows])
    for place, row in enumerate(rows):
        expected = row.settings["expected"]
        label = "counted operations" if place == 0 else None
        ax.hlines(expected, place - 0.4, place + 0.4, color="black", linewidth=2, label=label)
    ax.set(title="6 · How cost grows: exponents", ylabel="exponent (no unit)")
    legend_once(ax)


PANELS = {1: characters, 2: peak, 3: translations, 4: writing, 5: notebooks, 6: growth}


def draw(path, sections, title):
    """Draw all sections that were measured, and write the picture to a PNG file."""
    fonts.register()
    with plt.rc_context(COURSE_STYLE):
        _draw(path, sections, title)


def _draw(path, sections, title):
    columns = min(3, len(sections))
    rows = -(-len(sections) // columns)
    size = (5.5 * columns, 4.5 * rows)
    fig, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    for ax, section in zip(axes.flat, sections, strict=False):
        PANELS[section.number](ax, section)
    for ax in axes.flat[len(sections) :]:
        ax.remove()
    fig.suptitle(title, fontsize=10)
    fig.savefig(path, dpi=110)
    plt.close(fig)
