"""One compiled pass for a whole estimate: what ``individualise`` and ``posterior`` ask where the model can be told so.

Import it only when it is needed: it loads numba. Single people whose modes nearly coincide, or whose effects go beyond
all sense, are left to the general way and told so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ataraxy.core.pharmacology import fit_climb_kernels as climbing
from ataraxy.core.pharmacology import fit_draw_kernels as drawing
from ataraxy.core.pharmacology.fit_plan import Plan
from ataraxy.core.pharmacology.lanes import MOST_LANES, ROW
from ataraxy.core.pharmacology.likelihood import SMALLEST, Observed
from ataraxy.core.pharmacology.people import FloatArray, IntArray
from ataraxy.core.pharmacology.prior import Prior
from ataraxy.core.pharmacology.proposal import Kernel, whole_prior
from ataraxy.core.pharmacology.scoring import CLOSE, FIRST_DAMPING, BoolArray, Climb, Problem, Slope
from ataraxy.core.pharmacology.tail import log_student_density
from ataraxy.core.pharmacology.varied import MOST_ETA

Tables = tuple[Any, ...]
MOST_ROOMS, MOST_IDLE = 16, 4  # kinds of rooms kept for the next call, and of each
PARTS = 4  # rows of a mixture beside its kernels

_idle: dict[tuple[int, ...], list[Tables]] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """How a climb ended, what was predicted where each began (k, columns), and who is left to the general way (k,)."""

    climb: Climb
    at_start: FloatArray
    left_over: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A plan as the kernels take it. Each call takes a room to work in, so that threads do not meet."""

    plan: Plan
    tables: Tables

    def climb(self, problem: Problem, start: FloatArray, person: IntArray) -> Ascent | None:
        """As ``scoring.climb``; None where one climber's steps are more than a pass has room for."""
        far, near = replace(problem, far=True), problem
        if max(len(far.moves), len(near.moves)) > MOST_LANES:
            return None
        state = _begun(np.clip(start, -problem.reach, problem.reach))
        columns = self.plan.told.columns
        count, d, n = len(start), len(problem.prior), len(problem.seen)
        found, first = np.empty((count, len(columns))), np.empty((count, len(columns)))
        size, room = _room(self.plan)
        course, w, out, doubt, whose, ok, *_ = room
        climbing.climb_all(
            np.arange(count),
            (self.tables, course, columns),
            _ways(far, near),
            _prior(problem.prior),
            (np.ascontiguousarray(problem.reach), np.ascontiguousarray(person)),
            (problem.seen.columns, *_readings(problem.seen), problem.seen.value.ndim == 2),
            state,
            (found.reshape(-1), first.reshape(-1)),
            (w, out, doubt, whose, ok, *_climbers(d, n, len(near.moves)), self.plan.sheet.rows),
        )
        _given_back(size, room)
        return Ascent(_ended(state, found), first, state[climbing.STATUS] > 0)

    def log_likelihood(self, seen: Observed, etas: FloatArray) -> tuple[FloatArray, BoolArray]:
        """Of (draws, d) effects of the first person, and which draws are left to the general way, both (draws,)."""
        flat = np.ascontiguousarray(etas.T).reshape(-1)
        count, d = etas.shape
        found, doubts = np.empty(count), np.empty(count)
        size, room = _room(self.plan)
        course, w, out, doubt, whose, ok, *spare = room
        whose[:] = 0
        drawing.log_likelihoods(
            flat, count, (self.tables, course, d),
            (self.plan.told.columns[seen.columns], *_readings(seen)), MOST_ETA, found, doubts,
            (w, out, doubt, whose, ok, *spare),
        )  # fmt: skip
        _given_back(size, room)
        found[found == -1e308] = -np.inf
        return found, ~(doubts <= climbing.MOST_DOUBT)

    def log_densities(
        self, prior: Prior, kernels: Sequence[Kernel], etas: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Of draws (draws, d) under the prior and under a mixture, both (draws,)."""
        flat = np.ascontiguousarray(etas.T).reshape(-1)
        count, d = etas.shape
        found, of_prior = np.empty(count), np.empty(count)
        every = [whole_prior(prior, 1.0), *kernels]
        rows = np.empty((len(every) + PARTS) * ROW)
        drawing.log_densities(
            flat, count, d,
            (
                np.concatenate([kernel.centre for kernel in every]),
                np.concatenate([kernel.unroot.reshape(-1) for kernel in every]),
                np.array([kernel.constant + math.log(kernel.share) for kernel in every]),
                np.array([(kernel.freedom + d) / 2 for kernel in every]),
                np.array([kernel.freedom if math.isfinite(kernel.freedom) else 0.0 for kernel in every]),
            ),
            of_prior, found, (rows, *rows[len(every) * ROW :].reshape(PARTS, ROW)),
        )  # fmt: skip
        return of_prior, found


def _room(plan: Plan) -> tuple[tuple[int, ...], Tables]:
    """Room for one thread's work, and by what to give it back; the kernels set what they read."""
    told = plan.told
    size = plan.blocks.size, len(plan.blocks.cells), plan.sheet.rows + len(told.columns), told.wanted.size
    try:
        return size, _idle[size].pop()
    except (KeyError, IndexError):
        return size, _new_room(*size)


def _given_back(size: tuple[int, ...], room: Tables) -> None:
    if len(_idle) >= MOST_ROOMS and size not in _idle:
        _idle.clear()
    idle = _idle.setdefault(size, [])
    if len(idle) < MOST_IDLE:
        idle.append(room)


def fit_of(plan: Plan) -> Fit:
    """The plan as the kernels take it."""
    blocks, moves, told = plan.blocks, plan.moves, plan.told
    structure = (
        blocks.cell, blocks.begins, np.repeat(np.arange(len(blocks.begins) - 1), np.diff(blocks.begins)), blocks.edges,
        blocks.between, blocks.reach,
    )  # fmt: skip
    sheet = plan.sheet
    return Fit(
        plan,
        (
            (sheet.op, sheet.to, sheet.x, sheet.y, plan.tables.reshape(-1), plan.people),
            (blocks.size, len(blocks.cells), structure, plan.cells.reshape(-1)),
            (
                moves.step, moves.occasion, moves.rate, moves.bolus, moves.out, moves.lengths, plan.feeding.reshape(-1),
                plan.fed, plan.entering.reshape(-1), plan.early,
            ),
            (
                told.state, told.scale.reshape(-1), told.kinds, told.roles.reshape(-1), told.lowest, told.highest, told.ends,
                told.driver_state, told.driver_scale.reshape(-1), told.wanted.reshape(-1),
            ),
            told.wanted.shape[1],
        ),
    )  # fmt: skip


def _new_room(n: int, cells: int, rows: int, told: int) -> Tables:
    square = (n * n,) * 9 + (n, n, 1, 1, 1)
    parts = _rows((*square, cells, n, n, n, 1, 1, 6))
    course = (tuple(parts[:14]), *parts[14:18], tuple(parts[18:]))
    w, out, doubt, ok, *spare = _rows((rows, told, 1, 1, 1, 1, 1, 1))
    return (course, w, out, doubt, np.zeros(MOST_LANES, dtype=np.int64), ok, *spare)


def _rows(counts: Sequence[int]) -> list[FloatArray]:
    """Rows of lanes, flat, in one piece of memory."""
    ends = np.cumsum([max(count, 1) for count in counts]) * ROW
    memory = np.zeros(int(ends[-1]))
    return [memory[end - max(count, 1) * ROW : end] for count, end in zip(counts, ends.tolist(), strict=True)]


def _begun(place: FloatArray) -> Tables:
    """What the kernel keeps of each climber, before its first step."""
    count, d = place.shape
    return (
        place.reshape(-1).copy(),
        place.reshape(-1).copy(),
        np.full(count, np.inf),
        np.zeros(count * d),
        np.zeros(count * d * d),
        np.zeros(count, dtype=np.bool_),
        np.full(count, FIRST_DAMPING),
        np.zeros(count * 4 * d),
        np.full(count, np.inf),
        np.zeros(count, dtype=np.int64),
        np.full(count, climbing.AT_START),
        np.zeros(count, dtype=np.int64),
    )


def _ended(state: Tables, predicted: FloatArray) -> Climb:
    place, _, objective, gradient, information, exact, _, _, decrement, steps, _, _ = state
    count = len(objective)
    d = len(place) // count
    ok = np.isfinite(objective)
    slope = Slope(
        objective, gradient.reshape(count, d), information.reshape(count, d, d), predicted, ok, exact
    )
    converged = ok & (decrement <= CLOSE)
    return Climb(place.reshape(count, d), slope, converged, steps, decrement)


def _ways(far: Problem, near: Problem) -> Tables:
    return (
        far.moves.reshape(-1), len(far.moves), far.step, far.one_sided,
        near.moves.reshape(-1), len(near.moves), near.step, near.one_sided, near.bent,
    )  # fmt: skip


def _prior(prior: Prior) -> Tables:
    return prior.sd, np.ascontiguousarray(prior.precision_in_sd).reshape(-1), prior.log_constant


def _climbers(d: int, n: int, moves: int) -> Tables:
    slots = MOST_LANES
    new = tuple(np.zeros(max(size, 1)) for size in (d, d * d, d * d, d * n, moves, n, n, n))
    small = tuple(np.zeros(size) for size in (d, d * d, d * d, d, d * d, d))
    return np.zeros(slots, dtype=np.int64), np.zeros(slots, dtype=np.int64), new, small


def _readings(seen: Observed) -> Tables:
    """Values on the scale of their errors, sides, and the errors as the kernels' table."""
    value = seen.value
    if seen.on_log.any():
        value = np.where(seen.on_log, np.log(np.maximum(value, SMALLEST)), value)
    freedom = np.where(np.isfinite(seen.freedom), seen.freedom, 0.0)
    constant = np.zeros(len(freedom))
    student = freedom > 0
    constant[student] = log_student_density(np.zeros(int(student.sum())), freedom[student])
    errors = np.concatenate(
        [
            seen.on_log.astype(np.float64),
            np.where(seen.on_log, seen.log_sd, seen.additive_sd),
            np.where(seen.on_log, 0.0, seen.proportional_sd),
            freedom,
            constant,
        ]
    )
    return value.reshape(-1), np.ascontiguousarray(seen.side).reshape(-1).astype(np.int64), errors
