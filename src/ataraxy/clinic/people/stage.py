"""Where a patient stands on the pathway, from their chart."""

from __future__ import annotations

from ataraxy.clinic.people.models import Stage
from ataraxy.core.chart.chart import Chart, Course
from ataraxy.core.chart.events import DecisionKind, DecisionSigned, GrantKind


def stage_of(chart: Chart) -> Stage:
    """The stage whose question is open now.

    A course decides until a newer decision is signed: then the pathway starts again from that decision.
    """
    if chart.closed is not None:
        return Stage.CLOSED
    course = chart.courses[-1] if chart.courses else None
    decision = chart.decisions[-1] if chart.decisions else None
    if course is not None and (decision is None or decision.envelope.seq < course.record.envelope.seq):
        return _stage_of_course(chart, course)
    return _stage_of_decision(chart, decision.payload) if decision is not None else Stage.SCREEN


def _stage_of_course(chart: Chart, course: Course) -> Stage:
    if course.stopped is not None:
        return Stage.STOPPED
    planned = course.record.payload
    given = sum(dose.payload.course == planned.course for dose in chart.doses)
    whole = planned.sessions or len(course.sessions)
    if whole and given >= whole:
        return Stage.FOLLOW
    return Stage.TREAT if course.sessions else Stage.PLAN


def _stage_of_decision(chart: Chart, decision: DecisionSigned) -> Stage:
    if decision.decision is DecisionKind.DO_NOT_TREAT:
        return Stage.NOT_TREATED
    grants = chart.grants_in_force(decision.protocol_id, decision.protocol_version, decision.protocol_sha256)
    return Stage.PLAN if GrantKind.TREATMENT in grants else Stage.CONSENT
