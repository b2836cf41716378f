"""How ketamine works, as far as anybody knows: from the level in blood to the receptor, and what is known after that.

For staff who want to understand. One typical regimen, nobody's own: 35 mg over 40 min in a person of 70 kg.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import load_model
from ataraxy.clinic.figures.types import Bands, PlannedDose, Strand
from ataraxy.clinic.plan.findings import Finding, findings
from ataraxy.clinic.plan.pictures import (
    ModelLine,
    Picture,
    Scene,
    bands_of,
    model_lines,
    note,
    picture,
    standing,
)
from ataraxy.clinic.plan.prediction import Band, Case, Forecast, bands_from, forecast
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.model import PkRoute
from ataraxy.core.pharmacology.people import FloatArray, one_person, same_people
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import simulate

MG, WEIGHT_KG, AGE_YEARS, LASTS_MIN = 35.0, 70.0, 45.0, 40.0
DOSES = (Dose(PkRoute.INTRAVENOUS, 0.0, mg=MG, duration_min=LASTS_MIN),)
SCENE = Scene("how", (PlannedDose(0.0, LASTS_MIN, "0.5 mg/kg over 40 min"),), None, 0.0, 240.0)
ARTERIAL, VENOUS, S_ARTERIAL = "kamp-2020-spread", "otto-2021-both", "simons-2022"
SLOW = ("anxiety-days", "anxiety")
SLOW_COPIES, SLOW_DAYS, SLOW_STEP_MIN = 100, 14, 480.0
COPIES, SEED = 300, 1
MIN_PER_DAY = 1440.0


@dataclass(frozen=True, slots=True)
class How:
    """Everything the page shows."""

    levels: tuple[Picture, ...]
    occupancy: Picture
    perception: Picture
    slow: tuple[Picture, ...]
    findings: dict[str, tuple[Finding, ...]]
    models: list[ModelLine]


@cache
def how_it_works() -> How:
    """The page: the same for everybody, so worked out once in a process."""
    levels = [forecast(_case(model)) for model in (ARTERIAL, VENOUS)]
    held, free = _of_effect(VENOUS, "occupancy-s"), _of_effect(VENOUS, "occupancy-r")
    perceived = _of_effect(S_ARTERIAL, "perception")
    slow = [_slow(effect) for effect in SLOW]
    return How(
        levels=tuple(_level(one) for one in levels),
        occupancy=_occupancy(held, free),
        perception=_perception(perceived),
        slow=tuple(_slow_picture(one) for one in slow),
        findings=findings(),
        models=model_lines([*(replace(one, effects=()) for one in levels), held, free, perceived, *slow]),
    )


def _case(model: str) -> Case:
    return Case(model, DOSES, WEIGHT_KG, AGE_YEARS)


def _of_effect(
    model_id: str, effect_id: str, at_min: FloatArray | None = None, copies: int = COPIES
) -> Forecast:
    """One effect of the typical regimen; ``at_min`` None: every other minute for four hours."""
    model, effect = load_model(model_id), load_effect(effect_id)
    at = np.arange(0.0, 241.0, 2.0) if at_min is None else at_min
    people = same_people(one_person(WEIGHT_KG, AGE_YEARS), copies)
    found = simulate(model, DOSES, people, at, effects=(effect,), draws=Draws(SEED))
    return bands_from(model, (effect,), found)


def _level(one: Forecast) -> Picture:
    names = ("ketamine", "norketamine")
    highest = 320.0
    found = bands_of(SCENE, one, "ketamine in blood", names, highest)
    return picture(found, f"{found.title}: {one.model.name}", note(one, names))


def _occupancy(held: Forecast, free: Forecast) -> Picture:
    """S- and R-ketamine each with its metabolite, as if it were alone at the receptor."""
    shown = Bands(
        title="NMDA receptors held",
        unit="%",
        model=held.model.name,
        standing=f"{standing(held, ())} Occupancy: illustrative, rat tissue; no clean number from people was found.",
        at=held.at_min,
        strands=(_percent("S alone", held), _percent("R alone", free)),
        starts=0.0,
        ends=240.0,
        doses=SCENE.doses,
        highest=100.0,
        id="how-occupancy",
    )
    words = f"Illustrative. {held.effects[0].cohort} Levels: venous blood; {held.model.cohort}"
    return picture(shown, f"NMDA receptors held, from rat brain in a dish: {held.model.name}", words)


def _percent(label: str, one: Forecast) -> Strand:
    band = one.bands["occupancy"]
    lower, middle, upper = (tuple(100 * v for v in row) for row in (band.lower, band.middle, band.upper))
    return Strand(label, middle, lower, upper)


def _perception(one: Forecast) -> Picture:
    """S-ketamine in blood, and at the site where perception follows it some minutes later."""
    names = ("ketamine", "site:perception")
    found = bands_of(SCENE, one, "ketamine in blood", names, 0.0)
    labels = ("in blood", "site of perception")
    strands = tuple(replace(s, label=label) for s, label in zip(found.strands, labels, strict=True))
    words = f"{found.standing} Effect: exploratory; half-time of the delay 8.3 min (Olofsen 2022)."
    shown = replace(
        found, title="S-ketamine, blood and effect", strands=strands, standing=words, id="how-perception"
    )
    caption = f"Perception follows blood with a delay: {one.model.name}"
    return picture(
        shown, caption, f"Exploratory. Arterial blood. {one.model.cohort} Effect: {one.effects[0].cohort}"
    )


def _slow(effect_id: str) -> Forecast:
    at = np.arange(0.0, SLOW_DAYS * MIN_PER_DAY + 1, SLOW_STEP_MIN)
    early = np.array([20.0, 40.0, 60.0, 120.0, 240.0])
    return _of_effect(VENOUS, effect_id, np.union1d(at, early), SLOW_COPIES)


def _slow_picture(one: Forecast) -> Picture:
    effect, band = one.effects[0], one.bands["anxiety"]
    kind = effect.standing.value.capitalize()
    shown = Bands(
        title="Anxiety (HAM-A) after one infusion",
        unit="points",
        model=effect.name,
        standing=f"Driven by {one.model.name}, venous blood. {kind}: no model of anxiety was found.",
        at=tuple(t / MIN_PER_DAY for t in one.at_min),
        strands=(_strand("HAM-A", band),),
        starts=0.0,
        ends=float(SLOW_DAYS),
        doses=(PlannedDose(0.0, 0.0, "one infusion"),),
        highest=56.0,
        time_unit="days",
        axis_words="days from the dose",
        id=f"how-{effect.id}",
    )
    return picture(shown, effect.name, f"{kind}. Venous blood. {effect.cohort}")


def _strand(label: str, band: Band) -> Strand:
    return Strand(label, band.middle, band.lower, band.upper)
