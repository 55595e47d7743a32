"""The benchmark program's own arithmetic: turns, ratios, exponents, counted work, table, JSON."""

import importlib
import math
import re
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from course_utils import _onednn, in_pytorch
from course_utils.data import SentencePair, encode_batch, pair_vocabularies

sys.path.append(str(Path(__file__).resolve().parents[1] / "benchmarks"))

import bench
from measures import comparison, growth, notebooks, picture, translations, work
from measures.comparison import Comparison, Section


def test_runners_take_turns_and_the_warm_up_is_not_kept():
    calls = []

    def runner(name):
        return lambda: calls.append(name) or len(calls)

    found = comparison.in_turns({"A": runner("A"), "B": runner("B")}, turns=2, warm_up=1)
    assert "".join(calls) == "ABABAB"
    assert found == {"A": [3, 5], "B": [4, 6]}
    with pytest.raises(ValueError, match="turns=0"):
        comparison.in_turns({}, turns=0)


def test_a_ratio_is_the_median_of_the_turns_own_ratios():
    # The machine was slow in the second turn, for both. The ratio of the medians would be 20 / 30.
    row = Comparison("step", "ms", {"PyTorch": [10, 100, 30], "TensorFlow": [20, 200, 15]})
    assert row.medians() == {"PyTorch": 30, "TensorFlow": 20}
    assert row.ratio() == 2.0
    assert Comparison("only one side", "ms", {"TensorFlow": [1.0]}).ratio() is None
    assert math.isnan(comparison.median_ratio([1.0, 2.0], [3.0, 0.0]))
    with pytest.raises(ValueError, match="zip"):
        comparison.median_ratio([1, 2], [1])


@pytest.mark.parametrize("power", [0.0, 1.0, 2.5])
def test_the_exponent_of_exact_powers_is_found(power):
    sizes = [2, 4, 16, 64]
    found, error = comparison.fitted_exponent(sizes, [3 * size**power for size in sizes])
    assert found == pytest.approx(power, abs=1e-12)
    assert error == pytest.approx(0.0, abs=1e-6)


def test_the_error_of_an_exponent_is_that_of_a_straight_line():
    rng = np.random.default_rng(0)
    sizes = np.repeat([1.0, 2.0, 4.0, 8.0], 500)
    costs = sizes**1.5 * np.exp(rng.normal(0, 0.3, len(sizes)))
    found, error = comparison.fitted_exponent(sizes, costs)
    spread = np.sqrt(((np.log(sizes) - np.log(sizes).mean()) ** 2).sum())
    assert error == pytest.approx(0.3 / spread, rel=0.05)
    assert abs(found - 1.5) < 4 * error
    assert math.isnan(comparison.fitted_exponent([1, 2], [1, 2])[1])


@pytest.mark.parametrize(
    ("sizes", "costs"), [([2], [1]), ([2, 2], [1, 3]), ([1, 2], [0, 1]), ([1, 2, 3], [1, 2])]
)
def test_what_has_no_exponent_is_refused(sizes, costs):
    with pytest.raises(ValueError, match=r"two sizes|positive"):
        comparison.fitted_exponent(sizes, costs)


@pytest.mark.parametrize("library", [True, False])
def test_counted_operations_are_those_that_pytorch_counts(library, monkeypatch):
    """Of torch.nn.GRU and of the course's own backward pass: both make the same products."""
    batch, time, embedding, hidden, vocabulary = 3, 5, 4, 6, 7
    model = in_pytorch.models.CharacterModel(vocabulary, embedding, hidden)
    if library:
        monkeypatch.setattr(in_pytorch.layers.RecurrentLayers, "_by_hand", lambda *_: False)
    update = in_pytorch.training.LanguageModelUpdate(model)
    ids = np.zeros((batch, time), np.int32)
    with FlopCounterMode(display=False) as counter:
        update(ids, ids, torch.zeros(1, batch, hidden, requires_grad=not library), 0.01)
    products = work.character_products(batch, time, embedding, hidden, vocabulary)
    first_state = 0 if not library else 2 * batch * hidden * 3 * hidden  # it needs no gradient
    assert counter.get_total_flops() == work.operations(products) - first_state


def test_products_are_counted_whichever_library_makes_them(monkeypatch):
    monkeypatch.setattr(_onednn, "SMALLEST", 0)
    monkeypatch.setattr(_onednn, "is_faster", lambda: True)
    model = in_pytorch.models.CharacterModel(7, 4, 6)
    update = in_pytorch.training.LanguageModelUpdate(model)
    ids = np.zeros((3, 5), np.int32)
    found = growth.counted(lambda: update(ids, ids, model.zero_state(3), 0.01))
    assert found == work.operations(work.character_products(3, 5, 4, 6, 7))


def test_counted_operations_of_translation_are_those_that_pytorch_counts():
    batch, source, target, embedding, hidden = 2, 5, 4, 3, 6  # with <eos>
    words = tuple("abcde")
    pairs = [SentencePair(words[: source - 1], words[: target - 1])] * batch
    vocabularies = pair_vocabularies(pairs)
    sizes = [len(vocabulary) for vocabulary in vocabularies]
    model = in_pytorch.seq2seq.Seq2Seq(*sizes, embedding, hidden, attention="dot")
    update = in_pytorch.translation.TranslationUpdate(model)
    with FlopCounterMode(display=False) as counter:
        update(encode_batch(pairs, *vocabularies), 0.01)
    products = work.translation_products(batch, source, target, embedding, hidden, sizes[1])
    assert counter.get_total_flops() == work.operations(products)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0.0123, "0.012"),
        (1.234, "1.23"),
        (12.34, "12.3"),
        (123.4, "123"),
        (36_000.4, "36,000"),
    ],
)
def test_numbers_keep_three_digits(value, text):
    assert comparison.number(value) == text


