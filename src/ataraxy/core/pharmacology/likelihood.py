"""How well a prediction explains what was seen, over many predictions at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.observation import Observation, ResidualError, distinct
from ataraxy.core.pharmacology.people import FloatArray, IntArray
from ataraxy.core.pharmacology.tail import (
    log_normal_below,
    log_normal_density,
    log_student_below,
    log_student_density,
)

BoolArray = NDArray[np.bool_]
SMALLEST = 1e-9  # ng/mL or points: a prediction or a spread below it counts as this
FLOOR = 0.3  # of the expected information: below that a reading still holds the search back


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Readings as arrays. Columns (n,) share their error; ``value`` and ``side`` are (n,) or (people, n).

    ``columns``: which column of a prediction belongs to each. ``side``: 0 a value, -1 at most the value
    (below the limit, or at the low end of the scale), +1 at least the value.
    """

    columns: IntArray
    value: FloatArray
    side: IntArray
    on_log: BoolArray
    log_sd: FloatArray
    proportional_sd: FloatArray
    additive_sd: FloatArray
    freedom: FloatArray  # infinity: the normal
    kinds: tuple[str, ...]
    at_min: FloatArray

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def any_student(self) -> bool:
        return bool(np.any(np.isfinite(self.freedom)))


def observed(observations: Sequence[Observation]) -> Observed:
    """The readings of one person, each id once, in the order of time: any order given, the same answer."""
    kept = distinct(observations)
    place = {observation.id: column for column, observation in enumerate(observations)}
    return _arrays(kept, [kept], np.array([place[o.id] for o in kept], dtype=np.int64), flat=True)


def observed_many(people: Sequence[Sequence[Observation]]) -> Observed:
    """The readings of many people on one schedule: value and side get shape (people, n).

    Raises:
        InputRefused: nobody, or two people whose kinds, times or errors differ.
    """
    if not people:
        raise InputRefused("There are no people.", "Give the readings of at least one.", "people")
    first = people[0]
    asked = [(o.kind, o.at_min, o.residual) for o in first]
    for number, readings in enumerate(people):
        if [(o.kind, o.at_min, o.residual) for o in readings] != asked:
            raise InputRefused(
                f"Person {number} was not observed on the schedule of the first.",
                "Individualise people of different schedules apart.",
                "observations",
            )
    return _arrays(first, people, np.arange(len(first), dtype=np.int64), flat=False)


def _arrays(
    schedule: Sequence[Observation], people: Sequence[Sequence[Observation]], columns: IntArray, *, flat: bool
) -> Observed:
    errors = [o.residual for o in schedule]
    shape = (len(schedule),) if flat else (len(people), len(schedule))
    value = np.array([o.value for row in people for o in row], dtype=np.float64).reshape(shape)
    below = np.array([o.below_limit for row in people for o in row], dtype=np.bool_).reshape(shape)
    lowest, highest = _per_column(errors, "lowest"), _per_column(errors, "highest")
    return Observed(
        columns=columns,
        value=value,
        side=np.where(below | (value <= lowest), -1, np.where(value >= highest, 1, 0)),
        on_log=np.array([e.log_sd > 0 for e in errors], dtype=np.bool_),
        log_sd=_per_column(errors, "log_sd"),
        proportional_sd=_per_column(errors, "proportional_sd"),
        additive_sd=_per_column(errors, "additive_sd"),
        freedom=np.array([math.inf if e.freedom is None else e.freedom for e in errors], dtype=np.float64),
        kinds=tuple(o.kind for o in schedule),
        at_min=np.array([o.at_min for o in schedule], dtype=np.float64),
    )


def _per_column(errors: Sequence[ResidualError], name: str) -> FloatArray:
    return np.array([getattr(error, name) for error in errors], dtype=np.float64)


