"""What is prepared once gives the numbers of what is prepared anew, and what is not asked changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from ataraxy.catalog.effects import effect_models, load_effect
from ataraxy.catalog.pk import load_model, models
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.model import PkRoute
from ataraxy.core.pharmacology.people import People, one_person
from ataraxy.core.pharmacology.prepared import prepare
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import Tier, run, units_of
from ataraxy.core.pharmacology.varied import varied

AT = np.array([-5.0, 0, 5, 20, 40, 47, 90, 240, 1440, 2890, 4320])
DOSES = {
    PkRoute.INTRAVENOUS: (
        Dose(PkRoute.INTRAVENOUS, 0.0, mg_per_kg=0.5, duration_min=40.0),
        Dose(PkRoute.INTRAVENOUS, 45.0, mg=10.0),
        Dose(PkRoute.INTRAVENOUS, 2880.0, mg_per_kg=0.5, duration_min=40.0),
    )
}


def doses_of(model):
    route = model.routes[0].route
    return DOSES.get(route) or tuple(Dose(route, start, mg=28.0) for start in (0.0, 5.0, 2880.0))


def three():
    blank = np.full(3, "")
    return People(
        np.arange(3),
        np.array([52.0, 70.0, 110.0]),
        np.array([25.0, 45.0, 70.0]),
        np.full(3, 170.0),
        blank,
        blank,
        blank,
        blank,
    )


def lanes_of(once, seed=7, lanes=11):
    random = np.random.default_rng(seed)
    return 0.4 * random.standard_normal((once.rows, lanes)), random.integers(0, len(once.people), lanes)


def same(known, found):
    assert len(known.values) == len(found.values)
    for before, now in zip(known.values, found.values, strict=True):
        assert before.keys() == now.keys()
        for name in before:
            np.testing.assert_array_equal(now[name], before[name], err_msg=name)
    for before, now in zip(known.inputs, found.inputs, strict=True):
        assert (now.state, now.bolus) == (before.state, before.bolus)
        for column in ("mg", "start_min", "end_min"):
            np.testing.assert_array_equal(getattr(now, column), getattr(before, column), err_msg=column)


@pytest.mark.parametrize("name", sorted(models()))
def test_prepared_once_and_prepared_anew_are_the_same_numbers(name):
    model, people = load_model(name), three()
    once = varied(model, doses_of(model), people)
    etas, whose = lanes_of(once)
    same(prepare(model, doses_of(model), people.rows(whose), etas=etas), once.with_etas(etas, whose))


@pytest.mark.parametrize("name", sorted(effect_models()))
def test_effects_prepared_once_are_the_same_numbers(name):
    model, effect = load_model("kamp-2020-spread"), effect_models()[name]
    try:
        once = varied(model, doses_of(model), one_person(70.0), effects=[effect])
    except InputRefused:
        pytest.skip(f"{model.name} does not drive {effect.name}")
    etas, _ = lanes_of(once)
    known = prepare(model, doses_of(model), once.people.rows(np.zeros(11, int)), effects=[effect], etas=etas)
    same(known, once.with_etas(etas))


@pytest.mark.parametrize("tier", list(Tier))
@pytest.mark.parametrize("name", sorted(models()))
def test_what_is_not_asked_changes_nothing_that_is(name, tier):
    model = load_model(name)
    ready = prepare(model, doses_of(model), three(), draws=Draws(3))
    whole = run(ready, AT, tier=tier)
    for wanted in whole.values:
        alone = run(ready, AT, tier=tier, only=frozenset({wanted}))
        assert set(alone.values) == set(alone.units) == {wanted}
        scale = np.abs(whole.values[wanted]).max()
        np.testing.assert_allclose(alone.values[wanted], whole.values[wanted], rtol=1e-11, atol=1e-13 * scale)


@pytest.mark.parametrize("tier", list(Tier))
def test_an_effect_asked_alone_is_as_among_others(tier):
    effects = [load_effect(name) for name in ("systolic", "dissociation", "anxiety-days")]
    ready = prepare(
        load_model("otto-2021"), DOSES[PkRoute.INTRAVENOUS], three(), effects=effects, draws=Draws(3)
    )
    whole = run(ready, AT, tier=tier)
    assert set(units_of(ready)) == set(whole.values)
    for wanted in whole.values:
        alone = run(ready, AT, tier=tier, only=frozenset({wanted}))
        tolerance = 1e-5 if wanted == "anxiety" else 1e-11
        np.testing.assert_allclose(alone.values[wanted], whole.values[wanted], rtol=tolerance, atol=1e-12)


def test_nothing_asked_is_nothing_told():
    ready = prepare(load_model("otto-2021"), DOSES[PkRoute.INTRAVENOUS], three())
    assert run(ready, AT, only=frozenset()).values == {}


def test_effects_beyond_all_measure_are_refused_and_so_is_a_wrong_count():
    once = varied(load_model("otto-2021"), DOSES[PkRoute.INTRAVENOUS], three())
    with pytest.raises(InputRefused, match=r"is 0\.0 for a person"):
        once.with_etas(np.full((once.rows, 1), -800.0))
    with pytest.raises(InputRefused, match="that vary"):
        once.with_etas(np.zeros((once.rows + 1, 1)))
