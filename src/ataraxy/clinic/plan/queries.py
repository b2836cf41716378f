"""What is planned, on which protocol, and what still stands in the way."""

from __future__ import annotations

from ataraxy.catalog.load import instruments, parse_stored_protocol
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.plan.models import ActivatedProtocol, Course, Session
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.lines import Claim, unsigned
from ataraxy.core.protocol.types import Course as Rule
from ataraxy.core.protocol.types import Disorder, Protocol

_READ: dict[str, Protocol] = {}


def protocol_of(row: ActivatedProtocol) -> Protocol:
    """An activated protocol, from its own stored text (read once in this process; its hash is its key)."""
    if row.sha256 not in _READ:
        _READ[row.sha256] = parse_stored_protocol(row.text, f"{row.protocol_id} {row.version}")
    return _READ[row.sha256]


def activated_version(ctx: Context, protocol_id: str, version: str) -> ActivatedProtocol | None:
    rows = ActivatedProtocol.objects.filter(clinic=ctx.clinic)
    return rows.filter(protocol_id=protocol_id, version=version).first()


def active_protocols(ctx: Context) -> list[ActivatedProtocol]:
    """The versions this clinic may plan new courses by."""
    rows = ActivatedProtocol.objects.filter(clinic=ctx.clinic, retired_at__isnull=True)
    return list(rows.order_by("protocol_id"))


def unsigned_claims(row: ActivatedProtocol) -> tuple[Claim, ...]:
    """The lines of this version that still wait for the director's signature."""
    signed = set(row.signatures.values_list("line", flat=True))
    return tuple(claim for claim in unsigned(protocol_of(row), scale_names()) if claim.id not in signed)


def scale_names() -> dict[str, str]:
    """What the scales are called."""
    return {key: one.name for key, one in instruments().items()}


def current_course(patient: Patient) -> Course | None:
    """The course that runs: the latest one that was not stopped."""
    rows = Course.objects.filter(patient=patient, stopped_at__isnull=True).select_related("protocol")
    return rows.order_by("-started_at").first()


def course_rule(course: Course) -> Rule:
    """How many sessions of which dose and how far apart, by the course's own protocol version."""
    indication = protocol_of(course.protocol).indication(Disorder(course.disorder))
    if indication is None:
        raise InputRefused("The protocol has no course for this disorder.", "Decide on another protocol.")
    return indication.course


def waiting_sessions(course: Course) -> list[Session]:
    """The sessions of a course that are booked and have not begun, by number."""
    return list(Session.objects.filter(course=course, phase="booked", ended="").order_by("number"))
