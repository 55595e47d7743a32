"""Training a translation model: equal curves, stopping and going on, best and last, logs."""

import json
import signal
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
import torch

from course_utils import checkpoint, in_pytorch, in_tensorflow, parity
from course_utils.data.translation import (
    SPECIAL,
    PairBatches,
    SentencePair,
    Vocabulary,
    classic_pairs,
    encode_batch,
    log_frequencies,
    pair_vocabularies,
)
from course_utils.history import History
from course_utils.training_folder import open_log

SIDES = [in_pytorch, in_tensorflow]
PAIRS = classic_pairs()
VOCABULARIES = pair_vocabularies(PAIRS)
SOURCES = [pair.source for pair in PAIRS]
CONTRARY = [  # the same sources with another's target
    SentencePair(one.source, other.target)
    for one, other in zip(PAIRS, PAIRS[1:] + PAIRS[:1], strict=True)
]
BEST_AND_LAST = ["best.safetensors", "last.safetensors"]
# Dropout and the model's own words: everything in a training that is drawn by chance.
CHANCY = dict(
    updates=12,
    batch_size=3,
    learning_rate=0.02,
    teacher_forcing=0.7,
    evaluate_every=4,
    seed=3,
    progress=False,
)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Two threads that wait for each other cost more than they save at these sizes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def build(side, hidden_size=8, **options):
    options = {"cell": "rnn", "attention": "additive"} | options
    sizes = (len(VOCABULARIES[0]), len(VOCABULARIES[1]), hidden_size, hidden_size)
    return side.seq2seq.Seq2Seq(*sizes, **options)


def train(side, model, pairs=PAIRS, validation=PAIRS, vocabularies=VOCABULARIES, **more):
    settings = {"updates": 2, "batch_size": 3, "progress": False} | more
    return side.translation.train_translation(model, pairs, validation, vocabularies, **settings)


def nats_of(history):
    return [evaluation.validation_nats for evaluation in history.evaluations]


def without_clock(history):
    """All of a history that does not depend on how fast the machine is."""
    numbers = history.as_dict()
    numbers.pop("setup_seconds")
    for evaluation in numbers["evaluations"]:
        evaluation.pop("seconds")
    return numbers


class Stop(Exception):
    """What ends a training from outside."""


def stop_at(update):
    def stop(done, model):
        if done == update:
            raise Stop

    return stop


# ------------------------------------------------------------------------------ learning


@pytest.fixture(scope="module")
def memorised():
    """Both sides trained on the four classic pairs from equal weights: (models, histories)."""
    models = [build(side, 32, cell="gru") for side in SIDES]
    parity.copy_weights(*models)
    settings = dict(updates=60, batch_size=4, learning_rate=0.012)
    histories = [train(side, model, **settings) for side, model in zip(SIDES, models, strict=True)]
    return models, histories


def test_sixty_updates_memorise_the_four_classic_pairs(memorised):
    models, histories = memorised
    for side, model, history in zip(SIDES, models, histories, strict=True):
        assert history.loss[0] == pytest.approx(np.log(len(VOCABULARIES[1])), rel=0.05)
        assert history.loss[-1] < 0.1
        for beam_size in (1, 3):
            found = side.generation.translate(model, SOURCES, VOCABULARIES, beam_size)
            assert [translation.words for translation in found] == [p.target for p in PAIRS]
            assert all(translation.ended for translation in found)


def test_equal_weights_and_batches_give_equal_curves(memorised):
    """Adam in float32, 60 updates without dropout: measured 2e-6 (LSTM 6e-6, plain RNN 7e-7)."""
    models, histories = memorised
    first, second = histories
    assert parity.largest_difference(first.loss, second.loss) < 2e-5
    assert parity.largest_difference(first.gradient_norm, second.gradient_norm) < 1e-4
    assert first.learning_rate == second.learning_rate
    assert parity.largest_difference(nats_of(first), nats_of(second)) < 2e-5
    found = [
        side.generation.translate(model, SOURCES, VOCABULARIES)
        for side, model in zip(SIDES, models, strict=True)
    ]
    for one, other in zip(*found, strict=True):
        # each side trained by itself: measured 1e-4 (with copied weights it is 1e-6)
        assert parity.largest_difference(one.weights, other.weights) < 1e-3


