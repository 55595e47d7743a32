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

from course_utils.attention_page import SCRIPT
from course_utils.attention_view import AttentionExample, attention_view

SOURCE = ["I", "feel", "hungry"]
TARGET = ["나는", "배가", "고프다"]
WEIGHTS = np.array(
    [[0.7, 0.1, 0.1, 0.1], [0.0, 0.2, 0.6, 0.2], [0.1, 0.5, 0.4, 0.0], [0.25, 0.25, 0.25, 0.25]]
)
SURE, POSSIBLE = {(0, 0), (2, 2)}, {(0, 0), (2, 2), (1, 2)}


def example(**changes):
    given = {"source": SOURCE, "target": TARGET, "weights": WEIGHTS, "sure": SURE}
    return given | {"possible": POSSIBLE, "reference": TARGET, "label": "additive"} | changes


def test_the_page_holds_words_weights_links_reference_and_label():
    (sentence,) = Page(attention_view([AttentionExample(**example())]).page).stored
    assert sentence["source"] == [*SOURCE, "<eos>"]
    (model,) = sentence["models"]
    assert model == {
        "label": "additive",
        "target": [*TARGET, "<eos>"],
        "weights": WEIGHTS.tolist(),
        "sure": [[0, 0], [2, 2]],
        "possible": [[1, 2]],
        "reference": "나는 배가 고프다",
    }


def test_a_dictionary_and_an_example_make_the_same_page_and_eos_is_optional():
    assert attention_view([example()]).page == attention_view([AttentionExample(**example())]).page
    view = attention_view([{"source": ["a"], "target": ["b"], "weights": [[1.0]]}])
    (sentence,) = Page(view.page).stored
    assert sentence["source"] == ["a"]
    assert sentence["models"][0]["target"] == ["b"]


def test_weights_are_rounded_to_three_decimals():
    (sentence,) = Page(attention_view([example(weights=np.full((4, 4), 1 / 4))]).page).stored
    assert sentence["models"][0]["weights"][0] == [0.25] * 4
    row = [1 / 3, 1 / 3, 1 / 3 - 1e-5, 1e-5]
    (sentence,) = Page(attention_view([example(weights=[row] * 4)]).page).stored
    assert sentence["models"][0]["weights"][0] == [0.333, 0.333, 0.333, 0]


def test_models_of_one_sentence_share_its_entry_whatever_their_order():
    other = {"source": ["you"], "weights": WEIGHTS[:, :2] / WEIGHTS[:, :2].sum(1, keepdims=True)}
    weights = np.vstack([WEIGHTS[:1], WEIGHTS])
    changes = [{}, other, {"label": "dot", "target": [*TARGET, "."], "weights": weights}]
    no_links = {"sure": (), "possible": ()}
    view = attention_view([example(**no_links | change) for change in changes])
    first, second = Page(view.page).stored
    assert [model["label"] for model in first["models"]] == ["additive", "dot"]
    assert len(first["models"][1]["target"]) == 5
    assert [model["label"] for model in second["models"]] == ["additive"]
    # The same sentence twice from one model: two entries, nothing is lost.
    assert len(Page(attention_view([example(), example()]).page).stored) == 2


def test_tensors_of_either_framework_are_taken():
    torch = pytest.importorskip("torch")
    view = attention_view([example(weights=torch.tensor(WEIGHTS, requires_grad=True))])
    assert view.page == attention_view([example()]).page


