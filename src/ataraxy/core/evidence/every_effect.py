"""Every effect of every study that answers a question: all its scales, hours and doses, for the three-level model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ataraxy.core.evidence.answer import Analysis
from ataraxy.core.evidence.choose import Candidate, Question, barred
from ataraxy.core.evidence.contrast import Contrast, contrast
from ataraxy.core.evidence.numbers import numbers_for
from ataraxy.core.evidence.study import Arm, ArmRole, Carryover, Design, Measure, Outcome, Seen, Study
from ataraxy.core.evidence.symptoms import unasked


@dataclass(frozen=True, slots=True)
class OneEffect:
    """One effect of a study, on the scale of analysis."""

    study: str
    outcome: str
    experimental: str
    value: float
    variance: float


def every_effect(question: Question, studies: Iterable[Study]) -> tuple[OneEffect, ...]:
    """All effects of studies that may be pooled, by the same rules as one effect a study is chosen by.

    Of mean differences only those of the question's scale.
    """
    found = (one for study in studies if barred(study) is None for one in _effects(question, study))
    return tuple(sorted(found, key=lambda one: (one.study, one.outcome, one.experimental)))


def _effects(question: Question, study: Study) -> Iterator[OneEffect]:
    for outcome in study.outcomes:
        if not _asked(question, study, outcome):
            continue
        for experimental, control in _arms(study):
            line = _line(question, study, outcome, experimental, control)
            if line is not None:
                effect = line.effect
                yield OneEffect(study.id, outcome.key, experimental.key, effect.value, effect.variance)


def _asked(question: Question, study: Study, outcome: Outcome) -> bool:
    if unasked(question.condition, question.measure, outcome):
        return False
    if question.measure is Measure.MD and outcome.instrument != question.instrument:
        return False
    if question.window is not None and not question.window.holds(outcome.hour):
        return False
    carried = study.design is Design.CROSSOVER and study.carryover is Carryover.PRESENT
    return outcome.first_period or not carried


def _arms(study: Study) -> Iterator[tuple[Arm, Arm]]:
    for experimental in (arm for arm in study.arms if arm.role is ArmRole.EXPERIMENTAL):
        for control in (arm for arm in study.arms if arm.role is ArmRole.CONTROL):
            yield experimental, control


def _line(
    question: Question, study: Study, outcome: Outcome, experimental: Arm, control: Arm
) -> Contrast | None:
    numbers = numbers_for(question.measure, outcome, experimental.key, control.key)
    if numbers is None or numbers.seen is Seen.RECALLED:
        return None
    candidate = Candidate(study, outcome, experimental, control, numbers)
    found = contrast(candidate, question.measure, Analysis.PAIRED)
    return found if isinstance(found, Contrast) else None
