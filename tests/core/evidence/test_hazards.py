"""Hazard ratios from what trials print."""

from __future__ import annotations

from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.hazards import (
    log_hazard_ratio,
    log_hazard_ratio_from_interval,
    log_hazard_ratio_from_logrank,
    log_hazard_ratio_from_p,
    logrank_variance,
)
from ataraxy.core.evidence.tails import estimate_of

LOGS = st.floats(-2, 2).filter(lambda x: abs(x) > 0.01)
SES = st.floats(0.05, 1.5)


@given(LOGS, SES, st.sampled_from([0.9, 0.95, 0.99]))
def test_interval_and_p_tell_the_standard_error_they_were_made_with(value, se, level):
    estimate = estimate_of(value, se, level)
    from_interval = log_hazard_ratio_from_interval(
        exp(estimate.value), exp(estimate.low), exp(estimate.high), level
    )
    assert from_interval.value == pytest.approx(value)
    assert sqrt(from_interval.variance) == pytest.approx(se, rel=1e-6)
    if estimate.p > 1e-12:
        assert sqrt(log_hazard_ratio_from_p(exp(value), estimate.p).variance) == pytest.approx(se, rel=1e-4)


def test_observed_less_expected_by_variance():
    """Ten events where fourteen were expected, V = 6: log HR -4/6, variance 1/6."""
    effect = log_hazard_ratio_from_logrank(10, 14, 6)
    assert (effect.value, effect.variance) == pytest.approx((-4 / 6, 1 / 6))
    assert log_hazard_ratio(log(0.5), 0.2).shown() == pytest.approx(0.5)
    assert logrank_variance(12, 12) == pytest.approx(6)


def test_a_cox_models_standard_error_is_squared():
    assert log_hazard_ratio(-0.5, 0.3).variance == pytest.approx(0.09)


def test_a_printed_interval_and_a_printed_p_by_hand():
    """HR 0.50 [0.25, 1.00]: (log 1 - log .25) / 3.919928 = .35365; HR 0.50, p .05: log 2 / 1.959964 = .35365."""
    from_interval = log_hazard_ratio_from_interval(0.5, 0.25, 1.0)
    assert (from_interval.value, sqrt(from_interval.variance)) == pytest.approx((log(0.5), 0.35365), abs=1e-5)
    from_p = log_hazard_ratio_from_p(0.5, 0.05)
    assert (from_p.value, sqrt(from_p.variance)) == pytest.approx((log(0.5), 0.35365), abs=1e-5)


def test_arms_of_different_size_have_the_variance_of_both_expectations():
    """1 / (1/12 + 1/4) = 3."""
    assert logrank_variance(12, 4) == pytest.approx(3)


def test_what_cannot_be_is_refused():
    for refused in (
        lambda: log_hazard_ratio(0.1, 0),
        lambda: log_hazard_ratio_from_interval(-0.5, 0.4, 0.9),
        lambda: log_hazard_ratio_from_p(-0.5, 0.5),
        lambda: log_hazard_ratio_from_logrank(-3, 4, 2),
        lambda: log_hazard_ratio_from_logrank(3, -4, 2),
        lambda: logrank_variance(3, 0),
        lambda: log_hazard_ratio_from_interval(0.5, 0.9, 0.4),
        lambda: log_hazard_ratio_from_interval(0.5, 0, 0.4),
        lambda: log_hazard_ratio_from_p(1.0, 0.5),
        lambda: log_hazard_ratio_from_p(0.5, 1.0),
        lambda: log_hazard_ratio_from_logrank(3, 4, 0),
        lambda: logrank_variance(0, 3),
    ):
        with pytest.raises(ValueError, match=r"zero|negative|no standard error"):
            refused()


def test_an_arm_in_which_nobody_relapsed_has_a_hazard_ratio():
    effect = log_hazard_ratio_from_logrank(0, 0.5, 0.25)
    assert (effect.value, effect.variance) == pytest.approx((-2, 4))
    assert log_hazard_ratio_from_logrank(1, 0, 0.25).value == pytest.approx(4)
    assert logrank_variance(0.5, 0.5) == pytest.approx(0.25)
