"""From prepared people to the compiled kernel and back: patterns, tables, threads."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology import effect_kernels, kernels, lanes
from ataraxy.core.pharmacology.compiled_modes import MOST_DOUBT, Asked, walk_in_modes
from ataraxy.core.pharmacology.effect import Driver, EffectModel, Shape, names_of
from ataraxy.core.pharmacology.linear import INPUT_SCALE, ROUNDING_MIN, TERMS, Course
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.modes import blocks_of
from ataraxy.core.pharmacology.moves import NONE, Moves, moves_of
from ataraxy.core.pharmacology.network import Reading, Values
from ataraxy.core.pharmacology.panel import panel
from ataraxy.core.pharmacology.pattern import Pattern, pattern_of
from ataraxy.core.pharmacology.prepared import Prepared, rows_of
from ataraxy.core.pharmacology.quadrature import quadrature_of
from ataraxy.core.pharmacology.regimen import Regimen
from ataraxy.core.pharmacology.response import knots_of, plan_nodes

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
MOST_SUMMED = 64  # steps of different length among which sums are looked for


def _system(ready: Prepared, pattern: Pattern) -> tuple[Any, ...]:
    """Shifted rates (occasions, cells, N), outflows and column bounds (occasions, N)."""
    people = len(ready)
    index = {cell: k for k, cell in enumerate(pattern.a_cells)}
    rates = np.zeros((len(ready.values), len(index), people))
    for occasion, values in enumerate(ready.values):
        for entry in ready.network.entries:
            rates[occasion, index[entry.row, entry.column]] += entry.value(values)
    for (i, j), k in index.items():
        if j >= pattern.n and i != j:
            rates[:, k] = INPUT_SCALE
    diagonal = [index[i, i] for i in range(pattern.wide)]
    outflow = np.maximum(-rates[:, diagonal].min(axis=1), 0.0)
    for k in diagonal:
        rates[:, k] += outflow
    columns = np.zeros((len(ready.values), pattern.wide, people))
    for (_, j), k in index.items():
        columns[:, j] += rates[:, k]
    return (
        rates.ravel(),
        outflow.ravel(),
        columns.max(axis=1).ravel(),
        pattern.entries,
        pattern.series,
        pattern.squares,
        pattern.rows,
    )


def _told(ready: Prepared) -> list[Reading]:
    """What is told: the model's analytes, then the effect sites."""
    return [*ready.network.readings, *(site.reading for site in ready.network.sites if site.driver.half_life)]


def _read(ready: Prepared) -> list[Reading]:
    """What is told, and behind it what only drives an effect."""
    read = _told(ready)
    for site in ready.network.sites:
        if all(reading.state != site.reading.state for reading in read):
            read.append(site.reading)
    return read


def _readings(ready: Prepared, read: Sequence[Reading]) -> tuple[IntArray, FloatArray]:
    """Which state each reading is of, and its scale (occasions, readings, N)."""
    scales = np.empty((len(ready.values), len(read), len(ready)))
    for occasion, values in enumerate(ready.values):
        for place, reading in enumerate(read):
            scales[occasion, place] = reading.scale(values)
    return np.array([r.state for r in read], dtype=np.int64), scales


def _effects(ready: Prepared) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
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


def run_compiled(
    ready: Prepared, at_min: FloatArray, tolerance: float, threads: int
) -> tuple[dict[str, FloatArray], float]:
    """Every reading and effect, each (N, T), and the error the slow responses achieved."""
    people = len(ready)
    if people == 0 or len(at_min) == 0:
        rows = len(_read(ready)) + len(ready.effects)
        return _named(ready, np.zeros((rows, people, len(at_min)))), 0.0
    nodes, error = _nodes(ready, at_min, tolerance)
    answer, _ = _walk(ready, at_min, nodes, threads, keep=False)
    return _named(ready, answer), error


def _named(ready: Prepared, answer: FloatArray) -> dict[str, FloatArray]:
    told = dict(zip((reading.name for reading in _told(ready)), answer, strict=False))
    return told | dict(zip(names_of(ready.effects), answer[len(_read(ready)) :], strict=True))


