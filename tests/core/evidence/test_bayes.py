"""Random effects by Bayes: against brute-force integration, against closed forms, and by its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from ataraxy.core.evidence.bayes import Bayesian, by_prior, random_effects
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.priors import (
    ANY_LOG_ODDS_RATIO,
    ANY_SMD,
    MENTAL_HEALTH_SMD_ACTIVE,
    MENTAL_HEALTH_SMD_PLACEBO,
    PriorShape,
    TauPrior,
    half_cauchy,
    half_normal,
)

# Two small crossover trials of social anxiety as log odds ratios (the pool printed as 28.94 [3.45, 242.57]).
SAD_Y = (2.9014215940827497, 3.8548641882171977)
SAD_V = (2.2917, 2.42)
GENERIC_Y = (-0.4, 0.1, 0.5, 1.2, 1.8)
GENERIC_V = (0.04, 0.09, 0.05, 0.16, 0.08)
PRIORS = (half_normal(0.5), half_cauchy(0.5), ANY_SMD, ANY_LOG_ODDS_RATIO, half_normal(2.0))


def found(values, variances, prior, **more) -> Bayesian:
    result = random_effects(values, variances, prior, **more)
    assert isinstance(result, Bayesian)
    return result


def density(prior: TauPrior, tau: float) -> float:
    if prior.shape is PriorShape.HALF_NORMAL:
        return float(stats.halfnorm.pdf(tau, scale=prior.scale))
    if prior.shape is PriorShape.HALF_CAUCHY:
        return float(stats.halfcauchy.pdf(tau, scale=prior.scale))
    z = (np.log(tau**2) - prior.location) / prior.scale
    of_log = stats.norm.pdf(z) if prior.shape is PriorShape.LOG_NORMAL else stats.t.pdf(z, 5)
    return float(of_log / prior.scale * 2 / tau)


def by_brute_force(y, v, prior):
    """Joint density of (mu, tau), mu integrated by hand, tau by adaptive quadrature."""
    y, v = np.asarray(y), np.asarray(v)

    def given_tau(tau):
        w = 1 / (v + tau**2)
        mean = w @ y / w.sum()
        likelihood = np.prod(np.sqrt(w)) / np.sqrt(w.sum()) * np.exp(-0.5 * w @ (y - mean) ** 2)
        return likelihood * density(prior, tau), mean, 1 / w.sum()

    def over_tau(f):
        def on_log_scale(x):
            return f(np.exp(x)) * np.exp(x)

        pieces = [(-60, -8), (-8, -3), (-3, -1), (-1, 0), (0, 1), (1, 3), (3, 10), (10, 60)]
        return sum(
            integrate.quad(on_log_scale, a, b, epsabs=0, epsrel=1e-11, limit=400)[0] for a, b in pieces
        )

    whole = over_tau(lambda tau: given_tau(tau)[0])

    def below(x):
        def f(tau):
            weight, mean, variance = given_tau(tau)
            return weight * stats.norm.cdf(x, mean, np.sqrt(variance))

        return over_tau(f) / whole

    return below


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: p.words)
@pytest.mark.parametrize(("y", "v"), [(SAD_Y, SAD_V), (GENERIC_Y, GENERIC_V), (SAD_Y[:1], SAD_V[:1])])
def test_probabilities_and_quantiles_agree_with_brute_force_integration(y, v, prior):
    result = found(y, v, prior)
    below = by_brute_force(y, v, prior)
    for x in (-0.5, 0.0, 0.7, 2.0):
        assert result.probability_below(x) == pytest.approx(below(x), rel=1e-6, abs=1e-9)
    assert below(result.mu.low) == pytest.approx(0.025, abs=1e-7)
    assert below(result.mu.high) == pytest.approx(0.975, abs=1e-7)


def test_tau_agrees_with_brute_force_integration():
    y, v = np.array(GENERIC_Y), np.array(GENERIC_V)

    def weight(tau):
        w = 1 / (v + tau**2)
        mean = w @ y / w.sum()
        return np.prod(np.sqrt(w)) / np.sqrt(w.sum()) * np.exp(-0.5 * w @ (y - mean) ** 2 - 2 * tau**2)

    whole = integrate.quad(weight, 0, 10, epsabs=0, epsrel=1e-12)[0]
    median = optimize.brentq(lambda t: integrate.quad(weight, 0, t, epsrel=1e-12)[0] - whole / 2, 0.01, 5)
    mean = integrate.quad(lambda t: t * weight(t), 0, 10, epsrel=1e-12)[0] / whole
    tau = found(GENERIC_Y, GENERIC_V, half_normal(0.5)).tau
    assert tau.median == pytest.approx(median, rel=1e-6)
    assert tau.mean == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize("prior", [*PRIORS, MENTAL_HEALTH_SMD_PLACEBO, MENTAL_HEALTH_SMD_ACTIVE])
def test_every_prior_integrates_to_one(prior):
    x = np.linspace(-400, 400, 400_001)
    assert np.exp(prior.log_density(x)).sum() * (x[1] - x[0]) == pytest.approx(1, abs=1e-9)
    assert np.exp(prior.log_density(np.array([-0.3])))[0] == pytest.approx(
        density(prior, np.exp(-0.3)) * np.exp(-0.3), rel=1e-12
    )


def test_after_one_study_tau_is_the_prior_and_the_words_say_so():
    result = found((-1.1,), (0.2,), half_normal(0.5))
    assert result.tau.median == pytest.approx(stats.halfnorm.ppf(0.5, scale=0.5), rel=1e-6)
    assert result.tau.high == pytest.approx(stats.halfnorm.ppf(0.975, scale=0.5), rel=1e-6)
    assert result.kept == pytest.approx(1, abs=1e-9)
    assert "One study cannot show how studies differ" in result.told
    assert result.mu.median == pytest.approx(-1.1)


def test_a_mean_that_does_not_exist_is_not_given():
    one = found((-1.1,), (0.2,), half_cauchy(0.5))
    two = found((-1.1, -0.3), (0.2, 0.1), half_cauchy(0.5))
    three = found((-1.1, -0.3, 0.2), (0.2, 0.1, 0.1), half_cauchy(0.5))
    assert (one.mu.mean, one.mu.sd) == (None, None)
    assert two.mu.mean is not None and two.mu.sd is None
    assert three.mu.sd is not None
    assert one.mu.low < one.mu.median < one.mu.high


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=1, max_size=8),
)
@settings(max_examples=40, deadline=None)
def test_as_the_prior_narrows_it_becomes_the_common_effect(studies):
    y, v = np.array(studies).T
    w = 1 / v
    common, se = w @ y / w.sum(), w.sum() ** -0.5
    result = found(y, v, half_normal(1e-7))
    half = stats.norm.ppf(0.975) * se
    assert result.mu.median == pytest.approx(common, abs=1e-6)
    assert (result.mu.low, result.mu.high) == pytest.approx((common - half, common + half), abs=1e-6)
    assert all(one.median == pytest.approx(common, abs=1e-5) for one in result.shrunken)


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=2, max_size=8),
    st.randoms(use_true_random=False),
)
@settings(max_examples=30, deadline=None)
def test_order_does_not_matter_and_a_shift_shifts(studies, random):
    mixed = list(studies)
    random.shuffle(mixed)
    plain, other = (found(*np.array(rows).T, half_normal(0.5)) for rows in (studies, mixed))
    y, v = np.array(studies).T
    shifted = found(y + 1.5, v, half_normal(0.5))
    assert plain.mu.low == pytest.approx(other.mu.low, abs=1e-8)
    assert plain.tau.high == pytest.approx(other.tau.high, rel=1e-5)
    assert shifted.mu.high == pytest.approx(plain.mu.high + 1.5, abs=1e-7)


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=2, max_size=6))
@settings(max_examples=30, deadline=None)
def test_a_study_is_drawn_towards_the_others_and_a_new_one_is_less_sure_than_the_mean(studies):
    y, v = np.array(studies).T
    result = found(y, v, half_normal(0.5))
    for own, seen in zip(result.shrunken, y, strict=True):
        assert min(y.min(), seen) - 1e-9 <= own.mean <= max(y.max(), seen) + 1e-9
    assert result.predicted.high - result.predicted.low > result.mu.high - result.mu.low
    assert result.probability_below(0.3) + result.probability_above(0.3) == pytest.approx(1)


def test_equal_tails_are_left_out_on_either_side():
    result = found(GENERIC_Y, GENERIC_V, half_normal(0.5), level=0.9)
    assert result.probability_below(result.mu.low) == pytest.approx(0.05, abs=1e-9)
    assert result.new_study.above(result.predicted.high) == pytest.approx(0.05, abs=1e-9)


def test_the_density_of_the_effect_integrates_to_its_probabilities():
    result = found(SAD_Y, SAD_V, half_normal(0.5))
    x = np.linspace(-10, 0, 20_001)
    area = np.trapezoid(result.effect.density(x), x)
    assert area == pytest.approx(result.probability_below(0), abs=1e-7)


def test_a_normal_prior_of_the_effect_is_conjugate_when_tau_is_none():
    result = found((-1.0,), (0.25,), half_normal(1e-8), mu_prior=(0.0, 0.5))
    assert result.mu.mean == pytest.approx(-0.5, abs=1e-9)
    assert result.mu.sd == pytest.approx(np.sqrt(0.125), rel=1e-9)


def test_wider_priors_of_tau_give_wider_intervals_side_by_side():
    results = by_prior(SAD_Y, SAD_V, [half_normal(s) for s in (0.1, 0.5, 1.0)])
    assert not isinstance(results, TooFew)
    widths = [one.mu.high - one.mu.low for one in results]
    assert widths == sorted(widths)
    assert [one.prior.scale for one in results] == [0.1, 0.5, 1.0]


def test_no_study_is_too_few():
    assert random_effects((), (), half_normal(0.5)) == TooFew("Bayesian random effects", 1, 0)
    assert by_prior((), (), [half_normal(0.5)]) == TooFew("Bayesian random effects", 1, 0)


def test_many_exact_studies_overrule_the_prior():
    rng = np.random.default_rng(7)
    y = rng.normal(0.3, 0.4, 800)
    result = found(y, np.full(800, 1e-4), half_normal(5.0))
    assert result.tau.median == pytest.approx(0.4, abs=0.03)
    assert result.kept < 0.05


@pytest.mark.parametrize(
    ("y", "v", "words"),
    [
        ((0.1,), (0.0,), "not above zero"),
        ((0.1,), (-1.0,), "not above zero"),
        ((float("nan"),), (1.0,), "missing or infinite"),
        ((0.1, 0.2), (1.0,), "one variance"),
    ],
)
def test_impossible_input_is_told_with_its_cure(y, v, words):
    with pytest.raises(ValueError, match=words):
        random_effects(y, v, half_normal(0.5))


def test_impossible_priors_and_levels_are_told():
    with pytest.raises(ValueError, match="above zero"):
        half_normal(0.0)
    with pytest.raises(ValueError, match="level"):
        random_effects((0.1,), (1.0,), half_normal(0.5), level=1.0)
    with pytest.raises(ValueError, match="standard deviation"):
        random_effects((0.1,), (1.0,), half_normal(0.5), mu_prior=(0.0, 0.0))


def test_a_prior_read_second_hand_says_so_wherever_it_is_told():
    assert "Rhodes 2015" in ANY_SMD.words and ANY_SMD.words.endswith("unverified")
    assert "unverified" in found(SAD_Y, SAD_V, ANY_SMD).told
    assert "unverified" not in found(SAD_Y, SAD_V, half_normal(0.5)).told


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 4)), min_size=2, max_size=6), st.floats(0.2, 2))
@settings(max_examples=30)
def test_the_mean_effect_is_the_studies_by_their_averaged_weights(rows, scale):
    """Of a flat prior of the effect; and no study weighs more than it does where studies do not differ at all."""
    y, v = [y for y, _ in rows], [v for _, v in rows]
    found = random_effects(y, v, half_normal(scale))
    assert isinstance(found, Bayesian) and found.mu.mean is not None
    assert sum(found.weights) == pytest.approx(100)
    assert found.mu.mean == pytest.approx(np.dot(found.weights, y) / 100, abs=1e-8)
    most = int(np.argmin(v))
    assert found.weights[most] <= 100 / v[most] / sum(1 / one for one in v) + 1e-9