def example_sections():
    """Return sections with every kind of row."""
    both = {"PyTorch": [1.0, 2.0, 3.0], "TensorFlow": [2.0, 4.0, 6.0]}
    trained = Comparison("loss", "nats/character", both, "<= 1.52", False, {"seconds": 60})
    share = Comparison("GRU", "share of the peak", {"TensorFlow": [0.5]}, ">= 0.1", True)
    bleu = Comparison("trained", "BLEU, greedy", both, settings={"seconds": 60})
    plain = Comparison("trained, plain draw", "BLEU, greedy", both, settings={"seconds": 60})
    speed = Comparison("writing", "characters/s", both)
    wall = Comparison("00_start: wall time", "s", {"both": [9.0]})
    exponent = Comparison("exponent of T", "", both, settings={"expected": 1.0, "name": "T"})
    rows = {1: [trained], 2: [share], 3: [bleu, plain], 4: [speed], 5: [wall], 6: [exponent]}
    when = "2026-01-01, load 0.1"
    return [Section(n, f"title {n}", own, [f"note {n}"], when) for n, own in rows.items()]


def test_the_table_shows_medians_ratio_and_verdict():
    first, second = ("\n".join(comparison.table(one)) for one in example_sections()[:2])
    assert "| loss | nats/character | 2.00 | 4.00 | 2.00 | <= 1.52 **missed** |" in first
    assert "| GRU | share of the peak | – | 0.500 | – | >= 0.1 ✓ |" in second
    together = Section(5, "notebooks", [Comparison("02: wall time", "s", {"both": [241.0]})])
    assert "| 02: wall time | s | both: | 241 | – |  |" in comparison.table(together)
    assert first.startswith("## 1 · title 1")
    assert first.rstrip().endswith("note 1\n\nMeasured: 2026-01-01, load 0.1.")


def test_json_keeps_everything(tmp_path):
    comparison.write_json(tmp_path / "bench.json", {"quick": True}, example_sections())
    facts, sections = comparison.read_json(tmp_path / "bench.json")
    assert facts == {"quick": True}
    assert sections == example_sections()


def test_stored_sections_stay_only_if_the_circumstances_are_the_same(tmp_path, capsys):
    path = tmp_path / "bench.json"
    assert bench.stored_sections(path, {"torch": "2"}) == {}
    comparison.write_json(path, {"torch": "2"}, example_sections())
    assert list(bench.stored_sections(path, {"torch": "2"}).values()) == example_sections()
    assert bench.stored_sections(path, {"torch": "3", "quick": True}) == {}
    assert "quick, torch differ" in capsys.readouterr().out


def test_the_picture_has_a_panel_for_each_section(tmp_path):
    assert set(picture.PANELS) == set(bench.SECTIONS)
    picture.draw(tmp_path / "bench.png", example_sections(), "title")
    assert (tmp_path / "bench.png").read_bytes()[:4] == b"\x89PNG"


def test_a_quick_run_says_so():
    facts = {"quick": True, "torch": "2"}
    assert bench.QUICK in bench.report(facts, example_sections())
    assert bench.QUICK not in bench.report(facts | {"quick": False}, example_sections())


def test_the_stored_report_is_made_of_the_stored_numbers():
    folder = Path(__file__).resolve().parents[1] / "docs" / "benchmarks"
    facts, sections = comparison.read_json(folder / "bench.json")
    assert not facts["quick"]
    assert bench.report(facts, sections) == (folder / "bench.md").read_text(encoding="utf-8")
    assert (folder / "bench.png").exists()


def test_options():
    assert bench.parse(["--only", "1", "4"]).only == [1, 4]
    assert bench.parse([]).turns > bench.parse(["--quick"]).turns
    for wrong in (["--only", "7"], ["--turns", "0"], ["--seeds", "0"]):
        with pytest.raises(SystemExit):
            bench.parse(wrong)


@pytest.mark.parametrize("name", bench.SECTIONS.values())
def test_every_section_finds_the_programs_that_it_uses(name):
    assert callable(importlib.import_module(name).measure)


def test_rows_of_translation_are_judged_by_the_worse_side():
    def one(bleu):
        return dict.fromkeys(translations.QUANTITIES, 10.0) | {"bleu_beam_1": bleu}

    found = {"PyTorch": [one(33.0)], "TensorFlow": [one(31.0)]}
    rows = {row.unit: row for row in translations.rows_of(180, found)}
    assert rows["BLEU, greedy"].promise == ">= 32"
    assert rows["BLEU, greedy"].kept is False
    assert rows["target tokens/s"].kept is None


def test_copied_notebooks_find_what_they_read(tmp_path):
    copies = notebooks.copy_course(tmp_path / "course")
    wanted = set()
    for path in copies.glob("*.ipynb"):
        wanted |= set(re.findall(r"\.\./[\w/]+\.\w+", path.read_text(encoding="utf-8")))
    assert {"../data/attention_study.json", "../docs/ten_checks.md"} <= wanted
    assert [name for name in wanted if not (copies / name).is_file()] == []


def test_the_two_draws_of_translation_are_lines_of_their_own():
    _, ax = plt.subplots()
    picture.translations(ax, example_sections()[2])
    labels = [line.get_label() for line in ax.lines]
    assert labels == ["PyTorch", "TensorFlow", "PyTorch, plain draw", "TensorFlow, plain draw"]
    plt.close("all")
