"""Labels of a heat map are written where ticks happen to be."""

import matplotlib.pyplot as plt
import numpy as np
import torch

from course_utils.translation_metrics import alignment_scores

FRAMEWORK = "PyTorch"
TITLE = "the picture of the attention says that it looks at the wrong words"
PROGRAM = "program(weights [T, S], source, target) -> the Axes; source and target: lists of words."
MEASURE = "alignment error rate, as a reader of the picture finds it"
BETTER = "lower"


def buggy(weights, source, target):
    """Give matplotlib the labels, and hope that there is one tick a word."""
    _, ax = plt.subplots()
    ax.matshow(torch.as_tensor(weights).numpy())
    ax.set_xticklabels(["", *source])
    ax.set_yticklabels(["", *target])
    return ax


def cured(weights, source, target):
    """Say where the ticks are, and what stands there."""
    _, ax = plt.subplots()
    ax.matshow(torch.as_tensor(weights).numpy())
    ax.set_xticks(range(len(source)), source)
    ax.set_yticks(range(len(target)), target)
    return ax


def labels(axis):
    """Return {place: label} of the ticks inside the picture that have a label."""
    axis.axes.figure.canvas.draw()
    low, high = sorted(axis.get_view_interval())
    ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
    return {
        float(x): label.get_text() for x, label in ticks if low <= x <= high and label.get_text()
    }


def read_off(program, weights, source, target):
    """Return the links (source index, target index) that a reader finds; words are all different.

    The reader takes the largest weight of each row, and the label nearest to it on each axis.
    """
    ax = program(weights, source, target)
    across, down = labels(ax.xaxis), labels(ax.yaxis)
    plt.close(ax.figure)

    def nearest(found, place):
        return found[min(found, key=lambda x: abs(x - place))]

    links = {
        (nearest(across, int(row.argmax())), nearest(down, t)) for t, row in enumerate(weights)
    }
    return frozenset(
        (source.index(word), target.index(other))
        for word, other in links
        if word in source and other in target
    )


def example(length=12):
    """Return (weights [T, S], source, target) of a sentence written backwards, attention right."""
    source = [f"word{place}" for place in range(length)]
    return np.eye(length)[::-1] * 0.9 + 0.1 / length, source, [w.upper() for w in source[::-1]]


def symptom(program):
    """Which word stands at which place of the picture."""
    weights, source, target = example()
    ax = program(weights, source, target)
    found = labels(ax.xaxis)
    plt.close(ax.figure)
    return {
        "words": " ".join(source),
        "labels at 0, 2, 4 and 6": " ".join(found.get(x, "?") or "?" for x in (0.0, 2.0, 4.0, 6.0)),
    }


def test(program):
    """Above column i stands word i."""
    for length in (3, 12):
        weights, source, target = example(length)
        ax = program(weights, source, target)
        for axis, words in ((ax.xaxis, source), (ax.yaxis, target)):
            found = labels(axis)
            wrong = [(x, text) for x, text in found.items() if words[round(x)] != text]
            plt.close(ax.figure)
            assert not wrong, f"at {wrong[0][0]:g} stands {wrong[0][1]!r}"
            assert len(found) == length, f"{len(found)} labels for {length} words"


def cost(program):
    """Return the alignment error rate that a reader of 12-word pictures finds."""
    weights, source, target = example()
    gold = frozenset((len(source) - 1 - t, t) for t in range(len(target)))
    links = read_off(program, weights, source, target)
    return alignment_scores([links], [gold], [gold]).error_rate
