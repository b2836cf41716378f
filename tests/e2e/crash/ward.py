"""Run as a program: a demo clinic with bound monitors in the database of DATABASE_URL; prints their beds."""

from __future__ import annotations

import json
import sys
import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import django


def main(count: int) -> None:
    from django.db import transaction

    from ataraxy.clinic.context import staff_context
    from ataraxy.clinic.people.models import Clinic, Staff, User

    with transaction.atomic():
        clinic = Clinic.objects.create(name="Crash Clinic", zone="America/New_York", is_demo=True)
        user = User.objects.create(email="nurse@example.org", password="!")
        nurse = Staff.objects.create(clinic=clinic, user=user, name="Nurse", roles=["nurse", "director"])
        ctx = staff_context(nurse)
        ctx = replace(ctx, now=ctx.now - timedelta(minutes=30))
        protocol = activate(ctx)
        for bed in range(count):
            arrive(ctx, protocol, str(bed))
    print(json.dumps([str(bed) for bed in range(count)]))


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


def arrive(ctx: Any, protocol: Any, bed: str) -> None:
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


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
