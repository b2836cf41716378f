"""The plasma curve: laws over any model, checked against a matrix exponential, beside pinned numbers."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import expm

from ataraxy.catalog.typical import load_pk_model
from ataraxy.core.pharmacology.three_compartment import (
    InfusionStep,
    ThreeCompartment,
    modes,
    plasma_mg_per_l,
)

AT = np.linspace(-30, 600, 127)
VOLUMES, FLOWS = st.floats(2, 500), st.floats(0.05, 10)
MODELS = st.builds(ThreeCompartment, VOLUMES, VOLUMES, VOLUMES, FLOWS, FLOWS, FLOWS)
STEPS = st.builds(InfusionStep, st.floats(0, 200), st.just(0.0) | st.floats(0.1, 200), st.floats(0, 200))
REGIMENS = st.lists(STEPS, max_size=4)
WEIGHTS = st.floats(30, 200)


def by_matrix_exponential(step, model, at_min):
    """The same curve from the equations dA/dt = K A + R, with the rate as a fourth, constant state."""
    k10, k12 = model.cl_l_per_min / model.v1_l, model.q2_l_per_min / model.v1_l
    k13, k21 = model.q3_l_per_min / model.v1_l, model.q2_l_per_min / model.v2_l
    k31 = model.q3_l_per_min / model.v3_l
    flow = np.array([[-(k10 + k12 + k13), k21, k31, 1.0], [k12, -k21, 0, 0], [k13, 0, -k31, 0], [0, 0, 0, 0]])
    bolus = step.duration_min == 0
    rate = 0.0 if bolus else step.mg / step.duration_min
    start = np.array([step.mg if bolus else 0.0, 0, 0, rate])
    found = []
    for since in at_min - step.start_min:
        if since < 0 or (since == 0 and not bolus):
            found.append(0.0)
            continue
        ran = min(since, step.duration_min)
        amounts = expm(flow * ran) @ start
        amounts[3] = 0.0
        found.append((expm(flow * (since - ran)) @ amounts)[0] / model.v1_l)
    return np.array(found)


# --- laws ----------------------------------------------------------------------------------------


@given(REGIMENS, REGIMENS, MODELS)
def test_regimens_superpose(first, second, model):
    together = plasma_mg_per_l([*first, *second], model, AT)
    apart = plasma_mg_per_l(first, model, AT) + plasma_mg_per_l(second, model, AT)
    np.testing.assert_allclose(together, apart, rtol=1e-9, atol=1e-12)


@given(REGIMENS, MODELS)
def test_there_is_nothing_before_the_first_step_and_never_less_than_nothing(regimen, model):
    curve = plasma_mg_per_l(regimen, model, AT)
    first = min((s.start_min for s in regimen), default=np.inf)
    assert np.all(curve[first > AT] == 0)
    assert np.all(curve >= 0)


@given(STEPS, MODELS)
def test_the_closed_form_agrees_with_the_matrix_exponential(step, model):
    at = np.array([0.0, step.start_min, step.start_min + step.duration_min / 2, 150.0, 400.0, 600.0])
    found, wanted = plasma_mg_per_l([step], model, at), by_matrix_exponential(step, model, at)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9 * max(wanted.max(), 1e-3))


@given(STEPS, MODELS)
def test_the_whole_area_is_dose_over_clearance(step, model):
    weights, rates = modes(model)
    assert step.mg * float(np.sum(weights / rates)) == pytest.approx(step.mg / model.cl_l_per_min, rel=1e-9)


def test_the_area_under_the_drawn_curve_is_dose_over_clearance():
    model = load_pk_model().for_weight(Decimal(70))
    step = InfusionStep(0, 40, 35)
    area = sum(
        quad(lambda t: plasma_mg_per_l([step], model, np.array([t]))[0], a, b, epsrel=1e-9)[0]
        for a, b in ((0, 40), (40, 400), (400, 8000))
    )
    assert area == pytest.approx(35 / model.cl_l_per_min, rel=1e-6)


@given(STEPS, MODELS, st.floats(0, 100))
def test_a_later_dose_is_the_same_curve_later(step, model, later):
    moved = InfusionStep(step.start_min + later, step.duration_min, step.mg)
    at = np.array([s for s in AT if abs(s - step.start_min) > 1e-6])
    np.testing.assert_allclose(
        plasma_mg_per_l([moved], model, at + later), plasma_mg_per_l([step], model, at), rtol=1e-6, atol=1e-9
    )


@given(STEPS, MODELS, st.floats(0.1, 3))
def test_twice_the_dose_is_twice_the_curve(step, model, times):
    more = InfusionStep(step.start_min, step.duration_min, step.mg * times)
    np.testing.assert_allclose(
        plasma_mg_per_l([more], model, AT), times * plasma_mg_per_l([step], model, AT), rtol=1e-9, atol=1e-12
    )


@given(STEPS.filter(lambda s: s.duration_min > 0), MODELS, st.floats(0.1, 0.9))
def test_an_infusion_cut_in_two_is_the_same_infusion(step, model, part):
    """So a paused infusion is the sum of the stretches in which the pump ran."""
    cut = step.duration_min * part
    halves = [
        InfusionStep(step.start_min, cut, step.mg * part),
        InfusionStep(step.start_min + cut, step.duration_min - cut, step.mg * (1 - part)),
    ]
    np.testing.assert_allclose(
        plasma_mg_per_l(halves, model, AT), plasma_mg_per_l([step], model, AT), rtol=1e-7, atol=1e-9
    )


@given(MODELS)
def test_a_bolus_begins_at_dose_over_central_volume(model):
    start = plasma_mg_per_l([InfusionStep(5, 0, 10)], model, np.array([5.0]))
    np.testing.assert_allclose(start, 10 / model.v1_l, rtol=1e-9)


@given(MODELS)
def test_every_mode_decays(model):
    weights, rates = modes(model)
    assert np.all(rates > 0) and np.all(weights >= 0)
    assert np.sum(weights) == pytest.approx(1 / model.v1_l)


@given(WEIGHTS, WEIGHTS)
def test_scaling_there_and_back_is_nothing(one, other):
    model = load_pk_model().for_weight(Decimal(70))
    there_and_back = model.scaled(other, one).scaled(one, other)
    assert there_and_back.cl_l_per_min == pytest.approx(model.cl_l_per_min)
    assert there_and_back.v3_l == pytest.approx(model.v3_l)


def test_the_times_may_come_in_any_order_and_any_number():
    model = load_pk_model().for_weight(Decimal(70))
    steps = [InfusionStep(0, 40, 35)]
    backwards = plasma_mg_per_l(steps, model, AT[::-1])
    np.testing.assert_array_equal(backwards[::-1], plasma_mg_per_l(steps, model, AT))
    assert plasma_mg_per_l(steps, model, np.array([])).shape == (0,)
    assert plasma_mg_per_l([], model, AT).shape == AT.shape


# --- pinned numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize(("at_min", "ng_per_ml"), [(40, 253), (60, 96), (80, 74), (120, 50), (230, 27)])
def test_the_typical_curve_of_kamp_2020(at_min, ng_per_ml):
    """35 mg over 40 min, 70 kg: solved independently from the same constants, whole ng/mL."""
    model = load_pk_model().for_weight(Decimal(70))
    found = plasma_mg_per_l([InfusionStep(0, 40, 35)], model, np.array([float(at_min)]))[0] * 1000
    assert found == pytest.approx(ng_per_ml, abs=0.5)


def test_the_peak_of_an_infusion_is_at_its_end():
    model = load_pk_model().for_weight(Decimal(70))
    at = np.arange(0, 200, 0.5)
    curve = plasma_mg_per_l([InfusionStep(0, 40, 35)], model, at)
    assert at[np.argmax(curve)] == 40
    assert curve.max() == pytest.approx(0.253, rel=0.01)


def test_the_slowest_half_life_of_kamp_2020_is_three_hours():
    """3.06 h, solved independently from the same constants."""
    rates = modes(load_pk_model().for_weight(Decimal(70)))[1]
    assert np.log(2) / rates[0] / 60 == pytest.approx(3.06, abs=0.005)


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf")])
def test_a_model_with_an_impossible_constant_is_refused(wrong):
    with pytest.raises(ValueError, match="above zero"):
        ThreeCompartment(25, 56, 157, wrong, 2.7, 1.3)


@pytest.mark.parametrize("wrong", [(0, -1, 5), (0, 40, -5), (float("nan"), 40, 5), (0, 40, float("inf"))])
def test_an_impossible_step_is_refused(wrong):
    with pytest.raises(ValueError, match="infusion step"):
        InfusionStep(*wrong)
