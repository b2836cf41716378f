"""Several treatments compared at once, directly and through each other: network meta-analysis.

    y_i ~ N(X_i d, S_i + tau^2 (I + J) / 2)

Each trial stands beside one of its own arms; treatments of one trial share that arm's error and half its difference from
other trials. Same estimates as the graph-theoretical method (Ruecker 2012), which weighs the same comparisons.
Hartung and Knapp's interval is Jackson and Riley's, made for many outcomes at once: the covariance times the misfit at
tau² over its degrees of freedom, with t. The prediction is netmeta's: t with one degree of freedom less than Q. Of two
treatments both are what ``pool`` gives.
Sources: Lu & Ades 2004; White et al. 2012; Ruecker & Schwarzer 2015 (P-scores); Jackson et al. 2012 (tau² by moments);
Jackson & Riley 2014, Stat Med 33:541-54; netmeta (Balduzzi et al. 2023, J Stat Softw 106(2)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.mixed import Correlated, components, correlated, weigh
from ataraxy.core.evidence.pool import Predicted, Prediction
from ataraxy.core.evidence.pool_many import Inference
from ataraxy.core.evidence.series import FloatArray
from ataraxy.core.evidence.tails import estimate_of
from ataraxy.core.evidence.trial import Trial, parts

METHODS = (Method.COMMON, Method.DL, Method.REML, Method.ML)


@dataclass(frozen=True, slots=True)
class Disconnected:
    """Treatments that no chain of trials joins: nothing can be said between the parts."""

    parts: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        told = "; ".join(", ".join(part) for part in self.parts)
        return f"No chain of trials joins these {len(self.parts)} parts: {told}. Each can be analysed alone."


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Effects of every treatment beside every other, on the scale of analysis.

    Attributes:
        effects: (t, t), row treatment less column treatment. ses: their standard errors.
        tau2: how much trials of one comparison differ, the same for all comparisons.
        q: misfit of consistent common effects, with ``q_df``; i2 in %.
        factor: by which Hartung and Knapp multiply each variance: the misfit at tau² over ``q_df``; NaN where that is 0.
        direct: (t, t) number of trials that compare the two themselves.
    """

    treatments: tuple[str, ...]
    trials: tuple[Trial, ...]
    method: Method
    effects: FloatArray
    ses: FloatArray
    direct: FloatArray
    tau2: float
    q: float
    q_df: int
    q_p: float
    i2: float
    factor: float
    level: float

    def effect(self, first: str, second: str) -> Estimate:
        """One treatment less another, by all the evidence; the interval takes tau² as known (Wald).

        Raises:
            ValueError: a treatment that is not in the network, or one beside itself.
        """
        i, j = self._where(first, second)
        return estimate_of(float(self.effects[i, j]), float(self.ses[i, j]), self.level)

    def effect_by(self, inference: Inference, first: str, second: str) -> Estimate | TooFew:
        """As ``effect``, by Hartung and Knapp, bounded or not; TooFew without misfit to learn from.

        Raises:
            ValueError: as ``effect``; Hartung and Knapp asked of common effects.
        """
        if inference is Inference.WALD:
            return self.effect(first, second)
        if self.method is Method.COMMON:
            raise ValueError("Hartung and Knapp's interval is made for random effects: ask for Wald's.")
        i, j = self._where(first, second)
        if self.q_df < 1:
            return self._too_few("Hartung and Knapp's interval", 1)
        factor = max(self.factor, 1.0) if inference is Inference.BOUNDED else self.factor
        se = float(self.ses[i, j]) * factor**0.5
        if se == 0:
            return TooFew("Hartung and Knapp's interval", 1, 0, "comparisons that differ")
        return estimate_of(float(self.effects[i, j]), se, self.level, float(self.q_df))

    def predicted(self, first: str, second: str) -> Predicted | TooFew | None:
        """Where the effect of a new trial of the two would lie; None of common effects: there is nothing to predict.

        Raises:
            ValueError: as ``effect``.
        """
        i, j = self._where(first, second)
        if self.method is Method.COMMON:
            return None
        if self.q_df < 2:
            return self._too_few("A prediction interval in a network", 2)
        se = float(np.sqrt(self.ses[i, j] ** 2 + self.tau2))
        told = estimate_of(float(self.effects[i, j]), se, self.level, self.q_df - 1.0)
        return Predicted(told.low, told.high, se, Prediction.T_K_MINUS_2, self.level)

    def _too_few(self, method: str, more: int) -> TooFew:
        least = len(self.treatments) - 1 + more
        return TooFew(method, least, len(self.treatments) - 1 + self.q_df, "comparisons")

    def _where(self, first: str, second: str) -> tuple[int, int]:
        for name in (first, second):
            if name not in self.treatments:
                raise ValueError(f"{name} is not in this network: it has {', '.join(self.treatments)}.")
        if first == second:
            raise ValueError(f"{first} has no effect beside itself: ask for two treatments.")
        return self.treatments.index(first), self.treatments.index(second)

    def league(self, lower_is_better: bool = True) -> tuple[tuple[Estimate | None, ...], ...]:
        """All effects, treatments in order of their P-scores (best first), row less column; None on the diagonal."""
        names = [name for name, _ in self.p_scores(lower_is_better)]
        return tuple(tuple(None if a == b else self.effect(a, b) for b in names) for a in names)

    def p_scores(self, lower_is_better: bool = True) -> tuple[tuple[str, float], ...]:
        """Each treatment with how sure it is better than another, averaged over the others; best first.

        A ranking is not a finding: look at the intervals.
        """
        from scipy.special import ndtr

        t = len(self.treatments)
        better = -self.effects if lower_is_better else self.effects
        sure = ndtr(better / np.where(self.ses > 0, self.ses, 1.0))
        np.fill_diagonal(sure, 0.0)
        scores = sure.sum(1) / (t - 1)
        return tuple(
            sorted(zip(self.treatments, scores.tolist(), strict=True), key=lambda one: (-one[1], one[0]))
        )


