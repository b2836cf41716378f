"""What is nonlinear in its own state: eliminations that saturate, responses that feed back. RODAS4, person by person.

The equations are made from the model's value: the rate matrix of ``network``, Vmax A / (Km + A) of each saturable
elimination, the turnover of each slow response. Between two edges of what is given nothing depends on time, so each
stretch is solved afresh with steps as large as the tolerance allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology import rodas
from ataraxy.core.pharmacology.effect import EffectModel, Shape
from ataraxy.core.pharmacology.elimination import Cell, Elimination, elimination_of
from ataraxy.core.pharmacology.inputs import occasion_at
from ataraxy.core.pharmacology.network import NG_PER_ML, Reading, Site
from ataraxy.core.pharmacology.prepared import Prepared, rows_of
from ataraxy.core.pharmacology.response import bounded, direct_response, driving, role

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ABSOLUTE = 1e-3  # of the largest dose: amounts below it are followed less and less closely
LEAST_MG = 1e-6
FINER = 1 / 30  # the tolerance the pilots are solved to again
PILOTS = 8
CHUNK = 256
LANE_ROWS = 14  # what a lane knows of its person
LEAST_TOLERANCE, MOST_TOLERANCE = 1e-12, 1e-2


class Failure(IntEnum):
    """Why a person's curve ends early; from there on it is no number."""

    NONE = 0
    STEP_TOO_SMALL = 1
    NOT_A_NUMBER = 2
    TOO_MANY_STEPS = 3


@dataclass(frozen=True, slots=True)
class Solved:
    """States of N people at T minutes.

    ``states``: shape (kept, N, T): mg, or the share of its baseline for a slow response; ``names`` are their names.
    ``failure``, ``steps``, ``refused``: shape (N,). ``failed_min``: how far the failed came. ``error``: the largest
    difference from a much finer run of a few people, beside each curve's own size.
    """

    names: tuple[str, ...]
    states: FloatArray
    failure: IntArray
    failed_min: FloatArray
    steps: IntArray
    refused: IntArray
    error: float

    def of(self, name: str) -> FloatArray:
        curve: FloatArray = self.states[self.names.index(name)]
        return curve


@dataclass(frozen=True, slots=True)
class _Slow:
    """A slow response: its state, that of what it grows used to, and its drivers."""

    effect: EffectModel
    row: int
    moderator: int | None
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class _Equations:
    """Terms as lists, in the order the kernel takes them."""

    names: tuple[str, ...]
    cells: tuple[Cell, ...]
    slow: tuple[_Slow, ...]
    kept: tuple[int, ...]
    pivots: Elimination


def solve_stiff(
    ready: Prepared,
    at_min: FloatArray,
    tolerance: float = 1e-6,
    *,
    threads: int = 1,
    feedback: Mapping[str, float] | None = None,
    check: bool = True,
) -> Solved:
    """Amounts and slow responses by RODAS4.

    Args:
        ready: prepared people.
        at_min: shape (T,), ascending.
        tolerance: of each step, relative to the state and to ``ABSOLUTE`` of the largest dose.
        threads: people are shared out among them; the answer is the same.
        feedback: effect id -> 1/min: its slow response R is carried away the faster the more there has been of it,
            dR/dt = kout (rest - effect - R M), dM/dt = rate (R - M): tolerance, and rebound after the drug.
        check: whether a few people are solved again, finer, for ``error``; else it is told as 0.

    Raises:
        InputRefused: a tolerance out of range.
    """
    if not LEAST_TOLERANCE <= tolerance <= MOST_TOLERANCE:
        raise InputRefused(
            f"The tolerance {tolerance} cannot be.", "Give a number from 1e-12 to 0.01.", "tolerance"
        )
    rates = dict(feedback or {})
    found = _solve(ready, at_min, tolerance, threads, rates)
    if not check or len(ready) == 0 or len(at_min) == 0:
        return found
    few = np.unique(np.linspace(0, len(ready) - 1, PILOTS).astype(np.int64))
    finer = _solve(rows_of(ready, few), at_min, max(tolerance * FINER, LEAST_TOLERANCE), threads, rates)
    return Solved(
        found.names, found.states, found.failure, found.failed_min, found.steps, found.refused,
        _difference(found.states[:, few], finer.states),
    )  # fmt: skip


