"""What enters where: shares, caps, sessions, lags and durations of each person's own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.pk import load_model, models
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.inputs import dose_mg, occasion_at, occasions_of
from ataraxy.core.pharmacology.model import Enantiomer, Parameter, PkRoute
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.prepared import prepare
from ataraxy.core.pharmacology.regimen import SALT_PER_BASE, Dose, RateChange, base_mg, infusion_as_run
from ataraxy.core.pharmacology.simulate import simulate
from ataraxy.core.protocol.types import Status

IV = PkRoute.INTRAVENOUS
S = Enantiomer.S


def crowd(count=9):
    base = same_people(one_person(70.0, sex="female", ancestry="white"), count)
    return replace(base, weight_kg=np.linspace(45, 120, count))


def entered(model_id, *doses, draws=None):
    """mg into each state, added; (N,) each."""
    ready = prepare(load_model(model_id), doses, crowd(), draws=draws)
    total = {}
    for one in ready.inputs:
        name = ready.network.states[one.state]
        total[name] = total.get(name, 0.0) + one.mg
    return total


@pytest.mark.parametrize(("model_id", "route"), [(m.id, r) for m in models().values() for r in m.route_names])
def test_no_more_enters_than_was_given(model_id, route):
    """But for shares that were estimated beside apparent volumes, which the model's file marks."""
    model = load_model(model_id)
    ready = prepare(
        model, (Dose(PkRoute(route), 0, mg=10, enantiomer=model.enantiomer),), crowd(), draws=Draws(1)
    )
    paths = model.route_in(PkRoute(route)).paths
    counted = [one.mg for one, path in zip(ready.inputs, paths, strict=True) if not path.apparent]
    assert np.all(sum(counted) <= 10 * (1 + 1e-12))
    assert np.all(sum(counted) > 0)


@pytest.mark.parametrize(("mg", "share"), [(28, 0.54), (56, 0.4374), (84, 0.4032)])
def test_the_nose_takes_less_of_what_is_beyond_28_mg(mg, share):
    """FRn of 0.54 at 28 mg, then 0.62 times it: 0.54, 0.4375 and 0.4032 of the dose (Perez-Ruixo 2021)."""
    found = entered("perez-ruixo-2021", Dose(PkRoute.NASAL, 0, mg=mg, enantiomer=S))
    np.testing.assert_allclose(found["nose"], mg * share, rtol=1e-3)
    np.testing.assert_allclose(found["swallowed"], (mg - found["nose"]) * 0.64, rtol=1e-9)


@given(st.lists(st.floats(0.5, 30), min_size=1, max_size=6), st.permutations(range(6)))
def test_sprays_count_together_in_whatever_order_they_are_told(sizes, order):
    """Five minutes apart they are one session: the nose takes what one spray of all would give it."""
    sprays = [Dose(PkRoute.NASAL, 5.0 * k, mg=mg, enantiomer=S) for k, mg in enumerate(sizes)]
    told = [sprays[k] for k in order if k < len(sprays)]
    whole = entered("perez-ruixo-2021", Dose(PkRoute.NASAL, 0, mg=sum(sizes), enantiomer=S))
    np.testing.assert_allclose(entered("perez-ruixo-2021", *told)["nose"], whole["nose"], rtol=1e-9)


def test_another_session_begins_anew():
    spray = Dose(PkRoute.NASAL, 0, mg=28, enantiomer=S)
    apart = entered("perez-ruixo-2021", spray, replace(spray, start_min=121.0))
    close = entered("perez-ruixo-2021", spray, replace(spray, start_min=119.0))
    np.testing.assert_allclose(apart["nose"], 2 * 28 * 0.54)
    np.testing.assert_allclose(close["nose"], 28 * 0.54 * 1.62)


def test_a_film_feeds_the_mouth_and_the_liver_over_each_person_s_own_minutes():
    ready = prepare(
        load_model("simons-2022"),
        (Dose(PkRoute.SUBLINGUAL, 7.0, mg=50, enantiomer=S),),
        crowd(200),
        draws=Draws(2),
    )
    mouth, gut = ready.inputs
    values = ready.values[0]
    for one, over in ((mouth, "d1"), (gut, "d2")):
        assert not one.shared and not one.bolus
        np.testing.assert_allclose(one.end_min - one.start_min, values[over], rtol=1e-12)
        assert np.all(one.start_min == 7.0)
    # Between occasions D1 differs by nu^2 = 0.154 about 13.1 min; the median of 200 within four standard errors.
    spread = np.log((mouth.end_min - 7.0) / 13.1)
    assert abs(np.mean(spread)) < 4 * np.sqrt(0.154 / 200)
    assert np.var(spread) == pytest.approx(0.154, rel=0.5)


def with_lag(model, minutes):
    lag = Parameter("lag", Decimal(str(minutes)), "min", "made up", "test", Status.PROPOSED)
    routes = tuple(replace(r, paths=tuple(replace(p, lag="lag") for p in r.paths)) for r in model.routes)
    return replace(model, parameters=(*model.parameters, lag), routes=routes)


