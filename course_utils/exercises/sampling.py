"""Exercises of notebook 05: from logits to a symbol.

Shapes: ``B`` batch, ``V`` symbols in the vocabulary, ``N`` symbols written before.
"""

import numpy as np

from .exercise import exercise, open_exercise
from .expectations import array, as_array, expect, number


@exercise(
    "How open is the choice?",
    minutes=5,
    goal="Return the entropy (nats) of softmax(logits) for each row, [B, V] -> [B]. "
    "A cut symbol has the logit -infinity, and counts nothing.",
    hints=[
        "First the probabilities, then - sum p ln p over the last axis.",
        "A cut symbol has p = 0, and 0 · ln 0 is no number for a computer. Its limit is 0.",
        "Put 1 in place of each p = 0 before the logarithm: the logarithm of 1 is 0.",
    ],
)
def choice_entropy(answer):
    """Check the entropy of rows of logits, some of them cut."""
    equal = number(answer(np.zeros((1, 8), np.float32)), "The entropy of 8 equal logits")
    expect(equal >= 0, f"8 equal logits give {equal:.3f}. An entropy is never negative.")
    expect(
        abs(equal - 3) > 1e-3,
        f"8 equal logits give {equal:.3f}: that counts in bits. Nats use the natural logarithm.",
    )
    expect(
        abs(np.exp(equal) - 8) < 1e-3,
        f"8 equal logits are as open as 8 equal choices: e to your entropy should be 8, and is "
        f"{np.exp(equal):.3f}. Is it the sum over the symbols?",
    )
    cut = as_array(answer(np.array([[0.0, 0.0, -np.inf, -np.inf]], np.float32)), "The entropy")
    expect(
        np.isfinite(cut).all(),
        f"With two symbols cut (-infinity) your entropy is {cut.ravel()[0]}. A cut symbol counts "
        "nothing: 0 · ln 0 is taken as 0.",
    )
    logits = np.random.default_rng(1).normal(size=(6, 9)).astype(np.float32) * 3
    logits[:3, 4:7] = -np.inf
    found = array(answer(logits), (6,), "The entropies of 6 rows")
    p = _softmax(logits)
    truth = -(p * np.log(np.where(p > 0, p, 1))).sum(axis=-1)
    left = np.isfinite(logits).sum(axis=-1)
    off = np.abs(found - truth)
    worst = int(off.argmax())
    expect(
        off.max() < 1e-4,
        f"Row {worst} of random logits, with {left[worst]} symbols left, gives "
        f"{found[worst]:.3f}. That is not - sum p ln p of p = softmax of this row.",
    )
    high = as_array(answer(np.array([[1000.0, 1000.0, 0.0]], np.float32)), "The entropy")
    expect(
        np.isfinite(high).all(),
        f"Logits of 1000 give {high.ravel()[0]}: e to 1000 overflows. Subtract the largest first.",
    )


