"""Scores of next words -> whole sentences: greedy and beam search. NumPy only.

Shapes: ``B`` batch, ``K`` beam size, ``T`` words so far, ``S`` source time, ``V`` vocabulary.
"""

from dataclasses import dataclass

import numpy as np

from course_utils.data.translation import BOS, EOS, SentencePair
from course_utils.model_checks import whole_numbers

NEVER = [0, BOS]  # <pad> and <bos> are no words


@dataclass(frozen=True, eq=False)
class Translation:
    """One translated sentence.

    ``words``: tuple of str, without ``<eos>``. ``score``: the sum of the words' ln p, ``<eos>``
    counted, divided by (their number ** ``length_power``). ``weights``: attention [T, S], a row
    for each word and for ``<eos>``, a column for each source word and for its ``<eos>``; None for a
    model without attention. ``ended``: whether the model wrote ``<eos>`` before the longest length.
    """

    words: tuple
    score: float
    weights: np.ndarray | None
    ended: bool


@dataclass(frozen=True, eq=False)
class ForcedReading:
    """What a model expects at each place of a reference when the true words before it are given.

    ``words``: tuple of str, the likeliest word at each place; the last place is that of ``<eos>``.
    ``nats``: array [T], -ln p of the reference's words, ``<eos>`` last. ``weights``: attention
    [T, S] as in ``Translation``, or None.
    """

    words: tuple
    nats: np.ndarray
    weights: np.ndarray | None

    @classmethod
    def from_batch(cls, batch, vocabulary, likeliest, nats, weights=None):
        """Cut the pads off a batch's results ([B, T], [B, T], [B, T, S]); return one a sentence."""
        readings = []
        for row, target in enumerate(batch.targets):
            length = np.count_nonzero(target)
            words = tuple(vocabulary.symbols[index] for index in likeliest[row, :length])
            note = None if weights is None else weights[row, :length, : batch.source_lengths[row]]
            readings.append(cls(words, nats[row, :length], note))
        return readings


class BeamSearch:
    """The bookkeeping of a beam search over a batch; the model's side is left to the caller.

    In each step the caller asks the model about ``words`` [B * K], the last word of every open
    sentence (the K of one source stand together), and calls ``advance`` with the answer; then it
    reorders the model's states by the places that ``advance`` returns. With K = 1 this is greedy
    search: the likeliest word is taken at every step.

    A source is done when K of its sentences have ended, or when its open ones have reached
    ``longest`` [B] words. The best sentence is the one with the highest sum of ln p divided by
    (number of words ** ``length_power``): 0 compares sums, which prefers short sentences, 1 means.

    Raises: TypeError, ValueError for sizes that are not possible.
    Source: Sutskever et al. 2014, section 3.2 (beam search); Wu et al. 2016, section 7 (division by
    a power of the length).
    """

    def __init__(self, longest, beam_size=1, length_power=1.0):
        (beam_size,) = whole_numbers(beam_size=beam_size)
        if not (np.isfinite(length_power) and length_power >= 0):
            raise ValueError(f"length_power={length_power} must be a finite number of at least 0.")
        self.longest, self.beam_size, self.power = np.asarray(longest), beam_size, length_power
        batch_size = len(self.longest)
        self._totals = np.full((batch_size, beam_size), -np.inf)
        self._totals[:, 0] = 0.0  # at the start there is one sentence, the empty one
        self._ids = np.zeros((batch_size, beam_size, 0), dtype=np.int32)
        self._weights = None  # [B, K, T, S]
        self._ended = [[] for _ in range(batch_size)]  # (score, ids, weights, ended) of each source
        self._done = np.zeros(batch_size, dtype=bool)
        self.words = np.full(batch_size * beam_size, BOS, dtype=np.int32)

    @property
    def done(self):
        """Return whether every source has its translation."""
        return bool(self._done.all())

    def advance(self, logits, weights=None):
        """Take the best next words and return, for each of the B * K sentences, its parent's place.

        ``logits`` [B * K, V]; ``weights`` [B * K, S] is the attention of this step, if there is
        one. Raises: ValueError if the logits are not finite numbers.
        """
        batch_size, size = self._totals.shape
        scores = self._totals[:, :, None] + _log_softmax(logits).reshape(batch_size, size, -1)
        vocab_size = scores.shape[2]
        scores = scores.reshape(batch_size, -1)
        candidates = _best_places(scores, min(2 * size, scores.shape[1]))  # [B, 2 K], best first
        totals = np.take_along_axis(scores, candidates, axis=1)
        parents, words = np.divmod(candidates, vocab_size)
        rows = np.arange(batch_size)[:, None]
        ids = np.concatenate([self._ids[rows, parents], words[:, :, None]], axis=2)  # [B, 2 K, T]
        if weights is not None:
            step = np.asarray(weights).reshape(batch_size, size, 1, -1)
            before = step[:, :, :0] if self._weights is None else self._weights
            notes = np.concatenate([before, step], axis=2)[rows, parents]  # [B, 2 K, T, S]
        ends = words == EOS
        for row in np.flatnonzero(~self._done):
            for rank in np.flatnonzero(ends[row, :size] & np.isfinite(totals[row, :size])):
                note = None if weights is None else notes[row, rank]
                self._end(row, totals[row, rank], ids[row, rank], note, True)
        # The open sentences of the next step: the best K that did not end.
        order = np.argsort(ends, axis=1, kind="stable")[:, :size]
        open_totals = np.where(ends, -np.inf, totals)
        self._totals = np.take_along_axis(open_totals, order, axis=1)
        self._ids = ids[rows, order]
        if weights is not None:
            self._weights = notes[rows, order]
        for row in np.flatnonzero(~self._done):
            full = self._ids.shape[2] >= self.longest[row]
            if full and not self._ended[row]:
                note = None if weights is None else self._weights[row, 0]
                self._end(row, self._totals[row, 0], self._ids[row, 0], note, False)
            self._done[row] = full or len(self._ended[row]) >= size
        self.words = self._ids[:, :, -1].reshape(-1).astype(np.int32)
        return (rows * size + np.take_along_axis(parents, order, axis=1)).reshape(-1)

    def best(self, vocabulary, source_lengths=None):
        """Return the best ``Translation`` of each source, as a list.

        ``source_lengths`` [B] cut the padded columns off the attention.
        """
        translations = []
        for row, ended in enumerate(self._ended):
            score, ids, weights, finished = max(ended, key=lambda entry: entry[0])
            if weights is not None and source_lengths is not None:
                weights = weights[:, : source_lengths[row]]
            words = tuple(vocabulary.symbols[index] for index in ids if index != EOS)
            translations.append(Translation(words, score, weights, finished))
        return translations

    def _end(self, row, total, ids, weights, finished):
        score = float(total) / len(ids) ** self.power
        self._ended[row].append((score, ids, weights, finished))


