"""Climb to the most probable effects by Fisher scoring: many people, starts and perturbations in one call."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.likelihood import Observed, locate, slopes, terms
from ataraxy.core.pharmacology.people import FloatArray, IntArray
from ataraxy.core.pharmacology.prior import Prior

if TYPE_CHECKING:
    from ataraxy.core.pharmacology.fit import Fit

Predict = Callable[[FloatArray], FloatArray]
"""(lanes, d) effects -> (lanes, columns) predictions, in the order of the observations."""
PredictMany = Callable[[FloatArray, IntArray], FloatArray]
"""The same for many people: the second argument (lanes,) says whose lane each is."""


@runtime_checkable
class Fitting(Protocol):
    """A ``Predict`` that may also know the whole of estimating in one compiled piece."""

    def fit(self) -> Fit | None: ...


BoolArray = NDArray[np.bool_]

EXACT = 1e-12  # relative noise of a prediction in closed form
SMOOTH = 1e-10  # less noise than this: differences to one side will do, at half the lanes
CURVATURE_STEP = 0.05  # of a prior SD, for differences of slopes
NEAR = 3.0  # posterior SDs from the top, by scoring: from there on the second derivative leads straighter
FAR = 1  # steps after which one may be near
MOST_BENT = 8  # effects: of so many every prediction's bend is worked out too, at (d + 1) (d + 2) / 2 lanes
LEAST_CURVATURE = 1e-3  # of the prior's own: flatter is not a top
CLOSE = 3e-5  # of a posterior SD: nearer than this to the top is there
MOST_ITERATIONS = 60
FIRST_DAMPING, LEAST_DAMPING, MOST_DAMPING = 0.1, 1e-12, 1e10
DAMPED = 0.1  # at least, after a step that went too far
LEAST_SECANT = 0.4  # of the curvature known: a secant flatter than this would lead too far


def fit_of(predict: object) -> Fit | None:
    """The compiled piece of a predictor that has one."""
    return predict.fit() if isinstance(predict, Fitting) else None


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is climbed. ``reach``: how many prior SDs either way the search may go, (d,).

    ``noise``: relative noise of a prediction; it sets how far apart differences are taken. ``far``: scoring is enough.
    """

    predict: PredictMany
    prior: Prior
    seen: Observed
    reach: FloatArray
    noise: float = EXACT
    far: bool = False

    @property
    def bent(self) -> bool:
        """How predictions bend with the effects is found too: then steps are Newton's own."""
        return not self.far and len(self.prior) <= MOST_BENT

    @property
    def one_sided(self) -> bool:
        return self.noise < SMOOTH and not self.bent

    @property
    def step(self) -> float:
        """Of a prior SD: where noise and bend of a difference err alike, and never above the curvature's."""
        best = math.pow(self.noise, 0.25 if self.bent else 0.5 if self.one_sided else 1 / 3)
        return min(max(best, 1e-6), CURVATURE_STEP)

    @property
    def moves(self) -> FloatArray:
        """(lanes of one climber, d), in prior SDs: where it stands, a step along each effect, along each two."""
        return _moves(len(self.prior), self.step, self.one_sided, self.bent)

    def sensitivity(self, located: FloatArray) -> FloatArray:
        """(k, moves, n) located predictions -> (k, d, n) slopes along each effect."""
        size = len(self.prior)
        if self.one_sided:
            return (located[:, 1:] - located[:, :1]) / self.step
        return (located[:, 1 : size + 1] - located[:, size + 1 : 2 * size + 1]) / (2 * self.step)

    def turned(self, located: FloatArray, score: FloatArray) -> FloatArray:
        """(k, moves, n) located predictions, (k, n) scores -> (k, d, d): how far their bend turns the gradient."""
        size = len(self.prior)
        by_score = (located @ score[..., np.newaxis])[..., 0]
        here, plus, minus = by_score[:, :1], by_score[:, 1 : size + 1], by_score[:, size + 1 : 2 * size + 1]
        first, second = _twos(size)
        both = by_score[:, 2 * size + 1 :] - plus[:, first] - plus[:, second] + here
        bend = np.empty((len(located), size, size))
        bend[:, range(size), range(size)] = plus + minus - 2 * here
        bend[:, first, second] = bend[:, second, first] = both
        return bend / (self.step * self.step)


@lru_cache(maxsize=64)
def _moves(size: int, step: float, one_sided: bool, bent: bool) -> FloatArray:
    steps = step * np.eye(size)
    stay = np.zeros((1, size))
    first, second = _twos(size)
    both = [steps[first] + steps[second]] if bent else []
    return np.concatenate([stay, steps] if one_sided else [stay, steps, -steps, *both])


@lru_cache(maxsize=64)
def _twos(size: int) -> tuple[IntArray, IntArray]:
    """Every two different effects, once."""
    first, second = np.triu_indices(size, 1)
    return first, second


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """At each climber: minus the log posterior (k,), its gradient (k, d) and information (k, d, d).

    In units of prior SDs. ``ok`` (k,): everything there was a number. ``exact`` (k,): the information is the
    second derivative itself, found positive; else it is what scoring takes for it.
    """

    objective: FloatArray
    gradient: FloatArray
    information: FloatArray
    predicted: FloatArray  # (k, columns)
    ok: BoolArray
    exact: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """Where each climber ended, in prior SDs (k, d), and how it went."""

    place: FloatArray
    slope: Slope
    converged: BoolArray
    iterations: IntArray
    decrement: FloatArray  # how far from the top by the local curvature, in posterior SDs


