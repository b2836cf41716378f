"""Many effects of one study (instruments, hours, arms): the three-level model, and errors that forgive a wrong one.

    y_ij = x_ij' beta + b_i + w_ij + e_ij,   b_i ~ N(0, sigma2_study),  w_ij ~ N(0, sigma2_within),  e_ij ~ N(0, v_ij)

Each coefficient is given twice: by the model, and with cluster-robust errors (CR2, Satterthwaite degrees of freedom),
which hold even where a study's effects are correlated otherwise than assumed.
Sources: Van den Noortgate et al. 2013; Pustejovsky & Tipton 2018, J Bus Econ Stat 36:672-83; Tipton 2015.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.mixed import Components, Correlated, components, correlated, profile, weigh
from ataraxy.core.evidence.regress import INTERCEPT, designed
from ataraxy.core.evidence.robust import Robust, robust
from ataraxy.core.evidence.series import FloatArray, Floats, IntArray, effects, positive_definite
from ataraxy.core.evidence.tails import critical, estimate_of

STUDIES = 5  # fewer say next to nothing of how studies differ


@dataclass(frozen=True, slots=True)
class Between:
    """How much true effects differ: a variance with its interval by profile likelihood; None where it was not sought."""

    variance: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """Coefficients in the order of ``names``, on the scale of analysis.

    Attributes:
        estimates: by the model, with the normal.
        robust: the same coefficients with CR2 errors; ``sure`` of each is False below four degrees of freedom.
        study, within: how true effects differ between studies, and within one. Where no study has two effects, within
            cannot be told apart and is None.
        i2_study, i2_within: share of the variation at each level, in %.
        new_low, new_high: the interval of a new study's effect (only without moderators).
    """

    studies: int
    effects: int
    names: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    robust: tuple[Robust, ...]
    study: Between
    within: Between | None
    i2_study: float
    i2_within: float
    qe: float
    qe_df: int
    qe_p: float
    new_low: float | None
    new_high: float | None
    log_likelihood: float
    level: float
    few: bool
    converged: bool


def nested(
    values: Floats,
    variances: Floats,
    studies: Sequence[str],
    moderators: Mapping[str, Floats] | None = None,
    covariance: FloatArray | None = None,
    level: float = 0.95,
    with_few: bool = False,
) -> Nested | TooFew:
    """The three-level model by restricted maximum likelihood.

    Args:
        values, variances: every effect (n,), whichever study it is of.
        studies: which study each is of (n,).
        moderators: by name, each of shape (n,); an intercept is added.
        covariance: (n, n) of sampling, where a study's effects share people; its diagonal replaces ``variances``.
        with_few: fit though there are fewer than five studies; the result says that they are few.

    Raises:
        ValueError: impossible numbers, a covariance between different studies.
    """
    y, v = effects(values, variances)
    if len(studies) != len(y):
        raise ValueError(f"{len(studies)} studies are named for {len(y)} effects: name one for each.")
    if not 0 < level < 1:
        raise ValueError(f"The level of an interval lies between 0 and 1, not {level}: 0.95 is usual.")
    groups, group = np.unique(np.asarray(studies, dtype=str), return_inverse=True)
    names, design = designed(len(y), moderators or {}, True)
    least = max(design.shape[1] + 1, 2 if with_few else STUDIES)
    if len(groups) < least:
        return TooFew("The three-level model", least, len(groups))
    problem = three_level(y, v, design, group, covariance)
    found = components(problem)
    return _told(problem, found, group, names, level, len(groups) < STUDIES)


def three_level(
    y: FloatArray, v: FloatArray, design: FloatArray, group: IntArray, covariance: FloatArray | None = None
) -> Correlated:
    """Effects of studies as one problem: what differs between studies, and, where a study has several, within."""
    same = (group[:, None] == group[None, :]).astype(np.float64)
    s = np.diag(v)
    if covariance is not None:
        s = positive_definite(covariance, "the effects")
        if s.shape != same.shape or (s[same == 0] != 0).any():
            raise ValueError(
                "Effects of different studies cannot share people: merge the studies, or set it to 0."
            )
    several = len(np.unique(group)) < len(group)
    return correlated(y, design, s, np.stack([same, np.eye(len(y))]) if several else same[None])


def _told(
    problem: Correlated, found: Components, group: IntArray, names: tuple[str, ...], level: float, few: bool
) -> Nested:
    from scipy.special import chdtrc

    fit, n, p = found.fit, len(problem.y), problem.x.shape[1]
    between = [Between(float(size), *profile(problem, found, m, level)) for m, size in enumerate(found.theta)]
    common = weigh(problem, np.zeros(problem.ways))
    typical = (n - p) / common.trace(problem)
    whole = typical + float(found.theta.sum())
    alone = names == (INTERCEPT,)
    half = critical(level) * float(np.sqrt(fit.covariance[0, 0] + found.theta.sum()))
    return Nested(
        studies=len(np.unique(group)),
        effects=n,
        names=names,
        estimates=tuple(
            estimate_of(float(b), float(np.sqrt(c)), level)
            for b, c in zip(fit.beta, np.diag(fit.covariance), strict=True)
        ),
        robust=robust(
            problem.x, fit.inverse(problem), problem.y - problem.x @ fit.beta, group, fit.beta, level
        ),
        study=between[0],
        within=between[1] if len(between) > 1 else None,
        i2_study=100 * between[0].variance / whole,
        i2_within=100 * between[1].variance / whole if len(between) > 1 else 0.0,
        qe=common.q,
        qe_df=n - p,
        qe_p=float(chdtrc(n - p, common.q)),
        new_low=float(fit.beta[0]) - half if alone else None,
        new_high=float(fit.beta[0]) + half if alone else None,
        log_likelihood=fit.log_likelihood,
        level=level,
        few=few,
        converged=found.converged,
    )
