"""A model, a regimen and people as the one function that individualising asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import EffectModel, Shape
from ataraxy.core.pharmacology.fit_plan import plan_of
from ataraxy.core.pharmacology.identity import by_identity
from ataraxy.core.pharmacology.inputs import occasions_of
from ataraxy.core.pharmacology.minutes import each_once
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.observation import Observation, in_unit
from ataraxy.core.pharmacology.parameters import covariance_matrix
from ataraxy.core.pharmacology.people import FloatArray, IntArray, People
from ataraxy.core.pharmacology.prior import Prior
from ataraxy.core.pharmacology.regimen import Regimen
from ataraxy.core.pharmacology.scoring import EXACT
from ataraxy.core.pharmacology.simulate import Simulation, Tier, run, units_of
from ataraxy.core.pharmacology.varied import Varied, varied

if TYPE_CHECKING:
    from ataraxy.core.pharmacology.fit import Fit


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
    once: Varied

    def simulate(
        self,
        etas: FloatArray,
        at_min: FloatArray,
        person: IntArray | None = None,
        *,
        only: frozenset[str] | None = None,
    ) -> Simulation:
        """Courses of (lanes, d) effects at ascending minutes: values (lanes, times).

        ``person`` (lanes,): whose lane each is; None: the first of the people. ``only``: what is wanted, None: all.
        """
        ready = self.once.with_etas(self.every(etas), person)
        return run(ready, at_min, tier=self.tier, only=only)

    def every(self, etas: FloatArray) -> FloatArray:
        """(lanes, d) effects that vary -> (rows, lanes) of all that the engine knows; the others are zero."""
        every = np.zeros((len(self.varies), len(etas)))
        every[self.varies] = etas.T
        return every


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
    asked: Varied  # narrowed to the kinds observed

    @property
    def prior(self) -> Prior:
        return self.predictor.prior

    def __call__(self, etas: FloatArray, person: IntArray | None = None) -> FloatArray:
        predicted = np.empty(
            (len(self.observations), len(etas))
        ).T  # a column lies together, as it is worked on
        if not self.observations:
            return predicted
        ready = self.asked.with_etas(self.predictor.every(etas), person)
        found = run(ready, self.at_min, tier=self.predictor.tier).values
        for place, (observation, column) in enumerate(zip(self.observations, self.column, strict=True)):
            predicted[:, place] = found[observation.kind][:, column]
        return predicted

    def fit(self) -> Fit | None:
        """The same with all that estimating asks of it, compiled in one piece; None where only the general way can."""
        return _fit_of(self) if self.predictor.tier is Tier.NUMBA and self.observations else None


@lru_cache(maxsize=4)
def _fit_of(asked: ObservedPredictor) -> Fit | None:
    observed = [(one.kind, int(column)) for one, column in zip(asked.observations, asked.column, strict=True)]
    plan = plan_of(asked.asked, asked.predictor.varies, asked.at_min, observed)
    if plan is None:
        return None
    from ataraxy.core.pharmacology import fit  # numba is loaded when an estimate asks for it

    return fit.fit_of(plan)


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
        InputRefused: a model that says nothing of how people differ; what ``simulate`` refuses.
    """
    prior, varies = _prior_of(model, max(len(occasions_of(regimen)), 1), *effects)
    once = varied(model, regimen, people, effects=effects)
    return Predictor(model, regimen, people, tuple(effects), prior, varies, tier, once)


@by_identity(None)
def _prior_of(model: PkModel, occasions: int, *effects: EffectModel) -> tuple[Prior, NDArray[np.bool_]]:
    """What the models say of effects beforehand, and which of them vary at all."""
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
    return prior, varies


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
    at = each_once(np.array([o.at_min for o in observations], dtype=np.float64))
    units = units_of(whole.once.typical)
    for observation in observations:
        if observation.kind not in units:
            raise InputRefused(
                f"{whole.model.name} does not tell {observation.kind}.",
                f"It tells {', '.join(sorted(units))}; choose another model or an effect for it.",
                "kind",
            )
    kinds = frozenset(observation.kind for observation in observations)
    asked = whole.once.asking(kinds)
    return ObservedPredictor(
        whole,
        tuple(in_unit(o, units[o.kind]) for o in observations),
        at,
        np.searchsorted(at, np.array([o.at_min for o in observations], dtype=np.float64)),
        _noise(asked, at, whole.tier),
        asked,
    )


def _noise(asked: Varied, at_min: FloatArray, tier: Tier) -> float:
    """How far a prediction may be off, relative: rounding where it is in closed form, else what the solver tells."""
    slow = any(effect.shape is Shape.TURNOVER for effect in asked.typical.effects)
    if not slow and not asked.model.saturable:
        return EXACT
    return max(run(asked.with_etas(np.zeros((asked.rows, 1))), at_min, tier=tier).achieved_error, EXACT)
