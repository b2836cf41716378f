"""Which of several pools of the same studies is read first, and why: of few studies every interval rests on something.

Two to four studies cannot tell how much studies differ. The common effect's interval says they do not differ at all;
Hartung and Knapp's learns it from them alone and spans powers of ten; a weak prior of tau stands between the two (Friede
2017, 10.1002/bimj.201500236). So the prior's interval comes first, a narrower prior and the other two beside it. Of points
of a scale nobody's prior is weak: there the bounded interval comes first. Bender 2018 (10.1002/jrsm.1297) holds two to
four studies to be few. docs/adr/0009.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from ataraxy.core.evidence.bayes import Bayesian, random_effects
from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.pool import Pool
from ataraxy.core.evidence.priors import half_normal
from ataraxy.core.evidence.study import Measure

ENOUGH = 5  # studies from which the common effect, which reviews print, comes first; proposed
OF_MANY = ("common", "hartung-knapp", "bounded", "bayes", "bayes-narrow")
OF_FEW = ("bayes", "bayes-narrow", "bounded", "hartung-knapp", "common")

# Scales of tau's half-normal prior, proposed. On the logarithm of a ratio 1 is Friede's wide one and half of it his usual
# one; a standardised difference is the logarithm of an odds ratio divided by 1.8, so its scale is about half of that.
WEAK = {Measure.OR: 1.0, Measure.RR: 1.0, Measure.SMD: 0.5}
PRIORS = {"bayes": 1.0, "bayes-narrow": 0.5}  # times the scale


@dataclass(frozen=True, slots=True)
class First:
    """The pool that is read first: its estimate on the scale of analysis, and each study's share of it in %."""

    key: str
    estimate: Estimate
    weights: tuple[float, ...]


def beliefs(values: list[float], variances: list[float], measure: Measure) -> dict[str, Bayesian]:
    """By a weak prior and by a narrower one; nothing of a single study, or where no prior is held to be weak."""
    if measure not in WEAK or len(values) < 2:
        return {}
    found = {
        key: random_effects(values, variances, half_normal(times * WEAK[measure]))
        for key, times in PRIORS.items()
    }
    return {key: one for key, one in found.items() if isinstance(one, Bayesian)}


def order(studies: int) -> tuple[str, ...]:
    """The keys of all pools, the one that is read first before the others."""
    return OF_FEW if studies < ENOUGH else OF_MANY


def first_of(pools: dict[str, Pool | TooFew], believed: dict[str, Bayesian]) -> First | TooFew:
    """The first of those there are; TooFew as the common effect has it."""
    common = pools["common"]
    if isinstance(common, TooFew):
        return common
    for key in order(common.k):
        if key in believed:
            mu = believed[key].mu
            estimate = Estimate(mu.median, mu.sd if mu.sd is not None else nan, mu.low, mu.high, nan)
            return First(key, estimate, believed[key].weights)
        if isinstance(found := pools.get(key), Pool):
            return First(key, found.estimate, found.weights)
    return First("common", common.estimate, common.weights)


NUMBERS = {2: "Two", 3: "Three", 4: "Four"}


def why_first(studies: int, measure: Measure) -> str:
    """Why this interval is read first, in words for whoever reads it; empty where nothing has to be said."""
    if not 2 <= studies < ENOUGH:
        return ""
    cannot = f"{NUMBERS[studies]} studies cannot tell how much studies differ."
    if measure in WEAK:
        return (
            f"{cannot} The interval read first takes that from a weak prior, with a narrower prior beside it to show what "
            "the prior does. The common effect's takes the studies not to differ at all and is too narrow; Hartung and "
            "Knapp's learns it from them alone and is too wide to be of use. All of them stand below."
        )
    return (
        f"{cannot} The interval read first learns it from them alone and is very wide: no prior is held to be weak for "
        "points of this scale. The common effect's takes the studies not to differ at all and is too narrow."
    )
