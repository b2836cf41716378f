"""From prepared people to the compiled kernel and back: patterns, tables, threads."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology import kernels, lanes
from ataraxy.core.pharmacology.compiled_modes import MOST_DOUBT, Asked, walk_in_modes
from ataraxy.core.pharmacology.compiled_tables import (
    drivers_of_readings,
    effects_of,
    read_by,
    room_for_integrals,
    scales_of,
    still_course,
    told_by,
)
from ataraxy.core.pharmacology.effect import EffectModel, Shape, names_of
from ataraxy.core.pharmacology.linear import INPUT_SCALE, ROUNDING_MIN, TERMS
from ataraxy.core.pharmacology.loans import aligned
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.modes import Blocks, blocks_of
from ataraxy.core.pharmacology.moves import NONE, Moves, moves_of
from ataraxy.core.pharmacology.panel import panel
from ataraxy.core.pharmacology.pattern import Pattern, pattern_of
from ataraxy.core.pharmacology.prepared import Prepared, rows_of
from ataraxy.core.pharmacology.propagator_kernels import W
from ataraxy.core.pharmacology.quadrature import quadrature_of
from ataraxy.core.pharmacology.regimen import Regimen
from ataraxy.core.pharmacology.response import knots_of, plan_nodes

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BESIDE = 5e-4  # how far the nearer neighbours of a person are, of a rate; the truth is then within its fourth power
NEIGHBOURS = (1.0, -1.0, 2.0, -2.0)  # how many times that
SHARES = np.array([2.0, 2.0, -0.5, -0.5]) / 3.0  # of each in the person's own curve (Richardson)
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


def run_compiled(
    ready: Prepared,
    at_min: FloatArray,
    tolerance: float,
    threads: int,
    only: frozenset[str] | None = None,
) -> tuple[dict[str, FloatArray], float]:
    """Every reading and effect that is asked, each (N, T), and the error the slow responses achieved."""
    people = len(ready)
    asked = [name is not None and (only is None or name in only) for name in _names(ready)]
    names = [name for name, one in zip(_names(ready), asked, strict=True) if name is not None and one]
    if people == 0 or len(at_min) == 0:
        return {name: np.zeros((people, len(at_min))) for name in names}, 0.0
    nodes, error = _nodes(ready, at_min, tolerance)
    answer, _ = _walk(ready, at_min, nodes, threads, asked)
    return dict(zip(names, answer, strict=True)), error


def _names(ready: Prepared) -> list[str | None]:
    """What each reading, then each effect, is called; None: it only drives."""
    told = [reading.name for reading in told_by(ready)]
    return [*told, *[None] * (len(read_by(ready)) - len(told)), *names_of(ready.effects)]


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
        _, quad = _walk(ready, at_min, nodes, 1, [False] * len(_names(ready)), keep=True)
        return quad.swapaxes(1, 2)

    return plan_nodes(integrals, intervals, tolerance)


def _walk(
    ready: Prepared,
    at_min: FloatArray,
    nodes: IntArray,
    threads: int,
    asked: Sequence[bool],
    *,
    keep: bool = False,
) -> tuple[FloatArray, FloatArray]:
    """Readings and effects asked (rows, N, T), and the slow responses' integrals (effects, intervals, N) if kept.

    In modes where the network has them; people whose modes nearly coincide are moved the general way.
    """
    blocks = blocks_of(ready.network)
    chosen = np.array(asked)
    if blocks is None:
        answer, quad = _walk_any(ready, at_min, nodes, threads, keep=keep)
        return answer[chosen], quad
    answer, quad, doubts = _walk_blocks(blocks, ready, at_min, nodes, threads, chosen, keep=keep)
    doubtful = np.flatnonzero(~(doubts <= MOST_DOUBT))
    if len(doubtful):
        found, found_quad, doubts = _walk_beside(
            blocks, rows_of(ready, doubtful), at_min, nodes, chosen, keep=keep
        )
        answer[:, doubtful], quad[:, :, doubtful] = found, found_quad
        doubtful = doubtful[~(doubts <= MOST_DOUBT)]
    if len(doubtful):
        found, found_quad = _walk_any(rows_of(ready, doubtful), at_min, nodes, threads, keep=keep)
        answer[:, doubtful], quad[:, :, doubtful] = found[chosen], found_quad
    return answer, quad


def _walk_blocks(
    blocks: Blocks,
    ready: Prepared,
    at_min: FloatArray,
    nodes: IntArray,
    threads: int,
    chosen: NDArray[np.bool_],
    *,
    keep: bool,
    beside: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """As ``_walk``, for all in modes; and the doubt of each person."""
    quadrature = quadrature_of(knots_of(ready.regimen, at_min), nodes)
    own = any(not one.shared for one in ready.inputs)
    visited = np.union1d(quadrature.at_min, quadrature.knots) if own else quadrature.knots
    moves, moments, early = moves_of(still_course(ready), at_min, visited)
    read = read_by(ready)
    states, scales = scales_of(ready, read)
    effects, drivers = effects_of(ready)
    quad = room_for_integrals(ready, nodes, keep)
    told = Asked(
        ready,
        len(at_min),
        early,
        states,
        scales,
        effects,
        drivers_of_readings(ready, read, drivers),
        quadrature,
        np.where(chosen, np.cumsum(chosen) - 1, NONE).astype(np.int64),
        beside,
    )
    answer, doubts = walk_in_modes(blocks, told, moves, moments, quad, threads)
    return answer.swapaxes(1, 2), quad, doubts


def _walk_beside(
    blocks: Blocks,
    ready: Prepared,
    at_min: FloatArray,
    nodes: IntArray,
    chosen: NDArray[np.bool_],
    *,
    keep: bool,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """As ``_walk_blocks``, for people two of whose modes nearly coincide: between four neighbours of each.

    In a neighbour every block leaves a little faster or slower than in the person, each by its own part, so that no two
    modes coincide. The curve of the person is a smooth function of that part, and is read off where it is nothing: what
    is of the second order falls out, what is left is of the fourth.
    """
    people = len(ready)
    parts = blocks.apart()[np.array([column for _, column in blocks.cells])]
    steps = np.repeat(np.array(NEIGHBOURS), people)
    four = rows_of(ready, np.tile(np.arange(people), len(NEIGHBOURS)))
    beside = 1.0 + BESIDE * parts[:, np.newaxis] * steps
    answer, quad, doubts = _walk_blocks(blocks, four, at_min, nodes, 1, chosen, keep=keep, beside=beside)
    neighbours = answer.reshape(len(answer), len(NEIGHBOURS), people, len(at_min))
    told = np.tensordot(neighbours, SHARES, (1, 0))
    between = np.tensordot(quad.reshape(*quad.shape[:2], len(NEIGHBOURS), people), SHARES, (2, 0))
    readings = int(chosen[: len(chosen) - len(ready.effects)].sum())
    _, _, low, high = effects_of(ready)[0]
    low, high = (one[chosen[-len(low) :]].reshape(-1, 1, 1, 1) if len(low) else one for one in (low, high))
    np.maximum(told[:readings], 0.0, out=told[:readings])
    sure = doubts.reshape(len(NEIGHBOURS), people).max(axis=0)
    if told[readings:].size:
        np.clip(told[readings:], low[:, 0], high[:, 0], out=told[readings:])
        sure[_at_a_bend(neighbours[readings:], low, high)] = np.inf
    return told, between, sure


def _at_a_bend(neighbours: FloatArray, low: FloatArray, high: FloatArray) -> NDArray[np.bool_]:
    """Who has neighbours on both sides of an effect's bound: there its curve is not smooth between them, (N,).

    ``neighbours``: effects (E, 4, N, T); the bounds (E, 1, 1, 1).
    """
    found = np.zeros(neighbours.shape[2], dtype=bool)
    for bound in (low, high):
        there = neighbours == bound
        found |= (there.any(axis=1) & ~there.all(axis=1)).any(axis=(0, 2))
    return found


def _walk_any(
    ready: Prepared, at_min: FloatArray, nodes: IntArray, threads: int, *, keep: bool
) -> tuple[FloatArray, FloatArray]:
    """The general walk, by propagators; any linear network. People are padded to a block."""
    people = len(ready)
    if people < W:
        padded = rows_of(ready, np.minimum(np.arange(W), people - 1))
        answer, quad = _walk_any(padded, at_min, nodes, threads, keep=keep)
        return answer[:, :people], quad[:, :, :people]
    quadrature = quadrature_of(knots_of(ready.regimen, at_min), nodes)
    visited = np.union1d(quadrature.at_min, quadrature.knots)
    moves, moments, early = moves_of(still_course(ready), at_min, visited)
    pattern = pattern_of(
        frozenset((e.row, e.column) for e in ready.network.entries), len(ready.network.states), moves.columns
    )
    effects, drivers = effects_of(ready)
    read = read_by(ready)
    states, scales = scales_of(ready, read)
    sizes = (
        pattern.n, pattern.wide, TERMS + pattern.n, len(pattern.a_cells), len(ready), len(at_min), early,
    )  # fmt: skip
    quad = room_for_integrals(ready, nodes, keep)
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
        room = aligned(max(count, 1) * lanes.ROW)
        room[:] = 0.0
        return room

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
    blocks = -(-people // W)
    each = max(1, -(-blocks // (threads * 4))) if threads > 1 else blocks
    # The last block is moved back over the one before it: the same thread does both, so that the order is fixed.
    edges = [0, *(b for b in range(each, blocks, each) if people - b * W >= W), blocks]
    return [(b * W, min(end * W, people)) for b, end in pairwise(edges)]
