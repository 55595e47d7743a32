"""The ten checks: each on cases made by hand, wrong and right, and on the course's own models."""

import math
import unicodedata
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_utils import diagnosis, in_pytorch, in_tensorflow
from course_utils.data import Vocabulary
from course_utils.data.translation import (
    EOS,
    classic_pairs,
    encode_batch,
    log_frequencies,
    pair_vocabularies,
)

SIDES = pytest.mark.parametrize("side", [in_pytorch, in_tensorflow], ids=["pytorch", "tensorflow"])
ATTENTION = pytest.mark.parametrize("attention", [None, "additive", "dot"])
CELL = pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
IDS = np.array([[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [2, 2, 1, 1, 3, 3]], dtype=np.int32)


def character_model(side, cell="gru", **options):
    return side.models.CharacterModel(7, 6, 8, cell=cell, seed=3, **options)


def translator(side, attention, **options):
    vocabularies = pair_vocabularies(classic_pairs())
    sizes = [len(vocabulary) for vocabulary in vocabularies]
    model = side.seq2seq.Seq2Seq(*sizes, 8, 16, attention=attention, seed=1, **options)
    return model, vocabularies, encode_batch(classic_pairs(), *vocabularies)


# --- the course's own models, in both frameworks -------------------------------------------------


@SIDES
@CELL
def test_character_models_keep_their_rows_apart(side, cell):
    model = character_model(side, cell, num_layers=2)
    assert diagnosis.batch_invariance(lambda ids: model(ids)[0], IDS)


@SIDES
@CELL
def test_character_models_carry_their_state(side, cell):
    model = character_model(side, cell)
    assert diagnosis.state_is_carried(lambda ids: model(ids)[0], model, IDS)


@SIDES
@CELL
def test_the_gradient_reaches_all_of_a_character_model(side, cell):
    model = character_model(side, cell)
    update = side.training.LanguageModelUpdate(model)
    gradients = update.named_gradients(IDS[:, :-1], IDS[:, 1:], model.zero_state(3))
    assert diagnosis.gradient_reaches(gradients)


@SIDES
def test_a_character_model_begins_at_ln_v_and_learns_a_batch_by_heart(side):
    model = character_model(side)
    update = side.training.LanguageModelUpdate(model)
    inputs, targets = IDS[:2, :-1], IDS[:2, 1:]
    logits, _ = model(inputs)
    loss = side.training.language_model_loss(logits, tensor(side, targets))
    assert diagnosis.first_loss(loss, classes=7)
    assert diagnosis.loss_per_word(loss, logits, targets, pad_id=None)

    def one_update():
        return update(inputs, targets, model.zero_state(2), 0.03)[0]

    assert diagnosis.overfits_one_batch(one_update, below=0.05)


@SIDES
def test_the_declared_learning_rate_arrives(side):
    model = character_model(side)
    update = side.training.LanguageModelUpdate(model)
    before = model.named_weights()
    update(IDS[:, :-1], IDS[:, 1:], model.zero_state(3), 0.004)
    assert diagnosis.step_size(before, model.named_weights(), 0.004)
    assert not diagnosis.step_size(before, model.named_weights(), 0.001)


@SIDES
def test_gradient_descent_moves_by_rate_times_gradient(side):
    model = character_model(side)
    update = side.training.LanguageModelUpdate(model, optimizer="sgd", clip_norm=None)
    batch = IDS[:, :-1], IDS[:, 1:], model.zero_state(3)
    before, gradients = model.named_weights(), update.named_gradients(*batch)
    update(*batch, 0.5)
    assert diagnosis.step_size(before, model.named_weights(), 0.5, gradients)


@SIDES
def test_an_evaluation_repeats_although_the_model_has_dropout(side):
    model, ids = character_model(side, dropout=0.5), np.tile(IDS[0], 20)
    history = side.training.train_language_model(
        model, ids, ids, updates=3, batch_size=2, sequence_length=5, progress=False
    )
    assert diagnosis.evaluation_repeats(
        lambda: side.training.evaluate_language_model(model, ids), history.validation_nats
    )


@SIDES
@ATTENTION
def test_translation_models_see_no_pads_and_no_neighbours(side, attention):
    model, _, batch = translator(side, attention)
    arrays = batch.source, batch.source_lengths, batch.target_inputs
    assert diagnosis.batch_invariance(model, *arrays)
    assert diagnosis.pad_leak(model, *arrays)


@SIDES
@ATTENTION
def test_decoders_carry_their_state(side, attention):
    model, _, batch = translator(side, attention)
    memory, mask, start = model.encode(batch.source, batch.source_lengths)

    def step(words, state):
        logits, state, _ = model.decoder(words, start if state is None else state, memory, mask)
        return logits, state

    def whole(words):
        return step(words, None)[0]

    assert diagnosis.state_is_carried(whole, step, batch.target_inputs)


@SIDES
@ATTENTION
def test_the_gradient_reaches_all_of_a_translation_model(side, attention):
    model, _, batch = translator(side, attention)
    update = side.translation.TranslationUpdate(model)
    assert diagnosis.gradient_reaches(update.named_gradients(batch))


@SIDES
@ATTENTION
def test_a_translation_model_learns_its_pairs_by_heart(side, attention):
    model, vocabularies, batch = translator(side, attention)
    update = side.translation.TranslationUpdate(model)
    logits, _ = model(batch.source, batch.source_lengths, batch.target_inputs)
    loss = side.translation.translation_loss(logits, tensor(side, batch.targets))
    assert diagnosis.loss_per_word(loss, logits, batch.targets)
    assert diagnosis.first_loss(loss, classes=len(vocabularies[1]))
    assert diagnosis.overfits_one_batch(lambda: update(batch, 0.03)[0], below=0.05)


@SIDES
def test_an_output_bias_begins_at_the_entropy_of_words(side):
    model, vocabularies, batch = translator(side, "dot")
    model.set_output_bias(log_frequencies(classic_pairs(), vocabularies[1]))
    logits, _ = model(batch.source, batch.source_lengths, batch.target_inputs)
    loss = side.translation.translation_loss(logits, tensor(side, batch.targets))
    counts = np.bincount(batch.targets[batch.targets != 0], minlength=len(vocabularies[1]))
    assert counts[EOS] == 4
    assert diagnosis.first_loss(loss, len(vocabularies[1]), counts, tolerance=0.15)


def test_vocabularies_bring_text_back():
    words = Vocabulary.from_text(
        "나는 학교에 간다", unit="word", special=("<pad>", "<unk>"), unknown="<unk>"
    )

    def encode(text):
        return words.encode(unicodedata.normalize("NFC", text))

    texts = ["나는 학교에 간다", "간다 나는", "나는 집에 간다"]
    assert diagnosis.text_round_trip(encode, words.decode, texts, unknown_id=1)
    # Without the composed form, decomposed words are unknown.
    found = diagnosis.text_round_trip(words.encode, words.decode, texts, unknown_id=1)
    assert found.numbers["torn"] == texts


def tensor(side, array):
    return array if side is in_tensorflow else side.training.torch.as_tensor(array)


# --- cases made by hand --------------------------------------------------------------------------


def test_first_loss():
    assert diagnosis.first_loss(math.log(40), 40)
    low = diagnosis.first_loss(math.log(40) / 25, 40)
    assert not low
    assert low.numbers["ratio"] == pytest.approx(0.04)
    assert "divided by" in low.advice
    assert "too large" in diagnosis.first_loss(30.0, 40).advice
    assert "finite" in diagnosis.first_loss(float("nan"), 40).advice
    # Half the places are class 0, half class 1, and classes 2 and 3 never come: ln 2.
    assert diagnosis.first_loss(math.log(2), 4, frequencies=[3, 3, 0, 0])
    assert not diagnosis.first_loss(math.log(4), 4, frequencies=[3, 3, 0, 0])


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([1.0, 2.0], 4), TypeError, "one number"),
        (("low", 4), TypeError, "one number"),
        ((1.0, 1), ValueError, "classes=1"),
        ((1.0, 4.0), TypeError, "whole number"),
        ((1.0, 3, [1, 2]), ValueError, "3 numbers"),
        ((1.0, 2, [0, 0]), ValueError, "not all 0"),
        ((1.0, 2, None, 0), ValueError, "tolerance"),
    ],
)
def test_first_loss_says_what_it_needs(arguments, error, words):
    with pytest.raises(error, match=words):
        diagnosis.first_loss(*arguments)


