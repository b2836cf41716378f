"""The words a patient reads before agreeing, made from one protocol version, and the hash that fixes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ataraxy.core.chart.events import GrantKind
from ataraxy.core.protocol.types import Approval, Protocol, Status

LANGUAGE = "en"

GRANTS: dict[GrantKind, str] = {
    GrantKind.TREATMENT: "I agree to this treatment. I may stop at any time, also during a session: it "
    "will not count against me.",
    GrantKind.RESEARCH: "My results may be counted, without my name, to learn how well this treatment works. "
    "My treatment does not depend on this.",
    GrantKind.STORY: "What I write about my own experience may be shown to others, without my name. "
    "My treatment does not depend on this.",
}
OPTIONAL = (GrantKind.RESEARCH, GrantKind.STORY)


@dataclass(frozen=True, slots=True)
class Point:
    id: str
    text: str
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class ConsentText:
    """``plain`` is what is hashed: title, approval, every heading and point, every grant, in this order."""

    title: str
    approval: str
    sections: tuple[Section, ...]
    plain: str
    sha256: str
    language: str = LANGUAGE

    @property
    def points(self) -> tuple[str, ...]:
        return tuple(point.id for section in self.sections for point in section.points)


def consent_text(protocol: Protocol) -> ConsentText:
    """The consent of one protocol version; the same version always gives the same words and the same hash."""
    approval = _approval(protocol)
    sections = _sections(protocol)
    lines = [protocol.title, f"Version {protocol.version}", approval]
    for section in sections:
        lines += ["", section.heading, *(point.text for point in section.points)]
    lines += ["", *GRANTS.values()]
    plain = "\n".join(lines)
    return ConsentText(protocol.title, approval, sections, plain, hashlib.sha256(plain.encode()).hexdigest())


def _approval(protocol: Protocol) -> str:
    words = "off-label" if protocol.approval is Approval.OFF_LABEL else "on-label"
    return f"This use is {words}. {protocol.approval_note}"


def _sections(protocol: Protocol) -> tuple[Section, ...]:
    """The points under their headings; a heading stands where its first point stands."""
    under: dict[str, list[Point]] = {}
    for line in protocol.consent:
        under.setdefault(line.heading, []).append(Point(line.id, line.text, line.source, line.status))
    return tuple(Section(heading, tuple(points)) for heading, points in under.items())
