"""Section 2: the share of the machine's matrix-product peak that a training step reaches.

Peak: the speed of a product of two square matrices, in the same run and between the same steps; the
better of the two frameworks. A step's operations are counted from formulas (see ``work``). Between
the two stands a third number: the step's own products, each with its own shape, with nothing else
around them. No program that makes these products one after the other is faster than that.
"""

import importlib

import tensorflow as tf
import torch

from .comparison import SIDES, Comparison, Section, in_turns
from .steps import seconds_of, step
from .work import character_products, operations

SQUARE = 1024
VOCABULARY, EMBEDDING = 65, 64
SHAPES = [(32, 64, 256), (64, 32, 256), (32, 64, 512), (64, 64, 512), (128, 64, 512)]  # B, T, H
PROMISED = 0.70
WAYS = {
    "as in the course": tuple(SIDES),
    "library layers": tuple(SIDES),
    "XLA": ("TensorFlow",),
}


def random_matrices(label, *shapes):
    """Return matrices of normal random numbers: tensors of the framework."""
    make = torch.randn if label == "PyTorch" else tf.random.normal
    return [make(shape) for shape in shapes]


def product(label):
    """Return a function of two matrices that computes their product."""
    return torch.mm if label == "PyTorch" else tf.matmul  # on a CPU, both return when it is done


def square_product(label):
    """Return a function that measures the peak: operations per second."""
    a, b = random_matrices(label, (SQUARE, SQUARE), (SQUARE, SQUARE))
    multiply = product(label)
    return lambda: 2 * SQUARE**3 / seconds_of(lambda: multiply(a, b), 5)


def own_products(label, products):
    """Return a function that measures the time of a step's products alone, in seconds."""
    multiply = product(label)
    pairs = [
        (*random_matrices(label, (m, k), (k, n)), times) for m, k, n, times in products.values()
    ]
    return lambda: sum(
        times * seconds_of(lambda a=a, b=b: multiply(a, b), min(times, 10)) for a, b, times in pairs
    )


def measure_shape(sides, batch, time, hidden, turns):
    """Return the rows for one shape."""
    products = character_products(batch, time, EMBEDDING, hidden, VOCABULARY)
    work = operations(products)
    runners = {}
    for label, side in sides.items():
        runners[label, "peak"] = square_product(label)
        runners[label, "products"] = own_products(label, products)
        for way, labels in WAYS.items():
            if label in labels:
                model = side.models.CharacterModel(VOCABULARY, EMBEDDING, hidden)
                one = step(side, model, batch, time, way)
                runners[label, way] = lambda one=one: seconds_of(one)
    found = in_turns(runners, turns, warm_up=2)
    peaks = [max(own) for own in zip(*(found[label, "peak"] for label in sides), strict=True)]
    name = f"GRU {hidden}, {batch} x {time}"
    gigas = {label: [one / 1e9 for one in found[label, "peak"]] for label in sides}
    rows = [Comparison(f"peak beside {name}", "GFLOP/s", gigas)]
    for way in ("products", *WAYS):
        runs = {
            label: [
                work / seconds / peak
                for seconds, peak in zip(found[label, way], peaks, strict=True)
            ]
            for label in sides
            if (label, way) in found
        }
        what = "its products alone" if way == "products" else way
        row = Comparison(f"{name}: {what}", "share of the peak", runs)
        row.settings = {"operations": work}
        if way == "as in the course" and hidden == 512:
            row.promise = f">= {PROMISED} (best shape)"
        rows.append(row)
    return rows


def measure(options):
    """Return the section."""
    sides = {label: importlib.import_module(name) for label, name in SIDES.items()}
    shapes = [(8, 16, 64), (8, 16, 512)] if options.quick else SHAPES
    rows = []
    for shape in shapes:
        rows += measure_shape(sides, *shape, options.turns)
    promised = [row for row in rows if row.promise]
    best = {label: max(row.medians()[label] for row in promised) for label in sides}
    for row in promised:
        row.kept = min(best.values()) >= PROMISED
    notes = [
        "The peak is the better of both frameworks' products of two matrices of "
        f"{SQUARE} x {SQUARE}, in the same turn. 'library layers': torch.nn.GRU and "
        "keras.layers.GRU in place of the course's fast_gru. XLA: the whole step with "
        "jit_compile=True.",
        "Best share of GRU 512 as in the course: "
        + ", ".join(f"{label} {share:.0%}" for label, share in best.items()),
    ]
    return Section(2, "Share of the matrix-product peak", rows, notes)