def source_pairs(sentences):
    """Return sentences, given as lists or tuples of words, as pairs without a target.

    Raises: TypeError for anything else; ValueError for an empty sentence or none at all.
    """
    if isinstance(sentences, str):
        raise TypeError(
            f"sentences must be a list of sentences, each cut into words: [{sentences!r}.split()]."
        )
    pairs = []
    for sentence in sentences:
        if isinstance(sentence, str) or not all(isinstance(word, str) for word in sentence):
            raise TypeError(
                f"Each sentence must be a list or tuple of words, and not {sentence!r:.60}."
            )
        if not len(sentence):
            raise ValueError("A sentence is empty. Give each at least one word.")
        pairs.append(SentencePair(tuple(sentence), ()))
    return pairs


def longest_lengths(source_lengths, longest=None):
    """Return [B]: how many words a translation of each source may have, ``<eos>`` counted."""
    if longest is None:
        return 2 * np.asarray(source_lengths) + 8  # the source's <eos> is in its length
    (longest,) = whole_numbers(longest=longest)
    return np.full(len(source_lengths), longest)


def in_order(results, places):
    """Return results sorted by their places in the learner's list."""
    return [result for _, result in sorted(zip(places, results, strict=True), key=lambda x: x[0])]


def _log_softmax(logits):
    """Return ln p [N, V] in float64; what is no word gets minus infinity."""
    logits = np.array(logits, dtype=np.float64)
    if not np.isfinite(logits).all():
        raise ValueError(
            "The logits are not all finite numbers, so no word can be chosen. The model has "
            "diverged: train it again with a lower learning rate."
        )
    logits[:, NEVER] = -np.inf
    logits -= logits.max(axis=1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def _best_places(scores, count):
    """Return the places [B, count] of the largest scores, the largest first, the first of ties."""
    if count < scores.shape[1]:
        places = np.sort(np.argpartition(-scores, count - 1, axis=1)[:, :count], axis=1)
    else:
        places = np.tile(np.arange(scores.shape[1]), (len(scores), 1))
    order = np.argsort(-np.take_along_axis(scores, places, axis=1), axis=1, kind="stable")
    return np.take_along_axis(places, order, axis=1)
