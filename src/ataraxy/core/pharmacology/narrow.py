"""Only what is asked: a prepared simulation without the states, readings and effects nobody wants.

What a state holds depends on what flows into it, never on what it flows into: so everything downstream of what is asked
can be left out, and the answer is the same.
"""

from __future__ import annotations

from dataclasses import replace

from ataraxy.core.pharmacology.effect import EffectModel, names_of
from ataraxy.core.pharmacology.identity import by_identity
from ataraxy.core.pharmacology.inputs import Input
from ataraxy.core.pharmacology.network import Network, Reading
from ataraxy.core.pharmacology.prepared import Prepared


def narrowed(ready: Prepared, only: frozenset[str]) -> Prepared:
    """The same people with what ``only`` names: analytes, effect sites, effects, as a simulation names them.

    A model that saturates keeps all its states: there everything may depend on everything.
    """
    if ready.network.model.saturable:
        return ready
    network, effects, place = _kept(ready.network, ready.effects, only)
    return Prepared(
        network, ready.regimen, ready.values, ready.course_starts, entering(ready.inputs, place), effects
    )


@by_identity(2)
def _kept(
    network: Network, effects: tuple[EffectModel, ...], only: frozenset[str]
) -> tuple[Network, tuple[EffectModel, ...], dict[int, int]]:
    """The network and the effects that are left, and where each state that is kept is now."""
    names = _effects(effects, only)
    sites = tuple(s for s in network.sites if s.effect in names or s.reading.name in only)
    readings = tuple(r for r in network.readings if r.name in only)
    states = _upstream(network, {r.state for r in readings} | {s.reading.state for s in sites})
    place = {state: index for index, state in enumerate(states)}
    smaller = replace(
        network,
        states=tuple(network.states[state] for state in states),
        entries=tuple(
            replace(e, row=place[e.row], column=place[e.column])
            for e in network.entries
            if e.row in place and e.column in place
        ),
        readings=tuple(_moved(reading, place) for reading in readings),
        sites=tuple(replace(site, reading=_moved(site.reading, place)) for site in sites),
    )
    return smaller, tuple(effect for effect in effects if effect.id in names), place


def _effects(effects: tuple[EffectModel, ...], only: frozenset[str]) -> frozenset[str]:
    """The effects that are told, by id; with them those of the same endpoint, or their names would change."""
    names = names_of(effects)
    endpoints = {effect.endpoint for effect, name in zip(effects, names, strict=True) if name in only}
    return frozenset(effect.id for effect in effects if effect.endpoint in endpoints)


def _upstream(network: Network, wanted: set[int]) -> list[int]:
    """These states and every one that flows into them, in their order."""
    sources = [(entry.row, entry.column) for entry in network.entries]
    while True:
        more = {column for row, column in sources if row in wanted} - wanted
        if not more:
            return sorted(wanted)
        wanted = wanted | more


def _moved(reading: Reading, place: dict[int, int]) -> Reading:
    return replace(reading, state=place[reading.state])


def entering(inputs: tuple[Input, ...], place: dict[int, int]) -> tuple[Input, ...]:
    """What enters the states that are kept; ``place``: where each of them is now."""
    return tuple(
        one if place[one.state] == one.state else replace(one, state=place[one.state])
        for one in inputs
        if one.state in place
    )
