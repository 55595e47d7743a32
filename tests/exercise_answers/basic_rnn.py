"""Plausible wrong answers to the exercises of notebook 01, and what the check says to each."""

import math

import numpy as np
import tensorflow as tf
import torch


def no_bias(x, h, U, W, b):
    return torch.tanh(x @ U + h @ W)


def no_tanh(x, h, U, W, b):
    return x @ U + h @ W + b


def transposed_recurrence(x, h, U, W, b):
    return tf.tanh(x @ U + h @ tf.transpose(W) + b)


def tanh_of_the_input_only(x, h, U, W, b):
    return np.tanh(x @ U + b) + h @ W


def tanh_of_each_part(x, h, U, W, b):
    return torch.tanh(x @ U) + torch.tanh(h @ W) + torch.tanh(b)


def no_old_state(x, h, U, W, b):
    return np.tanh(x @ U + b)


def columns(x, h, U, W, b):
    return np.tanh(U.T @ x.T + W @ h.T + b[:, None])


def bias_added_after(x, h, U, W, b):
    return np.tanh(x @ U + h @ W) + b


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def hot(scores, targets):
    return np.eye(scores.shape[1])[targets]


def no_time_mean(scores, targets):
    difference = softmax(scores) - hot(scores, targets)
    return difference, 2 * (scores - hot(scores, targets)) / scores.size


def no_vocabulary_mean(scores, targets):
    difference = scores - torch.nn.functional.one_hot(targets, scores.shape[1])
    return no_time_mean_fixed(scores, targets), 2 * difference / len(scores)


def no_time_mean_fixed(scores, targets):
    one_hot = torch.nn.functional.one_hot(targets, scores.shape[1])
    return (torch.softmax(scores, dim=-1) - one_hot) / len(scores)


def no_two(scores, targets):
    one_hot = tf.one_hot(targets, scores.shape[1])
    first = (tf.nn.softmax(scores) - one_hot) / scores.shape[0]
    return first, (scores - one_hot) / tf.size(scores, out_type=tf.int32).numpy()


def softmax_over_time(scores, targets):
    first = (softmax(scores, axis=0) - hot(scores, targets)) / len(scores)
    return first, 2 * (scores - hot(scores, targets)) / scores.size


def target_minus_probability(scores, targets):
    first = (hot(scores, targets) - softmax(scores)) / len(scores)
    return first, 2 * (scores - hot(scores, targets)) / scores.size


def one_gradient(scores, targets):
    return (softmax(scores) - hot(scores, targets)) / len(scores)


def probabilities_in_squared_error(scores, targets):
    difference = softmax(scores) - hot(scores, targets)
    return difference / len(scores), 2 * difference / scores.size


def others_zero(vocab_size):
    return -math.log(math.e / (math.e + vocab_size - 1))


def the_probability(vocab_size):
    return math.e / (math.e + (vocab_size - 1) / math.e)


def in_bits(vocab_size):
    return -math.log2(the_probability(vocab_size))


def without_own_share(vocab_size):
    return -math.log(math.e / ((vocab_size - 1) / math.e))


def one_wrong_symbol(vocab_size):
    return -math.log(math.e / (math.e + 1 / math.e))


def counts_itself(vocab_size):
    return -math.log(math.e / (math.e + vocab_size / math.e))


def uniform(vocab_size):
    return math.log(vocab_size)


def for_thirty(vocab_size):
    return 1.6881


def back(states, own, W, slope=lambda h, before: 1 - h**2):
    future = 0 * own[0]
    for t in reversed(range(len(states))):
        before = states[t - 1] if t else 0 * states[0]
        future = ((own[t] + future) * slope(states[t], before)) @ W.T
    return future


def no_tanh_slope(states, own, W):
    return back(states, own, W, lambda h, before: 1)


def slope_of_the_state_before(states, own, W):
    return back(states, own, W, lambda h, before: 1 - before**2)


def stops_at_the_sum(states, own, W):
    future = torch.zeros_like(own[0])
    for t in reversed(range(len(states))):
        delta = (own[t] + future) * (1 - states[t] ** 2)
        future = delta @ W.T
    return delta


def not_transposed(states, own, W):
    return back(states, own, W.T)


def only_the_last_answer(states, own, W):
    only = np.zeros_like(own)
    only[-1] = own[-1]
    return back(states, only, W)


def forwards(states, own, W):
    return back(states[::-1], own[::-1], W)


def two_steps_at_most(states, own, W):
    return back(states[:2], own[:2], W)


def only_the_first_step(states, own, W):
    return back(states[:1], own[:1], W)


def rule_of_thumb(steps, share):
    return math.log(steps + 3)


def the_gate(steps, share):
    return share ** (1 / steps)


def one_step_only(steps, share):
    return math.log(share / (1 - share))


def divided(steps, share):
    gate = share / steps
    return math.log(gate / (1 - gate))


def upside_down(steps, share):
    gate = share ** (1 / steps)
    return math.log((1 - gate) / gate)


WRONG = {
    "next_state": [
        (no_bias, "only the bias is left"),
        (no_tanh, "keeps each number of the state between -1 and 1"),
        (transposed_recurrence, "W transposed"),
        (tanh_of_the_input_only, "h W as it is"),
        (tanh_of_each_part, "one tanh of the sum"),
        (no_old_state, "only the old state is left"),
        (columns, r"must have the shape \(2, 3\), and has \(3, 2\)"),
        (bias_added_after, r"every row of the new state is tanh\(b\)"),
    ],
    "score_gradients": [
        (no_time_mean, "cross-entropy are 4.00 times as steep"),
        (no_vocabulary_mean, "squared error are 7.00 times as steep"),
        (no_two, "squared error are 0.50 times as steep"),
        (softmax_over_time, "over the symbols of a step"),
        (target_minus_probability, "negative there"),
        (one_gradient, "Return two gradients"),
        (probabilities_in_squared_error, "squared error moves: your gradient does not foretell"),
    ],
    "lowest_cross_entropy": [
        (others_zero, "as unlikely as it can be"),
        (the_probability, "That is a probability"),
        (in_bits, "in bits"),
        (without_own_share, "A loss of 0 or less needs p = 1"),
        (one_wrong_symbol, "No scores between -1 and 1 reach that. How many wrong symbols"),
        (counts_itself, "a smaller loss"),
        (uniform, "a smaller loss"),
        (for_thirty, "a smaller loss"),
    ],
    "start_gradient": [
        (no_tanh_slope, "a factor 1 - h_1"),
        (slope_of_the_state_before, "a factor 1 - h_1"),
        (stops_at_the_sum, "stops at s_1"),
        (not_transposed, "backwards by W transposed"),
        (only_the_last_answer, "Step 1 counts by itself"),
        (forwards, "nothing arrives from step 2"),
        (only_the_first_step, "passes both steps on the way back"),
        (two_steps_at_most, "all later steps"),
    ],
    "gate_bias": [
        (rule_of_thumb, "leaves"),
        (the_gate, "That is a gate"),
        (one_step_only, "at every single step"),
        (divided, "leaves"),
        (upside_down, "It makes a gate of"),
    ],
}
