"""From levels to what is seen: each shape by hand, and the slow response beside scipy."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import load_model
from ataraxy.core.pharmacology.effect import EffectModel, Shape
from ataraxy.core.pharmacology.model import PkRoute
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.prepared import prepare
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.response import direct_response, driving, plan_nodes, sigmoid
from ataraxy.core.pharmacology.simulate import Tier, run

IV = PkRoute.INTRAVENOUS
LEVELS = np.array([[0.0, 0.3, 1.0, 2.5, 40.0]])


def numbered(effect_id, **roles):
    """An effect, and its parameters with these numbers by role."""
    effect = load_effect(effect_id)
    values = {f"{effect.id}/{p.name}": np.array([float(p.value)]) for p in effect.parameters}
    for role, number in roles.items():
        values[f"{effect.id}/{getattr(effect, role)}"] = np.array([number])
    return replace(effect, lowest=None, highest=None), values


def test_a_linear_effect_is_a_straight_line():
    effect, values = numbered("systolic", baseline=120.0, slope=0.1)
    found = direct_response(effect, values, LEVELS)
    np.testing.assert_allclose(found, 120 + 0.1 * LEVELS)


def test_a_sigmoid_is_half_of_its_top_at_the_c50():
    effect, values = numbered("dissociation", top=40.0)
    base = direct_response(effect, values, np.zeros((1, 1)))[0, 0]
    assert direct_response(effect, values, np.ones((1, 1)))[0, 0] == pytest.approx(base + 20)


def test_a_relative_effect_is_part_of_the_baseline():
    effect, values = numbered("cardiac-output", baseline=5.0, top=0.4)
    assert direct_response(effect, values, np.ones((1, 1)))[0, 0] == pytest.approx(5 * 1.2)
    assert effect.shape is Shape.RELATIVE


def test_occupancy_of_competing_ligands_is_the_sum_over_one_more():
    effect, values = numbered("occupancy-ketamine")
    found = direct_response(effect, values, LEVELS)
    np.testing.assert_allclose(found, values.get("top", 1.0) * LEVELS / (1 + LEVELS))


@given(st.floats(0.2, 5), st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_of_the_drug_is_never_less_of_the_effect(gamma, one, other):
    effect, values = numbered("dissociation", gamma=gamma)
    low, high = sigmoid(effect, values, np.array([sorted([one, other])]))[0]
    assert 0 <= low <= high <= 1


def test_a_response_stays_on_its_scale():
    effect = load_effect("dissociation")
    _, values = numbered("dissociation", top=1e6)
    found = direct_response(effect, values, LEVELS)
    assert found.max() == float(effect.highest) and found.min() >= float(effect.lowest)


def test_each_driver_counts_by_its_free_part_over_its_own_constant():
    model = load_model("otto-2021-both")
    effect = load_effect("occupancy-both")
    ready = prepare(model, (), one_person(70), effects=(effect,))
    sites = ready.network.sites
    values = ready.values[0]
    levels = [np.array([[10.0 * (k + 1)]]) for k in range(len(sites))]
    wanted = sum(
        (values[f"occupancy-both/{d.share}"] if d.share else 1.0)
        * 10.0
        * (k + 1)
        / values[f"occupancy-both/{d.constant}"]
        for k, d in enumerate(effect.drivers)
    )
    np.testing.assert_allclose(driving(sites, values, levels)[0], wanted)
    below = [np.full((1, 1), -1e-9) for _ in sites]
    assert np.all(driving(sites, values, below) == 0)


# --- the slow response ---------------------------------------------------------------------------------

DOSES = (Dose(IV, 0, mg=35, duration_min=40), Dose(IV, 3000, mg=35, duration_min=40))


def by_scipy(ready, effect: EffectModel, at):
    """The turnover's equation, solved by LSODA stretch by stretch, the driver from the exact engine."""
    values = {k.removeprefix(f"{effect.id}/"): float(v[0]) for k, v in ready.values[0].items()}
    fine = np.unique(
        np.concatenate(
            [np.arange(0, 400, 0.25), 3000 + np.arange(0, 400, 0.25), np.arange(0, at[-1] + 1, 2.0)]
        )
    )
    states = run(replace(ready, effects=()), fine).values["ketamine"][0]
    factor = ready.network.sites[0].reading.factor / ready.network.readings[0].factor
    c50, gamma = values[effect.drivers[0].constant], values[effect.gamma]

    def slopes(t, y):
        power = (factor * np.interp(t, fine, states) / c50) ** gamma
        return values[effect.kout] * (
            1 - values[effect.placebo] - values[effect.top] * power / (1 + power) - y
        )

    found, state = np.ones(len(at)), [1.0]
    edges = [0.0, 40.0, 3000.0, 3040.0, float(at[-1])]
    for start, end in pairwise(edges):
        inside = (at >= start) & (at <= end)
        asked = np.unique(np.append(at[inside], end))
        solved = solve_ivp(slopes, (start, end), state, "LSODA", asked, rtol=1e-9, atol=1e-11, max_step=30.0)
        found[inside] = solved.y[0][np.searchsorted(asked, at[inside])]
        state = [solved.y[0, -1]]
    return values[effect.baseline] * found


