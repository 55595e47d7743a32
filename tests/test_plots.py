import io
import itertools
import logging
import subprocess
import sys
import warnings

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from course_utils import fonts, plots
from course_utils.history import Evaluation, History
from course_utils.plot_checks import VISIBLE
from course_utils.plot_style import spread_apart, styles_for

pytestmark = pytest.mark.usefixtures("fresh_figures")


def history(end, updates=60, seconds=30.0):
    """A training that falls from ln 65 to ``end``; known at every point."""
    fall = np.log(65) - end
    record = History(characters_per_update=2048)
    for update in range(updates):
        record.add_update(end + fall * np.exp(-update / 10), 2.0 / (update + 1), 0.01)
    for update in range(0, updates + 1, 10):
        nats = end + fall * float(np.exp(-update / 10))
        time = seconds * update / updates
        record.evaluations.append(Evaluation(update, update * 2048, time, nats))
    return record


def six_histories():
    pairs = itertools.product([("RNN", 1.75), ("LSTM", 1.55), ("GRU", 1.53)], plots.FRAMEWORK_STYLE)
    return {(framework, cell): history(end) for (cell, end), framework in pairs}


def pixels(draw_text, **font):
    figure = plt.figure(figsize=(2, 1))
    figure.text(0.1, 0.3, draw_text, fontsize=30, **font)
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., 0].copy()


def every_figure():
    states = np.tanh(np.random.default_rng(0).normal(size=(6, 4)))
    symbols = list("한글 \n$?")
    probabilities = np.full(6, 1 / 6)
    yield plots.loss_curves, (six_histories(), {"uniform": 4.17}), {}
    yield plots.loss_curves, ({"PyTorch": history(1.5)},), {"y": "training", "x": "updates"}
    yield plots.state_heatmap, (states, symbols), {}
    yield plots.gradient_norms, ({"RNN": [1, 0.5], "TensorFlow GRU": [1, 0.9]},), {}
    yield plots.training_gradient_norms, ({"PyTorch": history(1.5)}, 1.0), {}
    yield plots.embedding_map, (states[:, :2], symbols), {}
    yield plots.bars_with_spread, ({"RNN": {"PyTorch": [0.1, 0.2]}}, "share of 1"), {}
    yield plots.probability_bars, ({"PyTorch": probabilities}, symbols), {"top": 3}
    yield plots.difference_curves, ({"배치": [0.1, 1e-9]},), {"levels": {"float32": 1e-7}}
    words = (["I", "am", "$5"], ["배가", "고프다"])
    yield plots.attention_heatmap, (np.full((3, 4), 0.25), *words, {(0, 0)}, {(1, 1)}), {}
    lengths = ([3, 4], [1.0, 0.5])
    yield plots.accuracy_lines, ({"PyTorch": lengths, "길이": lengths},), {"xlabel": "source words"}
    yield plots.distribution_morph, ([1.0, 0.5, 0, 0, 0, 0], symbols, [0, 0.5, 2]), {"top": 4}
    curve = {"T=0.5": (0.4, 0.9), "T=1": (0.6, 0.7)}
    yield plots.quality_diversity, ({("PyTorch", "온도"): curve}, (0.7, 0.95)), {}


FIGURES = list(every_figure())
NAMES = [f"{function.__name__}-{i}" for i, (function, _, _) in enumerate(FIGURES)]


@pytest.mark.parametrize(("function", "arguments", "options"), FIGURES, ids=NAMES)
def test_figures_draw_on_the_given_axes_and_say_what_is_on_them(function, arguments, options):
    _, ax = plt.subplots()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # among them "Glyph missing from font"
        assert function(*arguments, **options, ax=ax) is ax
        ax.figure.canvas.draw()
    assert ax.get_title() or ax.get_title(loc="left")
    assert ax.get_xlabel() or function is plots.bars_with_spread
    assert ax.get_ylabel()


@pytest.mark.parametrize(("function", "arguments", "options"), FIGURES, ids=NAMES)
def test_figures_make_their_own_axes(function, arguments, options):
    before = plt.get_fignums()
    ax = function(*arguments, **options)
    assert ax.figure.number not in before


