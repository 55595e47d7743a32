"""Metrics of written texts: by hand, by their definition, and errors."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course_utils import text_metrics
from course_utils.text_metrics import distinct_n, repetition, word_share, words_in, words_of

TEXTS = st.text("ab '’c", min_size=1, max_size=40)


def test_distinct_n_by_hand():
    assert distinct_n("abab", 1) == 2 / 4
    assert distinct_n("abab", 2) == 2 / 3  # ab, ba, ab
    assert distinct_n("abcd", 4) == 1.0
    assert distinct_n("The cat the CAT sat", 1, unit="word") == 3 / 5
    assert distinct_n("the cat, the cat sat", 2, unit="word") == 3 / 4
    # each text on its own, weighted by its number of n-grams: (1 + 2) / (3 + 2)
    assert distinct_n(["aaa", "ab"], 1) == 3 / 5
    assert distinct_n(("ab", "ab"), 1) == 1.0


def test_words_by_hand():
    text = "'Tis well, don’t you e'er well-known go3od O''er été 한국어 _x_"
    expected = ["tis", "well", "don't", "you", "e'er", "well", "known", "go", "od", "o", "er"]
    assert words_in(text) == [*expected, "été", "한국어", "x"]
    assert words_of([text, "WELL new"]) == {*expected, "été", "한국어", "x", "new"}
    assert words_in("12 -- '") == []


def test_word_share_by_hand():
    known = words_of("the king don't speak")
    # 'xthe' and 'spea' may be cut; inside: KING (4, known), of (2, not), don't (4 letters, known)
    assert word_share("xthe KING of don’t spea", known) == 8 / 10
    assert word_share("\nthe king\n", known) == 1.0
    assert word_share(" of ", {"the"}) == 0.0
    assert word_share("the of the", {"OF"}) == 1.0  # both ends are left out
    assert word_share("'the of don'", {"of"}) == 1.0  # an apostrophe does not make an end whole
    assert word_share(".the of.", {"of"}) == 2 / 5
    assert word_share([" the ", " of of of "], {"the"}) == 3 / 9
    assert word_share(" the ", frozenset({"the"})) == word_share(" the ", ["the"]) == 1.0


def test_repetition_by_hand():
    assert repetition("abcabc", window=3) == 0.5
    assert repetition("abcdef", window=3) == 0.0
    assert repetition("aaaa", window=2) == 3 / 4  # copies may overlap
    assert repetition("aaaa", window=1) == 3 / 4
    assert repetition("abcXbcd", window=2) == 2 / 7
    assert repetition(["aaaa", "abcdefgh"], window=2) == 3 / 12
    assert repetition("0123456789" * 2) == 0.5  # a window of 10
    assert repetition("012345678" * 2) == 0.0  # nine characters in a row are too few


def brute_force_repetition(text, window):
    places = set()
    for start in range(len(text) - window + 1):
        gram = text[start : start + window]
        if any(text[earlier : earlier + window] == gram for earlier in range(start)):
            places |= set(range(start, start + window))
    return len(places) / len(text)


@given(TEXTS, st.integers(1, 6))
def test_repetition_equals_its_definition(text, window):
    assume(len(text) >= window)
    share = repetition(text, window)
    assert share == pytest.approx(brute_force_repetition(text, window))
    assert 0 <= share < 1
    if len(text) > window:
        assert repetition(text, window + 1) <= share  # a longer copy is rarer


@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(1, 3))
def test_several_texts_give_the_mean_weighted_by_length(texts, n):
    assume(min(map(len, texts)) >= n)
    grams = [len(text) - n + 1 for text in texts]
    single = [distinct_n(text, n) for text in texts]
    mean = sum(map(float.__mul__, single, map(float, grams))) / sum(grams)
    assert distinct_n(texts, n) == pytest.approx(mean)
    shares = [repetition(text, n) * len(text) for text in texts]
    assert repetition(texts, n) == pytest.approx(sum(shares) / sum(map(len, texts)))


@given(TEXTS)
def test_a_text_consists_of_its_own_words(text):
    words = words_in(text)
    assume(words)
    assert word_share(f". {text} .", words_of(text)) == 1.0
    assert word_share(f". {text} .", {"zzz"}) == 0.0
    assert words_in(" ".join(words)) == words  # finding words in words changes nothing
    assert word_share(f". {text} .".upper(), words_of(text)) == 1.0


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: distinct_n("ab", 3), ValueError, "2 characters, and 3"),
        (lambda: distinct_n("one two", 3, "word"), ValueError, "2 words, and 3"),
        (lambda: distinct_n("ab", 0), ValueError, "n=0"),
        (lambda: distinct_n("ab", 1.0), TypeError, "whole number"),
        (lambda: distinct_n("ab", 1, "letter"), ValueError, "'character' or 'word'"),
        (lambda: distinct_n("", 1), ValueError, "empty"),
        (lambda: distinct_n([], 1), ValueError, "empty"),
        (lambda: distinct_n(["a", ""], 1), ValueError, "empty"),
        (lambda: distinct_n(b"ab", 1), TypeError, "list of texts"),
        (lambda: distinct_n(["a", 3], 1), TypeError, "list of texts"),
        (lambda: repetition("short"), ValueError, "5 characters, and window=10"),
        (lambda: repetition("short", 0), ValueError, "window=0"),
        (lambda: repetition("", 1), ValueError, "empty"),
        (lambda: word_share("the king", {"the"}), ValueError, "no complete word"),
        (lambda: word_share("12 34 56", {"the"}), ValueError, "no complete word"),
        (lambda: word_share("a the b", "the"), TypeError, "words_of"),
        (lambda: word_share("a the b", iter(["the"])), TypeError, "words_of"),
        (lambda: word_share("a the b", set()), ValueError, "at least one word"),
        (lambda: word_share("a the b", {1}), ValueError, "words only"),
        (lambda: words_of("12 34"), ValueError, "no word"),
        (lambda: words_in(["the"]), TypeError, "one text"),
    ],
)
def test_what_is_not_possible_is_named(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_the_pattern_does_not_run_away():
    """A pattern that tries all ways to part a long word would not come back."""
    assert len(text_metrics.words_in("a'" * 100_000)) == 1
    assert repetition("a" * 100_000) == 1 - 1 / 100_000
