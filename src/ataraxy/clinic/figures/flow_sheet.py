"""The session as an anaesthesia record: time left to right, doses above, pressures and pulse below.

Conventions of the paper record: a small box is 5 minutes, a large one 15; systolic and diastolic are facing
carets joined by a line, the pulse is a dot, events are numbered notes. Limits of the protocol and this
patient's own baseline are lines with their names. Times are shown in the clinic's zone.
"""

from __future__ import annotations

from datetime import datetime
from textwrap import wrap

from ataraxy.clinic.figures import flow_notes, flow_rows, flow_vitals
from ataraxy.clinic.figures.svg import Svg, document, line, num, rect, text
from ataraxy.clinic.figures.time_axis import TimeAxis, axis_for
from ataraxy.clinic.figures.types import FlowSheet, Level, Sample, Table

WIDTH, LEFT, RIGHT = 1020.0, 124.0, 132.0
VITALS_HEIGHT = 280.0
PREDICTED_CHARACTERS = 120


def draw(sheet: FlowSheet) -> Svg:
    """The picture. The same sheet gives the same bytes."""
    axis = axis_for(sheet, LEFT, WIDTH - LEFT - RIGHT)
    dose_top = 46.0
    given_top = dose_top + flow_rows.DOSE_HEIGHT
    given = sheet.given_rows()
    rows_top = given_top + flow_rows.VALUE_HEIGHT * len(given)
    vitals_top = rows_top + flow_rows.VALUE_HEIGHT * len(sheet.rows) + 8
    scale = flow_vitals.scale_for(sheet, vitals_top, VITALS_HEIGHT)
    marks, marks_height = flow_notes.marks(sheet, axis, scale.bottom + 6)
    symbols_y = scale.bottom + 28 + marks_height
    predicted = _predicted_lines(sheet)
    legend_y = symbols_y + 14 + 18 * len(predicted)
    legend, legend_height = flow_notes.legend(sheet, 20, WIDTH - 40, legend_y)
    parts = [
        *axis.grid(dose_top, vitals_top),
        *flow_vitals.plot(sheet, axis, scale),
        *flow_rows.dose_lines(sheet, axis, dose_top + 38, scale.bottom),
        *_now(sheet, axis, scale.bottom),
        *axis.clock_labels(sheet, 40.0),
        *(p for i, row in enumerate(sheet.rows) for p in flow_rows.value_row(row, axis, rows_top + 24 * i)),
        *flow_rows.dose_row(sheet, axis, dose_top),
        *(
            p
            for i, (label, found) in enumerate(given.items())
            for p in flow_rows.given_row(label, found, axis, given_top + 24 * i)
        ),
        *marks,
        *flow_rows.symbols(symbols_y, LEFT, baseline=sheet.baseline is not None),
        *_predicted_key(predicted, symbols_y + 18),
        *legend,
    ]
    return document(
        sheet.id, "fig-wide", (WIDTH, legend_y + 12 + legend_height), sheet.title, describe(sheet), parts
    )


def _now(sheet: FlowSheet, axis: TimeAxis, bottom: float) -> list[str]:
    if sheet.now is None:
        return []
    x = axis.x(sheet.now)
    flag = min(max(x - 36, axis.left - 36), WIDTH - 76)
    return [
        line(x, 22, x, bottom, "now"),
        rect(flag, 4, 72, 19, "now-flag", rx=4),
        text(flag + 36, 18, f"now {sheet.clock(sheet.now)}", "text-on-accent", 12, "middle"),
    ]


def _predicted_lines(sheet: FlowSheet) -> list[str]:
    """The band says in the picture itself that nobody measured it."""
    if sheet.predicted is None:
        return []
    return wrap(f"predicted, not measured: {sheet.predicted.words}", PREDICTED_CHARACTERS)


def _predicted_key(lines: list[str], y: float) -> list[str]:
    key = [rect(LEFT, y - 11, 24, 12, "predicted")] if lines else []
    return key + [text(LEFT + 30, y + 17 * i, words, "text-soft", 12) for i, words in enumerate(lines)]


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
