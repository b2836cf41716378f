"""Whether small studies found more than large ones: the funnel, and what three tests say, or that they need more."""

from __future__ import annotations

from math import sqrt

from ataraxy.clinic.evidence.pictures import on_scale
from ataraxy.clinic.evidence.words import MEASURES
from ataraxy.clinic.figures.evidence import Funnel, FunnelPoint
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.publication_bias import begg, egger, trim_and_fill

LEAST_DRAWN = 3  # two dots have no shape


def funnel_of(pool: a.PoolAnswer, key: str) -> Funnel | None:
    """The funnel of the analysis that counts each person once; None for fewer than three studies."""
    forest = pool.forests[0] if pool.forests else None
    if forest is None or len(forest.rows) < LEAST_DRAWN:
        return None
    measure = pool.question.measure
    values = [on_scale(row.effect.value, measure) for row in forest.rows]
    variances = [row.variance for row in forest.rows]
    first = forest.pooled[0].result if forest.pooled else None
    points = [
        FunnelPoint(row.label, value, sqrt(variance))
        for row, value, variance in zip(forest.rows, values, variances, strict=True)
    ]
    filled, words = _tested(values, variances)
    return Funnel(
        title=f"{MEASURES[measure]}: do small studies find more?",
        axis_words=MEASURES[measure],
        is_ratio=measure.is_ratio,
        points=(*points, *filled),
        middle=on_scale(first.value, measure) if isinstance(first, a.Shown) else None,
        words=words,
        id=f"funnel-{key}",
    )


def _tested(values: list[float], variances: list[float]) -> tuple[list[FunnelPoint], str]:
    regressed, ranked = egger(values, variances), begg(values, variances)
    trimmed = trim_and_fill(values, variances)
    said = [
        str(regressed) if isinstance(regressed, TooFew) else f"Egger's test: p {regressed.slope.p:.2g}.",
        str(ranked) if isinstance(ranked, TooFew) else f"Begg's test: p {ranked.p:.2g}.",
    ]
    if isinstance(trimmed, TooFew):
        return [], " ".join([*said, str(trimmed)])
    supposed = [
        FunnelPoint("supposed to be missing", value, sqrt(variance), supposed=True)
        for value, variance in trimmed.filled
    ]
    return supposed, " ".join([*said, f"Trim-and-fill supposes {trimmed.missing} missing (hollow)."])
