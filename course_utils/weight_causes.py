"""Why the weights of two models differ. NumPy only; each cause is (cause, evidence, cure, size).

Shapes: ``I`` input features, ``H`` hidden units, ``G`` gates. Weights are in the course's layout:
matrices [inputs, outputs], gates r, z, n ("gru") or i, f, g, o ("lstm") side by side.
"""

import itertools

import numpy as np

GATES = {3: ["r", "z", "n"], 4: ["i", "f", "g", "o"]}


def bias_causes(readings, names):
    """Compare how many bias vectors training moves, and where GRUs reset; readings: two lists."""
    causes = []
    recurrent = [[r for r in side if r.kind in ("rnn", "lstm", "gru")] for side in readings]
    for first, second in zip(*recurrent, strict=True):
        if first.reset_after != second.reset_after:
            causes.append(
                (
                    "The reset gate acts in two places: these are two different GRUs.",
                    f"reset_after is {first.reset_after} in {names[0]} and {second.reset_after} in "
                    f"{names[1]}",
                    "keras.layers.GRU(…, reset_after=True); PyTorch has no other GRU",
                    None,
                )
            )
        elif first.trainable_biases != second.trainable_biases:
            counts = first.trainable_biases, second.trainable_biases
            times = max(counts) / max(min(counts), 1)
            causes.append(
                (
                    f"The {first.kind.upper()} layers have unequally many biases to train.",
                    f"{names[0]} has {counts[0]} trainable bias vectors and {names[1]} has "
                    f"{counts[1]}. Each gets the whole gradient: with SGD the sum of "
                    f"{max(counts)} moves {max(counts)} times as far as one",
                    "add one bias to the other, set it to zero and freeze it: "
                    "bias.requires_grad_(False)",
                    times,
                )
            )
    return list(dict.fromkeys(causes))


def weight_causes(first, second, names):
    """Compare two dictionaries of named weights with equal names."""
    causes = []
    layers = {}
    for name in first:
        layers.setdefault(name.rpartition(".")[0], []).append(name)
    for layer, members in layers.items():
        pairs = {name: (_float(first[name]), _float(second[name])) for name in members}
        scale = max(np.abs(array).max(initial=0.0) for pair in pairs.values() for array in pair)
        precise = all(
            array.dtype == np.float64 for array in (first[members[0]], second[members[0]])
        )
        bound = (1e-12 if precise else 1e-6) * max(scale, 1e-30)
        unequal = {name: pair for name, pair in pairs.items() if not _equal(*pair, bound)}
        if not unequal:
            continue
        order = _gate_order(layer, pairs, bound)
        if order is not None:
            causes.append(_gates(layer, order, names))
            continue
        for name, (one, other) in unequal.items():
            causes += _difference(name, one, other, scale, bound, names)
    return causes


def _gate_order(layer, pairs, bound):
    """Return the order in which the second's gate blocks equal the first's, or None."""
    recurrent = next((a for n, (a, _) in pairs.items() if n.endswith("recurrent_weight")), None)
    if recurrent is None or recurrent.shape[1] // recurrent.shape[0] not in GATES:
        return None
    if any(one.shape != other.shape for one, other in pairs.values()):
        return None
    count = recurrent.shape[1] // recurrent.shape[0]
    for order in itertools.permutations(range(count)):
        if all(
            _equal(
                one, np.concatenate([np.split(other, count, axis=-1)[i] for i in order], -1), bound
            )
            for one, other in pairs.values()
        ):
            return order
    return None


def _gates(layer, order, names):
    wanted = GATES[len(order)]
    found = [wanted[order.index(place)] for place in range(len(order))]
    return (
        f"The gates of {layer or 'the layer'} stand in another order.",
        f"where {names[0]} has {', '.join(wanted)}, {names[1]} has the blocks of "
        f"{', '.join(found)}; put back in order, all weights are equal",
        "exchange the blocks when you copy: PyTorch's GRU has r, z, n and Keras's z, r, h; the "
        "LSTM has i, f, g, o in both",
        float(sum(place != block for place, block in enumerate(order))),
    )


def _difference(name, one, other, scale, bound, names):
    """Return the cause of one weight's difference, in a list; empty if it only drifted apart."""
    if one.ndim == 2 and _equal(one, other.T, bound):
        return [
            (
                f"{name} is transposed.",
                f"{names[0]}'s equals {names[1]}'s with rows and columns exchanged",
                "PyTorch keeps [outputs, inputs] and Keras [inputs, outputs]: copy weight.T",
                None,
            )
        ]
    if one.shape != other.shape:
        raise ValueError(
            f"{name} has the shape {one.shape} in {names[0]} and {other.shape} in {names[1]}. "
            "Build both models with the same sizes."
        )
    if np.abs(one - other).max() <= 0.05 * scale:
        return []  # trained apart: a small difference, not another start
    spreads, means = (one.std(), other.std()), (one.mean(), other.mean())
    unsure = np.sqrt(1 / one.size)
    spread_differs = abs(np.log((spreads[0] + 1e-12) / (spreads[1] + 1e-12))) > 4 * unsure
    mean_differs = abs(means[0] - means[1]) > 5 * max(spreads) * unsure + bound
    fixed = [len(np.unique(array)) <= 2 for array in (one, other)]  # zeros, or a forget bias of 1
    angles = [_from_orthogonal(array) for array in (one, other)]
    turned = [angle < 1e-3 for angle in angles]
    if spread_differs or mean_differs or fixed[0] != fixed[1] or turned[0] != turned[1]:
        evidence = f"standard deviations {spreads[0]:.3g} and {spreads[1]:.3g}"
        if mean_differs:
            evidence += f", means {means[0]:.3g} and {means[1]:.3g}"
        if turned[0] != turned[1]:
            evidence += f", distance from orthogonal rows {angles[0]:.1g} and {angles[1]:.1g}"
        size = max(spreads) / min(spreads) if min(spreads) > 0 else None
        return [
            (
                f"{name} has two initialisers.",
                f"{evidence} ({names[0]}, {names[1]})",
                "copy the weights, or give both sides the same initialiser by name",
                size,
            )
        ]
    return [
        (
            f"{name} was not copied: same spread, other random numbers.",
            f"standard deviations {spreads[0]:.3g} and {spreads[1]:.3g}, but single numbers differ "
            f"by up to {np.abs(one - other).max():.3g}",
            "copy the weights; equal seeds give other numbers in each framework",
            float(np.abs(one - other).max()),
        )
    ]


def _equal(one, other, bound):
    return one.shape == other.shape and bool(np.abs(one - other).max(initial=0.0) <= bound)


def _from_orthogonal(array):
    """Return how far the rows of a matrix are from orthonormal; infinity for other arrays."""
    if array.ndim != 2 or len(array) > array.shape[1] or len(array) < 2:
        return np.inf
    return np.abs(array @ array.T - np.eye(len(array))).max()


def _float(array):
    return np.asarray(array, dtype=np.float64)
