"""Vocabulary, split and batches: by hand, and for whatever a learner may give."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.data import StreamBatches, Vocabulary, evaluation_windows, split_contiguous

SPECIAL = ("<pad>", "<bos>", "<eos>", "<unk>")


def test_characters_are_numbered_in_alphabetical_order():
    vocabulary = Vocabulary.from_text("hello", special=("<pad>", "<eos>"))
    assert vocabulary.symbols == ("<pad>", "<eos>", "e", "h", "l", "o")
    assert vocabulary.encode("hole").tolist() == [3, 5, 4, 2]
    assert vocabulary.encode([*"he", "<eos>"]).tolist() == [3, 2, 1]
    assert vocabulary.encode("he").dtype == np.int32
    assert vocabulary.decode([3, 2, 1, 0]) == "he<eos><pad>"
    assert vocabulary.decode([3, 2, 1, 0], skip_special=True) == "he"
    assert vocabulary.id_of("l") == 4
    assert "l" in vocabulary
    assert "z" not in vocabulary


def test_words_are_numbered_by_frequency():
    vocabulary = Vocabulary.from_text("나는 밥을 먹는다 나는 간다", unit="word", special=("<pad>",))
    assert vocabulary.symbols[:2] == ("<pad>", "나는")
    assert vocabulary.decode(vocabulary.encode("나는 간다")) == "나는 간다"


def test_rare_symbols_become_the_unknown_one():
    text = "aaaabbbc"
    vocabulary = Vocabulary.from_text(text, special=SPECIAL, unknown="<unk>", minimum_count=2)
    assert vocabulary.symbols == (*SPECIAL, "a", "b")
    assert vocabulary.decode(vocabulary.encode("abc?")) == "ab<unk><unk>"
    assert len(Vocabulary.from_text(text, special=SPECIAL, maximum_size=5)) == 5


def test_an_unknown_symbol_is_never_taken_for_a_pad():
    with pytest.raises(ValueError, match="'z' at place 1"):
        Vocabulary.from_text("abc", special=("<pad>",)).encode("az")


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: Vocabulary.from_text(""), ValueError, "empty"),
        (lambda: Vocabulary.from_text("  ", unit="word"), ValueError, "empty"),
        (lambda: Vocabulary.from_text(b"abc"), TypeError, "must be a string"),
        (lambda: Vocabulary.from_text("abc", unit="syllable"), ValueError, "'character' or 'word'"),
        (lambda: Vocabulary(["a", "a"]), ValueError, "Repeated"),
        (lambda: Vocabulary(["ab"]), ValueError, "longer than one character"),
        (lambda: Vocabulary([""]), TypeError, "non-empty"),
        (lambda: Vocabulary(["a"], unknown="<unk>"), ValueError, "special"),
        (lambda: Vocabulary(["a"]).encode(3), TypeError, "a text or a list"),
        (lambda: Vocabulary(["a"]).encode(None), TypeError, "a text or a list"),
        (lambda: Vocabulary(["a"]).encode(iter("a")), TypeError, "a text or a list"),
        (lambda: Vocabulary.from_text("a", special="<pad>"), TypeError, "a list of symbols"),
        (lambda: Vocabulary(["a"]).decode([0.5]), TypeError, "whole numbers"),
        (lambda: Vocabulary(["a"]).decode([1]), ValueError, "from 0 to 0"),
        (lambda: Vocabulary(["a"]).decode([-1]), ValueError, "from 0 to 0"),
        (lambda: Vocabulary.from_dict({"symbols": []}), ValueError, "not a vocabulary"),
        (lambda: Vocabulary.from_dict([1]), ValueError, "not a vocabulary"),
    ],
)
def test_what_a_vocabulary_refuses(call, error, says):
    with pytest.raises(error, match=says):
        call()


@given(st.text(min_size=1))
def test_any_text_comes_back_from_its_ids(text):
    vocabulary = Vocabulary.from_text(text, special=SPECIAL)
    assert vocabulary.decode(vocabulary.encode(text)) == text
    assert Vocabulary.from_dict(json.loads(json.dumps(vocabulary.as_dict()))) == vocabulary


@given(st.text(min_size=1), st.text())
def test_with_an_unknown_symbol_any_text_can_be_encoded(known, other):
    vocabulary = Vocabulary.from_text(known, special=SPECIAL, unknown="<unk>")
    ids = vocabulary.encode(other)
    assert len(ids) == len(other)
    assert [vocabulary.symbols[i] for i in ids] == [c if c in known else "<unk>" for c in other]


def test_vocabulary_files(tmp_path):
    path = tmp_path / "vocabulary.json"
    vocabulary = Vocabulary.from_text("안녕, hello\n", special=SPECIAL, unknown="<unk>")
    vocabulary.save(path)
    assert Vocabulary.load(path) == vocabulary
    assert "안" in path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["vocabulary.json"]
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="not a JSON file"):
        Vocabulary.load(path)


def test_split_is_one_cut():
    train, validation = split_contiguous(np.arange(20))
    assert train.tolist() == list(range(18))
    assert validation.tolist() == [18, 19]
    assert split_contiguous("abcdefghij", 0.2) == ("abcdefgh", "ij")
    for share in (0.0, 1.0, -0.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            split_contiguous("abc", share)
    with pytest.raises(ValueError, match="too short"):
        split_contiguous("a")


def test_streams_by_hand():
    batches = iter(StreamBatches(np.arange(13), batch_size=2, sequence_length=3))
    first, second, third = (next(batches) for _ in range(3))
    assert first.inputs.tolist() == [[0, 1, 2], [6, 7, 8]]
    assert first.targets.tolist() == [[1, 2, 3], [7, 8, 9]]
    assert second.inputs.tolist() == [[3, 4, 5], [9, 10, 11]]
    assert second.targets[1, -1] == 12
    assert (first.continues, second.continues, third.continues) == (False, True, False)


@given(
    length=st.integers(2, 400),
    batch_size=st.integers(1, 9),
    sequence_length=st.integers(1, 30),
    seed=st.integers(0, 5),
)
def test_streams_of_any_size(length, batch_size, sequence_length, seed):
    ids = np.arange(length)
    if length < batch_size * sequence_length + 1:
        with pytest.raises(ValueError, match="Give a longer text"):
            StreamBatches(ids, batch_size, sequence_length)
        return
    before = None
    for _, batch in zip(
        range(40), StreamBatches(ids, batch_size, sequence_length, seed), strict=False
    ):
        assert batch.inputs.shape == batch.targets.shape == (batch_size, sequence_length)
        assert (batch.targets == batch.inputs + 1).all()
        assert (np.diff(batch.inputs, axis=1) == 1).all()
        if batch.continues:
            assert (batch.inputs[:, 0] == before.targets[:, -1]).all()
        before = batch


def test_later_epochs_start_elsewhere():
    starts = []
    for batch in StreamBatches(np.arange(200), 2, 20, seed=3):
        if not batch.continues:
            starts.append(int(batch.inputs[0, 0]))
        if len(starts) == 12:
            break
    assert starts[0] == 0
    assert len(set(starts)) > 4
    assert max(starts) < 20


def test_each_epoch_reads_nearly_the_whole_text():
    ids = np.arange(5_000)
    batches = StreamBatches(ids, 8, 16, seed=1)
    seen, epochs = [], 0
    for batch in batches:
        epochs += not batch.continues
        if epochs == 2:
            break
        seen.append(batch.targets)
    seen = np.concatenate(seen, axis=None)
    assert len(np.unique(seen)) == len(seen)  # nothing twice
    assert len(seen) > len(ids) - 16 - 8 * 16 - 8  # the start, and less than a window a row


@given(
    length=st.integers(2, 300), batch_size=st.integers(1, 40), sequence_length=st.integers(1, 50)
)
def test_evaluation_windows_ask_for_every_symbol_once(length, batch_size, sequence_length):
    shapes, asked = set(), []
    for inputs, targets, counts in evaluation_windows(
        np.arange(length), batch_size, sequence_length
    ):
        shapes.add(inputs.shape)
        assert inputs.shape == targets.shape == counts.shape
        assert ((targets == inputs + 1) | (counts == 0)).all()
        asked += targets[counts == 1].tolist()
    assert sorted(asked) == list(range(1, length))
    assert len(shapes) == 1


@pytest.mark.parametrize(
    ("ids", "error", "says"),
    [
        ("a text", TypeError, r"vocabulary\.encode"),
        ([], ValueError, "empty"),
        ([[1, 2], [3, 4]], ValueError, "one row"),
        ([0.5, 1.0], TypeError, "whole numbers"),
        ([1, -2, 3], ValueError, "0 or larger"),
    ],
)
def test_ids_that_are_not_possible_are_named(ids, error, says):
    with pytest.raises(error, match=says):
        StreamBatches(ids, 1, 1)
    with pytest.raises(error, match=says):
        list(evaluation_windows(ids, 1, 1))


@pytest.mark.parametrize("sizes", [(0, 1), (1, 0), (2.0, 1), (True, 1), ("2", 1)])
def test_sizes_that_are_not_possible_are_named(sizes):
    with pytest.raises((TypeError, ValueError), match=r"_size|_length"):
        StreamBatches(np.arange(50), *sizes)
