"""A whole course: its minutes, and its lines session by session."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.load import protocols
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Comparison, Status
from ataraxy.engine.course import course_of, course_times
from ataraxy.engine.lines import Bound, Line

DAY = 1440.0


@given(st.integers(1, 8), st.integers(1, 30), st.sampled_from([0.0, 40.0, 100.0]), st.integers(2, 500))
def test_every_session_has_its_minute_before_and_its_end(
    sessions: int, days: int, end: float, hours: int
) -> None:
    starts = [k * days * DAY for k in range(sessions)]
    until = starts[-1] + hours * 60
    at = course_times(starts, end, until)
    assert list(at) == sorted(set(at))
    assert {start - 1 for start in starts} | {start + end for start in starts} | {until} <= set(at)
    assert at[0] == -1.0 and at[-1] == until
    assert max(np.diff(at)) <= 360


def test_one_session_is_enough_to_cross_a_line() -> None:
    """Above 160 only in the second session's dosing; above 140 between the sessions, which is no session's minute."""
    at = np.array([-1.0, 0.0, 20.0, 40.0, 700.0, DAY - 1, DAY, DAY + 20, DAY + 40])
    values = {"systolic": np.array([[120.0, 120, 130, 130, 150, 120, 120, 165, 130]])}

    def line(value: float, begin: float, end: float, *starts: float) -> Line:
        bounds = (Bound("systolic", Comparison.ABOVE, value),)
        return Line("x", "hold", "", "", Status.PROPOSED, bounds, begin, end, starts or (0.0,))

    assert not line(160, 0, 40).crossed(values, at).any()
    assert line(160, 0, 40, 0.0, DAY).crossed(values, at).all()
    assert not line(140, -np.inf, -1e-9, 0.0, DAY).crossed(values, at).any()
    values["systolic"][0, 5] = 145.0
    assert line(140, -np.inf, -1e-9, 0.0, DAY).crossed(values, at).all()


def test_a_course_is_named_by_its_disorder() -> None:
    protocol = protocols()["iv-racemic-0.5"]
    assert course_of(protocol, "ptsd").words == "ptsd: 6 sessions, 2 days apart (trial; spacing proposed)"
    assert course_of(protocol, "sad").words == "sad: 1 session (trial)"
    with pytest.raises(InputRefused) as refused:
        course_of(protocol, "ocd")
    assert refused.value.field == "course" and "ptsd" in refused.value.cure
