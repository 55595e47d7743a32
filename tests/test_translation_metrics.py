"""Translation and alignment metrics: by hand, by formula, and for whatever may be given."""

import logging
import math
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import translation_metrics as metrics
from course_utils.translation_metrics import AlignmentScores, LengthAccuracy, PositionAccuracy

WORDS = st.sampled_from(["나는", "배가", "고프다", "a", "b", "."])
SENTENCES = st.lists(WORDS, max_size=8).map(tuple)
CORPORA = st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=6)
LINKS = st.frozensets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8)
GOLD = st.lists(st.tuples(LINKS, LINKS, LINKS), min_size=1, max_size=5).filter(
    lambda corpus: any(sure | possible for _, sure, possible in corpus)
)
SENTENCE_SCORES = [metrics.exact_match, metrics.bleu, metrics.chrf]


def split(*texts):
    """Return each text as a tuple of words."""
    return [tuple(text.split()) for text in texts]


# --- exact match, BLEU, chrF ---------------------------------------------------------------------


def test_exact_match_by_hand():
    hypotheses = [["나는", "간다"], ("나는", "간다"), ("나는", "간다"), ()]
    references = [("나는", "간다"), ("나는", "온다"), ("나는", "간다", "."), ()]
    assert metrics.exact_match(hypotheses, references) == 2 / 4  # the first and the last


