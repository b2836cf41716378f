"""What an effect means for 100 people."""

from __future__ import annotations

from math import inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.absolute import absolute
from ataraxy.core.evidence.estimate import Estimate
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tails import estimate_of

CARRIED = st.sampled_from([Measure.OR, Measure.RR, Measure.RD, Measure.SMD])
ESTIMATES = st.builds(estimate_of, st.floats(-3, 3), st.floats(0.01, 2))
RISKS = st.floats(0, 1)


def test_feder_2021_carried_to_its_own_control_arm():
    """OR 8.0 [1.522, 42.042] on 3 of 15: 67 of 100 respond, 28 to 91; three are treated for two responders."""
    told = absolute(Estimate(log(8), 0.846, log(1.522), log(42.042), 0.014), Measure.OR, 0.2)
    assert (round(100 * told.treated), round(100 * told.low), round(100 * told.high)) == (67, 28, 91)
    assert round(told.more_of_hundred) == 47
    assert told.number_needed == pytest.approx(15 / 7)
    assert not told.capped


def test_a_risk_ratio_that_makes_more_than_everybody_is_capped_and_says_so():
    told = absolute(Estimate(log(3.33), 0.5, log(1.2), log(9), 0.02), Measure.RR, 0.2)
    assert told.high == 1
    assert told.capped


def test_nobody_stays_nobody_under_a_ratio():
    for measure in (Measure.OR, Measure.RR, Measure.SMD):
        assert (
            absolute(Estimate(2.0, 1, 0, inf if measure is Measure.OR else 4, 0.1), measure, 0.0).treated == 0
        )
    assert absolute(Estimate(800, 1, 790, 810, 0), Measure.OR, 0.3).treated == 1


def test_no_difference_needs_infinitely_many():
    told = absolute(estimate_of(0.0, 1), Measure.RR, 0.3)
    assert told.number_needed == inf
    assert told.more_of_hundred == 0


def test_half_an_sd_on_a_third_is_more_than_half():
    """Furukawa 2011: of a control response of 30 %, an SMD of 0.5 makes 49 %."""
    assert round(absolute(estimate_of(0.5, 0.1), Measure.SMD, 0.3).treated, 2) == 0.49


@pytest.mark.parametrize(
    ("measure", "value", "low", "high", "expected"),
    [
        (Measure.RD, 0.25, 0.05, 0.45, (0.45, 0.25, 0.65)),
        (Measure.RR, log(2), log(1.5), log(3), (0.4, 0.3, 0.6)),
        (Measure.OR, log(4), log(2), log(8), (0.5, 1 / 3, 2 / 3)),
        (Measure.SMD, 0.5, 0.0, 1.0, (0.36632, 0.2, 0.56293)),  # the normal's share below -.84162 + SMD
    ],
)
def test_each_measure_carried_to_one_in_five_by_hand(measure, value, low, high, expected):
    told = absolute(Estimate(value, 0.1, low, high, 0.02), measure, 0.2)
    assert (told.treated, told.low, told.high) == pytest.approx(expected, abs=1e-5)
    assert not told.capped
    assert told.more_of_hundred == pytest.approx(100 * (expected[0] - 0.2), abs=1e-3)
    assert told.number_needed == pytest.approx(1 / (expected[0] - 0.2), rel=1e-4)


def test_a_difference_below_nobody_is_capped_and_harm_is_fewer_of_a_hundred():
    told = absolute(Estimate(-0.15, 0.1, -0.35, 0.05, 0.1), Measure.RD, 0.2)
    assert (told.treated, told.low, told.high, told.capped) == (
        pytest.approx(0.05),
        0,
        pytest.approx(0.25),
        True,
    )
    assert told.more_of_hundred == pytest.approx(-15)
    assert told.number_needed == pytest.approx(1 / 0.15)


def test_everybody_stays_everybody_in_sds():
    assert absolute(estimate_of(-2.0, 1), Measure.SMD, 1.0).treated == 1


def test_points_and_hazards_are_refused():
    for measure in (Measure.MD, Measure.HR):
        with pytest.raises(ValueError, match="of 100 people"):
            absolute(estimate_of(1, 1), measure, 0.2)
    with pytest.raises(ValueError, match=r"20 % is 0\.2"):
        absolute(estimate_of(1, 1), Measure.OR, 20)


@given(ESTIMATES, CARRIED, RISKS)
def test_shares_stay_between_none_and_all_and_in_order(estimate, measure, risk):
    told = absolute(estimate, measure, risk)
    assert 0 <= told.low <= told.treated + 1e-12
    assert told.treated <= told.high + 1e-12
    assert told.high <= 1


@given(ESTIMATES, CARRIED, st.floats(0.01, 0.99))
def test_more_effect_is_more_people(estimate, measure, risk):
    told = absolute(estimate, measure, risk)
    if not told.capped:
        assert (told.treated > risk) == (estimate.value > 0) or abs(told.treated - risk) < 1e-9
