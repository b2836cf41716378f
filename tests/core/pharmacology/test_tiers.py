"""Both arithmetics give the same numbers, for every model, way of giving and effect of the catalog."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ataraxy.catalog.effects import effect_models, load_effect
from ataraxy.catalog.pk import load_model, models
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.effect import Shape
from ataraxy.core.pharmacology.model import Enantiomer, PkRoute
from ataraxy.core.pharmacology.network import network_of
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.prepared import prepare
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import Tier, run, simulate

IV = PkRoute.INTRAVENOUS
DAY = 1440.0
AT = np.concatenate(
    [[-30.0, 0.0], np.arange(5, 245, 5.0), [600, 3.5 * DAY, 7 * DAY, 7 * DAY + 20, 7 * DAY + 90, 40_000]]
)
WAYS = [(model.id, route) for model in models().values() for route in model.route_names]


def crowd(count):
    chance = np.random.default_rng(count)
    base = same_people(one_person(70.0, sex="female"), count)
    return replace(
        base,
        weight_kg=chance.uniform(45, 120, count),
        age_years=chance.uniform(18, 85, count),
        ancestry=chance.choice(["white", "asian", "japanese"], count),
    )


def regimen_of(model, route):
    """Two on the first day and one a week later; by vein an infusion that overlaps a bolus."""
    kind = Enantiomer.RACEMIC if model.enantiomer is Enantiomer.RACEMIC else model.enantiomer
    length = 40.0 if route == "intravenous" else 0.0
    first = Dose(PkRoute(route), 0.0, mg_per_kg=0.5, duration_min=length, enantiomer=kind)
    bolus = Dose(PkRoute(route), 17.3, mg=12, enantiomer=kind)
    return first, bolus, replace(first, start_min=7 * DAY)


def drivable(model):
    """An effect of each endpoint this model can drive."""
    found = {}
    racemic = model.enantiomer is Enantiomer.RACEMIC
    for effect in effect_models().values():
        if not racemic and any(d.enantiomer is Enantiomer.RACEMIC for d in effect.drivers):
            continue
        try:
            network_of(model, (effect,))
        except InputRefused:
            continue
        found.setdefault(effect.endpoint, effect)
    return tuple(found.values())


def same(found, wanted, digits=1e-11, *, later=1e-9):
    """Equal beside each curve's own largest value.

    ``later``: after gaps of days. A step is squared from short ones, so its rounding grows with how many of the
    fastest rate's times it holds: within 1e-11 on the first day, 1e-9 after weeks.
    """
    assert found.keys() == wanted.keys()
    for name, curve in wanted.items():
        size = max(np.abs(curve).max(initial=0.0), 1e-6)
        off = np.abs(found[name] - curve).max(axis=0, initial=0.0) / size
        allowed = np.where(AT <= DAY, digits, max(later, digits))
        assert np.all(off <= allowed), (name, AT[off > allowed], off[off > allowed])


@pytest.mark.parametrize(("model_id", "route"), WAYS)
def test_the_compiled_arithmetic_gives_the_same_numbers(model_id, route):
    model = load_model(model_id)
    effects = drivable(model)
    ready = prepare(model, regimen_of(model, route), crowd(150), effects=effects, draws=Draws(5))
    plain, compiled = run(ready, AT), run(ready, AT, tier=Tier.NUMBA)
    slow = any(effect.shape is Shape.TURNOVER for effect in effects)
    direct = {n: v for n, v in plain.values.items() if n != "anxiety"}
    same({name: compiled.values[name] for name in direct}, direct)
    if slow:  # nodes are chosen on different people: the same only to the tolerance
        np.testing.assert_allclose(compiled.values["anxiety"], plain.values["anxiety"], rtol=1e-6)
    assert compiled.units == plain.units
    assert compiled.achieved_error <= 1e-6 and plain.achieved_error <= 1e-6


@pytest.mark.parametrize("effect_id", sorted(effect_models()))
def test_every_effect_is_the_same_in_both(effect_id):
    effect = load_effect(effect_id)
    model = load_model("otto-2021-both")
    ready = prepare(model, regimen_of(model, IV)[:2], crowd(70), effects=_of_both(effect), draws=Draws(6))
    plain, compiled = run(ready, AT), run(ready, AT, tier=Tier.NUMBA)
    endpoint = effect.endpoint.value
    digits = 1e-7 if effect.shape is Shape.TURNOVER else 1e-12
    same({endpoint: compiled.values[endpoint]}, {endpoint: plain.values[endpoint]}, digits)
    assert np.ptp(plain.values[endpoint]) > 0


def _of_both(effect):
    """The effect for a model that tells each enantiomer: one of the racemate is fed by S alone here."""
    drivers = tuple(
        replace(d, enantiomer=Enantiomer.S) if d.enantiomer is Enantiomer.RACEMIC else d
        for d in effect.drivers
    )
    return (replace(effect, drivers=drivers),)


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 129])
def test_blocks_are_invisible(count):
    """A block holds 64 people; fewer, more and one are the same people's curves."""
    model, effects = load_model("kamp-2020-spread"), (load_effect("systolic"),)
    regimen = regimen_of(model, "intravenous")
    everybody = crowd(129)
    whole = simulate(model, regimen, everybody, AT, effects=effects, draws=Draws(2), tier=Tier.NUMBA).values
    some = everybody.rows(np.arange(129 - count, 129))
    found = simulate(model, regimen, some, AT, effects=effects, draws=Draws(2), tier=Tier.NUMBA).values
    same(found, {name: curve[129 - count :] for name, curve in whole.items()}, 1e-13)


@pytest.mark.parametrize(
    ("model_id", "route"), [("kamp-2020-spread", "intravenous"), ("simons-2022", "sublingual")]
)
def test_threads_change_no_bit(model_id, route):
    model = load_model(model_id)
    ready = prepare(model, regimen_of(model, route), crowd(700), effects=drivable(model), draws=Draws(8))
    one, two = (run(ready, AT, tier=Tier.NUMBA, threads=threads) for threads in (1, 2))
    assert one.achieved_error == two.achieved_error
    for name, curve in one.values.items():
        np.testing.assert_array_equal(two.values[name].view(np.uint64), curve.view(np.uint64), err_msg=name)


def test_irregular_minutes_are_the_same_in_both():
    model = load_model("kamp-2020-spread")
    at = np.sort(np.random.default_rng(4).uniform(0, 20_000, len(AT)))
    ready = prepare(model, regimen_of(model, "intravenous"), crowd(65), draws=Draws(2))
    same(run(ready, at, tier=Tier.NUMBA).values, run(ready, at).values)
