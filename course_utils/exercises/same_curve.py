"""Exercises of notebook 06: what separates two equal models, and how weights are ported.

Shapes: ``E`` input features, ``H`` hidden units, ``V`` rows of a table, ``N`` rows of a gradient.
"""

import math

import numpy as np

from .exercise import exercise, open_exercise
from .expectations import array, expect, number

GRU_NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
GATES = "rzn"


@exercise(
    "Does float32 hold it?",
    minutes=5,
    goal="Return True if float32 holds a Python number exactly, as it holds 0.5, else False.",
    hints=[
        "Round the number to float32, and ask whether it is still the same.",
        "Which precision does your comparison use? NumPy compares np.float32(x) == x in float32.",
        "Turn the rounded number back into a Python float (float64) before you compare.",
    ],
)
def survives_float32(answer):
    """Check the test of a number for exactness in float32."""
    exact = {"0.5": 0.5, "2**-7": 2**-7, "1 - 2**-10": 1 - 2**-10, "1 + 2**-23": 1 + 2**-23}
    exact |= {"-3": -3.0, "2**-60": 2**-60}
    rounded = {"0.1": 0.1, "0.999": 0.999, "0.008": 0.008, "1 + 2**-24": 1 + 2**-24}
    rounded |= {"16777217": 16777217.0}
    said = {text: number(answer(x), "Your answer") for text, x in (exact | rounded).items()}
    for text, value in said.items():
        expect(value in (0, 1), f"For {text} you return {value:g}, and not True or False.")
    expect(
        not all(said.values()),
        "You say True to every number, 0.1 among them. Which precision does the comparison use, "
        "and does it allow a small difference?",
    )
    for text in exact:
        expect(
            said[text],
            f"You say False to {text}. In binary it needs at most 24 digits, from the first 1 to "
            "the last, so float32 holds it, however many decimal digits it has.",
        )
    for text, x in rounded.items():
        off = abs(float(np.float32(x)) - x)
        expect(
            not said[text],
            f"You say True to {text}. The nearest float32 is {off:.1e} away; that is small, but "
            "not 0.",
        )


