"""Every number that a paper printed, written down a second time from the sources: a slip in a file is seen here.

The anchors test what a model does, with tolerances; this tests each line, variances and errors too, which no anchor
reaches. Numbers a paper gives as CV are written as CV here, and as the variance of the log in the files.
"""

from __future__ import annotations

import math

import pytest

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import load_model, models
from ataraxy.core.pharmacology.model import Basis, Enantiomer, Site, Standing
from ataraxy.core.protocol.types import Status

K, NK, HNK = 237.73, 223.70, 239.70  # g/mol

PARAMETERS = {  # value and unit of every typical parameter
    "perez-ruixo-2021": {
        "frn": (0.54, "fraction"), "first_mg": (28, "mg"), "later": (0.62, "fraction"), "ka_nose": (2.93, "1/h"),
        "d_swallowed": (0.53, "h"), "ka_swallowed": (1.45, "1/h"), "d_oral": (0.32, "h"), "ka_oral": (0.97, "1/h"),
        "fgut": (0.64, "fraction"), "vc": (192, "L"), "q1": (84.3, "L/h"), "vp1": (143, "L"), "q2": (37.6, "L/h"),
        "vp2": (417, "L"), "qh": (151, "L/h"), "vh": (101, "L"), "kel": (1.11, "1/h"), "kmet": (2.77, "1/h"),
        "vc_nk": (70, "L"), "cl_nk": (38.0, "L/h"), "vp_nk": (115, "L"), "q_nk": (26.1, "L/h"),
    },
    "kamp-2020": {
        "v1": (25, "L"), "v2": (56, "L"), "v3": (157, "L"), "cl": (84, "L/h"), "q2": (161, "L/h"), "q3": (79, "L/h"),
    },
    "otto-2021": {
        "v1": (133, "L"), "cl": (95.2, "L/h"), "v2": (187, "L"), "q2": (23.2, "L/h"), "v3": (98.8, "L"),
        "q3": (157, "L/h"), "v1_nk": (98.638, "L"), "cl_nk": (57.72, "L/h"), "v2_nk": (160.04, "L"),
        "q_nk": (42.778, "L/h"),
    },
    "simons-2022": {
        "f1": (0.263, "fraction"), "d1": (13.1, "min"), "ka1": (0.04, "1/min"), "f2": (1.16, "fraction"),
        "d2": (29.9, "min"), "ka2": (0.049, "1/min"), "mtt_gut": (10.7, "min"), "vk1": (11.6, "L"), "vk2": (39.0, "L"),
        "vk3": (174, "L"), "clk1": (1.48, "L/min"), "clk2": (2.43, "L/min"), "clk3": (1.21, "L/min"),
        "mtt_nk": (20.1, "min"), "fm_nk": (0.8, "fraction"), "vn2": (221, "L"), "cln1": (1.0, "L/min"),
        "cln2": (2.63, "L/min"), "mtt_hnk": (1.12, "min"), "fm_hnk": (0.7, "fraction"), "vh1": (4.4, "L"),
        "vh2": (87.5, "L"), "clh1": (0.933, "L/min"), "clh2": (1.7, "L/min"),
    },
    "domino-1984": {
        "v1": (0.063, "L/kg"), "k10": (0.438, "1/min"), "k12": (0.592, "1/min"), "k13": (0.590, "1/min"),
        "k21": (0.247, "1/min"), "k31": (0.0146, "1/min"),
    },
    "clements-1981": {
        "v1": (1.7522, "L/kg"), "k10": (0.0109, "1/min"), "k12": (0.0186, "1/min"), "k21": (0.0137, "1/min"),
    },
    "hijazi-2003": {
        "v1": (1.08, "L/kg"), "k10": (0.0333, "1/min"), "k12": (0.0088, "1/min"), "k21": (0.0030, "1/min"),
    },
    "herd-2007": {"v1": (38.7, "L"), "v2": (102, "L"), "cl": (90, "L/h"), "q": (215, "L/h")},
    "hornik-2018": {"v1": (32.8, "L"), "v2": (152, "L"), "cl": (38.9, "L/h"), "q": (54.9, "L/h")},
    "flint-2017": {
        "v1": (7.73, "L"), "v2": (545, "L"), "cl": (112, "L/h"), "q": (196, "L/h"), "v_nk": (1, "L"),
        "cl_nk": (53.2, "L/h"),
    },
}  # fmt: skip


def of_cv(percent: float) -> float:
    """The variance of the log of a coefficient of variation."""
    return math.log(1 + (percent / 100) ** 2)


