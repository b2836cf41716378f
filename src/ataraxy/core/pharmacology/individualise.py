"""Fit a model to one person: the most probable effects, given what was seen, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.likelihood import (
    observed,
    observed_many,
    refuse_the_impossible,
)
from ataraxy.core.pharmacology.observation import Observation
from ataraxy.core.pharmacology.people import FloatArray, IntArray
from ataraxy.core.pharmacology.prior import Prior
from ataraxy.core.pharmacology.scoring import (
    EXACT,
    Climb,
    Predict,
    PredictMany,
    Problem,
    climb,
    curvature_at,
    fit_of,
    put,
    slope_at,
)

REACH = 6.0  # prior SDs either way: beyond that lies one person in a thousand million
MOST_LANES = 20_000  # of one predict call: beyond that nothing gets faster, only larger
AGREE = 0.01  # prior SDs: starts that end nearer than this to the best agree with it


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """The most probable effects of one person (maximum a posteriori) and Laplace's covariance of them.

    ``objective``: minus the log of likelihood times prior density, constants included (smaller is better).
    ``gradient_norm``: of the objective, by effects in prior SDs. ``starts_agreed`` of ``starts`` ended at
    the same place. ``at_bound``: effects the bounds held back; their covariance is not to be trusted.
    ``predicted`` (columns,): the model for this person at the observations, in the order given.
    """

    names: tuple[str, ...]
    etas: FloatArray
    covariance: FloatArray
    objective: float
    converged: bool
    iterations: int
    gradient_norm: float
    starts: int
    starts_agreed: int
    at_bound: tuple[str, ...]
    predicted: FloatArray
    observations: int

    @property
    def sd(self) -> FloatArray:
        return cast(FloatArray, np.sqrt(np.diag(self.covariance)))


def individualise(
    predict: Predict,
    prior: Prior,
    observations: Sequence[Observation],
    *,
    starts: int = 4,
    reach: float | FloatArray = REACH,
    seed: int = 0,
    noise: float = EXACT,
) -> Estimate:
    """The most probable effects of one person, by Fisher scoring from several starts.

    Args:
        predict: (lanes, d) effects -> (lanes, columns) predictions in the order of ``observations``.
        prior: names and covariance of the d effects; their mean is zero.
        observations: in any order; one id twice counts once; none gives the prior back.
        starts: the first from the typical person, the others drawn from the prior by ``seed``.
        reach: bounds of the search, prior SDs either way; one number or (d,).
        noise: how far ``predict`` may be off from one lane to the next, relative: a solver's tolerance.

    Returns:
        Converged or not is told, never raised.

    Raises:
        InputRefused: a reading no person of the model could show, or arguments that cannot be.
    """
    _refuse_arguments(starts, reach)
    if not observations:
        return _as_before(prior, starts)
    seen = observed(observations)
    problem = Problem(lambda etas, _: predict(etas), prior, seen, _reaches(reach, prior), noise)
    begin = _starts(prior, starts, 1, seed)
    person = np.zeros(starts, dtype=np.int64)
    ended, at_start = _climb(predict, problem, begin, person)
    refuse_the_impossible(seen, at_start[:1])
    _refuse_nowhere(ended)
    curvature = _curvature(problem, ended, _best(ended, starts), person[:1])
    return _estimates(problem, ended, starts, curvature)[0]


def individualise_many(
    predict: PredictMany,
    prior: Prior,
    people: Sequence[Sequence[Observation]],
    *,
    starts: int = 1,
    reach: float | FloatArray = REACH,
    seed: int = 0,
    noise: float = EXACT,
    exact_covariance: bool = False,
) -> tuple[Estimate, ...]:
    """The same for many people observed on one schedule: all of them are lanes of one predict call.

    Args:
        predict: as for one, with (lanes,) saying which of ``people`` each lane is.
        people: each one's readings, same kinds, times and errors in the same order, no id twice.
        exact_covariance: differentiate once more where the search did not, as ``individualise`` always does. Of up
            to eight effects it nearly always did; of more the covariance without it comes from what scoring takes
            for the curvature: on average right, for one person up to a third off.

    Returns:
        One estimate a person.

    Raises:
        InputRefused: schedules that differ, or arguments that cannot be.
    """
    _refuse_arguments(starts, reach)
    seen = observed_many(people)
    if len(seen) == 0:
        return tuple(_as_before(prior, starts) for _ in people)
    problem = Problem(predict, prior, seen, _reaches(reach, prior), noise)
    block = max(MOST_LANES // (starts * len(problem.moves)), 1)
    found: list[Estimate] = []
    for first in range(0, len(people), block):
        some = np.arange(first, min(first + block, len(people)), dtype=np.int64)
        person = np.repeat(some, starts)
        ended, _ = _climb(predict, problem, _starts(prior, starts, len(some), seed), person)
        _refuse_nowhere(ended)
        best = _best(ended, starts)
        curvature = _curvature(problem, ended, best, some) if exact_covariance else None
        found.extend(_estimates(problem, ended, starts, curvature))
    return tuple(found)


def _climb(
    predict: object, problem: Problem, begin: FloatArray, person: IntArray
) -> tuple[Climb, FloatArray]:
    """Where each climber ends, and what is predicted where it begins (k, columns): compiled where that can be."""
    fit = fit_of(predict)
    found = None if fit is None else fit.climb(problem, begin, person)
    if found is None:
        inside = np.clip(begin, -problem.reach, problem.reach)
        at_start = slope_at(replace(problem, far=True), inside, person)
        return climb(problem, inside, person, at_start), at_start.predicted.copy()
    rest = np.flatnonzero(found.left_over)
    if len(rest):
        others = climb(problem, begin[rest], person[rest])
        put(found.climb, rest, others)
    return found.climb, found.at_start


def _starts(prior: Prior, starts: int, people: int, seed: int) -> FloatArray:
    """(people x starts, d) in prior SDs; a person's starts do not depend on how many people there are."""
    return np.tile(_places(prior, starts, seed), (people, 1))


