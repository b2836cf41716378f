"""RODAS4: its order and its damping, beside the exact engine where both can answer and scipy where only it can."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import load_model, models
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology import rodas
from ataraxy.core.pharmacology.audit import problems_of_model
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.elimination import elimination_of
from ataraxy.core.pharmacology.model import (
    Analyte,
    Basis,
    Compartment,
    Enantiomer,
    Flow,
    Parameter,
    Path,
    PkModel,
    PkRoute,
    RouteIn,
    Saturable,
    Site,
    Standing,
)
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.prepared import prepare
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import Tier, run, simulate
from ataraxy.core.pharmacology.stiff import Failure, run_stiff, solve_stiff
from ataraxy.core.protocol.types import Status

IV = PkRoute.INTRAVENOUS
DAY = 1440.0
AT = np.concatenate(
    [[-20.0, 0.0], np.arange(2.0, 245.0, 6.5), [600.0, DAY, 7 * DAY, 7 * DAY + 20, 7 * DAY + 90]]
)


def people(weights):
    base = same_people(one_person(70.0, sex="female", ancestry="white"), len(weights))
    return replace(base, weight_kg=np.asarray(weights, dtype=float))


CROWD = people(np.linspace(45, 120, 70))


def michaelis_menten(vmax=0.4, km=0.05, volume=20.0, *, into_metabolite=True):
    """One compartment whose only way out saturates (mg/min, mg/L), its metabolite cleared at 1 L/min from 30 L."""

    def parameter(name, value, unit):
        return Parameter(name, Decimal(str(value)), unit, "made up", "test", Status.PROPOSED)

    parameters = (
        parameter("vmax", vmax, "mg/min"), parameter("km", km, "mg/L"), parameter("v", volume, "L"),
        parameter("vm", 30, "L"), parameter("clm", 1, "L/min"),
    )  # fmt: skip
    return PkModel(
        "mm", "1", "Saturable", "test", Standing.ILLUSTRATIVE, "ketamine", Enantiomer.RACEMIC, Basis.MASS, Site.VENOUS,
        True, "Nobody.", ("Everything.",), parameters,
        (Compartment("central", "blood", "v"), Compartment("metabolite", "blood", "vm")),
        (Flow("metabolite", clearance="clm"),),
        (RouteIn(IV, (Path("central"),)),),
        (Analyte("ketamine", "central", Decimal("237.73")), Analyte("norketamine", "metabolite", Decimal("223.7"))),
        saturable=(Saturable("central", "vmax", "km", "metabolite" if into_metabolite else None),),
    )  # fmt: skip


def by_scipy(vmax, km, volume, doses, at_min):
    """Radau, stretch by stretch, at 1e-11."""

    def slopes(t, y, rate):
        gone = vmax * y[0] / (km * volume + y[0])
        return [rate - gone, gone - y[1] / 30.0]

    edges = sorted({t for d in doses for t in (d.start_min, d.start_min + d.duration_min)} | {at_min[-1]})
    state, found = np.zeros(2), np.zeros((len(at_min), 2))
    for start, end in pairwise(edges):
        state[0] += sum(d.mg for d in doses if d.start_min == start and d.duration_min == 0)
        rate = sum(
            d.mg / d.duration_min
            for d in doses
            if d.duration_min and d.start_min <= start and d.start_min + d.duration_min >= end
        )
        inside = (at_min >= start) & (at_min <= end)
        asked = np.unique(np.append(at_min[inside], end))
        solved = solve_ivp(slopes, (start, end), state, "Radau", asked, args=(rate,), rtol=1e-11, atol=1e-13)
        found[inside] = solved.y.T[np.searchsorted(asked, at_min[inside])]
        state = solved.y[:, -1].copy()
    return found


# --- the method ----------------------------------------------------------------------------------------


def untransformed():
    """alpha, beta = alpha + gamma and b of the method, from its transformed coefficients."""
    gamma = np.linalg.inv(np.eye(6) / rodas.GAMMA - rodas.C)
    return rodas.A @ gamma, rodas.A @ gamma + gamma, rodas.WEIGHTS @ gamma, gamma


def test_the_coefficients_meet_the_conditions_of_order_four():
    """Hairer and Wanner, table 7.1 of chapter IV."""
    alpha, beta, b, _ = untransformed()
    a_sum, b_sum = alpha.sum(axis=1), beta.sum(axis=1)
    conditions = [
        (b.sum(), 1), (b @ b_sum, 1 / 2), (b @ a_sum**2, 1 / 3), (b @ beta @ b_sum, 1 / 6), (b @ a_sum**3, 1 / 4),
        (b @ (a_sum * (alpha @ b_sum)), 1 / 8), (b @ beta @ a_sum**2, 1 / 12), (b @ beta @ beta @ b_sum, 1 / 24),
    ]  # fmt: skip
    for found, wanted in conditions:
        assert found == pytest.approx(wanted, abs=1e-13)


def test_the_embedded_answer_is_of_order_three():
    alpha, beta, _, gamma = untransformed()
    b = np.append(rodas.WEIGHTS[:5], 0.0) @ gamma
    a_sum, b_sum = alpha.sum(axis=1), beta.sum(axis=1)
    found = [b.sum(), b @ b_sum, b @ a_sum**2, b @ beta @ b_sum]
    np.testing.assert_allclose(found, [1, 1 / 2, 1 / 3, 1 / 6], atol=1e-13)
    assert abs(b @ a_sum**3 - 1 / 4) > 1e-3


def test_the_method_is_stiffly_accurate_and_damps_what_is_infinitely_fast():
    _, beta, b, _ = untransformed()
    np.testing.assert_allclose(beta[-1], b, atol=1e-13)
    inverse = np.linalg.inv(beta)
    assert 1 - b @ inverse @ np.ones(6) == pytest.approx(0, abs=1e-10)


def test_the_answer_inside_a_step_meets_its_ends():
    """At the ends the polynomial is the step's own; between, it follows y' = y to the third order."""
    alpha, _, _, gamma = untransformed()

    def off(h):
        k = np.linalg.solve(np.eye(6) - h * (alpha + gamma), np.ones(6)) * h
        u = gamma @ k
        end = 1 + rodas.WEIGHTS @ u
        s = np.linspace(0, 1, 21)
        first, second = rodas.DENSE @ u
        told = (1 - s) + s * (end + (1 - s) * (first + s * second))
        assert told[0] == 1 and told[-1] == end
        return np.abs(told - np.exp(s * h)).max()

    assert np.log2(off(0.02) / off(0.01)) == pytest.approx(4, abs=0.3)


CELLS = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=24)


@given(CELLS, st.integers(0, 2**31))
def test_elimination_solves_what_it_is_given(cells, seed):
    one = elimination_of(cells, 8)
    matrix = np.zeros((8, 8))
    chance = np.random.default_rng(seed)
    for i, j in cells:
        matrix[i, j] = chance.uniform(-1, 1)
    matrix += np.diag(1 + np.abs(matrix).sum(axis=0))
    w = np.zeros(len(one.place))
    for (i, j), k in one.place.items():
        w[k] = matrix[i, j]
    for k in range(8):
        for b in range(one.below_from[k], one.below_from[k + 1]):
            w[one.below_at[b]] /= w[one.diagonal[k]]
            for c in range(one.change_from[b], one.change_from[b + 1]):
                w[one.change_to[c]] -= w[one.below_at[b]] * w[one.change_by[c]]
    right = chance.uniform(-1, 1, 8)
    x = right.copy()
    for k in range(8):
        for b in range(one.below_from[k], one.below_from[k + 1]):
            x[one.below_row[b]] -= w[one.below_at[b]] * x[one.order[k]]
    for k in reversed(range(8)):
        for c in range(one.right_from[k], one.right_from[k + 1]):
            x[one.order[k]] -= w[one.right_at[c]] * x[one.right_column[c]]
        x[one.order[k]] /= w[one.diagonal[k]]
    np.testing.assert_allclose(matrix @ x, right, atol=1e-12)


def test_a_tree_of_compartments_fills_nothing_in():
    """Blood with eleven tissues: no entry but those of the flows."""
    cells = {(0, 0)} | {cell for k in range(1, 12) for cell in ((0, k), (k, 0), (k, k))}
    assert elimination_of(cells, 12).place.keys() == cells


# --- beside the exact engine -----------------------------------------------------------------------------

WAYS = [(model.id, route) for model in models().values() for route in model.route_names]


def regimen_of(model, route):
    kind = Enantiomer.RACEMIC if model.enantiomer is Enantiomer.RACEMIC else model.enantiomer
    length = 40.0 if route == "intravenous" else 0.0
    first = Dose(PkRoute(route), 0.0, mg_per_kg=0.5, duration_min=length, enantiomer=kind)
    return first, Dose(PkRoute(route), 17.3, mg=12, enantiomer=kind), replace(first, start_min=7 * DAY)


def off(found, exact):
    """The largest difference beside each person's own curve."""
    size = np.abs(exact).max(axis=1, keepdims=True)
    return float((np.abs(found - exact) / np.where(size > 0, size, 1)).max())


