"""Exercises of notebook 03: the loss, the states, the inputs, the search and the scores.

Ids: 0 is ``<pad>``, 1 ``<bos>``, 2 ``<eos>``. Sizes: ``B`` batch, ``S`` source time, ``T`` target
time, ``H`` hidden, ``K`` beam size, ``V`` vocabulary.
"""

from collections import Counter

import numpy as np

from .exercise import exercise, open_exercise
from .expectations import array, expect, number

PAD, BOS, EOS = 0, 1, 2


@exercise(
    "One mean over several batches",
    minutes=10,
    goal="Compute the mean loss per real word over a whole list of batches, as an evaluation must.",
    hints=[
        "A mean is a sum, divided by a count. Which sum, and which count?",
        "Collect two numbers over all batches: the nats of the real words, and how many these are.",
        "Turn the mask into 0 and 1 to multiply by it. Divide once, after the last batch.",
    ],
)
def mean_over_batches(answer):
    """Check ``answer(nats, masks)``: two lists of [B, T] -> nats per real word."""
    rng = np.random.default_rng(3)
    full = rng.uniform(1, 5, (3, 4)).astype("float32")
    found = number(answer([full], [full > 0]), "The mean of one batch without pads")
    expect(
        full.min() < found < full.max(),
        f"One batch without pads: its words cost {full.min():.2f} to {full.max():.2f} nats each, "
        f"and a mean lies between. Yours is {found:.4f}: did you divide by the number of words?",
    )
    mask = np.arange(6) < np.array([[6], [2]])
    two = np.where(mask, 2, 0).astype("float32")
    found = number(answer([two], [mask]))
    expect(
        abs(found - 2) < 1e-4,
        "Every real word costs 2 nats, every pad has 0, so a real word costs 2 nats on average. "
        f"Yours is {found:.4f}: are the pads in the number that you divide by?",
    )
    louder = np.where(mask, 2, 9).astype("float32")
    changed = number(answer([louder], [mask]))
    expect(
        abs(changed - found) < 1e-4,
        "What stands at a pad must not matter. With 9 in place of 0 at the pads, your answer went "
        f"from {found:.4f} to {changed:.4f}.",
    )
    mask = np.arange(5) < np.array([[5], [1]])
    rows = np.where(mask, [[0.0], [6.0]], 0).astype("float32")
    found = number(answer([rows], [mask]))
    expect(
        abs(found - rows.sum() / mask.sum()) < 1e-4,
        "Every word counts the same. One sentence has 5 words of 0 nats, another has 1 word of 6 "
        f"nats, and your mean is {found:.4f}: does the short sentence count as much as the long "
        "one?",
    )
    found = number(answer([rows[:1], rows[1:, :1]], [mask[:1], mask[1:, :1]]))
    expect(
        abs(found - rows.sum() / mask.sum()) < 1e-4,
        "Every word counts the same, also if it is in another batch. One batch has 5 words of 0 "
        f"nats, another has 1 word of 6 nats, and your mean is {found:.4f}: is it a mean of means?",
    )
    shapes = [(2, 7), (4, 3), (1, 5)]
    nats = [rng.uniform(0, 9, shape).astype("float32") for shape in shapes]
    masks = [np.arange(t) < rng.integers(1, t + 1, (b, 1)) for b, t in shapes]
    total = sum(part[mask].sum(dtype=float) for part, mask in zip(nats, masks, strict=True))
    found = number(answer(nats, masks))
    expect(
        abs(found - total / sum(mask.sum() for mask in masks)) < 1e-4,
        f"Three random batches of the shapes {shapes}: {found:.4f} is not the nats of all real "
        "words, divided by their number.",
    )


