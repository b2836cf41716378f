"""When patients are asked after a dose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.load import protocols
from ataraxy.core.course.check_ins import check_ins_due
from ataraxy.core.protocol.types import CheckIn, Disorder, Status

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from([ZoneInfo(z) for z in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe")])
DOSES = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def calendar(*lines):
    """Only the calendar of a protocol is read here."""
    return SimpleNamespace(check_ins=lines)


def line(after_hours, **more):
    words = f"after {after_hours} h"
    return CheckIn(words, words, "test", Status.PROPOSED, after_hours, ("anxiety-now",), **more)


def local(due):
    return due.due_at.astimezone(NEW_YORK)


@given(DOSES, ZONES, st.integers(0, 47))
def test_hours_are_elapsed_time(dose_at, zone, hours):
    (due,) = check_ins_due(calendar(line(hours)), dose_at, zone)
    assert due.due_at - dose_at == timedelta(hours=hours)


@given(DOSES, ZONES, st.integers(2, 120))
def test_days_keep_the_date_and_come_within_an_hour_of_elapsed_time(dose_at, zone, days):
    (due,) = check_ins_due(calendar(line(days * 24)), dose_at, zone)
    assert abs(due.due_at - dose_at - timedelta(days=days)) <= timedelta(hours=1)
    there = due.due_at.astimezone(zone)
    assert abs(there.replace(tzinfo=None) - dose_at.astimezone(zone).replace(tzinfo=None)) - timedelta(
        days=days
    ) in (timedelta(0), timedelta(hours=1), timedelta(minutes=30))


def test_a_day_keeps_its_clock_time_when_summer_ends():
    """New York sets its clocks back on 1 November 2026."""
    dose_at = datetime(2026, 10, 29, 10, 0, tzinfo=NEW_YORK)
    three, day = check_ins_due(calendar(line(72), line(24)), dose_at, NEW_YORK)[::-1]
    assert local(three).replace(tzinfo=None) == datetime(2026, 11, 1, 10, 0)
    assert three.due_at - dose_at.astimezone(UTC) == timedelta(hours=73)
    assert day.due_at - dose_at.astimezone(UTC) == timedelta(hours=24)


def test_twenty_four_hours_are_twenty_four_hours_when_summer_begins():
    """New York sets its clocks forward on 8 March 2026."""
    dose_at = datetime(2026, 3, 7, 15, 0, tzinfo=NEW_YORK)
    (due,) = check_ins_due(calendar(line(24)), dose_at, NEW_YORK)
    assert local(due).replace(tzinfo=None) == datetime(2026, 3, 8, 16, 0)


def test_a_time_the_clock_skips_moves_behind_the_gap():
    dose_at = datetime(2026, 3, 6, 2, 30, tzinfo=NEW_YORK)
    (due,) = check_ins_due(calendar(line(48)), dose_at, NEW_YORK)
    assert local(due).replace(tzinfo=None) == datetime(2026, 3, 8, 3, 30)


def test_repeats_go_on_until_their_last_day():
    dose_at = datetime(2026, 9, 1, 10, 0, tzinfo=NEW_YORK)
    weekly = line(336, repeat_every_days=7, until_days=84)
    dues = check_ins_due(calendar(weekly), dose_at, NEW_YORK)
    assert [due.turn for due in dues] == list(range(11))
    assert [(local(due).date() - dose_at.date()).days for due in dues] == list(range(14, 85, 7))
    assert {local(due).hour for due in dues} == {10}


def test_a_dose_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        check_ins_due(calendar(line(2)), datetime(2026, 9, 1, 10, 0), NEW_YORK)


@pytest.mark.parametrize("name", sorted(protocols()))
@pytest.mark.parametrize("disorder", list(Disorder))
def test_the_shipped_calendars_ask_in_order_and_only_whom_they_mean(name, disorder):
    protocol = protocols()[name]
    dues = check_ins_due(protocol, datetime(2026, 10, 20, 14, 0, tzinfo=UTC), NEW_YORK, disorder)
    assert [d.due_at for d in dues] == sorted(d.due_at for d in dues)
    asked = {line.id for line in protocol.check_ins if line.asks(disorder)}
    assert {d.line for d in dues} == asked
    assert len({(d.line, d.turn) for d in dues}) == len(dues)
