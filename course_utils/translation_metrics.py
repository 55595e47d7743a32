"""Numbers that say how good translations and alignments are. NumPy and sacrebleu only.

A *hypothesis* is what a model wrote, a *reference* what a person (or our grammar) wrote. Both are
lists or tuples of words, without ``<bos>`` and ``<eos>``.
"""

import bisect
import itertools
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from sacrebleu.metrics import BLEU, CHRF

from course_utils.model_checks import whole_numbers

ROW_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True)
class AlignmentScores:
    """``precision`` and ``recall`` (more is better), ``error_rate`` (less is better): in [0, 1]."""

    precision: float
    recall: float
    error_rate: float


@dataclass(frozen=True)
class LengthAccuracy:
    """Exact match, in [0, 1], of the ``count`` sentences with ``shortest`` to ``longest`` words."""

    shortest: int
    longest: int
    count: int
    accuracy: float


@dataclass(frozen=True)
class PositionAccuracy:
    """Share, in [0, 1], of the ``count`` references whose word at ``position`` (from 0) was met."""

    position: int
    count: int
    accuracy: float


def exact_match(hypotheses, references):
    """Return the share of hypotheses, in [0, 1], that equal their reference word for word.

    Raises: TypeError for a sentence that is no list of words; ValueError for unequal counts or no
    sentence at all.
    """
    matches = _matches(*_check_sentences(hypotheses, references))
    return sum(matches) / len(matches)


def bleu(hypotheses, references):
    """Return the corpus BLEU in [0, 100]: matching runs of 1 to 4 words, with a brevity penalty.

    The words are taken as they are. Without a single run of 4 words in all the hypotheses, BLEU
    is 0, even if they equal the references. A run length without a match is smoothed ("exp").

    Raises: as ``exact_match``; ValueError for a word with a space in it, or without a character.
    Source: Papineni et al. 2002, section 2.3; sacrebleu (Post 2018), see ``signatures``.
    """
    return _corpus_score(_bleu_metric(), *_check_sentences(hypotheses, references))


def chrf(hypotheses, references):
    """Return the corpus chrF2 in [0, 100]: matching runs of 1 to 6 characters, spaces left out.

    It gives credit for a right stem with a wrong ending, which BLEU does not.

    Raises: as ``bleu``.
    Source: Popović 2015, section 2, with the β = 2 of Popović 2016; sacrebleu, see ``signatures``.
    """
    return _corpus_score(CHRF(), *_check_sentences(hypotheses, references))


def signatures():
    """Return sacrebleu's own description of "bleu" and "chrf", to be printed beside the scores."""
    described = {}
    for name, metric in (("bleu", _bleu_metric()), ("chrf", CHRF())):
        _corpus_score(metric, [("word",)], [("word",)])  # it counts the references as it scores
        described[name] = str(metric.get_signature())
    return described


def alignment_links(weights, source_length, target_length):
    """Return, for each target word, the link to the source word with the largest weight.

    ``weights``: [target_length + 1, source_length + 1], the attention in one sentence. Rows are the
    target words and ``<eos>``, columns the source words and ``<eos>``; each row sums to 1. The
    lengths count words, without ``<eos>``. The result is a frozenset of (source index, target
    index), from 0. Of equal weights the first counts. The row of ``<eos>`` is not read. A target
    word whose largest weight is on the source's ``<eos>`` has no link.

    Raises: TypeError, ValueError for lengths or weights that are not possible.
    """
    source_length, target_length = whole_numbers(
        0, source_length=source_length, target_length=target_length
    )
    try:
        weights = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"weights must be an array of numbers with two axes ({error}).") from error
    expected = (target_length + 1, source_length + 1)
    if weights.shape != expected:
        raise ValueError(
            f"weights have the shape {weights.shape}, but {target_length} target and "
            f"{source_length} source words need {expected}: one row for each target word and "
            "<eos>, one column for each source word and <eos>. Cut off the pads, and give one "
            "sentence at a time."
        )
    if not np.isfinite(weights).all():
        raise ValueError("weights contain NaN or infinity. Look for a softmax over nothing but -∞.")
    if weights.min() < 0 or np.abs(weights.sum(axis=1) - 1).max() > ROW_SUM_TOLERANCE:
        raise ValueError(
            "Each row of weights must be a softmax over the source: at least 0, with the sum 1. "
            f"The row sums are {np.round(weights.sum(axis=1), 3).tolist()}. Are the weights "
            "transposed, or scores before the softmax?"
        )
    chosen = weights[:target_length].argmax(axis=1).tolist()
    return frozenset((i, j) for j, i in enumerate(chosen) if i < source_length)


