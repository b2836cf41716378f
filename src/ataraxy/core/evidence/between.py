"""How much the studies truly differ: the between-study variance tau², by eight estimators, many pools at once.

A pool is a row: effects ``y`` and sampling variances ``v`` of shape (m, k), NaN where a pool has fewer studies than
the widest. ``design`` (m, k, p) is for meta-regression; without it, there is a mean alone.

Definitions follow Viechtbauer, metafor (2010), where programs differ: HS by its original form (Q - k) / sum(w); SJ
starts from the mean squared deviation with divisor k; EB and PM are one estimator reached in two ways; every estimate
is cut at zero. Where the likelihood has several peaks, ML and REML take the highest.
Sources: DerSimonian & Laird 1986; Paule & Mandel 1982; Raudenbush 2009 (ML, REML); Morris 1983 (EB); Hunter & Schmidt
1990 (HS); Hedges & Olkin 1985 (HE); Sidik & Jonkman 2005 (SJ); standard errors: Viechtbauer 2005.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

MOST_STEPS = 500
WORTH_COMPILED = 2_000  # pools from which the compiled search gains more than loading it costs
NEAR = 1e-12  # a step this small, beside tau² and the studies' own variance, is the end
NEARLY_ZERO = 0.05  # a tau² below this share of the smallest sampling variance is as good as none
PEAKS = 2.0 ** np.arange(
    -12.0, 13.0, 2.0
)  # where other peaks are looked for, in units of the typical variance


class Method(StrEnum):
    """What is assumed of the studies, and how their differences are estimated."""

    COMMON = "common"  # one true effect; tau² is zero by assumption
    DL = "dl"
    PM = "pm"
    REML = "reml"
    ML = "ml"
    EB = "eb"
    HS = "hs"
    HE = "he"
    SJ = "sj"

    @property
    def words(self) -> str:
        return WORDS[self]


WORDS = {
    Method.COMMON: "common effect, inverse variance",
    Method.DL: "random effects, tau² by DerSimonian and Laird",
    Method.PM: "random effects, tau² by Paule and Mandel",
    Method.REML: "random effects, tau² by restricted maximum likelihood (REML)",
    Method.ML: "random effects, tau² by maximum likelihood",
    Method.EB: "random effects, tau² by empirical Bayes",
    Method.HS: "random effects, tau² by Hunter and Schmidt",
    Method.HE: "random effects, tau² by Hedges",
    Method.SJ: "random effects, tau² by Sidik and Jonkman",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Pools as rows. ``v`` is infinite and ``y`` zero where there is no study, so that its weight is zero."""

    y: FloatArray  # (m, k)
    v: FloatArray  # (m, k)
    here: BoolArray  # (m, k)
    k: FloatArray  # (m,) studies in each
    design: FloatArray | None = None  # (m, k, p), zero where there is no study

    @property
    def p(self) -> int:
        return 1 if self.design is None else self.design.shape[2]

    def only(self, which: NDArray[Any]) -> Rows:
        """The pools chosen by a mask or by positions."""
        design = None if self.design is None else self.design[which]
        y, v, here = (np.asfortranarray(a[which]) for a in (self.y, self.v, self.here))
        return Rows(y, v, here, self.k[which], design)


@dataclass(frozen=True, slots=True)
class Fit:
    """Weighted least squares of each row with given weights."""

    w: FloatArray  # (m, k)
    beta: FloatArray  # (m, p)
    cov: FloatArray  # (m, p, p): inverse of X'WX
    residual: FloatArray  # (m, k), zero where there is no study

    @property
    def q(self) -> FloatArray:
        """Weighted sum of squared residuals."""
        return np.asarray((self.w * self.residual**2).sum(-1))


@dataclass(frozen=True, slots=True)
class Between:
    """tau² of each pool; its standard error; whether the search ended, and after how many steps."""

    tau2: FloatArray
    se: FloatArray
    converged: BoolArray
    steps: NDArray[np.int64]


