"""Sampling, metrics, schedules and history: by hand, and for whatever a learner may give."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_utils import metrics, sampling, schedule
from course_utils.history import Evaluation, History

LOGITS = arrays(np.float64, st.integers(1, 12), elements=st.floats(-1e6, 1e6))


def test_probabilities_by_hand():
    logits = np.log([0.5, 0.25, 0.25])
    assert sampling.probabilities(logits) == pytest.approx([0.5, 0.25, 0.25])
    # p^(1/T), normalised: T = 0.5 squares 1/2, 1/4, 1/4
    assert sampling.probabilities(logits, 0.5) == pytest.approx([4 / 6, 1 / 6, 1 / 6])
    assert sampling.probabilities(logits, 0.0).tolist() == [1.0, 0.0, 0.0]
    assert sampling.probabilities([[1.0, 3.0], [5.0, 5.0]], 0.0).tolist() == [[0, 1], [1, 0]]


@given(LOGITS, st.floats(0.0, 100.0))
def test_probabilities_never_overflow(logits, temperature):
    chances = sampling.probabilities(logits, temperature)
    assert np.isfinite(chances).all()
    assert chances.sum() == pytest.approx(1.0)
    assert chances.argmax() == logits.argmax() or chances.max() == chances[logits.argmax()]


@pytest.mark.filterwarnings("error")
def test_a_tiny_temperature_is_quiet():
    assert sampling.probabilities([1.0, 2.0], 1e-320).tolist() == [0.0, 1.0]


def test_impossible_symbols_may_have_minus_infinity():
    assert sampling.probabilities([0.0, -np.inf]).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("temperature", [-1.0, math.nan, math.inf, None, "hot"])
def test_temperatures_that_are_not_possible_are_named(temperature):
    with pytest.raises(ValueError, match="temperature"):
        sampling.probabilities([1.0, 2.0], temperature)


@pytest.mark.parametrize(
    "logits", [[math.nan, 1.0], [math.inf, 1.0], [-math.inf, -math.inf], [], 3.0]
)
def test_logits_that_are_not_possible_are_named(logits):
    with pytest.raises(ValueError, match="logits"):
        sampling.probabilities(logits)


def test_inverse_cdf_by_hand():
    chances = [0.25, 0.0, 0.5, 0.25]
    drawn = [sampling.inverse_cdf(chances, u) for u in (0.0, 0.2499, 0.25, 0.7499, 0.75, 0.9999)]
    assert drawn == [0, 0, 2, 2, 3, 3]
    assert sampling.inverse_cdf([0.0, 1.0, 0.0], 0.0) == 1
    for wrong in (-0.1, 1.0, math.nan):
        with pytest.raises(ValueError, match="uniform"):
            sampling.inverse_cdf(chances, wrong)
    for wrong in ([0.5, 0.6], [-0.5, 1.5], [[1.0]]):
        with pytest.raises(ValueError, match="sum to 1"):
            sampling.inverse_cdf(wrong, 0.5)


@given(LOGITS, st.floats(0.0, 1.0, exclude_max=True))
def test_only_possible_symbols_are_drawn(logits, uniform):
    chances = sampling.probabilities(logits)
    assert chances[sampling.sample(logits, 1.0, uniform)] > 0
    assert sampling.sample(logits, 0.0, uniform) == logits.argmax()


def test_drawn_shares_match_the_probabilities():
    chances = np.array([0.1, 0.2, 0.3, 0.4])
    uniforms = np.random.default_rng(0).random(20_000)
    counts = np.bincount([sampling.inverse_cdf(chances, u) for u in uniforms], minlength=4)
    chi_squared = ((counts - 20_000 * chances) ** 2 / (20_000 * chances)).sum()
    assert chi_squared < 16.27  # 99.9 % of a chi-squared variable with 3 degrees of freedom


def test_units_of_loss():
    assert metrics.perplexity(math.log(65)) == pytest.approx(65)
    assert metrics.bits_per_character(math.log(2)) == pytest.approx(1.0)
    assert metrics.uniform_nats(65) == pytest.approx(4.1744, abs=1e-4)
    with pytest.raises(ValueError, match="at least 1"):
        metrics.uniform_nats(0)


def test_unigram_and_bigram_by_hand():
    train, evaluation = [0, 1, 0, 1, 0], [1, 0, 1]
    # unigram, strength V = 2: p(0) = (3 + 2/2) / (5 + 2) = 4/7, p(1) = (2 + 1) / 7 = 3/7
    unigram = -(math.log(4 / 7) + math.log(3 / 7)) / 2
    assert metrics.ngram_nats(train, evaluation, 1, 2) == pytest.approx(unigram)
    # bigram, strength 5: as a context (it must be followed by a symbol) 0 stands 2 times, 1 2 times
    after_one = (2 + 5 * 4 / 7) / (2 + 5)  # p(0 | 1)
    after_zero = (2 + 5 * 3 / 7) / (2 + 5)  # p(1 | 0)
    bigram = -(math.log(after_one) + math.log(after_zero)) / 2
    assert metrics.ngram_nats(train, evaluation, 2, 2) == pytest.approx(bigram)


def brute_force_ngram(train, evaluation, order, vocab_size, strength):
    def chance(symbol, context):
        if context is None:
            return 1.0 / vocab_size
        shorter = context[1:] if context else None
        starts = range(len(train) - len(context))
        followers = [
            train[i + len(context)] for i in starts if train[i : i + len(context)] == context
        ]
        prior = strength * chance(symbol, shorter)
        return (followers.count(symbol) + prior) / (len(followers) + strength)

    chances = [
        chance(evaluation[i], evaluation[max(0, i - order + 1) : i])
        for i in range(1, len(evaluation))
    ]
    return -float(np.log(chances).mean())


@given(
    train=st.lists(st.integers(0, 3), min_size=4, max_size=40),
    evaluation=st.lists(st.integers(0, 3), min_size=2, max_size=15),
    order=st.integers(1, 4),
)
def test_ngrams_equal_their_definition(train, evaluation, order):
    expected = brute_force_ngram(train, evaluation, order, 4, 1.5)
    assert metrics.ngram_nats(train, evaluation, order, 4, strength=1.5) == pytest.approx(expected)


def test_ngram_errors():
    for arguments, says in (
        (([0, 1], [0, 1], 0, 2), "order"),
        (([0, 1], [0, 2], 1, 2), "vocab_size"),
        (([0, 1], [0], 1, 2), "too short"),
        (([0, 1], [0, 1], 3, 2), "too short"),
        (([0, 1], [0, 1], 11, 65), "too large"),
    ):
        with pytest.raises(ValueError, match=says):
            metrics.ngram_nats(*arguments)


def test_warmup_cosine_by_hand():
    rates = schedule.warmup_cosine(10, 1.0, warmup=0.2)
    assert rates[:3] == pytest.approx([0.5, 1.0, 1.0])
    assert rates[6] == pytest.approx(0.5)
    assert rates[-1] == pytest.approx(0.5 * (1 + math.cos(math.pi * 7 / 8)))
    assert schedule.warmup_cosine(3, 0.1, warmup=0.0)[0] == pytest.approx(0.1)
    assert schedule.constant(3, 0.5).tolist() == [0.5, 0.5, 0.5]


@given(st.integers(1, 300), st.floats(0, 10), st.floats(0, 1, exclude_max=True))
def test_schedules_stay_within_bounds(updates, peak, warmup):
    rates = schedule.warmup_cosine(updates, peak, warmup)
    assert rates.shape == (updates,)
    assert (rates >= 0).all()
    assert (rates <= peak * (1 + 1e-9)).all()


def test_schedules_by_name_function_and_list():
    named = schedule.learning_rates(4, 0.1, "constant")
    called = schedule.learning_rates(4, 0.1, schedule.constant)
    listed = schedule.learning_rates(4, None, [0.1] * 4)
    assert named.tolist() == called.tolist() == listed.tolist() == [float(np.float32(0.1))] * 4
    with pytest.raises(ValueError, match="warmup=1"):
        schedule.warmup_cosine(4, 0.1, warmup=1.0)
    with pytest.raises(ValueError, match="at least 0"):
        schedule.learning_rates(2, 1.0, [0.1, -0.1])
    with pytest.raises(ValueError, match="finite"):
        schedule.constant(3, math.nan)


def test_history_by_hand():
    history = History(characters_per_update=10)
    history.add_update(2.0, 0.5, 0.1)
    history.evaluations += [Evaluation(0, 0, 0.0, 3.0), Evaluation(1, 10, 2.0, 1.5)]
    assert (history.validation_nats, history.seconds, history.characters_per_second) == (
        1.5,
        2.0,
        5.0,
    )
    with pytest.raises(FloatingPointError, match="update 2"):
        history.add_update(math.inf, 0.5, 0.1)
    assert history.loss == [2.0]
