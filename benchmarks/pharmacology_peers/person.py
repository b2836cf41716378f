"""W3: the most probable effects of a person from four plasma levels, and 10,000 draws of what is still possible.

Levels at 0.67, 1.5, 3 and 8 h after the start of the first infusion of W1, 15 % proportional error, four effects (CL,
V1, Q2, V2). Peers: scipy's L-BFGS-B on a compiled exact objective, and importance sampling by numbalsoda.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from scipy.optimize import minimize

from ataraxy.core.pharmacology.individualise import individualise, individualise_many
from ataraxy.core.pharmacology.observation import Observation, ResidualError
from ataraxy.core.pharmacology.people import FloatArray, People
from ataraxy.core.pharmacology.posterior import posterior
from ataraxy.core.pharmacology.predictor import at_observations, predictor
from ataraxy.core.pharmacology.prepared import prepare
from ataraxy.core.pharmacology.simulate import Tier, run
from pharmacology_peers.workload import DURATION_MIN, SEED, Workload, table

AT_MIN = np.array([40.2, 90.0, 180.0, 480.0])
SD = 0.15
NAMES = ("cl", "v1", "q2", "v2")
VARIANCE = 0.09
RATES = ("k10", "k12", "k21", "k13", "k31", "v1", "rate")


@dataclass(frozen=True)
class Seen:
    """Levels (people, 4) in ng/mL, and the typical numbers (people, 7) of each one's weight.

    ``everybody`` and ``each``: their covariates, which nobody's time includes the drawing of.
    """

    work: Workload
    levels: FloatArray
    typical: FloatArray
    everybody: People
    each: tuple[People, ...]


def seen(work: Workload, people: int) -> Seen:
    """The first people of the workload, with their own effects and errors."""
    first = replace(work, regimen=work.regimen[:1], at_min=AT_MIN)
    ready = first.prepared(people)
    true = run(ready, AT_MIN).values["ketamine"]
    errors = np.random.default_rng(SEED).standard_normal(true.shape)
    everybody = first.people(people)
    typical = prepare(first.model, first.regimen, everybody, effects=first.effects)
    levels = true * np.maximum(1 + SD * errors, 0.2)
    each = tuple(first.people(1, person) for person in range(people))
    return Seen(first, levels, table(first, typical)[:, :7], everybody, each)


def observations(levels: FloatArray) -> list[Observation]:
    residual = ResidualError(proportional_sd=SD)
    return [
        Observation(str(place), "ketamine", float(at), float(level), "ng/mL", residual)
        for place, (at, level) in enumerate(zip(AT_MIN, levels, strict=True))
    ]


# --- ours ----------------------------------------------------------------------------------------


def ours_map(told: Seen, tier: Tier = Tier.NUMBA) -> FloatArray:
    """(people, 4) effects: everybody in one call."""
    every = [observations(levels) for levels in told.levels]
    whole = predictor(told.work.model, told.work.regimen, told.everybody, tier=tier)
    ask = at_observations(whole, every[0])
    return np.array([found.etas for found in individualise_many(ask, ask.prior, every)])


def ours_one(told: Seen, person: int, tier: Tier = Tier.NUMBA) -> FloatArray:
    """(4,) effects of one person alone, four starts: what a clinic asks."""
    ask = at_observations(
        predictor(told.work.model, told.work.regimen, told.each[person], tier=tier),
        observations(told.levels[person]),
    )
    return individualise(ask, ask.prior, observations(told.levels[person])).etas


def ours_posterior(told: Seen, person: int, draws: int, tier: Tier = Tier.NUMBA):
    ask = at_observations(
        predictor(told.work.model, told.work.regimen, told.each[person], tier=tier),
        observations(told.levels[person]),
    )
    return posterior(ask, ask.prior, observations(told.levels[person]), seed=SEED, draws=draws)


# --- scipy ---------------------------------------------------------------------------------------


@njit(cache=True)
def plasma(etas, p, at):
    """ng/mL after one infusion, in closed form: the roots of the characteristic cubic."""
    cl, v1, q2, v2 = np.exp(etas)
    k10, k12, k21, k13, k31 = p[0] * cl / v1, p[1] * q2 / v1, p[2] * q2 / v2, p[3] / v1, p[4]
    a = k10 + k12 + k13 + k21 + k31
    b = k10 * k21 + k10 * k31 + k21 * k31 + k12 * k31 + k13 * k21
    c = k10 * k21 * k31
    r = np.sqrt(max(a * a / 9 - b / 3, 0.0))
    angle = np.arccos(min(max((a * (2 * a * a / 9 - b) / 6 + c / 2) / r**3, -1.0), 1.0)) / 3
    found = np.zeros(len(at))
    roots = np.empty(3)
    for k in range(3):
        roots[k] = a / 3 + 2 * r * np.cos(angle + 2 * np.pi * k / 3)
    for k in range(3):
        x, y, z = roots[k], roots[(k + 1) % 3], roots[(k + 2) % 3]
        weight = (k21 - x) * (k31 - x) / ((y - x) * (z - x))
        for t in range(len(at)):
            on = min(at[t], DURATION_MIN)
            found[t] += weight * p[6] / (p[5] * v1) / x * (1 - np.exp(-x * on)) * np.exp(-x * (at[t] - on))
    return 1000 * found


@njit(cache=True)
def objective(etas, p, at, levels):
    predicted = plasma(etas, p, at)
    total = (etas * etas).sum() / (2 * VARIANCE)
    for t in range(len(at)):
        sd = SD * predicted[t]
        total += 0.5 * ((levels[t] - predicted[t]) / sd) ** 2 + np.log(sd)
    return total


def scipys_map(told: Seen, people: int, **options: float) -> FloatArray:
    """(people, 4) effects, one person after the other, slopes by differences."""
    return np.array(
        [
            minimize(objective, np.zeros(4), (p, AT_MIN, levels), "L-BFGS-B", options=options).x
            for p, levels in zip(told.typical[:people], told.levels[:people], strict=True)
        ]
    )


# --- importance sampling by hand -----------------------------------------------------------------


def by_hand(told: Seen, person: int, draws: int, solve) -> FloatArray:
    """(4,) posterior means: a t of 6 degrees at the most probable effects, every draw solved by a peer.

    ``solve``: numbers as the workload's (draws, columns) -> levels (draws, 4).
    """
    p, levels = told.typical[person], told.levels[person]
    best = minimize(objective, np.zeros(4), (p, AT_MIN, levels), "L-BFGS-B").x
    curvature, h = np.empty((4, 4)), 1e-3
    for i in range(4):
        for j in range(4):
            steps = [(si * h, sj * h) for si in (1, -1) for sj in (1, -1)]
            ends = [
                objective(best + np.eye(4)[i] * u + np.eye(4)[j] * v, p, AT_MIN, levels) for u, v in steps
            ]
            curvature[i, j] = (ends[0] - ends[1] - ends[2] + ends[3]) / (4 * h * h)
    root = np.linalg.cholesky(np.linalg.inv(curvature))
    generator = np.random.default_rng(SEED)
    white = generator.standard_normal((draws, 4)) / np.sqrt(generator.chisquare(6, (draws, 1)) / 6)
    etas = best + white @ root.T
    cl, v1, q2, v2 = np.exp(etas).T
    numbers = np.column_stack(
        [
            p[0] * cl / v1,
            p[1] * q2 / v1,
            p[2] * q2 / v2,
            p[3] / v1,
            np.full(draws, p[4]),
            p[5] * v1,
            np.full(draws, p[6]),
        ]
    )
    predicted = solve(numbers)
    misfit = 0.5 * (((levels - predicted) / (SD * predicted)) ** 2).sum(axis=1) + np.log(SD * predicted).sum(
        axis=1
    )
    proposal = -5.0 * np.log1p((white**2).sum(axis=1) / 6)
    weight = -misfit - (etas**2).sum(axis=1) / (2 * VARIANCE) - proposal
    weight = np.exp(weight - weight.max())
    return (weight[:, None] * etas).sum(axis=0) / weight.sum()
