"""Exercises of notebook 02, generating characters. NumPy, but for the check of ``update``.

Shapes: ``N`` batches, ``B`` rows of a batch, ``T`` time, ``V`` symbols.
"""

import numpy as np

from .exercise import exercise, open_exercise
from .expectations import array, as_array, expect, number
from .machine import Machine
from .one_update import check_update


@exercise(
    "One number for the whole text",
    minutes=10,
    goal="Write perplexity(losses, sizes): the perplexity of a text that was read in batches.",
    hints=[
        "The last batch of a text is often shorter. Should each of its characters count more?",
        "First the mean loss of all characters, then the perplexity of it. Not the reverse.",
        "exp(sum(losses * sizes) / sum(sizes))",
    ],
)
def perplexity(answer):
    """Losses [N] (mean nats a character of each batch), sizes [N] (characters) -> a number."""

    def run(losses, sizes):
        return number(answer(np.float32(losses), np.float32(sizes)), "The perplexity")

    found = run([np.log(8)], [3])
    expect(
        abs(found - np.log(8)) > 1e-3,
        f"You gave {found:.3f}, the loss itself, in nats. The perplexity is a number of choices.",
    )
    expect(
        abs(found - 2 ** np.log(8)) > 1e-3,
        f"You gave {found:.3f}. It seems that you raised 2 to the loss. That suits bits; these "
        "losses are in nats.",
    )
    expect(
        abs(found - 8) < 1e-3,
        "A model that gives each of 8 characters the probability 1/8 has the loss ln 8 and the "
        f"perplexity 8. Yours is {found:.3f}.",
    )
    losses = np.array([1.0, 3.0])
    found = run(losses, [50, 50])
    expect(
        abs(found - np.exp(losses).mean()) > 1e-2,
        f"For two batches of equal size you gave {found:.3f}, the mean of two perplexities. Take "
        "the mean of the losses first.",
    )
    expect(
        abs(found - np.exp(losses.mean())) < 1e-2,
        "For two batches of equal size with the losses 1 and 3, the perplexity is the same as if "
        f"all characters had the loss 2. Yours is {found:.3f}.",
    )
    found = run(losses, [500, 3])
    expect(
        abs(found - np.exp(losses.mean())) > 1e-2,
        f"Batches of 500 and of 3 characters give {found:.3f}, the same as two equal batches. "
        "Every character counts once, so the small batch counts little.",
    )
    expect(
        abs(found - run([1.0, 1.0, 3.0], [250, 250, 3])) < 1e-3,
        "Cutting a batch in two equal halves changes nothing about the text, and it changes your "
        f"perplexity from {found:.3f}.",
    )
    losses, sizes = np.array([1.7, 2.3, 0.4, 5.0]), np.array([64, 64, 64, 7])
    expect(
        abs(run(losses, sizes) / np.exp(np.average(losses, weights=sizes)) - 1) < 1e-3,
        "The perplexity belongs to the mean over all characters. For four batches, yours is "
        f"{run(losses, sizes):.3f}.",
    )


@exercise(
    "Streams",
    minutes=20,
    goal="Write streams(ids, batch_size, sequence_length): inputs and targets, both [N, B, T], "
    "such that row b of each batch goes on where row b of the batch before ended.",
    hints=[
        "Look at the two batches that section 1 printed. Which row goes on where?",
        "All but the last symbol are inputs, all but the first are targets. Cut both into B long "
        "rows of one length, then the rows into windows of T. Leave out what does not fit.",
        "N = (len(ids) - 1) // B // T windows fit. ids[:-1][: B * N * T], as [B, N, T], with the "
        "first two axes swapped; the same for ids[1:].",
    ],
)
def streams(answer):
    """Ids [number of symbols], batch_size B, sequence_length T -> (inputs, targets) [N, B, T]."""
    rng = np.random.default_rng(5)
    for size, B, T in ((61, 3, 5), (60, 3, 5), (103, 4, 6), (9, 1, 4)):
        N = (size - 1) // B // T
        pair = answer(np.arange(100, 100 + size), B, T)
        expect(
            isinstance(pair, (tuple, list)) and len(pair) == 2,
            f"Return two arrays, the inputs and the targets, and not a {type(pair).__name__}.",
        )
        inputs = array(pair[0], (None, B, T), "The inputs")
        targets = array(pair[1], (None, B, T), "The targets")
        told = f"The text is 100, 101, 102, ... ({size} symbols), B = {B}, T = {T}."
        step = np.unique(targets - inputs) if targets.shape == inputs.shape else []
        expect(
            not np.array_equal(step, [0]),
            "Your targets are the inputs. The target is the symbol after the input.",
        )
        expect(
            np.array_equal(step, [1]),
            f"{told} Each target is the input plus 1, also at the end of a window. In your "
            f"first row, inputs {_row(inputs)} meet targets {_row(targets)}.",
        )
        expect(
            _row(inputs) == list(range(100, 100 + T)),
            f"{told} The first row of the first batch is the beginning of the text. Yours is "
            f"{_row(inputs)}.",
        )
        ends, begins = inputs[:-1, :, -1], inputs[1:, :, 0]
        expect(
            np.array_equal(begins, ends + 1),
            f"{told} Row b of a batch goes on where row b of the batch before ended, so that the "
            f"state may be carried. In yours, row 1 ends with {ends.ravel()[:1].astype(int)}, and "
            f"row 1 of the next batch begins with {begins.ravel()[:1].astype(int)}.",
        )
        expect(
            len(np.unique(inputs)) == inputs.size,
            f"{told} Some symbols are read twice in one pass: your rows overlap.",
        )
        expect(
            len(inputs) == N,
            f"{told} You made {len(inputs)} batches of it, and more would fit.",
        )
        ids = rng.integers(0, 50, size)
        other = [array(part, (N, B, T)) for part in answer(ids, B, T)]
        expect(
            all(
                np.array_equal(found, ids[places.astype(int) - 100])
                for found, places in zip(other, (inputs, targets), strict=True)
            ),
            "For a text that counts 100, 101, 102 your batches are right, and for another text "
            "they are not. Do they contain the symbols, or their places?",
        )


