"""One odds ratio of many sparse tables without corrections or normal theory: the conditional likelihood, counted out.

Given its margins, a table's events under treatment follow Fisher's noncentral hypergeometric distribution, and so does
their sum over studies as a convolution. Source: Mehta CR, Patel NR, Gray R, J Am Stat Assoc 1985;80:969-973.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.evidence.counts import Table
from ataraxy.core.evidence.estimate import Exact, TooFew

FloatArray = NDArray[np.float64]

TINY = 1e-60  # chances smaller than this, beside the largest, are left out of a table's distribution
FAR = 40.0  # log odds ratios are looked for up to here


def exact_odds_ratio(tables: Sequence[Table], level: float = 0.95) -> Exact | TooFew:
    """The conditional maximum likelihood log odds ratio with its exact interval and two-sided p.

    The interval is made of two one-sided tests; p sums what is no likelier than what was seen. Infinite where all the
    events that could be are on one side. Studies without events, or with nothing else, say nothing here.

    Raises:
        ValueError: no tables, or a level outside 0 and 1.
    """
    if not tables:
        raise ValueError("There are no tables to pool.")
    if not 0 < level < 1:
        raise ValueError(f"A level lies between 0 and 1, and {level} does not.")
    informative = [table for table in tables if not table.is_double_zero]
    if not informative:
        return TooFew("An exact odds ratio", 1, 0, "studies with and without events")
    seen = sum(table.events for table in informative)
    least = sum(max(0, t.events - t.control_n + t.control_events) for t in informative)
    most = sum(min(t.n, t.events + t.control_events) for t in informative)
    # laid out about the estimate (half an event off an end), nothing near it is lost to rounding
    tilt = _tilt(informative, min(max(seen, least + 0.5), most - 0.5))
    first, chances = _sum_of(informative, tilt)
    value = -inf if seen == least else inf if seen == most else tilt
    alpha = (1 - level) / 2
    low = -inf if seen == least else _tail_at(first, chances, seen, alpha, upper=True) + tilt
    high = inf if seen == most else _tail_at(first, chances, seen, alpha, upper=False) + tilt
    return Exact(value, low, high, _p(informative, seen), level)


def _tilt(tables: Sequence[Table], wanted: float) -> float:
    """The log odds ratio at which so many events under treatment are expected over all studies."""
    counts, logs = zip(*(_logs(table) for table in tables), strict=True)

    def excess(log_odds: float) -> float:
        return sum(_mean(x, log + x * log_odds) for x, log in zip(counts, logs, strict=True)) - wanted

    return _root(excess)


def _logs(table: Table) -> tuple[FloatArray, FloatArray]:
    """All counts of events under treatment a table can have, and the logarithms of their chances, up to a constant."""
    from scipy.special import gammaln

    events = table.events + table.control_events
    x: FloatArray = np.arange(max(0, events - table.control_n), min(table.n, events) + 1, dtype=float)
    return x, -(
        gammaln(x + 1) + gammaln(table.n - x + 1) + gammaln(events - x + 1)
        + gammaln(table.control_n - events + x + 1)
    )  # fmt: skip


def _mean(x: FloatArray, logs: FloatArray) -> float:
    weights = np.exp(logs - logs.max())
    return float(x @ weights / weights.sum())


def _one(table: Table, log_odds: float) -> tuple[int, FloatArray]:
    """The least events under treatment a table has with any chance, and the chances from there on."""
    x, logs = _logs(table)
    logs = logs + x * log_odds
    return _trimmed(int(x[0]), np.exp(logs - logs.max()))


def _trimmed(first: int, weights: FloatArray) -> tuple[int, FloatArray]:
    kept = np.flatnonzero(weights > TINY * weights.max())
    weights = weights[kept[0] : kept[-1] + 1]
    return first + int(kept[0]), weights / weights.sum()


def _sum_of(tables: Sequence[Table], log_odds: float) -> tuple[int, FloatArray]:
    """The distribution of all events under treatment, every study with the same odds ratio."""
    first, chances = _one(tables[0], log_odds)
    for table in tables[1:]:
        start, more = _one(table, log_odds)
        first, chances = _trimmed(first + start, np.convolve(chances, more))
    return first, chances


def _tilted(first: int, chances: FloatArray, by: float) -> tuple[FloatArray, FloatArray]:
    counts: FloatArray = first + np.arange(len(chances), dtype=float)
    with np.errstate(divide="ignore"):
        logs = np.log(chances) + by * counts
    weights: FloatArray = np.exp(logs - logs.max())
    return counts, weights / weights.sum()


def _root(of: Any) -> float:
    from scipy.optimize import brentq

    return float(brentq(of, -FAR, FAR, xtol=1e-12))


def _tail_at(first: int, chances: FloatArray, seen: int, alpha: float, upper: bool) -> float:
    """The log odds ratio, beyond the tilt, at which so many or more (fewer) have the chance ``alpha``."""

    def excess(by: float) -> float:
        counts, tilted = _tilted(first, chances, by)
        return float(tilted[counts >= seen].sum() if upper else tilted[counts <= seen].sum()) - alpha

    return _root(excess)


def _p(tables: Sequence[Table], seen: int) -> float:
    first, chances = _sum_of(tables, 0.0)
    at = seen - first
    ours = chances[at] if 0 <= at < len(chances) else 0.0
    return float(min(1.0, chances[chances <= ours * (1 + 1e-7)].sum()))
