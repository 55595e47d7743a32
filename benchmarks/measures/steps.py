"""Training steps of the character model, one function a way, for sections 1, 2 and 6."""

import contextlib
import time
from unittest import mock

import numpy as np
import tensorflow as tf
import torch

from course_utils import _onednn, in_pytorch, in_tensorflow

LONG_TRAINING = in_tensorflow.training._COMPILED_FROM  # updates


def random_batch(vocab_size, batch_size, sequence_length, seed=0):
    """Return random (inputs, targets) [B, T]: the time of a step does not depend on the text."""
    shape = (2, batch_size, sequence_length)
    return np.random.default_rng(seed).integers(0, vocab_size, shape).astype(np.int32)


def library_layers(side):
    """Return a context in which a side's GRU is the library's layer, and not the course's own."""
    return mock.patch.object(side.layers.RecurrentLayers, "_by_hand", return_value=False)


def mkl_only():
    """Return a context in which MKL makes all of PyTorch's products, as PyTorch itself would."""
    return mock.patch.object(_onednn, "is_faster", return_value=False)


def seconds_of(function, calls=1):
    """Return the time of one call in seconds: the mean of some calls in a row."""
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def step(side, model, batch_size, sequence_length, way="as in the course"):
    """Return a function that makes one update of a model on random ids, and returns its loss.

    ``way``: "as in the course", in a long training; "library layers" (torch.nn.GRU,
    keras.layers.GRU); "MKL only" (PyTorch; as in the course where oneDNN is not used); "no XLA" or
    "no tf.function" (TensorFlow); "one character a call" (a Python loop over the places);
    "Muon" (as in the course, with another optimizer).
    """
    inputs, targets = random_batch(model.options["vocab_size"], batch_size, sequence_length)
    optimizer = "muon" if way == "Muon" else "adam"
    update = side.training.LanguageModelUpdate(model, optimizer=optimizer)
    zero = model.zero_state(batch_size)
    if way == "no tf.function":
        return _eager_step(update, inputs, targets, zero)
    if way == "one character a call":
        one_by_one = ONE_BY_ONE[side]
        return lambda: float(one_by_one(update, inputs, targets, zero)[0])

    context = {"library layers": lambda: library_layers(side), "MKL only": mkl_only}.get(way)
    if side is in_tensorflow and way in ("as in the course", "Muon"):
        update._prepare(batch_size, sequence_length, LONG_TRAINING)

    def run():
        with context() if context else contextlib.nullcontext():
            return float(update(inputs, targets, zero, 1e-3)[0])

    return run


def _eager_step(update, inputs, targets, zero):
    inputs, targets = tf.constant(inputs), tf.constant(targets)
    update.optimizer.learning_rate.assign(1e-3)
    return lambda: float(update._update(inputs, targets, zero)[0])


def pytorch_one_by_one(update, inputs, targets, state, learning_rate=1e-3):
    """Make one update as old tutorials do: one call of the model a place; return (loss, state)."""
    inputs, targets = torch.as_tensor(inputs), torch.as_tensor(targets).long()
    update.model.train()
    loss = 0.0
    with library_layers(in_pytorch):
        for place in range(inputs.shape[1]):
            logits, state = update.model(inputs[:, place : place + 1], state)
            loss = loss + in_pytorch.training.language_model_loss(logits, targets[:, place])
    gradients = torch.autograd.grad(loss / inputs.shape[1], update.weights)
    gradients, _ = in_pytorch.training.clip_gradients(gradients, update.clip_norm)
    for weight, gradient in zip(update.weights, gradients, strict=True):
        weight.grad = gradient
    update.optimizer.param_groups[0]["lr"] = learning_rate
    update.optimizer.step()
    return loss.detach() / inputs.shape[1], state.detach()


def tensorflow_one_by_one(update, inputs, targets, state, learning_rate=1e-3):
    """Make one update as old tutorials do: one call of the model a place; return (loss, state)."""
    inputs, targets = tf.constant(inputs), tf.constant(targets)
    loss = 0.0
    with tf.GradientTape() as tape, library_layers(in_tensorflow):
        for place in range(inputs.shape[1]):
            logits, state = update.model(inputs[:, place : place + 1], state, training=True)
            target = targets[:, place : place + 1]
            loss += in_tensorflow.training.language_model_loss(logits, target)
        loss /= inputs.shape[1]
    gradients = [tf.convert_to_tensor(one) for one in tape.gradient(loss, update.weights)]
    gradients, _ = in_tensorflow.training.clip_gradients(gradients, update.clip_norm)
    update.optimizer.learning_rate.assign(learning_rate)
    update.optimizer.apply(gradients, update.weights)
    return loss, state


ONE_BY_ONE = {in_pytorch: pytorch_one_by_one, in_tensorflow: tensorflow_one_by_one}
