"""How an effect comes and goes: every study's effects by hour, pools in windows of time, and a curve where studies suffice.

A study measured several times has the same people in all of them: in a window it counts once, and the curve takes its
effects as correlated (by an assumed correlation, told) with errors that forgive a wrong assumption (CR2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.dose_curve import Curve, Shape
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.hours import WINDOWS, Window
from ataraxy.core.evidence.mixed import Components, Correlated, components
from ataraxy.core.evidence.nested import STUDIES, three_level
from ataraxy.core.evidence.pool import Pool, pool
from ataraxy.core.evidence.pool_many import Inference
from ataraxy.core.evidence.robust import Robust, robust
from ataraxy.core.evidence.series import IntArray, effects

HOURS = 4  # different hours that a curve with one bend needs
ASSUMED_CORRELATION = 0.5  # of one study's effects at two hours; proposed, and told with every curve
KNOTS = (0.1, 0.5, 0.9)  # quantiles of the logarithm of the hours


@dataclass(frozen=True, slots=True)
class AtHour:
    """One study's effect at one hour after the dose, on the scale of analysis."""

    study: str
    hour: float
    effect: float
    variance: float


@dataclass(frozen=True, slots=True)
class InWindow:
    """A window of time: each study's effect nearest to the hour asked for, and their pool."""

    window: Window
    points: tuple[AtHour, ...]
    result: Pool | TooFew


@dataclass(frozen=True, slots=True, eq=False)
class TimeCurve:
    """A smooth curve over log(1 + hour) through all studies, between the first and the last hour measured."""

    studies: int
    effects: int
    first_hour: float
    last_hour: float
    knot_hours: tuple[float, ...]
    between_studies: float
    within_studies: float
    assumed_correlation: float
    few: bool
    converged: bool
    _curve: Curve
    _problem: Correlated
    _found: Components
    _group: IntArray
    _level: float

    def expect(self, hour: float) -> Robust:
        """The average study's effect at an hour, with its cluster-robust error.

        Raises:
            ValueError: an hour before the first or after the last that was measured.
        """
        if not self.first_hour <= hour <= self.last_hour:
            raise ValueError(
                f"Effects were measured from {self.first_hour:g} to {self.last_hour:g} h: ask for those."
            )
        fit = self._found.fit
        row = np.column_stack([np.ones(1), self._curve.at([float(np.log1p(hour))])])
        x, y = self._problem.x, self._problem.y
        residual = y - x @ fit.beta
        return robust(x, fit.inverse(self._problem), residual, self._group, fit.beta, self._level, row)[0]


@dataclass(frozen=True, slots=True, eq=False)
class TimeCourse:
    """All effects in order of time, pools by window, and the curve or why there is none."""

    points: tuple[AtHour, ...]
    windows: tuple[InWindow, ...]
    curve: TimeCurve | TooFew


def time_course(
    points: Sequence[AtHour],
    windows: Sequence[Window] = WINDOWS,
    method: Method = Method.REML,
    inference: Inference | None = None,
    level: float = 0.95,
    assumed_correlation: float = ASSUMED_CORRELATION,
    with_few: bool = False,
) -> TimeCourse:
    """How an effect comes and goes across studies.

    Args:
        points: any number a study, one at an hour.
        windows: pooled one by one; those in which nobody measured are left out.
        with_few: draw the curve from fewer than five studies; it says that they are few.

    Raises:
        ValueError: an hour below zero, one study twice at one hour, a correlation not from 0 to below 1.
    """
    if any(not 0 <= one.hour < np.inf for one in points):
        raise ValueError("An effect before the dose is no effect of it: give hours from 0 on.")
    if len({(one.study, one.hour) for one in points}) < len(points):
        raise ValueError("A study has two effects at one hour: choose one instrument for the course.")
    if not 0 <= assumed_correlation < 1:
        raise ValueError(
            f"The assumed correlation lies from 0 to below 1, and {assumed_correlation} does not."
        )
    ordered = tuple(sorted(points, key=lambda one: (one.hour, one.study)))
    pooled = tuple(
        _in_window(window, ordered, method, inference, level)
        for window in windows
        if any(_holds(window, one) for one in ordered)
    )
    return TimeCourse(ordered, pooled, _curve(ordered, assumed_correlation, level, with_few))


def _holds(window: Window, point: AtHour) -> bool:
    return float(window.from_hour) <= point.hour < float(window.to_hour)


def _in_window(
    window: Window, points: tuple[AtHour, ...], method: Method, inference: Inference | None, level: float
) -> InWindow:
    nearest: dict[str, AtHour] = {}
    for point in points:
        if _holds(window, point):
            other = nearest.get(point.study)
            if other is None or _away(window, point) < _away(window, other):
                nearest[point.study] = point
    chosen = tuple(nearest[study] for study in sorted(nearest))
    values, variances = [one.effect for one in chosen], [one.variance for one in chosen]
    return InWindow(window, chosen, pool(values, variances, method, inference, level=level))


def _away(window: Window, point: AtHour) -> float:
    return abs(point.hour - float(window.asked_hour))


def _curve(
    points: tuple[AtHour, ...], correlation: float, level: float, with_few: bool
) -> TimeCurve | TooFew:
    studies, group = np.unique([one.study for one in points], return_inverse=True)
    hours = np.unique([one.hour for one in points])
    least = 2 if with_few else STUDIES
    if len(studies) < least:
        return TooFew("A curve over time", least, len(studies))
    if len(hours) < HOURS:
        return TooFew("A curve over time", HOURS, len(hours), "different hours")
    y, v = effects([one.effect for one in points], [one.variance for one in points])
    knots = tuple(float(one) for one in np.quantile(np.log1p(hours), KNOTS))
    curve = Curve(Shape.SPLINE, knots)
    design = np.column_stack([np.ones(len(y)), curve.at(np.log1p([one.hour for one in points]))])
    shared = np.where(group[:, None] == group[None, :], correlation * np.sqrt(np.outer(v, v)), 0.0)
    np.fill_diagonal(shared, v)
    problem = three_level(y, v, design, group, shared)
    found = components(problem)
    return TimeCurve(
        studies=len(studies),
        effects=len(y),
        first_hour=float(hours[0]),
        last_hour=float(hours[-1]),
        knot_hours=tuple(float(np.expm1(one)) for one in knots),
        between_studies=float(found.theta[0]),
        within_studies=float(found.theta[1]) if len(found.theta) > 1 else 0.0,
        assumed_correlation=correlation,
        few=len(studies) < STUDIES,
        converged=found.converged,
        _curve=curve,
        _problem=problem,
        _found=found,
        _group=group,
        _level=level,
    )
