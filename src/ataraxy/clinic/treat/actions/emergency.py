"""An emergency: one tap begins it; everything else is added while hands are free."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, lock_head
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.treat.actions.acting import WATCHING, require, tapped_before, unused, write
from ataraxy.clinic.treat.record import append_locked, state_of
from ataraxy.core.protocol.types import EmergencyKind
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.attended import Emergency
from ataraxy.core.session.care import (
    EmergencyEnded,
    EmergencyLogged,
    EmergencyReviewed,
    EmergencyRoleTaken,
    EmergencyStarted,
)
from ataraxy.core.session.state import SessionState, moment

NOW = timedelta(0)


def start_emergency(
    ctx: Context, session_id: UUID, kind: EmergencyKind, *, ago: timedelta = NOW, key: str | None = None
) -> list[Recorded[Any]]:
    """One tap, from any page, stale or not. A second tap on the same emergency, while it runs, changes nothing.

    ``ago``: how long before it reached us the tap was made; its timer runs from then. ``key``: this tap's own.
    """
    require(ctx, *WATCHING)
    with transaction.atomic():
        head = lock_head(ctx, session_id)
        if tapped_before(ctx, key, session_id, EmergencyStarted):
            return []
        state = state_of(session_id)
        at = _tapped_at(ctx, state, ago)
        if any(_covers(e, at or ctx.now) for e in state.care.emergencies if e.kind is kind):
            return []
        entry = Entry(EmergencyStarted(kind), at)
        return append_locked(ctx, head, [entry], key=unused(ctx, key), state=state)


def _tapped_at(ctx: Context, state: SessionState, ago: timedelta) -> datetime | None:
    """When it was tapped, never before the session was opened; None: now."""
    if ago <= NOW or not state.log:
        return None
    return min(ctx.now, max(ctx.now - ago, moment(state.log[0].envelope)))


def _covers(one: Emergency, tapped: datetime) -> bool:
    """It runs now, or it ran when this was tapped: the tap was for this one."""
    return one.is_running or (one.ended_at is not None and one.at <= tapped <= one.ended_at)


def take_role(
    ctx: Context, session_id: UUID, emergency: UUID, role: str, who: str, *, key: str | None = None
) -> list[Recorded[Any]]:
    """Who does what, as it was said aloud."""
    taken = EmergencyRoleTaken(emergency, role.strip(), who.strip())
    return write(ctx, session_id, taken, key=key, roles=WATCHING)


def log_emergency(
    ctx: Context,
    session_id: UUID,
    emergency: UUID,
    what: str,
    step: int | None = None,
    *,
    key: str | None = None,
) -> list[Recorded[Any]]:
    """Something was done, with the time of the tap; ``step`` is the line of the card."""
    return write(ctx, session_id, EmergencyLogged(emergency, what.strip(), step), key=key, roles=WATCHING)


def end_emergency(
    ctx: Context, session_id: UUID, emergency: UUID, outcome: str, *, key: str | None = None
) -> list[Recorded[Any]]:
    return write(ctx, session_id, EmergencyEnded(emergency, outcome.strip()), key=key, roles=WATCHING)


def review_emergency(
    ctx: Context, session_id: UUID, emergency: UUID, words: str, *, key: str | None = None
) -> list[Recorded[Any]]:
    """Looked back at afterwards, by a prescriber or the director."""
    reviewed = EmergencyReviewed(emergency, words.strip())
    return write(ctx, session_id, reviewed, key=key, roles=(Role.PRESCRIBER, Role.DIRECTOR))
