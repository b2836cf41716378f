"""What is wrong with the lines of a file: names, units, sizes, covariates, variances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np

from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import (
    Covariance,
    Covariate,
    Parameter,
    PkModel,
    Scaling,
    ScalingKind,
    Spread,
    Variation,
)
from ataraxy.core.pharmacology.people import ANCESTRIES, SEXES
from ataraxy.core.pharmacology.units import (
    AMOUNT,
    AMOUNT_RATE,
    CLEARANCE,
    CONCENTRATION,
    FRACTION,
    KNOWN,
    PLAIN,
    RATE,
    TIME,
    VOLUME,
)
from ataraxy.core.protocol.problem import Path as Place
from ataraxy.core.protocol.problem import Problem

# What a person can be, in the engine's units; outside these a number is a slip of the pen or of the unit.
BOUNDS: Mapping[str, tuple[float, float]] = {
    VOLUME: (0.01, 5_000.0),  # L
    CLEARANCE: (1e-4, 50.0),  # L/min
    RATE: (1e-7, 100.0),  # 1/min
    TIME: (0.01, 527_040.0),  # min: up to a year
    FRACTION: (1e-9, 1.0),
    CONCENTRATION: (1e-3, 1e6),  # ng/mL
    AMOUNT: (1e-3, 1e4),  # mg
    AMOUNT_RATE: (1e-6, 1e4),  # mg/min
}
MOST_APPARENT = 2.0
MOST_VARIANCE = 4.0
REFERENCE_KG = 70.0
OLDEST_YEARS, HEAVIEST_KG = 110.0, 300.0
MANY_SD = 4.0
WORDS = {Covariate.SEX: SEXES, Covariate.ANCESTRY: ANCESTRIES}
NUMERIC = {Covariate.WEIGHT_KG: HEAVIEST_KG, Covariate.AGE_YEARS: OLDEST_YEARS}
NO_BOUND = (-float("inf"), float("inf"))


class Names:
    """The names a file defines, and complaints about those it does not."""

    def __init__(self, model: PkModel | EffectModel) -> None:
        self.parameters = {parameter.name: parameter for parameter in model.parameters}
        compartments = model.compartments if isinstance(model, PkModel) else ()
        self.volumes = {compartment.name: compartment.volume for compartment in compartments}

    def role(
        self, path: Place, name: str | None, *dimensions: str, needed: str | None = None
    ) -> Iterator[Problem]:
        """``name`` is a parameter of one of these dimensions; None is fine unless ``needed`` says why not."""
        if name is None:
            if needed is not None:
                yield Problem(path[:-1], f"`{path[-1]}` is missing.", needed)
            return
        parameter = self.parameters.get(name)
        if parameter is None:
            known = ", ".join(self.parameters) or "none"
            yield Problem(path, f"There is no parameter {name!r}.", f"Parameters here: {known}.")
            return
        unit = KNOWN.get(parameter.unit)
        if unit is not None and unit.dimension not in dimensions:
            wanted = " or ".join(dimensions)
            units = ", ".join(u for u, kind in KNOWN.items() if kind.dimension in dimensions)
            yield Problem(
                path,
                f"`{path[-1]}` takes a value of {wanted}; {name!r} is one of {unit.dimension} ({parameter.unit}).",
                f"Name another parameter, or write it in one of: {units}.",
            )

    def compartment(self, path: Place, name: str | None, *, with_volume: bool = False) -> Iterator[Problem]:
        if name is None:
            return
        if name not in self.volumes:
            known = ", ".join(self.volumes) or "none"
            yield Problem(path, f"There is no compartment {name!r}.", f"Compartments here: {known}.")
        elif with_volume and self.volumes[name] is None:
            yield Problem(
                path, f"The compartment {name!r} has no volume.", "Give it one, or write the flow as a rate."
            )

    def value(self, name: str | None) -> float | None:
        """The typical value in the engine's units at 70 kg; None where there is no such parameter."""
        parameter = self.parameters.get(name) if name is not None else None
        if parameter is None or parameter.unit not in KNOWN:
            return None
        return in_engine(parameter, parameter.value)


def in_engine(parameter: Parameter, value: Decimal) -> float:
    unit = KNOWN[parameter.unit]
    return float(value) * unit.to_engine * (REFERENCE_KG if unit.per_kg else 1.0)


