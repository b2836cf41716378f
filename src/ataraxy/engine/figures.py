"""One number a person: peak, exposure, rise, time until ready. What a band over time cannot tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import EffectModel, Endpoint, names_of
from ataraxy.core.pharmacology.people import FloatArray
from ataraxy.core.pharmacology.prepared import Prepared

MIN_PER_H = 60.0
FALLS = (Endpoint.SEDATION, Endpoint.ANXIETY)  # told by their lowest value
RISES = (  # have a baseline that is a person's own
    Endpoint.SYSTOLIC,
    Endpoint.DIASTOLIC,
    Endpoint.PULSE,
    Endpoint.CARDIAC_OUTPUT,
)


class Kind(StrEnum):
    """What is told of a person."""

    PEAK = "highest"
    LOWEST = "lowest"
    PEAK_AT = "highest at"
    EXPOSURE = "AUC to infinity"
    EXPOSURE_SEEN = "AUC to the last minute"
    RISE = "highest rise"
    SETTLED = "effects settled"
    READY = "ready to go"


@dataclass(frozen=True, slots=True)
class Figure:
    """``output``: what it is of; "" for a time of the whole session."""

    output: str
    kind: Kind
    unit: str

    @property
    def name(self) -> str:
        return f"{self.output} {self.kind.value}".strip()


def figures_of(
    analytes: Mapping[str, str], effects: Sequence[EffectModel], *, one_occasion: bool, stay: bool
) -> tuple[Figure, ...]:
    """What is told of each person; ``analytes`` with their units."""
    told: list[Figure] = []
    exposure = Kind.EXPOSURE if one_occasion else Kind.EXPOSURE_SEEN
    for name, unit in analytes.items():
        told += [Figure(name, Kind.PEAK, unit), Figure(name, Kind.PEAK_AT, "min")]
        told.append(Figure(name, exposure, f"{unit.split('/')[0]}·h/{unit.split('/')[1]}"))
    for name, effect in zip(names_of(effects), effects, strict=True):
        told.append(Figure(name, Kind.LOWEST if effect.endpoint in FALLS else Kind.PEAK, effect.unit))
        if effect.endpoint in RISES:
            told.append(Figure(name, Kind.RISE, effect.unit))
    if stay:
        told += [Figure("", Kind.SETTLED, "min"), Figure("", Kind.READY, "min")]
    return tuple(told)


def figure_values(
    figures: Sequence[Figure],
    values: Mapping[str, FloatArray],
    at_min: FloatArray,
    exposures: Mapping[str, FloatArray],
    times: Mapping[Kind, FloatArray],
) -> FloatArray:
    """Every figure of every person, (N, figures). The first minute is the baseline."""
    return np.stack([_value(one, values, at_min, exposures, times) for one in figures], axis=1)


def _value(
    figure: Figure,
    values: Mapping[str, FloatArray],
    at_min: FloatArray,
    exposures: Mapping[str, FloatArray],
    times: Mapping[Kind, FloatArray],
) -> FloatArray:
    if not figure.output:
        return times[figure.kind]
    level = values[figure.output]
    match figure.kind:
        case Kind.LOWEST:
            return np.asarray(level.min(axis=1))
        case Kind.PEAK_AT:
            return np.asarray(at_min[level.argmax(axis=1)])
        case Kind.EXPOSURE:
            return exposures[figure.output]
        case Kind.EXPOSURE_SEEN:
            area = np.sum(0.5 * (level[:, 1:] + level[:, :-1]) * np.diff(at_min), axis=1)
            return np.asarray(area / MIN_PER_H, dtype=np.float64)
        case Kind.RISE:
            return np.asarray(level.max(axis=1) - level[:, 0])
        case _:
            return np.asarray(level.max(axis=1))


def exposures(ready: Prepared) -> dict[str, FloatArray]:
    """AUC from 0 to infinity of each analyte, ng·h/mL, each (N,): exact, for people with one set of rates.

    The rates times the areas are what went in: one linear system a person, no curve needed.

    Raises:
        InputRefused: something never leaves the body.
    """
    n = len(ready.network.model.compartments)
    rates = ready.network.matrix(ready.values[0], len(ready))[:, :n, :n]
    entered = np.zeros((len(ready), n))
    for one in ready.inputs:
        entered[:, one.state] += one.mg
    try:
        areas = np.linalg.solve(-rates, entered[:, :, np.newaxis])[:, :, 0]
    except np.linalg.LinAlgError:
        areas = np.full_like(entered, np.inf)
    told: dict[str, FloatArray] = {
        reading.name: np.asarray(
            areas[:, reading.state] * reading.scale(ready.values[0]) / MIN_PER_H, dtype=np.float64
        )
        for reading in ready.network.readings
    }
    if not all(np.isfinite(area).all() for area in told.values()):
        raise InputRefused(
            "For a person the area under the curve is without end: something never leaves the body.",
            "Look at the model's clearances and rates: one of them is 0.",
            "model",
        )
    return told


def totals(values: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """With the sum of S and R under the plain name, where a model tells both."""
    both = [name[2:] for name in values if name.startswith("S-") and f"R-{name[2:]}" in values]
    return {name: values[f"S-{name}"] + values[f"R-{name}"] for name in both} | dict(values)
