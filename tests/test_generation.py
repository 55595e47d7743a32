"""Writing with a trained model: equal text on both sides, one by one and in batches."""

import functools

import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils import in_pytorch, in_tensorflow, parity
from course_utils.data import Vocabulary
from course_utils.sampling import Sampler
from course_utils.writing import Writing, equal_lengths, reading_windows

SIDES = [in_pytorch, in_tensorflow]
CELLS = ["rnn", "lstm", "gru"]
VOCABULARY = Vocabulary.from_text("the quick brown fox jumps over the lazy dog.")
PROMPTS = ["the ", "a fox", "the ", "quick dogs jump over", "o"]
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
SETTINGS = [
    {},
    {"temperature": 0.0},
    {"temperature": 0.0, "repetition_penalty": 1.5, "penalty_window": 6},
    {"temperature": 0.7, "top_k": 5},
    {"temperature": 1.2, "top_p": 0.8},
    {"typical_p": 0.6},
    {"repetition_penalty": 1.3},
    {
        "temperature": 0.9,
        "top_k": 12,
        "top_p": 0.9,
        "typical_p": 0.9,
        "repetition_penalty": 0.8,
        "penalty_window": 4,
    },
]


def twins(cell="gru", num_layers=1, dtype="float32", sharpness=6.0):
    """Return both sides' models with equal weights, large enough that the text depends on them.

    The recurrent weights stay as they are: larger ones make a chaotic network, in which the last
    bit of a sum decides the text after twenty symbols.
    """
    models = [
        side.models.CharacterModel(len(VOCABULARY), 8, 24, num_layers, cell, seed=3, dtype=dtype)
        for side in SIDES
    ]
    weights = models[0].named_weights()
    weights["embedding.weight"] *= 20
    weights["output.weight"] *= sharpness
    for model in models:
        model.load_named_weights(weights)
    return list(zip(SIDES, models, strict=True))


same_twins = functools.cache(twins)  # for tests that do not change them: tracing takes a second


def numbers(rows, length, seed=0):
    return np.random.default_rng(seed).random((rows, length))


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_both_sides_write_the_same_and_a_batch_what_its_rows_write(cell, num_layers, settings):
    uniforms = numbers(len(PROMPTS), 24)
    pair = same_twins(cell, num_layers)
    written = [
        side.generation.generate(model, VOCABULARY, PROMPTS, 24, uniforms=uniforms, **settings)
        for side, model in pair
    ]
    assert written[0] == written[1]
    for prompt, text in zip(PROMPTS, written[0], strict=True):
        assert text.startswith(prompt)
        assert len(text) == len(prompt) + 24
    for side, model in pair:
        alone = [
            side.generation.generate(model, VOCABULARY, prompt, 24, uniforms=row, **settings)
            for prompt, row in zip(PROMPTS, uniforms, strict=True)
        ]
        assert alone == written[0]
    if settings.get("temperature") != 0:
        assert written[0][0] != written[0][2]  # one prompt, other numbers


