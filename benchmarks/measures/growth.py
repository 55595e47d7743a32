"""Section 6: how the time of a training step grows with its sizes, beside what its work says.

One size is changed, the others stay. The exponent p of time = c * size ** p is fitted to the
measured times, and in the same way to the counted operations: that is the expected exponent. Where
they differ, something else than matrix products takes the time.
"""

import importlib

from torch.utils.flop_counter import FlopCounterMode

from course_utils.data import SentencePair, pair_vocabularies
from course_utils.data.translation import PairBatches

from .comparison import SIDES, Comparison, Section, fitted_exponent, in_turns
from .steps import mkl_only, seconds_of, step
from .work import character_products, operations

BASE = dict(batch=32, time=64, hidden=256, vocabulary=65)
EMBEDDING = 64
GROWTH = {
    "time": ("T", (16, 32, 64, 128)),
    "hidden": ("H", (128, 256, 512, 768)),
    "batch": ("B", (16, 32, 64, 128)),
    "vocabulary": ("V", (1000, 4000, 16000)),
}
SOURCE_LENGTHS = (8, 16, 32, 64)
TRANSLATION = dict(embedding_size=128, hidden_size=128, attention="additive")
TRANSLATION_BATCH, TARGET_LENGTH, WORDS = 32, 10, 200


def character_step(side, sizes):
    """Return a function that makes one update of the character model of these sizes."""
    model = side.models.CharacterModel(sizes["vocabulary"], EMBEDDING, sizes["hidden"])
    return step(side, model, sizes["batch"], sizes["time"])


def character_work(sizes):
    """Return the operations of one update of the character model of these sizes."""
    order = (sizes["batch"], sizes["time"], EMBEDDING, sizes["hidden"], sizes["vocabulary"])
    return operations(character_products(*order))


def translation_pairs(length):
    """Return pairs of made-up words: sources of ``length`` words, targets of equal length."""
    words = [f"w{number}" for number in range(WORDS)]

    def sentence(first, count):
        return tuple(words[(first + place) % WORDS] for place in range(count))

    return [
        SentencePair(sentence(number, length), sentence(7 * number, TARGET_LENGTH))
        for number in range(TRANSLATION_BATCH)
    ]


def translation_step(side, length):
    """Return a function that makes one update on sources of ``length`` words."""
    pairs = translation_pairs(length)
    vocabularies = pair_vocabularies(pairs)
    batch = PairBatches(pairs, *vocabularies, TRANSLATION_BATCH).batch(0)
    model = side.seq2seq.Seq2Seq(*map(len, vocabularies), **TRANSLATION)
    update = side.translation.TranslationUpdate(model)
    return lambda: float(update(batch, 1e-3)[0])


def counted(function):
    """Return the operations of PyTorch's matrix products while a function runs."""
    # The counter knows MKL's products, and not oneDNN's.
    with mkl_only(), FlopCounterMode(display=False) as counter:
        function()
    return counter.get_total_flops()


def rows_of(name, sizes, build, work, sides, turns):
    """Return one row for each size, and one of fitted exponents."""
    runners = {}
    for size in sizes:
        for label, side in sides.items():
            one = build(side, size)
            runners[size, label] = lambda one=one: seconds_of(one)
    taken = in_turns(runners, turns, warm_up=2)
    rows, medians = [], {label: [] for label in sides}
    for size in sizes:
        runs = {label: [1e3 * one for one in taken[size, label]] for label in sides}
        rows.append(Comparison(f"{name} = {size}", "ms a step", runs))
        for label, median in rows[-1].medians().items():
            medians[label].append(median)
    expected, _ = fitted_exponent(sizes, work)
    fits = {label: fitted_exponent(sizes, own) for label, own in medians.items()}
    exponents = {label: [fit[0]] for label, fit in fits.items()}
    row = Comparison(f"exponent of {name}", "no unit", exponents, f"work: {expected:.2f}")
    row.settings = {
        "name": name,
        "sizes": list(sizes),
        "operations": list(work),
        "expected": expected,
        "standard_errors": {label: fit[1] for label, fit in fits.items()},
        "median_ms": medians,
    }
    return [*rows, row]


def measure(options):
    """Return the section."""
    sides = {label: importlib.import_module(name) for label, name in SIDES.items()}
    rows = []
    for key, (name, sizes) in GROWTH.items():
        sizes = sizes[:2] if options.quick else sizes
        work = [character_work(BASE | {key: size}) for size in sizes]

        def build(side, size, key=key):
            return character_step(side, BASE | {key: size})

        rows += rows_of(name, sizes, build, work, sides, options.turns)
    lengths = SOURCE_LENGTHS[:2] if options.quick else SOURCE_LENGTHS
    work = [counted(translation_step(sides["PyTorch"], length)) for length in lengths]
    rows += rows_of("source length", lengths, translation_step, work, sides, options.turns)
    notes = [
        f"Character model: {BASE}, embedding {EMBEDDING}; one of them changed. Translation: "
        f"{TRANSLATION}, batch {TRANSLATION_BATCH}, targets of {TARGET_LENGTH} words.",
        "'work' is the exponent of the counted operations over the same sizes.",
    ]
    return Section(6, "How the cost grows", rows, notes)
