"""Synthetic vital signs of one person during a 40-minute infusion. For the demo monitor; never a prediction.

Pressure peaks at 40 min, +16.0/+11.0 mmHg (138 patients, 2 342 infusions of 0.5 mg/kg: Gen Hosp Psychiatry
2024, DOI 10.1016/j.genhosppsych.2024.07.001) and is back to baseline by 90 min (Szarmach 2020, PMC7605942).
The pulse rises by 1.9 /min (741 infusions, second-hand: unverified). Proposed by us: the shape between
those points, the noise, and the person at rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from math import cos, pi

PEAK_MIN = 40.0
BASELINE_AGAIN_MIN = 90.0
SYSTOLIC_RISE_MMHG = 16.0
DIASTOLIC_RISE_MMHG = 11.0
PULSE_RISE_PER_MIN = 1.9


@dataclass(frozen=True, slots=True)
class Baseline:
    """A person at rest, before the dose."""

    systolic_mmhg: float = 122.0
    diastolic_mmhg: float = 76.0
    heart_rate_per_min: float = 72.0
    respiratory_rate_per_min: float = 14.0
    spo2_percent: float = 98.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """One moment, in whole units, as a monitor shows it."""

    systolic_mmhg: Decimal
    diastolic_mmhg: Decimal
    mean_mmhg: Decimal
    heart_rate_per_min: Decimal
    pulse_per_min: Decimal
    respiratory_rate_per_min: Decimal
    spo2_percent: Decimal


def response(at_min: float) -> float:
    """The share of the peak effect, 0 to 1: none before the dose, all at 40 min, none again from 90 min."""
    if at_min <= 0 or at_min >= BASELINE_AGAIN_MIN:
        return 0.0
    if at_min <= PEAK_MIN:
        return (1 - cos(pi * at_min / PEAK_MIN)) / 2
    return (1 + cos(pi * (at_min - PEAK_MIN) / (BASELINE_AGAIN_MIN - PEAK_MIN))) / 2


def vitals_at(at_min: float, baseline: Baseline, seed: int) -> Vitals:
    """Vital signs ``at_min`` minutes after the dose started (negative: before). Same seed, same values."""
    share = response(at_min)
    moment = round(at_min * 60)

    def drawn(name: str, level: float, spread: float) -> int:
        return round(level + spread * _noise(seed, name, moment))

    systolic = drawn("systolic", baseline.systolic_mmhg + SYSTOLIC_RISE_MMHG * share, 2.0)
    diastolic = drawn("diastolic", baseline.diastolic_mmhg + DIASTOLIC_RISE_MMHG * share, 1.5)
    heart_rate = drawn("heart", baseline.heart_rate_per_min + PULSE_RISE_PER_MIN * share, 1.5)
    saturation = drawn("spo2", baseline.spo2_percent, 0.9)
    return Vitals(
        systolic_mmhg=Decimal(systolic),
        diastolic_mmhg=Decimal(diastolic),
        mean_mmhg=Decimal(round(diastolic + (systolic - diastolic) / 3)),
        heart_rate_per_min=Decimal(heart_rate),
        pulse_per_min=Decimal(heart_rate + drawn("pulse", 0.0, 0.8)),
        respiratory_rate_per_min=Decimal(drawn("breath", baseline.respiratory_rate_per_min, 1.2)),
        spo2_percent=Decimal(min(100, saturation)),
    )


def _noise(seed: int, name: str, moment: int) -> float:
    """Between -1 and 1, drawn anew every ten seconds and joined by straight lines."""
    step, within = divmod(moment, 10)
    before, after = (_draw(seed, name, step + k) for k in (0, 1))
    return before + (after - before) * within / 10


def _draw(seed: int, name: str, step: int) -> float:
    digest = blake2b(f"{seed}:{name}:{step}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**63 - 1
