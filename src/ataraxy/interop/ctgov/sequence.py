"""Whether a group of a registry entry is a treatment, a sequence of treatments, or cannot be told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ataraxy.interop.vocabulary import drugs_in

ORDER = re.compile(
    r"\bthen\b|\bfollowed by\b|\bcross(?:ed|es|ing)?[- ]?over\b|\bfirst\b|\bsequence\b|->|→|\bbefore\b|\bafter wash"
)
PERIODS = "period|phase|intervention|infusion"
FIRST_PERIOD = re.compile(rf"\b(?:first|1st) (?:{PERIODS}|treatment)\b|\b(?:{PERIODS}) (?:1|i|one)\b")
LATER_PERIOD = re.compile(rf"\b(?:second|2nd) (?:{PERIODS}|treatment)\b|\b(?:{PERIODS}) (?:2|ii|two)\b")


class Grouped(StrEnum):
    TREATMENT = "by treatment"
    SEQUENCE = "by sequence"
    UNKNOWN = "not told whether by treatment or by sequence"


@dataclass(frozen=True, slots=True)
class Sort:
    """``drugs`` in the order they were given, as far as it is told."""

    grouped: Grouped
    drugs: tuple[str, ...]


def sort_of(title: str, description: str = "", others: Iterable[str] = ()) -> Sort:
    """What a group of a crossover is, by its title; a description that speaks of an order against it leaves it open."""
    drugs = drugs_in(title, others)
    if len(drugs) >= 2 or (drugs and ORDER.search(title.lower())):
        return Sort(Grouped.SEQUENCE, drugs)
    if len(drugs) == 1 and not ORDER.search(description.lower()):
        return Sort(Grouped.TREATMENT, drugs)
    return Sort(Grouped.UNKNOWN, drugs)


def is_first_period(*texts: str) -> bool:
    """Whether texts name the first period and no later one."""
    told = " ".join(texts).lower()
    return bool(FIRST_PERIOD.search(told)) and not LATER_PERIOD.search(told)


def is_later_period(*texts: str) -> bool:
    """Whether texts name a period after the first."""
    return bool(LATER_PERIOD.search(" ".join(texts).lower()))
