"""A signed entry as the signature part shows it: name, role, time, and what was signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.describe import describe
from ataraxy.clinic.people.models import Staff
from ataraxy.core.record.envelope import Recorded


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    role: str
    at: datetime
    words: str


def signature_of(ctx: Context, event: Recorded[Any]) -> Signature:
    """Who signed this entry of a chart."""
    actor = event.envelope.actor
    staff = Staff.objects.filter(clinic=ctx.clinic, id=actor).first() if actor else None
    headline, detail = describe(event.payload, ctx.zone)
    words = f"{headline}. {detail}" if detail else headline
    name, role = (staff.name, staff.role_label) if staff else ("unknown", "")
    return Signature(name, role, event.envelope.at, words)
