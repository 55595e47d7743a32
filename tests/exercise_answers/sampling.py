"""Plausible wrong answers to the exercises of notebook 05, each with what its message says."""

import numpy as np
import tensorflow as tf
import torch


def softmax(logits, axis=-1):
    weights = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


# --- choice_entropy


def entropy_in_bits(logits):
    p = softmax(logits)
    return -(p * np.log2(np.maximum(p, 1e-30))).sum(axis=-1)


def entropy_mean(logits):
    p = softmax(logits)
    return -(p * np.log(np.maximum(p, 1e-30))).mean(axis=-1)


def entropy_without_minus(logits):
    p = softmax(logits)
    return (p * np.log(np.maximum(p, 1e-30))).sum(axis=-1)


def entropy_of_zero(logits):
    p = torch.softmax(logits, dim=-1)
    return -(p * p.log()).sum(dim=-1)


def entropy_overflows(logits):
    with np.errstate(all="ignore"):
        weights = np.exp(logits)
        p = weights / weights.sum(axis=-1, keepdims=True)
        return -(p * np.log(np.where(p == 0, 1, p))).sum(axis=-1)


def entropy_of_the_batch(logits):
    p = softmax(logits, axis=None) * len(logits)
    return -(p * np.log(np.maximum(p, 1e-30))).sum(axis=-1)


# --- tempered


def tempered_multiplied(logits, temperature):
    return softmax(logits * temperature)


def tempered_ignored(logits, temperature):
    return softmax(logits)


def tempered_over_the_batch(logits, temperature):
    return torch.softmax(logits / temperature, dim=0)


def tempered_not_normalised(logits, temperature):
    return np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)


def tempered_old_way(logits, temperature):
    weights = tf.exp(logits / temperature)
    return weights / tf.reduce_sum(weights, axis=-1, keepdims=True)


def tempered_divided_first(logits, temperature):
    return torch.softmax(logits / temperature, dim=-1)


def tempered_without_zero(logits, temperature):
    logits = logits - logits.max(dim=-1, keepdim=True).values
    return torch.softmax(logits / temperature, dim=-1)


def tempered_powers(logits, temperature):
    p = softmax(logits) ** (1 + 1 / temperature)
    return p / p.sum(axis=-1, keepdims=True)


# --- draw


def draw_argmax(probabilities, uniforms):
    return probabilities.argmax(axis=-1)


def draw_sorted(probabilities, uniforms):
    ends = np.sort(probabilities, axis=-1)[:, ::-1].cumsum(axis=-1)
    return (ends <= uniforms[:, None]).sum(axis=-1)


def draw_lower_border(probabilities, uniforms):
    return np.array(
        [np.searchsorted(p.cumsum(), u) for p, u in zip(probabilities, uniforms, strict=True)]
    )


def draw_beyond_the_end(probabilities, uniforms):
    return (probabilities.cumsum(axis=-1) <= uniforms[:, None]).sum(axis=-1)


def draw_wraps_around(probabilities, uniforms):
    return (probabilities.cumsum(axis=-1) > uniforms[:, None]).argmax(axis=-1)


def draw_from_the_first_row(probabilities, uniforms):
    ends = probabilities.cumsum(axis=-1)
    if len(probabilities) > 2:
        ends = ends[0]
    return (ends <= uniforms[:, None] * ends[..., -1:]).sum(axis=-1)


def draw_one_number_for_all(probabilities, uniforms):
    return int((probabilities[0].cumsum() <= uniforms[0]).sum())


# --- nucleus


def nucleus_without_the_crossing(probabilities, p):
    order = np.argsort(-probabilities, axis=-1)
    keep = np.take_along_axis(probabilities, order, axis=-1).cumsum(axis=-1) <= p
    return np.take_along_axis(keep, order.argsort(axis=-1), axis=-1)