def locate(seen: Observed, predicted: FloatArray) -> FloatArray:
    """Predictions (..., all columns) on the scale of each reading's error, (..., n): logs where it is."""
    in_order = len(seen) == predicted.shape[-1] and bool(np.all(seen.columns == np.arange(len(seen))))
    chosen = predicted if in_order else predicted[..., seen.columns]
    # However they came, they lie in memory alike: sums then round alike.
    chosen = np.ascontiguousarray(chosen.T).T if chosen.ndim == 2 else np.ascontiguousarray(chosen)
    if not np.any(seen.on_log):
        return chosen
    with np.errstate(invalid="ignore"):
        logs: FloatArray = np.log(np.maximum(chosen, SMALLEST))
        return logs if seen.on_log.all() else np.where(seen.on_log, logs, chosen)


@dataclass(frozen=True, slots=True, eq=False)
class _Misfit:
    """Distance ``z`` in spreads and the ``spread``, both (..., n).

    ``share``: what part of the prediction the spread takes, (n,).
    """

    z: FloatArray
    spread: FloatArray
    share: FloatArray

    def growth(self, located: FloatArray) -> FloatArray:
        """Of the spread with the prediction, (..., n)."""
        return self.share * self.share * located / self.spread


def _misfit(seen: Observed, located: FloatArray, value: FloatArray) -> _Misfit:
    share = np.where(seen.on_log, 0.0, seen.proportional_sd)
    fixed = np.where(seen.on_log, seen.log_sd, seen.additive_sd)
    spread = np.maximum(fixed, SMALLEST)
    if share.any():
        part = np.abs(share * located)
        spread = np.maximum(np.sqrt(fixed * fixed + part * part) if fixed.any() else part, SMALLEST)
    told = np.where(seen.on_log, np.log(np.maximum(value, SMALLEST)), value) if seen.on_log.any() else value
    return _Misfit((told - located) / spread, spread, share)


def log_likelihood(seen: Observed, predicted: FloatArray) -> FloatArray:
    """Log likelihood of all readings of a person under each prediction.

    Args:
        predicted: (lanes, columns), in the order of the observations given; not a number counts as impossible.

    Returns:
        (lanes,): minus infinity where a prediction is not a number.

    Source: below-quantification readings by their probability (M3, Beal 2001, doi:10.1023/A:1012299115260).
    """
    return terms(seen, locate(seen, predicted), seen.value, seen.side) @ np.ones(len(seen))


def terms(seen: Observed, located: FloatArray, value: FloatArray, side: IntArray) -> FloatArray:
    """Each reading's log likelihood, (..., n); ``located`` from ``locate``."""
    if not np.all(np.isfinite(located)):
        possible = np.isfinite(located)
        return np.where(possible, terms(seen, np.where(possible, located, 1.0), value, side), -np.inf)
    misfit = _misfit(seen, located, value)
    found = _log_density(seen, misfit.z) - np.where(seen.on_log, _log_of(value), 0.0) - np.log(misfit.spread)
    censored = np.broadcast_to(side != 0, found.shape)
    if np.any(censored):
        signed = np.where(side > 0, -misfit.z, misfit.z)
        found[censored] = _log_below(seen, signed, censored)
    return found


def _log_of(value: FloatArray) -> FloatArray:
    """What a density on the log scale owes to be one on the reading's own scale."""
    found: FloatArray = np.log(np.maximum(value, SMALLEST))
    return found


class Slopes(NamedTuple):
    """Of each reading's log likelihood by its located prediction: slope, weight for scoring, minus second derivative."""

    score: FloatArray
    weight: FloatArray
    curvature: FloatArray


