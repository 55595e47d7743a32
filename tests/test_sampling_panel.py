import re

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient
from traitlets.config import Config

import execute
from course_utils.data import Vocabulary
from course_utils.sampling_panel import NEEDS_KERNEL, sampling_panel

VOCABULARY = Vocabulary.from_text("ROMEO: <b>&\n한글")


class Side:
    """A callable that remembers what it was given, and writes it."""

    def __init__(self, name):
        self.name, self.calls = name, []

    def __call__(self, *, prompt, length, temperature, top_k, top_p, seed):
        self.calls.append((prompt, length, temperature, top_k, top_p, seed))
        VOCABULARY.encode(prompt)
        return f"{prompt}<{self.name}>\n{temperature} {top_k} {top_p} {seed}"


def panel(**options):
    sides = {"PyTorch": Side("p"), "TensorFlow": Side("t")}
    return sampling_panel(sides, VOCABULARY, **options), sides["PyTorch"], sides["TensorFlow"]


def press_enter(widget):
    """Do what the browser does first: it reports the key, before any change of the text."""
    widget._handle_custom_msg({"event": "submit"}, [])


def plain(html):
    text = re.sub("<[^>]*>", "", html)
    for name, character in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("#x27", "'"), ("amp", "&")):
        text = text.replace(f"&{name};", character)
    return text


def test_the_button_writes_with_all_settings_and_shows_the_text_of_the_callable():
    shown, torch_side, other = panel(length=7)
    shown.prompt.unobserve_all()
    shown.prompt.value, shown.temperature.value = "MORE:", 0.35
    shown.top_k.value, shown.top_p.value, shown.seed.value = 3, 0.9, 12
    shown.button.click()
    assert torch_side.calls == [("MORE:", 7, 0.35, 3, 0.9, 12)]
    assert other.calls == []
    assert shown.text == "MORE:<p>\n0.35 3 0.9 12"
    assert plain(shown.output.value) == shown.text
    assert "<b>MORE:</b>&lt;p&gt;" in shown.output.value
    assert shown.status.value == (
        "PyTorch wrote this at temperature 0.35, top-k 3, top-p 0.9, seed 12."
    )
    shown.framework.value = "TensorFlow"
    assert "Press Write" in shown.status.value
    assert shown.text.startswith("MORE:<p>")  # nothing is written before the button is pressed
    shown.button.click()
    assert other.calls == [("MORE:", 7, 0.35, 3, 0.9, 12)]
    assert shown.text.startswith("MORE:<t>")
    assert len(torch_side.calls) == 1


def test_at_first_nothing_is_cut_and_nothing_is_written():
    shown, side, _ = panel()
    assert shown.text is None
    assert side.calls == []
    assert shown.write() == shown.text == f"ROMEO:<p>\n1.0 {len(VOCABULARY)} 1.0 0"
    assert side.calls == [("ROMEO:", 300, 1.0, len(VOCABULARY), 1.0, 0)]
    assert f"top-k {len(VOCABULARY)} (all)" in shown.status.value
    assert (shown.top_k.min, shown.top_k.max) == (1, len(VOCABULARY))
    assert (shown.temperature.min, shown.temperature.max) == (0, 5)
    assert (shown.top_p.min, shown.top_p.max) == (0.05, 1)


def test_enter_writes_once_whether_the_prompt_changed_or_not():
    shown, side, _ = panel()
    assert shown.prompt.continuous_update is False
    press_enter(shown.prompt)
    assert [call[0] for call in side.calls] == ["ROMEO:"]
    press_enter(shown.prompt)  # the key arrives before the new text, so it must not write the old
    shown.prompt.value = "MORE"
    assert [call[0] for call in side.calls] == ["ROMEO:", "MORE"]
    shown.temperature.value = 0.5
    press_enter(shown.prompt)
    assert [call[2] for call in side.calls] == [1.0, 1.0, 0.5]
    shown.prompt._handle_custom_msg({"event": "other"}, [])
    assert len(side.calls) == 3


