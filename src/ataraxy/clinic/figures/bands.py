"""What a model predicts as a band over time: the middle of many virtual copies, and where nine in ten of them lie.

A prediction, never a measurement; measured values are drawn over it as filled dots. It feeds no pump.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from textwrap import wrap

from ataraxy.clinic.figures.svg import Svg, document, line, num, path, rect, spread, tag, text
from ataraxy.clinic.figures.types import Bands, Level, Strand, Table

WIDTH, NARROW, LEFT, RIGHT = 400.0, 320.0, 40.0, 12.0
DOSE_TOP, TOP, HEIGHT = 46.0, 66.0, 200.0
WORDS_WIDE = 72
STEPS = (0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 240)
VALUE_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
MOST_TICKS = 8
LABEL_GAP = 14.0
LOOKS = (("area", "curve"), ("area-second", "curve-second"))
Place = Callable[[float], float]


def draw(b: Bands, *, narrow: bool = False) -> Svg:
    """The picture; ``narrow``: for a phone, all hours in sight. The same values give the same bytes."""
    _refuse(b)
    width = NARROW if narrow else WIDTH
    right, bottom = width - RIGHT, TOP + HEIGHT
    highest = ceiling(b)

    def x(at: float) -> float:
        return LEFT + (right - LEFT) * min(max((at - b.starts) / (b.ends - b.starts), 0.0), 1.0)

    def y(value: float) -> float:
        share = (value - b.lowest) / (highest - b.lowest)
        return TOP + HEIGHT * (1.0 - min(max(share, 0.0), 1.0))

    words = told(b, narrow=narrow)
    parts = [
        text(10, 18, f"{b.title}, {b.unit}", "text-strong", 14),
        *_legend(b, narrow=narrow),
        rect(LEFT, TOP, right - LEFT, HEIGHT, "plot"),
        *_future(b, x),
        *_grid(b, highest, x, y),
        *(part for number, strand in enumerate(b.strands) for part in _strand(b, strand, number, x, y)),
        *_doses(b, x),
        *_limits(b, highest, y, width),
        *(tag("circle", cls="seen", cx=x(s.at), cy=y(s.value), r=3.5) for s in b.seen),
        rect(LEFT, TOP, right - LEFT, HEIGHT, "frame"),
        text((LEFT + right) / 2, bottom + 36, b.axis_words, "text-soft", 12, "middle"),
        *(text(10, bottom + 60 + 16 * i, part, "text-soft", 12) for i, part in enumerate(words)),
    ]
    size = (width, bottom + 60 + 16 * len(words))
    name, look = (f"{b.id}-narrow", "fig-narrow") if narrow else (b.id, "fig-small")
    return document(name, look, size, f"{b.title}: {b.model}", describe(b), parts)


def _refuse(b: Bands) -> None:
    for strand in b.strands:
        lengths = {len(strand.middle), *(len(edge) for edge in (strand.lower, strand.upper) if edge)}
        if lengths != {len(b.at)}:
            raise ValueError(f"{len(b.at)} times but {lengths} values of {strand.label}: give one for each.")
    if not b.ends > b.starts:
        raise ValueError("The picture ends before it starts: give a later end.")


def ceiling(b: Bands) -> float:
    """A round number above everything that is drawn, or what was asked for where that is higher."""
    highest = max(
        [b.highest, *(v for s in b.strands for v in (*s.middle, *s.upper)), *(s.value for s in b.seen)]
    )
    step = _step(highest - b.lowest, VALUE_STEPS, 5)
    whole = -(-round((highest - b.lowest) / step, 9) // 1)
    return b.lowest + step * max(whole, 1.0)


def _step(reach: float, steps: tuple[float, ...], most: int) -> float:
    return next((s for s in steps if reach / s <= most), reach / most or 1.0)


def _legend(b: Bands, *, narrow: bool) -> list[str]:
    drawn: list[str] = []
    at = 10.0
    for number, strand in enumerate(b.strands):
        drawn.append(line(at, 32, at + 22, 32, LOOKS[number % 2][1]))
        drawn.append(text(at + 28, 36, strand.label, "text-soft", 12))
        at += 44 + 5.6 * len(strand.label)
    if any(strand.lower for strand in b.strands):
        drawn.append(rect(at, 26, 18, 12, "area"))
        drawn.append(text(at + 24, 36, "90 %" if narrow else f"90 % of {b.of_whom}", "text-soft", 12))
        at += 60 if narrow else 118
    if b.seen:
        drawn.append(tag("circle", cls="seen", cx=at + 4, cy=32, r=3.5))
        drawn.append(text(at + 14, 36, "measured", "text-soft", 12))
    return drawn


def _future(b: Bands, x: Place) -> list[str]:
    if b.now is None:
        return []
    return [
        rect(x(b.now), TOP, x(b.ends) - x(b.now), HEIGHT, "future"),
        line(x(b.now), TOP, x(b.now), TOP + HEIGHT, "now"),
        text(x(b.now) + 5, TOP + HEIGHT - 6, "now", "halo text-soft", 12),
    ]


def _grid(b: Bands, highest: float, x: Place, y: Place) -> list[str]:
    drawn: list[str] = []
    for at in ticks(b):
        drawn.append(line(x(at), TOP, x(at), TOP + HEIGHT, "grid"))
        drawn.append(text(x(at), TOP + HEIGHT + 17, num(at), "text-soft", 12, "middle"))
    step = _step(highest - b.lowest, VALUE_STEPS, 5)
    for count in range(round((highest - b.lowest) / step) + 1):
        value = b.lowest + step * count
        drawn.append(line(LEFT, y(value), x(b.ends), y(value), "grid"))
        drawn.append(text(LEFT - 6, y(value) + 4, num(value), "text-soft", 12, "end"))
    return drawn


def ticks(b: Bands) -> list[float]:
    """The times that are written along the axis, and down the table."""
    step = _step(b.ends - b.starts, STEPS, MOST_TICKS)
    first = -(-b.starts // step)
    return [step * (first + i) for i in range(int((b.ends - step * first) / step + 1e-9) + 1)]


def _shown(b: Bands, values: tuple[float, ...]) -> list[tuple[float, float]]:
    return [(t, v) for t, v in zip(b.at, values, strict=True) if b.starts <= t <= b.ends]


def _strand(b: Bands, strand: Strand, number: int, x: Place, y: Place) -> list[str]:
    area, curve = LOOKS[number % 2]
    drawn: list[str] = []
    if strand.lower and strand.upper:
        there = [(x(t), y(v)) for t, v in _shown(b, strand.upper)]
        back = [(x(t), y(v)) for t, v in _shown(b, strand.lower)]
        drawn.append(path([*there, *reversed(back)], area, closed=True))
    return [*drawn, path([(x(t), y(v)) for t, v in _shown(b, strand.middle)], curve)]


def _doses(b: Bands, x: Place) -> list[str]:
    drawn: list[str] = []
    last = LEFT
    for dose in b.doses:
        start, end = x(dose.start_min), x(dose.end_min)
        if dose.end_min > dose.start_min:
            drawn.append(rect(start, DOSE_TOP, end - start, 10, "dose-bar-body"))
        else:
            tip = [(start - 5, DOSE_TOP), (start + 5, DOSE_TOP), (start, DOSE_TOP + 12)]
            drawn.append(path(tip, "dose", closed=True))
        last = max(last, end, start + 5)
    words = next((dose.words for dose in b.doses if dose.words), "")
    return [*drawn, text(last + 6, DOSE_TOP + 10, words, "text-dose", 12)] if words else drawn


def _limits(b: Bands, highest: float, y: Place, width: float) -> list[str]:
    """Each limit with its words, those of the second strand on the left; one above the picture is only told."""
    drawn: list[str] = []
    for second in (False, True):
        mine = [n for n in b.limits if n.of_second is second and b.lowest <= n.value <= highest]
        inside = sorted(mine, key=lambda n: -n.value)
        places = spread([y(n.value) - 4 for n in inside], LABEL_GAP, TOP + 10, TOP + HEIGHT)
        x, anchor = (LEFT + 4, "start") if second else (width - RIGHT - 4, "end")
        for limit, place in zip(inside, places, strict=True):
            name = "high" if limit.level is Level.HIGH else "medium"
            drawn.append(line(LEFT, y(limit.value), width - RIGHT, y(limit.value), f"limit-{name}"))
            drawn.append(text(x, place, limit.words, f"halo text-{name}", 12, anchor))
    return drawn


def extreme(b: Bands, strand: Strand) -> int:
    """The place, among the times shown, where the middle lies farthest from where it starts."""
    shown = [i for i, t in enumerate(b.at) if b.starts <= t <= b.ends]
    return max(shown, key=lambda i: abs(strand.middle[i] - strand.middle[shown[0]]))


def peak_words(b: Bands, strand: Strand) -> str:
    """ "251 (201 to 297) ng/mL at 40 min": the middle where it is farthest from its start, and the band there."""
    at = extreme(b, strand)
    band = f" ({_short(strand.lower[at])} to {_short(strand.upper[at])})" if strand.lower else ""
    return f"{_short(strand.middle[at])}{band} {b.unit} at {num(b.at[at])} {b.time_unit}"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}"


def told(b: Bands, *, narrow: bool = False) -> list[str]:
    """The lines under the picture: what it is, and whose."""
    peaks = "; ".join(f"{s.label} {peak_words(b, s)}" for s in b.strands)
    said = f"Predicted, not measured. {b.model}. {b.standing} Furthest from the start: {peaks}."
    return wrap(said, round(WORDS_WIDE * NARROW / WIDTH) - 6 if narrow else WORDS_WIDE)


def describe(b: Bands) -> str:
    doses = "; ".join(d.words for d in b.doses if d.words) or "no dose"
    limits = "; ".join(n.words for n in b.limits)
    drawn = f" Limits: {limits}." if limits else ""
    return f"{doses}. {' '.join(told(b))}{drawn}"


def table(b: Bands) -> Table:
    """The band at the times of the axis, read off between the computed points."""
    columns = [b.time_unit.capitalize()]
    for s in b.strands:
        columns += [f"{s.label}, {name}" for name in (("5 %", "middle", "95 %") if s.lower else ("middle",))]
    rows = []
    for at in ticks(b):
        cells = [num(at)]
        for s in b.strands:
            edges = (s.lower, s.middle, s.upper) if s.lower else (s.middle,)
            cells += [_short(_read(b.at, values, at)) for values in edges]
        rows.append(tuple(cells))
    return Table(tuple(columns), tuple(rows))


def _read(times: tuple[float, ...], values: tuple[float, ...], at: float) -> float:
    for (t0, v0), (t1, v1) in pairwise(zip(times, values, strict=True)):
        if t0 <= at <= t1 and t1 > t0:
            return v0 + (v1 - v0) * (at - t0) / (t1 - t0)
    return values[-1] if at > times[-1] else values[0]
