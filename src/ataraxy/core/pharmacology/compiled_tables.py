"""What both compiled walks are told of prepared people: readings, effects and what drives them, as plain tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology import effect_kernels
from ataraxy.core.pharmacology.effect import Driver, EffectModel, Shape
from ataraxy.core.pharmacology.linear import Course
from ataraxy.core.pharmacology.network import Reading, Values
from ataraxy.core.pharmacology.prepared import Prepared

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

KINDS = {
    Shape.LINEAR: effect_kernels.LINEAR,
    Shape.OCCUPANCY: effect_kernels.OCCUPANCY,
    Shape.SIGMOID: effect_kernels.SIGMOID,
    Shape.RELATIVE: effect_kernels.RELATIVE,
    Shape.TURNOVER: effect_kernels.TURNOVER,
}
ROLES = (("baseline", 0.0), ("slope", 1.0), ("top", 1.0), ("gamma", 1.0), ("kout", 1.0), ("placebo", 0.0))


def told_by(ready: Prepared) -> list[Reading]:
    """What is told: the model's analytes, then the effect sites."""
    return [*ready.network.readings, *(site.reading for site in ready.network.sites if site.driver.half_life)]


def read_by(ready: Prepared) -> list[Reading]:
    """What is told, and behind it what only drives an effect."""
    read = told_by(ready)
    for site in ready.network.sites:
        if all(reading.state != site.reading.state for reading in read):
            read.append(site.reading)
    return read


def scales_of(ready: Prepared, read: Sequence[Reading]) -> tuple[IntArray, FloatArray]:
    """Which state each reading is of, and its scale (occasions, readings, N)."""
    scales = np.empty((len(ready.values), len(read), len(ready)))
    for occasion, values in enumerate(ready.values):
        for place, reading in enumerate(read):
            scales[occasion, place] = reading.scale(values)
    return np.array([r.state for r in read], dtype=np.int64), scales


def effects_of(ready: Prepared) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Kinds, parameters by role (E, 6, N) and bounds of the effects; and their drivers."""
    people = len(ready)
    values = ready.values[0]
    par = np.empty((len(ready.effects), len(ROLES), people))
    ends, reads, factors = [0], [], []
    for place, effect in enumerate(ready.effects):
        for k, (role, default) in enumerate(ROLES):
            name = getattr(effect, role)
            neutral = 1.0 if role == "baseline" and effect.shape is Shape.TURNOVER else default
            par[place, k] = neutral if name is None else values[f"{effect.id}/{name}"]
        for site in (s for s in ready.network.sites if s.effect == effect.id):
            reads.append(site.reading.state)
            factor = _factor(values, effect, site.driver) * site.reading.scale(values)
            factors.append(np.broadcast_to(np.asarray(factor), (people,)))
        ends.append(len(reads))
    kinds = np.array([KINDS[e.shape] for e in ready.effects], dtype=np.int64)
    low = np.array([-np.inf if e.lowest is None else float(e.lowest) for e in ready.effects])
    high = np.array([np.inf if e.highest is None else float(e.highest) for e in ready.effects])
    table = np.array(factors, dtype=np.float64).ravel()
    return (kinds, par.ravel(), low, high), (np.array(ends), np.array(reads, dtype=np.int64), table)


def _factor(values: Values, effect: EffectModel, driver: Driver) -> FloatArray | float:
    factor: FloatArray | float = 1.0
    if driver.share is not None:
        factor = factor * values[f"{effect.id}/{driver.share}"]
    if driver.constant is not None:
        factor = factor / values[f"{effect.id}/{driver.constant}"]
    return factor


def still_course(ready: Prepared) -> Course:
    return Course((np.zeros((len(ready), len(ready.network.states), 0)),), ready.course_starts, ready.inputs)


def room_for_integrals(ready: Prepared, nodes: IntArray, keep: bool) -> FloatArray:
    slow = sum(e.shape is Shape.TURNOVER for e in ready.effects)
    return np.zeros((slow, len(nodes) if keep else 0, len(ready)))


def drivers_of_readings(
    ready: Prepared, read: Sequence[Reading], drivers: tuple[Any, ...]
) -> tuple[Any, ...]:
    """The drivers told by which reading each follows, with factors of that reading in place of the amount."""
    ends, states, factors = drivers
    place = [next(k for k, reading in enumerate(read) if reading.state == state) for state in states.tolist()]
    table = factors.reshape(len(states), len(ready)).copy()
    for row, k in enumerate(place):
        table[row] /= read[k].scale(ready.values[0])
    return ends, np.array(place, dtype=np.int64), table.ravel()
