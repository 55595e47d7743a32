"""Exercises of notebook 01, the basic RNN. NumPy only.

Shapes: ``B`` batch, ``T`` time, ``H`` hidden units, ``V`` symbols.
"""

import numpy as np

from .exercise import exercise, open_exercise
from .expectations import array, expect, number
from .gradients import check_gradient, numeric_gradient, same


@exercise(
    "One step, for a batch",
    minutes=5,
    goal="Write next_state(x, h, U, W, b): the state after one more symbol, for B rows at once.",
    hints=[
        "The formula is at the top of section 2: a sum of three parts, then one function of it.",
        "Rows are vectors, so x stands left of U, and h stands left of W. The bias is added to "
        "every row by itself.",
        "tanh(x @ U + h @ W + b); in TensorFlow tf.tanh, in PyTorch torch.tanh.",
    ],
)
def next_state(answer):
    """x [B, V], h [B, H], U [V, H], W [H, H], b [H] -> the new state [B, H]."""
    rng = np.random.default_rng(1)
    U, W, b = (rng.normal(size=size).astype("float32") for size in ((5, 3), (3, 3), 3))
    x = np.eye(5, dtype="float32")[[2, 0]]  # [B=2, V=5]
    h = np.tanh(rng.normal(size=(2, 3))).astype("float32")

    def step(**changed):
        given = dict(x=x, h=h, U=U, W=W, b=b) | changed
        return array(answer(*given.values()), (2, 3), "The new state")

    nothing = dict(h=0 * h, W=0 * W, b=0 * b)
    found = step(**nothing)
    largest = np.abs(step(**nothing | dict(U=9 * U))).max()
    expect(
        largest <= 1,
        "A tanh keeps each number of the state between -1 and 1. With large weights U, one of "
        f"yours is {largest:.1f} in size.",
    )
    expect(
        same(found, np.tanh(x @ U)),
        "With h, W and b all zero, row 1 of the new state is the tanh of one row of U: the row "
        f"that x points at. Yours is {found[0].round(3)}.",
    )
    found = step(U=0 * U, W=0 * W)
    expect(
        same(found, np.tanh(b) + np.zeros((2, 1))),
        "With U and W all zero, only the bias is left, and every row of the new state is tanh(b). "
        f"Yours is {found[0].round(3)} for b = {b.round(3)}.",
    )
    found = step(x=0 * x, b=0 * b)
    expect(
        not same(found, np.tanh(h @ W.T)),
        "The old state meets W transposed in your function. A row h stands left of W: h W.",
    )
    expect(
        not same(found, h @ W),
        "With x and b all zero, your new state is h W as it is. The tanh has to see it, too.",
    )
    expect(
        same(found, np.tanh(h @ W)),
        "With x and b all zero, only the old state is left, and the new one is tanh(h W). "
        f"Your first row is {found[0].round(3)} for h = {h[0].round(3)}.",
    )
    expect(
        same(step(), np.tanh(x @ U + h @ W + b)),
        "Each of the three parts alone is right, and all together are not. Add the three first. "
        "Then take one tanh of the sum.",
    )


@exercise(
    "Why squared error learns slowly",
    minutes=20,
    goal="Write score_gradients(scores, targets): the gradients of the cross-entropy and of the "
    "squared error of section 4 with respect to the scores.",
    hints=[
        "Section 6 begins with the gradient of the cross-entropy. The squared error needs one line "
        "of calculus: the derivative of u * u.",
        "In both gradients the one-hot target is subtracted from something: once from the "
        "probabilities, once from the scores themselves.",
        "(softmax(scores) - one_hot) / T and 2 * (scores - one_hot) / (T * V).",
    ],
)
def score_gradients(answer):
    """Scores [T, V], targets [T] (ids) -> two gradients, both [T, V]."""
    T, V = 4, 7
    scores = np.random.default_rng(2).normal(size=(T, V))
    targets = np.array([3, 0, 3, 6])
    one_hot = np.eye(V)[targets]

    def cross_entropy(scores):
        powers = np.exp(scores)
        return -np.log((one_hot * powers / powers.sum(axis=1, keepdims=True)).sum(axis=1)).mean()

    def squared_error(scores):
        return ((scores - one_hot) ** 2).mean()

    pair = answer(scores.astype("float32"), targets)
    expect(
        isinstance(pair, (tuple, list)) and len(pair) == 2,
        "Return two gradients, first that of the cross-entropy, then that of the squared error. "
        f"You returned a {type(pair).__name__}.",
    )
    first = array(pair[0], (T, V), "The gradient of the cross-entropy")
    second = array(pair[1], (T, V), "The gradient of the squared error")
    sums = np.abs(first.sum(axis=1))
    expect(
        sums.max() < 1e-5,
        "Add the same number to all scores of a step: the probabilities stay as they are. So each "
        f"row of the gradient of the cross-entropy sums to 0, and one of yours to {sums.max():.3f}."
        " Are the probabilities taken over the symbols of a step? Is the target subtracted?",
    )
    check_gradient(first, numeric_gradient(cross_entropy, scores), targets, "cross-entropy")
    low = np.minimum(scores, 0.5)  # below 1, so the sign of the squared error is the same
    pair = answer(low.astype("float32"), targets)
    check_gradient(
        array(pair[1], (T, V), "The gradient of the squared error"),
        numeric_gradient(squared_error, low),
        targets,
        "squared error",
    )
    expect(
        same(second, numeric_gradient(squared_error, scores)),
        "For scores above 1, the gradient of the squared error is not right. It pulls a score that "
        "is too high down again.",
    )