@exercise(
    "Temperature that never overflows",
    minutes=10,
    goal="Return softmax(logits / temperature) over the last axis: [B, V] -> [B, V]; "
    "at temperature 0 all weight on the largest logit.",
    hints=[
        "A softmax does not change when the same number is subtracted from all logits.",
        "Subtract the row's maximum, then divide by T, then take the exponential.",
        "T = 0 needs its own branch: a row of zeros, with 1 at argmax.",
    ],
)
def tempered(answer):
    """Check a softmax with a temperature."""
    logits = np.array([[2.0, 1.0, 0.0], [-1.0, 3.0, 0.5]], np.float32)
    p = array(answer(logits, 1.0), (2, 3), "The probabilities")
    expect(
        not np.allclose(p.sum(axis=0), 1, atol=1e-5),
        "Each column sums to 1. Each row is one choice: the softmax goes over the last axis.",
    )
    expect(
        np.allclose(p.sum(axis=-1), 1, atol=1e-5) and (p >= 0).all(),
        f"Each row must hold probabilities that sum to 1; yours sum to {p.sum(axis=-1).round(4)}.",
    )
    cold, warm = (array(answer(logits, T), (2, 3), "The probabilities") for T in (0.5, 2.0))
    expect(
        cold[0, 0] > warm[0, 0] + 1e-3,
        f"The best symbol has {cold[0, 0]:.3f} at T = 0.5 and {warm[0, 0]:.3f} at T = 2. A low "
        "temperature must give it more. Do you divide by T?",
    )
    for T, rows in ((0.5, cold), (1.0, p), (2.0, warm)):
        odds = np.log(rows[:, :1] / rows) * T
        expect(
            np.abs(odds - (logits[:, :1] - logits)).max() < 1e-3,
            f"At T = {T} the odds are wrong: T · ln(p1 / p2) should be z1 - z2 for each two "
            f"symbols. For the first two of the first row it is {odds[0, 1]:.3f}.",
        )
    for scale, T in ((1000.0, 1.0), (40.0, 0.01), (40.0, 2e-38)):
        large = as_array(answer(logits * np.float32(scale), T), "The probabilities")
        advice = "Subtract the largest logit first."
        if T < 1e-30:
            advice = "Subtract before you divide: the quotient z / T overflows, too."
        expect(
            np.isfinite(large).all() and np.allclose(large.max(axis=-1), 1, atol=1e-4),
            f"Logits up to {scale * 3:g} at T = {T:g} give {large[0].tolist()}: something "
            f"overflows. {advice}",
        )
    zero = as_array(answer(logits, 0), "The probabilities at T = 0")
    expect(
        zero.shape == (2, 3) and np.isfinite(zero).all() and set(zero.ravel()) == {0.0, 1.0},
        f"T = 0 gives {zero.round(3).tolist()}. It is the limit: 1 at the largest logit of each "
        "row, and 0 elsewhere.",
    )
    expect(
        (zero.argmax(axis=-1) == logits.argmax(axis=-1)).all(),
        f"At T = 0 your rows choose the symbols {zero.argmax(axis=-1).tolist()}; their largest "
        "logits are others.",
    )


@exercise(
    "Draw with one random number",
    minutes=15,
    goal="Return the id that uniforms [B], numbers in [0, 1), draw from probabilities [B, V]: "
    "the inverse CDF, [B] whole numbers.",
    hints=[
        "The piece of symbol i on the line from 0 to 1 begins at the sum of all before it.",
        "Count how many ends of pieces are at most u. Which comparison, < or <=? Try u = 0.",
        "Rounding can make the last end a little less than 1. Multiply u by the last end.",
    ],
)
def draw(answer):
    """Check draws by the inverse CDF."""
    p = np.array([[0.25, 0.125, 0.625]] * 3)
    ids = _ids(answer(p, np.array([0.1, 0.3, 0.9])), 3)
    expect(
        len(set(ids.tolist())) > 1,
        f"u = 0.1, 0.3 and 0.9 all draw symbol {ids[0]}. Each u falls in another piece; is u used?",
    )
    expect(
        ids.tolist() == (p[0].cumsum() <= [[0.1], [0.3], [0.9]]).sum(axis=-1).tolist(),
        f"p = {p[0].tolist()}: u = 0.1, 0.3, 0.9 draw {ids.tolist()}. Lay the pieces in the order "
        "of the ids, each from the end of the one before. Are yours in another order?",
    )
    p, u = np.array([[0.0, 0.5, 0.5], [0.5, 0.5, 0.0]]), np.array([0.0, 0.5])
    ids = _ids(answer(p, u), 2, size=None)
    for row in range(2):
        place = int(ids[row])
        before = p[row, :place].sum()
        expect(
            place < 3 and p[row, place] > 0 and before <= u[row] < before + p[row, place],
            f"p = {p[row].tolist()} and u = {u[row]} draw symbol {place}. A piece holds its lower "
            "end and not its upper end; a symbol of probability 0 has no piece.",
        )
    p = np.array([[0.5, 0.3, 0.199999, 0.0]])  # as rounding leaves it: the sum is 0.999999
    place = int(_ids(answer(p, np.array([0.9999999])), 1, size=None)[0])
    expect(
        place == 2,
        f"p = {p[0].tolist()} sums to 0.999999, as rounded numbers do, and u = 0.9999999 draws "
        f"symbol {place}{' (there are 0 to 3)' if place > 3 else ''}. It must be a symbol that is "
        "possible, at the upper end of the line.",
    )
    rng = np.random.default_rng(2)
    p = _softmax(rng.normal(size=(400, 7)) * 2)
    u = rng.random(400)
    ids = _ids(answer(p, u), 400, size=7)
    ends = p.cumsum(axis=-1)
    inside = (ids == 0) | (ends[np.arange(400), ids - 1] <= u + 1e-6)
    inside &= ends[np.arange(400), ids] > u - 1e-6
    expect(
        inside.all(),
        f"{(~inside).sum()} of 400 random rows draw a symbol in whose piece u does not lie. Is "
        "each row drawn with its own u, from its own probabilities?",
    )


