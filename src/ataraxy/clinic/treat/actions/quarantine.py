"""What a monitor sent and nobody could chart: a nurse looks at it, and says what becomes of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.treat.actions.acting import require
from ataraxy.clinic.treat.models import Quarantined
from ataraxy.clinic.treat.record import append_session, state_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.record.envelope import Origin, Recorded
from ataraxy.core.session.events import NoteWritten, Reading, VitalRecorded
from ataraxy.core.session.reading import impossible, impossible_together
from ataraxy.core.session.state import SessionState
from ataraxy.interop.hl7v2.oru import ParsedOru, parse_oru
from ataraxy.interop.hl7v2.split import MessageRefused


def discard(ctx: Context, message: int, reason: str) -> bool:
    """Settle a message without charting it; False when it was settled before."""
    _require(ctx, reason)
    with transaction.atomic():
        row = _unsettled(ctx, message)
        if row is not None:
            _settle(ctx, row, f"Discarded: {reason.strip()}")
        return row is not None


def assign(ctx: Context, message: int, session_id: UUID, reason: str) -> list[Recorded[Any]]:
    """Chart the message's values in a session, as the device's; a note says who did it and why.

    Raises:
        InputRefused: it cannot be read, is simulated, or holds no value that may be charted.
    """
    _require(ctx, reason)
    with transaction.atomic():
        row = _unsettled(ctx, message)
        if row is None:
            return []
        said = read_message(ctx, row)
        vitals = chartable(said, row.device, state_of(session_id), row.received_at)
        recorded: list[Recorded[Any]] = []
        device = replace(ctx, staff=None, origin=Origin.DEVICE)
        for at, payload in vitals:
            recorded += append_session(device, session_id, Entry(payload, at))
        monitor = row.device or row.peer
        words = f"Values of monitor {monitor}, received while not bound, assigned: {reason.strip()}"
        recorded += append_session(ctx, session_id, Entry(NoteWritten(words)))
        _settle(ctx, row, f"Assigned to a session: {reason.strip()}")
        return recorded


def read_message(ctx: Context, row: Quarantined) -> ParsedOru:
    """The message read again.

    Raises:
        InputRefused: it is not a readable message, or simulated data outside a demo clinic.
    """
    try:
        said = parse_oru(bytes(row.raw), ctx.zone)
    except MessageRefused as error:
        raise InputRefused(error.cause, "It cannot be assigned; discard it.", "session") from None
    if said.simulated and not ctx.clinic.is_demo:
        raise InputRefused("These values are simulated.", "Discard them; they are nobody's.", "session")
    return said


def chartable(
    said: ParsedOru, device: str, state: SessionState, received_at: datetime
) -> list[tuple[datetime, VitalRecorded]]:
    """What may be charted of it, one entry a moment; a value that is in the session already is left out."""
    moments: defaultdict[datetime, dict[str, Reading]] = defaultdict(dict)
    for value in said.values:
        if not value.chartable or value.measure is None or value.value is None or value.device_at is None:
            continue
        at = min(value.device_at, received_at)
        reading = Reading(value.measure, value.value, value.unit)
        known = any(v.at == at and v.value == value.value for v in state.series.get(value.measure, ()))
        if not known and impossible(reading) is None:
            moments[at].setdefault(value.measure.value, reading)
    entries = [
        (at, VitalRecorded(tuple(moments[at].values()), device or "monitor")) for at in sorted(moments)
    ]
    entries = [(at, v) for at, v in entries if impossible_together(v.readings) is None]
    if not entries:
        raise InputRefused("It holds no new value that may be charted.", "Discard it.", "session")
    return entries


def _require(ctx: Context, reason: str) -> None:
    require(ctx, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
    if not reason.strip():
        raise InputRefused("Settling a message needs a reason.", "Say why in a few words.", "reason")


def _unsettled(ctx: Context, message: int) -> Quarantined | None:
    row = Quarantined.objects.select_for_update().get(id=message, clinic=ctx.clinic)
    return row if row.settled_at is None else None


def _settle(ctx: Context, row: Quarantined, words: str) -> None:
    Quarantined.objects.filter(id=row.id).update(
        settled_at=ctx.now, settled_by=ctx.signer(), settlement=words[:240]
    )
