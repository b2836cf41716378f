"""What arrived at a clinic is folded from its events; the last decision stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.arrivals import (
    EVENTS,
    ArrivalDecided,
    RetractionReported,
    StudyArrived,
    arrivals,
)
from ataraxy.core.record.codec import parse, render
from ataraxy.core.record.envelope import Envelope, Origin, Recorded

BEGIN = datetime(2026, 11, 23, 9, tzinfo=UTC)
STUDY, PERSON = UUID(int=1), UUID(int=9)


def recorded(*payloads: object) -> list[Recorded[object]]:
    return [
        Recorded(Envelope(uuid4(), i, BEGIN + timedelta(hours=i), BEGIN, PERSON, Origin.STAFF), one)
        for i, one in enumerate(payloads, start=1)
    ]


def arrived(key: UUID = STUDY) -> StudyArrived:
    return StudyArrived(
        key, "new-2026", "new.csv", "0" * 64, "id = 'new-2026'", "", ("row 2: to check: look",)
    )


def test_what_arrived_waits_until_a_person_decides() -> None:
    (one,) = arrivals(recorded(arrived()))
    assert one.decided is None and not one.stands
    assert one.brought_by == PERSON


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_the_last_decision_stands_and_none_is_lost(decisions: list[bool]) -> None:
    made = [ArrivalDecided(STUDY, accepted, "read") for accepted in decisions]
    (one,) = arrivals(recorded(arrived(), *made))
    assert [each.accepted for each in one.decisions] == decisions
    assert one.stands is decisions[-1]


def test_a_decision_about_nothing_that_arrived_changes_nothing() -> None:
    assert arrivals(recorded(ArrivalDecided(STUDY, True, "read"))) == ()


def test_a_retraction_arrives_like_a_study() -> None:
    told = RetractionReported(UUID(int=2), "feder-2014", date(2026, 1, 2), "The journal.", "")
    first, second = arrivals(recorded(arrived(), told))
    assert second.is_retraction and not first.is_retraction


def test_every_event_reads_back_from_the_record() -> None:
    told = (
        arrived(),
        RetractionReported(UUID(int=2), "feder-2014", date(2026, 1, 2), "The journal.", "doi"),
        ArrivalDecided(STUDY, False, "Not read."),
    )
    assert {type(one) for one in told} == set(EVENTS)
    assert all(parse(type(one), render(one)) == one for one in told)
