"""The outer bounds no protocol may pass, as values read from ``catalog/limits.toml``.

They are not advice: a protocol should stay well inside them. They catch the slipped decimal point and the
swapped bound before a patient meets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.protocol.types import Comparison, Measure, Route, Status


class Worse(StrEnum):
    """On which side of a measure the danger lies."""

    HIGH = "high"
    LOW = "low"
    EITHER = "either"

    @property
    def comparisons(self) -> frozenset[Comparison]:
        high = frozenset({Comparison.ABOVE, Comparison.AT_LEAST})
        low = frozenset({Comparison.BELOW, Comparison.AT_MOST})
        return {Worse.HIGH: high, Worse.LOW: low, Worse.EITHER: high | low}[self]


class About(StrEnum):
    """HOLD: before the dose. ACT: during and after it. DISCHARGE: before going home."""

    HOLD = "hold"
    ACT = "act"
    DISCHARGE = "discharge"


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit every protocol must have on the ``worse`` side of a measure, no looser than ``value``."""

    about: About
    measure: Measure
    worse: Worse
    value: Decimal
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class MeasureRange:
    """What can be measured at all, and which side is dangerous."""

    measure: Measure
    lowest: Decimal
    highest: Decimal
    worse: Worse
    source: str
    status: Status
    most_margin: Decimal | None = None  # how far from the value before the dose a patient may go home


@dataclass(frozen=True, slots=True)
class RouteLimits:
    """The most a route allows. ``most_mg_per_kg_per_min`` is for infusions."""

    route: Route
    most_mg_per_kg: Decimal
    most_mg: Decimal
    most_interval_min: int  # between two blood pressures, dose to discharge
    source: str
    status: Status
    most_mg_per_kg_per_min: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """One whole number with its source."""

    value: int
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class Exact:
    """One or more exact numbers with their source."""

    values: tuple[Decimal, ...]
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class SafetyLimits:
    least_age_years: Whole
    least_observation_min: Whole
    least_days_apart: Whole
    most_sessions: Whole
    most_severity_days: Whole  # an older score does not say how ill somebody is now
    most_fresh_min: Whole  # an older value does not say that somebody may go home
    first_check_in_hours: Whole  # nobody is left unasked for longer than this
    stock_mg_per_ml: Exact  # what is sold: another number is a slipped decimal point
    most_step_ratio: Exact
    body_weight_kg: Exact  # lightest and heaviest patient the caps must make sense for
    always_monitored: tuple[Measure, ...]
    gone_before_home: tuple[Measure, ...]
    consent_required: tuple[str, ...]
    routes: tuple[RouteLimits, ...]
    measures: tuple[MeasureRange, ...]
    bounds: tuple[Bound, ...]

    def route(self, route: Route) -> RouteLimits | None:
        return next((row for row in self.routes if row.route is route), None)

    def range(self, measure: Measure) -> MeasureRange | None:
        return next((row for row in self.measures if row.measure is measure), None)
