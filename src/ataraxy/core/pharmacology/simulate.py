"""The one way in: a model, a regimen and people; out come concentrations and effects with their units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.effect import EffectModel, Shape
from ataraxy.core.pharmacology.inputs import Input, inputs_of, occasion_at, occasions_of
from ataraxy.core.pharmacology.linear import Course, propagate
from ataraxy.core.pharmacology.model import Enantiomer, PkModel
from ataraxy.core.pharmacology.network import Network, Reading, network_of
from ataraxy.core.pharmacology.parameters import (
    draw_etas,
    draw_occasion_etas,
    effect_values,
    parameter_values,
    responds,
)
from ataraxy.core.pharmacology.people import People
from ataraxy.core.pharmacology.regimen import Regimen
from ataraxy.core.pharmacology.response import direct_response, driving, slow_response

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
EFFECT_STREAM = 100
TOLERANCE = 1e-6


class Tier(StrEnum):
    """NUMPY answers at once; NUMBA is compiled and made for populations. Both give the same to 1e-12."""

    NUMPY = "numpy"
    NUMBA = "numba"


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was simulated.

    Names: each analyte of the model, ``site:<effect>`` for each effect site, and each effect's endpoint.
    ``achieved_error``: estimated, relative; 0 where the answer is exact but for rounding.
    """

    at_min: FloatArray  # (T,), ascending
    values: Mapping[str, FloatArray]  # each (N, T)
    units: Mapping[str, str]
    achieved_error: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """People with their own numbers: what both tiers propagate."""

    network: Network
    values: tuple[dict[str, FloatArray], ...]  # of each occasion: the model's and the effects' parameters
    course_starts: tuple[float, ...]
    inputs: tuple[Input, ...]
    effects: tuple[EffectModel, ...]


def simulate(
    model: PkModel,
    regimen: Regimen,
    people: People,
    at_min: FloatArray,
    *,
    effects: Sequence[EffectModel] = (),
    draws: Draws | None = None,
    tier: Tier = Tier.NUMPY,
    tolerance: float = TOLERANCE,
) -> Simulation:
    """Concentrations and effects of a regimen in these people.

    Args:
        model: how the drug moves.
        regimen: doses in any order; may overlap; may be empty.
        people: N people with their covariates.
        at_min: shape (T,), minutes, any order, finite.
        effects: what to tell beside the model's analytes.
        draws: how people differ from the typical; None: each is the typical person of their covariates.
        tier: which arithmetic.
        tolerance: of effects that need quadrature, relative.

    Raises:
        InputRefused: an unknown route or enantiomer, an effect the model cannot drive, times or parameters that
            are not numbers.
    """
    ready = prepare(model, regimen, people, effects=effects, draws=draws)
    return run(ready, ascending(at_min), tier=tier, tolerance=tolerance)


def ascending(at_min: FloatArray) -> FloatArray:
    """The minutes asked, each once, in order.

    Raises:
        InputRefused: one of them is no number.
    """
    at = np.asarray(at_min, dtype=np.float64).ravel()
    if not np.isfinite(at).all():
        raise InputRefused("A time asked for is not a number.", "Give finite minutes.", "at_min")
    return np.unique(at)


def prepare(
    model: PkModel,
    regimen: Regimen,
    people: People,
    *,
    effects: Sequence[EffectModel] = (),
    draws: Draws | None = None,
    etas: FloatArray | None = None,
) -> Prepared:
    """Everybody's own parameters and inputs.

    Args:
        etas: shape (k, N), in the order: the model's between, each effect's between, the model's occasion etas
            of each occasion; None: drawn from ``draws``.

    Raises:
        InputRefused: as ``simulate``.
    """
    _same_potency_known(model, regimen, effects)
    network = network_of(model, effects)
    starts = occasions_of(regimen) or (0.0,)
    between, occasional, of_effects = _etas(model, people, effects, draws, etas, len(starts))
    shared: dict[str, FloatArray] = {}
    for place, effect in enumerate(effects):
        own = effect_values(effect, people, of_effects[place])
        if effect.responder is not None:
            top, share = f"{effect.id}/{effect.top}", own[f"{effect.id}/{effect.responder}"]
            own[top] = own[top] * responds(share, people, draws, place)
        shared |= own
    values = tuple(shared | parameter_values(model, people, between, eta) for eta in occasional)
    for one in values:
        _refuse_impossible(one)
    return Prepared(
        network, values, starts, inputs_of(network, regimen, people, values, starts), tuple(effects)
    )


def _etas(
    model: PkModel,
    people: People,
    effects: Sequence[EffectModel],
    draws: Draws | None,
    etas: FloatArray | None,
    occasions: int,
) -> tuple[FloatArray, list[FloatArray], list[FloatArray]]:
    if etas is None:
        return (
            draw_etas(model, people, draws),
            [draw_occasion_etas(model, people, draws, i) for i in range(occasions)],
            [draw_etas(e, people, draws, EFFECT_STREAM + i) for i, e in enumerate(effects)],
        )
    sizes = [len(model.between), *(len(e.between) for e in effects), *[len(model.occasion)] * occasions]
    if etas.shape != (sum(sizes), len(people)):
        raise InputRefused(
            f"{etas.shape[0]} random effects for {sum(sizes)} that vary.", "Give one row for each.", "etas"
        )
    parts = np.split(etas, np.cumsum(sizes)[:-1])
    return parts[0], parts[1 + len(effects) :], parts[1 : 1 + len(effects)]