def score_and_weight(
    seen: Observed, located: FloatArray, value: FloatArray, side: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Slope of each reading's log likelihood by its located prediction, and the weight of that prediction."""
    return slopes(seen, located, value, side)[:2]


def slopes(seen: Observed, located: FloatArray, value: FloatArray, side: IntArray) -> Slopes:
    """How each reading's log likelihood goes with its located prediction; shapes (..., n).

    The weight is minus the second derivative, where the prediction is taken to bend with an effect as its
    spread does (an exponential under an error in proportion, a straight line under a fixed one), and never
    less than three tenths of what is expected: scoring by it needs fewer steps than by the expectation alone.
    The curvature is the second derivative itself, by the prediction and not by the effect.
    """
    misfit = _misfit(seen, located, value)
    z, spread, growth, share = misfit.z, misfit.spread, misfit.growth(located), misfit.share
    pull, bend, expected = _robustness(seen, z, growth)
    stretch = 1 + z * growth
    score = (pull * z * stretch - growth) / spread
    extra = share * share - growth * growth
    weight = bend * stretch * stretch + pull * z * (growth * stretch - z * extra) + extra
    curvature = weight / (spread * spread) + score * growth / spread
    weight = np.maximum(weight, FLOOR * expected) / (spread * spread)
    censored = np.broadcast_to(side != 0, score.shape)
    if np.any(censored):
        sign = np.broadcast_to(side, score.shape)[censored]
        within = np.broadcast_to(spread, z.shape)[censored]
        slope = sign * stretch[censored] / within
        ratio, hazard = _hazard(seen, -sign * z[censored], censored)
        score[censored] = ratio * slope
        weight[censored] = hazard * slope * slope
        turn = (z * np.broadcast_to(extra, z.shape) - 2 * stretch * growth)[censored]
        curvature[censored] = weight[censored] - ratio * sign * turn / (within * within)
    return Slopes(score, weight, curvature)


def _robustness(
    seen: Observed, z: FloatArray, growth: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pull of each misfit (1 for the normal, less for an outlier), its slope, and the information expected."""
    if not seen.any_student:
        return np.ones_like(z), np.ones_like(z), 1 + 2 * growth * growth
    normal = np.isinf(seen.freedom)
    freedom = np.where(normal, 1.0, seen.freedom)
    around = freedom + z * z
    pull = np.where(normal, 1.0, (freedom + 1) / around)
    bend = np.where(normal, 1.0, (freedom + 1) * (freedom - z * z) / (around * around))
    place = np.where(normal, 1.0, (freedom + 1) / (freedom + 3))
    width = np.where(normal, 2.0, 2 * freedom / (freedom + 3))
    return pull, bend, place + width * growth * growth


def _log_density(seen: Observed, z: FloatArray) -> FloatArray:
    found = log_normal_density(z)
    if seen.any_student:
        student = np.isfinite(seen.freedom)
        found[..., student] = log_student_density(z[..., student], seen.freedom[student])
    return found


def _log_below(seen: Observed, z: FloatArray, chosen: BoolArray) -> FloatArray:
    freedom = np.broadcast_to(seen.freedom, z.shape)[chosen]
    return _log_below_flat(z[chosen], freedom)


def _log_below_flat(u: FloatArray, freedom: FloatArray) -> FloatArray:
    found = log_normal_below(u)
    student = np.isfinite(freedom)
    if np.any(student):
        found[student] = log_student_below(u[student], freedom[student])
    return found


def _hazard(seen: Observed, u: FloatArray, chosen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """First and minus second derivative of log P(below u), the second never below zero; flat arrays."""
    freedom = np.broadcast_to(seen.freedom, chosen.shape)[chosen]
    student = np.isfinite(freedom)
    density, pull = log_normal_density(u), u.copy()
    if np.any(student):
        density[student] = log_student_density(u[student], freedom[student])
        pull[student] *= (freedom[student] + 1) / (freedom[student] + u[student] ** 2)
    ratio = np.exp(density - _log_below_flat(u, freedom))
    return ratio, np.maximum(ratio * (ratio + pull), 0.0)


def refuse_the_impossible(seen: Observed, predicted: FloatArray) -> None:
    """A drug measured where no member of the model has any: the time or the dose is wrong.

    Raises:
        InputRefused: names the reading.
    """
    nothing = np.all(predicted[..., seen.columns] <= 0, axis=tuple(range(predicted.ndim - 1)))
    measured = np.atleast_2d(seen.side == 0).any(axis=0)
    wrong = np.flatnonzero(nothing & measured & (seen.additive_sd == 0))
    if len(wrong):
        kind, at = seen.kinds[wrong[0]], seen.at_min[wrong[0]]
        raise InputRefused(
            f"{kind} was measured at {at:g} min, where the model predicts none.",
            "Check the time of the sample against the doses, or add additive_sd.",
            "observations",
        )
