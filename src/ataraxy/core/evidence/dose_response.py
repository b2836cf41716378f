"""More of the drug, more of the effect? A curve through the doses of several studies, each beside its own reference.

One stage fits all studies at once, so a study with one dose counts too; two stages fit each study's curve first, and
then pool its coefficients. Curves differ between studies by a covariance Psi of their coefficients:

    y_i = X_i beta + X_i u_i + e_i,   u_i ~ N(0, Psi),   e_i ~ N(0, S_i)

Sources: Greenland & Longnecker 1992; Orsini et al. 2012, Am J Epidemiol 175:66-73; Crippa et al. 2019, Stat Methods
Med Res 28:1579-96 (one stage).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from ataraxy.core.evidence.dose_arms import DoseArms
from ataraxy.core.evidence.dose_curve import Curve
from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.mixed import Components, Correlated, components, correlated, slope, weigh
from ataraxy.core.evidence.series import FloatArray, inverse
from ataraxy.core.evidence.tails import estimate_of

STUDIES = 5  # fewer say next to nothing of how curves differ


class Stage(StrEnum):
    ONE = "one stage"
    TWO = "two stages"


@dataclass(frozen=True, slots=True, eq=False)
class DoseResponse:
    """The curve, on the scale of analysis.

    Attributes:
        coefficients: of the curve's columns, by the normal; the first is the slope of a straight line.
        psi: covariance of the coefficients between studies; zero for a common curve.
        bends_p: is the curve bent (the columns beyond the first); None of a straight line.
        q: misfit of one common curve to all studies.
        lowest, highest: doses that were studied; beyond them the curve is a guess.
        left_out: studies with too few doses for a curve of their own (two stages).
    """

    curve: Curve
    stage: Stage
    studies: int
    effects: int
    coefficients: tuple[Estimate, ...]
    covariance: FloatArray
    psi: FloatArray
    bends_p: float | None
    q: float
    q_df: int
    q_p: float
    lowest: float
    highest: float
    log_likelihood: float
    level: float
    few: bool
    converged: bool
    left_out: tuple[str, ...] = ()

    def expect(self, dose: float, reference: float = 0.0) -> Estimate | None:
        """The effect of a dose beside a reference, in the average study; None where they are the same.

        Raises:
            ValueError: a dose beyond those studied.
        """
        if not self.lowest <= min(dose, reference) <= max(dose, reference) <= self.highest:
            raise ValueError(f"Doses from {self.lowest:g} to {self.highest:g} were studied: ask for those.")
        x = self.curve.beside([dose], reference)[0]
        variance = float(x @ self.covariance @ x)
        if variance <= 0:
            return None
        return estimate_of(
            float(x @ [one.value for one in self.coefficients]), float(np.sqrt(variance)), self.level
        )


def dose_response(
    arms: Sequence[DoseArms],
    curve: Curve | None = None,
    random: bool = True,
    stage: Stage = Stage.ONE,
    level: float = 0.95,
    with_few: bool = False,
) -> DoseResponse | TooFew:
    """A curve through the doses of studies, by restricted maximum likelihood.

    Args:
        arms: one entry a study.
        curve: a straight line unless told.
        random: curves differ between studies; else one common curve.
        with_few: let curves differ though there are fewer than five studies; the result says that they are few.

    Raises:
        ValueError: one study twice, a level that cannot be, a curve with more columns than there are different doses.
    """
    curve = curve or Curve()
    if not 0 < level < 1:
        raise ValueError(f"The level of an interval lies between 0 and 1, not {level}: 0.95 is usual.")
    if len({one.study for one in arms}) < len(arms):
        raise ValueError("A study is given twice: put all its doses into one entry.")
    used, left_out = _usable(arms, curve, stage)
    least = (max(2, curve.columns + 1) if with_few else STUDIES) if random else 1
    if len(used) < least:
        return TooFew("A dose-response curve", least, len(used))
    problem = _problem(used, curve, stage, random)
    if np.linalg.matrix_rank(problem.x) < problem.x.shape[1]:
        raise ValueError(
            f"A {curve.shape.value} curve needs more different doses than these: ask for a simpler one."
        )
    found = components(problem) if problem.ways < 2 else _unstructured(problem, curve.columns)
    return _told(used, left_out, curve, stage, problem, found, level, random and len(used) < STUDIES)


def _usable(arms: Sequence[DoseArms], curve: Curve, stage: Stage) -> tuple[list[DoseArms], tuple[str, ...]]:
    if stage is Stage.ONE:
        return list(arms), ()
    enough = [np.linalg.matrix_rank(curve.beside(one.doses, one.reference)) == curve.columns for one in arms]
    left = tuple(one.study for one, whole in zip(arms, enough, strict=True) if not whole)
    return [one for one, whole in zip(arms, enough, strict=True) if whole], left


def _problem(arms: list[DoseArms], curve: Curve, stage: Stage, random: bool) -> Correlated:
    """All studies in one: stacked, with the ways in which their curves may differ."""
    y, x, s = [], [], []
    for one in arms:
        columns = curve.beside(one.doses, one.reference)
        if stage is Stage.TWO:
            weight = inverse(one.covariance)
            own = inverse(columns.T @ weight @ columns)
            y.append(own @ columns.T @ weight @ one.effects)
            x.append(np.eye(curve.columns))
            s.append(own)
        else:
            y.append(one.effects)
            x.append(columns)
            s.append(one.covariance)
    ends = np.cumsum([0, *(len(one) for one in y)])
    blocks = [slice(a, b) for a, b in pairwise(ends)]
    whole, n = np.zeros((ends[-1], ends[-1])), curve.columns
    ways = np.zeros((n * (n + 1) // 2 if random else 0, ends[-1], ends[-1]))
    for block, columns, own in zip(blocks, x, s, strict=True):
        whole[block, block] = own
        for way, (a, b) in zip(ways, _pairs(n), strict=False):
            outer = np.outer(columns[:, a], columns[:, b])
            way[block, block] = outer if a == b else outer + outer.T
    return correlated(np.concatenate(y), np.vstack(x), whole, ways)


def _pairs(n: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(n) for b in range(a + 1)]


def _unstructured(problem: Correlated, n: int) -> Components:
    """Psi without a structure, kept possible by its Cholesky root: the likelihood climbed with its exact slope."""
    from scipy.optimize import minimize

    pairs = _pairs(n)
    common = weigh(problem, np.zeros(len(pairs)))
    unit = np.sqrt(np.diag(common.covariance))  # so that columns of very different size are climbed alike

    def root(flat: FloatArray) -> FloatArray:
        lower = np.zeros((n, n))
        lower[tuple(np.array(pairs).T)] = flat
        return np.asarray(unit[:, None] * lower)

    def psi(flat: FloatArray) -> FloatArray:
        whole = root(flat) @ root(flat).T
        return np.array([whole[pair] for pair in pairs])

    def fall(flat: FloatArray) -> tuple[float, FloatArray]:
        fit = weigh(problem, psi(flat))
        gradient = slope(problem, fit)[0]
        whole = np.zeros((n, n))
        for size, (a, b) in zip(gradient, pairs, strict=True):
            whole[a, b] = whole[b, a] = size if a == b else size / 2
        towards = 2 * unit[:, None] * (whole @ root(flat))
        return -fit.log_likelihood, -np.array([towards[pair] for pair in pairs])

    starts = [
        np.array([height * (a == b) for a, b in pairs], dtype=np.float64) for height in (0.05, 1.0, 5.0)
    ]
    ends = [
        minimize(fall, one, jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 500}) for one in starts
    ]
    best = min(ends, key=lambda end: float(end.fun))
    theta = psi(best.x)
    near = float(np.abs(fall(best.x)[1]).max()) < 1e-4
    return Components(theta, weigh(problem, theta), near)


def _told(
    arms: list[DoseArms], left_out: tuple[str, ...], curve: Curve, stage: Stage, problem: Correlated,
    found: Components, level: float, few: bool,
) -> DoseResponse:  # fmt: skip
    from scipy.special import chdtrc

    fit, common = found.fit, weigh(problem, np.zeros(problem.ways))
    df = len(problem.y) - curve.columns
    psi = np.zeros((curve.columns, curve.columns))
    for size, (a, b) in zip(found.theta, _pairs(curve.columns), strict=False):
        psi[a, b] = psi[b, a] = size
    bends = fit.beta[1:]
    bent = float(bends @ np.linalg.solve(fit.covariance[1:, 1:], bends)) if len(bends) else None
    every = np.concatenate([[one.reference, *one.doses] for one in arms])
    return DoseResponse(
        curve=curve,
        stage=stage,
        studies=len(arms),
        effects=sum(len(one.doses) for one in arms),
        coefficients=tuple(
            estimate_of(float(b), float(np.sqrt(c)), level)
            for b, c in zip(fit.beta, np.diag(fit.covariance), strict=True)
        ),
        covariance=fit.covariance,
        psi=psi,
        bends_p=float(chdtrc(len(bends), bent)) if bent is not None else None,
        q=common.q,
        q_df=df,
        q_p=float(chdtrc(df, common.q)) if df else 1.0,
        lowest=float(every.min()),
        highest=float(every.max()),
        log_likelihood=fit.log_likelihood,
        level=level,
        few=few,
        converged=found.converged,
        left_out=left_out,
    )
