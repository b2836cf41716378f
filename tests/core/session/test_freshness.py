"""When a value is next shown otherwise is known beforehand, to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.freshness import FOR_EVER, changes_at, freshness

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
A_MOMENT = timedelta.resolution
ages = st.timedeltas(-timedelta(minutes=5), timedelta(hours=26)) | st.sampled_from(
    [timedelta(seconds=s) for s in (-61, -60, 0, 15, 60, 300, 1800, 3600)]
)


@given(ages, st.sampled_from(Measure), st.booleans(), st.floats(0, 1))
def test_until_then_it_is_shown_as_now_and_then_it_is_not(
    age: timedelta, measure: Measure, by_hand: bool, share: float
) -> None:
    at = NOW - age
    shown, then = (
        freshness(at, NOW, measure, by_hand=by_hand),
        changes_at(at, NOW, measure, by_hand=by_hand),
    )
    assert then > NOW
    if then == FOR_EVER:
        assert freshness(at, NOW + timedelta(days=365), measure, by_hand=by_hand) == shown
        return
    for moment in (NOW + (then - NOW) * share, then - A_MOMENT):
        assert moment >= then or freshness(at, moment, measure, by_hand=by_hand) == shown
    assert freshness(at, then, measure, by_hand=by_hand) != shown