def _difference(coarse: FloatArray, fine: FloatArray) -> float:
    told = np.isfinite(coarse) & np.isfinite(fine)
    coarse, fine = np.where(told, coarse, 0.0), np.where(told, fine, 0.0)
    size = np.abs(fine).max(axis=2, keepdims=True, initial=0.0)
    return float((np.abs(coarse - fine) / np.where(size > 0, size, 1.0)).max(initial=0.0))


def run_stiff(
    ready: Prepared, at_min: FloatArray, tolerance: float, threads: int = 1
) -> tuple[dict[str, FloatArray], float, dict[int, str]]:
    """Every reading and effect, each (N, T); the achieved error; and whose curve ended early, by row, and why."""
    solved = solve_stiff(ready, at_min, tolerance, threads=threads)
    told = [*ready.network.readings, *(site.reading for site in ready.network.sites if site.driver.half_life)]
    values = {reading.name: _curve(ready, solved, reading, at_min) for reading in told}
    for effect in ready.effects:
        values[effect.endpoint.value] = _response(ready, solved, effect, at_min)
    failures = {
        int(i): f"{Failure(int(solved.failure[i])).name.replace('_', ' ').lower()} at minute "
        f"{solved.failed_min[i]:.6g}; nothing is told from there on"
        for i in np.flatnonzero(solved.failure)
    }
    return values, solved.error, failures


def _curve(ready: Prepared, solved: Solved, reading: Reading, at_min: FloatArray) -> FloatArray:
    amount = solved.of(ready.network.states[reading.state])
    scales = [np.broadcast_to(np.asarray(reading.scale(v)), (len(ready),)) for v in ready.values]
    if len(scales) == 1:
        steady: FloatArray = amount * scales[0][:, np.newaxis]
        return steady
    when = [occasion_at(ready.course_starts, float(t)) for t in at_min]
    curve: FloatArray = amount * np.stack(scales)[when].T
    return curve


def _response(ready: Prepared, solved: Solved, effect: EffectModel, at_min: FloatArray) -> FloatArray:
    if effect.shape is Shape.TURNOVER:
        return bounded(
            effect, role(effect, ready.values[0], "baseline", 1.0) * solved.of(_response_of(effect))
        )
    sites = _sites(ready, effect)
    levels = [_curve(ready, solved, site.reading, at_min) for site in sites]
    return direct_response(effect, ready.values[0], driving(sites, ready.values[0], levels))


def _sites(ready: Prepared, effect: EffectModel) -> tuple[Site, ...]:
    return tuple(site for site in ready.network.sites if site.effect == effect.id)


def _response_of(effect: EffectModel) -> str:
    return f"response:{effect.id}"


# --- the equations as lists of terms -----------------------------------------------------------------


def _equations(ready: Prepared, feedback: Mapping[str, float]) -> _Equations:
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
        sites, row = _sites(ready, effect), len(names)
        names.append(_response_of(effect))
        cells |= {(row, row), *((row, site.reading.state) for site in sites)}
        moderator = None
        if effect.id in feedback:
            moderator = len(names)
            names.append(f"moderator:{effect.id}")
            cells |= {(row, moderator), (moderator, row), (moderator, moderator)}
        slow.append(_Slow(effect, row, moderator, sites))
    kept = {reading.state for reading in network.readings} | {site.reading.state for site in network.sites}
    return _Equations(
        tuple(names), tuple(sorted(cells)), tuple(slow), (*sorted(kept), *range(len(network.states), len(names))),
        _elimination(frozenset(cells), len(names)),
    )  # fmt: skip


_elimination = lru_cache(maxsize=64)(elimination_of)


