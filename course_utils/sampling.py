"""Logits -> a symbol. NumPy only, so that both sides draw the same symbol from the same logits.

Shapes: ``B`` batch, ``V`` vocabulary, ``N`` symbols written before. Logits are [..., V], with any
number of axes in front. A symbol that is cut has the logit -infinity and so the probability 0.
"""

import numbers
from dataclasses import dataclass

import numpy as np

from course_utils.model_checks import whole_numbers

ROUNDING = 1e-12  # a set whose mass misses the asked one by less has that mass


def probabilities(logits, temperature=1.0):
    """Return softmax(logits / temperature) over the last axis, computed without overflow.

    ``logits`` [..., V] -> probabilities [..., V], float64. The largest logit is subtracted before
    dividing, so ``exp`` never sees a positive number. At temperature 0 all the weight is on the
    largest logit (the first of equals).

    Raises: ValueError for a temperature below 0, or logits that are NaN or +infinity.
    Source: Ackley, Hinton & Sejnowski 1985, section 2 (temperature).
    """
    logits, largest = _check_logits(logits)
    _check_temperature(temperature)
    if temperature == 0:
        return _all_on(logits.argmax(axis=-1), logits.shape)
    return _softmax(_scale(logits, largest, temperature))


def inverse_cdf(chances, uniform):
    """Return the first symbol whose cumulated probability exceeds ``uniform``.

    ``chances`` [V] sum to 1, ``uniform`` is a number in [0, 1) -> an id; or ``chances`` [B, V] and
    ``uniform`` [B] -> ids [B]. A symbol of probability 0 is never drawn.
    Raises: ValueError for a number outside [0, 1) or chances that are no probabilities.
    Source: Devroye 1986, chapter III.2 (inversion).
    """
    chances, uniform = np.asarray(chances, dtype=np.float64), _check_uniforms(uniform)
    if chances.ndim not in (1, 2) or uniform.shape != chances.shape[:-1] or not _sum_to_1(chances):
        raise ValueError(
            "The probabilities must be one row of numbers of at least 0 that sum to 1, for each "
            f"uniform number one row. Given: shapes {chances.shape} and {uniform.shape}. Give "
            "[V] and a number, or [B, V] and [B]."
        )
    ids = _invert(chances, uniform)
    return int(ids) if chances.ndim == 1 else ids


def sample(logits, temperature, uniform):
    """Return the id that ``uniform`` in [0, 1) selects from ``logits`` [V] at a temperature.

    Raises: ValueError as ``probabilities`` and ``inverse_cdf``.
    """
    return inverse_cdf(probabilities(logits, temperature), uniform)


def entropy(probabilities):
    """Return -sum(p ln p) over the last axis, in nats: [..., V] -> [...]; 0 ln 0 counts as 0.

    Raises: ValueError for numbers that are no probabilities.
    Source: Shannon 1948, section 6.
    """
    chances = np.asarray(probabilities, dtype=np.float64)
    if chances.ndim == 0 or chances.shape[-1] == 0 or not _sum_to_1(chances):
        raise ValueError(
            "The probabilities must be numbers of at least 0 that sum to 1 over the last axis. "
            "From logits, make them with probabilities(logits)."
        )
    possible = np.where(chances > 0, chances, 1.0)
    return 0.0 - (possible * np.log(possible)).sum(axis=-1)


def top_k(logits, k):
    """Return the logits [..., V], float64, with all but the ``k`` largest cut (-infinity).

    Of equal logits the lower id stays. A ``k`` of V or more cuts nothing.
    Raises: TypeError, ValueError for a k that is no whole number of at least 1, or for logits as
    ``probabilities``.
    Source: Fan et al. 2018, section 5.4.
    """
    logits, _ = _check_logits(logits)
    whole_numbers(k=k)
    return _cut(logits, _keep_top_k(logits, k))


def top_p(logits, p):
    """Return the logits [..., V], float64, with all cut that are not in the nucleus.

    The nucleus is the smallest set of symbols whose probabilities sum to at least ``p``: the
    likeliest ones, with the one that crosses ``p``. Of equals the lower id stays. 1 cuts nothing.
    Raises: TypeError, ValueError for a p outside (0, 1], or for logits as ``probabilities``.
    Source: Holtzman et al. 2020, section 3.1.
    """
    logits, largest = _check_logits(logits)
    _check_share("p", p)
    return _cut(logits, _keep_top_p(_scale(logits, largest, 1.0), p))


def typical(logits, mass):
    """Return the logits [..., V], float64, with all cut that are not locally typical.

    Symbols are ordered by | -ln p - entropy |, the smallest first: their surprise is near the
    expected one. The first ones whose probabilities sum to at least ``mass`` stay, of equals the
    lower id. The likeliest symbol may be cut! 1 cuts nothing.
    Raises: TypeError, ValueError for a mass outside (0, 1], or for logits as ``probabilities``.
    Source: Meister et al. 2023, section 4 (equation 10).
    """
    logits, largest = _check_logits(logits)
    _check_share("mass", mass)
    return _cut(logits, _keep_typical(_scale(logits, largest, 1.0), mass))