def rows(values: FloatArray, variances: FloatArray, design: FloatArray | None = None) -> Rows:
    """Checked pools from arrays of shape (m, k).

    NaN in both arrays: no study there. An infinite variance: a study without information, left out likewise.

    Raises:
        ValueError: a variance at or below zero, an infinite effect, a NaN in one array only, unequal shapes.
    """
    y, v = np.atleast_2d(np.asarray(values, float)), np.atleast_2d(np.asarray(variances, float))
    if y.shape != v.shape or y.ndim != 2:
        raise ValueError(
            f"Effects {y.shape} and variances {v.shape} differ in shape: give one variance an effect."
        )
    if (np.isnan(y) != np.isnan(v)).any():
        raise ValueError("An effect without its variance, or the reverse: give both, or leave the study out.")
    if np.isinf(y).any():
        raise ValueError("An effect is infinite: correct the zero cells of its table first.")
    if (v <= 0).any():
        raise ValueError(
            "A sampling variance is zero or negative: it is the square of a standard error above zero."
        )
    here = np.isfinite(v)
    # Column by column in memory: sums over the few studies of many pools then run over whole columns.
    y, v, here = (np.asfortranarray(a) for a in (np.where(here, y, 0.0), np.where(here, v, np.inf), here))
    if design is not None:
        design = np.where(here[..., None], np.broadcast_to(design, (*y.shape, design.shape[-1])), 0.0)
    return Rows(y, v, here, here.sum(-1).astype(float), design)


def one_row(values: Sequence[float], variances: Sequence[float], design: FloatArray | None = None) -> Rows:
    """One checked pool; ``design`` (k, p).

    Raises:
        ValueError: as ``rows``, or a number is missing.
    """
    if len(values) != len(variances):
        raise ValueError(
            f"{len(values)} effects and {len(variances)} variances: give one variance an effect."
        )
    y, v = np.asarray(values, float), np.asarray(variances, float)
    if np.isnan(y).any() or np.isnan(v).any():
        raise ValueError("An effect or its variance is not a number: leave a study without numbers out.")
    return rows(y[None, :], v[None, :], None if design is None else design[None, :, :])


def typical_variance(pools: Rows) -> FloatArray:
    """The sampling variance of a typical study (Higgins & Thompson 2002), beside which I² sets tau²."""
    fit = weigh(pools, np.where(pools.k > pools.p, 0.0, np.nan))
    return np.asarray((pools.k - pools.p) / traces(pools, fit)[0])


def weigh(pools: Rows, tau2: FloatArray | float) -> Fit:
    """The weighted mean (or regression) of each pool with weights 1 / (v + tau²)."""
    return fitted(pools, 1.0 / (pools.v + np.asarray(tau2)[..., None]))


def fitted(pools: Rows, w: FloatArray) -> Fit:
    x, y = pools.design, pools.y
    if x is None:
        total = w.sum(-1)
        mean = (w * y).sum(-1) / total
        residual = (y - mean[:, None]) * pools.here
        return Fit(w, mean[:, None], (1.0 / total)[:, None, None], residual)
    cov = np.linalg.inv(np.einsum("mkp,mk,mkq->mpq", x, w, x))
    beta = np.einsum("mpq,mkq,mk->mp", cov, x, w * y)
    return Fit(w, beta, cov, np.where(pools.here, y - np.einsum("mkp,mp->mk", x, beta), 0.0))


def _seen(pools: Rows, a: FloatArray) -> FloatArray:
    """X' diag(a) X, of shape (m, p, p)."""
    if pools.design is None:
        return np.asarray(a.sum(-1)[:, None, None])
    return np.asarray(np.einsum("mkp,mk,mkq->mpq", pools.design, a, pools.design))


