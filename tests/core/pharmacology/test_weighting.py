"""Weighted members: how many count, how heavy their tail is, their quantiles, drawing from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.weighting import effective, normalised, pareto_k, quantiles, systematic

LOG_WEIGHTS = st.lists(st.floats(-50, 50), min_size=1, max_size=60).map(np.array)
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@given(LOG_WEIGHTS, st.floats(-1e4, 1e4))
def test_weights_sum_to_one_however_large_their_logs(log_weights, shift):
    weights, log_mean = normalised(log_weights + shift)
    assert weights.sum() == pytest.approx(1.0)
    assert log_mean == pytest.approx(np.log(np.mean(np.exp(log_weights - 50))) + 50 + shift, abs=1e-6)
    assert 1 - 1e-9 <= effective(weights) <= len(weights) * (1 + 1e-9)


@given(st.integers(1, 50), st.integers(0, 50))
def test_equal_members_all_count_and_the_weightless_do_not(some, none):
    log_weights = np.concatenate([np.zeros(some), np.full(none, -np.inf)])
    assert effective(normalised(log_weights)[0]) == pytest.approx(some)


def test_readings_nobody_could_show_are_refused():
    with pytest.raises(InputRefused, match="No person of the model"):
        normalised(np.full(5, -np.inf))


@pytest.mark.parametrize("shape", [0.1, 0.4, 0.7, 1.0])
def test_the_shape_of_a_pareto_tail_is_found(shape):
    uniform = np.random.default_rng(5).random(40_000)
    ratio = (uniform**-shape - 1) / shape + 1
    assert pareto_k(np.log(ratio)) == pytest.approx(shape, abs=0.12)
    assert pareto_k(np.log(ratio) - 700) == pytest.approx(pareto_k(np.log(ratio)), rel=1e-6)


def test_equal_weights_have_no_tail_and_few_members_no_verdict():
    assert pareto_k(np.zeros(1000)) == -np.inf
    assert pareto_k(np.zeros(20)) == np.inf
    assert pareto_k(np.concatenate([np.full(990, -np.inf), np.zeros(10)])) == np.inf


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=40).map(np.array))
def test_quantiles_of_equal_members_are_hazens(values):
    weights = np.full(len(values), 1 / len(values))
    np.testing.assert_allclose(
        quantiles(values, weights, LEVELS), np.quantile(values, LEVELS, method="hazen"), atol=1e-9
    )


@given(LOG_WEIGHTS, st.randoms(use_true_random=False))
def test_quantiles_rise_with_their_level_lie_between_the_members_and_keep_columns_apart(log_weights, random):
    weights, _ = normalised(log_weights)
    values = np.array([[random.uniform(-9, 9), random.uniform(90, 99)] for _ in weights])
    found = quantiles(values, weights, LEVELS)
    assert found.shape == (5, 2)
    assert np.all(np.diff(found, axis=0) >= 0)
    assert np.all((found >= values.min(axis=0)) & (found <= values.max(axis=0)))
    np.testing.assert_allclose(found[:, 1], quantiles(values[:, 1], weights, LEVELS))


def test_weighted_quantiles_of_a_normal_shifted_by_weights_are_the_shifted_normals():
    """Members of N(0, 1) weighed by exp(x - 1/2) are N(1, 1)."""
    values = np.random.default_rng(1).standard_normal(200_000)
    weights, _ = normalised(values - 0.5)
    np.testing.assert_allclose(
        quantiles(values, weights, (0.05, 0.5, 0.95)), [1 - 1.6449, 1.0, 1 + 1.6449], atol=0.03
    )


def test_a_level_that_cannot_be_is_refused():
    with pytest.raises(InputRefused, match="levels from 0 to 1"):
        quantiles(np.zeros(3), np.full(3, 1 / 3), (0.5, 1.5))


@given(LOG_WEIGHTS, st.integers(1, 200), st.integers(0, 1000))
def test_a_member_is_drawn_as_often_as_its_weight_says(log_weights, count, seed):
    weights, _ = normalised(log_weights)
    chosen = systematic(weights, count, seed)
    drawn = np.bincount(chosen, minlength=len(weights))
    assert drawn.sum() == count
    assert np.all(np.abs(drawn - count * weights) <= 1 + 1e-9)
    assert np.array_equal(chosen, systematic(weights, count, seed))
