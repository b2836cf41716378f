"""A booked session on the shipped infusion protocol, and the steps that bring it as far as a test needs."""

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
def infusion() -> Any:
    """The shipped infusion protocol, as it stands in the catalog."""
    from ataraxy.catalog.load import protocols

    return protocols()["iv-racemic-0.5"]


@pytest.fixture
def activated(clinic: Any, director: Any, infusion: Any, now: datetime) -> Any:
    """The protocol as this clinic activated it, with its text."""
    return activate(clinic, director, infusion, now)


def activate(clinic: Any, director: Any, infusion: Any, now: datetime) -> Any:
    from ataraxy.clinic.plan.models import ActivatedProtocol
    from ataraxy.clinic.plan.shelf import shelved

    return ActivatedProtocol.objects.create(
        clinic=clinic,
        protocol_id=infusion.id,
        version=infusion.version,
        sha256=infusion.sha256,
        text=shelved(infusion.id, infusion.version).text,
        activated_at=now - timedelta(days=40),
        activated_by=director,
    )


@pytest.fixture
def healthy(patient: Any, context: Callable[..., Any], nurse: Any, now: datetime) -> Callable[..., None]:
    """healthy(days_ago=3): every condition and medicine asked about and absent, pregnancy excluded."""

    def answer(days_ago: float = 3) -> None:
        from ataraxy.catalog.load import cautions
        from ataraxy.clinic.screen.actions import facts
        from ataraxy.core.chart.events import Answer

        ctx, no = context(nurse, now - timedelta(days=days_ago)), facts.Asked(Answer.NO)
        facts.record_conditions(ctx, patient, dict.fromkeys(cautions().conditions, no))
        facts.record_medicines(ctx, patient, dict.fromkeys(cautions().medicine_groups, no))
        facts.record_pregnancy(ctx, patient, Answer.NO, "urine test")

    return answer


@pytest.fixture
def agree(patient: Any, activated: Any, context: Callable[..., Any], now: datetime) -> Callable[..., None]:
    """agree(): the patient signs consent to treatment on the activated text."""

    def sign() -> None:
        from ataraxy.clinic.audit.append import Entry
        from ataraxy.clinic.context import patient_context
        from ataraxy.clinic.people.chart import append_chart
        from ataraxy.core.chart.events import ConsentSigned, GrantKind

        ctx = replace(patient_context(patient), now=now - timedelta(days=3))
        signed = ConsentSigned(
            activated.protocol_id,
            activated.version,
            activated.sha256,
            "0" * 64,
            "en",
            (GrantKind.TREATMENT, GrantKind.STORY),
            (),
            patient.full_name,
        )
        append_chart(ctx, patient.id, Entry(signed))

    return sign


@pytest.fixture
def book(
    clinic: Any,
    patient: Any,
    activated: Any,
    infusion: Any,
    nurse: Any,
    context: Callable[..., Any],
    now: datetime,
) -> Callable[..., Any]:
    """book(number, starts_at) -> a session of one course, with its stream."""
    from ataraxy.clinic.people.models import Room
    from ataraxy.clinic.plan.models import Course, Session
    from ataraxy.clinic.treat.record import open_session

    room = Room.objects.create(clinic=clinic, name="Room 1")
    course = Course.objects.create(
        id=uuid.uuid4(),
        clinic=clinic,
        patient=patient,
        protocol=activated,
        disorder=infusion.indications[0].disorder.value,
        started_at=now - timedelta(days=3),
    )

    def make(number: int = 1, starts_at: datetime = now) -> Any:
        session = Session.objects.create(
            id=uuid.uuid4(),
            clinic=clinic,
            patient=patient,
            course=course,
            room=room,
            number=number,
            during=(starts_at, starts_at + timedelta(hours=4)),
        )
        open_session(context(nurse, now - timedelta(days=1)), session)
        return session

    return make


@pytest.fixture
def session(book: Callable[..., Any], agree: Callable[..., None], healthy: Callable[..., None]) -> Any:
    """The first session of a patient who was asked about everything and has agreed."""
    healthy()
    agree()
    return book()


@pytest.fixture
def at(context: Callable[..., Any], nurse: Any, now: datetime) -> Callable[..., Any]:
    """at(minutes, staff=nurse) -> the context of an act so many minutes after the session's beginning."""

    def make(minutes: float, staff: Any = None) -> Any:
        return context(staff or nurse, now + timedelta(minutes=minutes))

    return make