def test_each_framework_has_one_colour_and_line_style_wherever_it_appears():
    norms = {label: [1.0, 0.5, 0.2] for label in six_histories()}
    for ax in (plots.loss_curves(six_histories()), plots.gradient_norms(norms)):
        lines = {line.get_label(): line for line in ax.get_lines()}
        for framework, style in plots.FRAMEWORK_STYLE.items():
            for cell in ("RNN", "LSTM", "GRU"):
                line = lines[f"{framework} {cell}"]
                assert line.get_color() == style["color"]
                assert line.get_linestyle() == style["linestyle"]
    first, second = plots.FRAMEWORK_STYLE.values()
    assert first["color"] != second["color"]
    assert first["linestyle"] != second["linestyle"]


def test_cells_are_told_apart_by_their_markers():
    styles = styles_for(six_histories())
    markers = {(f, c): style["marker"] for (f, c), (_, style) in styles.items()}
    assert len({markers["PyTorch", cell] for cell in ("RNN", "LSTM", "GRU")}) == 3
    assert all(markers["PyTorch", c] == markers["TensorFlow", c] for c in ("RNN", "LSTM", "GRU"))


def test_a_label_may_be_text_or_a_pair_and_other_names_get_their_own_look():
    styles = styles_for(["PyTorch", "TensorFlow GRU", ("PyTorch", "GRU"), "stateful", "stateless"])
    assert [text for text, _ in styles.values()] == [
        "PyTorch",
        "TensorFlow GRU",
        "PyTorch GRU",
        "stateful",
        "stateless",
    ]
    assert styles["stateful"][1]["color"] != styles["stateless"][1]["color"]


@pytest.mark.parametrize("x", ["characters", "updates", "seconds"])
def test_loss_curves_show_the_numbers_of_the_history(x):
    record = history(1.5)
    ax = plots.loss_curves({"PyTorch": record}, x=x)
    line = next(line for line in ax.get_lines() if line.get_label() == "PyTorch")
    field = {"characters": "characters", "updates": "update", "seconds": "seconds"}[x]
    np.testing.assert_allclose(line.get_xdata(), [getattr(e, field) for e in record.evaluations])
    np.testing.assert_allclose(line.get_ydata(), [e.validation_nats for e in record.evaluations])


def test_the_smoothed_training_loss_is_the_mean_placed_in_the_middle():
    record = history(1.5)
    ax = plots.loss_curves({"PyTorch": record}, x="updates", y="training", smoothing=5)
    line = next(line for line in ax.get_lines() if line.get_label() == "PyTorch")
    assert line.get_xdata()[0] == 3
    assert line.get_ydata()[0] == pytest.approx(np.mean(record.loss[:5]))
    assert line.get_xdata()[-1] == 58
    assert line.get_ydata()[-1] == pytest.approx(np.mean(record.loss[-5:]))
    assert "5 updates" in ax.get_title(loc="left")


@pytest.mark.parametrize("size", [(7, 4), (5, 3), (12, 7)])
def test_labels_at_the_right_edge_do_not_overlap(size):
    _, ax = plt.subplots(figsize=size)
    floors = {"uniform": 4.17, "unigram": 3.31, "bigram": 2.47, "trigram": 2.05}
    plots.loss_curves(six_histories(), floors, ax=ax)
    ax.figure.canvas.draw()
    texts = [text for text in ax.texts if text.get_text()]
    assert len(texts) == 10
    boxes = [text.get_tightbbox() for text in texts]
    text_boxes = [matplotlib.text.Text.get_window_extent(text) for text in texts]
    for one, other in itertools.combinations(text_boxes, 2):
        assert not one.overlaps(other)
    edge = ax.figure.bbox
    assert all(edge.x0 <= box.x0 and box.x1 <= edge.x1 for box in boxes)


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=12),
    st.floats(0.1, 5),
)
def test_spread_apart_keeps_the_order_and_the_gap(positions, gap):
    moved = spread_apart(positions, gap)
    order = np.argsort(positions, kind="stable")
    assert (np.diff(moved[order]) >= gap - 1e-9).all()
    gaps = np.diff(np.sort(positions))
    if (gaps >= gap).all():
        np.testing.assert_allclose(moved, positions, atol=1e-9)
    np.testing.assert_allclose(np.mean(moved), np.mean(positions), atol=1e-9)