def test_bleu_by_hand():
    # clipped matches of runs of 1, 2, 3, 4 words: 5/6 ("the" counts once), 3/5, 2/4, 1/3
    score = metrics.bleu(split("the cat sat on the mat"), split("the cat sat on a mat"))
    assert score == pytest.approx(100 * (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** (1 / 4))


def test_bleu_punishes_short_hypotheses():
    # every run matches; brevity penalty exp(1 - 6/4)
    score = metrics.bleu(split("a b c d"), split("a b c d e f"))
    assert score == pytest.approx(100 * math.exp(-0.5))


def test_bleu_smooths_a_run_length_without_a_match():
    # 3/4, 2/3, 1/2, and 0/1, for which "exp" takes 1/2 of one match
    score = metrics.bleu(split("a b c x"), split("a b c y"))
    assert score == pytest.approx(100 * (3 / 4 * 2 / 3 * 1 / 2 * 1 / 2) ** (1 / 4))


def test_bleu_of_short_sentences_is_zero():
    sentences = split("나는 배가 고프다", "안녕")  # equal, but no run of 4 words to look at
    assert metrics.bleu(sentences, sentences) == 0.0
    assert metrics.chrf(sentences, sentences) == pytest.approx(100.0)


def bleu_from_formula(hypotheses, references):
    """Papineni et al. 2002, unsmoothed: all sentences are counted before anything is divided."""
    matched, total = [0] * 4, [0] * 4
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        for n in range(1, 5):
            ours, theirs = (
                Counter(tuple(words[k : k + n]) for k in range(len(words) - n + 1))
                for words in (hypothesis, reference)
            )
            matched[n - 1] += sum((ours & theirs).values())  # clipped: & keeps the smaller count
            total[n - 1] += sum(ours.values())
    c, r = sum(map(len, hypotheses)), sum(map(len, references))
    brevity = 1.0 if c > r else math.exp(1 - r / c)
    return 100 * brevity * math.exp(sum(math.log(matched[n] / total[n]) for n in range(4)) / 4)


@given(CORPORA)
def test_bleu_is_the_formula(corpus):
    hypotheses, references = zip(*corpus, strict=True)
    same = ("배가", "나는", "a", "b")  # one run of 4 matches, so no logarithm of 0
    hypotheses, references = (*hypotheses, same), (*references, same)
    expected = bleu_from_formula(hypotheses, references)
    assert metrics.bleu(hypotheses, references) == pytest.approx(expected)


def test_bleu_is_no_mean_of_sentences():
    hypotheses, references = split("a b c d", "a x c d e f"), split("a b c d", "a b c d e f")
    alone = [metrics.bleu([h], [r]) for h, r in zip(hypotheses, references, strict=True)]
    # 9/10, (3 + 3)/8, (2 + 2)/6, (1 + 1)/4
    expected = 100 * (9 / 10 * 6 / 8 * 4 / 6 * 2 / 4) ** (1 / 4)
    assert metrics.bleu(hypotheses, references) == pytest.approx(expected)
    assert sum(alone) / 2 != pytest.approx(expected, abs=1.0)


def test_chrf_by_hand():
    # characters "ab" and "abc". Precision 2/2, 1/1. Recall 2/3, 1/2. No hypothesis run of 3.
    precision, recall = 1.0, (2 / 3 + 1 / 2) / 2
    expected = 100 * (1 + 4) * precision * recall / (4 * precision + recall)
    assert expected == pytest.approx(100 * 7 / 11)
    assert metrics.chrf(split("a b"), split("ab c")) == pytest.approx(expected)


def test_chrf_credits_the_right_stem():
    reference = split("나는 오늘 집에서 밥을 먹었다")
    near, far = split("나는 오늘 집에서 밥을 먹는다"), split("나는 오늘 집에서 밥을 샀어요")
    assert metrics.bleu(near, reference) == metrics.bleu(far, reference)
    assert metrics.chrf(near, reference) > metrics.chrf(far, reference)


def test_words_are_taken_as_they_are():
    # another tokenizer would cut "don't!" in pieces, and case is kept
    assert metrics.bleu(split("a b c d don't!"), split("a b c d don 't !")) < 100
    assert metrics.bleu(split("A b c d e"), split("a b c d e")) < 100


def test_scoring_says_nothing(capfd, caplog):
    sentences = split(*["we eat the rice ."] * 120)  # sacrebleu suspects tokenized text here
    with caplog.at_level(logging.DEBUG):
        assert metrics.bleu(sentences, sentences) == pytest.approx(100.0)
        metrics.chrf(sentences, sentences)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_signatures_name_what_is_set():
    found = metrics.signatures()
    assert list(found) == ["bleu", "chrf"]
    assert {"nrefs:1", "case:mixed", "tok:none", "smooth:exp"} <= set(found["bleu"].split("|"))
    assert {"nrefs:1", "nc:6", "nw:0", "space:no"} <= set(found["chrf"].split("|"))
    assert all("version:" in signature for signature in found.values())


@given(st.lists(st.lists(WORDS, min_size=4, max_size=8), min_size=1, max_size=5))
def test_equal_sentences_have_full_marks(sentences):
    assert metrics.exact_match(sentences, [tuple(words) for words in sentences]) == 1.0
    assert metrics.bleu(sentences, sentences) == pytest.approx(100.0)
    assert metrics.chrf(sentences, sentences) == pytest.approx(100.0)


@pytest.mark.parametrize("score", SENTENCE_SCORES)
@given(corpus=CORPORA, order=st.randoms(use_true_random=False))
def test_order_of_the_corpus_does_not_matter(score, corpus, order):
    shuffled = list(corpus)
    order.shuffle(shuffled)
    before, after = (score(*zip(*pairs, strict=True)) for pairs in (corpus, shuffled))
    assert after == pytest.approx(before)
    assert 0.0 <= before <= 100.0 + 1e-9


@pytest.mark.parametrize("score", SENTENCE_SCORES)
@pytest.mark.parametrize(
    ("hypotheses", "references", "error", "message"),
    [
        (split("a", "b"), split("a"), ValueError, "2 hypotheses, but 1 references"),
        ([], [], ValueError, "no sentences"),
        ("a b", split("a b"), TypeError, "hypotheses must be a list of sentences, and not str"),
        (["a b"], split("a b"), TypeError, r"hypotheses\[0\].*'a b'.*text\.split"),
        (("a", "b"), split("a", "b"), TypeError, r"hypotheses\[0\].*'a'.*For one sentence"),
        (split("a b"), [("a", 5)], TypeError, r"references\[0\].*5.*vocabulary"),
        (split("a b"), None, TypeError, "references must be"),
    ],
)
def test_sentences_that_are_not_possible_are_named(score, hypotheses, references, error, message):
    with pytest.raises(error, match=message):
        score(hypotheses, references)


@pytest.mark.parametrize("score", [metrics.bleu, metrics.chrf])
@pytest.mark.parametrize("word", ["a b", "", " a", "a\u00a0b", "\n"])
def test_words_with_a_space_are_named(score, word):
    with pytest.raises(ValueError, match="is not one word"):
        score([("c", word)], [("c", "a")])
    with pytest.raises(ValueError, match="is not one word"):
        score([("c", "a")], [("c", word)])


# --- alignment -----------------------------------------------------------------------------------

# "I feel hungry" -> "나는 배가 고프다". Columns: I, feel, hungry, <eos>. Rows: as noted.
WEIGHTS = np.array(
    [
        [0.7, 0.1, 0.1, 0.1],  # 나는 -> I
        [0.1, 0.4, 0.4, 0.1],  # 배가 -> feel: the first of two equal weights
        [0.1, 0.1, 0.2, 0.6],  # 고프다 -> <eos>, so nothing
        [1.0, 0.0, 0.0, 0.0],  # <eos> is not asked
    ]
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_links_by_hand(dtype):
    links = metrics.alignment_links(WEIGHTS.astype(dtype), 3, 3)
    assert links == {(0, 0), (1, 1)}
    assert isinstance(links, frozenset)
    assert all(type(index) is int for link in links for index in link)


def test_a_word_as_heavy_as_the_end_symbol_is_linked():
    assert metrics.alignment_links([[0.5, 0.5], [0.0, 1.0]], 1, 1) == {(0, 0)}


def test_links_of_a_wide_and_of_an_empty_sentence():
    # 2 target words, 3 source words: source index first
    wide = [[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.25] * 4]
    assert metrics.alignment_links(wide, 3, 2) == {(2, 0), (0, 1)}
    assert metrics.alignment_links([[0.5, 0.5]], 1, 0) == frozenset()
    assert metrics.alignment_links([[1.0], [1.0]], 0, 1) == frozenset()


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 3.0]))
def test_links_are_where_the_largest_weights_are(source_length, target_length, seed, spread):
    scores = np.random.default_rng(seed).normal(size=(target_length + 1, source_length + 1))
    weights = np.exp(spread * scores)
    weights /= weights.sum(axis=1, keepdims=True)
    links = metrics.alignment_links(weights, source_length, target_length)
    linked = {j: i for i, j in links}
    assert len(linked) == len(links)  # at most one for each target word
    for j in range(target_length):
        if j in linked:
            assert weights[j, linked[j]] == weights[j].max()
            assert (weights[j, : linked[j]] < weights[j].max()).all()
        else:
            assert (weights[j, :source_length] < weights[j, source_length]).all()


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        (WEIGHTS[:3], ValueError, r"shape \(3, 4\).*need \(4, 4\)"),  # no row of <eos>
        (WEIGHTS[None], ValueError, "one sentence at a time"),
        (np.full((4, 6), 1 / 6), ValueError, "Cut off the pads"),
        (np.where(WEIGHTS == 0.7, np.nan, WEIGHTS), ValueError, "NaN"),
        (np.where(WEIGHTS == 1.0, np.inf, WEIGHTS), ValueError, "NaN or infinity"),
        (WEIGHTS.T, ValueError, "transposed"),
        (WEIGHTS * 2, ValueError, "before the softmax"),
        (WEIGHTS - [[0.2, -0.2, 0, 0]], ValueError, "at least 0"),
        ([[1.0], [0.5, 0.5]], TypeError, "array of numbers"),
        ("weights", TypeError, "array of numbers"),
    ],
)
def test_weights_that_are_not_possible_are_named(weights, error, message):
    with pytest.raises(error, match=message):
        metrics.alignment_links(weights, 3, 3)


