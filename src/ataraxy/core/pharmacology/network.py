"""A model, with the effect sites it drives, as one linear system: who flows where, and how fast in each person.

Every off-diagonal rate is at least zero (a compartmental, or Metzler, matrix): ``linear`` relies on that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import Driver, EffectModel
from ataraxy.core.pharmacology.identity import by_identity
from ataraxy.core.pharmacology.model import Analyte, Basis, Enantiomer, Flow, PkModel

FloatArray = NDArray[np.float64]
Values = Mapping[str, FloatArray]  # parameter name -> (N,), in the engine's units

NG_PER_ML = 1000.0  # of one mg/L
PARENT_G_PER_MOL = 237.73
LN2 = float(np.log(2.0))


@dataclass(frozen=True, slots=True)
class Entry:
    """One term of the rate matrix: ``factor`` times every ``over``, divided by every ``under``."""

    row: int
    column: int
    factor: float
    over: tuple[str, ...] = ()
    under: tuple[str, ...] = ()

    def value(self, values: Values) -> FloatArray | float:
        product: FloatArray | float = self.factor
        for name in self.over:
            product = product * values[name]
        for name in self.under:
            product = product / values[name]
        return product


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be read off a state: ``factor`` times the state, divided by the volume ``under`` if any."""

    name: str
    state: int
    factor: float
    under: str | None
    unit: str = "ng/mL"

    def scale(self, values: Values) -> FloatArray | float:
        return self.factor / values[self.under] if self.under else self.factor


@dataclass(frozen=True, slots=True)
class Site:
    """How a driver of an effect is read: a site of its own, or the sampled blood.

    A racemic driver without a site, in a model that tells S and R apart, is read twice: its parts add up.
    """

    effect: str
    driver: Driver
    reading: Reading


@dataclass(frozen=True, slots=True)
class Network:
    """States in order, the terms of their rate matrix, and what is read off them."""

    model: PkModel
    states: tuple[str, ...]
    entries: tuple[Entry, ...]
    readings: tuple[Reading, ...]
    sites: tuple[Site, ...]

    def index(self, state: str) -> int:
        return self.states.index(state)

    @property
    def divisors(self) -> frozenset[str]:
        """Parameters that something is divided by: volumes, mean times, half-times, C50, Km."""
        under = {name for entry in self.entries for name in entry.under}
        under |= {reading.under for reading in self.readings if reading.under}
        constants = {f"{s.effect}/{s.driver.constant}" for s in self.sites if s.driver.constant}
        return frozenset(under | constants | {term.km for term in self.model.saturable})

    def matrix(self, values: Values, people: int) -> FloatArray:
        """Rate matrices in 1/min, shape (N, states, states); column j says where state j goes."""
        n = len(self.states)
        matrix = np.zeros((people, n, n))
        for entry in self.entries:
            matrix[:, entry.row, entry.column] += entry.value(values)
        return matrix


def network_of(model: PkModel, effects: Sequence[EffectModel] = ()) -> Network:
    """The linear system of a model and of the effect sites these effects need.

    Raises:
        InputRefused: an effect is driven by something the model does not tell.
    """
    return _network(model, *effects)


@by_identity(None)
def _network(model: PkModel, *effects: EffectModel) -> Network:
    states = [compartment.name for compartment in model.compartments]
    volumes = {compartment.name: compartment.volume for compartment in model.compartments}
    entries: list[Entry] = []
    for flow in model.flows:
        entries.extend(_flow_entries(flow, states, volumes))
    readings = tuple(_reading(model, analyte, states, volumes) for analyte in model.analytes)
    sites: list[Site] = []
    for effect in effects:
        for place, driver in enumerate(effect.drivers):
            bloods = _driving(model, readings, effect, driver)
            if driver.half_life is None:
                sites.extend(Site(effect.id, driver, blood) for blood in bloods)
                continue
            name = f"site:{effect.id}" if len(effect.drivers) == 1 else f"site:{effect.id}:{place + 1}"
            site, half_life = len(states), f"{effect.id}/{driver.half_life}"
            states.append(name)
            entries.extend(_site_entries(site, bloods, half_life))
            sites.append(Site(effect.id, driver, Reading(name, site, bloods[0].factor, bloods[0].under)))
    return Network(model, tuple(states), tuple(entries), readings, tuple(sites))


