"""Exercises of notebook 04: scores and weights.

Sizes: ``B`` batch, ``S`` source time, ``T`` target time, ``H`` hidden.
"""

import numpy as np

from ..exercise import exercise
from ..expectations import array, as_array, expect


@exercise(
    "A fifth score: the cosine",
    minutes=10,
    goal="Score each place by the cosine of query and memory, q·m / (|q| |m|), for whole batches.",
    hints=[
        "A cosine is the dot product of two vectors that have the length 1.",
        "The length of each vector is a norm over its last axis. Keep that axis (keepdim, "
        "keepdims, axis=-1), so that the division fits.",
        "The memory is 0 at pads, and 0 / 0 is NaN. Divide by the norm, but never by less than a "
        "tiny number such as 1e-12.",
    ],
)
def cosine_scores(answer):
    """Check ``answer(queries, memory)``: [B, T, H], [B, S, H] -> scores [B, T, S]."""
    rng = np.random.default_rng(0)
    queries = rng.normal(size=(2, 3, 4)).astype("float32")
    memory = rng.normal(size=(2, 5, 4)).astype("float32")
    found = array(answer(queries, memory), (2, 3, 5), "The scores [B, T, S]")
    expect(
        abs(found).max() < 1 + 1e-4,
        f"A cosine lies between -1 and 1; yours go from {found.min():.2f} to {found.max():.2f}. "
        "Is something left to divide by?",
    )
    for name, pair in (("query", (3 * queries, memory)), ("memory vector", (queries, 3 * memory))):
        again = array(answer(*pair), (2, 3, 5), "The scores")
        expect(
            abs(again - found).max() < 1e-4,
            f"A cosine does not change if every {name} becomes three times as long; yours changed "
            f"by up to {abs(again - found).max():.2f}.",
        )
    memory[:, 2], memory[:, 3] = 2 * queries[:, 1], -queries[:, 1]
    found = array(answer(queries, memory), (2, 3, 5), "The scores")
    expect(
        np.allclose(found[:, 1, 2:4], [1, -1], atol=1e-3),
        "Memory at place 2 points the same way as query 1, at place 3 the opposite way: a cosine "
        f"is then as large, or as small, as it can be. Yours are {found[0, 1, 2:4].round(3)}. Is "
        "each vector divided by its OWN length?",
    )
    memory[1, 3:] = 0
    found = as_array(answer(queries, memory), "The scores")
    expect(
        np.isfinite(found).all(),
        "The encoder gives zeros at pads, and a vector of zeros has the length 0: your scores hold "
        "NaN or infinity there. NaN stays NaN, even if a mask multiplies it by 0.",
    )
    lengths = (
        np.linalg.norm(queries, axis=-1)[:, :, None] * np.linalg.norm(memory, axis=-1)[:, None]
    )
    wanted = np.einsum("bth,bsh->bts", queries, memory) / np.maximum(lengths, 1e-12)
    expect(
        np.allclose(found, wanted, atol=1e-3),
        "Two sentences with random numbers, the second with pads: not every score is the cosine of "
        f"its query and its place. The largest difference is {abs(found - wanted).max():.2f}.",
    )