def _nodes(ready: Prepared, at_min: FloatArray, tolerance: float) -> tuple[IntArray, float]:
    slow = tuple(effect for effect in ready.effects if effect.shape is Shape.TURNOVER)
    if not slow or not ready.regimen:
        return np.zeros(0, dtype=np.int64), 0.0
    return _plan(ready.network.model, ready.regimen, slow, at_min.tobytes(), tolerance)


@lru_cache(maxsize=64)
def _plan(
    model: PkModel, regimen: Regimen, effects: tuple[EffectModel, ...], minutes: bytes, tolerance: float
) -> tuple[IntArray, float]:
    """The quadrature's nodes, from the fixed panel; the same for everybody who is simulated."""
    at_min = np.frombuffer(minutes)
    intervals = len(knots_of(regimen, at_min)) - 1
    if intervals < 1:
        return np.zeros(0, dtype=np.int64), 0.0
    ready = panel(model, regimen, effects)

    def integrals(nodes: IntArray) -> FloatArray:
        _, quad = _walk(ready, at_min, nodes, 1, keep=True)
        return quad.swapaxes(1, 2)

    return plan_nodes(integrals, intervals, tolerance)


def _walk(
    ready: Prepared, at_min: FloatArray, nodes: IntArray, threads: int, *, keep: bool
) -> tuple[FloatArray, FloatArray]:
    """Readings and effects (rows, N, T), and the slow responses' integrals (effects, intervals, N) if kept.

    In modes where the network has them; people whose modes nearly coincide are moved the general way.
    """
    blocks = blocks_of(ready.network)
    if blocks is None:
        return _walk_any(ready, at_min, nodes, threads, keep=keep)
    quadrature = quadrature_of(knots_of(ready.regimen, at_min), nodes)
    own = any(not one.shared for one in ready.inputs)
    visited = np.union1d(quadrature.at_min, quadrature.knots) if own else quadrature.knots
    moves, moments, early = moves_of(_course(ready), at_min, visited)
    read = _read(ready)
    states, scales = _readings(ready, read)
    effects, drivers = _effects(ready)
    quad = _room_for_integrals(ready, nodes, keep)
    asked = Asked(
        ready,
        len(at_min),
        early,
        states,
        scales,
        effects,
        _drivers_of_readings(ready, read, drivers),
        quadrature,
    )
    answer, doubts = walk_in_modes(blocks, asked, moves, moments, quad, threads)
    doubtful = np.flatnonzero(~(doubts <= MOST_DOUBT))
    if len(doubtful):
        again, again_quad = _walk_any(rows_of(ready, doubtful), at_min, nodes, threads, keep=keep)
        answer[:, :, doubtful] = again.swapaxes(1, 2)
        quad[:, :, doubtful] = again_quad
    return answer.swapaxes(1, 2), quad


def _course(ready: Prepared) -> Course:
    return Course((np.zeros((len(ready), len(ready.network.states), 0)),), ready.course_starts, ready.inputs)


def _room_for_integrals(ready: Prepared, nodes: IntArray, keep: bool) -> FloatArray:
    slow = sum(e.shape is Shape.TURNOVER for e in ready.effects)
    return np.zeros((slow, len(nodes) if keep else 0, len(ready)))


def _drivers_of_readings(
    ready: Prepared, read: Sequence[Reading], drivers: tuple[Any, ...]
) -> tuple[Any, ...]:
    """The drivers told by which reading each follows, with factors of that reading in place of the amount."""
    ends, states, factors = drivers
    place = [next(k for k, reading in enumerate(read) if reading.state == state) for state in states.tolist()]
    table = factors.reshape(len(states), len(ready)).copy()
    for row, k in enumerate(place):
        table[row] /= read[k].scale(ready.values[0])
    return ends, np.array(place, dtype=np.int64), table.ravel()


