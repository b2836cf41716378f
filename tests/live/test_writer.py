"""What a monitor says is in the record when it is acknowledged, once, and nothing it says stops its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.core.protocol.types import Measure
from ataraxy.core.record.envelope import Origin
from ataraxy.interop.hl7v2.pcd01 import observation

SPO2 = (Measure.SPO2, 97)


def aside() -> list[Any]:
    from ataraxy.clinic.treat.models import Quarantined

    return list(Quarantined.objects.order_by("id"))


def test_a_reading_is_a_sample_with_both_times_once_it_is_acknowledged(
    ward: Any, live: Any, call: Any
) -> None:
    bed = ward.session()
    told_at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=2)
    assert call(live).tell(bed.says(SPO2, at=told_at)) == "CA"
    (sample,) = bed.samples()
    assert (sample.measure, sample.value, sample.unit) == ("spo2", Decimal(97), "%")
    assert sample.device_at == told_at
    assert timedelta(0) < sample.received_at - told_at < timedelta(seconds=10)
    assert sample.message_id == f"{bed.run}-1"


def test_a_cuff_pressure_is_charted_once_however_often_the_monitor_repeats_it(
    ward: Any, live: Any, call: Any
) -> None:
    bed, monitor = ward.session(), call(live)
    inflated = datetime.now(UTC) - timedelta(seconds=30)
    for _ in range(3):
        assert monitor.tell(bed.says(*bed.cuff(128, 81, inflated))) == "CA"
    (event,) = bed.vitals()
    assert {(r.measure, r.value, r.unit) for r in event.payload.readings} == {
        (Measure.SYSTOLIC, Decimal(128), "mmHg"),
        (Measure.DIASTOLIC, Decimal(81), "mmHg"),
    }
    assert abs(event.envelope.at - inflated) < timedelta(milliseconds=1)
    assert (event.envelope.origin, event.payload.device) == (Origin.DEVICE, bed.device)
    assert len(bed.samples()) == 6  # every reading is kept


def test_a_cuff_pressure_known_before_a_restart_is_not_charted_again(
    ward: Any, start_live: Any, call: Any
) -> None:
    bed, inflated = ward.session(), datetime.now(UTC) - timedelta(seconds=30)
    first = start_live()
    call(first).tell(bed.says(*bed.cuff(128, 81, inflated)))
    first.stop()
    call(start_live()).tell(bed.says(*bed.cuff(128, 81, inflated)))
    assert len(bed.vitals()) == 1


def test_a_message_sent_again_is_acknowledged_again_and_stored_once(ward: Any, live: Any, call: Any) -> None:
    bed, monitor = ward.session(), call(live)
    message = bed.says(SPO2)
    assert [monitor.tell(message), monitor.tell(message), call(live).tell(message)] == ["CA"] * 3
    monitor.send(message, message)  # both perhaps in one batch
    assert [monitor.answer()[0], monitor.answer()[0]] == ["CA", "CA"]
    assert len(bed.samples()) == 1


def test_a_monitor_that_counts_from_one_again_is_not_taken_for_one_that_repeats(
    ward: Any, live: Any, call: Any
) -> None:
    bed, monitor = ward.session(), call(live)
    monitor.tell(bed.says(SPO2, control_id="1"))
    monitor.tell(bed.says((Measure.SPO2, 84), at=datetime.now(UTC) + timedelta(seconds=1), control_id="1"))
    assert [s.value for s in bed.samples()] == [97, 84]


def test_continuous_values_are_charted_once_a_minute(ward: Any, live: Any, call: Any) -> None:
    bed, monitor = ward.session(), call(live)
    start = datetime.now(UTC) - timedelta(minutes=3)
    for second in range(0, 150, 10):
        monitor.tell(bed.says(SPO2, (Measure.HEART_RATE_ECG, 72), at=start + timedelta(seconds=second)))
    assert [round((e.envelope.at - start).total_seconds()) for e in bed.vitals()] == [0, 60, 120]
    assert all(len(e.payload.readings) == 2 for e in bed.vitals())
    assert len(bed.samples()) == 30


def test_a_value_past_a_limit_is_charted_at_once(ward: Any, live: Any, call: Any) -> None:
    bed, monitor = ward.session(), call(live)
    start = datetime.now(UTC) - timedelta(seconds=30)
    for second, value in enumerate((97, 97, 85, 85, 86)):
        monitor.tell(bed.says((Measure.SPO2, value), at=start + timedelta(seconds=second)))
    assert [e.payload.readings[0].value for e in bed.vitals()] == [97, 85]


def test_the_projection_follows_and_the_chain_holds(ward: Any, live: Any, call: Any) -> None:
    from ataraxy.clinic.audit.models import ChainHead
    from ataraxy.clinic.audit.verify import verify
    from ataraxy.clinic.plan.models import Session

    bed = ward.session()
    call(live).tell(bed.says(SPO2, *bed.cuff(120, 80)))
    assert Session.objects.get(id=bed.session).seq == ChainHead.objects.get(id=bed.session).seq
    assert verify() == []


def test_a_form_opened_before_a_reading_came_is_not_stale(ward: Any, live: Any, call: Any) -> None:
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.audit.models import ChainHead
    from ataraxy.clinic.treat.record import append_session
    from ataraxy.core.session.events import NoteWritten

    bed = ward.session()
    seen = ChainHead.objects.get(id=bed.session).human_seq
    call(live).tell(bed.says(SPO2))
    assert append_session(ward.context(), bed.session, Entry(NoteWritten("calm")), seen=seen)


def test_what_a_person_wrote_meanwhile_is_known_before_the_next_reading(
    ward: Any, live: Any, call: Any
) -> None:
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.treat.record import append_session
    from ataraxy.core.session.events import Reading, VitalRecorded

    bed, monitor = ward.session(), call(live)
    monitor.tell(bed.says(SPO2))
    typed = VitalRecorded((Reading(Measure.SPO2, Decimal(96), "%"),))
    append_session(ward.context(), bed.session, Entry(typed))
    monitor.tell(bed.says(SPO2))
    assert [e.envelope.origin for e in bed.vitals()] == [Origin.DEVICE, Origin.STAFF]


# --- kept aside ----------------------------------------------------------------------------------


def test_an_unbound_monitor_is_kept_aside_and_charted_nowhere(ward: Any, live: Any, call: Any) -> None:
    bed = ward.session(bound=False)
    message = bed.says(SPO2)
    assert call(live).tell(message) == "CA"
    (row,) = aside()
    assert (bytes(row.raw), row.device, row.clinic_id) == (message, bed.device, ward.clinic.id)
    assert "whose monitor" in row.reason and "Bind" in row.cure
    assert not bed.samples() and not bed.vitals()


def test_a_monitor_nobody_knows_is_shown_to_the_only_clinic_with_the_name_to_add(
    ward: Any, live: Any, call: Any
) -> None:
    bed = ward.session()
    assert call(live).tell(bed.says(SPO2, place="9")) == "CA"
    (row,) = aside()
    assert row.clinic_id == ward.clinic.id and "ATARAXY/DEMO/9" in row.cure


def test_a_gateway_never_speaks_for_a_bed_it_does_not_name(ward: Any, live: Any, call: Any) -> None:
    from ataraxy.clinic.treat.models import Monitor

    bed = ward.session()
    Monitor.objects.filter(device=bed.device).update(device="ATARAXY/DEMO")
    assert call(live).tell(bed.says(SPO2)) == "CA"
    assert len(aside()) == 1 and not bed.samples()


def test_another_patients_number_is_kept_aside_and_the_right_one_is_taken(
    ward: Any, live: Any, call: Any
) -> None:
    bed, monitor = ward.session(), call(live)
    assert monitor.tell(bed.says(SPO2, patient_id="R-9999")) == "CA"
    assert monitor.tell(bed.says(SPO2, patient_id=bed.record_number)) == "CA"
    (row,) = aside()
    assert "another patient" in row.reason and "R-9999" not in row.reason
    assert len(bed.samples()) == 1


def test_simulated_values_never_reach_a_real_patient(make_ward: Any, live: Any, call: Any) -> None:
    bed = make_ward(is_demo=False).session()
    monitor = call(live)
    assert monitor.tell(bed.says(SPO2)) == "CA"
    real = observation(Measure.SPO2, Decimal(97), datetime.now(UTC))
    flagged = replace(real, flags=("DEMO",), simulated=True)
    assert monitor.tell(bed.says(real, flagged, processing_id="P")) == "CA"
    assert [("simulated" in row.reason) for row in aside()] == [True, True]
    assert monitor.tell(bed.says(real, processing_id="P")) == "CA"
    assert len(bed.samples()) == 1


def test_after_unbinding_nothing_more_is_taken(ward: Any, live: Any, call: Any) -> None:
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.treat.record import append_session
    from ataraxy.core.session.events import MonitorUnbound

    bed, monitor = ward.session(), call(live)
    monitor.tell(bed.says(SPO2))
    append_session(ward.context(), bed.session, Entry(MonitorUnbound(bed.device)))
    monitor.tell(bed.says(SPO2))
    assert len(bed.samples()) == 1 and len(aside()) == 1


def test_the_last_patients_cuff_pressure_is_not_the_next_patients(ward: Any, live: Any, call: Any) -> None:
    """A monitor repeats its last pressure, with its old time, after the patient has changed."""
    bed = ward.session()
    call(live).tell(bed.says(*bed.cuff(188, 111, datetime.now(UTC) - timedelta(minutes=11))))
    assert not bed.vitals()
    assert {(s.value, s.absent) for s in bed.samples()} == {(None, "before-binding")}
    assert {s.original.split()[0] for s in bed.samples()} == {"188", "111"}


def test_pressures_that_cannot_be_are_kept_aside_once_beside_their_samples(
    ward: Any, live: Any, call: Any
) -> None:
    bed, monitor = ward.session(), call(live)
    swapped = bed.cuff(80, 120)
    assert [monitor.tell(bed.says(*swapped)), monitor.tell(bed.says(*swapped))] == ["CA", "CA"]
    assert len(aside()) == 1 and len(bed.samples()) == 4 and not bed.vitals()


def test_a_weight_typed_into_a_monitor_is_never_charted(ward: Any, live: Any, call: Any) -> None:
    bed = ward.session()
    call(live).tell(bed.says((Measure.WEIGHT, 70)))
    assert [s.measure for s in bed.samples()] == ["weight"] and not bed.vitals()


@pytest.mark.parametrize("clock", [timedelta(hours=-3), timedelta(hours=5)])
def test_a_demo_clinics_readings_stand_on_its_own_clock_and_never_in_its_future(
    ward: Any, live: Any, call: Any, clock: timedelta
) -> None:
    from ataraxy.clinic.context import now_at
    from ataraxy.clinic.people.models import ClockOffset

    ClockOffset.objects.create(clinic=ward.clinic, offset=clock)
    bed = ward.session()
    call(live).tell(bed.says(SPO2, at=datetime.now(UTC) + timedelta(seconds=50)))  # its clock runs ahead
    now = now_at(ward.clinic)
    (event,), (sample,) = bed.vitals(), bed.samples()
    assert now - timedelta(seconds=10) < event.envelope.at <= now
    assert now - timedelta(seconds=10) < sample.received_at <= now
    assert timedelta(seconds=30) < sample.device_at - sample.received_at < timedelta(seconds=60)


def test_a_time_without_a_zone_is_the_clinics(ward: Any, live: Any, call: Any) -> None:
    from zoneinfo import ZoneInfo

    bed = ward.session()
    now = datetime.now(UTC).replace(microsecond=0)
    wall = now.astimezone(ZoneInfo("America/New_York")).strftime("%Y%m%d%H%M%S")
    message = bed.says(SPO2, at=now).decode()
    told = now.strftime("%Y%m%d%H%M%S+0000")
    assert told in message
    call(live).tell(message.replace(told, wall).encode())
    assert bed.samples()[0].device_at == now


# --- neighbours ----------------------------------------------------------------------------------


def test_one_poisoned_message_in_a_batch_is_kept_aside_and_its_neighbours_are_charted(
    ward: Any, start_live: Any, call: Any
) -> None:
    """The poison is real: a number too large for the database, in a batch of five of three sessions."""
    from ataraxy.live import told
    from ataraxy.live.writer import Writer

    beds = [ward.session() for _ in range(3)]
    batches: list[int] = []

    class Patient(Writer):
        """Waits until all five are heard, so that they fall into one batch."""

        def write(self, batch: Any) -> Any:
            if not batches and len(batch) < 5:
                return list(batch)
            batches.append(len(batch))
            return super().write(batch)

    limit, told.LARGEST = told.LARGEST, Decimal(10**30)
    impossible, told.impossible = told.impossible, lambda reading: None
    try:
        monitor = call(start_live(make_writer=Patient))
        monitor.send(
            beds[0].says(*beds[0].cuff(120, 80)),
            beds[1].says((Measure.HEART_RATE_ECG, 99999999999)),
            beds[1].says(*beds[1].cuff(121, 80)),
            beds[2].says(*beds[2].cuff(122, 80)),
            beds[0].says((Measure.RESPIRATORY_RATE, 14)),
        )
        assert sorted(monitor.answer()[0] for _ in range(5)) == ["CA"] * 5
    finally:
        told.LARGEST, told.impossible = limit, impossible
    assert batches[0] == 5
    assert [len(bed.vitals()) for bed in beds] == [2, 1, 1]
    assert [len(bed.samples()) for bed in beds] == [3, 2, 2]
    (row,) = aside()
    assert row.device == beds[1].device and b"99999999999" in bytes(row.raw)


def test_the_minute_of_many_rooms_is_written_in_turns_and_no_reading_waits_for_it(ward: Any) -> None:
    from ataraxy.live.arrived import arrived
    from ataraxy.live.batch import BY_THE_CLOCK
    from ataraxy.live.inbox import Inbox
    from ataraxy.live.writer import Writer

    beds = [ward.session() for _ in range(BY_THE_CLOCK + 2)]
    writer = Writer(Inbox(), lambda answers, heard: None)
    charted = []
    for _ in range(3):
        said = [bed.says(SPO2) for bed in beds]
        batch = [arrived(raw, "127.0.0.1", datetime.now(UTC), lambda *_: None) for raw in said]
        assert writer.write(batch) == []
        charted.append(sum(len(bed.vitals()) for bed in beds))
    assert charted == [BY_THE_CLOCK, BY_THE_CLOCK + 2, BY_THE_CLOCK + 2]
    assert all(len(bed.samples()) == 3 for bed in beds)


def test_a_message_that_cannot_even_be_kept_aside_is_refused_and_its_neighbours_are_charted(
    ward: Any,
) -> None:
    """Neither charted nor kept: its time is none."""
    from ataraxy.live.arrived import arrived
    from ataraxy.live.inbox import Inbox
    from ataraxy.live.writer import Writer

    beds, answers = [ward.session() for _ in range(3)], []
    writer = Writer(Inbox(), lambda given, heard: answers.extend((m.device, code) for m, code, _ in given))
    said = [arrived(b.says(*b.cuff(120, 80)), "p", datetime.now(UTC), lambda *_: None) for b in beds]
    said[1] = replace(said[1], received_at="no time")  # type: ignore[arg-type]
    assert writer.write(said) == []
    assert [len(bed.vitals()) for bed in beds] == [1, 0, 1]
    assert sorted(answers) == [(beds[0].device, "AA"), (beds[1].device, "AE"), (beds[2].device, "AA")]
    assert not aside()


@pytest.mark.parametrize("unseen", [False, True])
def test_a_pressure_told_while_its_session_was_set_aside_is_charted_at_its_own_time_when_it_is_repeated(
    ward: Any, monkeypatch: pytest.MonkeyPatch, unseen: bool
) -> None:
    """Whether the record was read before it could not be judged, or could not even be read."""
    from ataraxy.live import batch
    from ataraxy.live.arrived import arrived
    from ataraxy.live.inbox import Inbox
    from ataraxy.live.writer import Writer

    def stumble(*_: Any, **__: Any) -> Any:
        raise ArithmeticError

    bed, writer, now = ward.session(), Writer(Inbox(), lambda answers, heard: None), datetime.now(UTC)
    before, first, second = (now - timedelta(minutes=m) for m in (9, 6, 3))

    def say(*values: Any) -> None:
        assert writer.write([arrived(bed.says(*values), "p", datetime.now(UTC), lambda *_: None)]) == []

    say(*bed.cuff(120, 80, before))
    if unseen:
        writer._memory.clear()  # as when ten thousand others came since
    with monkeypatch.context() as broken:
        broken.setattr(batch, "state_of" if unseen else "to_chart", stumble)
        say(*bed.cuff(131, 82, first))  # found out, kept and not charted
        say(*bed.cuff(142, 84, second))  # set aside: not even tried
        assert len(bed.vitals()) == 1 and len(aside()) == 1
        writer._poisoned[bed.session] = replace(writer._poisoned[bed.session], until=0.0)
        say(*bed.cuff(142, 84, second), SPO2)  # tried again, in vain
        writer._poisoned[bed.session] = replace(writer._poisoned[bed.session], until=0.0)
    for told in (before, first, second):  # mended; the monitor says again what it said
        for _ in range(2):
            say(*bed.cuff({before: 120, first: 131, second: 142}[told], 80, told), SPO2)
    pressures = [e.envelope.at for e in bed.vitals() if e.payload.readings[0].measure is Measure.SYSTOLIC]
    moments = zip(pressures, (before, first, second), strict=True)
    assert max(abs(at - told) for at, told in moments) < timedelta(seconds=1)
    assert bed.session not in writer._poisoned


def test_a_session_that_is_over_leaves_memory_and_one_that_was_silent_goes_on(
    ward: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what its monitor told before is known still: nothing is charted twice for having been forgotten."""
    from ataraxy.live import writer as module
    from ataraxy.live.arrived import arrived
    from ataraxy.live.inbox import Inbox

    over, silent, now = ward.session(), ward.session(), datetime.now(UTC)
    writer = module.Writer(Inbox(), lambda answers, heard: None)

    def say(bed: Any, *values: Any) -> None:
        assert writer.write([arrived(bed.says(*values), "p", datetime.now(UTC), lambda *_: None)]) == []

    cuff = silent.cuff(131, 82, now - timedelta(minutes=3))
    say(over, SPO2)
    assert writer._memory.keys() == writer._heard_at.keys() == {over.session}
    monkeypatch.setattr(module, "FORGOTTEN_S", -1.0)  # as when a quarter of an hour had gone by
    say(silent, *cuff)
    assert not writer._memory and not writer._heard_at and not writer._bindings._bound
    monkeypatch.setattr(module, "FORGOTTEN_S", 900.0)
    for _ in range(2):
        say(silent, *cuff)
    assert writer._memory.keys() == {silent.session} and len(silent.vitals()) == 1
    monkeypatch.setattr(module, "REMEMBERED", 1)
    say(over, SPO2)
    assert writer._memory.keys() == {over.session}  # the one heard last stays


