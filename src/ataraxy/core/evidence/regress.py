"""Does the effect change with dose, hour or comparator? Meta-regression with the differences that are left.

    y_i = x_i' beta + u_i + e_i,   u_i ~ N(0, tau^2),   e_i ~ N(0, v_i)

With few studies nearly any pattern can be found, so fewer than ten studies a moderator are refused unless asked for.
Definitions follow metafor (Viechtbauer 2010). Sources: Knapp & Hartung 2003 (the test); Raudenbush 2009 (R²);
Thompson & Higgins 2002 (ten studies a moderator).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.core.evidence.between import Method, between
from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.least_squares import Fit, typical_variance, weigh
from ataraxy.core.evidence.pool import Prediction
from ataraxy.core.evidence.pool_many import Inference
from ataraxy.core.evidence.pool_rows import Rows, one_row
from ataraxy.core.evidence.series import FloatArray, Floats, effects, finite
from ataraxy.core.evidence.tails import critical, estimate_of

STUDIES_A_MODERATOR = 10
INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the regression expects of studies with given moderators: their average, and one new study."""

    average: Estimate
    new_low: float
    new_high: float
    new_df: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """Coefficients on the scale of analysis, in the order of ``names``; the intercept, if any, is first.

    Attributes:
        qm: do the moderators together matter: F with (qm_df, k - p) under Hartung-Knapp, else chi-squared.
        qe: is anything left that they do not explain.
        r2: share of tau² explained, in %; None where there was nothing to explain.
        few: fewer studies than ten a moderator: patterns found here are guesses.
    """

    k: int
    names: tuple[str, ...]
    coefficients: tuple[Estimate, ...]
    covariance: FloatArray  # (p, p)
    method: Method
    inference: Inference
    tau2: float
    tau2_se: float
    i2: float
    h2: float
    r2: float | None
    qe: float
    qe_df: int
    qe_p: float
    qm: float | None
    qm_df: int
    qm_p: float | None
    level: float
    few: bool
    converged: bool

    def expect(self, at: Mapping[str, float], prediction: Prediction = Prediction.T_K_MINUS_2) -> Expected:
        """The effect at given moderators, with the interval of the average and of a new study.

        Args:
            at: one number for every moderator by its name.
            prediction: its degrees of freedom count the coefficients: k - 2 stands for k - p - 1.

        Raises:
            ValueError: a moderator is missing or unknown.
        """
        names = [name for name in self.names if name != INTERCEPT]
        if set(at) != set(names):
            raise ValueError(
                f"Give a number for each of {', '.join(names) or 'no moderator'}, and nothing else."
            )
        x = np.array([1.0 if name == INTERCEPT else at[name] for name in self.names])
        value = float(x @ [one.value for one in self.coefficients])
        se = float(np.sqrt(x @ self.covariance @ x))
        df = self.coefficients[0].df
        new_df = prediction.df(self.k - len(names)) if df is not None else None
        if new_df is not None and new_df < 1:
            half = float("inf")
        else:
            half = critical(self.level, new_df) * float(np.sqrt(se**2 + self.tau2))
        return Expected(_estimate(value, se, self.level, df), value - half, value + half, new_df)


def _estimate(value: float, se: float, level: float, df: float | None) -> Estimate:
    """As ``estimate_of``; where studies lie on the line to the last digit, Hartung and Knapp leave no width at all."""
    if se > 0:
        return estimate_of(value, se, level, df)
    return Estimate(value, 0.0, value, value, float(value == 0), df, level)


def indicators(name: str, labels: Sequence[str], reference: str) -> dict[str, tuple[float, ...]]:
    """A category (comparator, route) as moderators: 1 where a study has the label, one for each but the reference.

    Raises:
        ValueError: no study has the reference.
    """
    if reference not in labels:
        raise ValueError(f"No study has {name} {reference!r}: choose as reference one that is there.")
    others = sorted(set(labels) - {reference})
    return {f"{name}: {other}": tuple(float(label == other) for label in labels) for other in others}


