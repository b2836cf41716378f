from __future__ import annotations

import itertools
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.clinic.figures.effect_axis import MOST_TICKS, fitted, linear_ticks, ratio_ticks, said

VALUES = st.lists(st.floats(-6, 6), min_size=1, max_size=12)


@given(VALUES, VALUES, st.booleans())
def test_every_estimate_and_no_effect_are_on_the_axis_whatever_the_intervals(
    middles: list[float], edges: list[float], is_ratio: bool
) -> None:
    axis = fitted(middles, edges, 0.0, 300.0, is_ratio=is_ratio)
    assert not any(axis.cuts(value) for value in [*middles, 0.0])
    assert axis.x(min(middles)) <= axis.x(max(middles))


@given(st.floats(-12, 12), st.floats(0.01, 24))
def test_ticks_ascend_lie_inside_and_are_few(low: float, reach: float) -> None:
    for ticks in (ratio_ticks(low, low + reach), linear_ticks(low, low + reach)):
        assert len(ticks) <= MOST_TICKS
        assert all(a < b for a, b in itertools.pairwise(ticks))
        assert all(low - 1e-6 <= tick <= low + reach + 1e-6 for tick in ticks)


def test_ratios_are_written_in_round_numbers() -> None:
    assert [f"{exp(t):g}" for t in ratio_ticks(log(0.4), log(6))] == ["0.5", "1", "2", "5"]
    assert [f"{exp(t):g}" for t in ratio_ticks(log(0.5), log(1500))] == [
        "1",
        "3",
        "10",
        "30",
        "100",
        "300",
        "1000",
    ]


def test_an_interval_that_would_press_the_rest_together_is_cut() -> None:
    axis = fitted([-0.2, 0.1], [-50.0, 0.4], 0.0, 300.0, is_ratio=False)
    assert axis.cuts(-50.0)
    assert not axis.cuts(0.4)


@pytest.mark.parametrize(
    ("value", "is_ratio", "words"),
    [
        (log(28.9364), True, "28.9"),
        (log(242.5742), True, "243"),
        (log(0.937), True, "0.94"),
        (-1.17, False, "−1.17"),
        (0.0, False, "0"),
        (log(0.0021), True, "0.002"),
        (log(0.00003), True, "under 0.001"),
        (40.0, True, "over a million"),
    ],
)
def test_numbers_are_said_with_the_digits_that_mean_something(
    value: float, is_ratio: bool, words: str
) -> None:
    assert said(value, is_ratio=is_ratio) == words
