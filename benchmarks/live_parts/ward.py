"""A demo clinic with thousands of sessions under way, each with its monitor bound and its dose running.

The events are chained and hashed as everybody's; only the writing is in bulk, so that a ward stands in seconds.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

SESSIONS_A_COURSE = 6
BEFORE = timedelta(minutes=5)  # since the dose was started


@dataclass(frozen=True, slots=True)
class Bedside:
    """One session and the bed its monitor names."""

    id: uuid.UUID
    bed: str


def seed(count: int) -> tuple[list[Bedside], str]:
    """``count`` sessions of one clinic, and a nurse's log-in (a session cookie)."""
    from django.db import transaction
    from django.test import Client

    from ataraxy.clinic.people.models import Clinic, Staff, User

    with transaction.atomic():
        clinic = Clinic.objects.create(name="Bench Clinic", zone="UTC", is_demo=True)
        user = User.objects.create(email="nurse@example.org", password="!")
        nurse = Staff.objects.create(clinic=clinic, user=user, name="Nurse", roles=["nurse", "director"])
        sessions = _book(clinic, nurse, count)
        beds = _run(clinic, nurse, sessions)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return beds, client.cookies["sessionid"].value


def _book(clinic: Any, nurse: Any, count: int) -> list[Any]:
    """Rooms, patients, courses and the booked sessions."""
    from ataraxy.clinic.people.models import Patient, Room
    from ataraxy.clinic.plan.models import ActivatedProtocol, Course, Session
    from ataraxy.clinic.plan.shelf import shelf

    now = datetime.now(UTC) - timedelta(minutes=40)
    shipped = next(s for s in shelf() if s.protocol.id == "iv-racemic-0.5")
    protocol = ActivatedProtocol.objects.create(
        clinic=clinic,
        protocol_id=shipped.protocol.id,
        version=shipped.protocol.version,
        sha256=shipped.protocol.sha256,
        text=shipped.text,
        activated_at=now,
        activated_by=nurse,
    )
    courses = -(-count // SESSIONS_A_COURSE)
    patients = Patient.objects.bulk_create(
        Patient(
            clinic=clinic,
            record_number=f"B-{n}",
            given_name="A",
            family_name="B",
            birth_date=date(1980, 1, 1),
            sex="other",
        )
        for n in range(courses)
    )
    _open_charts(clinic, nurse, patients, now)
    booked = Course.objects.bulk_create(
        Course(
            id=uuid.uuid4(),
            clinic=clinic,
            patient=patient,
            protocol=protocol,
            disorder="ptsd",
            started_at=now,
        )
        for patient in patients
    )
    rooms = Room.objects.bulk_create(Room(clinic=clinic, name=f"Room {n}") for n in range(count))
    return Session.objects.bulk_create(
        Session(
            id=uuid.uuid4(),
            clinic=clinic,
            patient=patients[n // SESSIONS_A_COURSE],
            course=booked[n // SESSIONS_A_COURSE],
            room=rooms[n],
            number=n % SESSIONS_A_COURSE + 1,
            during=(now, now + timedelta(hours=4)),
        )
        for n in range(count)
    )


def _open_charts(clinic: Any, nurse: Any, patients: Sequence[Any], now: datetime) -> None:
    from dataclasses import replace

    from ataraxy.clinic.context import staff_context
    from ataraxy.clinic.people.chart import open_chart
    from ataraxy.core.chart.events import ChartOpened

    ctx = replace(staff_context(nurse), now=now)
    for patient in patients:
        open_chart(ctx, patient, ChartOpened("Dr Lane", "treatment-resistant"))


def _run(clinic: Any, nurse: Any, sessions: Sequence[Any]) -> list[Bedside]:
    """The streams: opened, arrived, monitor bound, dose started."""
    from ataraxy.clinic.audit.models import ChainHead, Event
    from ataraxy.clinic.plan.models import Session
    from ataraxy.clinic.treat.models import Binding, Monitor
    from ataraxy.clinic.treat.record import projection
    from ataraxy.core.session.fold import fold_session

    begun = datetime.now(UTC) - BEFORE
    monitors = Monitor.objects.bulk_create(
        Monitor(clinic=clinic, device=f"ATARAXY/DEMO/{n}", label=f"Monitor {n}") for n in range(len(sessions))
    )
    heads: list[Any] = []
    events: list[Any] = []
    for session, monitor in zip(sessions, monitors, strict=True):
        recorded, rows = _stream(clinic, nurse, session, monitor.device, begun)
        events += rows
        heads.append(
            ChainHead(
                id=session.id,
                clinic=clinic,
                kind="session",
                seq=len(rows),
                human_seq=len(rows),
                hash=rows[-1].hash,
            )
        )
        for name, value in projection(fold_session(recorded)).items():
            setattr(session, name, value)
    ChainHead.objects.bulk_create(heads, batch_size=2000)
    Event.objects.bulk_create(events, batch_size=2000)
    Session.objects.bulk_update(
        sessions, ["phase", "ended", "arrived_at", "dose_started_at", "seq"], batch_size=500
    )
    Binding.objects.bulk_create(
        Binding(clinic=clinic, monitor=monitor, session=session, bound_at=begun, bound_by=nurse)
        for session, monitor in zip(sessions, monitors, strict=True)
    )
    return [Bedside(session.id, str(n)) for n, session in enumerate(sessions)]


def _stream(
    clinic: Any, nurse: Any, session: Any, device: str, begun: datetime
) -> tuple[list[Any], list[Any]]:
    from ataraxy.clinic.audit.models import Event
    from ataraxy.core.protocol.types import Disorder, Route
    from ataraxy.core.record.chain import GENESIS, event_text, link_hash
    from ataraxy.core.record.envelope import Envelope, Origin, Recorded
    from ataraxy.core.session.events import DoseStarted, MonitorBound, PatientArrived, SessionOpened

    protocol = session.course.protocol
    opened = SessionOpened(
        session.patient_id, session.course_id, protocol.protocol_id, protocol.version, protocol.sha256,
        Disorder.PTSD, session.number, Decimal("0.5"),
    )  # fmt: skip
    dose = DoseStarted(
        Decimal(35), Decimal("0.5"), Decimal(70), Route.IV_INFUSION, 40, Decimal("0.875"), Decimal(1)
    )
    previous, recorded, rows = GENESIS, [], []
    for seq, payload in enumerate((opened, PatientArrived(), MonitorBound(device), dose), start=1):
        frame = Envelope(uuid.uuid4(), seq, begun, begun, nurse.id, Origin.STAFF)
        kind = type(payload)
        text = event_text(session.id, clinic.id, kind.__name__, kind.VERSION, frame, payload)
        rows.append(
            Event(
                id=frame.id,
                stream_id=session.id,
                clinic_id=clinic.id,
                kind="session",
                seq=seq,
                type=kind.__name__,
                at=begun,
                recorded_at=begun,
                actor_id=nurse.id,
                origin="staff",
                text=text,
                previous=previous,
                hash=(previous := link_hash(previous, text)),
            )
        )
        recorded.append(Recorded(frame, payload))
    return recorded, rows
