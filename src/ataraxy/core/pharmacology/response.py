"""From concentrations to what is seen: pressure, dissociation, occupancy, and the slow response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.effect import EffectModel, Shape
from ataraxy.core.pharmacology.identity import by_identity
from ataraxy.core.pharmacology.minutes import each_once
from ataraxy.core.pharmacology.network import Site, Values
from ataraxy.core.pharmacology.quadrature import gauss_legendre
from ataraxy.core.pharmacology.regimen import Regimen

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Drive = Callable[[FloatArray], list[FloatArray]]  # minutes (T,) -> each driver's ng/mL, (N, T)

FEWEST_NODES, MOST_NODES = 1, 64


def role(effect: EffectModel, values: Values, name: str, default: float) -> FloatArray:
    """A parameter by the part it plays, as (N, 1); the default where the effect has none."""
    parameter = getattr(effect, name)
    if parameter is None:
        return np.full((1, 1), default)
    return values[f"{effect.id}/{parameter}"][:, np.newaxis]


def bounded(effect: EffectModel, response: FloatArray) -> FloatArray:
    """Kept inside the scale the endpoint is told on."""
    low = -np.inf if effect.lowest is None else float(effect.lowest)
    high = np.inf if effect.highest is None else float(effect.highest)
    return np.clip(response, low, high)


def driving(sites: Sequence[Site], values: Values, levels: Sequence[FloatArray]) -> FloatArray:
    """The drivers as one number: each free level over its own constant, added; ng/mL where there is no constant."""
    total = np.zeros_like(levels[0])
    for site, level in zip(sites, levels, strict=True):
        part = np.maximum(level, 0.0)
        if site.driver.share is not None:
            part = part * values[f"{site.effect}/{site.driver.share}"][:, np.newaxis]
        if site.driver.constant is not None:
            part = part / values[f"{site.effect}/{site.driver.constant}"][:, np.newaxis]
        total = total + part
    return total


def direct_response(effect: EffectModel, values: Values, drive: FloatArray) -> FloatArray:
    """The response that follows its driver at once; ``drive`` and result (N, T)."""
    baseline = role(effect, values, "baseline", 0.0)
    top = role(effect, values, "top", 1.0)
    match effect.shape:
        case Shape.LINEAR:
            return bounded(effect, baseline + role(effect, values, "slope", 1.0) * drive)
        case Shape.OCCUPANCY:
            return bounded(effect, baseline + top * drive / (1.0 + drive))
        case Shape.RELATIVE:
            return bounded(effect, baseline * (1.0 + top * sigmoid(effect, values, drive)))
        case _:
            return bounded(effect, baseline + top * sigmoid(effect, values, drive))


def sigmoid(effect: EffectModel, values: Values, drive: FloatArray) -> FloatArray:
    """u^g / (1 + u^g), u the level over its C50; 0 at 0."""
    power = drive ** role(effect, values, "gamma", 1.0)
    share: FloatArray = power / (1.0 + power)
    return share


def slow_response(
    effect: EffectModel,
    values: Values,
    drive: Drive,
    sites: Sequence[Site],
    knots: FloatArray,
    nodes: IntArray,
    at_min: FloatArray,
) -> FloatArray:
    """The turnover response by exponential quadrature: exact in its own state, Gauss-Legendre in the driver.

    Args:
        effect: of shape TURNOVER; at its baseline before the first knot.
        values: parameters in the engine's units.
        drive: the drivers' levels at any ascending minutes.
        sites: how those levels are read.
        knots: ascending minutes where the driver bends (begin and end of doses) or an answer is asked.
        nodes: how many between each knot and the next, as ``plan_nodes`` found.
        at_min: ascending minutes asked; each is a knot, or earlier than the first.

    Returns:
        Shape (N, T).
    """
    if len(knots) < 2:
        return _walk(effect, values, knots, np.zeros((1, 0)), at_min)
    return _walk(effect, values, knots, slow_integrals(effect, values, drive, sites, knots, nodes), at_min)


def plan_nodes(
    integrals: Callable[[IntArray], FloatArray], intervals: int, tolerance: float
) -> tuple[IntArray, float]:
    """How many nodes each interval needs, by doubling them where it matters; and the error that is left.

    Args:
        integrals: of the panel with so many nodes in each interval; (slow effects, people, intervals).
        intervals: how many there are.
        tolerance: of a response over its baseline, added up over the whole course.
    """
    nodes = np.full(intervals, FEWEST_NODES)
    coarse = integrals(nodes)
    while True:
        finer = integrals(nodes * 2)
        poor, error = too_coarse(finer - coarse, nodes, tolerance)
        if not poor.any():
            return _spared(integrals, nodes, finer - coarse, error, tolerance)
        nodes = np.where(poor, nodes * 2, nodes)
        coarse = np.where(poor, finer, coarse)


def too_coarse(difference: FloatArray, nodes: IntArray, tolerance: float) -> tuple[NDArray[np.bool_], float]:
    """Which intervals want more nodes, and the error so far: differences added up over the whole course.

    Args:
        difference: (effects, people, intervals), what twice the nodes would change.
        nodes: of each interval.
        tolerance: of the sum. The worst intervals are refined until the others leave half of it.
    """
    off = np.abs(difference)
    error = float(off.sum(axis=2).max())
    if error <= tolerance:
        return np.zeros(len(nodes), dtype=bool), error
    worst = off.max(axis=(0, 1))
    return (worst > _within(worst, tolerance / 2)) & (nodes < MOST_NODES), error


def _spared(
    integrals: Callable[[IntArray], FloatArray],
    nodes: IntArray,
    difference: FloatArray,
    error: float,
    tolerance: float,
) -> tuple[IntArray, float]:
    """Three quarters of the nodes (one of two) where the tolerance has room for it, and the error that is then left.

    Doubling overshoots; what it leaves of the tolerance goes to the intervals that want least of it. The error told
    stays what twice the nodes would change.
    """
    fewer = np.maximum(nodes * 3 // 4, FEWEST_NODES)
    then = integrals(fewer * 2) - integrals(fewer)
    worst = np.abs(then).max(axis=(0, 1))
    # Each person's sum grows by no more than the worst of each interval.
    spare = (fewer < nodes) & (worst <= _within(worst[fewer < nodes], tolerance - error))
    off = np.abs(np.where(spare, then, difference))
    return np.where(spare, fewer, nodes), float(off.sum(axis=2).max())


def _within(worst: FloatArray, room: float) -> float:
    """The largest error an interval may have so that all that have no more stay within ``room`` together.

    A power of two below that, so that rounding never moves an interval across it.
    """
    ascending = np.sort(worst)
    kept = np.count_nonzero(np.cumsum(ascending) <= room)
    if not kept or not ascending[kept - 1] > 0:
        return 0.0
    return float(2.0 ** np.floor(np.log2(ascending[kept - 1])))


def slow_integrals(
    effect: EffectModel,
    values: Values,
    drive: Drive,
    sites: Sequence[Site],
    knots: FloatArray,
    nodes: IntArray,
) -> FloatArray:
    """Integral of kout exp(-kout (end - t)) top S(C(t)) over each interval; (N, intervals)."""
    at, weight, left = _nodes(knots, nodes)
    level = driving(sites, values, drive(at))
    kout = role(effect, values, "kout", 1.0)
    effectiveness = role(effect, values, "top", 1.0) * sigmoid(effect, values, level)
    each = weight * kout * np.exp(-kout * left) * effectiveness
    return np.add.reduceat(each, np.concatenate([[0], np.cumsum(nodes)[:-1]]), axis=1)


def _nodes(knots: FloatArray, nodes: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Minutes of the quadrature nodes, their weights, and how long each is before its interval's end."""
    minutes, weights, left = [], [], []
    for start, end, count in zip(knots[:-1], knots[1:], nodes, strict=True):
        x, w = gauss_legendre(int(count))
        half = 0.5 * (end - start)
        minutes.append(start + half * (1.0 + x))
        weights.append(half * w)
        left.append(half * (1.0 - x))
    return np.concatenate(minutes), np.concatenate(weights), np.concatenate(left)


