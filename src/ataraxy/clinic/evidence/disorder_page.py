"""What a disorder's page shows of an answer: each pool with its picture, its certainty and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from ataraxy.clinic.evidence.asked import Asked
from ataraxy.clinic.evidence.certain import certainty_of
from ataraxy.clinic.evidence.of_hundred import Hundred, of_hundred
from ataraxy.clinic.evidence.pictures import TOLD_HARMS, by_dose, by_hour, forest_of, harms_of, on_scale
from ataraxy.clinic.evidence.queries import answer_of, every_study, listed_for, missing_of, narrowed
from ataraxy.clinic.evidence.small_studies import funnel_of
from ataraxy.clinic.evidence.words import FINDINGS, MEASURES, day_words, plain
from ataraxy.clinic.figures import dose_response, effect_by_hour
from ataraxy.clinic.figures import forest as forest_figure
from ataraxy.clinic.figures import funnel as funnel_figure
from ataraxy.clinic.figures import harms as harms_figure
from ataraxy.clinic.figures.effect_axis import interval_words, said
from ataraxy.clinic.figures.evidence import DoseResponse, EffectByHour
from ataraxy.clinic.figures.svg import Svg
from ataraxy.clinic.figures.types import Table
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.certainty import Certainty
from ataraxy.core.evidence.choose import label_of
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.gaps import alone
from ataraxy.core.evidence.study import Measure, Reported, Study

KEPT_PAGES = 32
ALONE = "One study alone: nothing is pooled."
Drawn = TypeVar("Drawn", EffectByHour, DoseResponse)


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure, its form for a phone (empty: it scrolls), and its numbers as a table."""

    caption: str
    note: str
    svg: Svg
    table: Table
    narrow: Svg | str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """One pooled effect as it is said. ``of``: how many people and studies stand behind it, never left out."""

    label: str
    value: str
    interval: str
    of: str
    side: str  # "below 0 favours ketamine"
    note: str
    others: tuple[str, ...]  # the same rows by other methods, which trust few studies less
    is_pooled: bool


@dataclass(frozen=True, slots=True)
class SureShown:
    """Certainty in words, proposed by rule; ``why`` its reasons."""

    words: str
    for_patient: str
    why: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True)
class BesideShown:
    review: str
    label: str
    contrast: str
    measure: str
    printed: str
    side: str
    k: str
    n: str
    flags: tuple[str, ...]
    ours: str  # what ours says to it, or why it says nothing
    retracted: str
    scope: str  # whose figure it is, where not this disorder's


