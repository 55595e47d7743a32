"""Sentence pairs -> padded batches with lengths, for encoder and decoder. NumPy only.

The encoder reads the words of the source and then ``<eos>``. The decoder reads ``<bos>`` and the
words of the target, and shall answer with the words and ``<eos>``.

Shapes: ``B`` batch, ``S`` source time (words + 1), ``T`` target time (words + 1). Pads are id 0.
"""

from dataclasses import dataclass, replace

import numpy as np

from .vocabulary import Vocabulary

SPECIAL = ("<pad>", "<bos>", "<eos>", "<unk>")
BOS, EOS = SPECIAL.index("<bos>"), SPECIAL.index("<eos>")

# English, Korean, sure links, possible links. A particle belongs to its noun. Where the meaning of
# a word is only in an ending (is) or inside a phrase (feel), the link is possible and not sure.
_CLASSIC = (
    ("I feel hungry", "나는 배가 고프다", "0-0 2-1 2-2", "1-2"),
    ("tensorflow is very difficult", "텐서플로우는 매우 어렵다", "0-0 2-1 3-2", "1-2"),
    (
        "tensorflow is a framework for deep learning",
        "텐서플로우는 딥러닝을 위한 프레임워크이다",
        "0-0 3-3 4-2 5-1 6-1",
        "1-3",
    ),
    (
        "tensorflow is very fast changing",
        "텐서플로우는 매우 빠르게 변화한다",
        "0-0 2-1 3-2 4-3",
        "1-3",
    ),
)


