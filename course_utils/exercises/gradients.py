"""Expectations of gradients, for checks. NumPy only."""

import numpy as np

from .expectations import expect


def same(found, wanted):
    """Tell whether two arrays are equal but for the rounding of float32."""
    return np.allclose(found, wanted, rtol=1e-4, atol=1e-5)


def numeric_gradient(loss, scores):
    """Return the slope of a loss in each score by moving it a little to both sides."""
    slopes = np.zeros_like(scores)
    for place in np.ndindex(scores.shape):
        moved = np.zeros_like(scores)
        moved[place] = 1e-5
        slopes[place] = (loss(scores + moved) - loss(scores - moved)) / 2e-5
    return slopes


def check_gradient(found, slopes, targets, name):
    """Expect the signs of a gradient [T, V], then its size, then each number."""
    right = found[np.arange(len(targets)), targets]
    expect(
        right.max() < 0,
        f"A higher score of the right symbol lowers the {name}. So the gradient is negative "
        f"there, and yours is {right.max():.3f} at one step.",
    )
    factor = float((found * slopes).sum() / (slopes**2).sum())
    expect(
        same(found, slopes) or not same(found, factor * slopes),
        f"All your gradients of the {name} are {factor:.2f} times as steep as the loss is. The "
        "direction is right. Look at what the formula divides by, and at the power in it.",
    )
    worst = np.unravel_index(np.abs(found - slopes).argmax(), found.shape)
    expect(
        same(found, slopes),
        f"Move one score by 0.001 and see how the {name} moves: your gradient does not foretell "
        f"it. It is {found[worst]:.4f} for symbol {worst[1]} at step {worst[0] + 1}, where the "
        f"right symbol is {targets[worst[0]]}.",
    )