def _walk(
    effect: EffectModel, values: Values, knots: FloatArray, integrals: FloatArray, at_min: FloatArray
) -> FloatArray:
    """Carry the response from knot to knot; its own decay is exact."""
    kout = role(effect, values, "kout", 1.0)[:, 0]
    baseline = role(effect, values, "baseline", 1.0)
    rest = 1.0 - role(effect, values, "placebo", 0.0)[:, 0]
    people = max(len(kout), len(baseline), len(integrals))
    out = np.ones((people, len(at_min)))
    state = np.ones(people)
    asked = {float(t): i for i, t in enumerate(at_min)}
    for place, (start, end) in enumerate(pairwise(knots)):
        keep = np.exp(-kout * (end - start))
        state = keep * state + rest * (1.0 - keep) - integrals[:, place]
        if float(end) in asked:
            out[:, asked[float(end)]] = state
    return bounded(effect, baseline * out)


def knots_of(regimen: Regimen, at_min: FloatArray) -> FloatArray:
    """Where a driver may bend, from the first dose to the last minute asked; ascending."""
    if not regimen or len(at_min) == 0:
        return np.zeros(0)
    return _knots(regimen, at_min.tobytes())


@by_identity(1)
def _knots(regimen: Regimen, minutes: bytes) -> FloatArray:
    at_min = np.frombuffer(minutes)
    edges = [t for dose in regimen for t in (dose.start_min, dose.start_min + dose.duration_min)]
    every = each_once(np.concatenate([at_min, edges]))
    knots: FloatArray = every[(every >= min(edges)) & (every <= at_min[-1])]
    return knots