@dataclass(frozen=True, slots=True)
class PoolShown:
    key: str
    title: str
    headlines: tuple[Headline, ...]
    of_hundred: tuple[Hundred, ...]
    sure: SureShown | None
    no_sure: str
    why_they_differ: str
    warnings: tuple[str, ...]
    forest: Picture | None
    funnel: Picture | None
    published: tuple[BesideShown, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """``missing``: what nobody has shown, said before anything that was."""

    answer: a.Answer
    missing: tuple[str, ...]
    pools: tuple[PoolShown, ...]
    hours: tuple[Picture, ...]
    doses: tuple[Picture, ...]
    dose_rows: tuple[tuple[str, str, str], ...]  # dose, studies, what it showed: once each
    harms: Picture | None
    more_harms: Table
    apart: tuple[BesideShown, ...]  # printed in points of another scale, or of one that was not seen


@lru_cache(maxsize=KEPT_PAGES)
def page_of(asked: Asked) -> Page:
    """Everything a disorder's page draws; kept, for the base changes only with a release."""
    answer = answer_of(asked)
    pools = tuple(_pool(asked, pool, f"{number + 1}") for number, pool in enumerate(answer.pools))
    hours = tuple(
        Picture(
            one.title,
            "The time course across studies",
            effect_by_hour.draw(one),
            effect_by_hour.table(one),
            effect_by_hour.draw(_phone(one)),
        )
        for one in by_hour(answer)
    )
    return Page(
        answer,
        missing_of(asked),
        pools,
        hours,
        dose_pictures(answer),
        dose_rows(answer),
        harms_picture(answer),
        more_harms(answer),
        tuple(_beside(asked, one) for one in answer.apart),
    )


def forest_picture(asked: Asked, pool: a.PoolAnswer, key: str) -> Picture:
    retracted = [s for s in listed_for(asked.condition) if s.retracted_on is not None]
    one = forest_of(pool, every_study(), narrowed(asked).outside, retracted, key)
    phone = replace(one, narrow=True, id=f"{one.id}-narrow")
    note = "Boxes are studies, their size the weight; diamonds are pools. Arrows: the interval goes on."
    return Picture(
        one.title, note, forest_figure.draw(one), forest_figure.table(one), forest_figure.draw(phone)
    )


def funnel_picture(pool: a.PoolAnswer, key: str) -> Picture | None:
    one = funnel_of(pool, key)
    if one is None:
        return None
    note = "Studies nobody published would be missing on one side below"
    return Picture(one.title, note, funnel_figure.draw(one), funnel_figure.table(one))


def dose_pictures(answer: a.Answer) -> tuple[Picture, ...]:
    words = "Each dot is what one dose showed. No curve is drawn through so few studies."
    return tuple(
        Picture(
            one.title,
            "By route",
            dose_response.draw(one),
            dose_response.table(one),
            dose_response.draw(_phone(one)),
        )
        for one in by_dose(answer, words)
    )


def dose_rows(answer: a.Answer) -> tuple[tuple[str, str, str], ...]:
    told = ((one.label, ", ".join(one.studies), one.words) for one in answer.doses)
    return tuple(dict.fromkeys(told))


def _phone(one: Drawn) -> Drawn:
    return replace(one, narrow=True, id=f"{one.id}-narrow")


def more_harms(answer: a.Answer) -> Table:
    """Every other unwanted effect, as a table alone."""
    others = sorted({one.harm.effect for one in answer.harms} - set(TOLD_HARMS))
    return harms_figure.table(harms_of(answer, every_study(), others))


def harms_picture(answer: a.Answer) -> Picture | None:
    one = harms_of(answer, every_study())
    if not one.rows:
        return None
    phone = replace(one, narrow=True, id=f"{one.id}-narrow")
    note = "With 95 % intervals (Wilson) where people were counted"
    return Picture(one.title, note, harms_figure.draw(one), harms_figure.table(one), harms_figure.draw(phone))


def _pool(asked: Asked, pool: a.PoolAnswer, key: str) -> PoolShown:
    sure, no_sure = _sure(pool)
    return PoolShown(
        key=key,
        title=pool.forests[0].title if pool.forests else MEASURES[pool.question.measure],
        headlines=headlines(pool, narrowed(asked).outside),
        of_hundred=of_hundred(pool, every_study()),
        sure=sure,
        no_sure=no_sure,
        why_they_differ=pool.why_they_differ,
        warnings=tuple(dict.fromkeys(w for f in pool.forests for p in f.pooled for w in p.warnings)),
        forest=forest_picture(asked, pool, key) if key == "1" or _has_rows(pool) else None,
        funnel=funnel_picture(pool, key),
        published=tuple(_beside(asked, one, pool) for one in pool.published),
        missing=pool.missing,
    )


def _has_rows(pool: a.PoolAnswer) -> bool:
    return any(forest.rows for forest in pool.forests)


def headlines(pool: a.PoolAnswer, outside: Iterable[Study] = ()) -> tuple[Headline, ...]:
    """The first pool of each analysis, each with the people behind it; a study alone stands for itself.

    ``outside``: what the filters of the page leave out.
    """
    beyond = tuple(outside)
    found = ((_pooled(pool, forest), _alone(pool, forest, beyond)) for forest in pool.forests)
    return tuple(one for both in found for one in both if one)


def _pooled(pool: a.PoolAnswer, forest: a.Forest) -> Headline | None:
    first = forest.pooled[0] if forest.pooled else None
    if first is None or not isinstance(first.result, a.Shown):
        return None
    return Headline(
        label=_analysis(pool, forest) or MEASURES[pool.question.measure],
        value=_value(forest, first.result),
        interval=_interval(forest, first.result),
        of=behind(forest),
        side=side(forest.question.measure, lower_is_better=forest.lower_is_better),
        note=sentence(first.method),
        others=tuple(_other(forest, pooled) for pooled in forest.pooled[1:]),
        is_pooled=True,
    )


def _alone(pool: a.PoolAnswer, forest: a.Forest, outside: Iterable[Study]) -> Headline | None:
    if len(forest.rows) != 1:
        return None
    (row,) = forest.rows
    return Headline(
        label=", ".join(filter(None, (row.label, _analysis(pool, forest)))),
        value=_value(forest, row.effect),
        interval=_interval(forest, row.effect),
        of=behind(forest),
        side=side(forest.question.measure, lower_is_better=forest.lower_is_better),
        note=" ".join(filter(None, (ALONE, alone(forest.excluded, every_study()), _beyond(outside)))),
        others=(),
        is_pooled=False,
    )


def _beyond(outside: Iterable[Study]) -> str:
    """The trials a filter leaves out, with what they found: narrowing makes nobody's result go away."""
    trials = [one for one in outside if one.randomised and one.retracted_on is None]
    told = ", ".join(f"{label_of(one)} ({FINDINGS[one.finding]})" for one in trials)
    return f"Outside what was asked for: {told}." if told else ""


def _other(forest: a.Forest, pooled: a.Pooled) -> str:
    if isinstance(pooled.result, TooFew):
        return f"{sentence(pooled.method)}: {pooled.result}"
    return f"{sentence(pooled.method)}: {_value(forest, pooled.result)}, {_interval(forest, pooled.result)}"


def sentence(words: str) -> str:
    """With a capital, without touching the rest."""
    return words[:1].upper() + words[1:]


def behind(forest: a.Forest) -> str:
    """ "2 studies, 30 people": what a pooled number rests on."""
    k = len(forest.rows)
    people = f"{forest.people} people" if forest.people is not None else "how many people was not seen"
    return f"{k} {'study' if k == 1 else 'studies'}, {people}"


def _analysis(pool: a.PoolAnswer, forest: a.Forest) -> str:
    if len(pool.forests) < 2:
        return ""
    return "Paired" if forest.analysis is a.Analysis.PAIRED else "As if independent"


def side(measure: Measure, *, lower_is_better: bool) -> str:
    """On which side of no effect ketamine was better: reviews and trials differ in it."""
    return f"{'below' if lower_is_better else 'above'} {1 if measure.is_ratio else 0} favours ketamine"


def _value(forest: a.Forest, shown: object) -> str:
    assert isinstance(shown, a.Shown)
    measure = forest.question.measure
    unit = f" {forest.unit}" if measure is Measure.MD and forest.unit else ""
    return said(on_scale(shown.value, measure), is_ratio=measure.is_ratio) + unit


def _interval(forest: a.Forest, shown: object) -> str:
    assert isinstance(shown, a.Shown)
    measure = forest.question.measure
    words = interval_words(
        on_scale(shown.low, measure), on_scale(shown.high, measure), is_ratio=measure.is_ratio
    )
    return f"{shown.level * 100:g} % interval {words}"


def _sure(pool: a.PoolAnswer) -> tuple[SureShown | None, str]:
    """Of the pool that is shown first: the same analysis, put together in the same way."""
    for forest in pool.forests:
        found = certainty_of(forest, every_study())
        if isinstance(found, Certainty):
            return SureShown(found.words, found.for_patient, found.why, found.cuts.status), ""
        if isinstance(found, TooFew):
            return None, str(found)
    return None, "Nothing is pooled, so no certainty is rated."


def _beside(asked: Asked, one: a.Beside, pool: a.PoolAnswer | None = None) -> BesideShown:
    reported = one.pool.reported
    return BesideShown(
        review=one.review,
        label=one.label,
        contrast=one.pool.contrast,
        measure=f"{MEASURES[reported.measure]}{f', {reported.unit}' if reported.unit else ''}",
        printed=printed(reported),
        side=side(reported.measure, lower_is_better=one.pool.lower_is_better),
        k=plain(one.pool.k.value) if one.pool.k is not None else "not seen",
        n=plain(one.pool.n.value) if one.pool.n is not None else "not seen",
        flags=one.flags,
        ours=one.reproduced or _not_recomputed(asked, one, pool),
        retracted=day_words(one.retracted_on) if one.retracted_on else "",
        scope=one.scope,
    )


def _not_recomputed(asked: Asked, one: a.Beside, pool: a.PoolAnswer | None) -> str:
    """Why ours says nothing to a printed pool; that its inputs were not seen only where they were not."""
    if not one.pool.studies:
        return "not recomputed: its inputs were not seen"
    if pool is None or one.pool.reported.measure is not pool.question.measure:
        return "not recomputed in this measure"
    rows = [{row.study for row in forest.rows} for forest in pool.forests]
    if set(one.pool.studies) in rows:
        return "recomputed from the same studies: ours differs from what was printed"
    why = (
        "filters leave some of its studies out" if asked.is_narrowed else "it pooled other studies than ours"
    )
    return f"not recomputed here: {why}"


def printed(reported: Reported) -> str:
    """An estimate with its interval in the digits it was printed with."""
    estimate = plain(reported.estimate.value) if reported.estimate is not None else "not printed"
    if reported.low is None or reported.high is None:
        return estimate
    p = f", p {plain(reported.p.value)}" if reported.p is not None else ""
    return f"{estimate} ({plain(reported.low.value)} to {plain(reported.high.value)}){p}"