def _row(batches):
    """Return the first row of the first batch as a list."""
    return batches[0, 0].astype(int).tolist() if batches.size else []


def _bigram_nats(train_ids, validation_ids, V, extra):
    counts = np.zeros((V, V))
    np.add.at(counts, (train_ids[:-1], train_ids[1:]), 1)
    chances = (counts + extra) / (counts.sum(axis=1, keepdims=True) + extra * V)
    return -np.log(chances[validation_ids[:-1], validation_ids[1:]]).mean()


@exercise(
    "A floor of your own",
    minutes=20,
    goal="Write bigram_nats(train_ids, validation_ids, vocab_size, extra): the loss of a model "
    "that knows only which symbol follows which, with `extra` added to the count of every pair.",
    hints=[
        "A table [V, V] holds how often symbol b followed symbol a in the training text. What must "
        "each of its rows be divided by?",
        "Every one of the V followers gets `extra`. So a row's sum grows by V times `extra`.",
        "p = (count(a, b) + extra) / (count of a + V * extra). The loss is the mean of -ln p over "
        "all neighbours (a, b) of the validation text.",
    ],
)
def bigram_nats(answer):
    """Two rows of ids, vocab_size (a whole number), extra (above 0) -> nats per symbol."""
    rng = np.random.default_rng(6)
    V = 6
    text = rng.choice(V, 400, p=[0.4, 0.3, 0.1, 0.1, 0.05, 0.05])
    text[1::2] = (text[::2] + rng.integers(1, 3, 200)) % V  # so that order counts
    train_ids, validation_ids, other_ids = text[:300], text[300:], rng.integers(0, V, 300)

    def run(train_ids, validation_ids, extra):
        found = as_array(answer(train_ids, validation_ids, V, extra), "The loss")
        expect(
            found.size == 1 and np.isfinite(found).all(),
            f"The loss is {found}, not one finite number. A pair that is in the validation text "
            "and never in the training text must not have p = 0. Is `extra` in every count?",
        )
        return number(found)

    found = run(train_ids, validation_ids, 0.5)
    expect(
        abs(found - run(other_ids, validation_ids, 0.5)) > 1e-6,
        "Your loss stays the same for another training text. Count on the training text, measure "
        "on the validation text: counting on what is measured is cheating.",
    )
    found = run(np.zeros(50, int), np.arange(1, V), 0.5)
    steps = V - 2
    expect(
        abs(found - np.log2(V)) > 1e-3,
        f"For symbols that training never saw you gave {found:.3f}: that is in bits. Nats use ln.",
    )
    expect(
        abs(found - steps * np.log(V)) > 1e-3,
        f"Your loss is {found:.3f} for {steps} pairs. It seems to be a sum; the loss is a mean.",
    )
    expect(
        abs(found - np.log(V)) < 1e-3,
        "After a symbol that training never saw, only `extra` is left, so all V symbols are "
        f"equally likely. Their loss is that of the uniform model, and yours is {found:.3f}. The V "
        "probabilities of a row sum to 1.",
    )
    circle = np.arange(600) % V
    found = run(circle, circle[:50], 1e-3)
    expect(
        found < 0.01,
        "In a text where each symbol has only one follower, and with a tiny `extra`, a bigram "
        f"model is never surprised. Your loss is {found:.3f}. Does row a of the table hold what "
        "comes after a?",
    )
    found = run(train_ids, validation_ids, 0.5)
    turned = _bigram_nats(train_ids[::-1], validation_ids[::-1], V, 0.5)
    expect(
        abs(found - turned) > 1e-4,
        f"You gave {found:.4f}. Your table is divided along the wrong axis: it holds what comes "
        "before a symbol, and not what comes after it.",
    )
    expect(
        abs(found - _bigram_nats(train_ids, validation_ids, V, 0.5)) < 1e-3,
        f"You gave {found:.4f} for a random text. Check the pairs: in training and in validation, "
        "each symbol but the last is followed by one. Check that `extra` = 0.5 is used as given.",
    )