@pytest.mark.parametrize("side", SIDES)
def test_evaluation_is_the_mean_over_all_words_without_dropout(side):
    model = build(side, dropout=0.5)
    batch = encode_batch(PAIRS, *VOCABULARIES)
    training = {} if side is in_pytorch else {"training": False}
    if side is in_pytorch:
        model.eval()
    logits, _ = model(batch.source, batch.source_lengths, batch.target_inputs, **training)
    logits = np.float64(parity.to_numpy(logits))
    nats = np.log(np.exp(logits).sum(-1)) - np.take_along_axis(
        logits, batch.targets[:, :, None], axis=-1
    ).squeeze(-1)
    if side is in_pytorch:
        model.train()
    for batch_size in (1, 3, 128):
        found = side.translation.evaluate_translation(model, PAIRS, VOCABULARIES, batch_size)
        assert found == pytest.approx(nats[batch.targets != 0].mean(), abs=1e-6)
    if side is in_pytorch:
        assert model.training
    # the bias may start at the frequencies of single words, and the loss at their entropy
    model.set_output_bias(log_frequencies(PAIRS, VOCABULARIES[1]))
    shares = np.exp(log_frequencies(PAIRS, VOCABULARIES[1]))
    assert shares.sum() == pytest.approx(1.0, abs=1e-6)
    entropy = -np.log(shares[batch.targets[batch.targets != 0]]).mean()
    found = side.translation.evaluate_translation(model, PAIRS, VOCABULARIES)
    assert found == pytest.approx(entropy, abs=0.05)
    assert found < np.log(len(VOCABULARIES[1])) - 0.1
    with pytest.raises(ValueError, match="The bias has the shape"):
        model.set_output_bias(np.zeros(3))


def test_the_first_update_of_adam_moves_each_weight_by_the_learning_rate():
    # Adam's first step is learning_rate * g / |g|, clipped or not. The other side's curve is equal.
    side = in_pytorch
    model = build(side, dtype="float64")
    before = model.named_weights()
    update = side.translation.TranslationUpdate(model, clip_norm=0.01)
    loss, norm = update(encode_batch(PAIRS, *VOCABULARIES), 0.125)
    moved = np.abs(model.named_weights()["decoder.output.bias"] - before["decoder.output.bias"])
    assert moved == pytest.approx(np.full(len(VOCABULARIES[1]), 0.125), rel=1e-6)
    assert float(loss) == pytest.approx(np.log(len(VOCABULARIES[1])), rel=0.02)
    assert float(norm) > 0.05  # the norm before clipping


# ------------------------------------------------------------------------------ killed, resumed


@pytest.fixture(scope="module", params=SIDES)
def uninterrupted(request):
    """A chancy training that nothing disturbs: (side, history, weights)."""
    model = build(request.param, dropout=0.3, bidirectional=False)
    start = model.named_weights()
    history = train(request.param, model, **CHANCY)
    weights = model.named_weights()
    return SimpleNamespace(
        side=request.param, history=history, weights=weights, start=start, model=model
    )


def updates_saved(folder):
    """How many updates the training in ``last`` has made."""
    *_, training = checkpoint.read_checkpoint(folder / "last.safetensors", with_training=True)
    return len(History.from_dict(training["history"]).loss)


def goes_on_as_if_nothing_had_happened(whole, folder):
    """Finish the training in a folder with a model of other weights; compare every number."""
    model = whole.model  # TensorFlow keeps its graphs: only the weights are new
    parity.copy_weights(build(whole.side, bidirectional=False, seed=9), model)
    history = train(whole.side, model, folder=folder, **CHANCY)
    assert without_clock(history) == without_clock(whole.history)
    assert parity.largest_difference(model.named_weights(), whole.weights) == 0.0
    assert history.seconds > 0
    assert sorted(file.name for file in folder.iterdir()) == BEST_AND_LAST


