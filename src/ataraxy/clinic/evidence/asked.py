"""What a reader asks the evidence: a disorder, narrowed by hour, measure, comparator, route and dose, as an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from ataraxy.clinic.evidence.base import Base, shipped
from ataraxy.clinic.evidence.words import ACTIVITIES, CONDITIONS, MEASURES, ROUTES, plain
from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.hours import WINDOWS, Window
from ataraxy.core.evidence.study import Activity, ArmRole, Condition, GivenBy, Measure, Study

SHOWN = (Condition.GAD, Condition.SAD, Condition.PTSD, Condition.ANXIETY)
OFFERED = (Measure.OR, Measure.SMD, Measure.MD)


@dataclass(frozen=True, slots=True)
class Asked:
    """None means: not narrowed. ``dose`` is in mg/kg; ``base`` is what the answer is given from."""

    condition: Condition
    hour: Window | None = None
    measure: Measure | None = None
    against: Activity | None = None
    route: GivenBy | None = None
    dose: Decimal | None = None
    base: Base = field(default_factory=shipped)

    def query(self) -> str:
        """The part of the address that says it; empty when nothing is narrowed."""
        told = {
            "hour": self.hour.key if self.hour else "",
            "measure": self.measure.value if self.measure else "",
            "against": self.against.value if self.against else "",
            "route": self.route.value if self.route else "",
            "dose": str(self.dose) if self.dose is not None else "",
        }
        return urlencode({key: value for key, value in told.items() if value})

    @property
    def query_to_join(self) -> str:
        """The same, ready for one more parameter."""
        return f"{self.query()}&" if self.is_narrowed else ""

    @property
    def is_narrowed(self) -> bool:
        return any(
            getattr(self, f.name) is not None for f in fields(self) if f.name not in ("condition", "base")
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One link of a filter."""

    words: str
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    choices: tuple[Choice, ...]


def parse_asked(condition: Condition, told: Mapping[str, str], base: Base | None = None) -> Asked:
    """The question an address asks of a base (of what ships, unless told).

    Raises:
        InputRefused: a filter names nothing that exists.
    """
    try:
        return Asked(
            condition,
            hour=next(w for w in WINDOWS if w.key == told["hour"]) if told.get("hour") else None,
            measure=Measure(told["measure"]) if told.get("measure") else None,
            against=Activity(told["against"]) if told.get("against") else None,
            route=GivenBy(told["route"]) if told.get("route") else None,
            dose=_dose(told["dose"]) if told.get("dose") else None,
            base=base or shipped(),
        )
    except (ValueError, StopIteration, InvalidOperation):
        raise InputRefused(
            "The address asks for a filter that does not exist.", "Choose one of the filters on the page."
        ) from None


def _dose(words: str) -> Decimal:
    dose = Decimal(words)
    if not (dose.is_finite() and 0 < dose <= 100 and len(words) <= 6):
        raise ValueError(words)
    return dose


def filters(asked: Asked, studies: Iterable[Study]) -> tuple[Filter, ...]:
    """The filters of a page; comparator, route and dose offer what studies of this disorder have."""
    arms = [arm for study in studies for arm in study.arms]
    given = [arm for arm in arms if arm.role is ArmRole.EXPERIMENTAL]
    against = [a for a in Activity if any(arm.activity is a for arm in arms if arm.role is ArmRole.CONTROL)]
    routes = [r for r in GivenBy if any(arm.route is r for arm in given)]
    doses = sorted({arm.dose.value for arm in given if arm.dose is not None and arm.dose_unit == "mg/kg"})
    return (
        _filter("Time after the dose", asked, "hour", [(w, w.words) for w in WINDOWS]),
        _filter("Measure", asked, "measure", [(m, MEASURES[m]) for m in OFFERED]),
        _filter("Against", asked, "against", [(a, ACTIVITIES[a]) for a in against]),
        _filter("Route", asked, "route", [(r, ROUTES[r]) for r in routes]),
        _filter("Dose", asked, "dose", [(d, f"{plain(d)} mg/kg") for d in doses]),
    )


def _filter(name: str, asked: Asked, field: str, values: Iterable[tuple[object, str]]) -> Filter:
    now = getattr(asked, field)

    def with_it(value: Any) -> str:
        return replace(asked, **{field: value}).query()

    every = Choice("all", with_it(None), now is None)
    some = (Choice(words, with_it(value), now == value) for value, words in values)
    return Filter(name, (every, *some))


def words_of(asked: Asked) -> str:
    """What was asked, as a heading's second line."""
    parts = (
        asked.hour.words if asked.hour else "",
        MEASURES[asked.measure].lower() if asked.measure else "",
        f"against {ACTIVITIES[asked.against]}" if asked.against else "",
        ROUTES[asked.route] if asked.route else "",
        f"{plain(asked.dose)} mg/kg" if asked.dose is not None else "",
    )
    return ", ".join(filter(None, parts)) or "everything in the base"


def condition_of(slug: str) -> Condition | None:
    """The disorder of an address; None for one that has no page."""
    return next((c for c in SHOWN if c.value == slug), None)


def condition_words(condition: Condition) -> str:
    return CONDITIONS[condition]
