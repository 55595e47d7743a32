"""The attention layer: every score by hand, masks, padding, and equal numbers on both sides."""

import numpy as np
import pytest
import tensorflow as tf
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import in_pytorch, in_tensorflow, parity

SIDES = [in_pytorch, in_tensorflow]
SCORES = ["additive", "dot", "scaled_dot", "general"]
TOLERANCE = {"float32": 2e-6, "float64": 1e-14}

# One query and three vectors to look back at.
QUERY = np.array([1.0, 2.0])
MEMORY = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Two threads that wait for each other cost more than they save at these sizes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tensor(side, array):
    return torch.as_tensor(array) if side is in_pytorch else tf.convert_to_tensor(array)


def set_layer(side, score, **weights):
    layer = side.layers.Attention(2, score, dtype="float64")
    layer.load_named_weights({name: np.array(w, dtype=np.float64) for name, w in weights.items()})
    return layer


def layer_pair(hidden_size, score, dtype):
    """The same layer on both sides, with weights large enough to matter."""
    rng = np.random.default_rng(3)
    first, second = (
        side.layers.Attention(hidden_size, score, seed=seed, dtype=dtype)
        for seed, side in enumerate(SIDES)
    )
    first.load_named_weights(
        {name: rng.normal(size=w.shape).astype(dtype) for name, w in first.named_weights().items()}
    )
    parity.copy_weights(first, second)
    return [first, second]


def random_inputs(batch, target, source, hidden, dtype="float64", lengths=None, seed=0):
    rng = np.random.default_rng(seed)
    queries = rng.normal(size=(batch, target, hidden)).astype(dtype)
    memory = rng.normal(size=(batch, source, hidden)).astype(dtype)
    lengths = np.full(batch, source) if lengths is None else np.asarray(lengths)
    return queries, memory, np.arange(source) < lengths[:, None]


def attend(side, layer, queries, memory, mask):
    """Return (context, weights) as arrays."""
    results = layer(*(tensor(side, part) for part in (queries, memory, mask)))
    return [parity.to_numpy(part) for part in results]


def in_numpy(score, named, queries, memory, mask):
    """The layer once more: one query and one place of the memory at a time."""
    context, weights = np.zeros_like(queries), np.zeros((*queries.shape[:2], memory.shape[1]))
    for b, t in np.ndindex(queries.shape[:2]):
        q, real = queries[b, t], np.flatnonzero(mask[b])
        scores = []
        for m in memory[b, real]:
            if score == "additive":
                inner = np.tanh(q @ named["query_weight"] + m @ named["memory_weight"])
                scores.append((inner @ named["score_weight"])[0])
            elif score == "general":
                scores.append(q @ (m @ named["memory_weight"]))
            else:
                scores.append(q @ m / (np.sqrt(len(q)) if score == "scaled_dot" else 1.0))
        exponentials = np.exp(np.array(scores) - max(scores))
        weights[b, t, real] = exponentials / exponentials.sum()
        context[b, t] = weights[b, t] @ memory[b]
    return context, weights


HAND_SCORES = [
    # q . m: 1*1 + 2*0, 1*0 + 2*1, 1*1 + 2*(-1)
    ("dot", {}, [1.0, 2.0, -1.0]),
    # the same, divided by the root of H = 2
    ("scaled_dot", {}, np.array([1.0, 2.0, -1.0]) / np.sqrt(2.0)),
    # m M: [1, 2], [0, -1], [1, 3]; q . (m M): 1 + 4, -2, 1 + 6
    ("general", {"memory_weight": [[1.0, 2.0], [0.0, -1.0]]}, [5.0, -2.0, 7.0]),
    # q Q: [1*1 + 2*1, 2*1] = [3, 2]; m M = -m; so tanh of [2, 2], [3, 1], [2, 3]; v = [2, -1]
    (
        "additive",
        {
            "query_weight": [[1.0, 0.0], [1.0, 1.0]],
            "memory_weight": [[-1.0, 0.0], [0.0, -1.0]],
            "score_weight": [[2.0], [-1.0]],
        },
        [
            2 * np.tanh(2.0) - np.tanh(2.0),
            2 * np.tanh(3.0) - np.tanh(1.0),
            2 * np.tanh(2.0) - np.tanh(3.0),
        ],
    ),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("score", "weights", "expected"), HAND_SCORES)
def test_each_score_by_hand_on_three_vectors(side, score, weights, expected):
    layer = set_layer(side, score, **weights)
    found = layer.scores(tensor(side, QUERY[None, None]), tensor(side, MEMORY[None]))
    assert parity.largest_difference(found, np.array(expected)[None, None]) < 1e-15


