"""Do the ways round a network agree? Misfit within and between designs, and direct beside indirect evidence.

Sources: Higgins et al. 2012 and Krahn et al. 2013 (designs); Efthimiou et al. 2019 (separating direct from indirect
evidence by leaving out the trials that compare the two themselves).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.mixed import weigh
from ataraxy.core.evidence.network import Network, moments, stacked
from ataraxy.core.evidence.tails import estimate_of
from ataraxy.core.evidence.trial import Trial, parts


@dataclass(frozen=True, slots=True)
class Misfit:
    """A part of Q with its degrees of freedom; no p value where there are none."""

    q: float
    df: int
    p: float | None


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Q of the network: ``within`` designs (trials of the same treatments differ), ``between`` them (inconsistency).

    ``between_random`` allows for differences within designs (``tau2_within``): the design-by-treatment test.
    """

    whole: Misfit
    within: Misfit
    between: Misfit
    between_random: Misfit
    tau2_within: float


@dataclass(frozen=True, slots=True)
class Split:
    """One comparison: what trials of the two themselves say, what the rest says, and whether they differ.

    ``indirect`` and ``difference`` are None where no chain of other trials joins the two.
    """

    first: str
    second: str
    trials: int
    direct: Estimate
    indirect: Estimate | None
    difference: Estimate | None


def decompose(found: Network) -> Decomposition | TooFew:
    """Where the misfit comes from. TooFew where there is only one design: nothing to be inconsistent with."""
    designs = {one.treatments for one in found.trials}
    if len(designs) < 2:
        return TooFew("A test of consistency", 2, len(designs), "designs")
    by_design = stacked(found.trials, found.treatments, by_design=True)
    own = weigh(by_design, np.zeros(1))
    df = len(by_design.y) - by_design.x.shape[1]
    q_within = own.q if df else 0.0
    tau2 = moments(by_design, df)
    consistent = stacked(found.trials, found.treatments)
    q_random = weigh(consistent, np.array([tau2])).q - weigh(by_design, np.array([tau2])).q
    between = found.q_df - df
    return Decomposition(
        whole=_misfit(found.q, found.q_df),
        within=_misfit(q_within, df),
        between=_misfit(found.q - q_within, between),
        between_random=_misfit(q_random, between),
        tau2_within=tau2,
    )


def _misfit(q: float, df: int) -> Misfit:
    from scipy.special import chdtrc

    return Misfit(max(q, 0.0) if df else 0.0, df, float(chdtrc(df, max(q, 0.0))) if df else None)


def splits(found: Network) -> tuple[Split, ...]:
    """Every comparison that was made directly, with the network's own tau² in both parts."""
    return tuple(
        _split(found, a, b)
        for a, b in combinations(found.treatments, 2)
        if any({a, b} <= one.treatments for one in found.trials)
    )


def _split(found: Network, first: str, second: str) -> Split:
    with_both = [one for one in found.trials if {first, second} <= one.treatments]
    rest = [one for one in found.trials if not {first, second} <= one.treatments]
    seen = np.array([one.contrast(first, second) for one in with_both])
    weight = 1 / (seen[:, 1] + found.tau2)
    value, variance = float(weight @ seen[:, 0] / weight.sum()), float(1 / weight.sum())
    direct = estimate_of(value, float(np.sqrt(variance)), found.level)
    around = _around(rest, first, second, found)
    difference = None
    if around is not None:
        se = float(np.sqrt(variance + around.se**2))
        difference = estimate_of(value - around.value, se, found.level)
    return Split(first, second, len(with_both), direct, around, difference)


def _around(rest: list[Trial], first: str, second: str, found: Network) -> Estimate | None:
    """What the other trials say, by the part of the network that holds both."""
    joined = next((part for part in parts(rest) if first in part and second in part), None)
    if joined is None:
        return None
    fit = weigh(stacked([one for one in rest if one.base in joined], joined), np.array([found.tau2]))
    row = np.array([(name == first) * 1.0 - (name == second) * 1.0 for name in joined[1:]])
    return estimate_of(float(row @ fit.beta), float(np.sqrt(row @ fit.covariance @ row)), found.level)
