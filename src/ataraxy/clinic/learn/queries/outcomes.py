"""What became of everybody who started, by disorder and protocol version: each count with its denominator.

Nobody is left out of a denominator because they did not answer: they are counted as missing, never as a no.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from ataraxy.catalog.library import instruments
from ataraxy.clinic.context import Context
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.follow.queries.curve import scores
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.plan.models import ActivatedProtocol, Course
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import Answer
from ataraxy.core.course.outcome import CohortOutcome, PatientOutcome, cohort_outcome
from ataraxy.core.course.trajectory import trajectory
from ataraxy.core.proportion import Proportion, wilson
from ataraxy.core.protocol.types import Disorder, Protocol
from ataraxy.core.scales.change import change
from ataraxy.core.scales.types import Instrument

COUNTED_UNTIL = timedelta(days=28)  # after the last dose: proposed by this project, said on the page
SILENT_AFTER = 2  # check-ins in a row that closed without an answer: proposed by this project


@dataclass(frozen=True, slots=True)
class Window:
    """One time of the calendar: of those asked whose time is over, who answered at least once."""

    words: str
    answered: Proportion


@dataclass(frozen=True, slots=True)
class Cohort:
    """Everybody with one disorder who started on one protocol version."""

    disorder: Disorder
    protocol_id: str
    version: str
    title: str
    scale: Instrument | None
    outcome: CohortOutcome
    silent: Proportion
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class _Person:
    course: Course
    chart: Chart
    check_ins: tuple[CheckIn, ...]


def cohorts(ctx: Context) -> list[Cohort]:
    """Every cohort of this clinic that has anybody in it, by disorder and version."""
    people = sorted(_people(ctx), key=lambda p: (p.course.disorder, p.course.protocol_id))
    groups = groupby(people, key=lambda p: (p.course.disorder, p.course.protocol_id))
    found = [(key, list(members)) for key, members in groups]
    versions = {row.id: row for row in ActivatedProtocol.objects.filter(clinic=ctx.clinic)}
    return [_cohort(ctx, Disorder(disorder), versions[row], group) for (disorder, row), group in found]


def _people(ctx: Context) -> list[_Person]:
    """Everybody who was given a first dose in a course."""
    courses = Course.objects.filter(clinic=ctx.clinic).order_by("started_at")
    rows = CheckIn.objects.filter(clinic=ctx.clinic).order_by("due_at").select_related("session")
    by_course: dict[UUID, list[CheckIn]] = {}
    for row in rows:
        by_course.setdefault(row.session.course_id, []).append(row)
    people = [_Person(c, chart_of(c.patient_id), tuple(by_course.get(c.id, ()))) for c in courses]
    return [p for p in people if _doses(p)]


def _doses(person: _Person) -> list[datetime]:
    return sorted(d.payload.started_at for d in person.chart.doses if d.payload.course == person.course.id)


def _cohort(ctx: Context, disorder: Disorder, row: ActivatedProtocol, people: Sequence[_Person]) -> Cohort:
    protocol = protocol_of(row)
    scale = outcome_scale(protocol, disorder)
    closed = [_closed(ctx, p) for p in people]
    asked = [one for one in closed if len(one) >= SILENT_AFTER]
    return Cohort(
        disorder=disorder,
        protocol_id=row.protocol_id,
        version=row.version,
        title=protocol.title,
        scale=scale,
        outcome=cohort_outcome([_outcome(p, scale) for p in people]),
        silent=wilson(sum(_fell_silent(one) for one in asked), len(asked)),
        windows=tuple(_windows(protocol, disorder, closed)),
    )


def outcome_scale(protocol: Protocol, disorder: Disorder) -> Instrument | None:
    """The scale the outcome is told by: the first in the protocol's calendar with a rule for reliable change."""
    asked = [s for line in protocol.check_ins if line.asks(disorder) for s in line.scales]
    indication = protocol.indication(disorder)
    first = [indication.severity.scale] if indication and indication.severity.scale in asked else []
    known = (instruments().get(scale) for scale in (*first, *asked))
    return next((one for one in known if one and one.response and one.reliable_change), None)


def _outcome(person: _Person, scale: Instrument | None) -> PatientOutcome:
    """By the last answer after the first dose and within 28 days of the last."""
    doses, stopped = _doses(person), person.course.stopped_at is not None
    silent = PatientOutcome(False, Answer.UNKNOWN, Answer.UNKNOWN, Answer.UNKNOWN, stopped)
    if scale is None:
        return silent
    counted = [s for s in scores(person.chart, scale.id) if s.at <= doses[-1] + COUNTED_UNTIL]
    course = trajectory(counted, doses, higher_is_worse=scale.higher_is_worse)
    if course.baseline is None or course.last is None:
        return silent
    found = change(scale, course.baseline.total, course.last.total)
    return PatientOutcome(True, found.response, found.remission, found.worse, stopped)


def _closed(ctx: Context, person: _Person) -> list[CheckIn]:
    """Check-ins that count: answered, or closed; those a later session replaced were never a silence."""
    return [
        c
        for c in person.check_ins
        if c.answered_at is not None or (c.superseded_by_id is None and c.closes_at <= ctx.now)
    ]


def _fell_silent(closed: Sequence[CheckIn]) -> bool:
    return all(row.answered_at is None for row in closed[-SILENT_AFTER:])


def _windows(protocol: Protocol, disorder: Disorder, people: Sequence[Sequence[CheckIn]]) -> Iterator[Window]:
    """Of those asked by a line of the calendar, who answered it at least once: people, not questionnaires.

    One person's answers hang together; counted one by one their interval would be too narrow.
    """
    for line in protocol.check_ins:
        mine = [[row for row in rows if row.line == line.id] for rows in people]
        asked = [rows for rows in mine if rows]
        if line.asks(disorder) and asked:
            answered = sum(any(row.answered_at is not None for row in rows) for rows in asked)
            yield Window(line.text, wilson(answered, len(asked)))
