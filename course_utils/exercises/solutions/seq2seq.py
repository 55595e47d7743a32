"""Reference solutions of notebook 03."""

from collections import Counter

import numpy as np
import tensorflow as tf
import torch


def mean_over_batches_in_pytorch(nats, masks):
    """Return the mean over all real words: a sum and a count, divided once."""
    total = sum(part[mask].sum() for part, mask in zip(nats, masks, strict=True))
    return total / sum(torch.count_nonzero(mask) for mask in masks)


def mean_over_batches_in_tensorflow(nats, masks):
    """Return the mean over all real words: a sum and a count, divided once."""
    parts = [tf.boolean_mask(part, mask) for part, mask in zip(nats, masks, strict=True)]
    return tf.reduce_mean(tf.concat(parts, axis=0))


def decoder_inputs_in_pytorch(targets):
    """Return <bos> and the words: the targets, one place later, without <eos>."""
    words = targets[:, :-1].masked_fill(targets[:, :-1] == 2, 0)
    return torch.cat([torch.ones_like(targets[:, :1]), words], dim=1)


def decoder_inputs_in_tensorflow(targets):
    """Return <bos> and the words: the targets, one place later, without <eos>."""
    words = tf.where(targets[:, :-1] == 2, 0, targets[:, :-1])
    return tf.concat([tf.ones_like(targets[:, :1]), words], axis=1)


def final_states_in_pytorch(memory, lengths):
    """Return forward's output at the last real place, and backward's at the first place."""
    half = memory.shape[-1] // 2
    forward = memory[torch.arange(len(memory)), lengths - 1, :half]  # [B, H / 2]
    return torch.cat([forward, memory[:, 0, half:]], dim=-1)


def final_states_in_tensorflow(memory, lengths):
    """Return forward's output at the last real place, and backward's at the first place."""
    half = memory.shape[-1] // 2
    forward = tf.gather(memory[..., :half], lengths - 1, batch_dims=1)  # [B, H / 2]
    return tf.concat([forward, memory[:, 0, half:]], axis=-1)


def accuracy_by_position(hypotheses, references):
    """Return, for each place, the share of the references with a word there that were met."""
    shares = []
    for t in range(max(len(reference) for reference in references)):
        reaching = [
            (hypothesis, reference)
            for hypothesis, reference in zip(hypotheses, references, strict=True)
            if t < len(reference)
        ]
        met = sum(t < len(said) and said[t] == wanted[t] for said, wanted in reaching)
        shares.append(met / len(reaching))
    return shares


def clipped_matches(hypothesis, references, n):
    """Return (matches, runs): each run matches as often as the best single reference has it."""

    def runs(words):
        return Counter(tuple(words[k : k + n]) for k in range(len(words) - n + 1))

    said, allowed = runs(hypothesis), Counter()
    for reference in references:
        allowed |= runs(reference)  # |: the larger of two counts
    return (said & allowed).total(), said.total()  # &: the smaller


def beam_step_in_numpy(sums, log_p):
    """Return (sums, parents, words) of the K best continuations, the best first."""
    table = (sums[:, None] + log_p).reshape(-1)  # [K * V]
    best = np.argsort(-table)[: len(sums)]
    parents, words = np.divmod(best, log_p.shape[1])
    return table[best], parents, words


def beam_step_in_pytorch(sums, log_p):
    """Return (sums, parents, words) of the K best continuations, the best first."""
    table = (sums[:, None] + log_p).flatten()  # [K * V]
    best = torch.topk(table, len(sums))
    return best.values, best.indices // log_p.shape[1], best.indices % log_p.shape[1]


def beam_step_in_tensorflow(sums, log_p):
    """Return (sums, parents, words) of the K best continuations, the best first."""
    table = tf.reshape(sums[:, None] + log_p, [-1])  # [K * V]
    best, places = tf.math.top_k(table, k=len(sums))
    return best, places // log_p.shape[1], places % log_p.shape[1]