def _walk_any(
    ready: Prepared, at_min: FloatArray, nodes: IntArray, threads: int, *, keep: bool
) -> tuple[FloatArray, FloatArray]:
    """The general walk, by propagators; any linear network. People are padded to a block."""
    people = len(ready)
    if people < kernels.W:
        padded = rows_of(ready, np.minimum(np.arange(kernels.W), people - 1))
        answer, quad = _walk_any(padded, at_min, nodes, threads, keep=keep)
        return answer[:, :people], quad[:, :, :people]
    quadrature = quadrature_of(knots_of(ready.regimen, at_min), nodes)
    visited = np.union1d(quadrature.at_min, quadrature.knots)
    moves, moments, early = moves_of(_course(ready), at_min, visited)
    pattern = pattern_of(
        frozenset((e.row, e.column) for e in ready.network.entries), len(ready.network.states), moves.columns
    )
    effects, drivers = _effects(ready)
    read = _read(ready)
    states, scales = _readings(ready, read)
    sizes = (
        pattern.n, pattern.wide, TERMS + pattern.n, len(pattern.a_cells), len(ready), len(at_min), early,
    )  # fmt: skip
    quad = _room_for_integrals(ready, nodes, keep)
    answer = np.empty((len(read) + len(ready.effects), len(at_min), len(ready)))
    arguments = (
        sizes, _system(ready, pattern), _tables(moves), (states, scales.ravel()), effects, drivers,
        quadrature.tables(moments), answer.reshape(-1), quad.reshape(-1),
    )  # fmt: skip
    counts = (
        len(moves.lengths), len(pattern.entries[0]), len(pattern.a_cells), pattern.n, pattern.wide - pattern.n,
        len(drivers[1]), len(ready.effects), len(quadrature.left_min), len(quadrature.keep_min), len(read),
    )  # fmt: skip
    spans = _spans(len(ready), threads)
    if len(spans) == 1:
        kernels.walk(spans[0], *arguments, _spaces(*counts))
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda span: kernels.walk(span, *arguments, _spaces(*counts)), spans))
    return answer.swapaxes(1, 2), quad


def _spaces(
    lengths: int,
    entries: int,
    cells: int,
    n: int,
    inputs: int,
    drivers: int,
    effects: int,
    left: int,
    keep: int,
    readings: int,
) -> tuple[Any, ...]:
    """Room for one thread's work: rows of lanes, flat. The kernel itself allocates nothing."""

    def rows(count: int) -> FloatArray:
        return np.zeros(max(count, 1) * lanes.ROW)

    return (
        rows(lengths * entries), rows(entries), rows(entries), rows(cells), rows(cells), rows(2 * n), rows(inputs),
        rows(6 * effects), rows(drivers), rows(effects * left), rows(effects * keep), rows(readings), rows(effects),
        rows(effects), tuple(rows(1) for _ in range(5)),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _as_sums(lengths_: bytes, occasion_: bytes) -> tuple[IntArray, IntArray]:
    """Two earlier steps whose lengths add up to each: their propagators' product is its propagator. -1: none do."""
    lengths, occasion = np.frombuffer(lengths_), np.frombuffer(occasion_, dtype=np.int64)
    first, second = np.full(len(lengths), NONE), np.full(len(lengths), NONE)
    for k in range(1, len(lengths)):
        earlier = lengths[:k][occasion[:k] == occasion[k]]
        sums = (
            np.abs(earlier[:, np.newaxis] + earlier - lengths[k])
            if len(earlier) <= MOST_SUMMED
            else np.ones((0, 0))
        )
        if sums.size and sums.min() <= ROUNDING_MIN:
            i, j = np.unravel_index(int(sums.argmin()), sums.shape)
            offset = int(np.flatnonzero(occasion[:k] == occasion[k])[0])
            first[k], second[k] = offset + i, offset + j
    return first, second


def _tables(moves: Moves) -> tuple[Any, ...]:
    first, second = _as_sums(moves.lengths.tobytes(), moves.length_occasion.tobytes())
    return (
        moves.step, moves.occasion, moves.rate, moves.bolus, moves.out, moves.lengths, moves.length_occasion, first, second,
        moves.rates.ravel(), moves.boluses.ravel(), moves.own_min.ravel(),
    )  # fmt: skip


def _spans(people: int, threads: int) -> list[tuple[int, int]]:
    """Whole blocks, shared out so that each thread comes back for more a few times."""
    blocks = -(-people // kernels.W)
    each = max(1, -(-blocks // (threads * 4))) if threads > 1 else blocks
    # The last block is moved back over the one before it: the same thread does both, so that the order is fixed.
    edges = [0, *(b for b in range(each, blocks, each) if people - b * kernels.W >= kernels.W), blocks]
    return [(b * kernels.W, min(end * kernels.W, people)) for b, end in pairwise(edges)]
