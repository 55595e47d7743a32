"""Plausible wrong answers to the exercises of notebook 03, and what each message must speak of."""

from collections import Counter

import numpy as np
import tensorflow as tf
import torch

# --- mean_over_batches ---------------------------------------------------------------------------


def sum_of_all(nats, masks):
    return sum((part * mask).sum() for part, mask in zip(nats, masks, strict=True))


def pads_in_the_count(nats, masks):
    return np.mean(np.concatenate([(n * m).ravel() for n, m in zip(nats, masks, strict=True)]))


def old_reduce_mean(nats, masks):
    parts = [tf.reduce_mean(n * tf.cast(m, n.dtype)) for n, m in zip(nats, masks, strict=True)]
    return tf.add_n(parts) / len(parts)


def mask_only_in_the_count(nats, masks):
    return sum(part.sum() for part in nats) / sum(mask.sum() for mask in masks)


def mean_of_means(nats, masks):
    means = [part[mask].mean() for part, mask in zip(nats, masks, strict=True)]
    return torch.stack(means).mean()


def mean_of_sentences(nats, masks):
    rows = [
        (n * m).sum(axis=1) / m.sum(axis=1) for n, m in zip(nats, masks, strict=True)
    ]  # one number a sentence
    return np.concatenate(rows).mean()


def first_batch_only(nats, masks):
    return nats[0][masks[0]].mean()


# --- decoder_inputs ------------------------------------------------------------------------------


def one_longer(targets):
    return np.concatenate([np.ones_like(targets[:, :1]), targets], axis=1)


def not_shifted(targets):
    return torch.cat([torch.ones_like(targets[:, :1]), targets[:, 1:]], dim=1)


def shifted_the_other_way(targets):
    return tf.concat([targets[:, 1:], tf.ones_like(targets[:, :1])], axis=1)


def reads_eos(targets):
    return np.concatenate([np.ones_like(targets[:, :1]), targets[:, :-1]], axis=1)


def rolled(targets):
    return np.roll(targets, 1, axis=1)


def bos_in_place_of_pads(targets):
    inputs = reads_eos(targets)
    return np.where((inputs == 2) | (inputs == 0), 1, inputs)


def shifted_by_two(targets):
    return np.concatenate([np.ones_like(targets[:, :2]), targets[:, :-2]], axis=1)


# --- final_states --------------------------------------------------------------------------------


def last_column(memory, lengths):
    return memory[:, -1]


def last_real_place_for_both(memory, lengths):
    return memory[torch.arange(len(memory)), lengths - 1]


def off_by_one(memory, lengths):
    places = np.minimum(lengths, memory.shape[1] - 1)
    half = memory.shape[-1] // 2
    return np.concatenate([memory[np.arange(len(memory)), places, :half], memory[:, 0, half:]], 1)


def halves_exchanged(memory, lengths):
    half = memory.shape[-1] // 2
    forward = tf.gather(memory[..., :half], lengths - 1, batch_dims=1)
    return tf.concat([memory[:, 0, half:], forward], axis=-1)


def mean_of_states(memory, lengths):
    mask = np.arange(memory.shape[1]) < lengths[:, None]
    return (memory * mask[..., None]).sum(axis=1) / lengths[:, None]


def first_place_for_both(memory, lengths):
    return memory[:, 0]


def backward_from_the_last_column(memory, lengths):
    half = memory.shape[-1] // 2
    forward = memory[np.arange(len(memory)), lengths - 1, :half]
    return np.concatenate([forward, memory[:, -1, half:]], axis=-1)


# --- accuracy_by_position ------------------------------------------------------------------------


def divided_by_all(hypotheses, references):
    places = range(max(map(len, references)))
    pairs = list(zip(hypotheses, references, strict=True))
    met = [sum(h[t : t + 1] == r[t : t + 1] != () for h, r in pairs) for t in places]
    return np.array(met) / len(references)


def word_anywhere(hypotheses, references):
    shares = []
    for t in range(max(map(len, references))):
        both = [(h, r) for h, r in zip(hypotheses, references, strict=True) if t < len(r)]
        shares.append(np.mean([r[t] in h for h, r in both]))
    return shares


def short_hypotheses_left_out(hypotheses, references):
    shares = []
    for t in range(max(map(len, references))):
        both = [(h, r) for h, r in zip(hypotheses, references, strict=True) if t < len(r)]
        shares.append(np.mean([h[t] == r[t] for h, r in both if t < len(h)]))
    return shares


def cut_to_the_shortest(hypotheses, references):
    places = range(min(map(len, references)))
    pairs = list(zip(hypotheses, references, strict=True))
    return [np.mean([h[t : t + 1] == r[t : t + 1] for h, r in pairs]) for t in places]


def by_the_longest_hypothesis(hypotheses, references):
    shares = []
    for t in range(max(map(len, [*hypotheses, *references]))):
        both = [(h, r) for h, r in zip(hypotheses, references, strict=True) if t < len(r)]
        shares.append(sum(h[t : t + 1] == r[t : t + 1] for h, r in both) / max(len(both), 1))
    return shares


# --- clipped_matches -----------------------------------------------------------------------------


def _runs(words, n):
    return [tuple(words[k : k + n]) for k in range(len(words) - n + 1)]