@pytest.mark.parametrize(("length", "error"), [(-1, ValueError), (3.0, TypeError)])
def test_lengths_that_are_not_possible_are_named(length, error):
    with pytest.raises(error, match="source_length"):
        metrics.alignment_links(WEIGHTS, length, 3)
    with pytest.raises(error, match="target_length"):
        metrics.alignment_links(WEIGHTS, 3, length)


def test_alignment_scores_by_hand():
    links = [{(0, 0), (1, 1), (2, 2)}, {(0, 1)}]
    sure = [{(0, 0), (2, 1)}, {(1, 1)}]
    possible = [{(0, 0), (2, 1), (1, 1)}, {(1, 1), (0, 1)}]
    # |A| = 3 + 1, |S| = 2 + 1, |A ∩ S| = 1 + 0, |A ∩ P| = 2 + 1
    assert metrics.alignment_scores(links, sure, possible) == AlignmentScores(
        precision=3 / 4, recall=1 / 3, error_rate=1 - (1 + 3) / (4 + 3)
    )


def test_alignment_scores_of_attention_by_hand():
    # the sentence above: A = {0-0, 1-1}, |S| = 3, and only 0-0 is in A ∩ S and in A ∩ P
    sure = {(0, 0), (2, 1), (2, 2)}
    scores = metrics.alignment_scores(
        [metrics.alignment_links(WEIGHTS, 3, 3)], [sure], [sure | {(1, 2)}]
    )
    assert scores.error_rate == pytest.approx(1 - 2 / 5)