def slope_at(problem: Problem, place: FloatArray, person: IntArray) -> Slope:
    """Objective, gradient and information at each place (k, d), by one predict call."""
    count, size = place.shape
    moves = problem.moves
    lanes = (place[:, np.newaxis] + moves).reshape(-1, size) * problem.prior.sd
    predicted = problem.predict(lanes, np.repeat(person, len(moves)))
    predicted = predicted.reshape(count, len(moves), -1)
    ok: BoolArray = np.all(np.isfinite(predicted), axis=(1, 2))
    sound = predicted if ok.all() else np.where(ok[:, np.newaxis, np.newaxis], predicted, 1.0)
    located = locate(problem.seen, sound)
    sensitivity = problem.sensitivity(located)
    value, side = _readings(problem.seen, person)
    likelihood = terms(problem.seen, located[:, 0], value, side).sum(axis=1)
    score, weight, curvature = slopes(problem.seen, located[:, 0], value, side)
    scale = problem.prior.sd
    precision = problem.prior.precision_in_sd
    gradient = place @ precision - (sensitivity @ score[..., np.newaxis])[..., 0]
    across = sensitivity.transpose(0, 2, 1)
    information = precision + (sensitivity * weight[:, np.newaxis]) @ across
    exact = np.zeros(count, dtype=np.bool_)
    if problem.bent:
        second = precision + (sensitivity * curvature[:, np.newaxis]) @ across
        second -= problem.turned(located, score)
        exact = _positive(second) & (_steepness(information, gradient) < NEAR)
        information = np.where(exact[:, np.newaxis, np.newaxis], second, information)
    objective = -likelihood - problem.prior.log_density(place * scale)
    ok &= np.isfinite(objective) & np.isfinite(gradient).all(axis=1)
    return Slope(np.where(ok, objective, np.inf), gradient, information, predicted[:, 0], ok, exact)


def _steepness(information: FloatArray, gradient: FloatArray) -> FloatArray:
    """How far the top is, in posterior SDs, were the effects unrelated."""
    squared: FloatArray = (gradient * gradient / np.einsum("kdd->kd", information)).sum(axis=1)
    return np.sqrt(squared)


def _positive(matrix: FloatArray) -> BoolArray:
    """Which of these symmetric matrices (k, d, d) are well above zero in every direction: by their pivots."""
    left = matrix.copy()
    found: BoolArray = np.all(np.isfinite(matrix), axis=(1, 2))
    for i in range(left.shape[1]):
        pivot = left[:, i, i]
        found &= pivot > LEAST_CURVATURE
        below = left[:, i + 1 :, i]
        safe = np.where(found, pivot, 1.0)
        left[:, i + 1 :, i + 1 :] -= below[:, :, np.newaxis] * (below / safe[:, np.newaxis])[:, np.newaxis]
    return found


def _readings(seen: Observed, person: IntArray) -> tuple[FloatArray, IntArray]:
    if seen.value.ndim == 1:
        return seen.value, seen.side
    return seen.value[person], seen.side[person]


def climb(problem: Problem, start: FloatArray, person: IntArray, at_start: Slope | None = None) -> Climb:
    """Damped scoring from each start (k, d, in prior SDs) until it is at the top; never goes down.

    ``at_start``: ``slope_at`` of the starts, if already known.

    Source: Fisher scoring with Levenberg's damping. Near the top of few effects its information is the second
    derivative itself (Newton); of many, the last two steps correct it by the secants of Broyden, Fletcher, Goldfarb
    and Shanno. Box bounds by holding effects that push outwards.
    """
    place = np.clip(start, -problem.reach, problem.reach)
    count, size = place.shape
    far = replace(problem, far=True)
    here = slope_at(far, place, person) if at_start is None else at_start
    damping, memory = np.full(count, FIRST_DAMPING), np.zeros((2, 2, count, size))
    decrement, iterations = _decrement(problem, place, here), np.zeros(count, dtype=np.int64)
    going = np.flatnonzero(here.ok & (decrement > CLOSE))
    for number in range(MOST_ITERATIONS):
        if len(going) == 0:
            break
        now = here if len(going) == count else _rows(here, going)
        step = _step(problem, place[going], now, damping[going], memory[:, :, going])
        trial = np.clip(place[going] + step, -problem.reach, problem.reach)
        there = slope_at(far if number < FAR else problem, trial, person[going])
        better = there.ok & (there.objective <= now.objective)
        iterations[going] += 1
        less, more = np.maximum(damping[going] / 10, LEAST_DAMPING), np.maximum(damping[going] * 8, DAMPED)
        damping[going] = np.where(better, less, more)
        moved, to = going[better], np.flatnonzero(better)
        memory[0][:, moved] = memory[1][:, moved]
        memory[1][:, moved] = trial[to] - place[moved], there.gradient[to] - now.gradient[to]
        place[moved] = trial[to]
        reached = _rows(there, to)
        _put(here, moved, reached)
        decrement[moved] = _decrement(problem, trial[to], reached)
        going = going[(decrement[going] > CLOSE) & (damping[going] < MOST_DAMPING)]
    return Climb(place, here, here.ok & (decrement <= CLOSE), iterations, decrement)


