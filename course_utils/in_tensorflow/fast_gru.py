"""One GRU layer over a whole text, with a backward pass written by hand: for training on a CPU.

Shapes: ``T`` time, ``B`` batch, ``H`` hidden units. Time comes first here, so that each step is one
block of memory.
"""

import tensorflow as tf


def gru_outputs(projected, state, recurrent_weight, recurrent_bias):
    """Return the states [T, B, H] of a GRU after each step; differentiable once.

    Shapes: ``projected`` [T, B, 3H] holds the inputs times the input weight plus the input bias,
    for all steps; ``state`` [B, H]. The weight [H, 3H] and the bias [3H] have Keras's own layout
    and gate order z, r, n. With a = projected[t], g = state @ weight + bias:

        r = sigmoid(a_r + g_r);  z = sigmoid(a_z + g_z);  n = tanh(a_n + r * g_n)
        state = n + z * (state - n)

    The numbers are ``keras.layers.GRU``'s up to rounding. What is faster is the backward pass: it
    collects the gates' gradients of all steps, and the weight's gradient is one large matrix
    product at the end, not the sum of T small ones. And the weight is transposed once: TensorFlow's
    product with a matrix that it must read transposed takes 3 times as long on a CPU.
    Source: Cho et al. 2014, with the reset gate applied after the matrix product (Appleyard et al.
    2016, section 3, for the grouping of matrix products).
    """
    return _gru(projected, state, tf.convert_to_tensor(recurrent_weight), recurrent_bias)


@tf.custom_gradient
def _gru(projected, state, weight, bias):
    # The backward pass below must not name what it does not need: that would stay in memory.
    time, shape, dtype = tf.shape(projected)[0], state.shape, projected.dtype
    gate_shape = projected.shape[1:]

    def rows(element_shape):
        return tf.TensorArray(dtype, time, clear_after_read=False, element_shape=element_shape)

    inputs = rows(gate_shape).unstack(projected)

    def forward(step, before, *arrays):
        a_z, a_r, a_n = tf.split(inputs.read(step), 3, axis=1)
        g_z, g_r, g_n = tf.split(before @ weight + bias, 3, axis=1)
        z, r = tf.sigmoid(a_z + g_z), tf.sigmoid(a_r + g_r)
        new = tf.tanh(a_n + r * g_n)
        values = (z, r, g_n, new, before)
        written = (array.write(step, x) for array, x in zip(arrays, values, strict=True))
        return step + 1, new + z * (before - new), *written

    _, last, *saved = tf.while_loop(
        lambda step, *_: step < time, forward, (0, state, *(rows(shape) for _ in range(5)))
    )

    def backward(d_outputs):
        d_inputs = rows(shape).unstack(d_outputs)
        transposed = tf.transpose(weight)

        def back(step, d_state, d_gates, d_news):
            z, r, g_n, new, before = (array.read(step) for array in saved)
            d_state += d_inputs.read(step)
            kept = d_state * z
            d_z = kept * (1 - z) * (before - new)
            d_new = (d_state - kept) * (1 - new * new)
            d_g_n = d_new * r
            d_r = d_g_n * (1 - r) * g_n
            d_gate = tf.concat([d_z, d_r, d_g_n], axis=1)
            d_before = kept + d_gate @ transposed
            return step - 1, d_before, d_gates.write(step, d_gate), d_news.write(step, d_new)

        start = (time - 1, tf.zeros_like(last), rows(gate_shape), rows(shape))
        _, d_state, d_gates, d_news = tf.while_loop(lambda step, *_: step >= 0, back, start)
        d_gates, hidden = d_gates.stack(), shape[1]
        flat = tf.reshape(d_gates, (-1, 3 * hidden))
        befores = tf.reshape(saved[4].stack(), (-1, hidden))
        d_weight = tf.matmul(befores, flat, transpose_a=True)
        d_projected = tf.concat([d_gates[:, :, : 2 * hidden], d_news.stack()], axis=2)
        return d_projected, d_state, d_weight, _sum_of_rows(d_gates)

    return tf.concat([saved[4].stack()[1:], last[None]], axis=0), backward


@tf.custom_gradient
def _add_bias(values, bias):
    """Return ``values`` [T, B, N] plus ``bias`` [N]; the gradient of the bias is a product."""
    return values + bias, lambda d_values: (d_values, _sum_of_rows(d_values))


def _sum_of_rows(values):
    """Return the sum [N] of all rows of ``values`` [T, B, N]: a product, faster than XLA's sum."""
    rows = tf.reshape(values, (-1, values.shape[-1]))
    return tf.reshape(tf.ones((1, tf.shape(rows)[0]), rows.dtype) @ rows, [-1])
