"""Plausible wrong answers to the exercises of notebook 04, and what each message must speak of."""

import numpy as np
import tensorflow as tf
import torch

# --- cosine_scores -------------------------------------------------------------------------------


def only_the_dot(queries, memory):
    return torch.matmul(queries, memory.transpose(1, 2))


def only_the_query_divided(queries, memory):
    return tf.matmul(tf.math.l2_normalize(queries, axis=-1), memory, transpose_b=True)


def squashed(queries, memory):
    return tf.tanh(tf.matmul(queries, memory, transpose_b=True))


def divided_by_the_largest(queries, memory):
    scores = torch.bmm(queries, memory.transpose(1, 2))
    return scores / torch.amax(abs(scores))


def axes_exchanged(queries, memory):
    return np.einsum("bth,bsh->bst", queries, memory)


def nan_at_pads(queries, memory):
    queries = queries / torch.linalg.vector_norm(queries, dim=-1, keepdim=True)
    memory = memory / torch.linalg.vector_norm(memory, dim=-1, keepdim=True)
    return queries @ memory.transpose(1, 2)


def norm_over_places(queries, memory):
    queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    memory = memory / np.linalg.norm(memory, axis=1, keepdims=True)
    return np.einsum("bth,bsh->bts", queries, memory)


def first_sentence_for_all(queries, memory):
    queries = queries / np.linalg.norm(queries, axis=-1, keepdims=True)
    memory = memory / np.maximum(np.linalg.norm(memory, axis=-1, keepdims=True), 1e-9)
    found = np.einsum("bth,bsh->bts", queries, memory)
    found[1, 0] = found[0, 0]
    return found


# --- concat_scores -------------------------------------------------------------------------------


def _split(queries, memory, weight, order=1):
    upper, lower = np.split(weight, 2)[::order]
    return (queries @ upper)[:, :, None] + (memory @ lower)[:, None]


def memory_first(queries, memory, weight, v):
    return np.tanh(_split(queries, memory, weight, -1)) @ v


def no_tanh(queries, memory, weight, v):
    both = (queries @ weight[:4])[:, :, None] + (memory @ weight[4:])[:, None]
    return torch.tensordot(both, v, 1)


def tanh_last(queries, memory, weight, v):
    return np.tanh(_split(queries, memory, weight) @ v)


def weights_instead_of_scores(queries, memory, weight, v):
    both = tf.tensordot(queries, weight[:4], 1)[:, :, None]
    both += tf.tensordot(memory, weight[4:], 1)[:, None]
    return tf.nn.softmax(tf.tensordot(tf.tanh(both), v, 1), axis=-1)


def same_half_for_both(queries, memory, weight, v):
    return np.tanh((queries @ weight[:4])[:, :, None] + (memory @ weight[:4])[:, None]) @ v


def places_first(queries, memory, weight, v):
    return (np.tanh(_split(queries, memory, weight)) @ v).transpose(0, 2, 1)


# --- masked_softmax ------------------------------------------------------------------------------


def no_mask(scores, mask):
    return torch.softmax(scores, dim=-1)


def scores_times_mask(scores, mask):
    return tf.nn.softmax(scores * tf.cast(mask, scores.dtype)[:, None], axis=-1)


def weights_times_mask(scores, mask):
    return torch.softmax(scores, dim=-1) * mask[:, None]


def divided_again(scores, mask):
    weights = torch.softmax(scores, dim=-1) * mask[:, None]
    return weights / weights.sum(dim=-1, keepdim=True)


def polarity(scores, mask):
    weights = torch.softmax(scores.masked_fill(mask[:, None], -torch.inf), dim=-1)
    return torch.nan_to_num(weights)


def by_the_formula(scores, mask):
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(scores) * mask[:, None]
        return powers / powers.sum(axis=-1, keepdims=True)


def by_the_formula_and_safe(scores, mask):
    with np.errstate(over="ignore"):
        powers = np.where(mask[:, None], np.exp(np.minimum(scores, 80)), 0)
    return powers / np.maximum(powers.sum(axis=-1, keepdims=True), 1e-30)


def filled_with_minus_100(scores, mask):
    return torch.softmax(scores.masked_fill(~mask[:, None], -100), dim=-1)