@pytest.mark.parametrize(
    ("links", "sure", "expected"),
    [
        (set(), {(0, 0)}, AlignmentScores(1.0, 0.0, 1.0)),  # nothing said
        ({(0, 0)}, set(), AlignmentScores(1.0, 1.0, 0.0)),  # nothing sure
        ({(5, 5)}, set(), AlignmentScores(0.0, 1.0, 1.0)),
        (set(), set(), AlignmentScores(1.0, 1.0, 0.0)),
    ],
)
def test_empty_sets_are_defined(links, sure, expected):
    assert metrics.alignment_scores([links], [sure], [{(0, 0)}]) == expected


@given(GOLD)
def test_alignment_scores_are_shares(corpus):
    links = [a for a, _, _ in corpus]
    sure = [s for _, s, _ in corpus]
    possible = [s | p for _, s, p in corpus]
    scores = metrics.alignment_scores(links, sure, possible)
    assert all(0.0 <= v <= 1.0 for v in (scores.precision, scores.recall, scores.error_rate))
    # the gold itself, and the gold with any possible links more, have no error
    assert metrics.alignment_scores(sure, sure, possible) == AlignmentScores(1.0, 1.0, 0.0)
    assert metrics.alignment_scores(possible, sure, possible) == AlignmentScores(1.0, 1.0, 0.0)
    backwards = (part[::-1] for part in (links, sure, possible))
    assert metrics.alignment_scores(*backwards) == scores


@given(GOLD)
def test_error_rate_is_one_minus_f1_where_all_gold_is_sure(corpus):
    gold = [s | p for _, s, p in corpus]
    scores = metrics.alignment_scores([a for a, _, _ in corpus], gold, gold)
    both = scores.precision + scores.recall
    f1 = 2 * scores.precision * scores.recall / both if both else 0.0
    assert scores.error_rate == pytest.approx(1 - f1)


ONE = [{(0, 0)}]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((ONE, [{(0, 0), (1, 1)}], ONE), ValueError, r"Sentence 0.*\(1, 1\).*sure \| possible"),
        ((ONE, ONE * 2, ONE), ValueError, "1 sets of links, 2 of sure and 1 of possible"),
        ((ONE, [set()], [set()]), ValueError, "No sentence has a gold link"),
        (([], [], []), ValueError, "No sentence has a gold link"),
        (({(0, 0)}, ONE, ONE), TypeError, r"links must be a list.*For one sentence give \[links\]"),
        ((ONE, [[(0, 0)]], ONE), TypeError, r"sure\[0\] must be a set of links, and not list"),
        ((ONE, ONE, [{"0-0"}]), TypeError, r"possible\[0\] has the link '0-0'"),
        (("0-0", ONE, ONE), TypeError, "links must be a list"),
    ],
)
def test_links_that_are_not_possible_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        metrics.alignment_scores(*arguments)


# --- accuracy by length and by position ----------------------------------------------------------


def test_accuracy_by_length_by_hand():
    references = split("a", "b", "c", "d", "e")
    hypotheses = split("a", "x", "c", "d", "x")
    lengths = np.array([3, 5, 6, 11, 3])  # 3-5: a right, b and e wrong; 6-8: c; 9-10: none; 11: d
    assert metrics.accuracy_by_length(hypotheses, references, lengths, (3, 6, 9, 11, 12)) == [
        LengthAccuracy(3, 5, 3, 1 / 3),
        LengthAccuracy(6, 8, 1, 1.0),
        LengthAccuracy(11, 11, 1, 1.0),
    ]


