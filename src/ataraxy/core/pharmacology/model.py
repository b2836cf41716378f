"""A pharmacokinetic model as a value: compartments, flows, ways in, and how people differ.

A file of ``catalog/pk_models/`` is one of these. Nothing here computes; ``network`` turns it into rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.protocol.status import Status


class Enantiomer(StrEnum):
    """Which ketamine: a racemic dose holds half of each."""

    RACEMIC = "racemic"
    S = "S"
    R = "R"


class Site(StrEnum):
    """Where the blood was drawn. Arterial peaks of an infusion are well above venous ones."""

    ARTERIAL = "arterial"
    VENOUS = "venous"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """MASS: a milligram of parent becomes a milligram of metabolite. MOLAR: a mole becomes a mole."""

    MASS = "mass"
    MOLAR = "molar"


class Standing(StrEnum):
    """How a whole model may be used."""

    PUBLISHED = "published"
    EXPLORATORY = "exploratory"
    ILLUSTRATIVE = "illustrative"


class PkRoute(StrEnum):
    INTRAVENOUS = "intravenous"
    INTRAMUSCULAR = "intramuscular"
    SUBCUTANEOUS = "subcutaneous"
    NASAL = "nasal"
    SUBLINGUAL = "sublingual"
    ORAL = "oral"


class Covariate(StrEnum):
    WEIGHT_KG = "weight_kg"
    AGE_YEARS = "age_years"
    ANCESTRY = "ancestry"
    SEX = "sex"


class ScalingKind(StrEnum):
    """POWER: times (covariate / reference)^amount. ABOVE: plus amount for each unit above the reference.

    TIMES: times amount where the covariate equals ``equals``.
    """

    POWER = "power"
    ABOVE = "above"
    TIMES = "times"


class Spread(StrEnum):
    """How a parameter differs between people: exp(eta) times, or eta added on the logit scale."""

    LOG = "log"
    LOGIT = "logit"


@dataclass(frozen=True, slots=True)
class Scaling:
    """How a parameter follows one covariate, beside its ``reference``, or where it ``equals`` a word."""

    covariate: Covariate
    kind: ScalingKind
    amount: Decimal
    source: str
    status: Status
    reference: Decimal | None = None
    equals: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typical value in ``unit`` (one of ``units.KNOWN``), as published."""

    name: str
    value: Decimal
    unit: str
    meaning: str
    source: str
    status: Status
    scalings: tuple[Scaling, ...] = ()


@dataclass(frozen=True, slots=True)
class Variation:
    """How one parameter differs: ``variance`` of its eta (log or logit scale)."""

    parameter: str
    variance: Decimal
    source: str
    status: Status
    spread: Spread = Spread.LOG


@dataclass(frozen=True, slots=True)
class Covariance:
    """How two parameters differ together: ``value`` on the scale of their variances."""

    first: str
    second: str
    value: Decimal
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class Compartment:
    """``volume``: the parameter (L) its concentration is told by; None where only an amount is known."""

    name: str
    meaning: str
    volume: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What leaves ``source`` each minute, and the ``fraction`` of it that reaches ``target``; the rest is gone.

    Exactly one of: ``clearance`` (L/min, divided by the source's volume), ``rate`` (1/min),
    ``mean_time`` (min: ``stages`` / mean_time is the rate of each of that many compartments in a row).
    ``target`` None: out of the body.
    """

    source: str
    target: str | None = None
    clearance: str | None = None
    rate: str | None = None
    mean_time: str | None = None
    stages: int = 1
    fraction: str | None = None


@dataclass(frozen=True, slots=True)
class Saturable:
    """An elimination that saturates: ``vmax`` (mg/min) and ``km`` (mg/L) of the source's concentration."""

    source: str
    vmax: str
    km: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Beyond:
    """Within one session, what is given above ``mg`` is absorbed at ``factor`` times the fraction."""

    mg: str
    factor: str


@dataclass(frozen=True, slots=True)
class Path:
    """One way in: the share ``fraction`` (or ``rest_of``: what that fraction leaves) times every ``times``.

    It enters ``into`` at once, or evenly over ``over`` minutes for a dose that is not an infusion; after ``lag``.
    ``apparent``: the share was estimated beside apparent volumes, so that it may be above one and is not counted
    with the others.
    """

    into: str
    fraction: str | None = None
    rest_of: str | None = None
    times: tuple[str, ...] = ()
    over: str | None = None
    lag: str | None = None
    beyond: Beyond | None = None
    enantiomer: Enantiomer | None = None  # None: the model's
    apparent: bool = False


@dataclass(frozen=True, slots=True)
class RouteIn:
    """One route of giving, and every path a dose takes from there."""

    route: PkRoute
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Residual:
    """What one sample differs by. ``log_sd`` or ``proportional_sd`` (fractions), ``additive_ng_per_ml``."""

    source: str
    status: Status
    log_sd: Decimal = Decimal(0)
    proportional_sd: Decimal = Decimal(0)
    additive_ng_per_ml: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Analyte:
    """What is measured: the concentration of ``compartment``; molar mass for a molar model."""

    name: str
    compartment: str
    g_per_mol: Decimal
    residual: Residual | None = None
    enantiomer: Enantiomer | None = None  # None: the model's


@dataclass(frozen=True, slots=True)
class PkModel:
    """One published model, whole, with what it leaves out: shown wherever its curve is."""

    id: str
    version: str
    name: str
    source: str
    standing: Standing
    drug: str
    enantiomer: Enantiomer
    basis: Basis
    sampling_site: Site
    adults: bool
    cohort: str
    leaves_out: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    compartments: tuple[Compartment, ...]
    flows: tuple[Flow, ...]
    routes: tuple[RouteIn, ...]
    analytes: tuple[Analyte, ...]
    saturable: tuple[Saturable, ...] = ()
    between: tuple[Variation, ...] = ()
    between_covariances: tuple[Covariance, ...] = ()
    occasion: tuple[Variation, ...] = ()
    occasion_covariances: tuple[Covariance, ...] = ()

    def parameter(self, name: str) -> Parameter:
        return next(p for p in self.parameters if p.name == name)

    def route_in(self, route: PkRoute) -> RouteIn | None:
        return next((r for r in self.routes if r.route is route), None)

    @property
    def route_names(self) -> tuple[str, ...]:
        return tuple(r.route.value for r in self.routes)