LOGITS = np.random.default_rng(0).normal(size=(2, 4, 5))
TARGETS = np.array([[1, 2, 0, 0], [3, 4, 1, 2]])
SHIFTED = LOGITS - np.log(np.exp(LOGITS).sum(-1, keepdims=True))
LOSSES = -np.take_along_axis(SHIFTED, TARGETS[..., None], -1)[..., 0]
REAL = TARGETS != 0


@pytest.mark.parametrize(
    ("loss", "advice"),
    [
        (LOSSES[REAL].sum() / 8, "pads are counted in the divisor"),
        (LOSSES.mean(), "loss at pads is counted"),
        (LOSSES[REAL].sum() / 2, "number of rows"),
        (LOSSES[REAL].sum(), "a sum, not a mean"),
        ((LOSSES * REAL)[:, :-1].sum() / 6, "last place of each row"),
        (LOSSES[REAL].mean() / 25, "0.040 times"),
    ],
)
def test_loss_per_word_names_the_divisor(loss, advice):
    assert diagnosis.loss_per_word(LOSSES[REAL].mean(), LOGITS, TARGETS)
    found = diagnosis.loss_per_word(loss, LOGITS, TARGETS)
    assert not found
    assert advice in found.advice


def test_loss_per_word_without_pads():
    assert diagnosis.loss_per_word(LOSSES.mean(), LOGITS, TARGETS, pad_id=None)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((1.0, LOGITS[0], TARGETS), ValueError, "B, T, V"),
        ((1.0, LOGITS, TARGETS[:, :2]), ValueError, "B, T, V"),
        ((1.0, LOGITS, TARGETS * 1.0), TypeError, "whole numbers"),
        ((1.0, LOGITS, TARGETS + 3), ValueError, "5 classes"),
        ((1.0, LOGITS, TARGETS * 0), ValueError, "Every target is a pad"),
    ],
)
def test_loss_per_word_says_what_it_needs(arguments, error, words):
    with pytest.raises(error, match=words):
        diagnosis.loss_per_word(*arguments)