def test_the_page_is_one_file_that_loads_nothing():
    view = attention_view([example(), example(label="dot")])
    assert not re.search(r"https?:|//[a-z]|@import|url\(|\bsrc=|\bhref=", view.page)
    page = Page(view.page)
    policies = [meta for meta in page.find("meta") if "http-equiv" in meta]
    assert policies[0]["content"].startswith("default-src 'none';")
    assert {"script", "style"} <= {tag for tag, _ in page.tags}
    assert not {"link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}


def test_the_page_is_built_for_phones_keyboards_and_screen_readers():
    page = Page(attention_view([example()], title="My <view>").page)
    assert len(page.ids) == len(set(page.ids))
    assert page.find("html")[0]["lang"] == "en"
    viewport = {"name": "viewport", "content": "width=device-width, initial-scale=1"}
    assert viewport in page.find("meta")
    for _, attrs in page.tags:
        if "aria-labelledby" in attrs:
            assert attrs["aria-labelledby"] in page.ids
    roles = {attrs.get("role") for _, attrs in page.tags}
    assert {"radiogroup", "status", "region"} <= roles
    for name in re.findall(r'\$\("(\w+)"\)', SCRIPT):
        assert name in page.ids, f"the script asks for #{name}"
    assert "".join(page.text["title", None]) == "My <view>"


def test_without_javascript_the_first_sentence_is_a_table():
    page = Page(attention_view([example(), example(source=["x", "y", "z"])]).page)
    assert "first of 2 sentences" in "".join(page.text["p", None])
    assert page.find("noscript")
    (view,) = [attrs for _, attrs in page.tags if attrs.get("id") == "view"]
    assert "hidden" in view
    assert page.text["th", None] == [*SOURCE, "<eos>", *TARGET, "<eos>"]
    assert page.text["td", None] == [f"{weight:.2f}" for weight in WEIGHTS.ravel()]
    cells = [attrs for attrs in page.find("td") if attrs]
    assert [i for i, cell in enumerate(cells) if cell["class"] == "sure"] == [0, 10]
    assert [i for i, cell in enumerate(cells) if cell["class"] == "possible"] == [9]
    assert cells[0]["style"] == "--w:0.7"


NASTY = ["</script>", "<!--<script>", "&amp;", "\"'`", "{{data}}", "</th>", "\u2028", "\\u003c", ""]


@given(
    st.lists(st.text() | st.sampled_from(NASTY), min_size=1, max_size=4),
    st.lists(st.text() | st.sampled_from(NASTY), min_size=1, max_size=4),
    st.text() | st.sampled_from(NASTY),
)
def test_any_words_stay_words(source, target, other):
    weights = np.full((len(target), len(source)), 1 / len(source))
    given = AttentionExample(source, target, weights, label=other, reference=other)
    view = attention_view([given], title=other)
    page = Page(view.page)
    (sentence,) = page.stored
    assert sentence["source"] == source
    assert sentence["models"][0]["target"] == target
    assert sentence["models"][0]["label"] == sentence["models"][0]["reference"] == other
    assert [tag for tag, _ in page.tags].count("script") == 2
    assert "".join(page.text.get(("th", None), [])) == "".join(source + target)
    (frame,) = Page(view._repr_html_()).find("iframe")
    assert frame["srcdoc"] == view.page


def test_half_a_character_does_not_stop_the_page_from_being_saved(tmp_path):
    view = attention_view([example(target=["나\ud800", "b", "c"])], tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == view.page
    assert Page(view.page).stored[0]["models"][0]["target"][0] == "나?"


def test_saving(tmp_path):
    view = attention_view([example()], path=tmp_path / "one.html")
    assert view.save(tmp_path / "two.html") == tmp_path / "two.html"
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert view.page.encode() == (tmp_path / "one.html").read_bytes()
    assert "1 sentences" in repr(view)
    assert len(repr(view)) < 200


def test_twenty_sentences_stay_below_100_kb():
    rows = np.random.default_rng(0).dirichlet(np.ones(15), size=15)
    words = [f"텐서플로우{i}" for i in range(14)]
    links = [(i, i) for i in range(14)]
    view = attention_view(
        [
            AttentionExample([f"word{n}-{i}" for i in range(14)], words, rows, links, (), words)
            for n in range(20)
        ]
    )
    assert len(view.page.encode()) < 100_000
    assert len(view._repr_html_().encode()) < 100_000


def test_two_views_survive_the_export_of_a_notebook():
    views = [attention_view([example(label=label)], title=label) for label in ("additive", "dot")]
    outputs = [
        nbformat.v4.new_output("display_data", {"text/html": view._repr_html_()}) for view in views
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("view", outputs=outputs, execution_count=1)]
    )
    exported, _ = HTMLExporter().from_notebook_node(notebook)
    frames = re.findall(r"<iframe srcdoc=.*?</iframe>", exported, flags=re.DOTALL)
    assert [Page(frame).find("iframe")[0]["srcdoc"] for frame in frames] == [v.page for v in views]


def in_node(expression, tmp_path):
    """Return the value of a JavaScript expression that uses the page's functions."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the page's script is not run here")
    file = tmp_path / "script.js"
    file.write_text(f"{SCRIPT}\nconsole.log(JSON.stringify({expression}));", encoding="utf-8")
    done = subprocess.run([node, file], capture_output=True, check=True, encoding="utf-8")
    return json.loads(done.stdout)


def test_the_script_moves_between_words_and_steps_through_decoding(tmp_path):
    def after(actions, word, shown, count=4):
        start = json.dumps({"word": word, "shown": shown})
        code = f"{json.dumps(actions)}.reduce((s, a) => move(s, a, {count}), {start})"
        state = in_node(code, tmp_path)
        return state["word"], state["shown"]

    assert after(["next"], 0, None) == (1, None)
    assert after(["previous"], 0, None) == (0, None)
    assert after(["last", "next"], 0, None) == (3, None)
    assert after(["next", "next"], 0, 1) == (2, 3)
    assert after(["next", "previous", "previous"], 0, 1) == (0, 1)
    assert after(["last"], 0, 1) == (3, 4)
    assert after(["next"], 3, 4) == (3, 4)
    assert after(["first"], 3, 4) == (0, 1)
    assert after(["next"], 0, 3) == (3, 4)  # an earlier word was pointed at: decoding goes on
    assert after(["next"], 0, None, count=1) == (0, None)


def test_the_script_says_where_a_word_looks_and_what_is_gold(tmp_path):
    def said(word, shown=None, gold=True, **changes):
        (sentence,) = Page(attention_view([example(**changes)]).page).stored
        model = json.dumps(sentence["models"][0])
        state = json.dumps({"word": word, "shown": shown})
        code = f"describe({json.dumps(sentence['source'])}, {model}, {state}, {json.dumps(gold)})"
        return in_node(code, tmp_path)

    looks = "고프다 looks at: feel 0.50, hungry 0.40, I 0.10."
    assert said(2, gold=False) == looks
    assert said(2) == f"{looks} Gold: feel (possible), hungry (sure)."
    assert said(2, shown=3, gold=False) == f"Step 3 of 4. {looks}"
    assert said(1).endswith("Gold: no source word.")
    assert said(1, sure=(), possible=()).endswith("Gold links of this sentence are not known.")


@pytest.mark.parametrize(
    ("examples", "error", "words"),
    [
        ([], ValueError, "examples is empty"),
        (example(), TypeError, r"\[example\]"),
        (AttentionExample(**example()), TypeError, r"\[example\]"),
        (["I feel hungry"], TypeError, r"examples\[0\].*str"),
        ([example(), {"source": SOURCE}], ValueError, r"examples\[1\].*'target', 'weights'"),
        ([example(attention=WEIGHTS)], ValueError, "unknown entries: .'attention'"),
        ([example(source="I feel hungry")], TypeError, "source.split"),
        ([example(source=[4, 5, 6])], TypeError, "ids"),
        ([example(weights=WEIGHTS[None])], ValueError, r"weights\[0\]"),
        ([example(weights=WEIGHTS.T[:2])], ValueError, "target has 3 words; there must be 3 or 4"),
        ([example(weights=WEIGHTS * 2)], ValueError, "softmax"),
        ([example(weights=WEIGHTS * np.nan)], ValueError, "NaN"),
        ([example(sure={(3, 0)})], ValueError, r"sure holds the link \(3, 0\)"),
        ([example(possible=["0-0"])], TypeError, "pair"),
    ],
)
def test_errors_speak_to_the_learner(examples, error, words):
    with pytest.raises(error, match=words):
        attention_view(examples)


def test_importing_the_view_loads_neither_framework_nor_matplotlib():
    code = (
        "import sys, course_utils.attention_view;"
        "assert not {'torch', 'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
