"""The course's figures: every function takes an ``ax`` (or makes one), draws on it and returns it.

Arrays may be NumPy arrays, lists, or tensors of either framework. Colour and line style always mean
the framework: PyTorch solid orange-red, TensorFlow dashed blue (``FRAMEWORK_STYLE``).
"""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, MaxNLocator

from course_utils.attention_plots import accuracy_lines, attention_heatmap
from course_utils.parity_plots import difference_curves, parity_curves
from course_utils.plot_checks import (
    as_array,
    as_curve,
    as_distribution,
    as_norms,
    as_points,
    check_choice,
    check_filled,
    check_length,
)
from course_utils.plot_style import (
    COURSE_STYLE,
    FRAMEWORK_STYLE,
    STATE_COLOURS,
    character_group,
    draw_bars,
    draw_levels,
    group_colours,
    label_right_edge,
    legend_once,
    markers_at,
    new_axes,
    styles_for,
    symbol_ticks,
    use_course_style,
    visible_symbol,
)
from course_utils.sampling_plots import distribution_morph, quality_diversity

__all__ = [
    "COURSE_STYLE",
    "FRAMEWORK_STYLE",
    "accuracy_lines",
    "attention_heatmap",
    "bars_with_spread",
    "character_group",
    "difference_curves",
    "distribution_morph",
    "embedding_map",
    "gradient_norms",
    "loss_curves",
    "parity_curves",
    "probability_bars",
    "quality_diversity",
    "state_heatmap",
    "training_gradient_norms",
    "use_course_style",
    "visible_symbol",
]

X_LABELS = {
    "characters": "training {unit}s read",
    "updates": "updates of the weights",
    "seconds": "seconds of training",
}