@given(
    arrays(np.float64, (2, 3, 4), elements=st.floats(-50, 50)),
    arrays(np.int64, (2, 3), elements=st.integers(0, 3)).filter(lambda ids: ids.any()),
)
def test_loss_per_word_agrees_with_pytorch(logits, targets):
    loss = in_pytorch.translation.translation_loss(
        tensor(in_pytorch, logits), tensor(in_pytorch, targets)
    )
    assert diagnosis.loss_per_word(loss, logits, targets)


def test_gradient_reaches():
    assert diagnosis.gradient_reaches({"a": [0.0, 1e-9], "b": np.ones((2, 2))})
    found = diagnosis.gradient_reaches({"a": [0.0, 0.0], "b": None, "c": [1.0]})
    assert not found
    assert "2 of 3 get no gradient: a, b." in found.found
    assert "NaN" in diagnosis.gradient_reaches({"a": [np.nan], "b": [0.0]}).found
    with pytest.raises(TypeError, match="enumerate"):
        diagnosis.gradient_reaches([1.0])
    with pytest.raises(ValueError, match="no gradients"):
        diagnosis.gradient_reaches({})


def test_gradient_reaches_reads_sparse_gradients():
    import tensorflow as tf
    import torch

    rows = tf.IndexedSlices(tf.ones([1, 2]), tf.constant([3]), tf.constant([5, 2]))
    sparse = torch.sparse_coo_tensor([[3], [0]], [2.0], (5, 2), check_invariants=True)
    found = diagnosis.gradient_reaches({"tensorflow": rows, "pytorch": sparse})
    assert found.numbers == {"tensorflow": 1.0, "pytorch": 2.0}


def test_step_size():
    before, after = {"a": np.zeros(3)}, {"a": np.array([0.001, -0.001, 0.0])}
    assert diagnosis.step_size(before, after, 0.001)
    assert diagnosis.step_size(before, after, 0.01).numbers["ratio"] == pytest.approx(0.1)
    assert "no weight moved" in diagnosis.step_size(before, before, 0.01).advice
    assert diagnosis.step_size(before, after, 0.01, {"a": np.array([0.1, 0.1, 0.0])})
    assert not diagnosis.step_size(before, after, 0.1, {"a": np.zeros(3)})
    with pytest.raises(ValueError, match="learning_rate"):
        diagnosis.step_size(before, after, 0)
    with pytest.raises(TypeError, match="learning_rate"):
        diagnosis.step_size(before, after, True)
    with pytest.raises(ValueError, match="same names"):
        diagnosis.step_size(before, {"b": np.zeros(3)}, 0.1)
    with pytest.raises(TypeError, match="dictionaries"):
        diagnosis.step_size([], [], 0.1)