@pytest.fixture
def vitals(at: Callable[..., Any]) -> Callable[..., None]:
    """vitals(session, minutes, systolic=..., ...): typed by the nurse at that minute."""

    def take(session: Any, minutes: float, **values: Any) -> None:
        from ataraxy.clinic.treat import actions
        from ataraxy.core.protocol.types import Measure

        normal = {"systolic": 122, "diastolic": 78, "pulse_cuff": 70, "spo2": 98, "pulse_oximeter": 70}
        normal |= {"respiratory_rate": 14, "sedation": 5, "dissociation": 0, "anxiety_now": 6}
        given = {k: v for k, v in (normal | values).items() if v is not None}
        readings = {Measure(k.replace("_", "-")): Decimal(str(v)) for k, v in given.items()}
        actions.vital(at(minutes), session.id, readings)

    return take


@pytest.fixture
def ready(session: Any, again: Callable[..., None]) -> Any:
    """A session in which nothing speaks against the dose any more, ten minutes in."""
    again(session, 0)
    return session


@pytest.fixture
def cover_and_draw(at: Callable[..., Any], nurse: Any, prescriber: Any) -> Callable[..., None]:
    """cover_and_draw(session, minute): the room is covered and checked; the dose drawn up and checked by another."""

    def prepare(session: Any, minute: float) -> None:
        from ataraxy.clinic.day.equipment import ITEMS, sign_equipment
        from ataraxy.clinic.treat import actions
        from ataraxy.clinic.treat.dosing import dose_of_today
        from ataraxy.clinic.treat.record import protocol_of, state_of
        from ataraxy.core.protocol.types import Measure

        sign_equipment(at(minute), ITEMS)
        actions.name_cover(at(minute + 1), session.id, prescriber.id, nurse.id)
        actions.escort(at(minute + 2), session.id, "Robin Quillfeather", "555 0112", present=False)
        actions.vital(at(minute + 2), session.id, {Measure.WEIGHT: Decimal(72)})
        protocol = protocol_of(session)
        plan = dose_of_today(protocol, state_of(session.id))
        made = actions.prepare_syringe(at(minute + 2), session.id, actions.as_planned(protocol, plan))
        actions.check_syringe(at(minute + 2, prescriber), session.id, made[0].envelope.id)

    return prepare


@pytest.fixture
def again(
    infusion: Any,
    at: Callable[..., Any],
    vitals: Callable[..., None],
    cover_and_draw: Callable[..., None],
) -> Callable[..., None]:
    """again(session, minute): the patient arrives at that minute, and everything is checked."""

    def check_all(session: Any, minute: float) -> None:
        from ataraxy.clinic.treat import actions
        from ataraxy.clinic.treat.record import state_of
        from ataraxy.core.protocol.types import CheckKind

        if state_of(session.id).arrived_at is None:
            actions.arrive(at(minute), session.id)
        cover_and_draw(session, minute)
        for check in infusion.arrival:
            if check.kind in (CheckKind.CONFIRM, CheckKind.EQUIPMENT):
                actions.check(at(minute + 2), session.id, check.id, True)
            if check.kind is CheckKind.SUICIDE_SCREEN:
                actions.screen(at(minute + 2), session.id, check.id, (0,) * check.asked)
            if check.kind is CheckKind.IDENTIFIERS:
                names = ("full-name", "birth-date")
                actions.check(at(minute + 2), session.id, check.id, True, identifiers=names)
        vitals(session, minute + 8)

    return check_all


@pytest.fixture
def start(at: Callable[..., Any]) -> Callable[..., None]:
    """start(session, minutes): the nurse starts exactly what step 1 showed."""

    def begin(session: Any, minutes: float) -> None:
        from ataraxy.clinic.treat import actions
        from ataraxy.clinic.treat.dosing import dose_of_today, shown
        from ataraxy.clinic.treat.record import protocol_of, state_of

        plan = dose_of_today(protocol_of(session), state_of(session.id))
        actions.start(at(minutes), session.id, shown(plan))

    return begin


@pytest.fixture
def running(ready: Any, start: Callable[..., None]) -> Any:
    """A session whose infusion started at minute 10."""
    start(ready, 10)
    return ready