def test_spread_apart_stays_inside_the_limits_where_there_is_room():
    np.testing.assert_allclose(spread_apart([0, 0, 10], 2, low=0, high=10), [0, 2, 10])
    np.testing.assert_allclose(spread_apart([9, 9.5, 10], 2, low=0, high=10), [6, 8, 10])


def test_hangul_is_drawn_without_missing_glyphs_and_not_as_boxes():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        hangul = pixels("한")
        assert not [w for w in caught if "missing" in str(w.message)]
        box = pixels("한", family=["DejaVu Sans"])
        # The control: without the course's font matplotlib warns and draws its box.
        assert [w for w in caught if "missing" in str(w.message)]
    assert (hangul != box).sum() > 50
    assert (hangul != pixels("글")).sum() > 50


def test_hangul_works_without_the_course_style_and_after_a_reset():
    matplotlib.rcdefaults()
    matplotlib.use("agg")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plots.state_heatmap(np.zeros((2, 3)), "한글", title="은닉 상태")
        ax.figure.canvas.draw()


def test_bold_hangul_prints_no_warning(caplog):
    with caplog.at_level(logging.WARNING, logger="matplotlib"):
        pixels("한", weight="bold")
    assert not caplog.records


def test_the_font_holds_all_hangul_and_carries_no_reserved_name():
    font = TTFont(fonts.FILE)
    codes = font.getBestCmap()
    assert all(code in codes for code in range(0xAC00, 0xD7A4))
    assert all(code in codes for code in range(0x3131, 0x3164))
    for name in font["name"].names:
        if name.nameID in (1, 3, 4, 6, 16, 18):
            assert "Nanum" not in name.toUnicode()
            assert "나눔" not in name.toUnicode()
    assert font["name"].getDebugName(1) == fonts.FAMILY
    assert fonts.FILE.stat().st_size < 1_500_000


def test_the_fonts_licence_is_beside_it():
    licence = fonts.FILE.with_name("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert "Reserved Font Name" in licence
    assert fonts.FAMILY in licence


def test_a_missing_font_file_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "FILE", tmp_path / "gone.ttf")
    with pytest.raises(FileNotFoundError, match="git checkout"):
        fonts.register()


def test_visible_symbols_have_glyphs():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pixels("".join(VISIBLE.values()) + "·")
    assert plots.visible_symbol("a b\n") == "a␣b↵"
    assert plots.visible_symbol("\x07") == "·"
    assert plots.visible_symbol("한") == "한"


def test_dollar_signs_are_not_read_as_formulas():
    ax = plots.state_heatmap(np.zeros((3, 2)), ["$", "$x^2$", "\\"])
    ax.figure.canvas.draw()
    assert (pixels(plots.visible_symbol("$a$")) != pixels("$a$")).any()


def test_the_heat_map_shows_each_state_with_zero_in_the_middle():
    states = np.array([[-1.0, 0.0, 1.0], [0.5, -0.5, 0.25]])
    ax = plots.state_heatmap(states, "h ")
    (image,) = ax.get_images()
    np.testing.assert_allclose(image.get_array(), states.T)
    assert image.get_clim() == (-1, 1)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["h", "␣"]
    np.testing.assert_allclose(image.cmap(image.norm(0.0))[:3], 1, atol=0.02)


def test_tensors_of_either_framework_are_taken():
    torch = pytest.importorskip("torch")
    states = torch.zeros(2, 3, requires_grad=True)
    assert plots.state_heatmap(states, "ab").get_images()


def test_gradient_norms_leave_out_exact_zeros_and_share_of_clipped_updates_is_counted():
    ax = plots.gradient_norms({"RNN": [1.0, 0.1, 0.0]})
    (line,) = ax.get_lines()
    np.testing.assert_array_equal(line.get_ydata(), [1.0, 0.1, np.nan])
    assert ax.get_yscale() == "log"
    record = history(1.5, updates=4)  # norms 2, 1, 2/3, 1/2
    ax = plots.training_gradient_norms({"TensorFlow": record}, clip=0.9)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "50% of the updates above 0.9" in labels[0]
    assert labels[1] == "limit 0.9"


