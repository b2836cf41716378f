"""Weighted members: how many of them count, whether a few carry all, their quantiles, and drawing from them."""

from __future__ import annotations

import math

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.people import FloatArray, IntArray

PARETO_LIMIT = 0.7  # above it no number of draws of this kind makes the average settle


def normalised(log_weights: FloatArray) -> tuple[FloatArray, float]:
    """Weights (n,) that sum to 1, and the log of the mean of the raw ones.

    Raises:
        InputRefused: every weight is zero: nothing the model can do explains what was seen.
    """
    highest = float(np.max(log_weights, initial=-math.inf))
    if not math.isfinite(highest):
        raise InputRefused(
            "No person of the model could have shown these readings.",
            "Look for a wrong reading, unit, time or dose.",
            "observations",
        )
    raw = np.exp(log_weights - highest)
    total = float(raw.sum())
    return raw / total, highest + math.log(total / len(raw))


def effective(weights: FloatArray) -> float:
    """How many equal members these normalised weights are worth (effective sample size), from 1 to n."""
    return float(1 / np.sum(weights * weights))


def pareto_k(log_weights: FloatArray) -> float:
    """The shape of the tail of the weights: below 0.5 averages settle well, above 0.7 not at all.

    Minus infinity where no tail stands out (equal weights); infinity where too few members have a weight.

    Source: Vehtari et al. 2024, Pareto smoothed importance sampling (JMLR 25:72); the fit of Zhang and
    Stephens 2009, doi:10.1198/tech.2009.08017.
    """
    count = len(log_weights)
    length = math.floor(min(0.2 * count, 3 * math.sqrt(count)))
    if length < 5:
        return math.inf
    largest = np.sort(np.partition(log_weights, count - length - 1)[count - length - 1 :])
    if not np.isfinite(largest[0]):
        return math.inf
    raw = np.exp(largest - largest[-1])
    excess = raw[1:] - raw[0]
    if excess[-1] < 1e-12:
        return -math.inf
    return _tail_shape(np.maximum(excess, 1e-300))


def _tail_shape(excess: FloatArray) -> float:
    """Shape of a generalised Pareto distribution of ascending excesses, with its weak prior towards 0.5."""
    count = len(excess)
    quarter = max(float(excess[math.floor(count / 4 + 0.5) - 1]), 1e-300)
    tried = 30 + math.floor(math.sqrt(count))
    rates = 1 / excess[-1] + (1 - np.sqrt(tried / (np.arange(1, tried + 1) - 0.5))) / (3 * quarter)
    shapes = np.log(1 - rates[:, np.newaxis] * excess).mean(axis=1)  # none is near nothing that counts
    with np.errstate(divide="ignore", invalid="ignore"):
        profile = count * (np.log(-rates / shapes) - shapes - 1)
    profile = np.where(np.isfinite(profile), profile, -np.inf)
    share = np.exp(profile - profile.max())
    rate = float(rates @ share / share.sum())
    shape = float(np.log1p(-rate * excess).mean())
    return (count * shape + 5) / (count + 10)


def quantiles(values: FloatArray, weights: FloatArray, levels: tuple[float, ...]) -> FloatArray:
    """Weighted quantiles over members.

    Args:
        values: (members,) or (members, times).
        weights: (members,), normalised.
        levels: each between 0 and 1.

    Returns:
        (levels,) or (levels, times). A member stands in the middle of its weight; between two, a line.
    """
    if not all(0 <= level <= 1 for level in levels):
        raise InputRefused(f"Quantiles at {levels} cannot be.", "Give levels from 0 to 1.", "levels")
    flat = values[:, np.newaxis] if values.ndim == 1 else values
    kept = weights > 0
    flat, weight = flat[kept], weights[kept]
    order = np.argsort(flat, axis=0, kind="stable")
    ranked = np.take_along_axis(flat, order, axis=0)
    share = weight[order]
    middle = np.cumsum(share, axis=0) - share / 2
    found = np.array(
        [np.interp(levels, middle[:, column], ranked[:, column]) for column in range(flat.shape[1])]
    ).reshape(flat.shape[1], len(levels))
    return found[0] if values.ndim == 1 else np.ascontiguousarray(found.T)


def systematic(weights: FloatArray, count: int, seed: int) -> IntArray:
    """``count`` members drawn by their normalised weights with one shared random start: (count,) indices.

    Member i is drawn floor or ceil of count x weight times. Deterministic for a seed.
    """
    start = np.random.Generator(np.random.Philox(seed)).random()
    cumulative = np.cumsum(weights)
    points = (np.arange(count) + start) / count * cumulative[-1]
    chosen: IntArray = np.minimum(np.searchsorted(cumulative, points, side="right"), len(weights) - 1)
    return chosen
