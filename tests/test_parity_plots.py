import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import plots

FALLING = {"PyTorch": [3.0, 2.0, 1.5], "TensorFlow": [3.0, 2.25, 1.5]}


pytestmark = pytest.mark.usefixtures("fresh_figures")


def test_both_curves_stand_above_and_their_difference_below():
    upper, lower = plots.parity_curves(FALLING)
    assert upper.figure is lower.figure
    assert len(upper.figure.axes) == 2
    for line, (name, values) in zip(upper.lines, FALLING.items(), strict=True):
        np.testing.assert_array_equal(line.get_data(), ([1, 2, 3], values))
        assert line.get_color() == plots.FRAMEWORK_STYLE[name]["color"]
    (line,) = lower.lines
    # equal losses have no place on a log scale
    np.testing.assert_array_equal(line.get_ydata(), [np.nan, 0.25, np.nan])
    assert lower.get_yscale() == "log"
    assert lower.get_xlabel() == "updates of the weights"
    assert [text.get_text() for text in upper.get_legend().get_texts()] == list(FALLING)
    upper.figure.canvas.draw()


def test_given_axes_are_used():
    _, axes = plt.subplots(2, 1)
    assert tuple(plots.parity_curves(FALLING, axes)) == tuple(axes)


def test_curves_that_never_part_can_be_drawn():
    _, lower = plots.parity_curves({"PyTorch": [1.0, 0.5], "TensorFlow": [1.0, 0.5]})
    lower.figure.canvas.draw()
    assert np.isnan(lower.lines[0].get_ydata()).all()


def test_a_value_between_two_gaps_is_a_dot_and_the_ticks_are_powers_of_ten():
    ax = plots.difference_curves({"a": [0.0, 6e-16, 0.0, 7e-16, 8e-16], "b": [7e-16] * 5})
    (dots,) = ax.collections  # the second line has no gap
    np.testing.assert_array_equal(dots.get_offsets(), [[2, 6e-16]])
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--"]
    np.testing.assert_allclose(ax.get_ylim(), [1e-16, 1e-15])
    ax.figure.canvas.draw()
    assert not any(label.get_text() for label in ax.yaxis.get_minorticklabels())


@given(st.lists(st.floats(1e-16, 1.0), min_size=1, max_size=30))
def test_every_difference_is_drawn_with_its_largest_value(values):
    ax = plots.difference_curves({"nothing": values, "GRU": [0.5]}, levels={"float32": 1.2e-7})
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), values)
    texts = [text.get_text() for text in ax.texts]
    assert texts == [f"nothing: up to {max(values):.0e}", "GRU: up to 5e-01", "float32  1e-07"]
    plt.close(ax.figure)


@pytest.mark.parametrize(
    ("losses", "error", "says"),
    [
        ({"PyTorch": [1.0]}, ValueError, "needs two"),
        ({"PyTorch": [1.0], "TensorFlow": [1.0, 2.0]}, ValueError, "equally many"),
        ({"PyTorch": [1.0], "TensorFlow": [np.nan]}, ValueError, "NaN"),
        ([[1.0], [1.0]], TypeError, "dictionary"),
        ({}, ValueError, "empty"),
    ],
)
def test_losses_that_cannot_be_drawn_are_named(losses, error, says):
    with pytest.raises(error, match=says):
        plots.parity_curves(losses)


def test_differences_that_cannot_be_drawn_are_named():
    with pytest.raises(ValueError, match="absolute ones"):
        plots.difference_curves({"a": [-1.0]})
