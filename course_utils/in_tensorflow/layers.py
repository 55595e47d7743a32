"""Recurrent layers in TensorFlow, with the course's weights, shapes and starting values.

Shapes: ``B`` batch, ``T`` time, ``I`` input features, ``H`` hidden units, ``L`` layers,
``G`` gates (1 for "rnn", 4 for "lstm", 3 for "gru"), ``S`` source time.
"""

import math

import keras
import numpy as np
import tensorflow as tf

from course_utils.model_checks import (
    ATTENTION_WEIGHTS,
    check_lengths,
    check_model_options,
    check_named_weights,
    check_score,
    check_state_shape,
    spread_seeds,
    whole_numbers,
)

from .fast_gru import _add_bias, gru_outputs

CELLS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


class _Dropout(keras.layers.Dropout):
    """Keras's layer, with its random number generator named: Philox.

    Unnamed, it is Philox as well, and XLA's program for that takes 20 to 30 times as long
    (notebook 08, section 7). XLA and a traced graph make numbers from other bits of it, so a
    compiled training drops other units than a traced one.
    """

    def __init__(self, rate, **options):
        super().__init__(rate, **{"name": "dropout"} | options)

    def call(self, inputs, training=False):
        """Return ``inputs`` with a share of ``rate`` set to 0 and the rest scaled up."""
        if not training or self.rate == 0:
            return inputs
        seed = tf.cast(tf.math.floormod(self.seed_generator.next(), tf.int32.max - 1), tf.int32)
        return tf.nn.experimental.stateless_dropout(inputs, self.rate, seed, rng_alg="philox")


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
        check_model_options(cell, dtype, dropout)
        super().__init__(dtype=dtype)
        input_size, hidden_size, num_layers = whole_numbers(
            input_size=input_size, hidden_size=hidden_size, num_layers=num_layers
        )
        self.hidden_size, self.num_layers, self.cell = hidden_size, num_layers, cell
        self.supports_masking = True  # Keras hangs the mask on the outputs; no need to warn
        seeds = spread_seeds(seed, 2 * num_layers + 1)
        self.layers = [
            CELLS[cell](
                hidden_size,
                return_sequences=True,
                return_state=True,
                kernel_initializer=keras.initializers.GlorotUniform(seed=seeds[2 * layer]),
                recurrent_initializer=keras.initializers.Orthogonal(seed=seeds[2 * layer + 1]),
                zero_output_for_mask=True,
                dtype=dtype,
            )
            for layer in range(num_layers)
        ]
        self.dropout = _Dropout(dropout, seed=seeds[-1], dtype=dtype)
        for layer, layer_inputs in zip(
            self.layers, [input_size] + [hidden_size] * (num_layers - 1), strict=True
        ):
            layer.build((None, None, layer_inputs))
        self.built = True

    def call(self, inputs, state=None, lengths=None):
        """Read ``inputs`` [B, T, I] from ``state`` (zeros if None); return (outputs, new state).

        With ``lengths`` [B], places from a row's length on are pads: the outputs there are zeros,
        and the new state is the one after the row's last real place.
        """
        if state is None:
            state = self.zero_state(tf.shape(inputs)[0])
        pair = self.cell == "lstm"
        for part in state if pair else (state,):
            check_state_shape(part.shape, self.num_layers, inputs.shape[0], self.hidden_size)
        if lengths is not None and not tf.is_symbolic_tensor(lengths):
            lengths = check_lengths(lengths, *inputs.shape[:2])
            lengths = None if lengths.min() == inputs.shape[1] else lengths  # there are no pads
        mask = None if lengths is None else tf.sequence_mask(lengths, tf.shape(inputs)[1])
        outputs, new_states = inputs, []
        for index, layer in enumerate(self.layers):
            if index > 0:
                outputs = self.dropout(outputs)
            start = [state[0][index], state[1][index]] if pair else [state[index]]
            if self._by_hand(mask):
                outputs, *new_state = self._gru(layer, outputs, *start)
            else:
                outputs, *new_state = layer(outputs, initial_state=start, mask=mask)
            new_states.append(new_state)
        stacked = tuple(tf.stack(parts) for parts in zip(*new_states, strict=True))
        return outputs, stacked if pair else stacked[0]

    def _by_hand(self, mask):
        """Tell whether ``fast_gru`` reads: a GRU without pads, on a CPU (a GPU has cuDNN)."""
        return self.cell == "gru" and mask is None and not tf.config.list_logical_devices("GPU")

    def _gru(self, layer, inputs, state):
        """Do what a Keras GRU layer does, faster in training: see ``fast_gru``."""
        input_weight, weight = layer.cell.kernel, layer.cell.recurrent_kernel
        input_bias, bias = tf.unstack(layer.cell.bias)
        inputs = tf.transpose(inputs, (1, 0, 2))  # [T, B, I]
        projected = _add_bias(tf.tensordot(inputs, input_weight, 1), input_bias)  # [T, B, 3H]
        outputs = gru_outputs(projected, state, weight, bias)  # [T, B, H]
        return tf.transpose(outputs, (1, 0, 2)), outputs[-1]

    def step(self, inputs, states):
        """Read one symbol of each row: ``inputs`` [B, I] -> (outputs [B, H], new states).

        ``states`` are those of ``split_state``, and so are the new ones. Without dropout. For one
        place this is faster than the layers, which are made for many.
        """
        outputs, new_states = inputs, []
        for layer, state in zip(self.layers, states, strict=True):
            outputs, new_state = layer.cell(outputs, list(state), training=False)
            new_states.append(tuple(new_state))
        return outputs, new_states

    def split_state(self, state):
        """Return a state as a list with one tuple a layer: (hidden [B, H],), or (hidden, cell)."""
        parts = state if self.cell == "lstm" else (state,)
        return list(zip(*(tf.unstack(part) for part in parts), strict=True))

    def zero_state(self, batch_size):
        """Return the state before the first symbol: zeros [L, B, H], a pair of them for "lstm"."""
        zeros = tf.zeros((self.num_layers, batch_size, self.hidden_size), self.compute_dtype)
        return (zeros, tf.identity(zeros)) if self.cell == "lstm" else zeros

    def _hidden_matrices(self):
        """Return pairs (matrix, G): the input and recurrent matrices, and the number of gates."""
        return [
            (matrix, matrix.shape[1] // self.hidden_size)
            for layer in self.layers
            for matrix in (layer.cell.kernel, layer.cell.recurrent_kernel)
        ]

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


class Attention(keras.layers.Layer):
    """Look back at a memory: score every place, softmax over the real ones, weighted mean.

    Shapes: ``queries`` [B, T, H], ``memory`` [B, S, H], ``mask`` [B, S] (True = a real place) ->
    ``context`` [B, T, H] and ``weights`` [B, T, S]; each row of the weights sums to 1, and pads
    have exactly 0. The scores of a query q and a place m of the memory:

    - "additive": v . tanh(Q q + M m)   (Bahdanau et al. 2015, appendix A.1.2)
    - "dot": q . m                      (Luong et al. 2015, section 3.1)
    - "scaled_dot": q . m / sqrt(H)     (Vaswani et al. 2017, equation 1)
    - "general": q . M m                (Luong et al. 2015, section 3.1)

    All queries are scored in one go: there is no loop over places of either sentence.
    Raises: TypeError, ValueError for options that are not possible.
    """

    def __init__(self, hidden_size, score="additive", seed=0, dtype="float32"):
        check_model_options("gru", dtype, 0.0)
        super().__init__(dtype=dtype)
        check_score(score)
        (hidden_size,) = whole_numbers(hidden_size=hidden_size)
        self.hidden_size, self.score = hidden_size, score
        shapes = {
            "query_weight": (hidden_size, hidden_size),
            "memory_weight": (hidden_size, hidden_size),
            "score_weight": (hidden_size, 1),
        }
        seeds = spread_seeds(seed, len(shapes))
        self.score_weights = {}
        for (name, shape), one_seed in zip(shapes.items(), seeds, strict=True):
            if name in ATTENTION_WEIGHTS[score]:
                start = keras.initializers.GlorotUniform(seed=one_seed)
                self.score_weights[name] = self.add_weight(
                    shape=shape, initializer=start, name=name, dtype=dtype
                )
        self.built = True

    def scores(self, queries, memory):
        """Return the scores [B, T, S] of ``queries`` [B, T, H] and ``memory`` [B, S, H]."""
        # tensordot and not @: for 4 axes times 2, TensorFlow 2.21's matmul writes past its memory
        # on a CPU when T is 1, and the numbers are wrong (tensorflow/tensorflow#117700).
        if self.score == "additive":
            queries = tf.tensordot(queries, self.score_weights["query_weight"], 1)
            memory = tf.tensordot(memory, self.score_weights["memory_weight"], 1)
            both = tf.tanh(queries[:, :, None] + memory[:, None])  # [B, T, S, H]
            return tf.squeeze(tf.tensordot(both, self.score_weights["score_weight"], 1), -1)
        if self.score == "general":
            memory = tf.tensordot(memory, self.score_weights["memory_weight"], 1)
        scores = tf.matmul(queries, memory, transpose_b=True)
        return scores / math.sqrt(self.hidden_size) if self.score == "scaled_dot" else scores

    def call(self, queries, memory, mask):
        """Return (context [B, T, H], weights [B, T, S]); see the class."""
        scores = self.scores(queries, memory)
        nothing = tf.constant(-math.inf, scores.dtype)
        weights = tf.nn.softmax(tf.where(mask[:, None], scores, nothing))
        return weights @ memory, weights

    def _hidden_matrices(self):
        """Return pairs (matrix, 1): the matrices [H, H] that the score has."""
        names = ("query_weight", "memory_weight")
        return [(self.score_weights[name], 1) for name in names if name in self.score_weights]

    def named_weights(self):
        """Return the weights as NumPy arrays: ``query_weight`` and ``memory_weight`` [H, H],
        ``score_weight`` [H, 1]; only those that the score has.
        """
        return {name: weight.numpy() for name, weight in self.score_weights.items()}

    def load_named_weights(self, named):
        """Set the weights from arrays named as in ``named_weights``.

        Raises: ValueError if a name is missing or unknown, or a shape differs.
        """
        check_named_weights(self.named_weights(), named)
        for name, weight in self.score_weights.items():
            assign(weight, named[name])


def _swap_gates(array):
    """Exchange the first two of three gate blocks: PyTorch's r, z, n <-> Keras's z, r, h."""
    first, second, third = np.split(array, 3, axis=-1)
    return np.concatenate([second, first, third], axis=-1)


def assign(parameter, array):
    """Copy a NumPy array into a parameter of the same shape, in the parameter's own precision."""
    parameter.assign(np.ascontiguousarray(array))
