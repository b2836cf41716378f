"""The simulations behind the report: typical people and populations, and what is read off their curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import load_model
from ataraxy.catalog.populations import load_population
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.model import Enantiomer, PkRoute
from ataraxy.core.pharmacology.people import FloatArray, one_person
from ataraxy.core.pharmacology.population import draw_people
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import simulate

WEIGHT_KG, AGE_YEARS = 70.0, 45.0
SEED, PEOPLE, POPULATION = 20261123, 2000, "clinic-adults"
# Fine where the peaks are, coarse where the curves are straight lines of the logarithm.
FINE = np.arange(0.0, 360.0, 0.1)
COARSE = np.arange(360.0, 4320.5, 1.0)
LATE = (9000.0, 9600.0)  # two minutes whose ratio tells the slowest half-life
BAND_AT = np.arange(0.0, 240.5, 1.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """One concentration of one typical person; ng/mL."""

    at_min: FloatArray
    values: FloatArray
    late: tuple[float, float]

    @property
    def peak(self) -> float:
        return float(self.values.max())

    @property
    def peak_min(self) -> float:
        return float(self.at_min[self.values.argmax()])

    def at(self, minute: float) -> float:
        return float(np.interp(minute, self.at_min, self.values))

    def area(self, until_min: float) -> float:
        """ng min/mL from the start to this minute."""
        within = self.at_min <= until_min
        return float(np.trapezoid(self.values[within], self.at_min[within]))

    @property
    def slowest_rate(self) -> float:
        """1/min, from two late levels."""
        return float(np.log(self.late[0] / self.late[1]) / (LATE[1] - LATE[0]))

    @property
    def half_life_h(self) -> float:
        return float(np.log(2.0)) / self.slowest_rate / 60

    @property
    def whole_area(self) -> float:
        """ng min/mL to the end of time; the tail by the slowest half-life."""
        return self.area(float(self.at_min[-1])) + float(self.values[-1]) / self.slowest_rate

    @property
    def mean_time(self) -> float:
        """Minutes that a molecule stays, on average, after a bolus."""
        end, rate = float(self.at_min[-1]), self.slowest_rate
        moment = float(np.trapezoid(self.values * self.at_min, self.at_min))
        tail = float(self.values[-1]) * (end / rate + 1 / rate**2)
        return (moment + tail) / self.whole_area


@cache
def typical(
    model_id: str,
    route: PkRoute,
    mg: float,
    over_min: float = 0.0,
    dose_of: Enantiomer | None = None,
    effects: tuple[str, ...] = (),
) -> Mapping[str, Curve]:
    """A typical person of 70 kg and 45 years after one dose; ``dose_of`` None: of the model's own ketamine."""
    model = load_model(model_id)
    dose = Dose(route, 0.0, mg=mg, duration_min=over_min, enantiomer=dose_of or model.enantiomer)
    at = np.concatenate([FINE, COARSE, LATE])
    person = one_person(WEIGHT_KG, AGE_YEARS)
    found = simulate(model, (dose,), person, at, effects=[load_effect(effect) for effect in effects])
    return {
        name: Curve(found.at_min[:-2], value[0, :-2], (float(value[0, -2]), float(value[0, -1])))
        for name, value in found.values.items()
    }


def together(curves: Mapping[str, Curve], names: Sequence[str]) -> Curve:
    """Several analytes of one person as one."""
    chosen = [curves[name] for name in names]
    late = (sum(curve.late[0] for curve in chosen), sum(curve.late[1] for curve in chosen))
    return Curve(chosen[0].at_min, np.sum([curve.values for curve in chosen], axis=0), late)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What everybody's endpoint changes by from its value before the dose; (people, minutes)."""

    at_min: FloatArray
    values: FloatArray

    @property
    def change(self) -> FloatArray:
        return self.values - self.values[:, :1]

    @property
    def mean(self) -> FloatArray:
        mean: FloatArray = self.change.mean(axis=0)
        return mean

    @property
    def peaks(self) -> FloatArray:
        """The largest rise of each person."""
        peaks: FloatArray = self.change.max(axis=1)
        return peaks

    @property
    def mean_peak_min(self) -> float:
        return float(self.at_min[self.mean.argmax()])

    def mean_at(self, minute: float) -> float:
        return float(np.interp(minute, self.at_min, self.mean))

    def quantile(self, share: float) -> FloatArray:
        found: FloatArray = np.quantile(self.change, share, axis=0)
        return found


@cache
def sprayed(mg: int) -> Crowd:
    """Dissociation after so many mg of esketamine by the nose, a spray of 28 mg every 5 min."""
    people = draw_people(load_population(POPULATION), PEOPLE, SEED)
    model, sprays = load_model("perez-ruixo-2021"), range(mg // 28)
    doses = tuple(Dose(PkRoute.NASAL, 5.0 * spray, mg=28.0, enantiomer=Enantiomer.S) for spray in sprays)
    effects = [load_effect("dissociation")]
    found = simulate(model, doses, people, BAND_AT, effects=effects, draws=Draws(SEED))
    return Crowd(BAND_AT, found.values["dissociation"])


EFFECTS = ("systolic", "diastolic", "pulse", "dissociation")


@cache
def crowds(model_id: str) -> Mapping[str, Crowd]:
    """Effects of 0.5 mg/kg over 40 min in a virtual population that differs as the model and the effects say."""
    return _effects_of(model_id, Dose(PkRoute.INTRAVENOUS, 0.0, mg_per_kg=0.5, duration_min=40.0))


@cache
def injected(route: PkRoute) -> Mapping[str, Crowd]:
    """The same people after 1 mg/kg at once, into a muscle or under the skin."""
    return _effects_of("kamp-2020-im-sc", Dose(route, 0.0, mg_per_kg=1.0))


def _effects_of(model_id: str, dose: Dose) -> Mapping[str, Crowd]:
    people = draw_people(load_population(POPULATION), PEOPLE, SEED)
    effects = [load_effect(effect) for effect in EFFECTS]
    found = simulate(load_model(model_id), (dose,), people, BAND_AT, effects=effects, draws=Draws(SEED))
    return {name: Crowd(BAND_AT, found.values[name]) for name in EFFECTS}
