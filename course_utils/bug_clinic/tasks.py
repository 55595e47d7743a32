"""Small tasks with known answers, for measuring what a bug costs. NumPy only.

Pads are id 0.
"""

import functools

import numpy as np

from course_utils.data.translation import (
    SentencePair,
    encode_batch,
    english_korean_pairs,
    pair_vocabularies,
)

SYMBOLS = 8


def starting_values(shapes, seed):
    """Return a list of float32 arrays: Glorot uniform for matrices, zeros for vectors.

    Both frameworks start from them, so that a case depends on no generator of a framework.
    Source: Glorot & Bengio 2010, section 4.2.1 (equation 16).
    """
    rng, values = np.random.default_rng(seed), []
    for shape in map(tuple, shapes):
        limit = np.sqrt(6 / sum(shape[-2:])) if len(shape) > 1 else 0.0
        values.append(rng.uniform(-limit, limit, shape).astype(np.float32))
    return values


def recall(count, seed, longest=6, width=None):
    """Return rows of symbols and the symbol that each began with: (ids [N, W], answers [N]).

    Symbols are 1 to ``SYMBOLS``, rows have 3 to ``longest`` of them; then pads up to ``width``.
    """
    rng = np.random.default_rng(seed)
    ids = rng.integers(1, SYMBOLS + 1, (count, longest))
    lengths = rng.integers(3, longest + 1, count)
    ids[np.arange(longest) >= lengths[:, None]] = 0
    ids = np.pad(ids, ((0, 0), (0, (width or longest) - longest)))
    return ids.astype(np.int32), ids[:, 0].astype(np.int32)


def reversals(count, seed, longest=8):
    """Return sentence pairs whose target is the source backwards, with its gold links."""
    rng, pairs = np.random.default_rng(seed), []
    for length in rng.integers(3, longest + 1, count).tolist():
        words = tuple("abcdefgh"[symbol] for symbol in rng.integers(0, SYMBOLS, length))
        links = frozenset((length - 1 - place, place) for place in range(length))
        pairs.append(SentencePair(words, words[::-1], sure=links, possible=links))
    return pairs


def reversal_batches(count, batch_size, seed):
    """Yield ``count`` batches of reversals, lengths mixed, with pads in source and target."""
    pairs = reversals(count * batch_size, seed)
    vocabularies = reversal_vocabularies()
    for begin in range(0, len(pairs), batch_size):
        yield encode_batch(pairs[begin : begin + batch_size], *vocabularies)


def reversal_vocabularies():
    """Return the (source, target) vocabularies of the reversals."""
    words = tuple("abcdefgh")
    return pair_vocabularies([SentencePair(words, words)])


@functools.cache
def corpus():
    """Return the course's English-Korean pairs: {split: list of SentencePair}."""
    return english_korean_pairs()


def sentence_ids(encode, count, split="train", width=14):
    """Return ``count`` English sentences of a split as ids [N, W], from ``encode(words)`` -> ids.

    Sentences with more than ``width`` words are left out.
    """
    kept = [pair.source for pair in corpus()[split] if len(pair.source) <= width][:count]
    ids = np.zeros((len(kept), width), dtype=np.int32)
    for row, words in enumerate(kept):
        ids[row, : len(words)] = encode(words)
    return ids


@functools.cache
def frequent_words(size):
    """Return {word: id} of the ``size`` most frequent English words, ids from 2; 1 is <unk>."""
    source, _ = pair_vocabularies(corpus()["train"])
    words = [word for word in source.symbols if not word.startswith("<")]
    return {word: number for number, word in enumerate(words[:size], 2)}


def english_characters(count, split="train"):
    """Return ``count`` characters of the English sentences as (ids [N] from 0, their symbols)."""
    text = " ".join(" ".join(pair.source) for pair in corpus()[split])
    symbols = sorted(set(" ".join(" ".join(p.source) for p in corpus()["train"])))
    places = {symbol: number for number, symbol in enumerate(symbols)}
    return np.array([places[c] for c in text[:count] if c in places], dtype=np.int32), symbols


def chunks(ids, count, batch_size, length, seed):
    """Yield ``count`` batches (inputs, targets) [B, T] cut from a text at random places."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        begins = rng.integers(0, len(ids) - length, batch_size)
        windows = ids[begins[:, None] + np.arange(length + 1)]
        yield windows[:, :-1], windows[:, 1:]
