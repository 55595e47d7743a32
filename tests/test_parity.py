"""Same weights, same curve: every model of the course, in both frameworks.

Every model: logits, loss, every gradient, and weights copied there and back. 200 updates in four
settings: a covering choice of the models, or all of them with COURSE_EVERY_CURVE=1 (half an hour
on one core; TensorFlow's tracing takes most of it).
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
SETTINGS = {  # name: (precision, the largest difference of the loss that is allowed, settings)
    "float64-sgd": ("float64", 1e-12, dict(optimizer="sgd", learning_rate=0.25)),
    "float64-adam": (
        "float64",
        1e-9,
        dict(optimizer="adam", learning_rate=2**-10, epsilon=1e-30, **EXACT),
    ),
    "float32-sgd": ("float32", 1e-5, dict(optimizer="sgd", learning_rate=0.25)),
    "float32-adam": (
        "float32",
        1e-4,
        dict(optimizer="adam", learning_rate=2**-10, epsilon=1e-12, **EXACT),
    ),
}
# Each cell, number of layers, direction, attention and query at least once; each setting, too.
COVERING = [
    ("rnn-1", "float64-sgd"),
    ("lstm-2", "float64-sgd"),
    ("gru-1", "float64-adam"),
    ("lstm-1", "float32-adam"),
    ("rnn-2", "float32-sgd"),
    ("gru-2", "float64-sgd"),
    ("gru-one-additive-previous", "float64-sgd"),
    ("rnn-both-general-current", "float64-adam"),
    ("lstm-one-None-current", "float32-adam"),
    ("rnn-one-dot-previous", "float32-sgd"),
    ("rnn-both-scaled_dot-current", "float64-sgd"),
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


def batches_for(name, count):
    if "attention" in MODELS[name]:
        batches = PairBatches(PAIRS, *VOCABULARIES, 3)
        return [batches.batch(number) for number in range(count)]
    return list(itertools.islice(STREAM, count))


def tensor(side, array):
    return torch.as_tensor(array) if side is in_pytorch else tf.convert_to_tensor(array)


def logits_loss_and_gradients(side, model, batch):
    if hasattr(batch, "source"):
        logits, _ = model(batch.source, batch.source_lengths, batch.target_inputs)
        loss = side.translation.translation_loss(logits, tensor(side, batch.targets))
        gradients = side.translation.TranslationUpdate(model).named_gradients(batch)
    else:
        logits, _ = model(tensor(side, batch.inputs))
        loss = side.training.language_model_loss(logits, tensor(side, batch.targets))
        update = side.training.LanguageModelUpdate(model)
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
        build_both(name, dtype), batches_for(name, 200), gradients_at=(0, 199), **settings
    )
    first, second = comparison.losses.values()
    assert len(first) == len(second) == 200
    assert first[-5:].mean() < first[:5].mean() - 0.01  # it learns
    assert comparison.largest_difference <= bound
    assert comparison.start_difference == 0.0
    assert comparison.gradients.keys() == {0, 199}
    assert max(comparison.gradients[0].values()) <= (1e-14 if dtype == "float64" else 1e-6)


def test_the_covering_choice_covers():
    chosen = [MODELS[name] for name, _ in COVERING]
    for option in ("cell", "num_layers", "bidirectional", "attention", "query"):
        everywhere = {options[option] for options in MODELS.values() if option in options}
        assert {options[option] for options in chosen if option in options} == everywhere
    assert {setting for _, setting in COVERING} == set(SETTINGS)