def filled_with_minus_500(scores, mask):
    return tf.nn.softmax(tf.where(mask[:, None], scores, -500.0), axis=-1)


def nan_in_empty_rows(scores, mask):
    return torch.softmax(scores.masked_fill(~mask[:, None], -torch.inf), dim=-1)


def equal_in_empty_rows(scores, mask):
    return tf.nn.softmax(tf.where(mask[:, None], scores, -1e9), axis=-1)


# --- attention_entropy ---------------------------------------------------------------------------


def no_minus(weights):
    return torch.xlogy(weights, weights).sum(dim=-1)


def in_bits(weights):
    return -(weights * np.log2(np.where(weights > 0, weights, 1))).sum(axis=-1)


def nan_at_zero(weights):
    return -tf.reduce_sum(weights * tf.math.log(weights), axis=-1)


def mean_over_places(weights):
    return torch.special.entr(weights).mean(dim=-1)


def over_the_queries(weights):
    return torch.special.entr(weights).sum(dim=1)


def with_an_epsilon(weights):
    return -(weights * np.log(weights + 1e-3)).sum(axis=-1)


def one_number(weights):
    return tf.reduce_mean(-tf.reduce_sum(tf.math.xlogy(weights, weights), axis=-1))


# --- alignment_error_rate ------------------------------------------------------------------------


def mean_of_sentences(links, sure, possible):
    rates = [
        1 - (len(a & s) + len(a & p)) / (len(a) + len(s))
        for a, s, p in zip(links, sure, possible, strict=True)
    ]
    return np.mean(rates)


def _counts(links, sure, possible):
    together = list(zip(links, sure, possible, strict=True))
    met_sure = sum(len(a & s) for a, s, _ in together)
    met_possible = sum(len(a & p) for a, _, p in together)
    return met_sure, met_possible, *(sum(map(len, part)) for part in (links, sure, possible))


def not_one_minus(links, sure, possible):
    met_sure, met_possible, drawn, wanted, _ = _counts(links, sure, possible)
    return (met_sure + met_possible) / (drawn + wanted)


def only_sure_links(links, sure, possible):
    met_sure, _, drawn, wanted, _ = _counts(links, sure, possible)
    return 1 - 2 * met_sure / (drawn + wanted)


def possible_below_the_line(links, sure, possible):
    met_sure, met_possible, drawn, _, allowed = _counts(links, sure, possible)
    return 1 - (met_sure + met_possible) / (drawn + allowed)


def one_minus_precision(links, sure, possible):
    _, met_possible, drawn, _, _ = _counts(links, sure, possible)
    return 1 - met_possible / drawn


def one_minus_recall(links, sure, possible):
    met_sure, _, _, wanted, _ = _counts(links, sure, possible)
    return 1 - met_sure / wanted


def empty_sentences_left_out(links, sure, possible):
    kept = [parts for parts in zip(links, sure, possible, strict=True) if parts[0]]
    return 1 - sum(len(a & s) + len(a & p) for a, s, p in kept) / sum(
        len(a) + len(s) for a, s, _ in kept
    )


# --- erase_a_place -------------------------------------------------------------------------------


def not_scaled(weights, places):
    return torch.where(torch.arange(weights.shape[1]) == places[:, None], 0.0, weights)


def a_column_for_all(weights, places):
    weights[:, places] = 0
    return weights / weights.sum(axis=1, keepdims=True)


def softmax_again(weights, places):
    erased = tf.range(weights.shape[1]) == places[:, None]
    return tf.nn.softmax(tf.where(erased, -np.inf, weights), axis=1)


def softmax_of_real_places(weights, places):
    erased = (np.arange(weights.shape[1]) == places[:, None]) | (weights == 0)
    powers = np.where(erased, 0, np.exp(weights))
    return powers / powers.sum(axis=1, keepdims=True)


def shared_equally(weights, places):
    rows = np.arange(len(weights))
    lost = weights[rows, places][:, None] / (weights.shape[1] - 1)
    weights = weights + lost
    weights[rows, places] = 0
    return weights


