"""Same weights, same curve: every model of the course, in both frameworks.

Every model: logits, loss, every gradient, weights copied there and back, and a curve of 200 updates
in one of four settings, which take turns; or in all four with COURSE_EVERY_CURVE=1 (half an hour on
one core; TensorFlow's tracing takes most of it).
"""

import itertools
import os

import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils import in_pytorch, in_tensorflow, parity
from course_utils.data import Vocabulary
from course_utils.data.language_model import StreamBatches
from course_utils.data.translation import PairBatches, classic_pairs, pair_vocabularies

SIDES = {"PyTorch": in_pytorch, "TensorFlow": in_tensorflow}
TEXT = "the quick brown fox jumps over the lazy dog. " * 40
VOCABULARY = Vocabulary.from_text(TEXT)
STREAM = StreamBatches(VOCABULARY.encode(TEXT), 4, 6)
PAIRS = classic_pairs()
SHORT_PAIRS = [pair for pair in PAIRS if len(pair.source) <= 5]  # three, for the curves
VOCABULARIES = pair_vocabularies(PAIRS)
CELLS = ("rnn", "lstm", "gru")
# {name: options}; a Seq2Seq is known by its attention.
MODELS = {
    f"{cell}-{layers}": {"cell": cell, "num_layers": layers} for cell in CELLS for layers in (1, 2)
}
for cell, ways, attention, query in itertools.product(
    CELLS,
    (True, False),
    (None, "additive", "dot", "scaled_dot", "general"),
    ("current", "previous"),
):
    if attention is not None or query == "current":  # without attention nobody asks
        MODELS[f"{cell}-{'both' if ways else 'one'}-{attention}-{query}"] = {
            "cell": cell,
            "bidirectional": ways,
            "attention": attention,
            "query": query,
        }
