"""What is appended stays: no role the application uses can change, remove or empty the record."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import transaction

from ataraxy.core.chart.events import EscortRecorded
from ataraxy.core.errors import InputRefused, StaleSession


def _write(ctx: Any, patient: Any, name: str = "Ada", **how: Any) -> Any:
    from ataraxy.clinic.audit.append import Entry, append, lock_head

    with transaction.atomic():
        return append(
            ctx, lock_head(ctx, patient.id), [Entry(EscortRecorded(name, "555 1", "sister"))], **how
        )


def test_an_event_is_stored_as_the_text_that_was_hashed(
    patient: Any, nurse: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.audit.models import ChainHead, Event
    from ataraxy.core.record.chain import link_hash

    (recorded,) = _write(context(nurse), patient)
    row = Event.objects.get(id=recorded.envelope.id)
    assert row.hash == link_hash(row.previous, row.text)
    assert row.actor_id == nurse.id
    assert (row.seq, row.hash) == (
        ChainHead.objects.get(id=patient.id).seq,
        ChainHead.objects.get(id=patient.id).hash,
    )


def test_a_page_drawn_before_somebody_else_wrote_is_stale(
    patient: Any, nurse: Any, prescriber: Any, context: Callable[..., Any]
) -> None:
    _write(context(nurse), patient, seen=1)
    with pytest.raises(StaleSession, match="Reload"):
        _write(context(prescriber), patient, seen=1)


def test_an_act_dated_in_the_future_is_refused(patient: Any, nurse: Any, context: Callable[..., Any]) -> None:
    from ataraxy.clinic.audit.append import Entry, append, lock_head

    ctx = context(nurse)
    late = Entry(EscortRecorded("Ada", "1", "sister"), at=ctx.now + timedelta(seconds=1))
    with transaction.atomic(), pytest.raises(InputRefused, match="future"):
        append(ctx, lock_head(ctx, patient.id), [late])


def test_the_same_act_twice_is_refused_by_the_database(
    patient: Any, nurse: Any, context: Callable[..., Any]
) -> None:
    from django.db import IntegrityError

    _write(context(nurse), patient, idempotency_key="k1")
    with pytest.raises(IntegrityError, match="event_once_per_act"):
        _write(context(nurse), patient, idempotency_key="k1")


GUARDED = ["audit_event", "audit_chartread", "audit_anchor"]


@pytest.mark.parametrize("role", ["ataraxy_app", "ataraxy_auditor", "ataraxy_owner"])
@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize(
    "act", ["UPDATE {} SET clinic_id = clinic_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_no_role_changes_or_empties_the_record(
    server: Any, own_database: str, role: str, table: str, act: str
) -> None:
    _fill(server, own_database)
    with psycopg.connect(server.url(role, own_database)) as connection:
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)):
            connection.execute(act.format(table))


def test_a_head_only_moves_forward(server: Any, own_database: str) -> None:
    _fill(server, own_database)
    for act in (
        "UPDATE audit_chainhead SET seq = seq - 1",
        "DELETE FROM audit_chainhead",
        "TRUNCATE audit_chainhead CASCADE",
    ):
        with psycopg.connect(server.url("ataraxy_owner", own_database)) as connection:
            with pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(act)


def test_a_text_that_does_not_match_its_hash_is_refused_at_the_door(server: Any, own_database: str) -> None:
    _fill(server, own_database)
    with psycopg.connect(server.url("ataraxy_app", own_database)) as connection:
        with pytest.raises(psycopg.errors.CheckViolation, match="event_hash_covers_text"):
            connection.execute(
                "INSERT INTO audit_event SELECT gen_random_uuid(), kind, seq + 100, type, at, recorded_at, actor_id, origin,"
                " NULL, text || ' ', previous, hash, clinic_id, stream_id FROM audit_event LIMIT 1"
            )


def test_the_application_cannot_switch_the_guards_off(server: Any, own_database: str) -> None:
    with psycopg.connect(server.url("ataraxy_app", own_database)) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE audit_event DISABLE TRIGGER ALL")


def test_only_a_demo_clinic_shifts_its_clock(server: Any, own_database: str) -> None:
    clinic = uuid.uuid4()
    with psycopg.connect(server.url("ataraxy_app", own_database)) as connection:
        connection.execute(
            "INSERT INTO people_clinic (id, name, zone, jurisdiction, phone, is_demo)"
            " VALUES (%s, 'C', 'UTC', 'US', '', false)",
            [clinic],
        )
        with pytest.raises(psycopg.errors.RestrictViolation, match="only a demo clinic"):
            connection.execute("INSERT INTO people_clockoffset VALUES (%s, '1 day')", [clinic])
        connection.rollback()


def _fill(server: Any, database: str) -> None:
    """One clinic, one stream with one event, one read, one anchor, written as the application."""
    from datetime import UTC, date, datetime

    from ataraxy.clinic.audit.anchors import drop_anchor
    from ataraxy.clinic.audit.append import Entry, append, open_stream
    from ataraxy.clinic.audit.models import ChartRead, StreamKind
    from ataraxy.clinic.context import system_context
    from ataraxy.clinic.people.models import Clinic, Patient
    from ataraxy.core.chart.events import ChartOpened

    clinic = Clinic.objects.create(name="C", zone="UTC")
    ctx = system_context(clinic)
    patient = Patient.objects.create(
        clinic=clinic,
        record_number="1",
        given_name="A",
        family_name="B",
        birth_date=date(1980, 1, 1),
        sex="other",
    )
    with transaction.atomic():
        append(ctx, open_stream(ctx, patient.id, StreamKind.CHART), [Entry(ChartOpened("x", "y"))])
    ChartRead.objects.create(
        clinic=clinic, patient_id=patient.id, at=datetime.now(UTC), view="v", right="role"
    )
    drop_anchor(ctx, None)