def test_a_session_somebody_else_holds_waits_and_its_neighbours_do_not(
    ward: Any, live: Any, call: Any, server: Any, own_database: str
) -> None:
    import psycopg

    held, free = ward.session(), ward.session()
    one, other = call(live), call(live)
    one.tell(held.says(SPO2))
    with psycopg.connect(server.url("ataraxy_app", own_database)) as somebody:
        somebody.execute("SELECT 1 FROM audit_chainhead WHERE id = %s FOR UPDATE", [held.session])
        assert one.tell(held.says((Measure.SPO2, 96))) == "CA"  # nothing to chart: no need to wait
        one.send(held.says(*held.cuff(128, 81)))
        assert other.tell(free.says(*free.cuff(122, 80))) == "CA"
        one.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            one.answer()
        assert len(held.samples()) == 2 and len(held.vitals()) == 1
    one.socket.settimeout(10)
    assert one.answer()[0] == "CA"
    assert len(held.samples()) == 4 and len(held.vitals()) == 2


def test_the_database_going_away_loses_nothing_and_doubles_nothing(
    ward: Any, live: Any, call: Any, server: Any, own_database: str
) -> None:
    import psycopg

    bed, monitor = ward.session(), call(live)
    monitor.tell(bed.says(SPO2))
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as superuser:
        for _ in range(3):
            superuser.execute(cut, [own_database])
            assert monitor.tell(bed.says(SPO2)) == "CA"
    from django.db import connection

    connection.close()
    assert len(bed.samples()) == 4 and not aside()


