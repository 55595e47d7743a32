"""Learning rates, one number an update, computed before training. NumPy only."""

import numpy as np


def constant(updates, learning_rate):
    """Return the same learning rate for every update: an array [updates]."""
    return np.full(_check(updates, learning_rate), float(learning_rate))


def warmup_cosine(updates, learning_rate, warmup=0.1):
    """Return learning rates [updates] that rise in a line to a peak and fall along a cosine to 0.

    ``learning_rate`` is the peak; ``warmup`` the share of the updates that rise. The first update
    already learns, and the last one is a little above 0.

    Raises: TypeError, ValueError for values that are not possible.
    Source: Goyal et al. 2017, section 2.2 (warm-up); Loshchilov & Hutter 2017, section 3 (cosine).
    """
    updates = _check(updates, learning_rate)
    if not 0.0 <= warmup < 1.0:
        raise ValueError(f"warmup={warmup} is not possible. Give a share from 0.0 to below 1.0.")
    rising = round(updates * warmup)
    update = np.arange(updates)
    rise = (update + 1) / max(rising, 1)
    fall = 0.5 * (1.0 + np.cos(np.pi * (update - rising) / max(updates - rising, 1)))
    return float(learning_rate) * np.where(update < rising, rise, fall)


SCHEDULES = {"constant": constant, "warmup_cosine": warmup_cosine}


def learning_rates(updates, learning_rate, schedule="warmup_cosine"):
    """Return an array [updates] for a schedule given by name, as a function or as the rates.

    ``schedule`` is one of the names in ``SCHEDULES``, a function ``(updates, learning_rate)`` that
    returns the rates, or a sequence of ``updates`` rates. Raises: TypeError, ValueError.
    """
    _check(updates, 0.0)
    if isinstance(schedule, str):
        if schedule not in SCHEDULES:
            raise ValueError(
                f"schedule={schedule!r} is not known. Choose one of "
                f"{', '.join(map(repr, SCHEDULES))}, or give a function or a list of rates."
            )
        schedule = SCHEDULES[schedule]
    rates = schedule(updates, learning_rate) if callable(schedule) else schedule
    rates = np.asarray(rates, dtype=np.float64)
    if rates.shape != (updates,) or not np.isfinite(rates).all() or (rates < 0).any():
        raise ValueError(
            f"The schedule must give {updates} finite learning rates of at least 0, one for each "
            f"update. It gave an array of shape {rates.shape}."
        )
    # Keras stores the learning rate as float32. Rounding here gives both sides the same number.
    return rates.astype(np.float32).astype(np.float64)


def linear(updates, first, last):
    """Return numbers [updates] that go in a line from ``first`` to ``last``."""
    return np.linspace(first, last, _check(updates, 0.0))


def teacher_forcing_shares(updates, teacher_forcing):
    """Return an array [updates]: the probability of feeding the true word, for every update.

    ``teacher_forcing`` is one number, or a sequence of ``updates`` numbers such as
    ``schedule.linear(updates, 1.0, 0.5)``. Raises: ValueError unless all lie between 0 and 1.
    Source: Bengio et al. 2015, section 2.4 (scheduled sampling).
    """
    shares = np.asarray(teacher_forcing, dtype=np.float64)
    shares = np.full(updates, shares) if shares.ndim == 0 else shares
    if shares.shape != (updates,) or not ((shares >= 0.0) & (shares <= 1.0)).all():
        raise ValueError(
            f"teacher_forcing={teacher_forcing!r:.80} is not possible. Give one number from 0 to 1,"
            f" or {updates} of them, one for each update."
        )
    return shares


def _check(updates, learning_rate):
    if isinstance(updates, bool) or not isinstance(updates, (int, np.integer)):
        raise TypeError(f"updates must be a whole number, and not {updates!r}.")
    if updates < 1:
        raise ValueError(f"updates={updates} is too small. Training needs at least 1 update.")
    if not (np.isfinite(learning_rate) and learning_rate >= 0):
        raise ValueError(f"learning_rate={learning_rate} must be a finite number of at least 0.")
    return int(updates)
