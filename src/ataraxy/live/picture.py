"""What a screen shows of one session at one moment, as plain JSON values.

The event ``state``::

    {"now": ISO, "session": uuid, "seq": int, "phase": str,
     "values": [{"measure", "value": str | null, "unit", "at": ISO, "origin": "device" | "staff", "label",
                 "source": str, "freshness": "fresh" | "old" | "absent", "absent": str,
                 "level": "" | "medium" | "high"}],
     "due": [{"line", "text", "measures": [str], "due_at": ISO, "prompt": bool, "urgent": bool}],
     "next_action": {"kind", "text", "line", "due_at": ISO | null},
     "stance": {"kind": "proceed" | "hold" | "pause" | "stop", "reasons": [{"line", "text", "what"}]},
     "escalate": [{"line", "text", "what"}],
     "monitor": {"label", "heard_at": ISO, "clock_ahead_s": int} | null}

Times are UTC. ``now`` is the clinic's present moment: an age is ``now - at``, never the browser's clock (a demo
clinic's runs elsewhere). Every judgement is made here; a browser only draws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_never

from ataraxy.core.protocol.types import Measure, Protocol
from ataraxy.core.record.envelope import Origin
from ataraxy.core.session.believed import believed
from ataraxy.core.session.decide import decide
from ataraxy.core.session.freshness import Freshness, freshness
from ataraxy.core.session.state import SessionState, Value
from ataraxy.core.session.verdict import Decision, Hold, Pause, Proceed, Reason, Stance, Stop
from ataraxy.live.told import Told

LABELS: Mapping[Measure, str] = {
    Measure.SYSTOLIC: "Systolic pressure",
    Measure.DIASTOLIC: "Diastolic pressure",
    Measure.MEAN_PRESSURE: "Mean pressure",
    Measure.SPO2: "SpO\u2082",
    Measure.HEART_RATE_ECG: "Heart rate (ECG)",
    Measure.PULSE_OXIMETER: "Pulse (oximeter)",
    Measure.PULSE_CUFF: "Pulse (cuff)",
    Measure.RESPIRATORY_RATE: "Breathing",
    Measure.SEDATION: "Sedation (MOAA/S)",
    Measure.DISSOCIATION: "Dissociation (CADSS)",
    Measure.ANXIETY_NOW: "Anxiety right now",
    Measure.WEIGHT: "Weight",
    Measure.TEMPERATURE: "Temperature",
}


@dataclass(frozen=True, slots=True)
class Signal:
    """The monitor's last word: when it was heard (clinic's time) and how far its clock runs ahead."""

    label: str
    heard_at: datetime
    clock_ahead_s: int


def picture(
    session: str,
    protocol: Protocol,
    state: SessionState,
    told: Mapping[Measure, Told],
    signal: Signal | None,
    now: datetime,
) -> dict[str, Any]:
    """One session as a screen shows it: the record, and beside it what the monitor says this second."""
    state = believed(state, now)
    decision = decide(protocol, state, now)
    action = decision.next_action
    return {
        "session": session,
        "seq": state.last_seq,
        "phase": decision.phase.value,
        "values": _values(state, told, signal, _levels(decision), now),
        "due": [
            {
                "line": due.line,
                "text": due.text,
                "measures": [measure.value for measure in due.measures],
                "due_at": iso(due.due_at),
                "prompt": due.prompt,
                "urgent": due.urgent,
            }
            for due in decision.due
        ],
        "next_action": {
            "kind": action.kind.value,
            "text": action.text,
            "line": action.line,
            "due_at": iso(action.due_at) if action.due_at else None,
        },
        "stance": stance(decision.stance),
        "escalate": _reasons(decision.escalate),
        "monitor": {
            "label": signal.label,
            "heard_at": iso(signal.heard_at),
            "clock_ahead_s": signal.clock_ahead_s,
        }
        if signal
        else None,
    }


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stance(found: Stance) -> dict[str, Any]:
    match found:
        case Proceed():
            return {"kind": "proceed", "reasons": []}
        case Hold(reasons):
            return {"kind": "hold", "reasons": _reasons(reasons)}
        case Pause(reasons):
            return {"kind": "pause", "reasons": _reasons(reasons)}
        case Stop(reasons):
            return {"kind": "stop", "reasons": _reasons(reasons)}
    assert_never(found)


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    return [{"line": r.line, "text": r.text, "what": r.what} for r in reasons]


def _levels(decision: Decision) -> dict[Measure, str]:
    """How loud a value is to be drawn: one that asks to stop is high, one any other rule speaks of medium."""
    held = () if isinstance(decision.stance, Proceed) else decision.stance.reasons
    levels = {r.value.measure: "medium" for r in (*held, *decision.escalate) if r.value}
    if isinstance(decision.stance, Stop):
        levels |= {r.value.measure: "high" for r in held if r.value}
    return levels


def _values(
    state: SessionState,
    told: Mapping[Measure, Told],
    signal: Signal | None,
    levels: Mapping[Measure, str],
    now: datetime,
) -> list[dict[str, Any]]:
    """The newest of each measure, from the record or from the monitor, in the order of the measures."""
    shown = []
    for measure in Measure:
        charted, live, level = state.latest(measure), told.get(measure), levels.get(measure, "")
        if live is not None and (charted is None or live.at >= charted.at):
            shown.append(_live(measure, live, signal, level, now))
        elif charted is not None:
            shown.append(_charted(charted, signal, level, now))
    return shown


def _live(measure: Measure, told: Told, signal: Signal | None, level: str, now: datetime) -> dict[str, Any]:
    state = Freshness.ABSENT if told.absent else freshness(told.at, now, measure)
    return {
        "measure": measure.value,
        "value": None if told.value is None or state is Freshness.ABSENT else _number(told.value),
        "unit": measure.unit,
        "at": iso(told.at),
        "origin": Origin.DEVICE.value,
        "label": LABELS[measure],
        "source": signal.label if signal else "",
        "freshness": state.value,
        "absent": told.absent,
        "level": level,
    }


def _charted(value: Value, signal: Signal | None, level: str, now: datetime) -> dict[str, Any]:
    state = freshness(value.at, now, value.measure)
    typed = value.origin is not Origin.DEVICE
    return {
        "measure": value.measure.value,
        "value": None if state is Freshness.ABSENT else _number(value.value),
        "unit": value.unit,
        "at": iso(value.at),
        "origin": value.origin.value,
        "label": LABELS[value.measure],
        "source": "by hand" if typed else signal.label if signal else value.device,
        "freshness": state.value,
        "absent": "",
        "level": level,
    }


def _number(value: object) -> str:
    return f"{value:f}"