@pytest.mark.parametrize(
    ("symbol", "group"),
    [
        ("a", "vowel"),
        ("b", "consonant"),
        ("A", "capital"),
        ("3", "digit"),
        ("!", "punctuation"),
        (" ", "space"),
        ("\n", "space"),
        ("한", "other"),
        ("<start>", "other"),
    ],
)
def test_character_groups(symbol, group):
    assert plots.character_group(symbol) == group


def test_the_embedding_map_puts_each_symbol_at_its_place_in_its_groups_colour():
    vectors = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    ax = plots.embedding_map(vectors, "aeb")
    assert [text.get_position() for text in ax.texts] == [(0, 1), (2, 3), (4, 5)]
    colours = [text.get_color() for text in ax.texts]
    assert colours[0] == colours[1] != colours[2]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["vowel", "consonant"]


def test_bars_show_the_mean_and_every_seed():
    values = {"RNN": {"PyTorch": [0.1, 0.3], "TensorFlow": [0.2, 0.2]}}
    ax = plots.bars_with_spread(values, ylabel="share recalled", levels={"chance": 0.125})
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([0.2, 0.2])
    dots = [line.get_ydata() for line in ax.get_lines() if line.get_marker() in ("o", "s")]
    np.testing.assert_allclose(dots, [[0.1, 0.3], [0.2, 0.2]])
    assert "2 seeds" in ax.get_title(loc="left")
    assert ax.texts[0].get_text() == "chance  0.125"


def test_probability_bars_rank_the_symbols_and_count_the_rest():
    ax = plots.probability_bars([0.1, 0.6, 0.25, 0.05], "abcd", top=2)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["b", "c"]
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([0.6, 0.25])
    assert "other 2: 0.150" in ax.get_xlabel()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: plots.loss_curves({}), ValueError, "empty"),
        (lambda: plots.loss_curves([history(1)]), TypeError, "dictionary"),
        (lambda: plots.loss_curves({"PyTorch": history(1)}, x="epochs"), ValueError, "'seconds'"),
        (lambda: plots.loss_curves({"PyTorch": history(1)}, y="test"), ValueError, "'training'"),
        (lambda: plots.loss_curves({"PyTorch": History(8)}), ValueError, "Train first"),
        (
            lambda: plots.loss_curves({"PyTorch": history(1)}, x="seconds", y="training"),
            ValueError,
            "not timed",
        ),
        (
            lambda: plots.loss_curves({"PyTorch": history(1)}, y="training", smoothing=0),
            ValueError,
            "1 or more",
        ),
        (lambda: plots.state_heatmap(np.zeros((3, 2)), "ab"), ValueError, "2 entries"),
        (lambda: plots.state_heatmap(np.zeros((1, 3, 2)), "abc"), ValueError, r"\[T, H\]"),
        (lambda: plots.state_heatmap(np.full((2, 2), 7.0), "ab"), ValueError, "logits"),
        (lambda: plots.state_heatmap(np.full((2, 2), np.nan), "ab"), ValueError, "NaN"),
        (lambda: plots.gradient_norms({"RNN": [1.0, -1.0]}), ValueError, "never negative"),
        (lambda: plots.gradient_norms({"RNN": []}), ValueError, "not empty"),
        (lambda: plots.embedding_map(np.zeros((3, 5)), "abc"), ValueError, "principal components"),
        (lambda: plots.embedding_map(np.zeros((3, 2)), "abc", groups=["x"]), ValueError, "groups"),
        (lambda: plots.bars_with_spread({}, "share"), ValueError, "empty"),
        (lambda: plots.bars_with_spread({"RNN": []}, "share"), ValueError, "not empty"),
        (lambda: plots.probability_bars([2.0, -1.0], "ab"), ValueError, "softmax"),
        (lambda: plots.probability_bars([0.5, 0.5], "abc"), ValueError, "3 entries"),
        (lambda: plots.probability_bars([0.5, 0.5], "ab", top=0), ValueError, "at least one"),
    ],
)
def test_errors_speak_to_the_learner(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_figure_is_small_enough_to_store_in_a_notebook():
    file = io.BytesIO()
    plots.loss_curves(six_histories(), {"uniform": 4.17}).figure.savefig(file)
    assert len(file.getvalue()) < 100_000


def test_importing_the_figures_loads_neither_framework():
    code = (
        "import sys, course_utils.plots, course_utils.coloured_text, course_utils.side_by_side;"
        "assert not {'torch', 'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