@pytest.mark.parametrize("side_and_model", same_twins(), ids=["pytorch", "tensorflow"])
def test_the_numbers_of_a_seed_are_the_documented_ones(side_and_model):
    side, model = side_and_model
    seeded = side.generation.generate(model, VOCABULARY, PROMPTS, 30, seed=7)
    given = numbers(len(PROMPTS), 30, seed=7)
    assert seeded == side.generation.generate(model, VOCABULARY, PROMPTS, 30, uniforms=given)
    alone = side.generation.generate(model, VOCABULARY, PROMPTS[0], 30, 1.0, 7)
    assert alone == seeded[0]
    row = np.random.default_rng(7).random(30)
    assert alone == side.generation.generate(model, VOCABULARY, PROMPTS[0], 30, uniforms=row)
    as_tuple = side.generation.generate(model, VOCABULARY, tuple(PROMPTS), 30, seed=7)
    assert as_tuple == seeded


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_writing_equals_reading_the_whole_text_again_for_each_symbol(settings):
    """The definition, with neither a carried state nor a batch."""
    side, model = same_twins("lstm", 2, "float64")[1]
    sampler, uniforms = Sampler(**settings), numbers(1, 14, seed=1)[0]
    ids = VOCABULARY.encode("fox ").tolist()
    for uniform in uniforms:
        logits = parity.to_numpy(model(np.array([ids], np.int32))[0])[:, -1]
        ids.append(int(sampler.draw(logits, [uniform], [ids])[0]))
    text = side.generation.generate(model, VOCABULARY, "fox ", 14, uniforms=uniforms, **settings)
    assert text == VOCABULARY.decode(ids)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("num_layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_a_step_gives_the_numbers_of_the_model_itself(cell, num_layers, dtype):
    ids = np.random.default_rng(5).integers(0, len(VOCABULARY), (4, 12)).astype(np.int32)
    for _, model in same_twins(cell, num_layers, dtype, 1.0):
        whole, end = model(ids)
        states = model.recurrent.split_state(model.zero_state(4))
        for place in range(12):
            logits, states = model.step(ids[:, place], states)
            assert tuple(logits.shape) == (4, len(VOCABULARY))
            assert parity.largest_difference(logits, whole[:, place]) < TOLERANCE[dtype]
        for own, wanted in zip(states, model.recurrent.split_state(end), strict=True):
            assert len(own) == (2 if cell == "lstm" else 1)
            assert parity.largest_difference(list(own), list(wanted)) < TOLERANCE[dtype]


def test_a_step_has_no_dropout():
    for side in SIDES:
        model = side.models.CharacterModel(9, 4, 6, 2, dropout=0.5)
        if side is in_pytorch:
            model.train()
        states = model.recurrent.split_state(model.zero_state(2))
        logits = [model.step(np.array([1, 2], np.int32), states)[0] for _ in range(2)]
        assert parity.largest_difference(*logits) == 0.0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cell", CELLS)
def test_next_logits_are_those_after_each_prompt(cell, dtype):
    pair = same_twins(cell, 2, dtype, 1.0)
    found = [side.generation.next_logits(model, VOCABULARY, PROMPTS) for side, model in pair]
    for (side, model), logits in zip(pair, found, strict=True):
        assert logits.shape == (len(PROMPTS), len(VOCABULARY))
        assert logits.dtype == dtype
        for prompt, row in zip(PROMPTS, logits, strict=True):
            whole = parity.to_numpy(model(VOCABULARY.encode(prompt)[None])[0])
            assert parity.largest_difference(row, whole[0, -1]) < TOLERANCE[dtype]
        alone = side.generation.next_logits(model, VOCABULARY, PROMPTS[1])
        assert parity.largest_difference(alone, logits[1:2]) < TOLERANCE[dtype]
    assert parity.largest_difference(*found) < TOLERANCE[dtype]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cell", CELLS)
def test_the_nats_of_a_text(cell, dtype):
    texts = ["the fox", "a dog jumps", "the dog", "ox"]
    pair = same_twins(cell, 2, dtype, 1.0)
    found = [side.generation.text_nats(model, VOCABULARY, texts) for side, model in pair]
    assert parity.largest_difference(*found) < TOLERANCE[dtype] * 10
    for (side, model), nats in zip(pair, found, strict=True):
        for text, own in zip(texts, nats, strict=True):
            assert own.shape == (len(text) - 1,)
            assert own.dtype == np.float64
            ids = VOCABULARY.encode(text)
            logits = parity.to_numpy(model(ids[None])[0])[0, :-1].astype(np.float64)
            chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            wanted = -np.log(chances[np.arange(len(ids) - 1), ids[1:]])
            assert parity.largest_difference(own, wanted) < TOLERANCE[dtype] * 10
        alone = side.generation.text_nats(model, VOCABULARY, texts[0])
        assert parity.largest_difference(alone, nats[0]) < TOLERANCE[dtype] * 10


def test_the_nats_of_a_long_text_are_read_in_parts_and_have_the_mean_of_the_evaluation():
    text = "the quick brown fox jumps over the lazy dog. " * 60  # 2,700 symbols, more than 1,024
    for side, model in twins(dtype="float64"):
        nats = side.generation.text_nats(model, VOCABULARY, text)
        ids = VOCABULARY.encode(text)
        mean = side.training.evaluate_language_model(model, ids, batch_size=1)
        assert nats.mean() == pytest.approx(mean, abs=1e-12)


def test_windows_cover_each_symbol_but_the_first_once():
    ids = np.arange(11)[None]
    windows = list(reading_windows(ids, 4))
    assert [inputs.tolist()[0] for inputs, _ in windows] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert np.concatenate([targets[0] for _, targets in windows]).tolist() == list(range(1, 11))
    groups = [(places, rows.tolist()) for places, rows in equal_lengths([[1, 2], [3], [4, 5]])]
    assert groups == [([1], [[3]]), ([0, 2], [[1, 2], [4, 5]])]


def test_tensorflow_traces_once_for_all_prompts_batches_and_settings():
    side, model = twins("lstm", 2)[1]
    calls = []

    def write():
        for prompts in ("the fox", "o", PROMPTS, PROMPTS[:2], ["ox"] * 7):
            for settings in SETTINGS:
                side.generation.generate(model, VOCABULARY, prompts, 3, **settings)
            side.generation.next_logits(model, VOCABULARY, prompts)
        side.generation.text_nats(model, VOCABULARY, ["the fox", "a dog", "the ox"])
        traced = (model._traced_reading, model._writing_loop.traced, model._traced_text)
        calls.append([one.experimental_get_tracing_count() for one in traced])

    write()
    write()
    assert calls == [[1, 1, 1], [1, 1, 1]]


def test_a_text_longer_than_a_part_of_tensorflows_loop():
    (in_torch, first), (in_tf, second) = twins()
    texts = [
        side.generation.generate(model, VOCABULARY, ["the fox", "o"], 450, temperature=0.5)
        for side, model in ((in_torch, first), (in_tf, second))
    ]
    assert texts[0] == texts[1]
    assert [len(text) for text in texts[1]] == [457, 451]


def test_an_error_inside_tensorflows_loop_is_the_error_itself(monkeypatch):
    side, model = twins()[1]
    good = side.generation.generate(model, VOCABULARY, "the ", 10)
    advance = Writing.advance

    def fails_at_the_fifth(self, logits):
        if self.left == 5:
            raise FloatingPointError("the fifth")
        return advance(self, logits)

    with monkeypatch.context() as patch:
        patch.setattr(Writing, "advance", fails_at_the_fifth)
        with pytest.raises(FloatingPointError, match="the fifth"):
            side.generation.generate(model, VOCABULARY, "the ", 10)
    assert model._writing_loop.running == model._writing_loop.failures == {}
    assert side.generation.generate(model, VOCABULARY, "the ", 10) == good


def test_new_weights_are_used_at_once():
    for side, model in twins():
        before = side.generation.generate(model, VOCABULARY, "the ", 40)
        other = side.models.CharacterModel(len(VOCABULARY), 8, 24, seed=8)
        parity.copy_weights(other, model)
        after = side.generation.generate(model, VOCABULARY, "the ", 40)
        assert after == side.generation.generate(other, VOCABULARY, "the ", 40) != before


def test_nothing_is_kept_for_gradients(monkeypatch):
    side, model = twins()[0]
    modes = []
    step = model.step

    def watched(ids, states):
        modes.append((torch.is_inference_mode_enabled(), model.training))
        return step(ids, states)

    monkeypatch.setattr(model, "step", watched)
    model.train()
    side.generation.generate(model, VOCABULARY, "the ", 3)
    assert modes == [(True, False)] * 2  # the third symbol is drawn and not read
    assert model.training


@pytest.mark.parametrize("side", SIDES)
def test_the_penalty_sees_the_prompt_and_the_window_forgets_it(side):
    model = side.models.CharacterModel(len(VOCABULARY), 2, 2)
    flat = {name: np.zeros_like(array) for name, array in model.named_weights().items()}
    flat["output.bias"] = flat["output.bias"] + 1.0
    first, second, third = (VOCABULARY.id_of(symbol) for symbol in "abc")
    flat["output.bias"][[first, second, third]] = 4.0, 3.9, 3.8
    model.load_named_weights(flat)

    def write(**settings):
        return side.generation.generate(
            model, VOCABULARY, ["d", "a"], 5, temperature=0, repetition_penalty=1.5, **settings
        )

    # 4.0, 3.9, 3.8 become 2.7, 2.6, 2.5 when written; all others are at 1.0
    assert write() == ["dabcaa", "abcaaa"]
    assert write(penalty_window=1) == ["dababa", "ababab"]


@pytest.mark.parametrize("side", SIDES)
def test_length_0_gives_the_prompts(side):
    model = side.models.CharacterModel(len(VOCABULARY), 2, 2)
    assert side.generation.generate(model, VOCABULARY, PROMPTS, 0) == PROMPTS
    assert side.generation.generate(model, VOCABULARY, ["a"], 0) == ["a"]
    with pytest.raises(ValueError, match="top_k"):
        side.generation.generate(model, VOCABULARY, "a", 0, top_k=0)


@pytest.mark.parametrize("side", SIDES)
def test_words_can_be_written_too(side):
    words = Vocabulary.from_text("the dog jumps over a fox", unit="word")
    model = side.models.CharacterModel(len(words), 4, 6)
    texts = side.generation.generate(model, words, ["the dog", "fox"], 4)
    assert [len(text.split()) for text in texts] == [6, 5]
    assert texts[0].startswith("the dog ")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("prompt", "settings", "error", "says"),
    [
        ([], {}, ValueError, "empty"),
        (["a", ""], {}, ValueError, "at least one symbol"),
        (["a", 3], {}, TypeError, "list of texts"),
        (3, {}, TypeError, "list of texts"),
        (["a", "aЖ"], {}, ValueError, "'Ж' at place 1"),
        ("a", {"uniforms": [0.5] * 3}, ValueError, r"\(4,\) is needed"),
        ("a", {"uniforms": [[0.5] * 4]}, ValueError, r"\(4,\) is needed"),
        (["a", "o"], {"uniforms": [0.5] * 4}, ValueError, r"\(2, 4\) is needed"),
        (["a"], {"uniforms": [[0.5, 0.5, 0.5, 1.0]]}, ValueError, "below 1"),
        ("a", {"uniforms": [0.5, -0.1, 0.5, 0.5]}, ValueError, "at least 0"),
        ("a", {"uniforms": [0.5, np.nan, 0.5, 0.5]}, ValueError, "at least 0"),
        ("a", {"top_p": 1.5}, ValueError, "top_p=1.5"),
        ("a", {"typical_p": "1"}, TypeError, "typical_p"),
        ("a", {"repetition_penalty": 0}, ValueError, "repetition_penalty=0"),
        ("a", {"penalty_window": 0}, ValueError, "penalty_window=0"),
    ],
)
def test_what_is_not_possible_is_named(side, prompt, settings, error, says):
    model = side.models.CharacterModel(len(VOCABULARY), 2, 2)
    with pytest.raises(error, match=says):
        side.generation.generate(model, VOCABULARY, prompt, 4, **settings)


