"""From concentrations to what is seen: pressure, dissociation, occupancy, and the slow response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from ataraxy.core.pharmacology.effect import EffectModel, Shape
from ataraxy.core.pharmacology.inputs import Input
from ataraxy.core.pharmacology.network import Site, Values

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Drive = Callable[
    [FloatArray, IntArray | None], list[FloatArray]
]  # minutes (T,), some people -> each driver's ng/mL

FEWEST_NODES, MOST_NODES = 2, 64
PILOTS = 16  # people on whom the nodes are chosen


@dataclass(frozen=True, slots=True)
class Response:
    """``values`` (N, T); ``error`` relative to the response's own size."""

    values: FloatArray
    error: float


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
    at_min: FloatArray,
    tolerance: float,
) -> Response:
    """The turnover response by exponential quadrature: exact in its own state, Gauss-Legendre in the driver.

    Args:
        effect: of shape TURNOVER; at its baseline before the first knot.
        values: parameters in the engine's units.
        drive: the drivers' levels at any ascending minutes.
        sites: how those levels are read.
        knots: ascending minutes where the driver bends (begin and end of inputs) or an answer is asked.
        at_min: ascending minutes asked; each is a knot, or earlier than the first.
        tolerance: of the response over its baseline; nodes are doubled where they leave more.

    Returns:
        The response, and the largest difference between these nodes and twice as many.
    """
    if len(knots) < 2:
        return Response(_walk(effect, values, knots, np.zeros((1, 0)), at_min), 0.0)
    few = np.unique(np.linspace(0, len(next(iter(values.values()))) - 1, PILOTS).astype(np.int64))
    nodes, error = _enough_nodes(effect, values, drive, sites, knots, few, tolerance)
    integrals = _integrals(effect, values, drive, sites, knots, nodes, None)
    return Response(_walk(effect, values, knots, integrals, at_min), error)


def _rows(values: Values, chosen: IntArray) -> Values:
    return {name: value[chosen] for name, value in values.items()}


def _enough_nodes(
    effect: EffectModel,
    values: Values,
    drive: Drive,
    sites: Sequence[Site],
    knots: FloatArray,
    few: IntArray,
    tolerance: float,
) -> tuple[IntArray, float]:
    """How many nodes each interval needs for a few people, and the largest difference that is left."""
    nodes = np.full(len(knots) - 1, FEWEST_NODES)
    own = _rows(values, few)
    coarse = _integrals(effect, own, drive, sites, knots, nodes, few)
    while True:
        finer = _integrals(effect, own, drive, sites, knots, nodes * 2, few)
        off = np.abs(finer - coarse).max(axis=0)
        poor = (off > tolerance / 4) & (nodes < MOST_NODES)
        if not poor.any():
            return nodes, float(off.max())
        nodes = np.where(poor, nodes * 2, nodes)
        coarse = np.where(poor, finer, coarse)


def _integrals(
    effect: EffectModel,
    values: Values,
    drive: Drive,
    sites: Sequence[Site],
    knots: FloatArray,
    nodes: IntArray,
    who: IntArray | None,
) -> FloatArray:
    """Integral of kout exp(-kout (end - t)) top S(C(t)) over each interval; (N, intervals)."""
    at, weight, left = _nodes(knots, nodes)
    level = driving(sites, values, drive(at, who))
    kout = role(effect, values, "kout", 1.0)
    effectiveness = role(effect, values, "top", 1.0) * sigmoid(effect, values, level)
    each = weight * kout * np.exp(-kout * left) * effectiveness
    return np.add.reduceat(each, np.concatenate([[0], np.cumsum(nodes)[:-1]]), axis=1)


def _nodes(knots: FloatArray, nodes: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Minutes of the quadrature nodes, their weights, and how long each is before its interval's end."""
    minutes, weights, left = [], [], []
    for start, end, count in zip(knots[:-1], knots[1:], nodes, strict=True):
        x, w = leggauss(int(count))
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


def knots_of(inputs: Sequence[Input], at_min: FloatArray) -> FloatArray:
    """Where a driver may bend, from the first input to the last minute asked; ascending."""
    if not inputs or len(at_min) == 0:
        return np.zeros(0)
    edges = [float(t[0]) for one in inputs if one.shared for t in (one.start_min, one.end_min)]
    first = min(float(one.start_min.min()) for one in inputs)
    every = np.unique(np.concatenate([at_min, edges, [first]]))
    knots: FloatArray = every[(every >= first) & (every <= at_min[-1])]
    return knots
