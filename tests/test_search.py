"""Beam search against hand-worked tables, a greedy loop and every possible sentence."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data.translation import (
    BOS,
    EOS,
    SPECIAL,
    SentencePair,
    Vocabulary,
    encode_batch,
)
from course_utils.search import (
    BeamSearch,
    ForcedReading,
    in_order,
    longest_lengths,
    source_pairs,
)

UNK, A, B = 3, 4, 5
VOCABULARY = Vocabulary(["a", "b"], unit="word", special=SPECIAL, unknown="<unk>")
WORDS = [EOS, UNK, A, B]  # all that a translation may hold
SIZE = len(VOCABULARY)


def logits_of(shares):
    """Logits from shares of some words; <pad> and <bos> look best of all, and must not be taken."""
    logits = np.full(SIZE, -60.0)
    for word, share in shares.items():
        logits[word] = np.log(share)
    logits[[0, BOS]] = 9.0
    return logits


def random_model(source, prefix):
    """Logits that depend on the source and on all words before; the same at every call."""
    logits = np.random.default_rng([source, *prefix]).normal(scale=2.0, size=SIZE)
    logits[[0, BOS]] = 9.0
    return logits


def attention_of(source, prefix, width):
    """Numbers that tell which sentence they belong to."""
    return np.random.default_rng([7, source, *prefix]).dirichlet(np.ones(width))


def run_search(model, longest, beam_size=1, length_power=1.0, width=None):
    """Search with ``model(source, prefix)`` -> logits; the prefixes follow the parents alone."""
    search = BeamSearch(longest, beam_size, length_power)
    sources = np.repeat(np.arange(len(longest)), beam_size)
    prefixes = [()] * len(sources)
    assert (search.words == BOS).all()
    for steps in itertools.count(1):
        rows = list(zip(sources, prefixes, strict=True))
        weights = None if width is None else np.stack([attention_of(*row, width) for row in rows])
        parents = search.advance(np.stack([model(*row) for row in rows]), weights)
        assert (sources[parents] == sources).all(), "a sentence changed its source"
        prefixes = [
            (*prefixes[parent], int(word))
            for parent, word in zip(parents, search.words, strict=True)
        ]
        assert steps <= max(longest)
        if search.done:
            return search.best(VOCABULARY, None if width is None else [width] * len(longest))


def log_probabilities(logits):
    logits = np.array(logits)
    logits[[0, BOS]] = -np.inf
    return logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()


def total_of(model, source, ids):
    return sum(log_probabilities(model(source, ids[:t]))[word] for t, word in enumerate(ids))


def ids_of(translation):
    ids = tuple(VOCABULARY.symbols.index(word) for word in translation.words)
    return (*ids, EOS) if translation.ended else ids


def greedy(model, source, longest):
    """The likeliest word at every place, as a plain loop; returns (ids, their ln p)."""
    ids, total = (), 0.0
    while len(ids) < longest and EOS not in ids:
        scores = log_probabilities(model(source, ids))
        ids += (int(scores.argmax()),)
        total += scores[ids[-1]]
    return ids, total


def best_of_all(model, source, longest, length_power):
    """Try every sentence of at most ``longest`` words that ends; return (ids, score)."""
    sentences = [
        (*words, EOS)
        for length in range(longest)
        for words in itertools.product(WORDS[1:], repeat=length)
    ]
    scores = [total_of(model, source, ids) / len(ids) ** length_power for ids in sentences]
    return sentences[int(np.argmax(scores))], max(scores)


def beaten(source, prefix):
    """Greedy begins with a and gets 0.6 * 0.55 = 0.33; b gets 0.4 * 0.9 = 0.36."""
    table = {(): {A: 0.6, B: 0.4}, (A,): {EOS: 0.55, A: 0.45}, (B,): {EOS: 0.9, B: 0.1}}
    return logits_of(table.get(prefix, {EOS: 1.0}))


def test_a_beam_of_two_finds_what_greedy_search_misses():
    (first,) = run_search(beaten, [5])
    assert first.words == ("a",)
    assert first.score == pytest.approx(np.log(0.6 * 0.55) / 2)
    (second,) = run_search(beaten, [5], beam_size=2)
    assert second.words == ("b",)
    assert second.score == pytest.approx(np.log(0.4 * 0.9) / 2)
    assert first.ended
    assert second.ended


def short_or_long(source, prefix):
    """The sentence a has p = 0.5 * 0.5 = 0.25; the sentence b b has 0.5 * 0.8 * 0.6 = 0.24."""
    table = {
        (): {A: 0.5, B: 0.5},
        (A,): {EOS: 0.5, A: 0.5},
        (B,): {EOS: 0.2, B: 0.8},
        (B, B): {EOS: 0.6, B: 0.4},
    }
    return logits_of(table.get(prefix, {EOS: 0.1, A: 0.45, B: 0.45}))


def test_the_power_of_the_length_changes_the_choice():
    (by_sum,) = run_search(short_or_long, [4], beam_size=4, length_power=0)
    assert by_sum.words == ("a",)
    assert by_sum.score == pytest.approx(np.log(0.25))
    (by_mean,) = run_search(short_or_long, [4], beam_size=4, length_power=1)
    assert by_mean.words == ("b", "b")
    assert by_mean.score == pytest.approx(np.log(0.24) / 3)  # three words: b, b and <eos>


@pytest.mark.parametrize("length_power", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("longest", [1, 2, 3, 4])
def test_a_beam_that_holds_everything_finds_the_best_sentence_of_all(longest, length_power):
    # At most 3 * 3 * 3 * 4 = 108 sentences are open or end at one step; 128 places hold them all.
    sources = range(5)
    found = run_search(random_model, [longest] * len(sources), 128, length_power)
    for source, translation in zip(sources, found, strict=True):
        ids, score = best_of_all(random_model, source, longest, length_power)
        assert ids_of(translation) == ids
        assert translation.score == pytest.approx(score, abs=1e-12)


@pytest.mark.parametrize("length_power", [0.0, 1.0])
def test_a_beam_of_one_is_a_greedy_loop(length_power):
    longest = [6, 1, 9, 4, 3, 8]
    found = run_search(random_model, longest, 1, length_power)
    for source, translation in enumerate(found):
        ids, total = greedy(random_model, source, longest[source])
        assert ids_of(translation) == ids
        assert translation.score == pytest.approx(total / len(ids) ** length_power, abs=1e-12)
    assert len({translation.words for translation in found}) > 1


@settings(max_examples=40)
@given(
    longest=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    beam_size=st.integers(1, 5),
    length_power=st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    width=st.integers(1, 4),
)
def test_what_holds_for_every_search(longest, beam_size, length_power, width):
    found = run_search(random_model, longest, beam_size, length_power, width)
    for source, translation in enumerate(found):
        ids = ids_of(translation)
        assert 1 <= len(ids) <= longest[source]
        assert translation.ended == (ids[-1] == EOS)
        assert EOS not in ids[:-1]
        assert not {0, BOS} & set(ids)
        score = total_of(random_model, source, ids) / len(ids) ** length_power
        assert translation.score == pytest.approx(score, abs=1e-12)
        # the attention is that of this very sentence, a row for each of its words and <eos>
        rows = [attention_of(source, ids[:t], width) for t in range(len(ids))]
        assert np.array_equal(translation.weights, np.stack(rows))

        def this_source_alone(_, prefix, source=source):
            return random_model(source, prefix)

        (alone,) = run_search(this_source_alone, [longest[source]], beam_size, length_power)
        assert alone.words == translation.words  # the others in the batch do not matter
        assert alone.weights is None


def test_a_search_stops_as_soon_as_every_source_has_enough_sentences():
    def ends_at_once(source, prefix):
        return logits_of({EOS: 0.9, A: 0.1})

    search = BeamSearch([50, 50])
    search.advance(np.stack([ends_at_once(0, ())] * 2))
    assert search.done
    assert [t.words for t in search.best(VOCABULARY)] == [(), ()]
    assert [t.score for t in search.best(VOCABULARY)] == pytest.approx([np.log(0.9)] * 2)


def test_a_sentence_that_does_not_end_is_cut_at_the_longest_length():
    def never_ends(source, prefix):
        return logits_of({A: 0.9, B: 0.1})

    for beam_size in (1, 2):  # <eos> comes third
        short, long = run_search(never_ends, [2, 5], beam_size)
        assert (short.words, short.ended) == (("a",) * 2, False)
        assert (long.words, long.ended) == (("a",) * 5, False)
        assert long.score == pytest.approx(np.log(0.9))


def test_a_sentence_that_ends_is_preferred_to_one_that_is_cut():
    def ends_badly(source, prefix):
        return logits_of({A: 0.99, EOS: 0.01})

    (found,) = run_search(ends_badly, [3], beam_size=2)
    assert found.ended


def test_the_first_of_equal_words_is_taken():
    (found,) = run_search(lambda source, prefix: logits_of({A: 0.5, B: 0.5}), [2])
    assert found.words == ("a", "a")


def test_padded_columns_are_cut_off_the_attention():
    search = BeamSearch([1, 1])
    search.advance(np.zeros((2, SIZE)), np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]]))
    first, second = search.best(VOCABULARY, source_lengths=[2, 3])
    assert first.weights.tolist() == [[0.5, 0.5]]
    assert second.weights.tolist() == [[0.2, 0.3, 0.5]]
    assert search.best(VOCABULARY)[0].weights.shape == (1, 3)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_logits_that_are_no_numbers_are_named(wrong):
    logits = np.zeros((1, SIZE))
    logits[0, A] = wrong
    with pytest.raises(ValueError, match="diverged"):
        BeamSearch([3]).advance(logits)


def test_the_callers_logits_stay_as_they_are():
    logits = np.zeros((1, SIZE), np.float32)
    BeamSearch([3]).advance(logits)
    assert (logits == 0).all()


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"beam_size": 0}, ValueError, "beam_size=0"),
        ({"beam_size": 2.0}, TypeError, "beam_size"),
        ({"beam_size": True}, TypeError, "beam_size"),
        ({"length_power": -0.1}, ValueError, "length_power=-0.1"),
        ({"length_power": np.nan}, ValueError, "length_power"),
        ({"length_power": np.inf}, ValueError, "length_power"),
    ],
)
def test_sizes_that_are_not_possible_are_named(options, error, says):
    with pytest.raises(error, match=says):
        BeamSearch([3], **options)


def test_how_long_a_translation_may_be():
    # a source of 3 words has length 4 with its <eos>: 2 * 3 + 10 words
    assert longest_lengths(np.array([4, 2])).tolist() == [16, 12]
    assert longest_lengths(np.array([4, 2]), 7).tolist() == [7, 7]
    with pytest.raises(ValueError, match="longest=0"):
        longest_lengths(np.array([4]), 0)
    with pytest.raises(TypeError, match="longest"):
        longest_lengths(np.array([4]), 7.5)


def test_sentences_become_pairs_without_a_target():
    assert source_pairs([["a", "b"], ("b",)]) == [
        SentencePair(("a", "b"), ()),
        SentencePair(("b",), ()),
    ]
    for wrong, says in (("a b", "cut into words"), (["a b"], "tuple of words"), ([[1]], "words")):
        with pytest.raises(TypeError, match=says):
            source_pairs(wrong)
    with pytest.raises(ValueError, match="is empty"):
        source_pairs([["a"], []])


@given(st.permutations(range(6)))
def test_results_come_back_in_the_learners_order(places):
    assert in_order([f"result {place}" for place in places], places) == [
        f"result {place}" for place in range(6)
    ]


def test_a_forced_reading_has_no_pads():
    pairs = [SentencePair(("a", "b"), ("b",)), SentencePair(("a",), ("a", "b", "a"))]
    batch = encode_batch(pairs, VOCABULARY, VOCABULARY)
    likeliest = np.array([[B, EOS, 0, 0], [A, A, UNK, EOS]])
    nats = np.arange(8.0).reshape(2, 4)
    weights = np.arange(24.0).reshape(2, 4, 3)
    first, second = ForcedReading.from_batch(batch, VOCABULARY, likeliest, nats, weights)
    assert first.words == ("b", "<eos>")
    assert first.nats.tolist() == [0.0, 1.0]
    assert first.weights.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]  # a, b, <eos>
    assert second.words == ("a", "a", "<unk>", "<eos>")
    assert second.weights.tolist() == [[12.0, 13.0], [15.0, 16.0], [18.0, 19.0], [21.0, 22.0]]
    without = ForcedReading.from_batch(batch, VOCABULARY, likeliest, nats)
    assert without[0].weights is None
