"""Reference solutions of notebook 01."""

import math

import numpy as np
import tensorflow as tf
import torch


def next_state_in_numpy(x, h, U, W, b):
    """Return the state after one more symbol [B, H]."""
    return np.tanh(x @ U + h @ W + b)


def next_state_in_pytorch(x, h, U, W, b):
    """Return the state after one more symbol [B, H]."""
    return torch.tanh(x @ U + h @ W + b)


def next_state_in_tensorflow(x, h, U, W, b):
    """Return the state after one more symbol [B, H]."""
    return tf.tanh(x @ U + h @ W + b)


def score_gradients_in_pytorch(scores, targets):
    """Return the gradients of the cross-entropy and of the squared error, both [T, V]."""
    T, V = scores.shape
    one_hot = torch.nn.functional.one_hot(targets, V)
    cross_entropy = (torch.softmax(scores, dim=-1) - one_hot) / T
    squared_error = 2 * (scores - one_hot) / (T * V)  # V times less: the mean is over V, too
    return cross_entropy, squared_error


def score_gradients_in_tensorflow(scores, targets):
    """Return the gradients of the cross-entropy and of the squared error, both [T, V]."""
    T, V = scores.shape
    one_hot = tf.one_hot(targets, V)
    cross_entropy = (tf.nn.softmax(scores, axis=-1) - one_hot) / T
    squared_error = 2 * (scores - one_hot) / (T * V)  # V times less: the mean is over V, too
    return cross_entropy, squared_error


def lowest_cross_entropy(vocab_size):
    """Return the loss of the best scores a tanh can give: +1 for the right symbol, -1 else."""
    e = math.e
    return -math.log(e / (e + (vocab_size - 1) / e))


def start_gradient_in_pytorch(states, from_answer, W):
    """Return the gradient of the loss with respect to h_0: [H]."""
    future = torch.zeros_like(from_answer[0])
    for t in reversed(range(len(states))):
        delta = (from_answer[t] + future) * (1 - states[t] ** 2)
        future = delta @ W.T
    return future


def start_gradient_in_tensorflow(states, from_answer, W):
    """Return the gradient of the loss with respect to h_0: [H]."""
    future = tf.zeros_like(from_answer[0])
    for t in reversed(range(len(states))):
        delta = (from_answer[t] + future) * (1 - states[t] ** 2)
        future = tf.linalg.matvec(W, delta)  # the row delta W^T
    return future


def gate_bias(steps, share):
    """Return the bias b with sigmoid(b) ** steps == share."""
    gate = share ** (1 / steps)
    return math.log(gate / (1 - gate))
