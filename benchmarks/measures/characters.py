"""Section 1: training the character model. Characters per second, and the loss after N seconds.

The loss at a given time is that of a training planned for this time: its number of updates is
fixed beforehand, from the time of an update measured in this run, because the learning rate falls
to 0 at the last one. The old ways have a constant learning rate and are read as they go.
"""

import importlib
import time

from course_utils.data import StreamBatches, Vocabulary, load_corpus, split_contiguous

from .comparison import SIDES, Comparison, Section, in_turns, median_ratio
from .steps import ONE_BY_ONE, seconds_of, step

MODEL = dict(embedding_size=64, hidden_size=256)
OLD_CHUNK, OLD_RATE = 250, 0.004  # the old tutorials': one text at a time, Adam
SHORT = dict(batch_size=64, sequence_length=32, learning_rate=0.018, optimizer="muon")
# The more characters are read, the larger the model and its dropout: (least number, model,
# training), the largest first.
PLANS = [
    (3.5e6, MODEL | dict(hidden_size=384, dropout=0.35), SHORT | dict(learning_rate=0.012)),
    (3e6, MODEL | dict(hidden_size=320, dropout=0.1), SHORT | dict(learning_rate=0.014)),
    (0, MODEL, SHORT),
]
DROPOUT = 0.3
WITH_DROPOUT = {  # a way with dropout: the way of its step
    f"dropout {DROPOUT}": "as in the course",
    f"dropout {DROPOUT}, no XLA": "no XLA",
}
TARGETS = {60: 1.52, 300: 1.46}  # seconds: nats per character
TIMES_OF_OLD_WAYS = (30, 60, 120)


def plan_for(seconds, sides, vocabulary):
    """Return (model, training, {label: updates}): the largest model for which the time is enough.

    Enough: the slower side reads as many characters as the plan asks for.
    """
    for least, model, training in PLANS:
        updates = {
            label: max(2, int(seconds / seconds_per_update(side, vocabulary, model, training)))
            for label, side in sides.items()
        }
        characters = min(updates.values()) * training["batch_size"] * training["sequence_length"]
        if characters >= least:
            return model, training, updates
    raise RuntimeError("The last plan must ask for no characters.")


def load():
    """Return (vocabulary, training ids, validation ids) of Tiny Shakespeare."""
    text = load_corpus("tiny_shakespeare").text
    vocabulary = Vocabulary.from_text(text)
    return vocabulary, *split_contiguous(vocabulary.encode(text))


def build(side, vocabulary, seed=0, **options):
    """Return a new model with the settings of this section."""
    return side.models.CharacterModel(len(vocabulary), **MODEL | options, seed=seed)


def speeds(sides, vocabulary, turns, calls):
    """Return rows: characters per second of each way, and what each is over the slowest."""
    shape = SHORT["batch_size"], SHORT["sequence_length"]
    ways = {
        ("as in the course", *shape): sides,
        ("MKL only", *shape): {"PyTorch": sides["PyTorch"]},
        ("no XLA", *shape): {"TensorFlow": sides["TensorFlow"]},
        (f"dropout {DROPOUT}", *shape): sides,
        (f"dropout {DROPOUT}, no XLA", *shape): {"TensorFlow": sides["TensorFlow"]},
        ("Muon", *shape): sides,
        ("library layers", *shape): sides,
        ("no tf.function", *shape): {"TensorFlow": sides["TensorFlow"]},
        ("one character a call", *shape): sides,
        ("one character a call", 1, OLD_CHUNK): sides,
    }
    runners = {}
    for (way, batch, time_), own in ways.items():
        for label, side in own.items():
            dropout = DROPOUT if way in WITH_DROPOUT else 0.0
            model = build(side, vocabulary, dropout=dropout)
            one = step(side, model, batch, time_, WITH_DROPOUT.get(way, way))
            slow = way in ("one character a call", "no tf.function")
            count = 1 if slow else calls
            runners[label, way, batch, time_] = lambda one=one, n=count: seconds_of(one, n)
    taken = in_turns(runners, turns)
    per_second = {
        key: [key[2] * key[3] / seconds for seconds in numbers] for key, numbers in taken.items()
    }
    rows = []
    for (way, batch, time_), own in ways.items():
        runs = {label: per_second[label, way, batch, time_] for label in own}
        rows.append(Comparison(f"{way}, {batch} x {time_}", "characters/s", runs))
    old = ("one character a call", 1, OLD_CHUNK)
    best = {
        label: [
            median_ratio(per_second[label, "as in the course", *shape], per_second[label, *old])
        ]
        for label in sides
    }
    kept = min(numbers[0] for numbers in best.values()) >= 10
    rows.append(Comparison("course over one a call, one text", "times", best, "at least 10", kept))
    slower = Comparison(
        "time of a training step", "ms", _times(taken, "as in the course", shape), "TF <= 1.2 x"
    )
    slower.kept = slower.ratio() <= 1.2
    rows.append(slower)
    return rows


