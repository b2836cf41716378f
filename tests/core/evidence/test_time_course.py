"""An effect by hour: windows count a study once, and a curve is drawn only where studies suffice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.hours import WINDOWS
from ataraxy.core.evidence.pool import Pool, pool
from ataraxy.core.evidence.time_course import AtHour, TimeCurve, time_course

HOURS = (1, 3, 24, 72, 168, 336)


def course(seed: int, studies: int = 8, of=lambda hour: -1.0) -> list[AtHour]:
    rng = np.random.default_rng(seed)
    return [
        AtHour(f"study {s}", float(hour), of(hour) + rng.normal(0, 0.2), float(rng.uniform(0.02, 0.1)))
        for s in range(studies)
        for hour in sorted(rng.choice(HOURS, size=4, replace=False))
    ]


def curve_of(points, **more) -> TimeCurve:
    curve = time_course(points, **more).curve
    assert isinstance(curve, TimeCurve)
    return curve


def test_a_window_pools_each_study_once_at_its_hour_nearest_to_the_one_asked_for():
    points = [
        AtHour("A", 1, -0.2, 0.1), AtHour("A", 3, -0.9, 0.1), AtHour("B", 2, -0.5, 0.2), AtHour("B", 24, -0.4, 0.2),
    ]  # fmt: skip
    found = time_course(points)
    within = found.windows[0]
    assert [(one.study, one.hour) for one in within.points] == [("A", 3), ("B", 2)]
    assert isinstance(within.result, Pool)
    assert within.result == pool([-0.9, -0.5], [0.1, 0.2])
    assert found.windows[1].window.key == "day"
    assert isinstance(found.windows[1].result, TooFew)
    assert len(found.windows) == 2 < len(WINDOWS)


def test_few_studies_give_points_and_no_curve():
    points = course(1, studies=3)
    found = time_course(points)
    assert found.curve == TooFew("A curve over time", 5, 3)
    assert len(found.points) == len(points)
    assert curve_of(points, with_few=True).few


def test_three_hours_are_too_few_for_a_curve():
    points = [AtHour(f"s{s}", hour, -1.0 + 0.1 * s, 0.1) for s in range(6) for hour in (1.0, 24.0, 168.0)]
    assert time_course(points).curve == TooFew("A curve over time", 4, 3, "different hours")


def test_nothing_measured_is_nothing_drawn():
    found = time_course([])
    assert (found.points, found.windows) == ((), ())
    assert found.curve == TooFew("A curve over time", 5, 0)


def test_a_curve_finds_onset_and_fading():
    fades = course(2, 14, of=lambda hour: -1.5 + 0.2 * np.log1p(hour))
    curve = curve_of(fades)
    early, late = curve.expect(3).estimate, curve.expect(336).estimate
    assert early.value == pytest.approx(-1.5 + 0.2 * np.log(4), abs=0.2)
    assert late.value == pytest.approx(-1.5 + 0.2 * np.log(337), abs=0.2)
    assert early.high < late.low
    assert curve.converged and curve.assumed_correlation == 0.5


def test_effects_exactly_on_a_line_over_log_time_are_found_exactly():
    exact = [AtHour(one.study, one.hour, -2 + 0.3 * np.log1p(one.hour), one.variance) for one in course(3)]
    curve = curve_of(exact)
    assert curve.expect(48).estimate.value == pytest.approx(-2 + 0.3 * np.log(49), abs=1e-8)
    assert curve.between_studies == 0


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_order_does_not_matter(random):
    points = course(4)
    mixed = list(points)
    random.shuffle(mixed)
    one, other = time_course(points), time_course(mixed)
    assert one.points == other.points
    assert curve_of(mixed).expect(24).estimate.value == pytest.approx(
        curve_of(points).expect(24).estimate.value
    )


@given(st.floats(0, 0.9))
@settings(max_examples=10, deadline=None)
def test_the_assumed_correlation_moves_the_answer_little_and_is_told(correlation):
    points = course(5, 12)
    assumed, usual = curve_of(points, assumed_correlation=correlation), curve_of(points)
    assert assumed.assumed_correlation == correlation
    assert assumed.expect(24).estimate.value == pytest.approx(usual.expect(24).estimate.value, abs=0.1)


def test_beyond_what_was_measured_nothing_is_expected():
    curve = curve_of(course(6))
    with pytest.raises(ValueError, match="measured from"):
        curve.expect(1000)


@pytest.mark.parametrize(
    ("points", "more", "words"),
    [
        ([AtHour("A", -1, 0.1, 0.1)], {}, "before the dose"),
        ([AtHour("A", 1, 0.1, 0.1), AtHour("A", 1, 0.2, 0.1)], {}, "two effects at one hour"),
        ([AtHour("A", 1, 0.1, 0.1)], {"assumed_correlation": 1.0}, "correlation"),
        ([AtHour("A", 1, 0.1, -0.1), AtHour("B", 1, 0.1, 0.1)], {}, "variance"),
    ],
)
def test_input_that_cannot_be_is_told(points, more, words):
    with pytest.raises(ValueError, match=words):
        time_course(points, **more)