@pytest.mark.parametrize(("model_id", "route"), WAYS)
def test_every_model_of_the_catalog_agrees_with_the_exact_engine(model_id, route):
    """Per-person durations, occasions with their own rates and overlaps included."""
    model = load_model(model_id)
    ready = prepare(model, regimen_of(model, route), CROWD, draws=Draws(5))
    exact = run(ready, AT).values
    found, error, failures = run_stiff(ready, AT, 1e-7)
    assert not failures and error < 1e-6
    for name, curve in exact.items():
        assert off(found[name], curve) < 2e-6, name


@pytest.mark.parametrize("effect_id", ["systolic", "anxiety", "anxiety-days", "sedation"])
def test_effects_agree_with_the_exact_engine(effect_id):
    effects = (load_effect(effect_id),)
    model = load_model("kamp-2020-spread")
    ready = prepare(model, regimen_of(model, IV), CROWD, effects=effects, draws=Draws(6))
    exact = run(ready, AT, tier=Tier.NUMPY, tolerance=1e-9).values
    found, _, _ = run_stiff(ready, AT, 1e-7)
    assert found.keys() == exact.keys()
    for name, curve in exact.items():
        assert off(found[name], curve) < 2e-6, name


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5, 1e-7, 1e-9])
def test_what_is_asked_for_is_achieved_and_told(tolerance):
    model, effects = load_model("kamp-2020"), (load_effect("anxiety"),)
    ready = prepare(model, regimen_of(model, IV), CROWD, effects=effects)
    exact = run(ready, AT, tolerance=1e-10).values
    found, error, _ = run_stiff(ready, AT, tolerance)
    worst = max(off(found[name], curve) for name, curve in exact.items())
    assert worst < 10 * tolerance
    assert worst / 5 < error < 10 * tolerance


