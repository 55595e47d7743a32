"""Why two models or trainings differ: the known causes, each measured on what was given.

Loads neither framework: ``in_pytorch.inspection`` and ``in_tensorflow.inspection`` read what
belongs to them.
"""

import importlib
from dataclasses import dataclass

import numpy as np

from course_utils.arrays import largest_difference, to_numpy
from course_utils.optimizer_causes import optimizer_causes
from course_utils.weight_causes import bias_causes, weight_causes

SIDES = {"torch": "in_pytorch", "keras": "in_tensorflow", "tensorflow": "in_tensorflow"}
NAMES = {"in_pytorch": "PyTorch", "in_tensorflow": "TensorFlow"}
ROUNDING = {"float32": 2.0**-23, "float64": 2.0**-52}


@dataclass(frozen=True)
class Finding:
    """One cause of a difference.

    ``cause``: what differs. ``evidence``: the numbers that show it, measured on what was given.
    ``cure``: what to do. ``size``: the number in the evidence that says how much, or None.
    """

    cause: str
    evidence: str
    cure: str
    size: float | None = None

    def __str__(self):
        return f"{self.cause}\n  seen: {self.evidence}\n  cure: {self.cure}"


def explain(models=None, optimizers=None, gradients=None, losses=None, targets=None, training=None):
    """Return a list of ``Finding``: the known causes that are left between two sides.

    Give what you have; each is a pair (first, second) but for the last two. Each may belong to
    either framework and may be your own:

    - ``models``: models or layers, of the course or of ``torch.nn`` and ``keras.layers``.
    - ``optimizers``: of ``torch.optim`` and ``keras.optimizers``. They are not changed: fresh ones
      with the same settings are tried on single numbers.
    - ``gradients``: gradients as the framework gave them, a tensor or a list.
    - ``losses``: the loss of one batch, from equal weights; with ``targets`` [B, T] (pads are 0).
    - ``training``: what ``compare_training`` returned.

    If none of the causes is there, the only finding is "No known cause is left", with the
    difference that remains. Raises: TypeError, ValueError for what cannot be compared.
    """
    pairs = {"models": models, "optimizers": optimizers, "gradients": gradients, "losses": losses}
    if training is None and all(pair is None for pair in pairs.values()):
        raise ValueError(
            "There is nothing to explain. Give a pair, for example "
            "explain(models=(first, second)), or explain(training=compare_training(…))."
        )
    for name, pair in pairs.items():
        if pair is not None and (not isinstance(pair, (tuple, list)) or len(pair) != 2):
            raise TypeError(f"{name} must be a pair: (the first side's, the second side's).")
    findings, remaining = [], {}
    dtype, typical = None, None
    if training is not None:
        optimizers = optimizers or training.optimizers
        dtype, typical = training.settings.get("dtype"), training.typical_gradient
        remaining["loss of an update"] = training.largest_difference
        findings += _start_causes(training)
    if models is not None:
        findings += _model_causes(models, remaining)
    if gradients is not None:
        findings += _gradient_causes(gradients, remaining)
        typical = typical or _typical(gradients[0])
    if optimizers is not None:
        sides = [side_of(optimizer).inspection for optimizer in optimizers]
        findings += [
            Finding(*parts)
            for parts in optimizer_causes(sides, optimizers, names_of(optimizers), dtype, typical)
        ]
    if losses is not None:
        findings += _loss_causes(losses, targets, remaining)
    return findings or [_nothing_left(remaining, dtype)]


def side_of(thing):
    """Return ``course_utils.in_pytorch`` or ``in_tensorflow``: the side that a thing belongs to.

    Raises: TypeError for a thing of neither framework.
    """
    return importlib.import_module(f"course_utils.{_side_name(thing)}")


def names_of(pair):
    """Return what two things are called: by their framework, and "first", "second" if it is one."""
    names = [NAMES[_side_name(thing)] for thing in pair]
    if names[0] == names[1]:
        return [f"the first {names[0]}", f"the second {names[1]}"]
    return names


def _side_name(thing):
    for kind in type(thing).__mro__:
        root = kind.__module__.partition(".")[0]
        if root in SIDES:
            return SIDES[root]
    raise TypeError(
        f"This is a {type(thing).__name__}, which belongs to neither framework. Give a model, "
        "layer, optimizer or gradient of PyTorch or of Keras."
    )


