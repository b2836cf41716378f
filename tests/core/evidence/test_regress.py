"""Meta-regression: its laws, its refusals, and that without moderators it is the pool."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.pool import Pool, Prediction, pool
from ataraxy.core.evidence.pool_many import Inference
from ataraxy.core.evidence.regress import INTERCEPT, Regression, indicators, regress

# The thirteen BCG vaccine trials as log risk ratios, with the latitude each was done at (public, metadat dat.bcg).
BCG_Y = (
    -0.8893,
    -1.5854,
    -1.3481,
    -1.4416,
    -0.2175,
    -0.7861,
    -1.6209,
    0.0120,
    -0.4694,
    -1.3713,
    -0.3394,
    0.4459,
    -0.0173,
)
BCG_V = (
    0.3256,
    0.1946,
    0.4154,
    0.0200,
    0.0512,
    0.0069,
    0.2230,
    0.0040,
    0.0564,
    0.0730,
    0.0124,
    0.5325,
    0.0714,
)
LATITUDE = (44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33)

studies = st.lists(
    st.tuples(st.floats(-3, 3), st.floats(0.01, 4), st.floats(-2, 2)), min_size=4, max_size=12
)  # fmt: skip
some_methods = st.sampled_from([Method.COMMON, Method.DL, Method.PM, Method.REML])


def fitted(y, v, moderators, *args, **more) -> Regression:
    result = regress(y, v, moderators, *args, with_few=True, **more)
    assert isinstance(result, Regression)
    return result


def different(x):
    return np.ptp(x) > 0.1


def test_the_vaccine_works_better_further_from_the_equator():
    # Viechtbauer 2010 (metafor), mixed-effects model by REML on latitude alone: b -0.0291 (0.0072), tau2 0.0764, R2 75.6 %.
    result = regress(BCG_Y, BCG_V, {"latitude": LATITUDE}, inference=Inference.WALD)
    assert isinstance(result, Regression)
    intercept, slope = result.coefficients
    assert slope.value == pytest.approx(-0.0291, abs=1e-4)
    assert slope.se == pytest.approx(0.0072, abs=1e-4)
    assert intercept.value == pytest.approx(0.2515, abs=1e-3)
    assert result.tau2 == pytest.approx(0.0764, abs=5e-4)
    assert result.r2 == pytest.approx(75.62, abs=0.2)
    assert result.qm == pytest.approx(16.357, abs=0.02)
    assert result.qe == pytest.approx(30.733, abs=0.02)
    assert not result.few


@given(studies, some_methods)
@settings(max_examples=40, deadline=None)
def test_without_moderators_it_is_the_pool(rows, method):
    y, v, _ = np.array(rows).T
    assume(np.ptp(y) > 1e-6)
    inference = Inference.WALD if method is Method.COMMON else Inference.HARTUNG_KNAPP
    whole, alone = pool(y, v, method, inference), fitted(y, v, {}, method, inference)
    assert isinstance(whole, Pool)
    one = alone.coefficients[0]
    assert (one.value, one.se, one.low, one.p) == pytest.approx(
        (whole.estimate.value, whole.estimate.se, whole.estimate.low, whole.estimate.p), rel=1e-8, abs=1e-10
    )
    assert (alone.tau2, alone.qe, alone.i2) == pytest.approx(
        (whole.tau2, whole.q, whole.i2), rel=1e-7, abs=1e-8
    )
    assert alone.names == (INTERCEPT,) and alone.qm is None and alone.r2 is None


@given(studies, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_does_not_matter(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    (y, v, x), (y2, v2, x2) = np.array(rows).T, np.array(mixed).T
    assume(different(x))
    one, other = fitted(y, v, {"dose": x}), fitted(y2, v2, {"dose": x2})
    assert one.tau2 == pytest.approx(other.tau2, rel=1e-5, abs=1e-7)
    assert one.coefficients[1].value == pytest.approx(other.coefficients[1].value, rel=1e-5, abs=1e-6)


@given(studies, st.floats(0.1, 50), st.floats(-5, 5))
@settings(max_examples=40, deadline=None)
def test_a_moderator_in_other_units_changes_the_slope_and_nothing_else(rows, factor, shift):
    y, v, x = np.array(rows).T
    assume(different(x) and different(y))
    how = (Method.DL, Inference.WALD)
    one, other = fitted(y, v, {"dose": x}, *how), fitted(y, v, {"dose": x * factor + shift}, *how)
    assert other.coefficients[1].value * factor == pytest.approx(
        one.coefficients[1].value, rel=1e-6, abs=1e-8
    )
    here, there = one.expect({"dose": 0.5}), other.expect({"dose": 0.5 * factor + shift})
    assert here.average.low == pytest.approx(there.average.low, rel=1e-6, abs=1e-6)
    assert one.qm == pytest.approx(other.qm, rel=1e-5, abs=1e-7)


@given(studies)
@settings(max_examples=30, deadline=None)
def test_two_groups_without_differences_between_studies_are_their_own_pools(rows):
    y, v, _ = np.array(rows).T
    labels = ["saline" if j % 2 else "midazolam" for j in range(len(y))]
    result = fitted(y, v, indicators("comparator", labels, "midazolam"), Method.COMMON, Inference.WALD)
    where = np.array([label == "midazolam" for label in labels])
    means = [np.average(y[chosen], weights=1 / v[chosen]) for chosen in (where, ~where)]
    assert result.coefficients[0].value == pytest.approx(means[0], abs=1e-9)
    assert result.coefficients[1].value == pytest.approx(means[1] - means[0], abs=1e-9)
    assert result.names == (INTERCEPT, "comparator: saline")


@given(studies)
@settings(max_examples=30, deadline=None)
def test_the_bounded_interval_is_never_narrower_than_walds(rows):
    y, v, x = np.array(rows).T
    assume(different(x))
    bounded, wald = (fitted(y, v, {"dose": x}, inference=how) for how in (Inference.BOUNDED, Inference.WALD))
    assert bounded.coefficients[1].se >= wald.coefficients[1].se - 1e-12


def test_a_new_study_is_less_sure_than_the_average():
    result = fitted(BCG_Y, BCG_V, {"latitude": LATITUDE})
    at = result.expect({"latitude": 30})
    assert at.new_low < at.average.low < at.average.high < at.new_high
    assert at.new_df == 10
    assert result.expect({"latitude": 30}, Prediction.T_K_MINUS_1).new_df == 11
    wald = fitted(BCG_Y, BCG_V, {"latitude": LATITUDE}, inference=Inference.WALD)
    assert wald.expect({"latitude": 30}).new_df is None


def test_three_studies_about_a_line_say_nothing_of_the_next():
    at = fitted((0.1, 0.5, 0.2), (0.1, 0.1, 0.1), {"dose": (1, 2, 3)}).expect({"dose": 2})
    assert (at.new_low, at.new_high) == (-np.inf, np.inf)


def test_fewer_than_ten_studies_a_moderator_are_refused_unless_asked_for():
    few = {"dose": (0.5, 1.0, 0.25, 0.5)}
    y, v = (0.1, 0.4, 0.2, 0.6), (0.1, 0.1, 0.2, 0.1)
    assert regress(y, v, few) == TooFew("Meta-regression", 10, 4)
    asked = regress(y, v, few, with_few=True)
    assert isinstance(asked, Regression) and asked.few


def test_no_more_studies_than_coefficients_are_too_few_whoever_asks():
    assert regress((0.1, 0.4), (0.1, 0.1), {"dose": (1, 2)}, with_few=True) == TooFew("Meta-regression", 3, 2)
    assert regress((0.1,), (0.1,), {}) == TooFew("Meta-regression", 2, 1)


def test_studies_on_the_line_to_the_last_digit_leave_no_width():
    result = fitted((1.0, 1.0, 1.0, 1.0), (0.1, 0.2, 0.1, 0.3), {"dose": (1.0, 2.0, 3.0, 5.0)})
    assert result.coefficients[0].value == pytest.approx(1.0)
    assert result.coefficients[0].se == pytest.approx(0.0, abs=1e-9)
    zero = fitted((0.0,) * 4, (0.1, 0.2, 0.1, 0.3), {"dose": (1.0, 2.0, 3.0, 5.0)})
    assert zero.qm is None and zero.coefficients[1].p == 1


@pytest.mark.parametrize(
    ("moderators", "words"),
    [
        ({"dose": (1.0, 1.0, 1.0, 1.0)}, "says nothing of its own"),
        ({"a": (1.0, 2.0, 3.0, 4.0), "b": (2.0, 4.0, 6.0, 8.0)}, "says nothing of its own"),
        ({"dose": (1.0, 2.0)}, "2 values for 4 studies"),
        ({"dose": (1.0, 2.0, 3.0, float("nan"))}, "missing"),
        ({INTERCEPT: (1.0, 2.0, 3.0, 4.0)}, "rename"),
    ],
)
def test_moderators_that_cannot_be_are_told(moderators, words):
    with pytest.raises(ValueError, match=words):
        regress((0.1, 0.2, 0.4, 0.3), (0.1,) * 4, moderators, with_few=True)


def test_an_expectation_needs_every_moderator():
    result = fitted(BCG_Y, BCG_V, {"latitude": LATITUDE})
    with pytest.raises(ValueError, match="latitude"):
        result.expect({})
    with pytest.raises(ValueError, match="reference"):
        indicators("comparator", ["saline"], "midazolam")
    with pytest.raises(ValueError, match="intercept or a moderator"):
        regress((0.1, 0.2), (0.1, 0.1), {}, intercept=False)
