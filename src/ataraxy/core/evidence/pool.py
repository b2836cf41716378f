"""Several studies of one question put together: the pooled effect, how surely, and how much the studies differ.

``pool`` answers for one question, with all a page shows and words for what is weak; ``pool_many.py`` has the arithmetic.
Source of the prediction (t with k - 2): Higgins, Thompson & Spiegelhalter 2009.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ataraxy.core.evidence.between import Method
from ataraxy.core.evidence.estimate import Effect, Estimate, TooFew
from ataraxy.core.evidence.intervals import BetweenInterval, q_profile_of
from ataraxy.core.evidence.pool_many import Inference, Pools, check, interval, pooled
from ataraxy.core.evidence.pool_rows import FloatArray, Rows, one_row
from ataraxy.core.evidence.study import Measure


class Prediction(StrEnum):
    """Which distribution the effect of the next study is predicted with."""

    T_K_MINUS_2 = "t, k - 2"  # Higgins, Thompson & Spiegelhalter 2009
    T_K_MINUS_1 = "t, k - 1"  # metafor under Hartung-Knapp; Veroniki et al. 2019
    NORMAL = "normal"  # metafor under Wald

    def df(self, k: int) -> int | None:
        """Degrees of freedom, None for the normal."""
        return {Prediction.T_K_MINUS_2: k - 2, Prediction.T_K_MINUS_1: k - 1, Prediction.NORMAL: None}[self]


@dataclass(frozen=True, slots=True)
class Predicted:
    """Where the true effect of a study like these would lie."""

    low: float
    high: float
    se: float
    method: Prediction
    level: float


@dataclass(frozen=True, slots=True)
class Pool:
    """A pooled effect with all that led to it, on the scale of analysis (ratios: natural logarithm).

    ``weights`` are in % and add up to 100; a study set aside (infinite variance) has 0. ``q`` is Cochran's, with the
    common effect's weights. ``i2`` is in %.
    """

    values: tuple[float, ...]
    variances: tuple[float, ...]
    method: Method
    inference: Inference
    k: int  # studies that tell something
    estimate: Estimate
    weights: tuple[float, ...]
    tau2: float
    tau2_se: float
    q: float
    q_df: int
    q_p: float
    i2: float
    h2: float
    tau2_interval: BetweenInterval | None  # by Q-profile; None of a common effect
    predicted: Predicted | TooFew | None  # None: of a common effect there is nothing to predict
    converged: bool
    measure: Measure | None = None
    warnings: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"{self.method.words}; {self.inference.words}"


def pool(
    values: Sequence[float],
    variances: Sequence[float],
    method: Method = Method.REML,
    inference: Inference | None = None,
    prediction: Prediction = Prediction.T_K_MINUS_2,
    level: float = 0.95,
    measure: Measure | None = None,
) -> Pool | TooFew:
    """The pooled effect of studies of one question.

    Args:
        values, variances: effects on the scale of analysis, and their sampling variances, both of length k.
        method: common effect, or how tau² is estimated.
        inference: Hartung-Knapp for random effects and Wald for a common effect, unless said.
        prediction: the distribution of the next study's effect.

    Returns:
        TooFew where fewer than two studies tell something.

    Raises:
        ValueError: impossible input, with its cause and cure.
    """
    inference = inference or (Inference.WALD if method is Method.COMMON else Inference.HARTUNG_KNAPP)
    check(method, inference, level)
    pools = one_row(values, variances)
    k = int(pools.k[0])
    if k < 2:
        return TooFew("A pooled effect", 2, k)
    found = pooled(pools, method, inference, level)
    return Pool(
        values=tuple(map(float, values)),
        variances=tuple(map(float, variances)),
        method=method,
        inference=inference,
        k=k,
        estimate=found.estimate(0),
        weights=tuple(weights_at(pools, found.tau2)[0].tolist()),
        tau2=float(found.tau2[0]),
        tau2_se=float(found.tau2_se[0]),
        q=float(found.q[0]),
        q_df=k - 1,
        q_p=float(found.q_p[0]),
        i2=float(found.i2[0]),
        h2=float(found.h2[0]),
        tau2_interval=_how_surely(pools, method, level),
        predicted=_predicted(found, prediction),
        converged=bool(found.converged[0]),
        measure=measure,
        warnings=_warnings(found, len(values)),
    )


def pool_effects(effects: Sequence[Effect], **how: object) -> Pool | TooFew:
    """The pooled effect of effects on one scale; ``how`` as for ``pool``.

    Raises:
        ValueError: effects on different scales.
    """
    measures = {effect.measure for effect in effects}
    if len(measures) > 1:
        named = ", ".join(sorted(measures))
        raise ValueError(
            f"Effects on different scales ({named}) cannot be pooled: convert them to one first."
        )
    measure = next(iter(measures), None)
    return pool([e.value for e in effects], [e.variance for e in effects], measure=measure, **how)  # type: ignore[arg-type]


def _how_surely(pools: Rows, method: Method, level: float) -> BetweenInterval | None:
    told = None if method is Method.COMMON else q_profile_of(pools, level)
    return None if isinstance(told, TooFew) else told


def weights_at(pools: Rows, tau2: FloatArray) -> FloatArray:
    """Each study's share of the weight, in %."""
    w = 1.0 / (pools.v + tau2[:, None])
    return np.asarray(100 * w / w.sum(-1, keepdims=True))


