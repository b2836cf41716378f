"""The demo patient's vital signs."""

from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.live.physiology import Baseline, response, vitals_at

REST = Baseline()
minutes = st.floats(min_value=-60, max_value=300)
seeds = st.integers(0, 2**32)


@given(at_min=minutes, seed=seeds)
def test_the_same_seed_gives_the_same_person(at_min: float, seed: int) -> None:
    assert vitals_at(at_min, REST, seed) == vitals_at(at_min, REST, seed)


@given(at_min=minutes, seed=seeds)
def test_values_are_ones_a_monitor_would_show(at_min: float, seed: int) -> None:
    vitals = vitals_at(at_min, REST, seed)
    assert vitals.diastolic_mmhg < vitals.mean_mmhg < vitals.systolic_mmhg
    assert 97 <= vitals.spo2_percent <= 99
    assert abs(vitals.pulse_per_min - vitals.heart_rate_per_min) <= 1
    assert 12 <= vitals.respiratory_rate_per_min <= 16


@given(first=st.floats(0, 40), second=st.floats(0, 40))
def test_the_response_rises_to_40_minutes_and_falls_after(first: float, second: float) -> None:
    early, late = sorted((first, second))
    assert response(early) <= response(late)
    assert response(40 + early) >= response(40 + late)


@given(at_min=minutes)
def test_no_effect_before_the_dose_or_after_90_minutes(at_min: float) -> None:
    assert 0 <= response(at_min) <= 1
    if at_min <= 0 or at_min >= 90:
        assert response(at_min) == 0


@pytest.mark.parametrize(("at_min", "systolic", "diastolic"), [(0, 0, 0), (40, 16.0, 11.0), (90, 0, 0)])
def test_the_mean_rise_is_the_published_one(at_min: float, systolic: float, diastolic: float) -> None:
    """+16.0/+11.0 mmHg at 40 min (DOI 10.1016/j.genhosppsych.2024.07.001); none by 90 min (PMC7605942)."""
    people = [vitals_at(at_min, REST, seed) for seed in range(400)]
    assert mean(float(v.systolic_mmhg) for v in people) - 122 == pytest.approx(systolic, abs=0.25)
    assert mean(float(v.diastolic_mmhg) for v in people) - 76 == pytest.approx(diastolic, abs=0.25)


@given(at_min=minutes, seed=seeds)
def test_one_second_later_is_nearly_the_same(at_min: float, seed: int) -> None:
    now, then = vitals_at(at_min, REST, seed), vitals_at(at_min + 1 / 60, REST, seed)
    assert abs(now.systolic_mmhg - then.systolic_mmhg) <= 2
    assert abs(now.heart_rate_per_min - then.heart_rate_per_min) <= 2