@pytest.mark.parametrize("side", SIDES)
def test_texts_that_cannot_be_read_are_named(side):
    model = side.models.CharacterModel(len(VOCABULARY), 2, 2)
    for text, error, says in (
        ("a", ValueError, "2 are needed"),
        (["the", "a"], ValueError, "2 are needed"),
        ([], ValueError, "empty"),
        (None, TypeError, "list of texts"),
        ("aЖ", ValueError, "'Ж'"),
    ):
        with pytest.raises(error, match=says):
            side.generation.text_nats(model, VOCABULARY, text)
    other = side.models.CharacterModel(5, 2, 2)
    for function in (side.generation.text_nats, side.generation.next_logits):
        with pytest.raises(ValueError, match="trained with"):
            function(other, VOCABULARY, "the")


@pytest.mark.parametrize("side", SIDES)
def test_a_model_that_diverged_is_named(side):
    model = side.models.CharacterModel(len(VOCABULARY), 2, 2)
    weights = model.named_weights()
    weights["output.bias"][0] = np.nan
    model.load_named_weights(weights)
    with pytest.raises(ValueError, match="diverge"):
        side.generation.generate(model, VOCABULARY, "a", 1)


def test_ids_may_be_tensors_of_their_framework():
    ids = np.array([1, 2], np.int32)
    for (_, model), tensor in zip(twins(), (torch.as_tensor, tf.constant), strict=True):
        states = model.recurrent.split_state(model.zero_state(2))
        from_array, from_tensor = model.step(ids, states)[0], model.step(tensor(ids), states)[0]
        assert parity.largest_difference(from_array, from_tensor) == 0.0