@lru_cache(maxsize=32)
def _places(prior: Prior, starts: int, seed: int) -> FloatArray:
    others = prior.draw(starts - 1, np.random.Generator(np.random.Philox(seed))) / prior.sd
    return np.concatenate([np.zeros((1, len(prior))), others])


def _best(ended: Climb, starts: int) -> IntArray:
    """Which climber of each person's got furthest, (people,)."""
    objective = ended.slope.objective.reshape(-1, starts)
    best: IntArray = np.argmin(objective, axis=1) + starts * np.arange(len(objective), dtype=np.int64)
    return best


def _curvature(problem: Problem, ended: Climb, best: IntArray, person: IntArray) -> FloatArray:
    """Second derivative of minus the log posterior where each person's best climber ended."""
    if ended.slope.exact[best].all():
        return ended.slope.information[best]
    return curvature_at(problem, ended.place[best], person)


def _estimates(
    problem: Problem, ended: Climb, starts: int, curvature: FloatArray | None
) -> tuple[Estimate, ...]:
    people = len(ended.place) // starts
    best = _best(ended, starts)
    scale = problem.prior.sd
    information = ended.slope.information[best] if curvature is None else curvature
    covariance = np.linalg.inv(information) * np.outer(scale, scale)
    covariance = (covariance + covariance.transpose(0, 2, 1)) / 2
    away = np.abs(ended.place.reshape(people, starts, -1) - ended.place[best][:, np.newaxis]).max(axis=2)
    agreed = ((away < AGREE) & ended.converged.reshape(people, starts)).sum(axis=1)
    names = problem.prior.names
    bound = np.abs(ended.place[best]) >= problem.reach
    held = bound @ np.ones(len(names)) > 0
    steepness = np.linalg.norm(np.where(bound, 0.0, ended.slope.gradient[best]), axis=1)
    return tuple(
        Estimate(
            names=names,
            etas=ended.place[row] * scale,
            covariance=covariance[number],
            objective=float(ended.slope.objective[row]),
            converged=bool(ended.converged[row]),
            iterations=int(ended.iterations[row]),
            gradient_norm=float(steepness[number]),
            starts=starts,
            starts_agreed=int(agreed[number]),
            at_bound=tuple(names[i] for i in np.flatnonzero(bound[number])) if held[number] else (),
            predicted=ended.slope.predicted[row],
            observations=len(problem.seen),
        )
        for number, row in enumerate(best)
    )


def _as_before(prior: Prior, starts: int) -> Estimate:
    """Nothing was seen: exactly the prior."""
    nobody = np.zeros(len(prior))
    return Estimate(
        names=prior.names,
        etas=nobody,
        covariance=prior.covariance.copy(),
        objective=-float(prior.log_density(nobody[np.newaxis])[0]),
        converged=True,
        iterations=0,
        gradient_norm=0.0,
        starts=starts,
        starts_agreed=starts,
        at_bound=(),
        predicted=np.zeros(0),
        observations=0,
    )


def _reaches(reach: float | FloatArray, prior: Prior) -> FloatArray:
    return np.broadcast_to(np.asarray(reach, dtype=np.float64), (len(prior),))


def _refuse_arguments(starts: int, reach: float | FloatArray) -> None:
    if starts < 1:
        raise InputRefused(f"{starts} starts find nothing.", "Ask for at least one.", "starts")
    if not np.all(np.asarray(reach) > 0):
        raise InputRefused("The search has no room.", "Give a reach above zero prior SDs.", "reach")


def _refuse_nowhere(ended: Climb) -> None:
    if not np.all(np.isfinite(ended.slope.objective)):
        raise InputRefused(
            "The model gives no number at the times observed.",
            "Check the regimen and the times; a reading so far from any person of the model is an error.",
            "observations",
        )
