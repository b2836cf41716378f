"""Virtual populations, one a file: what people are like, by documented shares and quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ataraxy.catalog.shelf import Shelf
from ataraxy.core.pharmacology.population import PopulationSpec, problems_of_population

POPULATIONS = Shelf("populations", "population", PopulationSpec, problems_of_population)
parse_population = POPULATIONS.parse


@cache
def populations() -> Mapping[str, PopulationSpec]:
    """Every population of the catalog, by id.

    Raises:
        CatalogError: a file is wrong.
    """
    return POPULATIONS.every()


@cache
def load_population(population_id: str) -> PopulationSpec:
    """A population of the catalog by its id; only its own file is read.

    Raises:
        CatalogError: no such population, or its file is wrong.
    """
    return POPULATIONS.load(population_id)
