"""Numbers that say how good a language model is. NumPy only. For translations: translation_metrics.

A loss in *nats per character* is the mean of -ln p(next character). Less is better.
"""

import math

import numpy as np

from course_utils.data.language_model import check_ids


def perplexity(nats):
    """Return exp(nats): the number of equally likely symbols that would be as hard to guess."""
    return math.exp(nats)


def bits_per_character(nats):
    """Return the loss in bits: nats / ln 2."""
    return nats / math.log(2.0)


def uniform_nats(vocab_size):
    """Return ln V, the loss of a model that gives each of V symbols the same probability."""
    if vocab_size < 1:
        raise ValueError(f"vocab_size={vocab_size} is too small. It must be at least 1.")
    return math.log(vocab_size)


def ngram_nats(train_ids, evaluation_ids, order, vocab_size, strength=None):
    """Return the loss, in nats per character, of an n-gram model counted on the training part.

    ``order`` 1 is the unigram, 2 the bigram, 3 the trigram. ``strength`` is how many imaginary
    counts the shorter context contributes: p(c | context) = (count(context c) + strength
    p(c | shorter context)) / (count(context) + strength); the shortest is uniform. If None, V for
    the unigram (one count per symbol) and 5 above. The mean is over the same targets as a neural
    model's: all symbols of ``evaluation_ids`` but the first; earlier ones are context only.

    Raises: ValueError for an order below 1, ids that are not below V, or texts that are too short.
    Source: MacKay & Peto 1995, section 3 (hierarchical Dirichlet language model).
    """
    train_ids, evaluation_ids = check_ids(train_ids), check_ids(evaluation_ids)
    if order < 1:
        raise ValueError(f"order={order} is too small. Give 1 for unigrams, 2 for bigrams, …")
    if vocab_size**order >= 2**63:
        raise ValueError(f"order={order} is too large to count with {vocab_size} symbols.")
    if max(train_ids.max(), evaluation_ids.max()) >= vocab_size:
        raise ValueError(f"An id is not below vocab_size={vocab_size}.")
    if len(train_ids) < order or len(evaluation_ids) < 2:
        raise ValueError("The texts are too short to count on and to predict in.")
    chances = np.full(len(evaluation_ids) - 1, 1.0 / vocab_size)
    for size in range(1, min(order, len(evaluation_ids)) + 1):
        weight = strength if strength is not None else (vocab_size if size == 1 else 5.0)
        grams, contexts = _codes(train_ids, size, vocab_size)
        asked, asked_contexts = _codes(evaluation_ids, size, vocab_size)
        missing = len(chances) - len(asked) if size > 1 else 0
        if size == 1:  # the first symbol is no target
            asked, asked_contexts = asked[1:], asked_contexts[1:]
        seen, in_context = _count(grams, asked), _count(contexts, asked_contexts)
        longer = (seen + weight * chances[missing:]) / (in_context + weight)
        chances = np.concatenate([chances[:missing], longer])
    return float(-np.log(chances).mean())


def _codes(ids, size, vocab_size):
    """Return one whole number for each run of ``size`` symbols, and for each such run's context."""
    runs = np.lib.stride_tricks.sliding_window_view(ids.astype(np.int64), size)
    contexts = runs[:, :-1] @ vocab_size ** np.arange(size - 1, dtype=np.int64)
    return contexts * vocab_size + runs[:, -1], contexts


def _count(population, asked):
    """Return how often each of ``asked`` stands in ``population``."""
    values, counts = np.unique(population, return_counts=True)
    place = np.minimum(np.searchsorted(values, asked), len(values) - 1)
    return np.where(values[place] == asked, counts[place], 0)
