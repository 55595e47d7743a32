"""Look inside TensorFlow's own layers, optimizers and gradients, for ``parity.explain``.

Shapes: ``I`` input features, ``H`` hidden units, ``G`` gates, ``U`` updates.
"""

import keras
import numpy as np
import tensorflow as tf

from course_utils.readings import GradientReading, LayerReading, OptimizerReading

from .layers import _swap_gates

KINDS = {
    keras.layers.Embedding: "embedding",
    keras.layers.Dense: "linear",
    keras.layers.SimpleRNN: "rnn",
    keras.layers.LSTM: "lstm",
    keras.layers.GRU: "gru",
}


def read_layers(layer):
    """Return a list of ``LayerReading``: the known layers in a layer or model, as defined.

    Raises: ValueError for a layer that has no weights yet. Source: ``keras.layers``.
    """
    readings = []
    for part in _in_order(layer):
        kind = KINDS.get(type(part))
        if kind is None:
            continue
        if not part.built:
            raise ValueError(
                f"The layer {part.name!r} has no weights yet: Keras makes them at the first call. "
                "Call the model once on a batch, then ask again."
            )
        arrays = part.get_weights()
        if kind == "embedding":
            readings.append(LayerReading(kind, {"weight": arrays[0]}, 0))
        elif kind == "linear":
            weights = dict(zip(("weight", "bias"), arrays, strict=False))
            readings.append(LayerReading(kind, weights, int(part.use_bias and part.trainable)))
        else:
            readings.append(_read_recurrent(kind, part, *arrays))
    return readings


def _in_order(layer):
    """Yield a layer and all layers in it as defined. (Keras's own walk turns inner ones round.)"""
    yield layer
    for part in layer._layers:
        yield from _in_order(part)


def _read_recurrent(kind, layer, input_weight, recurrent_weight, bias=None):
    """Return the reading of one layer: its weights [I, G H] and [H, G H], and its biases."""
    if kind != "gru":
        weights = {"input_weight": input_weight, "recurrent_weight": recurrent_weight}
        if bias is not None:
            weights["bias"] = bias
        return LayerReading(kind, weights, int(bias is not None and layer.trainable))
    weights = {
        "input_weight": _swap_gates(input_weight),
        "recurrent_weight": _swap_gates(recurrent_weight),
    }
    if bias is not None and bias.ndim == 2:
        weights["input_bias"], weights["recurrent_bias"] = _swap_gates(bias)
    elif bias is not None:
        weights["input_bias"] = _swap_gates(bias)
    trainable = len(weights) - 2 if layer.trainable else 0
    return LayerReading(kind, weights, trainable, layer.reset_after)


def read_optimizer(optimizer):
    """Return the ``OptimizerReading`` of an optimizer.

    Source: ``keras.optimizers``.
    """
    found = {
        name: getattr(optimizer, name, None)
        for name in ("epsilon", "beta_1", "beta_2", "momentum", "weight_decay")
    }
    found["learning_rate"] = optimizer.learning_rate
    settings = {name: float(value) for name, value in found.items() if value is not None}
    kinds = {variable.dtype for variable in optimizer.variables[2:]}  # after step and rate
    kind = next((c for c in type(optimizer).__mro__ if not c.__name__.startswith("_")), None)
    return OptimizerReading(kind.__name__.lower(), settings, kinds.pop() if kinds else None)


def optimizer_moves(optimizer, gradients, dtype="float64"):
    """Return [U]: how far a fresh optimizer with the same settings moves one weight.

    The weight is one number and starts each update at 0; ``gradients`` [U] are what it is told.
    """
    weight = keras.Variable(np.zeros(1), dtype=dtype)
    fresh, moves = type(optimizer).from_config(optimizer.get_config()), []
    for gradient in gradients:
        weight.assign(np.zeros(1))
        fresh.apply([tf.constant([gradient], dtype)], [weight])
        moves.append(float(weight.numpy()[0]))
    return np.array(moves)


def read_gradient(gradient):
    """Return the ``GradientReading`` of a gradient.

    An embedding's has rows: ``tf.IndexedSlices``.
    """
    dense = tf.convert_to_tensor(gradient).numpy()
    if not isinstance(gradient, tf.IndexedSlices):
        return GradientReading(dense)
    rows = tf.reshape(gradient.values, (-1, gradient.values.shape[-1]))
    return GradientReading(dense, tf.reshape(gradient.indices, [-1]).numpy(), rows.numpy())
