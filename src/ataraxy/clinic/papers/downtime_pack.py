"""Forms for the hours without the system: one for each patient of today, and blank ones.

They carry what the screens would have asked: the protocol's checks, its limits, when each value is due, and the numbers of
today's patients. What is written on them is typed in afterwards, marked as charted later from paper.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import Error as DatabaseError

from ataraxy.clinic.context import Context
from ataraxy.clinic.day.equipment import ITEMS
from ataraxy.clinic.paper import pdf
from ataraxy.clinic.papers import source
from ataraxy.clinic.people.queries.today import sessions_today
from ataraxy.clinic.plan.models import ActivatedProtocol, Session
from ataraxy.clinic.plan.queries import active_protocols, protocol_of
from ataraxy.clinic.treat.read import state_if_readable
from ataraxy.clinic.treat.words import MEASURES, ROUTES, number, unit
from ataraxy.core.protocol.types import (
    Comparison,
    DischargeKind,
    Limit,
    Measure,
    Monitoring,
    Phase,
    Protocol,
    RuleAction,
)
from ataraxy.core.session.agreed import spray_rest
from ataraxy.core.session.state import SessionState

log = logging.getLogger(__name__)

BLANKS = 1  # of each active protocol; a copier makes more
COLUMNS = (
    (Measure.SYSTOLIC, "BP"),
    (Measure.PULSE_CUFF, "Pulse"),
    (Measure.SPO2, "SpO₂ %"),
    (Measure.RESPIRATORY_RATE, "Breaths"),
    (Measure.SEDATION, "MOAA/S"),
    (Measure.DISSOCIATION, "CADSS"),
    (Measure.ANXIETY_NOW, "Anxiety"),
    (Measure.NAUSEA, "Nausea"),
    (Measure.ORIENTATION, "Orient."),
)
SIGNS = {
    Comparison.ABOVE: "above",
    Comparison.AT_LEAST: "at or above",
    Comparison.BELOW: "below",
    Comparison.AT_MOST: "at or below",
}
UNREADABLE = "its record cannot be read: ask the prescriber"
PROTOCOL_UNREADABLE = "its protocol cannot be read: give nothing by this sheet, ask the prescriber"
EVERY_MIN = 5  # rows where no protocol says when
SHORTEST_SHEET_MIN = 120  # rows on a protocol that names no shortest observation


@dataclass(frozen=True, slots=True)
class Sheet:
    """Whom one form is for; a blank one is for nobody yet."""

    protocol: Protocol | None  # None: its stored text cannot be read
    version: ActivatedProtocol
    session: Session | None = None
    state: SessionState | None = None  # None also where the session's record cannot be read


def downtime_pack(ctx: Context) -> bytes:
    """Today's patients in the order of their times, then a blank form of each active protocol."""
    return pdf(source("downtime_pack"), pack_values(ctx))


def pack_values(ctx: Context) -> dict[str, Any]:
    """Every form as words."""
    return {
        "clinic": ctx.clinic.name,
        "phone": ctx.clinic.phone,
        "day": f"{ctx.today:%A, %-d %B %Y}",
        "foot": f"Downtime pack, printed {ctx.today:%-d %b %Y, %H:%M}. Type it in afterwards; keep the paper.",
        "equipment": list(ITEMS.values()),
        "unreadable": [
            f"{v.protocol_id}, version {v.version}" for v in active_protocols(ctx) if _read(v) is None
        ],
        "sheets": [_form(ctx, number_, one) for number_, one in enumerate(_sheets(ctx), start=1)],
    }


def _sheets(ctx: Context) -> Iterable[Sheet]:
    rows = sessions_today(ctx).filter(ended="").select_related("course__protocol")
    for session in rows:
        version = session.course.protocol
        yield Sheet(_read(version), version, session, state_if_readable(session.id))
    for version in active_protocols(ctx):
        if (protocol := _read(version)) is not None:
            yield from [Sheet(protocol, version)] * BLANKS


def _read(version: ActivatedProtocol) -> Protocol | None:
    """Hazard: one stored text the program stumbles over takes everybody's paper with it."""
    try:
        return protocol_of(version)
    except DatabaseError:
        raise
    except Exception as error:
        log.error(
            "Protocol %s %s cannot be read: %s.", version.protocol_id, version.version, type(error).__name__
        )
        return None


def _form(ctx: Context, number_: int, sheet: Sheet) -> dict[str, Any]:
    protocol, named = (
        sheet.protocol,
        {"number": f"{ctx.today:%Y%m%d}-{number_}", "patient": _patient(ctx, sheet)},
    )
    if protocol is None:
        return named | _without(sheet)
    return named | {
        "protocol": f"{protocol.title}, version {protocol.version}",
        "dose": _dose(sheet, protocol),
        "sprays": _sprays(protocol),
        "pumped": protocol.dose.duration_min is not None,
        "arrival": [line.text for line in protocol.arrival],
        "limits": _limits(protocol),
        "columns": [words for measure, words in COLUMNS if _is_watched(protocol, measure)],
        "rows": _rows(protocol),
        "discharge": [line.text for line in protocol.discharge],
    }


def _without(sheet: Sheet) -> dict[str, Any]:
    """The form of a patient whose protocol cannot be read: no dose, no limit is made up; the values are still taken."""
    times = [
        {"minute": f"{m}", "due": [True] * len(COLUMNS)} for m in range(0, SHORTEST_SHEET_MIN + 1, EVERY_MIN)
    ]
    return {
        "protocol": f"{sheet.version.protocol_id}, version {sheet.version.version}: {PROTOCOL_UNREADABLE}",
        "dose": [["Planned", PROTOCOL_UNREADABLE]],
        "sprays": None,
        "pumped": True,
        "arrival": [],
        "limits": [],
        "columns": [words for _, words in COLUMNS],
        "rows": times,
        "discharge": [],
    }


