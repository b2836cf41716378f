"""The report's pictures, drawn from the same simulations as its tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ataraxy.commands.validation.acting import COHORTS, MODELS, SITES
from ataraxy.commands.validation.chart import Band, Line, Mark, Panel, Points, draw
from ataraxy.commands.validation.movement import FILM, IV, NASAL, RACEMIC, both_halves, infusion
from ataraxy.commands.validation.other_ways import BY_NOSE, FILM_50_MG
from ataraxy.commands.validation.runs import PEOPLE, POPULATION, Crowd, Curve, crowds, typical
from ataraxy.core.pharmacology.people import FloatArray

HALF_DAY_MIN = 720.0


def every() -> Mapping[str, str]:
    """Each picture by the name of its file."""
    return {
        "models": models(),
        "nose": nose(),
        "film": film(),
        "pressure": pressure(),
        "dissociation": dissociation(),
        "occupancy": occupancy(),
    }


def _points(curve: Curve, until: float, every_min: float = 1.0, times: float = 1.0) -> Points:
    at = np.arange(0.0, until + every_min / 2, every_min)
    levels = np.interp(at, curve.at_min, curve.values) * times
    return list(zip(at.tolist(), levels.tolist(), strict=True))


def _pairs(at: FloatArray, values: FloatArray) -> Points:
    return list(zip(at.tolist(), values.tolist(), strict=True))


def models() -> str:
    """0.5 mg/kg over 40 min by each adult model, by sampling site."""
    perez = typical("perez-ruixo-2021", IV, 35.0, 40.0, RACEMIC)["ketamine"]
    simons = typical("simons-2022", IV, 35.0, 40.0, RACEMIC)["ketamine"]

    def panel(title: str, lines: tuple[Line, ...], marks: tuple[Mark, ...] = ()) -> Panel:
        return Panel(title, "ng/mL", 180.0, 300.0, 30.0, 50.0, lines, marks=marks)

    return draw(
        "validation-models",
        "Racemic ketamine, 35 mg over 40 min, 70 kg: typical people, by sampling site",
        "Three panels of concentration over 180 minutes. Arterial models peak at 253 and 289 ng/mL, venous ones at 125 and "
        "161, those of unknown site at 177 to 240; the observed venous peak of 185 stands in the venous panel.",
        (
            panel(
                "Arterial",
                (
                    Line("Simons 2022, twice S", _points(simons, 180, times=2.0), 1),
                    Line("Kamp 2020", _points(infusion("kamp-2020"), 180), 0),
                ),
            ),
            panel(
                "Venous",
                (
                    Line("Otto 2021, both halves", _points(both_halves(), 180), 0),
                    Line("Perez-Ruixo 2021, twice S", _points(perez, 180, times=2.0), 1),
                ),
                (Mark(40, 185, "observed 185"),),
            ),
            panel(
                "Site unknown",
                (
                    Line("Domino", _points(infusion("domino-1984"), 180), 0),
                    Line("Hijazi, critically ill", _points(infusion("hijazi-2003"), 180), 1),
                    Line("Clements", _points(infusion("clements-1981"), 180), 2),
                ),
            ),
        ),
        (
            "Predicted by published models; the white point was observed (Zarate 2006, second-hand; vein: remembered).",
        ),
    )


def nose() -> str:
    """Esketamine by nose with its metabolite, and the published peaks at the minute ours peaks."""
    doses = tuple(BY_NOSE)
    curves = {mg: typical("perez-ruixo-2021", NASAL, float(mg)) for mg in doses}

    def panel(title: str, analyte: str, top: float, step: float, place: int) -> Panel:
        lines, marks = [], []
        for pen, mg in enumerate(doses):
            curve = curves[mg][analyte]
            lines.append(Line(f"{mg} mg", _points(curve, HALF_DAY_MIN, 2.0), pen))
            marks.append(Mark(curve.peak_min, float(BY_NOSE[mg][place]), BY_NOSE[mg][place]))
        return Panel(title, "ng/mL", HALF_DAY_MIN, top, 120.0, step, tuple(lines), marks=tuple(marks))

    return draw(
        "validation-nose",
        "Esketamine by nose, Perez-Ruixo 2021: parent and metabolite",
        "Two panels over 12 hours: esketamine peaks at 44, 73 and 102 ng/mL after 28, 56 and 84 mg, noresketamine at 59, "
        "120 and 181; the published peaks lie on the curves.",
        (
            panel("Esketamine", "ketamine", 120.0, 20.0, 0),
            panel("Noresketamine", "norketamine", 200.0, 50.0, 2),
        ),
        (
            "Venous; all sprays at once. White points: published peaks, at our minute of peak (theirs was not read).",
        ),
    )


def film() -> str:
    """A film of 50 mg of S-ketamine: three analytes with the published peaks."""
    curves = typical("simons-2022", FILM, 50.0)
    names = {
        "ketamine": "S-ketamine",
        "norketamine": "S-norketamine",
        "hydroxynorketamine": "S-hydroxynorketamine",
    }
    panels = []
    for pen, (analyte, (peak, minute, _)) in enumerate(FILM_50_MG.items()):
        value = float(peak)
        mark = Mark(float(minute), value, f"{peak} at {minute} min", (value * 0.75, value * 1.25))
        top, step = (400.0, 100.0) if value > 200 else (150.0, 50.0)
        curve = Line("typical", _points(curves[analyte], 360), pen)
        panels.append(Panel(names[analyte], "ng/mL", 360.0, top, 60.0, step, (curve,), marks=(mark,)))
    return draw(
        "validation-film",
        "S-ketamine film of 50 mg under the tongue, Simons 2022",
        "Three panels over six hours: S-ketamine peaks at 86 ng/mL, S-norketamine at 251, S-hydroxynorketamine at 95; the "
        "published means are 96, 276 and 101, each with 25 % either way.",
        panels,
        ("Arterial. White points: published mean peaks; bars: 25 % either way. Scales differ.",),
    )


def _crowd_panel(
    crowd: Crowd, title: str, unit: str, top: float, step: float, marks: tuple[Mark, ...]
) -> Panel:
    at = crowd.at_min
    band = Band(_pairs(at, crowd.quantile(0.05)), _pairs(at, crowd.quantile(0.95)))
    lines = (
        Line("mean", _pairs(at, crowd.mean), 0),
        Line("median", _pairs(at, crowd.quantile(0.5)), 1),
    )
    return Panel(title, unit, 240.0, top, 30.0, step, lines, (band,), marks)


POPULATION_WORDS = (
    f"{PEOPLE} virtual adults ({POPULATION}); shaded: 5 to 95 % of people. Exploratory: slopes and curves are this",
    "project's wide priors, chosen with these observations in sight. White points: means of cohorts.",
)


def pressure() -> str:
    """Systolic rise of a population, arterial and venous, with the cohorts' means."""
    short = {
        "Yale cohort": "Yale",
        "741 infusions": "741 infusions",
        "Emory cohort": "Emory",
        "Wan 2015": "Wan (remembered)",
    }
    marks = tuple(
        Mark(
            40.0 if minute is None else minute,
            float(value),
            f"{short[source]} {value}",
            below=minute is not None,
        )
        for source, endpoint, value, minute, _ in COHORTS
        if endpoint == "systolic"
    )
    return draw(
        "validation-pressure",
        "Systolic rise over 0.5 mg/kg in 40 min: ours and the cohorts",
        "Two panels of systolic rise over four hours. The mean rise is 13 mmHg with the arterial and 8 with the venous "
        "model, at about 40 minutes; the cohorts' means of 3.3, 7.4, 16.0 and 19.6 lie inside the band.",
        [
            _crowd_panel(crowds(m)["systolic"], f"{m} ({SITES[m]})", "mmHg", 40.0, 10.0, marks)
            for m in MODELS
        ],
        POPULATION_WORDS,
    )  # fmt: skip


