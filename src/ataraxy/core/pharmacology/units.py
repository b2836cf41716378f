"""The units a parameter may be written in, and what each is in the engine's own: mg, L, minutes, ng/mL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """``dimension`` says what it measures; ``to_engine`` times the value gives the engine's unit."""

    dimension: str
    to_engine: float
    per_kg: bool = False


VOLUME, CLEARANCE, RATE, TIME = "volume", "clearance", "rate", "time"
FRACTION, CONCENTRATION, AMOUNT, AMOUNT_RATE, PLAIN = (
    "fraction",
    "concentration",
    "amount",
    "amount-rate",
    "plain",
)

KNOWN: dict[str, Unit] = {
    "L": Unit(VOLUME, 1.0),
    "L/kg": Unit(VOLUME, 1.0, per_kg=True),
    "mL": Unit(VOLUME, 1e-3),
    "L/min": Unit(CLEARANCE, 1.0),
    "L/h": Unit(CLEARANCE, 1 / 60),
    "mL/min/kg": Unit(CLEARANCE, 1e-3, per_kg=True),
    "L/min/kg": Unit(CLEARANCE, 1.0, per_kg=True),
    "1/min": Unit(RATE, 1.0),
    "1/h": Unit(RATE, 1 / 60),
    "1/d": Unit(RATE, 1 / 1440),
    "min": Unit(TIME, 1.0),
    "h": Unit(TIME, 60.0),
    "d": Unit(TIME, 1440.0),
    "fraction": Unit(FRACTION, 1.0),
    "percent": Unit(FRACTION, 0.01),
    "mg/L": Unit(CONCENTRATION, 1000.0),
    "ng/mL": Unit(CONCENTRATION, 1.0),
    "mg": Unit(AMOUNT, 1.0),
    "mg/min": Unit(AMOUNT_RATE, 1.0),
    "mg/h": Unit(AMOUNT_RATE, 1 / 60),
    "points": Unit(PLAIN, 1.0),
    "mmHg": Unit(PLAIN, 1.0),
    "beats/min": Unit(PLAIN, 1.0),
    "L/min (output)": Unit(PLAIN, 1.0),
    "ratio": Unit(PLAIN, 1.0),
    "mmHg per ng/mL": Unit(PLAIN, 1.0),
    "points per ng/mL": Unit(PLAIN, 1.0),
    "beats/min per ng/mL": Unit(PLAIN, 1.0),
    "fraction per ng/mL": Unit(PLAIN, 1.0),
}