@exercise(
    "Let it write",
    minutes=20,
    goal="Write continue_text(step, prompt, length): let a model read a prompt, then write "
    "`length` more symbols, each the likeliest.",
    hints=[
        "There are two parts: reading, where the next input is known, and writing, where the next "
        "input is what was chosen. The state runs through both.",
        "After the last symbol of the prompt is read, the first new symbol is already known: it is "
        "the largest of those logits. So nothing of the prompt is read twice.",
        "for symbol in prompt: logits, state = step(symbol, state). Then, `length` times: choose "
        "the argmax as an int, append it, feed it.",
    ],
)
def continue_text(answer):
    """step(id, state) -> (logits [V], state), prompt (list of ids), length -> list of new ids."""
    for prompt, length, V in (
        ([3, 1, 4], 5, 7),
        ([2], 8, 11),
        ([5, 5, 0, 1], 1, 7),
        ([1, 0], 0, 5),
    ):
        machine, wanted = Machine(answer.inputs, V), []
        returned = answer(machine.step, list(prompt), length)
        expect(
            length or (returned is not None and len(returned) == 0),
            f"With length=0 nothing is written, and the result is an empty list. Yours: {returned}",
        )
        if not length:
            continue
        read = list(machine.calls[-1]) if machine.calls else []
        for _ in range(length):
            wanted.append(int(machine.logits((*prompt, *wanted)).argmax()))
        told = f"The prompt is {prompt}."
        expect(
            read[: len(prompt)] == prompt,
            f"{told} The model must read all of it, in order, with the state carried along. It "
            f"read {read}.",
        )
        after = read[len(prompt) :]
        expect(
            after[:1] != prompt[-1:] or wanted[:1] == prompt[-1:],
            f"{told} Its last symbol is read twice: the model read {read}. The logits after the "
            "prompt already say what comes next.",
        )
        found = as_array(returned, "The list of new ids").ravel()
        expect(
            len(found) == length,
            f"{told} {length} new ids are asked for, and you returned {len(found)}. Is the prompt "
            "among them? Is the loop one round too long or too short?",
        )
        expect(
            found[0] == wanted[0],
            f"{told} The first new symbol is the one with the largest logit after the prompt. "
            f"Yours is {found[:1].astype(int)}.",
        )
        expect(
            after[: length - 1] == found[: length - 1][: len(after)].tolist(),
            f"{told} While writing, the next input is the chosen symbol. You chose "
            f"{found.astype(int).tolist()}, and the model read {after} after the prompt.",
        )
        expect(
            found.tolist() == wanted,
            f"{told} Each new symbol is the one with the largest logit after the symbol before. "
            f"You returned {found.astype(int).tolist()}, and the model read {read}.",
        )


@exercise(
    "One update from memory",
    minutes=30,
    goal="Write update(model, optimizer, inputs, targets, state, clip_norm): one update in PyTorch "
    "or in TensorFlow. Close section 5 first.",
    hints=[
        "Forward, loss, backward, clip, step: five parts. Then three results: the loss, the norm "
        "of the gradients before clipping, and the new state.",
        "All gradients together are one long vector; its norm decides. The new state must not "
        "remember how it was made (PyTorch: detach).",
        "The two cells of section 5 are the answer. Write down what each of their lines is for.",
    ],
)
def update(answer):
    """See the goal. Inputs and targets [B, T] -> (loss, norm, state), and a model that learned."""
    check_update(answer)


name_a_unit = open_exercise(
    "name_a_unit",
    "Name another unit",
    minutes=30,
    goal="Find a hidden unit that follows something you can name: inside a long word, near the end "
    "of a line, after a capital.",
    hints=[
        "Section 10 makes a row of zeros and ones from the text, and looks for the unit that goes "
        "along with it. Change what makes the row.",
        "Choose the unit on one part of the validation text. Measure it on another part.",
    ],
    rubric=[
        "A definition that a program can check: which characters count, and which do not.",
        "The unit is chosen on one text, and its correlation is measured on another.",
        "The correlation that the best of 256 units reaches by luck, for comparison: shuffle the "
        "row, or shift it.",
        "A picture of the unit over a text, in both frameworks.",
    ],
)
