"""Which readings can be true at all: the unit of the measure, and the ends of its scale by definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.events import Reading

# The ends of a scale by its own definition (per cent, MOAA/S 0-5, CADSS 23 items of 0-4, 0-10 ratings, three questions), not
# clinical limits: those are lines of the protocol.
SCALE_ENDS: Mapping[Measure, tuple[Decimal, Decimal]] = {
    Measure.SPO2: (Decimal(1), Decimal(100)),
    Measure.SEDATION: (Decimal(0), Decimal(5)),
    Measure.DISSOCIATION: (Decimal(0), Decimal(92)),
    Measure.ANXIETY_NOW: (Decimal(0), Decimal(10)),
    Measure.NAUSEA: (Decimal(0), Decimal(10)),
    Measure.ORIENTATION: (Decimal(0), Decimal(3)),
}

# Breathing and the heart may truly stand still, and then it must be seen: a zero of these is a value. A pressure,
# a weight or a temperature of zero is a device that measured nothing.
RATES = frozenset(
    {Measure.RESPIRATORY_RATE, Measure.HEART_RATE_ECG, Measure.PULSE_OXIMETER, Measure.PULSE_CUFF}
)


def impossible(reading: Reading) -> str | None:
    """Why this reading cannot be true, or None. Catches a device's "not available" (-100, 8388607) too."""
    measure, value = reading.measure, reading.value
    if reading.unit != measure.unit:
        return f"{measure.value} is measured in {measure.unit}, not in {reading.unit or 'nothing'}"
    lowest, highest = SCALE_ENDS.get(measure, (None, None))
    if lowest is None or highest is None:
        fits = 0 < value < 1000 or (value == 0 and measure in RATES)
        return None if fits else f"{measure.value} cannot be {value} {reading.unit}"
    if not lowest <= value <= highest:
        return f"{measure.value} lies between {lowest} and {highest}, {value} does not"
    return None


def impossible_together(readings: Sequence[Reading]) -> str | None:
    """Why these readings of one moment cannot all be true: one measure twice, or the pressures swapped."""
    by_measure = {r.measure: r.value for r in readings}
    if len(by_measure) != len(readings):
        return "the same measure is given twice for one moment"
    systolic, diastolic = by_measure.get(Measure.SYSTOLIC), by_measure.get(Measure.DIASTOLIC)
    if systolic is not None and diastolic is not None and diastolic >= systolic:
        return f"the diastolic pressure ({diastolic}) is not below the systolic ({systolic})"
    return None
