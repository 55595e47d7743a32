"""Look inside PyTorch's own layers, optimizers and gradients, for ``parity.explain``.

Shapes: ``I`` input features, ``H`` hidden units, ``G`` gates, ``U`` updates.
"""

import inspect

import numpy as np
import torch
from torch import nn

from course_utils._onednn import Linear
from course_utils.arrays import to_numpy
from course_utils.readings import GradientReading, LayerReading, OptimizerReading

KINDS = {
    nn.Embedding: "embedding",
    nn.Linear: "linear",
    Linear: "linear",
    nn.RNN: "rnn",
    nn.LSTM: "lstm",
    nn.GRU: "gru",
}


def read_layers(layer):
    """Return a list of ``LayerReading``: the known layers in a layer or model, as defined.

    Each layer and direction of a stacked ``nn.GRU`` is one reading. Source: ``torch.nn``.
    """
    readings = []
    for module in layer.modules():
        kind = KINDS.get(type(module))
        if kind == "embedding":
            readings.append(LayerReading(kind, {"weight": _copy(module.weight)}, 0))
        elif kind == "linear":
            weights = {"weight": _copy(module.weight).T}
            if module.bias is not None:
                weights["bias"] = _copy(module.bias)
            readings.append(LayerReading(kind, weights, _trainable(module.bias)))
        elif kind is not None:
            readings += [_read_recurrent(kind, own) for own in module.all_weights]
    return readings


def _read_recurrent(kind, own):
    """Return the reading of one layer: own weights [G H, I], [G H, H] and two biases, or none."""
    weights = {"input_weight": _copy(own[0]).T, "recurrent_weight": _copy(own[1]).T}
    biases = own[2:]
    if biases and kind == "gru":
        weights["input_bias"], weights["recurrent_bias"] = map(_copy, biases)
    elif biases:
        weights["bias"] = _copy(biases[0]) + _copy(biases[1])
    trainable = sum(map(_trainable, biases))
    return LayerReading(kind, weights, trainable, True if kind == "gru" else None)


def read_optimizer(optimizer):
    """Return the ``OptimizerReading`` of an optimizer's first group of weights.

    Source: ``torch.optim``.
    """
    group = optimizer.param_groups[0]
    found = {"learning_rate": group.get("lr"), "epsilon": group.get("eps")}
    found["beta_1"], found["beta_2"] = group.get("betas", (None, None))
    found |= {name: group.get(name) for name in ("momentum", "weight_decay")}
    settings = {name: float(value) for name, value in found.items() if value is not None}
    dtype = str(group["params"][0].dtype).removeprefix("torch.")
    return OptimizerReading(type(optimizer).__name__.lower(), settings, dtype)


def optimizer_moves(optimizer, gradients, dtype="float64"):
    """Return [U]: how far a fresh optimizer with the same settings moves one weight.

    The weight is one number and starts each update at 0; ``gradients`` [U] are what it is told.
    """
    weight = nn.Parameter(torch.zeros(1, dtype=getattr(torch, dtype)))
    known = inspect.signature(type(optimizer)).parameters
    group = optimizer.param_groups[0]
    options = {name: group[name] for name in group if name in known and name != "params"}
    fresh, moves = type(optimizer)([weight], **options), []
    for gradient in gradients:
        weight.data.zero_()
        weight.grad = torch.full_like(weight, float(gradient))
        fresh.step()
        moves.append(float(weight.detach()))
    return np.array(moves)


def read_gradient(gradient):
    """Return the ``GradientReading`` of a gradient.

    It has rows with ``nn.Embedding(sparse=True)`` only.
    """
    if not gradient.is_sparse:
        return GradientReading(_copy(gradient))
    indices, rows = gradient._indices()[0], gradient._values()
    return GradientReading(_copy(gradient.to_dense()), _copy(indices), _copy(rows))


def _trainable(bias):
    return int(bias is not None and bias.requires_grad)


def _copy(tensor):
    return to_numpy(tensor).copy()
