"""Figures of two trainings that should be equal: both curves, and their difference.

``course_utils.plots`` offers both under the same names.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator, NullFormatter

from course_utils.plot_checks import as_array, check_filled, check_length
from course_utils.plot_style import label_right_edge, markers_at, new_axes, styles_for

UPDATES = "updates of the weights"
SHADES = plt.get_cmap("viridis")  # from the first line to the last: dark to light


def difference_curves(differences, ax=None, title=None, levels=None):
    """Draw how far two trainings are apart at every update, one line a cause (log scale).

    ``differences``: {label: [U] absolute differences}. A difference that is exactly 0 has no place
    on a log scale: the line has a gap there, and a value between two gaps is a dot. ``levels``:
    {name: difference}, dotted lines to compare with, such as the rounding of float32. Each line's
    largest value stands at its end.
    Raises: TypeError, ValueError for no differences, negative or infinite ones.
    """
    check_filled("differences", differences, "{'nothing but the weights': differences}")
    curves = {label: _as_differences(label, values) for label, values in differences.items()}
    ax = new_axes(ax)
    right, ends = max(len(values) for values in curves.values()), []
    colours = SHADES(np.linspace(0.0, 0.8, len(curves)))
    for number, (label, values) in enumerate(curves.items()):
        text, colour = styles_for([label])[label][0], colours[number]
        ax.plot(
            np.arange(1, len(values) + 1),
            np.where(values > 0, values, np.nan),
            label=text,
            color=colour,
            linewidth=1.4,
            linestyle="--" if number % 2 else "-",  # neighbouring shades are alike
            marker="oDs^vPX"[number % 7],
            markersize=5,
            markevery=(number, max(8, len(values) // 8)),  # not all at the same updates
        )
        there = np.pad(values > 0, 1)
        lone = np.flatnonzero(there[1:-1] & ~there[:-2] & ~there[2:])  # no line can show these
        if len(lone):
            ax.scatter(lone + 1, values[lone], s=6, color=colour)
        if values.any():
            last = values[values > 0][-1]
            ends.append((last, f"{text}: up to {values.max():.0e}", colour))
    ax.set_yscale("log")
    for name, height in (levels or {}).items():
        ax.axhline(height, color="#777777", linewidth=1, linestyle=":", zorder=1)
        ends.append((height, f"{name}  {height:.0e}", "#555555"))
    ax.set_xlim(right=max(right, 2))
    if ends:  # whole decades, so that there is a power of ten to read
        low, high = np.log10(ax.get_ylim())
        ax.set_ylim(10.0 ** np.floor(low), 10.0 ** np.ceil(high))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(
        title=title or "How far the two losses are apart: lower is better",
        xlabel=UPDATES,
        ylabel="absolute difference\nof the loss (log scale)",
    )
    label_right_edge(ax, ends)
    return ax


def parity_curves(losses, axes=None, unit="character"):
    """Draw two losses over the updates and, below them, their absolute difference (log scale).

    ``losses``: {name: [U]}, two of them, such as ``TrainingComparison.losses``. ``axes``: two Axes,
    or None for a new figure. Returns both Axes. Losses are in nats per ``unit``.
    Raises: TypeError, ValueError unless there are two curves of one length.
    """
    check_filled("losses", losses, "{'PyTorch': losses, 'TensorFlow': losses}")
    if len(losses) != 2:
        raise ValueError(f"losses has {len(losses)} curves; a difference needs two.")
    curves = {
        label: as_array(f"the losses of {label!r}", values, 1, "[U]: one loss an update")
        for label, values in losses.items()
    }
    (one, first), (other, second) = curves.items()
    check_length(f"losses[{one!r}]", first, f"losses[{other!r}]", len(second))
    if axes is None:
        figure = plt.figure(figsize=(7.0, 5.0), layout="constrained")
        axes = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    upper, lower = axes
    for label, (text, style) in styles_for(curves).items():
        values = curves[label]
        updates = np.arange(1, len(values) + 1)
        upper.plot(updates, values, label=text, **style | markers_at(len(values), style))
    upper.set(title="Training loss of every update", ylabel=f"loss (nats per {unit})")
    upper.legend()
    difference_curves({"difference": np.abs(first - second)}, lower, "Their difference")
    upper.set_xlabel("")
    return upper, lower


def _as_differences(label, values):
    """Return absolute differences as a float array [U]; none may be negative."""
    values = as_array(f"the differences of {label!r}", values, 1, "[U]: one difference an update")
    if values.min() < 0:
        raise ValueError(
            f"The differences of {label!r} reach {values.min():.3g}; give absolute ones: "
            "np.abs(first - second), or TrainingComparison.differences."
        )
    return values
