"""Each person's parameters: covariates, units, and how people differ."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import load_model, models
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.model import Covariance, Parameter, Spread, Variation
from ataraxy.core.pharmacology.parameters import (
    covariance_matrix,
    draw_etas,
    draw_occasion_etas,
    effect_values,
    parameter_values,
    responds,
    root_of,
    typical_values,
    vary,
)
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.prepared import prepare
from ataraxy.core.pharmacology.units import KNOWN
from ataraxy.core.protocol.types import Status


def crowd(count, **columns):
    return replace(same_people(one_person(70.0, 45.0, ancestry="white"), count), **columns)


@pytest.mark.parametrize("weight", [45.0, 70.0, 140.0])
def test_flows_grow_with_weight_to_three_quarters_and_volumes_with_weight(weight):
    values = typical_values(load_model("kamp-2020").parameters, one_person(weight))
    assert values["cl"][0] == pytest.approx(84 / 60 * (weight / 70) ** 0.75)
    assert values["v3"][0] == pytest.approx(157 * weight / 70)


def test_a_value_per_kg_is_times_the_weight():
    values = typical_values(load_model("domino-1984").parameters, one_person(80.0))
    assert values["v1"][0] == pytest.approx(0.063 * 80)


@pytest.mark.parametrize(("age", "l_per_h"), [(30, 151.0), (60, 151.0), (75, 151 - 15 * 2.19)])
def test_the_liver_s_flow_falls_after_sixty(age, l_per_h):
    """Perez-Ruixo 2021: 151 L/h, less 2.19 for each year above 60."""
    values = typical_values(load_model("perez-ruixo-2021").parameters, one_person(70, age))
    assert values["qh"][0] == pytest.approx(l_per_h / 60)


@pytest.mark.parametrize(("ancestry", "factor"), [("white", 1), ("", 1), ("asian", 0.36), ("japanese", 0.36)])
def test_ancestry_counts_where_it_is_known(ancestry, factor):
    values = typical_values(load_model("perez-ruixo-2021").parameters, one_person(70, ancestry=ancestry))
    assert values["kel"][0] == pytest.approx(1.11 / 60 * factor)


def test_every_unit_is_told_in_the_engine_s_own():
    told = {
        "L": 1,
        "mL": 1e-3,
        "L/h": 1 / 60,
        "1/h": 1 / 60,
        "h": 60,
        "d": 1440,
        "percent": 0.01,
        "mg/L": 1000,
        "mg/h": 1 / 60,
    }
    for unit, factor in told.items():
        parameter = Parameter("p", Decimal(3), unit, "made up", "test", Status.PROPOSED)
        assert typical_values([parameter], one_person(70))["p"][0] == pytest.approx(3 * factor)
        assert KNOWN[unit].to_engine == pytest.approx(factor)


# --- how people differ ---------------------------------------------------------------------------------


@given(st.integers(1, 7), st.integers(0, 2**31), st.booleans())
def test_the_root_of_a_covariance_makes_it_again(k, seed, flat):
    chance = np.random.default_rng(seed)
    factor = np.tril(chance.uniform(-1, 1, (k, k)))
    if flat:
        factor[k // 2] = 0.0  # one that does not differ at all
    matrix = factor @ factor.T
    root = root_of(matrix)
    assert np.all(root[np.triu_indices(k, 1)] == 0)
    np.testing.assert_allclose(root @ root.T, matrix, atol=1e-7)


@pytest.mark.parametrize("model_id", sorted(m.id for m in models().values() if m.between))
def test_drawn_etas_have_the_covariance_the_model_says(model_id):
    model = load_model(model_id)
    count = 20_000
    etas = draw_etas(model, crowd(count), Draws(9))
    wanted = covariance_matrix(model.between, model.between_covariances)
    size = np.sqrt(np.outer(wanted.diagonal(), wanted.diagonal()))
    np.testing.assert_allclose(np.cov(etas) / size, wanted / size, atol=6 / np.sqrt(count))
    assert np.all(np.abs(etas.mean(axis=1)) < 5 * np.sqrt(wanted.diagonal() / count))


def test_a_covariance_is_in_its_place():
    variations = [Variation(name, Decimal("0.04"), "t", Status.PROPOSED) for name in ("a", "b", "c")]
    matrix = covariance_matrix(variations, [Covariance("c", "a", Decimal("0.01"), "t", Status.PROPOSED)])
    np.testing.assert_allclose(matrix, [[0.04, 0, 0.01], [0, 0.04, 0], [0.01, 0, 0.04]])


@given(st.floats(0.01, 0.99), st.floats(-5, 5))
def test_a_share_that_differs_stays_a_share(share, eta):
    values = {"f": np.array([share])}
    vary(values, [Variation("f", Decimal(1), "t", Status.PROPOSED, Spread.LOGIT)], np.array([[eta]]))
    assert 0 < values["f"][0] < 1
    assert np.log(values["f"][0] / (1 - values["f"][0])) == pytest.approx(
        np.log(share / (1 - share)) + eta, abs=1e-9
    )


@given(st.floats(0.1, 100), st.floats(-3, 3))
def test_a_clearance_that_differs_is_times_the_exponential(value, eta):
    values = {"cl": np.array([value])}
    vary(values, [Variation("cl", Decimal(1), "t", Status.PROPOSED)], np.array([[eta]]))
    assert values["cl"][0] == pytest.approx(value * np.exp(eta))


def test_without_draws_everybody_is_typical():
    model = load_model("simons-2022")
    everybody = crowd(3)
    for draws in (None, Draws(1, between=False, occasions=False)):
        assert np.all(draw_etas(model, everybody, draws) == 0)
        assert np.all(draw_occasion_etas(model, everybody, draws, 0) == 0)


def test_the_same_person_is_another_on_another_occasion_only_where_the_model_says():
    model, everybody = load_model("simons-2022"), crowd(50)
    first, second = (draw_occasion_etas(model, everybody, Draws(4), k) for k in (0, 1))
    assert not np.any(first == second)
    between = draw_etas(model, everybody, Draws(4))
    one, other = (parameter_values(model, everybody, between, etas) for etas in (first, second))
    vary_between_occasions = {v.parameter for v in model.occasion}
    for name, value in one.items():
        assert np.array_equal(value, other[name]) == (name not in vary_between_occasions), name


def test_an_effect_s_parameters_carry_its_name():
    effect = load_effect("anxiety")
    values = effect_values(effect, crowd(2), np.zeros((len(effect.between), 2)))
    assert all(name.startswith("anxiety/") for name in values)
    assert values["anxiety/baseline"].tolist() == [26, 26]


def test_so_many_respond_as_the_model_says():
    share = np.full(20_000, 0.6)
    found = responds(share, crowd(20_000), Draws(5), 0)
    assert set(np.unique(found)) == {0.0, 1.0}
    assert found.mean() == pytest.approx(0.6, abs=5 * np.sqrt(0.24 / 20_000))
    assert responds(share, crowd(20_000), None, 0)[0] == 0.6


def test_etas_may_be_given_and_are_then_nobody_s_draws():
    model, everybody = load_model("kamp-2020-spread"), crowd(3)
    etas = np.zeros((len(model.between), 3))
    etas[0] = [0.0, 0.5, -0.5]
    name = model.between[0].parameter
    values = prepare(model, (), everybody, etas=etas).values[0]
    np.testing.assert_allclose(values[name] / values[name][0], np.exp(etas[0]))


def test_etas_of_another_number_are_refused():
    with pytest.raises(InputRefused) as told:
        prepare(load_model("kamp-2020-spread"), (), crowd(3), etas=np.zeros((1, 3)))
    assert told.value.field == "etas"
