"""Who acts at the bedside, and how one act is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ataraxy.clinic.audit.append import Entry, already_done
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import BEDSIDE, CLINICAL
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.treat.record import append_session
from ataraxy.core.errors import NotPermitted
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.events import SessionPayload

WATCHING = CLINICAL  # whoever sits with the patient may pause and stop


def require(ctx: Context, *roles: str) -> None:
    """The acting person holds one of ``roles``; a second guard behind the page's own."""
    if not ctx.signer().has_role(*roles):
        names = ", ".join(Role(role).label.lower() for role in roles)
        raise NotPermitted("Your role does not do this in a session.", f"Ask a {names}.")


def tapped_before(ctx: Context, key: str | None, session_id: UUID, kind: type) -> bool:
    """Whether this very tap is in the record of this session. Never refuses, as ``written_before`` does."""
    done = already_done(ctx, key)
    return done is not None and (done.stream_id, done.type) == (session_id, kind.__name__)


def unused(ctx: Context, key: str | None) -> str | None:
    """The tap's key; None where something else was written under it: the tap is taken all the same."""
    return None if already_done(ctx, key) else key


def write(
    ctx: Context,
    session_id: UUID,
    payload: SessionPayload,
    *,
    at: datetime | None = None,
    corrects: UUID | None = None,
    key: str | None = None,
    seen: int | None = None,
    roles: tuple[str, ...] = BEDSIDE,
) -> list[Recorded[Any]]:
    """One act of a person at the bedside; empty when the same act was already written."""
    require(ctx, *roles)
    return append_session(ctx, session_id, Entry(payload, at, corrects), key=key, seen=seen)