def not_clipped(hypothesis, references, n):
    said = _runs(hypothesis, n)
    return sum(any(run in _runs(words, n) for words in references) for run in said), len(said)


def as_sets(hypothesis, references, n):
    said = set(_runs(hypothesis, n))
    return len(said & set().union(*(_runs(words, n) for words in references))), len(said)


def summed_over_references(hypothesis, references, n):
    said = Counter(_runs(hypothesis, n))
    allowed = Counter(run for words in references for run in _runs(words, n))
    return (said & allowed).total(), said.total()


def runs_of_the_reference(hypothesis, references, n):
    said, allowed = Counter(_runs(hypothesis, n)), Counter(_runs(references[0], n))
    return (said & allowed).total(), allowed.total()


def one_run_too_few(hypothesis, references, n):
    said = Counter(tuple(hypothesis[k : k + n]) for k in range(len(hypothesis) - n))
    allowed = Counter(run for words in references for run in _runs(words, n))
    return (said & allowed).total(), said.total()


def first_reference_only(hypothesis, references, n):
    said = Counter(_runs(hypothesis, n))
    return (said & Counter(_runs(references[0], n))).total(), said.total()


def bag_of_words(hypothesis, references, n):
    said = Counter(tuple(sorted(run)) for run in _runs(hypothesis, n))
    allowed = Counter()
    for words in references:
        allowed |= Counter(tuple(sorted(run)) for run in _runs(words, n))
    return (said & allowed).total(), said.total()


# --- beam_step -----------------------------------------------------------------------------------


def best_of_each_row(sums, log_p):
    words = log_p.argmax(dim=1)
    new = sums + log_p.max(dim=1).values
    order = torch.argsort(-new)
    return new[order], order, words[order]


def without_the_beginning(sums, log_p):
    best = np.argsort(-log_p.ravel())[: len(sums)]
    return log_p.ravel()[best], *np.divmod(best, log_p.shape[1])


def probabilities_added(sums, log_p):
    table = tf.reshape(sums[:, None] + tf.exp(log_p), [-1])
    best, places = tf.math.top_k(table, k=len(sums))
    return best, places // log_p.shape[1], places % log_p.shape[1]


def divided_by_k(sums, log_p):
    table = (sums[:, None] + log_p).ravel()
    best = np.argsort(-table)[: len(sums)]
    return table[best], *np.divmod(best, len(sums))


def worst_first(sums, log_p):
    table = (sums[:, None] + log_p).ravel()
    best = np.argsort(table)[-len(sums) :]
    return table[best], *np.divmod(best, log_p.shape[1])


def places_only(sums, log_p):
    return np.argsort(-(sums[:, None] + log_p).ravel())[: len(sums)]


def greedy(sums, log_p):
    word = log_p[0].argmax()
    k = len(sums)
    return np.repeat(sums[0] + log_p[0, word], k), np.zeros(k, int), np.repeat(word, k)


WRONG = {
    "mean_over_batches": [
        (sum_of_all, "divide by the number of words"),
        (pads_in_the_count, "pads in the number that you divide by"),
        (old_reduce_mean, "pads in the number that you divide by"),
        (mask_only_in_the_count, "pad must not matter"),
        (mean_of_sentences, "short sentence count as much"),
        (mean_of_means, "mean of means"),
        (first_batch_only, "another batch"),
    ],
    "decoder_inputs": [
        (one_longer, r"shape \(1, 5\), and has \(1, 6\)"),
        (not_shifted, "the very word that it must answer"),
        (shifted_the_other_way, "Before the first word .* <bos>"),
        (rolled, "Before the first word .* <bos>"),
        (shifted_by_two, "the target of the place before"),
        (reads_eos, "never read"),
        (bos_in_place_of_pads, "pads at the same places"),
    ],
    "final_states": [
        (last_column, "forward half .* that is a pad"),
        (off_by_one, "forward half .* that is a pad"),
        (last_real_place_for_both, "backward GRU has not read the whole sentence"),
        (first_place_for_both, "forward GRU has not read the whole sentence"),
        (backward_from_the_last_column, "backward half .* that is a pad"),
        (halves_exchanged, "numbers of the other direction"),
        (mean_of_states, "not a mean"),
    ],
    "accuracy_by_position": [
        (divided_by_all, "how many references have a word at place 3"),
        (word_anywhere, "right word at another place does not count"),
        (short_hypotheses_left_out, "not written was not met"),
        (cut_to_the_shortest, "one for each place at which some reference has a word"),
        (by_the_longest_hypothesis, "longest reference has 2 words, and yours has 6"),
    ],
    "clipped_matches": [
        (not_clipped, "may be used once"),
        (as_sets, "three times is three runs"),
        (summed_over_references, "No single reference"),
        (runs_of_the_reference, "the runs are those of the hypothesis"),
        (one_run_too_few, "runs ab, bc and cd"),
        (first_reference_only, "second of two references"),
        (bag_of_words, "another run than 'a b'"),
    ],
    "beam_step": [
        (best_of_each_row, "one beginning may have two of the best"),
        (without_the_beginning, "What did the beginnings cost"),
        (probabilities_added, "A sum must belong to its parent"),
        (divided_by_k, "take the place in the table apart"),
        (worst_first, "best one first"),
        (places_only, "Return three things"),
        (greedy, "stands there twice"),
    ],
}
