import io
import itertools
import unicodedata
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import plots

SOURCE, TARGET = ["I", "feel", "hungry"], ["나는", "배가", "고프다"]
WEIGHTS = np.array(
    [[0.7, 0.1, 0.1, 0.1], [0.0, 0.2, 0.6, 0.2], [0.1, 0.5, 0.4, 0.0], [0.25, 0.25, 0.25, 0.25]]
)
BUCKETS, SHARES = [3, 4, 5], [1.0, 0.5, 0.25]


pytestmark = pytest.mark.usefixtures("fresh_figures")


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def squares(ax):
    """Return {(source index, target index): patch} from the middles of the drawn squares."""
    middles = {}
    for patch in ax.patches:
        x, y = patch.get_xy()
        middle = (x + patch.get_width() / 2, y + patch.get_height() / 2)
        middles[tuple(round(number) for number in middle)] = patch
        assert max(abs(number - round(number)) for number in middle) < 1e-9
    return middles


def test_the_heat_map_shows_each_weight_in_the_row_and_column_of_its_words():
    ax = plots.attention_heatmap(WEIGHTS, SOURCE, TARGET)
    (image,) = ax.get_images()
    np.testing.assert_array_equal(image.get_array(), WEIGHTS)
    assert image.get_clim() == (0, 1)
    assert labels(ax.xaxis) == [*SOURCE, "<eos>"]
    assert labels(ax.yaxis) == [*TARGET, "<eos>"]
    assert ax.get_xlabel() == "source word"
    assert ax.get_ylabel() == "target word"
    (bar,) = [other for other in ax.figure.axes if other is not ax]
    assert bar.get_ylabel() == "attention weight"
    assert bar.get_ylim() == (0, 1)
    assert ax.get_legend() is None


@given(st.integers(1, 12), st.integers(1, 12), st.booleans(), st.booleans())
def test_every_label_stands_at_the_middle_of_its_cell(rows, columns, row_end, column_end):
    source = [f"s{i}" for i in range(columns)]
    target = [f"t{i}" for i in range(rows)]
    weights = np.full((rows + row_end, columns + column_end), 1 / (columns + column_end))
    ax = plots.attention_heatmap(weights, source, target)
    (image,) = ax.get_images()
    left, right, bottom, top = image.get_extent()
    for axis, words, end, edges in (
        (ax.xaxis, source, column_end, (left, right)),
        (ax.yaxis, target, row_end, (top, bottom)),
    ):
        words = words + ["<eos>"] * end
        assert labels(axis) == words
        cells = np.linspace(*edges, len(words) + 1)
        np.testing.assert_allclose(axis.get_ticklocs(), (cells[:-1] + cells[1:]) / 2)
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first target word on top
    plt.close(ax.figure)


def test_gold_links_are_squares_on_their_cells_and_possible_ones_are_dashed_and_thinner():
    ax = plots.attention_heatmap(WEIGHTS, SOURCE, TARGET, {(0, 0), (2, 2)}, {(0, 0), (1, 2)})
    drawn = squares(ax)
    assert set(drawn) == {(0, 0), (2, 2), (1, 2)}
    assert {link: patch.get_linestyle() == "-" for link, patch in drawn.items()} == {
        (0, 0): True,
        (2, 2): True,
        (1, 2): False,
    }
    assert drawn[1, 2].get_linewidth() < drawn[2, 2].get_linewidth()
    assert not any(patch.get_fill() for patch in drawn.values())
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["gold link (sure)", "gold link (possible)"]


@pytest.mark.parametrize("length", [3, 14, 40])
def test_labels_do_not_overlap_and_stay_inside_the_figure(length):
    source = [("unbelievably", "I", "running")[i % 3] for i in range(length)]
    target = [("텐서플로우는", "배가", "도서관에서")[i % 3] for i in range(length)]
    weights = np.full((length + 1, length + 1), 1 / (length + 1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # among them "Glyph missing from font"
        ax = plots.attention_heatmap(weights, source, target, {(0, length - 1)})
        ax.figure.canvas.draw()
    for axis in (ax.xaxis, ax.yaxis):
        boxes = [label.get_window_extent() for label in axis.get_ticklabels()]
        assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))
        edge = ax.figure.bbox
        assert all(edge.x0 <= box.x0 and box.x1 <= edge.x1 for box in boxes)
        assert all(edge.y0 <= box.y0 and box.y1 <= edge.y1 for box in boxes)
        assert all(label.get_fontsize() >= 9 for label in axis.get_ticklabels())
    file = io.BytesIO()
    ax.figure.savefig(file)
    assert len(file.getvalue()) < 200_000


def test_labels_do_not_overlap_on_two_axes_beside_each_other():
    figure, axes = plt.subplots(1, 2, figsize=(10, 4))
    source = ["tensorflow", "is", "a", "framework", "for", "deep", "learning"]
    for ax in axes:
        plots.attention_heatmap(np.full((4, 8), 1 / 8), source, TARGET, ax=ax, title="PyTorch")
        assert ax.get_title(loc="left") == "PyTorch"
    figure.canvas.draw()
    for ax in axes:
        boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
        assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))


def test_decomposed_hangul_is_drawn_composed():
    target = [unicodedata.normalize("NFD", word) for word in TARGET]
    assert target != TARGET
    ax = plots.attention_heatmap(WEIGHTS, SOURCE, target)
    assert labels(ax.yaxis) == [*TARGET, "<eos>"]


def test_tensors_are_taken_and_the_given_matrix_stays_as_it_was():
    torch = pytest.importorskip("torch")
    weights = torch.tensor(WEIGHTS, requires_grad=True)
    (image,) = plots.attention_heatmap(weights, SOURCE, TARGET).get_images()
    np.testing.assert_array_equal(image.get_array(), WEIGHTS)


