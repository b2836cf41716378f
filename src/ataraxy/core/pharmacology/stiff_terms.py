"""A model's equations as lists of terms, in the order ``stiff_kernels`` takes them, with each person's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.effect import EffectModel, Shape
from ataraxy.core.pharmacology.elimination import Cell, Elimination, elimination_of
from ataraxy.core.pharmacology.network import NG_PER_ML, Site
from ataraxy.core.pharmacology.prepared import Prepared
from ataraxy.core.pharmacology.response import role

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ABSOLUTE = 1e-3  # of the largest dose: amounts below it are followed less and less closely
LEAST_MG = 1e-6


@dataclass(frozen=True, slots=True)
class Slow:
    """A slow response: its state, that of what it grows used to, and its drivers."""

    effect: EffectModel
    row: int
    moderator: int | None
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class Equations:
    """Terms as lists, in the order the kernel takes them."""

    names: tuple[str, ...]
    cells: tuple[Cell, ...]
    slow: tuple[Slow, ...]
    kept: tuple[int, ...]
    pivots: Elimination


def equations_of(ready: Prepared, feedback: Mapping[str, float]) -> Equations:
    network = ready.network
    names = list(network.states)
    cells = {(entry.row, entry.column) for entry in network.entries}
    for term in network.model.saturable:
        source = network.index(term.source)
        cells |= {(source, source)}
        cells |= {(network.index(term.target), source)} if term.target is not None else set()
    slow = []
    for effect in ready.effects:
        if effect.shape is not Shape.TURNOVER:
            continue
        sites, row = sites_of(ready, effect), len(names)
        names.append(response_name(effect))
        cells |= {(row, row), *((row, site.reading.state) for site in sites)}
        moderator = None
        if effect.id in feedback:
            moderator = len(names)
            names.append(f"moderator:{effect.id}")
            cells |= {(row, moderator), (moderator, row), (moderator, moderator)}
        slow.append(Slow(effect, row, moderator, sites))
    kept = {reading.state for reading in network.readings} | {site.reading.state for site in network.sites}
    return Equations(
        tuple(names), tuple(sorted(cells)), tuple(slow), (*sorted(kept), *range(len(network.states), len(names))),
        _elimination(frozenset(cells), len(names)),
    )  # fmt: skip


_elimination = lru_cache(maxsize=64)(elimination_of)


def terms_of(ready: Prepared, equations: Equations, feedback: Mapping[str, float]) -> tuple[Any, ...]:
    """Index lists and each person's numbers: linear, saturable, slow, products."""
    network, place = ready.network, equations.pivots.place
    people, occasions = len(ready), len(ready.values)
    linear = sorted(
        {(e.row, e.column) for e in network.entries}
        | {cell for one in equations.slow if one.moderator is not None for cell in _moderated(one)}
    )
    at = {cell: k for k, cell in enumerate(linear)}
    rates = np.zeros((occasions, len(linear), people))
    for occasion, values in enumerate(ready.values):
        for entry in network.entries:
            rates[occasion, at[entry.row, entry.column]] += entry.value(values)
        for one in equations.slow:
            if one.moderator is not None:
                rate = feedback[one.effect.id]
                rates[occasion, at[one.row, one.row]] += role(one.effect, values, "kout", 1.0)[:, 0]
                rates[occasion, at[one.moderator, one.row]] += rate
                rates[occasion, at[one.moderator, one.moderator]] -= rate
    return (
        _cells(linear, place), rates.ravel(), *_saturable(ready, place), *_slow(ready, equations),
        *_products(ready, equations),
    )  # fmt: skip


def _moderated(one: Slow) -> set[Cell]:
    assert one.moderator is not None
    return {(one.row, one.row), (one.moderator, one.row), (one.moderator, one.moderator)}


def _cells(cells: Sequence[Cell], place: Mapping[Cell, int]) -> tuple[IntArray, IntArray, IntArray]:
    return _whole(i for i, _ in cells), _whole(j for _, j in cells), _whole(place[cell] for cell in cells)


def _whole(numbers: Any) -> IntArray:
    return np.array(list(numbers), dtype=np.int64)


def _saturable(ready: Prepared, place: Mapping[Cell, int]) -> tuple[Any, ...]:
    network = ready.network
    terms = network.model.saturable
    volumes = {c.name: c.volume for c in network.model.compartments}
    rows = [network.index(term.source) for term in terms]
    to = [-1 if term.target is None else network.index(term.target) for term in terms]
    lists = (
        _whole(rows), _whole(to), _whole(place[i, i] for i in rows),
        _whole(place[j, i] if j >= 0 else 0 for i, j in zip(rows, to, strict=True)),
    )  # fmt: skip
    vmax = np.zeros((len(ready.values), len(terms), len(ready)))
    km = np.ones_like(vmax)
    for occasion, values in enumerate(ready.values):
        for k, term in enumerate(terms):
            volume = volumes[term.source]
            assert volume is not None  # the audit asks for it
            vmax[occasion, k] = values[term.vmax]
            km[occasion, k] = values[term.km] / NG_PER_ML * values[volume]
    return lists, vmax.ravel(), km.ravel()


