"""Reference solutions of notebook 06."""

import math

import numpy as np
import tensorflow as tf
import torch


def survives_float32_in_numpy(value):
    """Return whether float32 holds a Python number exactly."""
    return float(np.float32(value)) == value  # both sides are float64 now


def survives_float32_in_pytorch(value):
    """Return whether float32 holds a Python number exactly."""
    return torch.tensor(value, dtype=torch.float32).item() == value


def survives_float32_in_tensorflow(value):
    """Return whether float32 holds a Python number exactly."""
    return float(tf.constant(value, tf.float32)) == value


def gates_to_keras_in_pytorch(weight):
    """Weight [3H, E], gates r, z, n -> [E, 3H], gates z, r, h."""
    r, z, n = weight.T.chunk(3, dim=-1)
    return torch.cat([z, r, n], dim=-1)


def gates_to_keras_in_tensorflow(weight):
    """Weight [3H, E], gates r, z, n -> [E, 3H], gates z, r, h."""
    r, z, n = tf.split(tf.transpose(weight), 3, axis=-1)
    return tf.concat([z, r, n], axis=-1)


def gru_from_keras_in_pytorch(kernel, recurrent, bias):
    """Kernel [E, 3H], recurrent [H, 3H], bias [2, 3H] -> a state_dict of nn.GRU."""

    def gates(array):  # z, r, h -> r, z, n
        z, r, n = array.chunk(3, dim=-1)
        return torch.cat([r, z, n], dim=-1)

    return {
        "weight_ih_l0": gates(kernel).T,
        "weight_hh_l0": gates(recurrent).T,
        "bias_ih_l0": gates(bias[0]),
        "bias_hh_l0": gates(bias[1]),
    }


def gru_from_keras_in_tensorflow(kernel, recurrent, bias):
    """Kernel [E, 3H], recurrent [H, 3H], bias [2, 3H] -> a state_dict of nn.GRU."""

    def gates(array):  # z, r, h -> r, z, n
        z, r, n = tf.split(array, 3, axis=-1)
        return tf.concat([r, z, n], axis=-1)

    return {
        "weight_ih_l0": tf.transpose(gates(kernel)),
        "weight_hh_l0": tf.transpose(gates(recurrent)),
        "bias_ih_l0": gates(bias[0]),
        "bias_hh_l0": gates(bias[1]),
    }


def squared_gradient_in_pytorch(rows, ids, count):
    """Rows [N, E], ids [N] -> squares [V, E] of the summed rows."""
    whole = torch.zeros(count, rows.shape[1]).index_add(0, ids, rows)
    return whole**2


def squared_gradient_in_tensorflow(rows, ids, count):
    """Rows [N, E], ids [N] -> squares [V, E] of the summed rows."""
    whole = tf.convert_to_tensor(tf.IndexedSlices(rows, ids, (count, rows.shape[1])))
    return tf.square(whole)


def keras_epsilon(epsilon, beta_2, step):
    """Return the epsilon for Keras; framework-free, as it is one number."""
    return epsilon * math.sqrt(1 - beta_2**step)