@pytest.mark.parametrize("side", SIDES)
def test_softmax_and_context_by_hand_with_and_without_a_pad(side):
    # With the query [1, 0] the scores are the first numbers of the memory: ln 1, ln 2, ln 5.
    queries = np.array([[[1.0, 0.0]]])
    memory = np.array([[[0.0, 8.0], [np.log(2.0), 16.0], [np.log(5.0), 24.0]]])
    layer = set_layer(side, "dot")
    context, weights = attend(side, layer, queries, memory, np.array([[True, True, True]]))
    # 1 + 2 + 5 = 8: the shares are eighths, and the context's second number is 1 + 4 + 15
    assert parity.largest_difference(weights, np.array([[[1 / 8, 2 / 8, 5 / 8]]])) < 1e-15
    assert context[0, 0, 1] == pytest.approx(20.0, abs=1e-13)
    context, weights = attend(side, layer, queries, memory, np.array([[True, True, False]]))
    # 1 + 2 = 3: thirds, and nothing for the pad; (8 + 32) / 3
    assert parity.largest_difference(weights, np.array([[[1 / 3, 2 / 3, 0.0]]])) < 1e-15
    assert context[0, 0, 1] == pytest.approx(40.0 / 3.0, abs=1e-13)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_sides_equal_a_loop_over_single_vectors(score, dtype):
    layers = layer_pair(6, score, dtype)
    inputs = random_inputs(4, 3, 5, 6, dtype, lengths=[5, 1, 3, 4])
    expected = in_numpy(score, layers[0].named_weights(), *inputs)
    for side, layer in zip(SIDES, layers, strict=True):
        found = attend(side, layer, *inputs)
        assert found[0].dtype == found[1].dtype == dtype
        assert parity.largest_difference(found, list(expected)) < TOLERANCE[dtype]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("score", SCORES)
def test_pads_get_exactly_nothing_even_for_huge_scores(side, score):
    queries, memory, mask = random_inputs(3, 2, 4, 6, "float32", lengths=[1, 2, 4])
    memory[~mask] = 1e6  # whatever stands at a pad
    queries *= 1e4  # exponentials of such scores are infinite in float32
    context, weights = attend(side, side.layers.Attention(6, score), queries, memory, mask)
    assert np.isfinite(context).all()
    assert (weights[~np.broadcast_to(mask[:, None], weights.shape)] == 0.0).all()
    assert weights.sum(axis=-1) == pytest.approx(np.ones((3, 2)), abs=1e-6)
    assert (weights[0, :, 0] == 1.0).all()  # one real word takes it all


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("score", SCORES)
def test_no_gradient_goes_to_pads_and_none_is_nan(side, score):
    layer = side.layers.Attention(6, score, dtype="float64")
    queries, memory, mask = random_inputs(3, 2, 4, 6, lengths=[1, 2, 4])
    queries, memory, mask = (tensor(side, part) for part in (queries, memory, mask))
    if side is in_pytorch:
        queries.requires_grad_(True)
        memory.requires_grad_(True)
        total = (layer(queries, memory, mask)[0] ** 2).sum()
        gradients = torch.autograd.grad(total, (queries, memory))
    else:
        with tf.GradientTape() as tape:
            tape.watch([queries, memory])
            total = tf.reduce_sum(layer(queries, memory, mask)[0] ** 2)
        gradients = tape.gradient(total, [queries, memory])
    of_queries, of_memory = map(parity.to_numpy, gradients)
    real = parity.to_numpy(mask)
    assert np.isfinite(of_queries).all()
    assert np.isfinite(of_memory).all()
    assert (of_memory[~real] == 0.0).all()
    assert (np.abs(of_memory[real]).max(axis=-1) > 0).all()


@settings(max_examples=25)
@given(
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    target=st.integers(1, 5),
    hidden=st.integers(1, 9),
    more=st.integers(0, 4),
    score=st.sampled_from(SCORES),
)
def test_for_any_sizes_rows_sum_to_one_and_padding_further_changes_nothing(
    lengths, target, hidden, more, score
):
    queries, memory, mask = random_inputs(
        len(lengths), target, max(lengths), hidden, lengths=lengths
    )
    wider = np.concatenate([memory, np.full((len(lengths), more, hidden), 7.0)], axis=1)
    wider_mask = np.concatenate([mask, np.zeros((len(lengths), more), bool)], axis=1)
    found = []
    for side, layer in zip(SIDES, layer_pair(hidden, score, "float64"), strict=True):
        context, weights = attend(side, layer, queries, memory, mask)
        assert context.shape == queries.shape
        assert weights.shape == (len(lengths), target, max(lengths))
        assert weights.min() >= 0.0
        assert weights.sum(axis=-1) == pytest.approx(np.ones((len(lengths), target)), abs=1e-14)
        assert (weights[~np.broadcast_to(mask[:, None], weights.shape)] == 0.0).all()
        padded_context, padded_weights = attend(side, layer, queries, wider, wider_mask)
        assert parity.largest_difference(padded_context, context) < 1e-13
        assert parity.largest_difference(padded_weights[:, :, : max(lengths)], weights) < 1e-13
        assert (padded_weights[:, :, max(lengths) :] == 0.0).all()
        found.append([context, weights])
    assert parity.largest_difference(*found) < 1e-13