@exercise(
    "The nucleus",
    minutes=15,
    goal="Return which symbols top-p keeps, [B, V] true or false: the smallest set of likeliest "
    "symbols whose probabilities [B, V] sum to at least p.",
    hints=[
        "Sort each row, the likeliest first, and look at the mass of all that are likelier.",
        "A symbol stays if the mass of all likelier ones is below p. So the one that crosses p "
        "stays, too.",
        "Then undo the sorting: the mask must be in the order of the ids. The inverse of an "
        "order is its argsort.",
    ],
)
def nucleus(answer):
    """Check the mask of top-p."""
    rows = np.array([[0.5, 0.3, 0.15, 0.05], [0.05, 0.15, 0.5, 0.3], [0.04, 0.9, 0.03, 0.03]])
    more = _softmax(np.random.default_rng(3).normal(size=(40, 12)) * 2)
    for chances, p in ((rows[:1], 0.7), (rows, 0.7), (rows, 0.1), (more, 0.9), (more, 0.35)):
        keep = array(answer(chances, p), chances.shape, "The mask")
        expect(
            np.isin(keep, (0, 1)).all(),
            f"The mask must hold only true and false (1 and 0), and holds {keep.ravel()[0]:.3g}.",
        )
        keep = keep.astype(bool)
        for row, kept in zip(chances, keep, strict=True):
            shown = row.round(3).tolist()
            expect(
                kept.any(),
                f"p = {p} keeps nothing of {shown}. At least the likeliest symbol stays. Is p "
                "compared with sums, and does the symbol that crosses p stay?",
            )
            least, mass = row[kept].min(), row[kept].sum()
            expect(
                not (row[~kept] > least).any(),
                f"Of {shown} you keep symbols {np.flatnonzero(kept).tolist()}. The likeliest ones "
                "must stay, in the order of the ids. Did you undo the sorting?",
            )
            expect(
                mass >= p - 1e-6,
                f"Of {shown} you keep a mass of {mass:.3f}, and p = {p}. At least p must stay: the "
                "symbol that crosses p, too.",
            )
            expect(
                mass - least < p + 1e-6,
                f"Of {shown} you keep a mass of {mass:.3f} for p = {p}. Without its least likely "
                "symbol it would still be enough: the smallest set is wanted.",
            )


