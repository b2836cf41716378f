"""Random effects by Bayes: what two or three small studies leave open, with the prior in plain sight.

    y_i | theta_i ~ N(theta_i, v_i),   theta_i ~ N(mu, tau^2),   mu flat or normal,   tau by a prior

Given tau everything is normal; tau itself is integrated over a grid of log tau, which for a density that fades on both
sides is exact to many digits (the trapezium rule). Nothing is drawn at random.
Source: Roever, J Stat Softw 2020;93(6), doi 10.18637/jss.v093.i06.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.mixture import Mixture
from ataraxy.core.evidence.priors import TauPrior
from ataraxy.core.evidence.series import FloatArray, Floats, effects

POINTS = 2401
DROP = 45.0  # what lies exp(-45) below the peak is left out of the integral
FURTHEST = 300.0  # |log tau| beyond which tau squared would leave floating point
FEW = 5  # below this many studies the prior of tau shows in the answer


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of one number. ``mean`` and ``sd`` are None where they do not exist (a tail too heavy)."""

    median: float
    low: float
    high: float
    level: float
    mean: float | None
    sd: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Bayesian:
    """The posterior, on the scale of analysis.

    Attributes:
        mu: the effect in the average study. tau: how much studies differ. predicted: the effect in a new study.
        shrunken: each study's own effect, drawn towards the others, in the order given.
        weights: each study's share of the effect in %, averaged over what is believed of tau (of a flat prior of mu).
        kept: how much of the prior of tau is still there, from 0 (the studies replaced it) to 1 (it is the prior).
        told: how far the answer is the prior's.
    """

    k: int
    prior: TauPrior
    mu: Belief
    tau: Belief
    predicted: Belief
    shrunken: tuple[Belief, ...]
    weights: tuple[float, ...]
    effect: Mixture  # of mu: for probabilities and pictures
    new_study: Mixture
    kept: float
    told: str

    def probability_below(self, x: float = 0.0) -> float:
        """That the effect in the average study is below ``x``."""
        return self.effect.below(x)

    def probability_above(self, x: float = 0.0) -> float:
        """That the effect in the average study is above ``x``."""
        return self.effect.above(x)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """tau on a grid, its posterior weights, and mu given each tau."""

    log_tau: FloatArray
    weights: FloatArray
    mean: FloatArray
    variance: FloatArray


def random_effects(
    values: Floats,
    variances: Floats,
    prior: TauPrior,
    mu_prior: tuple[float, float] | None = None,
    level: float = 0.95,
) -> Bayesian | TooFew:
    """What the studies and the prior of tau together say.

    Args:
        values: effects (k,) on the scale of analysis; one study is enough.
        variances: their sampling variances (k,).
        prior: of tau, in the units of the effects.
        mu_prior: mean and standard deviation of the effect before the studies; None is flat.
        level: of the intervals, which leave out as much on either side.

    Raises:
        ValueError: impossible effects, variances, prior or level.
    """
    y, v = effects(values, variances)
    if not 0 < level < 1:
        raise ValueError(f"The level of an interval lies between 0 and 1, not {level}: 0.95 is usual.")
    if mu_prior is not None and not (np.isfinite(mu_prior[0]) and 0 < mu_prior[1] < np.inf):
        raise ValueError("The prior of the effect needs a finite mean and a standard deviation above zero.")
    if len(y) == 0:
        return TooFew("Bayesian random effects", 1, 0)
    grid = _grid(y, v, prior, mu_prior)
    tau2 = np.exp(2 * grid.log_tau)
    effect = Mixture(grid.weights, grid.mean, np.sqrt(grid.variance))
    new = Mixture(grid.weights, grid.mean, np.sqrt(grid.variance + tau2))
    moments = prior.moments + len(y) - 1
    free = moments if mu_prior is None else 99
    kept = _kept(grid, prior)
    return Bayesian(
        k=len(y),
        prior=prior,
        mu=_belief(effect, level, free),
        tau=_belief_of_tau(grid, level, moments),
        predicted=_belief(new, level, moments),
        shrunken=tuple(_belief(_shrunken(grid, tau2, *one), level, 99) for one in zip(y, v, strict=True)),
        weights=tuple(_shares(grid, tau2, v).tolist()),
        effect=effect,
        new_study=new,
        kept=kept,
        told=_told(len(y), prior, kept),
    )


def by_prior(
    values: Floats, variances: Floats, priors: Sequence[TauPrior], level: float = 0.95
) -> tuple[Bayesian, ...] | TooFew:
    """The same studies under one prior after another, to be shown side by side."""
    found = []
    for prior in priors:
        one = random_effects(values, variances, prior, level=level)
        if isinstance(one, TooFew):
            return one
        found.append(one)
    return tuple(found)


def _grid(y: FloatArray, v: FloatArray, prior: TauPrior, mu_prior: tuple[float, float] | None) -> _Grid:
    x = _where_it_lies(y, v, prior, mu_prior)
    logs, mean, variance = _joint(x, y, v, prior, mu_prior)
    weights = np.exp(logs - logs.max())
    return _Grid(x, weights / weights.sum(), mean, variance)


