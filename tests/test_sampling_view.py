import json
import re
import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from page_parser import Page

from course_utils.sampling import inverse_cdf, probabilities
from course_utils.sampling_page import SCRIPT
from course_utils.sampling_view import SamplingExample, sampling_view

SYMBOLS = ["a", " ", "\n", "한", "<"]
LOGITS = [1.0, 0.0, 3.0, 2.0, -1.0]


def example(**changes):
    return {"context": "ROMEO:\n", "logits": LOGITS, "symbols": SYMBOLS} | changes


def reference(logits, temperature, k, p):
    """The numbers by another way: every step on whole arrays, cut symbols at -infinity."""
    logits = np.asarray(logits, dtype=np.float64)
    if temperature == 0:
        return np.eye(len(logits))[logits.argmax()], np.arange(len(logits)) == logits.argmax()
    scaled = (logits - logits.max()) / temperature
    order = np.argsort(-logits, kind="stable")
    scaled[order[k:]] = -np.inf
    weights = np.exp(scaled)
    if p < 1:
        before = np.cumsum((weights / weights.sum())[order])[:-1]  # mass in front of each symbol
        cut = order[1:][before >= p - 1e-12]
        scaled[cut] = -np.inf
        weights = np.exp(scaled)
    return weights / weights.sum(), ~np.isneginf(scaled) | (np.arange(len(logits)) == order[0])


def in_node(expression, tmp_path, data=None):
    """Return the value of a JavaScript expression that uses the page's functions and ``data``."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the page's script is not run here")
    (tmp_path / "data.json").write_text(json.dumps(data), encoding="utf-8")
    file = tmp_path / "script.js"
    file.write_text(
        f"{SCRIPT}\nconst data = JSON.parse(require('fs').readFileSync("
        f"__dirname + '/data.json', 'utf8'));\nconsole.log(JSON.stringify({expression}));",
        encoding="utf-8",
    )
    done = subprocess.run([node, file], capture_output=True, check=True, encoding="utf-8")
    return json.loads(done.stdout)


def distributions(cases, tmp_path):
    """Return [(chances, kept)] of cases (logits, temperature, k, p), as the page computes them."""
    found = in_node("data.map((c) => distribution(...c))", tmp_path, cases)
    assert len(found) == len(cases)
    return [(np.array(one["chances"]), np.array(one["kept"])) for one in found]


def test_the_pages_numbers_are_those_of_numpy(tmp_path):
    random = np.random.default_rng(5)
    cases = []
    for size in (1, 2, 13, 65):
        for _ in range(6):
            logits = (random.normal(size=size) * 4).round(4).tolist()
            for temperature in (0, 1e-3, 0.5, 1, 5):
                for k in sorted({1, max(1, size // 3), size}):
                    cases += [(logits, temperature, k, p) for p in (0.05, 0.5, 0.9, 1)]
    for case, (chances, kept) in zip(cases, distributions(cases, tmp_path), strict=True):
        expected, allowed = reference(*case)
        np.testing.assert_allclose(chances, expected, rtol=0, atol=1e-12, err_msg=str(case[1:]))
        if case[1] >= 0.5:  # below, symbols of probability 0 are cut or kept, which changes nothing
            np.testing.assert_array_equal(kept, allowed, err_msg=str(case[1:]))
        if case[2] == len(case[0]) and case[3] == 1:
            np.testing.assert_allclose(chances, probabilities(*case[:2]), rtol=0, atol=1e-12)


def test_cutting_by_hand(tmp_path):
    logits = np.log([0.5, 0.25, 0.125, 0.125]).tolist()
    cases = [
        (logits, 1, 2, 1),
        (logits, 1, 4, 0.5),  # the first symbol holds 0.5 already
        (logits, 1, 4, 0.51),  # the one that crosses p is kept
        (logits, 1, 3, 0.8),  # of what top-k left: 4/7, 2/7, 1/7
        (logits, 1, 4, 0.8),  # the tie of the last two goes to the lower id
        ([7.0, 7.0, 7.0, 7.0], 1, 3, 1),
        ([7.0] * 10, 1, 10, 0.8),  # 8 times 0.1 is below 0.8 in binary, but 8 symbols hold 0.8
        ([7.0, 9.0, 9.0], 0, 3, 1),
        ([0.0, -1e308, -1.0], 1e-300, 3, 1),  # no overflow
    ]
    expected = [
        [2 / 3, 1 / 3, 0, 0],
        [1, 0, 0, 0],
        [2 / 3, 1 / 3, 0, 0],
        [2 / 3, 1 / 3, 0, 0],
        [4 / 7, 2 / 7, 1 / 7, 0],
        [1 / 3, 1 / 3, 1 / 3, 0],
        [1 / 8] * 8 + [0, 0],
        [0, 1, 0],
        [1, 0, 0],
    ]
    for case, right, (chances, kept) in zip(
        cases, expected, distributions(cases, tmp_path), strict=True
    ):
        np.testing.assert_allclose(chances, right, atol=1e-15, err_msg=str(case))
        assert kept.sum() == max(np.count_nonzero(right), 3 * (case[1] == 1e-300))


def test_entropy_is_in_nats(tmp_path):
    found = in_node("data.map(entropy)", tmp_path, [[0.25] * 4, [1, 0], [0.5, 0.25, 0.25]])
    np.testing.assert_allclose(found, [np.log(4), 0, 1.5 * np.log(2)], atol=1e-15)


def test_a_draw_is_that_of_inverse_cdf(tmp_path):
    random = np.random.default_rng(3)
    cases = [([0, 0.25, 0, 0.75, 0], uniform) for uniform in (0, 0.2499, 0.25, 0.9999999)]
    for _ in range(200):
        chances = random.dirichlet(np.full(9, 0.3))
        chances[random.integers(9)] = 0
        cases.append(((chances / chances.sum()).tolist(), random.random()))
    drawn = in_node("data.map((c) => draw(...c))", tmp_path, cases)
    assert drawn[:4] == [1, 1, 3, 3]
    assert drawn == [inverse_cdf(*case) for case in cases]


def xorshift(seed, count):
    """Marsaglia 2003, written again with Python's whole numbers."""
    state, numbers, bits = (seed + 1) * 2654435761 % 2**32 or 1, [], 2**32 - 1
    for _ in range(10 + count):
        state ^= state << 13 & bits
        state ^= state >> 17
        state ^= state << 5 & bits
        numbers.append(state / 2**32)
    return numbers[10:]


