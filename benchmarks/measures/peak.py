"""Section 2: the share of the machine's matrix-product peak that a training step reaches.

Peak: the speed of a product of two square matrices, in the same run and between the same steps; the
better of the two frameworks. A step's operations are counted from formulas (see ``work``). Between
the two stands a third number: the step's own products, each with its own shape, with nothing else
around them. Each is a call from Python here. So TensorFlow's graph, which needs no such calls, can
be faster than its products alone. PyTorch's step calls them from Python, too, and is slower.
"""

import importlib

import tensorflow as tf
import torch
import translation

from course_utils import _onednn
from course_utils.data import PairBatches

from .comparison import SIDES, Comparison, Section, in_turns
from .steps import seconds_of, step
from .work import character_products, operations, translation_products

SQUARE = 1024
VOCABULARY, EMBEDDING = 65, 64
SHAPES = [(32, 64, 256), (64, 32, 256), (32, 64, 512), (64, 64, 512), (128, 64, 512)]  # B, T, H
PROMISED = 0.70
WAYS = {
    "as in the course": tuple(SIDES),
    "library layers": tuple(SIDES),
    "MKL only": ("PyTorch",),
    "no XLA": ("TensorFlow",),
}


def random_matrices(label, *shapes):
    """Return matrices of normal random numbers: tensors of the framework."""
    make = torch.randn if label == "PyTorch" else tf.random.normal
    return [make(shape) for shape in shapes]


def product(label):
    """Return a function of two matrices, or two stacks of them, that computes their product.

    For PyTorch the faster of its libraries, as in the course. On a CPU both return when it is done.
    """
    return _pytorch_product if label == "PyTorch" else tf.matmul


def _pytorch_product(a, b):
    if a.ndim == 2 and _onednn.pays(a, *a.shape, b.shape[1]):
        return _onednn._product(a, b.t())
    return torch.matmul(a, b)


def square_product(label):
    """Return a function that measures the peak: operations per second."""
    a, b = random_matrices(label, (SQUARE, SQUARE), (SQUARE, SQUARE))
    multiply = product(label)
    return lambda: 2 * SQUARE**3 / seconds_of(lambda: multiply(a, b), 5)


def own_products(label, products):
    """Return a function that measures the time of a step's products alone, in seconds.

    Those of the attention, one for each sentence, are made for all sentences in one call.
    """
    multiply, pairs = product(label), []
    for name, (m, k, n, times) in products.items():
        batched = name.startswith("attention")
        stack, calls = ((times,), 1) if batched else ((), times)
        pairs.append((*random_matrices(label, (*stack, m, k), (*stack, k, n)), calls))
    return lambda: sum(
        times * seconds_of(lambda a=a, b=b: multiply(a, b), min(times, 10)) for a, b, times in pairs
    )


def measure_step(name, products, steps, turns):
    """Return rows: peak, a step's products alone, and the step itself, as shares of the peak.

    ``steps``: {(label, way): function that makes one step}.
    """
    labels = dict.fromkeys(label for label, _ in steps)
    runners = {}
    for label in labels:
        runners[label, "peak"] = square_product(label)
        runners[label, "its products alone"] = own_products(label, products)
    for key, one in steps.items():
        runners[key] = lambda one=one: seconds_of(one)
    found = in_turns(runners, turns, warm_up=2)
    peaks = [max(own) for own in zip(*(found[label, "peak"] for label in labels), strict=True)]
    work = operations(products)
    gigas = {label: [one / 1e9 for one in found[label, "peak"]] for label in labels}
    rows = [Comparison(f"peak beside {name}", "GFLOP/s", gigas)]
    for way in dict.fromkeys(way for _, way in runners if way != "peak"):
        runs = {
            label: [
                work / seconds / peak
                for seconds, peak in zip(found[label, way], peaks, strict=True)
            ]
            for label in labels
            if (label, way) in found
        }
        row = Comparison(f"{name}: {way}", "share of the peak", runs)
        row.settings = {"operations": work}
        rows.append(row)
    return rows


def character_rows(sides, batch, time, hidden, turns):
    """Return the rows of the character model's update, for one shape."""
    products = character_products(batch, time, EMBEDDING, hidden, VOCABULARY)
    steps = {}
    for way, labels in WAYS.items():
        for label in labels:
            model = sides[label].models.CharacterModel(VOCABULARY, EMBEDDING, hidden)
            steps[label, way] = step(sides[label], model, batch, time, way)
    rows = measure_step(f"GRU {hidden}, {batch} x {time}", products, steps, turns)
    for row in rows:
        if row.what.endswith("as in the course") and hidden == 512:
            row.promise = f">= {PROMISED} (best shape)"
    return rows


def translation_rows(sides, settings, turns):
    """Return the rows of an update of section 3's model, with Adam, on one batch."""
    _, train, _, vocabularies = translation.load_data()
    model = settings["model"]
    batch = PairBatches(train, *vocabularies, settings["training"]["batch_size"]).batch(0)
    sizes = *batch.source.shape, batch.targets.shape[1]
    widths = model["embedding_size"], model["hidden_size"], len(vocabularies[1])
    steps = {}
    for label, side in sides.items():
        update = side.translation.TranslationUpdate(
            translation.build(side, train, vocabularies, model)
        )
        steps[label, "as in the course"] = lambda one=update: float(one(batch, 1e-3)[0])
    name = f"translation {model['hidden_size']}, {sizes[0]} x {sizes[1]} and {sizes[2]}"
    return measure_step(name, translation_products(*sizes, *widths), steps, turns)


def measure(options):
    """Return the section."""
    sides = {label: importlib.import_module(name) for label, name in SIDES.items()}
    shapes = [(8, 16, 64), (8, 16, 512)] if options.quick else SHAPES
    rows = []
    for shape in shapes:
        rows += character_rows(sides, *shape, options.turns)
    promised = [row for row in rows if row.promise]
    best = {label: max(row.medians()[label] for row in promised) for label in sides}
    for row in promised:
        row.kept = min(best.values()) >= PROMISED
    for settings in (translation.SHORT, translation.LONG):
        rows += translation_rows(sides, settings, options.turns)
    notes = [
        "The peak is the better of both frameworks' products of two matrices of "
        f"{SQUARE} x {SQUARE}, in the same turn. 'library layers': torch.nn.GRU and "
        "keras.layers.GRU in place of the course's fast_gru. 'MKL only': without oneDNN, as "
        "PyTorch itself multiplies. 'no XLA': tf.function alone, as in a short training.",
        "Best share of GRU 512 as in the course: "
        + ", ".join(f"{label} {share:.0%}" for label, share in best.items()),
    ]
    return Section(2, "Share of the matrix-product peak", rows, notes)