@exercise(
    "Concat is additive",
    minutes=20,
    goal="Write the score that Luong calls concat, v · tanh([q, m] W), for whole batches.",
    hints=[
        "One query and one place first: join two vectors of H numbers, multiply by W [2H, K], "
        "take tanh, then the dot product with v [K].",
        "[q, m] W = q W_upper + m W_lower: so nothing has to be joined. Compare with section 2.",
        "q W_upper is [B, T, K], m W_lower is [B, S, K]. Give them new axes so that their sum is "
        "[B, T, S, K]: [:, :, None] and [:, None].",
    ],
)
def concat_scores(answer):
    """Check ``answer(queries, memory, weight, v)``: ..., [2H, K], [K] -> scores [B, T, S]."""
    rng = np.random.default_rng(1)

    def draw(*shape):
        return rng.normal(size=shape).astype("float32")

    queries, memory, weight, v = draw(2, 3, 4), draw(2, 5, 4), draw(8, 6), draw(6)

    def scores(*arguments):
        return array(answer(*arguments), (2, 3, 5), "The scores [B, T, S]")

    found = scores(queries, memory, weight, v)
    expect(
        np.ptp(found.sum(axis=-1)) > 1e-3,
        "These must be scores and not weights: no softmax here. Your rows all have the same sum.",
    )
    upper = np.where(np.arange(8)[:, None] < 4, weight, 0).astype("float32")
    found = scores(queries, memory, upper, v)
    expect(
        np.ptp(found, axis=2).max() < 1e-4,
        "The upper half of W belongs to the query, which is joined first, and the lower half to "
        "the memory. With a lower half of zeros all places of one query score alike; yours differ "
        f"by up to {np.ptp(found, axis=2).max():.2f}.",
    )
    bound = abs(v).sum()
    found = scores(100 * queries, 100 * memory, weight, v)
    expect(
        abs(found).max() <= bound * 1.001,
        f"tanh stays between -1 and 1, so no score can be larger than the sum of |v|, {bound:.2f}. "
        f"With large inputs yours reaches {abs(found).max():.2f}: where is the tanh?",
    )
    twice = scores(queries, memory, weight, 2 * v)
    expect(
        np.allclose(twice, 2 * scores(queries, memory, weight, v), atol=1e-3),
        "v is the last step: with 2 v in place of v every score doubles. Yours does not. Is tanh "
        "applied after v?",
    )
    joined = np.concatenate(
        np.broadcast_arrays(queries[:, :, None], memory[:, None], subok=False), axis=-1
    )
    wanted = np.tanh(joined.astype(float) @ weight) @ v
    found = scores(queries, memory, weight, v)
    expect(
        np.allclose(found, wanted, atol=1e-3),
        "Random numbers, B = 2, T = 3, S = 5: not every score belongs to its query and its place. "
        f"The largest difference is {abs(found - wanted).max():.2f}.",
    )


@exercise(
    "A softmax that survives everything",
    minutes=15,
    goal="Write a masked softmax that is right for huge scores, and for rows of nothing but pads.",
    hints=[
        "mask is [B, S] and scores are [B, T, S]: where does the mask need a new axis?",
        "Mask first: -inf at pads. A softmax stays the same if a number is subtracted from a whole "
        "row; subtract the largest one, so that exp never overflows.",
        "A row of pads alone is -inf everywhere, and -inf - (-inf) is NaN. Put 0 there at the end "
        "with where(mask, ..., 0), or make sure that no NaN appears.",
    ],
)
def masked_softmax(answer):
    """Check ``answer(scores, mask)``: [B, T, S], [B, S], True = a real place -> weights."""
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(3, 4, 5)).astype("float32")
    mask = np.arange(5) < np.array([[5], [3], [1]])
    real = np.broadcast_to(mask[:, None], scores.shape)

    def weights(scores, mask, case):
        found = as_array(answer(scores.astype("float32"), mask), "The weights")
        expect(
            found.shape == scores.shape,
            f"The weights must have the shape of the scores, {scores.shape}; yours {found.shape}.",
        )
        expect(np.isfinite(found).all(), f"{case}: your weights hold NaN or infinity.")
        return found

    found = weights(scores, mask, "Ordinary scores, lengths 5, 3 and 1")
    expect(
        found[~real].sum() < 0.999 * found.sum(),
        "All weight lies on pads. True in the mask means a real place, here and in Keras.",
    )
    expect(
        found[~real].sum() < 1e-6,
        f"The weight of a pad must be 0. Yours adds up to {found[~real].sum():.2g}: a "
        "score of 0 is not nothing, since exp(0) = 1.",
    )
    sums = found.sum(axis=-1)
    expect(
        np.allclose(sums, 1, atol=1e-4),
        f"The weights of the real places must sum to 1. In the sentence with pads yours sum to "
        f"{sums[1].min():.3f}: the mask must come before the softmax.",
    )
    loud = weights(np.where(real, scores, 300), mask, "Scores of 300 at the pads")
    expect(
        np.allclose(loud, found, atol=1e-4),
        "What the score of a pad is must not matter. With 300 there, weights of yours change by up "
        f"to {abs(loud - found).max():.2f}.",
    )
    for shift, trouble in ((1000, "exp overflows"), (-1000, "exp gives 0 everywhere")):
        case = f"Scores of about {shift} ({trouble})"
        moved = weights(scores + shift, mask, case)
        on_pads = moved[~real].sum()
        expect(
            on_pads < 1e-6,
            f"{case}: your pads have weights that add up to {on_pads:.2f}. A pad needs a score "
            "below all others, whatever these are.",
        )
        expect(
            np.allclose(moved, found, atol=1e-3),
            f"{case}: a softmax does not change if one number is added to a whole row. Yours "
            f"changes by up to {abs(moved - found).max():.2f}. Which number can be subtracted?",
        )
    mask[1] = False
    found = weights(scores, mask, "A sentence of nothing but pads")
    expect(
        not found[1].any(),
        "A sentence of nothing but pads has no place to look at: all its weights must be 0. Yours "
        f"sum to {found[1].sum(axis=-1).max():.2f} in each row.",
    )
    mask[1, [0, 3]] = True
    found = weights(3 * scores, mask, "Random scores and any mask")
    wanted = np.where(mask[:, None], np.exp(3.0 * scores), 0)
    wanted /= wanted.sum(axis=-1, keepdims=True)
    expect(
        np.allclose(found, wanted, atol=1e-4),
        "Random scores: the weights of real places must be in the ratio exp(e_i) / exp(e_k). Yours "
        f"are off by up to {abs(found - wanted).max():.2g}.",
    )


