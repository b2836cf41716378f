"""From prepared people to the walk in modes and back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology import mode_walk_kernels
from ataraxy.core.pharmacology.effect import EffectModel, Shape
from ataraxy.core.pharmacology.identity import by_identity
from ataraxy.core.pharmacology.lanes import ROW
from ataraxy.core.pharmacology.linear import round_steps
from ataraxy.core.pharmacology.loans import aligned, lent, whole_lines
from ataraxy.core.pharmacology.mode_row_kernels import ALL
from ataraxy.core.pharmacology.mode_walk_kernels import BLOCK
from ataraxy.core.pharmacology.modes import Blocks
from ataraxy.core.pharmacology.moves import NONE, Moves
from ataraxy.core.pharmacology.prepared import Prepared

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_DOUBT = 1e4  # times that rounding may grow before a person is moved the general way
MOST_CACHED = 1 << 20  # bytes of an answer that the cache keeps for whoever reads it
MOST_TABLED = 700  # rows of decays worth keeping; beyond, each is made when it is needed
MOST_ROOMS, MOST_IDLE = 16, 4  # kinds of working space kept, and of each
IN_STEP = 4  # equal steps told at once


@dataclass(frozen=True, slots=True)
class Nodes:
    """Quadrature nodes as the walk meets them: those of move m are ``begins[m]`` to ``begins[m + 1]``."""

    begins: IntArray
    length: IntArray  # which of ``after_min`` each lies after the beginning of its move
    after_min: FloatArray
    occasion: IntArray  # of each of them
    fed: IntArray  # 1 where something may run meanwhile
    knot: IntArray  # which interval ends with each move, or -1


@dataclass(frozen=True, slots=True)
class Plan:
    """What the walk needs to know of the minutes, whoever the people are."""

    quick: IntArray
    nodes: Nodes
    length_fed: IntArray


def plan_of(moves: Moves, moments: FloatArray, node_min: FloatArray, knots: FloatArray) -> Plan:
    """Where the nodes lie between the moves, every length that occurs, and where four steps are alike."""
    return _plan(
        *(
            x.tobytes()
            for x in (moves.step, moves.occasion, moves.rate, moves.bolus, moves.out, moves.lengths)
        ),
        moments.tobytes(),
        node_min.tobytes(),
        knots.tobytes(),
    )


@lru_cache(maxsize=64)
def _plan(
    step_: bytes, occasion_: bytes, rate_: bytes, bolus_: bytes, out_: bytes, lengths_: bytes, moments_: bytes, node_: bytes,
    knots_: bytes,
) -> Plan:  # fmt: skip
    step, occasion, rate, bolus, out = (
        np.frombuffer(x, dtype=np.int64) for x in (step_, occasion_, rate_, bolus_, out_)
    )
    lengths, moments, node_min, knots = (np.frombuffer(x) for x in (lengths_, moments_, node_, knots_))
    shared = np.flatnonzero(~np.isnan(moments))
    knot = np.full(len(moments), NONE)
    if len(knots) > 1:
        knot[shared[np.searchsorted(moments[shared], knots[1:])]] = np.arange(len(knots) - 1)
    after = np.searchsorted(moments[shared], node_min, side="right") - 1
    move = shared[after] + 1 if len(node_min) else after
    offset = round_steps(node_min - moments[shared][after]) if len(node_min) else node_min
    begins = np.searchsorted(move, np.arange(len(moments) + 1)).astype(np.int64)
    pair, place = np.unique(
        np.column_stack([occasion[move] if len(move) else move, offset]), axis=0, return_inverse=True
    )
    place = place.ravel().astype(np.int64)
    node_fed, fed = np.zeros(len(pair), dtype=np.int64), np.zeros(len(lengths), dtype=np.int64)
    fed[step[(step >= 0) & (rate != 0)]] = 1
    if len(move):
        node_fed[place[rate[move] != 0]] = 1
    nodes = Nodes(begins, place, pair[:, 1].copy(), pair[:, 0].astype(np.int64), node_fed, knot)
    return Plan(_alike(step, rate, bolus, out), nodes, fed)


def _alike(step: IntArray, rate: IntArray, bolus: IntArray, out: IntArray) -> IntArray:
    """1 where this move and the next three are one step again and again, each told, with nothing that enters."""
    count = len(step)
    quick = np.zeros(count, dtype=np.int64)
    if count < IN_STEP:
        return quick
    plain = (step >= 0) & (rate == 0) & (bolus == NONE) & (out >= 0)
    last = count - IN_STEP + 1
    good = plain[:last].copy()
    for ahead in range(1, IN_STEP):
        also = slice(ahead, last + ahead)
        good &= plain[also] & (step[also] == step[:last]) & (out[also] == out[:last] + ahead)
    quick[:last] = good
    return quick


@dataclass(frozen=True, slots=True)
class Banks:
    """Each reading as a bank of modes; with several occasions one more bank that holds every mode."""

    begins: IntArray
    mode: IntArray
    reading: IntArray
    state: IntArray
    sources: IntArray
    all_from: int


@lru_cache(maxsize=128)
def banks_of(blocks: Blocks, states: tuple[int, ...], sources: tuple[int, ...], *, carry: bool) -> Banks:
    """The banks of these states of the network, and what drug enters through."""
    each = [blocks.feeding(state) for state in states]
    begins = np.concatenate([[0], np.cumsum([len(one) for one in each])]).astype(np.int64)
    reading = np.repeat(np.arange(len(each)), [len(one) for one in each])
    rows = int(begins[-1])
    everything = np.arange(blocks.size if carry else 0)
    return Banks(
        begins,
        np.concatenate([*each, everything]).astype(np.int64),
        np.concatenate([reading, np.full(len(everything), ALL)]).astype(np.int64),
        np.array([blocks.place(state) for state in states], dtype=np.int64),
        np.array([blocks.place(state) for state in sources], dtype=np.int64),
        rows,
    )


def rates_of(ready: Prepared, blocks: Blocks) -> FloatArray:
    """Rates (occasions, cells, N), in the order of the blocks."""
    index = {cell: k for k, cell in enumerate(blocks.cells)}
    place = np.argsort(blocks.order)
    rates = np.zeros((len(ready.values), len(index), len(ready)))
    cells = [index[int(place[entry.row]), int(place[entry.column])] for entry in ready.network.entries]
    for occasion, values in enumerate(ready.values):
        for entry, cell in zip(ready.network.entries, cells, strict=True):
            rates[occasion, cell] += entry.value(values)
    return rates


@dataclass(frozen=True, slots=True)
class Asked:
    """What a walk tells, of whom: the same for both walks."""

    ready: Prepared
    times: int
    early: int
    states: IntArray  # of each reading
    scales: FloatArray  # (occasions, readings, N)
    effects: tuple[Any, ...]
    drivers: tuple[Any, ...]
    quadrature: Any
    sent: IntArray  # which row of the answer each reading, then each effect, is; -1: not asked
    beside: FloatArray | None = None  # (cells, N): what each rate is multiplied by


def walk_in_modes(
    blocks: Blocks, asked: Asked, moves: Moves, moments: FloatArray, quad: FloatArray, threads: int
) -> tuple[FloatArray, FloatArray]:
    """Readings and effects (rows, T, N), and the doubt of each person."""
    ready, quadrature = asked.ready, asked.quadrature
    people, occasions = len(ready), len(ready.values)
    apart = whole_lines(people)
    told_rows = int(asked.sent.max(initial=-1)) + 1
    size = told_rows * asked.times * apart
    plan = plan_of(moves, moments, quadrature.at_min, quadrature.knots)
    entering = np.flatnonzero(moves.boluses.any(axis=(0, 2)))
    banks = banks_of(
        blocks, tuple(asked.states.tolist()), (*moves.columns, *entering.tolist()), carry=occasions > 1
    )
    rows, lengths, waits = len(banks.mode), len(moves.lengths), len(plan.nodes.after_min)
    ends, place, factors = asked.drivers
    driving, driven, driver_row, span = _driving(
        ready.effects, banks, tuple(ends.tolist()), tuple(place.tolist())
    )
    flying, hovering = int(rows * lengths > MOST_TABLED), int(span * waits > MOST_TABLED)
    sizes = (
        blocks.size, len(blocks.cells), people, apart, asked.times, asked.early, len(moves.columns), flying, hovering,
        int(8 * size > MOST_CACHED),
    )  # fmt: skip
    structure = (
        blocks.cell, blocks.begins, np.repeat(np.arange(len(blocks.begins) - 1), np.diff(blocks.begins)), blocks.edges,
        blocks.between, blocks.reach,
    )  # fmt: skip
    told = lent(size)
    doubts = np.empty(people)
    rates = rates_of(ready, blocks) if asked.beside is None else rates_of(ready, blocks) * asked.beside
    arguments = (
        sizes,
        (rates.ravel(), structure),
        (banks.begins, banks.mode, banks.reading, banks.state, asked.scales.ravel(), banks.sources, banks.all_from),
        (
            moves.step, moves.occasion, moves.rate, moves.bolus, moves.out, plan.quick, moves.lengths, moves.length_occasion,
            plan.length_fed, moves.rates.ravel(), np.ascontiguousarray(moves.boluses[:, entering]).ravel(),
            entering, moves.own_min.ravel(),
        ),
        asked.effects,
        (ends, place, driver_row, driving, driven, factors),
        (
            plan.nodes.begins, plan.nodes.length, plan.nodes.after_min, plan.nodes.occasion, plan.nodes.fed,
            quadrature.weight, quadrature.left, quadrature.left_min, quadrature.keep, quadrature.keep_min, plan.nodes.knot,
        ),
        asked.sent,
        told,
        quad.reshape(-1),
        doubts,
    )  # fmt: skip
    room = (
        blocks.size, len(blocks.cells), rows, len(banks.sources), len(moves.columns), len(place), len(ready.effects),
        len(quadrature.left_min), len(quadrature.keep_min), 0 if flying else lengths, span * (1 if hovering else waits),
        len(banks.state),
    )  # fmt: skip

    def walk(span: tuple[int, int]) -> None:
        spaces = _spaces(room)
        mode_walk_kernels.walk_modes(span, *arguments, spaces)
        _given_back(room, spaces)

    spans = spans_of(people, threads)
    if len(spans) == 1:
        walk(spans[0])
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(walk, spans))
    return told.reshape(told_rows, asked.times, apart)[:, :, :people], doubts


@by_identity(2)
def _driving(
    effects: tuple[EffectModel, ...], banks: Banks, drivers: tuple[int, ...], place: tuple[int, ...]
) -> tuple[IntArray, IntArray, IntArray, int]:
    """Which readings drive slow responses, 1 for each that does, where each driver's rows begin, and how many there are."""
    slow = [x for x, effect in enumerate(effects) if effect.shape is Shape.TURNOVER]
    driving = sorted({place[d] for x in slow for d in range(drivers[x], drivers[x + 1])})
    sizes = np.diff(banks.begins)
    begins = dict(
        zip(driving, np.concatenate([[0], np.cumsum(sizes[driving])]).astype(int).tolist(), strict=False)
    )
    rows = np.array([begins.get(r, 0) for r in place], dtype=np.int64)
    driven = np.isin(np.arange(len(sizes)), driving).astype(np.int64)
    return np.array(driving, dtype=np.int64), driven, rows, int(sizes[driving].sum())


