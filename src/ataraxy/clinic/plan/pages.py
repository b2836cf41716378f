"""A protocol as a page a clinician can read: every line, its source, its status, and who answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.cited import Cited, cited
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.clinic.plan.queries import activated_version, protocol_of, scale_names
from ataraxy.clinic.plan.shelf import shelf, shelved
from ataraxy.core.protocol.lines import Claim, claims
from ataraxy.core.protocol.types import Protocol, Use

HEADINGS = {
    "indications": "For whom, and how many sessions",
    "drug": "Drug",
    "dose": "Dose",
    "eligibility": "Who may be treated",
    "course_rules": "When to step up, when to stop",
    "arrival": "Before the dose",
    "monitoring": "What is watched",
    "cautions": "Look and measure again",
    "rules": "Hold, pause, stop, call",
    "emergencies": "In an emergency: the cards",
    "rescue": "Rescue medicines",
    "bedside": "Numbers at the bedside",
    "discharge": "Before going home",
    "check_ins": "Afterwards",
    "consent": "What the patient is told",
}


@dataclass(frozen=True, slots=True)
class LineShown:
    claim: Claim
    source: Cited
    needs_signature: bool
    signed_by: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SectionShown:
    heading: str
    lines: list[LineShown]


@dataclass(frozen=True, slots=True)
class ProtocolShown:
    """``row`` is None for a version that was never activated here."""

    protocol: Protocol
    row: ActivatedProtocol | None
    sections: list[SectionShown]
    unsigned: int
    is_draft_only: bool

    @property
    def is_active(self) -> bool:
        return self.row is not None and self.row.retired_at is None


def protocol_shown(ctx: Context, protocol_id: str, version: str) -> ProtocolShown:
    """One version: as it was activated here, or as it lies on the shelf; else 404."""
    row = activated_version(ctx, protocol_id, version)
    found = shelved(protocol_id, version)
    if row is None and found is None:
        raise Http404
    protocol = protocol_of(row) if row is not None else found.protocol if found is not None else None
    assert protocol is not None
    return _shown(protocol, row)


def protocols_shown(ctx: Context) -> list[ProtocolShown]:
    """Every shipped version and every version activated here, the active ones first."""
    rows = list(ActivatedProtocol.objects.filter(clinic=ctx.clinic))
    known = {(row.protocol_id, row.version) for row in rows}
    found = [_shown(protocol_of(row), row) for row in rows]
    on_shelf = (s.protocol for s in shelf())
    found += [_shown(p, None) for p in on_shelf if (p.id, p.version) not in known]
    return sorted(found, key=lambda one: (not one.is_active, one.protocol.title, one.protocol.version))


def _shown(protocol: Protocol, row: ActivatedProtocol | None) -> ProtocolShown:
    signed = (
        {s.line: (s.signed_by.name, s.signed_at) for s in row.signatures.select_related("signed_by")}
        if row is not None
        else {}
    )
    lines = [_line(claim, signed) for claim in claims(protocol, scale_names())]
    sections = [
        SectionShown(heading, mine)
        for name, heading in HEADINGS.items()
        if (mine := [line for line in lines if line.claim.section == name])
    ]
    unsigned = sum(line.needs_signature and not line.signed_by for line in lines)
    draft = all(i.use is Use.DEMO for i in protocol.indications)
    return ProtocolShown(protocol, row, sections, unsigned, draft)


def _line(claim: Claim, signed: dict[str, tuple[str, datetime]]) -> LineShown:
    name, at = signed.get(claim.id, ("", None))
    return LineShown(claim, cited(claim.source, claim.status), claim.status.needs_signature, name, at)
