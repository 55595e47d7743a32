"""What was read out of a framework's own layer, optimizer or gradient. No framework here."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class LayerReading:
    """One layer in the course's layout, whatever the framework's own one is.

    ``kind``: "embedding", "linear", "rnn", "lstm" or "gru". ``weights``: {name: array} as in
    ``named_weights``: matrices [inputs, outputs], gates r, z, n or i, f, g, o.
    ``trainable_biases``: how many bias vectors training moves. ``reset_after``: for "gru", whether
    the reset gate acts after the matrix product; else None.
    """

    kind: str
    weights: dict
    trainable_biases: int
    reset_after: bool | None = None


@dataclass(frozen=True)
class OptimizerReading:
    """The settings that an optimizer really uses.

    ``kind``: the class, in small letters. ``settings``: {name: number}, with the names
    ``learning_rate``, ``beta_1``, ``beta_2``, ``epsilon``, ``momentum``, ``weight_decay``, as far
    as the optimizer has them. ``dtype``: the precision of the weights it moves, None if unknown.
    """

    kind: str
    settings: dict = field(default_factory=dict)
    dtype: str | None = None


@dataclass(frozen=True)
class GradientReading:
    """One gradient: ``dense``, and the rows it came as.

    ``dense`` is the array that the gradient stands for. ``indices`` [N] and ``rows`` [N, E] are
    None unless the framework hands it out as rows of an embedding.
    """

    dense: np.ndarray
    indices: np.ndarray | None = None
    rows: np.ndarray | None = None