def spans_of(people: int, threads: int) -> list[tuple[int, int]]:
    """Whole blocks, shared out so that each thread comes back for more a few times."""
    blocks = -(-people // BLOCK)
    each = max(1, -(-blocks // (threads * 4))) if threads > 1 else blocks
    edges = [*range(0, blocks, each), blocks]
    return [(b * BLOCK, min(end * BLOCK, people)) for b, end in pairwise(edges)]


Room = tuple[int, ...]
Spaces = tuple[Any, ...]
_idle: dict[Room, list[Spaces]] = {}  # what a thread worked in, for the next that needs as much


def _given_back(room: Room, spaces: Spaces) -> None:
    if len(_idle) >= MOST_ROOMS and room not in _idle:
        _idle.clear()
    idle = _idle.setdefault(room, [])
    if len(idle) < MOST_IDLE:
        idle.append(spaces)


def _spaces(room: Room) -> Spaces:
    """Room for one thread's work: rows of lanes, flat. The kernel itself allocates nothing, and sets what it reads."""
    try:
        return _idle[room].pop()
    except (KeyError, IndexError):
        return _new_spaces(*room)


def _new_spaces(
    n: int, cells: int, rows: int, sources: int, inputs: int, drivers: int, effects: int, left: int, keep: int,
    lengths: int, waits: int, readings: int,
) -> tuple[Any, ...]:  # fmt: skip
    square = (n * n,) * 9 + (n, n, 1, 1, 1)
    counts = (
        *square, cells, lengths * rows, lengths * rows, rows, rows, waits, waits, rows,
        IN_STEP * (readings + effects), rows, rows * sources, rows, inputs,
        n, readings, 6 * effects, drivers, effects * left, effects * keep, effects, effects, n, 1, 1, 1, 1,
    )  # fmt: skip
    ends = np.cumsum([max(count, 1) for count in counts]) * ROW
    memory = aligned(int(ends[-1]))
    parts = [
        memory[end - max(count, 1) * ROW : end] for count, end in zip(counts, ends.tolist(), strict=True)
    ]
    tables, rest, lanes = parts[:14], parts[14:-4], parts[-4:]
    return tuple(tables), *rest, tuple(lanes)