def test_a_training_stopped_by_an_exception_goes_on_to_the_same_numbers(uninterrupted, tmp_path):
    whole = uninterrupted
    assert len(whole.history.loss) == 12
    whole.model.load_named_weights(whole.start)
    with pytest.raises(Stop):
        train(whole.side, whole.model, folder=tmp_path, on_evaluation=stop_at(8), **CHANCY)
    assert updates_saved(tmp_path) == 8
    goes_on_as_if_nothing_had_happened(whole, tmp_path)


@pytest.mark.parametrize("stopped", [0, 2])
def test_a_training_stopped_before_it_was_saved_begins_again(stopped, tmp_path, monkeypatch):
    settings = dict(updates=3, folder=tmp_path)
    model = build(in_pytorch, dropout=0.3)
    start = model.named_weights()
    whole = train(in_pytorch, model, updates=3)
    model.load_named_weights(start)
    if stopped == 0:
        with pytest.raises(Stop):
            train(in_pytorch, model, on_evaluation=stop_at(0), **settings)
    else:
        give_batch = PairBatches.batch

        def no_more(self, number):
            if number == stopped:
                raise Stop
            return give_batch(self, number)

        with monkeypatch.context() as patch:
            patch.setattr(PairBatches, "batch", no_more)
            with pytest.raises(Stop):
                train(in_pytorch, model, **settings)
        model.load_named_weights(start)
    history = train(in_pytorch, model, **settings)
    assert without_clock(history) == without_clock(whole)


# A training in a process of its own, which is killed while it works.
KILLED = """
    import json, os, signal, sys
    from importlib import import_module
    import torch
    from course_utils import checkpoint
    from course_utils.data.translation import PairBatches, classic_pairs, pair_vocabularies

    name, folder, when, settings = sys.argv[1:]
    torch.set_num_threads(1)
    side = import_module(name)
    die = lambda: os.kill(os.getpid(), signal.SIGKILL)
    give_batch, save_file, saved = PairBatches.batch, checkpoint.save_file, []

    def batch(self, number):
        if when == "update" and number == 9:  # the tenth update; the last save was after the eighth
            die()
        return give_batch(self, number)

    def save(weights, path, metadata):
        save_file(weights, path, metadata)
        saved.append(path.name)
        if when == "save" and sum("last" in name for name in saved) == 2:  # after update 8
            os.truncate(path, path.stat().st_size // 2)
            die()

    PairBatches.batch, checkpoint.save_file = batch, save
    pairs = classic_pairs()
    vocabularies = pair_vocabularies(pairs)
    sizes = (len(vocabularies[0]), len(vocabularies[1]), 8, 8)
    model = side.seq2seq.Seq2Seq(
        *sizes, cell="rnn", attention="additive", dropout=0.3, bidirectional=False
    )
    side.translation.train_translation(
        model, pairs, pairs, vocabularies, folder=folder, **json.loads(settings)
    )
"""


@pytest.fixture(scope="module")
def killed_folders(tmp_path_factory):
    """Folders of trainings that the operating system ended, by (side, when): all at once."""
    cases = [(in_pytorch, "update"), (in_tensorflow, "update"), (in_pytorch, "save")]
    folders, children = {}, []
    for side, when in cases:
        folders[side, when] = tmp_path_factory.mktemp("killed")
        command = [sys.executable, "-c", textwrap.dedent(KILLED)]
        command += [side.__name__, str(folders[side, when]), when, json.dumps(CHANCY)]
        children.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
    for child in children:
        _, said = child.communicate(timeout=300)
        assert child.returncode == -signal.SIGKILL, said
    return folders


def test_a_killed_process_goes_on_to_the_same_numbers(uninterrupted, killed_folders):
    folder = killed_folders[uninterrupted.side, "update"]
    assert updates_saved(folder) == 8
    goes_on_as_if_nothing_had_happened(uninterrupted, folder)


