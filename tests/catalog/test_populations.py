"""The virtual populations as files."""

from __future__ import annotations

import pytest

from ataraxy.catalog.library import HOME, sources, toml_files
from ataraxy.catalog.pk import for_adults, models
from ataraxy.catalog.populations import load_population, parse_population, populations
from ataraxy.core.errors import CatalogError, InputRefused
from ataraxy.core.protocol.types import Disorder, Status

POPULATIONS = [path.name.removesuffix(".toml") for path in toml_files("populations")]


def lines_of(spec):
    for name in ("age_years", "weight_kg", "height_cm"):
        for distribution in getattr(spec, name):
            yield from distribution.quantiles
    for name in ("sex", "ancestry", "disorder", "comedication"):
        yield from getattr(spec, name)


@pytest.mark.parametrize("name", POPULATIONS)
def test_every_population_loads_with_a_source_on_every_line(name):
    spec = load_population(name)
    assert spec is load_population(name)
    assert populations()[name] == spec
    assert spec.leaves_out
    for line in lines_of(spec):
        assert sources()[line.source].bears(line.status)


def test_what_was_chosen_and_what_was_read_stand_apart():
    """Perez-Ruixo 2021: least, median and most were read; what lies between, and every height, is proposed."""
    spec = load_population("perez-ruixo-2021")
    read = [int(q.value) for q in spec.weight_kg[0].quantiles if q.status is not Status.PROPOSED]
    assert read == [39, 74, 170]
    assert [int(q.value) for q in spec.age_years[0].quantiles if q.status is not Status.PROPOSED] == [
        18,
        45,
        86,
    ]
    assert all(q.status is Status.PROPOSED for d in spec.height_cm for q in d.quantiles)


def test_the_clinics_people_are_all_proposed_and_have_the_clinics_disorders():
    spec = load_population("clinic-adults")
    assert {line.status for line in lines_of(spec)} == {Status.PROPOSED}
    assert {share.value for share in spec.disorder} == {disorder.value for disorder in Disorder}


def test_an_unknown_population_is_told_with_the_known_ones():
    with pytest.raises(CatalogError, match="clinic-adults"):
        load_population("everybody")


def test_a_wrong_population_is_refused_with_its_line():
    text = (HOME / "populations" / "clinic-adults.toml").read_text(encoding="utf-8")
    with pytest.raises(CatalogError, match="ascending") as caught:
        parse_population(text.replace("value = 31", "value = 21", 1).encode(), "clinic-adults.toml")
    assert caught.value.where.startswith("clinic-adults.toml:")


def test_models_of_children_are_refused_for_these_adults():
    children = {name for name, model in models().items() if not model.adults}
    assert children == {"herd-2007", "hornik-2018", "flint-2017"}
    for name in children:
        with pytest.raises(InputRefused, match="children"):
            for_adults(models()[name])
