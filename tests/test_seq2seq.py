"""Encoder, decoder and translation: states before the pads, equal numbers on both sides."""

import functools

import numpy as np
import pytest
import tensorflow as tf
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import in_pytorch, in_tensorflow, parity
from course_utils.data.translation import (
    BOS,
    EOS,
    SPECIAL,
    SentencePair,
    Vocabulary,
    encode_batch,
)
from course_utils.model_checks import split_names

SIDES = [in_pytorch, in_tensorflow]
CELLS = ["rnn", "lstm", "gru"]
ATTENTIONS = [None, "additive", "dot", "scaled_dot", "general"]
TOLERANCE = {"float32": 1e-6, "float64": 1e-14}
EXACT = 1e-13  # float64, where sums are taken in another order

SOURCE = Vocabulary([f"s{n}" for n in range(7)], unit="word", special=SPECIAL, unknown="<unk>")
TARGET = Vocabulary([f"t{n}" for n in range(9)], unit="word", special=SPECIAL, unknown="<unk>")
VOCABULARIES = (SOURCE, TARGET)
SIZES = dict(source_vocab_size=11, target_vocab_size=13, embedding_size=5, hidden_size=6)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Two threads that wait for each other cost more than they save at these sizes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tensor(side, array):
    return torch.as_tensor(array) if side is in_pytorch else tf.convert_to_tensor(array)


def arrays(values):
    """Tensors of either side, also inside tuples, as NumPy arrays; None stays None."""
    if isinstance(values, (tuple, list)):
        return [arrays(value) for value in values]
    return None if values is None else parity.to_numpy(values)


def difference(first, second):
    """As parity.largest_difference, with None equal to None."""
    if isinstance(first, list):
        return max(difference(*parts) for parts in zip(first, second, strict=True))
    if first is None or second is None:
        assert first is second
        return 0.0
    return parity.largest_difference(first, second)


def shake(model, seed=0, scale=1.0):
    """Give a model large random weights, so that its choices differ from place to place."""
    rng = np.random.default_rng(seed)
    named = model.named_weights()
    model.load_named_weights(
        {name: rng.normal(0, scale, w.shape).astype(w.dtype) for name, w in named.items()}
    )
    return model


@functools.cache
def model_pair(dtype="float64", seed=0, scale=1.0, **options):
    """The same model with large weights on both sides. It is shared: do not change its weights."""
    pair = [side.seq2seq.Seq2Seq(**SIZES, dtype=dtype, **options) for side in SIDES]
    shake(pair[0], seed, scale)
    parity.copy_weights(*pair)
    return pair


def random_batch(lengths=(4, 1, 3), time=4, seed=0):
    """Ids with pads: (source [B, S], lengths [B], target inputs [B, T], targets [B, T])."""
    rng = np.random.default_rng(seed)
    lengths = np.array(lengths, np.int32)
    source = rng.integers(2, 11, (len(lengths), lengths.max())).astype(np.int32)
    source[np.arange(lengths.max()) >= lengths[:, None]] = 0
    targets = rng.integers(2, 13, (len(lengths), time)).astype(np.int32)
    inputs = np.concatenate([np.full((len(lengths), 1), BOS), targets[:, :-1]], axis=1)
    ends = rng.integers(2, time + 1, len(lengths))
    for row, end in enumerate(ends):
        inputs[row, end:] = targets[row, end:] = 0
    return source, lengths, inputs.astype(np.int32), targets


def pad_more(ids, count):
    return np.pad(ids, ((0, 0), (0, count)))


# ---------------------------------------------------------------------------------- the encoder


def encoder(side, **options):
    options = {"num_layers": 1, "cell": "gru", "bidirectional": True} | options
    return shake(side.seq2seq.Encoder(11, 5, 6, dtype="float64", **options))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize(("cell", "num_layers"), [("rnn", 2), ("lstm", 2), ("gru", 1), ("gru", 2)])