def _same_potency_known(model: PkModel, regimen: Regimen, effects: Sequence[EffectModel]) -> None:
    single = next((d.enantiomer for d in regimen if d.enantiomer is not Enantiomer.RACEMIC), None)
    for effect in effects:
        if single is not None and any(d.enantiomer is Enantiomer.RACEMIC for d in effect.drivers):
            raise InputRefused(
                f"{effect.name} is known for racemic ketamine only; the dose is {single}-ketamine.",
                "Leave this effect out, or choose one known for that enantiomer.",
                "effects",
            )


def _refuse_impossible(values: Mapping[str, FloatArray]) -> None:
    for name, value in values.items():
        wrong = ~(np.isfinite(value) & ((value >= 0) | ("/" in name)))
        if wrong.any():
            raise InputRefused(
                f"The parameter {name} is {value[wrong][0]} for a person.",
                "A parameter is a finite number, and one of the drug's movement is not below zero: look at the "
                "model's value, its covariates and the person's.",
                name,
            )


def run(
    ready: Prepared, at_min: FloatArray, *, tier: Tier = Tier.NUMPY, tolerance: float = TOLERANCE
) -> Simulation:
    """Propagate prepared people to these ascending minutes."""
    course = course_of(ready)
    slow = [e for e in ready.effects if e.shape is Shape.TURNOVER]
    states = propagate(course, at_min)
    values: dict[str, FloatArray] = {}
    units: dict[str, str] = {}
    for reading in ready.network.readings:
        values[reading.name], units[reading.name] = _read(ready, reading, states, at_min), reading.unit
    error = 0.0
    for effect in ready.effects:
        sites = [site for site in ready.network.sites if site.effect == effect.id]
        levels = [_read(ready, site.reading, states, at_min) for site in sites]
        for site, level in zip(sites, levels, strict=True):
            if site.driver.half_life is not None:
                values[site.reading.name], units[site.reading.name] = level, "ng/mL"
        name = effect.endpoint.value
        units[name] = effect.unit
        if effect in slow:
            knots = _knots(ready, at_min)

            def drive(
                at: FloatArray,
                who: IntArray | None,
                chosen: Sequence[Reading] = tuple(s.reading for s in sites),
            ) -> list[FloatArray]:
                some = ready if who is None else rows_of(ready, who)
                moved = propagate(course if who is None else course_of(some), at)
                return [_read(some, reading, moved, at) for reading in chosen]

            response = slow_response(effect, ready.values[0], drive, sites, knots, at_min, tolerance)
            values[name], error = response.values, max(error, response.error)
        else:
            values[name] = direct_response(effect, ready.values[0], driving(sites, ready.values[0], levels))
    return Simulation(at_min, values, units, error)


def course_of(ready: Prepared) -> Course:
    """The rates and inputs of prepared people."""
    people = len(next(iter(ready.values[0].values())))
    rates = tuple(ready.network.matrix(values, people) for values in ready.values)
    return Course(rates, ready.course_starts, ready.inputs)


def rows_of(ready: Prepared, chosen: IntArray) -> Prepared:
    """Some of the prepared people."""
    values = tuple({name: value[chosen] for name, value in one.items()} for one in ready.values)
    inputs = tuple(
        replace(one, mg=one.mg[chosen], start_min=one.start_min[chosen], end_min=one.end_min[chosen])
        for one in ready.inputs
    )
    return replace(ready, values=values, inputs=inputs)


def _knots(ready: Prepared, at_min: FloatArray) -> FloatArray:
    """Where a driver may bend, from the first input to the last minute asked."""
    if not ready.inputs or len(at_min) == 0:
        return np.zeros(0)
    edges = [float(t[0]) for one in ready.inputs if one.shared for t in (one.start_min, one.end_min)]
    first = min(float(one.start_min.min()) for one in ready.inputs)
    every = np.unique(np.concatenate([at_min, edges, [first]]))
    knots: FloatArray = every[(every >= first) & (every <= at_min[-1])]
    return knots


def _read(ready: Prepared, reading: Reading, states: FloatArray, at_min: FloatArray) -> FloatArray:
    """A reading of each person at each minute, (N, T); a volume that changes with the occasion changes then."""
    scales = [np.broadcast_to(np.asarray(reading.scale(v)), (states.shape[1],)) for v in ready.values]
    amount = states[:, :, reading.state].T
    if len(scales) == 1 or all(np.array_equal(scales[0], other) for other in scales[1:]):
        steady: FloatArray = amount * scales[0][:, np.newaxis]
        return steady
    when = [occasion_at(ready.course_starts, float(t)) for t in at_min]
    changing: FloatArray = amount * np.stack(scales)[when].T
    return changing
