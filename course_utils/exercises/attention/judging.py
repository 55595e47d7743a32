"""Exercises of notebook 04: what weights and differences are worth.

Sizes: ``B`` batch, ``S`` source time, ``T`` target time, ``H`` hidden.
"""

import numpy as np

from ..exercise import exercise, open_exercise
from ..expectations import as_array, expect, number


@exercise(
    "How sharp is an attention?",
    minutes=10,
    goal="Compute the entropy of each row of weights, in nats: 0 if all weight is on one place.",
    hints=[
        "H = - sum of w ln w over the source places: one number for each query.",
        "ln 0 is -infinity, and 0 times infinity is NaN. But w ln w goes to 0 as w goes to 0.",
        "torch.special.entr, torch.xlogy and tf.math.xlogy know this; in NumPy, "
        "np.log(np.where(w > 0, w, 1)).",
    ],
)
def attention_entropy(answer):
    """Check ``answer(weights)``: [B, T, S] -> nats [B, T]."""

    def entropy(weights, case):
        weights = np.asarray(weights, dtype="float32")
        found = as_array(answer(weights), "The entropies")
        expect(
            found.shape == weights.shape[:2],
            f"Weights of the shape {weights.shape} have one entropy for each query: the shape "
            f"{weights.shape[:2]}. Yours has {found.shape}: over which axis is the sum?",
        )
        expect(np.isfinite(found).all(), f"{case}: your entropies hold NaN or infinity.")
        return found

    found = entropy(np.full((2, 3, 8), 1 / 8), "Equal weights")
    expect(found.min() > 0, f"An entropy is never negative; yours is {found.min():.3f}.")
    expect(
        not np.allclose(found, 3, atol=1e-4),
        "8 equal weights: yours is 3, which is in bits. Nats need the natural logarithm.",
    )
    expect(
        np.allclose(found, np.log(8), atol=1e-4),
        f"Equal weights have the largest entropy that there is, the logarithm of the number of "
        f"places; with 8 places yours is {found[0, 0]:.4f}.",
    )
    found = entropy(np.eye(4)[None], "All weight on one place, 0 on the others (0 times ln 0 = 0)")
    expect(
        abs(found).max() < 1e-5,
        f"All weight on one place: nothing is uncertain. Yours is {abs(found).max():.2g}.",
    )
    rng = np.random.default_rng(3)
    weights = np.zeros((2, 3, 60))
    weights[..., :6] = rng.dirichlet(np.ones(6), (2, 3))
    found = entropy(weights, "54 pads with the weight 0")
    expect(
        np.allclose(found, entropy(weights[..., :6], "No pads"), atol=1e-4),
        "Places with the weight 0 must not change the entropy, and 54 more of them changed yours. "
        "Is it a sum, and is a 0 left as it is?",
    )
    wanted = -(weights[..., :6] * np.log(weights[..., :6])).sum(axis=-1)
    expect(
        np.allclose(found, wanted, atol=1e-3),
        f"Random weights: {found[0, 0]:.4f} is not the entropy of {weights[0, 0, :6].round(3)}.",
    )


@exercise(
    "Alignment error rate",
    minutes=15,
    goal="Compute the AER of many sentences from their links, their sure and their possible links.",
    hints=[
        "Python's sets can do the work: a & b, len(a).",
        "AER = 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|). Count each of the four over all sentences.",
        "Only at the end there is one division, as in BLEU.",
    ],
)
def alignment_error_rate(answer):
    """Check ``answer(links, sure, possible)``: lists of sets of (i, j); S is part of P -> AER."""

    def rate(*sentences):
        lists = [list(map(frozenset, part)) for part in zip(*sentences, strict=True)]
        return number(answer(*lists), "The error rate")

    diagonal = [(k, k) for k in range(6)]
    found = rate((diagonal[:3], diagonal[:3], diagonal[:3]))
    expect(abs(found) < 1e-6, f"A equals S and P: there is no error, and yours is {found:.3f}.")
    found = rate((diagonal[:2], diagonal[:3], diagonal[:4]))
    expect(
        found > 1e-6,
        "A model that draws 2 links, both right, has missed one sure link. That is an error, and "
        "yours is 0.",
    )
    found = rate(([*diagonal[:3], (0, 5), (5, 0)], diagonal[:3], diagonal[:3]))
    expect(
        found > 1e-6,
        "All three sure links are drawn, and two more that are not even possible. These two are an "
        "error, and yours is 0.",
    )
    found = rate((diagonal[:5], diagonal[:3], diagonal[:5]))
    expect(
        abs(found) < 1e-6,
        "All sure links are drawn, and two more that are possible. A possible link is no error, "
        f"and a possible link that is missing is none either. Yours is {found:.3f}: which set is "
        "counted below the line?",
    )
    found = rate((diagonal[:3], diagonal[:3], diagonal[:6]))
    expect(
        abs(found) < 1e-6,
        "A equals S, and three more links would be possible. Possible links need not be drawn, and "
        f"yours is {found:.3f}: which set is counted below the line?",
    )
    found = rate(([(0, 1), (1, 0)], diagonal[:2], diagonal[:2]))
    expect(
        abs(found - 1) < 1e-6,
        f"No link is right, so the error rate is as large as it can be. Yours is {found:.3f}.",
    )
    short = (diagonal[:1], diagonal[:1], diagonal[:1])
    long = ([(i, i + 1) for i in range(5)], diagonal[:5], diagonal[:5])
    found = rate(short, long)
    expect(
        abs(found - 0.5) > 1e-4,
        "A sentence of 1 word is all right, one of 5 words is all wrong, and yours is 0.500: it is "
        "a mean over sentences. Every link counts the same, as every word did in the loss.",
    )
    found = rate((diagonal[:2], diagonal[:2], diagonal[:2]), ([], diagonal[:2], diagonal[:2]))
    expect(
        found > 1e-6,
        "In the second sentence no link is drawn, and two sure ones are missed: an error. Yours is "
        f"{found:.3f}.",
    )
    rng, sentences = np.random.default_rng(6), []
    for _ in range(20):
        links, sure, more = (set(map(tuple, rng.integers(0, 5, (6, 2)).tolist())) for _ in range(3))
        sentences.append((links, sure, sure | more))
    met = sum(len(a & s) + len(a & p) for a, s, p in sentences)
    found, wanted = rate(*sentences), 1 - met / sum(len(a) + len(s) for a, s, _ in sentences)
    expect(
        abs(found - wanted) < 1e-6,
        f"20 random sentences: {found:.4f} is not the alignment error rate of all their links.",
    )


