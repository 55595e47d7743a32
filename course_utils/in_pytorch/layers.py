"""Recurrent layers in PyTorch, with the course's weights, shapes and starting values.

Shapes: ``B`` batch, ``T`` time, ``I`` input features, ``H`` hidden units, ``L`` layers,
``G`` gates (1 for "rnn", 4 for "lstm", 3 for "gru"), ``S`` source time.
"""

import contextlib
import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import dropout
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from course_utils._onednn import linear
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

from .fast_gru import gru_outputs

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
# What nn.RNNCell, nn.LSTMCell and nn.GRUCell call.
_STEPS = {"rnn": torch.rnn_tanh_cell, "lstm": torch.lstm_cell, "gru": torch.gru_cell}


class RecurrentLayers(nn.Module):
    """One or more recurrent layers, each reading the outputs of the one below.

    Shapes: ``inputs`` [B, T, I] -> ``outputs`` [B, T, H] and ``state``. The state is [L, B, H] for
    "rnn" and "gru"; for "lstm" it is the pair (hidden, cell) of two such tensors.
    Start: Glorot uniform input weights, orthogonal recurrent weights, zero biases, forget bias 1.
    PyTorch keeps two bias vectors for "rnn" and "lstm" whose sum is all that matters. The second
    one is frozen at zero here: there is one bias to learn, as in Keras.

    Raises: TypeError, ValueError for options that are not possible, or a state that does not fit.
    Source: Elman 1990 ("rnn"); Hochreiter & Schmidhuber 1997, Gers et al. 2000 ("lstm");
    Cho et al. 2014, with the reset gate applied after the matrix product ("gru"); ``torch.nn``.
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
        super().__init__()
        check_model_options(cell, dtype, dropout)
        input_size, hidden_size, num_layers = whole_numbers(
            input_size=input_size, hidden_size=hidden_size, num_layers=num_layers
        )
        self.hidden_size, self.num_layers, self.cell = hidden_size, num_layers, cell
        self.layers = CELLS[cell](
            input_size,
            hidden_size,
            num_layers,
            batch_first=True,
            dropout=dropout if num_layers > 1 else 0.0,
            dtype=getattr(torch, dtype),
        )
        (seed,) = spread_seeds(seed, 1)
        self._start(torch.Generator().manual_seed(seed))

    def _start(self, generator):
        for layer in range(self.num_layers):
            input_weight, recurrent_weight, bias, second_bias = self.layers.all_weights[layer]
            nn.init.xavier_uniform_(input_weight, generator=generator)
            nn.init.orthogonal_(recurrent_weight, generator=generator)
            nn.init.zeros_(bias)
            nn.init.zeros_(second_bias)
            if self.cell == "lstm":
                with torch.no_grad():
                    bias[self.hidden_size : 2 * self.hidden_size] = 1.0  # gates: i, f, g, o
            if self.cell != "gru":
                second_bias.requires_grad_(False)

    def forward(self, inputs, state=None, lengths=None):
        """Read ``inputs`` [B, T, I] from ``state`` (zeros if None); return (outputs, new state).

        With ``lengths`` [B], places from a row's length on are pads: the outputs there are zeros,
        and the new state is the one after the row's last real place.
        """
        batch_size, time = inputs.shape[:2]
        if state is None:
            state = self.zero_state(batch_size)
        for part in state if self.cell == "lstm" else (state,):
            check_state_shape(part.shape, self.num_layers, batch_size, self.hidden_size)
        if lengths is not None:
            lengths = check_lengths(lengths, batch_size, time)
        if lengths is None or lengths.min() == time:  # no pads; packing would double the time
            return (self._gru if self._by_hand(inputs) else self.layers)(inputs, state)
        packed = pack_padded_sequence(
            inputs, torch.as_tensor(lengths), batch_first=True, enforce_sorted=False
        )
        outputs, state = self.layers(packed, state)
        return pad_packed_sequence(outputs, batch_first=True, total_length=time)[0], state

    def _by_hand(self, inputs):
        """Tell whether ``fast_gru`` reads: a GRU in training, on a CPU (a GPU has cuDNN)."""
        return self.cell == "gru" and torch.is_grad_enabled() and not inputs.is_cuda

    def _gru(self, inputs, state):
        """Do what ``self.layers`` does, faster in training: see ``fast_gru``."""
        outputs, new_states = inputs.transpose(0, 1), []  # [T, B, I]
        for layer, (input_weight, weight, input_bias, bias) in enumerate(self.layers.all_weights):
            if layer > 0:
                outputs = dropout(outputs, self.layers.dropout, self.training)
            projected = linear(outputs, input_weight, input_bias)  # [T, B, 3H], all steps at once
            outputs = gru_outputs(projected, state[layer], weight, bias)  # [T, B, H]
            new_states.append(outputs[-1])
        return outputs.transpose(0, 1), torch.stack(new_states)

    def step(self, inputs, states):
        """Read one symbol of each row: ``inputs`` [B, I] -> (outputs [B, H], new states).

        ``states`` are those of ``split_state``, and so are the new ones. Without dropout. For one
        place this is faster than the layers, which are made for many.
        """
        outputs, new_states = inputs, []
        for layer, state in enumerate(states):
            start = state if self.cell == "lstm" else state[0]
            new = _STEPS[self.cell](outputs, start, *self.layers.all_weights[layer])
            new_states.append(new if self.cell == "lstm" else (new,))
            outputs = new_states[-1][0]
        return outputs, new_states

    def split_state(self, state):
        """Return a state as a list with one tuple a layer: (hidden [B, H],), or (hidden, cell)."""
        parts = state if self.cell == "lstm" else (state,)
        return list(zip(*(part.unbind() for part in parts), strict=True))

    def zero_state(self, batch_size):
        """Return the state before the first symbol: zeros [L, B, H], a pair of them for "lstm"."""
        weight = self.layers.weight_ih_l0
        zeros = weight.new_zeros(self.num_layers, batch_size, self.hidden_size)
        return (zeros, zeros.clone()) if self.cell == "lstm" else zeros

    def _hidden_matrices(self):
        """Return pairs (matrix, G): the input and recurrent matrices, and the number of gates."""
        return [
            (matrix, len(matrix) // self.hidden_size)
            for weights in self.layers.all_weights
            for matrix in weights[:2]
        ]

    def named_weights(self):
        """Return the weights as NumPy arrays under names that no framework owns.

        ``{layer}.input_weight`` [I, G H], ``{layer}.recurrent_weight`` [H, G H] and
        ``{layer}.bias`` [G H]; for "gru" two biases, ``{layer}.input_bias`` and
        ``{layer}.recurrent_bias``. Gate order: i, f, g, o for "lstm"; r, z, n for "gru".
        """
        named = {}
        for layer in range(self.num_layers):
            input_weight, recurrent_weight, bias, second_bias = (
                weight.detach().cpu().numpy().copy() for weight in self.layers.all_weights[layer]
            )
            named[f"{layer}.input_weight"] = input_weight.T
            named[f"{layer}.recurrent_weight"] = recurrent_weight.T
            if self.cell == "gru":
                named[f"{layer}.input_bias"], named[f"{layer}.recurrent_bias"] = bias, second_bias
            else:
                named[f"{layer}.bias"] = bias + second_bias
        return named

    def load_named_weights(self, named):
        """Set the weights from arrays named as in ``named_weights``.

        Raises: ValueError if a name is missing or unknown, or a shape differs.
        """
        check_named_weights(self.named_weights(), named)
        for layer in range(self.num_layers):
            input_weight, recurrent_weight, bias, second_bias = self.layers.all_weights[layer]
            assign(input_weight, named[f"{layer}.input_weight"].T)
            assign(recurrent_weight, named[f"{layer}.recurrent_weight"].T)
            if self.cell == "gru":
                assign(bias, named[f"{layer}.input_bias"])
                assign(second_bias, named[f"{layer}.recurrent_bias"])
            else:
                assign(bias, named[f"{layer}.bias"])
                assign(second_bias, np.zeros_like(named[f"{layer}.bias"]))


class Attention(nn.Module):
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
        super().__init__()
        check_model_options("gru", dtype, 0.0)
        check_score(score)
        (hidden_size,) = whole_numbers(hidden_size=hidden_size)
        self.hidden_size, self.score = hidden_size, score
        shapes = {
            "query_weight": (hidden_size, hidden_size),
            "memory_weight": (hidden_size, hidden_size),
            "score_weight": (hidden_size, 1),
        }
        seeds = spread_seeds(seed, len(shapes))
        self.score_weights = nn.ParameterDict()
        for (name, shape), one_seed in zip(shapes.items(), seeds, strict=True):
            if name in ATTENTION_WEIGHTS[score]:
                weight = torch.empty(shape, dtype=getattr(torch, dtype))
                generator = torch.Generator().manual_seed(one_seed)
                self.score_weights[name] = nn.init.xavier_uniform_(weight, generator=generator)

    def scores(self, queries, memory):
        """Return the scores [B, T, S] of ``queries`` [B, T, H] and ``memory`` [B, S, H]."""
        if self.score == "additive":
            queries = queries @ self.score_weights["query_weight"]
            memory = memory @ self.score_weights["memory_weight"]
            both = torch.tanh(queries.unsqueeze(2) + memory.unsqueeze(1))  # [B, T, S, H]
            return (both @ self.score_weights["score_weight"]).squeeze(-1)
        if self.score == "general":
            memory = memory @ self.score_weights["memory_weight"]
        scores = queries @ memory.transpose(1, 2)
        return scores / math.sqrt(self.hidden_size) if self.score == "scaled_dot" else scores

    def forward(self, queries, memory, mask):
        """Return (context [B, T, H], weights [B, T, S]); see the class."""
        scores = self.scores(queries, memory)
        weights = torch.softmax(scores.masked_fill(~mask.unsqueeze(1), -math.inf), dim=-1)
        return weights @ memory, weights

    def _hidden_matrices(self):
        """Return pairs (matrix, 1): the matrices [H, H] that the score has."""
        names = ("query_weight", "memory_weight")
        return [(self.score_weights[name], 1) for name in names if name in self.score_weights]

    def named_weights(self):
        """Return the weights as NumPy arrays: ``query_weight`` and ``memory_weight`` [H, H],
        ``score_weight`` [H, 1]; only those that the score has.
        """
        return {
            name: weight.detach().cpu().numpy().copy()
            for name, weight in self.score_weights.items()
        }

    def load_named_weights(self, named):
        """Set the weights from arrays named as in ``named_weights``.

        Raises: ValueError if a name is missing or unknown, or a shape differs.
        """
        check_named_weights(self.named_weights(), named)
        for name, weight in self.score_weights.items():
            assign(weight, named[name])


def assign(parameter, array):
    """Copy a NumPy array into a parameter of the same shape, in the parameter's own precision."""
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))


@contextlib.contextmanager
def _evaluation_mode(model):
    """Switch dropout off and take no notes for gradients; restore the mode at the end."""
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(was_training)