def test_the_generator_is_seeded_and_even(tmp_path):
    code = "data.map((s) => { const g = generator(s); return Array.from({length: 4000}, g); })"
    first, again, other, last = in_node(code, tmp_path, [1, 1, 2, 999999])
    assert first == again
    assert first[:50] == xorshift(1, 50)
    assert last == xorshift(999999, 4000)
    assert not set(first[:50]) & set(other[:50])
    for numbers in (first, other, last):
        assert 0 <= min(numbers) < max(numbers) < 1
        counts = np.histogram(numbers, bins=10, range=(0, 1))[0]
        assert counts.min() > 320
        assert counts.max() < 480


def test_the_sliders_reach_what_they_should(tmp_path):
    temperatures = in_node("TEMPERATURES", tmp_path)
    assert temperatures[0] == 0
    assert temperatures[-1] == 5
    assert temperatures == sorted(set(temperatures))
    assert {0.1, 0.5, 0.7, 1, 1.5, 2} <= set(temperatures)
    assert sum(t <= 1 for t in temperatures) > len(temperatures) / 3
    assert in_node("[1, 2, 65].map(choicesOfK)", tmp_path) == [[1], [1, 2], [*range(1, 66)]]
    many = in_node("choicesOfK(50000)", tmp_path)
    assert many == sorted(set(many))
    assert (many[0], many[-1]) == (1, 50000)
    assert len(many) < 200


def test_what_the_page_says(tmp_path):
    said = in_node("describe([0.5, 0.5, 0, 0], [true, true, false, false])", tmp_path)
    assert said == "2 of 4 symbols kept. Entropy 0.693 nats, at most ln 4 = 1.386."
    shares = in_node("[0, 1e-9, 0.0123, 0.5, 1].map(percent)", tmp_path)
    assert shares == ["0 %", "<0.01 %", "1.23 %", "50.0 %", "100.0 %"]


