"""Each known cause of a difference: a pair that has it is found out, a pair without is not accused.

The pairs are the frameworks' own layers and optimizers, as a learner has them.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_utils import in_pytorch, in_tensorflow, parity
from course_utils.parity_causes import names_of, side_of

SIDES = [in_pytorch, in_tensorflow]
RAW = {
    "rnn": (torch.nn.RNN, keras.layers.SimpleRNN),
    "lstm": (torch.nn.LSTM, keras.layers.LSTM),
    "gru": (torch.nn.GRU, keras.layers.GRU),
}
NOTHING = "No known cause is left."
EXACT = dict(learning_rate=2**-10, beta_1=0.875, beta_2=1 - 2**-10, epsilon=1e-30)


def causes(**given):
    findings = parity.explain(**given)
    assert all(finding.evidence and finding.cure for finding in findings)
    return [finding.cause for finding in findings]


def raw_pair(kind, features=3, hidden=16, **options):
    ours, theirs = RAW[kind]
    first, second = ours(features, hidden, batch_first=True), theirs(hidden, **options)
    second.build((None, None, features))
    return first, second


def ported(kind, order=None):
    """A PyTorch layer and a Keras layer with its weights, ported by hand; blocks in any order."""
    first, second = raw_pair(kind)
    arrays = [w.detach().numpy() for w in first.all_weights[0]]
    arrays = [arrays[0].T, arrays[1].T, arrays[2], arrays[3]]
    if kind == "gru":
        order = order or (1, 0, 2)
        arrays = [*arrays[:2], np.stack(arrays[2:])]
    else:
        order = order or tuple(range(arrays[0].shape[1] // 16))
        arrays = [*arrays[:2], arrays[2] + arrays[3]]
    blocks = [np.split(array, len(order), axis=-1) for array in arrays]
    second.set_weights([np.concatenate([own[i] for i in order], -1) for own in blocks])
    return first, second


def freeze_second_bias(layer):
    with torch.no_grad():
        layer.bias_ih_l0 += layer.bias_hh_l0
        layer.bias_hh_l0.zero_()
    layer.bias_hh_l0.requires_grad_(False)


# ------------------------------------------------------------------------------ models and layers


@pytest.mark.parametrize("kind", RAW)
def test_a_rightly_ported_layer_has_no_cause_but_the_second_bias(kind):
    pair = ported(kind)
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)
    outputs = pair[0](torch.as_tensor(x))[0][:, -1], pair[1](x)
    assert parity.largest_difference(*outputs) < 1e-6  # they really are one layer
    if kind != "gru":
        (finding,) = parity.explain(models=pair)
        assert "unequally many biases" in finding.cause
        assert "2 trainable bias vectors" in finding.evidence
        assert finding.size == 2.0
        freeze_second_bias(pair[0])
    (finding,) = parity.explain(models=pair)
    assert finding.cause == NOTHING
    assert finding.size < 1e-6
    assert causes(models=pair[::-1]) == [NOTHING]


def test_two_trained_biases_really_move_their_sum_twice_as_far():
    first, second = ported("rnn")
    x = np.random.default_rng(1).normal(size=(2, 5, 3)).astype(np.float32)
    first(torch.as_tensor(x))[0][:, -1].sum().backward()
    moved = first.bias_ih_l0.grad + first.bias_hh_l0.grad
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(second(x))
    gradient = tape.gradient(loss, second.trainable_weights[2])
    assert parity.largest_difference(moved, 2 * gradient) < 1e-5


@pytest.mark.parametrize(
    ("kind", "order"), [("gru", (0, 1, 2)), ("gru", (2, 0, 1)), ("lstm", (0, 1, 3, 2))]
)
def test_gates_in_another_order_are_found_and_named(kind, order):
    pair = ported(kind, order)
    if kind != "gru":
        freeze_second_bias(pair[0])
    (finding,) = parity.explain(models=pair)
    assert "another order" in finding.cause
    if order == (0, 1, 2):  # copied as they lie: Keras reads r, z, n as z, r, h
        assert "PyTorch has r, z, n, TensorFlow has the blocks of z, r, n" in finding.evidence


def test_a_square_matrix_that_was_not_transposed_is_found():
    first, second = torch.nn.Linear(4, 4), keras.layers.Dense(4)
    second.build((None, 4))
    weight, bias = first.weight.detach().numpy(), first.bias.detach().numpy()
    second.set_weights([weight, bias])
    (finding,) = parity.explain(models=(first, second))
    assert finding.cause.endswith("weight is transposed.")
    second.set_weights([weight.T, bias])
    assert causes(models=(first, second)) == [NOTHING]


def test_default_initialisers_are_told_apart_from_other_random_numbers():
    first, second = torch.nn.Embedding(40, 16), keras.layers.Embedding(40, 16)
    second.build((None, None))
    (finding,) = parity.explain(models=(first, second))
    assert "two initialisers" in finding.cause
    assert finding.size == pytest.approx(1 / (0.05 / np.sqrt(3)), rel=0.2)  # N(0, 1), U(±0.05)
    torch.nn.init.uniform_(first.weight, -0.05, 0.05)
    (finding,) = parity.explain(models=(first, second))
    assert "was not copied" in finding.cause


def test_a_forget_bias_of_one_is_another_initialiser():
    first, second = raw_pair("lstm")
    freeze_second_bias(first)
    found = causes(models=(first, second))
    assert "0.lstm.bias has two initialisers." in found


def test_weights_that_were_trained_apart_are_not_accused():
    pair = [side.models.CharacterModel(20, 6, 8) for side in SIDES]
    parity.copy_weights(*pair)
    named = pair[0].named_weights()
    noise = np.random.default_rng(0)
    pair[1].load_named_weights({n: w + noise.normal(0, 1e-3, w.shape) for n, w in named.items()})
    (finding,) = parity.explain(models=pair)
    assert finding.cause == NOTHING
    assert 1e-3 < finding.size < 1e-2


@pytest.mark.parametrize("cell", RAW)
def test_models_of_the_course_have_no_cause_once_the_weights_are_copied(cell):
    pair = [side.seq2seq.Seq2Seq(9, 11, 6, 8, cell=cell, attention="general") for side in SIDES]
    assert causes(models=pair) != [NOTHING]
    parity.copy_weights(*pair)
    assert causes(models=pair) == [NOTHING]
    pair[0].decoder.recurrent.layers.bias_hh_l0.requires_grad_(True)  # a GRU's already is
    found = causes(models=pair)
    assert found == [NOTHING] if cell == "gru" else "unequally many biases" in found[0]


def test_whole_models_of_a_learner_are_read_layer_by_layer():
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(9, 4)
            self.rnn = torch.nn.GRU(4, 8, num_layers=2, batch_first=True)
            self.out = torch.nn.Linear(8, 9)

    first = Model()
    layers = [keras.layers.GRU(8, return_sequences=True) for _ in range(2)]
    second = keras.Sequential([keras.layers.Embedding(9, 4), *layers, keras.layers.Dense(9)])
    with pytest.raises(ValueError, match="Call the model once"):
        parity.explain(models=(first, second))
    second(np.zeros((1, 2), np.int32))
    found = causes(models=(first, second))
    assert "0.embedding.weight has two initialisers." in found
    assert "2.gru.recurrent_weight has two initialisers." in found
    with pytest.raises(ValueError, match="equal kinds in equal order"):
        parity.explain(models=(first, second.layers[0]))


def test_directions_are_read_forward_first():
    first = torch.nn.GRU(3, 8, bidirectional=True, batch_first=True)
    second = keras.layers.Bidirectional(keras.layers.GRU(8))
    second.build((None, None, 3))
    arrays = []
    for own in first.all_weights:
        w, u, b, c = (weight.detach().numpy().T for weight in own)
        blocks = [np.split(array, 3, axis=-1) for array in (w, u, np.stack([b, c]))]
        arrays += [np.concatenate([z, r, n], axis=-1) for r, z, n in blocks]
    second.set_weights(arrays)
    assert causes(models=(first, second)) == [NOTHING]
    second.set_weights(arrays[3:] + arrays[:3])
    assert causes(models=(first, second)) != [NOTHING]


def test_the_older_gru_of_keras_is_another_gru():
    first, second = raw_pair("gru", reset_after=False)
    (finding,) = parity.explain(models=(first, second))
    assert "two different GRUs" in finding.cause
    assert "reset_after is True in PyTorch and False in TensorFlow" in finding.evidence


# ------------------------------------------------------------------------------ optimizers


def adams(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7, dtype="float64", theirs=None):
    """PyTorch's Adam and Keras's with the same settings, each for one weight."""
    weight = torch.nn.Parameter(torch.zeros(3, dtype=getattr(torch, dtype)))
    first = torch.optim.Adam([weight], learning_rate, (beta_1, beta_2), epsilon)
    settings = dict(learning_rate=learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
    second = keras.optimizers.Adam(**settings | (theirs or {}))
    second.build([keras.Variable(np.zeros(3), dtype=dtype)])
    return first, second


def test_adams_that_are_exact_and_have_no_epsilon_have_no_cause():
    for dtype in ("float32", "float64"):
        assert causes(optimizers=adams(**EXACT, dtype=dtype)) == [NOTHING]
        assert causes(optimizers=adams(**EXACT, dtype=dtype)[::-1]) == [NOTHING]


@pytest.mark.parametrize("epsilon", [1e-8, 1e-7, 1e-4])
def test_the_two_places_of_epsilon_are_measured(epsilon):
    settings = EXACT | {"epsilon": epsilon}
    (finding,) = parity.explain(optimizers=adams(**settings))
    assert "two places" in finding.cause
    assert f"PyTorch adds {epsilon:g} after and TensorFlow {epsilon:g} before" in finding.evidence
    # in the first update Keras's acts like epsilon / sqrt(1 - beta 2): here 32 epsilon
    assert f"acts like {epsilon:.2g} and {32 * epsilon:.2g}" in finding.evidence
    assert finding.size == pytest.approx(31 * epsilon / (1e-3 + 32 * epsilon), rel=1e-6)


def test_two_adams_of_one_framework_add_epsilon_in_one_place():
    pair = adams(epsilon=1e-4)[0], adams(epsilon=1e-4)[0]
    assert causes(optimizers=pair) == [NOTHING]
    assert names_of(pair) == ["the first PyTorch", "the second PyTorch"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_betas_that_float32_does_not_hold_are_measured(dtype):
    (finding,) = parity.explain(optimizers=adams(**EXACT | {"beta_2": 0.999}, dtype=dtype))
    assert "A beta is rounded" in finding.cause
    # 1 - float32(0.999) is off by 1.3e-5, and its root by half of that
    assert finding.size == pytest.approx(6.4e-6, rel=0.1)


def test_defaults_and_rounded_rates_are_named():
    weight = torch.nn.Parameter(torch.zeros(3))
    found = causes(optimizers=(torch.optim.Adam([weight]), keras.optimizers.Adam()))
    assert "The epsilon differs." in found
    assert "The learning rate is rounded to float32 on one side." in found
    exact = EXACT | {"learning_rate": 2**-9}
    assert causes(optimizers=adams(**exact, theirs={"learning_rate": 2**-8})) == [
        "The learning rate differs."
    ]


def test_other_optimizers():
    weight = torch.nn.Parameter(torch.zeros(3))
    sgd = torch.optim.SGD([weight], 0.5)
    assert causes(optimizers=(sgd, keras.optimizers.SGD(0.5))) == [NOTHING]
    assert causes(optimizers=(sgd, keras.optimizers.SGD(0.5, momentum=0.9))) == [
        "The momentum differs."
    ]
    assert causes(optimizers=(sgd, keras.optimizers.Adam())) == [
        "These are two different optimizers."
    ]


# ------------------------------------------------------------------------------ gradients


def embedding_gradients(ids):
    table = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    weight = torch.nn.Parameter(torch.as_tensor(table))
    torch.nn.functional.embedding(torch.as_tensor(ids), weight).sum().backward()
    variable = tf.Variable(table)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.gather(variable, ids))
    return weight.grad, tape.gradient(loss, variable)


def test_repeated_rows_of_an_embedding_gradient_are_counted():
    pair = embedding_gradients(np.array([[1, 1, 1, 4], [1, 2, 4, 4]]))
    (finding,) = parity.explain(gradients=pair)
    assert "repeated indices" in finding.cause
    assert "TensorFlow gives 8 rows for 3 symbols" in finding.evidence
    # symbol 1 stands 4 times, 4 three times, 2 once: (4 + 3 + 1) ones over 16 + 9 + 1
    assert finding.size == pytest.approx(8 / 26)
    assert causes(gradients=(pair[0], tf.convert_to_tensor(pair[1]))) == [NOTHING]


@given(st.permutations(range(6)))
def test_rows_that_stand_once_are_not_accused(ids):
    pair = embedding_gradients(np.array([ids]))
    (finding,) = parity.explain(gradients=[[each] for each in pair])
    assert finding.cause == NOTHING
    assert finding.size == 0.0


def test_pytorchs_sparse_gradients_are_read_the_same_way():
    layer = torch.nn.Embedding(6, 3, sparse=True)
    layer(torch.tensor([[1, 1, 4]])).sum().backward()
    dense = layer.weight.grad.to_dense()
    assert len(causes(gradients=(layer.weight.grad, dense))) == 1
    assert causes(gradients=(dense, dense)) == [NOTHING]


def test_repeated_rows_really_part_two_adams():
    """The moments of Keras's Adam, with the rows as they come and with their sum."""
    gradient = embedding_gradients(np.array([[1, 1, 1, 1]]))[1]
    seconds = []
    for given_gradient in (gradient, tf.convert_to_tensor(gradient)):
        variable = keras.Variable(np.zeros((6, 3)), dtype="float32")
        optimizer = keras.optimizers.Adam()
        optimizer.apply([given_gradient], [variable])
        seconds.append(optimizer._velocities[0].numpy()[1, 0])
    assert seconds[0] == pytest.approx(seconds[1] * 4 / 16, rel=1e-5)


