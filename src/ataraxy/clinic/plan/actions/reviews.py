"""A prescriber reviews what a stop rule found, and signs that the course goes on."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, already_done, lock_head
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.chart import append_chart
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.signing import require_role
from ataraxy.clinic.plan.models import Course
from ataraxy.clinic.treat.course import holds_of_course
from ataraxy.core.chart.events import CourseReviewed
from ataraxy.core.course.findings import Finding
from ataraxy.core.errors import InputRefused


def open_findings(course: Course) -> tuple[Finding, ...]:
    """What the stop rules found and nobody has reviewed, each once, in order of time."""
    found = {one.event: one for hold in holds_of_course(course) for one in hold.findings}
    return tuple(sorted(found.values(), key=lambda one: (one.at, one.event.int)))


def review_course(
    ctx: Context,
    course: Course,
    seen_findings: Collection[UUID],
    reason: str,
    *,
    key: str | None = None,
    seen: int | None = None,
) -> None:
    """The course goes on in spite of these findings, and of no others.

    Raises:
        InputRefused: no reason, nothing to review, or the findings are not the ones that were shown.
    """
    require_role(ctx, Role.PRESCRIBER)
    if not reason.strip():
        raise InputRefused("The reason is missing.", "Say why the course may go on.", "reason")
    with transaction.atomic():
        lock_head(ctx, course.patient_id)
        if already_done(ctx, key):
            return
        found = open_findings(course)
        if not found:
            raise InputRefused("Nothing waits for a review.", "Go back to the plan.")
        if {one.event for one in found} != set(seen_findings):
            raise InputRefused("Something else is known now than what was shown.", "Look at it, then sign.")
        events, shown = tuple(one.event for one in found), tuple(one.what for one in found)
        review = CourseReviewed(course.id, events, shown, reason.strip())
        append_chart(ctx, course.patient_id, Entry(review), key=key, seen=seen)