def counted_from_one(weights, places):
    weights[np.arange(len(weights)), places - 1] = 0
    return weights / weights.sum(axis=1, keepdims=True)


# --- is_clear ------------------------------------------------------------------------------------


def not_paired(first, second):
    spread = max(first.std(ddof=1), second.std(ddof=1))
    return abs(first.mean() - second.mean()) > 2 * spread


def first_must_lead(first, second):
    d = first - second
    return d.min() > 2 * d.std(ddof=1)


def no_sign(first, second):
    d = abs(first - second)
    return d.min() > 2 * d.std(ddof=1)


def only_the_sign(first, second):
    return abs(np.sign(first - second).sum()) == len(first)


def mean_of_differences(first, second):
    d = first - second
    return bool(abs(np.sign(d).sum()) == len(d) and abs(d.mean()) > 2 * d.std(ddof=1))


def divided_by_n(first, second):
    d = first - second
    return bool(abs(np.sign(d).sum()) == len(d) and abs(d).min() > 2 * d.std())


def the_bound_itself(first, second):
    return 2 * (first - second).std(ddof=1)


WRONG = {
    "cosine_scores": [
        (only_the_dot, "between -1 and 1"),
        (only_the_query_divided, "between -1 and 1"),
        (squashed, "every query becomes three times as long"),
        (divided_by_the_largest, "divided by its OWN length"),
        (axes_exchanged, r"shape \(2, 3, 5\), and has \(2, 5, 3\)"),
        (norm_over_places, "between -1 and 1|divided by its OWN length"),
        (nan_at_pads, "zeros at pads"),
        (first_sentence_for_all, "its query and its place"),
    ],
    "concat_scores": [
        (weights_instead_of_scores, "no softmax here"),
        (memory_first, "upper half of W belongs to the query"),
        (same_half_for_both, "upper half of W belongs to the query"),
        (no_tanh, "where is the tanh"),
        (tanh_last, "tanh applied after v"),
        (places_first, r"shape \(2, 3, 5\), and has \(2, 5, 3\)"),
    ],
    "masked_softmax": [
        (no_mask, "weight of a pad must be 0"),
        (scores_times_mask, "exp\\(0\\) = 1"),
        (weights_times_mask, "mask must come before the softmax"),
        (divided_again, "Scores of 300 at the pads"),
        (polarity, "True in the mask means a real place"),
        (by_the_formula, "Scores of (300|about 1000)"),
        (by_the_formula_and_safe, "about 1000 .*Which number can be subtracted"),
        (filled_with_minus_100, "below all others"),
        (filled_with_minus_500, "below all others"),
        (nan_in_empty_rows, "nothing but pads: your weights hold NaN"),
        (equal_in_empty_rows, "no place to look at"),
    ],
    "attention_entropy": [
        (no_minus, "never negative"),
        (in_bits, "in bits"),
        (nan_at_zero, "0 times ln 0 = 0"),
        (mean_over_places, "the logarithm of the number of places"),
        (over_the_queries, "over which axis"),
        (with_an_epsilon, "logarithm of the number of places"),
        (one_number, "one entropy for each query"),
    ],
    "alignment_error_rate": [
        (not_one_minus, "there is no error"),
        (one_minus_precision, "missed one sure link"),
        (only_sure_links, "A possible link is no error"),
        (possible_below_the_line, "which set is counted below the line"),
        (one_minus_recall, "not even possible"),
        (mean_of_sentences, "mean over sentences"),
        (empty_sentences_left_out, "no link is drawn"),
    ],
    "erase_a_place": [
        (not_scaled, "must sum to 1"),
        (a_column_for_all, "Each row has its own forbidden place"),
        (counted_from_one, "A forbidden place has the weight 0"),
        (softmax_again, "a pad"),
        (shared_equally, "a pad"),
        (softmax_of_real_places, "ratio"),
    ],
    "is_clear": [
        (not_paired, "is that the question"),
        (first_must_lead, "which of the two is called first"),
        (no_sign, "have one sign"),
        (only_the_sign, "against their spread"),
        (mean_of_differences, "compare their mean"),
        (divided_by_n, "N - 1"),
        (the_bound_itself, "True or False"),
    ],
}
