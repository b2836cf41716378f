"""Sessions keep the protocol's spacing, whatever order they are booked in."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.clinic.plan.spacing import refuse_spacing
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Course, Status

FIRST = date(2026, 12, 1)
SIX = Course((Decimal("0.5"),) * 6, 2, 4, 14, "feder-2021", Status.TRIAL)


@given(st.lists(st.integers(-3, 20), min_size=1, max_size=6))
def test_what_is_let_through_keeps_every_rule(offsets: list[int]) -> None:
    days: dict[int, date] = {}
    for number, offset in enumerate(offsets, 1):
        day = FIRST + timedelta(days=offset)
        try:
            refuse_spacing(SIX, number, day, days)
        except InputRefused:
            break
        days[number] = day
    ordered = [days[n] for n in sorted(days)]
    gaps = [(b - a).days for a, b in pairwise(ordered)]
    assert all(2 <= gap <= 4 for gap in gaps)
    assert (ordered[-1] - ordered[0]).days <= 14 if ordered else True


def test_every_second_day_fits_six_sessions() -> None:
    days: dict[int, date] = {}
    for number in range(1, 7):
        day = FIRST + timedelta(days=2 * (number - 1))
        refuse_spacing(SIX, number, day, days)
        days[number] = day


@pytest.mark.parametrize(("offset", "fits"), [(1, False), (2, True), (4, True), (5, False), (-2, False)])
def test_the_second_session(offset: int, fits: bool) -> None:
    day = FIRST + timedelta(days=offset)
    if fits:
        refuse_spacing(SIX, 2, day, {1: FIRST})
    else:
        with pytest.raises(InputRefused, match="2 to 4 days apart") as refused:
            refuse_spacing(SIX, 2, day, {1: FIRST})
        assert "from 3 Dec 2026 to 5 Dec 2026" in refused.value.cure


def test_one_session_goes_on_any_day() -> None:
    once = Course((Decimal("0.5"),), 28, 28, 1, "taylor-2018", Status.TRIAL)
    refuse_spacing(once, 1, FIRST, {})
