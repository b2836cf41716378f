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
     "trouble": str,
     "monitor": {"label", "heard_at": ISO, "clock_ahead_s": int} | null}

Times are UTC. ``now`` is the clinic's present moment: an age is ``now - at``, never the browser's clock (a demo
clinic's runs elsewhere). Every judgement is made here; a browser only draws it. ``trouble`` is empty, or why the session
cannot be judged: then phase is "unknown", next_action's kind "trouble", and the stance holds.
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
from ataraxy.core.session.due import Heard
from ataraxy.core.session.freshness import Freshness, freshness
from ataraxy.core.session.state import SessionState, Value
from ataraxy.core.session.unjudged import CURE, WHAT
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
    Measure.NAUSEA: "Nausea",
    Measure.ORIENTATION: "Orientation",
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
    heard: Heard | None = None,
) -> dict[str, Any]:
    """One session as a screen shows it: the record, and beside it what the monitor says this second.

    All of it drawn anew; ``drawing`` gives the same, piece by piece.
    """
    state = believed(state, now)
    decision = decide(protocol, state, now, heard)
    shown = judged(session, state.last_seq, decision)
    return {
        **shown,
        "values": _values(state, told, signal, levels(decision), now),
        "monitor": monitor(signal),
    }


def judged(session: str, seq: int, decision: Decision) -> dict[str, Any]:
    """What the protocol says about it."""
    action = decision.next_action
    return {
        "session": session,
        "seq": seq,
        "phase": decision.phase.value,
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
        "trouble": "",
    }


def unjudged(session: str, seq: int) -> dict[str, Any]:
    """A session about which the protocol cannot be asked: nobody may take its silence for "all is well"."""
    return {
        "session": session,
        "seq": seq,
        "phase": "unknown",
        "due": [],
        "next_action": {"kind": "trouble", "text": CURE, "line": "", "due_at": None},
        "stance": {
            "kind": "hold",
            "reasons": [{"line": "", "text": WHAT, "what": CURE}],
        },
        "escalate": [],
        "trouble": WHAT,
    }


def monitor(signal: Signal | None) -> dict[str, Any] | None:
    """The link to the monitor."""
    if signal is None:
        return None
    return {
        "label": signal.label,
        "heard_at": iso(signal.heard_at),
        "clock_ahead_s": signal.clock_ahead_s,
    }


def iso(at: datetime) -> str:
    text = (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(timespec="milliseconds")
    return text[:-6] + "Z"


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


def levels(decision: Decision) -> dict[Measure, str]:
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
            found = Freshness.ABSENT if live.absent else freshness(live.at, now, measure)
            shown.append(live_tile(measure, live, signal, level, found))
        elif charted is not None:
            shown.append(charted_tile(charted, signal, level, charted_freshness(charted, now)))
    return shown


def charted_freshness(value: Value, now: datetime) -> Freshness:
    """How a charted value is to be shown: one read off and typed in keeps as long as a cuff pressure does."""
    return freshness(value.at, now, value.measure, by_hand=value.origin is not Origin.DEVICE)


def live_tile(
    measure: Measure, told: Told, signal: Signal | None, level: str, state: Freshness
) -> dict[str, Any]:
    """A value the monitor says, as fresh as ``state``."""
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


def charted_tile(value: Value, signal: Signal | None, level: str, state: Freshness) -> dict[str, Any]:
    """A value of the record, as fresh as ``state``."""
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
