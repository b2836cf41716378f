"""The session as an anaesthesia record: time left to right, doses above, pressures and pulse below.

Conventions of the paper record: a small box is 5 minutes, a large one 15; systolic and diastolic are facing
carets joined by a line, the pulse is a dot, events are numbered notes. Limits of the protocol and this
patient's own baseline are lines with their names. Times are shown in the clinic's zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap

from ataraxy.clinic.figures import flow_notes, flow_rows, flow_vitals
from ataraxy.clinic.figures.svg import Svg, document, line, num, rect, text
from ataraxy.clinic.figures.time_axis import TimeAxis, axis_for, latest_axis
from ataraxy.clinic.figures.types import FlowSheet, Level, Sample, Table

VITALS_HEIGHT = 280.0
PREDICTED_CHARACTERS = 120
CHARACTER = 6.6  # how wide one is in the words of a predicted band


@dataclass(frozen=True, slots=True)
class Layout:
    """The width of the picture and what is left free beside the plot."""

    width: float
    left: float
    right: float


WIDE, PHONE = Layout(1020.0, 124.0, 132.0), Layout(320.0, 92.0, 18.0)


def draw(sheet: FlowSheet, *, narrow: bool = False) -> Svg:
    """The picture. The same sheet gives the same bytes. ``narrow``: the newest part, for a phone, to the same scale.

    Hazard: on a phone the whole sheet scrolls sideways, and what is looked at is how it began.
    """
    at = PHONE if narrow else WIDE
    axis_of = latest_axis if narrow else axis_for
    axis = axis_of(sheet, at.left, at.width - at.left - at.right)
    dose_top = 46.0
    given_top = dose_top + flow_rows.DOSE_HEIGHT
    given = sheet.given_rows()
    rows_top = given_top + flow_rows.VALUE_HEIGHT * len(given)
    vitals_top = rows_top + flow_rows.VALUE_HEIGHT * len(sheet.rows) + 8
    scale = flow_vitals.scale_for(sheet, vitals_top, VITALS_HEIGHT)
    marks, marks_height = flow_notes.marks(sheet, axis, scale.bottom + 6)
    below = scale.bottom + 28 + marks_height
    key, key_height = _key(sheet, axis, at, below, narrow=narrow)
    edge = 0 if narrow else 20
    legend, legend_height = flow_notes.legend(sheet, axis, edge, at.width - 2 * edge, below + key_height)
    parts = [
        *axis.grid(dose_top, vitals_top),
        *flow_vitals.plot(sheet, axis, scale, named=not narrow),
        *flow_rows.dose_lines(sheet, axis, dose_top + 38, scale.bottom),
        *_now(sheet, axis, at.width, scale.bottom),
        *axis.clock_labels(sheet, 40.0),
        *(p for i, row in enumerate(sheet.rows) for p in flow_rows.value_row(row, axis, rows_top + 24 * i)),
        *flow_rows.dose_row(sheet, axis, dose_top),
        *(
            p
            for i, (label, found) in enumerate(given.items())
            for p in flow_rows.given_row(label, found, axis, given_top + 24 * i)
        ),
        *marks,
        *key,
        *legend,
    ]
    name, cls = (f"{sheet.id}-latest", "fig-narrow") if narrow else (sheet.id, "fig-wide")
    size = (at.width, below + key_height + 12 + legend_height)
    return document(name, cls, size, sheet.title, describe(sheet), parts)


def _key(
    sheet: FlowSheet, axis: TimeAxis, at: Layout, top: float, *, narrow: bool
) -> tuple[list[str], float]:
    """What marks, lines and the predicted band mean, and the height that takes."""
    baseline = sheet.baseline is not None
    if not narrow:
        left = at.left
        predicted = _predicted_lines(sheet, PREDICTED_CHARACTERS)
        drawn = flow_rows.symbols(top, left, baseline=baseline) + _predicted_key(predicted, left, top + 18)
        return drawn, 14 + 18 * len(predicted)
    drawn, y = [], top
    if axis.starts > min([sheet.starts, *(one.at for one in sheet.notes)]):
        drawn.append(
            text(0, y, f"From {sheet.clock(axis.starts)}. Earlier: in the table below.", "text-strong", 12)
        )
        y += 20
    names, height = flow_vitals.line_names(sheet, 0, at.width, y)
    y += height + 6
    drawn += names + flow_rows.symbols(y, 2, baseline=baseline, narrow=True)
    y += flow_rows.SYMBOL_LINE * (3 if baseline else 2)
    predicted = _predicted_lines(sheet, int((at.width - 30) / CHARACTER))
    drawn += _predicted_key(predicted, 0, y)
    return drawn, y + 17 * len(predicted) - top


def _now(sheet: FlowSheet, axis: TimeAxis, width: float, bottom: float) -> list[str]:
    if sheet.now is None:
        return []
    x = axis.x(sheet.now)
    flag = min(max(x - 36, axis.left - 36), width - 76)
    return [
        line(x, 22, x, bottom, "now"),
        rect(flag, 4, 72, 19, "now-flag", rx=4),
        text(flag + 36, 18, f"now {sheet.clock(sheet.now)}", "text-on-accent", 12, "middle"),
    ]


def _predicted_lines(sheet: FlowSheet, characters: int) -> list[str]:
    """The band says in the picture itself that nobody measured it."""
    if sheet.predicted is None:
        return []
    return wrap(f"predicted, not measured: {sheet.predicted.words}", characters)


def _predicted_key(lines: list[str], left: float, y: float) -> list[str]:
    key = [rect(left, y - 11, 24, 12, "predicted")] if lines else []
    return key + [text(left + 30, y + 17 * i, words, "text-soft", 12) for i, words in enumerate(lines)]


def describe(sheet: FlowSheet) -> str:
    """The picture in a sentence or two."""
    said = [f"From {sheet.clock(sheet.starts)} to {sheet.clock(sheet.now or sheet.ends)}."]
    said += [
        f"Dose: {x.words}, from {sheet.clock(x.starts)}{_until(sheet, x.ends)}." for x in sheet.infusions
    ]
    said += [f"Dose: {x.words}, at {sheet.clock(x.at)}." for x in sheet.injections]
    said += [f"Also given: {x.words}, at {sheet.clock(x.at)}." for x in sheet.given]
    if sheet.predicted is not None:
        said.append(f"Behind the measured values, a predicted band: {sheet.predicted.words}.")
    if sheet.pressures:
        highest = max(sheet.pressures, key=lambda p: float(p.systolic_mmhg))
        said.append(
            f"{len(sheet.pressures)} blood pressures, the highest {num(highest.systolic_mmhg)} over "
            f"{num(highest.diastolic_mmhg)} mmHg at {sheet.clock(highest.at)}."
        )
    else:
        said.append("No blood pressure recorded yet.")
    said += [
        f"{row.label}: lowest {num(_lowest(row.samples))} {row.unit}." for row in sheet.rows if row.samples
    ]
    return " ".join([*said, f"{len(sheet.notes)} notes."])


def _lowest(samples: tuple[Sample, ...]) -> float:
    return min(float(s.value) for s in samples)


def _until(sheet: FlowSheet, ends: datetime | None) -> str:
    return f" to {sheet.clock(ends)}" if ends else ", running"


def table(sheet: FlowSheet) -> Table:
    """Everything on the sheet in the order of time: when, what, how much, from where."""
    rows: list[tuple[datetime, tuple[str, str, str]]] = []
    for x in sheet.infusions:
        rows.append((x.starts, ("Dose started", x.words, "")))
        rows += [(p.starts, ("Dose paused", x.words, "")) for p in x.pauses]
        rows += [(p.ends, ("Dose resumed", x.words, "")) for p in x.pauses if p.ends and p.ends != x.ends]
        if x.ends:
            rows.append((x.ends, ("Dose stopped early" if x.stopped_early else "Dose finished", x.words, "")))
    rows += [(i.at, ("Dose given", i.words, "")) for i in sheet.injections]
    rows += [(x.at, ("Given", f"{x.row}: {x.words}", "")) for x in sheet.given]
    for p in sheet.pressures:
        level = flow_vitals.level_of(sheet, p)
        beyond = ", in the caution band" if level is Level.LOW else f", at the {level} limit" if level else ""
        pair = f"{num(p.systolic_mmhg)}/{num(p.diastolic_mmhg)} mmHg{beyond}"
        rows.append((p.at, ("Blood pressure", pair, p.origin.value)))
    rows += [(s.at, ("Pulse", f"{num(s.value)} /min", s.origin.value)) for s in sheet.pulses]
    for row in sheet.rows:
        rows += [
            (s.at, (row.label, f"{num(s.value)} {row.unit}".strip(), s.origin.value)) for s in row.samples
        ]
    rows += [(n.at, ("Note", n.words, n.by)) for n in sheet.notes]
    rows.sort(key=lambda row: row[0])
    return Table(("Time", "What", "Value", "From"), tuple((sheet.clock(at), *rest) for at, rest in rows))