def repetition_penalty(logits, previous_ids, penalty):
    """Return the logits [..., V], float64, with those of symbols written before made smaller.

    A positive logit of such a symbol is divided by ``penalty``, a negative one multiplied with it.
    ``previous_ids`` [..., N] have the same axes in front as the logits; -1 stands for no symbol,
    so that rows may differ in length. How often a symbol was written does not matter. A penalty of
    1 changes nothing; one below 1 makes repetition likelier.

    Raises: TypeError, ValueError for a penalty that is not above 0, ids that do not fit, or logits
    as ``probabilities``.
    Source: Keskar et al. 2019, section 4.1.
    """
    logits, _ = _check_logits(logits)
    _check_penalty("penalty", penalty)
    return _penalise(logits, _check_previous(previous_ids, logits.shape), penalty)


@dataclass(frozen=True)
class Sampler:
    """How the next symbol is drawn from logits.

    In this order: repetition penalty, temperature, top-k, top-p, typical (see the functions of
    these names); each cut renormalises what is left. What is None is skipped. At temperature 0 the
    largest logit after the penalty is taken (the first of equals), whatever else is set. The
    penalty looks at the last ``penalty_window`` symbols written before, or at all (None).

    Raises: TypeError, ValueError for settings that are not possible.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    typical_p: float | None = None
    repetition_penalty: float = 1.0
    penalty_window: int | None = None

    def __post_init__(self):
        _check_temperature(self.temperature)
        for name in ("top_k", "penalty_window"):
            if getattr(self, name) is not None:
                whole_numbers(**{name: getattr(self, name)})
        for name in ("top_p", "typical_p"):
            if getattr(self, name) is not None:
                _check_share(name, getattr(self, name))
        _check_penalty("repetition_penalty", self.repetition_penalty)

    def probabilities(self, logits, previous_ids=None):
        """Return the probabilities [..., V] with which the next symbol is drawn, float64.

        ``logits`` [..., V]; ``previous_ids`` [..., N] as in ``repetition_penalty``, the latest
        last. They are needed only with a penalty.
        Raises: TypeError, ValueError for logits or ids that are not possible.
        """
        logits, largest = self._penalised(logits, previous_ids)
        if self.temperature == 0:
            return _all_on(logits.argmax(axis=-1), logits.shape)
        scaled = _scale(logits, largest, self.temperature)
        if self.top_k is not None:
            scaled = _cut(scaled, _keep_top_k(scaled, self.top_k))
        if self.top_p is not None:
            scaled = _cut(scaled, _keep_top_p(scaled, self.top_p))
        if self.typical_p is not None:
            scaled = _cut(scaled, _keep_typical(scaled, self.typical_p))
            scaled -= scaled.max(axis=-1, keepdims=True)
        return _softmax(scaled)

    def draw(self, logits, uniforms, previous_ids=None):
        """Return the ids [B] that ``uniforms`` [B] in [0, 1) select from ``logits`` [B, V].

        Raises: TypeError, ValueError as ``probabilities`` and ``inverse_cdf``.
        """
        logits, uniforms = np.asarray(logits, dtype=np.float64), _check_uniforms(uniforms)
        if logits.ndim != 2 or uniforms.shape != logits.shape[:1]:
            raise ValueError(
                f"The logits have the shape {logits.shape} and the uniform numbers "
                f"{uniforms.shape}. Give [B, V] and [B]."
            )
        if self.temperature == 0:
            return self._penalised(logits, previous_ids)[0].argmax(axis=-1)
        return _invert(self.probabilities(logits, previous_ids), uniforms)

    def _penalised(self, logits, previous_ids):
        """Return (logits after the penalty [..., V], the largest of each row [..., 1])."""
        logits, largest = _check_logits(logits)
        if self.repetition_penalty == 1:
            return logits, largest
        if previous_ids is None:
            raise ValueError(
                f"repetition_penalty={self.repetition_penalty} needs the symbols written before: "
                "give previous_ids [..., N]."
            )
        ids = _check_previous(previous_ids, logits.shape)
        if self.penalty_window is not None:
            ids = ids[..., -self.penalty_window :]
        return _check_logits(_penalise(logits, ids, self.repetition_penalty))


def _scale(logits, largest, temperature):
    """Return (logits - largest) / temperature: 0 for the largest, and less for all others."""
    with np.errstate(over="ignore"):  # a tiny temperature gives -infinity, and exp makes it 0
        scaled = logits - largest
        return scaled if temperature == 1 else scaled / temperature


def _softmax(scaled):
    """Return the softmax of logits whose largest is 0."""
    weights = np.exp(scaled)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def _all_on(ids, shape):
    return np.eye(shape[-1])[ids]


def _invert(chances, uniform):
    cumulated = chances.cumsum(axis=-1)
    return (cumulated <= (uniform * cumulated[..., -1])[..., None]).sum(axis=-1)


def _cut(logits, keep):
    return np.where(keep, logits, -np.inf)


def _keep_top_k(logits, k):
    size = logits.shape[-1]
    if k >= size:
        return True
    smallest = np.partition(logits, size - k, axis=-1)[..., size - k, None]
    return _keep_largest(logits, smallest, k)


def _keep_top_p(scaled, p):
    """Tell which symbols are in the nucleus; ``scaled`` are logits whose largest is 0."""
    if p == 1:
        return True
    descending = np.sort(scaled, axis=-1)[..., ::-1]
    before = _softmax(descending)[..., :-1].cumsum(axis=-1)  # the mass of all that are likelier
    count = 1 + (before < p - ROUNDING).sum(axis=-1, keepdims=True)
    return _keep_largest(scaled, np.take_along_axis(descending, count - 1, axis=-1), count)


def _keep_largest(values, smallest, count):
    """Tell which are the ``count`` largest, if ``smallest`` is the least of them."""
    above, equal = values > smallest, values == smallest
    free = count - above.sum(axis=-1, keepdims=True)
    return above | (equal & (equal.cumsum(axis=-1) <= free))


def _keep_typical(scaled, mass):
    """Tell which symbols are locally typical; ``scaled`` are logits whose largest is 0."""
    if mass == 1:
        return True
    chances = _softmax(scaled)
    surprise = np.log(np.exp(scaled).sum(axis=-1, keepdims=True)) - scaled  # -ln p
    expected = (chances * np.where(chances > 0, surprise, 0.0)).sum(axis=-1, keepdims=True)
    distance = np.abs(surprise - expected)
    order = distance.argsort(axis=-1, kind="stable")
    before = np.take_along_axis(chances, order, axis=-1)[..., :-1].cumsum(axis=-1)
    keep = np.ones(scaled.shape, dtype=bool)
    np.put_along_axis(keep, order[..., 1:], before < mass - ROUNDING, axis=-1)
    return keep


def _penalise(logits, ids, penalty):
    rows = logits.size // logits.shape[-1]
    written = np.zeros((rows, logits.shape[-1] + 1), dtype=bool)
    ids = ids.reshape(rows, ids.shape[-1])
    written[np.arange(rows)[:, None], ids] = True  # -1, no symbol, is the place behind the last
    written = written[:, :-1].reshape(logits.shape)
    with np.errstate(over="ignore"):
        penalised = np.where(logits > 0, logits / penalty, logits * penalty)
    return np.where(written, penalised, logits)


def _check_logits(logits):
    """Return (logits as float64, the largest of each row [..., 1])."""
    logits = np.asarray(logits, dtype=np.float64)
    if logits.ndim == 0 or logits.shape[-1] == 0:
        raise ValueError("There are no logits: the last axis must hold one number per symbol.")
    largest = logits.max(axis=-1, keepdims=True)  # NaN if one of them is
    if not np.isfinite(largest).all():
        raise ValueError(
            "The logits hold NaN or +infinity, or are all -infinity. Did the training diverge?"
        )
    return logits, largest


def _check_uniforms(uniforms):
    uniforms = np.asarray(uniforms, dtype=np.float64)
    if uniforms.size and not (uniforms.min() >= 0.0 and uniforms.max() < 1.0):
        wrong = uniforms[~((uniforms >= 0.0) & (uniforms < 1.0))].flat[0]
        raise ValueError(f"uniform={wrong} must be at least 0 and below 1.")
    return uniforms


def _check_previous(ids, shape):
    ids = np.asarray(ids)
    if ids.size == 0:
        ids = ids.astype(np.int64)
    if not np.issubdtype(ids.dtype, np.integer):
        raise TypeError(f"previous_ids must be whole numbers, and not {ids.dtype}.")
    if ids.ndim != len(shape) or ids.shape[:-1] != shape[:-1]:
        raise ValueError(
            f"previous_ids has the shape {ids.shape} and the logits {shape}. All axes but the last "
            "must be the same."
        )
    if ids.size and not (ids.min() >= -1 and ids.max() < shape[-1]):
        raise ValueError(
            f"previous_ids go from {ids.min()} to {ids.max()}. Ids go from 0 to {shape[-1] - 1}; "
            "-1 stands for no symbol."
        )
    return ids


def _check_temperature(temperature):
    real = isinstance(temperature, numbers.Real) and not isinstance(temperature, bool)
    if not (real and 0 <= temperature < np.inf):
        raise ValueError(f"temperature={temperature!r} must be a finite number of at least 0.")


def _check_share(name, value):
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, for example 0.9, and not {value!r}.")
    if not 0 < value <= 1:
        raise ValueError(f"{name}={value} is not possible. Give a share above 0, up to 1 (all).")


def _check_penalty(name, value):
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, for example 1.2, and not {value!r}.")
    if not 0 < value < np.inf:
        raise ValueError(
            f"{name}={value} is not possible. Give a finite number above 0: 1 changes nothing, "
            "1.2 makes repetition rarer."
        )


def _sum_to_1(chances):
    """Tell whether all rows of an array are probabilities; NaN is none."""
    return bool((chances >= 0).all() and (np.abs(chances.sum(axis=-1) - 1.0) <= 1e-5).all())
