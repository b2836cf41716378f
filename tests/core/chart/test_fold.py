"""The chart is what its events add up to: corrected entries are out, and still listed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import (
    Answer,
    CheckInInvited,
    ConcernAnswered,
    ConcernRaised,
    ConditionRecorded,
    ConsentSigned,
    ConsentWithdrawn,
    CoursePlanned,
    CourseStopped,
    DiagnosisRecorded,
    EntryRetracted,
    GrantKind,
    Outcome,
    ScaleAnswered,
    SessionMoved,
    SessionPlanned,
    TreatmentAttested,
    TreatmentKind,
    TreatmentRecorded,
)
from ataraxy.core.chart.fold import fold_chart
from ataraxy.core.protocol.types import Disorder
from ataraxy.core.record.envelope import Envelope, Origin, Recorded

YES, NO = Answer.YES, Answer.NO
COURSE, SESSION = UUID(int=5001), UUID(int=5002)


def signed(*grants: GrantKind, version: str = "1", sha: str = "s") -> ConsentSigned:
    return ConsentSigned("p", version, sha, "t", "en", grants, ("off-label",), "Ada")


def in_force(chart: Chart, version: str = "1", sha: str = "s") -> frozenset[GrantKind]:
    return chart.grants_in_force("p", version, sha)


def test_an_empty_record_is_an_empty_chart() -> None:
    chart = fold_chart([])
    assert chart == Chart() and chart.diagnosis is None and chart.weight_kg is None


def test_the_latest_answer_to_a_question_stands(pen: Any) -> None:
    pen.write(ConditionRecorded("aneurysm", Answer.UNKNOWN))
    pen.write(ConditionRecorded("aneurysm", NO))
    assert pen.chart.conditions["aneurysm"].payload.answer is NO


def test_what_was_true_later_stands_whenever_it_was_written(pen: Any, start: datetime) -> None:
    pen.write(ConditionRecorded("aneurysm", YES), at=start)
    pen.write(ConditionRecorded("aneurysm", NO), at=start - timedelta(days=400))
    assert pen.chart.conditions["aneurysm"].payload.answer is YES


def test_a_question_never_asked_is_not_in_the_chart(pen: Any) -> None:
    pen.write(ConditionRecorded("aneurysm", NO))
    assert "psychosis" not in pen.chart.conditions


def test_a_correction_replaces_an_entry_which_stays_listed(pen: Any) -> None:
    wrong = pen.write(DiagnosisRecorded(Disorder.GAD, "F41.1", "letter"))
    right = pen.write(DiagnosisRecorded(Disorder.SAD, "F40.1", "interview"), corrects=wrong)
    chart = pen.chart
    assert chart.disorder is Disorder.SAD and len(chart.diagnoses) == 1
    assert [(s.entry.envelope.id, s.by.envelope.id) for s in chart.struck] == [(wrong, right)]


def test_a_retracted_entry_is_out(pen: Any) -> None:
    wrong = pen.write(ConditionRecorded("aneurysm", NO))
    pen.write(EntryRetracted("another patient"), corrects=wrong)
    assert "aneurysm" not in pen.chart.conditions and len(pen.chart.struck) == 1


def test_a_correction_of_a_correction_does_not_bring_back_the_first(pen: Any) -> None:
    first = pen.write(ConditionRecorded("aneurysm", NO))
    second = pen.write(ConditionRecorded("psychosis", NO), corrects=first)
    pen.write(ConditionRecorded("seizure-disorder", NO), corrects=second)
    assert set(pen.chart.conditions) == {"seizure-disorder"}


def test_retracting_a_retraction_brings_the_entry_back(pen: Any) -> None:
    entry = pen.write(ConditionRecorded("aneurysm", YES))
    mistake = pen.write(EntryRetracted("typed by mistake"), corrects=entry)
    pen.write(EntryRetracted("no, it was right"), corrects=mistake)
    assert pen.chart.conditions["aneurysm"].payload.answer is YES


def test_retracting_a_correction_brings_the_first_entry_back(pen: Any) -> None:
    entry = pen.write(ConditionRecorded("aneurysm", YES))
    mistake = pen.write(ConditionRecorded("aneurysm", NO), corrects=entry)
    pen.write(EntryRetracted("the first was right"), corrects=mistake)
    assert pen.chart.conditions["aneurysm"].payload.answer is YES


def test_an_attestation_belongs_to_one_entry_and_falls_with_its_correction(pen: Any) -> None:
    drug = TreatmentRecorded(
        TreatmentKind.DRUG, "sertraline", None, None, None, Outcome.NON_RESPONSE, Answer.YES
    )
    entry = pen.write(drug)
    pen.write(TreatmentAttested(entry, "letter of Dr Lovelace"))
    assert pen.chart.treatments[0].attested is not None
    pen.write(drug, corrects=entry)
    assert [t.attested for t in pen.chart.treatments] == [None]


def test_consent_counts_for_the_very_text_that_was_signed(pen: Any) -> None:
    pen.write(signed(GrantKind.TREATMENT))
    assert in_force(pen.chart) == {GrantKind.TREATMENT}
    assert not in_force(pen.chart, version="2") and not in_force(pen.chart, sha="other")


def test_grants_are_withdrawn_one_by_one_and_given_again(pen: Any) -> None:
    pen.write(signed(GrantKind.TREATMENT, GrantKind.STORY))
    pen.write(ConsentWithdrawn((GrantKind.STORY,), "not my story"))
    assert in_force(pen.chart) == {GrantKind.TREATMENT}
    pen.write(ConsentWithdrawn((GrantKind.TREATMENT,), "no more"))
    assert not in_force(pen.chart)
    pen.write(signed(GrantKind.TREATMENT))
    assert in_force(pen.chart) == {GrantKind.TREATMENT}


def test_a_back_dated_signature_does_not_outlive_a_withdrawal(pen: Any, start: datetime) -> None:
    pen.write(signed(GrantKind.TREATMENT), at=start + timedelta(days=1))
    pen.write(ConsentWithdrawn((GrantKind.TREATMENT,), "no"), at=start)
    assert not in_force(pen.chart)


def test_a_session_stands_where_it_was_last_moved(pen: Any, start: datetime) -> None:
    pen.write(CoursePlanned(COURSE, "p", "1", "s", Disorder.GAD, "sleep"))
    pen.write(SessionPlanned(COURSE, SESSION, 1, 7, start, start + timedelta(hours=4)))
    later = start + timedelta(days=2)
    pen.write(SessionMoved(SESSION, 8, later, later + timedelta(hours=4), "ill"))
    session = pen.chart.sessions[0]
    assert (session.room, session.starts_at, session.moved) == (8, later, 1)
    pen.write(CourseStopped(COURSE, "patient's wish"))
    course = pen.chart.course(COURSE)
    assert course is not None and course.stopped is not None


def test_a_check_in_without_an_answer_is_silent_and_shown(pen: Any, start: datetime) -> None:
    pen.write(CheckInInvited(UUID(int=7), "after-24-hours", SESSION, start))
    assert pen.chart.check_ins[0].answers == ()
    pen.write(ScaleAnswered("anxiety-now", "1", (3,), Decimal(3), "after-24-hours", SESSION))
    pen.write(ScaleAnswered("anxiety-now", "1", (9,), Decimal(9), "after-3-days", SESSION))
    assert [a.payload.total for a in pen.chart.check_ins[0].answers] == [3]


def test_a_concern_stays_open_until_a_named_person_answers_it(pen: Any) -> None:
    concern = pen.write(ConcernRaised(UUID(int=1), "PHQ-9 item 9"))
    assert len(pen.chart.open_concerns) == 1
    pen.write(ConcernAnswered(concern, "called, safe tonight"))
    assert pen.chart.open_concerns == () and len(pen.chart.concerns) == 1


KEYS = st.sampled_from(["aneurysm", "psychosis", "cystitis"])
payloads = st.builds(ConditionRecorded, KEYS, st.sampled_from(Answer))


@st.composite
def records(draw: st.DrawFn) -> list[Recorded[Any]]:
    """Entries, some of which correct or retract an earlier one, some back-dated."""
    events: list[Recorded[Any]] = []
    for seq in range(1, draw(st.integers(1, 14)) + 1):
        corrects = draw(st.none() | st.integers(1, seq - 1).map(lambda n: UUID(int=n))) if seq > 1 else None
        retract = corrects is not None and draw(st.booleans())
        payload: Any = EntryRetracted("wrong") if retract else draw(payloads)
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=draw(st.integers(0, 60)))
        events.append(Recorded(Envelope(UUID(int=seq), seq, at, at, None, Origin.STAFF, corrects), payload))
    return events


@given(records(), st.randoms())
def test_the_chart_does_not_depend_on_the_order_events_are_handed_over(events: Any, random: Any) -> None:
    shuffled = [*events]
    random.shuffle(shuffled)
    assert fold_chart(shuffled) == fold_chart(events)


@given(records())
def test_every_entry_either_stands_or_is_listed_as_struck(events: Any) -> None:
    chart = fold_chart(events)
    struck = {one.entry.envelope.id for one in chart.struck}
    standing = {entry.envelope.id for entry in chart.conditions.values()}
    assert not struck & standing
    facts = {e.envelope.id for e in events if isinstance(e.payload, ConditionRecorded)}
    latest = {e.payload.condition for e in events if e.envelope.id in facts - struck}
    assert latest == set(chart.conditions)
