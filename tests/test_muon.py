"""Muon: the orthogonal step, its size, and the same curve on both sides."""

import copy
import itertools

import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils import in_pytorch, in_tensorflow, parity
from course_utils.data import StreamBatches

SIDES = {"PyTorch": in_pytorch, "TensorFlow": in_tensorflow}
TENSOR = {in_pytorch: torch.as_tensor, in_tensorflow: tf.convert_to_tensor}
TEXT = np.random.default_rng(0).integers(0, 7, 4000)
CELLS = ("rnn", "lstm", "gru")


@pytest.fixture(params=SIDES)
def side(request):
    return SIDES[request.param]


def orthogonalized(side, matrix, **options):
    return np.asarray(side.muon.orthogonalized(TENSOR[side](matrix), **options))


def test_one_step_by_hand(side):
    # X = diag(3, 4) / 5. The step takes each value s to a s + b s^3 + c s^5.
    a, b, c = side.muon.COEFFICIENTS
    found = orthogonalized(side, np.diag([3.0, 4.0]), steps=1)
    wanted = [a * s + b * s**3 + c * s**5 for s in (0.6, 0.8)]
    np.testing.assert_allclose(found, np.diag(wanted), rtol=0, atol=1e-14)


def test_keeps_the_directions_and_makes_the_sizes_about_one(side):
    rng = np.random.default_rng(1)
    left, right = (np.linalg.qr(rng.normal(size=(64, 64)))[0] for _ in range(2))
    sizes = np.geomspace(0.1, 1, 64)
    found = left.T @ orthogonalized(side, left * sizes @ right) @ right.T
    assert np.abs(found - np.diag(np.diag(found))).max() < 1e-12
    # The length is about 3.2 times the largest size: the smallest is 0.03 of it.
    assert 0.68 < np.diag(found).min() <= np.diag(found).max() < 1.21


def test_neither_the_length_nor_the_layout_matters(side):
    matrix = np.random.default_rng(2).normal(size=(5, 8))
    found = orthogonalized(side, matrix)
    np.testing.assert_allclose(orthogonalized(side, 1e-9 * matrix), found, atol=1e-14)
    np.testing.assert_allclose(orthogonalized(side, matrix.T), found.T, atol=1e-14)
    assert not orthogonalized(side, 0 * matrix).any()


