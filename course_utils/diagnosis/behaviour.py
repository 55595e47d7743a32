"""Checks of how a model reads: batches, pads, state, repetition. NumPy only.

Shapes: ``B`` batch, ``S`` and ``T`` time. A function under test takes NumPy arrays. It may return
tensors of either framework, or a list, tuple or dictionary of them. Dropout is off in its model.
"""

import numpy as np

from course_utils.arrays import to_numpy
from course_utils.model_checks import whole_numbers

from .result import Diagnosis, above_zero, as_function, compare, one_number, parts_of, rows_of

TOLERANCE = 1e-5  # of float32; measured differences of right models stay below 3e-6


def batch_invariance(run, *arrays, tolerance=TOLERANCE):
    """Check that each row's output is the same alone as in the batch.

    ``run(*arrays)`` -> output(s) with the batch first, [B, …]; ``arrays``: [B, …] each. Then it is
    called with each row alone. Differences are relative to the largest output (at least 1).

    Raises: TypeError, ValueError for fewer than 2 rows, or what ``run`` raises for a single row.
    Source: Ioffe & Szegedy 2015, section 3.1, describes a layer that lacks this property in
    training; a recurrent model of the course never does.
    """
    as_function("run", run, "run(*arrays)")
    tolerance = above_zero("tolerance", tolerance)
    arrays = [to_numpy(array) for array in arrays]
    rows = rows_of("The arrays", arrays)
    if rows < 2:
        raise ValueError("A batch of one row cannot be compared with its rows. Give 2 or more.")
    whole = parts_of(run(*arrays))
    short = [part for part in whole if part.ndim == 0 or len(part) != rows]
    if short:
        return Diagnosis(
            "batch_invariance",
            False,
            f"{rows} rows went in, and an output of the shape {short[0].shape} came out.",
            "a last batch that was dropped, an index such as x[0], or an axis that is not the "
            "batch: give outputs with the batch first.",
            {"rows": rows, "rows_out": len(short[0]) if short[0].ndim else 0},
        )
    differences = {}
    for row in range(rows):
        alone = parts_of(run(*(array[row : row + 1] for array in arrays)))
        differences[row] = max(
            compare(_first(part[row : row + 1], other.shape), other)
            for part, other in zip(whole, alone, strict=True)
        )
    worst = max(differences, key=differences.get)
    largest = differences[worst]
    found = f"Alone and in the batch, {rows} rows differ by {largest:.1e} at most (row {worst})."
    advice = ""
    if not largest <= tolerance:
        advice = (
            "a row sees its neighbours: a softmax or mean over the batch axis, a state that was "
            "kept, shapes that were broadcast, or pads that count."
        )
    numbers = {"largest": largest, "row": worst, "rows": differences}
    return Diagnosis("batch_invariance", not advice, found, advice, numbers)


def pad_leak(run, ids, *others, pads=(1, 4, 16), pad_id=0, tolerance=TOLERANCE):
    """Measure how much the output changes when more pads are put behind the sentences.

    ``run(ids, *others)`` -> output(s); ``ids`` [B, S], padded at the end; ``others`` (such as
    lengths) are handed on as they are. ``pads``: how many columns of ``pad_id`` are added. An
    output that has grown is cut back: only places that were there before are compared.

    Raises: TypeError, ValueError for ids that are no [B, S] of whole numbers, or pads below 1.
    Source: pytorch/tutorials issues 2840 and 3643 (the leak in encoder, loss and attention).
    """
    as_function("run", run, "run(ids)")
    tolerance, ids = above_zero("tolerance", tolerance), to_numpy(ids)
    if ids.ndim != 2 or not np.issubdtype(ids.dtype, np.integer) or not ids.size:
        raise TypeError(f"ids must be whole numbers [B, S], and are {ids.dtype} of {ids.shape}.")
    pads = [whole_numbers(pads=number)[0] for number in pads]
    if not pads:
        raise ValueError("pads is empty. Give at least one number of pads to add, as (1, 4).")
    before, leaks = parts_of(run(ids, *others)), {}
    for number in pads:
        more = np.pad(ids, ((0, 0), (0, number)), constant_values=pad_id)
        after = parts_of(run(more, *others))
        leaks[number] = max(
            compare(old, _first(new, old.shape)) for old, new in zip(before, after, strict=True)
        )
    largest = max(leaks.values())
    listed = ", ".join(f"{number}: {leak:.1e}" for number, leak in leaks.items())
    found = f"Change of the output for more pads: {listed}."
    advice = ""
    if not largest <= tolerance:
        advice = (
            "pads are read. Give the recurrence the lengths or the mask, take the state at the "
            "last real word, set scores at pads to -infinity before the softmax."
        )
    return Diagnosis("pad_leak", not advice, found, advice, {"largest": largest, "leaks": leaks})


