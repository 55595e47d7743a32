"""Sentence pairs as padded batches: by hand, over whole epochs, and for any sentences."""

import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.data import (
    SPECIAL,
    PairBatches,
    SentencePair,
    Vocabulary,
    classic_pairs,
    encode_batch,
    english_korean,
    english_korean_pairs,
    evaluation_batches,
    pad,
    pair_vocabularies,
)

WORDS = st.sampled_from(["a", "b", "밥을", "<eos>", "<pad>", "ß", "."])
SENTENCE = st.lists(WORDS, max_size=7).map(tuple)
PAIRS = st.lists(st.builds(SentencePair, SENTENCE, SENTENCE), min_size=1, max_size=40)
VOCABULARY = Vocabulary(["a", "b", "밥을", "."], unit="word", special=SPECIAL, unknown="<unk>")


def pair(source, target, **more):
    return SentencePair(tuple(source.split()), tuple(target.split()), **more)


def pairs_of_lengths(*lengths):
    """Pairs whose n-th source has lengths[n] words; the target names the pair."""
    return [pair("w " * length, f"t{n}") for n, length in enumerate(lengths)]


def test_a_batch_by_hand():
    pairs = [pair("I eat", "저는 먹어요"), pair("you sleep well", "자요")]
    source = Vocabulary(["I", "eat", "you", "sleep"], unit="word", special=SPECIAL, unknown="<unk>")
    target = Vocabulary(["저는", "먹어요", "자요"], unit="word", special=SPECIAL, unknown="<unk>")
    batch = encode_batch(pairs, source, target)
    assert batch.source.tolist() == [[4, 5, 2, 0], [6, 7, 3, 2]]
    assert batch.source_lengths.tolist() == [3, 4]
    assert batch.target_inputs.tolist() == [[1, 4, 5], [1, 6, 0]]
    assert batch.targets.tolist() == [[4, 5, 2], [6, 2, 0]]
    assert batch.places.tolist() == [0, 1]
    assert batch.target_tokens == 5
    for name in ("source", "source_lengths", "target_inputs", "targets", "places"):
        assert getattr(batch, name).dtype == np.int32
    again = encode_batch(pairs, source, target, places=[7, 3])
    assert again.places.tolist() == [7, 3]
    assert again.places.dtype == np.int32
    assert np.array_equal(again.source, batch.source)


def test_vocabularies_put_special_symbols_first_and_rare_words_under_unk():
    pairs = [pair("b a", "나 너"), pair("b c", "나 <eos>")]
    source, target = pair_vocabularies(pairs)
    assert source.symbols == (*SPECIAL, "b", "a", "c")
    assert target.symbols == (*SPECIAL, "나", "너")  # a word spelled like a special symbol is none
    assert (source.unit, source.unknown) == ("word", "<unk>")
    source, target = pair_vocabularies(pairs, minimum_count=2)
    assert source.symbols == (*SPECIAL, "b")
    assert source.encode("b a").tolist() == [4, 3]
    assert target.symbols == (*SPECIAL, "나")


def test_a_word_spelled_like_a_special_symbol_is_unknown_in_a_batch():
    batch = encode_batch([pair("a <pad> b", "<eos> a <pad>")], VOCABULARY, VOCABULARY)
    assert batch.source.tolist() == [[4, 3, 5, 2]]
    assert batch.targets.tolist() == [[3, 4, 3, 2]]
    assert batch.target_tokens == 4


def test_pad_by_hand():
    ids, lengths = pad([[5, 6, 7], [], [8]])
    assert ids.tolist() == [[5, 6, 7], [0, 0, 0], [8, 0, 0]]
    assert lengths.tolist() == [3, 0, 1]
    assert (ids.dtype, lengths.dtype) == (np.int32, np.int32)
    assert pad([[1], [2, 3]], value=-1)[0].tolist() == [[1, -1], [2, 3]]
    assert pad([[]])[0].shape == (1, 0)


def test_batches_of_one_length_and_a_pool_of_the_rest():
    # 7 pairs of 2 words, 3 of 3 words, 2 of 5 words; batches of 3.
    pairs = pairs_of_lengths(*[2] * 7, *[3] * 3, *[5] * 2)
    batches = PairBatches(pairs, *pair_vocabularies(pairs), batch_size=3)
    assert batches.batches_per_epoch == 4
    lengths = [sorted(batches.batch(n).source_lengths.tolist()) for n in range(4)]
    assert sorted(lengths) == [[3, 3, 3], [3, 3, 3], [3, 6, 6], [4, 4, 4]]