@pytest.mark.parametrize("cell", CELLS)
def test_a_step_of_a_recurrent_matrix_has_the_size_that_the_page_says(side, cell):
    model = side.models.CharacterModel(7, 4, 8, cell=cell, dtype="float64")
    update = side.training.LanguageModelUpdate(model, optimizer="muon")
    adam = side.models.CharacterModel(7, 4, 8, cell=cell, dtype="float64")
    parity.copy_weights(model, adam)
    before = model.named_weights()
    batch = next(iter(StreamBatches(TEXT, 4, 9)))
    for one in (update, side.training.LanguageModelUpdate(adam)):
        one(batch.inputs, batch.targets, model.zero_state(4), 2**-7)
    changes = {name: after - before[name] for name, after in model.named_weights().items()}
    by_adam = adam.named_weights()
    assert "recurrent.0.recurrent_weight" in changes
    for name, change in changes.items():
        if name == "recurrent.0.recurrent_weight":
            for gate in np.split(change, change.shape[1] // 8, axis=1):
                stretch = np.linalg.svd(gate, compute_uv=False)[0]
                assert 0.5 < stretch / (side.muon.SCALE * 2**-7) < 1.25
            assert np.abs(before[name] + change - by_adam[name]).max() > 1e-3
        else:  # all others: Adam
            np.testing.assert_allclose(before[name] + change, by_adam[name], rtol=0, atol=1e-15)


def polynomial(matrix, steps=3):
    x = matrix / np.linalg.norm(matrix)
    for _ in range(steps):
        gram = x @ x.T
        x = 3.4445 * x - 4.775 * gram @ x + 2.0315 * gram @ gram @ x
    return x


@pytest.mark.parametrize("cell", CELLS)
def test_three_updates_are_those_of_the_formula(side, cell):
    model = side.models.CharacterModel(7, 4, 8, cell=cell, dtype="float64")
    update = side.training.LanguageModelUpdate(model, optimizer="muon", clip_norm=None)
    batches = itertools.islice(StreamBatches(TEXT, 4, 9), 3)
    name, state, momentum = "recurrent.0.recurrent_weight", model.zero_state(4), 0.0
    wanted = model.named_weights()[name]
    for batch, rate in zip(batches, (2**-7, 2**-6, 2**-5), strict=True):
        gradient = update.named_gradients(batch.inputs, batch.targets, state)[name]
        momentum = 0.95 * momentum + 0.05 * gradient
        ahead = 0.95 * momentum + 0.05 * gradient
        gates = np.split(ahead, ahead.shape[1] // 8, axis=1)
        wanted = wanted - 2 * rate * np.concatenate([polynomial(gate) for gate in gates], axis=1)
        _, _, state = update(batch.inputs, batch.targets, state, rate)
        np.testing.assert_allclose(model.named_weights()[name], wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [1e-10, 1e-20, 1e-30])
def test_small_gradients_in_float32_stay_numbers(side, size):
    matrix = (size * np.random.default_rng(3).normal(size=(16, 16))).astype(np.float32)
    assert np.abs(orthogonalized(side, matrix)).max() <= 1.2


def test_a_copy_of_an_update_goes_on_alone():
    model = in_pytorch.models.CharacterModel(7, 4, 8)
    update = in_pytorch.training.LanguageModelUpdate(model, optimizer="muon")
    batches, zero = StreamBatches(TEXT, 4, 9), model.zero_state(4)
    first, second = itertools.islice(batches, 2)
    update(first.inputs, first.targets, zero, 2**-7)
    twin, before = copy.deepcopy(update), model.named_weights()
    twin(second.inputs, second.targets, zero, 2**-7)
    assert parity.largest_difference(model.named_weights(), before) == 0
    update(second.inputs, second.targets, zero, 2**-7)
    assert parity.largest_difference(model.named_weights(), twin.model.named_weights()) == 0


@pytest.mark.parametrize(("dtype", "allowed"), [("float64", 1e-9), ("float32", 1e-4)])
@pytest.mark.parametrize(("cell", "layers"), [("rnn", 2), ("lstm", 1), ("gru", 2)])
def test_both_sides_have_one_curve(cell, layers, dtype, allowed):
    models = {
        label: one.models.CharacterModel(7, 4, 8, cell=cell, num_layers=layers, dtype=dtype)
        for label, one in SIDES.items()
    }
    batches = list(itertools.islice(StreamBatches(TEXT, 4, 9), 60))
    epsilon = 1e-30 if dtype == "float64" else 1e-12
    found = parity.compare_training(
        models, batches, optimizer="muon", learning_rate=2**-9, epsilon=epsilon
    )
    assert found.largest_difference <= allowed
    assert max(found.losses["PyTorch"]) - min(found.losses["PyTorch"]) > 0.01  # it moves


def test_a_compiled_training_is_the_traced_one_up_to_rounding(monkeypatch):
    losses, made, traced = [], [], tf.function

    def note(*given, jit_compile=None, **rest):
        made.append(jit_compile)
        return traced(*given, jit_compile=jit_compile, **rest)

    monkeypatch.setattr(in_tensorflow.training.tf, "function", note)
    for least in (1, 10**9):
        monkeypatch.setattr(in_tensorflow.training, "_COMPILED_FROM", least)
        made.clear()
        model = in_tensorflow.models.CharacterModel(7, 4, 8)
        history = in_tensorflow.training.train_language_model(
            model, TEXT, TEXT[:500], 20, 4, 9, optimizer="muon", progress=False
        )
        losses.append(history.loss)
        assert any(made) == (least == 1)
    np.testing.assert_allclose(*losses, rtol=0, atol=1e-5)
    assert losses[0][-1] != losses[0][0]


def test_translation_has_no_muon(side):
    model = side.seq2seq.Seq2Seq(5, 5, 4, 6)
    with pytest.raises(ValueError, match=r"muon.*adam, sgd"):
        side.translation.TranslationUpdate(model, optimizer="muon")
