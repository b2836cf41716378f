from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused, StaleSession
from ataraxy.core.session.events import DosePaused, DoseResumed, DoseStopped, NoteWritten, PatientArrived


def entry(payload: Any, **more: Any) -> Any:
    from ataraxy.clinic.audit.append import Entry

    return Entry(payload, **more)


def append(ctx: Any, session: Any, payload: Any, **more: Any) -> Any:
    from ataraxy.clinic.treat.record import append_session

    return append_session(ctx, session.id, entry(payload), **more)


def columns(session: Any) -> dict[str, Any]:
    from ataraxy.clinic.plan.models import Session

    return Session.objects.values("phase", "ended", "arrived_at", "dose_started_at", "seq").get(id=session.id)


def human_seq(session: Any) -> int:
    from ataraxy.clinic.audit.models import ChainHead

    return int(ChainHead.objects.get(id=session.id).human_seq)


def test_a_session_opens_with_what_is_planned_for_it(session: Any, infusion: Any) -> None:
    from ataraxy.clinic.treat.record import state_of

    state = state_of(session.id)
    assert state.opened.planned_mg_per_kg == Decimal("0.5")
    assert state.opened.protocol_sha256 == infusion.sha256
    assert columns(session)["phase"] == "booked"


def test_a_session_beyond_the_course_is_not_opened(book: Callable[..., Any]) -> None:
    with pytest.raises(InputRefused, match="plans 6 sessions"):
        book(7)


def test_the_same_act_sent_twice_is_written_once(session: Any, at: Callable[..., Any]) -> None:
    first = append(at(0), session, PatientArrived(), key="tap")
    again = append(at(1), session, PatientArrived(), key="tap")
    assert len(first) == 1
    assert again == []
    assert columns(session)["seq"] == 2


def test_a_stale_act_is_refused_and_nothing_is_written(session: Any, at: Callable[..., Any]) -> None:
    seen = human_seq(session)
    append(at(0), session, PatientArrived())
    with pytest.raises(StaleSession):
        append(at(1), session, NoteWritten("late"), seen=seen)
    assert columns(session)["seq"] == 2


@pytest.mark.parametrize("act", [DosePaused(), DoseStopped()])
def test_pause_and_stop_are_taken_however_stale(running: Any, at: Callable[..., Any], act: Any) -> None:
    from ataraxy.clinic.treat.record import state_of

    append(at(11), running, NoteWritten("somebody wrote in between"))
    append(at(12), running, act, seen=1)
    assert state_of(running.id).dose.status.value in ("paused", "stopped")


def test_a_resume_is_refused_while_nothing_is_paused(running: Any, at: Callable[..., Any]) -> None:
    with pytest.raises(InputRefused, match="not paused"):
        append(at(12), running, DoseResumed())


def test_one_refused_entry_takes_back_the_whole_act(running: Any, at: Callable[..., Any]) -> None:
    from ataraxy.clinic.treat.record import append_session

    before = columns(running)
    with pytest.raises(InputRefused):
        append_session(at(12), running.id, entry(NoteWritten("first")), entry(DoseResumed()))
    assert columns(running) == before


def test_the_projection_is_what_a_rebuild_writes(observed: Any, at: Callable[..., Any]) -> None:
    from ataraxy.clinic.plan.models import Session
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.record import rebuild_session
    from ataraxy.core.session.events import EndReason

    actions.end(at(180), observed.id, EndReason.DISCHARGED)
    projected = columns(observed)
    assert projected["phase"] == "ended"
    assert projected["ended"] == "discharged"
    Session.objects.filter(id=observed.id).update(phase="booked", ended="", arrived_at=None, seq=0)
    rebuild_session(observed.id)
    assert columns(observed) == projected


def test_the_end_writes_the_dose_to_the_chart_and_books_the_check_ins(
    observed: Any, at: Callable[..., Any], now: Any
) -> None:
    from ataraxy.clinic.follow.models import CheckIn
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(180), observed.id, EndReason.DISCHARGED)
    (dose,) = chart_of(observed.patient_id).doses
    assert (dose.payload.mg, dose.payload.mg_per_kg) == (Decimal("36.0"), Decimal("0.5"))
    asked = CheckIn.objects.filter(session=observed)
    started = now + timedelta(minutes=10)
    assert asked.get(line="after-24-hours").due_at == started + timedelta(hours=24)
    assert asked.filter(line="trauma-weekly").count() == 12  # day 7 to day 84, each week
    assert all(row.closes_at > row.due_at for row in asked)


def test_a_dose_that_was_stopped_is_charted_as_what_went_in(running: Any, at: Callable[..., Any]) -> None:
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.stop(at(30), running.id, "dizzy")
    actions.end(at(60), running.id, EndReason.TRANSFERRED, note="to the emergency department")
    (dose,) = chart_of(running.patient_id).doses
    assert dose.payload.mg == Decimal("18.00")  # 20 of 40 minutes at 0.9 mg/min
    assert dose.payload.mg_per_kg == Decimal("0.250")


def test_a_session_without_a_dose_leaves_no_dose_in_the_chart(ready: Any, at: Callable[..., Any]) -> None:
    from ataraxy.clinic.follow.models import CheckIn
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(30), ready.id, EndReason.CANCELLED, note="the patient changed their mind")
    assert chart_of(ready.patient_id).doses == ()
    assert not CheckIn.objects.filter(session=ready).exists()


def test_a_corrected_stop_corrects_the_dose_in_the_chart(
    running: Any, at: Callable[..., Any], now: Any
) -> None:
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    (stopped,) = actions.stop(at(30), running.id)
    actions.end(at(60), running.id, EndReason.LEFT_AGAINST_ADVICE, note="left")
    earlier = now + timedelta(minutes=20)
    actions.correct(at(70), running.id, stopped.envelope.id, "the pump shows 09:20", at=earlier)
    (dose,) = chart_of(running.patient_id).doses
    assert dose.payload.mg == Decimal("9.00")
    assert len(chart_of(running.patient_id).struck) == 1


