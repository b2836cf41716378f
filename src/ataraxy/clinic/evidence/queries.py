"""The base behind the pages: studies and reviews of the catalog, and the answer to a question, each computed once.

Nothing here is about a patient, and nothing reads the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from ataraxy.catalog.reviews import reviews
from ataraxy.catalog.studies import studies
from ataraxy.clinic.evidence.asked import Asked
from ataraxy.core.evidence.answer import Answer
from ataraxy.core.evidence.ask import ask
from ataraxy.core.evidence.choose import ANXIETIES, label_of, speaks_for
from ataraxy.core.evidence.study import Arm, ArmRole, Condition, Review, Study

TREATED = (Condition.GAD, Condition.SAD, Condition.PTSD)
KEPT_ANSWERS = 256


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The studies of a question; ``outside`` are those of the disorder that the filters leave out."""

    studies: tuple[Study, ...]
    outside: tuple[Study, ...]


def every_study() -> Mapping[str, Study]:
    return studies()


def every_review() -> Mapping[str, Review]:
    return reviews()


@cache
def studies_of(condition: Condition) -> tuple[Study, ...]:
    """Every study of a disorder by year; "all anxiety" takes every anxiety disorder, PTSD and OCD."""
    found = [study for study in studies().values() if speaks_for(study, condition)]
    return tuple(sorted(found, key=lambda study: (study.year or 9999, study.id)))


@cache
def listed_for(condition: Condition) -> tuple[Study, ...]:
    """The studies a disorder's page lists: its own, and those across diagnoses."""
    across = [s for s in studies().values() if Condition.ANXIETY in s.conditions]
    found = {study.id: study for study in (*studies_of(condition), *across)}
    return tuple(sorted(found.values(), key=lambda study: (study.year or 9999, study.id)))


@cache
def reviews_of(condition: Condition) -> tuple[Review, ...]:
    wanted = ANXIETIES if condition is Condition.ANXIETY else {condition, Condition.ANXIETY}
    found = [review for review in reviews().values() if wanted & set(review.conditions)]
    return tuple(sorted(found, key=lambda review: (review.year or 9999, review.id)))


@lru_cache(maxsize=KEPT_ANSWERS)
def answer_of(asked: Asked) -> Answer:
    """Everything the base says to a question. The first time it is pooled, then it is kept.

    Studies of other disorders go along for their harms; they are in no pool.
    """
    split = narrowed(asked)
    own = {study.id: study for study in split.studies}
    gone = own.keys() | {study.id for study in split.outside}
    others = {key: study for key, study in studies().items() if key not in gone}
    return ask(
        asked.condition,
        own,
        reviews(),
        measure=asked.measure,
        window=asked.hour,
        lent=others,
    )


@lru_cache(maxsize=KEPT_ANSWERS)
def narrowed(asked: Asked) -> Narrowed:
    """The disorder's studies with the arms that fit comparator, route and dose."""
    kept, outside = list[Study](), list[Study]()
    for study in studies_of(asked.condition):
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
    """What nobody has shown; for all anxiety, what nobody has shown of each disorder."""
    if asked.condition is not Condition.ANXIETY:
        return answer_of(asked).missing
    each = (words for one in TREATED for words in answer_of(Asked(one)).missing)
    return tuple(dict.fromkeys(each))


@cache
def flags_of(entry: str) -> tuple[tuple[str, str], ...]:
    """What disagrees with itself in one study or review: where, and in what words."""
    every = (flag for condition in Condition for flag in answer_of(Asked(condition)).flags)
    return tuple(dict.fromkeys((flag.what, flag.words) for flag in every if flag.study == entry))
