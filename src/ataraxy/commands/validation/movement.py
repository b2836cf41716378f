"""The anchors of how ketamine moves: by vein, nose, mouth and muscle, each through ``simulate``."""

from __future__ import annotations

import numpy as np

from ataraxy.catalog.pk import load_model
from ataraxy.commands.validation.published import (
    NOT_JUDGED,
    Anchor,
    Bounds,
    Read,
    Section,
    to_printed_digits,
    within_factor,
    within_percent,
)
from ataraxy.commands.validation.runs import WEIGHT_KG, Curve, together, typical
from ataraxy.core.pharmacology.model import Enantiomer, PkRoute, Site

IV, NASAL, FILM, IM = PkRoute.INTRAVENOUS, PkRoute.NASAL, PkRoute.SUBLINGUAL, PkRoute.INTRAMUSCULAR
RACEMIC = Enantiomer.RACEMIC
ADULT = ("kamp-2020", "domino-1984", "clements-1981", "hijazi-2003", "otto-2021", "simons-2022")
OBSERVED_PEAK = "185"
DAY_MIN, SIX_H_MIN, PER_H = 1440.0, 360.0, 60.0


def infusion(model_id: str) -> Curve:
    """35 mg over 40 min of the model's own ketamine: an S-model is given 35 mg of S, for its shape."""
    return typical(model_id, IV, 35.0, 40.0)["ketamine"]


# --- 0.5 mg/kg over 40 min -------------------------------------------------------------------------


def peaks() -> Section:
    found = {model: infusion(model).peak for model in ADULT}
    low, high = min(found.values()), max(found.values())
    spread = Anchor(
        "peak: theirs inside the spread of ours (ours: the median)",
        "six adult models",
        OBSERVED_PEAK,
        float(np.median(list(found.values()))),
        "ng/mL",
        Bounds(low, high, f"{low:.0f} to {high:.0f}, lowest to highest"),
        "Zarate 2006",
        Read.SECOND_HAND,
        judged=float(OBSERVED_PEAK),
        digits=0,
    )
    racemic = [model for model in ADULT if load_model(model).enantiomer is RACEMIC]
    return Section(
        "0.5 mg/kg by vein over 40 min: models against the observed peak",
        "A typical person of 70 kg given 35 mg. The observed 185 ng/mL was drawn from a vein (remembered, not verified). "
        "Arterial models lie above it and the models known to be venous below it: part of that is the side of the "
        "circulation, the rest is what the models disagree about. Peaks of different sites are never pooled.",
        (
            spread,
            *(_told_peak(model, "racemic 35 mg", found[model]) for model in racemic),
            _told_peak("otto-2021-both", "both halves of racemic 35 mg", both_halves().peak),
            *(
                _told_peak(m, "twice the S-half of racemic 35 mg", 2 * s_half(m))
                for m in ("perez-ruixo-2021", "simons-2022")
            ),
        ),
        "models",
        "The same infusion by each adult model, by sampling site, with the observed peak.",
    )


def both_halves() -> Curve:
    """S- and R-ketamine together, by the venous model that tells each."""
    return together(typical("otto-2021-both", IV, 35.0, 40.0), ("S-ketamine", "R-ketamine"))


def s_half(model_id: str) -> float:
    return typical(model_id, IV, 35.0, 40.0, RACEMIC)["ketamine"].peak


def _told_peak(model_id: str, dose: str, ours: float) -> Anchor:
    site = load_model(model_id).sampling_site
    words = "site unknown" if site is Site.UNKNOWN else site.value
    what = f"peak, {words}, {dose}"
    return Anchor(
        what, model_id, OBSERVED_PEAK, ours, "ng/mL", NOT_JUDGED, "Zarate 2006", Read.SECOND_HAND, digits=0
    )


# --- models side by side ---------------------------------------------------------------------------

MINUTES = (40, 60, 80, 120, 230)
SIDE_BY_SIDE = {  # at each of MINUTES ng/mL, area ng h/mL, slowest half-life h
    "kamp-2020": ("253", "96", "74", "50", "27", "417", "3.06"),
    "domino-1984": ("240", "55", "46", "36", "18", "302", "1.91"),
    "clements-1981": ("177", "115", "85", "59", "36", "436", "3.05"),
    "hijazi-2003": ("225", "100", "46", "13", "4.7", "232", "4.95"),
    "herd-2007": ("253", "119", "96", "68", "26", "389", "1.34"),
    "hornik-2018": ("496", "223", "124", "71", "50", "900", "4.99"),
    "otto-2021": ("158", "104", "79", "55", "27", "368", "7.4"),
    "simons-2022": ("289", "91", "63", "38", "21", "394", "3.2"),
    "flint-2017": ("193", "24", "23", "21", "16.5", "312", "5.3"),
}


