"""Plausible wrong answers to the exercises of notebook 06, each with what its message says."""

import math

import numpy as np
import tensorflow as tf
import torch

from course_utils.exercises.solutions.same_curve import gru_from_keras_in_pytorch

# --- survives_float32


def survives_compared_in_float32(value):
    return np.float32(value) == value  # NumPy rounds the Python number first


def survives_nearly(value):
    return math.isclose(float(torch.tensor(value, dtype=torch.float32)), value, rel_tol=1e-6)


def survives_short_numbers(value):
    return len(str(value)) <= 8


def survives_nothing(value):
    return False


def survives_tight_tolerance(value):
    return abs(float(np.float32(value)) - value) < 1e-9


# --- gates_to_keras


def gates_only_transposed(weight):
    return weight.T


def gates_reshaped(weight):
    weight = weight.reshape(weight.shape[1], weight.shape[0])
    r, z, n = np.split(weight, 3, axis=-1)
    return np.concatenate([z, r, n], axis=-1)


def gates_not_transposed(weight):
    r, z, n = tf.split(weight, 3, axis=0)
    return tf.concat([z, r, n], axis=0)


def gates_split_along_the_features(weight):
    r, z, n = np.split(weight.T, 3, axis=0)  # fits where E is a multiple of 3
    return np.concatenate([z, r, n], axis=0)


def gates_rotated(weight):
    r, z, n = weight.T.chunk(3, dim=-1)
    return torch.cat([z, n, r], dim=-1)


def gates_interleaved(weight):
    blocks = np.split(weight.T, 3, axis=-1)
    return np.stack([blocks[1], blocks[0], blocks[2]], axis=-1).reshape(weight.T.shape)


# --- gru_from_keras


def way_back_without_gates(kernel, recurrent, bias):
    return {
        "weight_ih_l0": kernel.T,
        "weight_hh_l0": recurrent.T,
        "bias_ih_l0": bias[0],
        "bias_hh_l0": bias[1],
    }


def way_back_sum_of_biases(kernel, recurrent, bias):
    both = torch.stack([bias.sum(dim=0), torch.zeros(bias.shape[1])])
    return gru_from_keras_in_pytorch(kernel, recurrent, both)


def way_back_biases_exchanged(kernel, recurrent, bias):
    return gru_from_keras_in_pytorch(kernel, recurrent, torch.flip(bias, (0,)))


def way_back_reshaped(kernel, recurrent, bias):
    named = way_back_without_gates(kernel, recurrent, bias)
    named["weight_ih_l0"] = kernel.reshape(kernel.shape[::-1])
    return named


def way_back_only_matrices_ordered(kernel, recurrent, bias):
    named = gru_from_keras_in_pytorch(kernel, recurrent, torch.clone(bias))
    return named | {"bias_ih_l0": bias[0], "bias_hh_l0": bias[1]}


def way_back_as_a_list(kernel, recurrent, bias):
    return [kernel.T, recurrent.T, *bias]


def way_back_not_transposed(kernel, recurrent, bias):
    named = way_back_without_gates(kernel, recurrent, bias)
    return named | {"weight_ih_l0": kernel}


# --- squared_gradient


def squares_before_the_sum(rows, ids, count):
    return tf.math.unsorted_segment_sum(tf.square(rows), ids, count)


def squares_last_row_wins(rows, ids, count):
    table = np.zeros((count, rows.shape[1]))
    table[ids] += rows
    return table**2


def squares_of_the_mean(rows, ids, count):
    return tf.square(tf.math.unsorted_segment_mean(rows, ids, count))


def squares_forgotten(rows, ids, count):
    return torch.zeros(count, rows.shape[1]).index_add(0, ids, rows)


def squares_only_of_those_there(rows, ids, count):
    return np.stack([rows[ids == i].sum(axis=0) ** 2 for i in np.unique(ids)])


# --- keras_epsilon


def epsilon_divided(epsilon, beta_2, step):
    return epsilon / math.sqrt(1 - beta_2**step)


def epsilon_without_root(epsilon, beta_2, step):
    return epsilon * (1 - beta_2**step)


def epsilon_at_the_first_update(epsilon, beta_2, step):
    return epsilon * math.sqrt(1 - beta_2)


def epsilon_times_step(epsilon, beta_2, step):
    return epsilon * math.sqrt(1 - beta_2 * step)


def epsilon_from_zero(epsilon, beta_2, step):
    return epsilon * math.sqrt(1 - beta_2 ** (step - 1))


def epsilon_unchanged(epsilon, beta_2, step):
    return epsilon


WRONG = {
    "survives_float32": [
        (survives_compared_in_float32, "Which precision"),
        (survives_nearly, "allow a small difference"),
        (survives_short_numbers, "however many decimal digits"),
        (survives_nothing, "at most 24 digits"),
        (survives_tight_tolerance, "small, but not 0"),
    ],
    "gates_to_keras": [
        (gates_only_transposed, "still PyTorch's order"),
        (gates_reshaped, "Did you reshape"),
        (gates_not_transposed, "shape"),
        (gates_split_along_the_features, "split along the wrong axis"),
        (gates_rotated, "then the reset gate r"),
        (gates_interleaved, "must be together"),
    ],
    "gru_from_keras": [
        (way_back_without_gates, "reset gate first"),
        (way_back_sum_of_biases, "must stay two"),
        (way_back_biases_exchanged, "first row belongs to the input"),
        (way_back_reshaped, "no gates of the Keras array"),
        (way_back_only_matrices_ordered, "bias_ih_l0 has the gates"),
        (way_back_as_a_list, "Return a dictionary"),
        (way_back_not_transposed, "weight_ih_l0 must have the shape"),
    ],
    "squared_gradient": [
        (squares_before_the_sum, "sum of the squares"),
        (squares_last_row_wins, "other rows are lost"),
        (squares_of_the_mean, "Is it a mean"),
        (squares_forgotten, "never negative"),
        (squares_only_of_those_there, "shape"),
    ],
    "keras_epsilon": [
        (epsilon_divided, "so it must be smaller"),
        (epsilon_without_root, "move 1.9.* x as far"),
        (epsilon_at_the_first_update, "correction is over"),
        (epsilon_times_step, "math domain error|expected a nonnegative"),
        (epsilon_from_zero, "above 0|as far"),
        (epsilon_unchanged, "move 0.06.* x as far"),
    ],
}