@pytest.fixture
def observed(running: Any, infusion: Any, at: Callable[..., Any], vitals: Callable[..., None]) -> Any:
    """A session whose every discharge criterion holds at minute 180."""
    from ataraxy.clinic.treat import actions
    from ataraxy.core.protocol.types import DischargeKind

    vitals(running, 30, systolic=139, diastolic=86, dissociation=31, sedation=4)
    actions.finish(at(50), running.id)
    vitals(running, 176)
    for criterion in infusion.discharge:
        if criterion.scale:
            actions.screen(at(178), running.id, criterion.id, (0, 0, None, None, None, 0))
        elif criterion.kind is DischargeKind.CONFIRM:
            actions.check(at(178), running.id, criterion.id, True)
    actions.escort(at(179), running.id, "Robin Quillfeather", "555 0112", present=True)
    return running


@pytest.fixture
def keys() -> Callable[[], str]:
    """keys() -> a fresh idempotency key."""
    numbers = itertools.count()
    return lambda: str(uuid.UUID(int=next(numbers) + 1))


@pytest.fixture
def committed_session(
    own_database: str, employ: Callable[..., Any], context: Callable[..., Any], infusion: Any, now: datetime
) -> tuple[Any, Callable[..., Any]]:
    """A session of a clinic of its own, written for good in a database of its own, and its nurse's ``at``."""
    from ataraxy.clinic.people.chart import open_chart
    from ataraxy.clinic.people.models import Clinic, Patient, Room
    from ataraxy.clinic.plan.models import Course, Session
    from ataraxy.clinic.treat.record import open_session
    from ataraxy.core.chart.events import ChartOpened

    clinic = Clinic.objects.create(name="Lakeside Clinic", zone="America/New_York", is_demo=True)
    nurse, director = employ(clinic, "nurse"), employ(clinic, "director")
    activated = activate(clinic, director, infusion, now)
    patient = Patient.objects.create(
        clinic=clinic,
        record_number="R-1",
        given_name="A",
        family_name="B",
        birth_date=now.date(),
        sex="other",
    )
    open_chart(context(nurse), patient, ChartOpened("Dr Lane", "anxiety"))
    course = Course.objects.create(
        id=uuid.uuid4(), clinic=clinic, patient=patient, protocol=activated, disorder="ptsd", started_at=now
    )
    session = Session.objects.create(
        id=uuid.uuid4(),
        clinic=clinic,
        patient=patient,
        course=course,
        room=Room.objects.create(clinic=clinic, name="Room 1"),
        number=1,
        during=(now, now + timedelta(hours=4)),
    )
    open_session(context(nurse), session)
    return session, lambda minutes: context(nurse, now + timedelta(minutes=minutes))


@pytest.fixture
def clock(clinic: Any, now: datetime) -> Callable[[float], None]:
    """clock(minutes): from now on the demo clinic's clock says so many minutes after the session's beginning."""

    def set_to(minutes: float) -> None:
        from ataraxy.clinic.people.models import ClockOffset

        offset = now + timedelta(minutes=minutes) - datetime.now(UTC)
        ClockOffset.objects.update_or_create(clinic=clinic, defaults={"offset": offset})

    return set_to


@pytest.fixture
def ask(log_in: Callable[..., Any]) -> Callable[..., Any]:
    """ask(staff, verb, session, query="") -> the page's answer to a GET."""

    def get(staff: Any, verb: str, session: Any, query: str = "") -> Any:
        from django.urls import reverse

        return log_in(staff).get(reverse(f"treat:{verb}", args=[session.id]) + query)

    return get


@pytest.fixture
def tell(log_in: Callable[..., Any], keys: Callable[[], str]) -> Callable[..., Any]:
    """tell(staff, verb, session, **fields) -> the answer to the form, with a fresh key unless one is given."""

    def post(staff: Any, verb: str, session: Any, **fields: Any) -> Any:
        from django.urls import reverse

        typed = {"key": keys()} | fields
        return log_in(staff).post(reverse(f"treat:{verb}", args=[session.id]), typed)

    return post


@pytest.fixture
def seen() -> Callable[[Any], int]:
    """seen(session) -> what a page drawn now would carry as last seen."""

    def last(session: Any) -> int:
        from ataraxy.clinic.treat.record import state_of

        return state_of(session.id).last_human_seq

    return last


@pytest.fixture
def state() -> Callable[[Any], Any]:
    def now_of(session: Any) -> Any:
        from ataraxy.clinic.treat.record import state_of

        return state_of(session.id)

    return now_of