def _patient(ctx: Context, sheet: Sheet) -> list[list[str]]:
    session, state = sheet.session, sheet.state
    if session is None:
        return [
            [name, ""] for name in ("Name", "Date of birth", "Record number", "Session", "Room", "Escort")
        ]
    patient = session.patient
    escort = f"{state.escort.name}, {state.escort.phone}" if state and state.escort else ""
    return [
        ["Name", patient.full_name],
        ["Date of birth", f"{patient.birth_date:%-d %B %Y}"],
        ["Record number", patient.record_number],
        ["Session", f"{session.number}, at {session.during.lower.astimezone(ctx.zone):%H:%M}"],
        ["Room", session.room.name],
        ["Escort", escort],
    ]


def _dose(sheet: Sheet, protocol: Protocol) -> list[list[str]]:
    dose = protocol.dose
    strength = f"{number(dose.infusion_mg_per_ml)} mg/mL in the pump" if dose.infusion_mg_per_ml else ""
    return [
        [
            "Drug",
            f"{protocol.drug.name} {protocol.drug.form}, stock {number(protocol.drug.stock_mg_per_ml)} mg/mL",
        ],
        ["Planned", _planned(sheet)],
        ["Way", f"{ROUTES[dose.route]}{_over(protocol)}"],
        ["Never more than", f"{number(dose.cap_mg)} mg, and {number(dose.cap_mg_per_kg)} mg/kg"],
        ["Made up as", strength],
    ]


def _over(protocol: Protocol) -> str:
    """How the dose goes in: over how long, spray by spray with its rest, or at once."""
    dose = protocol.dose
    if dose.spray_mg is not None:
        rest = f"{spray_rest(protocol).total_seconds() / 60:g} min between two"
        return f", sprays of {number(dose.spray_mg)} mg, at most {_most_sprays(protocol)}, {rest}"
    return f" over {dose.duration_min} min" if dose.duration_min else ", injected"


def _most_sprays(protocol: Protocol) -> int:
    """Whole sprays within the cap, whatever the weight."""
    dose = protocol.dose
    return int(dose.cap_mg // dose.spray_mg) if dose.spray_mg else 0


def _sprays(protocol: Protocol) -> dict[str, Any] | None:
    """What the paper asks of each spray; None where none is sprayed."""
    if protocol.dose.spray_mg is None:
        return None
    return {
        "each": f"{number(protocol.dose.spray_mg)} mg",
        "rest": f"{spray_rest(protocol).total_seconds() / 60:g} min",
        "numbers": [str(n) for n in range(1, _most_sprays(protocol) + 1)],
    }


def _planned(sheet: Sheet) -> str:
    if sheet.session is not None and sheet.state is None:
        return UNREADABLE
    mg = sheet.state.planned_mg_per_kg if sheet.state else None
    return f"{mg} mg/kg" if mg is not None else ""


def _limits(protocol: Protocol) -> list[list[str]]:
    """What the bedside does at which value: all that is done at one value on one line, mere cautions last."""
    done: dict[str, list[str]] = {}
    for rule in protocol.rules:
        words = "call the prescriber" if rule.action is RuleAction.ESCALATE else rule.action.value
        for value in _values(rule.limits, rule.changes):
            done.setdefault(value, []).append(words)
    for caution in protocol.cautions:
        for value in _values(caution.limits, caution.changes):
            done.setdefault(value, ["look, measure again"])
    return [[", ".join(dict.fromkeys(words)), value] for value, words in done.items()]


def _values(limits: Iterable[Limit], changes: Iterable[Limit]) -> Iterable[str]:
    """Each limit in words; a change is said as what it is since before the dose."""
    yield from (_value(limit) for limit in limits)
    yield from (f"{_value(limit)} more than before the dose" for limit in changes)


def _value(limit: Limit) -> str:
    sign, measured = SIGNS[limit.comparison], MEASURES[limit.measure]
    return f"{measured} {sign} {number(limit.value)} {unit(limit.measure)}".strip()


def _is_watched(protocol: Protocol, measure: Measure) -> bool:
    return any(measure in line.measures for line in protocol.monitoring)


def _rows(protocol: Protocol) -> list[dict[str, Any]]:
    """A row for each minute at which something is due; a cell is greyed where that value is not."""
    columns = [measure for measure, _ in COLUMNS if _is_watched(protocol, measure)]
    due: dict[int, set[Measure]] = {-5: set(columns), 0: set(columns)}
    for line in protocol.monitoring:
        for minute in _minutes(protocol, line):
            due.setdefault(minute, set()).update(line.measures)
    return [
        {"minute": "before" if m < 0 else f"{m}", "due": [c in due[m] for c in columns]}
        for m in sorted(due)
        if m <= 0 or any(c in due[m] for c in columns)
    ]


def _minutes(protocol: Protocol, line: Monitoring) -> Iterable[int]:
    if line.at_min:
        return line.at_min
    every, infusion = line.every_min or 15, protocol.dose.duration_min or 0
    if line.phase is Phase.DOSING:
        return range(every, infusion + 1, every)
    return range(infusion + every, _last_minute(protocol) + 1, every)


def _last_minute(protocol: Protocol) -> int:
    shortest = [d.at_least_min for d in protocol.discharge if d.kind is DischargeKind.MINIMUM_OBSERVATION]
    return max([m for m in shortest if m], default=SHORTEST_SHEET_MIN)