# ------------------------------------------------------------------------------ losses, trainings


@given(st.integers(2, 9), st.integers(2, 9), st.data())
def test_every_reduction_is_told_by_its_ratio(rows, time, data):
    real = data.draw(st.integers(1, rows * time))
    targets = np.zeros(rows * time, np.int64)
    targets[:real] = 3
    targets = targets.reshape(rows, time)
    loss = 0.7
    for size in (rows, time, rows * time, real, rows * time / real, real / rows):
        findings = parity.explain(losses=(loss * size, loss), targets=targets)
        if abs(size - 1) < 1e-5:
            assert [finding.cause for finding in findings] == [NOTHING]
            continue
        assert all("reduced in two ways" in finding.cause for finding in findings)
        assert findings[0].size == pytest.approx(max(size, 1 / size))
    assert causes(losses=(loss, loss), targets=targets) == [NOTHING]


def test_a_ratio_that_no_reduction_gives_is_not_accused():
    (finding,) = parity.explain(losses=(1.0, 1.0123), targets=np.ones((4, 6), int))
    assert finding.cause == NOTHING
    assert finding.size == pytest.approx(0.0123)
    (finding,) = parity.explain(losses=(torch.tensor(1.0), tf.constant(1 / np.log(2))))
    assert "bits" in finding.evidence


