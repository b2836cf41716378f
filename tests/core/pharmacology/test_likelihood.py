"""Likelihoods against scipy's densities and direct integration; slopes against differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.likelihood import (
    locate,
    log_likelihood,
    observed,
    observed_many,
    refuse_the_impossible,
    score_and_weight,
    slopes,
    terms,
)
from ataraxy.core.pharmacology.observation import Observation, ResidualError

LEVELS, SPREADS = st.floats(1.0, 400.0), st.floats(0.05, 0.8)
FREEDOM = st.none() | st.floats(2, 40)
ON_LOG = st.builds(ResidualError, log_sd=SPREADS, freedom=FREEDOM)
COMBINED = st.builds(ResidualError, proportional_sd=SPREADS, additive_sd=st.floats(0.5, 20), freedom=FREEDOM)
SCORES = st.builds(
    ResidualError,
    additive_sd=st.floats(1, 20),
    lowest=st.just(0.0),
    highest=st.just(84.0),
    freedom=FREEDOM,
)


def reading(value, error, *, below=False):
    return Observation("a", "ketamine", 40.0, value, "ng/mL", error, below)


def of_one(observation, predicted):
    return float(log_likelihood(observed([observation]), np.array([[predicted]]))[0])


def by_scipy(value, error, predicted):
    if error.log_sd:
        z, spread, owed = np.log(value / predicted) / error.log_sd, error.log_sd, np.log(value)
    else:
        spread, owed = math.hypot(error.additive_sd, error.proportional_sd * predicted), 0.0
        z = (value - predicted) / spread
    density = stats.norm.logpdf(z) if error.freedom is None else stats.t.logpdf(z, error.freedom)
    return density - math.log(spread) - owed


@given(LEVELS, LEVELS, ON_LOG | COMBINED)
def test_a_reading_has_scipys_density(value, predicted, error):
    assert of_one(reading(value, error), predicted) == pytest.approx(
        by_scipy(value, error, predicted), rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize(
    "error",
    [
        ResidualError(log_sd=0.3),
        ResidualError(log_sd=0.3, freedom=4),
        ResidualError(proportional_sd=0.2, additive_sd=2.0),
        ResidualError(proportional_sd=0.2, additive_sd=2.0, freedom=3.5),
    ],
)
@pytest.mark.parametrize(("limit", "predicted"), [(5.0, 4.0), (5.0, 20.0), (10.0, 3.0), (2.0, 2.0)])
def test_below_the_limit_is_the_integral_of_the_density(error, limit, predicted):
    if error.log_sd:
        end = math.log(limit)
        pieces = [(end - 300, end - 20), (end - 20, end - 5), (end - 5, end)]
        area = sum(quad(lambda u: np.exp(u + by_scipy(np.exp(u), error, predicted)), *p)[0] for p in pieces)
    else:
        area = quad(lambda y: np.exp(by_scipy(y, error, predicted)), -np.inf, limit, epsabs=1e-12)[0]
    assert of_one(reading(limit, error, below=True), predicted) == pytest.approx(math.log(area), rel=1e-6)


@given(st.floats(-30, 120), SCORES)
def test_a_bounded_score_has_a_whole_probability(predicted, error):
    """Both ends and all between them together are one."""
    ends = [math.exp(of_one(reading(end, error), predicted)) for end in (0.0, 84.0)]
    between = np.linspace(1e-9, 84 - 1e-9, 8001)
    density = np.exp(by_scipy(between, error, predicted))
    assert sum(ends) + np.trapezoid(density, between) == pytest.approx(1.0, abs=1e-5)


@given(LEVELS, st.floats(-50, 400), COMBINED | SCORES, st.booleans())
def test_the_slope_is_the_derivative(value, predicted, error, below):
    capped = min(value, error.highest)
    seen = observed([reading(capped, error, below=below)])
    step = 1e-4
    at = np.array([[predicted - step], [predicted], [predicted + step]])
    slope, weight = score_and_weight(seen, at, seen.value, seen.side)
    found = terms(seen, at, seen.value, seen.side)[:, 0]
    by_differences = (found[2] - found[0]) / (2 * step)
    assert slope[1, 0] == pytest.approx(by_differences, rel=1e-4, abs=1e-5)
    assert np.all(weight >= 0)


@given(LEVELS, st.floats(-50, 400), COMBINED | SCORES, st.booleans())
def test_the_curvature_is_the_slope_of_the_slope(value, predicted, error, below):
    capped = min(value, error.highest)
    seen = observed([reading(capped, error, below=below)])
    step = 1e-4
    at = np.array([[predicted - step], [predicted], [predicted + step]])
    found = slopes(seen, at, seen.value, seen.side)
    by_differences = -(found.score[2, 0] - found.score[0, 0]) / (2 * step)
    if found.curvature[1, 0] > 0:  # of a tail it is kept from falling below what rounding leaves of it
        assert found.curvature[1, 0] == pytest.approx(by_differences, rel=1e-3, abs=1e-4)


@given(LEVELS, LEVELS, ON_LOG, st.booleans())
def test_the_slope_by_the_log_is_the_derivative(value, predicted, error, below):
    seen = observed([reading(value, error, below=below)])
    step = 1e-5
    at = locate(seen, predicted * np.exp(np.array([[-step], [0.0], [step]])))
    slope, weight = score_and_weight(seen, at, seen.value, seen.side)
    found = terms(seen, at, seen.value, seen.side)[:, 0]
    by_differences = (found[2] - found[0]) / (2 * step)
    assert slope[1, 0] == pytest.approx(by_differences, rel=1e-4, abs=1e-4)
    assert np.all(weight >= 0)


@given(LEVELS, LEVELS, st.floats(0.5, 50))
def test_an_error_of_fixed_size_weighs_one_over_its_square(value, predicted, sd):
    seen = observed([reading(value, ResidualError(additive_sd=sd))])
    _, weight = score_and_weight(seen, np.array([[predicted]]), seen.value, seen.side)
    assert weight[0, 0] == pytest.approx(1 / sd**2, rel=1e-12)


@given(LEVELS, st.floats(0.6, 1.8), st.floats(0.05, 0.4), st.none() | st.floats(4, 40))
def test_an_error_in_proportion_weighs_as_an_exponential_bends(predicted, ratio, share, freedom):
    """Minus the second derivative by the log of the prediction, where that is not below the floor."""
    error = ResidualError(proportional_sd=share, freedom=freedom)
    seen = observed([reading(predicted * ratio, error)])
    step = 1e-3
    at = predicted * np.exp(np.array([[-step], [0.0], [step]]))
    found = terms(seen, at, seen.value, seen.side)[:, 0]
    bend = -(found[2] - 2 * found[1] + found[0]) / step**2
    _, weight = score_and_weight(seen, at, seen.value, seen.side)
    expected = 1 / share**2 + 2
    if bend > 0.5 * expected:
        assert weight[1, 0] * predicted**2 == pytest.approx(bend, rel=1e-3)
    else:
        assert weight[1, 0] * predicted**2 < 0.6 * expected


def test_a_censored_reading_says_less_than_a_value_but_not_nothing():
    error = ResidualError(log_sd=0.3)
    far, near = of_one(reading(5.0, error, below=True), 50.0), of_one(reading(5.0, error, below=True), 4.0)
    assert far < -20 < near < 0
    assert of_one(reading(5.0, error, below=True), 0.0) == pytest.approx(0.0, abs=1e-12)


def test_readings_of_one_person_add_up_in_any_order():
    error = ResidualError(proportional_sd=0.15)
    rows = [
        Observation(f"s{i}", "ketamine", float(t), v, "ng/mL", error)
        for i, (t, v) in enumerate([(40, 180.0), (90, 70.0), (180, 30.0)])
    ]
    predicted = np.array([[170.0, 80.0, 28.0], [100.0, 50.0, 20.0]])
    forward = log_likelihood(observed(rows), predicted)
    backward = log_likelihood(observed(rows[::-1]), predicted[:, ::-1])
    np.testing.assert_array_equal(forward, backward)
    twice = log_likelihood(observed([*rows, rows[1]]), np.column_stack([predicted, predicted[:, 1]]))
    np.testing.assert_array_equal(forward, twice)
    alone = sum(log_likelihood(observed([row]), predicted[:, [i]]) for i, row in enumerate(rows))
    np.testing.assert_allclose(forward, alone, rtol=1e-12)


def test_a_prediction_that_is_no_number_is_impossible():
    seen = observed([reading(5.0, ResidualError(additive_sd=1.0))])
    found = log_likelihood(seen, np.array([[np.nan], [5.0], [np.inf]]))
    assert found[0] == -np.inf and found[2] == -np.inf and np.isfinite(found[1])


def test_a_drug_measured_before_it_was_given_is_refused():
    seen = observed([reading(5.0, ResidualError(log_sd=0.2))])
    with pytest.raises(InputRefused, match="measured at 40 min, where the model predicts none"):
        refuse_the_impossible(seen, np.zeros((3, 1)))
    refuse_the_impossible(seen, np.array([[0.0], [1.0]]))
    refuse_the_impossible(observed([reading(5.0, ResidualError(log_sd=0.2), below=True)]), np.zeros((3, 1)))
    refuse_the_impossible(observed([reading(5.0, ResidualError(additive_sd=0.2))]), np.zeros((3, 1)))


def test_people_of_different_schedules_are_refused():
    with pytest.raises(InputRefused, match="Person 1"):
        observed_many([[reading(5.0, ResidualError(log_sd=0.2))], [reading(5.0, ResidualError(log_sd=0.3))]])
    with pytest.raises(InputRefused, match="no people"):
        observed_many([])