def test_pads_change_neither_memory_nor_state(side, cell, num_layers, bidirectional):
    model = encoder(side, cell=cell, num_layers=num_layers, bidirectional=bidirectional)
    source, lengths, _, _ = random_batch()
    source[source == 0] = 9  # what stands after the end must not matter
    memory, state = arrays(model(tensor(side, pad_more(source, 3)), lengths))
    for row, length in enumerate(lengths):
        alone, last = arrays(model(tensor(side, source[row : row + 1, :length])))
        assert parity.largest_difference(memory[row, :length], alone[0]) < EXACT
        assert (memory[row, length:] == 0.0).all()
        parts = zip(state, last, strict=True) if cell == "lstm" else [(state, last)]
        for whole, one in parts:
            assert whole.shape == (num_layers, len(lengths), 6)
            assert parity.largest_difference(whole[:, row : row + 1], one) < EXACT
    # the forward half of the state is the last output, the backward half the first
    hidden, ends = (state[0] if cell == "lstm" else state)[-1], memory[range(3), lengths - 1]
    ahead = 3 if bidirectional else 6
    assert parity.largest_difference(ends[:, :ahead], hidden[:, :ahead]) < EXACT
    assert parity.largest_difference(memory[:, 0, ahead:], hidden[:, ahead:]) < EXACT


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("cell", "num_layers"), [("rnn", 2), ("lstm", 2), ("gru", 1), ("gru", 2)])
def test_the_backward_direction_begins_at_the_last_real_word(side, cell, num_layers):
    """Each direction by itself: the words of one sentence are turned round by hand."""
    model = encoder(side, cell=cell, num_layers=num_layers)
    named = model.named_weights()
    source, lengths, _, _ = random_batch()
    memory, state = arrays(model(tensor(side, pad_more(source, 2)), lengths))
    for row in (1, 2):  # one word and three; row 0 has no pads
        length = lengths[row]
        x = named["embedding.weight"][source[row, :length]][None]
        for layer in range(num_layers):
            ends, outputs = [], []
            for direction, step in (("forward", 1), ("backward", -1)):
                single = side.layers.RecurrentLayers(x.shape[2], 3, cell=cell, dtype="float64")
                own = split_names(named, f"{direction}.{layer}")
                single.load_named_weights({f"0.{name}": array for name, array in own.items()})
                read, end = arrays(single(tensor(side, x[:, ::step].copy())))
                outputs.append(read[:, ::step])
                ends.append(end)
            x = np.concatenate(outputs, axis=-1)
            for part in range(2) if cell == "lstm" else [None]:
                of_layer = state if part is None else state[part]
                both = [end if part is None else end[part] for end in ends]
                expected = np.concatenate(both, axis=-1)[0, 0]
                assert parity.largest_difference(of_layer[layer, row], expected) < EXACT
        assert parity.largest_difference(memory[row, :length], x[0]) < EXACT


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("lengths", "error", "says"),
    [
        ([3, 0], ValueError, "go from 0 to 3; rows of 4 places allow 1 to 4"),
        ([5, 2], ValueError, "go from 2 to 5"),
        ([-1, 4], ValueError, "An empty row cannot be read"),
        ([3], ValueError, "the batch has 2 rows"),
        ([[3, 2]], ValueError, "the shape"),
        ([3.0, 2.0], TypeError, "whole numbers"),
        ([True, True], TypeError, "whole numbers"),
    ],
)
def test_lengths_that_are_not_possible_are_named(side, lengths, error, says):
    lengths = np.array(lengths)
    layers = side.layers.RecurrentLayers(3, 4)
    with pytest.raises(error, match=says):
        layers(tensor(side, np.zeros((2, 4, 3), np.float32)), lengths=lengths)
    ids = tensor(side, np.full((2, 4), 5, np.int32))
    with pytest.raises(error, match=says):
        side.seq2seq.Encoder(11, 5, 6)(ids, lengths)
    model = side.seq2seq.Seq2Seq(**SIZES, attention="dot")
    with pytest.raises(error, match=says):
        model.encode(ids, lengths)
    with pytest.raises(error, match=says):
        model(ids, lengths, ids)


@pytest.mark.parametrize("side", SIDES)
def test_lengths_may_be_arrays_or_tensors(side):
    model = side.seq2seq.Seq2Seq(**SIZES, attention="dot")
    source, lengths, inputs, _ = random_batch()
    expected = arrays(model(source, lengths, inputs))
    for kind in (lengths.astype(np.int64), tensor(side, lengths)):
        assert difference(arrays(model(source, kind, inputs)), expected) == 0.0


# ------------------------------------------------------------------------ weights and both sides


@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_copied_weights_give_equal_logits_and_attention(cell, bidirectional, attention):
    # by turns, so that each precision and each query time meets every option
    dtype = ("float32", "float64")[(ATTENTIONS.index(attention) + bidirectional) % 2]
    query = ("previous", "current")[(CELLS.index(cell) + bidirectional) % 2]
    options = dict(cell=cell, bidirectional=bidirectional, attention=attention, query=query)
    pair = [
        side.seq2seq.Seq2Seq(**SIZES, seed=seed, dtype=dtype, **options)
        for seed, side in enumerate(SIDES)
    ]
    own = [model.named_weights() for model in pair]
    assert parity.largest_difference(*own) > 0.01
    assert pair[0].count_parameters() == pair[1].count_parameters()
    assert pair[0].count_parameters() == sum(array.size for array in own[0].values())
    for one in (0, 1):  # to TensorFlow, and back with the other's weights
        pair[one].load_named_weights(own[one])
        parity.copy_weights(pair[one], pair[1 - one])
        for model in pair:  # the round trip changes no bit
            assert parity.largest_difference(model.named_weights(), own[one]) == 0.0
            assert {array.dtype for array in model.named_weights().values()} == {np.dtype(dtype)}
    source, lengths, inputs, _ = random_batch((3, 1), 2)
    pads = np.arange(5) >= lengths[:, None]
    (logits, weights), others = (
        arrays(model(pad_more(source, 2), lengths, inputs)) for model in pair
    )
    assert logits.shape == (2, 2, 13)
    assert logits.dtype == dtype
    assert np.ptp(logits, axis=-1).min() > 1e-5
    assert (weights is None) == (attention is None)
    if attention is not None:
        assert weights.shape == (2, 2, 5)
        assert weights.sum(axis=-1) == pytest.approx(np.ones((2, 2)), abs=1e-6)
        assert (weights.transpose(0, 2, 1)[pads] == 0.0).all()
    assert difference([logits, weights], others) < TOLERANCE[dtype]


