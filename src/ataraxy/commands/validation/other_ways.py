"""The anchors by nose and in the mouth, and what other studies measured of clearance and volume."""

from __future__ import annotations

from ataraxy.commands.validation.movement import DAY_MIN, FILM, IV, NASAL, PER_H, SIX_H_MIN
from ataraxy.commands.validation.published import Anchor, Bounds, Read, Section, within_percent, within_sd
from ataraxy.commands.validation.runs import WEIGHT_KG, Curve, typical
from ataraxy.core.pharmacology.model import PkRoute

PEREZ, SIMONS, MOUTH = "perez-ruixo-2021", "simons-2022", "kamp-2020-by-mouth"

# --- by nose ---------------------------------------------------------------------------------------

BY_NOSE = {  # mg: peak, area of 24 h, noresketamine's peak and area
    28: ("43.8", "147.3", "59.1", "274.4"),
    56: ("72.5", "254.7", "119.7", "516.3"),
    84: ("101.0", "362.2", "180.0", "758.0"),
}
NOT_REPRODUCIBLE = "the paper's own parameters do not give the area its table prints; never calibrate on it"


def by_nose() -> Section:
    return Section(
        "Esketamine by nose",
        "Caucasian adults of 18 to 60 years, all sprays at once. The printed areas of noresketamine are what their own "
        "parameters give up to some 8 to 10 h, not 24 h; why is not known.",
        (*(anchor for mg in BY_NOSE for anchor in _spray(mg)), *_abstract()),
        "nose",
        "Esketamine and noresketamine after 28, 56 and 84 mg, with the published peaks.",
    )


def _spray(mg: int) -> list[Anchor]:
    curves, (peak, area, nk_peak, nk_area) = typical(PEREZ, NASAL, float(mg)), BY_NOSE[mg]
    parent, nk = curves["ketamine"], curves["norketamine"]
    return [
        _nasal(f"{mg} mg, peak of esketamine", peak, parent.peak, "ng/mL"),
        _nasal(f"{mg} mg, area of esketamine over 24 h", area, parent.area(DAY_MIN) / PER_H, "ng h/mL"),
        _nasal(f"{mg} mg, peak of noresketamine", nk_peak, nk.peak, "ng/mL"),
        _nasal(
            f"{mg} mg, area of noresketamine over 24 h",
            nk_area,
            nk.area(DAY_MIN) / PER_H,
            "ng h/mL",
            10,
            NOT_REPRODUCIBLE,
        ),
    ]


def _nasal(
    what: str, published: str, ours: float, unit: str, percent: float = 2, known_miss: str = ""
) -> Anchor:
    bounds = within_percent(published, percent)
    return Anchor(what, PEREZ, published, ours, unit, bounds, "Perez-Ruixo 2021", Read.CODE, known_miss)


def _abstract() -> list[Anchor]:
    vein, mouth = typical(PEREZ, IV, 28.0)["ketamine"], typical(PEREZ, PkRoute.ORAL, 84.0)["ketamine"]
    per_mg = vein.whole_area / 28
    nose = {mg: typical(PEREZ, NASAL, float(mg))["ketamine"].whole_area / mg / per_mg for mg in (56, 84)}
    lines = (
        ("clearance", "114", 1000 / per_mg * PER_H, "L/h"),
        ("steady volume", "752", 1000 / per_mg * vein.mean_time, "L"),
        ("share of a swallowed dose that arrives", "18.6", mouth.whole_area / 84 / per_mg * 100, "%"),
        ("share of 56 mg by nose that arrives", "54", nose[56] * 100, "%"),
        ("share of 84 mg by nose that arrives", "51", nose[84] * 100, "%"),
    )
    return [
        Anchor(what, PEREZ, published, ours, unit, within_percent(published, 5), "Perez-Ruixo 2021")
        for what, published, ours, unit in lines
    ]


# --- in the mouth ----------------------------------------------------------------------------------

FILM_50_MG = {  # peak ng/mL, its minute, area of 6 h ng min/mL
    "ketamine": ("96", "18.8", "8363"),
    "norketamine": ("276", "61", "38497"),
    "hydroxynorketamine": ("101", "81", "24087"),
}


def in_the_mouth() -> Section:
    return Section(
        "S-ketamine film and racemic wafer under the tongue",
        "The film's means are of a mixed group, the curve is one typical person; the model pools films of 50 and 100 mg "
        "and so lies up to a tenth under the 50 mg. The wafer's share and time of peak were put into our prior: their "
        "agreement proves the arithmetic, nothing else.",
        (*(anchor for analyte in FILM_50_MG for anchor in _film(analyte)), *_wafer()),
        "film",
        "S-ketamine, S-norketamine and S-hydroxynorketamine after a film of 50 mg, with the published peaks.",
    )