def test_words_that_already_end_with_eos_get_no_second_one():
    ax = plots.attention_heatmap(WEIGHTS, [*SOURCE, "<eos>"], TARGET)
    assert labels(ax.xaxis) == [*SOURCE, "<eos>"]
    with pytest.raises(ValueError, match="5 columns"):
        plots.attention_heatmap(np.full((4, 5), 0.2), [*SOURCE, "<eos>"], TARGET)


def test_accuracy_lines_put_each_share_over_its_bucket_in_the_frameworks_style():
    curves = {
        ("PyTorch", "additive"): (BUCKETS, SHARES),
        ("TensorFlow", "additive"): (np.array([4, 5, 7]), [0.9, 0.8, 0.0]),
    }
    ax = plots.accuracy_lines(curves, xlabel="source words")
    first, second = ax.get_lines()
    np.testing.assert_array_equal(first.get_xydata(), list(zip(BUCKETS, SHARES, strict=True)))
    np.testing.assert_array_equal(second.get_xdata(), [4, 5, 7])
    for line, style in zip((first, second), plots.FRAMEWORK_STYLE.values(), strict=True):
        assert line.get_color() == style["color"]
        assert line.get_linestyle() == style["linestyle"]
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["PyTorch additive", "TensorFlow additive"]
    assert ax.get_xlabel() == "source words"
    assert ax.get_ylabel().startswith("exact match")


def test_accuracy_lines_take_names_of_buckets_and_write_counts_below():
    curves = {"forced": (["1–3", "4–6"], [0.9, 0.8]), "free": (["4–6", "7–9"], [0.5, 0.1])}
    counts = {"1–3": 120, "4–6": 80, "7–9": 5}
    ax = plots.accuracy_lines(curves, xlabel="position", ylabel="right words", counts=counts)
    first, second = ax.get_lines()
    assert list(first.get_xdata()) == [0, 1]
    assert list(second.get_xdata()) == [1, 2]
    assert labels(ax.xaxis) == ["1–3\n120", "4–6\n80", "7–9\n5"]
    assert list(ax.get_xticks()) == [0, 1, 2]
    again = plots.accuracy_lines(curves, xlabel="position", counts=[120, 80, 5])
    assert labels(again.xaxis) == labels(ax.xaxis)
    plain = plots.accuracy_lines(curves, xlabel="position")
    assert labels(plain.xaxis) == ["1–3", "4–6", "7–9"]


def test_numbers_of_buckets_are_ordered_and_their_counts_do_not_overlap():
    lengths = list(range(14, 2, -1))
    counts = {length: 1000 * length for length in lengths}
    curves = {"PyTorch": (lengths, np.linspace(0, 1, 12))}
    ax = plots.accuracy_lines(curves, xlabel="source words", counts=counts)
    ax.figure.canvas.draw()
    assert list(ax.get_xticks()) == lengths[::-1]
    assert labels(ax.xaxis)[0] == "3\n3000"
    boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
    assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))


def heat(weights=WEIGHTS, source=SOURCE, target=TARGET, sure=(), possible=()):
    return plots.attention_heatmap(weights, source, target, sure, possible)


def lines(curves, **options):
    return plots.accuracy_lines(curves, xlabel="x", **options)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: heat(WEIGHTS[None]), ValueError, r"weights\[0\]"),
        (lambda: heat(WEIGHTS[:2]), ValueError, "2 rows, and target has 3 words.* 3 or 4"),
        (lambda: heat(source=SOURCE[:1]), ValueError, "4 columns, and source has 1 words.* 1 or 2"),
        (lambda: heat(WEIGHTS * 3), ValueError, r"Row . of weights .* sums to 3.*softmax"),
        (lambda: heat(WEIGHTS[:, :3]), ValueError, "column cut off"),
        (lambda: heat(np.diag([2, 1, 1]) - 1 / 3), ValueError, "at least 0"),
        (lambda: heat(np.full((4, 4), np.nan)), ValueError, "NaN"),
        (lambda: heat(source="I feel hungry"), TypeError, r"source.split\(\)"),
        (lambda: heat(target=[5, 6, 7]), TypeError, "target holds 5, a int.*ids"),
        (lambda: heat(sure=[(0, 3)]), ValueError, r"link \(0, 3\).*counted from 0"),
        (lambda: heat(possible=[(-1, 0)]), ValueError, "possible holds the link"),
        (lambda: heat(sure=["0-1"]), TypeError, r"sure holds '0-1'.*\(source index"),
        (lambda: heat(sure=[(0.5, 1)]), TypeError, "pair"),
        (lambda: lines({}), ValueError, "empty"),
        (lambda: lines({"PyTorch": SHARES}), TypeError, r"pair \(x, y\)"),
        (lambda: lines({"PyTorch": (BUCKETS, SHARES[:2])}), ValueError, "3 entries.* 2"),
        (lambda: lines({"PyTorch": (BUCKETS, [100, 50, 25])}), ValueError, "per cent by 100"),
        (lambda: lines({"PyTorch": (BUCKETS, [1, np.nan, 0])}), ValueError, "NaN"),
        (lambda: lines({"PyTorch": ([[3, 4, 5]], SHARES)}), ValueError, "names of buckets"),
        (lambda: lines({"A": (BUCKETS, SHARES)}, counts={3: 7}), ValueError, r"no entry for \[4"),
        (lambda: lines({"A": (BUCKETS, SHARES)}, counts=[7]), ValueError, "equally many"),
    ],
)
def test_errors_speak_to_the_learner(call, error, words):
    with pytest.raises(error, match=words):
        call()