def test_a_training_is_explained_by_its_own_optimizers():
    weight = torch.nn.Parameter(torch.zeros(3))
    pair = torch.optim.Adam([weight], 2**-10, (0.875, 1 - 2**-10), 1e-4), adams(**EXACT)[1]
    losses = {"PyTorch": np.array([3.0, 2.0]), "TensorFlow": np.array([3.0, 2.5])}
    training = parity.TrainingComparison(
        losses, start_difference=0.1, settings={"dtype": "float32"}, optimizers=pair
    )
    found = causes(training=training)
    assert "The weights were not equal at the start." in found
    assert "The epsilon differs." in found
    (finding,) = parity.explain(training=parity.TrainingComparison(losses))
    assert finding.cause == NOTHING
    assert finding.size == 0.5


def test_what_cannot_be_explained_is_named():
    with pytest.raises(ValueError, match="nothing to explain"):
        parity.explain()
    with pytest.raises(TypeError, match="must be a pair"):
        parity.explain(models=torch.nn.Linear(2, 2))
    with pytest.raises(TypeError, match="neither framework"):
        parity.explain(optimizers=(1.0, 2.0))
    with pytest.raises(ValueError, match="same sizes"):
        parity.explain(models=(torch.nn.Linear(2, 3), torch.nn.Linear(2, 4)))
    assert side_of(torch.zeros(1)) is in_pytorch
    assert side_of(tf.zeros(1)) is in_tensorflow


def test_a_finding_reads_as_text():
    text = str(parity.explain(losses=(8.0, 1.0), targets=np.ones((8, 3), int))[0])
    assert text.splitlines()[1].startswith("  seen: 8 and 1; the ratio 8 is the batch size B = 8")
    assert text.splitlines()[2].startswith("  cure: ")