def test_a_new_line_in_the_prompt_is_written_with_a_backslash():
    shown, side, _ = panel(prompt="ROMEO:\n")
    assert shown.prompt.value == r"ROMEO:\n"
    shown.button.click()
    assert side.calls[0][0] == "ROMEO:\n"
    shown.prompt.value = r"R\n\n"
    assert side.calls[1][0] == "R\n\n"


def test_a_value_error_becomes_a_sentence_in_the_panel_and_the_old_text_goes():
    shown, _, _ = panel()
    shown.button.click()
    shown.prompt.value = "<i>z"
    assert shown.text is None
    assert shown.output.value == ""
    assert "'i' at place 1 is not among" in plain(shown.status.value)
    assert shown.write() is None
    assert not shown.button.disabled
    shown.prompt.value = "R"
    assert shown.text.startswith("R<p>")


@pytest.mark.parametrize("kind", [ValueError, TypeError])
def test_errors_are_shown_as_text_and_not_as_html(kind):
    def write(**settings):
        raise kind("a <script> & more")

    shown = sampling_panel({"PyTorch": write}, VOCABULARY)
    shown.button.click()
    assert "a &lt;script&gt; &amp; more" in shown.status.value
    assert shown.text is None


@pytest.mark.parametrize("kind", [RuntimeError, KeyError, KeyboardInterrupt])
def test_other_exceptions_are_named_in_the_panel_and_raised_again(kind):
    def write(**settings):
        raise kind("broken")

    shown = sampling_panel({"PyTorch": write}, VOCABULARY)
    with pytest.raises(kind, match="broken"):
        shown.write()
    assert kind.__name__ in shown.status.value
    assert not shown.button.disabled


def test_the_button_is_off_while_the_model_writes():
    states = []

    def write(**settings):
        states.append((shown.button.disabled, shown.status.value))
        return settings["prompt"]

    shown = sampling_panel({"PyTorch": write}, VOCABULARY)
    shown.button.click()
    assert states == [(True, "PyTorch writes …")]
    assert not shown.button.disabled


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_any_text_is_shown_as_it_is(text):
    shown = sampling_panel({"PyTorch": lambda **settings: text}, VOCABULARY, prompt="R")
    assert shown.write() == text
    assert plain(shown.output.value) == text


def test_a_stored_notebook_keeps_the_sentence_and_loses_the_widget():
    source = (
        "from course_utils.data import Vocabulary\n"
        "from course_utils.sampling_panel import sampling_panel\n"
        "sampling_panel({'PyTorch': print}, Vocabulary.from_text('abc'), prompt='a')"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(execute.ROOT)}},  # this course_utils, not another
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
    ).execute()
    kinds = [set(output.data) for output in notebook.cells[0].outputs]
    assert len(kinds) == 2
    assert execute.WIDGET_VIEW in kinds[1]
    (left,) = execute.strip_noise(notebook).cells[0].outputs
    assert left.data == {"text/plain": NEEDS_KERNEL}
    assert "widgets" not in notebook.metadata


def test_in_a_terminal_the_panel_says_what_it_needs():
    shown, _, _ = panel()
    assert repr(shown) == NEEDS_KERNEL
    assert "needs none" in NEEDS_KERNEL
    assert "sampling_view" in NEEDS_KERNEL


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (({}, VOCABULARY), ValueError, "sides is empty"),
        ((print, VOCABULARY), TypeError, "sides is a builtin.*'PyTorch': write"),
        (({"PyTorch": "write"}, VOCABULARY), TypeError, r"sides\['PyTorch'\] is a str"),
        (({1: print}, VOCABULARY), TypeError, r"sides\[1\]"),
        (({"PyTorch": print}, VOCABULARY, b"R"), TypeError, "prompt is a bytes"),
        (({"PyTorch": print}, VOCABULARY, "R", 0), ValueError, "length is 0"),
        (({"PyTorch": print}, VOCABULARY, "R", 2.5), ValueError, "length is 2.5"),
        (({"PyTorch": print}, ()), ValueError, "vocabulary is empty"),
    ],
)
def test_errors_speak_to_the_learner(arguments, error, words):
    with pytest.raises(error, match=words):
        sampling_panel(*arguments)
