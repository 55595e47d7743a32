"""Why two optimizers move the same weight differently. NumPy only.

Each cause is (cause, evidence, cure, size). Settings are read, and effects are measured: a fresh
optimizer with the same settings moves one number.
Source: Kingma & Ba 2015, algorithm 1 and the end of section 2 (epsilon, and "epsilon hat").
"""

import numpy as np

ROUNDING = {"float32": 2.0**-23, "float64": 2.0**-52}
TYPICAL = 1e-3  # the size of a gradient where none was given
VISIBLE = 8  # a relative difference below this many roundings is none
HUGE = 2.0**60  # beside it, epsilon is nothing
WORDS = {
    "learning_rate": "learning rate",
    "beta_1": "beta 1",
    "beta_2": "beta 2",
    "epsilon": "epsilon",
    "momentum": "momentum",
    "weight_decay": "weight decay",
}


def optimizer_causes(sides, optimizers, names, dtype=None, typical=None):
    """Compare two optimizers. ``sides``: the ``inspection`` module of each.

    ``dtype``: the precision of the weights, where the optimizers do not know it. ``typical``: the
    size of a typical gradient. Returns a list of causes.
    """
    readings = [s.read_optimizer(o) for s, o in zip(sides, optimizers, strict=True)]
    if readings[0].kind != readings[1].kind:
        kinds = [type(optimizer).__name__ for optimizer in optimizers]
        return [
            (
                "These are two different optimizers.",
                f"{kinds[0]} and {kinds[1]}",
                "use the same algorithm on both sides",
                None,
            )
        ]
    known = [reading.dtype for reading in readings if reading.dtype is not None]
    dtype = dtype or (known[0] if known else "float32")
    settings = [reading.settings for reading in readings]
    causes = _setting_causes(*settings, names)
    if "beta_2" in settings[0]:
        causes += _rounded_betas(sides, optimizers, names, settings, dtype)
        causes += _place_of_epsilon(sides, optimizers, names, settings, dtype, typical or TYPICAL)
    return causes


def _setting_causes(first, second, names):
    """Compare the settings that both have; a missing one counts as 0."""
    causes = []
    for name, word in WORDS.items():
        one, other = first.get(name, 0.0), second.get(name, 0.0)
        if one == other:
            continue
        size = abs(one - other) / max(abs(one), abs(other))
        if name == "learning_rate" and np.float32(one) == np.float32(other):
            causes.append(
                (
                    "The learning rate is rounded to float32 on one side.",
                    f"{one!r} in {names[0]} and {other!r} in {names[1]}: {size:.1e} relative",
                    "take a rate that float32 holds exactly, such as 2**-10, or float("
                    "np.float32(rate)) on both sides",
                    size,
                )
            )
            continue
        causes.append(
            (
                f"The {word} differs.",
                f"{one:g} in {names[0]} and {other:g} in {names[1]}",
                f"write {word} down on both sides; the defaults are not equal",
                max(one, other) / min(one, other) if min(one, other) > 0 else None,
            )
        )
    return causes


def _rounded_betas(sides, optimizers, names, settings, dtype):
    """Compare the first moves for a huge gradient, which must be exactly the learning rate."""
    errors = []
    for side, optimizer, own in zip(sides, optimizers, settings, strict=True):
        move = abs(side.optimizer_moves(optimizer, [HUGE], dtype)[0])
        errors.append(abs(move / own["learning_rate"] - 1) if own["learning_rate"] else 0.0)
    if abs(errors[0] - errors[1]) <= VISIBLE * ROUNDING[dtype]:
        return []
    worse = int(np.argmax(errors))
    size = float(errors[worse])
    betas = [settings[worse][name] for name in ("beta_1", "beta_2")]
    off = [abs(float(np.float32(1 - np.float32(b))) / (1 - b) - 1) for b in betas]
    return [
        (
            "A beta is rounded to float32 on one side.",
            f"{names[worse]} rounds the betas {betas[0]!r} and {betas[1]!r}: 1 - beta is off by "
            f"{off[0]:.1e} and {off[1]:.1e} relative, and the first move by {size:.1e} (the other "
            f"side: {min(errors):.1e}), in a {dtype} model",
            "take betas that are exact in binary, such as 0.875 and 1 - 2**-10",
            size,
        )
    ]


def _place_of_epsilon(sides, optimizers, names, settings, dtype, typical):
    """Measure the epsilon that acts in the first update: itself, or divided by sqrt(1 - beta 2)."""
    acting, places = [], []
    for side, optimizer, own in zip(sides, optimizers, settings, strict=True):
        epsilon, rate = own["epsilon"], own["learning_rate"]
        if epsilon <= 0 or rate <= 0:
            return []
        # |move| = rate g / (g + e), so with g = epsilon: e = epsilon (rate / |move| - 1)
        move = abs(side.optimizer_moves(optimizer, [epsilon], "float64")[0])
        acting.append(epsilon * (rate / move - 1))
        before = acting[-1] / epsilon * np.sqrt(1 - own["beta_2"])
        places.append("before" if abs(before - 1) < 0.01 else "after")
    size = abs(acting[0] - acting[1]) / (typical + max(acting))
    if places[0] == places[1] or size <= VISIBLE * ROUNDING[dtype]:
        return []
    return [
        (
            "Epsilon enters Adam in two places: before and after the bias correction.",
            f"{names[0]} adds {settings[0]['epsilon']:g} {places[0]} and {names[1]} "
            f"{settings[1]['epsilon']:g} {places[1]} the correction; in the first update that acts "
            f"like {acting[0]:.2g} and {acting[1]:.2g}. For a gradient of {typical:.1g} the first "
            f"moves differ by {size:.1e} relative",
            "take an epsilon that never matters on both sides: 1e-12, to compare in float64 1e-30",
            float(size),
        )
    ]
