"""How much the studies truly differ: the between-study variance tau², by eight estimators, many pools at once.

Definitions follow Viechtbauer, metafor (2010), where programs differ; each estimator's own file names its source. Every
estimate is cut at zero.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

import numpy as np

from ataraxy.core.evidence.between_moments import dersimonian_laird, hedges, hunter_schmidt, sidik_jonkman
from ataraxy.core.evidence.between_peaks import likeliest
from ataraxy.core.evidence.between_roots import paule_mandel
from ataraxy.core.evidence.pool_rows import Between, Rows


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
    match method:
        case Method.COMMON:
            return Between.at_once(np.zeros_like(pools.k), np.zeros_like(pools.k))
        case Method.DL:
            return dersimonian_laird(pools)
        case Method.HS:
            return hunter_schmidt(pools)
        case Method.HE:
            return hedges(pools)
        case Method.SJ:
            return sidik_jonkman(pools)
        case Method.PM | Method.EB:
            return paule_mandel(pools)
        case Method.REML | Method.ML:
            return likeliest(pools, restricted=method is Method.REML)
    assert_never(method)