@pytest.mark.parametrize("uninterrupted", [in_pytorch], indirect=True)
def test_a_process_killed_while_it_saves_leaves_the_save_before(uninterrupted, killed_folders):
    # both sides save with the same function
    folder = killed_folders[in_pytorch, "save"]
    assert updates_saved(folder) == 4
    assert len(list(folder.glob("*.part"))) == 1  # half a file; the next training removes it
    goes_on_as_if_nothing_had_happened(uninterrupted, folder)


@pytest.mark.parametrize("fails", ["os.replace", "save_file"])
def test_a_failed_save_leaves_the_old_files_whole(fails, tmp_path, monkeypatch):
    side, before = in_pytorch, {}  # both sides save with the same function

    def full_disk(*arguments):
        if fails == "save_file":
            arguments[1].write_bytes(b"half a file")
        raise OSError("No space left on device")

    def first_saves_then_fails(done, model):
        if done == 1:
            before.update((file.name, file.read_bytes()) for file in tmp_path.iterdir())
            monkeypatch.setattr(f"course_utils.checkpoint.{fails}", full_disk)

    with pytest.raises(OSError, match="No space"):
        train(
            side,
            build(side),
            evaluate_every=1,
            folder=tmp_path,
            on_evaluation=first_saves_then_fails,
        )
    assert sorted(before) == BEST_AND_LAST
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert side.training.load_checkpoint(tmp_path / "last.safetensors")[1] == VOCABULARIES


# ------------------------------------------------------------------------------ best and last


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Finished trainings of both sides, PyTorch's first, with folders and logs."""
    models = [build(side) for side in SIDES]
    parity.copy_weights(*models)
    results = []
    for side, model in zip(SIDES, models, strict=True):
        run = SimpleNamespace(side=side, model=model, seen=[])
        run.folder, run.log_folder = (tmp_path_factory.mktemp(name) for name in ("run", "log"))
        run.settings = dict(
            updates=7,
            schedule=[0.01] * 3 + [1.0] * 4,  # first too careful, then much too bold
            evaluate_every=3,
            folder=run.folder,
            teacher_forcing=0.5,
        )
        seed_others()
        run.random_numbers = [random_numbers()]
        seed_others()
        run.history = train(
            side,
            model,
            log_folder=run.log_folder,
            on_evaluation=lambda done, model, seen=run.seen: seen.append((done, model)),
            **run.settings,
        )
        run.random_numbers.append(random_numbers())
        results.append(run)
    return results


def seed_others():
    """Seed the random numbers that are not the training's own."""
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    tf.random.set_seed(7)


def random_numbers():
    return torch.rand(3), np.random.rand(3), tf.random.uniform((3,))  # noqa: NPY002


@pytest.fixture(params=[0, 1], ids=["in_pytorch", "in_tensorflow"])
def one_finished(request, finished):
    return finished[request.param]


def test_the_history_is_complete(one_finished):
    run, history = one_finished, one_finished.history
    assert len(history.loss) == len(history.gradient_norm) == len(history.learning_rate) == 7
    assert history.learning_rate == pytest.approx([0.01] * 3 + [1.0] * 4)
    assert [evaluation.update for evaluation in history.evaluations] == [0, 3, 6, 7]
    batches = PairBatches(PAIRS, *VOCABULARIES, 3, seed=0)
    words = [batches.batch(number).target_tokens for number in range(7)]
    expected = [sum(words[:count]) for count in (0, 3, 6, 7)]
    assert [evaluation.characters for evaluation in history.evaluations] == expected
    assert run.seen == [(done, run.model) for done in (0, 3, 6, 7)]
    assert history.seconds > 0
    if run.side is in_pytorch:
        assert not run.model.training  # dropout is off
    assert History.from_dict(json.loads(json.dumps(history.as_dict()))) == history


