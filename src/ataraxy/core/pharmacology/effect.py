"""An effect model as a value: which concentration drives it, through which site, to which response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.pharmacology.model import Covariance, Enantiomer, Parameter, Standing, Variation


class Endpoint(StrEnum):
    """What is told. One model tells one."""

    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    PULSE = "pulse"
    CARDIAC_OUTPUT = "cardiac-output"
    DISSOCIATION = "dissociation"
    PERCEPTION = "perception"
    DRUG_HIGH = "drug-high"
    SEDATION = "sedation"
    OCCUPANCY = "occupancy"
    ANXIETY = "anxiety"


class Shape(StrEnum):
    """How the driving concentration C becomes the response.

    LINEAR: baseline + slope C. SIGMOID: baseline + top C^g / (C50^g + C^g).
    RELATIVE: baseline (1 + top C^g / (C50^g + C^g)).
    OCCUPANCY: sum of free C_i / Ki_i over 1 + that sum (competing ligands at one site).
    TURNOVER: dR/dt = kout (baseline (1 - top S(C)) - R), S the sigmoid: a slow response, in minutes' rates.
    """

    LINEAR = "linear"
    SIGMOID = "sigmoid"
    RELATIVE = "relative"
    OCCUPANCY = "occupancy"
    TURNOVER = "turnover"


@dataclass(frozen=True, slots=True)
class Driver:
    """A concentration that drives: an analyte and which ketamine it is of.

    ``half_life``: parameter (min), the half-time of its effect site; None: the sampled blood itself.
    ``constant``: parameter (ng/mL), its C50 or Ki. ``share``: parameter (fraction), its free part.
    """

    analyte: str
    enantiomer: Enantiomer
    constant: str | None = None
    half_life: str | None = None
    share: str | None = None


@dataclass(frozen=True, slots=True)
class EffectModel:
    """``lowest``/``highest``: the bounds of the scale. ``known_wrong``: where its curve is known to be wrong, in words
    that stand beside every picture of it. Parameters are named in ``roles``:

    ``baseline``, ``slope``, ``top``, ``gamma``, ``kout``, ``responder`` (share of people who respond),
    ``placebo`` (fraction of the baseline taken away without drug).
    """

    id: str
    version: str
    name: str
    source: str
    standing: Standing
    endpoint: Endpoint
    unit: str
    shape: Shape
    drivers: tuple[Driver, ...]
    parameters: tuple[Parameter, ...]
    leaves_out: tuple[str, ...]
    cohort: str
    baseline: str | None = None
    slope: str | None = None
    top: str | None = None
    gamma: str | None = None
    kout: str | None = None
    responder: str | None = None
    placebo: str | None = None
    lowest: Decimal | None = None
    highest: Decimal | None = None
    residual_sd: Decimal | None = None
    known_wrong: str = ""
    between: tuple[Variation, ...] = ()
    between_covariances: tuple[Covariance, ...] = ()

    def parameter(self, name: str) -> Parameter:
        return next(p for p in self.parameters if p.name == name)


def names_of(effects: Sequence[EffectModel]) -> tuple[str, ...]:
    """What each effect's answer is called: its endpoint, or its own id where several tell the same endpoint."""
    endpoints = [effect.endpoint for effect in effects]
    return tuple(
        effect.endpoint.value if endpoints.count(effect.endpoint) == 1 else effect.id for effect in effects
    )
