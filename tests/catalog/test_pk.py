"""The published models of how ketamine moves, as files."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ataraxy.catalog.library import HOME, sources, toml_files
from ataraxy.catalog.pk import for_adults, load_model, models, parse_model
from ataraxy.catalog.typical import load_pk_model
from ataraxy.core.errors import CatalogError, InputRefused

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
    model = load_pk_model()
    light, heavy = model.for_weight(Decimal(70)), model.for_weight(Decimal(140))
    assert heavy.v2_l / light.v2_l == pytest.approx(2)
    assert heavy.q3_l_per_min / light.q3_l_per_min == pytest.approx(2**0.75)
    assert light.cl_l_per_min == pytest.approx(84 / 60)


def test_only_a_model_of_three_compartments_has_a_typical_curve():
    with pytest.raises(CatalogError, match="three compartments"):
        load_pk_model("otto-2021")


@pytest.mark.parametrize("load", [load_model, load_pk_model])
def test_an_unknown_model_is_told_with_the_known_ones(load):
    with pytest.raises(CatalogError, match="kamp-2020"):
        load("nobody-1999")


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