@dataclass(frozen=True)
class SentencePair:
    """One sentence in two languages, as words, and which word made which, where that is known.

    ``source``, ``target``: tuples of words, without ``<bos>`` and ``<eos>``. ``sure`` and
    ``possible``: frozensets of gold links (source index, target index), counted from 0; the sure
    ones are possible too. Both are empty where no gold links are known. ``pattern``: the name of
    the sentence pattern, if it has one.

    Raises: TypeError, ValueError for words or links that are not possible.
    Source: Och and Ney 2003, section 5 (S and P).
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    sure: frozenset = frozenset()
    possible: frozenset = frozenset()
    pattern: str = ""

    def __post_init__(self):
        for name, words in (("source", self.source), ("target", self.target)):
            if not isinstance(words, tuple):
                raise TypeError(
                    f"{name} must be a tuple of words, and not {words!r:.50}. Cut a sentence into "
                    "words first: split_words(sentence)."
                )
        if not self.sure <= self.possible:
            raise ValueError(f"The sure links {set(self.sure - self.possible)} must be possible.")
        for i, j in self.possible:
            if not (0 <= i < len(self.source) and 0 <= j < len(self.target)):
                raise ValueError(
                    f"The link {i}-{j} points outside the sentences of {len(self.source)} and "
                    f"{len(self.target)} words. Links count from 0."
                )


def classic_pairs():
    """Return the four English-Korean pairs of the old tutorials, with gold links made by hand."""
    return [
        SentencePair(
            tuple(english.split()),
            tuple(korean.split()),
            sure=_links(sure),
            possible=_links(sure) | _links(possible),
            pattern="classic",
        )
        for english, korean, sure, possible in _CLASSIC
    ]


def _links(text):
    return frozenset(tuple(map(int, link.split("-"))) for link in text.split())


def english_korean_pairs():
    """Return the course's English-Korean corpus: {name of the split: list of SentencePair}.

    The splits are train, validation, random and compositional. Raises: as english_korean.load.
    """
    from . import english_korean  # the grammar is large, and loaded only when it is asked for

    splits = {name: [] for name in english_korean.SPLITS}
    for pair in english_korean.load():
        splits[pair.split].append(
            SentencePair(pair.english, pair.korean, pair.sure, pair.alignment, pair.pattern)
        )
    return splits


def pair_vocabularies(pairs, minimum_count=1):
    """Return (source, target) vocabularies of words, SPECIAL first, the others by frequency.

    Give the training pairs only: what is in the other splits must stay unknown. Words seen fewer
    than ``minimum_count`` times are read as ``<unk>``.

    Raises: ValueError if there are no pairs.
    """
    pairs = check_pairs(pairs)
    return tuple(
        Vocabulary.from_text(
            " ".join(" ".join(words) for words in side),
            unit="word",
            special=SPECIAL,
            unknown="<unk>",
            minimum_count=minimum_count,
        )
        for side in ([pair.source for pair in pairs], [pair.target for pair in pairs])
    )


def log_frequencies(pairs, target_vocabulary):
    """Return ln p of each target symbol, [V] float32, counted over pairs; ``<eos>`` counted.

    Every symbol gets one count more than it has, so that none is impossible. Given to a model as
    its first output bias (``Seq2Seq.set_output_bias``), it lets training begin at the entropy of
    single words and not at ln V. Raises: as ``encode_batch``.
    """
    counts = np.ones(len(target_vocabulary))
    for pair in check_pairs(pairs):
        np.add.at(counts, _encode(pair.target, target_vocabulary), 1)
        counts[EOS] += 1
    return np.log(counts / counts.sum()).astype(np.float32)


def pad(rows, value=0):
    """Fill rows of ids up to the longest one.

    Returns (``ids`` [B, W] int32 with ``value`` at the end of the short rows, ``lengths`` [B]
    int32). Raises: ValueError if there is no row, TypeError if ids are not whole numbers.
    """
    rows = [np.asarray(row) for row in rows]
    if not rows:
        raise ValueError("There are no rows to pad. Give at least one list of ids.")
    for row in rows:
        if row.ndim != 1 or (row.size and not np.issubdtype(row.dtype, np.integer)):
            raise TypeError(f"Each row must be a list of whole numbers, and not {row!r:.50}.")
    return _Rows(rows).take(np.arange(len(rows)), value=value)


class _Rows:
    """Rows of ids of unequal length, kept end to end, so that many are padded in one step."""

    def __init__(self, rows):
        self.lengths = np.array([len(row) for row in rows], dtype=np.int32)
        self.starts = np.cumsum(self.lengths, dtype=np.int64) - self.lengths
        self.flat = np.concatenate([np.asarray(row, dtype=np.int32) for row in rows])

    def take(self, places, skip_first=0, skip_last=0, value=0):
        """Return (ids [B, W], lengths [B]) of some rows, without their first or last ids."""
        lengths = self.lengths[places] - (skip_first + skip_last)
        time = np.arange(lengths.max(), dtype=np.int32)
        ids = np.full((len(places), len(time)), value, dtype=np.int32)
        inside = time < lengths[:, None]
        ids[inside] = self.flat[((self.starts[places] + skip_first)[:, None] + time)[inside]]
        return ids, lengths


@dataclass(frozen=True)
class TranslationBatch:
    """Some sentence pairs as ids; all arrays are int32 and pads are 0.

    ``source`` [B, S]: words and ``<eos>``. ``source_lengths`` [B]: how many ids of each row are no
    pads. ``target_inputs`` [B, T]: ``<bos>`` and the words. ``targets`` [B, T]: the words and
    ``<eos>``. ``places`` [B]: the index of each pair in the list that was given.
    """

    source: np.ndarray
    source_lengths: np.ndarray
    target_inputs: np.ndarray
    targets: np.ndarray
    places: np.ndarray

    @property
    def target_tokens(self):
        """Return how many targets are no pads, as an int."""
        return int(np.count_nonzero(self.targets))


class _EncodedPairs:
    """All pairs as ids, from which batches are taken."""

    def __init__(self, pairs, source_vocabulary, target_vocabulary):
        pairs = check_pairs(pairs)
        for name, vocabulary in (("source", source_vocabulary), ("target", target_vocabulary)):
            if vocabulary.symbols[: len(SPECIAL)] != SPECIAL:
                raise ValueError(
                    f"The {name} vocabulary must begin with {', '.join(SPECIAL)}. Make both with "
                    "pair_vocabularies(pairs)."
                )
        self.source = _Rows([[*_encode(p.source, source_vocabulary), EOS] for p in pairs])
        self.target = _Rows([[BOS, *_encode(p.target, target_vocabulary), EOS] for p in pairs])

    def batch(self, places):
        source, source_lengths = self.source.take(places)
        target_inputs, _ = self.target.take(places, skip_last=1)
        targets, _ = self.target.take(places, skip_first=1)
        return TranslationBatch(
            source, source_lengths, target_inputs, targets, places.astype(np.int32)
        )


def check_pairs(pairs):
    """Return pairs as a list. Raises: ValueError if there are none, TypeError for other things."""
    pairs = list(pairs)
    if not pairs:
        raise ValueError("There are no sentence pairs. Give at least one.")
    for pair in pairs:
        if not isinstance(pair, SentencePair):
            raise TypeError(f"Each pair must be a SentencePair, and not {pair!r:.50}.")
    return pairs


def _encode(words, vocabulary):
    """Return the ids of words; one that is spelled like a special symbol is unknown."""
    return vocabulary.encode(["<unk>" if word in SPECIAL else word for word in words])


def encode_batch(pairs, source_vocabulary, target_vocabulary, places=None):
    """Return one TranslationBatch of exactly these pairs, in this order.

    ``places`` [B] are their indices in a longer list; without it, they are counted from 0.

    Raises: TypeError, ValueError for pairs or vocabularies that are not possible.
    """
    encoded = _EncodedPairs(pairs, source_vocabulary, target_vocabulary)
    batch = encoded.batch(np.arange(len(encoded.source.lengths)))
    if places is None:
        return batch
    places = np.asarray(places, dtype=np.int32)
    if places.shape != batch.places.shape:
        raise ValueError(
            f"{len(batch.places)} pairs were given, with places of shape {places.shape}."
        )
    return replace(batch, places=places)


class PairBatches:
    """Shuffled batches without end; in each epoch every pair is in one batch.

    Most batches hold pairs of one source length, so that the encoder sees no pads, and of targets
    that are about as long as each other, so that the decoder sees few. What remains of
    each length is pooled, sorted by length and cut into batches of mixed lengths; so there are
    ``batches_per_epoch`` = ceil(N / batch_size) batches, and all but one are full.
    ``batch(number)`` depends on ``seed`` and ``number`` alone: a training that was stopped before
    update n goes on with ``batch(n)``.

    Raises: TypeError, ValueError for pairs, vocabularies or sizes that are not possible.
    """

    def __init__(self, pairs, source_vocabulary, target_vocabulary, batch_size, seed=0):
        for name, number, least in (("batch_size", batch_size, 1), ("seed", seed, 0)):
            check_whole(name, number, least)
        self.batch_size, self.seed = batch_size, seed
        self._encoded = _EncodedPairs(pairs, source_vocabulary, target_vocabulary)
        self._lengths = self._encoded.source.lengths
        self._epoch, self._plan = None, None

    @property
    def batches_per_epoch(self):
        """Return the number of batches in which every pair is seen once."""
        return -(-len(self._lengths) // self.batch_size)  # the quotient, rounded up

    def batch(self, number):
        """Return the TranslationBatch for update ``number``, counted from 0."""
        check_whole("number", number, 0)
        epoch, place = divmod(int(number), self.batches_per_epoch)
        if epoch != self._epoch:
            self._epoch, self._plan = epoch, self._plan_of(epoch)
        return self._encoded.batch(self._plan[place])

    def _plan_of(self, epoch):
        """Return the batches of one epoch, each as an array of places."""
        rng = np.random.default_rng((self.seed, epoch))
        order = rng.permutation(len(self._lengths))
        order = order[np.lexsort((self._encoded.target.lengths[order], self._lengths[order]))]
        ends = np.flatnonzero(np.diff(self._lengths[order])) + 1
        plan, pool = [], []
        for same_length in np.split(order, ends):
            full = len(same_length) // self.batch_size * self.batch_size
            plan += np.split(same_length[:full], full // self.batch_size) if full else []
            pool.append(same_length[full:])
        pool = np.concatenate(pool)
        plan += [
            pool[begin : begin + self.batch_size] for begin in range(0, len(pool), self.batch_size)
        ]
        return [plan[place] for place in rng.permutation(len(plan))]


def evaluation_batches(pairs, source_vocabulary, target_vocabulary, batch_size=64):
    """Yield a TranslationBatch after the other, sorted by source length, each pair in one of them.

    Raises: TypeError, ValueError for pairs, vocabularies or sizes that are not possible.
    """
    check_whole("batch_size", batch_size, 1)
    encoded = _EncodedPairs(pairs, source_vocabulary, target_vocabulary)
    order = np.lexsort((encoded.target.lengths, encoded.source.lengths))
    for begin in range(0, len(order), batch_size):
        yield encoded.batch(order[begin : begin + batch_size])


def check_whole(name, number, least):
    """Raise TypeError if ``number`` is no whole number, ValueError if it is below ``least``."""
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, and not {number!r}.")
    if number < least:
        raise ValueError(f"{name}={number} is too small. It must be at least {least}.")