@pytest.mark.parametrize(
    ("attention", "query", "cell", "dtype", "bound"),  # logits of about 3
    [
        ("additive", "previous", "lstm", "float32", 1e-5),
        ("general", "current", "gru", "float32", 1e-5),
        ("dot", "previous", "lstm", "float64", 1e-13),
        (None, "current", "rnn", "float64", 1e-13),
    ],
)
def test_two_layers_with_large_weights_are_equal_too(attention, query, cell, dtype, bound):
    pair = model_pair(dtype, num_layers=2, cell=cell, attention=attention, query=query)
    found = [arrays(model(*random_batch()[:3])) for model in pair]
    assert np.abs(found[0][0]).max() > 1.0
    assert difference(*found) < bound


@pytest.mark.parametrize("side", SIDES)
def test_parameters_by_hand(side):
    model = side.seq2seq.Seq2Seq(11, 13, 5, 6, cell="gru", attention="additive")
    encoder_size = 11 * 5 + 2 * (5 * 9 + 3 * 9 + 2 * 9)  # two directions of 3 units, 3 gates
    decoder_size = 13 * 5 + (5 * 18 + 6 * 18 + 2 * 18) + (12 * 6 + 6) + (6 * 13 + 13)
    assert model.count_parameters() == encoder_size + decoder_size + (36 + 36 + 6)
    sizes = {}
    for attention in ATTENTIONS:
        sizes[attention] = side.seq2seq.Seq2Seq(**SIZES, attention=attention).count_parameters()
        other = side.seq2seq.Seq2Seq(**SIZES, attention=attention, query="previous")
        assert other.count_parameters() == sizes[attention]  # the query costs nothing
    # the variants differ by their score alone
    assert sizes["dot"] == sizes["scaled_dot"] == sizes[None] + 36
    assert sizes["general"] == sizes["dot"] + 36
    assert sizes["additive"] == sizes["dot"] + 36 + 36 + 6


@pytest.mark.parametrize("side", SIDES)
def test_no_two_weights_start_as_copies(side):
    sizes = dict(source_vocab_size=16, target_vocab_size=16, embedding_size=16, hidden_size=16)
    model = side.seq2seq.Seq2Seq(
        **sizes, num_layers=2, bidirectional=False, cell="rnn", attention="additive"
    )
    named = model.named_weights()
    matrices = [w[:16].ravel() for name, w in named.items() if w.shape in ((16, 16), (32, 16))]
    assert len(matrices) == 14
    related = np.abs(np.corrcoef(matrices)) - np.eye(len(matrices))
    assert related.max() < 0.3
    both = side.seq2seq.Encoder(9, 6, 12, num_layers=2).named_weights()
    for name in ("0.input_weight", "1.recurrent_weight"):
        assert parity.largest_difference(both[f"forward.{name}"], both[f"backward.{name}"]) > 0.05


@pytest.mark.parametrize("side", SIDES)
def test_weights_of_another_model_are_refused(side):
    model = side.seq2seq.Seq2Seq(**SIZES, attention="additive")
    before = model.named_weights()
    for other in (
        dict(attention="general"),
        dict(attention="additive", cell="lstm"),
        dict(attention="additive", bidirectional=False),
        dict(attention="additive", num_layers=2),
    ):
        with pytest.raises(ValueError, match="another kind of model"):
            model.load_named_weights(side.seq2seq.Seq2Seq(**SIZES, **other).named_weights())
    wider = side.seq2seq.Seq2Seq(**(SIZES | {"hidden_size": 8}), attention="additive")
    with pytest.raises(ValueError, match="has shape"):
        model.load_named_weights(wider.named_weights())
    assert parity.largest_difference(before, model.named_weights()) == 0.0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"attention": "bahdanau"}, ValueError, "'additive', 'dot', 'scaled_dot', 'general'"),
        ({"query": "next"}, ValueError, "'previous' or 'current'"),
        ({"bidirectional": 1}, TypeError, "True or False"),
        ({"hidden_size": 7}, ValueError, "hidden_size=7 is odd"),
        ({"hidden_size": 0}, ValueError, "hidden_size"),
        ({"cell": "GRU"}, ValueError, "'rnn', 'lstm', 'gru'"),
        ({"num_layers": 0}, ValueError, "num_layers=0"),
        ({"target_vocab_size": True}, TypeError, "vocab_size"),
        ({"embedding_size": 2.5}, TypeError, "embedding_size"),
        ({"hidden_size": "6"}, TypeError, "hidden_size"),
        ({"dropout": 1.0}, ValueError, "dropout"),
        ({"dtype": "float16"}, ValueError, "'float32' or 'float64'"),
        ({"seed": -1}, ValueError, "seed=-1"),
    ],
)
def test_options_that_are_not_possible_are_named(side, options, error, says):
    with pytest.raises(error, match=says):
        side.seq2seq.Seq2Seq(**(SIZES | options))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("size", [None, "many", float("nan")])