def _where_it_lies(
    y: FloatArray, v: FloatArray, prior: TauPrior, mu_prior: tuple[float, float] | None
) -> FloatArray:
    """A grid of log tau that covers the posterior: found on a coarse one, twice."""
    scales = [prior.centre, float(np.sqrt(v.min())), float(np.sqrt(v.max()))]
    spread = float(np.ptp(y))
    scales += [spread] if spread > 0 else []
    low = max(-FURTHEST, float(np.log(min(scales))) - 4 * DROP)
    high = min(FURTHEST, float(np.log(max(scales))) + 4 * DROP)
    for _ in range(3):
        x = np.linspace(low, high, POINTS)
        logs, _, _ = _joint(x, y, v, prior, mu_prior)
        inside = np.flatnonzero(logs > logs.max() - DROP)
        low, high = x[max(inside[0] - 1, 0)], x[min(inside[-1] + 1, POINTS - 1)]
    return np.linspace(low, high, POINTS)


def _joint(
    x: FloatArray, y: FloatArray, v: FloatArray, prior: TauPrior, mu_prior: tuple[float, float] | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log posterior density of log tau (up to a constant), and mean and variance of mu given tau."""
    w = 1 / (v + np.exp(2 * x)[:, None])
    precision, pull = w.sum(1), w @ y
    logs = 0.5 * np.log(w).sum(1)
    centre = float(np.average(y, weights=1 / v))
    if mu_prior is not None:
        own = mu_prior[1] ** -2
        precision, pull = precision + own, pull + own * mu_prior[0]
    mean = pull / precision
    misfit = (w * (y - mean[:, None]) ** 2).sum(1)
    if mu_prior is not None:
        misfit = misfit + (mean - mu_prior[0]) ** 2 / mu_prior[1] ** 2
    if len(y) == 1 and mu_prior is None:  # one study says nothing of tau: the two terms would cancel
        return prior.log_density(x), np.full_like(x, centre), 1 / precision
    return logs - 0.5 * np.log(precision) - 0.5 * misfit + prior.log_density(x), mean, 1 / precision


def _shares(grid: _Grid, tau2: FloatArray, v: FloatArray) -> FloatArray:
    """Each study's weight given tau, averaged, in %."""
    w = 1 / (v + tau2[:, None])
    return np.asarray(100 * grid.weights @ (w / w.sum(1, keepdims=True)))


def _shrunken(grid: _Grid, tau2: FloatArray, y: float, v: float) -> Mixture:
    """One study's own effect: between what it saw and what the others say."""
    towards = v / (v + tau2)
    mean = (1 - towards) * y + towards * grid.mean
    return Mixture(grid.weights, mean, np.sqrt((1 - towards) * v + towards**2 * grid.variance))


def _belief(one: Mixture, level: float, moments: int) -> Belief:
    tail = (1 - level) / 2
    return Belief(
        median=one.quantile(0.5),
        low=one.quantile(tail),
        high=one.quantile(1 - tail),
        level=level,
        mean=one.mean if moments >= 1 else None,
        sd=one.sd if moments >= 2 else None,
    )


def _belief_of_tau(grid: _Grid, level: float, moments: int) -> Belief:
    from scipy.interpolate import CubicSpline

    cumulative = CubicSpline(grid.log_tau, grid.weights).antiderivative()
    whole = float(cumulative(grid.log_tau[-1]))

    def quantile(p: float) -> float:
        from scipy.optimize import brentq

        ends = grid.log_tau[0], grid.log_tau[-1]
        return float(np.exp(brentq(lambda x: float(cumulative(x)) - p * whole, *ends, xtol=1e-13)))

    tau = np.exp(grid.log_tau)
    tail = (1 - level) / 2
    mean = float(grid.weights @ tau) if moments >= 1 else None
    sd = float(np.sqrt(grid.weights @ (tau - mean) ** 2)) if mean is not None and moments >= 2 else None
    return Belief(quantile(0.5), quantile(tail), quantile(1 - tail), level, mean, sd)


def _kept(grid: _Grid, prior: TauPrior) -> float:
    """The area that the prior and the posterior of tau have in common."""
    step = grid.log_tau[1] - grid.log_tau[0]
    before = np.exp(prior.log_density(grid.log_tau)) * step
    return float(min(1.0, np.minimum(before, grid.weights).sum()))


def _told(k: int, prior: TauPrior, kept: float) -> str:
    if k == 1:
        return (
            f"One study cannot show how studies differ: that part is the prior's alone ({prior.words}), "
            "and so is the width beyond the study's own interval."
        )
    if k < FEW:
        return (
            f"{k} studies say little of how much studies differ: {100 * kept:.0f} % of the prior ({prior.words}) "
            "is still in the answer. Read it beside other priors."
        )
    return f"{k} studies, with {100 * kept:.0f} % of the prior of tau ({prior.words}) still in the answer."
