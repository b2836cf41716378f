"""One person's most probable effects: known ones recovered, scipy's optimum found, the exact answer met."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.individualise import individualise, individualise_many
from ataraxy.core.pharmacology.likelihood import log_likelihood, observed
from ataraxy.core.pharmacology.observation import Observation, ResidualError
from ataraxy.core.pharmacology.prior import Prior

PROPORTIONAL = ResidualError(proportional_sd=0.15)
ERRORS = {
    "log": ResidualError(log_sd=0.2),
    "proportional": PROPORTIONAL,
    "combined": ResidualError(proportional_sd=0.15, additive_sd=3.0),
    "student": ResidualError(proportional_sd=0.15, freedom=4),
    "student on the log": ResidualError(log_sd=0.2, freedom=4),
}


def simulated(toy, residual, seed):
    """A person of the prior and their noisy readings."""
    random = np.random.default_rng(seed)
    true = random.standard_normal((1, 4)) @ np.linalg.cholesky(toy.prior.covariance).T
    exact = toy.predict(true)[0]
    return true[0], toy.readings(exact * np.exp(0.2 * random.standard_normal(len(exact))), residual)


def objective(predict, prior, seen):
    def at(eta):
        eta = eta[np.newaxis]
        return -float(log_likelihood(seen, predict(eta))[0]) - stats.multivariate_normal.logpdf(
            eta[0], cov=prior.covariance
        )

    return at


# --- the optimum -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("seed", range(4))
def test_the_estimate_is_the_optimum_scipy_finds(two_compartments, kind, seed):
    _, readings = simulated(two_compartments, ERRORS[kind], seed)
    readings[-1] = replace(readings[-1], below_limit=seed % 2 == 1)
    found = individualise(two_compartments.predict, two_compartments.prior, readings)
    asked = objective(two_compartments.predict, two_compartments.prior, observed(readings))
    tight = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 8000, "maxfev": 8000}
    known = minimize(asked, found.etas + 0.05, method="Nelder-Mead", options=tight)
    rough = minimize(asked, np.zeros(4), method="BFGS")
    assert found.converged
    assert found.objective == pytest.approx(asked(found.etas), abs=1e-10)
    assert found.objective <= rough.fun + 1e-6
    np.testing.assert_allclose(found.etas, known.x, atol=1e-4)


@pytest.mark.parametrize("kind", list(ERRORS))
@pytest.mark.parametrize("seed", range(3))
def test_the_covariance_is_the_inverse_of_the_objectives_own_curvature(two_compartments, kind, seed):
    _, readings = simulated(two_compartments, ERRORS[kind], seed)
    found = individualise(two_compartments.predict, two_compartments.prior, readings)
    asked = objective(two_compartments.predict, two_compartments.prior, observed(readings))
    step = 1e-3 * np.eye(4)
    curvature = np.array(
        [
            [
                sum(s * t * asked(found.etas + s * one + t * other) for s in (1, -1) for t in (1, -1)) / 4e-6
                for other in step
            ]
            for one in step
        ]
    )
    np.testing.assert_allclose(found.covariance @ curvature, np.eye(4), atol=0.02)


def test_known_effects_are_recovered_from_precise_and_many_readings(two_compartments):
    toy = replace(two_compartments, at_min=np.linspace(2, 700, 60))
    true = np.array([0.4, -0.3, 0.2, 0.5])
    readings = toy.readings(toy.predict(true[np.newaxis])[0], ResidualError(log_sd=0.005))
    found = individualise(toy.predict, toy.prior, readings)
    assert found.converged
    assert found.starts_agreed == found.starts
    np.testing.assert_allclose(found.etas, true, atol=0.01)
    np.testing.assert_allclose(found.predicted, toy.predict(found.etas[np.newaxis])[0], rtol=1e-12)


@given(st.lists(st.floats(60, 140), min_size=4, max_size=4), st.floats(0.3, 5))
def test_a_linear_model_gives_the_exact_answer(linear, values, sd):
    found = individualise(linear.predict, linear.prior, linear.readings(values, sd))
    mean, covariance, _ = linear.exact(values, sd)
    inside = np.all(np.abs(mean) < 5.9 * linear.prior.sd)
    if inside:
        np.testing.assert_allclose(found.etas, mean, atol=3e-5)
        assert not found.at_bound
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-5, atol=1e-6)


@given(st.floats(0.3, 5), st.floats(1.01, 10))
def test_more_precise_readings_never_leave_more_doubt(linear, sd, ratio):
    values = [104.0, 98.0, 101.0, 103.0]
    sharp = individualise(linear.predict, linear.prior, linear.readings(values, sd)).covariance
    blunt = individualise(linear.predict, linear.prior, linear.readings(values, sd * ratio)).covariance
    assert np.linalg.eigvalsh(blunt - sharp)[0] > -1e-9
    assert np.linalg.eigvalsh(linear.prior.covariance - blunt)[0] > -1e-9


# --- laws --------------------------------------------------------------------------------------------


def test_nothing_seen_gives_the_prior_back_exactly(two_compartments):
    found = individualise(two_compartments.predict, two_compartments.prior, [])
    assert np.array_equal(found.etas, np.zeros(4))
    assert np.array_equal(found.covariance, two_compartments.prior.covariance)
    assert (found.converged, found.observations) == (True, 0)
    for one in individualise_many(two_compartments.predict, two_compartments.prior, [[], []]):
        assert np.array_equal(one.covariance, two_compartments.prior.covariance)


@settings(max_examples=20)
@given(st.permutations(range(4)), st.integers(0, 3), st.integers(0, 50))
def test_the_order_of_readings_and_a_message_sent_twice_change_nothing(two_compartments, order, twice, seed):
    toy = two_compartments
    _, readings = simulated(toy, PROPORTIONAL, seed)
    columns = [*order, twice]
    mixed = [readings[i] for i in columns]
    plain = individualise(toy.predict, toy.prior, readings)
    found = individualise(lambda etas: toy.predict(etas)[:, columns], toy.prior, mixed)
    assert np.array_equal(found.etas, plain.etas)
    assert np.array_equal(found.covariance, plain.covariance)
    assert found.observations == 4


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_the_estimate_is_never_less_probable_than_the_typical_person(two_compartments, seed):
    _, readings = simulated(two_compartments, ERRORS["student"], seed)
    asked = objective(two_compartments.predict, two_compartments.prior, observed(readings))
    found = individualise(two_compartments.predict, two_compartments.prior, readings, starts=1)
    assert found.objective <= asked(np.zeros(4)) + 1e-12


def test_many_people_at_once_are_each_as_alone(two_compartments):
    people = [simulated(two_compartments, PROPORTIONAL, seed)[1] for seed in range(40)]
    together = individualise_many(
        two_compartments.predict, two_compartments.prior, people, starts=2, exact_covariance=True
    )
    quick = individualise_many(two_compartments.predict, two_compartments.prior, people)
    for readings, found in zip(people, together, strict=True):
        alone = individualise(two_compartments.predict, two_compartments.prior, readings)
        assert found.converged
        np.testing.assert_allclose(found.etas, alone.etas, atol=1e-4)
        np.testing.assert_allclose(found.sd, alone.sd, rtol=1e-3)
    sizes = [np.log(fast.sd / exact.sd) for fast, exact in zip(quick, together, strict=True)]
    assert abs(np.mean(sizes)) < 0.05
    assert np.max(np.abs(sizes)) < 0.4


def test_each_lane_is_told_whose_it_is(linear):
    def of_person(etas, person):
        return linear.predict(etas) + 10.0 * person[:, np.newaxis]

    values = np.array([104.0, 98.0, 101.0, 103.0])
    people = [linear.readings(values + 10 * i, 1.0) for i in range(3)]
    for found in individualise_many(of_person, linear.prior, people):
        np.testing.assert_allclose(found.etas, linear.exact(values, 1.0)[0], atol=3e-5)


# --- what goes astray --------------------------------------------------------------------------------


def test_one_wrong_sample_moves_a_student_far_less_than_a_normal(two_compartments):
    toy = replace(two_compartments, at_min=np.array([20.0, 40, 60, 90, 120, 180, 300, 480]))
    exact = toy.predict(np.zeros((1, 4)))[0]
    swapped = exact.copy()
    swapped[5] *= 12  # a tube of another minute
    shifts = {}
    for freedom in (None, 4.0):
        error = ResidualError(log_sd=0.15, freedom=freedom)
        clean = individualise(toy.predict, toy.prior, toy.readings(exact, error))
        found = individualise(toy.predict, toy.prior, toy.readings(swapped, error))
        assert found.converged
        shifts[freedom] = float(np.linalg.norm(found.etas - clean.etas))
    assert shifts[4.0] < 0.2 * shifts[None]


def test_a_sample_below_the_limit_says_the_level_was_low(two_compartments):
    toy = two_compartments
    exact = toy.predict(np.zeros((1, 4)))[0]
    error = ResidualError(log_sd=0.15)
    limit = 0.5 * exact[-1]
    values = [*exact[:-1], limit]
    censored = toy.readings(values, error, below=[False, False, False, True])
    told = individualise(toy.predict, toy.prior, censored)
    untold = individualise(lambda e: toy.predict(e)[:, :3], toy.prior, censored[:3])
    assert told.predicted[-1] < 0.9 * toy.predict(untold.etas[np.newaxis])[0, -1]


def test_bounds_hold_and_are_told(linear):
    values = [160.0, 100.0, 100.0, 160.0]
    found = individualise(linear.predict, linear.prior, linear.readings(values, 0.1), reach=1.0)
    assert np.all(np.abs(found.etas) <= linear.prior.sd * (1 + 1e-12))
    assert found.at_bound
    free = individualise(linear.predict, linear.prior, linear.readings(values, 0.1), reach=1e3)
    assert not free.at_bound
    np.testing.assert_allclose(free.etas, linear.exact(values, 0.1)[0], atol=1e-5)


def test_a_box_bounded_optimum_is_scipys(two_compartments):
    toy = two_compartments
    readings = toy.readings(toy.predict(np.array([[0.9, 0.8, -0.5, -0.6]]))[0], ResidualError(log_sd=0.05))
    found = individualise(toy.predict, toy.prior, readings, reach=1.0)
    box = [(-s, s) for s in toy.prior.sd]
    asked = objective(toy.predict, toy.prior, observed(readings))
    known = minimize(asked, np.zeros(4), method="L-BFGS-B", bounds=box, options={"ftol": 1e-15, "gtol": 1e-9})
    assert found.at_bound
    assert found.objective <= known.fun + 1e-7
    np.testing.assert_allclose(found.etas, known.x, atol=1e-4)


def test_two_places_as_likely_are_told():
    """The square of an effect cannot tell its sign: starts part."""
    prior = Prior(("a",), np.array([[1.0]]))
    reading = [Observation("s", "score", 0.0, 4.0, "points", ResidualError(additive_sd=0.2))]
    found = individualise(lambda e: e**2, prior, reading, starts=8, seed=3)
    assert abs(found.etas[0]) == pytest.approx(1.995, abs=0.01)
    assert found.converged
    assert 1 <= found.starts_agreed < 8


def test_a_search_that_does_not_settle_is_told():
    """Predictions full of jumps: no slope leads anywhere."""
    prior = Prior(("a", "b"), np.eye(2))
    reading = [Observation("s", "score", 0.0, 3.0, "points", ResidualError(additive_sd=0.01))]
    found = individualise(lambda e: np.sin(1e7 * e[:, :1]) + e[:, 1:], prior, reading, starts=1)
    assert not found.converged
    assert found.gradient_norm > 0.1


def test_the_search_never_walks_away_where_slopes_deceive():
    """A curve that flattens: full steps from far out would overshoot further each time."""
    prior = Prior(("a",), np.array([[100.0]]))
    reading = [Observation("s", "score", 0.0, 0.5, "points", ResidualError(additive_sd=0.05))]
    found = individualise(lambda e: np.arctan(3 * (e - 4)), prior, reading, starts=6, seed=1)
    asked = objective(lambda e: np.arctan(3 * (e - 4)), prior, observed(reading))
    known = min(minimize(asked, [x], method="Nelder-Mead").fun for x in (0.0, 4.0, 8.0))
    assert found.converged
    assert found.objective <= known + 1e-6
    for slope in (1.0, 3.0, 10.0, 30.0):
        alone = individualise(lambda e, s=slope: np.arctan(s * (e - 4)), prior, reading, starts=1)
        assert alone.converged
        assert alone.predicted[0] == pytest.approx(0.5, abs=0.02)


def test_a_place_that_is_no_top_still_has_a_covariance():
    """Held at its bound on the slope of a double well, where the second derivative points the wrong way."""
    prior = Prior(("a",), np.array([[1.0]]))
    reading = [Observation("s", "score", 0.0, 4.0, "points", ResidualError(additive_sd=0.5))]
    found = individualise(lambda e: e**2, prior, reading, reach=0.5, seed=3)
    assert found.at_bound == ("a",)
    assert 0 < found.covariance[0, 0] <= 1.0


# --- refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field"), [({"starts": 0}, "starts"), ({"reach": 0.0}, "reach"), ({"reach": np.nan}, "reach")]
)
def test_arguments_that_cannot_be_are_refused(two_compartments, change, field):
    _, readings = simulated(two_compartments, PROPORTIONAL, 1)
    with pytest.raises(InputRefused) as refused:
        individualise(two_compartments.predict, two_compartments.prior, readings, **change)
    assert refused.value.field == field


def test_a_model_that_gives_no_number_is_refused(two_compartments):
    _, readings = simulated(two_compartments, PROPORTIONAL, 1)
    with pytest.raises(InputRefused, match="gives no number"):
        individualise(lambda e: np.full((len(e), 4), np.nan), two_compartments.prior, readings)


def test_a_drug_measured_where_there_is_none_is_refused(two_compartments):
    toy = replace(two_compartments, at_min=np.array([-5.0, 40.0]))
    with pytest.raises(InputRefused, match="measured at -5 min"):
        individualise(
            lambda e: np.where(toy.at_min > 0, toy.predict(e), 0.0),
            toy.prior,
            toy.readings([50.0, 80.0], PROPORTIONAL),
        )


@pytest.mark.parametrize(
    ("names", "matrix", "field"),
    [
        ((), np.zeros((0, 0)), "model"),
        (("a", "b"), np.eye(3), "covariance"),
        (("a",), np.array([[np.nan]]), "covariance"),
        (("a", "b"), np.array([[1.0, 2.0], [2.0, 1.0]]), "covariance"),
        (("a", "b"), np.array([[1.0, 0.3], [0.1, 1.0]]), "covariance"),
        (("a", "b"), np.diag([1.0, 0.0]), "covariance"),
    ],
)
def test_a_prior_that_cannot_be_is_refused(names, matrix, field):
    with pytest.raises(InputRefused) as refused:
        Prior(names, matrix)
    assert refused.value.field == field


def test_a_priors_density_is_scipys(linear):
    etas = np.random.default_rng(2).standard_normal((20, 3))
    known = stats.multivariate_normal.logpdf(etas, cov=linear.prior.covariance)
    np.testing.assert_allclose(linear.prior.log_density(etas), known, rtol=1e-12)


def test_a_solvers_noise_is_bridged_when_it_is_told(two_compartments):
    """Predictions that jump by one part in a million from lane to lane."""
    toy = two_compartments
    _, readings = simulated(toy, PROPORTIONAL, 3)
    exact = individualise(toy.predict, toy.prior, readings)

    def rough(etas):
        random = np.random.default_rng(abs(int(1e9 * etas.sum())))
        return toy.predict(etas) * (1 + 1e-6 * random.uniform(-1, 1, (len(etas), 4)))

    found = individualise(rough, toy.prior, readings, noise=1e-6)
    np.testing.assert_allclose(found.etas, exact.etas, atol=2e-3)
    np.testing.assert_allclose(found.sd, exact.sd, rtol=0.05)
