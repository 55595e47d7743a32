"""Top-k, top-p, typical, repetition penalty and Sampler: by hand, and for whatever may be given."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_utils import sampling
from course_utils.sampling import Sampler

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 12))
LOGITS = arrays(np.float64, SHAPES, elements=st.floats(-20, 20))  # [B, V]
SHARES = st.floats(0.001, 1.0)
FILTERS = [
    (sampling.top_k, 3),
    (sampling.top_p, 0.7),
    (sampling.typical, 0.7),
]
HALVES = np.log([0.125, 0.5, 0.125, 0.25])


def kept(logits):
    return np.isfinite(logits)


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def brute_force_set(order, chances, mass):
    """Return the smallest first part of ``order`` whose chances sum to at least ``mass``."""
    chosen, total = [], 0.0
    for symbol in order:
        chosen.append(symbol)
        total += chances[symbol]
        if total >= mass - 1e-12:
            break
    return sorted(chosen)


def test_top_k_by_hand():
    assert kept(sampling.top_k([1.0, 3.0, 2.0], 2)).tolist() == [False, True, True]
    assert sampling.top_k([1.0, 3.0, 2.0], 1).tolist() == [-np.inf, 3.0, -np.inf]
    # of equals the lower id stays
    assert kept(sampling.top_k([2.0, 1.0, 2.0, 2.0], 2)).tolist() == [True, False, True, False]
    assert sampling.top_k([1.0, 3.0], 9).tolist() == [1.0, 3.0]
    # a symbol that is cut already stays cut
    assert sampling.top_k([-np.inf, 1.0, -np.inf], 2).tolist() == [-np.inf, 1.0, -np.inf]


def test_top_p_by_hand():
    # sorted: 1/2 (id 1), 1/4 (id 3), 1/8 (id 0), 1/8 (id 2)
    for p, ids in ((0.01, [1]), (0.5, [1]), (0.51, [1, 3]), (0.75, [1, 3]), (0.8, [0, 1, 3])):
        assert np.flatnonzero(kept(sampling.top_p(HALVES, p))).tolist() == ids, p
    assert np.flatnonzero(kept(sampling.top_p(HALVES, 0.875))).tolist() == [0, 1, 3]
    assert kept(sampling.top_p(HALVES, 0.9)).all()
    assert sampling.top_p([0.0, -1000.0], 1.0).tolist() == [0.0, -1000.0]  # 1 cuts nothing
    assert kept(sampling.top_p([0.0, -np.inf, 0.0], 0.99)).tolist() == [True, False, True]
    assert kept(sampling.top_p([0.0, 1.0], 1e-300)).tolist() == [False, True]


def test_typical_by_hand_cuts_the_likeliest():
    # entropy 1.92 nats; surprise 0.92 (1.00 away) of the likeliest, 2.59 (0.67 away) of the others
    chances = np.array([0.4] + [0.075] * 8)
    entropy = -(0.4 * math.log(0.4) + 0.6 * math.log(0.075))
    assert abs(-math.log(0.4) - entropy) > abs(-math.log(0.075) - entropy)
    ids = np.flatnonzero(kept(sampling.typical(np.log(chances), 0.2)))
    assert ids.tolist() == [1, 2, 3]  # 3 * 0.075 is the first sum of at least 0.2
    assert kept(sampling.typical(np.log(chances), 0.7)).all()
    assert kept(sampling.typical([0.0, -np.inf, 0.0], 0.4)).tolist() == [True, False, False]
    assert sampling.typical([0.0, -1000.0], 1.0).tolist() == [0.0, -1000.0]


def test_repetition_penalty_by_hand():
    logits = [[2.0, -2.0, 3.0, 0.0], [2.0, -2.0, 3.0, 0.0]]
    changed = sampling.repetition_penalty(logits, [[0, 1, 0], [2, -1, -1]], 2.0)
    assert changed.tolist() == [[1.0, -4.0, 3.0, 0.0], [2.0, -2.0, 1.5, 0.0]]
    assert sampling.repetition_penalty([1.0, 2.0], [], 2.0).tolist() == [1.0, 2.0]
    assert sampling.repetition_penalty([1.0, -np.inf], [1], 2.0).tolist() == [1.0, -np.inf]
    assert sampling.repetition_penalty([1.0, 2.0], [1], 0.5).tolist() == [1.0, 4.0]


def test_entropy_by_hand():
    assert sampling.entropy([0.5, 0.25, 0.25, 0.0]) == pytest.approx(1.5 * math.log(2))
    assert sampling.entropy([[1.0, 0.0], [0.5, 0.5]]) == pytest.approx([0.0, math.log(2)])
    assert str(sampling.entropy([1.0])) == "0.0"  # and not -0.0
    for wrong in ([0.5, 0.6], [1.5, -0.5], [math.nan, 1.0], [], 1.0):
        with pytest.raises(ValueError, match="sum to 1"):
            sampling.entropy(wrong)


@given(LOGITS, st.integers(1, 15))
def test_top_k_keeps_exactly_k_and_never_cuts_the_likeliest(logits, k):
    result = sampling.top_k(logits, k)
    for row, cut in zip(logits, result, strict=True):
        order = np.argsort(-row, kind="stable")[:k]
        assert np.flatnonzero(kept(cut)).tolist() == sorted(order.tolist())
        assert cut[row.argmax()] == row.max()
        assert (cut[kept(cut)] == row[kept(cut)]).all()
    assert (kept(result) <= kept(sampling.top_k(logits, k + 1))).all()  # monotone


@given(LOGITS, SHARES, SHARES)
def test_the_nucleus_is_the_smallest_set_of_enough_mass(logits, p, q):
    result = kept(sampling.top_p(logits, p))
    for row, keep in zip(logits, result, strict=True):
        chances = softmax(row)
        assert keep[row.argmax()]
        assert chances[keep].sum() >= p - 1e-9
        if p < 1 and keep.sum() > 1:
            assert chances[keep].sum() - chances[keep].min() < p + 1e-9  # minimal
        if (~keep).any():
            assert chances[keep].min() >= chances[~keep].max()
    smaller, larger = (kept(sampling.top_p(logits, share)) for share in sorted((p, q)))
    assert (smaller <= larger).all()  # monotone


@given(arrays(np.int64, SHAPES, elements=st.integers(0, 3)), st.sampled_from([0.3, 0.55, 0.9]))
def test_sets_equal_their_definition_where_many_are_equal(powers, mass):
    """Logits are multiples of ln 2, so that there are many ties."""
    logits = powers * math.log(2.0)
    results = [kept(function(logits, mass)) for function in (sampling.top_p, sampling.typical)]
    for row, nucleus, typical in zip(logits, *results, strict=True):
        chances = softmax(row)
        by_chance = sorted(range(len(row)), key=lambda i: (-row[i], i))
        assert np.flatnonzero(nucleus).tolist() == brute_force_set(by_chance, chances, mass)
        surprise = -np.log(chances)
        distance = np.round(np.abs(surprise - chances @ surprise), 9)
        if len(set(distance.tolist())) == len(set(row.tolist())):  # no tie that rounding decides
            order = sorted(range(len(row)), key=lambda i: (distance[i], i))
            assert np.flatnonzero(typical).tolist() == brute_force_set(order, chances, mass)


@pytest.mark.parametrize(("function", "setting"), FILTERS)
@given(powers=arrays(np.int64, SHAPES, elements=st.integers(0, 30)), constant=st.integers(-50, 50))
def test_a_constant_added_to_all_logits_changes_nothing(function, setting, powers, constant):
    logits = powers / 8.0  # exact in binary, so that adding rounds nothing
    before, after = kept(function(logits, setting)), kept(function(logits + constant, setting))
    assert (before == after).all()


@pytest.mark.parametrize(("function", "setting"), FILTERS)
def test_any_number_of_leading_axes(function, setting):
    logits = np.random.default_rng(1).normal(size=(2, 3, 4, 9))
    logits[..., 5] = -np.inf
    whole = function(logits, setting)
    assert whole.shape == logits.shape
    assert whole.dtype == np.float64
    assert not kept(whole)[..., 5].any()
    for place in np.ndindex(2, 3, 4):
        assert (whole[place] == function(logits[place], setting)).all()
    previous = np.random.default_rng(2).integers(0, 9, (2, 3, 4, 5))
    whole = sampling.repetition_penalty(logits, previous, 1.3)
    for place in np.ndindex(2, 3, 4):
        alone = sampling.repetition_penalty(logits[place], previous[place], 1.3)
        assert (whole[place] == alone).all()


SAMPLERS = st.builds(
    Sampler,
    temperature=st.one_of(st.just(0.0), st.floats(1e-3, 1e3)),
    top_k=st.none() | st.integers(1, 15),
    top_p=st.none() | SHARES,
    typical_p=st.none() | SHARES,
    repetition_penalty=st.floats(0.5, 3.0),
    penalty_window=st.none() | st.integers(1, 6),
)


@given(LOGITS, SAMPLERS, st.data())
def test_a_sampler_gives_probabilities_and_draws_possible_symbols(logits, sampler, data):
    size = logits.shape[1]
    previous = data.draw(arrays(np.int64, (len(logits), 5), elements=st.integers(-1, size - 1)))
    uniforms = data.draw(
        arrays(np.float64, len(logits), elements=st.sampled_from([0.0, 0.3, 0.9, 1 - 2**-53]))
    )
    chances = sampler.probabilities(logits, previous)
    assert chances.shape == logits.shape
    assert chances.sum(axis=-1) == pytest.approx(np.ones(len(logits)))
    drawn = sampler.draw(logits, uniforms, previous)
    assert (np.take_along_axis(chances, drawn[:, None], axis=1) > 0).all()
    assert (drawn == sampling.inverse_cdf(chances, uniforms)).all()
    for row in range(len(logits)):  # each row on its own gives the same
        alone = sampler.draw(logits[row : row + 1], uniforms[row : row + 1], previous[row, None])
        assert alone.tolist() == [drawn[row]]


@given(LOGITS, SAMPLERS)
def test_a_sampler_is_its_functions_one_after_the_other(logits, sampler):
    """Penalty, temperature, top-k, top-p, typical: in this order."""
    previous = np.zeros((len(logits), 1), dtype=int)
    changed = sampling.repetition_penalty(logits, previous, sampler.repetition_penalty)
    chances = sampler.probabilities(logits, previous)
    if sampler.temperature == 0:
        assert (chances.argmax(axis=-1) == changed.argmax(axis=-1)).all()
        assert (chances.max(axis=-1) == 1).all()
        return
    changed = (changed - changed.max(axis=-1, keepdims=True)) / sampler.temperature
    if sampler.top_k is not None:
        changed = sampling.top_k(changed, sampler.top_k)
    if sampler.top_p is not None:
        changed = sampling.top_p(changed, sampler.top_p)
    if sampler.typical_p is not None:
        changed = sampling.typical(changed, sampler.typical_p)
    assert np.abs(chances - softmax(changed)).max() < 1e-12


@given(LOGITS)
def test_temperatures_near_0_and_very_high(logits):
    logits = np.round(logits, 3)  # equal, or different by more than the lowest temperature
    greedy = Sampler(temperature=0).probabilities(logits)
    assert (greedy.argmax(axis=-1) == logits.argmax(axis=-1)).all()
    cold = Sampler(temperature=1e-300).probabilities(logits)
    largest = logits == logits.max(axis=-1, keepdims=True)
    assert np.abs(cold - largest / largest.sum(axis=-1, keepdims=True)).max() < 1e-12
    hot = Sampler(temperature=1e300, top_k=3).probabilities(logits)
    count = min(3, logits.shape[1])
    assert hot[hot > 0] == pytest.approx(np.full(count * len(logits), 1 / count))


@pytest.mark.filterwarnings("error")
def test_extreme_settings_are_quiet():
    logits = [[1e308, -1e308, 0.0, -np.inf]]
    for temperature in (0, 5e-324, 1e-320, 1e308):
        sampler = Sampler(temperature, top_p=0.9, typical_p=0.9)
        assert sampler.probabilities(logits).sum() == pytest.approx(1.0)
    assert Sampler(1e-320).probabilities([[1.0, 2.0]]).tolist() == [[0.0, 1.0]]


def test_temperature_0_takes_the_first_of_equals_whatever_else_is_set():
    logits = [[1.0, 3.0, 3.0, 0.0]]
    for settings in ({}, {"top_k": 3}, {"top_p": 0.1}, {"typical_p": 0.01}):
        sampler = Sampler(temperature=0, **settings)
        assert sampler.draw(logits, [0.999]).tolist() == [1]
        assert sampler.probabilities(logits).tolist() == [[0, 1, 0, 0]]
    penalised = Sampler(temperature=0, repetition_penalty=2.0)
    assert penalised.draw(logits, [0.0], [[1]]).tolist() == [2]


def test_the_window_forgets_what_is_further_back():
    logits = [[1.0, 1.0, 1.0]]
    sampler = Sampler(repetition_penalty=1e6, penalty_window=2)
    chances = sampler.probabilities(logits, [[0, 1, 2]])[0]
    assert chances[0] > 0.5 > chances[1] == chances[2]
    everything = Sampler(repetition_penalty=1e6).probabilities(logits, [[0, 1, 2]])[0]
    assert everything == pytest.approx([1 / 3] * 3)


def test_inverse_cdf_in_a_batch_by_hand():
    chances = [[0.25, 0.0, 0.5, 0.25], [0.0, 1.0, 0.0, 0.0], [0.0, 0.5, 0.5, 0.0]]
    assert sampling.inverse_cdf(chances, [0.25, 0.0, 0.0]).tolist() == [2, 1, 1]
    last = 1 - 2**-53
    assert sampling.inverse_cdf(chances, [last, last, last]).tolist() == [3, 1, 2]
    with pytest.raises(ValueError, match=r"uniform=1\.0"):
        sampling.inverse_cdf(chances, [0.0, 1.0, 0.0])
    for shape in ((), (2,), (3, 1)):
        with pytest.raises(ValueError, match="for each uniform number one row"):
            sampling.inverse_cdf(chances, np.zeros(shape))


@given(
    arrays(np.float64, SHAPES, elements=st.floats(0, 1) | st.just(0.0)),
    st.floats(0, 1, exclude_max=True) | st.sampled_from([0.0, 5e-324, 1 - 2**-53]),
)
def test_impossible_symbols_are_never_drawn(weights, uniform):
    weights[:, 0] += weights.sum(axis=1) == 0
    chances = weights / weights.sum(axis=1, keepdims=True)
    drawn = sampling.inverse_cdf(chances, np.full(len(chances), uniform))
    assert (np.take_along_axis(chances, drawn[:, None], axis=1) > 0).all()
    assert drawn.tolist() == [sampling.inverse_cdf(row, uniform) for row in chances]


def test_drawn_shares_match_the_probabilities():
    logits = np.log([0.1, 0.2, 0.05, 0.4, 0.25])
    sampler = Sampler(temperature=1.5, top_k=4)
    chances = sampler.probabilities(logits)
    by_hand = np.array([0.1, 0.2, 0.0, 0.4, 0.25]) ** (1 / 1.5)
    assert chances == pytest.approx(by_hand / by_hand.sum())
    draws = 40_000
    drawn = sampler.draw(np.tile(logits, (draws, 1)), np.random.default_rng(0).random(draws))
    counts = np.bincount(drawn, minlength=5)
    assert counts[2] == 0
    expected = draws * chances[chances > 0]
    chi_squared = ((counts[chances > 0] - expected) ** 2 / expected).sum()
    assert chi_squared < 16.27  # 99.9 % of a chi-squared variable with 3 degrees of freedom


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"temperature": -1.0}, ValueError),
        ({"temperature": math.nan}, ValueError),
        ({"temperature": True}, ValueError),
        ({"temperature": "hot"}, ValueError),
        ({"top_k": 0}, ValueError),
        ({"top_k": -2}, ValueError),
        ({"top_k": 2.0}, TypeError),
        ({"top_k": True}, TypeError),
        ({"top_p": 0.0}, ValueError),
        ({"top_p": 1.1}, ValueError),
        ({"top_p": math.nan}, ValueError),
        ({"top_p": True}, TypeError),
        ({"top_p": "0.9"}, TypeError),
        ({"typical_p": -0.1}, ValueError),
        ({"typical_p": 2}, ValueError),
        ({"typical_p": [0.5]}, TypeError),
        ({"repetition_penalty": 0.0}, ValueError),
        ({"repetition_penalty": -1.2}, ValueError),
        ({"repetition_penalty": math.inf}, ValueError),
        ({"repetition_penalty": math.nan}, ValueError),
        ({"repetition_penalty": None}, TypeError),
        ({"penalty_window": 0}, ValueError),
        ({"penalty_window": 1.5}, TypeError),
    ],
)
def test_settings_that_are_not_possible_are_named(settings, error):
    (name,) = settings
    with pytest.raises(error, match=name):
        Sampler(**settings)


def test_numpy_numbers_are_numbers():
    sampler = Sampler(np.float32(0.5), np.int64(2), np.float32(0.5), np.float64(0.5))
    assert sampler.draw([[0.0, 1.0, 2.0]], [0.5]).tolist() == [2]
    with pytest.raises(FrozenInstanceError):
        sampler.temperature = 2.0


def test_arguments_that_are_not_possible_are_named():
    for function, wrong, error in (
        (sampling.top_k, 0, ValueError),
        (sampling.top_k, 1.0, TypeError),
        (sampling.top_p, 0, ValueError),
        (sampling.top_p, None, TypeError),
        (sampling.typical, 1.5, ValueError),
        (sampling.typical, True, TypeError),
    ):
        with pytest.raises(error):
            function([1.0, 2.0], wrong)
        for logits in ([math.nan, 1.0], [math.inf, 1.0], [-math.inf], [], 1.0):
            with pytest.raises(ValueError, match="logits"):
                function(logits, 1)
    with pytest.raises(ValueError, match="penalty"):
        sampling.repetition_penalty([1.0], [0], 0)
    with pytest.raises(TypeError, match="previous_ids"):
        sampling.repetition_penalty([1.0], [0.0], 2)
    for wrong in ([1], [-2]):
        with pytest.raises(ValueError, match="0 to 0"):
            sampling.repetition_penalty([1.0], wrong, 2)
    with pytest.raises(ValueError, match="shape"):
        sampling.repetition_penalty([[1.0], [2.0]], [[0]], 2)
    with pytest.raises(ValueError, match="needs the symbols written before"):
        Sampler(repetition_penalty=1.2).probabilities([1.0, 2.0])
    for logits, uniforms in (([1.0, 2.0], [0.5]), ([[1.0, 2.0]], 0.5), ([[1.0, 2.0]], [0.5, 0.5])):
        with pytest.raises(ValueError, match=r"\[B, V\] and \[B\]"):
            Sampler().draw(logits, uniforms)
    with pytest.raises(ValueError, match="uniform"):
        Sampler(temperature=0).draw([[1.0, 2.0]], [1.0])
