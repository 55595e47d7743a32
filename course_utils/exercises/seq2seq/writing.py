"""Exercises of notebook 03: what the model writes, and how it is judged.

Ids: 0 is ``<pad>``, 1 ``<bos>``, 2 ``<eos>``. Sizes: ``B`` batch, ``S`` source time, ``T`` target
time, ``H`` hidden, ``K`` beam size, ``V`` vocabulary.
"""

from collections import Counter

import numpy as np

from ..exercise import exercise, open_exercise
from ..expectations import array, expect


@exercise(
    "Accuracy by position",
    minutes=15,
    goal="For each place of the target, compute which share of the references was met there.",
    hints=[
        "Take one place t. Which references have a word there at all?",
        "Only these count, in the sum and in the number that you divide by. A hypothesis that has "
        "no word at t is wrong there.",
        "word = hypothesis[t] if t < len(hypothesis) else None. Go on to the longest reference.",
    ],
)
def accuracy_by_position(answer):
    """Check ``answer(hypotheses, references)``: lists of tuples of words -> one share a place."""

    def shares(hypotheses, references):
        places = max(map(len, references))
        found = answer(list(map(tuple, hypotheses)), list(map(tuple, references)))
        if hasattr(found, "__len__"):
            expect(
                len(found) == places,
                f"The longest reference has {places} words, and yours has {len(found)} numbers. "
                "Give one for each place at which some reference has a word.",
            )
        return array(found, (places,), "The shares")

    found = shares(["abc"], ["acb"])
    expect(
        np.allclose(found, [1, 0, 0]),
        "The reference is a c b, the hypothesis a b c. Only place 0 is met: a right word at "
        f"another place does not count. Yours is {found.round(3).tolist()}.",
    )
    found = shares(["ab", "abcd"], ["ab", "abcd"])
    expect(
        np.allclose(found, 1),
        "The hypotheses equal their references, a b and a b c d, so every word is met. Yours is "
        f"{found.round(3).tolist()}: how many references have a word at place 3?",
    )
    found = shares(["a", "abcd"], ["abc", "abcd"])
    expect(
        np.allclose(found[1:3], 0.5) and np.allclose(found[[0, 3]], 1),
        "One hypothesis, a, stops before its reference a b c; the other equals a b c d. What was "
        f"not written was not met. Yours is {found.round(3).tolist()}.",
    )
    found = shares(["abcdef"], ["ab"])
    expect(np.allclose(found, 1), "Words after the reference's end have no place to be judged at.")
    rng = np.random.default_rng(8)
    references, hypotheses = (
        ["".join(rng.choice(list("abc"), rng.integers(1, 8))) for _ in range(40)] for _ in range(2)
    )
    found = shares(hypotheses, references)
    for t, share in enumerate(found):
        met = [h[t : t + 1] == r[t] for h, r in zip(hypotheses, references, strict=True) if r[t:]]
        expect(
            abs(share - np.mean(met)) < 1e-4,
            f"40 random pairs: at place {t}, {share:.3f} is not the share of references that were "
            "met, among those that have a word there.",
        )


@exercise(
    "Matches that are used up",
    minutes=15,
    goal="Count the matching runs of n words for BLEU, with one or more references.",
    hints=[
        "Count how often each run of n words occurs: collections.Counter of tuples.",
        "A run that the hypothesis has 3 times and the reference once matches once. Counter has an "
        "operator for the smaller of two counts, and one for the larger.",
        "With several references, allow each run as often as the ONE reference that has it most "
        "often: counts |= Counter(...). Then (said & counts).total().",
    ],
)
def clipped_matches(answer):
    """Check ``answer(hypothesis, references, n)`` -> (matches, runs of the hypothesis)."""

    def count(hypothesis, references, n):
        hypothesis, references = hypothesis.split(), [text.split() for text in references]
        found = answer(tuple(hypothesis), [tuple(words) for words in references], n)
        return tuple(int(part) for part in array(found, (2,), "(matches, runs)"))

    found = count("a b c d", ["a b c d"], 2)
    expect(
        found[1] == 3,
        f"a b c d has the runs ab, bc and cd of 2 words, and you count {found[1]}.",
    )
    expect(found[0] == 3, f"It equals its reference, so all its runs match. Yours: {found[0]}.")
    found = count("ha ha ha", ["ha ha ha"], 1)
    expect(
        found == (3, 3),
        f"ha ha ha equals its reference, word for word, and you count {found[0]} of {found[1]}. A "
        "run that occurs three times is three runs.",
    )
    found = count("the the the", ["the cat"], 1)
    expect(
        found[0] == 1,
        f"'the the the' against 'the cat': {found[0]} matches. Each word of the reference may be "
        "used once; otherwise a model that repeats one word would look good.",
    )
    expect(
        found[1] == 3,
        f"'the the the' has three runs of one word, and you count {found[1]}: the runs are those "
        "of the hypothesis, matched or not.",
    )
    found = count("b a", ["a b"], 2)
    expect(found[0] == 0, f"'b a' is another run than 'a b', and you count {found[0]} match.")
    found = count("the the the", ["the cat", "the dog"], 1)
    expect(
        found[0] == 1,
        f"'the the the' against the references 'the cat' and 'the dog': {found[0]} matches. No "
        "single reference has 'the' so often. (Papineni et al. 2002, section 2.1.)",
    )
    found = count("the dog", ["a cat", "the dog"], 1)
    expect(
        found[0] == 2,
        f"'the dog' equals the second of two references, so all of it matches. Yours: {found[0]}.",
    )
    found = count("a b", ["a b c"], 4)
    expect(found == (0, 0), f"'a b' has no run of 4 words: (0, 0), and yours is {found}.")
    rng = np.random.default_rng(2)
    for n in (1, 2, 3):
        texts = [" ".join(rng.choice(list("xyz"), rng.integers(3, 12))) for _ in range(4)]
        said, *others = (
            Counter(tuple(text.split())[k : k + n] for k in range(text.count(" ") + 2 - n))
            for text in texts
        )
        allowed = {run: max(other[run] for other in others) for run in said}
        matches = sum(min(times, allowed[run]) for run, times in said.items())
        found = count(texts[0], texts[1:], n)
        expect(
            found == (matches, said.total()),
            f"n = {n}, hypothesis '{texts[0]}', references {texts[1:]}: {found} is not right. "
            "Count it with a pencil, run by run.",
        )


