"""The course's models in TensorFlow.

Shapes: ``B`` batch, ``T`` time, ``E`` embedding, ``H`` hidden, ``V`` vocabulary.
"""

import keras
import numpy as np
import tensorflow as tf

from course_utils.model_checks import (
    check_model_options,
    check_named_weights,
    split_names,
    spread_seeds,
    whole_numbers,
)

from .layers import RecurrentLayers, _Dropout, assign


class CharacterModel(keras.Model):
    """Predict the next symbol at every place of a text: embedding, recurrent layers, linear map.

    Shapes: ``ids`` [B, T] (integers below V) -> ``logits`` [B, T, V] and ``state`` (see
    ``RecurrentLayers``); ids may be a tensor or a NumPy array. ``logits[:, t]`` scores the symbol
    that follows ``ids[:, t]``.
    ``dropout`` acts between the layers and before the linear map, in training only.
    ``seed`` fixes the starting weights. TensorFlow uses the GPU where it finds one.

    Raises: TypeError, ValueError for options that are not possible.
    Source: Mikolov et al. 2010, section 2 (recurrent language model); Sutskever et al. 2011
    (on characters).
    """

    def __init__(
        self,
        vocab_size,
        embedding_size,
        hidden_size,
        num_layers=1,
        cell="gru",
        dropout=0.0,
        seed=0,
        dtype="float32",
    ):
        check_model_options(cell, dtype, dropout)
        super().__init__(dtype=dtype)
        vocab_size, embedding_size, hidden_size, num_layers = whole_numbers(
            vocab_size=vocab_size,
            embedding_size=embedding_size,
            hidden_size=hidden_size,
            num_layers=num_layers,
        )
        seeds = spread_seeds(seed, 4)
        self.options = dict(
            vocab_size=vocab_size,
            embedding_size=embedding_size,
            hidden_size=hidden_size,
            num_layers=num_layers,
            cell=cell,
            dropout=dropout,
            dtype=dtype,
        )
        self.embedding = keras.layers.Embedding(
            vocab_size,
            embedding_size,
            embeddings_initializer=keras.initializers.RandomUniform(-0.05, 0.05, seed=seeds[0]),
            dtype=dtype,
        )
        self.recurrent = RecurrentLayers(
            embedding_size, hidden_size, num_layers, cell, dropout, seeds[2], dtype
        )
        self.dropout = _Dropout(dropout, seed=seeds[3], dtype=dtype)
        self.projection = keras.layers.Dense(
            vocab_size,
            kernel_initializer=keras.initializers.GlorotUniform(seed=seeds[1]),
            dtype=dtype,
        )

        # Keras creates weights at the first call unless it is told the shapes.
        self.embedding.build((None, None))
        self.projection.build((None, None, hidden_size))
        self.built = True

    def call(self, ids, state=None):
        """Return the logits [B, T, V] for ``ids`` [B, T] and the state after the last symbol."""
        ids = tf.convert_to_tensor(ids)
        x = self.embedding(ids)  # [B, T, E]
        x, state = self.recurrent(x, state)  # [B, T, H]
        return self.projection(self.dropout(x)), state  # [B, T, V]

    def step(self, ids, states):
        """Read one symbol of each row: ``ids`` [B] -> (logits [B, V], new states). No dropout.

        ``states`` are those of ``recurrent.split_state(state)``, and so are the new ones. The
        numbers are those of reading ``ids[:, None]``; see ``RecurrentLayers.step``.
        """
        ids = tf.convert_to_tensor(ids)
        outputs, states = self.recurrent.step(self.embedding(ids), states)  # [B, E] -> [B, H]
        return self.projection(outputs), states  # [B, V]

    def zero_state(self, batch_size):
        """Return the state before the first symbol: zeros [L, B, H], a pair of them for "lstm"."""
        return self.recurrent.zero_state(batch_size)

    def count_parameters(self):
        """Return how many numbers training may change."""
        return sum(int(np.prod(weight.shape)) for weight in self.trainable_weights)

    def _hidden_matrices(self):
        """Return pairs (matrix, gates): all matrices but the embedding's and the output's."""
        return self.recurrent._hidden_matrices()

    def named_weights(self):
        """Return the weights as NumPy arrays under names that no framework owns.

        ``embedding.weight`` [V, E], ``recurrent.…`` (see ``RecurrentLayers``),
        ``output.weight`` [H, V], ``output.bias`` [V].
        """
        named = {"embedding.weight": self.embedding.get_weights()[0]}
        for name, array in self.recurrent.named_weights().items():
            named[f"recurrent.{name}"] = array
        named["output.weight"], named["output.bias"] = self.projection.get_weights()
        return named

    def load_named_weights(self, named):
        """Set the weights from arrays named as in ``named_weights``.

        Raises: ValueError if a name is missing or unknown, or a shape differs.
        """
        check_named_weights(self.named_weights(), named)
        assign(self.embedding.embeddings, named["embedding.weight"])
        self.recurrent.load_named_weights(split_names(named, "recurrent"))
        assign(self.projection.kernel, named["output.weight"])
        assign(self.projection.bias, named["output.bias"])