def test_overfits_one_batch():
    def updates(losses):
        waiting = iter(losses)
        return lambda: next(waiting)

    found = diagnosis.overfits_one_batch(updates([1.0, 0.2, 0.01]), below=0.05)
    assert found
    assert found.numbers["updates"] == 3
    stuck = diagnosis.overfits_one_batch(updates([1.0, *[0.45] * 99]), below=0.05, updates=100)
    assert not stuck
    assert "It stays there" in stuck.advice
    slow = diagnosis.overfits_one_batch(updates(np.linspace(2, 1, 50)), updates=50)
    assert "still falling" in slow.advice
    wild = diagnosis.overfits_one_batch(updates([1.0, float("nan"), 2.0]))
    assert wild.numbers["updates"] == 2
    assert "finite" in wild.advice
    with pytest.raises(TypeError, match="without the brackets"):
        diagnosis.overfits_one_batch(0.3)
    with pytest.raises(ValueError, match="below"):
        diagnosis.overfits_one_batch(updates([1.0]), below=0)
    with pytest.raises(TypeError, match="one number"):
        diagnosis.overfits_one_batch(lambda: [1.0, 2.0])


def test_batch_invariance():
    rows = np.arange(6.0).reshape(3, 2)
    assert diagnosis.batch_invariance(lambda x: x**2, rows)
    assert diagnosis.batch_invariance(lambda x: {"a": x, "b": (x[:, 0], None)}, rows)
    centred = diagnosis.batch_invariance(lambda x: x - x.mean(axis=0), rows)
    assert not centred
    assert centred.numbers["row"] in (0, 2)
    dropped = diagnosis.batch_invariance(lambda x: x[: len(x) // 2 * 2], rows)
    assert "3 rows went in" in dropped.found
    assert not diagnosis.batch_invariance(lambda x: x.mean(), rows)
    assert not diagnosis.batch_invariance(lambda x: x * np.nan, rows)
    with pytest.raises(ValueError, match="2 or more"):
        diagnosis.batch_invariance(lambda x: x, rows[:1])
    with pytest.raises(ValueError, match="equally many rows"):
        diagnosis.batch_invariance(lambda x, y: x, rows, rows[:2])
    with pytest.raises(TypeError, match="must be a function"):
        diagnosis.batch_invariance(rows, rows)


@given(
    arrays(np.float64, st.tuples(st.integers(2, 5), st.integers(1, 4)), elements=st.floats(-9, 9))
)
def test_whatever_works_row_by_row_is_batch_invariant(rows):
    assert diagnosis.batch_invariance(lambda x: (np.tanh(x), x.sum(axis=1)), rows)


@given(arrays(np.float64, (3, 2), elements=st.floats(-9, 9)), st.integers(0, 2))
def test_a_row_that_reads_its_neighbour_is_found(rows, row):
    rows[row] += 1000.0  # the sum over the batch differs from each row by far
    rows[(row + 1) % 3] += 500.0
    assert not diagnosis.batch_invariance(lambda x: x + x.sum(axis=0), rows)


def test_pad_leak():
    ids = np.array([[3, 1, 0], [2, 2, 2]])
    assert diagnosis.pad_leak(lambda ids: ids.sum(axis=1), ids)
    assert diagnosis.pad_leak(lambda ids: ids * 2.0, ids)  # longer outputs are cut back
    found = diagnosis.pad_leak(lambda ids: ids.mean(axis=1), ids, pads=(1, 3))
    assert not found
    assert found.numbers["leaks"] == pytest.approx({1: 0.25, 3: 0.5})
    lengths = np.array([2, 3])
    assert diagnosis.pad_leak(lambda ids, n: ids.sum(axis=1) / n, ids, lengths)
    assert not diagnosis.pad_leak(lambda ids: (ids == 9).sum(axis=1), ids, pad_id=9)
    with pytest.raises(TypeError, match="whole numbers"):
        diagnosis.pad_leak(lambda ids: ids, ids * 1.0)
    with pytest.raises(ValueError, match="pads is empty"):
        diagnosis.pad_leak(lambda ids: ids, ids, pads=())
    with pytest.raises(ValueError, match="pads=0"):
        diagnosis.pad_leak(lambda ids: ids, ids, pads=(0,))


def test_state_is_carried():
    ids = np.array([[1, 2, 3], [3, 3, 3]])

    def step(ids, state):
        state = ids[:, 0] + (0 if state is None else state)
        return state * 1.0, state

    assert diagnosis.state_is_carried(lambda ids: ids.cumsum(axis=1), step, ids)
    forgot = diagnosis.state_is_carried(
        lambda ids: ids.cumsum(axis=1), lambda ids, _: step(ids, None), ids
    )
    assert "Place 0 agrees, place 1 does not" in forgot.found
    ahead = diagnosis.state_is_carried(lambda ids: ids[:, ::-1].cumsum(axis=1)[:, ::-1], step, ids)
    assert "first place differs already" in ahead.found
    with pytest.raises(ValueError, match="at least 2 places"):
        diagnosis.state_is_carried(lambda ids: ids, step, ids[:, :1])
    with pytest.raises(ValueError, match="one output a place"):
        diagnosis.state_is_carried(lambda ids: ids[:, :2], step, ids)


def test_evaluation_repeats():
    numbers = iter(range(10))
    assert diagnosis.evaluation_repeats(lambda: 1.5)
    assert diagnosis.evaluation_repeats(lambda: 1.5, recorded=1.5)
    assert "not the model" in diagnosis.evaluation_repeats(lambda: 1.5, recorded=1.4).advice
    assert "dropout" in diagnosis.evaluation_repeats(lambda: next(numbers)).advice
    assert not diagnosis.evaluation_repeats(lambda: float("nan"))
    assert diagnosis.evaluation_repeats(lambda: np.array([-np.inf, 1.0]))
    with pytest.raises(TypeError, match="must be a function"):
        diagnosis.evaluation_repeats(1.5)


def by_words(words, unknown=1):
    ids = {word: number for number, word in enumerate(words, 2)}
    texts = {number: word for word, number in ids.items()} | {0: "", 1: "?"}
    return SimpleNamespace(
        encode=lambda text: [ids.get(word, unknown) for word in text.split()],
        decode=lambda numbers: " ".join(texts[number] for number in numbers),
    )


def test_text_round_trip():
    right = by_words(["a", "b"])
    assert diagnosis.text_round_trip(right.encode, right.decode, ["a b", " b  a "], unknown_id=1)
    assert diagnosis.text_round_trip(right.encode, right.decode, ["a c"], unknown_id=1)
    lost = diagnosis.text_round_trip(right.encode, right.decode, ["a c"])
    assert "do not come back" in lost.found
    padded = by_words(["a", "b"], unknown=0)
    found = diagnosis.text_round_trip(padded.encode, padded.decode, ["a b", "a c"], unknown_id=1)
    assert "read as a pad" in found.found
    assert found.numbers["padded"] == ["a c"]
    with pytest.raises(TypeError, match="list of texts"):
        diagnosis.text_round_trip(right.encode, right.decode, "a b")
    with pytest.raises(ValueError, match="at least one"):
        diagnosis.text_round_trip(right.encode, right.decode, [])


@given(st.lists(st.text("가나다각힣 a", min_size=1), min_size=1, max_size=5))
def test_characters_in_composed_form_always_come_back(texts):
    def encode(text):
        return [ord(symbol) + 2 for symbol in unicodedata.normalize("NFC", text)]

    def decode(ids):
        return "".join(chr(number - 2) for number in ids)

    assert diagnosis.text_round_trip(encode, decode, texts)
    if any(unicodedata.normalize("NFD", text) != text for text in texts):
        raw = diagnosis.text_round_trip(lambda text: [ord(c) + 2 for c in text], decode, texts)
        assert raw.numbers["torn"]


# --- what a learner reads ------------------------------------------------------------------------


def test_a_diagnosis_is_a_condition_and_a_text():
    good, bad = diagnosis.first_loss(math.log(4), 4), diagnosis.first_loss(0.1, 4)
    assert (
        repr(good) == "first_loss: passed. The first loss is 1.386, and ln 4 = 1.386 is expected."
    )
    assert repr(bad).startswith("first_loss: FAILED. The first loss is 0.100")
    assert "\n  Look here: " in repr(bad)
    assert [bool(good), bool(bad)] == [True, False]


def test_all_ten_are_named_once():
    assert len(diagnosis.CHECKS) == len(set(diagnosis.CHECKS)) == 10
    assert set(diagnosis.CHECKS) <= set(diagnosis.__all__)
