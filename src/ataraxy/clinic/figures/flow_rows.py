"""The rows above the pressures: doses as bars, and values written box by box."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from ataraxy.clinic.figures.svg import line, num, path, rect, tag, text
from ataraxy.clinic.figures.time_axis import TimeAxis
from ataraxy.clinic.figures.types import DoseMark, FlowSheet, Infusion, Injection, Keep, Sample, ValueRow

DOSE_HEIGHT, VALUE_HEIGHT = 44.0, 24.0
SYMBOL_LINE = 17.0
BOX_STEPS_MIN = (5, 10, 15, 30, 60)


def dose_row(sheet: FlowSheet, axis: TimeAxis, top: float) -> list[str]:
    """Bars for infusions (hollow where paused), a wedge where one starts, a square where it stops."""
    drawn = [text(axis.left - 10, top + 31, "Dose", "text-strong", 13, "end")]
    until = sheet.now or axis.ends
    for infusion in sheet.infusions:
        drawn += _infusion(infusion, axis, top, until)
    for injection in (one for one in sheet.injections if axis.shows(one.at)):
        drawn += _injection(injection, axis, top)
    return drawn


def _infusion(infusion: Infusion, axis: TimeAxis, top: float, until: datetime) -> list[str]:
    y, height = top + 20, 16.0
    if infusion.ends and infusion.ends < axis.starts:
        return []
    start = axis.x(infusion.starts)
    end = axis.x(infusion.ends or max(until, infusion.starts))
    drawn = [rect(start, y, end - start, height, "dose-bar-body")]
    for pause in infusion.pauses:
        left, right = axis.x(pause.starts), axis.x(pause.ends or infusion.ends or max(until, pause.starts))
        drawn.append(rect(left, y, right - left, height, "pause"))
        if right - left >= 12:
            middle = (left + right) / 2
            drawn += [rect(middle - 4, y + 4, 2.5, 8, "dose"), rect(middle + 1.5, y + 4, 2.5, 8, "dose")]
    if axis.shows(infusion.starts):
        wedge = [(start, y - 2), (start + 10, y + height / 2), (start, y + height + 2)]
        drawn.append(path(wedge, "dose", closed=True))
    if infusion.ends:
        drawn.append(rect(end - 4, y + 3, 9, height - 6, "dose"))
    elif end - start > 16:
        drawn.append(text(end + 6, y + 13, "running", "text-soft", 11))
    state = ", stopped early" if infusion.stopped_early else ""
    drawn.append(text(start, top + 14, f"{infusion.words}{state}", "halo text-dose", 12))
    return drawn


def _injection(injection: Injection, axis: TimeAxis, top: float) -> list[str]:
    x = axis.x(injection.at)
    return [
        path([(x - 6, top + 20), (x + 6, top + 20), (x, top + 36)], "dose", closed=True),
        text(x - 6, top + 14, injection.words, "halo text-dose", 12),
    ]


def given_row(label: str, marks: list[DoseMark], axis: TimeAxis, top: float) -> list[str]:
    """What else was given, each at its time: a mark and its words, which step aside for the ones before."""
    drawn = [
        line(axis.left, top, axis.right, top, "grid-major"),
        text(axis.left - 10, top + 16, label, "text-strong", 12, "end"),
    ]
    free = axis.left
    for mark in (one for one in marks if axis.shows(one.at)):
        x = axis.x(mark.at)
        drawn.append(path([(x - 4, top + 6), (x + 4, top + 6), (x, top + 14)], "dose", closed=True))
        start = max(x + 7, free)
        drawn.append(text(start, top + 16, mark.words, "halo text-dose", 12))
        free = start + 7.0 * len(mark.words)
    return drawn


def dose_lines(sheet: FlowSheet, axis: TimeAxis, top: float, bottom: float) -> list[str]:
    """Where the dose began and ended, drawn down through the pressures."""
    moments = [i.at for i in sheet.injections] + [i.starts for i in sheet.infusions]
    moments += [i.ends for i in sheet.infusions if i.ends]
    return [line(axis.x(at), top, axis.x(at), bottom, "dose-line") for at in moments if axis.shows(at)]


def value_row(row: ValueRow, axis: TimeAxis, top: float) -> list[str]:
    """One written number a box of time; which one is kept is said at the left."""
    label = f"{row.label} {row.unit}".strip()
    drawn = [
        line(axis.left, top, axis.right, top, "grid-major"),
        text(axis.left - 10, top + 16, label, "text", 12, "end"),
    ]
    step = box_step(axis)
    for start, value in boxes(row, axis, step):
        x = axis.x(start) + axis.box_width(step) / 2
        if row.flagged(value):
            half = min(12.0, axis.box_width(step) / 2)
            drawn.append(rect(x - half, top + 3, 2 * half, VALUE_HEIGHT - 6, "flag-box", rx=3))
        drawn.append(
            text(
                x,
                top + 16,
                num(value),
                f"halo {'text-strong' if row.flagged(value) else 'text'}",
                12,
                "middle",
            )
        )
    return drawn


def box_step(axis: TimeAxis) -> timedelta:
    """The shortest box wide enough to write three figures in."""
    for minutes in BOX_STEPS_MIN:
        if axis.box_width(timedelta(minutes=minutes)) >= 21:
            return timedelta(minutes=minutes)
    return timedelta(minutes=BOX_STEPS_MIN[-1])


def boxes(row: ValueRow, axis: TimeAxis, step: timedelta) -> list[tuple[datetime, float]]:
    """The kept value of each box that has one."""
    inside: dict[int, list[Sample]] = defaultdict(list)
    for sample in sorted(row.samples, key=lambda s: s.at):
        if axis.shows(sample.at):
            inside[(sample.at - axis.starts) // step].append(sample)
    return [(axis.starts + step * index, _kept(row.keep, found)) for index, found in sorted(inside.items())]


def _kept(keep: Keep, samples: list[Sample]) -> float:
    values = [float(s.value) for s in samples]
    return {Keep.LOWEST: min(values), Keep.HIGHEST: max(values), Keep.LATEST: values[-1]}[keep]


def symbols(y: float, left: float, *, baseline: bool, narrow: bool = False) -> list[str]:
    """What the marks mean, in one line; on a phone in three."""
    drawn = [
        tag("path", cls="pressure", d=f"M{num(left)} {num(y - 9)} l5 7 l5 -7"),
        text(left + 16, y, "systolic", "text-soft", 12),
        tag("path", cls="pressure", d=f"M{num(left + 78)} {num(y - 1)} l5 -7 l5 7"),
        text(left + 94, y, "diastolic", "text-soft", 12),
        tag("circle", cls="pulse", cx=left + 162, cy=y - 4, r=3.5),
        text(left + 172, y, "pulse", "text-soft", 12),
    ]
    x, below = (left, y + SYMBOL_LINE) if narrow else (left + 222, y)
    drawn += [
        line(x, below - 10, x, below + 1, "pressure-join", stroke_dasharray="2 2"),
        text(x + 8, below, "typed by hand (L: later, A: artefact)", "text-soft", 12),
    ]
    if baseline:
        x, below = (left, y + 2 * SYMBOL_LINE) if narrow else (left + 438, y)
        drawn += [
            line(x, below - 4, x + 28, below - 4, "baseline"),
            text(x + 34, below, "this patient's baseline", "text-soft", 12),
        ]
    return drawn