def regress(
    values: Floats,
    variances: Floats,
    moderators: Mapping[str, Floats],
    method: Method = Method.REML,
    inference: Inference = Inference.HARTUNG_KNAPP,
    level: float = 0.95,
    intercept: bool = True,
    with_few: bool = False,
) -> Regression | TooFew:
    """How effects (k,) change with moderators, each of shape (k,).

    Args:
        with_few: fit though there are fewer than ten studies a moderator; the result says that they are few.

    Raises:
        ValueError: impossible numbers, a moderator that says nothing or repeats another.
    """
    y, v = effects(values, variances)
    names, design = designed(len(y), moderators, intercept)
    k, p = design.shape
    wanted = STUDIES_A_MODERATOR * len(moderators)
    if k <= p or (k < wanted and not with_few):
        return TooFew("Meta-regression", max(p + 1, 2) if with_few else max(wanted, p + 1), k)
    pools = one_row(y.tolist(), v.tolist(), design)
    found = between(pools, method)
    tau2 = float(found.tau2[0])
    fit = weigh(pools, found.tau2)
    df = None if inference is Inference.WALD else float(k - p)
    factor = _factor(fit, k - p, inference)
    covariance = fit.cov[0] * factor
    beta = fit.beta[0]
    qe, qe_p = _left(pools, k - p)
    qm, qm_p = _together(beta, fit.cov[0], factor, df, intercept)
    i2, h2 = _share(pools, method, tau2, qe, k - p)
    return Regression(
        k=k,
        names=names,
        coefficients=tuple(
            _estimate(float(b), float(np.sqrt(c)), level, df)
            for b, c in zip(beta, np.diag(covariance), strict=True)
        ),
        covariance=covariance,
        method=method,
        inference=inference,
        tau2=tau2,
        tau2_se=float(found.se[0]),
        i2=i2,
        h2=h2,
        r2=_explained(y, v, method, tau2) if intercept and moderators else None,
        qe=qe,
        qe_df=k - p,
        qe_p=qe_p,
        qm=qm,
        qm_df=p - int(intercept),
        qm_p=qm_p,
        level=level,
        few=k < wanted,
        converged=bool(found.converged[0]),
    )


def designed(k: int, moderators: Mapping[str, Floats], intercept: bool) -> tuple[tuple[str, ...], FloatArray]:
    """Names and columns of a design, checked: the intercept first, then each moderator.

    Raises:
        ValueError: a moderator that is too short, has a missing number, says nothing, or repeats others.
    """
    columns = [finite(values, f"value of {name}") for name, values in moderators.items()]
    for name, column in zip(moderators, columns, strict=True):
        if len(column) != k:
            raise ValueError(f"{name} has {len(column)} values for {k} studies: give one a study.")
    if INTERCEPT in moderators:
        raise ValueError(f"A moderator cannot be called {INTERCEPT!r}: rename it.")
    if not columns and not intercept:
        raise ValueError("A regression needs an intercept or a moderator.")
    names = ((INTERCEPT,) if intercept else ()) + tuple(moderators)
    design = np.column_stack([np.ones(k)] * intercept + columns)
    _distinct(names, design)
    return names, design


def _distinct(names: tuple[str, ...], design: FloatArray) -> None:
    scaled = design / np.maximum(np.abs(design).max(0), np.finfo(float).tiny)
    if np.linalg.matrix_rank(scaled) < min(design.shape):
        raise ValueError(
            f"Of {', '.join(names)} at least one says nothing of its own (the same for all studies, or a sum of "
            "others): leave it out."
        )


def _factor(fit: Fit, df: int, inference: Inference) -> float:
    if inference is Inference.WALD:
        return 1.0
    factor = float(fit.q[0]) / df
    return max(1.0, factor) if inference is Inference.BOUNDED else factor


def _left(pools: Rows, df: int) -> tuple[float, float]:
    from scipy.special import chdtrc

    q = float(weigh(pools, np.zeros(1)).q[0])
    return q, float(chdtrc(df, q))


def _together(
    beta: FloatArray, covariance: FloatArray, factor: float, df: float | None, intercept: bool
) -> tuple[float | None, float | None]:
    """Do all moderators together matter. None without moderators, and where studies lie on the line exactly."""
    from scipy.special import chdtrc, fdtrc

    chosen = slice(int(intercept), None)
    some = beta[chosen]
    m = len(some)
    if m == 0 or factor == 0:
        return None, None
    wald = float(some @ np.linalg.solve(covariance[chosen, chosen], some)) / factor
    if df is None:
        return wald, float(chdtrc(m, wald))
    return wald / m, float(fdtrc(m, df, wald / m))


def _share(pools: Rows, method: Method, tau2: float, qe: float, df: int) -> tuple[float, float]:
    """I² in % and H² of what is left."""
    if method is Method.COMMON:
        return (max(0.0, 100 * (qe - df) / qe) if qe > 0 else 0.0), qe / df
    typical = float(typical_variance(pools)[0])
    return 100 * tau2 / (typical + tau2), 1 + tau2 / typical


def _explained(y: FloatArray, v: FloatArray, method: Method, tau2: float) -> float | None:
    """Share of tau² that went when the moderators came, in %."""
    before = float(between(one_row(y.tolist(), v.tolist()), method).tau2[0])
    return max(0.0, 100 * (before - tau2) / before) if before > 0 else None