def _model_causes(models, remaining):
    """Compare weights and biases of two models or layers."""
    names = names_of(models)
    readings = [side_of(model).inspection.read_layers(model) for model in models]
    if all(hasattr(model, "named_weights") for model in models):
        weights = [model.named_weights() for model in models]
    else:
        kinds = [[reading.kind for reading in side] for side in readings]
        if kinds[0] != kinds[1] or not kinds[0]:
            raise ValueError(
                f"{names[0]} has the layers {kinds[0]} and {names[1]} has {kinds[1]}. Only equal "
                "kinds in equal order can be compared: embedding, linear, rnn, lstm, gru."
            )
        weights = [
            {
                f"{number}.{reading.kind}.{name}": array
                for number, reading in enumerate(side)
                for name, array in reading.weights.items()
            }
            for side in readings
        ]
    parts = bias_causes(readings, names)
    if weights[0].keys() == weights[1].keys():
        parts += weight_causes(*weights, names)
        shapes = [[array.shape for array in side.values()] for side in weights]
        if shapes[0] == shapes[1]:
            remaining["weight"] = largest_difference(*weights)
    elif not parts:
        raise ValueError(f"The weights' names differ: {sorted(weights[0])}, {sorted(weights[1])}.")
    return [Finding(*part) for part in parts]


def _start_causes(training):
    """Say whether a compared training began from other weights."""
    if not training.start_difference:
        return []
    return [
        Finding(
            "The weights were not equal at the start.",
            f"before the first update they differ by up to {training.start_difference:.1e}",
            "parity.copy_weights(first, second), or compare_training(…, same_start=True)",
            training.start_difference,
        )
    ]


def _gradient_causes(gradients, remaining):
    """Look for rows of an embedding's gradient that belong to the same symbol."""
    sides = [list(side) if isinstance(side, (tuple, list)) else [side] for side in gradients]
    names = names_of([side[0] for side in sides])
    readings = [[side_of(g).inspection.read_gradient(g) for g in side] for side in sides]
    dense = [[reading.dense for reading in side] for side in readings]
    if [array.shape for array in dense[0]] == [array.shape for array in dense[1]]:
        remaining["gradient"] = largest_difference(*dense)
    findings = []
    for name, side in zip(names, readings, strict=True):
        for reading in side:
            if reading.indices is None:
                continue
            symbols = np.unique(reading.indices)
            repeated = len(reading.indices) - len(symbols)
            right = float(np.square(reading.dense.astype(float)).sum())
            ratio = float(np.square(reading.rows.astype(float)).sum()) / right if right else np.nan
            if repeated and abs(ratio - 1) > 1e-6:
                findings.append(
                    Finding(
                        "The embedding's gradient comes as rows with repeated indices.",
                        f"{name} gives {len(reading.indices)} rows for {len(symbols)} symbols. "
                        "Adam squares each row before it sums them: its second moment is "
                        f"{ratio:.3g} times the square of the whole gradient",
                        "sum the rows first: gradient = tf.convert_to_tensor(gradient) (in "
                        "PyTorch: gradient.to_dense())",
                        ratio,
                    )
                )
    return findings


def _loss_causes(losses, targets, remaining):
    """Compare the ratio of two losses with the ratios that other reductions give."""
    first, second = (float(to_numpy(loss)) for loss in losses)
    remaining["loss"] = abs(first - second)
    larger, smaller = max(abs(first), abs(second)), min(abs(first), abs(second))
    if smaller == 0 or larger / smaller < 1 + 1e-5:
        return []
    ratio, sizes = larger / smaller, {"1 / ln 2: one is in bits, one in nats": 1 / np.log(2)}
    if targets is not None:
        rows, time = to_numpy(targets).shape
        real = int(np.count_nonzero(to_numpy(targets)))
        sizes |= {
            f"the batch size B = {rows}": rows,
            f"the time T = {time}": time,
            f"the number of places B T = {rows * time}": rows * time,
        }
        if 0 < real < rows * time:
            sizes |= {
                f"the number of real words = {real}": real,
                f"places / real words = {rows * time} / {real}: one mean counts the pads": (
                    rows * time / real
                ),
                f"real words / B = {real} / {rows}": real / rows,
                f"real words / T = {real} / {time}": real / time,
            }
    return [
        Finding(
            "The losses are reduced in two ways: a sum here, a mean there, or a mean over others.",
            f"{first:.6g} and {second:.6g}; the ratio {ratio:.6g} is {name}",
            "use one reduction on both sides: the sum over real words / the number of real words",
            ratio,
        )
        for name, size in sizes.items()
        if abs(ratio / max(size, 1 / size) - 1) < 1e-5
    ]


def _typical(gradients):
    """Return the median size of the numbers in gradients that are not 0, or None."""
    gradients = gradients if isinstance(gradients, (tuple, list)) else [gradients]
    dense = [side_of(g).inspection.read_gradient(g).dense.ravel() for g in gradients]
    sizes = np.abs(np.concatenate(dense))
    return float(np.median(sizes[sizes > 0])) if sizes.any() else None


def _nothing_left(remaining, dtype):
    """Return the finding that says that all known causes are excluded."""
    if not remaining:
        return Finding("No known cause is left.", "the settings have the same effect", "none", 0.0)
    name, size = max(remaining.items(), key=lambda item: item[1])
    evidence = f"the largest difference that remains, of a {name}, is {size:.1e}"
    if dtype is not None:
        evidence += f"; {dtype} rounds at {ROUNDING[dtype]:.1e}"
    return Finding("No known cause is left.", evidence, "none", size)
