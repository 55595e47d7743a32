import io
import itertools
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import plots
from course_utils.sampling import probabilities

LOGITS = np.array([0.0, 2.0, 1.0, -1.0, 1.0])
SYMBOLS = ["a", " ", "한", "$", "\n"]
CURVES = {
    ("PyTorch", "temperature"): {"T=0.5": (0.4, 0.95), "T=1": (0.6, 0.8), "T=1.5": (0.9, 0.5)},
    ("TensorFlow", "temperature"): {"T=0.5": (0.5, 0.9), "T=1": (0.7, 0.7)},
    ("PyTorch", "top-k"): {2: (0.3, 0.99), 10.0: (0.6, 0.9)},
}


pytestmark = pytest.mark.usefixtures("fresh_figures")


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def cells(ax):
    (image,) = ax.get_images()
    return np.asarray(image.get_array())


def test_each_cell_is_the_probability_of_its_symbol_at_its_temperature():
    ax = plots.distribution_morph(LOGITS, SYMBOLS, [2, 0, 0.5])
    order = [1, 2, 4, 0, 3]  # the largest logit first, of equals the lower id
    for column, temperature in enumerate([0, 0.5, 2]):
        expected = probabilities(LOGITS, temperature)[order]
        np.testing.assert_allclose(cells(ax)[:, column], expected, atol=1e-15)
    assert labels(ax.xaxis) == ["0", "0.5", "2"]
    assert labels(ax.yaxis) == ["␣", "한", "↵", "a", r"\$"]
    bar = next(other for other in ax.figure.axes if other.get_ylabel().startswith("probability"))
    assert bar.get_ylim() == (0, 1)


def test_symbols_without_a_row_share_the_last_one():
    ax = plots.distribution_morph(LOGITS, SYMBOLS, [0.5, 1], top=2)
    assert labels(ax.yaxis) == ["␣", "한", "other 3"]
    np.testing.assert_allclose(cells(ax).sum(axis=0), 1)
    np.testing.assert_allclose(cells(ax)[0], [probabilities(LOGITS, t)[1] for t in (0.5, 1)])


def test_the_entropy_stands_above_its_column_with_its_limit():
    ax = plots.distribution_morph(LOGITS, SYMBOLS, [0, 1, 5])
    (above,) = ax.child_axes
    curve, limit = above.get_lines()
    rows = [probabilities(LOGITS, t) for t in (0, 1, 5)]
    expected = [-sum(p * np.log(p) for p in row if p > 0) for row in rows]
    np.testing.assert_allclose(curve.get_ydata(), expected, atol=1e-12)
    np.testing.assert_array_equal(curve.get_xdata(), [0, 1, 2])
    np.testing.assert_allclose(limit.get_ydata(), np.log(5))
    assert above.get_xlim() == ax.get_xlim()
    assert "nats" in above.get_ylabel()
    assert any("ln 5 = 1.61" in text.get_text() for text in above.texts)


def test_cells_say_their_per_cent_where_they_have_room():
    ax = plots.distribution_morph(LOGITS, SYMBOLS, [0, 1])
    texts = {(t.get_position()[0], t.get_position()[1]): t.get_text() for t in ax.texts}
    assert texts[0, 0] == "100"
    assert set(texts) == {(0, 0)} | {(1, row) for row in range(5)}
    chances = cells(ax)
    for (column, row), text in texts.items():
        assert abs(float(text) - 100 * chances[row, column]) <= 0.5
    assert "per cent" in ax.get_xlabel()
    many = plots.distribution_morph(LOGITS, SYMBOLS, np.linspace(0, 5, 51))
    assert not many.texts
    assert "per cent" not in many.get_xlabel()
    assert 5 <= len(labels(many.xaxis)) <= 12
    assert labels(many.xaxis)[:2] == ["0", "0.5"]


@given(
    st.lists(st.floats(-30, 30), min_size=1, max_size=30),
    st.lists(st.sampled_from([0, 1e-3, 0.5, 1, 5]), min_size=1, max_size=5),
    st.integers(1, 40),
)
def test_every_column_sums_to_1_and_likelier_symbols_stand_higher(logits, temperatures, top):
    ax = plots.distribution_morph(logits, ["x"] * len(logits), temperatures, top=top)
    found = cells(ax)
    np.testing.assert_allclose(found.sum(axis=0), 1)
    assert found.shape[1] == len(set(temperatures))
    assert (np.diff(found[:top], axis=0) <= 1e-15).all()
    plt.close(ax.figure)


@pytest.mark.parametrize(("count", "columns"), [(2, 2), (65, 9), (65, 51)])
def test_the_morph_fits_into_its_figure_and_its_labels_do_not_overlap(count, columns):
    symbols = [chr(60 + i) for i in range(count)]
    logits = np.linspace(4, -4, count)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # among them "Glyph missing from font"
        ax = plots.distribution_morph(logits, symbols, np.linspace(0, 5, columns))
        ax.figure.canvas.draw()
    for axis in (ax.xaxis, ax.yaxis):
        boxes = [label.get_window_extent() for label in axis.get_ticklabels()]
        assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))
    edge, whole = ax.figure.bbox, ax.figure.get_tightbbox().transformed(ax.figure.dpi_scale_trans)
    assert edge.x0 <= whole.x0
    assert whole.x1 <= edge.x1
    assert edge.y0 <= whole.y0
    assert whole.y1 <= edge.y1
    file = io.BytesIO()
    ax.figure.savefig(file)
    assert len(file.getvalue()) < 150_000