@exercise(
    "Is the difference clear?",
    minutes=15,
    goal="Apply the notebook's rule: all differences of one sign, each above twice their spread.",
    hints=[
        "Both models of one seed read the same batches. So compare within each seed, first.",
        "One sign: all positive or all negative. Twice their spread: 2 * std of the differences, "
        "with N - 1 below the line (ddof=1), because the mean was taken from the same numbers.",
        "The SMALLEST absolute difference must exceed the bound, not the mean.",
    ],
)
def is_clear(answer):
    """Check ``answer(first, second)``: one number a seed of two variants, [N], [N] -> bool."""

    def says(first, second):
        found = number(answer(np.array(first), np.array(second)), "The answer, True or False,")
        expect(found in (0, 1), f"Answer True or False; yours is {found}.")
        return bool(found)

    expect(
        says([0.91, 0.80, 0.72], [0.71, 0.61, 0.51]),
        "Seeds 0, 1, 2: the first has 0.91, 0.80, 0.72, the second 0.71, 0.61, 0.51. In every seed "
        "the first leads by about 0.20, and yours says: not clear. The seeds differ from each "
        "other, but is that the question?",
    )
    expect(
        says([0.71, 0.61, 0.51], [0.91, 0.80, 0.72]),
        "The second leads by about 0.20 in every seed, and yours says: not clear. It must not "
        "matter which of the two is called first.",
    )
    expect(
        not says([0.60, 0.61, 0.62], [0.50, 0.71, 0.52]),
        "In one seed of three the other variant leads, and yours says: clear. All differences must "
        "have one sign.",
    )
    expect(
        not says([0.51, 0.60, 0.70], [0.50, 0.50, 0.50]),
        "The differences are 0.01, 0.10 and 0.20: one sign, but they vary as much as they are "
        "large. Yours says: clear. How large must they be, against their spread?",
    )
    expect(
        not says([0.54, 0.56, 0.60], [0.50, 0.50, 0.50]),
        "The differences are 0.04, 0.06 and 0.10, and yours says: clear. EACH of them must be "
        "above the bound. Did you compare their mean?",
    )
    expect(
        not says([0.536, 0.556, 0.576], [0.5, 0.5, 0.5]),
        "The differences are 0.036, 0.056 and 0.076, and yours says: clear. The spread of few "
        "numbers is estimated with N - 1 below the line; with N it comes out too small.",
    )
    rng = np.random.default_rng(5)
    for _ in range(300):
        second = rng.uniform(0.3, 0.7, 3)
        first = second + rng.normal(0.1 * rng.choice([-1, 1]), 0.04, 3)
        d = first - second
        smallest, bound = abs(d).min(), 2 * d.std(ddof=1)
        clear = smallest > bound and abs(np.sign(d).sum()) == 3
        expect(
            says(first, second) == clear or abs(smallest - bound) < 1e-6,
            f"The differences {d.round(4)} are {'clear' if clear else 'not clear'} by the rule, "
            "and yours says the opposite.",
        )


own_sentences = open_exercise(
    "own_sentences",
    "Your own sentences",
    minutes=30,
    goal="Find where attention breaks: write five sentences that the grammar never writes.",
    hints=[
        "All words must be in `vocabularies[0]`; the order may be new. `known.issuperset(words)`.",
        "`translate` takes lists of words. Give the result to `AttentionExample(source, words, "
        "weights, label=...)` and look at it with `attention_view`.",
        "Change one thing at a time: a sentence of the corpus, and the same one with two words "
        "exchanged or one more clause.",
    ],
    rubric=[
        "Five sentences, each with the rule of the corpus that it breaks.",
        "Both scores and both frameworks translate them, in one `attention_view`.",
        "For each wrong word: where did the attention point, and was that place right or wrong?",
        "A count: how many wrong words had right attention, and how many had wrong attention.",
        "You say what this tells about attention as an explanation, and what it cannot tell.",
    ],
)
