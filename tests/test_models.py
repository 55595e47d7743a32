"""Models and layers: hand-computed steps, equal numbers on both sides, readable errors."""

import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils import in_pytorch, in_tensorflow, parity

SIDES = [in_pytorch, in_tensorflow]
CELLS = ["rnn", "lstm", "gru"]
TOLERANCE = {"float32": 1e-6, "float64": 1e-14}


def tensor(side, array):
    return torch.as_tensor(array) if side is in_pytorch else tf.convert_to_tensor(array)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def set_layer(side, cell, **weights):
    layer = side.layers.RecurrentLayers(2, 2, cell=cell, dtype="float64")
    layer.load_named_weights(
        {f"0.{name}": np.array(values, dtype=np.float64) for name, values in weights.items()}
    )
    return layer


@pytest.mark.parametrize("side", SIDES)
def test_two_steps_of_a_plain_rnn_by_hand(side):
    layer = set_layer(
        side,
        "rnn",
        input_weight=[[0.5, -1.0], [0.25, 2.0]],
        recurrent_weight=[[0.0, 1.0], [-1.0, 0.5]],
        bias=[0.1, -0.2],
    )
    outputs, state = layer(tensor(side, np.array([[[1.0, 0.0], [0.0, 1.0]]])))
    # step 1: x W = [0.5, -1.0], h is zero; step 2: x W = [0.25, 2.0], h U = [-h2, h1 + 0.5 h2]
    first = np.tanh([0.5 + 0.1, -1.0 - 0.2])
    second = np.tanh([0.25 - first[1] + 0.1, 2.0 + first[0] + 0.5 * first[1] - 0.2])
    assert parity.largest_difference(outputs, np.array([[first, second]])) < 1e-15
    assert parity.largest_difference(state, second.reshape(1, 1, 2)) < 1e-15


@pytest.mark.parametrize("side", SIDES)
def test_one_step_of_a_gru_by_hand(side):
    rng = np.random.default_rng(0)
    w, u = rng.normal(size=(2, 6)), rng.normal(size=(2, 6))
    b, c = rng.normal(size=6), rng.normal(size=6)
    layer = set_layer(
        side, "gru", input_weight=w, recurrent_weight=u, input_bias=b, recurrent_bias=c
    )
    x, h = rng.normal(size=2), rng.normal(size=2)
    outputs, _ = layer(tensor(side, x.reshape(1, 1, 2)), tensor(side, h.reshape(1, 1, 2)))
    from_input, from_state = x @ w + b, h @ u + c  # gate order r, z, n
    r = sigmoid(from_input[:2] + from_state[:2])
    z = sigmoid(from_input[2:4] + from_state[2:4])
    n = np.tanh(from_input[4:] + r * from_state[4:])
    assert parity.largest_difference(outputs, ((1 - z) * n + z * h).reshape(1, 1, 2)) < 1e-15


@pytest.mark.parametrize("side", SIDES)
def test_one_step_of_an_lstm_by_hand(side):
    rng = np.random.default_rng(1)
    w, u, b = rng.normal(size=(2, 8)), rng.normal(size=(2, 8)), rng.normal(size=8)
    layer = set_layer(side, "lstm", input_weight=w, recurrent_weight=u, bias=b)
    x, h, c = rng.normal(size=(3, 2))
    start = tuple(tensor(side, part.reshape(1, 1, 2)) for part in (h, c))
    outputs, state = layer(tensor(side, x.reshape(1, 1, 2)), start)
    i, f, g, o = np.split(x @ w + h @ u + b, 4)
    cell = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    hidden = sigmoid(o) * np.tanh(cell)
    assert parity.largest_difference(outputs, hidden.reshape(1, 1, 2)) < 1e-15
    assert parity.largest_difference(state[1], cell.reshape(1, 1, 2)) < 1e-15


def model_pair(cell, num_layers, dtype):
    return [
        side.models.CharacterModel(40, 16, 32, num_layers, cell, seed=seed, dtype=dtype)
        for seed, side in enumerate(SIDES)
    ]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("forward", [True, False], ids=["to_tensorflow", "to_pytorch"])