def _times(taken, way, shape):
    return {label: [1e3 * one for one in taken[label, way, *shape]] for label in SIDES}


def seconds_per_update(side, vocabulary, model, training):
    """Return the median time of an update of ``train_language_model``'s kind, in seconds."""
    one = step(
        side,
        side.models.CharacterModel(len(vocabulary), **model),
        training["batch_size"],
        training["sequence_length"],
        "Muon" if training["optimizer"] == "muon" else "as in the course",
    )
    taken = in_turns({"": lambda: seconds_of(one, 5)}, 7)[""]
    return sorted(taken)[len(taken) // 2]


def loss_after(seconds, sides, data, seeds):
    """Train each side for about so many seconds, in turn for each seed; return a row."""
    vocabulary, train_ids, validation_ids = data
    model, training, updates = plan_for(seconds, sides, vocabulary)
    nats, took = {label: [] for label in sides}, {label: [] for label in sides}
    for seed in range(seeds):
        for label, side in sides.items():
            one = side.models.CharacterModel(len(vocabulary), **model, seed=seed)
            history = side.training.train_language_model(
                one,
                train_ids,
                validation_ids,
                updates=updates[label],
                **training,
                seed=seed,
                progress=False,
            )
            nats[label].append(history.validation_nats)
            took[label].append(history.seconds)
            print(
                f"  {label}: {nats[label][-1]:.4f} nats after {took[label][-1]:.0f} s", flush=True
            )
    row = Comparison(f"validation loss after {seconds:g} s", "nats/character", nats)
    row.settings = {"seconds": seconds, "updates": updates, "took": took, "model": model} | training
    if seconds in TARGETS:
        row.promise = f"<= {TARGETS[seconds]}"
        row.kept = max(row.medians().values()) <= TARGETS[seconds]
    return row


def loss_of_old_way(sides, data, times):
    """Train one text at a time, one character a call; return a row for each time in seconds."""
    vocabulary, train_ids, validation_ids = data
    found = {seconds: {} for seconds in times}
    for label, side in sides.items():
        model = build(side, vocabulary)
        update, one_by_one = side.training.LanguageModelUpdate(model), ONE_BY_ONE[side]
        batches = iter(StreamBatches(train_ids, 1, OLD_CHUNK))
        state, spent = model.zero_state(1), 0.0
        for seconds in times:
            while spent < seconds:
                batch = next(batches)
                start = time.perf_counter()
                _, state = one_by_one(update, batch.inputs, batch.targets, state, OLD_RATE)
                spent += time.perf_counter() - start
            nats = side.training.evaluate_language_model(model, validation_ids)
            found[seconds][label] = [nats]
            print(f"  old way, {label}: {nats:.4f} nats after {spent:.0f} s", flush=True)
    return [
        Comparison(f"one character a call: after {seconds:g} s", "nats/character", runs)
        for seconds, runs in found.items()
    ]


def measure(options):
    """Return the section."""
    sides = {label: importlib.import_module(name) for label, name in SIDES.items()}
    data = load()
    rows = speeds(sides, data[0], options.turns, calls=1 if options.quick else 5)
    for seconds in (2,) if options.quick else options.seconds:
        rows.append(loss_after(seconds, sides, data, options.seeds))
    rows += loss_of_old_way(sides, data, (1,) if options.quick else TIMES_OF_OLD_WAYS)
    notes = [
        "Settings, for at least so many characters: "
        + "; ".join(f"{least:,.0f}: {model}, {training}" for least, model, training in PLANS)
        + f". The speeds are those of {MODEL} with Adam. Rows x places stand after each way. Old "
        f"way: one text, {OLD_CHUNK} places an update, Adam, rate {OLD_RATE}.",
        "Seconds are those of updates alone: without reading the validation part, and without the "
        "time in which TensorFlow traces and compiles its graph.",
    ]
    return Section(1, "Training the character model", rows, notes)
