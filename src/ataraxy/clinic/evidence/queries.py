"""What the pages ask of a base: its studies and reviews, and the answer to a question, each computed once.

Nothing here is about a patient, and nothing reads the database: ``local.py`` says which base a clinic has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from ataraxy.clinic.evidence.asked import Asked
from ataraxy.clinic.evidence.base import Base
from ataraxy.core.evidence.answer import Answer
from ataraxy.core.evidence.ask import ask
from ataraxy.core.evidence.choose import ANXIETIES, label_of, speaks_for
from ataraxy.core.evidence.study import Arm, ArmRole, Condition, Design, Review, Study

TREATED = (Condition.GAD, Condition.SAD, Condition.PTSD)
KEPT_ANSWERS = 256


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The studies of a question; ``outside`` are those of the disorder that the filters leave out."""

    studies: tuple[Study, ...]
    outside: tuple[Study, ...]


def studies_of(condition: Condition, base: Base) -> tuple[Study, ...]:
    """Every study of a disorder by year; "all anxiety" takes every anxiety disorder and PTSD."""
    return _by_year(study for study in base.studies.values() if speaks_for(study, condition))


def listed_for(condition: Condition, base: Base) -> tuple[Study, ...]:
    """The studies a disorder's page lists: its own, and those across diagnoses."""
    across = (s for s in base.studies.values() if Condition.ANXIETY in s.conditions)
    return _by_year({study.id: study for study in (*studies_of(condition, base), *across)}.values())


def trials_of(condition: Condition, base: Base) -> tuple[Study, ...]:
    """Every randomised trial of a disorder's list, and what was taken back; further analyses of the same people not."""
    every = listed_for(condition, base)
    return tuple(
        s for s in every if s.retracted_on is not None or (s.randomised and s.design is not Design.SECONDARY)
    )


def _by_year(found: Iterable[Study]) -> tuple[Study, ...]:
    return tuple(sorted(found, key=lambda study: (study.year or 9999, study.id)))


def reviews_of(condition: Condition, base: Base) -> tuple[Review, ...]:
    wanted = ANXIETIES if condition is Condition.ANXIETY else {condition, Condition.ANXIETY}
    found = [review for review in base.reviews.values() if wanted & set(review.conditions)]
    return tuple(sorted(found, key=lambda review: (review.year or 9999, review.id)))


@lru_cache(maxsize=KEPT_ANSWERS)
def answer_of(asked: Asked) -> Answer:
    """Everything the base says to a question. The first time it is pooled, then it is kept.

    Studies of other disorders go along for their harms; they are in no pool.
    """
    split = narrowed(asked)
    own = {study.id: study for study in split.studies}
    gone = own.keys() | {study.id for study in split.outside}
    others = {key: study for key, study in asked.base.studies.items() if key not in gone}
    return ask(
        asked.condition,
        own,
        asked.base.reviews,
        measure=asked.measure,
        window=asked.hour,
        lent=others,
    )


@lru_cache(maxsize=KEPT_ANSWERS)
def narrowed(asked: Asked) -> Narrowed:
    """The disorder's studies with the arms that fit comparator, route and dose."""
    kept, outside = list[Study](), list[Study]()
    for study in studies_of(asked.condition, asked.base):
        arms = tuple(arm for arm in study.arms if _fits(asked, arm))
        lost = {arm.role for arm in study.arms} - {arm.role for arm in arms}
        outside.append(study) if lost else kept.append(replace(study, arms=arms))
    return Narrowed(tuple(kept), tuple(outside))


def _fits(asked: Asked, arm: Arm) -> bool:
    if arm.role is ArmRole.CONTROL:
        return asked.against is None or arm.activity is asked.against
    by_route = asked.route is None or arm.route is asked.route
    if asked.dose is None:
        return by_route
    by_dose = arm.dose is not None and arm.dose_unit == "mg/kg" and arm.dose.value == asked.dose
    return by_route and by_dose


def found(words: str, among: Iterable[Study]) -> list[Study]:
    """Studies in which every word stands: in the name, title, registrations, drugs, disorders or our own words."""
    wanted = words.casefold().split()
    return [study for study in among if all(word in _text(study) for word in wanted)]


@cache
def _text(study: Study) -> str:
    parts = [
        label_of(study),
        study.id,
        study.title,
        study.population,
        study.doi,
        study.pmid,
        str(study.year or ""),
        study.finding.value,
        study.design.value,
        *study.registrations,
        *(condition.value for condition in study.conditions),
        *(f"{arm.drug} {arm.label}" for arm in study.arms),
        *(f"{outcome.label} {outcome.instrument} {outcome.result}" for outcome in study.outcomes),
        "retracted" if study.retracted_on else "",
    ]
    return " ".join(parts).casefold()


def missing_of(asked: Asked) -> tuple[str, ...]:
    """What nobody has shown, whatever was asked; for all anxiety, what nobody has shown of each disorder.

    H-061: a filter that leaves a trial out must not make it one that was never done.
    """
    if asked.condition is not Condition.ANXIETY:
        return answer_of(Asked(asked.condition, base=asked.base)).missing
    each = (words for one in TREATED for words in answer_of(Asked(one, base=asked.base)).missing)
    return tuple(dict.fromkeys(each))


@lru_cache(maxsize=KEPT_ANSWERS)
def flags_of(entry: str, base: Base) -> tuple[tuple[str, str], ...]:
    """What disagrees with itself in one study or review: where, and in what words."""
    every = (flag for condition in Condition for flag in answer_of(Asked(condition, base=base)).flags)
    return tuple(dict.fromkeys((flag.what, flag.words) for flag in every if flag.study == entry))
