"""Staff with the standing of their credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import CredentialKind, Role, Staff
from ataraxy.clinic.people.queries.today import SOON

NEEDED = {
    Role.PRESCRIBER: (CredentialKind.PRESCRIBING,),
    Role.NURSE: (CredentialKind.NURSING,),
    Role.THERAPIST: (CredentialKind.THERAPY,),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One credential: ``state`` is met, due (ends soon), overdue (ended) or unknown (not on file)."""

    label: str
    number: str
    expires_on: date | None
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Colleague:
    staff: Staff
    credentials: list[Standing]


def colleagues(ctx: Context) -> list[Colleague]:
    rows = Staff.objects.filter(clinic=ctx.clinic).select_related("user").prefetch_related("credentials")
    return [Colleague(row, _standings(row, ctx.today.date())) for row in rows]


def _standings(staff: Staff, today: date) -> list[Standing]:
    latest = {c.kind: c for c in sorted(staff.credentials.all(), key=lambda c: c.expires_on)}
    found = [
        Standing(CredentialKind(kind).label, c.number, c.expires_on, *_state(c.expires_on, today))
        for kind, c in latest.items()
    ]
    needed = {kind for role in staff.roles for kind in NEEDED.get(Role(role), ())}
    missing = [kind for kind in CredentialKind if kind in needed and kind not in latest]
    return found + [Standing(kind.label, "", None, "unknown", "not on file") for kind in missing]


def _state(expires_on: date, today: date) -> tuple[str, str]:
    if expires_on < today:
        return "overdue", "expired"
    return ("due", "ends soon") if expires_on - today <= SOON else ("met", "in date")