BETWEEN = {  # variances of the eta between people
    "perez-ruixo-2021": {
        "frn": 0.708**2, "ka_nose": of_cv(61.5), "ka_swallowed": of_cv(132), "ka_oral": of_cv(132), "vc": of_cv(27.5),
        "vp1": of_cv(49.3), "qh": of_cv(23.2), "vh": of_cv(34.6), "kel": of_cv(120), "vc_nk": of_cv(31.6),
        "cl_nk": of_cv(25.4),
    },
    "kamp-2020": {},
    "otto-2021": {"v1": 0.084177, "cl": 0.026048, "v1_nk": 0.040426, "cl_nk": 0.10319},
    "simons-2022": {
        "vk1": 0.057, "clk1": 0.029, "clk3": 0.026, "cln1": 0.050, "mtt_nk": 0.021, "vh1": 1.22, "clh1": 0.103,
        "clh2": 0.287,
    },
    "domino-1984": {},
    "clements-1981": {},
    "hijazi-2003": {},
    "herd-2007": {},
    "hornik-2018": {},
    "flint-2017": {"cl": of_cv(40.2), "cl_nk": of_cv(104)},
}  # fmt: skip
COVARIANCES = {
    "otto-2021": {("v1", "cl"): 0.02261, ("v1_nk", "cl_nk"): 0.04456},
    "flint-2017": {("cl", "cl_nk"): 0.506 * math.sqrt(of_cv(40.2) * of_cv(104))},
}
OCCASION = {
    "simons-2022": {
        "f1": 0.060, "d1": 0.154, "ka1": 0.062, "f2": 0.057, "d2": 0.611, "ka2": 0.376, "mtt_gut": 0.937,
        "mtt_nk": 0.751, "vh2": 0.152, "clh1": 0.008,
    },
}  # fmt: skip
RESIDUAL = {  # analyte: g/mol, SD of the log, proportional SD, additive SD in ng/mL
    "perez-ruixo-2021": {"ketamine": (K, 0.276, 0, 0), "norketamine": (NK, 0.422, 0, 0)},
    "otto-2021": {"ketamine": (K, 0, 0.23609, 0), "norketamine": (NK, 0, 0.14261, 0)},
    "simons-2022": {
        "ketamine": (K, 0, math.sqrt(0.012), 0),
        "norketamine": (NK, 0, 0.102, 0.058 * NK),
        "hydroxynorketamine": (HNK, 0, 0.079, 0.020 * HNK),
    },
    "flint-2017": {"ketamine": (K, 0, 0.419, 0), "norketamine": (NK, 0, 0.475, 0)},
}
MAKE = {  # site, enantiomer, basis, adults
    "perez-ruixo-2021": (Site.VENOUS, Enantiomer.S, Basis.MASS, True),
    "kamp-2020": (Site.ARTERIAL, Enantiomer.RACEMIC, Basis.MASS, True),
    "otto-2021": (Site.VENOUS, Enantiomer.S, Basis.MASS, True),
    "simons-2022": (Site.ARTERIAL, Enantiomer.S, Basis.MOLAR, True),
    "domino-1984": (Site.UNKNOWN, Enantiomer.RACEMIC, Basis.MASS, True),
    "clements-1981": (Site.UNKNOWN, Enantiomer.RACEMIC, Basis.MASS, True),
    "hijazi-2003": (Site.UNKNOWN, Enantiomer.RACEMIC, Basis.MASS, True),
    "herd-2007": (Site.UNKNOWN, Enantiomer.RACEMIC, Basis.MASS, False),
    "hornik-2018": (Site.UNKNOWN, Enantiomer.RACEMIC, Basis.MASS, False),
    "flint-2017": (Site.UNKNOWN, Enantiomer.S, Basis.MASS, False),
}
NO_WEIGHT = {"perez-ruixo-2021", "domino-1984", "clements-1981", "hijazi-2003"}  # none, or per kg in the unit
UNSCALED = {"otto-2021": {"v2", "q2", "v3", "q3", "v2_nk", "q_nk"}}  # as its authors ran it
AS_PRINTED = pytest.mark.parametrize("name", PARAMETERS)


def test_every_published_model_of_the_catalog_is_written_down_here() -> None:
    published = {model.id for model in models().values() if model.standing is Standing.PUBLISHED}
    assert published == set(PARAMETERS) == set(BETWEEN) == set(MAKE)


@AS_PRINTED
def test_every_typical_value_is_the_printed_one_in_its_unit(name: str) -> None:
    found = {p.name: (float(p.value), p.unit) for p in load_model(name).parameters}
    assert found == PARAMETERS[name]


