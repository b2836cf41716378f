"""Effect models: from a concentration to pressure, dissociation, occupancy or anxiety; one a file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ataraxy.catalog.cited import cited
from ataraxy.catalog.library import refuse, toml_files
from ataraxy.catalog.shape import FAILED, fit
from ataraxy.catalog.toml import Document, parse_toml, read_text
from ataraxy.core.errors import CatalogError
from ataraxy.core.pharmacology.audit import problems_of_effect
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.protocol.problem import Problem

FOLDER = "effect_models"


def read_effect(data: bytes, name: str) -> tuple[Document, EffectModel | None, tuple[Problem, ...]]:
    """An effect's file, and everything that is wrong with it; None where it has not the shape of one.

    Raises:
        CatalogError: the bytes are not TOML at all.
    """
    document = parse_toml(read_text(data, name), name)
    found: list[Problem] = []
    effect = fit(EffectModel, document.values, (), found)
    if effect is FAILED or found:
        return document, None, tuple(found)
    if f"{effect.id}.toml" != name:
        found.append(Problem(("id",), f"The file says id {effect.id!r}.", "Name the file after its id."))
    return document, effect, (*found, *problems_of_effect(effect), *cited(effect))


def parse_effect(data: bytes, name: str) -> EffectModel:
    """The effect of a file's bytes, checked.

    Raises:
        CatalogError: the first thing that is wrong, with ``file:line:column``, and how many more there are.
    """
    document, effect, problems = read_effect(data, name)
    if effect is None or problems:
        raise refuse(document, list(problems))
    return effect


@cache
def effect_models() -> Mapping[str, EffectModel]:
    """Every effect model of the catalog, by id.

    Raises:
        CatalogError: a file is wrong.
    """
    read = (parse_effect(path.read_bytes(), path.name) for path in toml_files(FOLDER))
    return MappingProxyType({effect.id: effect for effect in read})


@cache
def load_effect(effect_id: str) -> EffectModel:
    """An effect model of the catalog by its id; only its own file is read.

    Raises:
        CatalogError: no such effect, or its file is wrong.
    """
    for path in toml_files(FOLDER):
        if path.name == f"{effect_id}.toml":
            return parse_effect(path.read_bytes(), path.name)
    known = ", ".join(path.name.removesuffix(".toml") for path in toml_files(FOLDER))
    raise CatalogError(f"There is no effect {effect_id!r}.", f"Choose one of: {known}.")
