"""The evidence at a glance: a card a disorder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ataraxy.clinic.evidence.asked import SHOWN, Asked
from ataraxy.clinic.evidence.base import Base
from ataraxy.clinic.evidence.queries import listed_for, missing_of
from ataraxy.clinic.evidence.words import CONDITIONS
from ataraxy.core.evidence.study import Condition, Finding


@dataclass(frozen=True, slots=True)
class Card:
    slug: str
    name: str
    randomised: int
    others: int
    negative: int
    retracted: int
    missing: tuple[str, ...]


@lru_cache(maxsize=8 * len(SHOWN))
def card_of(condition: Condition, base: Base) -> Card:
    """How many studies there are, of which kind, and the first thing nobody has shown."""
    every = listed_for(condition, base)
    standing = [study for study in every if study.retracted_on is None]
    return Card(
        slug=condition.value,
        name=CONDITIONS[condition],
        randomised=sum(study.randomised for study in standing),
        others=sum(not study.randomised for study in standing),
        negative=sum(study.finding is Finding.NEGATIVE for study in standing),
        retracted=len(every) - len(standing),
        missing=missing_of(Asked(condition, base=base)) if condition is not Condition.ANXIETY else (),
    )
