"""Virtual populations, one a file: what people are like, by documented shares and quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ataraxy.catalog.cited import cited
from ataraxy.catalog.library import refuse, toml_files
from ataraxy.catalog.shape import FAILED, fit
from ataraxy.catalog.toml import Document, parse_toml, read_text
from ataraxy.core.errors import CatalogError
from ataraxy.core.pharmacology.population import PopulationSpec, problems_of_population
from ataraxy.core.protocol.problem import Problem

FOLDER = "populations"


def read_population(data: bytes, name: str) -> tuple[Document, PopulationSpec | None, tuple[Problem, ...]]:
    """A population's file, and everything that is wrong with it; None where it has not the shape of one.

    Raises:
        CatalogError: the bytes are not TOML at all.
    """
    document = parse_toml(read_text(data, name), name)
    found: list[Problem] = []
    spec = fit(PopulationSpec, document.values, (), found)
    if spec is FAILED or found:
        return document, None, tuple(found)
    if f"{spec.id}.toml" != name:
        found.append(Problem(("id",), f"The file says id {spec.id!r}.", "Name the file after its id."))
    return document, spec, (*found, *problems_of_population(spec), *cited(spec))


def parse_population(data: bytes, name: str) -> PopulationSpec:
    """The population of a file's bytes, checked.

    Raises:
        CatalogError: the first thing that is wrong, with ``file:line:column``, and how many more there are.
    """
    document, spec, problems = read_population(data, name)
    if spec is None or problems:
        raise refuse(document, list(problems))
    return spec


@cache
def populations() -> Mapping[str, PopulationSpec]:
    """Every population of the catalog, by id.

    Raises:
        CatalogError: a file is wrong.
    """
    read = (parse_population(path.read_bytes(), path.name) for path in toml_files(FOLDER))
    return MappingProxyType({spec.id: spec for spec in read})


@cache
def load_population(population_id: str) -> PopulationSpec:
    """A population of the catalog by its id; only its own file is read.

    Raises:
        CatalogError: no such population, or its file is wrong.
    """
    for path in toml_files(FOLDER):
        if path.name == f"{population_id}.toml":
            return parse_population(path.read_bytes(), path.name)
    known = ", ".join(path.name.removesuffix(".toml") for path in toml_files(FOLDER))
    raise CatalogError(f"There is no population {population_id!r}.", f"Choose one of: {known}.")
