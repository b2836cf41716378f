"""Are small studies with unwelcome results missing? The funnel, two tests of its symmetry, and trim-and-fill.

With fewer than ten studies none of them can tell chance from bias (Cochrane Handbook 13.3.5.4), so they answer TooFew;
``even_if_few`` asks for the number all the same. Asymmetry is not proof of unpublished studies: poor small studies,
and true differences between small and large ones, look alike.
Sources: Peters et al. 2008 (contours); Egger et al. 1997; Sterne & Egger 2005; Begg & Mazumdar 1994; Duval & Tweedie
2000 (L0, R0). Definitions as metafor's ``regtest``, ``ranktest`` and ``trimfill``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb, sqrt

import numpy as np

from ataraxy.core.evidence.between import Method, between
from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.least_squares import Fit, weigh
from ataraxy.core.evidence.pool import Pool, pool
from ataraxy.core.evidence.pool_many import Inference, interval
from ataraxy.core.evidence.pool_rows import FloatArray, Rows, one_row

ENOUGH = 10
LEAST = 3


class EggerForm(StrEnum):
    """How the scatter about the regression line is modelled."""

    CLASSIC = "classic"  # weighted regression, one multiplicative variance (Egger et al. 1997)
    RANDOM = "random"  # meta-regression with tau²


class FillBy(StrEnum):
    """Duval and Tweedie's estimators of how many studies are missing."""

    L0 = "l0"
    R0 = "r0"


class Side(StrEnum):
    """Where on the funnel studies are missing."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Contour:
    """Two straight lines from (``about``, 0) down to (``low``, ``to_se``) and (``high``, ``to_se``).

    About zero: effects between them have p above 1 - level. About the pooled effect: where that share of studies
    would lie if they differed by chance alone.
    """

    about: float
    level: float
    low: float
    high: float
    to_se: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """Points (effect, standard error), in the order given, with contours of significance and the funnel itself."""

    points: tuple[tuple[float, float], ...]
    centre: float
    contours: tuple[Contour, ...]
    limits: Contour


@dataclass(frozen=True, slots=True)
class Egger:
    """Whether effects change with their standard error.

    ``slope`` is what the effect changes by a unit of standard error (in the classic form on z = effect / SE this is the
    intercept); ``limit`` is the effect a study without error would have.
    """

    form: EggerForm
    k: int
    slope: Estimate
    statistic: float
    limit: Estimate
    tau2: float | None


@dataclass(frozen=True, slots=True)
class Begg:
    """Kendall's rank correlation of standardised effects with their variances."""

    k: int
    tau: float
    p: float
    exact: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """The pool with the mirror images of studies that seem to be missing. ``p`` only by R0: that none is missing."""

    by: FillBy
    side: Side
    missing: int
    missing_se: float
    filled: tuple[tuple[float, float], ...]  # effect, variance
    pool: Pool
    p: float | None
    converged: bool


def funnel(
    values: Sequence[float],
    variances: Sequence[float],
    centre: float,
    levels: Sequence[float] = (0.90, 0.95, 0.99),
) -> Funnel | TooFew:
    """Coordinates of a contour-enhanced funnel about a pooled effect; studies of infinite variance are not drawn."""
    from scipy.special import ndtri

    pools = one_row(values, variances)
    y, se = pools.y[pools.here], np.sqrt(pools.v[pools.here])
    if not len(y):
        return TooFew("A funnel", 1, 0)
    bottom = float(se.max())

    def lines(about: float, level: float) -> Contour:
        reach = float(ndtri(0.5 + level / 2)) * bottom
        return Contour(about, level, about - reach, about + reach, bottom)

    points = tuple(zip(y.tolist(), se.tolist(), strict=True))
    return Funnel(points, centre, tuple(lines(0.0, level) for level in levels), lines(centre, 0.95))


def _refused(method: str, pools: Rows, even_if_few: bool) -> TooFew | None:
    needs, has = LEAST if even_if_few else ENOUGH, int(pools.k[0])
    return TooFew(method, needs, has) if has < needs else None


def _with_se(values: Sequence[float], variances: Sequence[float]) -> Rows:
    """Rows with the regression on the standard error."""
    v = np.asarray(variances, float)
    return one_row(
        values, variances, np.stack([np.ones_like(v), np.sqrt(np.where(v > 0, v, np.nan))], axis=-1)
    )


def egger(
    values: Sequence[float],
    variances: Sequence[float],
    form: EggerForm = EggerForm.CLASSIC,
    method: Method = Method.REML,
    inference: Inference = Inference.HARTUNG_KNAPP,
    level: float = 0.95,
    even_if_few: bool = False,
) -> Egger | TooFew:
    """Egger's regression test. ``method`` and ``inference`` are for the random form."""
    pools = one_row(values, variances)
    refused = _refused("Egger's test", pools, even_if_few)
    if refused:
        return refused
    if np.ptp(pools.v[pools.here]) <= 1e-12 * pools.v[pools.here].max():
        return TooFew("Egger's test", 2, 1, "different standard errors")
    return _egger(_with_se(values, variances), form, method, inference, level)


def _egger(pools: Rows, form: EggerForm, method: Method, inference: Inference, level: float) -> Egger:
    k = int(pools.k[0])
    classic = form is EggerForm.CLASSIC
    tau2 = np.zeros(1) if classic else between(pools, method).tau2
    fit = weigh(pools, tau2)
    factor, df = _scatter(fit, k - 2, Inference.HARTUNG_KNAPP if classic else inference)
    limit, slope = (_coefficient(fit, i, factor, df, level) for i in (0, 1))
    return Egger(form, k, slope, slope.value / slope.se, limit, None if classic else float(tau2[0]))


