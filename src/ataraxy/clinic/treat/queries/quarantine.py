"""Messages that could not be charted, and the sessions a nurse may assign them to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from ataraxy.clinic.context import Context
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.quarantine import read_message
from ataraxy.clinic.treat.models import Quarantined
from ataraxy.clinic.treat.queries.running import initials
from ataraxy.clinic.treat.words import MEASURES, number, unit
from ataraxy.core.errors import InputRefused

MOST = 200
RECENT_SESSIONS = 30


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, as far as it can be read; ``trouble`` says why not."""

    lines: tuple[str, ...]
    patient_id: str
    place: str
    sent_at: datetime | None
    trouble: str


def waiting(ctx: Context) -> QuerySet[Quarantined]:
    """Messages nobody has looked at, oldest first."""
    rows = Quarantined.objects.filter(clinic=ctx.clinic, settled_at__isnull=True)
    return rows.order_by("received_at", "id")[:MOST]


def settled(ctx: Context) -> QuerySet[Quarantined]:
    """The last ones somebody settled."""
    rows = Quarantined.objects.filter(clinic=ctx.clinic, settled_at__isnull=False)
    return rows.select_related("settled_by").order_by("-settled_at")[:20]


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
