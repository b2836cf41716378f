"""How old a value may be and still be shown as current: first fresh, then old, then absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ataraxy.core.protocol.types import Measure, Status


class Freshness(StrEnum):
    FRESH = "fresh"
    OLD = "old"  # drawn grey, with its age
    ABSENT = "absent"  # drawn as "--"


@dataclass(frozen=True, slots=True)
class ShelfLife:
    """FRESH up to ``fresh``, OLD up to ``gone``, then ABSENT."""

    fresh: timedelta
    gone: timedelta
    source: str
    status: Status


FOR_EVER = datetime.max.replace(tzinfo=UTC)
# A stamp may be this far ahead of the clock, since two clocks never agree; further, and its age is not known.
AHEAD = timedelta(seconds=60)
# An older value is not current before the dose, where the protocol does not say otherwise. Proposed.
PRE_DOSE_CURRENT = timedelta(minutes=15)
# A rating of many questions is itself a quarter of an hour's work. Proposed.
PRE_DOSE_RATING = timedelta(minutes=60)
# An answer or a weight older than this is of another day, and counts for nothing before the dose. Proposed.
TODAY = timedelta(hours=12)
SLOW_RATINGS = frozenset({Measure.DISSOCIATION, Measure.ANXIETY_NOW})

CONTINUOUS = frozenset(
    {Measure.SPO2, Measure.HEART_RATE_ECG, Measure.PULSE_OXIMETER, Measure.RESPIRATORY_RATE}
)
CUFF = frozenset({Measure.SYSTOLIC, Measure.DIASTOLIC, Measure.MEAN_PRESSURE, Measure.PULSE_CUFF})

STREAM = ShelfLife(timedelta(seconds=15), timedelta(seconds=60), "this project's choice", Status.PROPOSED)
# A cuff pressure must not stay displayed as current beyond 5 min: UK advice, read second-hand. When it is
# gone (two intervals of 15 min) is this project's choice.
CUFF_VALUE = ShelfLife(
    timedelta(minutes=5), timedelta(minutes=30), "UK advice on cuff display", Status.UNVERIFIED
)
RATING = ShelfLife(timedelta(minutes=15), timedelta(minutes=60), "this project's choice", Status.PROPOSED)
BODY = ShelfLife(TODAY, timedelta(hours=24), "this project's choice", Status.PROPOSED)

SHELF_LIFE: Mapping[Measure, ShelfLife] = {
    **dict.fromkeys(CONTINUOUS, STREAM),
    **dict.fromkeys(CUFF, CUFF_VALUE),
    Measure.SEDATION: RATING,
    Measure.DISSOCIATION: RATING,
    Measure.ANXIETY_NOW: RATING,
    Measure.TEMPERATURE: RATING,
    Measure.NAUSEA: RATING,
    Measure.ORIENTATION: RATING,
    Measure.WEIGHT: BODY,
}


def pre_dose_current(measure: Measure) -> timedelta:
    """How old a value may be at the start of the dose, where the protocol does not say."""
    return PRE_DOSE_RATING if measure in SLOW_RATINGS else PRE_DOSE_CURRENT


def is_current(at: datetime, now: datetime, within: timedelta) -> bool:
    """Whether a moment lies within the last ``within``; one still to come does not."""
    return -AHEAD <= now - at <= within


def freshness(at: datetime | None, now: datetime, measure: Measure, *, by_hand: bool = False) -> Freshness:
    """How a value taken ``at`` is to be shown ``now``. One that was never taken, or not yet, is absent.

    ``by_hand``: a continuous measure read off and typed in keeps as long as a cuff pressure does.
    """
    if at is None or at - now > AHEAD:
        return Freshness.ABSENT
    life, age = _shelf_life(measure, by_hand), now - at
    if age <= life.fresh:
        return Freshness.FRESH
    return Freshness.OLD if age <= life.gone else Freshness.ABSENT


def changes_at(at: datetime, now: datetime, measure: Measure, *, by_hand: bool = False) -> datetime:
    """When a value taken ``at`` is next shown otherwise than ``now``: before this moment ``freshness`` says the same."""
    life = _shelf_life(measure, by_hand)
    if now < at - AHEAD:
        return at - AHEAD
    edges = (edge + timedelta.resolution for edge in (at + life.fresh, at + life.gone) if now <= edge)
    return next(edges, FOR_EVER)


def _shelf_life(measure: Measure, by_hand: bool) -> ShelfLife:
    life = SHELF_LIFE[measure]
    return CUFF_VALUE if by_hand and life is STREAM else life
