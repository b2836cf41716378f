"""What can be wrong with an entry in itself, whatever session it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.core.session.events import (
    DoseDecided,
    DoseStarted,
    EscortNamed,
    NoteWritten,
    OverrideSigned,
    SessionPayload,
    SideEffectReported,
    VitalRecorded,
)
from ataraxy.core.session.reading import impossible, impossible_together


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why this may not be written now, and what to do instead."""

    cause: str
    cure: str


def sound(payload: SessionPayload) -> Refusal | None:  # noqa: C901 (one case for each payload)
    """Why this entry cannot be taken as it stands, or None."""
    match payload:
        case VitalRecorded():
            return _readings(payload)
        case DoseStarted(mg=mg, weight_kg=weight_kg):
            if (weight_kg is None or payload.mg_per_kg is None) and not payload.already_in:
                return Refusal("No weight was measured.", "Weigh the patient first.")
            if mg <= 0 or (weight_kg is not None and weight_kg <= 0):
                return Refusal("A dose and a weight are above zero.", "Look at the dose arithmetic again.")
            if payload.already_in and payload.duration_min is not None:
                return Refusal("An infusion is not in at once.", "Start it, or stop it and say what is in.")
            if payload.sprays is not None and mg != payload.sprays * (payload.spray_mg or 0):
                return Refusal("The sprays do not add up to the dose.", "Look at the dose arithmetic again.")
        case EscortNamed(name, phone):
            if blank(name, phone):
                return Refusal("An escort needs a name and a telephone number.", "Enter both.")
        case DoseDecided(mg_per_kg=mg_per_kg) if mg_per_kg <= 0:
            return Refusal("A dose is above zero.", "Decide on a dose, or stop the course.")
        case (
            DoseDecided(reason=words)
            | OverrideSigned(reason=words)
            | NoteWritten(text=words)
            | SideEffectReported(effect=words)
        ):
            if blank(words):
                return Refusal("The words are missing.", "Say it in your own words.")
        case _:
            return None
    return None


def blank(*words: str) -> bool:
    """True when any of these has nothing in it."""
    return any(not word.strip() for word in words)


def _readings(payload: VitalRecorded) -> Refusal | None:
    if not payload.readings:
        return Refusal("There is no value.", "Enter at least one.")
    faults = [impossible_together(payload.readings), *map(impossible, payload.readings)]
    why = next((fault for fault in faults if fault is not None), None)
    return Refusal(f"This cannot be: {why}.", "Look again and enter what was measured.") if why else None