@exercise(
    "A penalty for repetition",
    minutes=20,
    goal="Make the symbols written before less likely: logits [B, V], their ids written [B, N] "
    "and a penalty above 1 -> new logits [B, V] (Keskar et al. 2019, section 4.1).",
    hints=[
        "Where a logit is positive, dividing makes it smaller. What does dividing do to -2?",
        "Divide the positive ones, multiply the negative ones with the penalty.",
        "Make a mask [B, V] of what was written: compare the ids with all symbols, then 'any' over "
        "N. A symbol that was written twice counts once.",
    ],
)
def penalise(answer):
    """Check logits after the repetition penalty."""
    logits = np.array([[2.0, -2.0, 0.5, -0.5, 0.0], [1.0, 3.0, -1.0, 0.25, 4.0]], np.float32)
    before, ids = logits.copy(), np.array([[0, 1], [3, 3]])
    new = array(answer(logits, ids, 2.0), (2, 5), "The new logits")
    written = np.zeros((2, 5), dtype=bool)
    np.put_along_axis(written, ids, True, axis=-1)
    moved = np.abs(new - before) > 1e-6
    strange = moved & ~written
    if strange.any():
        row, place = np.argwhere(strange)[0]
        expect(
            False,
            f"Row {row} wrote {ids[row].tolist()}, and its logit of symbol {place} changes, too. "
            "Each row has its own ids.",
        )
    expect(moved[0, 0], "Symbol 0 was written, and its logit stays as it was.")
    expect(
        new[0, 0] < 2,
        f"The logit 2 of a symbol that was written becomes {new[0, 0]:.3f}: more likely.",
    )
    expect(
        new[0, 1] < -2,
        f"The logit -2 of a symbol that was written becomes {new[0, 1]:.3f}. That is larger: the "
        "symbol is now more likely. A penalty must make each logit smaller.",
    )
    once = array(answer(logits, np.array([[0, 1], [3, 0]]), 2.0), (2, 5), "The new logits")
    expect(
        abs(once[1, 3] - new[1, 3]) < 1e-6,
        f"A symbol that was written once gets {once[1, 3]:.4f}, and twice {new[1, 3]:.4f}. How "
        "often it was written does not count.",
    )
    rng = np.random.default_rng(4)
    for penalty in (1.3, 1.05):
        logits, ids = rng.normal(size=(8, 11)).astype(np.float32), rng.integers(0, 11, (8, 5))
        new = array(answer(logits, ids, penalty), (8, 11), "The new logits")
        rows = np.arange(8)[:, None]
        old, now = logits[rows, ids], new[rows, ids]
        ratio = np.where(old > 0, old / now, now / old)
        worst = np.unravel_index(np.abs(ratio - penalty).argmax(), ratio.shape)
        expect(
            np.abs(ratio - penalty).max() < 1e-4,
            f"With a penalty of {penalty} the logit {old[worst]:.3f} becomes {now[worst]:.3f}. The "
            "ratio of the two must be the penalty.",
        )
        new[rows, ids] = logits[rows, ids]
        expect(np.abs(new - logits).max() < 1e-6, "Symbols that were not written must stay.")


own_rule = open_exercise(
    "own_rule",
    "A rule of your own",
    minutes=30,
    goal="Section 9's rule asks for equal surprise. Write a rule from two of the five numbers of "
    "section 8, choose one of the 17 settings by it, and check it on texts that did not choose.",
    hints=[
        "`results` holds the five numbers of each setting and seed, `human` those of human text.",
        "A rule that has a winner needs one number: a distance from the human text, for example.",
    ],
    rubric=[
        "The rule is one sentence, written down before the numbers were looked at.",
        "A table gives the rule's number for every setting, with its spread over the seeds.",
        "The chosen setting is measured again with seeds that did not choose it.",
        "One text shows what the rule does not see.",
    ],
)


def _softmax(logits):
    weights = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def _ids(value, count, size=None):
    """Return ids [count]; whole numbers, from 0 to size - 1 if a size is given."""
    ids = array(value, (count,), "The ids")
    expect((ids == ids.round()).all(), f"Ids are whole numbers, and yours hold {ids[0]:g}.")
    expect((ids >= 0).all(), f"Ids begin at 0, and yours hold {ids.min():g}.")
    if size is not None:
        expect((ids < size).all(), f"Ids go from 0 to {size - 1}, and yours hold {ids.max():g}.")
    return ids.astype(int)
