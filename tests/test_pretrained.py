"""The pretrained model is whole, is what its card says, and is one model in both frameworks."""

import copy
import hashlib
import importlib.util
import json
import re
import string
from pathlib import Path

import numpy as np
import pytest

from course_utils import in_pytorch, in_tensorflow
from course_utils.checkpoint import read_checkpoint
from course_utils.data import CorpusError, Vocabulary, load_corpus
from course_utils.parity import to_numpy

ROOT = Path(__file__).resolve().parents[1]
SIDES = {"PyTorch": in_pytorch, "TensorFlow": in_tensorflow}


@pytest.fixture(scope="module")
def program():
    spec = importlib.util.spec_from_file_location(
        "pretrain_characters", ROOT / "benchmarks" / "pretrain_characters.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def facts(program):
    return json.loads(program.FACTS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def loaded(program):
    """Return {framework: (model, vocabulary)}."""
    return {name: side.training.load_checkpoint(program.WEIGHTS) for name, side in SIDES.items()}


@pytest.fixture(scope="module")
def corpus(program):
    """The edition that is at hand, as a notebook gets it. The stored numbers know both."""
    try:
        return load_corpus(program.CORPUS)
    except CorpusError as error:
        pytest.skip(f"The text is not here, so nothing can be measured on it. {error}")


@pytest.fixture(scope="module")
def validation_ids(program, loaded, corpus):
    _, vocabulary = loaded["PyTorch"]
    return program.split(corpus.text, vocabulary)[1]


def test_it_was_made_with_the_program_as_it_is_now(program, facts):
    settings = facts["settings"]
    assert settings["model"] == program.MODEL
    assert settings["training"] == program.TRAINING
    assert settings["validation_share"] == program.VALIDATION_SHARE
    assert facts["training"]["validation_nats"][-1][0] == program.TRAINING["updates"]
    hashes = {edition["edition"]: edition["sha256"] for edition in program.editions()}
    assert {name: one["sha256"] for name, one in facts["editions"].items()} == hashes


def test_the_file_is_small_and_the_one_of_the_card(program, facts):
    data = program.WEIGHTS.read_bytes()
    assert len(data) == facts["bytes"] <= 3_000_000
    assert hashlib.sha256(data).hexdigest() == facts["sha256"]
    weights = read_checkpoint(program.WEIGHTS)[2]
    assert program.weights_sha256(weights) == facts["weights_sha256"]
    assert {weight.dtype for weight in weights.values()} == {np.dtype("float32")}
    assert sum(weight.size for weight in weights.values()) == facts["parameters"]


def test_the_hash_of_weights_sees_every_part_of_them(program):
    one = {"a": np.zeros((2, 3), np.float32), "b": np.ones(4, np.float32)}
    others = [
        {"a": one["a"], "c": one["b"]},
        {"a": one["a"].T, "b": one["b"]},
        {"a": one["a"], "b": one["b"].astype(np.float64)},
        {"a": one["a"], "b": np.float32([1, 1, 1, 1.0000001])},
    ]
    hashes = [program.weights_sha256(weights) for weights in (one, *others)]
    assert len(set(hashes)) == len(hashes)
    assert program.weights_sha256(dict(reversed(one.items()))) == hashes[0]


@pytest.mark.parametrize("name", SIDES)
def test_either_side_loads_it_with_its_vocabulary(program, facts, loaded, name):
    model, vocabulary = loaded[name]
    options = {key: value for key, value in program.MODEL.items() if key != "seed"}
    assert model.options == facts["model"]
    assert options.items() <= model.options.items()
    assert model.count_parameters() == facts["parameters"]
    assert len(vocabulary) == facts["model"]["vocab_size"]


@pytest.mark.network  # load_corpus may have to fetch the text
def test_the_vocabulary_is_the_one_of_the_notebooks(program, facts, loaded, corpus):
    _, vocabulary = loaded["PyTorch"]
    assert loaded["TensorFlow"][1] == vocabulary
    if corpus.edition == program.editions()[0]["edition"]:
        assert Vocabulary.from_text(corpus.text) == vocabulary
    assert set(corpus.text) <= set(vocabulary.symbols)


@pytest.mark.network
def test_both_sides_measure_the_stored_number(program, facts, loaded, corpus, validation_ids):
    numbers = facts["editions"][corpus.edition]
    assert corpus.sha256 == numbers["sha256"]
    assert len(validation_ids) == numbers["validation_characters"]
    nats = {
        name: SIDES[name].training.evaluate_language_model(model, validation_ids)
        for name, (model, _) in loaded.items()
    }
    assert nats["PyTorch"] == pytest.approx(nats["TensorFlow"], abs=program.TOLERANCE)
    for found in nats.values():
        assert program.agrees(numbers, found), f"measured {found:.7f}, stored {numbers['nats']:.7f}"
        for change in (0.001, -0.001):  # the comparison sees a wrong number
            assert not program.agrees({**numbers, "nats": numbers["nats"] + change}, found)


@pytest.mark.network
def test_both_sides_give_the_same_logits(loaded, validation_ids):
    ids = validation_ids[:2000].reshape(20, 100)
    logits = [to_numpy(model(ids)[0]) for model, _ in loaded.values()]
    assert np.abs(logits[0]).max() > 1
    assert np.abs(logits[0] - logits[1]).max() < 1e-4


@pytest.mark.network
def test_the_stored_levels_are_those_of_the_text(program, facts, loaded, corpus):
    first = program.editions()[0]["edition"]
    if corpus.edition != first:
        pytest.skip(f"The levels are those of {first}, and here is only {corpus.edition}.")
    found = program.levels(corpus.text, loaded["PyTorch"][1])
    assert found == pytest.approx(facts["levels"], abs=1e-9)


def test_it_is_a_good_model(program, facts):
    for numbers in facts["editions"].values():
        assert numbers["nats"] < facts["levels"]["trigram"] - 0.5
        assert numbers["bits"] == pytest.approx(numbers["nats"] / np.log(2))
        assert numbers["perplexity"] == pytest.approx(np.exp(numbers["nats"]))


@pytest.mark.parametrize("name", SIDES)
def test_it_writes_the_text_of_the_card(facts, loaded, name):
    samples = facts["samples"]
    temperature, text, _ = samples["texts"][1]
    model, vocabulary = loaded[name]
    written = SIDES[name].generation.generate(
        model, vocabulary, samples["prompt"], 100, temperature, samples["seed"]
    )
    assert text.startswith(written)
    assert len(text) == len(samples["prompt"]) + samples["length"]


def test_the_longest_copy_by_hand(program):
    assert program.longest_copy("xabcabcd", "abcd and abca") == 4
    assert program.longest_copy("xyz", "abc") == 0
    assert program.longest_copy("abc", "abc") == 3


def numbers_in(text):
    return re.findall(r"\d[\d,.]*", text.replace("SHA-256", ""))


def test_every_number_of_the_card_is_a_stored_one(program, facts):
    template = program.CARD_TEXT.read_text(encoding="utf-8")
    words = "".join(literal for literal, *_ in string.Formatter().parse(template))
    assert numbers_in(words) == []  # so each number of the card is put in by the program
    assert program.CARD.read_text(encoding="utf-8") == program.card(facts)


@pytest.mark.parametrize("name", ["nats", "bits", "perplexity", "validation_characters"])
def test_a_changed_number_changes_the_card(program, facts, name):
    changed = copy.deepcopy(facts)
    numbers = changed["editions"][program.editions()[0]["edition"]]
    numbers[name] += 1 if isinstance(numbers[name], int) else 0.001
    assert program.card(changed) != program.CARD.read_text(encoding="utf-8")


def test_numbers_are_found_in_words():
    assert numbers_in("SHA-256 of 3 plays, 1,234.5 nats") == ["3", "1,234.5"]
