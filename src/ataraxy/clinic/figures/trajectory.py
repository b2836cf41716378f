"""A patient's scores over the days, with the doses that came between and the thresholds that count.

Where check-ins are missing for longer than two intervals no line is drawn: a line would be a claim about days
nobody asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from ataraxy.clinic.figures.svg import Svg, document, line, num, path, rect, spread, tag, text
from ataraxy.clinic.figures.types import Band, ScorePoint, Table, Trajectory

TOP, HEIGHT, BOTTOM_ROOM = 58.0, 250.0, 66.0
DAY_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
LEAST_LABEL_WIDTH = 50.0
LEAST_DAYS = 7.0


def draw(t: Trajectory) -> Svg:
    """The picture. The same trajectory gives the same bytes."""
    left, right = 44.0, t.width - (118.0 if t.thresholds or t.bands else 24.0)
    first, last = day_range(t)
    lowest, highest = float(t.lowest), float(t.highest)

    def x(day: float) -> float:
        return left + (right - left) * (day - first) / (last - first)

    def y(score: float) -> float:
        return TOP + HEIGHT * (highest - score) / (highest - lowest)

    better = "lower is better" if t.lower_is_better else "higher is better"
    parts = [
        text(left - 34, 18, f"{t.scale}, {num(t.lowest)} to {num(t.highest)} ({better})", "text", 13),
        *_bands(t, left, right, y),
        *_days(first, last, x),
        *_scores(t, left, right, y),
        *_names(t, left, right, y),
        *_doses(t, left, x),
        *_curve(t, x, y),
        *_missed(t, left, x),
        rect(left, TOP, right - left, HEIGHT, "frame"),
        text(right, TOP + HEIGHT + 58, "days from the first dose", "text-soft", 12, "end"),
    ]
    title = f"{t.scale} over time"
    size = (float(t.width), TOP + HEIGHT + BOTTOM_ROOM)
    return document(t.id, "fig-middle" if t.width > 480 else "fig-narrow", size, title, describe(t), parts)


def day_range(t: Trajectory) -> tuple[float, float]:
    """The days shown: everything there is, a week at least, with a little room at both ends."""
    days = [0.0, *(p.day for p in t.points), *(m.day for m in (*t.doses, *t.missed))]
    first, last = min(days), max(days)
    last = max(last, first + LEAST_DAYS)
    room = 0.03 * (last - first)
    return first - room, last + room


def runs(t: Trajectory) -> list[list[ScorePoint]]:
    """The points in stretches that may be joined by a line: no gap in one is longer than two intervals."""
    points = sorted(t.points, key=lambda p: p.day)
    stretches = [points[:1]] if points else []
    for before, after in pairwise(points):
        if after.day - before.day > 2 * t.interval_days:
            stretches.append([])
        stretches[-1].append(after)
    return stretches


def _bands(t: Trajectory, left: float, right: float, y: Callable[[float], float]) -> list[str]:
    drawn = [rect(left, TOP, right - left, HEIGHT, "plot")]
    for index, band in enumerate(t.bands):
        top, bottom = _edges(t, band, y)
        drawn.append(rect(left, top, right - left, bottom - top, "band-odd" if index % 2 else "band-even"))
    return drawn


def _edges(t: Trajectory, band: Band, y: Callable[[float], float]) -> tuple[float, float]:
    """Top and bottom of a band; whole-number bands meet half-way between their scores."""
    top = max(y(min(float(band.highest) + 0.5, float(t.highest))), TOP)
    return top, min(y(max(float(band.lowest) - 0.5, float(t.lowest))), TOP + HEIGHT)


def _days(first: float, last: float, x: Callable[[float], float]) -> list[str]:
    width = x(last) - x(first)
    step = next((s for s in DAY_STEPS if s * width / (last - first) >= LEAST_LABEL_WIDTH), DAY_STEPS[-1])
    days = [d for d in range(int(first // step) * step, int(last) + 1, step) if first <= d <= last]
    drawn: list[str] = []
    for day in days:
        drawn.append(line(x(day), TOP, x(day), TOP + HEIGHT, "grid"))
        drawn.append(text(x(day), TOP + HEIGHT + 38, num(day), "text-soft", 12, "middle"))
    return drawn


def _scores(t: Trajectory, left: float, right: float, y: Callable[[float], float]) -> list[str]:
    span = float(t.highest) - float(t.lowest)
    step = next((s for s in (1, 2, 5, 10, 20, 50) if span / s <= 6), 100)
    drawn: list[str] = []
    value = float(t.lowest)
    while value <= float(t.highest):
        drawn.append(line(left, y(value), right, y(value), "grid"))
        drawn.append(text(left - 8, y(value) + 4, num(value), "text-soft", 12, "end"))
        value += step
    return drawn


def _names(t: Trajectory, left: float, right: float, y: Callable[[float], float]) -> list[str]:
    """Bands and thresholds named at the right, moved apart; a threshold is a line led to its name."""
    entries = [(sum(_edges(t, band, y)) / 2, band.label, False) for band in t.bands]
    entries += [(y(float(threshold.value)), threshold.words, True) for threshold in t.thresholds]
    entries.sort()
    places = spread([level for level, *_ in entries], 15.0, TOP, TOP + HEIGHT)
    drawn: list[str] = []
    for (level, words, is_line), place in zip(entries, places, strict=True):
        if is_line:
            drawn.append(line(left, level, right, level, "threshold"))
            drawn.append(path([(right, level), (right + 5, level), (right + 10, place)], "missed"))
        drawn.append(text(right + 14, place + 4, words, "text-strong" if is_line else "text-soft", 12))
    return drawn


def _doses(t: Trajectory, left: float, x: Callable[[float], float]) -> list[str]:
    drawn = [text(left - 34, TOP - 10, "dose", "text-dose", 12)] if t.doses else []
    for dose in t.doses:
        at = x(dose.day)
        drawn.append(line(at, TOP, at, TOP + HEIGHT, "dose-line"))
        mark = path([(at - 5, TOP - 20), (at + 5, TOP - 20), (at, TOP - 6)], "dose", closed=True)
        drawn.append(mark)
    return drawn


def _curve(t: Trajectory, x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    stretches = runs(t)
    drawn = [path([(x(p.day), y(float(p.score))) for p in run], "curve") for run in stretches if len(run) > 1]
    points = [p for run in stretches for p in run]
    labelled = float("-inf")
    for point in points:
        at, level = x(point.day), y(float(point.score))
        drawn.append(tag("circle", cls="point", cx=at, cy=level, r=5))
        if at - labelled >= 24 or point is points[-1]:
            above = level - 11 if level - 11 > TOP + 6 else level + 20
            drawn.append(text(at, above, num(point.score), "halo text-strong", 13, "middle"))
            labelled = at
    if not points:
        middle = TOP + HEIGHT / 2
        drawn.append(text(t.width / 2 - 30, middle, "No answer yet", "halo text-soft", 16, "middle"))
    return drawn


def _missed(t: Trajectory, left: float, x: Callable[[float], float]) -> list[str]:
    drawn: list[str] = []
    y = TOP + HEIGHT + 13
    for miss in t.missed:
        at = x(miss.day)
        drawn.append(
            tag("path", cls="missed", d=f"M{num(at - 4)} {num(y - 4)} l8 8 M{num(at + 4)} {num(y - 4)} l-8 8")
        )
    if t.missed:
        drawn.append(text(left - 34, y + 45, "× not answered", "text-soft", 12))
    return drawn


def describe(t: Trajectory) -> str:
    points = sorted(t.points, key=lambda p: p.day)
    if not points:
        return f"No {t.scale} score yet. {len(t.doses)} doses, {len(t.missed)} check-ins not answered."
    first, last = points[0], points[-1]
    return (
        f"{len(points)} scores. First {num(first.score)} ({first.when}), "
        f"last {num(last.score)} ({last.when}). "
        f"{len(t.doses)} doses, {len(t.missed)} check-ins not answered."
    )


def table(t: Trajectory) -> Table:
    """Scores, doses and unanswered check-ins in the order of days."""
    rows = [
        (p.day, (p.when, "Score", f"{num(p.score)} of {num(t.highest)}{_band_of(t, p)}")) for p in t.points
    ]
    rows += [(m.day, (m.words, "Dose", "")) for m in t.doses]
    rows += [(m.day, (m.words, "Check-in", "not answered")) for m in t.missed]
    rows.sort(key=lambda row: row[0])
    return Table(("Day", "When", "What", "Value"), tuple((num(day), *rest) for day, rest in rows))


def _band_of(t: Trajectory, point: ScorePoint) -> str:
    found = [b.label for b in t.bands if b.lowest <= point.score <= b.highest]
    return f", {found[0]}" if found else ""