@AS_PRINTED
def test_every_spread_is_the_printed_one_as_a_variance(name: str) -> None:
    model = load_model(name)
    found = {v.parameter: float(v.variance) for v in model.between}
    assert found == pytest.approx(BETWEEN[name], rel=2e-3)
    pairs = {(c.first, c.second): float(c.value) for c in model.between_covariances}
    assert pairs == pytest.approx(COVARIANCES.get(name, {}), rel=2e-3)
    days = {v.parameter: float(v.variance) for v in model.occasion}
    assert days == pytest.approx(OCCASION.get(name, {}), rel=2e-3)
    assert {v.parameter for v in model.between if v.spread == "logit"} == ({"frn"} & set(found))


@AS_PRINTED
def test_every_error_is_the_printed_one_in_nanograms(name: str) -> None:
    model = load_model(name)
    found = {
        a.name: (float(a.g_per_mol), float(r.log_sd), float(r.proportional_sd), float(r.additive_ng_per_ml))
        for a in model.analytes
        if (r := a.residual) is not None
    }
    assert set(found) == set(RESIDUAL.get(name, {}))
    for analyte, printed in RESIDUAL.get(name, {}).items():
        assert found[analyte] == pytest.approx(printed, rel=5e-3), analyte


@AS_PRINTED
def test_site_enantiomer_basis_and_whom_it_describes_are_as_read(name: str) -> None:
    model = load_model(name)
    assert (model.sampling_site, model.enantiomer, model.basis, model.adults) == MAKE[name]


@AS_PRINTED
def test_clearances_grow_with_weight_to_three_quarters_and_volumes_with_weight(name: str) -> None:
    for parameter in load_model(name).parameters:
        weight = [float(s.amount) for s in parameter.scalings if s.covariate == "weight_kg"]
        grows = parameter.unit in ("L", "L/h", "L/min") and name not in NO_WEIGHT
        grows = grows and parameter.name not in UNSCALED.get(name, ())
        assert weight == ([1.0 if parameter.unit == "L" else 0.75] if grows else []), parameter.name


@AS_PRINTED
def test_no_number_read_in_code_or_second_hand_is_called_verified(name: str) -> None:
    model = load_model(name)
    claims = [*model.parameters, *model.between, *model.occasion, *model.between_covariances]
    assert {claim.status for claim in claims} <= {Status.UNVERIFIED, Status.PROPOSED}


EFFECTS = {  # effect, parameter: value, unit, status
    ("perception", "c50"): (0.51 * K, "ng/mL", Status.TRIAL),
    ("perception", "half_life"): (8.3, "min", Status.TRIAL),
    ("drug-high", "c50"): (0.3 * K, "ng/mL", Status.TRIAL),
    ("cardiac-output", "half_life"): (2.28, "min", Status.UNVERIFIED),
    ("occupancy-both", "ki_s"): (0.3 * K, "ng/mL", Status.TRIAL),
    ("occupancy-both", "ki_r"): (1.4 * K, "ng/mL", Status.TRIAL),
    ("occupancy-both", "ki_s_nk"): (1.7 * NK, "ng/mL", Status.TRIAL),
    ("occupancy-both", "ki_r_nk"): (13 * NK, "ng/mL", Status.TRIAL),
    ("anxiety", "c50"): (10.5, "ng/mL", Status.TRIAL),
    ("anxiety", "kout"): (math.log(2) / 10.9, "1/d", Status.TRIAL),
    ("anxiety", "responder"): (0.67, "fraction", Status.TRIAL),
    ("anxiety", "placebo"): (0.23 / 2, "fraction", Status.PROPOSED),
    ("sedation", "c50"): (640, "ng/mL", Status.UNVERIFIED),
}


@pytest.mark.parametrize(("effect", "name"), EFFECTS)
def test_every_number_of_an_effect_that_was_read_is_the_printed_one(effect: str, name: str) -> None:
    value, unit, status = EFFECTS[effect, name]
    parameter = load_effect(effect).parameter(name)
    assert float(parameter.value) == pytest.approx(value, rel=5e-3)
    assert (parameter.unit, parameter.status) == (unit, status)


@pytest.mark.parametrize("effect", ["occupancy-s", "occupancy-r", "occupancy-ketamine"])
def test_the_occupancies_of_some_ligands_repeat_the_lines_of_all(effect: str) -> None:
    every = {p.name: p for p in load_effect("occupancy-both").parameters}
    assert all(every[p.name] == p for p in load_effect(effect).parameters)


def test_no_effect_but_those_with_a_number_read_claims_more_than_a_proposal() -> None:
    from ataraxy.catalog.effects import EFFECTS as SHELF

    for effect in SHELF.names():
        for parameter in load_effect(effect).parameters:
            base = "occupancy-both" if effect.startswith("occupancy") else effect
            if (base, parameter.name) not in EFFECTS:
                assert parameter.status is Status.PROPOSED, (effect, parameter.name)
