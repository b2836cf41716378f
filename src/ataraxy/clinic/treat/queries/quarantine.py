"""Messages that could not be charted, and the sessions a nurse may assign them to.

A monitor nobody bound sends every second: the messages of one source that name one patient and wait for one reason are
one line, with their number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, QuerySet

from ataraxy.clinic.context import Context
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.quarantine import alike, read_message
from ataraxy.clinic.treat.models import Quarantined
from ataraxy.clinic.treat.queries.running import initials
from ataraxy.clinic.treat.words import MEASURES, number, unit
from ataraxy.core.errors import InputRefused

MOST = 200
RECENT_SESSIONS = 30
SOURCE = ("device", "peer", "named", "reason", "cure")


@dataclass(frozen=True, slots=True)
class Line:
    """Messages that are alike. ``message`` is the oldest of them, ``until`` the newest there was when asked."""

    device: str
    peer: str
    named: str
    reason: str
    cure: str
    count: int
    first: datetime
    last: datetime
    message: int
    until: int


@dataclass(frozen=True, slots=True)
class Settled:
    """Messages settled in one act."""

    device: str
    settlement: str
    by: str
    at: datetime
    first: datetime
    count: int
    message: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, as far as it can be read; ``trouble`` says why not."""

    lines: tuple[str, ...]
    patient_id: str
    place: str
    sent_at: datetime | None
    trouble: str


def waiting(ctx: Context) -> list[Line]:
    """Messages nobody has looked at, those that are alike on one line, oldest first."""
    return lines_of(Quarantined.objects.filter(clinic=ctx.clinic, settled_at__isnull=True))


def unplaced() -> list[Line]:
    """Messages of monitors no clinic of this house knows."""
    return lines_of(Quarantined.objects.filter(clinic=None, settled_at__isnull=True))


def lines_of(rows: QuerySet[Quarantined]) -> list[Line]:
    groups = rows.values(*SOURCE).annotate(
        count=Count("id"),
        first=Min("received_at"),
        last=Max("received_at"),
        message=Min("id"),
        until=Max("id"),
    )
    return [Line(**group) for group in groups.order_by("first", "message")[:MOST]]


def line_of(row: Quarantined) -> Line | None:
    """The line a waiting message stands on; None when it was settled."""
    found = lines_of(alike(row))
    return found[0] if found else None


def settled(ctx: Context) -> list[Settled]:
    """The last acts of settling."""
    rows = Quarantined.objects.filter(clinic=ctx.clinic, settled_at__isnull=False)
    acts = rows.values("device", "settlement", "settled_at", "settled_by__name").annotate(
        count=Count("id"), first=Min("received_at"), message=Min("id")
    )
    return [_settled(act) for act in acts.order_by("-settled_at")[:20]]


def _settled(act: Mapping[str, Any]) -> Settled:
    return Settled(
        act["device"],
        act["settlement"],
        act["settled_by__name"],
        act["settled_at"],
        act["first"],
        act["count"],
        act["message"],
    )


def content(ctx: Context, row: Quarantined) -> Content:
    try:
        said = read_message(ctx, row)
    except InputRefused as refused:
        return Content((), "", "", None, f"{refused.cause} {refused.cure}")
    lines = tuple(
        f"{MEASURES[v.measure]} {number(v.value)} {unit(v.measure)}".strip()
        if v.chartable and v.measure and v.value is not None
        else f"{v.ref_id or v.raw_code}: not charted ({v.not_available.value if v.not_available else 'no value'})"
        for v in said.values
    )
    return Content(lines, said.patient_id, said.place, said.sent_at, "")


def sessions_to_assign(ctx: Context) -> list[tuple[str, str]]:
    """Sessions that were opened lately, newest first, by initials, room and time."""
    rows = Session.objects.filter(clinic=ctx.clinic, arrived_at__isnull=False)
    rows = rows.select_related("patient", "room").order_by("-during")[:RECENT_SESSIONS]
    return [(str(s.id), _label(ctx, s)) for s in rows]


def _label(ctx: Context, session: Session) -> str:
    patient, when = session.patient, session.during.lower.astimezone(ctx.zone)
    name = f"{initials(patient.given_name, patient.family_name)} {patient.record_number}"
    return f"{name}, {session.room.name}, {when.day} {when:%b %Y, %H:%M}"