@exercise(
    "A lower limit",
    minutes=15,
    goal="Write lowest_cross_entropy(vocab_size): the smallest cross-entropy, in nats, that is "
    "possible if each score comes out of a tanh.",
    hints=[
        "A tanh gives numbers between -1 and 1. Which scores make the right symbol as likely as "
        "possible?",
        "The best case is +1 for the right symbol and -1 for all others. Write down its p.",
        "p = e / (e + (V - 1) / e), and the loss is -ln p.",
    ],
)
def lowest_cross_entropy(answer):
    """vocab_size (a whole number, at least 2) -> nats."""
    rng = np.random.default_rng(3)
    for V in (2, 5, 30, 100):
        found = number(answer(V), f"The smallest cross-entropy of {V} symbols")
        best = np.full(V, -1.0)
        best[0] = 1.0
        p = np.exp(best[0]) / np.exp(best).sum()
        expect(
            abs(found - p) > 1e-4,
            f"For {V} symbols you gave {found:.3f}. That is a probability. The loss is its -ln.",
        )
        expect(
            found > 0,
            f"You gave {found:.3f} for {V} symbols. A loss of 0 or less needs p = 1, and with "
            "scores between -1 and 1 the other symbols always keep a share.",
        )
        expect(
            abs(found + np.log2(p)) > 1e-4,
            f"For {V} symbols you gave {found:.3f}. That is in bits. The nat uses ln.",
        )
        tried = np.vstack([best, rng.uniform(-1, 1, (50, V)), [[1.0] + [0.0] * (V - 1)]])
        losses = np.log(np.exp(tried).sum(axis=1)) - tried[:, 0]
        expect(
            found < losses.min() + 1e-4,
            f"For {V} symbols you gave {found:.3f}. There are scores between -1 and 1 with a "
            "smaller loss. Make every wrong symbol as unlikely as it can be.",
        )
        expect(
            found > losses.min() - 1e-4,
            f"For {V} symbols you gave {found:.3f}. No scores between -1 and 1 reach that. How "
            "many wrong symbols are there, and which share does each of them keep?",
        )


def _start_gradient(states, from_answer, W):
    future = np.zeros(len(W))
    for h, own in zip(states[::-1], from_answer[::-1], strict=True):
        future = ((own + future) * (1 - h**2)) @ W.T
    return future