def test_the_error_falls_with_the_fourth_power_of_the_steps():
    ready = prepare(load_model("kamp-2020"), (Dose(IV, 0, mg=35, duration_min=40),), CROWD)
    at = np.linspace(0, 300, 61)
    exact = run(ready, at).values["ketamine"]
    steps, worst = [], []
    for tolerance in (1e-5, 1e-6, 1e-7, 1e-8):
        solved = solve_stiff(ready, at, tolerance, check=False)
        steps.append(solved.steps.mean())
        worst.append(off(solved.of("central") * 1000 / ready.values[0]["v1"][:, None], exact))
    order = -np.polyfit(np.log(steps), np.log(worst), 1)[0]
    assert order == pytest.approx(4, abs=0.4)


def test_a_stiff_decay_takes_few_steps():
    """A site a million times faster than the tissue: steps follow the slow, not the fast."""
    model, effect = load_model("kamp-2020"), load_effect("systolic")
    name = effect.drivers[0].half_life
    quick = tuple(replace(p, value=Decimal("1e-4")) if p.name == name else p for p in effect.parameters)
    effects = (replace(effect, parameters=quick),)
    ready = prepare(model, (Dose(IV, 0, mg=35),), people([70]), effects=effects)
    at = np.linspace(0, 3000, 31)
    solved = solve_stiff(ready, at, 1e-6)
    assert solved.steps[0] < 400
    blood, site = solved.of("central")[0], solved.of("site:systolic")[0]
    np.testing.assert_allclose(site[1:], blood[1:], rtol=1e-4, atol=1e-5)