@given(CORPORA, st.sets(st.integers(1, 8)))
def test_groups_of_lengths_hold_every_sentence(corpus, inner):
    hypotheses, references = zip(*corpus, strict=True)
    groups = metrics.accuracy_by_length(
        hypotheses, references, list(map(len, references)), sorted({0, 9} | inner)
    )
    assert sum(group.count for group in groups) == len(corpus)
    right = sum(group.count * group.accuracy for group in groups)
    assert right / len(corpus) == pytest.approx(metrics.exact_match(hypotheses, references))
    for group in groups:
        inside = [len(r) for r in references if group.shortest <= len(r) <= group.longest]
        assert len(inside) == group.count > 0


@pytest.mark.parametrize(
    ("lengths", "edges", "error", "message"),
    [
        ([3, 4, 5], (3, 6), ValueError, "3 lengths for 2 sentences"),
        ([3, 6], (3, 6), ValueError, "has 6 words.*last at least 7"),
        ([2, 3], (3, 6), ValueError, "has 2 words.*at most 2"),
        ([3, 4], (6, 3), ValueError, "larger than the last"),
        ([3, 4], (3, 3, 6), ValueError, "larger than the last"),
        ([3, 4], (3,), ValueError, "two or more"),
        ([3, 4], 5, TypeError, "edges must be a list"),
        (3, (3, 6), TypeError, "lengths must be a list"),
        ([3, 4.5], (3, 6), TypeError, r"lengths\[1\] must be a whole number"),
        ([3, -4], (3, 6), ValueError, r"lengths\[1\]=-4"),
        ([3, 4], (3, math.nan), TypeError, r"edges\[1\]"),
    ],
)
def test_lengths_and_edges_that_are_not_possible_are_named(lengths, edges, error, message):
    with pytest.raises(error, match=message):
        metrics.accuracy_by_length(split("a", "b"), split("a", "b"), lengths, edges)


def test_accuracy_by_position_by_hand():
    references = split("a b c", "a b", "a b c")
    hypotheses = split("a b c", "a x y", "b b")
    # 0: a a b, two of three. 1: b x b, two of three. 2: c against c; the third ended before.
    expected = [
        PositionAccuracy(0, 3, 2 / 3),
        PositionAccuracy(1, 3, 2 / 3),
        PositionAccuracy(2, 2, 1 / 2),
    ]
    assert metrics.accuracy_by_position(hypotheses, references) == expected
    assert metrics.accuracy_by_position(hypotheses, references, maximum=2) == expected[:2]
    assert metrics.accuracy_by_position(hypotheses, references, maximum=99) == expected
    assert metrics.accuracy_by_position([("a",)], [()]) == []


@given(CORPORA)
def test_every_reference_word_is_counted_once(corpus):
    hypotheses, references = zip(*corpus, strict=True)
    places = metrics.accuracy_by_position(hypotheses, references)
    assert sum(place.count for place in places) == sum(map(len, references))
    assert [place.position for place in places] == list(range(len(places)))
    met = sum(
        one == other
        for hypothesis, reference in corpus
        for one, other in zip(hypothesis, reference, strict=False)
    )
    assert sum(place.count * place.accuracy for place in places) == pytest.approx(met)


@pytest.mark.parametrize(
    ("maximum", "error"), [(0, ValueError), (2.5, TypeError), ("2", TypeError)]
)
def test_maximum_that_is_not_possible_is_named(maximum, error):
    with pytest.raises(error, match="maximum"):
        metrics.accuracy_by_position(split("a"), split("a"), maximum=maximum)


@pytest.mark.parametrize(
    "call",
    [
        lambda h, r: metrics.accuracy_by_length(h, r, [1], (1, 2)),
        metrics.accuracy_by_position,
    ],
)
def test_accuracies_check_their_sentences(call):
    with pytest.raises(TypeError, match="list of words"):
        call(["a"], [("a",)])
    with pytest.raises(ValueError, match="1 hypotheses, but 2 references"):
        call([("a",)], [("a",), ("b",)])


def test_the_module_loads_no_framework():
    program = (
        "import sys, course_utils.translation_metrics; "
        "print(*[name for name in ('torch', 'tensorflow', 'keras') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("\n", "")