def _site_entries(site: int, bloods: Sequence[Reading], half_life: str) -> list[Entry]:
    """A site that follows the sum of these levels, told in the first blood's own mg: no rate is out of proportion."""
    first = bloods[0]
    entries = [Entry(site, site, -LN2, (), (half_life,))]
    for blood in bloods:
        own = blood.under == first.under
        over = () if own or first.under is None else (first.under,)
        under = () if own or blood.under is None else (blood.under,)
        entries.append(Entry(site, blood.state, LN2 * blood.factor / first.factor, over, (half_life, *under)))
    return entries


def _flow_entries(flow: Flow, states: list[str], volumes: Mapping[str, str | None]) -> list[Entry]:
    source = states.index(flow.source)
    factor, over, under = 1.0, (), ()  # type: float, tuple[str, ...], tuple[str, ...]
    if flow.clearance is not None:
        volume = volumes[flow.source]
        if volume is None:
            raise InputRefused(
                f"The flow out of {flow.source} is a clearance, and {flow.source} has no volume.",
                "Give it one, or write the flow as a rate.",
                "clearance",
            )
        over, under = (flow.clearance,), (volume,)
    elif flow.rate is not None:
        over = (flow.rate,)
    elif flow.mean_time is not None:
        factor, under = float(flow.stages), (flow.mean_time,)
    leaves = Entry(source, source, -factor, over, under)
    if flow.target is None:
        return [leaves]
    arriving = over if flow.fraction is None else (*over, flow.fraction)
    return [leaves, Entry(states.index(flow.target), source, factor, arriving, under)]


def _reading(
    model: PkModel, analyte: Analyte, states: list[str], volumes: Mapping[str, str | None]
) -> Reading:
    molar = float(analyte.g_per_mol) / PARENT_G_PER_MOL if model.basis is Basis.MOLAR else 1.0
    return Reading(
        analyte.name, states.index(analyte.compartment), NG_PER_ML * molar, volumes[analyte.compartment]
    )


def _driving(
    model: PkModel, readings: Sequence[Reading], effect: EffectModel, driver: Driver
) -> tuple[Reading, ...]:
    """The blood concentrations that drive, in terms of the enantiomer the effect asks for; they add up.

    Racemic is S and R where the model tells both. A racemic model holds half of each (the enantiomers taken to move
    alike), and a model of one enantiomer stands for half of racemic ketamine.
    """
    told = {
        analyte.enantiomer or model.enantiomer: reading
        for analyte, reading in zip(model.analytes, readings, strict=True)
        if analyte.name.removeprefix("S-").removeprefix("R-") == driver.analyte
    }
    if driver.enantiomer in told:
        return (told[driver.enantiomer],)
    if Enantiomer.RACEMIC in told:
        return (_times(0.5, told[Enantiomer.RACEMIC]),)
    if driver.enantiomer is Enantiomer.RACEMIC and told:
        halves = tuple(told[e] for e in (Enantiomer.S, Enantiomer.R) if e in told)
        return halves if len(halves) == 2 else (_times(2.0, halves[0]),)
    has_analytes = ", ".join(f"{a.name} ({a.enantiomer or model.enantiomer})" for a in model.analytes)
    raise InputRefused(
        f"{effect.name} is driven by {driver.enantiomer}-{driver.analyte}; {model.name} tells {has_analytes}.",
        "Choose a model that tells it, or leave this effect out.",
        "effects",
    )


def _times(factor: float, reading: Reading) -> Reading:
    return Reading(reading.name, reading.state, reading.factor * factor, reading.under)
