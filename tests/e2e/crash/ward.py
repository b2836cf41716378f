"""Run as a program: a demo clinic with bound monitors and running doses in the database of the home; prints them."""

from __future__ import annotations

import json
import sys
import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import django


def main(count: int, doses: int) -> None:
    from django.db import transaction
    from django.test import Client

    from ataraxy.clinic.context import staff_context
    from ataraxy.clinic.people.models import Clinic, Staff, User

    with transaction.atomic():
        clinic = Clinic.objects.create(name="Crash Clinic", zone="America/New_York", is_demo=True)
        user = User.objects.create(email="nurse@example.org", password="!")
        nurse = Staff.objects.create(clinic=clinic, user=user, name="Nurse", roles=["nurse", "director"])
        ctx = staff_context(nurse)
        ctx = replace(ctx, now=ctx.now - timedelta(minutes=30))
        protocol = activate(ctx)
        sessions = [arrive(ctx, protocol, str(bed)) for bed in range(count)]
        running = [arrive(ctx, protocol, f"dose-{n}") for n in range(doses)]
        for session in running:
            begin(ctx, session)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    told = {
        "beds": [str(bed) for bed in range(count)],
        "sessions": [str(session) for session in sessions],
        "doses": [str(session) for session in running],
        "cookie": client.cookies["sessionid"].value,
    }
    print(json.dumps(told))


def begin(ctx: Any, session: uuid.UUID, rate_mg_per_min: Decimal = Decimal("0.875")) -> None:
    """A dose that runs; what comes before a start is other tests' business."""
    from ataraxy.clinic.audit.append import Entry, append, lock_head
    from ataraxy.clinic.plan.models import Session
    from ataraxy.clinic.treat.record import project, state_of
    from ataraxy.core.protocol.types import Route
    from ataraxy.core.session.events import DoseStarted

    dose = DoseStarted(
        Decimal(35), Decimal("0.5"), Decimal(70), Route.IV_INFUSION, 40, rate_mg_per_min, Decimal(1)
    )
    append(ctx, lock_head(ctx, session), [Entry(dose)])
    project(Session.objects.get(id=session), state_of(session))


def activate(ctx: Any) -> Any:
    from ataraxy.clinic.plan.models import ActivatedProtocol
    from ataraxy.clinic.plan.shelf import shelf

    shipped = next(s for s in shelf() if s.protocol.id == "iv-racemic-0.5")
    return ActivatedProtocol.objects.create(
        clinic=ctx.clinic,
        protocol_id=shipped.protocol.id,
        version=shipped.protocol.version,
        sha256=shipped.protocol.sha256,
        text=shipped.text,
        activated_at=ctx.now,
        activated_by=ctx.staff,
    )


def arrive(ctx: Any, protocol: Any, bed: str) -> uuid.UUID:
    """A patient with an open session, and the monitor of that bed bound to it."""
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.people.chart import open_chart
    from ataraxy.clinic.people.models import Patient, Room
    from ataraxy.clinic.plan.models import Course, Session
    from ataraxy.clinic.treat.models import Monitor
    from ataraxy.clinic.treat.record import append_session, open_session
    from ataraxy.core.chart.events import ChartOpened
    from ataraxy.core.session.events import MonitorBound, PatientArrived

    patient = Patient.objects.create(
        clinic=ctx.clinic,
        record_number=f"C-{bed}",
        given_name="A",
        family_name="B",
        birth_date=date(1980, 1, 1),
        sex="other",
    )
    open_chart(ctx, patient, ChartOpened("Dr Lane", "treatment-resistant"))
    course = Course.objects.create(
        id=uuid.uuid4(),
        clinic=ctx.clinic,
        patient=patient,
        protocol=protocol,
        disorder="ptsd",
        started_at=ctx.now,
    )
    session = Session.objects.create(
        id=uuid.uuid4(),
        clinic=ctx.clinic,
        patient=patient,
        course=course,
        room=Room.objects.create(clinic=ctx.clinic, name=f"Room {bed}"),
        number=1,
        during=(ctx.now, ctx.now + timedelta(hours=4)),
    )
    open_session(ctx, session)
    device = f"ATARAXY/DEMO/{bed}"
    Monitor.objects.create(clinic=ctx.clinic, device=device, label=f"Monitor {bed}")
    append_session(ctx, session.id, Entry(PatientArrived()), Entry(MonitorBound(device)))
    return session.id


def poison(session: uuid.UUID) -> None:
    """A row that makes ``decide`` raise: a dose whose rate no decimal can hold the product of."""
    from django.db import transaction

    from ataraxy.clinic.context import staff_context
    from ataraxy.clinic.people.models import Staff

    with transaction.atomic():
        begin(staff_context(Staff.objects.get()), session, Decimal("9E+999999"))


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "poison":
        poison(uuid.UUID(sys.argv[2]))
    else:
        main(int(sys.argv[1]), int(sys.argv[2]))
