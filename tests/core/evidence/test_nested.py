"""The three-level model: its laws, its derivatives, and that with one effect a study it is the two-level one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.mixed import components, correlated, slope, weigh
from ataraxy.core.evidence.nested import Nested, nested
from ataraxy.core.evidence.pool import Pool, pool
from ataraxy.core.evidence.pool_many import Inference

RNG = np.random.default_rng(5)
STUDY = np.repeat(np.arange(7), [1, 3, 2, 4, 1, 2, 3])
Y = RNG.normal(0, 0.5, 7)[STUDY] + RNG.normal(0, 0.3, 16) + RNG.normal(0, 0.3, 16)
V = RNG.uniform(0.05, 0.2, 16)
NAMES = [f"study {j}" for j in STUDY]


def fitted(*args, **more) -> Nested:
    result = nested(*args, **more)
    assert isinstance(result, Nested)
    return result


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 2)), min_size=5, max_size=10))
@settings(max_examples=25, deadline=None)
def test_with_one_effect_a_study_it_is_the_two_level_model(rows):
    y, v = np.array(rows).T
    assume(np.ptp(y) > 0.1)
    two, three = pool(y, v, Method.REML, Inference.WALD), fitted(y, v, [str(j) for j in range(len(y))])
    assert isinstance(two, Pool)
    assert three.within is None and three.i2_within == 0
    assert three.study.variance == pytest.approx(two.tau2, rel=1e-5, abs=1e-6)
    assert three.estimates[0].value == pytest.approx(two.estimate.value, rel=1e-5, abs=1e-6)
    assert three.estimates[0].se == pytest.approx(two.estimate.se, rel=1e-5, abs=1e-6)
    assert three.i2_study == pytest.approx(two.i2, rel=1e-4, abs=1e-3)


@given(st.permutations(range(16)))
@settings(max_examples=6, deadline=None)
def test_order_and_the_names_of_studies_do_not_matter(order):
    one = fitted(Y, V, NAMES)
    other = fitted(Y[order], V[order], [f"{'abcdefg'[6 - STUDY[j]]}" for j in order])
    assert other.study.variance == pytest.approx(one.study.variance, rel=1e-7, abs=1e-9)
    assert other.robust[0].estimate.se == pytest.approx(one.robust[0].estimate.se, rel=1e-7)
    assert other.robust[0].estimate.df == pytest.approx(one.robust[0].estimate.df, rel=1e-7)


@given(st.floats(0, 2), st.floats(0, 2), st.booleans())
@settings(max_examples=30, deadline=None)
def test_the_slope_of_the_likelihood_is_what_differences_say(study, within, restricted):
    same = (STUDY[:, None] == STUDY[None, :]).astype(float)
    problem = correlated(Y, np.ones((16, 1)), np.diag(V), np.stack([same, np.eye(16)]))
    theta = np.array([study, within])
    gradient, _, observed = slope(problem, weigh(problem, theta, restricted), restricted)
    for m in range(2):
        step = np.eye(2)[m] * 1e-5
        up, down = (weigh(problem, theta + s, restricted).log_likelihood for s in (step, -step))
        assert gradient[m] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-5)
        bent = [
            slope(problem, weigh(problem, theta + s, restricted), restricted)[0][m] for s in (step, -step)
        ]
        if restricted:
            assert observed[m, m] == pytest.approx(-(bent[0] - bent[1]) / 2e-5, rel=1e-4, abs=1e-3)


def test_the_top_found_is_the_highest_of_a_fine_grid():
    same = (STUDY[:, None] == STUDY[None, :]).astype(float)
    problem = correlated(Y, np.ones((16, 1)), np.diag(V), np.stack([same, np.eye(16)]))
    found = components(problem)
    grid = [
        weigh(problem, np.array([a, b])).log_likelihood
        for a in np.linspace(0, 2, 60)
        for b in np.linspace(0, 2, 60)
    ]
    assert found.converged
    assert found.fit.log_likelihood >= max(grid) - 1e-9


def test_the_same_effect_told_twice_adds_no_study():
    once = fitted(Y, V, NAMES)
    assert once.studies == 7 and once.effects == 16
    assert once.robust[0].estimate.df is not None and once.robust[0].estimate.df < 7
    assert once.new_low < once.estimates[0].low < once.estimates[0].high < once.new_high


def test_effects_that_share_people_say_less_than_independent_ones():
    same = STUDY[:, None] == STUDY[None, :]
    shared = np.where(same, 0.8 * np.sqrt(np.outer(V, V)), 0.0)
    np.fill_diagonal(shared, V)
    one, other = fitted(Y, V, NAMES), fitted(Y, V, NAMES, covariance=shared)
    assert (
        other.study.variance <= one.study.variance + 1e-9
    )  # part of what looked like differences was sampling
    assert other.qe != pytest.approx(one.qe)


def test_profile_intervals_hold_the_best_and_start_at_zero_where_it_is_likely():
    result = fitted(Y, V, NAMES)
    assert result.within is not None
    for part in (result.study, result.within):
        assert 0 <= part.low <= part.variance <= part.high


def test_a_moderator_is_a_coefficient_with_both_errors():
    x = np.arange(16) % 3
    result = fitted(Y, V, NAMES, {"hour": x})
    assert result.names == ("intercept", "hour")
    assert len(result.robust) == 2 and result.new_low is None
    assert result.qe_df == 14


def test_few_studies_are_refused_unless_asked_for_and_their_errors_are_not_called_sure():
    few = (Y[:6], V[:6], NAMES[:6])
    assert nested(*few) == TooFew("The three-level model", 5, 3)
    asked = fitted(*few, with_few=True)
    assert asked.few and not asked.robust[0].sure
    assert nested(Y[:1], V[:1], NAMES[:1], with_few=True) == TooFew("The three-level model", 2, 1)


def test_input_that_cannot_be_is_told():
    with pytest.raises(ValueError, match="name one for each"):
        nested(Y, V, NAMES[:3])
    crossed = np.diag(V)
    crossed[0, 5] = crossed[5, 0] = 0.01
    with pytest.raises(ValueError, match="different studies"):
        nested(Y, V, NAMES, covariance=crossed)
    with pytest.raises(ValueError, match="more than one"):
        nested(Y, V, NAMES, covariance=np.ones((16, 16)))
    with pytest.raises(ValueError, match="level"):
        nested(Y, V, NAMES, level=95)