def test_copied_weights_give_equal_logits_and_states(cell, num_layers, dtype, forward):
    pair = model_pair(cell, num_layers, dtype)
    ids = np.random.default_rng(2).integers(0, 40, (8, 25)).astype(np.int32)

    def gap():
        logits, states = zip(
            *(model(tensor(side, ids)) for side, model in zip(SIDES, pair, strict=True)),
            strict=True,
        )
        return max(parity.largest_difference(*logits), parity.largest_difference(*states))

    assert gap() > 1e-3  # different seeds: before copying, the models differ
    parity.copy_weights(*(pair if forward else pair[::-1]))
    assert gap() <= TOLERANCE[dtype]
    assert parity.largest_difference(pair[0].named_weights(), pair[1].named_weights()) == 0.0


@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_both_sides_count_the_same_parameters(cell, num_layers):
    pair = model_pair(cell, num_layers, "float32")
    named = pair[0].named_weights()
    assert pair[0].count_parameters() == pair[1].count_parameters()
    assert pair[0].count_parameters() == sum(array.size for array in named.values())


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("cell", CELLS)
def test_reading_in_two_parts_equals_reading_at_once(side, cell):
    model = side.models.CharacterModel(10, 4, 8, 2, cell, dtype="float64")
    ids = np.random.default_rng(3).integers(0, 10, (3, 12)).astype(np.int32)
    whole, end = model(tensor(side, ids))
    first, state = model(tensor(side, ids[:, :5]))
    second, end_in_parts = model(tensor(side, ids[:, 5:]), state)
    joined = np.concatenate([parity.to_numpy(first), parity.to_numpy(second)], axis=1)
    assert parity.largest_difference(whole, joined) < 1e-14
    assert parity.largest_difference(end, end_in_parts) < 1e-14


@pytest.mark.parametrize("side", SIDES)
def test_shapes_and_states_are_the_documented_ones(side):
    model = side.models.CharacterModel(11, 5, 7, num_layers=2, cell="lstm")
    logits, (hidden, cell) = model(tensor(side, np.zeros((3, 4), np.int32)))
    assert tuple(logits.shape) == (3, 4, 11)
    assert tuple(hidden.shape) == tuple(cell.shape) == (2, 3, 7)


@pytest.mark.parametrize("side", SIDES)
def test_the_seed_fixes_the_starting_weights(side):
    first, second, other = (
        side.models.CharacterModel(9, 4, 6, 2, seed=seed).named_weights() for seed in (1, 1, 2)
    )
    assert parity.largest_difference(first, second) == 0.0
    assert parity.largest_difference(first["embedding.weight"], other["embedding.weight"]) > 0
    # two layers of one model must not start as copies of each other
    names = ("recurrent.0.recurrent_weight", "recurrent.1.recurrent_weight")
    assert parity.largest_difference(first[names[0]], first[names[1]]) > 0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("cell", CELLS)
def test_both_sides_start_from_the_same_distributions(side, cell):
    hidden, embedding, vocab = 48, 24, 30
    named = side.models.CharacterModel(vocab, embedding, hidden, cell=cell).named_weights()
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[cell]
    assert np.abs(named["embedding.weight"]).max() <= 0.05
    assert np.std(named["embedding.weight"]) == pytest.approx(0.05 / np.sqrt(3), rel=0.1)
    limit = np.sqrt(6 / (embedding + gates * hidden))
    weight = named["recurrent.0.input_weight"]
    assert np.abs(weight).max() <= limit * (1 + 1e-6)
    assert np.std(weight) == pytest.approx(limit / np.sqrt(3), rel=0.1)
    recurrent = named["recurrent.0.recurrent_weight"]
    assert parity.largest_difference(recurrent @ recurrent.T, np.eye(hidden)) < 1e-5
    if cell == "lstm":
        expected = np.repeat([0.0, 1.0, 0.0, 0.0], hidden)
        assert parity.largest_difference(named["recurrent.0.bias"], expected) == 0.0


def training_logits(side, model, ids):
    if side is in_pytorch:
        model.train()
        return model(ids)[0]
    return model(ids, training=True)[0]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("off", ["between", "last", None])
def test_each_dropout_acts_in_training_only(side, off):
    """There are two: between the layers, and before the linear map."""
    model = side.models.CharacterModel(9, 4, 6, 2, dropout=0.5)
    between = model.recurrent.layers if side is in_pytorch else model.recurrent.dropout
    if off == "between":
        setattr(between, "dropout" if side is in_pytorch else "rate", 0.0)
    elif off == "last":
        setattr(model.dropout, "p" if side is in_pytorch else "rate", 0.0)
    ids = np.zeros((2, 5), np.int32)
    noisy = [training_logits(side, model, ids) for _ in range(2)]
    assert parity.largest_difference(*noisy) > 0
    if side is in_pytorch:
        model.eval()
        still = [model(ids)[0] for _ in range(2)]
    else:
        still = [model(ids, training=False)[0] for _ in range(2)]
    assert parity.largest_difference(*still) == 0.0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("cell", CELLS)