# --- what only it can answer -------------------------------------------------------------------------------

DOSES = (
    Dose(IV, 0.0, mg=35, duration_min=40),
    Dose(IV, 60.0, mg=20),
    Dose(IV, 200.0, mg=50, duration_min=10),
)


@pytest.mark.parametrize(("vmax", "km"), [(0.4, 0.05), (1.5, 2.0), (0.2, 0.0005), (8.0, 0.1)])
def test_saturable_elimination_agrees_with_scipy(vmax, km):
    at = np.arange(0.0, 600.0, 7.0)
    model = michaelis_menten(vmax, km)
    exact = by_scipy(vmax, km, 20.0, DOSES, at)
    found = simulate(model, DOSES, people([70.0]), at, tolerance=1e-8)
    for place, (name, volume) in enumerate((("ketamine", 20.0), ("norketamine", 30.0))):
        wanted = 1000 * exact[:, place] / volume
        np.testing.assert_allclose(found.values[name][0], wanted, rtol=0, atol=2e-7 * wanted.max())
    assert 0 < found.achieved_error < 1e-6
    assert not found.failures


def test_far_below_km_it_is_a_clearance_of_vmax_over_km():
    small = (Dose(IV, 0.0, mg=1e-6),)
    at = np.linspace(0, 60, 13)
    found = simulate(michaelis_menten(0.4, 5.0), small, people([70]), at, tolerance=1e-9).values["ketamine"][
        0
    ]
    np.testing.assert_allclose(found, 1e-3 / 20 * np.exp(-0.4 / 5.0 / 20 * at), rtol=1e-7)


def test_far_above_km_it_falls_by_vmax_a_minute():
    at = np.linspace(0, 100, 11)
    found = simulate(michaelis_menten(0.4, 1e-7), (Dose(IV, 0.0, mg=100),), people([70]), at).values[
        "ketamine"
    ][0]
    np.testing.assert_allclose(found, 1000 / 20 * (100 - 0.4 * at), rtol=1e-6)


def test_saturation_does_not_superpose():
    """Twice the dose is more than twice the area: what the exact engine cannot say."""
    at = np.linspace(0, 600, 601)
    one, two = (
        simulate(michaelis_menten(), (Dose(IV, 0, mg=mg),), people([70]), at).values["ketamine"][0].sum()
        for mg in (40, 80)
    )
    assert two > 2.5 * one


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from((0, 5, 40)), st.floats(0, 80)), min_size=1, max_size=4
    )
)
def test_what_was_given_is_inside_or_went_through_the_metabolite(given_doses):
    """Parent and metabolite and what the metabolite's clearance took away, by Simpson's rule."""
    at = np.linspace(0, 400, 4001)
    doses = tuple(Dose(IV, t, mg=mg, duration_min=length) for t, length, mg in given_doses)
    found = simulate(michaelis_menten(), doses, people([70]), at, tolerance=1e-8).values
    parent, metabolite = found["ketamine"][0] * 0.020, found["norketamine"][0] * 0.030
    left = np.sum((metabolite[1:] + metabolite[:-1]) / 2 * np.diff(at)) / 30.0
    total = sum(mg for t, _, mg in given_doses)
    assert parent[-1] + metabolite[-1] + left == pytest.approx(total, abs=1e-4 * max(total, 1e-3))


