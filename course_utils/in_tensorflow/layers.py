"""Recurrent layers in TensorFlow, with the course's weights, shapes and starting values.

Shapes: ``B`` batch, ``T`` time, ``I`` input features, ``H`` hidden units, ``L`` layers,
``G`` gates (1 for "rnn", 4 for "lstm", 3 for "gru").
"""

import keras
import numpy as np
import tensorflow as tf

from course_utils.model_checks import (
    check_model_options,
    check_named_weights,
    check_state_shape,
    spread_seeds,
    whole_numbers,
)

CELLS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


class RecurrentLayers(keras.layers.Layer):
    """One or more recurrent layers, each reading the outputs of the one below.

    Shapes: ``inputs`` [B, T, I] -> ``outputs`` [B, T, H] and ``state``. The state is [L, B, H] for
    "rnn" and "gru"; for "lstm" it is the pair (hidden, cell) of two such tensors.
    Start: Glorot uniform input weights, orthogonal recurrent weights, zero biases, forget bias 1.
    These are the defaults of Keras. A Keras layer is one layer, so a stack is a list of them.

    Raises: TypeError, ValueError for options that are not possible, or a state that does not fit.
    Source: Elman 1990 ("rnn"); Hochreiter & Schmidhuber 1997, Gers et al. 2000 ("lstm");
    Cho et al. 2014, with the reset gate applied after the matrix product ("gru"); ``keras.layers``.
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        cell="gru",
        dropout=0.0,
        seed=0,
        dtype="float32",
    ):
        super().__init__(dtype=dtype)
        check_model_options(cell, dtype, dropout)
        input_size, hidden_size, num_layers = whole_numbers(
            input_size=input_size, hidden_size=hidden_size, num_layers=num_layers
        )
        self.hidden_size, self.num_layers, self.cell = hidden_size, num_layers, cell
        seeds = spread_seeds(seed, 2 * num_layers + 1)
        self.layers = [
            CELLS[cell](
                hidden_size,
                return_sequences=True,
                return_state=True,
                kernel_initializer=keras.initializers.GlorotUniform(seed=seeds[2 * layer]),
                recurrent_initializer=keras.initializers.Orthogonal(seed=seeds[2 * layer + 1]),
                dtype=dtype,
            )
            for layer in range(num_layers)
        ]
        self.dropout = keras.layers.Dropout(dropout, seed=seeds[-1], dtype=dtype)
        for layer, layer_inputs in zip(
            self.layers, [input_size] + [hidden_size] * (num_layers - 1), strict=True
        ):
            layer.build((None, None, layer_inputs))

    def call(self, inputs, state=None):
        """Read ``inputs`` [B, T, I] from ``state`` (zeros if None); return (outputs, new state)."""
        if state is None:
            state = self.zero_state(tf.shape(inputs)[0])
        pair = self.cell == "lstm"
        for part in state if pair else (state,):
            check_state_shape(part.shape, self.num_layers, inputs.shape[0], self.hidden_size)
        outputs, new_states = inputs, []
        for index, layer in enumerate(self.layers):
            if index > 0:
                outputs = self.dropout(outputs)
            start = [state[0][index], state[1][index]] if pair else [state[index]]
            outputs, *new_state = layer(outputs, initial_state=start)
            new_states.append(new_state)
        stacked = tuple(tf.stack(parts) for parts in zip(*new_states, strict=True))
        return outputs, stacked if pair else stacked[0]

    def zero_state(self, batch_size):
        """Return the state before the first symbol: zeros [L, B, H], a pair of them for "lstm"."""
        zeros = tf.zeros((self.num_layers, batch_size, self.hidden_size), self.compute_dtype)
        return (zeros, tf.identity(zeros)) if self.cell == "lstm" else zeros

    def named_weights(self):
        """Return the weights as NumPy arrays under names that no framework owns.

        ``{layer}.input_weight`` [I, G H], ``{layer}.recurrent_weight`` [H, G H] and
        ``{layer}.bias`` [G H]; for "gru" two biases, ``{layer}.input_bias`` and
        ``{layer}.recurrent_bias``. Gate order: i, f, g, o for "lstm"; r, z, n for "gru".
        """
        named = {}
        for layer, keras_layer in enumerate(self.layers):
            input_weight, recurrent_weight, bias = keras_layer.get_weights()
            if self.cell == "gru":  # Keras: z, r, h and both biases as the rows of one array
                named[f"{layer}.input_weight"] = _swap_gates(input_weight)
                named[f"{layer}.recurrent_weight"] = _swap_gates(recurrent_weight)
                named[f"{layer}.input_bias"], named[f"{layer}.recurrent_bias"] = _swap_gates(bias)
            else:
                named[f"{layer}.input_weight"] = input_weight
                named[f"{layer}.recurrent_weight"] = recurrent_weight
                named[f"{layer}.bias"] = bias
        return named

    def load_named_weights(self, named):
        """Set the weights from arrays named as in ``named_weights``.

        Raises: ValueError if a name is missing or unknown, or a shape differs.
        """
        check_named_weights(self.named_weights(), named)
        for layer, keras_layer in enumerate(self.layers):
            input_weight, recurrent_weight, bias = keras_layer.trainable_weights
            if self.cell == "gru":
                assign(input_weight, _swap_gates(named[f"{layer}.input_weight"]))
                assign(recurrent_weight, _swap_gates(named[f"{layer}.recurrent_weight"]))
                biases = (named[f"{layer}.input_bias"], named[f"{layer}.recurrent_bias"])
                assign(bias, _swap_gates(np.stack(biases)))
            else:
                assign(input_weight, named[f"{layer}.input_weight"])
                assign(recurrent_weight, named[f"{layer}.recurrent_weight"])
                assign(bias, named[f"{layer}.bias"])


def _swap_gates(array):
    """Exchange the first two of three gate blocks: PyTorch's r, z, n <-> Keras's z, r, h."""
    first, second, third = np.split(array, 3, axis=-1)
    return np.concatenate([second, first, third], axis=-1)


def assign(parameter, array):
    """Copy a NumPy array into a parameter of the same shape, in the parameter's own precision."""
    parameter.assign(np.ascontiguousarray(array))
