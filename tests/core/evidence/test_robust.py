"""Cluster-robust errors by what defines them: CR2 is unbiased where the working covariance is right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.core.evidence.robust import robust


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_of_a_right_working_covariance_the_expected_squared_error_is_the_models(seed: int) -> None:
    """E(se²), summed over a basis of the errors the working covariance allows, is the variance of each coefficient."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(6), rng.integers(1, 5, 6))
    n = len(cluster)
    x = np.column_stack([np.ones(n), rng.normal(0, 1, n)])
    same = cluster[:, None] == cluster[None, :]
    working = np.where(same, 0.4, 0.0) + np.diag(rng.uniform(0.1, 2, n))
    weight = np.linalg.inv(working)
    bread = np.linalg.inv(x.T @ weight @ x)
    left = np.eye(n) - x @ bread @ x.T @ weight
    errors = [
        [r.estimate.se**2 for r in robust(x, weight, left @ one, cluster, np.zeros(2), 0.95)]
        for one in np.linalg.cholesky(working).T
    ]
    assert np.sum(errors, axis=0) == pytest.approx(np.diag(bread), rel=1e-8)


@pytest.mark.parametrize(("m", "size"), [(4, 1), (5, 3), (9, 2)])
def test_clusters_alike_have_as_many_degrees_of_freedom_as_there_are_but_one(m: int, size: int) -> None:
    """And the error of a mean is then that of the clusters' means."""
    y = np.random.default_rng(m).normal(0, 1, m * size)
    cluster, x = np.repeat(np.arange(m), size), np.ones((m * size, 1))
    [found] = robust(x, np.eye(m * size), y - y.mean(), cluster, np.array([y.mean()]), 0.95)
    assert found.estimate.df == pytest.approx(m - 1)
    assert found.estimate.se == pytest.approx(y.reshape(m, size).mean(1).std(ddof=1) / m**0.5)
    assert found.sure == (m - 1 >= 4)