def test_no_two_weights_start_as_copies(side, cell):
    # equal sizes wherever possible, so that equal seeds would give equal arrays
    named = side.models.CharacterModel(16, 16, 16, 2, cell, seed=4).named_weights()
    matrices = [array[:, :16].ravel() for name, array in named.items() if "bias" not in name]
    assert len(matrices) == 6
    related = np.abs(np.corrcoef(matrices)) - np.eye(len(matrices))
    assert related.max() < 0.3


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_state_of_another_batch_size_is_refused(side, cell):
    model = side.models.CharacterModel(5, 3, 4, cell=cell)
    for rows, others in ((3, 1), (1, 3)):
        with pytest.raises(ValueError, match=r"zero_state\(batch_size\)"):
            model(np.zeros((rows, 2), np.int32), model.zero_state(others))


@pytest.mark.parametrize("side", SIDES)
def test_sizes_and_seeds_may_be_numpy_numbers(side, tmp_path):
    ids = np.array([0, 3, 1])
    model = side.models.CharacterModel(ids.max() + 1, np.int64(2), np.int32(3), seed=np.int64(3))
    side.training.save_checkpoint(tmp_path / "new folder" / "model.safetensors", model)
    loaded, _ = side.training.load_checkpoint(tmp_path / "new folder" / "model.safetensors")
    assert loaded.options == model.options
    assert type(loaded.options["vocab_size"]) is int


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"cell": "GRU "}, ValueError, "'rnn', 'lstm', 'gru'"),
        ({"hidden_size": 0}, ValueError, "at least 1"),
        ({"hidden_size": "64"}, TypeError, "whole number"),
        ({"vocab_size": True}, TypeError, "whole number"),
        ({"dtype": "float16"}, ValueError, "float64"),
        ({"dropout": 1.0}, ValueError, "dropout"),
        ({"num_layers": -1}, ValueError, "num_layers=-1"),
        ({"dropout": "0.1"}, TypeError, "dropout"),
        ({"seed": None}, TypeError, "seed"),
        ({"seed": -1}, ValueError, "seed=-1"),
    ],
)
def test_options_that_are_not_possible_are_named(side, options, error, says):
    usual = {"vocab_size": 5, "embedding_size": 3, "hidden_size": 4}
    with pytest.raises(error, match=says):
        side.models.CharacterModel(**(usual | options))


@pytest.mark.parametrize("side", SIDES)
def test_weights_of_another_model_are_refused(side):
    model = side.models.CharacterModel(5, 3, 4, cell="gru")
    before = model.named_weights()
    with pytest.raises(ValueError, match="another kind of model"):
        model.load_named_weights(side.models.CharacterModel(5, 3, 4, cell="lstm").named_weights())
    with pytest.raises(ValueError, match="has shape"):
        model.load_named_weights(side.models.CharacterModel(5, 3, 8, cell="gru").named_weights())
    assert parity.largest_difference(before, model.named_weights()) == 0.0
    with pytest.raises(TypeError, match="named_weights"):
        parity.copy_weights("a model", model)


def test_largest_difference_sees_shapes_names_and_nan():
    assert parity.largest_difference([1.0, 2.0], np.array([1.0, 2.5])) == 0.5
    assert parity.largest_difference({"a": [1.0]}, {"a": [3.0]}) == 2.0
    assert np.isnan(parity.largest_difference([float("nan"), 1.0], [1.0, 1.0]))
    assert np.isnan(
        parity.largest_difference([np.ones(2), np.array([np.nan])], [np.ones(2), np.ones(1)])
    )
    with pytest.raises(ValueError, match="shapes differ"):
        parity.largest_difference(np.ones((1, 3)), np.ones((3, 1)))
    with pytest.raises(ValueError, match="names differ"):
        parity.largest_difference({"a": 1}, {"b": 1})
    with pytest.raises(ValueError, match="parts"):
        parity.largest_difference([1], [1, 2])