def _predicted(found: Pools, method: Prediction) -> Predicted | TooFew | None:
    if found.method is Method.COMMON:
        return None
    k, df = int(found.k[0]), method.df(int(found.k[0]))
    if df is not None and df < 1:
        return TooFew(f"A prediction interval ({method})", 3, k)
    se = np.sqrt(found.tau2 + found.se**2)
    low, high, _ = interval(found.value, se, None if df is None else np.array([float(df)]), found.level)
    return Predicted(float(low[0]), float(high[0]), float(se[0]), method, found.level)


ALIKE = 1e-6  # a Hartung-Knapp factor below this
FEW = 5  # below this, tau² is little more than a guess (Cochrane Handbook 10.10.4.4; Langan et al. 2019)


def _warnings(found: Pools, given: int) -> tuple[str, ...]:
    """What a reader must know before believing the numbers."""
    k, told = int(found.k[0]), []
    aside = given - k
    if aside:
        told.append(f"{aside} of {given} studies told nothing (infinite variance) and were set aside.")
    if not found.converged[0]:
        told.append("The search for tau² did not end: the pooled effect is not to be relied on.")
    if found.method is not Method.COMMON:
        told += _of_random_effects(found, k)
    return tuple(told)


def _of_random_effects(found: Pools, k: int) -> list[str]:
    told = []
    knapp = found.inference is not Inference.WALD
    if k == 2 and knapp:
        told.append(
            "Two studies: the Hartung-Knapp interval rests on one degree of freedom and is very wide."
        )
    if k < FEW:
        told.append(f"{_number(k)} studies: how much they truly differ (tau²) cannot be estimated well.")
    if k < FEW and not knapp:
        told.append("The normal interval takes tau² as known; with so few studies it is too narrow.")
    if found.tau2[0] == 0 and found.q_p[0] < 1:
        told.append("tau² is estimated as zero; that does not show that the studies agree.")
    if found.inference is Inference.HARTUNG_KNAPP and found.factor[0] < ALIKE:
        told.append(
            "The effects are all but equal, so the Hartung-Knapp interval has no width: use the bounded one."
        )
    elif found.inference is Inference.HARTUNG_KNAPP and found.factor[0] < 1 - 1e-9:
        told.append(
            "The Hartung-Knapp interval rests on a smaller standard error than Wald's: read the bounded one too."
        )
    return told


def _number(k: int) -> str:
    return {2: "Two", 3: "Three", 4: "Four"}.get(k, str(k))
