"""How sure a pool makes us: the body of evidence behind it, rated by rule, as a proposal a person may overrule."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from ataraxy.clinic.evidence.pictures import on_scale
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.body import Body, Contribution, Indirect
from ataraxy.core.evidence.certainty import Certainty, certainty
from ataraxy.core.evidence.choose import Reason
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.study import Condition, Study


def certainty_of(forest: a.Forest, studies: Mapping[str, Study]) -> Certainty | TooFew | None:
    """The certainty of the first pool of an analysis, or of its only study; None where no finite number stands."""
    pooled = forest.pooled[0] if forest.pooled else None
    shown = shown_first(forest)
    if pooled is None or shown is None or not isfinite(shown.low + shown.high + shown.value):
        return None
    measure = forest.question.measure
    around = pooled.prediction if isinstance(pooled.prediction, a.Shown) else None
    low, high = on_scale(shown.low, measure), on_scale(shown.high, measure)
    body = Body(
        measure=measure,
        studies=tuple(_contribution(row, studies[row.study], forest) for row in forest.rows),
        value=min(max(on_scale(shown.value, measure), low), high),
        low=low,
        high=high,
        people=forest.people,
        i2_percent=next((one.i2_percent for one in forest.pooled if one.i2_percent is not None), None),
        q_p=next((one.q_p for one in forest.pooled if one.q_p is not None), None),
        predicted=(on_scale(around.low, measure), on_scale(around.high, measure)) if around else None,
        indirect=_indirect(forest),
        unreported=_unreported(forest, studies),
    )
    return certainty(body)


def shown_first(forest: a.Forest) -> a.Shown | None:
    """The number of an analysis that is read first: its first pool's, or that of a study alone."""
    first = forest.pooled[0].result if forest.pooled else None
    if isinstance(first, a.Shown):
        return first
    return forest.rows[0].effect if len(forest.rows) == 1 else None


def _contribution(row: a.Row, study: Study, forest: a.Forest) -> Contribution:
    effect = on_scale(row.effect.value, forest.question.measure)
    return Contribution(row.label, row.weight_percent, study.randomised, study.bias, effect)


def _indirect(forest: a.Forest) -> tuple[Indirect, ...]:
    """All anxiety is of nobody's disorder; a trial that also took people with another is partly of theirs."""
    asked = forest.question.condition
    if asked is Condition.ANXIETY:
        return (Indirect("population", 1, "Different disorders are put together."),)
    mixed = [row.label for row in forest.rows if row.conditions != (asked,)]
    if not mixed:
        return ()
    words = f"People with other disorders are among those of {' and '.join(mixed)}."
    return (Indirect("population", 1, words),)


def _unreported(forest: a.Forest, studies: Mapping[str, Study]) -> tuple[str, ...]:
    """Randomised trials of this disorder whose numbers were not seen."""
    return tuple(
        one.label
        for one in forest.excluded
        if one.reason is Reason.NO_NUMBERS and studies[one.study].randomised
    )