@exercise(
    "The gradient of the starting state",
    minutes=30,
    goal="Write start_gradient(states, from_answer, W): the gradient of the loss with respect to "
    "h_0. With it, a network can learn its starting state.",
    hints=[
        "Section 6 goes back from step T to step 1. The starting state is one step further.",
        "Carry one vector back: what arrives from the future. At each step add the answer's part, "
        "multiply by 1 - h * h of that step, then by W transposed.",
        "for t from T-1 down to 0: future = ((from_answer[t] + future) * (1 - states[t]**2)) @ "
        "W.T, beginning with zeros. The last future is the result.",
    ],
)
def start_gradient(answer):
    """Rows h_1..h_T [T, H], their answers' part [T, H], W [H, H] -> the gradient [H]."""
    rng = np.random.default_rng(4)
    W = rng.normal(size=(3, 3)).astype("float32")
    states = np.tanh(rng.normal(size=(6, 3))).astype("float32")
    own = rng.normal(size=(6, 3)).astype("float32")

    def run(states, own):
        return array(answer(states, own, W), (3,), "The gradient of h_0")

    found = run(0 * states[:1], own[:1])  # one step, and tanh' is 1
    expect(
        not same(found, own[0]),
        "Your gradient stops at s_1, the sum of step 1. From there to h_0 one more product is "
        "missing: how does h_0 enter s_1?",
    )
    expect(
        not same(found, own[0] @ W),
        "You multiply by W. Forwards a state is multiplied by W, so backwards by W transposed.",
    )
    expect(
        same(found, own[0] @ W.T),
        "With one step and a state h_1 of zeros, the tanh changes nothing: the gradient is the "
        f"answer's part times W transposed. Yours is {found.round(3)}.",
    )
    found = run(states[:1], own[:1])
    expect(
        same(found, _start_gradient(states[:1], own[:1], W)),
        "With one step and a state h_1 that is not zero, the gradient also passes the tanh: a "
        f"factor 1 - h_1 * h_1 for each unit, before W. Yours is {found.round(3)}.",
    )
    only_first = np.float32([[1], [0]]) * own[:2]
    expect(
        same(run(states[:2], only_first), _start_gradient(states[:2], only_first, W)),
        "With two steps and an answer at step 1 only, nothing arrives from step 2. Step 1 counts "
        "by itself, as with one step.",
    )
    only_last = np.float32([[0], [1]]) * own[:2]
    expect(
        same(run(states[:2], only_last), _start_gradient(states[:2], only_last, W)),
        "With two steps and an answer at step 2 only, its gradient passes both steps on the way "
        "back: the tanh of step 2, W, the tanh of step 1, W.",
    )
    found = run(states, own)
    expect(
        same(found, _start_gradient(states, own, W)),
        "Two steps are right, and six are not. What arrives from the future contains all later "
        f"steps, not only the next one. Yours is {found.round(3)}.",
    )


@exercise(
    "A gate that holds",
    minutes=10,
    goal="Write gate_bias(steps, share): the bias of a gate that keeps this share of the content "
    "after so many steps.",
    hints=[
        "Section 7 leaves 1/e with the bias ln n. Here the share is yours to choose. First: which "
        "value must the gate have, if `steps` equal factors make the share?",
        "The gate is the root: share ** (1 / steps). Then ask which bias gives this gate: turn the "
        "sigmoid round.",
        "g = share ** (1 / steps), and the bias is ln(g / (1 - g)).",
    ],
)
def gate_bias(answer):
    """Steps (a whole number), share (between 0 and 1) -> the bias, a number."""
    for steps, share in ((1, 0.8), (5, 0.5), (80, 0.9), (300, 0.37), (20, 0.01)):
        found = number(answer(steps, share), "The bias")
        gate = 1 / (1 + np.exp(-found))
        asked = f"{steps} steps and a share of {share}"
        expect(
            abs(found - share ** (1 / steps)) > 1e-4,
            f"For {asked} you gave {found:.4f}. That is a gate, between 0 and 1. The bias is the "
            "number of which the sigmoid makes this gate.",
        )
        expect(
            steps == 1 or abs(gate - share) > 1e-4,
            f"For {asked}, your gate keeps {gate:.2f} at every single step. The share is what is "
            "left after all of them.",
        )
        expect(
            abs(gate**steps - share) < 2e-3,
            f"For {asked} you gave the bias {found:.3f}. It makes a gate of {gate:.4f}. Multiplied "
            f"{steps} times, that leaves {gate**steps:.3f}.",
        )


how_long = open_exercise(
    "how_long",
    "How long is long?",
    minutes=30,
    goal="Which networks of section 9 remember for 20 steps, and for 40? And what do gates that "
    "are set for 10 steps do with a wait of 80?",
    hints=[
        "Read the middle panel of section 7 at the lags 20 and 40 before you train.",
        "Change WAIT and run section 9 again. The assert lines there state what holds for 80 "
        "steps; write a loop of your own, or take them out of your copy.",
        "For the second question, call start_holding(model.recurrent, 10) with WAIT = 80.",
    ],
    rubric=[
        "A guess, written down before the training, with its reason from section 7.",
        "Results for a wait of 20 and of 40: both frameworks, at least three seeds, as mean and "
        "range.",
        "The result for gates set for 10 steps and a wait of 80.",
        "One sentence on each result that differs from the guess: what else, besides the gradient "
        "at the start, decides?",
    ],
)
