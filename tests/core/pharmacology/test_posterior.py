"""All that is still possible: met exactly where it is known, and honest where draws fail."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.observation import Observation, ResidualError
from ataraxy.core.pharmacology.posterior import posterior
from ataraxy.core.pharmacology.prior import Prior
from ataraxy.core.pharmacology.proposal import around, draw_from, mixture_log_density, whole_prior
from ataraxy.core.pharmacology.weighting import quantiles

VALUES = [104.0, 98.0, 101.0, 103.0]
LOG = ResidualError(log_sd=0.2)


def score(value, sd, name="s", at=0.0):
    return Observation(name, "score", at, value, "points", ResidualError(additive_sd=sd))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(94, 106), min_size=4, max_size=4), st.floats(0.5, 5), st.integers(0, 99))
def test_a_linear_model_gives_the_exact_posterior(linear, values, sd, seed):
    found = posterior(linear.predict, linear.prior, linear.readings(values, sd), seed=seed, draws=20_000)
    mean, covariance, evidence = linear.exact(values, sd)
    scale = np.sqrt(np.diag(covariance))
    assert found.trustworthy
    assert found.effective > 0.6 * 20_000
    np.testing.assert_allclose(found.mean, mean, atol=0.06 * scale.max())
    np.testing.assert_allclose(found.covariance, covariance, atol=0.08 * scale.max() ** 2)
    assert found.log_evidence == pytest.approx(evidence, abs=0.05)


def test_a_bent_model_gives_the_integral(two_compartments):
    """Two effects, one reading below the limit: mean and evidence by direct integration."""
    prior = Prior(("a", "b"), np.array([[0.5, 0.1], [0.1, 0.3]]))
    readings = [score(2.5, 0.4), Observation("t", "score", 1.0, 0.3, "points", LOG, below_limit=True)]

    def predict(etas):
        return np.stack([np.exp(etas[:, 0]) + etas[:, 1] ** 2, np.exp(etas[:, 1])], axis=1)

    a, b = np.meshgrid(np.linspace(-4, 4, 1601), np.linspace(-4, 4, 1601), indexing="ij")
    area = (
        stats.multivariate_normal.pdf(np.stack([a, b], axis=-1), cov=prior.covariance)
        * stats.norm.pdf(2.5, np.exp(a) + b * b, 0.4)
        * stats.norm.cdf((np.log(0.3) - b) / 0.2)
        * 0.005**2
    )
    whole, mean_a = area.sum(), (a * area).sum() / area.sum()
    found = posterior(predict, prior, readings, seed=4, draws=40_000)
    assert found.trustworthy
    assert found.log_evidence == pytest.approx(np.log(whole), abs=0.03)
    assert found.mean[0] == pytest.approx(mean_a, abs=0.015)


def test_a_seed_gives_the_same_draws_and_another_others(two_compartments):
    readings = two_compartments.readings(two_compartments.predict(np.full((1, 4), 0.3))[0], LOG)
    first, again, other = (
        posterior(two_compartments.predict, two_compartments.prior, readings, seed=s) for s in (1, 1, 2)
    )
    assert np.array_equal(first.etas, again.etas)
    assert np.array_equal(first.weights, again.weights)
    assert not np.array_equal(first.etas, other.etas)
    np.testing.assert_allclose(first.mean, other.mean, atol=0.05)


def test_nothing_seen_gives_draws_of_the_prior(two_compartments):
    found = posterior(two_compartments.predict, two_compartments.prior, [], seed=1, draws=50_000)
    assert found.effective == pytest.approx(50_000)
    np.testing.assert_allclose(found.mean, 0, atol=0.01)
    np.testing.assert_allclose(found.covariance, two_compartments.prior.covariance, atol=0.005)


def test_two_places_as_likely_are_both_found():
    """The square of an effect cannot tell its sign."""
    prior = Prior(("a",), np.array([[1.0]]))
    found = posterior(lambda e: e**2, prior, [score(2.0, 0.3)], seed=2, draws=4000)
    share = found.weights[found.etas[:, 0] > 0].sum()
    assert found.trustworthy
    assert share == pytest.approx(0.5, abs=0.06)
    assert found.rounds > 1


def test_a_proposal_that_misses_is_adapted_and_told(linear):
    """Fed an estimate from elsewhere, later rounds find the place; the first alone is told as poor."""
    readings = linear.readings([112.0, 92.0, 109.0, 104.0], 0.3)
    lost = posterior(linear.predict, linear.prior, [], seed=0, draws=100).estimate
    away = type(lost)(
        **{f: getattr(lost, f) for f in lost.__slots__} | {"covariance": 0.01 * lost.covariance}
    )
    first = posterior(linear.predict, linear.prior, readings, seed=1, estimate=away, most_rounds=1)
    assert not first.trustworthy
    assert "draws carry" in first.reason
    found = posterior(linear.predict, linear.prior, readings, seed=1, estimate=away, most_rounds=8)
    assert found.rounds > 1
    assert found.trustworthy
    mean, _, evidence = linear.exact([112.0, 92.0, 109.0, 104.0], 0.3)
    np.testing.assert_allclose(found.mean, mean, atol=0.05)
    assert found.log_evidence == pytest.approx(evidence, abs=0.1)


def test_what_no_proposal_reaches_is_told():
    """Ten effects on a thin shell: hardly any draw lies on it."""
    prior = Prior(tuple("abcdefghij"), np.eye(10))
    found = posterior(
        lambda e: (e**2).sum(axis=1, keepdims=True), prior, [score(40.0, 1e-4)], seed=1, draws=500
    )
    assert not found.trustworthy
    assert found.reason


@given(st.floats(0.5, 5), st.floats(1.3, 10))
@settings(max_examples=10, deadline=None)
def test_more_precise_readings_never_widen_the_bands(linear, sd, ratio):
    widths = []
    for spread in (sd, sd * ratio):
        found = posterior(linear.predict, linear.prior, linear.readings(VALUES, spread), seed=1, draws=20_000)
        edges = quantiles(found.etas, found.weights, (0.05, 0.95))
        widths.append(edges[1] - edges[0])
    assert np.all(widths[0] <= widths[1] * 1.03)


def test_too_few_draws_are_refused(linear):
    with pytest.raises(InputRefused) as refused:
        posterior(linear.predict, linear.prior, linear.readings(VALUES, 1.0), seed=1, draws=10)
    assert refused.value.field == "draws"


def test_members_drawn_from_the_posterior_have_its_mean(linear):
    found = posterior(linear.predict, linear.prior, linear.readings(VALUES, 1.0), seed=1, draws=20_000)
    members = found.etas[found.chosen(20_000, 7)]
    np.testing.assert_allclose(members.mean(axis=0), found.mean, atol=5e-3)


def test_the_mixtures_density_is_scipys(linear):
    kernels = [
        around(np.array([0.1, 0.2, -0.3]), linear.prior.covariance, 0.9),
        whole_prior(linear.prior, 0.1),
    ]
    etas = np.random.default_rng(3).standard_normal((30, 3))
    student = stats.multivariate_t.pdf(etas, [0.1, 0.2, -0.3], linear.prior.covariance, df=6)
    known = np.log(0.9 * student + 0.1 * stats.multivariate_normal.pdf(etas, cov=linear.prior.covariance))
    np.testing.assert_allclose(mixture_log_density(kernels, etas), known, rtol=1e-9)
    draws = draw_from(kernels, 1001, np.random.Generator(np.random.Philox(1)))
    assert draws.shape == (1001, 3)