def alignment_scores(links, sure, possible):
    """Return precision, recall and alignment error rate of links (A) against gold (S and P).

    Each argument is a list with one set of (source index, target index) for each sentence. All
    sentences are counted together: precision = |A ∩ P| / |A|, recall = |A ∩ S| / |S|, error rate
    = 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|). Where A is empty, precision is 1: nothing wrong was
    said. Where S is empty, recall is 1: nothing was missed. Where both are, the error rate is 0.

    Raises: TypeError for anything but lists of sets of pairs; ValueError for unequal counts, for a
    sure link that is not possible, or if no sentence has a gold link.
    Source: Och & Ney 2003, section 5 (Evaluation Methodology).
    """
    links, sure, possible = (
        _check_links(name, value)
        for name, value in (("links", links), ("sure", sure), ("possible", possible))
    )
    if not len(links) == len(sure) == len(possible):
        raise ValueError(
            f"There are {len(links)} sets of links, {len(sure)} of sure and {len(possible)} of "
            "possible links. Give one of each for every sentence, in the same order."
        )
    for sentence, (s, p) in enumerate(zip(sure, possible, strict=True)):
        if not s <= p:
            raise ValueError(
                f"Sentence {sentence}: the sure links {sorted(s - p)} are not among the possible "
                "ones. Every sure link is possible too: give sure | possible as possible."
            )
    if not any(possible):
        raise ValueError("No sentence has a gold link, so the links cannot be judged.")
    found = sum(map(len, links))
    wanted = sum(map(len, sure))
    right = sum(len(a & p) for a, p in zip(links, possible, strict=True))
    met = sum(len(a & s) for a, s in zip(links, sure, strict=True))
    return AlignmentScores(
        precision=right / found if found else 1.0,
        recall=met / wanted if wanted else 1.0,
        error_rate=1.0 - (met + right) / (found + wanted) if found + wanted else 0.0,
    )


def accuracy_by_length(hypotheses, references, lengths, edges):
    """Return a list of ``LengthAccuracy``: exact match for shorter and for longer sources.

    ``lengths``: the words in each source sentence. ``edges``: growing whole numbers; (3, 6, 9)
    makes two groups, sources of 3 to 5 words and of 6 to 8. Groups without a sentence are left out.

    Raises: as ``exact_match``; TypeError for anything but whole numbers; ValueError for edges that
    do not grow, or a length outside of them.
    """
    hypotheses, references = _check_sentences(hypotheses, references)
    lengths, edges = _check_numbers("lengths", lengths), _check_numbers("edges", edges)
    if len(lengths) != len(references):
        raise ValueError(
            f"There are {len(lengths)} lengths for {len(references)} sentences. Give one for each."
        )
    if len(edges) < 2 or any(low >= high for low, high in itertools.pairwise(edges)):
        raise ValueError(f"edges={edges} must be two or more numbers, each larger than the last.")
    groups = [[] for _ in edges[1:]]
    for length, match in zip(lengths, _matches(hypotheses, references), strict=True):
        if not edges[0] <= length < edges[-1]:
            raise ValueError(
                f"A source has {length} words, outside of edges={edges}. The first edge must be at "
                f"most {min(lengths)}, the last at least {max(lengths) + 1}."
            )
        groups[bisect.bisect_right(edges, length) - 1].append(match)
    return [
        LengthAccuracy(low, high - 1, len(group), sum(group) / len(group))
        for low, high, group in zip(edges[:-1], edges[1:], groups, strict=True)
        if group
    ]