def test_the_page_holds_contexts_symbols_and_logits_less_their_maximum():
    two = example(context=["a", "b"], logits=[LOGITS, [0.0] * 5], label="PyTorch")
    view = sampling_view([SamplingExample(**example()), two])
    stored = Page(view.page).stored
    assert stored["symbols"] == [["a", "␣", "↵", "한", "<"]]
    assert [one["context"] for one in stored["examples"]] == ["ROMEO:\n", "a", "b"]
    assert [one["label"] for one in stored["examples"]] == ["", "PyTorch", "PyTorch"]
    assert [one["symbols"] for one in stored["examples"]] == [0, 0, 0]
    assert stored["examples"][0]["logits"] == [-2, -3, 0, -1, -4]
    assert stored["examples"][2]["logits"] == [0] * 5
    assert view.contexts == 3
    other = sampling_view([example(), example(symbols=list("abcde"))])
    assert [one["symbols"] for one in Page(other.page).stored["examples"]] == [0, 1]


def test_a_dictionary_and_an_example_make_the_same_page_and_tensors_are_taken():
    page = sampling_view([example()]).page
    assert sampling_view([SamplingExample(**example())]).page == page
    torch = pytest.importorskip("torch")
    logits = torch.tensor(LOGITS, requires_grad=True)
    assert sampling_view([example(logits=logits)]).page == page


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=30))
def test_rounding_changes_probabilities_little_and_never_the_likeliest(logits):
    view = sampling_view([example(logits=logits, symbols=["x"] * len(logits))])
    stored = Page(view.page).stored["examples"][0]["logits"]
    assert all(float(f"{logit:.5g}") == logit for logit in stored)
    assert np.argmax(stored) == np.argmax(np.array(logits) - np.max(logits))
    np.testing.assert_allclose(probabilities(stored), probabilities(logits), atol=1e-5)


