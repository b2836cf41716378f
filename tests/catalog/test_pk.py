"""The published models of how ketamine moves, as files."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ataraxy.catalog.library import HOME, sources, toml_files
from ataraxy.catalog.pk import for_adults, load_model, models, parse_model
from ataraxy.core.errors import CatalogError, InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.model import PkRoute, Standing
from ataraxy.core.pharmacology.parameters import draw_etas, parameter_values
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import simulate
from ataraxy.core.protocol.types import Status

MODELS = [path.name.removesuffix(".toml") for path in toml_files("pk_models")]


def text_of(model_id):
    return (HOME / "pk_models" / f"{model_id}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODELS)
def test_every_model_loads_and_says_where_its_numbers_are_from_and_what_it_leaves_out(name):
    model = load_model(name)
    assert model is load_model(name)
    assert models()[name] == model
    assert model.leaves_out and model.cohort
    for parameter in model.parameters:
        assert sources()[parameter.source].bears(parameter.status)


def test_kamp_2020_as_read():
    model = load_model("kamp-2020")
    assert [(p.name, p.value, p.unit) for p in model.parameters] == [
        ("v1", 25, "L"),
        ("v2", 56, "L"),
        ("v3", 157, "L"),
        ("cl", 84, "L/h"),
        ("q2", 161, "L/h"),
        ("q3", 79, "L/h"),
    ]
    assert model.between == ()


def test_clearances_grow_with_weight_to_three_quarters_and_volumes_with_weight():
    model, nothing = load_model("kamp-2020"), np.zeros((0, 1))
    light, heavy = (parameter_values(model, one_person(kg), nothing, nothing) for kg in (70.0, 140.0))
    assert heavy["v2"] / light["v2"] == pytest.approx(2)
    assert heavy["q3"] / light["q3"] == pytest.approx(2**0.75)
    assert light["cl"] == pytest.approx(84 / 60)


def test_an_unknown_model_is_told_with_the_known_ones():
    with pytest.raises(CatalogError, match="kamp-2020"):
        load_model("nobody-1999")


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('id = "kamp-2020"', 'id = "other"', "says id"),
        ("value = 25", "value = 0", "not above zero"),
        ('source = "kamp-2020", status', 'source = "hearsay", status', "hearsay"),
        ('status = "unverified"', 'status = "surely"', "surely"),
        ('status = "unverified"', "", "TOML"),
        ("value = 25", 'value = "25"', "number"),
        ("value = 25", "vlaue = 25", "Did you mean `value`"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(old, new, cause):
    text = text_of("kamp-2020").replace(old, new, 1)
    with pytest.raises(CatalogError, match=cause) as caught:
        parse_model(text.encode(), "kamp-2020.toml")
    assert caught.value.where.startswith("kamp-2020.toml:")
    assert caught.value.cure


def test_a_model_of_children_is_refused_for_adults():
    model = load_model("kamp-2020")
    assert for_adults(model) is model
    child = parse_model(
        text_of("kamp-2020").replace("adults = true", "adults = false").encode(), "kamp-2020.toml"
    )
    with pytest.raises(InputRefused, match="children"):
        for_adults(child)


@pytest.mark.parametrize("name", ["kamp-2020-spread", "kamp-2020-im-sc", "kamp-2020-by-mouth"])
def test_what_stands_on_kamp_2020_repeats_its_lines_and_says_it_is_exploratory(name):
    """So that the published file stays clean, and no copy of its numbers drifts away from it."""
    base, model = load_model("kamp-2020"), load_model(name)
    assert model.parameters[: len(base.parameters)] == base.parameters
    assert set(base.flows) <= set(model.flows)
    assert set(base.compartments) <= set(model.compartments)
    assert (base.standing, model.standing) == (Standing.PUBLISHED, Standing.EXPLORATORY)
    assert {v.status for v in model.between} == {Status.PROPOSED}
    assert any("placeholder" in part for part in model.leaves_out)


@pytest.mark.parametrize("name", ["r-ketamine-persson-2002", "otto-2021-both"])
def test_r_ketamine_is_s_ketamine_with_the_lower_clearance_of_persson(name):
    """Persson 2002: 0.020 of R to 0.024 L/min/kg of S; everything else is Otto 2021, and exploratory."""
    otto, model = load_model("otto-2021"), load_model(name)
    clearance = "cl" if name.startswith("r-") else "cl_r"
    ratio = model.parameter(clearance).value / otto.parameter("cl").value
    assert float(ratio) == pytest.approx(0.020 / 0.024, abs=0.001)
    for parameter in otto.parameters:
        if parameter.name != "cl":
            assert model.parameter(parameter.name).value == parameter.value
    assert model.standing is Standing.EXPLORATORY
    assert model.parameter(clearance).status is Status.PROPOSED


CV_PERCENT = {
    "ka_nose": 61.5, "ka_swallowed": 132, "ka_oral": 132, "vc": 27.5, "vp1": 49.3, "qh": 23.2, "vh": 34.6, "kel": 120,
    "vc_nk": 31.6, "cl_nk": 25.4,
}  # fmt: skip


def test_perez_ruixo_2021_as_read():
    """Table 3; the spread of kmet is blank there, and is left out and said."""
    model = load_model("perez-ruixo-2021")
    assert "kmet" not in {v.parameter for v in model.between}
    assert any("kmet" in part for part in model.leaves_out)
    variance = {v.parameter: float(v.variance) for v in model.between}
    for name, percent in CV_PERCENT.items():
        assert variance[name] == pytest.approx(math.log(1 + (percent / 100) ** 2), rel=0.002)
    assert set(variance) == {*CV_PERCENT, "frn"}
    assert variance["frn"] == pytest.approx(0.708**2, rel=0.002)
    scaled = {(p.name, s.equals, float(s.amount)) for p in model.parameters for s in p.scalings if s.equals}
    assert scaled == {
        ("frn", "japanese", 1.34),
        *(("kel", who, 0.36) for who in ("asian", "japanese")),
        *(("cl_nk", who, 0.81) for who in ("asian", "japanese")),
    }


def test_the_errors_of_simons_2022_in_nanograms():
    """Table 4 gives 0.058 and 0.020 nmol/mL; 223.70 and 239.70 g/mol."""
    residual = {a.name: a.residual for a in load_model("simons-2022").analytes}
    assert float(residual["norketamine"].additive_ng_per_ml) == pytest.approx(0.058 * 223.70, abs=0.05)
    assert float(residual["hydroxynorketamine"].additive_ng_per_ml) == pytest.approx(0.020 * 239.70, abs=0.05)


# 35 mg over 40 min, 70 kg: ng/mL at 40, 60, 80, 120 and 230 min, whole area in ng h/mL; solved independently.
INFUSION = {
    "kamp-2020": (253, 96, 74, 50, 27, 417),
    "domino-1984": (240, 55, 46, 36, 18, 302),
    "clements-1981": (177, 115, 85, 59, 36, 436),
    "hijazi-2003": (225, 100, 46, 13, 4.7, 232),
    "herd-2007": (253, 119, 96, 68, 26, 389),
    "hornik-2018": (496, 223, 124, 71, 50, 900),
    "otto-2021": (158, 104, 79, 55, 27, 368),
    "simons-2022": (289, 91, 63, 38, 21, 394),
    "flint-2017": (193, 24, 23, 21, 16.5, 312),
}


@pytest.mark.parametrize("name", INFUSION)
def test_one_infusion_through_every_model(name):
    model = load_model(name)
    dose = Dose(PkRoute.INTRAVENOUS, 0.0, mg=35.0, duration_min=40.0, enantiomer=model.enantiomer)
    at = np.concatenate([np.array([40.0, 60, 80, 120, 230]), np.arange(0.0, 20000.0, 2.0)])
    levels = simulate(model, (dose,), one_person(70.0), at)
    curve = dict(zip(levels.at_min, levels.values["ketamine"][0], strict=True))
    *points, area = INFUSION[name]
    for minute, level in zip((40, 60, 80, 120, 230), points, strict=True):
        assert curve[minute] == pytest.approx(level, abs=0.6)
    whole = np.trapezoid(levels.values["ketamine"][0], levels.at_min) / 60
    assert whole == pytest.approx(area, rel=0.005)


def test_injections_lie_near_the_two_old_anchors():
    """Hirlinger 1984: median 474 ng/mL 15 min after 1 mg/kg, 147 at 30 min after 0.5 mg/kg. Loose, never fitted."""
    model, person = load_model("kamp-2020-im-sc"), one_person(70.0)
    for mg_per_kg, minute, level in ((1.0, 15.0, 474), (0.5, 30.0, 147)):
        dose = Dose(PkRoute.INTRAMUSCULAR, 0.0, mg_per_kg=mg_per_kg)
        found = simulate(model, (dose,), person, np.array([minute])).values["ketamine"][0, 0]
        assert found == pytest.approx(level, rel=0.3)


def test_the_priors_for_muscle_and_skin_reach_from_0_6_to_0_95():
    model = load_model("kamp-2020-im-sc")
    people = same_people(one_person(70.0), 4000)
    values = parameter_values(model, people, draw_etas(model, people, Draws(1)), np.zeros((0, 4000)))
    for name in ("f_im", "f_sc"):
        assert np.quantile(values[name], [0.05, 0.95]) == pytest.approx([0.6, 0.95], abs=0.02)


def test_a_wafer_peaks_when_rolan_saw_it():
    """Rolan 2014: 25 mg under the tongue, 29 % arrives, peak at 0.75 h."""
    at = np.arange(0.0, 241.0, 1.0)
    dose = Dose(PkRoute.SUBLINGUAL, 0.0, mg=25.0)
    curve = simulate(load_model("kamp-2020-by-mouth"), (dose,), one_person(70.0), at).values["ketamine"][0]
    assert at[curve.argmax()] == pytest.approx(45, abs=6)
