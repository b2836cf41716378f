"""The base by hour, by dose and by harm: what was seen, without a curve drawn through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ataraxy.core.evidence.answer import Analysis, DoseGroup, Forest, HarmLine, Moment, PoolAnswer, Row
from ataraxy.core.evidence.beside import review_label, scope_of, shown_reported
from ataraxy.core.evidence.choose import Question, choose, instruments, label_of, speaks_for
from ataraxy.core.evidence.forest import forest
from ataraxy.core.evidence.hours import WINDOWS
from ataraxy.core.evidence.numbers import numbers_seen
from ataraxy.core.evidence.study import Arm, ArmRole, Condition, Design, Harm, Measure, Review, Study
from ataraxy.core.proportion import wilson

BY_HOUR = (Measure.OR, Measure.SMD, Measure.MD)


def times(
    condition: Condition,
    studies: tuple[Study, ...],
    reviews: Iterable[Review],
    measure: Measure | None,
    others: Iterable[Study] = (),
) -> tuple[Moment, ...]:
    """Effects by the hour they were measured at: each study's own, and reviews' pools of a time.

    Of mean differences each stands with its scale and unit. ``others``: as ``choose`` takes them.
    """
    wanted, rest = BY_HOUR if measure is None else (measure,), tuple(others)
    ours = [moment for one in wanted for moment in _ours(condition, one, studies, rest)]
    theirs = [moment for review in reviews for moment in _theirs(condition, review, wanted)]
    return tuple(sorted((*ours, *theirs), key=lambda one: (one.from_hour, one.published, one.label)))


def _ours(
    condition: Condition, measure: Measure, studies: tuple[Study, ...], others: tuple[Study, ...]
) -> Iterator[Moment]:
    scales = {""}
    if measure is Measure.MD:
        scales = {scale for study in studies for scale in instruments(study, measure, condition)}
    for scale in sorted(scales):
        for window in WINDOWS:
            choice = choose(Question(condition, measure, window, scale), studies, others)
            found = forest(choice, Analysis.PAIRED)
            for row in found.rows:
                if row.hour is not None:
                    yield Moment(
                        from_hour=row.hour,
                        to_hour=row.hour,
                        measure=measure,
                        effect=row.effect,
                        label=f"{row.label}, {row.outcome}",
                        published=False,
                        lower_is_better=found.lower_is_better,
                        k=1,
                        unit=found.unit,
                        instrument=scale,
                    )


def _theirs(condition: Condition, review: Review, wanted: Iterable[Measure]) -> Iterator[Moment]:
    for pool in review.pools:
        shown = shown_reported(pool.reported)
        about = pool.condition in (condition, Condition.ANXIETY) and pool.reported.measure in wanted
        if shown is None or not about or pool.from_hour is None or pool.to_hour is None:
            continue
        scope = scope_of(pool, condition)
        whose = f" ({scope})" if scope else ""
        yield Moment(
            from_hour=float(pool.from_hour.value),
            to_hour=float(pool.to_hour.value),
            measure=pool.reported.measure,
            effect=shown,
            label=f"{review_label(review)}: {pool.contrast}{whose}",
            published=True,
            lower_is_better=pool.lower_is_better,
            k=None if pool.k is None else int(pool.k.value),
            unit=pool.reported.unit,
            instrument=pool.instrument,
            scope=scope,
        )


def doses(studies: Iterable[Study], pools: Iterable[PoolAnswer]) -> tuple[DoseGroup, ...]:
    """What each dose by each route showed, once a measure; in words where no number was seen.

    Neither retracted studies nor further analyses of people counted elsewhere.
    """
    rows = [(one.forests[0], row) for one in pools if one.forests for row in one.forests[0].rows]
    groups = [
        group
        for study in studies
        if study.retracted_on is None and study.design is not Design.SECONDARY
        for arm in study.arms
        if arm.role is ArmRole.EXPERIMENTAL
        for group in _dose(study, arm, rows)
    ]
    return tuple(
        sorted(groups, key=lambda one: (one.route or "", one.dose is None, one.dose or 0.0, one.studies))
    )


def _dose(study: Study, arm: Arm, rows: Iterable[tuple[Forest, Row]]) -> Iterator[DoseGroup]:
    own = [(found, row) for found, row in rows if (row.study, row.experimental) == (study.id, arm.label)]
    told = [outcome.result for outcome in study.outcomes if outcome.result and _has(outcome.groups, arm)]
    words = told or [outcome.result for outcome in study.outcomes if outcome.result]
    none: list[tuple[Forest | None, Row | None]] = [(None, None)]
    for found, row in [*own] or none:
        yield DoseGroup(
            route=arm.route,
            label=arm.label,
            dose=None if arm.dose is None else float(arm.dose.value),
            dose_unit=arm.dose_unit,
            studies=(label_of(study),),
            effect=None if row is None else row.effect,
            words=words[0] if words else "No result was seen.",
            measure=None if found is None else found.question.measure,
            unit="" if found is None else found.unit,
            instrument="" if row is None else row.instrument,
        )


def _has(groups: Iterable[object], arm: Arm) -> bool:
    return any(getattr(group, "arm", "") == arm.key for group in groups)


def harms(condition: Condition, studies: Iterable[Study]) -> tuple[HarmLine, ...]:
    """Unwanted effects by arm: of this disorder's people first, then of others, said to be others."""
    found = [
        _harm(study, harm, own=speaks_for(study, condition))
        for study in studies
        if study.retracted_on is None
        for harm in study.harms
    ]
    return tuple(sorted(found, key=lambda one: not one.own))  # stable: in the order of the files


def _harm(study: Study, harm: Harm, own: bool) -> HarmLine:
    arms = {arm.key: arm.label for arm in study.arms}
    percent: float | None = None if harm.share is None else float(harm.share.value)
    low = high = None
    if harm.events is not None and harm.at_risk is not None:
        counted = wilson(int(harm.events.value), int(harm.at_risk.value))
        if counted.share is not None and counted.low is not None and counted.high is not None:
            percent, low, high = 100 * counted.share, 100 * counted.low, 100 * counted.high
    return HarmLine(
        study=study.id,
        label=label_of(study),
        population=study.population,
        own=own,
        arm=arms.get(harm.arm, harm.arm),
        harm=harm,
        percent=percent,
        low=low,
        high=high,
        seen=numbers_seen((harm.events, harm.at_risk, harm.share)),
    )