def traces(pools: Rows, fit: Fit, a: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
    """tr(PA) and tr(PAPA) of P = W - WX(X'WX)^-1 X'W and A = diag(a); A = I unless given."""
    if a is None and pools.design is None:
        w2 = fit.w * fit.w
        total, second, third = fit.w.sum(-1), w2.sum(-1), _dot(w2, fit.w)
        ratio = second / total
        return total - ratio, second - 2 * third / total + ratio**2
    one = fit.w if a is None else fit.w * np.where(pools.here, a, 0.0)
    first, second = _seen(pools, one * fit.w), _seen(pools, one * one * fit.w)
    turned = fit.cov @ first
    trace = one.sum(-1) - np.trace(turned, axis1=1, axis2=2)
    squared = (one**2).sum(-1) - 2 * np.trace(fit.cov @ second, axis1=1, axis2=2)
    return trace, squared + np.trace(turned @ turned, axis1=1, axis2=2)


def log_likelihood(pools: Rows, tau2: FloatArray, restricted: bool) -> FloatArray:
    """At its own best mean. Restricted: with the constant log|X'X| / 2, as metafor has it."""
    fit = weigh(pools, tau2)
    plain = pools.here.astype(float)
    logs = np.where(pools.here, np.log(np.where(pools.here, fit.w, 1.0)), 0.0).sum(-1)
    n = pools.k - pools.p if restricted else pools.k
    more = (
        (np.linalg.slogdet(fit.cov)[1] + np.linalg.slogdet(_seen(pools, plain))[1]) / 2 if restricted else 0.0
    )
    return np.asarray(-n / 2 * np.log(2 * np.pi) + logs / 2 + more - fit.q / 2)


def between(pools: Rows, method: Method) -> Between:
    """tau² of each pool. A pool with no more studies than coefficients gets NaN."""
    enough = pools.k > pools.p
    m = len(pools.k)
    tau2, se = np.full(m, np.nan), np.full(m, np.nan)
    converged, steps = np.zeros(m, bool), np.zeros(m, np.int64)
    if enough.any():
        some = pools if enough.all() else pools.only(enough)
        found = _estimate(some, method)
        tau2[enough], se[enough], converged[enough], steps[enough] = (
            found.tau2, found.se, found.converged, found.steps,
        )  # fmt: skip
    return Between(tau2, se, converged, steps)


def _estimate(pools: Rows, method: Method) -> Between:
    if method is Method.COMMON:
        return _at_once(np.zeros_like(pools.k), np.zeros_like(pools.k))
    if method is Method.DL or method is Method.HS:
        return _moments(pools, method)
    if method is Method.HE:
        return _hedges(pools)
    if method is Method.SJ:
        return _sidik_jonkman(pools)
    if method is Method.PM or method is Method.EB:
        return _paule_mandel(pools)
    return _likeliest(pools, restricted=method is Method.REML)


def _at_once(tau2: FloatArray, se: FloatArray) -> Between:
    return Between(np.maximum(tau2, 0.0), se, np.ones(len(tau2), bool), np.zeros(len(tau2), np.int64))


def _moments(pools: Rows, method: Method) -> Between:
    fit = weigh(pools, np.zeros_like(pools.k))
    trace, squared = traces(pools, fit)
    df = pools.k - pools.p
    if method is Method.DL:
        tau2, per = (fit.q - df) / trace, trace
    else:
        per = fit.w.sum(-1)
        tau2 = (fit.q - pools.k) / per
    cut = np.maximum(tau2, 0.0)
    return _at_once(tau2, np.sqrt(2 * df + 4 * cut * trace + 2 * cut**2 * squared) / per)


def _hedges(pools: Rows) -> Between:
    fit = fitted(pools, pools.here.astype(float))
    trace, squared = traces(pools, fit, pools.v)
    df = pools.k - pools.p
    tau2 = (fit.q - trace) / df
    cut = np.maximum(tau2, 0.0)
    return _at_once(tau2, np.sqrt(2 * squared + 4 * cut * trace + 2 * cut**2 * df) / df)


def _sidik_jonkman(pools: Rows) -> Between:
    df = pools.k - pools.p
    mean = pools.y.sum(-1) / pools.k
    start = (np.where(pools.here, pools.y - mean[:, None], 0.0) ** 2).sum(-1) / pools.k
    start = np.where(start > 0, start, np.nan)  # equal effects: nothing to start from
    fit = weigh(pools, start)
    tau2 = np.where(np.isnan(start), 0.0, start * fit.q / df)
    _, own2 = traces(pools, fit, pools.v)
    _, plain2 = traces(pools, fit)
    mixed = _mixed(pools, fit)
    se = start / df * np.sqrt(2 * own2 + 4 * tau2 * mixed + 2 * tau2**2 * plain2)
    return _at_once(tau2, np.where(np.isnan(start), 0.0, se))


def _mixed(pools: Rows, fit: Fit) -> FloatArray:
    """tr(PVP)."""
    v = np.where(pools.here, pools.v, 0.0)
    second = _seen(pools, fit.w**2)
    turned = fit.cov @ second @ fit.cov @ _seen(pools, fit.w**2 * v)
    crossed = fit.cov @ _seen(pools, fit.w**3 * v)
    return np.asarray(
        (fit.w**2 * v).sum(-1) - 2 * np.trace(crossed, axis1=1, axis2=2) + np.trace(turned, axis1=1, axis2=2)
    )


def q_root(pools: Rows, target: FloatArray) -> tuple[FloatArray, BoolArray, NDArray[np.int64]]:
    """The tau² at which Q(tau²) is the target, zero where Q(0) is below it; whether found; steps.

    Q falls and is convex, so Newton's steps from zero never pass the root.
    """
    tau2 = np.zeros_like(pools.k)
    going, steps = np.ones(len(tau2), bool), np.zeros(len(tau2), np.int64)
    while going.any() and steps.max() < MOST_STEPS:
        here = np.flatnonzero(going)
        some = pools if len(here) == len(tau2) else pools.only(here)
        fit = weigh(some, tau2[here])
        over, slope = fit.q - target[here], (fit.w**2 * fit.residual**2).sum(-1)
        up = over > 0
        step = np.where(up, over, 0.0) / np.where(up & (slope > 0), slope, 1.0)
        tau2[here] += step
        steps[here] += 1
        going[here] = up & (step > NEAR * (tau2[here] + _harmonic(some)))
    return tau2, ~going, steps


def _harmonic(pools: Rows) -> FloatArray:
    """The harmonic mean of the sampling variances."""
    return np.asarray(pools.k / (1.0 / pools.v).sum(-1))


def _paule_mandel(pools: Rows) -> Between:
    tau2, found, steps = q_root(pools, pools.k - pools.p)
    per = (1.0 / (pools.v + tau2[:, None])).sum(-1)
    return Between(tau2, np.sqrt(2 * pools.k**2 / (pools.k - pools.p)) / per, found, steps)


def _likeliest(pools: Rows, restricted: bool) -> Between:
    many = len(pools.k) >= WORTH_COMPILED and pools.design is None
    told, doubtful = _compiled(pools, restricted) if many else _plain(pools, restricted)
    other = np.flatnonzero(doubtful)
    if len(other):
        some = pools.only(other)
        told.tau2[other], told.converged[other] = _highest(
            some, told.tau2[other], told.converged[other], restricted
        )
        told.se[other] = _likely_error(some, told.tau2[other], restricted)
    return told


def _likely_error(pools: Rows, tau2: FloatArray, restricted: bool) -> FloatArray:
    fit = weigh(pools, tau2)
    return np.sqrt(2 / (traces(pools, fit)[1] if restricted else _dot(fit.w, fit.w)))


def _plain(pools: Rows, restricted: bool) -> tuple[Between, BoolArray]:
    """The peak reached from Hedges' tau², and which pools may have a higher one."""
    tau2, found, steps = _score(pools, _hedges(pools).tau2, restricted)
    told = Between(tau2, _likely_error(pools, tau2, restricted), found, steps)
    return told, _other_peaks(pools, tau2, restricted)


def _compiled(pools: Rows, restricted: bool) -> tuple[Between, BoolArray]:
    """As ``_plain``, pool by pool."""
    from ataraxy.core.evidence.between_kernels import likeliest

    m = len(pools.k)
    told = Between(np.empty(m), np.empty(m), np.empty(m, bool), np.empty(m, np.int64))
    doubtful = np.zeros(m, bool)
    y, v = np.ascontiguousarray(pools.y.T), np.ascontiguousarray(pools.v.T)
    out = (told.tau2, told.se, told.converged, told.steps, doubtful)
    likeliest(y, v, PEAKS, NEARLY_ZERO, NEAR, MOST_STEPS, restricted, *out)
    return told, doubtful


def _other_peaks(pools: Rows, tau2: FloatArray, restricted: bool) -> BoolArray:
    """Pools whose likelihood rises somewhere beyond the peak found, or falls somewhere before it."""
    typical, doubtful = _harmonic(pools), np.zeros(len(tau2), bool)
    least = NEARLY_ZERO * pools.v.min(-1)
    for height in PEAKS:
        at = height * typical
        pull, trace = _pull(pools, at, restricted)
        doubtful |= ((pull > trace) == (at > tau2)) & (at > least)
    return doubtful


def _highest(
    pools: Rows, tau2: FloatArray, found: BoolArray, restricted: bool
) -> tuple[FloatArray, BoolArray]:
    """The highest of the peaks reached from all along the curve."""
    heights = np.array([0.0, *PEAKS])
    everyone = pools.only(np.repeat(np.arange(len(tau2)), len(heights)))
    reached, ended, _ = _score(everyone, np.outer(_harmonic(pools), heights).ravel(), restricted)
    levels = log_likelihood(everyone, reached, restricted).reshape(len(tau2), -1)
    best = levels.argmax(axis=1) + np.arange(len(tau2)) * len(heights)
    higher = levels.max(axis=1) > log_likelihood(pools, tau2, restricted) + 1e-9
    return np.where(higher, reached[best], tau2), np.where(higher, ended[best], found)


def _score(
    pools: Rows, start: FloatArray, restricted: bool
) -> tuple[FloatArray, BoolArray, NDArray[np.int64]]:
    """Scoring, ended at zero where the likelihood falls from zero on.

    ``low`` and ``high`` are the last places seen where it rises and falls; a step beyond them goes half the way instead.
    """
    tau2, steps, near = start.copy(), np.zeros(len(start), np.int64), NEAR * _harmonic(pools)
    low, high = np.zeros(len(start)), np.full(len(start), np.inf)
    at, some, done = np.arange(len(start)), pools, np.zeros(len(start), bool)
    for _ in range(MOST_STEPS):
        now = tau2[at]
        step = _scoring_step(some, now, restricted)
        low[at], high[at] = np.where(step > 0, now, low[at]), np.where(step < 0, now, high[at])
        tau2[at] = _kept(some, now + step, low[at], high[at], restricted)
        steps[at] += 1
        going = abs(tau2[at] - now) > NEAR * now + near[at]
        done[at[~going]] = True
        if not going.any():
            break
        if going.mean() < 0.7:  # those that ended are carried along until it pays to leave them
            at, some = at[going], some.only(going)
    return tau2, done, steps


def _kept(pools: Rows, to: FloatArray, low: FloatArray, high: FloatArray, restricted: bool) -> FloatArray:
    """Within the bracket; to zero itself where nothing is known to rise before, and the likelihood falls from there."""
    out = (to < low) | (to > high)
    if not out.any():
        return to
    to = np.where(out, (low + np.minimum(high, np.maximum(to, 0.0))) / 2, to)
    to[out & np.isfinite(high)] = ((low + high) / 2)[out & np.isfinite(high)]
    at_zero = np.flatnonzero(out & (low == 0))
    falls = _scoring_step(pools.only(at_zero), np.zeros(len(at_zero)), restricted) <= 0
    to[at_zero[falls]] = 0.0
    return to


def _scoring_step(pools: Rows, tau2: FloatArray, restricted: bool) -> FloatArray:
    """Newton's step where the likelihood is curved enough for it, else Fisher's."""
    fit = weigh(pools, tau2)
    u = fit.w * fit.residual
    pull = _dot(u, u)
    trace, squared = traces(pools, fit) if restricted else (fit.w.sum(-1), _dot(fit.w, fit.w))
    curved = 2 * _cubed(pools, fit, u) - squared
    return np.asarray((pull - trace) / np.where(curved > squared / 50, curved, squared))


def _pull(pools: Rows, tau2: FloatArray, restricted: bool) -> tuple[FloatArray, FloatArray]:
    """y'PPy and the trace beside it: the likelihood rises where the first is the greater."""
    fit = weigh(pools, tau2)
    total = fit.w.sum(-1)
    u = fit.w * fit.residual
    if not restricted:
        return _dot(u, u), total
    if pools.design is None:
        return _dot(u, u), total - _dot(fit.w, fit.w) / total
    return _dot(u, u), traces(pools, fit)[0]


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray((a * b).sum(-1))


def _cubed(pools: Rows, fit: Fit, u: FloatArray) -> FloatArray:
    """y'PPPy, where u = Py."""
    wu = fit.w * u
    if pools.design is None:
        return np.asarray((wu * u).sum(-1) - wu.sum(-1) ** 2 * fit.cov[:, 0, 0])
    seen = np.einsum("mkp,mk->mp", pools.design, wu)
    return np.asarray((wu * u).sum(-1) - np.einsum("mp,mpq,mq->m", seen, fit.cov, seen))
