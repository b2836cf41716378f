"""A patient who was given a first dose, with the check-ins that follow it, and the clock to walk through them."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest


@pytest.fixture
def dosed(course: Any, room: Any, nurse: Any, context: Callable[..., Any], now: datetime) -> Any:
    """The first session of a PTSD course, ended after 18 of 36 mg, at ``now``; its check-ins are booked."""
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.plan.models import Session
    from ataraxy.clinic.treat.record import append_session, open_session
    from ataraxy.core.protocol.types import Measure, Route
    from ataraxy.core.session import events as e
    from ataraxy.core.session.events import EndReason

    session = Session.objects.create(
        id=uuid.uuid4(),
        clinic=course.clinic,
        patient=course.patient,
        course=course,
        room=room,
        number=1,
        during=(now - timedelta(minutes=30), now + timedelta(hours=3)),
    )
    ctx = context(nurse, now - timedelta(minutes=40))
    open_session(ctx, session)
    _give_without_checks(ctx, session, now, e, Measure, Route, Entry)
    append_session(
        context(nurse, now + timedelta(hours=1)),
        session.id,
        Entry(e.SessionEnded(EndReason.TRANSFERRED, "", "observed elsewhere")),
    )
    return session


def _give_without_checks(
    ctx: Any, session: Any, now: datetime, e: Any, measure: Any, route: Any, entry: Any
) -> None:
    """A dose written straight into the record: the bedside has tests of its own."""
    from django.db import transaction

    from ataraxy.clinic.audit.append import append, lock_head

    dose = e.DoseStarted(
        Decimal("36.0"), Decimal("0.5"), Decimal(72), route.IV_INFUSION, 40, Decimal("0.9"), Decimal(1)
    )
    with transaction.atomic():
        head = lock_head(ctx, session.id)
        append(replace(ctx, now=now), head, [entry(e.PatientArrived()), entry(dose)])
        append(replace(ctx, now=now + timedelta(minutes=20)), head, [entry(e.DoseStopped("enough"))])


@pytest.fixture
def clock(clinic: Any, now: datetime) -> Callable[[float], datetime]:
    """clock(hours): the demo clinic's clock says so many hours after the dose."""

    def set_to(hours: float) -> datetime:
        from ataraxy.clinic.people.models import ClockOffset

        moment = now + timedelta(hours=hours)
        ClockOffset.objects.update_or_create(clinic=clinic, defaults={"offset": moment - datetime.now(UTC)})
        return moment

    return set_to


@pytest.fixture
def check_in(dosed: Any) -> Callable[..., Any]:
    """check_in(line, turn) -> the booked check-in of one line."""

    def find(line: str, turn: int = 0) -> Any:
        from ataraxy.clinic.follow.models import CheckIn

        return CheckIn.objects.filter(session=dosed, line=line).order_by("due_at")[turn]

    return find


@pytest.fixture
def invite(coordinator: Any, context: Callable[..., Any], now: datetime) -> Callable[..., str]:
    """invite(check_in, hours) -> the address of the patient's page."""

    def make(row: Any, hours: float) -> str:
        from django.urls import reverse

        from ataraxy.clinic.follow import actions

        token = actions.send(context(coordinator, now + timedelta(hours=hours)), row.id)
        return reverse("follow:answer", args=[token])

    return make


@pytest.fixture
def reply(now: datetime) -> Callable[..., Any]:
    """reply(check_in, hours, answers, words="") as the patient, without a page."""

    def send(row: Any, hours: float, answers: dict[str, Any], **more: Any) -> Any:
        from ataraxy.clinic.context import patient_context
        from ataraxy.clinic.follow import actions

        ctx = replace(patient_context(row.patient), now=now + timedelta(hours=hours))
        return actions.answer(ctx, row.id, answers, **more)

    return send


@pytest.fixture
def visitor() -> Any:
    """A browser nobody is logged in with."""
    from django.test import Client

    return Client()


@pytest.fixture
def keys() -> Callable[[], str]:
    numbers = itertools.count()
    return lambda: str(uuid.UUID(int=next(numbers) + 1000))
