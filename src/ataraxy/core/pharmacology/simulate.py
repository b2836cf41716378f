"""The one way in: a model, a regimen and people; out come concentrations and effects with their units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.effect import EffectModel, Shape, names_of
from ataraxy.core.pharmacology.linear import propagate
from ataraxy.core.pharmacology.minutes import each_once
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.narrow import narrowed
from ataraxy.core.pharmacology.network import Reading, Site
from ataraxy.core.pharmacology.panel import panel
from ataraxy.core.pharmacology.people import People
from ataraxy.core.pharmacology.prepared import Prepared, course_of, prepare, read
from ataraxy.core.pharmacology.regimen import Regimen
from ataraxy.core.pharmacology.response import (
    Drive,
    direct_response,
    driving,
    knots_of,
    plan_nodes,
    slow_integrals,
    slow_response,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
TOLERANCE = 1e-6


class Tier(StrEnum):
    """NUMPY answers at once; NUMBA is compiled and made for populations. Both agree to 1e-11 over a day, 1e-9 over weeks."""

    NUMPY = "numpy"
    NUMBA = "numba"


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was simulated.

    Names: each analyte of the model, ``site:<effect>`` for each effect site, and each effect's endpoint (its own id
    where two effects tell the same endpoint).
    ``achieved_error``: estimated, relative; 0 where the answer is exact but for rounding.
    """

    at_min: FloatArray  # (T,), ascending
    values: Mapping[str, FloatArray]  # each (N, T)
    units: Mapping[str, str]
    achieved_error: float
    failures: Mapping[int, str] = field(default_factory=dict)  # row of a person -> why their curve ends early


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
    threads: int = 1,
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
        tolerance: of effects that need quadrature, and of models that saturate; relative.
        threads: how many the compiled tier may use.

    Raises:
        InputRefused: an unknown route or enantiomer, an effect the model cannot drive, times or parameters that
            are not numbers.
    """
    ready = prepare(model, regimen, people, effects=effects, draws=draws)
    return run(ready, ascending(at_min), tier=tier, tolerance=tolerance, threads=threads)


def ascending(at_min: FloatArray) -> FloatArray:
    """The minutes asked, each once, in order.

    Raises:
        InputRefused: one of them is no number.
    """
    at = np.asarray(at_min, dtype=np.float64).ravel()
    if not np.isfinite(at).all():
        raise InputRefused("A time asked for is not a number.", "Give finite minutes.", "at_min")
    return each_once(at)


def run(
    ready: Prepared,
    at_min: FloatArray,
    *,
    tier: Tier = Tier.NUMPY,
    tolerance: float = TOLERANCE,
    threads: int = 1,
    only: frozenset[str] | None = None,
) -> Simulation:
    """Propagate prepared people to these ascending minutes; ``threads`` are used by the compiled tier.

    ``only``: the names wanted, as ``Simulation`` has them; what they do not need is not computed. None: all.
    A model that saturates is solved by ``stiff``, which is compiled, whatever the tier.
    """
    asked = ready if only is None else narrowed(ready, only)
    found, off, failures = _curves(asked, at_min, tier, tolerance, threads, only)
    wanted = found if only is None else {name: curve for name, curve in found.items() if name in only}
    units = units_of(ready)
    return Simulation(at_min, wanted, {name: units[name] for name in wanted}, off, failures)


def _curves(
    ready: Prepared,
    at_min: FloatArray,
    tier: Tier,
    tolerance: float,
    threads: int,
    only: frozenset[str] | None,
) -> tuple[dict[str, FloatArray], float, Mapping[int, str]]:
    if ready.network.model.saturable:
        from ataraxy.core.pharmacology import stiff  # made for what is not linear; the rest never loads it

        return stiff.run_stiff(ready, at_min, tolerance, threads)
    if tier is Tier.NUMBA:
        from ataraxy.core.pharmacology import compiled  # numba is loaded when a population asks for it

        return *compiled.run_compiled(ready, at_min, tolerance, threads, only), {}
    return *_run_numpy(ready, at_min, tolerance), {}


def units_of(ready: Prepared) -> dict[str, str]:
    """The names a simulation tells, with their units: analytes, effect sites, endpoints."""
    return (
        {reading.name: reading.unit for reading in ready.network.readings}
        | {site.reading.name: site.reading.unit for site in ready.network.sites if site.driver.half_life}
        | dict(zip(names_of(ready.effects), (effect.unit for effect in ready.effects), strict=True))
    )


def _run_numpy(ready: Prepared, at_min: FloatArray, tolerance: float) -> tuple[dict[str, FloatArray], float]:
    states = propagate(course_of(ready), at_min)
    told = [*ready.network.readings, *(site.reading for site in ready.network.sites if site.driver.half_life)]
    values = {reading.name: read(ready, reading, states, at_min) for reading in told}
    knots = knots_of(ready.regimen, at_min)
    nodes, error = _planned(ready, at_min, tolerance)
    for effect, name in zip(ready.effects, names_of(ready.effects), strict=True):
        sites = _sites(ready, effect)
        if effect.shape is Shape.TURNOVER:
            drive = _drive(ready, [site.reading for site in sites])
            response = slow_response(effect, ready.values[0], drive, sites, knots, nodes, at_min)
        else:
            levels = [read(ready, site.reading, states, at_min) for site in sites]
            response = direct_response(effect, ready.values[0], driving(sites, ready.values[0], levels))
        values[name] = response
    return values, error


def _sites(ready: Prepared, effect: EffectModel) -> list[Site]:
    return [site for site in ready.network.sites if site.effect == effect.id]


def _drive(ready: Prepared, readings: Sequence[Reading]) -> Drive:
    """The drivers' levels at any ascending minutes."""

    def drive(at_min: FloatArray) -> list[FloatArray]:
        states = propagate(course_of(ready), at_min)
        return [read(ready, reading, states, at_min) for reading in readings]

    return drive


def _planned(ready: Prepared, at_min: FloatArray, tolerance: float) -> tuple[IntArray, float]:
    slow = tuple(effect for effect in ready.effects if effect.shape is Shape.TURNOVER)
    if not slow or not ready.regimen:
        return np.zeros(0, dtype=np.int64), 0.0
    return _plan(ready.network.model, ready.regimen, slow, at_min.tobytes(), tolerance)


@lru_cache(maxsize=16)
def _plan(
    model: PkModel, regimen: Regimen, effects: tuple[EffectModel, ...], minutes: bytes, tolerance: float
) -> tuple[IntArray, float]:
    """The quadrature's nodes, from the fixed panel; the same for everybody who is simulated."""
    ready = panel(model, regimen, effects)
    knots = knots_of(regimen, np.frombuffer(minutes))
    if len(knots) < 2:
        return np.zeros(0, dtype=np.int64), 0.0

    def integrals(nodes: IntArray) -> FloatArray:
        return np.array(
            [
                slow_integrals(
                    effect,
                    ready.values[0],
                    _drive(ready, [site.reading for site in _sites(ready, effect)]),
                    _sites(ready, effect),
                    knots,
                    nodes,
                )
                for effect in effects
            ]
        )

    return plan_nodes(integrals, len(knots) - 1, tolerance)