def _slow(ready: Prepared, equations: Equations) -> tuple[Any, ...]:
    place, people = equations.pivots.place, len(ready)
    rows, pointer, columns, places = [], [0], [], []
    par = np.zeros((len(equations.slow), 4, people))
    factors: list[list[FloatArray]] = [[] for _ in ready.values]
    for k, one in enumerate(equations.slow):
        values = ready.values[0]
        rows.append(one.row)
        par[k, 0] = role(one.effect, values, "kout", 1.0)[:, 0]
        par[k, 1] = role(one.effect, values, "top", 1.0)[:, 0]
        par[k, 2] = role(one.effect, values, "gamma", 1.0)[:, 0]
        par[k, 3] = 1.0 - role(one.effect, values, "placebo", 0.0)[:, 0]
        for site in one.sites:
            columns.append(site.reading.state)
            places.append(place[one.row, site.reading.state])
            for occasion, now in enumerate(ready.values):
                factors[occasion].append(np.broadcast_to(_factor(site, now, values), (people,)))
        pointer.append(len(columns))
    lists = (
        _whole(rows), _whole(place[i, i] for i in rows), _whole(pointer), _whole(columns), _whole(places),
    )  # fmt: skip
    return lists, par.ravel(), np.array(factors, dtype=np.float64).ravel()


def _factor(
    site: Site, now: Mapping[str, FloatArray], values: Mapping[str, FloatArray]
) -> FloatArray | float:
    factor = site.reading.scale(now)
    if site.driver.share is not None:
        factor = factor * values[f"{site.effect}/{site.driver.share}"]
    if site.driver.constant is not None:
        factor = factor / values[f"{site.effect}/{site.driver.constant}"]
    return factor


def _products(ready: Prepared, equations: Equations) -> tuple[Any, ...]:
    place = equations.pivots.place
    fed = [(one, one.row, one.moderator) for one in equations.slow if one.moderator is not None]
    rates = [-role(one.effect, ready.values[0], "kout", 1.0)[:, 0] for one, _, _ in fed]
    lists = (
        _whole(i for _, i, _ in fed), _whole(i for _, i, _ in fed), _whole(m for _, _, m in fed),
        _whole(place[i, i] for _, i, _ in fed), _whole(place[i, m] for _, i, m in fed),
    )  # fmt: skip
    return lists, np.array(rates, dtype=np.float64).ravel()


def inputs_as_arrays(ready: Prepared) -> tuple[Any, ...]:
    every = ready.inputs
    shape = (len(every), len(ready))
    return (
        _whole(one.state for one in every),
        np.array([one.bolus for one in every], dtype=np.bool_),
        np.array([one.mg for one in every], dtype=np.float64).reshape(shape).ravel(),
        np.array([one.start_min for one in every], dtype=np.float64).reshape(shape).ravel(),
        np.array([one.end_min for one in every], dtype=np.float64).reshape(shape).ravel(),
    )


def occasion_starts(ready: Prepared) -> FloatArray:
    starts = np.array(ready.course_starts, dtype=np.float64)
    return starts if ready.inputs else np.array([np.inf])


def scales_of(ready: Prepared, equations: Equations) -> FloatArray:
    """What each state's error is measured beside when it is small: part of the largest dose, or of the baseline."""
    drug = len(ready.network.states)
    scale = np.full((len(equations.names), len(ready)), ABSOLUTE)
    largest = (
        np.max([np.abs(one.mg) for one in ready.inputs], axis=0, initial=LEAST_MG) if ready.inputs else 1.0
    )
    scale[:drug] *= largest
    return scale


def starts_of(equations: Equations) -> FloatArray:
    start = np.zeros(len(equations.names))
    for one in equations.slow:
        start[one.row] = 1.0
        if one.moderator is not None:
            start[one.moderator] = 1.0
    return start


def pivots_of(one: Elimination) -> tuple[Any, ...]:
    return (
        one.order, one.diagonal, one.below_from, one.below_row, one.below_at, one.change_from, one.change_to,
        one.change_by, one.right_from, one.right_column, one.right_at,
    )  # fmt: skip


def sites_of(ready: Prepared, effect: EffectModel) -> tuple[Site, ...]:
    return tuple(site for site in ready.network.sites if site.effect == effect.id)


def response_name(effect: EffectModel) -> str:
    return f"response:{effect.id}"
