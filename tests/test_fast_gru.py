"""The GRU written by hand equals each library's own: outputs, states and every gradient."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils import in_pytorch, in_tensorflow, parity

B, T, FEATURES, H = 3, 6, 4, 5
RNG = np.random.default_rng(0)
INPUTS, STATE = RNG.normal(size=(B, T, FEATURES)), RNG.normal(size=(B, H))
PULL, LAST_PULL = RNG.normal(size=(B, T, H)), RNG.normal(size=(B, H))  # gradients from above


def pytorch_readings(by_hand):
    """Return [outputs, last state, gradients of inputs, state and weights]."""
    torch.manual_seed(0)
    layer = torch.nn.GRU(FEATURES, H, batch_first=True, dtype=torch.float64)
    inputs = torch.tensor(INPUTS, requires_grad=True)
    state = torch.tensor(STATE[None], requires_grad=True)
    if by_hand:
        input_weight, weight, input_bias, bias = layer.all_weights[0]
        projected = torch.nn.functional.linear(inputs.transpose(0, 1), input_weight, input_bias)
        states = in_pytorch.fast_gru.gru_outputs(projected, state[0], weight, bias)
        outputs, last = states.transpose(0, 1), states[-1:]
    else:
        outputs, last = layer(inputs, state)
    loss = (outputs * torch.tensor(PULL)).sum() + (last * torch.tensor(LAST_PULL)).sum()
    gradients = torch.autograd.grad(loss, [inputs, state, *layer.parameters()])
    return [parity.to_numpy(one) for one in (outputs, last, *gradients)]


def tensorflow_readings(by_hand, traced=False):
    """Return [outputs, last state, gradients of inputs, state and weights]."""
    layer = keras.layers.GRU(H, return_sequences=True, return_state=True, dtype="float64")
    layer.build((None, None, FEATURES))
    rng = np.random.default_rng(1)
    for weight in layer.trainable_weights:
        weight.assign(rng.normal(size=weight.shape) / 2)
    inputs, state = tf.Variable(INPUTS), tf.Variable(STATE)

    def read():
        with tf.GradientTape() as tape:
            if by_hand:
                input_weight, weight, biases = layer.trainable_weights
                bias, recurrent_bias = tf.unstack(biases)
                projected = tf.tensordot(tf.transpose(inputs, (1, 0, 2)), input_weight, 1)
                projected = in_tensorflow.fast_gru._add_bias(projected, bias)
                first = tf.convert_to_tensor(state)
                states = in_tensorflow.fast_gru.gru_outputs(
                    projected, first, weight, recurrent_bias
                )
                outputs, last = tf.transpose(states, (1, 0, 2)), states[-1]
            else:
                outputs, last = layer(inputs, initial_state=state)
            loss = tf.reduce_sum(outputs * PULL) + tf.reduce_sum(last * LAST_PULL)
        gradients = tape.gradient(loss, [inputs, state, *layer.trainable_weights])
        return [outputs, last, *gradients]

    return [one.numpy() for one in (tf.function(read) if traced else read)()]


@pytest.mark.parametrize("kind", ["PyTorch", "eager", "traced"])
def test_outputs_and_every_gradient_equal_the_librarys(kind):
    if kind == "PyTorch":
        pairs = pytorch_readings(False), pytorch_readings(True)
    else:
        pairs = tensorflow_readings(False), tensorflow_readings(True, traced=kind == "traced")
    for library, by_hand in zip(*pairs, strict=True):
        assert np.abs(library).max() > 0.01
        np.testing.assert_allclose(by_hand, library, rtol=0, atol=1e-13)


def test_the_gradient_is_the_slope_of_the_loss():
    """By finite differences: no library's backward pass is believed."""
    rng = np.random.default_rng(2)
    arrays = [rng.normal(size=s) for s in [(T, B, 3 * H), (B, H), (3 * H, H), (3 * H,)]]
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    assert torch.autograd.gradcheck(in_pytorch.fast_gru.gru_outputs, tensors)


@pytest.mark.parametrize("layers", [1, 2])
def test_training_uses_it_and_reading_the_library_gives_the_same(layers, monkeypatch):
    """PyTorch reads without gradients by torch.nn.GRU, and with them by hand."""
    calls = []
    by_hand = in_pytorch.layers.gru_outputs
    monkeypatch.setattr(
        in_pytorch.layers, "gru_outputs", lambda *given: calls.append(1) or by_hand(*given)
    )
    model = in_pytorch.layers.RecurrentLayers(FEATURES, H, layers, dtype="float64")
    outputs, state = model(torch.tensor(INPUTS))
    assert len(calls) == layers
    with torch.no_grad():
        expected, expected_state = model(torch.tensor(INPUTS))
    assert len(calls) == layers
    assert parity.largest_difference(outputs, expected) < 1e-14
    assert parity.largest_difference(state, expected_state) < 1e-14


def test_dropout_between_layers_draws_what_the_library_draws():
    model = in_pytorch.layers.RecurrentLayers(FEATURES, H, 2, dropout=0.5, dtype="float64")
    inputs = torch.tensor(INPUTS)
    torch.manual_seed(3)
    by_hand = model(inputs)[0]
    torch.manual_seed(3)
    library = model.layers(inputs, model.zero_state(B))[0]
    assert parity.largest_difference(by_hand, library) < 1e-14


def test_tensorflow_uses_it_only_without_pads_and_both_give_the_same(monkeypatch):
    calls = []
    by_hand = in_tensorflow.layers.gru_outputs
    monkeypatch.setattr(
        in_tensorflow.layers, "gru_outputs", lambda *given: calls.append(1) or by_hand(*given)
    )
    model = in_tensorflow.layers.RecurrentLayers(FEATURES, H, dtype="float64")
    padded = np.concatenate([INPUTS, np.zeros((B, 2, FEATURES))], axis=1)
    outputs, state = model(tf.constant(INPUTS))
    assert len(calls) == 1
    expected, expected_state = model(tf.constant(padded), lengths=[T] * B)
    assert len(calls) == 1
    assert parity.largest_difference(outputs, expected[:, :T]) < 1e-14
    assert parity.largest_difference(state, expected_state) < 1e-14


def test_one_graph_reads_texts_of_any_length():
    model = in_tensorflow.layers.RecurrentLayers(FEATURES, H, dtype="float64")
    specification = tf.TensorSpec((None, None, FEATURES), tf.float64)
    graph = tf.function(lambda x: model(x)[0], input_signature=[specification])
    for rows, time in ((3, 6), (1, 2)):
        inputs = tf.constant(INPUTS[:rows, :time])
        assert parity.largest_difference(graph(inputs), model(inputs)[0]) < 1e-14
    assert graph.experimental_get_tracing_count() == 1