@exercise(
    "One step of a beam search",
    minutes=20,
    goal="From K beginnings and the next words' log probabilities, keep the K best continuations.",
    hints=[
        "The score of a continuation is the sum of its beginning and the ln p of the new word: a "
        "table [K, V].",
        "The K best of the WHOLE table, not the best of each row. Make one row of K * V numbers.",
        "A place in that row is parent * V + word: divide by V, with remainder.",
    ],
)
def beam_step(answer):
    """Check ``answer(sums, log_p)``: [K], [K, V] -> (sums [K], parents [K], words [K])."""
    sums = np.array([-0.3, -1.2], dtype="float32")
    log_p = np.array([[-0.9, -1.1, -5, -6], [-4, -5, -6, -0.1]], dtype="float32")
    _expect_best(*_beam(answer, sums, log_p), sums, log_p)
    log_p = np.array([[-0.7, -0.8, -5], [-0.1, -4, -5]], dtype="float32")
    sums = np.array([-0.1, -3.0], dtype="float32")
    _expect_best(*_beam(answer, sums, log_p), sums, log_p)
    rng = np.random.default_rng(4)
    for k, v in ((1, 5), (3, 7), (4, 30)):
        logits = rng.normal(0, 2, (k, v))
        log_p = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype("float32")
        sums = -np.sort(rng.uniform(0, 4, k)).astype("float32")
        _expect_best(*_beam(answer, sums, log_p), sums, log_p)


def _beam(answer, sums, log_p):
    """Return what a step of the beam gave: new sums, parents and words, each [K]."""
    found = answer(sums, log_p)
    expect(
        isinstance(found, (tuple, list)) and len(found) == 3,
        "Return three things: the new sums, the parents and the words, each of the shape [K].",
    )
    names = ("The new sums", "The parents", "The words")
    return [array(part, sums.shape, name) for part, name in zip(found, names, strict=True)]


def _expect_best(new, parents, words, sums, log_p):
    """Expect the K best continuations, the best first, with the right parents and words."""
    k, v = log_p.shape
    shown = f"K = {k}, V = {v}: your parents are {parents.astype(int).tolist()}, your words "
    shown += f"{words.astype(int).tolist()}, your sums {new.round(3).tolist()}. "
    chosen = list(zip(parents.astype(int).tolist(), words.astype(int).tolist(), strict=True))
    inside = all(0 <= parent < k and 0 <= word < v for parent, word in chosen)
    expect(
        inside,
        f"{shown}A parent is a number below K, a word one below V: how did you take the place in "
        "the table apart?",
    )
    expect(len(set(chosen)) == k, f"{shown}The same continuation stands there twice.")
    own = np.array([log_p[place] for place in chosen], dtype=float)
    total = own + sums[[parent for parent, _ in chosen]]
    expect(
        not np.allclose(new, own, atol=1e-4) or np.allclose(own, total, atol=1e-4),
        f"{shown}These are the ln p of the last word alone. What did the beginnings cost?",
    )
    expect(
        np.allclose(new, total, atol=1e-4),
        f"{shown}A sum must belong to its parent and its word: the sum of that beginning plus the "
        "ln p of that word after it.",
    )
    others = np.setdiff1d(np.arange(k * v), [parent * v + word for parent, word in chosen])
    left_out, reason = (sums[:, None] + log_p).reshape(-1)[others].max(), ""
    if set(chosen) == {(row, int(log_p[row].argmax())) for row in range(k)}:
        reason = " You kept the best word of each beginning; but one beginning may have two of the "
        reason += "best continuations, and another none."
    expect(
        left_out <= total.min() + 1e-4,
        f"{shown}A continuation with a higher sum was left out.{reason}",
    )
    expect((np.diff(total) <= 1e-4).all(), f"{shown}Give the best one first.")


sort_the_mistakes = open_exercise(
    "sort_the_mistakes",
    "Sort the mistakes",
    minutes=30,
    goal="Read 50 wrong translations of the random split and sort them. What goes wrong, and why?",
    hints=[
        "`wrong['PyTorch']` and `wrong['TensorFlow']` hold (pair, words) of every mistake.",
        "Begin with five kinds: wrong object, wrong verb, wrong particle or ending, missing or "
        "repeated part, other. Split a kind that gets too large.",
        "`metrics.chrf` of the sentences of one kind says how much of them chrF forgives.",
    ],
    rubric=[
        "A table says how many of the 50 belong to each kind, and the counts add up to 50.",
        "Each kind has an example: source, reference, translation, and the words that are wrong.",
        "Two kinds are compared by chrF and exact match, and you say which kind chrF forgives.",
        "You name one kind that the bottleneck may cause, and what notebook 04 should then show.",
        "You looked at both frameworks' models, and say whether the kinds differ between them.",
    ],
)