def test_what_saturates_beside_a_clearance_is_never_left_out():
    """A catalog model given one more way out: lower levels, in every tier, and the file passes the checks."""
    plain = load_model("kamp-2020")
    like = replace(plain.parameters[0], scalings=())
    vmax = replace(like, name="vmax", value=Decimal(5), unit="mg/min")
    km = replace(like, name="km", value=Decimal("0.1"), unit="mg/L")
    model = replace(
        plain, parameters=(*plain.parameters, vmax, km), saturable=(Saturable("central", "vmax", "km"),)
    )
    assert not list(problems_of_model(model))
    dose, at = (Dose(IV, 0.0, mg=35.0, duration_min=40.0),), np.array([10.0, 40.0, 120.0])
    without = simulate(plain, dose, people([70.0]), at).values["ketamine"]
    for tier in Tier:
        assert np.all(simulate(model, dose, people([70.0]), at, tier=tier).values["ketamine"] < 0.5 * without)


def test_a_racemic_driver_of_both_halves_agrees_with_the_exact_answer():
    """The site of what is told as S and R is their sum on this path too, also where a slow response follows it."""
    model, slow = load_model("otto-2021-both"), load_effect("anxiety")
    racemic = replace(slow, drivers=(replace(slow.drivers[0], enantiomer=Enantiomer.RACEMIC),))
    effects = (load_effect("systolic"), racemic)
    ready = prepare(
        model, (Dose(IV, 0, mg=35, duration_min=40),), people([60, 90]), effects=effects, draws=Draws(4)
    )
    found, _, failures = run_stiff(ready, AT, 1e-8)
    exact = run(ready, AT, tolerance=1e-9).values
    assert not failures
    assert found.keys() == exact.keys()
    for name, curve in exact.items():
        np.testing.assert_allclose(found[name], curve, rtol=0, atol=1e-6 * np.abs(curve).max(), err_msg=name)


def test_both_tiers_use_the_same_solver_for_what_saturates():
    at = np.linspace(0, 100, 11)
    plain, compiled = (
        simulate(michaelis_menten(), DOSES, people([60, 80]), at, tier=tier).values
        for tier in (Tier.NUMPY, Tier.NUMBA)
    )
    for name in plain:
        np.testing.assert_array_equal(plain[name], compiled[name])


def test_nobodys_numbers_depend_on_company_order_or_threads():
    model, effects = load_model("kamp-2020-spread"), (load_effect("anxiety"),)
    ready = prepare(
        model, regimen_of(model, IV), people(np.linspace(45, 120, 700)), effects=effects, draws=Draws(8)
    )
    one, two = (solve_stiff(ready, AT, 1e-6, threads=threads, check=False) for threads in (1, 2))
    np.testing.assert_array_equal(one.states.view(np.uint64), two.states.view(np.uint64))
    np.testing.assert_array_equal(one.steps, two.steps)
    everybody = people(np.linspace(45, 120, 700))
    chosen = np.array([699, 3, 350, 64, 63])
    some = prepare(model, regimen_of(model, IV), everybody.rows(chosen), effects=effects, draws=Draws(8))
    found = solve_stiff(some, AT, 1e-6, check=False)
    np.testing.assert_array_equal(found.states.view(np.uint64), one.states[:, chosen].view(np.uint64))


