"""Readings a gateway hands in as JSON, as the report a monitor would send, so that they go the same way into the record.

::

    {"id": "7c1e", "device": "cuff room 2", "sent_at": "2026-11-23T13:00:05Z", "patient": "", "demo": false,
     "readings": [{"measure": "systolic", "value": "128", "unit": "mmHg", "at": "2026-11-23T13:00:00Z"}]}

``id`` names the message: handed in again under the same id it is one. ``at`` may be left out for what is measured
without pause (it is then of ``sent_at``), never for a cuff: a cuff value without its own time is new each time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ataraxy.catalog.codes_table import load_codes, load_mdc
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.freshness import CONTINUOUS, CUFF
from ataraxy.interop.hl7v2.oru import ParsedOru, parse_oru
from ataraxy.interop.hl7v2.pcd01 import render_oru
from ataraxy.interop.hl7v2.value import ResultStatus, TimeFrom, WireValue

SENDER = "GATEWAY-"  # what the name of every gateway begins with, and no monitor's
MOST_READINGS = 50
LONGEST_NAME = 60
KEYS = frozenset({"id", "device", "sent_at", "patient", "demo", "readings"})
READING_KEYS = frozenset({"measure", "value", "unit", "at", "not_available"})
HANDED = CONTINUOUS | CUFF | {Measure.TEMPERATURE, Measure.WEIGHT}


def read_handed_in(body: bytes, sender: str) -> ParsedOru:
    """A gateway's message as a report of ``sender``, judged by the same rules as every monitor's.

    Raises:
        InputRefused: cause and cure; the whole message is refused, and nothing of it is kept.
    """
    told = _mapping(_json(body), KEYS, "The message")
    sent_at = _moment(_text(told, "sent_at"), "sent_at")
    rows = told.get("readings")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_READINGS:
        raise InputRefused(
            "readings is no list of 1 to 50.", "Hand in at least one reading, at most 50.", "readings"
        )
    demo = told.get("demo", False)
    if not isinstance(demo, bool):
        raise InputRefused("demo is neither true nor false.", "Write true for simulated values.", "demo")
    draft = ParsedOru(
        control_id=_text(told, "id"),
        sent_at=sent_at,
        sending_application=(sender,),
        sending_facility=(_text(told, "device"),),
        processing_id="P",
        version="2.6",
        accept_ack="AL",
        application_ack="NE",
        patient_id=_text(told, "patient", may_be_empty=True),
        place="",
        values=tuple(_value(row, sent_at, demo=demo) for row in rows),
    )
    return parse_oru(render_oru(draft))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=str, parse_int=str, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InputRefused("The message is no JSON.", "Send one JSON object in UTF-8.") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _mapping(told: Any, keys: frozenset[str], what: str) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise InputRefused(f"{what} is no JSON object.", "Look at the reference for its shape.")
    unknown = sorted(set(told) - keys)
    if unknown:
        names = ", ".join(sorted(keys))
        raise InputRefused(
            f"{what} has a field nobody reads: {unknown[0][:40]!r}.", f"The fields are {names}."
        )
    return told


def _text(told: Mapping[str, Any], name: str, *, may_be_empty: bool = False) -> str:
    value = told.get(name, "")
    fits = isinstance(value, str) and len(value) <= LONGEST_NAME and value.isprintable()
    if not fits or not (value.strip() or may_be_empty):
        raise InputRefused(
            f"{name} is missing or no short text.", f"Write {name} in at most 60 characters.", name
        )
    return str(value).strip()


def _moment(text: str, name: str) -> datetime:
    """ISO 8601 with its zone. One without would be a guess, and a guess can make an old pressure new."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None or not 1971 <= at.year < 9999:
        raise InputRefused(f"{name} is no time with a zone.", "Write it like 2026-11-23T13:00:05Z.", name)
    return at


def _value(row: Any, sent_at: datetime, *, demo: bool) -> WireValue:
    told = _mapping(row, READING_KEYS, "A reading")
    measure = _measure(_text(told, "measure"))
    absent = told.get("not_available", False)
    if not isinstance(absent, bool):
        raise InputRefused("not_available is neither true nor false.", "Write true, and leave value out.")
    number = None if absent else _number(told.get("value"))
    at = _moment(_text(told, "at"), "at") if "at" in told else None
    if at is None and measure in CUFF:
        raise InputRefused(
            "A cuff value has no time of its own.", "Write when the cuff measured it, as at.", "at"
        )
    code = load_mdc().for_measure(measure)
    unit = _text(told, "unit")
    return WireValue(
        code=code.number,
        ref_id=code.ref_id,
        raw_code=f"{code.number}^{code.ref_id}^MDC",
        raw_value="" if number is None else f"{number:f}",
        raw_unit=_unit(unit),
        measure=measure,
        value=None,
        unit="",
        device_at=at or sent_at,
        time_from=TimeFrom.OBSERVATION,
        status=ResultStatus.UNAVAILABLE if number is None else ResultStatus.UNVERIFIED,
        not_available=None,
        flags=("DEMO",) if demo else (),
        aperiodic=measure in CUFF,
    )


def _measure(name: str) -> Measure:
    if name not in {measure.value for measure in HANDED}:
        names = ", ".join(sorted(measure.value for measure in HANDED))
        raise InputRefused(f"{name[:40]!r} is not measured by a device.", f"Write one of {names}.", "measure")
    return Measure(name)


def _number(value: Any) -> Decimal:
    """A number, or a text that is one. Floats are read as they are written, never through binary."""
    try:
        told = Decimal(value) if isinstance(value, str) and value.isascii() else None
    except InvalidOperation:
        told = None
    if told is None or not told.is_finite() or abs(told) >= 10**7 or abs(int(told.as_tuple().exponent)) > 6:
        raise InputRefused("value is no plain number.", 'Write it like 128 or "36.6".', "value")
    return told


def _unit(text: str) -> str:
    if text not in load_codes().units_by_text:
        known = ", ".join(sorted(load_codes().units_by_text))
        raise InputRefused(f"The unit {text[:20]!r} is not known.", f"Write one of {known}.", "unit")
    return text
