"""From one measure to another."""

from __future__ import annotations

from math import exp, log, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind_from_stats

from ataraxy.core.evidence.convert import (
    correlation_of_d,
    d_of_correlation,
    d_of_f,
    d_of_p,
    d_of_t,
    effect_of_interval,
    effect_of_printed,
    odds_ratio_of_risk_ratio,
    odds_ratio_of_smd,
    risk_of_odds_ratio,
    risk_ratio_of_odds_ratio,
    smd_of_odds_ratio,
    smd_of_t,
)
from ataraxy.core.evidence.estimate import Effect
from ataraxy.core.evidence.means import Sample, SmallSample, standardised_mean_difference
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tails import estimate_of

RISKS = st.floats(0.01, 0.99)
RATIOS = st.floats(0.02, 50)
SIZES = st.integers(3, 200)


def test_a_difference_of_one_half_sd_is_an_odds_ratio_of_two_and_a_half():
    """Chinn 2000: divide a log odds ratio by 1.81; Hasselblad & Hedges 1995: multiply d by pi / sqrt(3)."""
    effect = odds_ratio_of_smd(Effect(Measure.SMD, 0.5, 0.04, "g"))
    assert effect.value == pytest.approx(0.5 * pi / sqrt(3))
    assert round(effect.shown(), 2) == 2.48
    back = smd_of_odds_ratio(effect)
    assert (back.value, back.variance) == pytest.approx((0.5, 0.04))
    assert "logistic" in effect.method


def test_the_textbooks_log_odds_ratio_as_sds():
    """Borenstein 2009, ch. 7: log OR 0.9069, V 0.0676 are d 0.5000, V 0.0205."""
    effect = smd_of_odds_ratio(Effect(Measure.OR, 0.9069, 0.0676, "odds ratio"))
    assert (round(effect.value, 4), round(effect.variance, 4)) == (0.5, 0.0205)


def test_a_d_as_a_correlation_by_hand():
    """d .5 of two groups of 50: .5 / sqrt(.25 + 4) = .2425; of 10 and 40, .5 / sqrt(.25 + 6.25) = .1961."""
    assert correlation_of_d(0.5, 50, 50) == pytest.approx(0.24254, abs=1e-5)
    assert correlation_of_d(0.5, 10, 40) == pytest.approx(0.19612, abs=1e-5)


def test_the_wrong_measure_is_refused():
    with pytest.raises(ValueError, match="takes smd, and was given or"):
        odds_ratio_of_smd(Effect(Measure.OR, 0.5, 0.04, "odds ratio"))
    with pytest.raises(ValueError, match="takes or, and was given smd"):
        smd_of_odds_ratio(Effect(Measure.SMD, 0.5, 0.04, "g"))


def test_with_frequent_events_an_odds_ratio_is_far_from_the_risk_ratio():
    """Feder 2021: 10 of 15 and 3 of 15 are an odds ratio of 8 and a risk ratio of 3.33."""
    assert risk_ratio_of_odds_ratio(8.0, 0.2) == pytest.approx(10 / 3)
    assert odds_ratio_of_risk_ratio(10 / 3, 0.2) == pytest.approx(8)
    assert risk_of_odds_ratio(8.0, 0.2) == pytest.approx(10 / 15)
    assert risk_of_odds_ratio(8.0, 0.0) == 0


@given(RATIOS, RISKS)
def test_odds_ratio_and_risk_ratio_lead_back(ratio, risk):
    assert odds_ratio_of_risk_ratio(risk_ratio_of_odds_ratio(ratio, risk), risk) == pytest.approx(
        ratio, rel=1e-6
    )


@given(RATIOS, RISKS)
def test_an_odds_ratio_is_never_nearer_to_one_than_the_risk_ratio(ratio, risk):
    assert abs(log(risk_ratio_of_odds_ratio(ratio, risk))) <= abs(log(ratio)) + 1e-12


def test_risks_that_cannot_be_are_refused():
    for refused in (
        lambda: risk_of_odds_ratio(2, 20),
        lambda: risk_of_odds_ratio(-1, 0.2),
        lambda: risk_ratio_of_odds_ratio(2, 0),
        lambda: odds_ratio_of_risk_ratio(6, 0.2),
        lambda: d_of_correlation(1.0, 5, 5),
        lambda: d_of_f(-1, 5, 5, True),
        lambda: effect_of_interval(Measure.OR, 2, 0, 4),
        lambda: effect_of_interval(Measure.MD, 2, 4, 1),
        lambda: effect_of_printed(Measure.OR, 0, 1),
        lambda: effect_of_printed(Measure.MD, 1, 0),
    ):
        with pytest.raises(ValueError, match=r"0|zero|exceeds|between|first"):
            refused()


@given(st.floats(-4, 4), SIZES, SIZES)
def test_a_d_and_a_correlation_lead_back(d, n, control_n):
    assert d_of_correlation(correlation_of_d(d, n, control_n), n, control_n) == pytest.approx(d, abs=1e-9)


@given(SIZES, SIZES, st.floats(-10, 10), st.floats(1, 9), st.floats(1, 9))
def test_t_f_and_p_of_two_groups_tell_their_standardised_difference(n, control_n, mean, sd, control_sd):
    t, p = ttest_ind_from_stats(mean, sd, n, 0, control_sd, control_n)
    d = standardised_mean_difference(
        Sample(n, mean, sd), Sample(control_n, 0, control_sd), SmallSample.NONE
    ).value
    assert d_of_t(t, n, control_n) == pytest.approx(d, abs=1e-9)
    assert d_of_f(t * t, n, control_n, mean > 0) == pytest.approx(d, abs=1e-9)
    if 1e-9 < p < 0.999:
        assert d_of_p(p, n, control_n, mean > 0) == pytest.approx(d, rel=1e-4)


def test_a_t_is_a_hedges_g():
    one, other = Sample(15, 10.0, 8.0), Sample(15, 18.0, 8.0)
    t = -8.0 / (8.0 * sqrt(2 / 15))
    assert smd_of_t(t, 15, 15).value == pytest.approx(standardised_mean_difference(one, other).value)


@given(st.sampled_from(Measure), st.floats(-2, 2), st.floats(0.05, 1))
def test_a_printed_interval_tells_the_variance_it_was_made_with(measure, value, se):
    true = estimate_of(value, se)
    numbers = [exp(x) if measure.is_ratio else x for x in (true.value, true.low, true.high)]
    effect = effect_of_interval(measure, *numbers)
    assert effect.value == pytest.approx(value, abs=1e-9)
    assert effect.variance == pytest.approx(se * se, rel=1e-6)