def test_both_sides_feed_the_same_words_of_their_own(finished):
    """Scheduled sampling in batches with pads: equal curves, while the learning rate is small."""
    first, second = (run.history.loss[:4] for run in finished)
    assert parity.largest_difference(first, second) < 1e-5
    truth = train(in_pytorch, build(in_pytorch), updates=4, schedule=[0.01] * 4).loss
    assert truth[0] != first[0]
    assert parity.largest_difference(first, truth) > 1e-3


def test_training_leaves_the_random_numbers_of_others_alone(one_finished):
    assert parity.largest_difference(*one_finished.random_numbers) == 0.0


def test_best_and_last_are_kept_apart(one_finished):
    run = one_finished
    nats = nats_of(run.history)
    assert min(nats) < nats[0]
    assert min(nats) < nats[-1] - 0.1  # neither the first nor the last is the best
    for name, expected in (("best", min(nats)), ("last", nats[-1])):
        model, vocabularies = run.side.training.load_checkpoint(run.folder / f"{name}.safetensors")
        assert vocabularies == VOCABULARIES
        found = run.side.translation.evaluate_translation(model, PAIRS, vocabularies)
        assert found == expected
    last, _ = run.side.training.load_checkpoint(run.folder / "last.safetensors")
    assert parity.largest_difference(last.named_weights(), run.model.named_weights()) == 0.0
    assert sorted(file.name for file in run.folder.iterdir()) == BEST_AND_LAST


def test_the_other_framework_loads_the_best_and_translates_the_same(one_finished):
    path = one_finished.folder / "best.safetensors"
    loaded = [side.training.load_checkpoint(path) for side in SIDES]
    found = [
        side.generation.translate(model, SOURCES, vocabularies, beam_size=2, longest=5)
        for side, (model, vocabularies) in zip(SIDES, loaded, strict=True)
    ]
    for one, other in zip(*found, strict=True):
        assert one.words == other.words
        assert one.score == pytest.approx(other.score, abs=1e-5)
        assert parity.largest_difference(one.weights, other.weights) < 1e-6


def test_a_finished_training_is_not_done_again(one_finished):
    run = one_finished
    files = {file.name: file.stat().st_mtime_ns for file in run.folder.iterdir()}
    model, calls = build(run.side, seed=9), []
    again = train(run.side, model, on_evaluation=lambda *call: calls.append(call), **run.settings)
    assert without_clock(again) == without_clock(run.history)
    assert again.seconds == run.history.seconds
    assert calls == []
    assert {file.name: file.stat().st_mtime_ns for file in run.folder.iterdir()} == files
    assert parity.largest_difference(model.named_weights(), run.model.named_weights()) == 0.0


def turned_round(vocabulary):
    """The same words under other ids."""
    words = vocabulary.symbols[: len(SPECIAL) - 1 : -1]
    return Vocabulary(words, unit="word", special=SPECIAL, unknown="<unk>")


