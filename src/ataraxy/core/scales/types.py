"""Rating instruments as frozen values: items, answer range, bands, and their own rules of change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.protocol.types import Comparison, Disorder, Status


class Rater(StrEnum):
    SELF = "self"
    CLINICIAN = "clinician"


class Scoring(StrEnum):
    """SUM: the items add up. SINGLE: one answer is the score. CATEGORICAL: a category, never a sum."""

    SUM = "sum"
    SINGLE = "single"
    CATEGORICAL = "categorical"


@dataclass(frozen=True, slots=True)
class Range:
    lowest: int
    highest: int

    def holds(self, value: Decimal | int) -> bool:
        return self.lowest <= value <= self.highest


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a person may give."""

    value: int
    label: str
    loinc: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    text: str
    loinc: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A severity band: it begins at ``from_`` and ends below the next."""

    from_: int
    label: str
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """Response: a fall from baseline of ``comparison`` ``fall_percent``."""

    fall_percent: Decimal
    comparison: Comparison
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class RemissionRule:
    """Remission: a score ``comparison`` ``score``."""

    score: Decimal
    comparison: Comparison
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class ReliableRule:
    """Reliable change: at least ``points`` in either direction."""

    points: Decimal
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class ConcernRule:
    """An answer to item number ``item`` (from 1) above ``above`` goes to a named person at once."""

    item: int
    above: int
    text: str
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class Category:
    """A triage category: it holds when any of the items numbered ``any_of`` (from 1) is answered above 0."""

    label: str
    any_of: tuple[int, ...]
    source: str
    status: Status
    concern: bool = False


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What a score speaks for, where the source says so."""

    at_least: int
    meaning: str
    source: str
    status: Status
    disorder: Disorder | None = None


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of one instrument. Without ``items`` it is score-only: its words may not be shown here.

    ``recall_hours`` is how far back the questions ask; 0 asks about now.
    """

    id: str
    version: str
    name: str
    source: str
    licence: str
    licence_source: str
    rater: Rater
    scoring: Scoring
    recall_hours: int
    recall_source: str
    recall_status: Status
    item_count: int
    answers: Range
    total: Range
    checked: tuple[str, ...]
    higher_is_worse: bool = True
    instruction: str = ""
    options: tuple[Option, ...] = ()
    items: tuple[Item, ...] = ()
    bands: tuple[Band, ...] = ()
    categories: tuple[Category, ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    response: ResponseRule | None = None
    remission: RemissionRule | None = None
    reliable_change: ReliableRule | None = None
    concern_item: ConcernRule | None = None
    loinc_panel: str = ""
    loinc_total: str = ""
    note: str = ""

    @property
    def score_only(self) -> bool:
        return not self.items

    def can_be_asked_by_link(self) -> bool:
        """Whether a patient can answer it alone: self-rated, and its words may be shown."""
        return self.rater is Rater.SELF and not self.score_only
