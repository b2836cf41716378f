"""One question of a disorder's page: what was pooled, how sure, and what must be known before believing it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ataraxy.clinic.evidence.asked import Asked
from ataraxy.clinic.evidence.beside_page import BesideShown, beside_shown
from ataraxy.clinic.evidence.certain import certainty_of
from ataraxy.clinic.evidence.effect_words import behind, interval, sentence, side, value
from ataraxy.clinic.evidence.figure import Picture
from ataraxy.clinic.evidence.of_hundred import Hundred, of_hundred
from ataraxy.clinic.evidence.pictures import forest_of
from ataraxy.clinic.evidence.queries import listed_for, narrowed
from ataraxy.clinic.evidence.words import FINDINGS, MEASURES
from ataraxy.clinic.figures import forest as forest_figure
from ataraxy.clinic.figures.evidence import Forest
from ataraxy.clinic.figures.svg import Svg
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.certainty import Certainty
from ataraxy.core.evidence.choose import label_of
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.first_shown import why_first
from ataraxy.core.evidence.gaps import alone
from ataraxy.core.evidence.study import Study

ALONE = "One study alone: nothing is pooled."


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
class PoolShown:
    key: str
    title: str
    headlines: tuple[Headline, ...]
    of_hundred: tuple[Hundred, ...]
    sure: SureShown | None
    no_sure: str
    why_they_differ: str
    why_first: str  # of few studies: why this interval is the one that is read first
    warnings: tuple[str, ...]
    forest: Picture | None
    published: tuple[BesideShown, ...]
    missing: tuple[str, ...]
    own_missing: tuple[str, ...] = ()  # of those, what no other pool of the page lacks

    @property
    def has_others(self) -> bool:
        """Whether other methods were told."""
        return any(one.others for one in self.headlines)

    @property
    def published_wrong(self) -> int:
        """How many printed pools disagree with themselves: said where the table is folded."""
        return sum(bool(one.flags) for one in self.published)


def _forest(asked: Asked, pool: a.PoolAnswer, key: str) -> Forest:
    retracted = [s for s in listed_for(asked.condition, asked.base) if s.retracted_on is not None]
    here = {study: one.in_short for study, one in asked.base.local.items()}
    return forest_of(pool, asked.base.studies, narrowed(asked).outside, retracted, key, here)


def forest_on_paper(asked: Asked, pool: a.PoolAnswer) -> Svg:
    """Of each analysis the pool that is read first, so that a page holds it in letters that can be read."""
    one = _forest(asked, pool, "paper")
    first = tuple(replace(section, pools=section.pools[:1]) for section in one.sections)
    return forest_figure.draw(replace(one, sections=first))


def forest_picture(asked: Asked, pool: a.PoolAnswer, key: str) -> Picture:
    one = _forest(asked, pool, key)
    phone = replace(one, narrow=True, id=f"{one.id}-narrow")
    note = "Boxes are studies, their size the weight; diamonds are pools. Arrows: the interval goes on."
    return Picture(
        one.title, note, forest_figure.draw(one), forest_figure.table(one), forest_figure.draw(phone)
    )


def pool_shown(asked: Asked, pool: a.PoolAnswer, key: str) -> PoolShown:
    sure, no_sure = _sure(asked, pool)
    why = why_first(len(pool.forests[0].rows), pool.question.measure) if pool.forests else ""
    return PoolShown(
        key=key,
        title=pool.forests[0].title if pool.forests else MEASURES[pool.question.measure],
        headlines=headlines(asked, pool),
        of_hundred=of_hundred(pool, asked.base.studies),
        sure=sure,
        no_sure=no_sure,
        why_they_differ=pool.why_they_differ,
        why_first=why,
        warnings=tuple(
            dict.fromkeys(w for f in pool.forests for p in f.pooled for w in p.warnings if w != why)
        ),
        forest=forest_picture(asked, pool, key) if key == "1" or _has_rows(pool) else None,
        published=tuple(beside_shown(asked, one, pool) for one in pool.published),
        missing=pool.missing,
    )


def _has_rows(pool: a.PoolAnswer) -> bool:
    return any(forest.rows for forest in pool.forests)


def headlines(asked: Asked, pool: a.PoolAnswer) -> tuple[Headline, ...]:
    """The first pool of each analysis, each with the people behind it; a study alone stands for itself."""
    found = ((_pooled(pool, forest), _alone(asked, pool, forest)) for forest in pool.forests)
    return tuple(one for both in found for one in both if one)


def _pooled(pool: a.PoolAnswer, forest: a.Forest) -> Headline | None:
    first = forest.pooled[0] if forest.pooled else None
    if first is None or not isinstance(first.result, a.Shown):
        return None
    return Headline(
        label=_analysis(pool, forest) or MEASURES[pool.question.measure],
        value=value(forest, first.result),
        interval=interval(forest, first.result),
        of=behind(forest),
        side=side(forest.question.measure, lower_is_better=forest.lower_is_better),
        note=sentence(first.method),
        others=tuple(_other(forest, pooled) for pooled in forest.pooled[1:]),
        is_pooled=True,
    )


def _alone(asked: Asked, pool: a.PoolAnswer, forest: a.Forest) -> Headline | None:
    if len(forest.rows) != 1:
        return None
    (row,) = forest.rows
    return Headline(
        label=", ".join(filter(None, (row.label, _analysis(pool, forest)))),
        value=value(forest, row.effect),
        interval=interval(forest, row.effect),
        of=behind(forest),
        side=side(forest.question.measure, lower_is_better=forest.lower_is_better),
        note=" ".join(
            filter(
                None, (ALONE, alone(forest.excluded, asked.base.studies), _beyond(narrowed(asked).outside))
            )
        ),
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
    return f"{sentence(pooled.method)}: {value(forest, pooled.result)}, {interval(forest, pooled.result)}"


def _analysis(pool: a.PoolAnswer, forest: a.Forest) -> str:
    if len(pool.forests) < 2:
        return ""
    return "People beside themselves" if forest.analysis is a.Analysis.PAIRED else "As if of different people"


def _sure(asked: Asked, pool: a.PoolAnswer) -> tuple[SureShown | None, str]:
    """Of the pool that is shown first: the same analysis, put together in the same way."""
    for forest in pool.forests:
        found = certainty_of(forest, asked.base.studies)
        if isinstance(found, Certainty):
            return SureShown(found.words, found.for_patient, found.why, found.cuts.status), ""
        if isinstance(found, TooFew):
            return None, str(found)
    return None, "There is no number here, so no certainty is rated."