def accuracy_by_position(hypotheses, references, maximum=None):
    """Return a list of ``PositionAccuracy``: how often each place holds the right word.

    Position t asks the references that have a word there; a hypothesis that ended before has it
    wrong. Words of a hypothesis after the end of its reference are not counted. The list ends with
    the longest reference, or after ``maximum`` positions. It is empty if all references are.

    Raises: as ``exact_match``; TypeError, ValueError for a ``maximum`` that is no number from 1.
    """
    hypotheses, references = _check_sentences(hypotheses, references)
    positions = max(map(len, references))
    if maximum is not None:
        positions = min(positions, *whole_numbers(maximum=maximum))
    result = []
    for t in range(positions):
        right = [
            hypothesis[t : t + 1] == reference[t : t + 1]
            for hypothesis, reference in zip(hypotheses, references, strict=True)
            if t < len(reference)
        ]
        result.append(PositionAccuracy(t, len(right), sum(right) / len(right)))
    return result


def _bleu_metric():
    """Return a new BLEU over words as they are; ``force`` silences a guess about tokenization."""
    return BLEU(tokenize="none", force=True)


def _corpus_score(metric, hypotheses, references):
    """Return the score of a sacrebleu metric, with the words joined by one space."""
    for sentence in (*hypotheses, *references):
        for word in sentence:
            if word.split() != [word]:
                raise ValueError(
                    f"{word!r} in {list(sentence)!r:.80} is not one word. A word has at least one "
                    "character and no space: cut the sentence into words first."
                )
    texts = [[" ".join(sentence) for sentence in part] for part in (hypotheses, references)]
    return metric.corpus_score(texts[0], [texts[1]]).score


def _matches(hypotheses, references):
    """Return for each hypothesis whether it equals its reference."""
    return [one == other for one, other in zip(hypotheses, references, strict=True)]


def _check_sentences(hypotheses, references):
    """Return both as lists of tuples of words, or raise an error that says what is wrong."""
    checked = []
    for name, sentences in (("hypotheses", hypotheses), ("references", references)):
        if not isinstance(sentences, (list, tuple)):
            raise TypeError(
                f"{name} must be a list of sentences, and not {type(sentences).__name__}."
            )
        for number, sentence in enumerate(sentences):
            if not isinstance(sentence, (list, tuple)):
                raise TypeError(
                    f"{name}[{number}] must be a list of words, and not {sentence!r:.60}. "
                    f"For one sentence give [words], for a text give text.split()."
                )
            for word in sentence:
                if not isinstance(word, str):
                    raise TypeError(
                        f"{name}[{number}] must hold words, and not {word!r:.60}. Turn ids into "
                        "words with the vocabulary first."
                    )
        checked.append([tuple(sentence) for sentence in sentences])
    counts = [len(part) for part in checked]
    if counts[0] != counts[1]:
        raise ValueError(
            f"There are {counts[0]} hypotheses, but {counts[1]} references. Give one hypothesis "
            "for each reference, in the same order."
        )
    if counts[0] == 0:
        raise ValueError("There are no sentences. Give at least one.")
    return checked


def _check_numbers(name, values):
    """Return the values as a list of whole numbers from 0, or raise an error that names them."""
    if not np.iterable(values):
        raise TypeError(f"{name} must be a list of whole numbers, and not {values!r}.")
    return [whole_numbers(0, **{f"{name}[{k}]": value})[0] for k, value in enumerate(values)]


def _check_links(name, sentences):
    """Return the sets of links as a list, or raise a TypeError that says what is wrong."""
    if isinstance(sentences, str) or not isinstance(sentences, Sequence):
        raise TypeError(
            f"{name} must be a list with one set of links for each sentence, and not "
            f"{type(sentences).__name__}. For one sentence give [links]."
        )
    for number, links in enumerate(sentences):
        if not isinstance(links, Set):
            raise TypeError(
                f"{name}[{number}] must be a set of links, and not {type(links).__name__}."
            )
        for link in links:
            if not (isinstance(link, tuple) and len(link) == 2):
                raise TypeError(
                    f"{name}[{number}] has the link {link!r:.40}. A link is a pair: (source index, "
                    "target index), counted from 0."
                )
    return list(sentences)