def network(
    trials: Sequence[Trial], method: Method = Method.DL, level: float = 0.95
) -> Network | Disconnected | TooFew:
    """All treatments beside each other.

    Args:
        method: common effects, or random ones with tau² by moments (DL), REML or ML.

    Raises:
        ValueError: a study given twice, another method, a level that cannot be.
    """
    if method not in METHODS:
        raise ValueError(f"A network takes {', '.join(METHODS)}, not {method}.")
    if not 0 < level < 1:
        raise ValueError(f"The level of an interval lies between 0 and 1, not {level}: 0.95 is usual.")
    if len({one.study for one in trials}) < len(trials):
        raise ValueError("A study is given twice: put all its arms into one trial.")
    if not trials:
        return TooFew("A network", 1, 0, "trials")
    apart = parts(trials)
    if len(apart) > 1:
        return Disconnected(apart)
    names = apart[0]
    problem = stacked(trials, names)
    df = len(problem.y) - len(names) + 1
    if method is not Method.COMMON and df < 1:
        return TooFew("Differences between trials in a network", len(names), len(problem.y), "comparisons")
    return _told(tuple(trials), names, method, problem, df, level)


def stacked(trials: Sequence[Trial], names: Sequence[str], by_design: bool = False) -> Correlated:
    """All trials in one problem. ``by_design``: each set of treatments has effects of its own (no consistency)."""
    ends = np.cumsum([0, *(len(one.others) for one in trials)])
    columns = _columns(trials, names, by_design)
    width = 1 + max(columns.values(), default=-1)
    x, s = np.zeros((ends[-1], width)), np.zeros((ends[-1], ends[-1]))
    k = np.zeros((1, ends[-1], ends[-1]))
    for trial, start, end in zip(trials, ends[:-1], ends[1:], strict=True):
        block = slice(start, end)
        s[block, block] = trial.covariance
        k[0, block, block] = 0.5 * (np.eye(end - start) + 1.0)
        for row, other in zip(range(start, end), trial.others, strict=True):
            for name, sign in ((other, 1.0), (trial.base, -1.0)):
                where = columns.get((trial.treatments if by_design else frozenset(), name))
                if where is not None:
                    x[row, where] += sign
    return correlated(np.concatenate([one.effects for one in trials]), x, s, k)


def _columns(
    trials: Sequence[Trial], names: Sequence[str], by_design: bool
) -> dict[tuple[frozenset[str], str], int]:
    """Which column is whose; the first treatment (of each design) has none: it is zero."""
    designs = list(dict.fromkeys(one.treatments for one in trials)) if by_design else [frozenset[str]()]
    keys = [(one, name) for one in designs for name in (sorted(one) if one else list(names))[1:]]
    return {key: at for at, key in enumerate(keys)}


def moments(problem: Correlated, df: int) -> float:
    """tau² by the method of moments: what the misfit is above its expectation."""
    if df < 1:
        return 0.0
    fit = weigh(problem, np.zeros(1))
    return max(0.0, (fit.q - df) / fit.trace(problem, 0))


def _told(
    trials: tuple[Trial, ...],
    names: tuple[str, ...],
    method: Method,
    problem: Correlated,
    df: int,
    level: float,
) -> Network:
    from scipy.special import chdtrc

    common = weigh(problem, np.zeros(1))
    tau2 = 0.0
    if method is Method.DL:
        tau2 = moments(problem, df)
    elif method is not Method.COMMON:
        tau2 = float(components(problem, restricted=method is Method.REML).theta[0])
    fit = common if tau2 == 0 else weigh(problem, np.array([tau2]))
    beta = np.concatenate([[0.0], fit.beta])
    covariance = np.zeros((len(names), len(names)))
    covariance[1:, 1:] = fit.covariance
    own = np.diag(covariance)
    ses = np.sqrt(np.maximum(own[:, None] + own[None, :] - 2 * covariance, 0.0))
    np.fill_diagonal(ses, 0.0)
    together = [
        [sum({a, b} <= one.treatments for one in trials) if a != b else 0 for b in names] for a in names
    ]
    return Network(
        treatments=names,
        trials=trials,
        method=method,
        effects=beta[:, None] - beta[None, :],
        ses=ses,
        direct=np.array(together, dtype=np.float64),
        tau2=tau2,
        q=common.q,
        q_df=df,
        q_p=float(chdtrc(df, common.q)) if df else 1.0,
        i2=max(0.0, 100 * (common.q - df) / common.q) if common.q > 0 and df else 0.0,
        factor=fit.q / df if df else float("nan"),
        level=level,
    )
