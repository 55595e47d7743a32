"""Encoder, decoder and attention joined to a translation model, in TensorFlow.

Shapes: ``B`` batch, ``S`` source time, ``T`` target time, ``E`` embedding, ``H`` hidden, ``L``
layers, ``V`` vocabulary. Pads are id 0.
"""

import keras
import numpy as np
import tensorflow as tf

from course_utils.model_checks import (
    check_model_options,
    check_named_weights,
    check_shape,
    check_translation_options,
    split_names,
    spread_seeds,
    whole_numbers,
)

from .layers import Attention, RecurrentLayers, _Dropout, assign


class Encoder(keras.layers.Layer):
    """Read source sentences: embedding, then recurrent layers in one direction or in both.

    Shapes: ``ids`` [B, S] and ``lengths`` [B] -> ``memory`` [B, S, H] (zeros at pads) and the
    ``state`` after each sentence's last real word: [L, B, H], a pair of them for "lstm".
    With ``bidirectional`` each direction has H / 2 units, and the two are joined, forward first:
    memory and state have the same sizes either way. The backward direction begins at the last real
    word, never at a pad.

    Raises: TypeError, ValueError for options that are not possible.
    Source: Schuster & Paliwal 1997, section 2 (two directions); Bahdanau et al. 2015, section 3.2
    (annotations of both directions, joined).
    """

    def __init__(
        self,
        vocab_size,
        embedding_size,
        hidden_size,
        num_layers=1,
        cell="gru",
        bidirectional=True,
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
        check_translation_options(hidden_size, bidirectional, None, "current")
        self.bidirectional, self.cell = bidirectional, cell
        seeds = spread_seeds(seed, 2 + 2 * num_layers)
        self.embedding = _embedding(vocab_size, embedding_size, seeds[0], dtype)
        self.dropout = _Dropout(dropout, seed=seeds[-1], dtype=dtype)
        width = hidden_size // 2 if bidirectional else hidden_size
        sizes = [embedding_size] + [hidden_size] * (num_layers - 1)
        self.forwards, self.backwards = [], []
        for layer, size in enumerate(sizes):
            ahead, back = seeds[1 + 2 * layer : 3 + 2 * layer]
            self.forwards.append(RecurrentLayers(size, width, 1, cell, 0.0, ahead, dtype))
            if bidirectional:
                self.backwards.append(RecurrentLayers(size, width, 1, cell, 0.0, back, dtype))
        self.built = True

    def call(self, ids, lengths=None):
        """Return (memory [B, S, H], state); see the class. ``lengths=None``: there are no pads."""
        ids = tf.convert_to_tensor(ids)
        x, states = self.embedding(ids), []  # [B, S, E]
        for layer, ahead in enumerate(self.forwards):
            x = self.dropout(x)
            outputs, state = ahead(x, lengths=lengths)
            if self.bidirectional:
                from_end = _reverse(x, lengths)
                back_outputs, back_state = self.backwards[layer](from_end, lengths=lengths)
                outputs = tf.concat([outputs, _reverse(back_outputs, lengths)], axis=-1)
                state = _join_states(state, back_state)
            states.append(state)
            x = outputs  # [B, S, H]
        return x, _stack_states(states)

    def named_weights(self):
        """Return the weights as NumPy arrays under names that no framework owns.

        ``embedding.weight`` [V, E], ``forward.{layer}.…`` and, with two directions,
        ``backward.{layer}.…`` (see ``RecurrentLayers``, whose layer number is left out).
        """
        named = {"embedding.weight": self.embedding.get_weights()[0]}
        for direction, layers in (("forward", self.forwards), ("backward", self.backwards)):
            for number, layer in enumerate(layers):
                for name, array in split_names(layer.named_weights(), "0").items():
                    named[f"{direction}.{number}.{name}"] = array
        return named

    def load_named_weights(self, named):
        """Set the weights from arrays named as in ``named_weights``.

        Raises: ValueError if a name is missing or unknown, or a shape differs.
        """
        check_named_weights(self.named_weights(), named)
        assign(self.embedding.embeddings, named["embedding.weight"])
        for direction, layers in (("forward", self.forwards), ("backward", self.backwards)):
            for number, layer in enumerate(layers):
                own = split_names(named, f"{direction}.{number}")
                layer.load_named_weights({f"0.{name}": array for name, array in own.items()})


class Decoder(keras.layers.Layer):
    """Predict the next target word at every place, looking back at the source if it may.

    Shapes: ``ids`` [B, T] (target words, ``<bos>`` first), ``state`` (see ``Encoder``), ``memory``
    [B, S, H] and ``mask`` [B, S] -> ``logits`` [B, T, V], the new ``state`` and the attention
    ``weights`` [B, T, S] (None without attention). ``logits[:, t]`` scores the word that follows
    ``ids[:, t]``.

    The state s_t comes from s_(t-1) and word t. The query is s_(t-1) with ``query="previous"`` and
    s_t with ``query="current"``. The context c_t always enters in the same place, after the
    recurrence: logits = P tanh(C [s_t; c_t]). So the recurrence does not wait for the attention,
    and all target places are computed in one go.

    Raises: TypeError, ValueError for options that are not possible.
    Source: Luong et al. 2015, section 3 and equation 5 (place of the context, current state);
    Bahdanau et al. 2015, section 3.1 (previous state; there the context also enters s_t, here not).
    """

    def __init__(
        self,
        vocab_size,
        embedding_size,
        hidden_size,
        num_layers=1,
        cell="gru",
        attention="additive",
        query="current",
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
        check_translation_options(hidden_size, False, attention, query)
        self.query, self.cell = query, cell
        seeds = spread_seeds(seed, 6)
        self.embedding = _embedding(vocab_size, embedding_size, seeds[0], dtype)
        self.dropout = _Dropout(dropout, seed=seeds[5], dtype=dtype)
        self.recurrent = RecurrentLayers(
            embedding_size, hidden_size, num_layers, cell, dropout, seeds[1], dtype
        )
        self.attention = None
        if attention is not None:
            self.attention = Attention(hidden_size, attention, seeds[2], dtype)
        joined = hidden_size if attention is None else 2 * hidden_size
        self.combine = _linear(joined, hidden_size, seeds[3], dtype)
        self.projection = _linear(hidden_size, vocab_size, seeds[4], dtype)
        self.built = True

    def call(self, ids, state, memory, mask):
        """Return (logits [B, T, V], new state, weights [B, T, S] or None); see the class."""
        ids = tf.convert_to_tensor(ids)
        x = self.dropout(self.embedding(ids))  # [B, T, E]
        outputs, new_state = self.recurrent(x, state)  # [B, T, H]
        weights = None
        if self.attention is not None:
            queries = outputs
            if self.query == "previous":
                first = (state[0] if self.cell == "lstm" else state)[-1]  # the upper layer's
                queries = tf.concat([first[:, None], outputs[:, :-1]], axis=1)
            context, weights = self.attention(queries, memory, mask)
            outputs = tf.concat([outputs, context], axis=-1)  # [B, T, 2 H]
        readout = tf.tanh(self.combine(outputs))  # [B, T, H]
        return self.projection(self.dropout(readout)), new_state, weights

    def named_weights(self):
        """Return the weights as NumPy arrays under names that no framework owns.

        ``embedding.weight`` [V, E], ``recurrent.…`` (see ``RecurrentLayers``), ``attention.…`` (see
        ``Attention``), ``combine.weight`` [2 H, H] (without attention [H, H]), ``combine.bias``
        [H], ``output.weight`` [H, V], ``output.bias`` [V].
        """
        named = {"embedding.weight": self.embedding.get_weights()[0]}
        parts = {"recurrent": self.recurrent}
        if self.attention is not None:
            parts["attention"] = self.attention
        for prefix, part in parts.items():
            for name, array in part.named_weights().items():
                named[f"{prefix}.{name}"] = array
        for prefix, linear in (("combine", self.combine), ("output", self.projection)):
            named[f"{prefix}.weight"], named[f"{prefix}.bias"] = linear.get_weights()
        return named

    def load_named_weights(self, named):
        """Set the weights from arrays named as in ``named_weights``.

        Raises: ValueError if a name is missing or unknown, or a shape differs.
        """
        check_named_weights(self.named_weights(), named)
        assign(self.embedding.embeddings, named["embedding.weight"])
        self.recurrent.load_named_weights(split_names(named, "recurrent"))
        if self.attention is not None:
            self.attention.load_named_weights(split_names(named, "attention"))
        for prefix, linear in (("combine", self.combine), ("output", self.projection)):
            assign(linear.kernel, named[f"{prefix}.weight"])
            assign(linear.bias, named[f"{prefix}.bias"])


class Seq2Seq(keras.Model):
    """Translate: an encoder reads the source, a decoder writes the target from the encoder's state.

    Shapes: ``source`` [B, S] with ``source_lengths`` [B], ``target_inputs`` [B, T] -> ``logits``
    [B, T, V] and attention ``weights`` [B, T, S] (None without attention).
    ``attention`` is None, "additive", "dot", "scaled_dot" or "general" (see ``Attention``);
    ``query`` says which decoder state asks (see ``Decoder``). ``dropout`` acts on both embeddings,
    between the layers and before the output, in training only. ``seed`` fixes the starting weights.
    TensorFlow uses the GPU where it finds one.

    Raises: TypeError, ValueError for options that are not possible.
    Source: Sutskever et al. 2014, section 2; Cho et al. 2014, section 2.2; Bahdanau et al. 2015.
    """

    def __init__(
        self,
        source_vocab_size,
        target_vocab_size,
        embedding_size,
        hidden_size,
        num_layers=1,
        cell="gru",
        bidirectional=True,
        attention=None,
        query="current",
        dropout=0.0,
        seed=0,
        dtype="float32",
    ):
        check_model_options(cell, dtype, dropout)
        super().__init__(dtype=dtype)
        sizes = dict(
            source_vocab_size=source_vocab_size,
            target_vocab_size=target_vocab_size,
            embedding_size=embedding_size,
            hidden_size=hidden_size,
            num_layers=num_layers,
        )
        self.options = dict(
            zip(sizes, whole_numbers(**sizes), strict=True),
            cell=cell,
            bidirectional=bidirectional,
            attention=attention,
            query=query,
            dropout=float(dropout),
            dtype=dtype,
        )
        seeds = spread_seeds(seed, 2)
        shape = (embedding_size, hidden_size, num_layers, cell)
        self.encoder = Encoder(source_vocab_size, *shape, bidirectional, dropout, seeds[0], dtype)
        self.decoder = Decoder(
            target_vocab_size, *shape, attention, query, dropout, seeds[1], dtype
        )
        self.built = True

    def encode(self, source, source_lengths=None):
        """Return (memory [B, S, H], mask [B, S], state) of padded source sentences.

        The mask is True at real words. ``source_lengths=None``: there are no pads.
        """
        memory, state = self.encoder(source, source_lengths)
        if source_lengths is None:
            return memory, tf.ones(tf.shape(memory)[:2], tf.bool), state
        return memory, tf.sequence_mask(source_lengths, tf.shape(memory)[1]), state

    def call(self, source, source_lengths, target_inputs):
        """Return (logits [B, T, V], weights [B, T, S] or None); see the class."""
        memory, mask, state = self.encode(source, source_lengths)
        logits, _, weights = self.decoder(target_inputs, state, memory, mask)
        return logits, weights

    def set_output_bias(self, bias):
        """Set the output's bias [V], for example to ``log_frequencies`` before training.

        Raises: ValueError for another shape.
        """
        bias = check_shape("The bias", bias, (self.options["target_vocab_size"],))
        assign(self.decoder.projection.bias, bias)

    def count_parameters(self):
        """Return how many numbers training may change."""
        return sum(int(np.prod(weight.shape)) for weight in self.trainable_weights)

    def _hidden_matrices(self):
        """Return pairs (matrix, gates): all but the embeddings and the output map.

        What has one row or one column only, such as ``score_weight``, counts as a vector.
        """
        encoder, decoder = self.encoder, self.decoder
        parts = [*encoder.forwards, *encoder.backwards, decoder.recurrent]
        if decoder.attention is not None:
            parts.append(decoder.attention)
        pairs = [pair for part in parts for pair in part._hidden_matrices()]
        return [*pairs, (decoder.combine.kernel, 1)]

    def named_weights(self):
        """Return the weights as NumPy arrays: ``encoder.…`` and ``decoder.…``, see these."""
        return {
            f"{prefix}.{name}": array
            for prefix, part in (("encoder", self.encoder), ("decoder", self.decoder))
            for name, array in part.named_weights().items()
        }

    def load_named_weights(self, named):
        """Set the weights from arrays named as in ``named_weights``.

        Raises: ValueError if a name is missing or unknown, or a shape differs.
        """
        check_named_weights(self.named_weights(), named)
        self.encoder.load_named_weights(split_names(named, "encoder"))
        self.decoder.load_named_weights(split_names(named, "decoder"))


def _embedding(vocab_size, embedding_size, seed, dtype):
    """Return an embedding that starts uniform in ±0.05, as is Keras's custom."""
    start = keras.initializers.RandomUniform(-0.05, 0.05, seed=seed)
    embedding = keras.layers.Embedding(
        vocab_size, embedding_size, embeddings_initializer=start, dtype=dtype
    )
    embedding.build((None, None))
    return embedding


def _linear(input_size, output_size, seed, dtype):
    """Return a linear map that starts as Keras's Dense does: Glorot uniform, bias zero."""
    start = keras.initializers.GlorotUniform(seed=seed)
    linear = keras.layers.Dense(output_size, kernel_initializer=start, dtype=dtype)
    linear.build((None, None, input_size))
    return linear


def _reverse(x, lengths):
    """Turn the real places of each row [B, S, …] round; pads stay where they are."""
    return tf.reverse(x, [1]) if lengths is None else tf.reverse_sequence(x, lengths, seq_axis=1)


def _join_states(first, second):
    """Join the states of the two directions along the units."""
    if isinstance(first, tuple):
        return tuple(tf.concat(parts, axis=-1) for parts in zip(first, second, strict=True))
    return tf.concat([first, second], axis=-1)


def _stack_states(states):
    """Join the states [1, B, H] of several layers to one [L, B, H]."""
    if isinstance(states[0], tuple):
        return tuple(tf.concat(parts, axis=0) for parts in zip(*states, strict=True))
    return tf.concat(states, axis=0)