def test_a_size_that_is_no_number_is_named(side, size):
    with pytest.raises(TypeError, match="vocab_size must be a whole number"):
        side.seq2seq.Seq2Seq(**(SIZES | {"source_vocab_size": size}))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("part", ["Seq2Seq", "Attention", "RecurrentLayers"])
def test_a_precision_that_no_framework_knows_is_named(side, part):
    sizes = {"Seq2Seq": (11, 13, 5, 6), "Attention": (6,), "RecurrentLayers": (5, 6)}[part]
    build = getattr(side.seq2seq if part == "Seq2Seq" else side.layers, part)
    with pytest.raises(ValueError, match="'float32' or 'float64'"):
        build(*sizes, dtype="half")


def test_an_odd_number_of_units_is_possible_in_one_direction():
    for side in SIDES:
        model = side.seq2seq.Seq2Seq(11, 13, 5, 7, bidirectional=False, attention="general")
        source, lengths, inputs, _ = random_batch()
        assert tuple(model(source, lengths, inputs)[1].shape) == (3, 4, 4)


# ------------------------------------------------------------------------------ decoding by hand


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("cell", "attention", "query"),
    [
        ("rnn", "general", "previous"),
        ("rnn", "additive", "current"),
        ("lstm", "additive", "previous"),
        ("lstm", "dot", "current"),
        ("gru", "scaled_dot", "previous"),
        ("gru", None, "current"),
    ],
)
def test_the_decoder_equals_a_loop_over_places(side, cell, attention, query):
    """s_t from s_(t-1) and word t; the query is s_(t-1) or s_t; logits = P tanh(C [s_t; c_t]).

    By hand, and with the decoder itself reading a word at a time.
    """
    model = shake(
        side.seq2seq.Seq2Seq(
            **SIZES, num_layers=2, cell=cell, attention=attention, query=query, dtype="float64"
        )
    )
    source, lengths, inputs, _ = random_batch((3, 2), 3)
    memory, mask, state = model.encode(source, lengths)
    logits, end, weights = arrays(model.decoder(tensor(side, inputs), state, memory, mask))
    whole = arrays(model(source, lengths, inputs))
    assert difference(whole, [logits, weights]) == 0.0
    named = split_names(model.named_weights(), "decoder")
    by_word = state
    for t in range(inputs.shape[1]):
        words = named["embedding.weight"][inputs[:, t : t + 1]]  # [B, 1, E]
        before = state
        outputs, state = model.decoder.recurrent(tensor(side, words), before)
        s_t = parity.to_numpy(outputs)[:, 0]
        joined = s_t
        if attention is not None:
            upper = (before[0] if cell == "lstm" else before)[-1]
            asking = parity.to_numpy(upper) if query == "previous" else s_t
            context, row = arrays(
                model.decoder.attention(tensor(side, asking[:, None]), memory, mask)
            )
            joined = np.concatenate([s_t, context[:, 0]], axis=-1)
            assert parity.largest_difference(row[:, 0], weights[:, t]) < EXACT
        readout = np.tanh(joined @ named["combine.weight"] + named["combine.bias"])
        expected = readout @ named["output.weight"] + named["output.bias"]
        assert parity.largest_difference(logits[:, t], expected) < EXACT
        step, by_word, row = model.decoder(
            tensor(side, inputs[:, t : t + 1]), by_word, memory, mask
        )
        assert parity.largest_difference(step[:, 0], expected) < EXACT
        assert attention is None or parity.largest_difference(row[:, 0], weights[:, t]) < EXACT
    assert difference(arrays(state), end) < EXACT
    assert difference(arrays(by_word), end) < EXACT


@pytest.mark.parametrize("side", SIDES)
def test_the_two_query_times_differ(side):
    source, lengths, inputs, _ = random_batch()
    previous, current = (
        parity.to_numpy(shake(model)(source, lengths, inputs)[1])
        for model in (
            side.seq2seq.Seq2Seq(**SIZES, attention="dot", query=query)
            for query in ("previous", "current")
        )
    )
    assert parity.largest_difference(previous, current) > 0.01
    # s_(t-1) of the next place is s_t of this one
    assert parity.largest_difference(previous[:, 1:], current[:, :-1]) < 1e-6


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("attention", [None, "additive"])
def test_later_words_do_not_reach_earlier_places(side, attention):
    model = shake(side.seq2seq.Seq2Seq(**SIZES, attention=attention, dtype="float64"))
    source, lengths, inputs, _ = random_batch()
    before = parity.to_numpy(model(source, lengths, inputs)[0])
    changed = inputs.copy()
    changed[:, 2] = (changed[:, 2] + 1) % 13
    after = parity.to_numpy(model(source, lengths, changed)[0])
    assert parity.largest_difference(before[:, :2], after[:, :2]) == 0.0
    assert np.abs(before[:, 2] - after[:, 2]).max(axis=-1).min() > 1e-3