def twice(section: str, names: Sequence[str], key: str = "name") -> Iterator[Problem]:
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            yield Problem((section, i, key), f"{name!r} stands twice.", "Give each its own name.")
        seen.add(name)


# --- parameters ------------------------------------------------------------------------------------


def parameters_of(
    parameters: Sequence[Parameter], used: set[str], apparent: Iterable[str | None]
) -> Iterator[Problem]:
    yield from twice("parameters", [p.name for p in parameters])
    for i, parameter in enumerate(parameters):
        path: Place = ("parameters", i)
        if parameter.unit not in KNOWN:
            yield Problem(
                (*path, "unit"),
                f"The unit {parameter.unit[:40]!r} is not known.",
                f"Write one of: {', '.join(KNOWN)}.",
            )
            continue
        yield from _value(parameter, path, parameter.name in set(apparent))
        for j, scaling in enumerate(parameter.scalings):
            yield from _scaling(parameter, scaling, (*path, "scalings", j))
        if parameter.name not in used:
            yield Problem(
                (*path, "name"), f"Nothing uses the parameter {parameter.name!r}.", "Use it or remove it."
            )


def _value(parameter: Parameter, path: Place, apparent: bool) -> Iterator[Problem]:
    unit = KNOWN[parameter.unit]
    lowest, highest = BOUNDS.get(unit.dimension, NO_BOUND)
    if apparent:
        highest = MOST_APPARENT
    value = in_engine(parameter, parameter.value)
    if unit.dimension != PLAIN and value <= 0:
        yield Problem(
            (*path, "value"),
            f"{parameter.name!r} is {parameter.value} {parameter.unit}, not above zero.",
            "Correct the value.",
        )
    elif not lowest <= value <= highest:
        low, high = (_in_unit(parameter, bound) for bound in (lowest, highest))
        yield Problem(
            (*path, "value"),
            f"{parameter.name!r} is {parameter.value} {parameter.unit}: no person's {unit.dimension} is that.",
            f"Correct the value or the unit: it lies from {low:.3g} to {high:.3g} {parameter.unit}.",
        )


def _in_unit(parameter: Parameter, engine: float) -> float:
    unit = KNOWN[parameter.unit]
    return engine / unit.to_engine / (REFERENCE_KG if unit.per_kg else 1.0)


def _scaling(parameter: Parameter, scaling: Scaling, path: Place) -> Iterator[Problem]:
    counted = scaling.covariate in NUMERIC
    if scaling.kind is ScalingKind.TIMES:
        yield from _times(parameter, scaling, path, counted)
        return
    if not counted:
        yield Problem(
            (*path, "covariate"),
            f"{scaling.covariate.value} is no number.",
            'Use kind = "times" with `equals`.',
        )
        return
    if scaling.equals is not None:
        yield Problem((*path, "equals"), '`equals` belongs to kind "times".', "Remove it.")
    if scaling.reference is None or scaling.reference < 0:
        yield Problem(path, "The scaling has no reference.", "Say `reference`, such as 70 for a weight.")
        return
    if scaling.kind is ScalingKind.POWER and not (scaling.reference > 0 and abs(scaling.amount) <= 3):
        yield Problem(
            (*path, "amount"),
            f"A power of {scaling.amount} is not plausible.",
            "Write the exponent, as 0.75.",
        )
    if scaling.kind is ScalingKind.ABOVE and KNOWN[parameter.unit].dimension != PLAIN:
        most = NUMERIC[scaling.covariate] - float(scaling.reference)
        if float(parameter.value) + float(scaling.amount) * max(most, 0.0) <= 0:
            yield Problem(
                (*path, "amount"),
                f"{parameter.name!r} falls below zero before {scaling.covariate.value} reaches"
                f" {NUMERIC[scaling.covariate]:g}.",
                "Correct the amount; it is added for each unit above the reference.",
            )