def test_the_number_of_batches_and_their_sizes():
    pairs = pairs_of_lengths(1, 2, 3, 4, 5, 6, 7)  # no two of one length: the pool is everything
    batches = PairBatches(pairs, *pair_vocabularies(pairs), batch_size=3)
    assert batches.batches_per_epoch == 3
    found = [batches.batch(n).source_lengths.tolist() for n in range(3)]
    assert sorted(found) == [[2, 3, 4], [5, 6, 7], [8]]
    assert PairBatches(pairs, *pair_vocabularies(pairs), batch_size=99).batches_per_epoch == 1


@given(PAIRS, st.integers(1, 9), st.integers(0, 3))
def test_every_epoch_holds_every_pair_once_and_rows_are_right(pairs, batch_size, seed):
    batches = PairBatches(pairs, VOCABULARY, VOCABULARY, batch_size, seed)
    count = batches.batches_per_epoch
    assert count == -(-len(pairs) // batch_size)
    for epoch in range(2):
        epoch_batches = [batches.batch(epoch * count + n) for n in range(count)]
        places = np.concatenate([batch.places for batch in epoch_batches])
        assert sorted(places.tolist()) == list(range(len(pairs)))
        assert sum(len(batch.places) < batch_size for batch in epoch_batches) <= 1
        for batch in epoch_batches:
            check_rows(batch, pairs)
    expected = encode_batch(pairs, VOCABULARY, VOCABULARY)
    check_rows(expected, pairs)


def check_rows(batch, pairs):
    """Compare each row with a slow and simple encoding of its pair."""

    def ids(words):
        return [VOCABULARY.id_of("<unk>" if word in SPECIAL else word) for word in words]

    widths = [batch.source.shape[1], batch.target_inputs.shape[1], batch.targets.shape[1]]
    rows = [[], [], []]
    for place in batch.places:
        source, target = ids(pairs[place].source), ids(pairs[place].target)
        for row, one in zip(rows, ([*source, 2], [1, *target], [*target, 2]), strict=True):
            row.append(one)
    for width, row, array in zip(
        widths, rows, (batch.source, batch.target_inputs, batch.targets), strict=True
    ):
        assert width == max(map(len, row))  # no pads that nothing needs
        assert array.tolist() == [one + [0] * (width - len(one)) for one in row]
        assert array.dtype == np.int32
    assert batch.source_lengths.tolist() == [len(row) for row in rows[0]]
    assert batch.target_tokens == sum(len(row) for row in rows[2])


def test_a_batch_depends_on_seed_and_number_alone():
    pairs = pairs_of_lengths(*np.random.default_rng(0).integers(1, 9, size=50))
    vocabularies = pair_vocabularies(pairs)

    def order(numbers, seed):
        batches = PairBatches(pairs, *vocabularies, 4, seed)
        return {number: batches.batch(number).places.tolist() for number in numbers}

    forward = order(range(40), seed=1)
    assert order(reversed(range(40)), seed=1) == forward
    assert order([31], seed=1)[31] == forward[31]  # as after a restart
    assert order(range(40), seed=2) != forward
    first, second = ([forward[e * 13 + n] for n in range(13)] for e in (0, 1))
    assert first != second
    assert sorted(map(sorted, first)) != sorted(map(sorted, second))  # other company, too


def test_batches_come_in_no_order_of_length():
    pairs = pairs_of_lengths(*np.repeat(np.arange(1, 11), 8))
    batches = PairBatches(pairs, *pair_vocabularies(pairs), batch_size=4)
    lengths = [int(batches.batch(n).source_lengths[0]) for n in range(20)]
    assert lengths != sorted(lengths)


def test_equal_lengths_are_the_rule_in_the_corpus_and_batches_are_quick():
    pairs = english_korean_pairs()["train"]
    batches = PairBatches(pairs, *pair_vocabularies(pairs), batch_size=64)
    found = [batches.batch(n) for n in range(batches.batches_per_epoch)]
    assert sum((batch.source == 0).any() for batch in found) <= 12  # at most one a length
    best = min(seconds(batches) for _ in range(5))
    assert best < 2e-4, f"{best * 1e3:.2f} ms a batch"


def seconds(batches):
    start = time.perf_counter()
    for number in range(100):
        batches.batch(number)
    return (time.perf_counter() - start) / 100


@given(PAIRS, st.integers(1, 9))
def test_evaluation_batches_hold_every_pair_once_sorted_by_length(pairs, batch_size):
    batches = list(evaluation_batches(pairs, VOCABULARY, VOCABULARY, batch_size))
    assert [len(batch.places) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert sorted(np.concatenate([b.places for b in batches]).tolist()) == list(range(len(pairs)))
    lengths = np.concatenate([batch.source_lengths for batch in batches])
    assert (np.diff(lengths) >= 0).all()
    for batch in batches:
        check_rows(batch, pairs)


def test_the_courses_corpus_keeps_its_gold_links():
    splits = english_korean_pairs()
    assert list(splits) == ["train", "validation", "random", "compositional"]
    written = english_korean.load()
    assert sum(map(len, splits.values())) == len(written)
    for one in written[::97]:
        found = next(p for p in splits[one.split] if p.source == one.english)
        assert (found.target, found.pattern) == (one.korean, one.pattern)
        assert (found.sure, found.possible) == (one.sure, one.alignment)
    strong = next(p for p in splits["train"] if " ".join(p.source) == "Minsu is strong .")
    assert strong.sure == {(0, 0), (2, 1), (2, 2), (3, 3)}  # 민수는 힘이 세요 .
    assert strong.possible == strong.sure | {(1, 2)}


def test_the_classic_pairs_and_their_links():
    pairs = classic_pairs()
    assert [" ".join(p.target) for p in pairs] == [
        "나는 배가 고프다",
        "텐서플로우는 매우 어렵다",
        "텐서플로우는 딥러닝을 위한 프레임워크이다",
        "텐서플로우는 매우 빠르게 변화한다",
    ]
    linked = [{(p.source[i], p.target[j]) for i, j in p.sure} for p in pairs]
    assert linked[0] == {("I", "나는"), ("hungry", "배가"), ("hungry", "고프다")}
    assert ("learning", "딥러닝을") in linked[2]
    assert ("for", "위한") in linked[2]
    for p in pairs:
        assert {j for _, j in p.sure} == set(range(len(p.target)))  # no Korean word without a link
    assert "a" not in {word for words in linked for word, _ in words}


def test_the_grammar_is_loaded_only_when_it_is_asked_for():
    program = (
        "import sys, course_utils.data; "
        "print([name for name in sys.modules if 'grammar' in name or 'english_korean' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


GOOD = [pair("a", "b")]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: SentencePair("I am", ("나",)), TypeError, r"source .*split_words"),
        (lambda: SentencePair(("I",), ["나"]), TypeError, "target must be a tuple"),
        (lambda: pair("a", "b", possible=frozenset({(0, 1)})), ValueError, "0-1 points outside"),
        (lambda: pair("a", "b", possible=frozenset({(-1, 0)})), ValueError, "points outside"),
        (lambda: pair("a", "b", sure=frozenset({(0, 0)})), ValueError, "must be possible"),
        (lambda: pair_vocabularies([]), ValueError, "no sentence pairs"),
        (lambda: pair_vocabularies([("a", "b")]), TypeError, "must be a SentencePair"),
        (lambda: encode_batch([], VOCABULARY, VOCABULARY), ValueError, "no sentence pairs"),
        (lambda: encode_batch(GOOD, VOCABULARY, VOCABULARY, [1, 2]), ValueError, "1 pairs were"),
        (
            lambda: encode_batch(GOOD, VOCABULARY, Vocabulary(["b"], unit="word")),
            ValueError,
            "target vocabulary must begin with <pad>, <bos>, <eos>, <unk>",
        ),
        (lambda: pad([]), ValueError, "at least one list"),
        (lambda: pad([[1.5]]), TypeError, "whole numbers"),
        (lambda: pad([[[1]]]), TypeError, "whole numbers"),
        (lambda: PairBatches(GOOD, VOCABULARY, VOCABULARY, 0), ValueError, "batch_size=0"),
        (lambda: PairBatches(GOOD, VOCABULARY, VOCABULARY, 2.0), TypeError, "batch_size"),
        (lambda: PairBatches(GOOD, VOCABULARY, VOCABULARY, 1, seed=-1), ValueError, "seed=-1"),
        (lambda: PairBatches(GOOD, VOCABULARY, VOCABULARY, 1).batch(-1), ValueError, "number=-1"),
        (lambda: PairBatches(GOOD, VOCABULARY, VOCABULARY, 1).batch(True), TypeError, "number"),
        (lambda: next(evaluation_batches(GOOD, VOCABULARY, VOCABULARY, 0)), ValueError, "size=0"),
    ],
)
def test_what_is_not_possible_is_said(call, error, says):
    with pytest.raises(error, match=says):
        call()
