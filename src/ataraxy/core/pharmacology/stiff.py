"""What is nonlinear in its own state: eliminations that saturate, responses that feed back. RODAS4, person by person.

The equations are made from the model's value: the rate matrix of ``network``, Vmax A / (Km + A) of each saturable
elimination, the turnover of each slow response. Between two edges of what is given nothing depends on time, so each
stretch is solved afresh with steps as large as the tolerance allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology import rodas
from ataraxy.core.pharmacology.effect import EffectModel, Shape, names_of
from ataraxy.core.pharmacology.inputs import occasion_at
from ataraxy.core.pharmacology.network import Reading
from ataraxy.core.pharmacology.prepared import Prepared, rows_of
from ataraxy.core.pharmacology.response import bounded, direct_response, driving, role
from ataraxy.core.pharmacology.stiff_terms import (
    equations_of,
    inputs_as_arrays,
    occasion_starts,
    pivots_of,
    response_name,
    scales_of,
    sites_of,
    starts_of,
    terms_of,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

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
    failures = {
        int(i): f"{Failure(int(solved.failure[i])).name.replace('_', ' ').lower()} at minute "
        f"{solved.failed_min[i]:.6g}; nothing is told from there on"
        for i in np.flatnonzero(solved.failure)
    }
    return curves_of(ready, solved, at_min), solved.error, failures


def curves_of(ready: Prepared, solved: Solved, at_min: FloatArray) -> dict[str, FloatArray]:
    """Every reading and effect of solved people, each (N, T)."""
    told = [*ready.network.readings, *(site.reading for site in ready.network.sites if site.driver.half_life)]
    values = {reading.name: _curve(ready, solved, reading, at_min) for reading in told}
    for effect, name in zip(ready.effects, names_of(ready.effects), strict=True):
        values[name] = _response(ready, solved, effect, at_min)
    return values


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
            effect, role(effect, ready.values[0], "baseline", 1.0) * solved.of(response_name(effect))
        )
    sites = sites_of(ready, effect)
    levels = [_curve(ready, solved, site.reading, at_min) for site in sites]
    return direct_response(effect, ready.values[0], driving(sites, ready.values[0], levels))


def _solve(
    ready: Prepared, at_min: FloatArray, tolerance: float, threads: int, feedback: Mapping[str, float]
) -> Solved:
    from ataraxy.core.pharmacology import (
        lane_kernels,
        stiff_kernels,
    )  # numba is loaded when something needs it

    equations = equations_of(ready, feedback)
    people, n = len(ready), len(equations.names)
    out = np.zeros((len(equations.kept), people, len(at_min)))
    told = np.zeros((4, people))
    names = tuple(equations.names[k] for k in equations.kept)
    if people and len(at_min):
        terms = terms_of(ready, equations, feedback)
        arguments = (
            (n, people), *terms, inputs_as_arrays(ready), occasion_starts(ready),
            scales_of(ready, equations).ravel(), starts_of(equations), pivots_of(equations.pivots),
            (rodas.A.ravel(), rodas.C.ravel(), rodas.DENSE.ravel()), np.ascontiguousarray(at_min, dtype=np.float64),
            np.array(equations.kept, dtype=np.int64), tolerance, out.reshape(-1), told.reshape(-1),
        )  # fmt: skip
        counts = (lane_kernels.W, terms, len(equations.pivots.place), n)
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
