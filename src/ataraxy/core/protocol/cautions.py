"""Conditions and medicines that speak against ketamine, or ask for care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ataraxy.core.protocol.types import Status


class CautionRole(StrEnum):
    """CONTRAINDICATION: by the label, no signature opens it. EXCLUSION: by guidance. CAUTION: review."""

    CONTRAINDICATION = "contraindication"
    EXCLUSION = "exclusion"
    CAUTION = "caution"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, with the question that is put to the patient or looked up in the record."""

    id: str
    name: str
    question: str
    role: CautionRole
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class MedicineGroup:
    """One group of medicines and what it does together with ketamine."""

    id: str
    name: str
    question: str
    examples: tuple[str, ...]
    effect: str
    role: CautionRole
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class Cautions:
    conditions: Mapping[str, Condition]
    medicine_groups: Mapping[str, MedicineGroup]

    def contraindications(self) -> frozenset[str]:
        """The conditions the label excludes: every protocol must ask about each of them."""
        label = CautionRole.CONTRAINDICATION
        return frozenset(key for key, condition in self.conditions.items() if condition.role is label)