@pytest.mark.parametrize("side", SIDES)
def test_each_dropout_acts_in_training_only(side):
    """In the encoder, in the decoder, and (two layers) between the decoder's layers."""
    source, lengths, inputs, _ = random_batch((2, 1), 2)
    model = shake(side.seq2seq.Seq2Seq(**SIZES, num_layers=2, dropout=0.5))
    between = model.decoder.recurrent
    between = between.layers if side is in_pytorch else between.dropout
    places = {
        "encoder": (model.encoder.dropout, "p" if side is in_pytorch else "rate"),
        "decoder": (model.decoder.dropout, "p" if side is in_pytorch else "rate"),
        "between": (between, "dropout" if side is in_pytorch else "rate"),
    }

    def varies(training):
        runs = []
        for _ in range(2):
            if side is in_pytorch:
                model.train(training)
                logits = model(source, lengths, inputs)[0]
            else:
                logits = model(source, lengths, inputs, training=training)[0]
            runs.append(parity.to_numpy(logits))
        return parity.largest_difference(*runs) > 0

    assert not varies(training=False)
    for keep in (*places, None):
        for name, (layer, rate) in places.items():
            setattr(layer, rate, 0.5 if name == keep else 0.0)
        assert varies(training=True) == (keep is not None), keep


# ------------------------------------------------------------------------------ loss, gradients


def loss_and_gradients(side, model, source, lengths, inputs, targets):
    """Return (loss, {name: gradient}), the gradients under the names of the weights."""
    if side is in_pytorch:
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        logits, _ = model(source, lengths, inputs)
        loss = side.translation.translation_loss(logits, tensor(side, targets))
        gradients = torch.autograd.grad(loss, weights, allow_unused=True)
    else:
        weights = model.trainable_weights
        with tf.GradientTape() as tape:
            logits, _ = model(source, lengths, inputs)
            loss = side.translation.translation_loss(logits, tensor(side, targets))
        gradients = tape.gradient(loss, weights)
    assert not [weight.shape for weight, g in zip(weights, gradients, strict=True) if g is None]
    before = model.named_weights()
    for weight, gradient in zip(weights, gradients, strict=True):
        if side is in_pytorch:
            weight.data.copy_(gradient)
        else:
            weight.assign(tf.convert_to_tensor(gradient))
    named = model.named_weights()  # the gradients stand where the weights stood
    model.load_named_weights(before)
    return float(parity.to_numpy(loss)), named


@pytest.mark.parametrize(
    ("cell", "num_layers", "attention", "query"),
    [
        ("gru", 1, "additive", "previous"),
        ("lstm", 1, "additive", "current"),
        ("rnn", 1, "dot", "previous"),
        ("lstm", 2, "dot", "current"),
        ("gru", 1, "scaled_dot", "previous"),
        ("rnn", 1, "scaled_dot", "current"),
        ("lstm", 1, "general", "previous"),
        ("gru", 2, "general", "current"),
        ("rnn", 2, None, "current"),
        ("lstm", 1, None, "current"),
    ],
)
def test_the_gradient_is_equal_on_both_sides_and_reaches_every_weight(
    cell, num_layers, attention, query
):
    batch = random_batch()
    pair = model_pair(num_layers=num_layers, cell=cell, attention=attention, query=query)
    (first, ours), (second, theirs) = (
        loss_and_gradients(side, model, *batch) for side, model in zip(SIDES, pair, strict=True)
    )
    assert first == pytest.approx(second, abs=EXACT)
    assert parity.largest_difference(ours, theirs) < EXACT
    assert not [name for name, gradient in ours.items() if not np.abs(gradient).max() > 0]
    assert (ours["encoder.embedding.weight"][0] == 0).all()  # the pads' row


@pytest.mark.parametrize("side", SIDES)
def test_padding_further_changes_neither_loss_nor_gradient(side):
    source, lengths, inputs, targets = random_batch()
    model = shake(side.seq2seq.Seq2Seq(**SIZES, attention="additive", dtype="float64"))
    loss, gradients = loss_and_gradients(side, model, source, lengths, inputs, targets)
    wider = (pad_more(source, 4), lengths, pad_more(inputs, 3), pad_more(targets, 3))
    again, others = loss_and_gradients(side, model, *wider)
    assert loss == pytest.approx(again, abs=EXACT)
    assert parity.largest_difference(gradients, others) < EXACT


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("attention", [None, "additive"])
def test_the_first_loss_is_the_logarithm_of_the_vocabulary(side, attention):
    model = side.seq2seq.Seq2Seq(40, 60, 32, 32, attention=attention)
    rng = np.random.default_rng(1)
    source, inputs, targets = rng.integers(2, 40, (3, 32, 4)).astype(np.int32)
    logits, _ = model(source, np.full(32, 4), inputs)
    loss = parity.to_numpy(side.translation.translation_loss(logits, tensor(side, targets)))
    assert float(loss) == pytest.approx(np.log(60), rel=0.02)


