"""Older payloads of session events, lifted one version at a time to the shape of today.

When a payload's fields change, its ``VERSION`` grows by one and a step is added here; a step stays for ever.
"""

from __future__ import annotations

from typing import Any

from ataraxy.core.record.read import Lifts


def _as_it_was(payload: dict[str, Any]) -> dict[str, Any]:
    """Only optional fields came: an older text says nothing about them."""
    return payload


def _pump_read(payload: dict[str, Any]) -> dict[str, Any]:
    """Hazard: a record was signed over the mg of its day; a later rule would change them under the signature."""
    return {**payload, "counts": False}


LIFTS: Lifts = {
    ("DoseStarted", 1): _as_it_was,
    ("DoseStarted", 2): _as_it_was,
    ("DoseStarted", 3): _as_it_was,
    ("DoseStarted", 4): _as_it_was,
    ("CheckRecorded", 1): _as_it_was,
    ("CheckRecorded", 2): _as_it_was,
    ("SideEffectReported", 1): _as_it_was,
    ("SideEffectResolved", 1): _as_it_was,
    ("BolusGiven", 1): _as_it_was,
    ("PumpRead", 1): _pump_read,
    ("EventRetracted", 1): _as_it_was,
    ("SessionEnded", 1): _as_it_was,
}