def test_tolerance_grows_and_rebounds_after_the_drug():
    """With feedback the response is the scipy solution of its two equations; it ends above where it began."""
    model, effect = load_model("kamp-2020"), load_effect("anxiety")
    numbers = {"kout": Decimal("0.05"), "placebo": Decimal(0), "responder": Decimal(1)}
    names = {getattr(effect, role): value for role, value in numbers.items() if getattr(effect, role)}
    parameters = tuple(replace(p, value=names.get(p.name, p.value)) for p in effect.parameters)
    parameters = tuple(replace(p, unit="1/min") if p.name == effect.kout else p for p in parameters)
    effects = (replace(effect, parameters=parameters),)
    doses = (Dose(IV, 0, mg=35, duration_min=40),)
    ready = prepare(model, doses, people([70.0]), effects=effects)
    at = np.arange(0.0, 3000.0, 10.0)
    solved = solve_stiff(ready, at, 1e-8, feedback={"anxiety": 0.001})
    values = {k: float(v[0]) for k, v in ready.values[0].items()}
    c50, top, gamma = (
        values[f"anxiety/{n}"] for n in (effect.drivers[0].constant, effect.top, effect.gamma)
    )  # fmt: skip
    fine = np.concatenate([np.arange(0, 400, 0.2), np.arange(400, 3001.0)])
    exact = run(ready, fine).values["ketamine"][0] / 2  # S is half of the racemate

    def slopes(t, y):
        power = (np.interp(t, fine, exact) / c50) ** gamma
        return [0.05 * (1 - top * power / (1 + power) - y[0] * y[1]), 0.001 * (y[0] - y[1])]

    wanted = solve_ivp(slopes, (0, 3000), [1.0, 1.0], "LSODA", at, rtol=1e-8, atol=1e-10, max_step=20.0).y
    np.testing.assert_allclose(solved.of("response:anxiety")[0], wanted[0], atol=2e-5)
    np.testing.assert_allclose(solved.of("moderator:anxiety")[0], wanted[1], atol=2e-5)
    assert solved.of("response:anxiety")[0].max() > 1.005


# --- what goes wrong is told --------------------------------------------------------------------------------


def test_a_curve_that_cannot_be_followed_ends_in_no_numbers_and_says_so():
    """A dose without end in one person; the other is whole."""
    at = np.linspace(0, 100, 11)
    ready = prepare(michaelis_menten(), (Dose(IV, 0.0, mg=5.0), Dose(IV, 30.0, mg=5.0)), people([70.0, 80.0]))
    first, second = ready.inputs
    spoilt = replace(ready, inputs=(first, replace(second, mg=np.array([np.inf, 5.0]))))
    values, _, failures = run_stiff(spoilt, at, 1e-6)
    assert set(failures) == {0}
    assert "minute 30" in failures[0] and "nothing is told" in failures[0]
    assert np.isfinite(values["ketamine"][0, at < 30]).all()
    assert np.isnan(values["ketamine"][0, at > 30]).all()
    whole = run_stiff(ready, at, 1e-6)[0]["ketamine"]
    np.testing.assert_array_equal(values["ketamine"][1], whole[1])
    solved = solve_stiff(spoilt, at, 1e-6)
    assert [Failure(int(f)) for f in solved.failure] == [Failure.NOT_A_NUMBER, Failure.NONE]


def test_nobody_no_time_and_no_dose_are_no_special_case():
    model = michaelis_menten()
    assert simulate(model, DOSES, people([]), AT).values["ketamine"].shape == (0, len(AT))
    assert simulate(model, DOSES, people([70]), np.zeros(0)).values["ketamine"].shape == (1, 0)
    assert np.all(simulate(model, (), people([70]), AT).values["ketamine"] == 0)
    early = simulate(model, DOSES, people([70]), np.array([-9.0, -1.0])).values["ketamine"]
    assert np.all(early == 0)


@pytest.mark.parametrize("tolerance", [0.0, -1e-6, float("nan"), 0.5])
def test_a_tolerance_that_cannot_be_is_refused(tolerance):
    ready = prepare(michaelis_menten(), DOSES, people([70]))
    with pytest.raises(InputRefused) as told:
        solve_stiff(ready, AT, tolerance)
    assert told.value.field == "tolerance"


@pytest.mark.parametrize(("name", "wrong"), [("km", "0"), ("km", "-1"), ("vmax", "-1"), ("vmax", "NaN")])
def test_an_elimination_that_cannot_be_is_refused_by_name(name, wrong):
    model = michaelis_menten()
    parameters = tuple(replace(p, value=Decimal(wrong)) if p.name == name else p for p in model.parameters)
    with pytest.raises(InputRefused) as told:
        simulate(replace(model, parameters=parameters), DOSES, people([70]), AT)
    assert told.value.field == name