@pytest.mark.parametrize("side", SIDES)
def test_translation_loss_by_hand(side):
    # two rows; the second has one real word and two pads, whose logits must not count
    shares = [
        [[0.0, 0.5, 0.25, 0.25], [0.0, 0.1, 0.1, 0.8], [0.0, 0.2, 0.2, 0.6]],
        [[0.0, 0.25, 0.5, 0.25], [0.9, 0.04, 0.03, 0.03], [0.7, 0.1, 0.1, 0.1]],
    ]
    logits = np.log(np.maximum(shares, 1e-300)) + 3.0  # a constant changes nothing
    targets = np.array([[1, 3, 2], [2, 0, 0]], dtype=np.int32)
    expected = -(np.log(0.5) + np.log(0.8) + np.log(0.2) + np.log(0.5)) / 4

    def loss(*batch):
        return float(side.translation.translation_loss(*(tensor(side, part) for part in batch)))

    assert loss(logits, targets) == pytest.approx(expected, abs=1e-14)
    assert loss(logits, targets.astype(np.int64)) == pytest.approx(expected, abs=1e-14)
    more = np.concatenate([logits, np.full((2, 5, 4), 2.0)], axis=1)
    assert loss(more, pad_more(targets, 5)) == pytest.approx(expected, abs=1e-14)


@settings(max_examples=20)
@given(
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=5),
    more=st.integers(0, 3),
    vocabulary=st.integers(4, 9),
    seed=st.integers(0, 5),
)
def test_translation_loss_is_the_mean_over_real_words_for_any_sizes(
    lengths, more, vocabulary, seed
):
    rng = np.random.default_rng(seed)
    time = max(lengths) + more
    logits = rng.normal(size=(len(lengths), time, vocabulary))
    targets = rng.integers(1, vocabulary, (len(lengths), time)).astype(np.int32)
    targets[np.arange(time) >= np.array(lengths)[:, None]] = 0
    nats = []
    for b, length in enumerate(lengths):
        for t in range(length):
            shares = np.exp(logits[b, t]) / np.exp(logits[b, t]).sum()
            nats.append(-np.log(shares[targets[b, t]]))
    for side in SIDES:
        loss = side.translation.translation_loss(tensor(side, logits), tensor(side, targets))
        assert float(loss) == pytest.approx(np.mean(nats), abs=1e-12)


# ------------------------------------------------------------------------------ mixed inputs


def mixing_batch():
    rng = np.random.default_rng(2)
    pairs = [
        SentencePair(
            tuple(rng.choice(SOURCE.symbols[4:], source)),
            tuple(rng.choice(TARGET.symbols[4:], target)),
        )
        for source, target in ((5, 6), (1, 3), (3, 8), (2, 1), (4, 4))
    ]
    return encode_batch(pairs, *VOCABULARIES)


def likeliest_words(logits):
    """The likeliest word at each place; <pad> and <bos> are no words."""
    logits = parity.to_numpy(logits).copy()
    logits[:, :, [0, BOS]] = -np.inf
    return logits.argmax(-1)


def test_a_share_of_one_feeds_the_true_words():
    batch = mixing_batch()
    for side, model in zip(SIDES, model_pair("float32", attention="additive"), strict=True):
        fed = side.translation.mixed_inputs(model, batch, 1.0, 0)
        assert np.array_equal(fed, batch.target_inputs)
        assert fed is not batch.target_inputs


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_share_of_zero_feeds_the_models_own_words(cell):
    batch = mixing_batch()
    before = batch.target_inputs.copy()
    real = before > BOS
    pair = model_pair("float32", cell=cell, attention="additive")
    # by hand: read everything before a place anew, and take the likeliest word
    own = before.copy()
    for place in range(1, own.shape[1]):
        logits, _ = pair[0](batch.source, batch.source_lengths, own[:, :place])
        likeliest = likeliest_words(logits)[:, -1]
        own[real[:, place], place] = likeliest[real[:, place]]
    assert (own != before)[real].mean() > 0.3
    for side, model in zip(SIDES, pair, strict=True):
        fed = side.translation.mixed_inputs(model, batch, 0.0, 0)
        assert np.array_equal(fed, own)
        assert (fed[:, 0] == BOS).all()
        assert (fed[before == 0] == 0).all()
        assert np.array_equal(batch.target_inputs, before)  # the batch itself stays
        assert fed.dtype == before.dtype


def test_in_between_each_word_is_the_true_one_or_the_models_own():
    batch = mixing_batch()
    true, real = batch.target_inputs, batch.target_inputs > BOS
    pair = model_pair("float32", attention="additive")
    shares = []
    for seed in range(6):
        fed = [
            side.translation.mixed_inputs(model, batch, 0.7, (seed, 3))
            for side, model in zip(SIDES, pair, strict=True)
        ]
        assert np.array_equal(*fed)
        again = in_pytorch.translation.mixed_inputs(pair[0], batch, 0.7, (seed, 3))
        assert np.array_equal(fed[0], again)
        # what the model finds likeliest, given the words that were fed before
        logits, _ = pair[0](batch.source, batch.source_lengths, fed[0])
        likeliest = likeliest_words(logits)[:, :-1]
        later = fed[0][:, 1:]
        agrees = (later == true[:, 1:]) | (later == likeliest)
        assert agrees[real[:, 1:]].all()
        assert np.array_equal(fed[0][~real], true[~real])
        shares.append((fed[0] == true)[real].mean())
    assert len(set(shares)) > 1
    assert 0.55 < np.mean(shares) < 0.9  # 0.7, and a little more by chance hits