def side_by_side() -> Section:
    return Section(
        "Models side by side: 35 mg over 40 min, 70 kg",
        "The same numbers computed once with another solver: they test the files and the engine, not the models. "
        "S-models are given 35 mg of S-ketamine, for the shape. Children's models are here for arithmetic only.",
        tuple(anchor for model in SIDE_BY_SIDE for anchor in _row(model)),
    )


def _row(model_id: str) -> list[Anchor]:
    curve, printed = infusion(model_id), SIDE_BY_SIDE[model_id]
    ours = [*(curve.at(minute) for minute in MINUTES), curve.whole_area / PER_H, curve.half_life_h]
    what = [*(f"level at {minute} min" for minute in MINUTES), "whole area", "slowest half-life"]
    units = [*("ng/mL" for _ in MINUTES), "ng h/mL", "h"]
    return [_computed(model_id, *cells) for cells in zip(what, printed, ours, units, strict=True)]


def _computed(model: str, what: str, published: str, ours: float, unit: str) -> Anchor:
    bounds, digits = to_printed_digits(published), 2 if unit == "h" else 1
    return Anchor(
        what, model, published, ours, unit, bounds, "cross-model table", Read.COMPUTED, digits=digits
    )


HALVES = (  # model, analyte, peak ng/mL, when, unit of that
    ("otto-2021", "ketamine", "79", None, ""),
    ("otto-2021", "norketamine", "37", "1.48", "h"),
    ("simons-2022", "ketamine", "144", None, ""),
    ("simons-2022", "norketamine", "40", "51", "min"),
    ("simons-2022", "hydroxynorketamine", "15", "61", "min"),
    ("perez-ruixo-2021", "ketamine", "62", None, ""),
    ("perez-ruixo-2021", "norketamine", "36", "1.75", "h"),
)


def halves() -> Section:
    anchors = []
    for model, analyte, peak, at, unit in HALVES:
        curve = typical(model, IV, 35.0, 40.0, RACEMIC)[analyte]
        anchors.append(_computed(model, f"peak of S-{analyte}", peak, curve.peak, "ng/mL"))
        if at is not None:
            when = curve.peak_min / (PER_H if unit == "h" else 1)
            anchors.append(_computed(model, f"when S-{analyte} peaks", at, when, unit))
    return Section(
        "The S-half of a racemic 35 mg over 40 min",
        "An S-model is fed half of a racemic dose and tells S-ketamine only. Three models, three peaks: 62, 79, 144 ng/mL.",
        tuple(anchors),
    )


# --- by vein and muscle ----------------------------------------------------------------------------


def by_vein_and_muscle() -> Section:
    arterial = typical("simons-2022", IV, 20.0, 20.0)["ketamine"].peak
    both = Bounds(251, 287, "251 to 287, both intervals")
    infusions = [
        Anchor(
            f"S 20 mg over 20 min, peak, after the {film} mg film",
            "simons-2022",
            peak,
            arterial,
            "ng/mL",
            both,
            "Simons 2022",
        )
        for film, peak in ((50, "273"), (100, "260"))
    ]
    return Section(
        "S-ketamine 20 mg over 20 min; racemic 10 mg at once; into a muscle",
        "A bolus tests the first two minutes, where two-compartment and venous models have no say: they are told. "
        "Absorption from muscle is a wide prior of this project, and 30 and 15 minutes are one point each: a loose "
        "check. The sampling site of the bolus and of the muscle studies was not read.",
        (*infusions, *_bolus(), *_muscle()),
    )


def _bolus() -> list[Anchor]:
    level = within_factor("296", 1.71, "one GSD (1.71)")
    anchors = []
    for model in ("kamp-2020", "domino-1984", "clements-1981", "otto-2021-both"):
        curves = typical(model, IV, 10.0)
        curve = together(curves, [name for name in curves if "norketamine" not in name])
        near, far = (level, within_percent("113", 25)) if model == "kamp-2020" else (NOT_JUDGED, NOT_JUDGED)
        what, area = "racemic 10 mg at once", curve.whole_area / PER_H
        anchors += [
            Anchor(
                f"{what}, level at 2 min",
                model,
                "296",
                curve.at(2.0),
                "ng/mL",
                near,
                "10 mg by vein",
                digits=0,
            ),
            Anchor(f"{what}, whole area", model, "113", area, "ng h/mL", far, "10 mg by vein"),
        ]
    return anchors


def _muscle() -> list[Anchor]:
    anchors = []
    for mg_per_kg, minute, published in ((0.5, 30, "147"), (1.0, 15, "474")):
        ours = typical("kamp-2020-im-sc", IM, mg_per_kg * WEIGHT_KG)["ketamine"].at(minute)
        what, bounds = f"{mg_per_kg} mg/kg into a muscle, level at {minute} min", within_factor(published, 2)
        anchors.append(
            Anchor(what, "kamp-2020-im-sc", published, ours, "ng/mL", bounds, "Hirlinger 1984", digits=0)
        )
    return anchors