def test_the_page_is_one_file_that_loads_nothing():
    view = sampling_view([example(), example(label="PyTorch")])
    assert not re.search(r"https?:|//[a-z]|@import|url\(|\bsrc=|\bhref=", view.page)
    page = Page(view.page)
    policies = [meta for meta in page.find("meta") if "http-equiv" in meta]
    assert policies[0]["content"].startswith("default-src 'none';")
    assert {"script", "style"} <= {tag for tag, _ in page.tags}
    assert not {"link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}


def test_the_page_is_built_for_phones_keyboards_and_screen_readers():
    page = Page(sampling_view([example()], title="My <view>").page)
    assert len(page.ids) == len(set(page.ids))
    assert page.find("html")[0]["lang"] == "en"
    viewport = {"name": "viewport", "content": "width=device-width, initial-scale=1"}
    assert viewport in page.find("meta")
    for _, attrs in page.tags:
        if "aria-labelledby" in attrs:
            assert attrs["aria-labelledby"] in page.ids
    for name in re.findall(r'\$\("(\w+)"\)', SCRIPT):
        assert name in page.ids, f"the script asks for #{name}"
    sliders = [attrs["id"] for attrs in page.find("input") if attrs["type"] == "range"]
    assert sliders == ["temperature", "k", "p"]
    assert {f"{name}-said" for name in sliders} <= set(page.ids)
    assert "".join(page.text["title", None]) == "My <view>"
    assert page.text["span", None][:1] == ["온도"]


def test_without_javascript_the_first_context_is_a_list_at_temperature_1():
    page = Page(sampling_view([example(), example()]).page)
    assert "first of 2 contexts" in "".join(page.text["p", None])
    assert page.find("noscript")
    for name in ("view", "more"):
        (part,) = [attrs for _, attrs in page.tags if attrs.get("id") == name]
        assert "hidden" in part
    assert "".join(page.text["p", "text"]) == "ROMEO:\n"
    assert page.text["b", None] == ["↵", "한", "a", "␣", "<"]
    chances = sorted(probabilities(LOGITS), reverse=True)
    assert page.text["data", None] == [f"{100 * chance:.2f} %" for chance in chances]


NASTY = ["</script>", "<!--<script>", "&amp;", "\"'`", "{{data}}", "</b>", "\\u003c", "$", "<>&\"'"]


@given(
    st.lists(st.text() | st.sampled_from(NASTY), min_size=1, max_size=5),
    st.text() | st.sampled_from(NASTY),
)
def test_any_text_stays_text(symbols, other):
    given = SamplingExample(other, np.arange(len(symbols)), symbols, label=other)
    view = sampling_view([given], title=other)
    page = Page(view.page)
    (stored,) = page.stored["examples"]
    assert stored["context"] == stored["label"] == other
    (shown,) = page.stored["symbols"]
    for before, after in zip(symbols, shown, strict=True):
        assert len(before) == len(after)
        assert all(a in (b, "·", "␣", "↵", "⇥") for a, b in zip(after, before, strict=True))
    assert [tag for tag, _ in page.tags].count("script") == 2
    assert "".join(page.text.get(("b", None), [])) == "".join(shown[::-1])
    (frame,) = Page(view._repr_html_()).find("iframe")
    assert frame["srcdoc"] == view.page


def test_half_a_character_does_not_stop_the_page_from_being_saved(tmp_path):
    view = sampling_view([example(context="나\ud800")], tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == view.page
    assert Page(view.page).stored["examples"][0]["context"] == "나?"


def test_saving(tmp_path):
    view = sampling_view([example()], path=tmp_path / "one.html")
    assert view.save(tmp_path / "two.html") == tmp_path / "two.html"
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert view.page.encode() == (tmp_path / "one.html").read_bytes()
    assert "1 contexts" in repr(view)
    assert len(repr(view)) < 200


def test_ten_contexts_of_65_symbols_stay_below_40_kb():
    logits = np.random.default_rng(0).normal(size=(10, 65)) * 4
    symbols = [chr(60 + i) for i in range(65)]
    view = sampling_view([SamplingExample(["ROMEO:\nO, " * 5] * 10, logits, symbols)])
    assert len(view._repr_html_().encode()) < 40_000


def test_two_views_survive_the_export_of_a_notebook():
    views = [sampling_view([example(label=label)], title=label) for label in ("one", "two")]
    outputs = [
        nbformat.v4.new_output("display_data", {"text/html": view._repr_html_()}) for view in views
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("view", outputs=outputs, execution_count=1)]
    )
    exported, _ = HTMLExporter().from_notebook_node(notebook)
    frames = re.findall(r"<iframe srcdoc=.*?</iframe>", exported, flags=re.DOTALL)
    assert [Page(frame).find("iframe")[0]["srcdoc"] for frame in frames] == [v.page for v in views]


@pytest.mark.parametrize(
    ("examples", "error", "words"),
    [
        ([], ValueError, "examples is empty"),
        (example(), TypeError, r"\[example\]"),
        (SamplingExample(**example()), TypeError, r"\[example\]"),
        (["ROMEO:"], TypeError, r"examples\[0\].*str"),
        ([example(), {"logits": LOGITS}], ValueError, r"examples\[1\].*'context', 'symbols'"),
        ([example(temperature=1)], ValueError, "unknown entries: .'temperature'"),
        ([example(context=[1, 2], logits=[LOGITS] * 2)], TypeError, r"context holds 1, a int"),
        ([example(symbols=range(5))], TypeError, "symbols holds 0, a int.*vocabulary.symbols"),
        ([example(symbols="ab")], ValueError, "symbols has 2 entries .* row of logits has 5"),
        ([example(logits=[LOGITS])], ValueError, r"shape \[1, 5\].*\[V\]"),
        ([example(context=["a"], logits=LOGITS)], ValueError, r"\[N, V\]"),
        ([example(context=["a"], logits=[LOGITS] * 2)], ValueError, "equally many"),
        ([example(logits=[np.nan] * 5)], ValueError, "NaN"),
        ([example(logits=[-np.inf, *LOGITS[1:]])], ValueError, "top_k or top_p already"),
    ],
)
def test_errors_speak_to_the_learner(examples, error, words):
    with pytest.raises(error, match=words):
        sampling_view(examples)


def test_importing_the_view_loads_neither_framework_nor_matplotlib():
    code = (
        "import sys, course_utils.sampling_view;"
        "assert not {'torch', 'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
