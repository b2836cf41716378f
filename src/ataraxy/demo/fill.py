"""Fill an empty database with the demo clinic. The same seed and day give the same clinic, hash for hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.acts import append_act
from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.actions.staff import add_staff, record_credential
from ataraxy.clinic.people.demo_door import DEMO_PASSWORD
from ataraxy.clinic.people.models import Clinic, ClockOffset, Role, Room, Staff, User
from ataraxy.clinic.plan.actions.protocols import activate_protocol, sign_lines
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.plan.queries import unsigned_claims
from ataraxy.clinic.plan.shelf import shelf
from ataraxy.clinic.treat.models import Monitor
from ataraxy.core.clinic.events import StaffAdded
from ataraxy.core.record.envelope import Origin
from ataraxy.demo import cast, stories
from ataraxy.demo.clock import ids, opening
from ataraxy.demo.play import Play
from ataraxy.demo.stock import stock_up

SEED = 20260101
OPENED_DAYS_AGO = 120


@dataclass(frozen=True, slots=True)
class Filled:
    """What the demo's start needs to know: the clinic, its present moment, and the session that is going on."""

    clinic: Clinic
    now: datetime
    live: Session


def fill(today: date, seed: int = SEED, progress: Callable[[str], None] = lambda _: None) -> Filled:
    """Make the demo clinic as of ``today``. Refuses nothing it would not refuse a person at the screens."""
    now = opening(today)
    with transaction.atomic():
        play = _clinic(now - timedelta(days=OPENED_DAYS_AGO), seed)
    live: Session | None = None
    for story in stories.STORIES:
        with transaction.atomic():
            live = story(play, now) or live
        progress(story.__name__.replace("_", " "))
    if live is None:
        raise LookupError("the demo tells no session that is going on")
    return Filled(play.clinic, now, live)


def set_clock(clinic: Clinic, now: datetime, wall: datetime) -> None:
    """Let the demo clinic's clock show ``now`` at the wall's ``wall``, and run on from there."""
    ClockOffset.objects.update_or_create(clinic=clinic, defaults={"offset": now - wall})


def _clinic(opened: datetime, seed: int) -> Play:
    new_id = ids(seed)
    clinic = Clinic.objects.create(
        id=new_id(), name=cast.CLINIC, zone=cast.ZONE, phone=cast.PHONE, is_demo=True
    )
    rooms = tuple(Room.objects.create(clinic=clinic, name=name) for name in cast.ROOMS)
    for room in rooms:
        Monitor.objects.create(
            clinic=clinic, device=cast.monitor_of(room.name), label=f"Monitor {room.name}", room=room
        )
    director = _director(clinic, opened, new_id)
    ctx = Context(clinic, director, None, Origin.STAFF, opened, new_id)
    staff = {Role.DIRECTOR: director}
    for member in cast.STAFF[1:]:
        staff[member.role] = add_staff(ctx, member.name, member.email, [member.role], DEMO_PASSWORD)
        for kind in member.credentials:
            expires = (opened + timedelta(days=600)).date()
            record_credential(ctx, staff[member.role], kind, f"{kind.value[:3].upper()}-4471", expires)
    protocols = {}
    for shelved in shelf():
        row = activate_protocol(ctx, shelved)
        sign_lines(ctx, row, [claim.id for claim in unsigned_claims(row)])
        protocols[row.protocol_id] = row
    play = Play(clinic, staff, rooms, protocols, new_id)
    stock_up(play, opened)
    return play


def _director(clinic: Clinic, opened: datetime, new_id: Callable[[], UUID]) -> Staff:
    """The first member of staff, whom nobody could add; like ``ataraxy found`` for a real clinic."""
    first = cast.STAFF[0]
    user = User(id=new_id(), email=first.email)
    user.set_password(DEMO_PASSWORD)
    user.save()
    staff = Staff.objects.create(id=new_id(), clinic=clinic, user=user, name=first.name, roles=[first.role])
    system = Context(clinic, None, None, Origin.SYSTEM, opened, new_id)
    append_act(system, Entry(StaffAdded(staff.id, (first.role.value,))))
    return staff


def present(clinic: Clinic) -> datetime | None:
    """The last moment anything was written in this clinic: where its clock goes on after a pause."""
    from ataraxy.clinic.audit.models import Event

    last = Event.objects.filter(clinic=clinic).order_by("-recorded_at").values_list("recorded_at", flat=True)
    return last.first()