def test_mixing_has_no_dropout_and_restores_the_mode():
    batch = mixing_batch()
    pair = model_pair("float32", attention="dot", dropout=0.5)
    for side, model in zip(SIDES, pair, strict=True):
        runs = [side.translation.mixed_inputs(model, batch, 0.0, 0) for _ in range(2)]
        assert np.array_equal(*runs)
        if side is in_pytorch:
            assert model.training


# ------------------------------------------------------------------------------ translating

SENTENCES = [
    ("s0",),
    ("s3", "s1", "s4", "s1", "s5", "s2"),
    ("s2", "s2"),
    ("s6", "s5", "s4", "s3"),
    ("s1", "s0", "never seen"),
    ("s0", "s1", "s2", "s3", "s4", "s5", "s6", "s0", "s1", "s2"),
]


def same_translation(first, second, bound):
    assert first.words == second.words
    assert first.ended == second.ended
    assert first.score == pytest.approx(second.score, abs=10 * bound)  # logits of about 5
    assert difference(first.weights, second.weights) < bound


# The weights are random and large. A processor's products of other batch sizes round otherwise, and
# one processor gave 1.4e-6 in float32. In float64 a leak of any size would show.
@pytest.mark.parametrize(("dtype", "bound"), [("float64", 1e-12), ("float32", 5e-6)])
@pytest.mark.parametrize(
    ("attention", "query", "cell", "seed", "scale"),  # seeds with which not all say the same
    [
        ("additive", "previous", "gru", 0, 1.5),
        ("dot", "current", "lstm", 0, 1.5),
        ("general", "current", "rnn", 0, 1.5),
        ("scaled_dot", "previous", "rnn", 1, 1.5),
        (None, "current", "gru", 3, 1.0),
    ],
)
def test_the_batch_does_not_change_a_translation(attention, query, cell, seed, scale, dtype, bound):
    """Alone, in a batch, and padded further: the same words and the same attention."""
    pair = model_pair(dtype, seed, scale, attention=attention, query=query, cell=cell)
    for beam_size in (1, 3):
        by_side = []
        for side, model in zip(SIDES, pair, strict=True):
            translate = functools.partial(
                side.generation.translate,
                model,
                vocabularies=VOCABULARIES,
                beam_size=beam_size,
                longest=6,
            )
            together = translate(SENTENCES)  # all but the longest are padded
            alone = translate(SENTENCES, batch_size=1)  # no pads
            by_two = translate(SENTENCES[::-1], batch_size=2)[::-1]
            for sentence, found, one, two in zip(SENTENCES, together, alone, by_two, strict=True):
                same_translation(found, one, bound)
                same_translation(found, two, bound)
                rows = len(found.words) + found.ended
                if attention is not None:
                    assert found.weights.shape == (rows, len(sentence) + 1)
                    assert found.weights.sum(axis=1) == pytest.approx(np.ones(rows), abs=1e-6)
            by_side.append(together)
        for first, second in zip(*by_side, strict=True):
            same_translation(first, second, bound)
        assert len({found.words for found in by_side[0]}) >= 3  # the source matters


def greedy_by_hand(model, source, lengths, longest):
    """A plain loop: every time, all words so far are read anew."""
    inputs = np.full((len(source), 1), BOS, np.int32)
    for _ in range(longest):
        logits, weights = model(source, lengths, inputs)
        words = likeliest_words(logits)[:, -1:].astype(np.int32)
        inputs = np.concatenate([inputs, words], axis=1)
    return inputs[:, 1:], parity.to_numpy(weights)


def test_greedy_translation_equals_a_plain_loop_with_more_pads():
    # the pair of the test above
    pair = model_pair("float32", 0, 1.5, attention="additive", query="previous", cell="gru")
    sentences, longest = SENTENCES[:5], 4
    batch = encode_batch([SentencePair(s, ()) for s in sentences], *VOCABULARIES)
    for side, model in zip(SIDES, pair, strict=True):
        found = side.generation.translate(model, sentences, VOCABULARIES, longest=longest)
        padded = pad_more(batch.source, 3)
        ids, weights = greedy_by_hand(model, padded, batch.source_lengths, longest)
        for row, translation in enumerate(found):
            ends = np.flatnonzero(ids[row] == EOS)
            count = ends[0] + 1 if len(ends) else longest
            words = [TARGET.symbols[index] for index in ids[row, :count] if index != EOS]
            assert translation.words == tuple(words)
            assert translation.ended == bool(len(ends))
            own = weights[row, :count, : batch.source_lengths[row]]
            assert parity.largest_difference(translation.weights, own) < 1e-6


def test_new_weights_are_used_at_once():
    """TensorFlow's traced functions are kept with the model; they must not keep old weights."""
    first = [side.seq2seq.Seq2Seq(**SIZES, attention="dot") for side in SIDES]
    words = []
    for seed in (0, 1):
        shake(first[0], seed)
        parity.copy_weights(*first)
        by_side = [
            [t.words for t in side.generation.translate(model, SENTENCES, VOCABULARIES, longest=5)]
            for side, model in zip(SIDES, first, strict=True)
        ]
        assert by_side[0] == by_side[1]
        words.append(by_side[1])
    assert words[0] != words[1]


