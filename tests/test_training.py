"""Training, generation and checkpoints: the same numbers on both sides, and each part by hand."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils import in_pytorch, in_tensorflow, parity
from course_utils.data import Vocabulary
from course_utils.history import History

SIDES = [in_pytorch, in_tensorflow]
TEXT = "the quick brown fox jumps over the lazy dog. " * 40
VOCABULARY = Vocabulary.from_text(TEXT)
IDS = VOCABULARY.encode(TEXT)
SETTINGS = dict(batch_size=4, sequence_length=16, learning_rate=0.01, progress=False)


def tensor(side, array):
    return torch.as_tensor(array) if side is in_pytorch else tf.convert_to_tensor(array)


def small_models(cell="gru", dtype="float32", **options):
    pair = [
        side.models.CharacterModel(len(VOCABULARY), 8, 16, cell=cell, dtype=dtype, **options)
        for side in SIDES
    ]
    parity.copy_weights(*pair)
    return pair


@pytest.mark.parametrize("side", SIDES)
def test_loss_by_hand(side):
    logits = np.log(np.array([[[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]]))
    loss = side.training.language_model_loss(tensor(side, logits), tensor(side, np.array([[0, 2]])))
    assert float(loss) == pytest.approx(-(np.log(0.5) + np.log(0.8)) / 2, abs=1e-15)


@pytest.mark.parametrize("side", SIDES)
def test_clipping_by_hand(side):
    gradients = [tensor(side, np.array([3.0, 0.0])), tensor(side, np.array([[4.0]]))]
    clipped, norm = side.training.clip_gradients(gradients, 1.0)
    assert float(norm) == pytest.approx(5.0)
    assert (
        parity.largest_difference(list(clipped), [np.array([0.6, 0.0]), np.array([[0.8]])]) < 1e-15
    )
    for bound in (10.0, None):  # a longer bound, or none, changes nothing
        same, _ = side.training.clip_gradients(gradients, bound)
        assert parity.largest_difference(list(same), list(gradients)) == 0.0


@pytest.mark.parametrize("side", SIDES)
def test_the_first_update_of_adam_moves_each_weight_by_the_learning_rate(side):
    # Adam's first step is learning_rate * g / |g|: each weight with a gradient moves by the rate.
    model = side.models.CharacterModel(5, 3, 4, dtype="float64")
    before = model.named_weights()
    update = side.training.LanguageModelUpdate(model, clip_norm=None)
    ids = np.arange(5, dtype=np.int32).reshape(1, 5)
    loss, norm, _ = update(ids[:, :-1], ids[:, 1:], model.zero_state(1), 0.125)
    moved = np.abs(model.named_weights()["output.bias"] - before["output.bias"])
    assert moved == pytest.approx(np.full(5, 0.125), rel=1e-6)
    assert float(loss) == pytest.approx(np.log(5), abs=0.02)
    assert float(norm) > 0


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_equal_weights_and_batches_give_equal_curves(cell):
    histories = [
        side.training.train_language_model(model, IDS[:-200], IDS[-200:], updates=60, **SETTINGS)
        for side, model in zip(SIDES, small_models(cell), strict=True)
    ]
    assert parity.largest_difference(histories[0].loss, histories[1].loss) < 1e-4
    assert histories[0].validation_nats == pytest.approx(histories[1].validation_nats, abs=1e-4)
    assert histories[0].loss[-1] < histories[0].loss[0] - 0.5


def test_repeated_symbols_in_a_batch_do_not_part_the_curves():
    # Keras's Adam squares each row of a sparse embedding gradient; "aaaa…" makes that visible.
    ids = np.zeros(400, dtype=np.int32)
    ids[::3] = 1
    exact = dict(beta_1=0.875, beta_2=1 - 2**-7, epsilon=1e-30)  # betas that float32 holds exactly
    losses = [
        side.training.train_language_model(model, ids, ids[:50], 30, **exact, **SETTINGS).loss
        for side, model in zip(SIDES, small_models(dtype="float64"), strict=True)
    ]
    assert parity.largest_difference(*losses) < 1e-9


@pytest.mark.parametrize("side", SIDES)
def test_history_is_complete_and_repeatable(side):
    seen = []
    runs = []
    for _ in range(2):
        model = side.models.CharacterModel(len(VOCABULARY), 8, 16, seed=3)
        runs.append(
            side.training.train_language_model(
                model,
                IDS,
                IDS[:100],
                updates=7,
                evaluate_every=3,
                on_evaluation=lambda done, model: seen.append((done, type(model).__name__)),
                **SETTINGS,
            )
        )
    history = runs[0]
    assert len(history.loss) == len(history.gradient_norm) == len(history.learning_rate) == 7
    assert [evaluation.update for evaluation in history.evaluations] == [0, 3, 6, 7]
    assert [evaluation.characters for evaluation in history.evaluations] == [0, 192, 384, 448]
    assert seen[:4] == [(done, "CharacterModel") for done in (0, 3, 6, 7)]
    assert history.seconds > 0
    assert history.characters_per_second == pytest.approx(448 / history.seconds)
    assert history.loss == runs[1].loss
    assert History(**runs[0].as_dict()).loss == history.loss


@pytest.mark.parametrize("side", SIDES)
def test_stateless_training_forgets_between_batches(side):
    curves = []
    for stateful in (True, False):
        model = side.models.CharacterModel(len(VOCABULARY), 8, 16, seed=3)
        curves.append(
            side.training.train_language_model(
                model, IDS, IDS[:100], updates=3, stateful=stateful, **SETTINGS
            ).loss
        )
    assert curves[0][0] == curves[1][0]  # the first batch starts from zeros either way
    assert curves[0][1] != curves[1][1]


@pytest.mark.parametrize("side", SIDES)
def test_evaluation_equals_one_long_reading(side):
    model = side.models.CharacterModel(len(VOCABULARY), 8, 16, dtype="float64")
    logits, _ = model(tensor(side, IDS[None, :99]))
    loss = side.training.language_model_loss(logits, tensor(side, IDS[None, 1:100]))
    for windows in (
        dict(batch_size=1, sequence_length=10),
        dict(batch_size=1, sequence_length=256),
    ):
        nats = side.training.evaluate_language_model(model, IDS[:100], **windows)
        assert nats == pytest.approx(float(parity.to_numpy(loss)), abs=1e-12)


@pytest.mark.parametrize("side", SIDES)
def test_evaluation_leaves_dropout_as_it_was(side):
    model = side.models.CharacterModel(len(VOCABULARY), 8, 16, dropout=0.5)
    first, second = (side.training.evaluate_language_model(model, IDS[:100]) for _ in range(2))
    assert first == second
    if side is in_pytorch:
        assert model.training


@pytest.mark.parametrize("side", SIDES)
def test_a_diverging_training_stops_with_advice(side):
    model = side.models.CharacterModel(len(VOCABULARY), 8, 16)
    named = model.named_weights()
    named["output.bias"][:] = np.nan
    model.load_named_weights(named)
    with pytest.raises(FloatingPointError, match="Lower the learning rate"):
        side.training.train_language_model(model, IDS, IDS[:100], updates=2, **SETTINGS)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"updates": 0}, ValueError, "at least 1 update"),
        ({"updates": 2.5}, TypeError, "whole number"),
        ({"batch_size": 1000}, ValueError, "Give a longer text"),
        ({"learning_rate": -1.0}, ValueError, "learning_rate"),
        ({"schedule": "linear"}, ValueError, "warmup_cosine"),
        ({"schedule": [0.1]}, ValueError, "one for each"),
        ({"updates": 0, "schedule": []}, ValueError, "at least 1 update"),
        ({"evaluate_every": -1}, ValueError, "evaluate_every"),
        ({"evaluate_every": 0.5}, TypeError, "evaluate_every"),
    ],
)
def test_settings_that_are_not_possible_are_named(side, change, error, says):
    model = side.models.CharacterModel(len(VOCABULARY), 2, 2)
    with pytest.raises(error, match=says):
        side.training.train_language_model(
            model, IDS, IDS[:100], **({"updates": 2} | SETTINGS | change)
        )


def test_text_instead_of_ids_is_named():
    model = in_pytorch.models.CharacterModel(len(VOCABULARY), 2, 2)
    with pytest.raises(TypeError, match=r"vocabulary\.encode"):
        in_pytorch.training.train_language_model(model, TEXT, IDS, updates=1, **SETTINGS)


@pytest.mark.parametrize("side", SIDES)
def test_dropout_is_on_in_updates_and_follows_the_seed(side):
    def losses(seed):
        model = side.models.CharacterModel(len(VOCABULARY), 8, 16, dropout=0.5)
        if side is in_pytorch:
            model.eval()  # whatever mode it was in
        still = {**SETTINGS, "learning_rate": 0.0}
        return side.training.train_language_model(
            model, IDS, IDS[:100], updates=4, evaluate_every=1, seed=seed, stateful=False, **still
        ).loss

    assert losses(1) == losses(1) != losses(2)
    update = side.training.LanguageModelUpdate(
        side.models.CharacterModel(len(VOCABULARY), 8, 16, dropout=0.5)
    )
    state, batch = update.model.zero_state(2), IDS[:20].reshape(2, 10)
    first, second = (float(update(batch, batch, state, 0.0)[0]) for _ in range(2))
    assert first != second


@pytest.mark.parametrize("side", SIDES)
def test_training_leaves_the_random_numbers_of_others_alone(side):
    model = side.models.CharacterModel(len(VOCABULARY), 8, 16, dropout=0.5)
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    expected = torch.rand(3), np.random.rand(3)  # noqa: NPY002
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    side.training.train_language_model(model, IDS, IDS[:100], updates=2, **SETTINGS)
    assert parity.largest_difference(expected, (torch.rand(3), np.random.rand(3))) == 0  # noqa: NPY002


@pytest.mark.parametrize("side", SIDES)
def test_generation_has_no_dropout_and_restores_the_mode(side):
    model = side.models.CharacterModel(len(VOCABULARY), 8, 16, dropout=0.5)
    texts = {side.generation.generate(model, VOCABULARY, "the", 30) for _ in range(3)}
    assert len(texts) == 1
    with pytest.raises(ValueError, match="temperature"):
        side.generation.generate(model, VOCABULARY, "the", 3, temperature=-1)
    if side is in_pytorch:
        assert model.training
        model.eval()
        side.generation.generate(model, VOCABULARY, "the", 3)
        assert not model.training


@pytest.mark.parametrize("side", SIDES)
def test_the_norm_in_the_history_is_the_one_before_clipping(side):
    model = side.models.CharacterModel(len(VOCABULARY), 8, 16)
    history = side.training.train_language_model(
        model, IDS, IDS[:100], updates=3, clip_norm=0.01, **SETTINGS
    )
    assert min(history.gradient_norm) > 0.05


@pytest.mark.parametrize("side", SIDES)
def test_seconds_are_those_of_updates_alone(side, monkeypatch):
    model = side.models.CharacterModel(len(VOCABULARY), 8, 16)
    calls, now = [], [0.0]

    def clock():  # no real clock: a busy machine may stop for seconds
        now[0] += 0.01
        return now[0]

    def pause(update, model):
        calls.append(update)
        now[0] += 100.0

    monkeypatch.setattr(side.training.time, "perf_counter", clock)

    history = side.training.train_language_model(
        model, IDS, IDS[:100], updates=4, evaluate_every=1, on_evaluation=pause, **SETTINGS
    )
    assert len(calls) == 5
    assert 0 < history.seconds < 1.5  # the pauses alone take 500 s
    assert history.setup_seconds >= 0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("clip_norm", [0, -1.0, float("nan"), "1"])
def test_clip_norms_that_are_not_possible_are_named(side, clip_norm):
    with pytest.raises(ValueError, match="clip_norm"):
        side.training.LanguageModelUpdate(side.models.CharacterModel(5, 2, 3), clip_norm=clip_norm)


@pytest.mark.parametrize("side", SIDES)
def test_ids_beyond_the_vocabulary_are_named(side):
    model = side.models.CharacterModel(5, 2, 3)
    with pytest.raises(ValueError, match="from 0 to 4"):
        side.training.train_language_model(model, IDS, IDS[:100], updates=1, **SETTINGS)
    with pytest.raises(ValueError, match="from 0 to 4"):
        side.training.evaluate_language_model(model, IDS[:100])
    with pytest.raises(ValueError, match="trained with"):
        side.generation.generate(model, VOCABULARY, "the", 3)


def tensorflow_training(compiled_from, monkeypatch, cell="gru", **options):
    """Return (losses, gradient norms and weights of a training, whether it was compiled)."""
    made, traced = [], tf.function

    def note(*given, jit_compile=None, **rest):
        made.append(jit_compile)
        return traced(*given, jit_compile=jit_compile, **rest)

    monkeypatch.setattr(in_tensorflow.training, "_COMPILED_FROM", compiled_from)
    model = in_tensorflow.models.CharacterModel(len(VOCABULARY), 8, 16, cell=cell, **options)
    with monkeypatch.context() as patch:
        patch.setattr(in_tensorflow.training.tf, "function", note)
        history = in_tensorflow.training.train_language_model(
            model, IDS[:-200], IDS[-200:], updates=20, seed=1, **SETTINGS
        )
    curve = [history.loss, history.gradient_norm]
    return [*curve, *model.named_weights().values()], any(made)


def test_a_long_training_is_compiled_and_gives_the_same_numbers(monkeypatch):
    compiled, was_compiled = tensorflow_training(20, monkeypatch, dtype="float64")
    plain, plain_was_compiled = tensorflow_training(21, monkeypatch, dtype="float64")
    assert (was_compiled, plain_was_compiled) == (True, False)
    assert compiled[0][-1] < 0.95 * compiled[0][0]
    # 20 updates: had the compiling call counted, Adam would be one update ahead.
    for one, other in zip(compiled, plain, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-10)


def test_without_xla_a_long_training_is_only_traced(monkeypatch):
    def without_xla(*given, jit_compile=None, **rest):
        if not jit_compile:
            return traced(*given, **rest)
        missing = tf.errors.UnimplementedError(None, None, "Could not find compiler for platform")

        class Graph:
            def get_concrete_function(self, *_):
                def fail(*_):
                    for variable in model.variables:  # with the state of the dropout
                        variable.assign(variable + 1)
                    raise missing

                return fail

        return Graph()

    traced = tf.function
    expected = tensorflow_training(21, monkeypatch, dropout=0.5)[0]
    monkeypatch.setattr(in_tensorflow.training, "_COMPILED_FROM", 0)
    model = in_tensorflow.models.CharacterModel(len(VOCABULARY), 8, 16, dropout=0.5)
    with monkeypatch.context() as patch:
        patch.setattr(in_tensorflow.training.tf, "function", without_xla)
        history = in_tensorflow.training.train_language_model(
            model, IDS[:-200], IDS[-200:], updates=20, seed=1, **SETTINGS
        )
    assert history.loss == expected[0]


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_only_a_gru_is_compiled(cell, monkeypatch):
    assert tensorflow_training(0, monkeypatch, cell)[1] is False


def test_a_compiled_training_with_dropout_can_be_repeated(monkeypatch):
    two_layers = dict(num_layers=2, dtype="float64")
    first, again = (
        tensorflow_training(0, monkeypatch, dropout=0.5, **two_layers) for _ in range(2)
    )
    assert (first[1], again[1]) == (True, True)
    for one, other in zip(first[0], again[0], strict=True):
        np.testing.assert_array_equal(one, other)
    without = tensorflow_training(21, monkeypatch, **two_layers)[0]
    assert abs(first[0][0][0] - without[0][0]) > 1e-6  # the first loss: equal weights and batch


def test_dropout_in_tensorflow_draws_what_kerass_layer_draws():
    ones = tf.ones((3, 4, 50))
    ours, keras_ = in_tensorflow.layers._Dropout(0.3, seed=5), keras.layers.Dropout(0.3, seed=5)
    drawn = [ours(ones, training=True).numpy() for _ in range(2)]
    np.testing.assert_array_equal(drawn, [keras_(ones, training=True) for _ in range(2)])
    assert (drawn[0] != drawn[1]).any()
    assert ours(ones) is ones
    assert in_tensorflow.layers._Dropout(0.0)(ones, training=True) is ones


def test_compiled_dropout_drops_the_share_and_anew_each_time():
    layer = in_tensorflow.layers._Dropout(0.25, seed=1)
    draw = functools.partial(layer, training=True)
    compiled = tf.function(draw, autograph=False, jit_compile=True)
    try:
        first, second = (compiled(tf.ones((64, 32, 64))).numpy() for _ in range(2))
    except tf.errors.UnimplementedError:
        pytest.skip("This TensorFlow comes without XLA.")
    for values in (first, second):
        np.testing.assert_allclose(np.unique(values), [0, 4 / 3], rtol=1e-6)
        for axes in ((0, 1, 2), (0, 1), (0, 2), (1, 2)):  # 2,048 draws or more: sd below 0.0096
            np.testing.assert_allclose((values == 0).mean(axis=axes), 0.25, atol=0.05)
    both = np.mean((first == 0) & (second == 0))
    assert abs(both - 0.25**2) < 0.01  # the second draw does not know the first


def test_dropout_leaves_no_choice_of_a_generator_to_xla():
    layer, inputs = in_tensorflow.layers._Dropout(0.25, seed=1), tf.TensorSpec((2, 3))
    kinds = []
    for one in (layer, keras.layers.Dropout(0.25, seed=1)):
        traced = tf.function(functools.partial(one, training=True), autograph=False)
        graph = traced.get_concrete_function(inputs).graph
        kinds.append({operation.type for operation in graph.get_operations()})
    slow = "StatelessRandomGetKeyCounter"  # 20 times the time in XLA; Keras's own layer has it
    assert [slow in own for own in kinds] == [False, True]


def test_no_retracing_in_tensorflow():
    model = in_tensorflow.models.CharacterModel(len(VOCABULARY), 8, 16)
    in_tensorflow.training.train_language_model(
        model, IDS, IDS[:100], updates=12, evaluate_every=2, **SETTINGS
    )
    for _ in range(3):
        in_tensorflow.generation.generate(model, VOCABULARY, "the q", 5)
    assert model._traced_evaluation.experimental_get_tracing_count() == 1
    assert model._traced_reading.experimental_get_tracing_count() <= 3  # length 5, 1, and any


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_equal_weights_write_equal_text(cell, temperature):
    texts = [
        side.generation.generate(model, VOCABULARY, "the ", 60, temperature=temperature, seed=5)
        for side, model in zip(SIDES, small_models(cell), strict=True)
    ]
    assert texts[0] == texts[1]
    assert texts[0].startswith("the ")
    assert len(texts[0]) == 64


def test_seeds_choose_the_text():
    model = small_models()[0]
    texts = [
        in_pytorch.generation.generate(model, VOCABULARY, "t", 40, seed=seed) for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("side", SIDES)
def test_prompts_that_are_not_possible_are_named(side):
    model = side.models.CharacterModel(len(VOCABULARY), 2, 2)
    with pytest.raises(ValueError, match="at least one symbol"):
        side.generation.generate(model, VOCABULARY, "", 5)
    with pytest.raises(ValueError, match="at least 0"):
        side.generation.generate(model, VOCABULARY, "a", -1)
    with pytest.raises(TypeError, match="length"):
        side.generation.generate(model, VOCABULARY, "a", 3.0)
    with pytest.raises(ValueError, match="temperature"):
        side.generation.generate(model, VOCABULARY, "a", 3, temperature="hot")
    with pytest.raises(ValueError, match="'Ж' at place 1"):
        side.generation.generate(model, VOCABULARY, "aЖ", 3)
    assert side.generation.generate(model, VOCABULARY, "a", 0) == "a"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("order", [SIDES, SIDES[::-1]], ids=["to_tensorflow", "to_pytorch"])
def test_what_one_side_saves_the_other_loads(tmp_path, cell, dtype, order):
    writer, reader = order
    model = writer.models.CharacterModel(len(VOCABULARY), 4, 6, 2, cell, dtype=dtype, seed=9)
    path = tmp_path / "model.safetensors"
    writer.training.save_checkpoint(path, model, VOCABULARY)
    loaded, vocabulary = reader.training.load_checkpoint(path)
    assert vocabulary == VOCABULARY
    assert loaded.options == model.options
    assert parity.largest_difference(loaded.named_weights(), model.named_weights()) == 0.0
    texts = [
        side.generation.generate(each, VOCABULARY, "fox", 30)
        for side, each in ((writer, model), (reader, loaded))
    ]
    assert texts[0] == texts[1]
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]


@pytest.mark.parametrize("side", SIDES)
def test_damaged_and_foreign_checkpoints_are_refused(tmp_path, side):
    from safetensors.numpy import save_file

    path = tmp_path / "model.safetensors"
    with pytest.raises(FileNotFoundError, match="Save one first"):
        side.training.load_checkpoint(path)
    model = side.models.CharacterModel(5, 2, 3)
    side.training.save_checkpoint(path, model)
    assert side.training.load_checkpoint(path)[1] is None
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"not a model"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="damaged"):
            side.training.load_checkpoint(path)
    save_file({"a": np.ones(2)}, path)
    with pytest.raises(ValueError, match="another program"):
        side.training.load_checkpoint(path)


def test_a_failed_save_leaves_the_old_checkpoint_whole(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    model = in_pytorch.models.CharacterModel(5, 2, 3)
    in_pytorch.training.save_checkpoint(path, model)
    before = path.read_bytes()

    def full_disk(source, target):
        raise OSError("No space left on device")

    monkeypatch.setattr("course_utils.checkpoint.os.replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        in_pytorch.training.save_checkpoint(path, model)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]
