"""What a monitor sent and nobody could chart: a nurse looks at it, and says what becomes of it.

One message, or all that are alike (``until``): the same source, the same patient named, the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.acting import require
from ataraxy.clinic.treat.models import Quarantined
from ataraxy.clinic.treat.read import state_to_act_on
from ataraxy.clinic.treat.record import append_session, protocol_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Measure
from ataraxy.core.record.envelope import Origin, Recorded
from ataraxy.core.session.crossing import Limits, crosses, limits_of
from ataraxy.core.session.events import NoteWritten, Reading, VitalRecorded
from ataraxy.core.session.freshness import CUFF
from ataraxy.core.session.reading import impossible, impossible_together
from ataraxy.core.session.state import SessionState
from ataraxy.interop.hl7v2.oru import ParsedOru, parse_oru
from ataraxy.interop.hl7v2.split import MessageRefused

MOST_AT_ONCE = 5000  # messages read in one act; the rest are a second act
A_MINUTE = timedelta(minutes=1)  # as often as a nurse would write down what is measured without pause


@dataclass(frozen=True, slots=True)
class Value:
    """One value that may be charted."""

    at: datetime
    reading: Reading


def discard(ctx: Context, message: int, reason: str, *, until: int | None = None) -> int:
    """Settle messages without charting them; how many were not settled before."""
    _require(ctx, reason)
    with transaction.atomic():
        rows = _waiting(ctx, message, until)
        return settle_rows(ctx, rows, f"Discarded: {reason.strip()}")


def assign(
    ctx: Context, message: int, session_id: UUID, reason: str, *, until: int | None = None
) -> list[Recorded[Any]]:
    """Chart the values of messages in a session, as the monitor's, with a note by whoever says they belong there.

    Empty when they were settled before. Of many messages what a careful nurse would write is charted: each cuff
    reading, and of what is measured without pause one value a minute and each that crosses a limit of the protocol;
    the messages themselves are all kept.
    """
    _require(ctx, reason)
    with transaction.atomic():
        rows = list(_waiting(ctx, message, until).order_by("id")[:MOST_AT_ONCE])
        if not rows:
            return []
        monitor = rows[0].device or rows[0].peer
        found = [value for row in rows for value in _values(read_message(ctx, row), row.received_at)]
        vitals = chartable(found, monitor, state_to_act_on(session_id), _limits(ctx, session_id))
        recorded: list[Recorded[Any]] = []
        device = replace(ctx, staff=None, origin=Origin.DEVICE)
        for at, payload in vitals:
            recorded += append_session(device, session_id, Entry(payload, at))
        words = f"Values of monitor {monitor}, received while not bound, assigned: {reason.strip()}"
        recorded += append_session(ctx, session_id, Entry(NoteWritten(words)))
        ids = Quarantined.objects.filter(id__in=[row.id for row in rows])
        settle_rows(ctx, ids, f"Assigned to a session: {reason.strip()}")
        return recorded


def alike(row: Quarantined) -> QuerySet[Quarantined]:
    """The waiting messages of the same source that name the same patient and wait for the same reason."""
    if row.clinic_id is None:
        rows = Quarantined.objects.filter(clinic=None)
    else:
        rows = Quarantined.objects.filter(clinic_id=row.clinic_id)
    return rows.filter(
        device=row.device,
        peer=row.peer,
        named=row.named,
        reason=row.reason,
        cure=row.cure,
        settled_at__isnull=True,
    )


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


def _values(said: ParsedOru, received_at: datetime) -> Iterable[Value]:
    for value in said.values:
        if not value.chartable or value.measure is None or value.value is None or value.device_at is None:
            continue
        reading = Reading(value.measure, value.value, value.unit)
        if impossible(reading) is None:
            yield Value(min(value.device_at, received_at), reading)


def chartable(
    found: Sequence[Value], device: str, state: SessionState, limits: Limits
) -> list[tuple[datetime, VitalRecorded]]:
    """What may be charted, one entry a moment; a value that is in the session already is left out.

    Hazard: a saturation of 84 half a minute after a 97 is dropped as one value too many.
    """
    moments: dict[datetime, dict[Measure, Reading]] = {}
    last: dict[Measure, Value] = {}
    for value in sorted(found, key=lambda one: one.at):
        measure = value.reading.measure
        known = any(
            v.at == value.at and v.value == value.reading.value for v in state.series.get(measure, ())
        )
        if known or not (measure in CUFF or _is_due(value, last.get(measure), limits)):
            continue
        moments.setdefault(value.at, {}).setdefault(measure, value.reading)
        last[measure] = value
    entries = [
        (at, VitalRecorded(tuple(readings.values()), device or "monitor")) for at, readings in moments.items()
    ]
    entries = [(at, vital) for at, vital in entries if impossible_together(vital.readings) is None]
    if not entries:
        raise InputRefused("It holds no new value that may be charted.", "Discard it.", "session")
    return entries


def _is_due(value: Value, before: Value | None, limits: Limits) -> bool:
    if before is None or value.at - before.at >= A_MINUTE:
        return True
    mine = limits.get(value.reading.measure, ())
    return crosses(mine, before.reading.value, value.reading.value, value.at - before.at)


def _limits(ctx: Context, session_id: UUID) -> Limits:
    session = Session.objects.select_related("course__protocol").get(id=session_id, clinic=ctx.clinic)
    return limits_of(protocol_of(session))


def _require(ctx: Context, reason: str) -> None:
    require(ctx, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
    if not reason.strip():
        raise InputRefused("Settling a message needs a reason.", "Say why in a few words.", "reason")


def _waiting(ctx: Context, message: int, until: int | None) -> QuerySet[Quarantined]:
    """The message while it waits, locked; with ``until`` those like it, up to the newest the person was shown."""
    row = Quarantined.objects.select_for_update().get(id=message, clinic=ctx.clinic)
    if until is None:
        return Quarantined.objects.filter(id=row.id, settled_at__isnull=True)
    ids = alike(row).filter(id__lte=until).select_for_update().values_list("id", flat=True)
    return Quarantined.objects.filter(id__in=list(ids))


def settle_rows(ctx: Context, rows: QuerySet[Quarantined], words: str) -> int:
    """Say what became of messages; how many."""
    return rows.update(settled_at=ctx.now, settled_by=ctx.signer(), settlement=words[:240])
