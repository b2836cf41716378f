"""Signing past a line, and putting right what was entered wrongly: by adding, never by changing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.treat.actions.acting import require, write
from ataraxy.clinic.treat.actions.observe import readings
from ataraxy.clinic.treat.record import append_session, state_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Measure
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.events import (
    EventRetracted,
    NoteWritten,
    OverrideSigned,
    SessionOpened,
    SessionPayload,
    VitalRecorded,
)
from ataraxy.core.session.state import Event


def override(
    ctx: Context, session_id: UUID, line: str, reason: str, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """A prescriber signs past one line that may be signed past. The page has checked the signature."""
    payload = OverrideSigned(line, reason.strip())
    return write(ctx, session_id, payload, key=key, seen=seen, roles=(Role.PRESCRIBER,))


def correct(
    ctx: Context,
    session_id: UUID,
    event: UUID,
    reason: str,
    *,
    at: datetime | None = None,
    values: Mapping[Measure, Decimal] | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """Put a new entry in the place of a wrong one: another time, and for measurements other values."""
    require(ctx, *BEDSIDE)
    _require_reason(reason)
    wrong = event_of(session_id, event)
    payload = _corrected(wrong.payload, values)
    when = at or wrong.envelope.at
    if payload == wrong.payload and when == wrong.envelope.at:
        raise InputRefused(
            "Nothing is different.", "Change the time or a value, or take the entry back.", None
        )
    why = NoteWritten(f"Corrected: {reason.strip()}")
    entries = (Entry(payload, when, event), Entry(why))
    return append_session(ctx, session_id, *entries, key=key, seen=seen)


def retract(
    ctx: Context,
    session_id: UUID,
    event: UUID,
    reason: str,
    *,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """Take an entry back; it stays in the record, struck through."""
    _require_reason(reason)
    payload = EventRetracted(reason.strip())
    return write(ctx, session_id, payload, corrects=event, key=key, seen=seen)


def event_of(session_id: UUID, event: UUID) -> Event:
    """One entry of this session.

    Raises:
        InputRefused: it is not of this session, or it is the opening itself.
    """
    found = next((e for e in state_of(session_id).log if e.envelope.id == event), None)
    if found is None or isinstance(found.payload, SessionOpened):
        raise InputRefused("That entry is not one of this session's.", "Choose one from the list.", "event")
    return found


def _corrected(payload: SessionPayload, values: Mapping[Measure, Decimal] | None) -> SessionPayload:
    if values is None or not isinstance(payload, VitalRecorded):
        return payload
    new = readings(values)
    return payload if new == payload.readings else replace(payload, readings=new, device="")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InputRefused("A correction needs its reason.", "Say what was wrong.", "reason")