@pytest.mark.parametrize(
    "change",
    [
        {"updates": 8, "schedule": "constant", "teacher_forcing": 1.0},
        {"batch_size": 2},
        {"schedule": [0.01] * 7},
        {"teacher_forcing": 1.0},
        {"beta_1": 0.8},
        {"beta_2": 0.999},
        {"epsilon": 1e-8},
        {"clip_norm": None},
        {"optimizer": "sgd"},
        {"seed": 1},
        {"evaluate_every": 2},
        {"pairs": CONTRARY},
        {"validation": CONTRARY},
        {"vocabularies": [turned_round(vocabulary) for vocabulary in VOCABULARIES]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_training_with_other_settings_is_not_gone_on_with(one_finished, change):
    run, model = one_finished, build(one_finished.side)
    before = model.named_weights()
    setting = {"schedule": "learning_rates"}
    setting |= dict.fromkeys(["beta_1", "beta_2", "epsilon"], "adam")
    setting |= dict.fromkeys(["pairs", "validation", "vocabularies"], "data")
    name = next(iter(change))
    with pytest.raises(ValueError, match=f"other settings: .*{setting.get(name, name)}"):
        train(run.side, model, **(run.settings | change))
    assert parity.largest_difference(before, model.named_weights()) == 0.0


def test_a_folder_from_before_there_was_a_choice_goes_on_with_adam(one_finished, tmp_path):
    run = one_finished
    name, _, weights, vocabularies, training = checkpoint.read_checkpoint(
        run.folder / "last.safetensors", with_training=True
    )
    del training["settings"]["optimizer"]
    model = build(run.side)
    model.load_named_weights(weights)
    checkpoint.write_checkpoint(tmp_path / "last.safetensors", name, model, vocabularies, training)
    history = train(run.side, build(run.side), **(run.settings | {"folder": tmp_path}))
    assert without_clock(history) == without_clock(run.history)
    with pytest.raises(ValueError, match="other settings: optimizer"):
        train(run.side, build(run.side), optimizer="sgd", **(run.settings | {"folder": tmp_path}))


def test_a_training_of_another_model_or_framework_is_not_gone_on_with(finished):
    for run, other in (finished, finished[::-1]):
        with pytest.raises(ValueError, match="other settings: options"):
            train(run.side, build(run.side, attention="dot"), **run.settings)
        with pytest.raises(ValueError, match="other settings: framework"):
            train(other.side, build(other.side), **run.settings)


@pytest.mark.parametrize("side", SIDES)
def test_a_model_that_was_saved_by_hand_is_no_training(side, tmp_path):
    model = build(side)
    side.training.save_checkpoint(tmp_path / "last.safetensors", model, VOCABULARIES)
    with pytest.raises(ValueError, match="a model and no training"):
        train(side, model, folder=tmp_path)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("seed", np.int64(2)),
        ("updates", np.int32(2)),
        ("batch_size", np.int64(2)),
        ("evaluate_every", np.int64(1)),
        ("clip_norm", np.float32(0.5)),
        ("learning_rate", np.float32(0.01)),
    ],
)
def test_settings_may_be_numpy_numbers(name, number, tmp_path):
    settings = {name: number, "folder": tmp_path}
    history = train(in_pytorch, build(in_pytorch), **settings)
    again = train(in_pytorch, build(in_pytorch, seed=9), **settings)
    assert again == history


# ------------------------------------------------------------------------------ TensorBoard


def read_log(folder, framework):
    """Return {name: [(update, value), …]} of an event folder."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util import tensor_util

    events = EventAccumulator(str(folder)).Reload()
    if framework is in_pytorch:
        return {
            name: [(event.step, event.value) for event in events.Scalars(name)]
            for name in events.Tags()["scalars"]
        }
    return {
        name: [
            (event.step, float(tensor_util.make_ndarray(event.tensor_proto)))
            for event in events.Tensors(name)
        ]
        for name in events.Tags()["tensors"]
    }


def test_the_log_holds_every_number_of_the_history(one_finished):
    """PyTorch's log was written first and TensorFlow's after it, in one process."""
    run, history = one_finished, one_finished.history
    found = read_log(run.log_folder, run.side)
    every = range(1, 8)
    expected = {
        "loss/training": list(zip(every, history.loss, strict=True)),
        "gradient_norm": list(zip(every, history.gradient_norm, strict=True)),
        "learning_rate": list(zip(every, history.learning_rate, strict=True)),
        "loss/validation": list(zip((0, 3, 6, 7), nats_of(history), strict=True)),
    }
    assert found.keys() == expected.keys()
    for name, numbers in expected.items():
        assert [step for step, _ in found[name]] == [step for step, _ in numbers]
        values = [value for _, value in numbers]
        assert [value for _, value in found[name]] == pytest.approx(values, rel=1e-6)


def test_pytorchs_log_leaves_tensorflow_out(tmp_path):
    program = """
        import sys
        from course_utils import in_pytorch
        from course_utils.data.translation import classic_pairs, pair_vocabularies
        pairs = classic_pairs()
        vocabularies = pair_vocabularies(pairs)
        model = in_pytorch.seq2seq.Seq2Seq(*map(len, vocabularies), 4, 4)
        in_pytorch.translation.train_translation(
            model, pairs, pairs, vocabularies, 1, log_folder=sys.argv[1], progress=False
        )
        print("torch" in sys.modules, "tensorflow" in sys.modules, "keras" in sys.modules)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["True", "False", "False"]
    assert done.stderr == ""
    assert [step for step, _ in read_log(tmp_path, in_pytorch)["loss/training"]] == [1]


def test_a_log_without_tensorboard_says_what_to_install(tmp_path):
    def no_tensorboard(folder):
        raise ImportError("No module named 'tensorboard'")

    with (
        pytest.raises(ImportError, match="pip install tensorboard"),
        open_log(tmp_path, no_tensorboard),
    ):
        pass
    with open_log(None, no_tensorboard) as log:  # nothing is asked for, nothing is needed
        log("loss", 1.0, 1)


def test_the_log_is_closed_when_training_stops():
    closed = []
    with (
        pytest.raises(Stop),
        open_log("somewhere", lambda folder: (print, lambda: closed.append(folder))),
    ):
        raise Stop
    assert closed == ["somewhere"]


# ------------------------------------------------------------------------------ errors


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"updates": 0}, ValueError, "at least 1"),
        ({"updates": 2.5}, TypeError, "whole number"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"learning_rate": -1.0}, ValueError, "learning_rate"),
        ({"schedule": "linear"}, ValueError, "warmup_cosine"),
        ({"schedule": [0.1]}, ValueError, "one for each"),
        ({"teacher_forcing": 1.5}, ValueError, "from 0 to 1"),
        ({"teacher_forcing": -0.1}, ValueError, "from 0 to 1"),
        ({"teacher_forcing": [1.0] * 3}, ValueError, "or 2 of them"),
        ({"teacher_forcing": float("nan")}, ValueError, "teacher_forcing"),
        ({"clip_norm": 0}, ValueError, "clip_norm"),
        ({"evaluate_every": 0}, ValueError, "evaluate_every"),
        ({"evaluate_every": 0.5}, TypeError, "evaluate_every"),
        ({"seed": -1}, ValueError, "seed=-1"),
        ({"pairs": []}, ValueError, "at least one"),
        ({"validation": []}, ValueError, "at least one"),
        ({"validation": [("a b", "c d")]}, TypeError, "SentencePair"),
        ({"pairs": [("a b", "c d")]}, TypeError, "SentencePair"),
        ({"vocabularies": VOCABULARIES[::-1]}, ValueError, "source's first"),
        ({"vocabularies": VOCABULARIES[0]}, TypeError, "must be a pair"),
    ],
)
def test_settings_that_are_not_possible_are_named(side, change, error, says, tmp_path):
    with pytest.raises(error, match=says):
        train(side, build(side), folder=tmp_path, **change)
    assert list(tmp_path.iterdir()) == []


def test_a_diverging_training_stops_with_advice():
    model = build(in_pytorch)
    named = model.named_weights()
    named["decoder.output.bias"][:] = np.nan
    model.load_named_weights(named)
    with pytest.raises(FloatingPointError, match="Lower the learning rate"):
        train(in_pytorch, model)


def test_there_is_a_best_model_even_if_training_made_it_worse(tmp_path):
    train(in_pytorch, build(in_pytorch), folder=tmp_path, schedule=[9.0] * 2, evaluate_every=1)
    assert sorted(file.name for file in tmp_path.iterdir()) == BEST_AND_LAST


@pytest.mark.parametrize("side", SIDES)
def test_dropout_may_be_a_numpy_number(side, tmp_path):
    model = build(side, dropout=np.float32(0.25))
    side.training.save_checkpoint(tmp_path / "model.safetensors", model, VOCABULARIES)


@pytest.mark.parametrize("name", ["seed", "updates", "batch_size", "evaluate_every"])
def test_a_setting_that_is_no_number_is_named(name):
    with pytest.raises(TypeError, match=f"{name} must be a whole number"):
        train(in_pytorch, build(in_pytorch), **{name: "many"})
