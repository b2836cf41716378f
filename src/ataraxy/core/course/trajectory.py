"""One scale over time beside the doses: the patient's own curve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Score:
    at: datetime
    total: Decimal


@dataclass(frozen=True, slots=True)
class Point:
    """``since_first_dose`` is negative before it, None without a dose; ``change`` is against baseline."""

    at: datetime
    total: Decimal
    since_first_dose: timedelta | None
    change: Decimal | None
    change_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Points and doses in order of time. ``best`` is the score nearest to health after the first dose."""

    points: tuple[Point, ...]
    doses: tuple[datetime, ...]
    baseline: Point | None
    best: Point | None
    last: Point | None


def trajectory(
    scores: Iterable[Score], doses: Iterable[datetime], *, higher_is_worse: bool = True
) -> Trajectory:
    """The course of one scale. Baseline is the last score before the first dose; without a dose, the last."""
    ordered, marks = sorted(scores, key=lambda s: s.at), tuple(sorted(doses))
    first = marks[0] if marks else None
    before = [s for s in ordered if first is None or s.at <= first]
    start = before[-1] if before else None
    points = tuple(_point(s, first, start) for s in ordered)
    after = [p for p in points if first is not None and p.at > first]
    worst_first = sorted(after, key=lambda p: -p.total if higher_is_worse else p.total)
    return Trajectory(
        points=points,
        doses=marks,
        baseline=_point(start, first, start) if start else None,
        best=worst_first[-1] if worst_first else None,
        last=after[-1] if after else None,
    )


def _point(score: Score, first_dose: datetime | None, baseline: Score | None) -> Point:
    change = score.total - baseline.total if baseline else None
    percent = change / baseline.total * 100 if baseline and change is not None and baseline.total else None
    since = score.at - first_dose if first_dose else None
    return Point(score.at, score.total, since, change, percent)