EXACT = dict(beta_1=0.875, beta_2=1 - 2**-10)  # betas that float32 holds exactly
# The rates are modest: at 0.25, a plain RNN in float32 makes its rounding a hundred times larger.
SETTINGS = {  # name: (precision, the largest difference of the loss that is allowed, settings)
    "float64-sgd": ("float64", 1e-12, dict(optimizer="sgd", learning_rate=2**-4)),
    "float64-adam": (
        "float64",
        1e-9,
        dict(optimizer="adam", learning_rate=2**-10, epsilon=1e-30, **EXACT),
    ),
    "float32-sgd": ("float32", 1e-5, dict(optimizer="sgd", learning_rate=2**-4)),
    "float32-adam": (
        "float32",
        1e-4,
        dict(optimizer="adam", learning_rate=2**-10, epsilon=1e-12, **EXACT),
    ),
}
# Every model has one curve; the settings take turns.
COVERING = [
    (name, list(SETTINGS)[(place + place // 4) % len(SETTINGS)])
    for place, name in enumerate(MODELS)
]
EVERY = os.environ.get("COURSE_EVERY_CURVE") == "1"
CURVES = list(itertools.product(MODELS, SETTINGS)) if EVERY else COVERING


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Two threads that wait for each other cost more than they save at these sizes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def build(side, name, dtype="float64", seed=0, **more):
    options = MODELS[name] | {"dtype": dtype, "seed": seed} | more
    if "attention" in options:
        return side.seq2seq.Seq2Seq(*map(len, VOCABULARIES), 6, 8, **options)
    return side.models.CharacterModel(len(VOCABULARY), 6, 8, **options)


def build_both(name, dtype="float64", **more):
    """Both sides' models, from different seeds."""
    return {
        framework: build(side, name, dtype, seed, **more)
        for seed, (framework, side) in enumerate(SIDES.items())
    }


def batches_for(name, count, pairs=PAIRS):
    if "attention" in MODELS[name]:  # all batches have pads: one graph to trace
        batches = PairBatches(pairs, *VOCABULARIES, len(pairs))
        return [batches.batch(number) for number in range(count)]
    return list(itertools.islice(STREAM, count))


def tensor(side, array):
    return torch.as_tensor(array) if side is in_pytorch else tf.convert_to_tensor(array)


def logits_loss_and_gradients(side, model, batch):
    if hasattr(batch, "source"):
        logits, _ = model(batch.source, batch.source_lengths, batch.target_inputs)
        loss = side.translation.translation_loss(logits, tensor(side, batch.targets))
        gradients = side.translation.TranslationUpdate(model, optimizer="sgd").named_gradients(
            batch
        )
    else:
        logits, _ = model(tensor(side, batch.inputs))
        loss = side.training.language_model_loss(logits, tensor(side, batch.targets))
        update = side.training.LanguageModelUpdate(model, optimizer="sgd")
        gradients = update.named_gradients(batch.inputs, batch.targets, model.zero_state(4))
    return {"logits": logits, "loss": loss, **gradients}


def shake(model, seed=0):
    """Give a model larger random weights, so that no part of it is close to zero."""
    rng = np.random.default_rng(seed)
    named = model.named_weights()
    model.load_named_weights({name: rng.normal(0, 0.5, w.shape) for name, w in named.items()})


@pytest.mark.parametrize("name", MODELS)
def test_weights_there_and_back_then_logits_loss_and_every_gradient(name):
    first, second = build_both(name).values()
    (batch,) = batches_for(name, 1)
    shake(first)
    start = first.named_weights()
    assert parity.largest_difference(start, second.named_weights()) > 0.1
    parity.copy_weights(first, second)
    numbers = [
        logits_loss_and_gradients(side, model, batch)
        for side, model in zip(SIDES.values(), (first, second), strict=True)
    ]
    assert parity.largest_difference(*numbers) <= 1e-13
    assert not [
        key for key, array in numbers[0].items() if not np.abs(parity.to_numpy(array)).max()
    ]
    assert parity.largest_difference(start, first.named_weights()) == 0.0  # only looked at
    shake(first, seed=1)
    parity.copy_weights(second, first)
    assert parity.largest_difference(start, first.named_weights()) == 0.0


@pytest.mark.parametrize(("name", "setting"), CURVES)
def test_200_updates_give_one_curve(name, setting):
    dtype, bound, settings = SETTINGS[setting]
    comparison = parity.compare_training(
        build_both(name, dtype), batches_for(name, 200, SHORT_PAIRS), gradients_at=(0,), **settings
    )
    first, second = comparison.losses.values()
    assert len(first) == len(second) == 200
    assert first[-5:].mean() < first[:5].mean() - 0.01  # it learns
    assert comparison.largest_difference <= bound
    assert comparison.start_difference == 0.0
    assert comparison.gradients.keys() == {0}
    assert max(comparison.gradients[0].values()) <= (1e-14 if dtype == "float64" else 1e-6)


def test_every_model_has_a_curve_and_every_setting_many():
    assert [name for name, _ in COVERING] == list(MODELS)
    for setting in SETTINGS:
        chosen = [MODELS[name] for name, own in COVERING if own == setting]
        assert len(chosen) >= len(MODELS) // len(SETTINGS)
        assert {options["cell"] for options in chosen} == set(CELLS)


# ------------------------------------------------------------------------------ compare_training


def small(side, **options):
    return side.models.CharacterModel(len(VOCABULARY), 3, 4, cell="rnn", **options)


def pytorch_pair(**options):
    """Two models of one framework: enough where nothing differs between the frameworks."""
    return {name: small(in_pytorch, seed=seed, **options) for seed, name in enumerate("ab")}


def test_a_comparison_says_what_it_found_and_leaves_the_first_models_start_alone():
    batches = batches_for("rnn-1", 4)
    pair = pytorch_pair()
    start = pair["a"].named_weights()
    comparison = parity.compare_training(pair, batches, gradients_at=(0, 2), same_start=False)
    assert comparison.start_difference > 0.1
    assert comparison.gradients.keys() == {0, 2}
    assert comparison.gradients[0].keys() == start.keys()
    assert comparison.largest_difference == comparison.differences.max() > 0
    assert comparison.typical_gradient > 0
    text = repr(comparison)
    assert "a and b, 4 updates: optimizer='sgd'" in text
    assert "largest difference of a gradient at step 2" in text
    assert (
        parity.explain(training=comparison)[0].cause == "The weights were not equal at the start."
    )
    again = pytorch_pair()
    same = parity.compare_training(again, batches)
    assert same.start_difference == same.largest_difference == same.weights_difference == 0.0
    np.testing.assert_array_equal(same.losses["a"], comparison.losses["a"])


@pytest.mark.parametrize("name", ["rnn-1", "rnn-one-dot-current"])
def test_plain_gradient_descent_by_hand(name):
    """One update moves each weight by the learning rate times its gradient."""
    (batch,) = batches_for(name, 1)
    model = build(in_pytorch, name)  # that both sides move alike is shown by the curves
    start = model.named_weights()
    gradients = logits_loss_and_gradients(in_pytorch, model, batch)
    models = {"one": model, "other": build(in_pytorch, name)}
    parity.compare_training(models, [batch], learning_rate=0.5, gradients_at=())
    for key, weight in model.named_weights().items():
        moved = start[key] - 0.5 * gradients[key]
        assert parity.largest_difference(weight, moved) < 1e-15


def test_gradients_are_clipped_together():
    (batch,) = batches_for("rnn-1", 1)
    moves = []
    for clip_norm in (None, 0.01):
        pair = pytorch_pair(dtype="float64")
        start = pair["a"].named_weights()
        parity.compare_training(pair, [batch], learning_rate=1.0, clip_norm=clip_norm)
        end = pair["a"].named_weights()
        moves.append(np.concatenate([(end[key] - start[key]).ravel() for key in start]))
    lengths = [np.linalg.norm(move) for move in moves]
    assert lengths[0] > 0.02
    assert lengths[1] == pytest.approx(0.01)
    assert parity.largest_difference(moves[1], moves[0] * 0.01 / lengths[0]) < 1e-15


def test_rates_may_change_from_update_to_update():
    batches, rates = batches_for("rnn-1", 3), [0.5, 0.0, 0.25]
    comparison = parity.compare_training(pytorch_pair(), batches, learning_rate=rates)
    assert comparison.largest_difference == 0.0
    with pytest.raises(ValueError, match="one for each"):
        parity.compare_training(pytorch_pair(), batches, learning_rate=rates[:2])


def test_a_learners_own_updates_are_compared_by_their_losses():
    losses = {"mine": iter([3.0, 2.0]), "yours": iter([3.0, 2.5])}
    seen = []

    def update(name):
        return lambda batch: seen.append((name, batch)) or next(losses[name])

    comparison = parity.compare_training({name: update(name) for name in losses}, ["x", "y"])
    assert seen == [("mine", "x"), ("mine", "y"), ("yours", "x"), ("yours", "y")]
    np.testing.assert_array_equal(comparison.differences, [0.0, 0.5])
    assert comparison.weights_difference is None
    assert "two functions" in repr(comparison)


def nan(batch):
    return float("nan")


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"models": [1, 2]}, TypeError, "dictionary of two"),
        ({"models": {"a": nan}}, TypeError, "dictionary of two"),
        ({"models": {"a": nan, "b": 3}}, TypeError, "b is a int"),
        ({"models": {"a": nan, "b": nan}}, FloatingPointError, "loss of a is nan at step 0"),
        ({"models": pytorch_pair() | {"b": nan}}, TypeError, "not one of each"),
        ({"models": pytorch_pair(dropout=0.5)}, ValueError, "dropout=0.0"),
        ({"batches": STREAM}, TypeError, "islice"),
        ({"batches": []}, ValueError, "no batches"),
        ({"optimizer": "rmsprop"}, ValueError, "adam, muon, sgd"),
        ({"clip_norm": 0}, ValueError, "clip_norm"),
        ({"learning_rate": -1.0}, ValueError, "learning_rate"),
        ({"gradients_at": (1,)}, ValueError, "steps from 0 to 0"),
    ],
)
def test_what_cannot_be_compared_is_named(change, error, says):
    usual = {"models": pytorch_pair(), "batches": batches_for("rnn-1", 1)}
    with pytest.raises(error, match=says):
        parity.compare_training(**(usual | change))