def dissociation() -> str:
    """CADSS of a population, arterial and venous."""
    marks = (
        Mark(40.0, 20.0, "20 in week 1 of a course (Glue)"),
        Mark(120.0, 4.0, "4: the trials' threshold"),
    )
    return draw(
        "validation-dissociation",
        "Dissociation (CADSS) over 0.5 mg/kg in 40 min",
        "Two panels of the CADSS over four hours: the mean peaks at 41 to 47 minutes, at 25 and 13 points, and is under 4 "
        "at 2 h; a quarter to a third of people are still above 4.",
        [
            _crowd_panel(crowds(m)["dissociation"], f"{m} ({SITES[m]})", "points", 70.0, 10.0, marks)
            for m in MODELS
        ],
        POPULATION_WORDS,
    )  # fmt: skip


def occupancy() -> str:
    """NMDA occupancy over time after a racemic infusion: arterial and venous."""

    def curve(model: str, effect: str) -> Points:
        return _points(
            typical(model, IV, 35.0, 40.0, RACEMIC, effects=(effect,))["occupancy"], 240, times=100.0
        )

    def panel(title: str, lines: tuple[Line, ...], marks: tuple[Mark, ...] = ()) -> Panel:
        return Panel(title, "%", 240.0, 80.0, 30.0, 20.0, lines, marks=marks)

    arterial = (Line("both halves of ketamine", curve("kamp-2020", "occupancy-ketamine"), 0),)
    venous = (
        Line("both halves, with norketamine", curve("otto-2021-both", "occupancy-both"), 0),
        Line("S-half alone, with S-norketamine", curve("otto-2021", "occupancy-s"), 1),
        Line("R-half alone, with R-norketamine", curve("r-ketamine-persson-2002", "occupancy-r"), 2),
    )
    return draw(
        "validation-occupancy",
        "Share of NMDA receptors held after racemic 35 mg over 40 min: illustrative, no measurement",
        "Two panels over four hours: about half of the receptors at the end of the infusion, most of it by S-ketamine.",
        (
            panel("Kamp 2020, arterial", arterial, (Mark(40.0, 46.4, "46 % at 185 ng/mL", below=True),)),
            panel("Otto 2021 and R-ketamine, venous", venous),
        ),
        (
            "Rat brain in a dish (Ebert 1997) applied to free plasma levels by a one-site law.",
            "Nobody measured occupancy in people at this dose.",
        ),
    )
