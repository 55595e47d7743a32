"""Reference solutions of notebook 04."""

import numpy as np
import tensorflow as tf
import torch


def cosine_scores_in_pytorch(queries, memory):
    """Return the dot products of the vectors, each first divided by its own length."""
    queries = torch.nn.functional.normalize(queries, dim=-1)  # it divides by at least 1e-12
    memory = torch.nn.functional.normalize(memory, dim=-1)
    return queries @ memory.transpose(1, 2)


def cosine_scores_in_tensorflow(queries, memory):
    """Return the dot products of the vectors, each first divided by its own length."""
    queries = tf.math.l2_normalize(queries, axis=-1)  # it adds a tiny number under the root
    memory = tf.math.l2_normalize(memory, axis=-1)
    return tf.matmul(queries, memory, transpose_b=True)


def concat_scores_in_pytorch(queries, memory, weight, v):
    """Return v · tanh([q, m] W), with W cut in two: it is the additive score."""
    H = queries.shape[-1]
    both = (queries @ weight[:H])[:, :, None] + (memory @ weight[H:])[:, None]  # [B, T, S, K]
    return torch.tanh(both) @ v


def concat_scores_in_tensorflow(queries, memory, weight, v):
    """Return v · tanh([q, m] W), with W cut in two: it is the additive score."""
    H = queries.shape[-1]
    from_query, from_memory = (
        tf.tensordot(queries, weight[:H], 1),
        tf.tensordot(memory, weight[H:], 1),
    )
    both = from_query[:, :, None] + from_memory[:, None]  # [B, T, S, K]
    return tf.tensordot(tf.tanh(both), v, 1)


def masked_softmax_in_numpy(scores, mask):
    """Return weights that are 0 at pads, also in rows that hold nothing but pads."""
    scores = np.where(mask[:, None], scores, -np.inf)  # [B, T, S]
    highest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(highest), highest, 0))
    return powers / np.maximum(powers.sum(axis=-1, keepdims=True), 1e-30)


def masked_softmax_in_pytorch(scores, mask):
    """Return weights that are 0 at pads, also in rows that hold nothing but pads."""
    mask = mask[:, None]  # [B, 1, S]
    weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)  # NaN in empty rows
    return torch.where(mask, weights, 0.0)


def masked_softmax_in_tensorflow(scores, mask):
    """Return weights that are 0 at pads, also in rows that hold nothing but pads."""
    mask = mask[:, None]  # [B, 1, S]
    weights = tf.nn.softmax(tf.where(mask, scores, -np.inf), axis=-1)  # NaN in empty rows
    return tf.where(mask, weights, 0.0)


def attention_entropy_in_numpy(weights):
    """Return - sum of w ln w over the places; a weight of 0 adds 0."""
    return -(weights * np.log(np.where(weights > 0, weights, 1))).sum(axis=-1)


def attention_entropy_in_pytorch(weights):
    """Return - sum of w ln w over the places; a weight of 0 adds 0."""
    return torch.special.entr(weights).sum(dim=-1)


def attention_entropy_in_tensorflow(weights):
    """Return - sum of w ln w over the places; a weight of 0 adds 0."""
    return -tf.reduce_sum(tf.math.xlogy(weights, weights), axis=-1)


def alignment_error_rate(links, sure, possible):
    """Return 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|), counted over all sentences."""
    met, below = 0, 0
    for a, s, p in zip(links, sure, possible, strict=True):
        met += len(a & s) + len(a & p)
        below += len(a) + len(s)
    return 1 - met / below


def erase_a_place_in_pytorch(weights, places):
    """Return the weights without one place of each row, scaled so that they sum to 1 again."""
    erased = torch.arange(weights.shape[1]) == places[:, None]  # [B, S]
    left = weights.masked_fill(erased, 0.0)
    return left / left.sum(dim=1, keepdim=True)


def erase_a_place_in_tensorflow(weights, places):
    """Return the weights without one place of each row, scaled so that they sum to 1 again."""
    erased = tf.range(weights.shape[1]) == places[:, None]  # [B, S]
    left = tf.where(erased, 0.0, weights)
    return left / tf.reduce_sum(left, axis=1, keepdims=True)


def is_clear(first, second):
    """Return whether all differences have one sign, and exceed twice their standard deviation."""
    difference = np.asarray(first) - np.asarray(second)  # within each seed
    one_sign = (difference > 0).all() or (difference < 0).all()
    return bool(one_sign and abs(difference).min() > 2 * difference.std(ddof=1))
