"""What is measured at the bedside, in which unit and phase, and the limits on it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Phase(StrEnum):
    """Where a session stands. ARRIVAL until the dose starts; OBSERVATION from its end until discharge."""

    ARRIVAL = "arrival"
    DOSING = "dosing"
    OBSERVATION = "observation"
    ENDED = "ended"


class Measure(StrEnum):
    """What is measured; pulse by ECG, by oximeter and by cuff stay three different things."""

    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    MEAN_PRESSURE = "mean-pressure"
    SPO2 = "spo2"
    HEART_RATE_ECG = "heart-rate-ecg"
    PULSE_OXIMETER = "pulse-oximeter"
    PULSE_CUFF = "pulse-cuff"
    RESPIRATORY_RATE = "respiratory-rate"
    SEDATION = "sedation"  # MOAA/S, 0 to 5
    DISSOCIATION = "dissociation"  # CADSS total, entered as a score
    ANXIETY_NOW = "anxiety-now"  # 0 to 10
    WEIGHT = "weight"
    TEMPERATURE = "temperature"
    NAUSEA = "nausea"  # 0 to 10
    ORIENTATION = "orientation"  # 0 to 3: knows their name, the place, the day

    @property
    def unit(self) -> str:
        return UNITS[self]


UNITS: dict[Measure, str] = {
    Measure.SYSTOLIC: "mmHg",
    Measure.DIASTOLIC: "mmHg",
    Measure.MEAN_PRESSURE: "mmHg",
    Measure.SPO2: "%",
    Measure.HEART_RATE_ECG: "/min",
    Measure.PULSE_OXIMETER: "/min",
    Measure.PULSE_CUFF: "/min",
    Measure.RESPIRATORY_RATE: "/min",
    Measure.SEDATION: "score",
    Measure.DISSOCIATION: "score",
    Measure.ANXIETY_NOW: "score",
    Measure.WEIGHT: "kg",
    Measure.TEMPERATURE: "Cel",
    Measure.NAUSEA: "score",
    Measure.ORIENTATION: "score",
}


class Comparison(StrEnum):
    ABOVE = "above"
    AT_LEAST = "at-least"
    BELOW = "below"
    AT_MOST = "at-most"

    def holds(self, value: Decimal, limit: Decimal) -> bool:
        return _HOLDS[self](value, limit)


_HOLDS: dict[Comparison, Callable[[Decimal, Decimal], bool]] = {
    Comparison.ABOVE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.BELOW: operator.lt,
    Comparison.AT_MOST: operator.le,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """``measure`` ``comparison`` ``value`` is what breaks the limit (for example systolic above 140).

    ``clear``: once broken it speaks until a fresh reading is at this value or better; None: until one is inside.
    """

    measure: Measure
    comparison: Comparison
    value: Decimal
    unit: str
    clear: Decimal | None = None

    def clears(self, value: Decimal) -> bool:
        """Whether a reading is good enough to end what an earlier one began. It delays, it never begins."""
        if self.comparison.holds(value, self.value):
            return False
        if self.clear is None:
            return True
        upper = self.comparison in (Comparison.ABOVE, Comparison.AT_LEAST)
        return value <= self.clear if upper else value >= self.clear