@exercise(
    "Forbid one place",
    minutes=10,
    goal="Compute the weights that a softmax would have given if one place had been masked.",
    hints=[
        "Masking one place takes its exp(e_i) out of the numerator and out of the sum below.",
        "So the ratios of the other weights stay, and only their sum must become 1 again.",
        "np.arange(S) == places[:, None] is True at the place of each row, in every framework with "
        "its own arange or range. Set the weight to 0 there, then divide each row by its sum.",
    ],
)
def erase_a_place(answer):
    """Check ``answer(weights, places)``: [B, S], [B] -> weights [B, S]."""
    weights = np.array([[0.5, 0.25, 0.25, 0], [0.1, 0.2, 0.3, 0.4]], dtype="float32")
    places = np.array([0, 2], dtype="int32")
    given = weights.copy()
    found = array(answer(weights, places), (2, 4), "The weights")
    for b, place in enumerate(places):
        row = f"Row {b}, weights {given[b].astype(float).round(2).tolist()}, place {place} "
        row += f"forbidden: yours is {found[b].round(3).tolist()}. "
        expect(abs(found[b, place]) < 1e-6, f"{row}A forbidden place has the weight 0.")
        lost = np.flatnonzero((found[b] < 1e-6) & (given[b] > 0))
        expect(
            lost.tolist() == [place],
            f"{row}Each row has its own forbidden place, and only that one loses its weight.",
        )
        expect(
            abs(found[b].sum() - 1) < 1e-4, f"{row}The weights must sum to 1, as a softmax does."
        )
        expect(
            np.all(found[b][given[b] == 0] < 1e-6),
            f"{row}A place that had no weight (a pad) must get none.",
        )
        left = np.delete(found[b], place) / np.delete(given[b], place).clip(1e-9)
        left = left[np.delete(given[b], place) > 0]
        expect(
            np.ptp(left) < 1e-3,
            f"{row}Of two places that are left, one had some times the weight of the other. That "
            "ratio is exp(e_i - e_k), and forbidding a third place does not change it.",
        )
    rng = np.random.default_rng(9)
    scores, places = rng.normal(0, 2, (6, 7)), rng.integers(0, 7, 6).astype("int32")
    powers = np.exp(scores)
    masked = np.where(np.arange(7) == places[:, None], 0, powers)
    found = array(answer((powers / powers.sum(1, keepdims=True)).astype("float32"), places), (6, 7))
    wanted = masked / masked.sum(axis=1, keepdims=True)
    expect(
        np.allclose(found, wanted, atol=1e-4),
        "Random scores: yours differs from a softmax with that place masked by up to "
        f"{abs(found - wanted).max():.2g}.",
    )