@pytest.mark.parametrize("target", [1, 3])
@pytest.mark.parametrize("score", SCORES)
def test_traced_with_unknown_sizes_it_equals_eager_and_pytorch(score, target):
    """One query at a time is where TensorFlow 2.21's matmul goes wrong (tensorflow#117700)."""
    hidden = 32
    layers = layer_pair(hidden, score, "float32")
    traced = tf.function(layers[1].__call__, autograph=False).get_concrete_function(
        tf.TensorSpec((None, None, hidden)),
        tf.TensorSpec((None, None, hidden)),
        tf.TensorSpec((None, None), tf.bool),
    )
    for batch, source in ((64, 7), (5, 12), (1, 1)):
        inputs = random_inputs(
            batch, target, source, hidden, "float32", np.arange(batch) % source + 1
        )
        graph = [part.numpy() for part in traced(*map(tf.constant, inputs))]
        # A float32 score is rounded by a share of its size, and a weight moves by as much.
        scores = layers[0].scores(*map(torch.tensor, inputs[:2])).detach()
        bound = max(1e-5, 1e-6 * float(scores.abs().max()))
        assert parity.largest_difference(graph, attend(in_tensorflow, layers[1], *inputs)) < bound
        assert parity.largest_difference(graph, attend(in_pytorch, layers[0], *inputs)) < bound


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["to_tensorflow", "to_pytorch"])
def test_named_weights_are_the_documented_ones_and_can_be_copied(score, order):
    pair = [side.layers.Attention(5, score, seed=seed) for seed, side in enumerate(SIDES)]
    shapes = {"query_weight": (5, 5), "memory_weight": (5, 5), "score_weight": (5, 1)}
    has = {"additive": list(shapes), "general": ["memory_weight"]}.get(score, [])
    for layer in pair:
        named = layer.named_weights()
        assert {name: array.shape for name, array in named.items()} == {n: shapes[n] for n in has}
    if has:
        assert parity.largest_difference(*(layer.named_weights() for layer in pair)) > 0
    parity.copy_weights(pair[order[0]], pair[order[1]])
    assert parity.largest_difference(*(layer.named_weights() for layer in pair)) == 0.0


@pytest.mark.parametrize("side", SIDES)
def test_the_seed_fixes_the_weights_and_no_two_are_copies(side):
    first, same, other = (
        side.layers.Attention(16, "additive", seed=seed).named_weights() for seed in (1, 1, 2)
    )
    assert parity.largest_difference(first, same) == 0.0
    assert parity.largest_difference(first["memory_weight"], other["memory_weight"]) > 0
    assert parity.largest_difference(first["query_weight"], first["memory_weight"]) > 0
    limit = np.sqrt(6 / 32)  # Glorot: 16 rows and 16 columns
    for name in ("query_weight", "memory_weight"):
        assert np.abs(first[name]).max() <= limit * (1 + 1e-6)
        assert np.std(first[name]) == pytest.approx(limit / np.sqrt(3), rel=0.15)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"score": "bahdanau"}, ValueError, "'additive', 'dot', 'scaled_dot', 'general'"),
        ({"score": None}, ValueError, "attention score None"),
        ({"hidden_size": 0}, ValueError, "hidden_size=0"),
        ({"hidden_size": 8.0}, TypeError, "hidden_size"),
        ({"dtype": "float16"}, ValueError, "float64"),
        ({"seed": -1}, ValueError, "seed=-1"),
    ],
)
def test_options_that_are_not_possible_are_named(side, options, error, says):
    with pytest.raises(error, match=says):
        side.layers.Attention(**({"hidden_size": 4} | options))


@pytest.mark.parametrize("side", SIDES)
def test_weights_of_another_layer_are_refused(side):
    layer = side.layers.Attention(4, "additive")
    before = layer.named_weights()
    with pytest.raises(ValueError, match="another kind of model"):
        layer.load_named_weights(side.layers.Attention(4, "general").named_weights())
    with pytest.raises(ValueError, match="has shape"):
        layer.load_named_weights(side.layers.Attention(6, "additive").named_weights())
    assert parity.largest_difference(before, layer.named_weights()) == 0.0