def _scatter(fit: Fit, df: int, inference: Inference) -> tuple[float, float | None]:
    factor = float(fit.q[0]) / df
    if inference is Inference.WALD:
        return 1.0, None
    return max(factor, 1.0) if inference is Inference.BOUNDED else factor, float(df)


def _coefficient(fit: Fit, i: int, factor: float, df: float | None, level: float) -> Estimate:
    value, se = fit.beta[:, i], np.sqrt(factor * fit.cov[:, i, i])
    low, high, p = interval(value, se, None if df is None else np.array([df]), level)
    return Estimate(float(value[0]), float(se[0]), float(low[0]), float(high[0]), float(p[0]), df, level)


def begg(values: Sequence[float], variances: Sequence[float], even_if_few: bool = False) -> Begg | TooFew:
    """Begg and Mazumdar's rank test: exact below 50 studies without ties, else by the normal."""
    from scipy.stats import kendalltau

    pools = one_row(values, variances)
    refused = _refused("Begg's test", pools, even_if_few)
    if refused:
        return refused
    y, v = pools.y[pools.here], pools.v[pools.here]
    w = 1 / v
    standard = (y - (w * y).sum() / w.sum()) / np.sqrt(v - 1 / w.sum())
    if len(set(v.tolist())) < 2 or len(set(standard.tolist())) < 2:
        return TooFew("Begg's test", 2, 1, "different effects and variances")
    exact = len(y) < 50 and len(set(v.tolist())) == len(set(standard.tolist())) == len(y)
    found = kendalltau(standard, v, method="exact" if exact else "asymptotic")
    return Begg(len(y), float(found.statistic), float(found.pvalue), exact)


def trim_and_fill(
    values: Sequence[float],
    variances: Sequence[float],
    by: FillBy = FillBy.L0,
    side: Side | None = None,
    method: Method = Method.REML,
    inference: Inference | None = None,
    level: float = 0.95,
    even_if_few: bool = False,
) -> Filled | TooFew:
    """Duval and Tweedie's trim-and-fill; ``side`` where studies are missing, by the funnel's slope unless said."""
    pools = one_row(values, variances)
    refused = _refused("Trim-and-fill", pools, even_if_few)
    if refused:
        return refused
    side = side or _thin_side(values, variances, method)
    sign = -1.0 if side is Side.RIGHT else 1.0
    order = np.argsort(sign * pools.y[0][pools.here[0]], kind="stable")
    y, v = (sign * pools.y[0][pools.here[0]])[order], pools.v[0][pools.here[0]][order]
    missing, se, centre, converged = _trimmed(y, v, by, method)
    images = [(sign * (2 * centre - y[i]), float(v[i])) for i in range(len(y) - missing, len(y))]
    together = pool(
        [*values, *(image[0] for image in images)], [*variances, *(image[1] for image in images)],
        method, inference, level=level,
    )  # fmt: skip
    assert isinstance(together, Pool)
    p = _none_missing(missing) if by is FillBy.R0 else None
    return Filled(by, side, missing, se, tuple((float(a), b) for a, b in images), together, p, converged)


def _thin_side(values: Sequence[float], variances: Sequence[float], method: Method) -> Side:
    pools = _with_se(values, variances)
    v = pools.v[pools.here]
    if np.ptp(v) <= 1e-12 * v.max():
        return Side.LEFT
    return Side.RIGHT if weigh(pools, between(pools, method).tau2).beta[0, 1] < 0 else Side.LEFT


def _trimmed(y: FloatArray, v: FloatArray, by: FillBy, method: Method) -> tuple[int, float, float, bool]:
    """How many are missing on the left of ascending effects, its error, the centre, and whether it settled."""
    k, missing, se, centre = len(y), 0, 0.0, 0.0
    for _ in range(100):
        kept = Rows(
            y[None, : k - missing],
            v[None, : k - missing],
            np.ones((1, k - missing), bool),
            np.array([k - missing + 0.0]),
        )
        centre = float(weigh(kept, between(kept, method).tau2 if k - missing > 1 else 0.0).beta[0, 0])
        before, (missing, se) = missing, _missing(y - centre, by)
        if missing == before:
            return missing, se, centre, True
    return missing, se, centre, False


def _missing(off: FloatArray, by: FillBy) -> tuple[int, float]:
    k = len(off)
    ranks = np.empty(k)
    ranks[np.argsort(abs(off), kind="stable")] = np.arange(1.0, k + 1)
    if by is FillBy.R0:
        raw = k - ranks[off < 0].max(initial=0.0) - 1
        return max(0, round(raw)), sqrt(2 * max(0.0, raw) + 2)
    raw = (4 * ranks[off > 0].sum() - k * (k + 1)) / (2 * k - 1)
    variance = (
        k * (k + 1) * (2 * k + 1) + 10 * raw**3 + 27 * raw**2 + 17 * raw - 18 * k * raw**2 - 18 * k * raw
    )
    variance = (variance + 6 * k**2 * raw) / 24
    return max(0, round(raw)), 4 * sqrt(max(0.0, variance)) / (2 * k - 1)


def _none_missing(missing: int) -> float:
    """The chance of at least so many by R0, if none is missing."""
    return 1 - sum(comb(m + 1, m + 1) * 0.5 ** (m + 2) for m in range(-1, missing))
