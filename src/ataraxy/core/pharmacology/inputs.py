"""What enters where: every dose as boluses and even inputs into compartments, person by person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.model import Enantiomer, Path, PkModel
from ataraxy.core.pharmacology.network import Network, Values
from ataraxy.core.pharmacology.people import People
from ataraxy.core.pharmacology.regimen import Dose, Regimen

FloatArray = NDArray[np.float64]

SESSION_GAP_MIN = (
    120.0  # sprays closer than this are one session: what is beyond its first mg is absorbed less
)
SHORTEST_MIN = (
    1e-6  # an even input shorter than this could begin and end in the same rounded minute, and be lost
)
OCCASION_GAP_MIN = 720.0  # doses further apart than this are another occasion


@dataclass(frozen=True, slots=True)
class Input:
    """``mg`` into ``state``: at once at ``start_min``, or evenly until ``end_min``. Arrays of shape (N,).

    ``shared``: start and end are the same minute for everybody.
    """

    state: int
    mg: FloatArray
    start_min: FloatArray
    end_min: FloatArray
    shared: bool
    bolus: bool


def occasions_of(regimen: Regimen) -> tuple[float, ...]:
    """When each occasion begins: the first dose, and every dose long after the one before."""
    starts: list[float] = []
    last = -np.inf
    for dose in sorted(regimen, key=lambda d: d.start_min):
        if not starts or dose.start_min - last > OCCASION_GAP_MIN:
            starts.append(dose.start_min)
        last = max(last, dose.start_min + dose.duration_min)
    return tuple(starts)


def occasion_at(starts: Sequence[float], at_min: float) -> int:
    return max(sum(start <= at_min for start in starts) - 1, 0)


def inputs_of(
    network: Network, regimen: Regimen, people: People, values: Sequence[Values], starts: Sequence[float]
) -> tuple[Input, ...]:
    """Every input of a regimen.

    Args:
        network: the model's states.
        regimen: in any order; may overlap.
        people: N of them.
        values: the parameters of each occasion, in the engine's units.
        starts: when each occasion begins.

    Raises:
        InputRefused: a route the model does not know, or an enantiomer it cannot tell apart.
    """
    return tuple(
        _one_input(network, path, dose, now, mg)
        for path, dose, now, mg in entering_by(network.model, regimen, people, values, starts)
    )


def entering_by(
    model: PkModel, regimen: Regimen, people: People, values: Sequence[Values], starts: Sequence[float]
) -> Iterator[tuple[Path, Dose, Values, FloatArray]]:
    """Every dose by every path it takes: the parameters it meets, and how many mg get in.

    Raises:
        InputRefused: as ``inputs_of``.
    """
    for place, dose in enumerate(regimen):
        way = model.route_in(dose.route)
        if way is None:
            raise InputRefused(
                f"{model.name} does not know the {dose.route.value} route.",
                f"It knows: {', '.join(model.route_names)}. Choose another model or route.",
                "route",
            )
        now = values[occasion_at(starts, dose.start_min)]
        mg = dose_mg(dose, people)
        before = _given_before(regimen, place, people)
        for path in way.paths:
            share = _enantiomer_share(dose, path, model) * _absorbed(path, now, mg, before)
            yield path, dose, now, mg * share


def dose_mg(dose: Dose, people: People) -> FloatArray:
    """mg of this dose for each person, capped; shape (N,)."""
    per_kg = dose.mg_per_kg
    mg = np.full(len(people), float(dose.mg or 0.0)) if per_kg is None else per_kg * people.weight_kg
    return np.minimum(mg, dose.most_mg)


def _given_before(regimen: Regimen, place: int, people: People) -> FloatArray:
    """mg of earlier doses by the same route in the same session, for each person."""
    this = regimen[place]
    earlier = [
        (dose.start_min, index)
        for index, dose in enumerate(regimen)
        if dose.route is this.route and (dose.start_min, index) < (this.start_min, place)
    ]
    total = np.zeros(len(people))
    at = this.start_min
    for start, index in sorted(earlier, reverse=True):
        if at - start > SESSION_GAP_MIN:
            break
        total = total + dose_mg(regimen[index], people)
        at = start
    return total


def _enantiomer_share(dose: Dose, path: Path, model: PkModel) -> float:
    into = path.enantiomer or model.enantiomer
    if into is dose.enantiomer:
        return 1.0
    if dose.enantiomer is Enantiomer.RACEMIC:
        return 0.5
    if into is Enantiomer.RACEMIC:
        raise InputRefused(
            f"{model.name} describes racemic ketamine; the dose is {dose.enantiomer}-ketamine.",
            f"Choose a model of {dose.enantiomer}-ketamine.",
            "enantiomer",
        )
    if any((p.enantiomer or model.enantiomer) is dose.enantiomer for r in model.routes for p in r.paths):
        return 0.0
    raise InputRefused(
        f"{model.name} describes {into}-ketamine; the dose is {dose.enantiomer}-ketamine.",
        f"Choose a model of {dose.enantiomer}-ketamine.",
        "enantiomer",
    )


def _absorbed(path: Path, values: Values, mg: FloatArray, before: FloatArray) -> FloatArray:
    """The part of the dose that goes this way."""
    part = np.ones_like(mg)
    name = path.fraction or path.rest_of
    if name is not None:
        part = part * values[name]
        if path.beyond is not None:
            part = part * _lessened(mg, before, values[path.beyond.mg], values[path.beyond.factor])
    if path.rest_of is not None:
        part = 1.0 - part
    for factor in path.times:
        part = part * values[factor]
    return part


def _lessened(mg: FloatArray, before: FloatArray, full: FloatArray, factor: FloatArray) -> FloatArray:
    """1 for what is within the first ``full`` mg of the session, ``factor`` for what is beyond, averaged."""
    within = np.clip(full - before, 0.0, mg)
    return np.where(mg > 0, (within + factor * (mg - within)) / np.where(mg > 0, mg, 1.0), 1.0)


def _one_input(network: Network, path: Path, dose: Dose, values: Values, mg: FloatArray) -> Input:
    start = np.full_like(mg, dose.start_min)
    if path.lag is not None:
        start = start + values[path.lag]
    infused = dose.duration_min >= SHORTEST_MIN
    length = np.full_like(mg, dose.duration_min if infused else 0.0)
    if path.over is not None and not infused:
        length = np.maximum(values[path.over], SHORTEST_MIN)
    same = len(mg) == 0 or bool(np.all(start == start[0]) and np.all(length == length[0]))
    bolus = path.over is None and not infused
    return Input(network.index(path.into), mg, start, start + length, same, bolus)