@pytest.mark.parametrize("tier", list(Tier))
def test_the_slow_response_agrees_with_scipy(tier):
    effect = load_effect("anxiety")
    at = np.array([0.0, 20, 40, 90, 240, 1000, 2999, 3010, 3040, 3100, 3500, 5000])
    ready = prepare(load_model("kamp-2020"), DOSES, same_people(one_person(70.0), 2), effects=(effect,))
    top = f"{effect.id}/{effect.top}"
    assert ready.values[0][top][0] > 0
    found = run(ready, at, tier=tier).values["anxiety"][0]
    wanted = by_scipy(ready, effect, at)
    np.testing.assert_allclose(found, wanted, atol=3e-4)
    assert np.ptp(wanted) > 0.5


def test_without_drug_only_the_placebo_moves_it():
    effect = load_effect("anxiety")
    none = (Dose(IV, 0, mg=0.0),)
    at = np.array([-10.0, 0.0, 100.0, 1000.0, 1e6])
    ready = prepare(load_model("kamp-2020"), none, one_person(70.0), effects=(effect,))
    values = {
        k.removeprefix("anxiety/"): float(v[0])
        for k, v in ready.values[0].items()
        if k.startswith("anxiety/")
    }
    placebo, kout, baseline = (values[getattr(effect, r)] for r in ("placebo", "kout", "baseline"))
    wanted = baseline * (1 - placebo * -np.expm1(-kout * np.maximum(at, 0)))
    np.testing.assert_allclose(run(ready, at).values["anxiety"][0], wanted, rtol=1e-9)


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-9])
def test_the_quadrature_keeps_the_tolerance_it_was_given(tolerance):
    effect = load_effect("anxiety")
    at = np.concatenate([np.arange(30.0, 600.0, 30.0), [2000.0, 2900.0, 3100.0, 4000.0, 10_000.0]])
    ready = prepare(load_model("kamp-2020"), DOSES, same_people(one_person(70.0), 3), effects=(effect,))
    exact = run(ready, at, tolerance=1e-11).values["anxiety"]
    found = run(ready, at, tolerance=tolerance)
    assert found.achieved_error <= tolerance
    assert np.abs(found.values["anxiety"] / exact - 1).max() <= tolerance


def bent(roughness):
    """Integrals of two people over as many intervals, off by what each interval's roughness makes of its nodes."""
    people = np.array([[1.0], [0.3]])

    def integrals(nodes):
        return (1.0 + people * roughness / nodes.astype(float) ** 4)[np.newaxis]

    return integrals


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.0, 1e3), min_size=1, max_size=40), st.sampled_from([1e-2, 1e-6]))
def test_the_error_told_is_what_twice_the_nodes_would_change(roughness, tolerance):
    integrals = bent(np.array(roughness))
    nodes, error = plan_nodes(integrals, len(roughness), tolerance)
    off = np.abs(integrals(nodes * 2) - integrals(nodes)).sum(axis=2).max()
    assert math.isclose(error, off, rel_tol=1e-9, abs_tol=1e-18)
    assert error <= tolerance or nodes.max() == 64


def test_nodes_that_doubling_gave_too_many_of_are_given_back():
    rough = np.array([1e-5, 3e-5, 2e-4, 2e-3, 0.0])
    nodes, error = plan_nodes(bent(rough), len(rough), 1e-6)
    # Doubling alone: 4, 8, 8, 8, 1, which leaves 4.5e-7 of the tolerance; the two that want least of it give some back.
    assert nodes.tolist() == [3, 6, 8, 8, 1]
    assert 5.5e-7 < error <= 1e-6
