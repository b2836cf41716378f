"""Exact propagation of a linear compartment system through any regimen.

Between two moments the state moves by exp(A h). A is compartmental: shifted by its largest outflow it has no
negative entry, so its series and its squarings add non-negative terms only. Nothing cancels: every entry of the
propagator is right to many digits, and equal or nearly equal rates (a transit chain, ka = CL/V) are no special case.
One propagator serves every step of the same length; constant inputs ride along as extra states.

Source: uniformisation of a compartmental (Metzler) matrix with scaling and squaring.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.inputs import Input, occasion_at
from ataraxy.core.pharmacology.minutes import each_once

FloatArray = NDArray[np.float64]

LARGEST_NORM = 2.0  # of the part of a step the series is summed for
TERMS = 25  # of that series, plus one for each state: an entry many flows away begins late in it
ROUNDING_MIN = 1e-10  # clock times of a month, told in minutes, are no finer
INPUT_SCALE = 0.01  # an input of 1 mg/min is a state of 100: no column outweighs the others


def propagator(rates: FloatArray, minutes: FloatArray | float) -> FloatArray:
    """exp(A h) for each person.

    Args:
        rates: shape (N, n, n), 1/min; no negative entry off the diagonal.
        minutes: a step for everybody, or one each of shape (N,); not below zero.

    Returns:
        Shape (N, n, n); entry (i, j): what of state j is in state i after the step.
    """
    n = rates.shape[-1]
    step = np.broadcast_to(np.asarray(minutes, dtype=np.float64), rates.shape[:1])
    outflow = np.maximum(-np.einsum("pii->pi", rates).min(axis=1, initial=0.0), 0.0)
    # The column sums bound the norm of the shifted matrix, whose entries are all at least zero.
    shifted = rates + outflow[:, np.newaxis, np.newaxis] * np.eye(n)
    norm = (shifted.sum(axis=1).max(axis=1, initial=0.0) * step).max(initial=0.0) / LARGEST_NORM
    halvings = max(0, int(np.ceil(np.log2(norm)))) if norm > 1.0 else 0
    small = (step / 2.0**halvings)[:, np.newaxis, np.newaxis]
    scaled = shifted * small
    result = np.broadcast_to(np.eye(n), rates.shape).copy()
    for k in range(TERMS + n, 0, -1):
        result = np.eye(n) + (scaled @ result) / k
    result *= np.exp(-outflow[:, np.newaxis, np.newaxis] * small)
    for _ in range(halvings):
        result = result @ result
    return result


@dataclass(frozen=True, slots=True)
class Course:
    """Everything a propagation needs: rates of each occasion, when each begins, and what enters."""

    rates: tuple[FloatArray, ...]  # of each occasion, (N, n, n)
    starts: tuple[float, ...]
    inputs: tuple[Input, ...]


def propagate(course: Course, at_min: FloatArray) -> FloatArray:
    """Amounts in every state at each of these minutes.

    Args:
        course: rates and inputs of N people.
        at_min: shape (T,), ascending.

    Returns:
        Shape (T, N, n). Zero before the first input; a bolus counts from its own minute on.
    """
    people, n, _ = course.rates[0].shape
    found = np.zeros((len(at_min), people, n))
    moments = moments_of(course, at_min)
    if len(moments) == 0:
        return found
    walk = _Walk(course, moments)
    where = np.searchsorted(at_min, moments)
    for index, moment in enumerate(moments):
        if index:
            walk.step(index - 1, float(moments[index - 1]), float(moment))
        place = where[index]
        if place < len(at_min) and at_min[place] == moment:
            found[place] = walk.state[:, :n]
    return found


def _with_inputs(rates: FloatArray, columns: Sequence[int]) -> FloatArray:
    people, n, _ = rates.shape
    wide = np.zeros((people, n + len(columns), n + len(columns)))
    wide[:, :n, :n] = rates
    for place, state in enumerate(columns):
        wide[:, state, n + place] = INPUT_SCALE
    return wide


def moments_of(course: Course, at_min: FloatArray) -> FloatArray:
    """Every minute at which something shared happens or is asked, from the first input on."""
    if not course.inputs or len(at_min) == 0 or len(course.inputs[0].mg) == 0:
        return np.zeros(0)
    shared = [one for one in course.inputs if one.shared]
    edges = [float(t[0]) for one in shared for t in (one.start_min, one.end_min)]
    first = min(course.starts[0], *(float(one.start_min.min()) for one in course.inputs))
    every = each_once(np.concatenate([at_min, edges, course.starts, [first]]))
    moments: FloatArray = every[(every >= first) & (every <= at_min[-1])]
    return moments


class _Propagators:
    """exp(A h) by step length and occasion; kept where the same step comes again."""

    def __init__(self, rates: Sequence[FloatArray], moments: FloatArray, starts: Sequence[float]) -> None:
        self.rates, self.starts = rates, starts
        self.steps = round_steps(np.diff(moments)).tolist()
        self.again = {step for step, count in Counter(self.steps).items() if count > 1}
        self.kept: dict[tuple[int, float], FloatArray] = {}

    def of(self, occasion: int, place: int) -> FloatArray:
        step = self.steps[place]
        if step not in self.again:
            return propagator(self.rates[occasion], step)
        if (occasion, step) not in self.kept:
            self.kept[occasion, step] = propagator(self.rates[occasion], step)
        return self.kept[occasion, step]


def round_steps(minutes: FloatArray) -> FloatArray:
    """Steps that differ by the rounding of clock times only become one step: the middle of their group."""
    order = np.argsort(minutes, kind="stable")
    sorted_min = minutes[order]
    group = np.concatenate([[0], np.cumsum(np.diff(sorted_min) > ROUNDING_MIN)]) if len(minutes) else order
    middle = np.bincount(group, weights=sorted_min) / np.maximum(np.bincount(group), 1)
    rounded = np.empty_like(minutes)
    rounded[order] = middle[group]
    return rounded


class _Walk:
    """The state of everybody, carried from moment to moment; the columns behind it hold the running inputs."""

    def __init__(self, course: Course, moments: FloatArray) -> None:
        people, self.n, _ = course.rates[0].shape
        self.course = course
        self.even = [one for one in course.inputs if not one.bolus]
        self.own = [one for one in course.inputs if not one.shared]
        self.columns = sorted({one.state for one in self.even})
        rates = [_with_inputs(one, self.columns) for one in course.rates]
        self.propagators = _Propagators(rates, moments, course.starts)
        self.edges = {float(t) for one in self.even if one.shared for t in (one.start_min[0], one.end_min[0])}
        self.boluses = [one for one in course.inputs if one.bolus]
        self.at_once = {float(one.start_min[0]) for one in self.boluses if one.shared}
        self.state = np.zeros((people, self.n + len(self.columns)))
        self._enter(float(moments[0]))

    def step(self, place: int, before: float, after: float) -> None:
        """From one moment to the next; cut where somebody's own input begins or ends in between."""
        occasion = occasion_at(self.course.starts, before) if len(self.course.starts) > 1 else 0
        cuts = cuts_of(self.own, (before, after), len(self.state)) if self.own else None
        if cuts is None:
            if before in self.edges or self.own:
                self._run(np.full(len(self.state), before))
            self._move(self.propagators.of(occasion, place))
        else:
            for start, end in itertools.pairwise(cuts):
                self._enter_own(start, before)
                self._run(start)
                self._move(propagator(self.propagators.rates[occasion], end - start))
        self._enter(after)

    def _move(self, by: FloatArray) -> None:
        if len(self.state) == 1:
            self.state[0] = by[0] @ self.state[0]
        else:
            self.state[:] = np.einsum("pij,pj->pi", by, self.state)

    def _run(self, at: FloatArray) -> None:
        """mg/min into each input column from a step's own beginning on; ``at`` (N,).

        Not from its middle: an asked minute may be a rounding away from an edge, with no number between them.
        """
        running = self.state[:, self.n :]
        running[:] = 0.0
        for one in self.even:
            runs = (at >= one.start_min) & (at < one.end_min)
            if runs.any():
                length = np.where(runs, one.end_min - one.start_min, 1.0)
                running[:, self.columns.index(one.state)] += np.where(
                    runs, one.mg / length / INPUT_SCALE, 0.0
                )

    def _enter(self, at: float) -> None:
        """Boluses of this very minute."""
        if at in self.at_once or self.own:
            for one in self.boluses:
                self.state[:, one.state] += np.where(one.start_min == at, one.mg, 0.0)

    def _enter_own(self, at: FloatArray, before: float) -> None:
        """Boluses that are somebody's own, at their own minute inside a step."""
        for one in self.boluses:
            if not one.shared:
                here = (one.start_min == at) & (one.start_min > before)
                self.state[:, one.state] += np.where(here, one.mg, 0.0)


def cuts_of(inputs: Sequence[Input], span: tuple[float, float], people: int) -> FloatArray | None:
    """Each person's own moments within a span, in order, with its ends: (cuts, N); None if there are none."""
    before, after = span
    own = [
        t
        for one in inputs
        for t in ((one.start_min,) if one.bolus else (one.start_min, one.end_min))
        if np.any((t > before) & (t < after))
    ]
    if not own:
        return None
    inner = np.sort(np.clip(np.array(own), before, after), axis=0)
    return np.concatenate([np.full((1, people), before), inner, np.full((1, people), after)])