@exercise(
    "Gates to Keras",
    minutes=10,
    goal="Return the input weights of a PyTorch GRU, [3H, E] with the gates r, z, n, as Keras "
    "wants them: [E, 3H] with the gates z, r, h.",
    hints=[
        "A matrix is turned by a transpose. A reshape keeps the order of the numbers in memory.",
        "After the transpose, the gates are three blocks of columns.",
        "Split into three along the last axis, and join them as z, r, n.",
    ],
)
def gates_to_keras(answer):
    """Check a GRU matrix on its way from PyTorch to Keras."""
    for H, E in ((2, 3), (4, 3)):
        weight = np.arange(3 * H * E, dtype=np.float32).reshape(3 * H, E)
        found = array(answer(weight), (E, 3 * H), "The matrix for Keras")
        rows = []
        for column in found.T:
            same = np.flatnonzero((weight == column).all(axis=1))
            expect(
                len(same) == 1,
                f"Your column {column.tolist()} is no row of the PyTorch matrix. Each row must "
                "become one column: that is a transpose. Did you reshape, or split along the wrong "
                "axis?",
            )
            rows.append(int(same[0]))
        order = "".join(GATES[row // H] for row in rows)
        expect(
            order != "r" * H + "z" * H + "n" * H,
            f"Your columns are the gates {order}: still PyTorch's order. Keras has z first.",
        )
        blocks = [set(order[start : start + H]) for start in range(0, 3 * H, H)]
        expect(
            all(len(block) == 1 for block in blocks),
            f"Your columns are the gates {order}. Those of one gate must be together.",
        )
        expect(
            order == "z" * H + "r" * H + "n" * H,
            f"Your columns are the gates {order}. Keras has the update gate z, then the reset "
            "gate r, then the candidate.",
        )
        units = [row % H for row in rows]
        expect(
            units == list(range(H)) * 3,
            f"The units inside the gates have the order {units}. Only the gates change places.",
        )


@exercise(
    "An epsilon for Keras",
    minutes=10,
    goal="Return the epsilon with which Keras's Adam makes the same move as PyTorch's Adam with "
    "this epsilon, at update step (from 1), for a given beta_2.",
    hints=[
        "Section 5 writes Keras's move with the hats of PyTorch. Which epsilon is in it?",
        "Keras's epsilon acts like epsilon / sqrt(1 - beta_2 ** step).",
    ],
)
def keras_epsilon(answer):
    """Check the epsilon that makes the two forms of Adam equal at one update."""
    late = number(answer(1e-7, 0.999, 10**6), "The epsilon")
    expect(late > 0, f"The epsilon is {late:g}. It must be above 0.")
    expect(
        math.isclose(late, 1e-7, rel_tol=1e-6),
        f"At update 1,000,000 the correction is over, so both epsilons are equal. For 1e-07 yours "
        f"is {late:.3g}.",
    )
    for step in (1, 2, 10, 300):
        for epsilon, beta_2 in ((1e-7, 0.999), (1e-3, 0.9), (1e-8, 1 - 2**-10)):
            mine = number(answer(epsilon, beta_2, step), "The epsilon")
            expect(
                mine <= epsilon * (1 + 1e-9),
                f"At update {step} (beta_2 = {beta_2}) yours is {mine:.3g}, larger than PyTorch's "
                f"{epsilon:g}. In Keras an epsilon acts stronger at first, so it must be smaller.",
            )
            root = epsilon  # of v hat: a gradient as small as epsilon, where epsilon matters
            correction = math.sqrt(1 - beta_2**step)
            pytorch = 1 / (root + epsilon)
            keras = correction / (root * correction + mine)
            off = abs(keras / pytorch - 1)
            expect(
                off < 1e-5,
                f"At update {step} with beta_2 = {beta_2} and PyTorch's epsilon {epsilon:g}, yours "
                f"is {mine:.3g}. For a gradient of that size, Keras would move "
                f"{keras / pytorch:.5f} x as far as PyTorch.",
            )


@exercise(
    "Sum first, then square",
    minutes=15,
    goal="Return the squares of the whole gradient of a table, [V, E], from its rows [N, E], the "
    "ids [N] to which they belong, and V: what Adam should average.",
    hints=[
        "An id that occurs twice has two rows. Its gradient is their sum.",
        "In NumPy and PyTorch, table[ids] += rows keeps only the last row of each id. Look for "
        "np.add.at, index_add, tf.math.unsorted_segment_sum.",
        "First the sums [V, E], zeros where an id never occurs; then the squares.",
    ],
)
def squared_gradient(answer):
    """Check the squares of an embedding's gradient that comes as rows."""
    rows = np.array([[1.0, 2.0], [3.0, -1.0], [2.0, 2.0], [1.0, -5.0]], np.float32)
    ids = np.array([1, 3, 1, 1])
    found = array(answer(rows, ids, 5), (5, 2), "The squares")
    expect(
        (found[[0, 2, 4]] == 0).all(),
        f"The ids 0, 2 and 4 never occur, and yours get {found[[0, 2, 4]].tolist()}.",
    )
    expect((found >= 0).all(), f"Squares are never negative, and yours hold {found.min():g}.")
    expect(
        np.allclose(found[3], [9, 1], atol=1e-4),
        f"Id 3 occurs once, with the row [3, -1], and gets {found[3].tolist()}: not its square.",
    )
    expect(
        not np.allclose(found[1], [6, 33], atol=1e-4),
        f"Id 1 occurs three times and gets {found[1].tolist()}: the sum of the squares. That is "
        "what goes wrong in Keras.",
    )
    last = any(np.allclose(found[1], rows[i] ** 2, atol=1e-4) for i in (0, 2, 3))
    expect(
        not last,
        f"Id 1 occurs three times and gets {found[1].tolist()}: the square of one of its rows. "
        "The other rows are lost.",
    )
    rng = np.random.default_rng(7)
    for N, V, E in ((4, 5, 2), (60, 7, 3)):
        rows, ids = rng.normal(size=(N, E)).astype(np.float32), rng.integers(0, V, N)
        found = array(answer(rows, ids, V), (V, E), "The squares")
        for i in np.unique(ids):
            whole = np.square(rows[ids == i].astype(np.float64).sum(axis=0))
            expect(
                np.allclose(found[i], whole, atol=1e-3),
                f"Id {i} occurs {(ids == i).sum()} times and gets {found[i].round(3).tolist()}: "
                "not the square of the sum of its rows. Is it a mean?",
            )


@exercise(
    "The way back",
    minutes=20,
    goal="Return the weights of a Keras GRU (kernel [E, 3H], recurrent [H, 3H], bias [2, 3H]) as a "
    "dictionary with PyTorch's names and shapes, ready for load_state_dict.",
    hints=[
        "The names are weight_ih_l0 [3H, E], weight_hh_l0 [3H, H], bias_ih_l0 and bias_hh_l0 [3H].",
        "Exchanging the first two gates is its own inverse: z, r, h becomes r, z, n.",
        "The two rows of the bias are the two biases of PyTorch, the input's first. Do not add "
        "them: the reset gate multiplies only the recurrent one of the candidate.",
    ],
)
def gru_from_keras(answer):
    """Check the weights of a GRU on their way from Keras to PyTorch."""
    H, E = 4, 3
    rng = np.random.default_rng(6)
    kernel, recurrent, bias = (
        rng.normal(size=(rows, 3 * H)).astype(np.float32) for rows in (E, H, 2)
    )
    found = answer(kernel, recurrent, bias)
    expect(
        isinstance(found, dict) and set(found) == set(GRU_NAMES),
        f"Return a dictionary with the names {', '.join(GRU_NAMES)}. Yours is "
        f"{sorted(found) if isinstance(found, dict) else type(found).__name__}.",
    )
    shapes = ((3 * H, E), (3 * H, H), (3 * H,), (3 * H,))
    arrays = {n: array(found[n], s, n) for n, s in zip(GRU_NAMES, shapes, strict=True)}
    sums = bias.astype(np.float64).sum(axis=0)
    for name, part in (("bias_ih_l0", bias[0]), ("bias_hh_l0", bias[1])):
        values = np.sort(arrays[name])
        expect(
            not np.allclose(values, np.sort(sums), atol=1e-5),
            f"{name} holds the sum of the two rows. In a GRU the reset gate multiplies only one of "
            "them, so they must stay two.",
        )
        expect(
            np.array_equal(values, np.sort(part).astype(np.float64)),
            f"{name} holds other numbers than its row of the Keras bias. The first row belongs to "
            "the input, the second to the state.",
        )
    keras = {"weight_ih_l0": kernel.T, "weight_hh_l0": recurrent.T}
    keras |= {"bias_ih_l0": bias[0], "bias_hh_l0": bias[1]}
    for name, given in keras.items():
        blocks = np.split(given.astype(np.float64), 3)
        mine = np.split(arrays[name], 3)
        stands = [
            "".join(g for g, b in zip("zrn", blocks, strict=True) if np.array_equal(b, m))
            for m in mine
        ]
        expect(
            all(stands),
            f"The blocks of {name} are no gates of the Keras array. First transpose, then "
            "exchange whole blocks of H rows.",
        )
        expect(
            "".join(stands) == GATES,
            f"{name} has the gates {', '.join(stands)}. PyTorch wants the reset gate first, then "
            "the update gate.",
        )


own_pair = open_exercise(
    "own_pair",
    "A pair of your own",
    minutes=30,
    goal="Take a pair of models in any two forms (two frameworks, two versions, two precisions), "
    "let parity.explain look at it, and make its two curves equal.",
    hints=[
        "Begin with equal weights, and one number: the difference of the first loss.",
        "parity.compare_training takes two functions, so it works for any model.",
    ],
    rubric=[
        "Every cause is named, with the lines of code that cause it.",
        "The size of each cause is measured alone, on a log scale.",
        "What is left when all are gone is a number, and it is compared with the precision.",
        "You say which causes you would leave in a real project, and why.",
    ],
)
