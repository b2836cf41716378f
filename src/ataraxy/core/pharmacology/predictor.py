"""A model, a regimen and people as the one function that individualising asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.inputs import occasions_of
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.observation import Observation, in_unit
from ataraxy.core.pharmacology.parameters import covariance_matrix
from ataraxy.core.pharmacology.people import FloatArray, IntArray, People
from ataraxy.core.pharmacology.prepared import prepare
from ataraxy.core.pharmacology.prior import Prior
from ataraxy.core.pharmacology.regimen import Regimen
from ataraxy.core.pharmacology.scoring import EXACT
from ataraxy.core.pharmacology.simulate import Simulation, Tier, run


@dataclass(frozen=True, slots=True, eq=False)
class Predictor:
    """What the engine predicts of people, for any of their random effects.

    ``varies`` (k,): which of the engine's effects vary at all; only those are in ``prior`` and in etas.
    Their names: ``cl`` of the model, ``olofsen-2022/c50`` of an effect, ``mtt@2`` of the second occasion.
    """

    model: PkModel
    regimen: Regimen
    people: People
    effects: tuple[EffectModel, ...]
    prior: Prior
    varies: NDArray[np.bool_]
    tier: Tier

    def simulate(self, etas: FloatArray, at_min: FloatArray, person: IntArray | None = None) -> Simulation:
        """Courses of (lanes, d) effects at ascending minutes: values (lanes, times).

        ``person`` (lanes,): whose lane each is; None: the first of the people.
        """
        every = np.zeros((len(self.varies), len(etas)))
        every[self.varies] = etas.T
        rows = np.zeros(len(etas), dtype=np.int64) if person is None else person
        ready = prepare(self.model, self.regimen, self.people.rows(rows), effects=self.effects, etas=every)
        return run(ready, at_min, tier=self.tier)


@dataclass(frozen=True, slots=True, eq=False)
class ObservedPredictor:
    """A predictor at the observations: call it as ``predict`` of ``individualise`` and its kin.

    ``observations``: those given, in the units of the engine, in the order given.
    """

    predictor: Predictor
    observations: tuple[Observation, ...]
    at_min: FloatArray
    column: IntArray  # of each observation, among ``at_min``
    noise: float  # of a prediction, relative: what ``individualise`` asks for

    @property
    def prior(self) -> Prior:
        return self.predictor.prior

    def __call__(self, etas: FloatArray, person: IntArray | None = None) -> FloatArray:
        found = self.predictor.simulate(etas, self.at_min, person).values
        return (
            np.stack(
                [found[o.kind][:, c] for o, c in zip(self.observations, self.column, strict=True)], axis=1
            )
            if self.observations
            else np.zeros((len(etas), 0))
        )


def predictor(
    model: PkModel,
    regimen: Regimen,
    people: People,
    *,
    effects: Sequence[EffectModel] = (),
    tier: Tier = Tier.NUMPY,
) -> Predictor:
    """The engine as a function of random effects, with what the model says of those beforehand.

    Raises:
        InputRefused: a model that says nothing of how people differ.
    """
    occasions = max(len(occasions_of(regimen)), 1)
    blocks = [(tuple(v.parameter for v in model.between), _covariance(model))]
    blocks += [(tuple(f"{e.id}/{v.parameter}" for v in e.between), _covariance(e)) for e in effects]
    within = covariance_matrix(model.occasion, model.occasion_covariances)
    for number in range(1, occasions + 1):
        blocks.append((tuple(f"{v.parameter}@{number}" for v in model.occasion), within))
    names = tuple(name for group, _ in blocks for name in group)
    whole = _side_by_side([matrix for _, matrix in blocks])
    varies = np.diag(whole) > 0
    prior = Prior(
        tuple(name for name, vary in zip(names, varies, strict=True) if vary), whole[np.ix_(varies, varies)]
    )
    return Predictor(model, regimen, people, tuple(effects), prior, varies, tier)


def _covariance(model: PkModel | EffectModel) -> FloatArray:
    return covariance_matrix(model.between, model.between_covariances)


def _side_by_side(blocks: Sequence[FloatArray]) -> FloatArray:
    size = sum(len(block) for block in blocks)
    whole, start = np.zeros((size, size)), 0
    for block in blocks:
        whole[start : start + len(block), start : start + len(block)] = block
        start += len(block)
    return whole


def at_observations(whole: Predictor, observations: Sequence[Observation]) -> ObservedPredictor:
    """The predictor at these readings, each turned into the engine's unit.

    Raises:
        InputRefused: a kind the model and its effects do not tell, or a unit that is not its.
    """
    at = np.unique(np.array([o.at_min for o in observations], dtype=np.float64))
    typical = whole.simulate(np.zeros((1, len(whole.prior))), at)
    units = typical.units
    for observation in observations:
        if observation.kind not in units:
            raise InputRefused(
                f"{whole.model.name} does not tell {observation.kind}.",
                f"It tells {', '.join(sorted(units))}; choose another model or an effect for it.",
                "kind",
            )
    return ObservedPredictor(
        whole,
        tuple(in_unit(o, units[o.kind]) for o in observations),
        at,
        np.searchsorted(at, np.array([o.at_min for o in observations], dtype=np.float64)),
        max(typical.achieved_error, EXACT),
    )
