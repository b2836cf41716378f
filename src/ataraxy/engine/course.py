"""A protocol's whole course in a model and a crowd: every session, as close together as the protocol lets them be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.catalog.pk import for_adults
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.protocol_regimen import MIN_PER_DAY, course_regimen
from ataraxy.core.pharmacology.simulate import Tier
from ataraxy.core.protocol.types import Course, Disorder, Protocol
from ataraxy.engine.crowd import Crowd
from ataraxy.engine.lines import lines_of
from ataraxy.engine.plan import (
    BEFORE_MIN,
    LEAST_HOURS,
    MOST_HOURS,
    USUAL_EFFECTS,
    Planned,
    check_route,
)
from ataraxy.engine.work import FEW, Work, analytes_of, endpoints_of, figures_for

COURSE_EFFECTS = (*USUAL_EFFECTS, "anxiety")
AFTER_HOURS = 7 * 24.0  # followed after the last session, unless told
SESSION_MIN = 480.0  # from the start of a dose, in which the lines of a session hold
FINE_MIN, FINE_UNTIL_MIN, HOUR_MIN, HOURLY_UNTIL_MIN, COARSE_MIN = 5.0, 240.0, 60.0, 1440.0, 360.0


@dataclass(frozen=True, slots=True)
class PlannedCourse:
    """Which course was planned."""

    disorder: Disorder
    course: Course

    @property
    def words(self) -> str:
        """ "ptsd: 6 sessions, 2 days apart (trial; spacing proposed)"."""
        one = self.course
        if one.sessions == 1:
            return f"{self.disorder.value}: 1 session ({one.status.value})"
        return (
            f"{self.disorder.value}: {one.sessions} sessions, {one.least_days_apart} days apart "
            f"({one.status.value}; spacing {one.spacing_status.value})"
        )


def course_of(protocol: Protocol, name: str) -> PlannedCourse:
    """The course for a disorder.

    Raises:
        InputRefused: the protocol has none for it.
    """
    found = {i.disorder.value: i for i in protocol.indications}
    if name not in found:
        raise InputRefused(
            f"{protocol.id} has no course for {name[:40]!r}.",
            f"It has one for: {', '.join(found)}.",
            "course",
        )
    return PlannedCourse(found[name].disorder, found[name].course)


def course_times(starts: Sequence[float], end: float, until_min: float) -> tuple[float, ...]:
    """Minutes to look at: one before each dose, every 5 to four hours after it, every hour of that day, then every six."""
    at: list[np.ndarray] = []
    for start, following in zip(starts, [*starts[1:], until_min], strict=True):
        fine, hourly = (min(start + m, following) for m in (end + FINE_UNTIL_MIN, HOURLY_UNTIL_MIN))
        at += [
            np.array([start + BEFORE_MIN, start + end]),
            np.arange(start, fine, FINE_MIN),
            np.arange(fine, hourly, HOUR_MIN),
            np.arange(hourly, following, COARSE_MIN),
        ]
    every = np.unique(np.concatenate([*at, [until_min]]))
    return tuple(every[every <= until_min].tolist())


def plan_course(
    protocol: Protocol,
    chosen: PlannedCourse,
    model: PkModel,
    crowd: Crowd,
    effects: Sequence[EffectModel],
    *,
    count: int,
    seed: int,
    hours: float = AFTER_HOURS,
) -> Planned:
    """Every session of a course in a crowd.

    Args:
        hours: followed from the start of the last session.

    The lines of a session hold in each of them, for 8 hours; somebody crosses a line who crosses it in one session or
    more. The time until ready is left to one session alone.

    Raises:
        InputRefused: a model of children or of another route, people, hours or a seed out of range.
    """
    for_adults(model)
    given = course_regimen(protocol, chosen.course)
    check_route(model, given)
    starts, end = [dose.start_min for dose in given], given[-1].duration_min
    if not LEAST_HOURS <= hours <= MOST_HOURS or hours * 60 <= end:
        raise InputRefused(
            f"{hours:g} hours after the last session cannot be followed.",
            f"Give {LEAST_HOURS:g} to {MOST_HOURS:g} hours, beyond the end of the dose.",
            "hours",
        )
    until = starts[-1] + hours * 60
    apart = chosen.course.least_days_apart * MIN_PER_DAY if len(starts) > 1 else np.inf
    lines = lines_of(
        protocol,
        tuple(endpoints_of(effects)),
        end,
        min(SESSION_MIN, hours * 60, apart + 2 * BEFORE_MIN),
        starts,
    )
    work = Work(
        model=model,
        regimen=given,
        crowd=crowd,
        count=count,
        seed=seed,
        at_min=course_times(starts, end, until),
        effects=tuple(effects),
        curves=(*analytes_of(model), *endpoints_of(effects)),
        figures=figures_for(model, given, effects, stay=False),
        held=lines.held,
        tier=Tier.NUMPY if count <= FEW else Tier.NUMBA,
    )
    return Planned(protocol, work, lines, chosen.words)