def _solve(
    ready: Prepared, at_min: FloatArray, tolerance: float, threads: int, feedback: Mapping[str, float]
) -> Solved:
    from ataraxy.core.pharmacology import stiff_kernels  # numba is loaded when something needs it

    equations = _equations(ready, feedback)
    people, n = len(ready), len(equations.names)
    out = np.zeros((len(equations.kept), people, len(at_min)))
    told = np.zeros((4, people))
    names = tuple(equations.names[k] for k in equations.kept)
    if people and len(at_min):
        terms = _terms(ready, equations, feedback)
        arguments = (
            (n, people), *terms, _inputs(ready), _occasions(ready),
            _scale(ready, equations).ravel(), _start(equations), _pivots(equations.pivots),
            (rodas.A.ravel(), rodas.C.ravel(), rodas.DENSE.ravel()), np.ascontiguousarray(at_min, dtype=np.float64),
            np.array(equations.kept, dtype=np.int64), tolerance, out.reshape(-1), told.reshape(-1),
        )  # fmt: skip
        counts = (stiff_kernels.W, terms, len(equations.pivots.place), n)
        edges = [*range(0, people, CHUNK if threads > 1 else people), people]
        if threads == 1:
            stiff_kernels.integrate((0, people), *arguments, _spaces(*counts))
        else:
            with ThreadPoolExecutor(threads) as pool:
                work = lambda span: stiff_kernels.integrate(span, *arguments, _spaces(*counts))  # noqa: E731
                list(pool.map(work, pairwise(edges)))
    return Solved(
        names, out, told[0].astype(np.int64), told[1], told[2].astype(np.int64), told[3].astype(np.int64), 0.0
    )


def _terms(ready: Prepared, equations: _Equations, feedback: Mapping[str, float]) -> tuple[Any, ...]:
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


def _moderated(one: _Slow) -> set[Cell]:
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


def _slow(ready: Prepared, equations: _Equations) -> tuple[Any, ...]:
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


def _products(ready: Prepared, equations: _Equations) -> tuple[Any, ...]:
    place = equations.pivots.place
    fed = [(one, one.row, one.moderator) for one in equations.slow if one.moderator is not None]
    rates = [-role(one.effect, ready.values[0], "kout", 1.0)[:, 0] for one, _, _ in fed]
    lists = (
        _whole(i for _, i, _ in fed), _whole(i for _, i, _ in fed), _whole(m for _, _, m in fed),
        _whole(place[i, i] for _, i, _ in fed), _whole(place[i, m] for _, i, m in fed),
    )  # fmt: skip
    return lists, np.array(rates, dtype=np.float64).ravel()


def _inputs(ready: Prepared) -> tuple[Any, ...]:
    every = ready.inputs
    shape = (len(every), len(ready))
    return (
        _whole(one.state for one in every),
        np.array([one.bolus for one in every], dtype=np.bool_),
        np.array([one.mg for one in every], dtype=np.float64).reshape(shape).ravel(),
        np.array([one.start_min for one in every], dtype=np.float64).reshape(shape).ravel(),
        np.array([one.end_min for one in every], dtype=np.float64).reshape(shape).ravel(),
    )


def _occasions(ready: Prepared) -> FloatArray:
    starts = np.array(ready.course_starts, dtype=np.float64)
    return starts if ready.inputs else np.array([np.inf])


def _scale(ready: Prepared, equations: _Equations) -> FloatArray:
    """What each state's error is measured beside when it is small: part of the largest dose, or of the baseline."""
    drug = len(ready.network.states)
    scale = np.full((len(equations.names), len(ready)), ABSOLUTE)
    largest = (
        np.max([np.abs(one.mg) for one in ready.inputs], axis=0, initial=LEAST_MG) if ready.inputs else 1.0
    )
    scale[:drug] *= largest
    return scale


def _start(equations: _Equations) -> FloatArray:
    start = np.zeros(len(equations.names))
    for one in equations.slow:
        start[one.row] = 1.0
        if one.moderator is not None:
            start[one.moderator] = 1.0
    return start


def _pivots(one: Elimination) -> tuple[Any, ...]:
    return (
        one.order, one.diagonal, one.below_from, one.below_row, one.below_at, one.change_from, one.change_to,
        one.change_by, one.right_from, one.right_column, one.right_at,
    )  # fmt: skip


def _spaces(lanes: int, terms: tuple[Any, ...], size: int, n: int) -> tuple[Any, ...]:
    """Room for one thread's work, a row of lanes for each number; the kernel itself allocates nothing."""
    linear, _, saturable, _, _, slow, _, _, products, _ = terms

    def rows(*counts: int) -> tuple[FloatArray, ...]:
        return tuple(np.zeros(max(count, 1) * lanes) for count in counts)

    many = (
        len(linear[0]),
        len(saturable[0]),
        len(saturable[0]),
        4 * len(slow[0]),
        len(slow[3]),
        len(products[0]),
    )
    return rows(n, n, n, n, 6 * n, n, n), rows(*many), rows(size, size, n), *rows(LANE_ROWS, 1, 1, 1, 1)
