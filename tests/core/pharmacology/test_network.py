"""Every model of the catalog as one linear system: compartmental, conservative, with the area its clearance says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import load_model, models
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.linear import Course, propagate
from ataraxy.core.pharmacology.model import PkRoute
from ataraxy.core.pharmacology.network import network_of
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.prepared import course_of, prepare
from ataraxy.core.pharmacology.regimen import Dose

ALL = pytest.mark.parametrize("model", list(models().values()), ids=lambda m: m.id)
WAYS = [(model.id, route) for model in models().values() for route in model.route_names]
IV = PkRoute.INTRAVENOUS


def crowd(count=40):
    return same_people(one_person(70.0, sex="female", ancestry="japanese"), count)


def ready_of(model, route="intravenous", mg=30.0, **more):
    dose = Dose(PkRoute(route), 0.0, mg=mg, enantiomer=model.enantiomer)
    return prepare(model, (dose,), crowd(), draws=Draws(3), **more)


@ALL
def test_what_leaves_a_compartment_is_never_less_than_what_arrives(model):
    ready = ready_of(model)
    for values in ready.values:
        matrix = ready.network.matrix(values, len(ready))
        apart = ~np.eye(matrix.shape[1], dtype=bool)
        assert np.all(matrix[:, apart] >= 0)
        leaves = -matrix.sum(axis=1)
        assert np.all(leaves >= -1e-12 * np.abs(matrix).max())


@pytest.mark.parametrize(("model_id", "route"), WAYS)
def test_parent_metabolites_and_what_left_add_up_to_what_was_given(model_id, route):
    """One more state gathers what leaves; the whole is what entered, minute by minute."""
    ready = ready_of(load_model(model_id), route)
    course = course_of(ready)
    rates = course.rates[0]
    people, n, _ = rates.shape
    wide = np.zeros((people, n + 1, n + 1))
    wide[:, :n, :n], wide[:, n, :n] = rates, -rates.sum(axis=1)
    at = np.array([0.0, 10.0, 60.0, 300.0, 3000.0])
    total = propagate(Course((wide,), course.starts, course.inputs), at).sum(axis=2)
    for place, minute in enumerate(at):
        given_mg = sum(
            one.mg
            * (1.0 if one.bolus else np.clip((minute - one.start_min) / (one.end_min - one.start_min), 0, 1))
            for one in ready.inputs
        )
        np.testing.assert_allclose(total[place], given_mg, rtol=1e-9, atol=1e-12)


def area_ng_min_per_ml(ready, name):
    """The whole area of a reading, exactly: what the matrix's inverse gives for all that entered."""
    entered = np.zeros((len(ready), len(ready.network.states)))
    for one in ready.inputs:
        entered[:, one.state] += one.mg
    matrix = ready.network.matrix(ready.values[0], len(ready))
    reading = next(r for r in ready.network.readings if r.name == name)
    areas = np.linalg.solve(-matrix, entered[:, :, np.newaxis])[:, :, 0]
    return areas[:, reading.state] * reading.scale(ready.values[0])


@pytest.mark.parametrize(
    ("model_id", "analyte", "clearance"),
    [
        ("kamp-2020-spread", "ketamine", "cl"), ("otto-2021", "ketamine", "cl"), ("simons-2022", "ketamine", "clk1"),
    ],
)  # fmt: skip
def test_the_area_of_a_dose_is_dose_over_clearance_in_everybody(model_id, analyte, clearance):
    ready = ready_of(load_model(model_id))
    wanted = 1000 * 30.0 / ready.values[0][clearance]
    np.testing.assert_allclose(area_ng_min_per_ml(ready, analyte), wanted, rtol=1e-9)


def test_a_metabolite_s_area_is_what_becomes_of_the_dose_over_its_clearance():
    """Simons: 0.8 of ketamine becomes norketamine, mole for mole, cleared at CLN1."""
    ready = ready_of(load_model("simons-2022"))
    values = ready.values[0]
    wanted = 1000 * 30.0 * 0.8 * 223.70 / 237.73 / values["cln1"]
    np.testing.assert_allclose(area_ng_min_per_ml(ready, "norketamine"), wanted, rtol=1e-9)


def test_a_liver_takes_its_share_on_the_first_pass():
    """Perez-Ruixo: F by mouth is Fgut (1 - E), E = Vh (kel + kmet) / (Qh + Vh (kel + kmet))."""
    model = load_model("perez-ruixo-2021")
    mouth, vein = (
        area_ng_min_per_ml(ready_of(model, route), "ketamine") for route in ("oral", "intravenous")
    )
    v = ready_of(model).values[0]
    intrinsic = v["vh"] * (v["kel"] + v["kmet"])
    np.testing.assert_allclose(mouth / vein, v["fgut"] * v["qh"] / (v["qh"] + intrinsic), rtol=1e-9)


@given(st.floats(0.1, 600))
def test_an_effect_site_follows_the_blood_and_loses_nothing(minutes):
    """At a steady level the site is the level; its area is the blood's."""
    model, effects = load_model("kamp-2020"), (load_effect("systolic"),)
    network = network_of(model, effects)
    site, blood = network.sites[0].reading.state, network.readings[0].state
    ready = prepare(model, (Dose(IV, 0, mg=30, duration_min=minutes),), crowd(2), effects=effects)
    matrix = network.matrix(ready.values[0], 2)[0]
    areas = np.linalg.solve(-matrix, np.eye(len(matrix))[blood])
    assert areas[site] == pytest.approx(areas[blood], rel=1e-12)


def test_a_racemic_level_drives_an_effect_of_one_enantiomer_by_half():
    model = load_model("kamp-2020")
    network = network_of(model, (load_effect("perception"),))
    assert network.sites[0].reading.factor == pytest.approx(network.readings[0].factor / 2)


def test_an_effect_of_an_analyte_that_is_not_told_is_refused_with_those_that_are():
    with pytest.raises(InputRefused) as told:
        network_of(load_model("kamp-2020"), (load_effect("occupancy-both"),))
    assert told.value.field == "effects" and "ketamine (racemic)" in told.value.cause


@ALL
def test_every_reading_is_of_a_volume_above_zero(model):
    network = network_of(model)
    ready = ready_of(model)
    assert {reading.under for reading in network.readings} <= network.divisors
    for reading in network.readings:
        assert np.all(np.asarray(reading.scale(ready.values[0])) > 0)
