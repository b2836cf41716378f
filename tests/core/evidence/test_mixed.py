"""Effects in blocks beside the same in whole matrices, and the climb to the top."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.core.evidence.mixed import components, correlated, profile, slope, weigh

seeds = st.integers(0, 10_000)


def whole(seed: int):
    """Effects of studies of several sizes, in mixed order, with shared sampling errors."""
    rng = np.random.default_rng(seed)
    study = rng.permutation(np.repeat(np.arange(6), [1, 2, 2, 3, 1, 4]))
    n = len(study)
    same = (study[:, None] == study[None, :]).astype(float)
    v = rng.uniform(0.05, 0.5, n)
    s = np.where(same > 0, 0.3 * np.sqrt(np.outer(v, v)), 0.0)
    np.fill_diagonal(s, v)
    x = np.column_stack([np.ones(n), rng.normal(0, 1, n)])
    y = rng.normal(0, 0.7, 6)[study] + rng.normal(0, np.sqrt(v + 0.1))
    return y, x, s, np.stack([same, np.eye(n)])


@given(seeds, st.floats(0, 2), st.floats(0, 2), st.booleans())
@settings(max_examples=25, deadline=None)
def test_blocks_give_what_whole_matrices_give(seed, a, b, restricted):
    y, x, s, k = whole(seed)
    problem, theta = correlated(y, x, s, k), np.array([a, b])
    fit = weigh(problem, theta, restricted)
    v = s + a * k[0] + b * k[1]
    w = np.linalg.inv(v)
    c = np.linalg.inv(x.T @ w @ x)
    p = w - w @ x @ c @ x.T @ w
    np.testing.assert_allclose(fit.inverse(problem), w, atol=1e-9)
    np.testing.assert_allclose(fit.beta, c @ x.T @ w @ y, atol=1e-9)
    assert fit.q == pytest.approx(y @ p @ y)
    assert fit.trace(problem) == pytest.approx(np.trace(p))
    assert fit.trace(problem, 0) == pytest.approx(np.trace(p @ k[0]))
    outer = p if restricted else w
    gradient, expected, observed = slope(problem, fit, restricted)
    for i in range(2):
        assert gradient[i] == pytest.approx(0.5 * (y @ p @ k[i] @ p @ y - np.trace(outer @ k[i])), abs=1e-8)
        for j in range(2):
            information = 0.5 * np.trace(outer @ k[i] @ outer @ k[j])
            assert expected[i, j] == pytest.approx(information, rel=1e-8)
            curved = y @ p @ k[i] @ p @ k[j] @ p @ y - information
            assert observed[i, j] == pytest.approx(curved, rel=1e-6, abs=1e-7)
    assert {one.at.shape[1] for one in problem.blocks} == {1, 2, 3, 4}


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_nothing_near_the_top_is_higher(seed):
    problem = correlated(*whole(seed))
    found = components(problem)
    assert found.converged and (found.theta >= 0).all()
    for step in ((0.01, 0), (0, 0.01), (-0.01, 0), (0, -0.01), (0.01, -0.01)):
        beside = np.maximum(found.theta + step, 0.0)
        assert weigh(problem, beside).log_likelihood <= found.fit.log_likelihood + 1e-10


def test_a_component_held_at_its_best_leaves_the_other_where_it_was():
    problem = correlated(*whole(3))
    found = components(problem)
    held = components(problem.held(0, float(found.theta[0])))
    assert held.theta[0] == pytest.approx(found.theta[1], rel=1e-6, abs=1e-8)
    assert held.fit.log_likelihood == pytest.approx(found.fit.log_likelihood, abs=1e-9)


def test_a_profile_interval_ends_where_the_likelihood_has_fallen_enough():
    problem = correlated(*whole(11))
    found = components(problem)
    low, high = profile(problem, found, 0, 0.95)
    fallen = found.fit.log_likelihood - components(problem.held(0, high)).fit.log_likelihood
    assert fallen == pytest.approx(3.841458821 / 2, abs=1e-6)
    assert 0 <= low <= found.theta[0] <= high
    narrow = profile(problem, found, 0, 0.5)
    assert narrow[0] >= low and narrow[1] < high


def test_without_components_it_is_least_squares():
    y, x, s, _ = whole(2)
    found = components(correlated(y, x, s, np.zeros((0, len(y), len(y)))))
    np.testing.assert_allclose(
        found.fit.beta, np.linalg.solve(x.T @ np.linalg.solve(s, x), x.T @ np.linalg.solve(s, y))
    )
