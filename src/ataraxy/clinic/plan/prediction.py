"""What published models expect of one person: many virtual copies of them, and the bands they fill.

For understanding, never for dosing: nothing that holds, prompts or computes a rate imports this. Pure functions of
plain values; the last answers are kept, by their inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import for_adults, load_model
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import Enantiomer, PkModel, PkRoute
from ataraxy.core.pharmacology.people import FloatArray, one_person, same_people
from ataraxy.core.pharmacology.regimen import Dose, Regimen
from ataraxy.core.pharmacology.simulate import Simulation, simulate
from ataraxy.core.protocol.dosing import DosePlan
from ataraxy.core.protocol.types import Drug, Route

COPIES = 300
SEED = 1  # of the copies' differences: the same for everybody, from nothing about anybody
LEVELS = (0.05, 0.5, 0.95)
UNTIL_MIN, STEP_MIN = 240.0, 2.0
KEPT = 64  # answers; a few kB each

ROUTES = {
    Route.IV_INFUSION: PkRoute.INTRAVENOUS,
    Route.SUBCUTANEOUS: PkRoute.SUBCUTANEOUS,
    Route.INTRAMUSCULAR: PkRoute.INTRAMUSCULAR,
}
FORMS = {"racemic": Enantiomer.RACEMIC}
# Side by side: arterial and venous, both kinds of ketamine together and S-ketamine alone, then two without a spread.
MODELS = {
    PkRoute.INTRAVENOUS: (
        "kamp-2020-spread",
        "otto-2021-both",
        "simons-2022",
        "perez-ruixo-2021",
        "domino-1984",
        "clements-1981",
    ),
    PkRoute.SUBCUTANEOUS: ("kamp-2020-im-sc",),
    PkRoute.INTRAMUSCULAR: ("kamp-2020-im-sc",),
}
EFFECTS = ("systolic", "diastolic", "dissociation")


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a prediction depends on. ``resting``: systolic and diastolic before a dose, where measured."""

    model: str
    doses: Regimen
    weight_kg: float
    age_years: float
    resting: tuple[float, float] | None = None
    until_min: float = UNTIL_MIN


@dataclass(frozen=True, slots=True)
class Band:
    """Quantiles over time: 5 %, the middle, 95 %; the outer two are empty where nobody knows how people differ.

    ``peaks``: each copy's own highest value, its quantiles; one number without a spread. At no one minute do as many
    lie as high as their own peaks: copies peak at different times.
    """

    name: str
    unit: str
    lower: tuple[float, ...]
    middle: tuple[float, ...]
    upper: tuple[float, ...]
    peaks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Bands by name: ketamine, norketamine, hydroxynorketamine where told, and each effect's endpoint."""

    model: PkModel
    effects: tuple[EffectModel, ...]
    at_min: tuple[float, ...]
    bands: Mapping[str, Band]


def models_for(route: PkRoute) -> tuple[str, ...]:
    """The models shown for a way of giving, the one with both enantiomers and a spread first."""
    return MODELS.get(route, ())


def dose_of(plan: DosePlan, drug: Drug) -> Dose | None:
    """A planned dose as the engine takes it; None for a form no shown model is made for."""
    form = FORMS.get(drug.form)
    if form is None or plan.route not in ROUTES:
        return None
    mg = plan.held_mg if plan.duration_min is None else plan.mg
    return Dose(
        ROUTES[plan.route], 0.0, mg=float(mg), duration_min=float(plan.duration_min or 0), enantiomer=form
    )


def tells_effects(model: PkModel) -> bool:
    """Pressure and dissociation are drawn where a model tells all of a racemic dose, and how people differ."""
    return model.enantiomer is Enantiomer.RACEMIC and bool(model.between)


@lru_cache(maxsize=KEPT)
def forecast(case: Case) -> Forecast:
    """The bands of one dose in copies of one person, by one model.

    Raises:
        InputRefused: a weight or age no person has, or a route the model does not cover.
    """
    model = for_adults(load_model(case.model))
    effects = effects_of(case.resting) if tells_effects(model) else ()
    person = one_person(case.weight_kg, case.age_years)
    copies = same_people(person, COPIES if model.between else 1)
    found = simulate(
        model, case.doses, copies, times(case.doses, case.until_min), effects=effects, draws=Draws(SEED)
    )
    return bands_from(model, effects, found)


def times(doses: Regimen, until_min: float) -> FloatArray:
    """Every other minute, and wherever a dose starts or ends."""
    edges = [t for d in doses for t in (d.start_min, d.start_min + d.duration_min) if t <= until_min]
    return np.unique(np.concatenate([np.arange(0.0, until_min + STEP_MIN / 2, STEP_MIN), edges]))


def effects_of(resting: tuple[float, float] | None) -> tuple[EffectModel, ...]:
    """The effects of the Plan page, with this person's own resting pressure where it is known."""
    loaded = [load_effect(name) for name in EFFECTS]
    if resting is None:
        return tuple(loaded)
    own = dict(zip(("systolic", "diastolic"), resting, strict=True))
    return tuple(at_rest(e, own[e.id]) if e.id in own else e for e in loaded)


def at_rest(effect: EffectModel, measured: float) -> EffectModel:
    """The effect from a measured resting value; what is left uncertain of it is the error of one reading."""
    assert effect.baseline is not None
    error = float(effect.residual_sd or 0) / measured
    parameters = tuple(
        replace(p, value=Decimal(str(measured))) if p.name == effect.baseline else p
        for p in effect.parameters
    )
    between = tuple(
        replace(v, variance=Decimal(str(round(error * error, 8)))) if v.parameter == effect.baseline else v
        for v in effect.between
    )
    return replace(effect, parameters=parameters, between=between)


def bands_from(
    model: PkModel,
    effects: Sequence[EffectModel],
    found: Simulation,
    levels: Callable[[FloatArray], FloatArray] | None = None,
) -> Forecast:
    """A simulation as bands; where a model tells S and R apart, their sum is told under the plain name.

    ``levels``: (copies, times) -> (3, times), or (1, times) where there is one typical person; None: all copies
    count the same.
    """
    quantiles = levels or _quantiles
    whole: dict[str, FloatArray] = {}
    for analyte in model.analytes:
        name = analyte.name.removeprefix("S-").removeprefix("R-")
        values = found.values[analyte.name]
        whole[name] = whole[name] + values if name in whole else values
    units = dict.fromkeys(whole, "ng/mL") | dict(found.units)
    others = found.values.keys() - {analyte.name for analyte in model.analytes}
    whole |= {name: found.values[name] for name in sorted(others)}
    bands = {
        name: _band(name, units[name], quantiles(values), quantiles(values.max(axis=1, keepdims=True)))
        for name, values in whole.items()
    }
    return Forecast(model, tuple(effects), _plain(found.at_min), MappingProxyType(bands))


def _band(name: str, unit: str, rows: FloatArray, highest: FloatArray) -> Band:
    peaks = _plain(highest[:, 0])
    if len(rows) == 1:
        return Band(name, unit, (), _plain(rows[0]), (), peaks)
    lower, middle, upper = (_plain(row) for row in rows)
    return Band(name, unit, lower, middle, upper, peaks)


def _plain(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _quantiles(values: FloatArray) -> FloatArray:
    if len(values) == 1:
        return values
    found: FloatArray = np.quantile(values, LEVELS, axis=0)
    return found
