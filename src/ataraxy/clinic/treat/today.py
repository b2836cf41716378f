"""What the chart and the course say against a dose today, beside the checks of the session itself.

The decision to treat was signed days or weeks ago. Since then an exclusion may have become known, an answer may
have grown too old, consent may have been withdrawn, and a session before this one may have been missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.clinic.plan.spacing import skipped, too_near
from ataraxy.clinic.screen.gate import judged
from ataraxy.clinic.treat.course import holds_today
from ataraxy.clinic.treat.cover import room_gaps
from ataraxy.clinic.treat.dosing import consent_gap
from ataraxy.clinic.treat.read import state_of
from ataraxy.core.protocol.types import Course, CourseRuleKind, CriterionKind, Disorder


@dataclass(frozen=True, slots=True)
class Against:
    """One reason not to give the dose today. ``line`` is consent, standing, cover, equipment, concern,
    course, stop-rules or dose-step."""

    line: str
    what: str
    cure: str


def against_today(ctx: Context, session: Session) -> tuple[Against, ...]:
    """Every reason of the chart and of the course; empty when nothing speaks against a dose today."""
    return tuple(_against(ctx, session))


def _against(ctx: Context, session: Session) -> Iterator[Against]:
    row, disorder = session.course.protocol, Disorder(session.course.disorder)
    protocol, chart = protocol_of(row), chart_of(session.patient_id)
    if gap := consent_gap(chart, protocol):
        yield Against("consent", gap, "Ask for consent again before any dose.")
    for one in judged(ctx, session.patient, chart, row, disorder).standing.closed_by:
        if one.kind is not CriterionKind.CONSENT:
            what = f"{one.criterion or 'protocol'}: {one.reason}"
            yield Against("standing", what, "Look at the screening page with the prescriber.")
    for line, what, cure in room_gaps(ctx, session, protocol):
        yield Against(line, what, cure)
    for concern in chart.open_concerns:
        what = f"a concern waits for an answer: {concern.record.payload.text.rstrip('.')}"
        yield Against("concern", what, "A named person speaks with the patient and answers it.")
    indication = protocol.indication(disorder)
    if indication is not None:
        yield from _course(ctx, session, indication.course)
    for hold in holds_today(session, state_of(session.id), chart):
        yield Against("stop-rules" if hold.kind is CourseRuleKind.STOP else "dose-step", hold.what, hold.cure)


def _course(ctx: Context, session: Session, rule: Course) -> Iterator[Against]:
    others = Session.objects.filter(patient_id=session.patient_id, dose_started_at__isnull=False)
    rows = others.exclude(id=session.id).values_list("dose_started_at", "course_id", "number")
    days = [begun.astimezone(ctx.zone).date() for begun, _, _ in rows if begun]
    if gap := too_near(rule, ctx.today.date(), days):
        yield Against("course", gap, "Move this session to a later day.")
    given = {number for _, course, number in rows if course == session.course_id}
    if gap := skipped(rule, session.number, given):
        yield Against("course", gap, "Cancel this session and book the one that was missed.")