def test_a_commit_whose_answer_was_lost_is_neither_doubled_nor_forgotten(
    ward: Any, start_live: Any, call: Any
) -> None:
    from django.db import OperationalError

    from ataraxy.live.writer import Writer

    lost: list[int] = []

    class Unlucky(Writer):
        """The connection breaks after the disk has it and before we are told."""

        def commit(self, batch: Any) -> Any:
            written = super().commit(batch)
            if not lost:
                lost.append(1)
                raise OperationalError("server closed the connection unexpectedly")
            return written

    bed, monitor = ward.session(), call(start_live(make_writer=Unlucky))
    cuff = bed.cuff(128, 81)
    assert monitor.tell(bed.says(*cuff)) == "CA"
    assert monitor.tell(bed.says(*cuff)) == "CA"
    assert lost and len(bed.samples()) == 4 and len(bed.vitals()) == 1


def test_the_database_going_away_while_a_batch_is_halved_answers_each_message_once(
    ward: Any, live: Any
) -> None:
    from django.db import OperationalError

    from ataraxy.live.arrived import arrived
    from ataraxy.live.inbox import Inbox
    from ataraxy.live.writer import Writer

    bed, answers = ward.session(), []
    commits: list[int] = []

    class Failing(Writer):
        """First the whole batch is refused; then the database goes away before the second half."""

        def commit(self, batch: Any) -> Any:
            commits.append(len(batch))
            if len(batch) == 4:
                raise ValueError("poison")
            if len(commits) == 3:
                raise OperationalError("gone")
            return super().commit(batch)

    def publish(told: Any, heard: Any) -> None:
        answers.extend(message for message, _, _ in told)

    writer = Failing(Inbox(), publish)
    batch = [arrived(bed.says(SPO2), "127.0.0.1", datetime.now(UTC), lambda *_: None) for _ in range(4)]
    left = writer.write(batch)
    assert (commits, left) == ([4, 2, 2], batch[2:])
    assert writer.write(left) == []
    assert answers == batch and len(bed.samples()) == 4


def test_a_database_that_does_not_insist_on_the_disk_is_refused(
    server: Any, own_database: str, start_live: Callable[..., Any]
) -> None:
    import psycopg

    from ataraxy.clinic.database.embedded import DatabaseTrouble

    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(f'ALTER DATABASE "{own_database}" SET synchronous_commit = off')
    with pytest.raises(DatabaseTrouble, match="synchronous_commit"):
        start_live()
