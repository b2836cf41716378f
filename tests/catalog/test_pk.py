"""The published models of how ketamine moves, as files."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ataraxy.catalog import pk
from ataraxy.catalog.library import sources, toml_files
from ataraxy.catalog.pk import load_pk_model
from ataraxy.core.errors import CatalogError

MODELS = [path.name.removesuffix(".toml") for path in toml_files("pk_models")]


@pytest.mark.parametrize("name", MODELS)
def test_every_model_says_where_its_constants_are_from_and_what_it_leaves_out(name):
    model = load_pk_model(name)
    assert model.leaves_out
    assert model.sampling_site in {"arterial", "venous"}
    for constant in model.constants.each():
        assert sources()[constant.source].bears(constant.status)


def test_kamp_2020_as_read():
    typical = load_pk_model("kamp-2020").constants
    assert [int(c.value) for c in typical.each()] == [25, 56, 157, 84, 161, 79]


def test_clearances_grow_with_weight_to_three_quarters_and_volumes_with_weight():
    model = load_pk_model()
    light, heavy = model.for_weight(Decimal(70)), model.for_weight(Decimal(140))
    assert heavy.v2_l / light.v2_l == pytest.approx(2)
    assert heavy.q3_l_per_min / light.q3_l_per_min == pytest.approx(2**0.75)
    assert light.cl_l_per_min == pytest.approx(84 / 60)


def test_an_unknown_model_is_told_with_the_known_ones():
    with pytest.raises(CatalogError, match="kamp-2020"):
        load_pk_model("nobody-1999")


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('id = "kamp-2020"', 'id = "other"', "says id"),
        ("value = 25", "value = 0", "not above zero"),
        ("clearance_power = 0.75", "clearance_power = 1", "weight"),
        ('source = "kamp-2020"', 'source = "hearsay"', "hearsay"),
        ("value = 25", 'value = "25"', "number"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, monkeypatch, old, new, cause):
    text = (pk.HOME / "pk_models" / "kamp-2020.toml").read_text(encoding="utf-8")
    (tmp_path / "pk_models").mkdir()
    (tmp_path / "pk_models" / "kamp-2020.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(pk, "HOME", tmp_path)
    with pytest.raises(CatalogError, match=cause):
        load_pk_model.__wrapped__("kamp-2020")
