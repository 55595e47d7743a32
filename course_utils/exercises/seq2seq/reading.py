"""Exercises of notebook 03: what goes into the model and its loss.

Ids: 0 is ``<pad>``, 1 ``<bos>``, 2 ``<eos>``. Sizes: ``B`` batch, ``S`` source time, ``T`` target
time, ``H`` hidden, ``K`` beam size, ``V`` vocabulary.
"""

import numpy as np

from ..exercise import exercise
from ..expectations import array, expect, number

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