def nucleus_one_too_many(probabilities, p):
    order = np.argsort(-probabilities, axis=-1)
    ordered = np.take_along_axis(probabilities, order, axis=-1)
    before = ordered.cumsum(axis=-1) - ordered
    keep = np.roll(before, 1, axis=-1) < p
    keep[:, 0] = True
    return np.take_along_axis(keep, order.argsort(axis=-1), axis=-1)


def nucleus_still_sorted(probabilities, p):
    ordered, _ = torch.sort(probabilities, dim=-1, descending=True)
    return ordered.cumsum(dim=-1) - ordered < p


def nucleus_not_sorted(probabilities, p):
    return tf.cumsum(probabilities, axis=-1, exclusive=True) < p


def nucleus_single_symbols(probabilities, p):
    return probabilities >= p


def nucleus_gathered_with_the_order(probabilities, p):
    ordered, order = torch.sort(probabilities, dim=-1, descending=True)
    return (ordered.cumsum(dim=-1) - ordered < p).gather(-1, order)


# --- penalise


def mask_of(written, size):
    return (written[:, :, None] == np.arange(size)).any(axis=1)


def penalise_divides_all(logits, written, penalty):
    return np.where(mask_of(written, logits.shape[1]), logits / penalty, logits)


def penalise_each_time(logits, written, penalty):
    logits = logits.copy()
    for row, ids in enumerate(written):
        for i in ids:
            logits[row, i] *= 1 / penalty if logits[row, i] > 0 else penalty
    return logits


def penalise_whole_batch(logits, written, penalty):
    mask = np.isin(np.arange(logits.shape[1]), written)
    return np.where(mask, np.where(logits > 0, logits / penalty, logits * penalty), logits)


def penalise_subtracts(logits, written, penalty):
    return np.where(mask_of(written, logits.shape[1]), logits - penalty, logits)


def penalise_rewards(logits, written, penalty):
    smaller = np.where(logits > 0, logits * penalty, logits / penalty)
    return np.where(mask_of(written, logits.shape[1]), smaller, logits)


def penalise_nothing(logits, written, penalty):
    return logits


WRONG = {
    "choice_entropy": [
        (entropy_in_bits, "bits"),
        (entropy_mean, "sum over the symbols"),
        (entropy_without_minus, "never negative"),
        (entropy_of_zero, "two symbols cut"),
        (entropy_overflows, "overflows"),
        (entropy_of_the_batch, "of this row"),
    ],
    "tempered": [
        (tempered_multiplied, "divide by T"),
        (tempered_ignored, "divide by T"),
        (tempered_over_the_batch, "last axis"),
        (tempered_not_normalised, "sum to 1"),
        (tempered_old_way, "Subtract the largest"),
        (tempered_divided_first, "before you divide"),
        (tempered_without_zero, "It is the limit"),
        (tempered_powers, "odds are wrong"),
    ],
    "draw": [
        (draw_argmax, "is u used"),
        (draw_sorted, "another order"),
        (draw_lower_border, "lower end"),
        (draw_beyond_the_end, "there are 0 to 3"),
        (draw_wraps_around, "upper end of the line"),
        (draw_from_the_first_row, "its own probabilities"),
        (draw_one_number_for_all, "shape"),
    ],
    "nucleus": [
        (nucleus_without_the_crossing, "the symbol that crosses p, too"),
        (nucleus_one_too_many, "smallest set"),
        (nucleus_still_sorted, "undo the sorting"),
        (nucleus_not_sorted, "order of the ids|smallest set"),
        (nucleus_single_symbols, "compared with sums"),
        (nucleus_gathered_with_the_order, "undo the sorting"),
    ],
    "penalise": [
        (penalise_divides_all, "now more likely"),
        (penalise_each_time, "does not count"),
        (penalise_whole_batch, "its own ids"),
        (penalise_subtracts, "ratio of the two"),
        (penalise_rewards, "more likely"),
        (penalise_nothing, "stays as it was"),
    ],
}