def loss_curves(
    histories,
    floors=None,
    x="characters",
    y="validation",
    smoothing=1,
    ax=None,
    unit="character",
):
    """Draw how the loss falls during training, and write each curve's last value at its end.

    ``histories``: {label: History}; a label is "PyTorch", "TensorFlow GRU" or ("PyTorch", "GRU").
    ``floors``: {name: nats per character}, levels to compare with, drawn as dotted lines.
    ``x``: "characters", "updates" or "seconds". ``y``: "validation" (measured now and then) or
    "training" (every update; ``smoothing`` averages that many updates, the raw loss stays faint).
    Losses are in nats per ``unit``: "character", or "target word" for translation. Raises
    ValueError for an empty or unknown choice.
    """
    check_choice("x", x, X_LABELS)
    check_choice("y", y, ("validation", "training"))
    check_filled("histories", histories, "{'PyTorch': history}")
    if smoothing < 1:
        raise ValueError(f"smoothing is {smoothing}; it is a number of updates, so 1 or more.")
    curves = {label: as_curve(label, history, x, y) for label, history in histories.items()}
    ax = new_axes(ax)
    right = max(steps[-1] for steps, _ in curves.values())
    ends = []
    for label, (text, style) in styles_for(curves).items():
        steps, losses = curves[label]
        if smoothing > 1 and y == "training":
            ax.plot(steps, losses, color=style["color"], linewidth=0.6, alpha=0.3)
            width = min(int(smoothing), len(losses))
            losses = np.convolve(losses, np.full(width, 1 / width), mode="valid")
            steps = steps[(width - 1) // 2 :][: len(losses)]
        ax.plot(steps, losses, label=text, **style | markers_at(len(losses), style))
        ax.hlines(losses[-1], steps[-1], right, color=style["color"], linewidth=0.5, alpha=0.6)
        ends.append((losses[-1], f"{text}  {losses[-1]:.2f}", style["color"]))
    ends += draw_levels(ax, floors, ".2f")
    ax.set_xlim(right=right)
    if x != "seconds":
        ax.xaxis.set_major_formatter(EngFormatter(sep=""))
    mean = f", mean of {smoothing} updates" if smoothing > 1 and y == "training" else ""
    ax.set(
        title=f"{y.capitalize()} loss{mean}: lower is better",
        xlabel=X_LABELS[x].format(unit=unit),
        ylabel=f"{y} loss (nats per {unit})",
    )
    label_right_edge(ax, ends)
    return ax


def state_heatmap(states, symbols, title=None, limit=1.0, ax=None):
    """Draw hidden states over a text: one column a symbol, one row a hidden unit.

    ``states``: [T, H], values from -``limit`` to ``limit`` (a tanh state: 1).
    ``symbols``: T symbols, a string or a list; a column shows the state after that
    symbol was read.
    Raises ValueError if the shapes do not fit or a value lies outside the limits.
    """
    states = as_array("states", states, ndim=2, shape="[T, H]: one row a symbol, one column a unit")
    check_length("symbols", symbols, "states", len(states))
    largest = np.abs(states).max(initial=0.0)
    if largest > limit * (1 + 1e-6):
        raise ValueError(
            f"The states reach {largest:.3g}, but the colours end at {limit:g}. Hidden states of "
            "an RNN, GRU or LSTM lie between -1 and 1: did you pass logits, or the LSTM's cell? "
            "For other numbers give a larger limit=."
        )
    time, hidden = states.shape
    ax = new_axes(ax, figsize=(max(4.0, min(12.0, 1.8 + 0.28 * time)), 3.6))
    image = ax.imshow(
        states.T, cmap=STATE_COLOURS, vmin=-limit, vmax=limit, aspect="auto", interpolation="none"
    )
    symbol_ticks(ax, symbols)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    ax.grid(False)
    ax.set(
        title=title or f"{hidden} hidden units while reading {time} symbols",
        xlabel="symbol read (time →)",
        ylabel="hidden unit",
    )
    ax.figure.colorbar(image, ax=ax, label="hidden state (no unit)")
    return ax


def gradient_norms(norms_by_label, ax=None):
    """Draw how large the gradient still is, k steps back in time (log scale).

    ``norms_by_label``: {label: [T] norms}, entry k belongs to lag k, so entry 0 is the last step.
    Norms that are exactly 0 have no place on a log scale: the curve stops there.
    Raises ValueError for a negative or non-finite norm.
    """
    check_filled("norms_by_label", norms_by_label, "{'RNN': norms}")
    norms = {label: as_norms(label, values) for label, values in norms_by_label.items()}
    ax = new_axes(ax)
    for label, (text, style) in styles_for(norms).items():
        values = norms[label]
        style |= markers_at(len(values), style)
        ax.plot(np.where(values > 0, values, np.nan), label=text, **style)
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(
        title="How much of the gradient arrives k steps earlier",
        xlabel="time lag k (steps back from the loss)",
        ylabel="norm of the gradient (log scale)",
    )
    ax.legend()
    return ax


def training_gradient_norms(histories, clip=None, ax=None):
    """Draw the gradient norm of every update, before clipping, and a limit (log scale).

    ``histories``: {label: History}. ``clip``: a limit to compare with, such as the training's.
    Raises ValueError for an empty history.
    """
    check_filled("histories", histories, "{'PyTorch': history}")
    norms = {label: as_norms(label, h.gradient_norm) for label, h in histories.items()}
    ax = new_axes(ax)
    for label, (text, style) in styles_for(norms).items():
        values = norms[label]
        updates = np.arange(1, len(values) + 1)
        if clip is not None:
            text += f"\n({np.mean(values > clip):.0%} of the updates above {clip:g})"
        thin = {"linewidth": style["linewidth"] / 2} | markers_at(len(values), style)
        ax.plot(updates, np.where(values > 0, values, np.nan), label=text, **style | thin)
    if clip is not None:
        ax.axhline(clip, color="#333333", linewidth=1, linestyle=":", label=f"limit {clip:g}")
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(
        title="Gradient norm of every update, before clipping",
        xlabel=X_LABELS["updates"],
        ylabel="norm of the gradient (log scale)",
    )
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))  # beside the noise, not on it
    return ax


def embedding_map(vectors_2d, symbols, groups=None, ax=None):
    """Draw symbols at their places on a plane, coloured by group.

    ``vectors_2d``: [V, 2], for example the first two principal components. ``symbols``: V symbols.
    ``groups``: V names of groups; by default ``character_group`` of each symbol.
    Raises ValueError if the shapes do not fit.
    """
    vectors = as_points("vectors_2d", vectors_2d)
    check_length("symbols", symbols, "vectors_2d", len(vectors))
    groups = [character_group(s) for s in symbols] if groups is None else list(groups)
    check_length("groups", groups, "vectors_2d", len(vectors))
    colours = group_colours(groups)
    ax = new_axes(ax, figsize=(6.5, 5.0))
    # Invisible dots let matplotlib find the limits; text alone does not.
    ax.scatter(*vectors.T, alpha=0)
    for (across, up), symbol, group in zip(vectors, symbols, groups, strict=True):
        ax.text(
            across,
            up,
            visible_symbol(symbol),
            color=colours[group],
            weight="bold" if group == "vowel" else "normal",
            fontsize=13,
            ha="center",
            va="center",
            clip_on=True,
        )
    ax.margins(0.08)
    handles = [
        Line2D([], [], color=colour, marker="s", linestyle="", label=str(group))
        for group, colour in colours.items()
    ]
    ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1.0, 0.5))
    ax.set(
        title="Symbols with similar vectors lie close together",
        xlabel="first component (no unit)",
        ylabel="second component (no unit)",
    )
    return ax


