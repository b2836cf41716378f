"""People with their own numbers, ready to be propagated by either tier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.effect import EffectModel, names_of
from ataraxy.core.pharmacology.inputs import Input, inputs_of, occasion_at, occasions_of
from ataraxy.core.pharmacology.linear import Course
from ataraxy.core.pharmacology.model import Enantiomer, PkModel
from ataraxy.core.pharmacology.network import Network, Reading, network_of
from ataraxy.core.pharmacology.parameters import (
    draw_etas,
    draw_occasion_etas,
    effect_values,
    parameter_values,
    responds,
)
from ataraxy.core.pharmacology.people import People
from ataraxy.core.pharmacology.regimen import Regimen

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
EFFECT_STREAM = 100


@dataclass(frozen=True, slots=True)
class Prepared:
    """What both tiers propagate."""

    network: Network
    regimen: Regimen
    values: tuple[dict[str, FloatArray], ...]  # of each occasion: the model's and the effects' parameters
    course_starts: tuple[float, ...]
    inputs: tuple[Input, ...]
    effects: tuple[EffectModel, ...]

    def __len__(self) -> int:
        return len(next(iter(self.values[0].values())))


def prepare(
    model: PkModel,
    regimen: Regimen,
    people: People,
    *,
    effects: Sequence[EffectModel] = (),
    draws: Draws | None = None,
    etas: FloatArray | None = None,
) -> Prepared:
    """Everybody's own parameters and inputs.

    Args:
        etas: shape (k, N), in the order: the model's between, each effect's between, the model's occasion etas
            of each occasion; None: drawn from ``draws``.

    Raises:
        InputRefused: as ``simulate``.
    """
    _same_potency_known(model, regimen, effects)
    _told_once(effects)
    network = network_of(model, effects)
    # Without variability between occasions there is one set of rates for them all.
    starts = (occasions_of(regimen) if model.occasion else occasions_of(regimen)[:1]) or (0.0,)
    between, occasional, of_effects = _etas(model, people, effects, draws, etas, len(starts))
    shared: dict[str, FloatArray] = {}
    for place, effect in enumerate(effects):
        own = effect_values(effect, people, of_effects[place])
        if effect.responder is not None:
            top, share = f"{effect.id}/{effect.top}", own[f"{effect.id}/{effect.responder}"]
            own[top] = own[top] * responds(share, people, draws, place)
        shared |= own
    values = tuple(shared | parameter_values(model, people, between, eta) for eta in occasional)
    divisors = network.divisors
    for one in values:
        refuse_impossible(one, divisors)
    return Prepared(
        network, regimen, values, starts, inputs_of(network, regimen, people, values, starts), tuple(effects)
    )


def _etas(
    model: PkModel,
    people: People,
    effects: Sequence[EffectModel],
    draws: Draws | None,
    etas: FloatArray | None,
    occasions: int,
) -> tuple[FloatArray, list[FloatArray], list[FloatArray]]:
    if etas is None:
        return (
            draw_etas(model, people, draws),
            [draw_occasion_etas(model, people, draws, i) for i in range(occasions)],
            [draw_etas(e, people, draws, EFFECT_STREAM + i) for i, e in enumerate(effects)],
        )
    sizes = [len(model.between), *(len(e.between) for e in effects), *[len(model.occasion)] * occasions]
    if etas.shape != (sum(sizes), len(people)):
        raise InputRefused(
            f"{etas.shape[0]} random effects for {sum(sizes)} that vary.", "Give one row for each.", "etas"
        )
    parts = np.split(etas, np.cumsum(sizes)[:-1])
    return parts[0], parts[1 + len(effects) :], parts[1 : 1 + len(effects)]


def _same_potency_known(model: PkModel, regimen: Regimen, effects: Sequence[EffectModel]) -> None:
    single = next((d.enantiomer for d in regimen if d.enantiomer is not Enantiomer.RACEMIC), None)
    for effect in effects:
        if single is not None and any(d.enantiomer is Enantiomer.RACEMIC for d in effect.drivers):
            raise InputRefused(
                f"{effect.name} is known for racemic ketamine only; the dose is {single}-ketamine.",
                "Leave this effect out, or choose one known for that enantiomer.",
                "effects",
            )


def _told_once(effects: Sequence[EffectModel]) -> None:
    told: dict[str, str] = {}
    for effect, name in zip(effects, names_of(effects), strict=True):
        if name in told:
            raise InputRefused(
                f"{told[name]} and {effect.name} would both be told as {name}.",
                "Name each effect once; give one of two different ones another id.",
                "effects",
            )
        told[name] = effect.name


def refuse_impossible(values: Mapping[str, FloatArray], divisors: frozenset[str]) -> None:
    """Parameters no body has.

    Raises:
        InputRefused: one that is no number, is below zero, or is nothing where something is divided by it.
    """
    for name, value in values.items():
        possible = value > 0 if name in divisors else (value >= 0) | ("/" in name)
        wrong = ~(np.isfinite(value) & possible)
        if wrong.any():
            raise InputRefused(
                f"The parameter {name} is {value[wrong][0]} for a person.",
                "A parameter is a finite number, one of the drug's movement is not below zero, and a volume, a "
                "half-time or a C50 is above zero: look at the model's value, its covariates and the person's.",
                name,
            )


def course_of(ready: Prepared) -> Course:
    """The rates and inputs of prepared people."""
    rates = tuple(ready.network.matrix(values, len(ready)) for values in ready.values)
    return Course(rates, ready.course_starts, ready.inputs)


def rows_of(ready: Prepared, chosen: IntArray) -> Prepared:
    """Some of the prepared people."""
    values = tuple({name: value[chosen] for name, value in one.items()} for one in ready.values)
    inputs = tuple(
        replace(one, mg=one.mg[chosen], start_min=one.start_min[chosen], end_min=one.end_min[chosen])
        for one in ready.inputs
    )
    return replace(ready, values=values, inputs=inputs)


def read(ready: Prepared, reading: Reading, states: FloatArray, at_min: FloatArray) -> FloatArray:
    """A reading of each person at each minute, (N, T); a volume that changes with the occasion changes then."""
    scales = [np.broadcast_to(np.asarray(reading.scale(v)), (states.shape[1],)) for v in ready.values]
    amount = states[:, :, reading.state].T
    if len(scales) == 1 or all(np.array_equal(scales[0], other) for other in scales[1:]):
        steady: FloatArray = amount * scales[0][:, np.newaxis]
        return steady
    when = [occasion_at(ready.course_starts, float(t)) for t in at_min]
    changing: FloatArray = amount * np.stack(scales)[when].T
    return changing
