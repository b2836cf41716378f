"""Prepared once, asked many times: one model, one regimen, the same people; only their random effects change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.inputs import Input, inputs_of
from ataraxy.core.pharmacology.model import PkModel, Variation
from ataraxy.core.pharmacology.narrow import entering, narrowed
from ataraxy.core.pharmacology.network import Network
from ataraxy.core.pharmacology.parameters import typical_values, vary
from ataraxy.core.pharmacology.people import FloatArray, IntArray, People
from ataraxy.core.pharmacology.prepared import Prepared, prepare, refuse_impossible
from ataraxy.core.pharmacology.regimen import Regimen

MOST_ETA = 200.0  # exp of three such effects at once is still a number


@dataclass(frozen=True, slots=True, eq=False)
class Varied:
    """What stays while effects change. ``typical``: each person as the model's typical one, narrowed to what is asked.

    ``values``: the typical parameters, of the model and of each effect, each (people,). ``steady``: what enters does
    not depend on the effects.
    """

    model: PkModel
    people: People
    effects: tuple[EffectModel, ...]
    whole: Network
    typical: Prepared
    values: tuple[dict[str, FloatArray], ...]
    steady: bool

    def asking(self, only: frozenset[str]) -> Varied:
        """The same, for these names alone."""
        return replace(self, typical=narrowed(self.typical, only))

    @property
    def rows(self) -> int:
        """How many effects there are: the model's between, each effect's between, the occasion's once an occasion."""
        return sum(self._sizes())

    def with_etas(self, etas: FloatArray, person: IntArray | None = None) -> Prepared:
        """As ``prepare`` with these effects (rows, lanes); ``person`` (lanes,): whose each is, None: the first's.

        Raises:
            InputRefused: as ``prepare``.
        """
        if etas.shape[0] != self.rows:
            raise InputRefused(
                f"{etas.shape[0]} random effects for {self.rows} that vary.", "Give one row for each.", "etas"
            )
        lanes, whose = etas.shape[1], None if person is None or len(self.people) == 1 else person
        parts = iter(np.split(etas, np.cumsum(self._sizes())[:-1]))
        own = _of(self.values[0], whose, lanes)
        vary(own, self.model.between, next(parts))
        shared: dict[str, FloatArray] = {}
        for effect, known in zip(self.effects, self.values[1:], strict=True):
            shared |= _effect(effect, _of(known, whose, lanes), next(parts))
        values = tuple(shared | _again(own, self.model.occasion, part) for part in parts)
        if np.abs(etas).max(initial=0.0) >= MOST_ETA or not np.isfinite(etas).all():
            for one in values:
                refuse_impossible(one, self.whole.divisors)
        inputs = self._same(whose, lanes) if self.steady else self._entering(values, whose, lanes)
        return replace(self.typical, values=values, inputs=inputs)

    def _sizes(self) -> list[int]:
        return [
            len(self.model.between),
            *(len(effect.between) for effect in self.effects),
            *[len(self.model.occasion)] * len(self.typical.course_starts),
        ]

    def _same(self, whose: IntArray | None, lanes: int) -> tuple[Input, ...]:
        return tuple(
            Input(
                one.state,
                _lanes(one.mg, whose, lanes),
                _lanes(one.start_min, whose, lanes),
                _lanes(one.end_min, whose, lanes),
                one.shared,
                one.bolus,
            )
            for one in self.typical.inputs
        )

    def _entering(
        self, values: Sequence[dict[str, FloatArray]], whose: IntArray | None, lanes: int
    ) -> tuple[Input, ...]:
        rows = np.zeros(lanes, dtype=np.int64) if whose is None else whose
        known = inputs_of(
            self.whole, self.typical.regimen, self.people.rows(rows), values, self.typical.course_starts
        )
        place = {self.whole.index(state): index for index, state in enumerate(self.typical.network.states)}
        return entering(known, place)


def varied(
    model: PkModel, regimen: Regimen, people: People, *, effects: Sequence[EffectModel] = ()
) -> Varied:
    """Everything about these people that does not change with their effects.

    Raises:
        InputRefused: as ``prepare``.
    """
    typical = prepare(model, regimen, people, effects=effects)
    values = typical_values(model.parameters, people)
    of_effects = (typical_values(effect.parameters, people) for effect in effects)
    steady = not (set(_varying(model)) & set(_that_enter(model, regimen)))
    return Varied(model, people, tuple(effects), typical.network, typical, (values, *of_effects), steady)


def _varying(model: PkModel) -> Iterator[str]:
    return (variation.parameter for variation in (*model.between, *model.occasion))


def _that_enter(model: PkModel, regimen: Regimen) -> Iterator[str]:
    """The parameters on which it depends how much enters where and when."""
    for route in {dose.route for dose in regimen}:
        way = model.route_in(route)
        for path in () if way is None else way.paths:
            yield from (name for name in (path.fraction, path.rest_of, path.over, path.lag) if name)
            yield from path.times
            if path.beyond is not None:
                yield from (path.beyond.mg, path.beyond.factor)


def _of(values: dict[str, FloatArray], whose: IntArray | None, lanes: int) -> dict[str, FloatArray]:
    return {name: _lanes(value, whose, lanes) for name, value in values.items()}


def _lanes(value: FloatArray, whose: IntArray | None, lanes: int) -> FloatArray:
    return np.full(lanes, value[0]) if whose is None else value[whose]


def _effect(effect: EffectModel, own: dict[str, FloatArray], etas: FloatArray) -> dict[str, FloatArray]:
    """The effect's parameters under their full names; a responder's share lessens the top, as in ``prepare``."""
    vary(own, effect.between, etas)
    if effect.responder is not None and effect.top is not None:
        own[effect.top] = own[effect.top] * own[effect.responder]
    return {f"{effect.id}/{name}": value for name, value in own.items()}


def _again(
    own: dict[str, FloatArray], occasion: Sequence[Variation], etas: FloatArray
) -> dict[str, FloatArray]:
    values = dict(own)
    vary(values, occasion, etas)
    return values