def bars_with_spread(values, ylabel, title=None, levels=None, ax=None):
    """Draw the mean over several seeds as a bar, each seed as a dot, and their range as a line.

    ``values``: {category: numbers, one a seed}, or {category: {framework: numbers, one a seed}}.
    ``ylabel``: what was measured, with its unit. ``levels``: {name: value}, dotted lines to compare
    with, such as chance. Raises ValueError for a category without numbers.
    """
    check_filled("values", values, "{'RNN': {'PyTorch': [0.2, 0.3, 0.2]}}")
    nested = {c: v if isinstance(v, dict) else {"": v} for c, v in values.items()}
    series = list(dict.fromkeys(name for group in nested.values() for name in group))
    styles = styles_for(series)
    ax = new_axes(ax)
    width = min(0.5, 0.8 / len(series))
    seeds = set()
    for place, (category, group) in enumerate(nested.items()):
        for name, numbers in group.items():
            numbers = as_array(f"values[{category!r}]", numbers, ndim=1, shape="[number of seeds]")
            seeds.add(len(numbers))
            text, style = styles[name]
            middle = place + (series.index(name) - (len(series) - 1) / 2) * width
            draw_bars(ax, middle, numbers.mean(), width, text, style)
            color = style["color"]
            ax.vlines(middle, numbers.min(), numbers.max(), color=color, linewidth=2)
            across = middle + np.linspace(-0.15, 0.15, len(numbers)) * width
            ax.plot(
                across, numbers, style["marker"], color=color, markeredgecolor="white", markersize=6
            )
    ax.set_xticks(range(len(nested)), [str(category) for category in nested])
    ax.set_xlim(-0.6, len(nested) - 0.4)
    legend_once(ax)
    ends = draw_levels(ax, levels, ".3g")
    count = f"{min(seeds)}" if len(seeds) == 1 else f"{min(seeds)} to {max(seeds)}"
    ax.set(title=title or f"Mean and range over {count} seeds", ylabel=ylabel)
    ax.grid(False, axis="x")
    label_right_edge(ax, ends)
    return ax


def probability_bars(probabilities, symbols, top=20, title=None, ax=None):
    """Draw the most probable next symbols, the most probable first.

    ``probabilities``: [V], or {framework: [V]}; each must sum to 1. ``symbols``: V symbols.
    ``top``: how many to show; the axis says how much probability the others share.
    Raises ValueError if the shapes do not fit or the numbers are not probabilities.
    """
    given = probabilities if isinstance(probabilities, dict) else {"": probabilities}
    check_filled("probabilities", given, "{'PyTorch': probabilities}")
    if top < 1:
        raise ValueError(f"top is {top}; show at least one symbol.")
    rows = {name: as_distribution(name, row) for name, row in given.items()}
    for row in rows.values():
        check_length("symbols", symbols, "probabilities", len(row))
    mean = np.mean(list(rows.values()), axis=0)
    shown = np.argsort(-mean, kind="stable")[:top]
    ax = new_axes(ax)
    width = 0.8 / len(rows)
    for i, (name, (text, style)) in enumerate(styles_for(rows).items()):
        middle = np.arange(len(shown)) + (i - (len(rows) - 1) / 2) * width
        draw_bars(ax, middle, rows[name][shown], width, text, style)
    symbol_ticks(ax, [symbols[i] for i in shown])
    legend_once(ax)
    hidden = len(mean) - len(shown)
    rest = f" (the other {hidden}: {1 - mean[shown].sum():.3f} together)" if hidden else ""
    ax.set(
        title=title or "Probability of the next symbol",
        xlabel=f"symbol{rest}",
        ylabel="probability",
    )
    ax.grid(False, axis="x")
    return ax