def test_symbols_do_not_overlap_on_two_axes_beside_each_other():
    figure, axes = plt.subplots(1, 2, figsize=(11, 4))
    for ax in axes:
        plots.distribution_morph(np.arange(65.0), "x" * 65, [0.5, 1], ax=ax, title="PyTorch")
        assert ax.get_title(loc="left") == "PyTorch"
    figure.canvas.draw()
    for ax in axes:
        boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
        assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))


def test_tensors_are_taken():
    torch = pytest.importorskip("torch")
    ax = plots.distribution_morph(torch.tensor(LOGITS, requires_grad=True), SYMBOLS, [1])
    np.testing.assert_allclose(cells(ax).sum(), 1)


def test_quality_and_diversity_are_curves_in_the_frameworks_style_and_a_star():
    ax = plots.quality_diversity(CURVES, (0.8, 0.97), xlabel="entropy (nats)")
    *curves, star = ax.get_lines()
    for line, (label, points) in zip(curves, CURVES.items(), strict=True):
        np.testing.assert_allclose(line.get_xydata(), list(points.values()))
        style = plots.FRAMEWORK_STYLE[label[0]]
        assert line.get_color() == style["color"]
        assert line.get_linestyle() == style["linestyle"]
        assert line.get_markevery() is None
        assert line.get_label() == " ".join(label)
    np.testing.assert_allclose(star.get_xydata(), [[0.8, 0.97]])
    assert star.get_marker() == "*"
    assert star.get_linestyle() == "None"
    markers = [line.get_marker() for line in curves]
    assert markers[0] == markers[1] != markers[2]
    assert "*" not in markers
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["PyTorch temperature", "TensorFlow temperature", "PyTorch top-k", "human text"]
    assert ax.get_xlabel() == "entropy (nats)"
    assert "known words" in ax.get_ylabel()


def test_every_point_says_its_setting_near_its_place():
    ax = plots.quality_diversity(CURVES, None)
    ax.figure.canvas.draw()
    found = sorted((text.get_text(), text.xy[0]) for text in ax.texts)
    expected = sorted(
        (s if isinstance(s, str) else f"{s:g}", xy[0])
        for points in CURVES.values()
        for s, xy in points.items()
    )
    assert found == expected
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    assert "human text" not in [text.get_text() for text in ax.get_legend().get_texts()]
    for text in ax.texts:
        assert np.hypot(*text.xyann) < 50  # points


def test_one_label_serves_both_frameworks_where_they_meet():
    points = {"T=0.5": (0.4, 0.9), "T=1": (0.6, 0.7)}
    curves = {"PyTorch": points, "TensorFlow": {"T=0.5": (0.4, 0.9), "T=1": (0.5, 0.8)}}
    ax = plots.quality_diversity(curves, (0.7, 0.95))
    colours = {(text.get_text(), text.xy[0]): text.get_color() for text in ax.texts}
    own = {name: style["color"] for name, style in plots.FRAMEWORK_STYLE.items()}
    assert set(colours) == {("T=0.5", 0.4), ("T=1", 0.6), ("T=1", 0.5)}
    assert colours["T=0.5", 0.4] not in own.values()
    assert colours["T=1", 0.6] == own["PyTorch"]
    assert colours["T=1", 0.5] == own["TensorFlow"]


def morph(logits=LOGITS, symbols=SYMBOLS, temperatures=(0, 1), **options):
    return plots.distribution_morph(logits, symbols, temperatures, **options)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: morph([LOGITS]), ValueError, r"\[V\]"),
        (lambda: morph(symbols="ab"), ValueError, "symbols has 2 entries and logits has 5"),
        (lambda: morph(LOGITS * np.nan), ValueError, "NaN"),
        (lambda: morph(temperatures=[]), ValueError, "temperatures"),
        (lambda: morph(temperatures=[-1, 1]), ValueError, "temperature=-1.0"),
        (lambda: morph(temperatures=1.0), ValueError, r"\[N\]"),
        (lambda: morph(top=0), ValueError, "top is 0"),
        (lambda: plots.quality_diversity({}, None), ValueError, "points_by_label is empty"),
        (lambda: plots.quality_diversity([1], None), TypeError, "dictionary"),
        (lambda: plots.quality_diversity({"PyTorch": {}}, None), ValueError, "'PyTorch'.*empty"),
        (
            lambda: plots.quality_diversity({"PyTorch": {1: (0.1, 0.2, 0.3)}}, None),
            ValueError,
            r"'PyTorch' has 3 numbers; it must be \(x, y\)",
        ),
        (
            lambda: plots.quality_diversity({"PyTorch": {1: (0.1, np.nan)}}, None),
            ValueError,
            "NaN",
        ),
        (lambda: plots.quality_diversity(CURVES, (0.1,)), ValueError, "'human' has 1 numbers"),
    ],
)
def test_errors_speak_to_the_learner(call, error, words):
    with pytest.raises(error, match=words):
        call()