def _times(parameter: Parameter, scaling: Scaling, path: Place, counted: bool) -> Iterator[Problem]:
    if counted or scaling.equals is None:
        yield Problem(
            path,
            'kind "times" needs a covariate of words, and `equals`.',
            'Write covariate = "ancestry", equals = "asian", or choose kind = "power".',
        )
    elif scaling.equals not in WORDS[scaling.covariate]:
        yield Problem(
            (*path, "equals"),
            f"No person's {scaling.covariate.value} is {scaling.equals[:40]!r}.",
            f"Choose one of: {', '.join(WORDS[scaling.covariate])}.",
        )
    if not 0 < scaling.amount <= 10:
        yield Problem(
            (*path, "amount"), f"Times {scaling.amount} is not plausible.", "Give a factor above zero."
        )
    elif KNOWN[parameter.unit].dimension == FRACTION and parameter.value * scaling.amount >= 1 / Decimal(
        str(KNOWN[parameter.unit].to_engine)
    ):
        yield Problem((*path, "amount"), f"{parameter.name!r} reaches one or more.", "Correct the factor.")


# --- how people differ -----------------------------------------------------------------------------


def variations_of(
    section: str,
    parameters: Sequence[Parameter],
    variations: Sequence[Variation],
    covariances: Sequence[Covariance],
    apparent: Iterable[str | None] = (),
) -> Iterator[Problem]:
    known = {parameter.name: parameter for parameter in parameters}
    yield from twice(section, [v.parameter for v in variations], "parameter")
    for i, variation in enumerate(variations):
        parameter = known.get(variation.parameter)
        if parameter is None:
            yield Problem(
                (section, i, "parameter"),
                f"There is no parameter {variation.parameter!r}.",
                f"Parameters here: {', '.join(known)}.",
            )
        elif parameter.unit in KNOWN:
            yield from _variation(variation, parameter, (section, i), variation.parameter in set(apparent))
    if all(count == 1 for count in Counter(v.parameter for v in variations).values()):
        yield from covariances_of(section, variations, covariances)


def _variation(variation: Variation, parameter: Parameter, path: Place, apparent: bool) -> Iterator[Problem]:
    if not 0 < variation.variance <= MOST_VARIANCE:
        yield Problem(
            (*path, "variance"),
            f"A variance of {variation.variance} is not plausible.",
            f"Give the variance of the eta, above 0 and up to {MOST_VARIANCE:g}; of a CV c it is ln(1 + c^2).",
        )
        return
    share = KNOWN[parameter.unit].dimension == FRACTION
    typical = in_engine(parameter, parameter.value)
    if variation.spread is Spread.LOGIT and not (share and 0 < typical < 1):
        yield Problem(
            (*path, "spread"),
            f"Only a fraction between 0 and 1 differs on the logit scale; {parameter.name!r} does not.",
            'Write spread = "log".',
        )
    reach = float(np.exp(MANY_SD * float(variation.variance) ** 0.5))
    if variation.spread is Spread.LOG and share and not apparent and typical * reach > 1:
        yield Problem(
            (*path, "spread"),
            f"The fraction {parameter.name!r} would pass one in some people.",
            'Write spread = "logit", with the variance on that scale.',
        )


def covariances_of(
    section: str, variations: Sequence[Variation], covariances: Sequence[Covariance]
) -> Iterator[Problem]:
    place = {variation.parameter: i for i, variation in enumerate(variations)}
    matrix = np.diag([float(v.variance) for v in variations])
    seen: set[frozenset[str]] = set()
    wrong = False
    for i, covariance in enumerate(covariances):
        path: Place = (f"{section}_covariances", i)
        pair = frozenset((covariance.first, covariance.second))
        unknown = [name for name in (covariance.first, covariance.second) if name not in place]
        if unknown or len(pair) == 1 or pair in seen:
            wrong = True
            cause = (
                f"{unknown[0]!r} has no variance." if unknown else "The pair stands twice, or with itself."
            )
            yield Problem(path, cause, f"Name two different parameters of [[{section}]], once.")
            continue
        seen.add(pair)
        first, second = place[covariance.first], place[covariance.second]
        matrix[first, second] = matrix[second, first] = float(covariance.value)
    if not wrong and len(covariances) and not _positive(matrix):
        yield Problem(
            (f"{section}_covariances",),
            "The variances and covariances contradict each other (not positive semi-definite).",
            "No covariance may be above the square root of the product of its two variances.",
        )


def _positive(matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> bool:
    return bool(np.linalg.eigvalsh(matrix).min() >= -1e-9 * max(float(np.abs(matrix).max()), 1e-12))