def test_another_clinics_session_does_not_exist(
    session: Any, outsider: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.audit.models import ChainHead

    with pytest.raises(ChainHead.DoesNotExist):
        append(context(outsider), session, PatientArrived())


def test_a_later_dose_supersedes_what_the_earlier_one_would_still_have_asked(
    observed: Any, book: Callable[..., Any], at: Callable[..., Any]
) -> None:
    from datetime import datetime

    from ataraxy.clinic.follow.models import CheckIn
    from ataraxy.clinic.follow.schedule import schedule_check_ins
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.record import protocol_of
    from ataraxy.core.protocol.types import Disorder
    from ataraxy.core.session.events import EndReason

    actions.end(at(180), observed.id, EndReason.DISCHARGED)
    second = book(2, observed.during[0] + timedelta(days=2))
    second_dose: datetime = observed.during[0] + timedelta(days=2, minutes=10)
    schedule_check_ins(at(60 * 52), second, protocol_of(second), Disorder.PTSD, second_dose)
    first = CheckIn.objects.filter(session=observed)
    assert set(first.filter(superseded_by__isnull=True).values_list("line", flat=True)) == {
        "after-2-hours",
        "after-24-hours",
    }
    assert not CheckIn.objects.filter(session=second, superseded_by__isnull=False).exists()


def test_a_monitor_speaks_for_one_patient_at_a_time(
    ready: Any, book: Callable[..., Any], clinic: Any, at: Callable[..., Any]
) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.models import Binding, Monitor

    Monitor.objects.create(clinic=clinic, device="MON^A", label="Monitor A")
    other = book(2, ready.during[1] + timedelta(hours=1))
    actions.bind(at(9), ready.id, "MON^A")
    with pytest.raises(InputRefused, match="speaks for another patient"):
        actions.bind(at(9), other.id, "MON^A")
    actions.unbind(at(10), ready.id)
    actions.bind(at(11), other.id, "MON^A")
    assert Binding.objects.get(unbound_at__isnull=True).session_id == other.id


def test_the_end_takes_the_monitor_away(ready: Any, clinic: Any, at: Callable[..., Any]) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.models import Binding, Monitor
    from ataraxy.core.session.events import EndReason

    Monitor.objects.create(clinic=clinic, device="MON^A", label="Monitor A")
    actions.bind(at(9), ready.id, "MON^A")
    actions.end(at(12), ready.id, EndReason.CANCELLED, note="no vein")
    assert not Binding.objects.filter(unbound_at__isnull=True).exists()


def test_a_monitor_nobody_registered_cannot_be_bound(ready: Any, at: Callable[..., Any]) -> None:
    from ataraxy.clinic.treat import actions

    with pytest.raises(InputRefused, match="no monitor"):
        actions.bind(at(9), ready.id, "MON^Z")


def test_two_who_write_at_once_are_both_kept_and_the_chain_holds(
    committed_session: tuple[Any, Callable[..., Any]],
) -> None:
    """Both commit; the second waits for the first and chains after it."""
    from django.db import connections

    from ataraxy.clinic.audit.verify import verify

    session, at = committed_session
    barrier = threading.Barrier(2)
    failed: list[BaseException] = []

    def write(name: str) -> None:
        try:
            barrier.wait(10)
            for number in range(10):
                append(at(1), session, NoteWritten(f"{name} {number}"))
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert columns(session)["seq"] == 21
    assert verify() == []


def test_the_act_key_is_the_clinics_not_the_sessions(
    session: Any, book: Callable[..., Any], at: Callable[..., Any]
) -> None:
    """Said aloud, never taken for recorded: nothing was written in the other session."""
    other = book(2, session.during[1] + timedelta(hours=1))
    key = str(uuid.uuid4())
    append(at(0), session, PatientArrived(), key=key)
    with pytest.raises(InputRefused, match="sent before"):
        append(at(0), other, PatientArrived(), key=key)


def test_a_used_key_with_another_value_is_refused_aloud(session: Any, at: Callable[..., Any]) -> None:
    """Hazard: back in the browser, 190 typed over 130, and the page says it is recorded."""
    from ataraxy.clinic.treat import actions
    from ataraxy.core.protocol.types import Measure

    actions.vital(at(1), session.id, {Measure.SPO2: Decimal(98)}, key="page")
    assert actions.vital(at(2), session.id, {Measure.SPO2: Decimal(98)}, key="page") == []
    with pytest.raises(InputRefused, match="sent before"):
        actions.vital(at(3), session.id, {Measure.SPO2: Decimal(85)}, key="page")
    with pytest.raises(InputRefused, match="sent before"):
        append(at(4), session, NoteWritten("of another page"), key="page")


@pytest.mark.parametrize(("act", "status"), [("pause", "paused"), ("stop", "stopped")])
def test_a_clock_that_was_set_back_loses_no_pause_and_no_stop(
    running: Any, at: Callable[..., Any], act: str, status: str
) -> None:
    """The dose began at minute 10; then the machine's clock was set back by two minutes."""
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.record import state_of

    getattr(actions, act)(at(8.5), running.id)
    assert state_of(running.id).dose.status.value == status


def test_a_pause_that_waited_behind_a_resume_still_pauses(
    running: Any, at: Callable[..., Any], vitals: Callable[..., None]
) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.record import state_of

    vitals(running, 12)
    actions.pause(at(13), running.id)
    actions.resume(at(14), running.id)
    actions.pause(at(13.99), running.id)
    assert state_of(running.id).dose.status.value == "paused"
