"""The windows of hours in which outcomes are put together."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.hours import WINDOWS, window_at
from ataraxy.core.evidence.study import Figure, Seen


@given(st.decimals(0, 99_999, places=2))
def test_every_hour_lies_in_one_window_only(hour):
    holding = [window for window in WINDOWS if window.holds(Figure(hour, Seen.READ))]
    assert len(holding) == 1
    asked = window_at(hour)
    assert (asked.key, asked.asked_hour) == (holding[0].key, hour)


@pytest.mark.parametrize(
    ("hour", "key"),
    [(2, "hours"), (24, "day"), (72, "days"), (168, "week"), (336, "two-weeks"), (672, "later")],
)
def test_the_hours_reviews_pool_at_lie_in_windows_of_their_own(hour, key):
    assert window_at(Decimal(hour)).key == key


def test_an_hour_nobody_saw_lies_in_no_window():
    assert not any(window.holds(None) for window in WINDOWS)


@pytest.mark.parametrize("hour", [-1, 1_000_000])
def test_an_hour_at_which_nobody_measures_is_refused(hour):
    with pytest.raises(ValueError, match="Ask for an hour"):
        window_at(Decimal(hour))