def _rows(slope: Slope, rows: IntArray) -> Slope:
    return Slope(
        slope.objective[rows],
        slope.gradient[rows],
        slope.information[rows],
        slope.predicted[rows],
        slope.ok[rows],
        slope.exact[rows],
    )


def _put(into: Slope, rows: IntArray, found: Slope) -> None:
    into.objective[rows] = found.objective
    into.gradient[rows] = found.gradient
    into.information[rows] = found.information
    into.predicted[rows] = found.predicted
    into.exact[rows] = found.exact


def put(into: Climb, rows: IntArray, found: Climb) -> None:
    """These climbers ended as found."""
    into.place[rows] = found.place
    into.converged[rows] = found.converged
    into.iterations[rows] = found.iterations
    into.decrement[rows] = found.decrement
    into.slope.ok[rows] = found.slope.ok
    _put(into.slope, rows, found.slope)


def _free_system(problem: Problem, place: FloatArray, slope: Slope) -> tuple[FloatArray, FloatArray]:
    """Gradient and information with the effects that press against a bound held where they are."""
    outward = (place >= problem.reach) & (slope.gradient < 0) | (place <= -problem.reach) & (
        slope.gradient > 0
    )
    if not np.any(outward):
        return slope.gradient, slope.information
    gradient = np.where(outward, 0.0, slope.gradient)
    held = outward[:, :, np.newaxis] | outward[:, np.newaxis, :]
    eye = np.eye(place.shape[1])
    return gradient, np.where(held, eye, slope.information)


def _decrement(problem: Problem, place: FloatArray, slope: Slope) -> FloatArray:
    gradient, information = _free_system(problem, place, slope)
    newton = np.linalg.solve(information, gradient[..., np.newaxis])[..., 0]
    found: FloatArray = np.sqrt(np.maximum((gradient * newton).sum(axis=1), 0.0))
    return found


def _step(
    problem: Problem, place: FloatArray, slope: Slope, damping: FloatArray, memory: FloatArray
) -> FloatArray:
    corrected = slope.information
    if memory.any() and not slope.exact.all():
        for moved, turned in memory:
            corrected = _by_secant(corrected, moved, turned)
        corrected = np.where(slope.exact[:, np.newaxis, np.newaxis], slope.information, corrected)
    gradient, information = _free_system(problem, place, replace(slope, information=corrected))
    diagonal = np.einsum("kdd->kd", information)
    damped = information + np.eye(place.shape[1]) * (damping[:, np.newaxis] * diagonal)[:, np.newaxis]
    return -np.linalg.solve(damped, gradient[..., np.newaxis])[..., 0]


def _by_secant(information: FloatArray, moved: FloatArray, turned: FloatArray) -> FloatArray:
    """The information that explains how the gradient turned along the last move; left alone where it cannot."""
    along = (information @ moved[..., np.newaxis])[..., 0]
    known, seen = (moved * along).sum(axis=1), (moved * turned).sum(axis=1)
    use = (seen > LEAST_SECANT * known) & (known > 0)
    less = np.where(use, known, 1.0)[:, np.newaxis, np.newaxis]
    more = np.where(use, seen, 1.0)[:, np.newaxis, np.newaxis]
    change = turned[:, :, np.newaxis] * turned[:, np.newaxis] / more
    change -= along[:, :, np.newaxis] * along[:, np.newaxis] / less
    return np.where(use[:, np.newaxis, np.newaxis], information + change, information)


def curvature_at(problem: Problem, place: FloatArray, person: IntArray) -> FloatArray:
    """Second derivative of minus the log posterior at each place, (k, d, d), by differences of slopes.

    Where it is not positive definite (an outlier, a flat place) the expected information stands in.
    """
    count, size = place.shape
    moves = CURVATURE_STEP * np.concatenate([np.eye(size), -np.eye(size)])
    gradients = [
        slope_at(problem, place[[row]] + moves, np.repeat(person[[row]], 2 * size)).gradient
        for row in range(count)
    ]
    gradient = np.stack(gradients)
    second = (gradient[:, :size] - gradient[:, size:]) / (2 * CURVATURE_STEP)
    second = (second + second.transpose(0, 2, 1)) / 2
    sound = np.all(np.isfinite(second), axis=(1, 2))
    lowest = np.linalg.eigvalsh(np.where(sound[:, np.newaxis, np.newaxis], second, 0.0))[:, 0]
    if np.all(lowest > LEAST_CURVATURE):
        return second
    expected = slope_at(problem, place, person).information
    return np.where((lowest > LEAST_CURVATURE)[:, np.newaxis, np.newaxis], second, expected)