def state_is_carried(whole, step, ids, tolerance=TOLERANCE):
    """Check that reading symbol by symbol gives what reading in one go gives.

    ``whole(ids)`` -> outputs [B, T, …]. ``step(ids_t, state)`` -> (output [B, …] or [B, 1, …],
    new state), with ``ids_t`` [B, 1] and ``state`` None at the start. It fails if the state is
    forgotten between steps, and also if the whole reading looks ahead, which no single step can.

    Raises: TypeError, ValueError for ids that are no [B, T] with T of at least 2, or outputs
    whose shapes do not fit.
    Source: Elman 1990 (the state is the only memory).
    """
    as_function("whole", whole, "whole(ids)")
    as_function("step", step, "step(ids_t, state)")
    tolerance, ids = above_zero("tolerance", tolerance), to_numpy(ids)
    if ids.ndim < 2 or ids.shape[1] < 2:
        raise ValueError(f"ids have the shape {ids.shape}. Give [B, T] with at least 2 places.")
    (at_once,) = parts_of(whole(ids))
    if at_once.shape[:2] != ids.shape[:2]:
        raise ValueError(
            f"whole(ids) has the shape {at_once.shape}; one output a place is needed: [B, T, …]."
        )
    state, differences = None, []
    for t in range(ids.shape[1]):
        output, state = step(ids[:, t : t + 1], state)
        (output,) = parts_of(output)
        differences.append(compare(at_once[:, t], output.reshape(at_once[:, t].shape)))
    wrong = [t for t, difference in enumerate(differences) if not difference <= tolerance]
    found = f"One go and {len(differences)} steps differ by {max(differences):.1e} at most."
    advice = ""
    if wrong and wrong[0] == 0:
        found += " The first place differs already."
        advice = "the reading in one go sees later symbols, or the two begin with other states."
    elif wrong:
        found += f" Place 0 agrees, place {wrong[0]} does not."
        advice = "the state does not arrive at the next step. Is it given to the layer?"
    numbers = {"largest": max(differences), "differences": differences}
    return Diagnosis("state_is_carried", not advice, found, advice, numbers)


def evaluation_repeats(evaluate, recorded=None, tolerance=1e-6):
    """Check that an evaluation gives the same number twice, and the one that was written down.

    ``evaluate()`` -> one number or array(s). ``recorded``: the number that the training reported
    last, or None. ``tolerance``: relative to the number, if that is above 1.

    Raises: TypeError if evaluate is no function.
    Source: Srivastava et al. 2014, section 4 (no unit is dropped at test time).
    """
    as_function("evaluate", evaluate, "evaluate()")
    tolerance = above_zero("tolerance", tolerance)
    first, second = parts_of(evaluate()), parts_of(evaluate())
    difference = max(compare(one, two) for one, two in zip(first, second, strict=True))
    numbers = {"between_two": difference}
    found, advice = f"Two evaluations differ by {difference:.1e}.", ""
    if not difference <= tolerance:
        advice = "dropout is still active, a state is kept between calls, or data are drawn anew."
    elif recorded is not None:
        recorded, value = one_number("recorded", recorded), one_number("evaluate()", first[0])
        numbers |= {"value": value, "recorded": recorded}
        found += f" It gives {value:.6g}; {recorded:.6g} was recorded."
        if not compare(np.array(value), np.array(recorded)) <= tolerance:
            advice = (
                "this is not the model that was measured. Were older weights restored, or other "
                "data read?"
            )
    return Diagnosis("evaluation_repeats", not advice, found, advice, numbers)


def _first(array, shape):
    """Return the part of an array that has at most this shape, from the beginning of each axis."""
    if array.ndim != len(shape):
        raise ValueError(f"An output has the shape {array.shape} once and {shape} another time.")
    cut = array[tuple(slice(size) for size in shape)]
    if cut.shape != tuple(shape):
        raise ValueError(f"An output has the shape {array.shape} once and {shape} another time.")
    return cut