@pytest.mark.parametrize("length", [0.0, 25.0])
def test_a_lag_is_the_same_curve_later(length):
    model, at = load_model("kamp-2020"), np.arange(0.0, 200.0, 5.0)
    dose = Dose(IV, 0, mg=30, duration_min=length)
    now = simulate(model, (dose,), crowd(), at).values["ketamine"]
    late = simulate(with_lag(model, 12.5), (dose,), crowd(), at + 12.5).values["ketamine"]
    np.testing.assert_allclose(late, now, rtol=1e-9)


@pytest.mark.parametrize("over", ["0", "1e-15", "1e-9"])
def test_a_release_that_takes_no_time_loses_nothing(over):
    """Late in a month the end of so short a release is its beginning."""
    model = load_model("simons-2022")
    parameters = tuple(
        replace(p, value=Decimal(over)) if p.name in ("d1", "d2") else p for p in model.parameters
    )
    quick = replace(model, parameters=parameters)
    dose = (Dose(PkRoute.SUBLINGUAL, 40_000.0, mg=50, enantiomer=S),)
    at = np.array([40_010.0, 40_060.0])
    bolus_paths = tuple(replace(r, paths=tuple(replace(p, over=None) for p in r.paths)) for r in model.routes)
    wanted = simulate(replace(model, routes=bolus_paths), dose, crowd(), at).values
    found = simulate(quick, dose, crowd(), at).values
    for name, curve in wanted.items():
        np.testing.assert_allclose(found[name], curve, rtol=1e-5)


@pytest.mark.parametrize("length", [5e-324, 1e-15, 1e-9])
def test_an_infusion_that_takes_no_time_loses_nothing(length):
    model, at = load_model("kamp-2020"), np.array([40_001.0, 40_060.0])
    found, wanted = (
        simulate(model, (Dose(IV, 40_000.0, mg=35, duration_min=d),), crowd(), at).values["ketamine"]
        for d in (length, 0.0)
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_a_dose_by_weight_stops_at_the_most():
    dose = Dose(IV, 0, mg_per_kg=0.5, most_mg=40.0)
    found = dose_mg(dose, crowd())
    np.testing.assert_allclose(found, np.minimum(crowd().weight_kg * 0.5, 40.0))


def test_occasions_begin_after_twelve_hours_without_a_dose():
    def at(*starts):
        return tuple(Dose(IV, t, mg=1, duration_min=40) for t in starts)

    assert occasions_of(at(0, 700, 10_080)) == (0, 10_080)
    assert occasions_of(at(10_080, 0)) == (0, 10_080)
    assert occasions_of(at(0, 760)) == (0,)  # 720 min after the end of the one before
    assert occasions_of(at(0, 761)) == (0, 761)
    assert occasions_of(()) == ()
    assert [occasion_at((0.0, 100.0), t) for t in (-5, 0, 99.9, 100, 500)] == [0, 0, 0, 1, 1]


# --- the pump ----------------------------------------------------------------------------------------


def test_an_infusion_as_it_ran_gives_what_the_pump_gave():
    run = infusion_as_run([RateChange(0, 1.0), RateChange(10, 0.0), RateChange(15, 0.5)], 45)
    assert [(d.start_min, d.duration_min, d.mg) for d in run] == [(0, 10, 10.0), (15, 30, 15.0)]


@pytest.mark.parametrize(
    ("changes", "until"),
    [([(10, 1.0), (5, 1.0)], 30), ([(0, 1.0)], -1), ([(0, -1.0)], 10), ([(0, float("nan"))], 10), ([(0, float("inf"))], 9)],
)  # fmt: skip
def test_a_pump_s_log_that_cannot_be_is_refused(changes, until):
    with pytest.raises(InputRefused) as told:
        infusion_as_run([RateChange(t, r) for t, r in changes], until)
    assert told.value.field in ("at_min", "mg_per_min")


@pytest.mark.parametrize(
    ("amounts", "field"),
    [
        ({}, "mg"), ({"mg": 1, "mg_per_kg": 1}, "mg"), ({"mg": -1}, "mg"), ({"mg": float("nan")}, "mg"),
        ({"mg": float("inf")}, "start_min"), ({"mg": 1, "duration_min": -1}, "duration_min"),
        ({"mg": 1, "duration_min": float("nan")}, "duration_min"), ({"mg": 1, "duration_min": float("inf")}, "start_min"),
        ({"mg": 1, "most_mg": -1}, "most_mg"),
    ],
)  # fmt: skip
def test_a_dose_that_cannot_be_is_refused_by_field(amounts, field):
    with pytest.raises(InputRefused) as told:
        Dose(IV, 0, **amounts)
    assert told.value.field == field and told.value.cure


@pytest.mark.parametrize("start", [float("nan"), float("inf")])
def test_a_dose_at_no_time_is_refused(start):
    with pytest.raises(InputRefused):
        Dose(IV, start, mg=1)


def test_salt_is_told_as_base():
    """28 mg of esketamine base are 32.3 mg of its hydrochloride (Spravato's label)."""
    assert base_mg(32.3) == pytest.approx(28.0, abs=0.02)
    assert base_mg(SALT_PER_BASE) == pytest.approx(1.0)