def test_how_long_translations_are_without_a_limit():
    """2 * words + 10, if the model never ends: its <eos> is made impossible."""
    pair = [side.seq2seq.Seq2Seq(**SIZES, attention="dot") for side in SIDES]
    named = pair[0].named_weights()
    named["decoder.output.bias"][EOS] = -1e4
    for side, model in zip(SIDES, pair, strict=True):
        model.load_named_weights(named)
        found = side.generation.translate(model, [("s0",), ("s1", "s2", "s3")], VOCABULARIES)
        assert [len(translation.words) for translation in found] == [12, 16]
        assert not any(translation.ended for translation in found)


def test_translation_has_no_dropout_and_restores_the_mode():
    pair = model_pair("float32", attention="dot", dropout=0.5)
    for side, model in zip(SIDES, pair, strict=True):
        first, second = (
            side.generation.translate(model, SENTENCES, VOCABULARIES, longest=5) for _ in range(2)
        )
        for one, other in zip(first, second, strict=True):
            assert one.words == other.words
            assert one.score == other.score
        if side is in_pytorch:
            assert model.training


def test_a_reference_is_read_the_same_in_any_batch_and_on_both_sides():
    pairs = [
        SentencePair(sentence, tuple(f"t{n}" for n in range(len(sentence) % 4)))
        for sentence in SENTENCES
    ]
    by_side = []
    for side, model in zip(SIDES, model_pair("float32", attention="additive"), strict=True):
        together = side.generation.read_references(model, pairs, VOCABULARIES)
        alone = side.generation.read_references(model, pairs, VOCABULARIES, batch_size=1)
        for pair, one, other in zip(pairs, together, alone, strict=True):
            assert one.words == other.words
            assert one.weights.shape == (len(pair.target) + 1, len(pair.source) + 1)
            assert parity.largest_difference(one.weights, other.weights) < 1e-6
            assert parity.largest_difference(one.nats, other.nats) < 1e-5
        nats = np.concatenate([reading.nats for reading in together])
        mean = side.translation.evaluate_translation(model, pairs, VOCABULARIES, batch_size=4)
        assert nats.mean() == pytest.approx(mean, abs=1e-5)
        by_side.append(together)
    for first, second in zip(*by_side, strict=True):
        assert first.words == second.words
        assert parity.largest_difference(first.weights, second.weights) < 1e-6


@pytest.mark.parametrize("side", SIDES)
def test_what_cannot_be_translated_is_named(side):
    model = side.seq2seq.Seq2Seq(**SIZES)
    for sentences, vocabularies, more, error, says in (
        ("s0 s1", VOCABULARIES, {}, TypeError, "cut into words"),
        ([()], VOCABULARIES, {}, ValueError, "is empty"),
        ([], VOCABULARIES, {}, ValueError, "at least one"),
        ([("s0",)], VOCABULARIES[::-1], {}, ValueError, "source vocabulary has 13"),
        ([("s0",)], SOURCE, {}, TypeError, "must be a pair"),
        ([("s0",)], VOCABULARIES, {"beam_size": 0}, ValueError, "beam_size"),
        ([("s0",)], VOCABULARIES, {"longest": 0}, ValueError, "longest"),
        ([("s0",)], VOCABULARIES, {"batch_size": 0}, ValueError, "batch_size"),
        ([("s0",)], VOCABULARIES, {"length_power": -1.0}, ValueError, "length_power"),
    ):
        with pytest.raises(error, match=says):
            side.generation.translate(model, sentences, vocabularies, **more)
    pairs = [SentencePair(("s0",), ("t0",))]
    with pytest.raises(ValueError, match="target vocabulary"):
        side.generation.read_references(model, pairs, (SOURCE, SOURCE))


@pytest.mark.parametrize("side", SIDES)
def test_a_diverged_model_says_so(side):
    model = side.seq2seq.Seq2Seq(**SIZES)
    named = model.named_weights()
    named["decoder.output.bias"][:] = np.nan
    model.load_named_weights(named)
    with pytest.raises(ValueError, match="diverged"):
        side.generation.translate(model, SENTENCES, VOCABULARIES)


@pytest.mark.parametrize("order", [SIDES, SIDES[::-1]], ids=["to_tensorflow", "to_pytorch"])
def test_what_one_side_saves_the_other_loads(tmp_path, order):
    writer, reader = order
    path = tmp_path / "model.safetensors"
    for attention, query, cell in (("general", "previous", "lstm"), (None, "current", "rnn")):
        options = dict(attention=attention, query=query, cell=cell, num_layers=2)
        model = shake(writer.seq2seq.Seq2Seq(**SIZES, **options, dropout=0.25))
        writer.training.save_checkpoint(path, model, VOCABULARIES)
        loaded, vocabularies = reader.training.load_checkpoint(path)
        assert vocabularies == VOCABULARIES
        assert loaded.options == model.options
        assert parity.largest_difference(loaded.named_weights(), model.named_weights()) == 0.0
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]
