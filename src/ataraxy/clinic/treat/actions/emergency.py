"""An emergency: one tap begins it; everything else is added while hands are free."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, lock_head
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.treat.actions.acting import WATCHING, require, write
from ataraxy.clinic.treat.record import append_locked, state_of
from ataraxy.core.protocol.types import EmergencyKind
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.care import (
    EmergencyEnded,
    EmergencyLogged,
    EmergencyReviewed,
    EmergencyRoleTaken,
    EmergencyStarted,
)


def start_emergency(ctx: Context, session_id: UUID, kind: EmergencyKind) -> list[Recorded[Any]]:
    """One tap, from any page, stale or not. A second tap on the same emergency, while it runs, changes nothing."""
    require(ctx, *WATCHING)
    with transaction.atomic():
        head = lock_head(ctx, session_id)
        state = state_of(session_id)
        if any(e.is_running and e.kind is kind for e in state.care.emergencies):
            return []
        return append_locked(ctx, head, [Entry(EmergencyStarted(kind))], state=state)


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
