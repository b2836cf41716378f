"""Which session comes next, between which dates, at which dose: a proposal, the prescriber decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ataraxy.core.protocol.types import Course, CourseRule, Disorder, Protocol


@dataclass(frozen=True, slots=True)
class NextSession:
    """``latest`` is None for the first session. ``room`` False: no date keeps spacing and course length."""

    number: int
    mg_per_kg: Decimal
    earliest: date
    latest: date | None
    room: bool
    steps_up: bool  # its dose is above the one before
    rules: tuple[CourseRule, ...]  # what to weigh first, by the protocol

    def allows(self, day: date) -> bool:
        return day >= self.earliest and (self.latest is None or day <= self.latest)


def next_session(
    protocol: Protocol, disorder: Disorder, given: Sequence[date], today: date
) -> NextSession | None:
    """The session after those ``given`` (local dates of doses, any order); None when the course is complete.

    Raises:
        ValueError: the protocol does not treat this disorder.
    """
    indication = protocol.indication(disorder)
    if indication is None:
        raise ValueError(f"{protocol.id} has no course for {disorder.value}")
    course, done = indication.course, sorted(given)
    if len(done) >= course.sessions:
        return None
    doses = course.doses_mg_per_kg
    steps_up = bool(done) and doses[len(done)] > doses[len(done) - 1]
    earliest, latest = _window(course, done, today)
    return NextSession(
        number=len(done) + 1,
        mg_per_kg=doses[len(done)],
        earliest=earliest,
        latest=latest,
        room=latest is None or earliest <= latest,
        steps_up=steps_up,
        rules=tuple(r for r in protocol.course_rules if _weighed(r, disorder, steps_up)),
    )


def _window(course: Course, done: Sequence[date], today: date) -> tuple[date, date | None]:
    """Spacing from the last dose, cut off where the whole course must be over."""
    if not done:
        return today, None
    earliest = done[-1] + timedelta(days=course.least_days_apart)
    latest = done[-1] + timedelta(days=course.most_days_apart)
    return earliest, min(latest, done[0] + timedelta(days=course.within_days))


def _weighed(rule: CourseRule, disorder: Disorder, steps_up: bool) -> bool:
    applies = not rule.disorders or disorder in rule.disorders
    return applies and (rule.kind != "step-up" or steps_up)
