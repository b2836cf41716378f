"""What is held plausible, before the studies speak, of how much they differ: priors of tau.

Weakly informative priors are chosen by whoever asks (a scale in units of the effect); predictive ones were fitted by
others to the differences seen in many earlier reviews, and name their source.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ataraxy.core.evidence.series import FloatArray


class PriorShape(StrEnum):
    HALF_NORMAL = "half-normal"
    HALF_CAUCHY = "half-cauchy"
    LOG_NORMAL = "log-normal"  # of tau squared
    LOG_T5 = "log-t5"  # of tau squared, Student's t with 5 degrees of freedom


@dataclass(frozen=True, slots=True)
class TauPrior:
    """The prior of tau, the standard deviation between studies, on the scale of analysis.

    Attributes:
        scale: of the half-normal and half-Cauchy in units of the effect; of a log prior, of log tau squared.
        location: of log tau squared; zero and without meaning for the other two.
        source: where the numbers of a predictive prior stand.
    """

    shape: PriorShape
    scale: float
    location: float = 0.0
    source: str = ""
    unverified: bool = False  # the numbers were read second-hand, not in the paper itself

    def __post_init__(self) -> None:
        if not (np.isfinite(self.scale) and self.scale > 0 and np.isfinite(self.location)):
            raise ValueError(
                f"A prior's scale must be above zero, not {self.scale}: to hold tau at zero, pool as common effect."
            )

    @property
    def words(self) -> str:
        if self.shape in (PriorShape.HALF_NORMAL, PriorShape.HALF_CAUCHY):
            return f"tau {self.shape.value} with scale {self.scale:g}"
        told = f"tau squared {self.shape.value} with location {self.location:g} and scale {self.scale:g}"
        told += f", {self.source}" if self.source else ""
        return f"{told}; unverified" if self.unverified else told

    @property
    def centre(self) -> float:
        """A tau in the middle of what the prior holds plausible."""
        if self.shape in (PriorShape.HALF_NORMAL, PriorShape.HALF_CAUCHY):
            return self.scale
        return float(np.exp(self.location / 2))

    @property
    def moments(self) -> int:
        """How many moments tau has under the prior alone: those of a half-normal never end."""
        if self.shape is PriorShape.HALF_CAUCHY or self.shape is PriorShape.LOG_T5:
            return 0
        return 99

    def log_density(self, log_tau: FloatArray) -> FloatArray:
        """Logarithm of the density of log tau (not of tau), normalised."""
        if self.shape in (PriorShape.HALF_NORMAL, PriorShape.HALF_CAUCHY):
            return self._of_tau(log_tau) + log_tau
        z = (2 * log_tau - self.location) / self.scale
        if self.shape is PriorShape.LOG_NORMAL:
            return np.asarray(-0.5 * z**2 - 0.5 * np.log(2 * np.pi) + np.log(2 / self.scale))
        constant = np.log(8.0 / (3.0 * np.pi * np.sqrt(5.0)))  # of Student's t with 5 degrees of freedom
        return np.asarray(constant - 3.0 * np.log1p(z**2 / 5.0) + np.log(2 / self.scale))

    def _of_tau(self, log_tau: FloatArray) -> FloatArray:
        log_u = log_tau - np.log(self.scale)
        if self.shape is PriorShape.HALF_NORMAL:
            kernel = -0.5 * np.exp(np.minimum(2 * log_u, 700.0))
            return np.asarray(kernel + 0.5 * np.log(2 / np.pi) - np.log(self.scale))
        return np.asarray(np.log(2 / np.pi) - np.log(self.scale) - np.logaddexp(0.0, 2 * log_u))


def half_normal(scale: float) -> TauPrior:
    return TauPrior(PriorShape.HALF_NORMAL, scale)


def half_cauchy(scale: float) -> TauPrior:
    return TauPrior(PriorShape.HALF_CAUCHY, scale)


TURNER = "Turner 2015, Stat Med 34:984-98, doi 10.1002/sim.6381"
RHODES = "Rhodes 2015, J Clin Epidemiol 68:52-60, doi 10.1016/j.jclinepi.2014.08.012"

# Read in the tables of the R package bayesmeta, not in the papers.
ANY_LOG_ODDS_RATIO = TauPrior(PriorShape.LOG_NORMAL, 1.74, -2.56, f"{TURNER}: any setting", unverified=True)
ANY_SMD = TauPrior(PriorShape.LOG_T5, 2.59, -3.44, f"{RHODES}: any setting", unverified=True)
MENTAL_HEALTH_LOG_ODDS_RATIO_PLACEBO = TauPrior(
    PriorShape.LOG_NORMAL,
    1.53,
    -2.12,
    f"{TURNER}, table IV: mental health, drug against placebo",
    unverified=True,
)
MENTAL_HEALTH_LOG_ODDS_RATIO_ACTIVE = TauPrior(
    PriorShape.LOG_NORMAL,
    1.60,
    -2.35,
    f"{TURNER}, table IV: mental health, drug against drug",
    unverified=True,
)
MENTAL_HEALTH_SMD_PLACEBO = TauPrior(
    PriorShape.LOG_T5, 2.16, -2.99, f"{RHODES}, table 3: mental health, drug against placebo", unverified=True
)
MENTAL_HEALTH_SMD_ACTIVE = TauPrior(
    PriorShape.LOG_T5, 2.14, -3.27, f"{RHODES}, table 3: mental health, drug against drug", unverified=True
)
