"""Pools that reviews printed, as a page sets them beside ours."""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.clinic.evidence.asked import Asked
from ataraxy.clinic.evidence.effect_words import side
from ataraxy.clinic.evidence.words import MEASURES, day_words, plain
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.study import Reported


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


def beside_shown(asked: Asked, one: a.Beside, pool: a.PoolAnswer | None = None) -> BesideShown:
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
