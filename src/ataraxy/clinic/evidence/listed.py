"""Studies as rows of a list: negative ones as visible as positive, retracted ones struck through with the date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ataraxy.clinic.evidence.base import Base
from ataraxy.clinic.evidence.words import CONDITIONS, DESIGNS, FINDINGS, arms_in_short, day_words, n_words
from ataraxy.core.evidence.choose import label_of
from ataraxy.core.evidence.study import Finding, Study

# A result is neither a verdict nor an alarm: each has a shape and a word of its own.
SIGNS = {Finding.POSITIVE: "▲", Finding.NEGATIVE: "▬", Finding.MIXED: "◆", Finding.NOT_SEEN: "?"}


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


def rows_of(studies: Iterable[Study], base: Base) -> list[Row]:
    return [_row(study, base.local_words(study.id)) for study in studies]


def _row(study: Study, local: str) -> Row:
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
        finding=FINDINGS[study.finding],
        result=results[0] if results else study.progress,
        retracted=day_words(study.retracted_on) if study.retracted_on else "",
        local=local,
    )
