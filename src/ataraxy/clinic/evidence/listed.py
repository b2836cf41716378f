"""Studies as rows of a list: negative ones as visible as positive, retracted ones struck through with the date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ataraxy.clinic.evidence.base import Base
from ataraxy.clinic.evidence.words import (
    CONDITIONS,
    DESIGNS,
    FINDINGS,
    arms_in_short,
    day_words,
    n_words,
    plain,
)
from ataraxy.core.evidence.choose import label_of
from ataraxy.core.evidence.study import Condition, Finding, Study

# A result is neither a verdict nor an alarm: each has a shape and a word of its own.
SIGNS = {Finding.POSITIVE: "▲", Finding.NEGATIVE: "▬", Finding.MIXED: "◆", Finding.NOT_SEEN: "?"}


NOT_RATED = "not rated"  # it came with its numbers, and no person said what it found


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    label: str
    title: str
    disorders: str
    design: str
    n: str
    given: str
    against: str
    sign: str
    finding: str
    result: str
    retracted: str
    local: str  # who let it stand here, where it does not ship
    others: str  # who took part, where they were not chosen for the disorder that was asked for


def rows_of(studies: Iterable[Study], base: Base, asked: Condition | None = None) -> list[Row]:
    """A line a study. ``asked``: the disorder whose page it is."""
    return [_row(study, base.local_words(study.id), asked) for study in studies]


def _row(study: Study, local: str, asked: Condition | None) -> Row:
    gave, against = arms_in_short(study)
    results = [one.result for one in sorted(study.outcomes, key=lambda o: not o.primary) if one.result]
    return Row(
        id=study.id,
        label=label_of(study),
        title=study.title,
        disorders=", ".join(CONDITIONS[c] for c in study.conditions),
        design=DESIGNS[study.design],
        n=n_words(study),
        given=gave,
        against=against,
        sign=SIGNS[study.finding],
        finding=NOT_RATED if _has_numbers_alone(study) else FINDINGS[study.finding],
        result=results[0] if results else study.progress or _counted(study),
        retracted=day_words(study.retracted_on) if study.retracted_on else "",
        local=local,
        others="" if asked is None or asked in study.conditions else study.population or "not told who",
    )


def _has_numbers_alone(study: Study) -> bool:
    return study.finding is Finding.NOT_SEEN and any(outcome.groups for outcome in study.outcomes)


def _counted(study: Study) -> str:
    """The first outcome's own numbers, where nobody put it into words: "LSAS response: 9 of 20 (ketamine) ..."."""
    for outcome in study.outcomes:
        told = [
            f"{plain(group.events.value)} of {plain(group.n.value)} ({study.arm(group.arm).label})"
            for group in outcome.groups
            if group.events is not None and group.n is not None
        ]
        if told:
            return f"{outcome.label}: {', '.join(told)}."
    return ""