def _film(analyte: str) -> list[Anchor]:
    curve, (peak, minute, area) = typical(SIMONS, FILM, 50.0)[analyte], FILM_50_MG[analyte]
    lines = (
        (f"film of 50 mg, peak of {analyte}", peak, curve.peak, "ng/mL"),
        (f"film of 50 mg, when {analyte} peaks", minute, curve.peak_min, "min"),
        (f"film of 50 mg, area of {analyte} over 6 h", area, curve.area(SIX_H_MIN), "ng min/mL"),
    )
    return [
        Anchor(what, SIMONS, published, ours, unit, within_percent(published, 25), "Simons 2022")
        for what, published, ours, unit in lines
    ]


def _wafer() -> list[Anchor]:
    wafer, vein = typical(MOUTH, FILM, 25.0)["ketamine"], typical(MOUTH, IV, 10.0, 30.0)["ketamine"]
    share, peak_h = wafer.whole_area / 25 / (vein.whole_area / 10) * 100, wafer.peak_min / PER_H
    of_mean, near = Bounds(27, 31, "27 to 31 %"), within_percent("0.75", 25)
    what, source = "wafer of 25 mg", "Rolan 2014"
    return [
        Anchor(f"{what}, share that arrives", MOUTH, "29", share, "%", of_mean, source, put_in=True),
        Anchor(
            f"{what}, when ketamine peaks", MOUTH, "0.75", peak_h, "h", near, source, put_in=True, digits=2
        ),
    ]


# --- numbers of other studies ----------------------------------------------------------------------

STUDIES_DISAGREE = "studies disagree: 1.23 L/min in these ten volunteers, 1.62 in the study of tablets"
INFUSION_MIN = 40.0


def other_studies() -> Section:
    """Numbers that none of these models was made from."""
    kamp = typical("kamp-2020", IV, 35.0, INFUSION_MIN)["ketamine"]
    clearance, volume = _clearance(kamp, 35.0), _volume(kamp, 35.0)
    pool = "interval of the pool"
    return Section(
        "Numbers of other studies",
        "Clearance, volume and half-life against studies the models were not made from: the mean of people, so within "
        "two of their standard deviations, or 25 % where only a standard error is printed. The three S-models lie within "
        "those wide bounds and still differ threefold in volume and half-life.",
        (
            *(anchor for model in ("otto-2021", SIMONS, PEREZ) for anchor in _tablets(model)),
            _metabolite(),
            Anchor(
                "clearance",
                "kamp-2020",
                "79",
                clearance * PER_H,
                "L/h",
                Bounds(69, 90, f"69 to 90, {pool}"),
                "Kamp 2020",
            ),
            Anchor(
                "steady volume",
                "kamp-2020",
                "252",
                volume,
                "L",
                Bounds(200, 304, f"200 to 304, {pool}"),
                "Kamp 2020",
            ),
        ),
    )


def _clearance(curve: Curve, mg: float) -> float:
    """L/min."""
    return mg * 1000 / curve.whole_area


def _volume(curve: Curve, mg: float) -> float:
    """L, at steady state; an even infusion delays everything by half of its length."""
    return _clearance(curve, mg) * (curve.mean_time - INFUSION_MIN / 2)


def _tablets(model: str) -> list[Anchor]:
    curve = typical(model, IV, 17.5, INFUSION_MIN)["ketamine"]
    clearance, per_kg = _clearance(curve, 17.5), _volume(curve, 17.5) / WEIGHT_KG
    ten = within_percent("1.23", 25)
    known = "" if model == SIMONS else STUDIES_DISAGREE
    return [
        _tablet("clearance of S-ketamine", model, "1620", clearance * 1000, "mL/min", 380),
        _tablet("steady volume of S-ketamine", model, "6.6", per_kg, "L/kg", 2.2),
        _tablet("slowest half-life of S-ketamine", model, "5.2", curve.half_life_h, "h", 3.4),
        Anchor(
            "clearance of S-ketamine",
            model,
            "1.23",
            clearance,
            "L/min",
            ten,
            "Henthorn 2018",
            known_miss=known,
            digits=2,
        ),
    ]


def _tablet(what: str, model: str, published: str, ours: float, unit: str, sd: float) -> Anchor:
    digits = 0 if unit == "mL/min" else 2
    return Anchor(what, model, published, ours, unit, within_sd(published, sd), "tablets 2021", digits=digits)


def _metabolite() -> Anchor:
    curves = typical(SIMONS, IV, 17.5, INFUSION_MIN)
    ratio = curves["hydroxynorketamine"].whole_area / curves["ketamine"].whole_area
    return _tablet("area of S-hydroxynorketamine over that of S-ketamine", SIMONS, "1.7", ratio, "times", 0.8)
