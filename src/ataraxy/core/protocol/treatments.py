"""First-line treatments of a disorder and what counts as an adequate trial of each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ataraxy.core.protocol.types import Disorder, Status


@dataclass(frozen=True, slots=True)
class DrugRow:
    """A first-line drug. ``least_mg_per_day`` is None where no source read gives a minimum effective dose."""

    id: str
    name: str
    drug_class: str
    source: str
    status: Status
    least_mg_per_day: Decimal | None = None
    most_mg_per_day: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PsychotherapyRow:
    id: str
    name: str
    least_sessions: int
    source: str
    status: Status
    note: str = ""


@dataclass(frozen=True, slots=True)
class Weeks:
    """How long a drug must have been taken at an adequate dose."""

    least: int
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class TreatmentTable:
    """The first-line treatments of one disorder."""

    disorder: Disorder
    required_weeks: Weeks
    drugs: tuple[DrugRow, ...]
    psychotherapies: tuple[PsychotherapyRow, ...]

    def drug(self, key: str) -> DrugRow | None:
        return next((row for row in self.drugs if row.id == key), None)

    def psychotherapy(self, key: str) -> PsychotherapyRow | None:
        return next((row for row in self.psychotherapies if row.id == key), None)
