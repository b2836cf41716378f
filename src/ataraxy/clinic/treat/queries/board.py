"""The board: every room at a glance. People are named by initials and record number, since others may see it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import Error as DatabaseError

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Room
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.course import holds_today
from ataraxy.clinic.treat.late import late_words
from ataraxy.clinic.treat.queries.room import (
    Banner,
    Link,
    banner,
    live_tiles,
    monitor_link,
    phase_words,
    seat,
)
from ataraxy.clinic.treat.queries.running import initials
from ataraxy.clinic.treat.queries.tiles import Tile
from ataraxy.clinic.treat.read import state_of
from ataraxy.core.protocol.types import Phase
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.unjudged import CURE, WHAT

log = logging.getLogger(__name__)

BOARD_MEASURES = ("systolic diastolic", "spo2")


@dataclass(frozen=True, slots=True)
class Card:
    """One room. ``who`` is empty in a free room; ``edge`` is needs-high, needs-medium or empty."""

    room: str
    who: str = ""
    session: UUID | None = None
    phase: str = ""
    phase_kind: str = ""
    edge: str = ""
    tiles: tuple[Tile, ...] = ()
    next: Banner | None = None
    link: Link | None = None
    minutes: int | None = None  # into the dose
    of_minutes: int | None = None
    coming: str = ""
    coming_at: datetime | None = None
    late: str = ""  # how late who is to come is
    dose_open: bool = False
    dose_paused: bool = False
    held: str = ""  # a prescriber is needed before the dose; says nothing of the patient


def board(ctx: Context) -> list[Card]:
    """Every room, in order: the patient who is in it, or who comes next today."""
    rooms = Room.objects.filter(clinic=ctx.clinic)
    sessions = _today(ctx)
    return [_card_or_trouble(ctx, room, [s for s in sessions if s.room_id == room.id]) for room in rooms]


def _card_or_trouble(ctx: Context, room: Room, sessions: list[Session]) -> Card:
    """One room's card. What is wrong with one room's record never darkens the board of the others."""
    try:
        return _card(ctx, room, sessions)
    except DatabaseError:
        raise
    except Exception as error:
        here = next((s for s in sessions if s.phase != "booked"), sessions[0])
        log.error("Session %s cannot be shown on the board: %s.", here.id, type(error).__name__)
        return Card(
            room.name,
            who=_name(here),
            session=here.id,
            phase="Not known",
            phase_kind="stop",
            edge="needs-high",
            next=Banner(f"{WHAT}. {CURE}", "", "stop", "", "", "", None),
            link=Link("none", "The monitor's link is not known here"),
        )


def _today(ctx: Context) -> list[Session]:
    """Sessions that are under way, or booked for today; a session that was never ended stays on the board."""
    start = ctx.today.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Session.objects.filter(clinic=ctx.clinic).exclude(phase=Phase.ENDED.value)
    rows = rows.filter(during__startswith__lt=start + timedelta(days=1))
    found = rows.select_related("patient", "room", "course__protocol").order_by("during")
    return [s for s in found if s.phase != "booked" or s.during.upper > start]


def _card(ctx: Context, room: Room, sessions: list[Session]) -> Card:
    here = next((s for s in sessions if s.phase != "booked"), None)
    if here is not None:
        return _occupied(ctx, room, here)
    if not sessions:
        return Card(room.name)
    first = sessions[0]
    return Card(
        room.name,
        session=first.id,
        coming=_name(first),
        coming_at=first.during.lower,
        late=late_words(first, ctx.now),
        held=_held(first, state_of(first.id)),
    )


def public(step: Banner) -> Banner:
    """The next step without what the chart says against a dose: a board hangs where others pass."""
    refused = step.verb == "start" and step.kind == "stop"
    return replace(step, what="Do not start: look at the session.") if refused else step


def _held(session: Session, state: SessionState) -> str:
    """Whether the course holds the dose, in words that anybody in the corridor may read."""
    if state.dose is not None or state.ending is not None or not holds_today(session, state):
        return ""
    return "Dose held: a prescriber looks first"


def _name(session: Session) -> str:
    patient = session.patient
    return f"{initials(patient.given_name, patient.family_name)} {patient.record_number}"


def _occupied(ctx: Context, room: Room, session: Session) -> Card:
    at = seat(ctx, session)
    link, step = monitor_link(at.state, session.id, ctx.now), public(banner(at))
    shown = [t for t in live_tiles(at, {}, link) if t.measures in BOARD_MEASURES]
    phase, kind = phase_words(at)
    dose = at.state.dose
    high = step.kind == "stop" or any(t.alarm == "high" for t in shown)
    medium = step.kind == "overdue" or any(t.alarm for t in shown)
    running = dose is not None and dose.is_open
    return Card(
        room=room.name,
        who=_name(session),
        session=session.id,
        phase=phase,
        phase_kind=kind,
        edge="needs-high" if high else "needs-medium" if medium else "",
        tiles=tuple(shown),
        next=step,
        link=link,
        minutes=int((ctx.now - dose.started_at).total_seconds() // 60) if dose and running else None,
        of_minutes=dose.planned.duration_min if dose and running else None,
        dose_open=running,
        dose_paused=kind == "paused",
        held=_held(session, at.state),
    )
