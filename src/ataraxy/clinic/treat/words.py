"""What the session's pages say: measures, ages and events in the clinic's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from ataraxy.catalog.library import side_effects
from ataraxy.clinic.treat.actions.arrival import IDENTIFIERS
from ataraxy.clinic.treat.care_words import care_words
from ataraxy.clinic.treat.care_words import number as number
from ataraxy.core.protocol.types import Measure, Protocol, Route
from ataraxy.core.session.events import (
    CheckRecorded,
    DoseDecided,
    DoseFinished,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    EndReason,
    EscortNamed,
    EventRetracted,
    MonitorBound,
    MonitorUnbound,
    NoteWritten,
    OverrideSigned,
    PatientArrived,
    Reading,
    SessionEnded,
    SessionOpened,
    SessionPayload,
    SideEffectReported,
    SideEffectResolved,
    SprayGiven,
    VitalRecorded,
)
from ataraxy.core.session.screen import Answers
from ataraxy.core.session.state import SessionState
from ataraxy.core.session.verdict import Stage

MEASURES: Mapping[Measure, str] = {
    Measure.SYSTOLIC: "Systolic pressure",
    Measure.DIASTOLIC: "Diastolic pressure",
    Measure.MEAN_PRESSURE: "Mean pressure",
    Measure.SPO2: "SpO₂",
    Measure.HEART_RATE_ECG: "Heart rate (ECG)",
    Measure.PULSE_OXIMETER: "Pulse (oximeter)",
    Measure.PULSE_CUFF: "Pulse (cuff)",
    Measure.RESPIRATORY_RATE: "Breathing",
    Measure.SEDATION: "Sedation (MOAA/S)",
    Measure.DISSOCIATION: "Dissociation (CADSS)",
    Measure.ANXIETY_NOW: "Anxiety now",
    Measure.WEIGHT: "Weight",
    Measure.TEMPERATURE: "Temperature",
    Measure.NAUSEA: "Nausea",
    Measure.ORIENTATION: "Orientation",
}
UNIT_SHOWN = {"Cel": "°C", "score": ""}
OF: Mapping[Measure, str] = {
    Measure.SEDATION: "of 5",
    Measure.DISSOCIATION: "of 92",
    Measure.ANXIETY_NOW: "of 10",
    Measure.NAUSEA: "of 10",
    Measure.ORIENTATION: "of 3",
}
ENDINGS: Mapping[EndReason, str] = {
    EndReason.DISCHARGED: "Discharged home",
    EndReason.STOPPED: "Dose stopped early, then home",
    EndReason.CANCELLED: "Cancelled before any dose",
    EndReason.TRANSFERRED: "Transferred by ambulance",
    EndReason.LEFT_AGAINST_ADVICE: "Left against advice",
    EndReason.DIED: "Died",
}
STAGES: Mapping[Stage, str] = {
    Stage.BOOKED: "Booked",
    Stage.ARRIVAL: "Arrival",
    Stage.TIME_OUT: "Time-out",
    Stage.DOSING: "Dosing",
    Stage.PAUSED: "Paused",
    Stage.OBSERVATION: "Observation",
    Stage.READY: "Ready to go home",
    Stage.DISCHARGED: "Ended: discharged home",
    Stage.STOPPED: "Ended: dose stopped early, then home",
    Stage.CANCELLED: "Ended: cancelled before any dose",
    Stage.TRANSFERRED: "Ended: transferred by ambulance",
    Stage.LEFT_AGAINST_ADVICE: "Ended: left against advice",
    Stage.DIED: "Ended: died",
}


def unit(measure: Measure) -> str:
    """The unit as it is shown; a score says out of how many."""
    return OF.get(measure) or UNIT_SHOWN.get(measure.unit, measure.unit)


def measures_words(measures: Sequence[Measure]) -> str:
    """Measures inside a sentence: "blood pressure, SpO₂ and pulse (cuff)"."""
    names = [MEASURES[m] for m in measures if m is not Measure.DIASTOLIC or Measure.SYSTOLIC not in measures]
    if Measure.SYSTOLIC in measures and Measure.DIASTOLIC in measures:
        names[names.index(MEASURES[Measure.SYSTOLIC])] = "Blood pressure"
    inside = [n if n.startswith("SpO") else n[:1].lower() + n[1:] for n in names]
    return " and ".join(filter(None, (", ".join(inside[:-1]), inside[-1]))) if inside else ""


def first_capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def ago(age: timedelta) -> str:
    """How old something is: "now", "40 s ago", "3 min ago", "1 h 5 min ago", "2 days ago"."""
    seconds = int(age.total_seconds())
    return "now" if seconds < 5 else f"{spell(seconds)} ago"


def spell(seconds: int) -> str:
    """A length of time in its largest words."""
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 5400:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min"
    return f"{seconds // 86_400} days"


def until(left: timedelta) -> str:
    """A countdown on the screen: "in 1:40", "in 12 min", or "3 min late"."""
    seconds = int(left.total_seconds())
    if seconds < 0:
        return f"{spell(-seconds)} late"
    if seconds < 600:
        return f"in {seconds // 60}:{seconds % 60:02d}"
    return f"in {spell(seconds)}"


def reading_words(readings: tuple[Reading, ...]) -> str:
    """Values of one moment; a pressure as 128/81."""
    by = {r.measure: r for r in readings}
    parts: list[str] = []
    systolic, diastolic = by.get(Measure.SYSTOLIC), by.get(Measure.DIASTOLIC)
    if systolic and diastolic:
        parts.append(f"Blood pressure {number(systolic.value)}/{number(diastolic.value)} mmHg")
        by = {m: r for m, r in by.items() if m not in (Measure.SYSTOLIC, Measure.DIASTOLIC)}
    parts += [f"{MEASURES[m]} {number(r.value)} {unit(m)}".strip() for m, r in by.items()]
    return ", ".join(parts)


def effect_label(effect: str) -> str:
    known = side_effects().get(effect)
    return known.label if known else effect.capitalize()


def line_text(protocol: Protocol, line: str) -> str:
    """A line of the protocol in its own words."""
    lines = (*protocol.arrival, *protocol.discharge, *protocol.rules, *protocol.monitoring)
    return next((one.text for one in lines if one.id == line), line)


def event_words(  # noqa: C901 (one case for each payload)
    payload: SessionPayload, protocol: Protocol, labels: Mapping[str, str]
) -> str:
    """One event as one line of the record. ``labels``: what monitors are called here; else as on the wire."""
    match payload:
        case SessionOpened(number=nth, planned_mg_per_kg=planned):
            return f"Session {nth} booked, {planned} mg/kg planned"
        case PatientArrived():
            return "Arrived"
        case CheckRecorded(line, ok, note, answers=answers) if answers:
            said = screen_words(answers)
            triage = "not high" if ok else "HIGH"
            return f"{line_text(protocol, line).split(';')[0].rstrip('.')}: {said}, {triage}{_tail(note)}"
        case CheckRecorded(line, ok, note, identifiers):
            names = ", ".join(IDENTIFIERS.get(i, i).lower() for i in identifiers)
            answer = "yes" if ok else "no"
            return f"{line_text(protocol, line).rstrip('.')}: {answer}{_tail(names)}{_tail(note)}"
        case EscortNamed(name, phone, present):
            return f"Escort {name}, {phone}: {'is here' if present else 'will come'}"
        case MonitorBound(device):
            return f"{_monitor(device, labels)} speaks for this patient"
        case MonitorUnbound(device):
            return f"{_monitor(device, labels)} no longer speaks for this patient"
        case VitalRecorded(readings):
            return reading_words(readings)
        case OverrideSigned(line, reason):
            return f"Signed past “{line_text(protocol, line)}”: {reason}"
        case DoseDecided(mg_per_kg, reason):
            return f"Dose of this session decided: {mg_per_kg} mg/kg{_tail(reason)}"
        case DoseStarted():
            return f"Dose started: {dose_words(payload)}"
        case SprayGiven(nth, already_in, past):
            late = f"{'; it had gone in already' if already_in else ''}{_tail(past)}"
            return f"Spray {nth} is in{late}"
        case DosePaused(reason):
            return f"Dose paused{_tail(reason)}"
        case DoseResumed():
            return "Dose resumed"
        case DoseStopped(reason):
            return f"Dose stopped{_tail(reason)}"
        case DoseFinished():
            return "The whole dose is in"
        case SideEffectReported(effect, grade, note, action, serious):
            told = "; ".join(filter(None, (note, f"done: {action}" if action else "")))
            return f"{effect_label(effect)}, {grade.value}{', serious' if serious else ''}{_tail(told)}"
        case SideEffectResolved(outcome=outcome):
            return f"Side effect over{_tail(outcome)}"
        case NoteWritten(text):
            return text
        case EventRetracted(reason):
            moved = ", and moved to the session it belongs to" if payload.moved_to else ""
            return f"Taken back{moved}: {reason}"
        case SessionEnded(how, escort, note):
            with_whom = f", with {escort}" if escort else ""
            return f"{ENDINGS[how]}{with_whom}{_tail(note)}"
        case _:
            return care_words(payload)


def _monitor(device: str, labels: Mapping[str, str]) -> str:
    label = labels.get(device, device)
    return label if label.lower().startswith("monitor") else f"Monitor {label}"


ROUTES: Mapping[Route, str] = {
    Route.IV_INFUSION: "into a vein",
    Route.SUBCUTANEOUS: "under the skin",
    Route.INTRAMUSCULAR: "into a muscle",
    Route.NASAL: "into the nose",
}


def dose_words(dose: DoseStarted) -> str:
    over = f" over {dose.duration_min} min" if dose.duration_min else f", injected {ROUTES[dose.route]}"
    if dose.sprays is not None:
        over = f" in {dose.sprays} sprays of {dose.spray_mg} mg, the first is in"
    if dose.already_in:
        over += ", told when it was in already"
    return f"{dose.mg} mg{over} ({per_kg_words(dose)})"


def per_kg_words(dose: DoseStarted) -> str:
    """The dose per kg and the weight it was made from, or that nobody weighed the patient."""
    if dose.weight_kg is None:
        return "not weighed: dose and cap per kg not checked"
    return f"{dose.mg_per_kg} mg/kg at {number(dose.weight_kg)} kg"


def screen_words(answers: Answers) -> str:
    """What was said to a scale asked item by item, and what was not asked."""
    yes, no, unasked = (
        [str(n) for n, answer in enumerate(answers, 1) if answer == said] for said in (1, 0, None)
    )
    if yes:
        told = f"yes to item {', '.join(yes)}"
    else:
        told = f"no to item {', '.join(no)}" if unasked else f"no to all {len(answers)} items"
    return f"{told}; {', '.join(unasked)} not asked" if unasked else told


def counted_by(state: SessionState) -> str:
    """Where the mg of the planned dose come from."""
    dose = state.dose
    if dose is None or dose.is_injection:
        return "injected"
    if dose.is_sprayed:
        return "as each spray was confirmed"
    return "as the pump counts" if state.pump_counts else "estimated from rate and running time"


def mg_words(state: SessionState, mg: Decimal) -> str:
    """The mg as they are known: an estimate to a tenth, everything else as it was told."""
    return f"{mg:.1f}" if state.is_estimate else number(mg)


def _tail(words: str) -> str:
    return f" ({words})" if words else ""
