"""The pressures and the pulse: carets, dots, limits, baseline and the stretches without a reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from ataraxy.clinic.figures.svg import line, num, path, rect, spread, tag, text
from ataraxy.clinic.figures.time_axis import TimeAxis
from ataraxy.clinic.figures.types import FlowSheet, Level, Limit, Origin, Pressure, Trace

USUAL_LOWEST, USUAL_HIGHEST, GRID_STEP = 40, 200, 20
LETTERS = {Origin.LATE: "L", Origin.ARTEFACT: "A"}
BAND = 5  # mmHg or beats: how far a band reaches past a limit that has nothing stronger behind it
NAME_LINE = 17.0
PHONE = 400.0  # a plot no wider than this is a phone's
SHORT = {Trace.SYSTOLIC: "sys", Trace.DIASTOLIC: "dia", Trace.PULSE: "pulse"}


@dataclass(frozen=True, slots=True)
class Scale:
    """mmHg and beats a minute share one scale, as on paper."""

    lowest: int
    highest: int
    top: float
    height: float

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def y(self, value: float) -> float:
        share = (value - self.lowest) / (self.highest - self.lowest)
        return self.bottom - self.height * min(max(share, 0.0), 1.0)


def scale_for(sheet: FlowSheet, top: float, height: float) -> Scale:
    """40 to 200 as usual, wider in steps of 20 when a value needs it: no value is ever cut off."""
    values = [float(s.value) for s in sheet.pulses] + [float(limit.value) for limit in sheet.limits]
    for band in sheet.predicted.bands if sheet.predicted else ():
        values += [*band.lower, *band.upper]
    for pressure in sheet.pressures:
        values += [float(pressure.systolic_mmhg), float(pressure.diastolic_mmhg)]
    low = min([USUAL_LOWEST, *values])
    high = max([USUAL_HIGHEST, *values])
    return Scale(int(low // GRID_STEP * GRID_STEP), int(-(-high // GRID_STEP) * GRID_STEP), top, height)


def plot(sheet: FlowSheet, axis: TimeAxis, scale: Scale, *, named: bool = True) -> list[str]:
    """Everything between the axes, in the order it is painted: ground, grid, limits, what was measured."""
    return [
        *_ground(sheet, axis, scale),
        *_predicted(sheet, axis, scale),
        *_beyond(sheet.limits, axis, scale),
        *axis.grid(scale.top, scale.bottom),
        *_levels(axis, scale),
        *(_margin(sheet, axis, scale) if named else _unnamed(sheet, axis, scale)),
        *_gaps(sheet, axis, scale),
        *(
            tag("circle", cls="pulse", cx=axis.x(s.at), cy=scale.y(float(s.value)), r=2.8)
            for s in sheet.pulses
            if axis.shows(s.at)
        ),
        *(
            mark
            for pressure in sheet.pressures
            if axis.shows(pressure.at)
            for mark in _caret(pressure, axis, scale)
        ),
        *_empty(sheet, axis, scale),
        rect(axis.left, scale.top, axis.width, scale.height, "frame"),
    ]


def _ground(sheet: FlowSheet, axis: TimeAxis, scale: Scale) -> list[str]:
    ground = [rect(axis.left, scale.top, axis.width, scale.height, "plot")]
    if sheet.now:
        x = axis.x(sheet.now)
        ground.append(rect(x, scale.top, axis.right - x, scale.height, "future"))
    return ground


def _predicted(sheet: FlowSheet, axis: TimeAxis, scale: Scale) -> list[str]:
    """Behind everything: the limits and what was measured lie over it. Hazard: read as a measurement."""
    if sheet.predicted is None:
        return []
    drawn: list[str] = []
    for band in sheet.predicted.bands:
        inside = [i for i, at in enumerate(sheet.predicted.at) if axis.starts <= at <= axis.ends]
        over = [(axis.x(sheet.predicted.at[i]), scale.y(band.upper[i])) for i in inside]
        under = [(axis.x(sheet.predicted.at[i]), scale.y(band.lower[i])) for i in reversed(inside)]
        if over:
            drawn.append(path([*over, *under], "predicted", closed=True))
    return drawn


def _beyond(limits: tuple[Limit, ...], axis: TimeAxis, scale: Scale) -> list[str]:
    """Shade where a value is past its limit: a high systolic one up to the next stronger limit, others a little way.

    A diastolic limit lies where systolic values are at home, so its band is narrow and never a whole field. A softer
    limit that lies past a stronger one (a large change from a high baseline) leaves the stronger one's colour there.
    """
    upper = sorted((x for x in limits if x.trace is Trace.SYSTOLIC and x.above), key=lambda x: float(x.value))
    tops = [scale.y(float(x.value)) for x in upper[1:]] + [scale.top]
    fields = [
        rect(
            axis.left,
            top,
            axis.width,
            scale.y(float(limit.value)) - top,
            f"beyond-{_strongest(upper, limit)}",
        )
        for limit, top in zip(upper, tops, strict=False)
    ]
    return fields + [_band(x, axis, scale) for x in limits if x not in upper]


def _strongest(limits: Iterable[Limit], at: Limit) -> Level:
    """The strongest of the limits that a value at this one has reached."""
    return max((x.level for x in limits if x.value <= at.value), key=tuple(Level).index)


def _band(limit: Limit, axis: TimeAxis, scale: Scale) -> str:
    value = float(limit.value)
    top = scale.y(value + BAND) if limit.above else scale.y(value)
    bottom = scale.y(value) if limit.above else scale.y(value - BAND)
    return rect(axis.left, top, axis.width, bottom - top, f"beyond-{limit.level}")


def _levels(axis: TimeAxis, scale: Scale) -> list[str]:
    drawn: list[str] = []
    for value in range(scale.lowest, scale.highest + 1, GRID_STEP):
        y = scale.y(value)
        drawn.append(line(axis.left, y, axis.right, y, "grid-major" if value % 40 == 0 else "grid"))
        drawn.append(text(axis.left - 10, y + 4, str(value), "text-soft", 12, "end"))
    drawn.append(text(axis.left - 44, scale.top + scale.height / 2 - 8, "mmHg", "text-soft", 11, "end"))
    drawn.append(text(axis.left - 44, scale.top + scale.height / 2 + 8, "/min", "text-pulse", 11, "end"))
    return drawn


def _margin(sheet: FlowSheet, axis: TimeAxis, scale: Scale) -> list[str]:
    """Limit and baseline lines, each named at the right; the names move apart, the lines do not."""
    entries = [(scale.y(value), words, cls, text_cls) for value, words, cls, text_cls in _lines(sheet)]
    places = spread([y for y, *_ in entries], 14.0, scale.top + 2, scale.bottom)
    drawn: list[str] = []
    for (y, words, cls, text_cls), place in zip(entries, places, strict=True):
        drawn.append(line(axis.left, y, axis.right, y, cls))
        drawn.append(path([(axis.right, y), (axis.right + 6, y), (axis.right + 12, place)], "missed"))
        drawn.append(text(axis.right + 16, place + 4, words, text_cls, 11))
    return drawn


def _unnamed(sheet: FlowSheet, axis: TimeAxis, scale: Scale) -> list[str]:
    """The same lines, whose names stand in the key below."""
    return [
        line(axis.left, scale.y(value), axis.right, scale.y(value), cls) for value, _, cls, _ in _lines(sheet)
    ]


def line_names(sheet: FlowSheet, left: float, width: float, top: float) -> tuple[list[str], float]:
    """A key of the limits and the baseline in two columns, the highest first, and its height."""
    drawn: list[str] = []
    entries = _lines(sheet)
    for i, (_, words, cls, text_cls) in enumerate(entries):
        x, y = left + i % 2 * width / 2, top + NAME_LINE * (i // 2)
        drawn += [line(x, y - 4, x + 16, y - 4, cls), text(x + 21, y, words, text_cls, 11)]
    return drawn, NAME_LINE * -(-len(entries) // 2)


def _lines(sheet: FlowSheet) -> list[tuple[float, str, str, str]]:
    """Every limit and the baseline, the highest first: value, name, class of the line, class of the name."""
    found = [(float(x.value), _limit_words(x), f"limit-{x.level}", f"text-{x.level}") for x in sheet.limits]
    if sheet.baseline:
        for short, value in (("sys", sheet.baseline.systolic_mmhg), ("dia", sheet.baseline.diastolic_mmhg)):
            found.append((float(value), f"baseline {short} {num(value)}", "baseline", "text-dose"))
    return sorted(found, key=lambda one: -one[0])


def _limit_words(limit: Limit) -> str:
    change = f" ({float(limit.change):+g})" if limit.change is not None else ""
    return f"{SHORT[limit.trace]} {limit.sign} {num(limit.value)} {limit.words}{change}"


def _caret(pressure: Pressure, axis: TimeAxis, scale: Scale) -> list[str]:
    """Systolic v above, diastolic ^ below, each with its point on the value, joined by a line."""
    x = axis.x(pressure.at)
    high, low = scale.y(float(pressure.systolic_mmhg)), scale.y(float(pressure.diastolic_mmhg))
    by_hand = {} if pressure.origin is Origin.MONITOR else {"stroke_dasharray": "2 2"}
    drawn = [
        line(x, high, x, low, "pressure-join", **by_hand),
        path([(x - 4.5, high - 7), (x, high), (x + 4.5, high - 7)], "pressure"),
        path([(x - 4.5, low + 7), (x, low), (x + 4.5, low + 7)], "pressure"),
    ]
    if pressure.origin in LETTERS:
        drawn.append(text(x, high - 11, LETTERS[pressure.origin], "halo text-strong", 10, "middle"))
    return drawn


def gaps(sheet: FlowSheet) -> list[tuple[datetime, datetime]]:
    """Stretches without a pressure that lasted too long, up to now or the end of the last one known."""
    if sheet.gap_after_min is None or not sheet.pressures:
        return []
    moments = sorted(p.at for p in sheet.pressures)
    if sheet.now:
        moments.append(max(sheet.now, moments[-1]))
    longest = timedelta(minutes=sheet.gap_after_min)
    return [(a, b) for a, b in pairwise(moments) if b - a > longest]


def _gaps(sheet: FlowSheet, axis: TimeAxis, scale: Scale) -> list[str]:
    drawn: list[str] = []
    for start, end in gaps(sheet):
        left, right, y = axis.x(start) + 6, axis.x(end) - 6, scale.bottom - 8
        if right <= left:
            continue  # over before this axis begins
        minutes = f"{(end - start) // timedelta(minutes=1)} min"
        words = f"{minutes} without a pressure" if axis.width > PHONE else f"{minutes} no cuff"
        drawn.append(
            tag("path", cls="gap", d=f"M{num(left)} {num(y - 5)} V{num(y)} H{num(right)} V{num(y - 5)}")
        )
        drawn.append(text((left + right) / 2, y - 8, words, "halo text-medium", 11, "middle"))
    return drawn


def _empty(sheet: FlowSheet, axis: TimeAxis, scale: Scale) -> list[str]:
    moments = [p.at for p in sheet.pressures] + [s.at for s in sheet.pulses]
    if any(axis.shows(at) for at in moments):
        return []
    words = "No pressure or pulse in this stretch" if moments else "No pressure or pulse recorded yet"
    x, y = axis.left + axis.width / 2, scale.top + scale.height / 2
    return [text(x, y, words, "halo text-soft", 16 if axis.width > PHONE else 12, "middle")]


def level_of(sheet: FlowSheet, pressure: Pressure) -> Level | None:
    """The strongest limit this pressure reaches, for the table."""
    values = {Trace.SYSTOLIC: pressure.systolic_mmhg, Trace.DIASTOLIC: pressure.diastolic_mmhg}
    reached = {x.level for x in sheet.limits if x.trace in values and x.holds(values[x.trace])}
    return max(reached, key=tuple(Level).index, default=None)