@exercise(
    "What the decoder reads",
    minutes=5,
    goal="Make the decoder's inputs from its targets: <bos> and the words, shifted by one place.",
    hints=[
        "Write one row of targets on paper, and under it what the decoder must have read before.",
        "The first column is <bos>. The others are the targets without their last column.",
        "One id must not be read: <eos> ends the sentence. What stands at its place instead?",
    ],
)
def decoder_inputs(answer):
    """Check ``answer(targets)``: ids [B, T], words, <eos>, pads -> ids [B, T]."""
    targets = np.array([[11, 12, 13, 14, EOS]], dtype="int32")
    found = array(answer(targets), (1, 5), "The inputs")
    expect(
        found[0, 0] == BOS,
        f"Before the first word the decoder has read <bos> (id {BOS}) and no word. Yours begins "
        f"with {found[0, 0]:.0f}.",
    )
    expect(
        not (found[0, 1:] == targets[0, 1:]).any(),
        f"The targets are {targets[0].tolist()}, yours reads {found[0].astype(int).tolist()}: at "
        "some place it reads the very word that it must answer there.",
    )
    expect(
        (found[0, 1:] == targets[0, :-1]).all(),
        f"The targets are {targets[0].tolist()}, yours reads {found[0].astype(int).tolist()}. At "
        "each place after the first, it must read the target of the place before.",
    )
    targets = np.array([[11, 12, 13, EOS], [21, EOS, PAD, PAD]], dtype="int32")
    found = array(answer(targets), (2, 4), "The inputs")
    expect(
        not (found == EOS).any(),
        f"In row 1 of the targets, {targets[1].tolist()}, pads follow <eos>. Yours reads "
        f"{found[1].astype(int).tolist()}. <eos> is only answered, never read.",
    )
    expect(
        ((found == PAD) == (targets == PAD)).all(),
        "Inputs and targets have their pads at the same places, so that one mask serves both. "
        f"Targets {targets[1].tolist()}, yours {found[1].astype(int).tolist()}.",
    )
    rng = np.random.default_rng(5)
    lengths = rng.integers(1, 8, 6)
    targets = np.zeros((6, 8), dtype="int32")
    for row, length in zip(targets, lengths, strict=True):
        row[:length], row[length] = rng.integers(3, 50, length), EOS
    found = array(answer(targets), targets.shape, "The inputs")
    for row, words, length in zip(found, targets, lengths, strict=True):
        expect(
            row[: length + 1].tolist() == [BOS, *words[:length]] and not row[length + 1 :].any(),
            f"The targets {words.tolist()} have {length} words. Yours reads "
            f"{row.astype(int).tolist()}; it must be <bos>, these words, and pads.",
        )


@exercise(
    "The two ends of a sentence",
    minutes=15,
    goal="Take the final state of a bidirectional encoder from its outputs.",
    hints=[
        "Each direction has its own last word. Where does the backward GRU stop reading?",
        "Forward half: the last real place, lengths - 1. Backward half: another place, the same "
        "one in all sentences.",
        "Cut memory into [..., :H // 2] and [..., H // 2:], take one place of each, and join them.",
    ],
)
def final_states(answer):
    """Check ``answer(memory, lengths)``: [B, S, H], [B] -> [B, H], forward half first."""
    lengths = np.array([4, 6, 3], dtype="int32")
    sentence, place, unit = np.indices((3, 6, 4))
    memory = (100 * sentence + 10 * place + unit).astype("float32")  # says where it comes from
    found = array(answer(memory, lengths), (3, 4), "The states")
    for b, (row, length) in enumerate(zip(found, lengths, strict=True)):
        own = memory[b]
        _expect_half(row[:2], own, slice(0, 2), "forward", b, length)
        _expect_half(row[2:], own, slice(2, 4), "backward", b, length)
    memory = np.random.default_rng(1).normal(size=(4, 7, 6)).astype("float32")
    lengths = np.array([7, 1, 2, 5], dtype="int32")
    found = array(answer(memory, lengths), (4, 6), "The states")
    for b, (row, length) in enumerate(zip(found, lengths, strict=True)):
        expect(
            np.allclose(row[:3], memory[b, length - 1, :3], atol=1e-6)
            and np.allclose(row[3:], memory[b, 0, 3:], atol=1e-6),
            f"Random memory, H = 6: the state of the sentence of length {length} is not made of "
            "the forward GRU's output at its last word and the backward GRU's after its last step.",
        )


def _expect_half(half, memory, units, name, sentence, length):
    """Say from which place [S, H] of the memory a half of a state comes, if it is a wrong one."""
    where = f"Sentence {sentence} has {length} real places. The {name} half of your state"
    others = slice(2, 4) if units.start == 0 else slice(0, 2)
    expect(
        not any((half == row[others]).all() for row in memory),
        f"{where} holds numbers of the other direction. The forward half comes first, in memory "
        "and in the state.",
    )
    places = [place for place, row in enumerate(memory) if (half == row[units]).all()]
    expect(
        places,
        f"{where} is {half.tolist()}: no output of the encoder for this sentence. It must be one "
        "of them as it is, not a mean or a sum.",
    )
    expect(
        places[0] < length,
        f"{where} comes from place {places[0]}, counted from 0: that is a pad.",
    )
    ending = length - 1 if name == "forward" else 0
    expect(
        places[0] == ending,
        f"{where} comes from place {places[0]}, counted from 0. The {name} GRU has not read the "
        "whole sentence there. In which order does it read the words?",
    )


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
    expect(found[0] == 2, "'the dog' equals the second of two references: all of it matches.")
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
