"""Muon: the orthogonal step, its size, and the same curve on both sides."""

import copy
import itertools

import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils import data, in_pytorch, in_tensorflow, parity, parity_causes
from course_utils.data import StreamBatches

SIDES = {"PyTorch": in_pytorch, "TensorFlow": in_tensorflow}
TENSOR = {in_pytorch: torch.as_tensor, in_tensorflow: tf.convert_to_tensor}
TEXT = np.random.default_rng(0).integers(0, 7, 4000)
CELLS = ("rnn", "lstm", "gru")
# 8 units, 4 inputs: an input matrix gives more than it takes, so its step is longer.
HIDDEN = {"recurrent.0.recurrent_weight": 1.0, "recurrent.0.input_weight": 2**0.5}
HIDDEN_ENDS = ("recurrent_weight", "input_weight", "query_weight", "memory_weight")
STRETCHED = [  # name, outputs a gate, longer than 2 rates by; 6 to an embedding, 8 units
    ("decoder.combine.weight", 8, 1.0),
    ("decoder.recurrent.0.input_weight", 8, (8 / 6) ** 0.5),
    ("encoder.backward.0.input_weight", 4, 1.0),
]
PAIRS = data.classic_pairs()
VOCABULARIES = data.pair_vocabularies(PAIRS)
SIZES = [len(vocabulary) for vocabulary in VOCABULARIES]


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
def test_a_step_of_a_hidden_matrix_has_the_size_that_the_page_says(side, cell):
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
    assert set(HIDDEN) < set(changes)
    for name, change in changes.items():
        if name in HIDDEN:
            for gate in np.split(change, change.shape[1] // 8, axis=1):
                stretch = np.linalg.svd(gate, compute_uv=False)[0]
                assert 0.5 < stretch / (2 * HIDDEN[name] * 2**-7) < 1.25
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
    state, momenta, wanted = model.zero_state(4), dict.fromkeys(HIDDEN, 0.0), {}
    for name in HIDDEN:
        wanted[name] = model.named_weights()[name]
    for batch, rate in zip(batches, (2**-7, 2**-6, 2**-5), strict=True):
        gradients = update.named_gradients(batch.inputs, batch.targets, state)
        _, _, state = update(batch.inputs, batch.targets, state, rate)
        for name, longer in HIDDEN.items():
            momenta[name] = 0.95 * momenta[name] + 0.05 * gradients[name]
            ahead = 0.95 * momenta[name] + 0.05 * gradients[name]
            gates = np.split(ahead, ahead.shape[1] // 8, axis=1)
            step = np.concatenate([polynomial(gate) for gate in gates], axis=1)
            wanted[name] = wanted[name] - 2 * longer * rate * step
            np.testing.assert_allclose(
                model.named_weights()[name], wanted[name], rtol=0, atol=1e-12
            )


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


LSTM = dict(attention="dot", cell="lstm", num_layers=2, bidirectional=False)


@pytest.mark.parametrize("options", [dict(attention="additive"), LSTM], ids=["additive", "lstm"])
def test_a_translation_model_has_one_curve_and_only_matrices_within_take_muons_step(options):
    options = options | {"dtype": "float64"}
    models = {label: one.seq2seq.Seq2Seq(*SIZES, 6, 8, **options) for label, one in SIDES.items()}
    before = models["PyTorch"].named_weights()
    batches = [data.PairBatches(PAIRS, *VOCABULARIES, 2).batch(number) for number in range(30)]
    found = parity.compare_training(
        models, batches, optimizer="muon", learning_rate=2**-8, epsilon=1e-30
    )
    assert found.largest_difference <= 1e-9
    parity_causes.explain(training=found)  # looks at all but the optimizers
    assert found.losses["PyTorch"][-1] < found.losses["PyTorch"][0] - 0.1
    for side, model in zip(SIDES.values(), models.values(), strict=True):
        model.load_named_weights(before)
        adam = side.seq2seq.Seq2Seq(*SIZES, 6, 8, **options)
        adam.load_named_weights(before)
        for one, optimizer in ((model, "muon"), (adam, "adam")):
            side.translation.TranslationUpdate(one, optimizer=optimizer)(batches[0], 2**-8)
        by_adam = adam.named_weights()
        others = {
            name
            for name, weight in model.named_weights().items()
            if np.abs(weight - by_adam[name]).max() > 1e-4
        }
        hidden = {name for name in before if name.endswith((*HIDDEN_ENDS, "combine.weight"))}
        assert others == hidden
        for name, outputs, longer in STRETCHED:
            if name in before:
                change = model.named_weights()[name] - before[name]
                for gate in np.split(change, change.shape[1] // outputs, axis=1):
                    size = np.linalg.svd(gate, compute_uv=False)[0]
                    assert 0.5 < size / (2 * longer * 2**-8) < 1.25


@pytest.mark.parametrize(
    ("side", "optimizer"),
    [("PyTorch", "muon"), ("TensorFlow", "muon"), ("PyTorch", "sgd")],  # TensorFlow saves all alike
    indirect=["side"],
)
def test_a_stopped_translation_training_goes_on_to_the_same_numbers(side, optimizer, tmp_path):
    def build(seed=0):
        return side.seq2seq.Seq2Seq(*SIZES, 6, 8, cell="rnn", bidirectional=False, seed=seed)

    def train(model, **more):
        return side.translation.train_translation(
            model, PAIRS, PAIRS, VOCABULARIES, 6, 2, 0.01, optimizer=optimizer, progress=False,
            evaluate_every=2, **more,
        )  # fmt: skip

    def stop(done, model):
        if done == 4:
            raise KeyboardInterrupt

    models = [build(), build()]
    whole = train(models[0])
    with pytest.raises(KeyboardInterrupt):
        train(models[1], folder=tmp_path, on_evaluation=stop)
    other = build(seed=1)
    assert train(other, folder=tmp_path).loss == whole.loss
    assert parity.largest_difference(other.named_weights(), models[0].named_weights()) == 0
    with pytest.raises(ValueError, match="other settings: optimizer"):
        side.translation.train_translation(
            other, PAIRS, PAIRS, VOCABULARIES, 6, 2, 0.01, progress=False, evaluate_every=2,
            folder=tmp_path,
        )  # fmt: skip


class Foreign:
    """A model that is not the course's, with a model of the course inside."""

    def __init__(self, model):
        self.inside = model

    def parameters(self):
        return self.inside.parameters()

    @property
    def trainable_weights(self):
        return self.inside.trainable_weights


def test_a_model_of_ones_own_has_no_muon(side):
    model = Foreign(side.models.CharacterModel(7, 4, 8))
    with pytest.raises(ValueError, match=r"muon.*adam, sgd"):
        side.training.LanguageModelUpdate(model, optimizer="muon")
