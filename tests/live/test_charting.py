"""What a careful nurse would write: each new pressure, a value a minute, and a crossed limit at once."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import Comparison, Limit, Measure
from ataraxy.core.record.envelope import Envelope, Origin, Recorded
from ataraxy.core.session.events import VitalRecorded
from ataraxy.core.session.fold import apply
from ataraxy.core.session.sound import sound
from ataraxy.core.session.state import SessionState
from ataraxy.live import charting
from ataraxy.live.charting import EVERY, Charted, Charting, CuffReading, limits_of, to_chart
from ataraxy.live.told import Told

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LIMITS = {
    Measure.SPO2: (
        Limit(Measure.SPO2, Comparison.BELOW, Decimal(92), "%"),
        Limit(Measure.SPO2, Comparison.BELOW, Decimal(88), "%"),
    )
}


def told(
    measure: Measure, value: float, second: float = 0, *, own_time: bool = True, absent: str = ""
) -> Told:
    at = NOON + timedelta(seconds=second)
    return Told(measure, None if absent else Decimal(str(value)), measure.unit, at, at, own_time, absent)


class Chart:
    """A session that writes what it is told to, as the writer does."""

    def __init__(self) -> None:
        self.state = SessionState()
        self.cuffs: frozenset[CuffReading] = frozenset()
        self.written: list[Charted] = []

    def hear(self, *values: Told, clock: bool = True) -> Charting:
        work = to_chart(self.state, LIMITS, values, self.cuffs, "monitor", clock=clock)
        for charted in work.entries:
            self.written.append(charted)
            frame = Envelope(uuid.uuid4(), len(self.written), charted.at, charted.at, None, Origin.DEVICE)
            self.state = apply(self.state, Recorded(frame, charted.payload))
        self.cuffs |= work.cuffs
        return work

    def of(self, measure: Measure) -> list[tuple[float, Decimal]]:
        """(second, value) of every entry of a measure."""
        return [
            ((entry.at - NOON).total_seconds(), reading.value)
            for entry in self.written
            for reading in entry.payload.readings
            if reading.measure is measure
        ]


def test_values_that_are_due_within_a_moment_are_written_together() -> None:
    chart = Chart()
    chart.hear(told(Measure.SPO2, 97, 0))
    chart.hear(told(Measure.HEART_RATE_ECG, 72, 10))
    chart.hear(told(Measure.SPO2, 97, 60), told(Measure.HEART_RATE_ECG, 73, 60))
    assert [len(entry.payload.readings) for entry in chart.written] == [1, 1, 2]


def test_a_second_limit_crossed_is_written_at_once_too() -> None:
    chart = Chart()
    for second, value in enumerate((97, 91, 90, 87, 86)):
        chart.hear(told(Measure.SPO2, value, second))
    assert chart.of(Measure.SPO2) == [(0, 97), (1, 91), (3, 87)]


def test_a_return_inside_the_limits_waits_until_it_stands() -> None:
    chart = Chart()
    for second in range(30):
        chart.hear(told(Measure.SPO2, 90 if second % 2 else 95, second))
    assert chart.of(Measure.SPO2) == [(0, 95), (1, 90), (12, 95), (13, 90), (24, 95), (25, 90)]


def test_a_value_past_a_limit_is_written_even_when_the_minute_has_to_wait() -> None:
    chart = Chart()
    chart.hear(told(Measure.HEART_RATE_ECG, 72), told(Measure.SPO2, 97), clock=False)
    assert chart.written == []
    chart.hear(told(Measure.SPO2, 85, 1), told(Measure.HEART_RATE_ECG, 72, 1), clock=False)
    assert chart.of(Measure.SPO2) == [(1, 85)] and chart.of(Measure.HEART_RATE_ECG) == []
    assert chart.hear(told(Measure.HEART_RATE_ECG, 72, 2)).by_the_clock


def test_a_pressure_without_its_own_time_is_written_when_it_differs() -> None:
    chart = Chart()
    for second, value in enumerate((120, 120, 120, 131, 131)):
        chart.hear(told(Measure.SYSTOLIC, value, second, own_time=False))
    assert chart.of(Measure.SYSTOLIC) == [(0, 120), (3, 131)]


def test_a_measure_told_under_two_codes_is_written_once() -> None:
    chart = Chart()
    work = chart.hear(told(Measure.RESPIRATORY_RATE, 14), told(Measure.RESPIRATORY_RATE, 13))
    assert work.refused == () and chart.of(Measure.RESPIRATORY_RATE) == [(0, 14)]


def test_swapped_pressures_are_refused_once_and_their_neighbours_written() -> None:
    chart, swapped = Chart(), (told(Measure.SYSTOLIC, 80), told(Measure.DIASTOLIC, 120))
    assert len(chart.hear(*swapped, told(Measure.SPO2, 97, 1)).refused) == 1
    assert chart.hear(*swapped, told(Measure.SPO2, 97, 2)).refused == ()
    assert chart.of(Measure.SPO2) == [(1, 97)] and chart.of(Measure.SYSTOLIC) == []


def test_readings_kept_while_the_link_was_lost_are_written_a_minute_apart_by_their_own_time() -> None:
    chart = Chart()
    for second in range(0, 600, 5):
        chart.hear(told(Measure.SPO2, 97, second - 600))
    assert [second for second, _ in chart.of(Measure.SPO2)] == [-600 + 60 * n for n in range(10)]


def test_every_limit_of_the_shipped_protocol_is_watched() -> None:
    from ataraxy.catalog.load import protocols

    for protocol in protocols().values():
        watched = limits_of(protocol)
        for line in (*protocol.rules, *protocol.arrival, *protocol.discharge):
            assert all(limit in watched[limit.measure] for limit in line.limits)


streamed = st.sampled_from([Measure.SPO2, Measure.HEART_RATE_ECG, Measure.RESPIRATORY_RATE])
cuffs = st.sampled_from([Measure.SYSTOLIC, Measure.DIASTOLIC, Measure.PULSE_CUFF])
values = st.builds(
    told,
    st.one_of(streamed, cuffs),
    st.integers(1, 100),
    st.integers(0, 400),
    absent=st.sampled_from(["", "", "x"]),
)


@given(st.lists(st.lists(values, max_size=4), max_size=25))
def test_only_what_was_told_and_believed_is_written_and_all_of_it_is_sound(
    messages: list[list[Told]],
) -> None:
    chart = Chart()
    for message in messages:
        chart.hear(*message)
    believed = {(v.measure, v.value, v.at) for m in messages for v in m if not v.absent}
    for entry in chart.written:
        assert isinstance(entry.payload, VitalRecorded) and sound(entry.payload) is None
        assert all((r.measure, r.value, entry.at) in believed for r in entry.payload.readings)


@given(st.lists(st.integers(60, 100), min_size=1, max_size=40))
def test_the_newest_written_value_breaks_every_limit_the_newest_told_one_breaks(
    told_values: list[int],
) -> None:
    """The rules see danger at its first second, whatever is left out of the chart."""
    chart = Chart()
    for second, value in enumerate(told_values):
        chart.hear(told(Measure.SPO2, value, second), clock=second % 3 == 0)
        written = chart.state.latest(Measure.SPO2)
        for limit in LIMITS[Measure.SPO2]:
            if limit.comparison.holds(Decimal(value), limit.value):
                assert written is not None and limit.comparison.holds(written.value, limit.value)


@given(st.lists(st.integers(93, 100), min_size=1, max_size=200))
def test_inside_the_limits_no_two_entries_of_a_measure_are_closer_than_a_minute(
    told_values: list[int],
) -> None:
    chart = Chart()
    for second, value in enumerate(told_values):
        chart.hear(told(Measure.SPO2, value, second))
    seconds = [second for second, _ in chart.of(Measure.SPO2)]
    assert all(b - a >= EVERY.total_seconds() for a, b in pairwise(seconds))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Measure.SPO2, Measure.HEART_RATE_ECG, Measure.SYSTOLIC, Measure.WEIGHT]),
            st.integers(86, 97), st.sampled_from([0, 1, 9, 12, 44, 61]), st.booleans(), st.sampled_from(["", "sentinel"]),
        ),
        max_size=30,
    ),
    st.booleans(),
)  # fmt: skip
def test_seeing_beforehand_that_nothing_is_due_changes_nothing(
    stream: list[tuple[Measure, int, int, bool, str]], clock: bool
) -> None:
    chart, second, before = Chart(), 0, tuple[Told, ...]()
    for measure, value, later, own_time, absent in stream:
        second += later
        one = told(measure, value, second - later * (value % 2), own_time=own_time, absent=absent)
        with patch.object(charting, "_is_quiet", lambda *_: False):
            whole = to_chart(chart.state, LIMITS, (*before, one), chart.cuffs, "monitor", clock=clock)
        assert chart.hear(*before, one, clock=clock) == whole
        before = (one,)  # a monitor repeats what it said
