"""Published models of how ketamine moves through the body, one a file; a file is enough to add one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ataraxy.catalog.cited import cited
from ataraxy.catalog.library import refuse, toml_files
from ataraxy.catalog.shape import FAILED, fit
from ataraxy.catalog.toml import Document, parse_toml, read_text
from ataraxy.core.errors import CatalogError, InputRefused
from ataraxy.core.pharmacology.audit import problems_of_model
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.protocol.problem import Problem

FOLDER = "pk_models"
NO_CITATION = frozenset({"Flow", "Saturable"})  # their ``source`` is a compartment


def read_model(data: bytes, name: str) -> tuple[Document, PkModel | None, tuple[Problem, ...]]:
    """A model file, and everything that is wrong with it; None where it has not the shape of one.

    Raises:
        CatalogError: the bytes are not TOML at all.
    """
    document = parse_toml(read_text(data, name), name)
    found: list[Problem] = []
    model = fit(PkModel, document.values, (), found)
    if model is FAILED or found:
        return document, None, tuple(found)
    if f"{model.id}.toml" != name:
        found.append(Problem(("id",), f"The file says id {model.id!r}.", "Name the file after its id."))
    return document, model, (*found, *problems_of_model(model), *cited(model, (), NO_CITATION))


def parse_model(data: bytes, name: str) -> PkModel:
    """The model of a file's bytes, checked.

    Raises:
        CatalogError: the first thing that is wrong, with ``file:line:column``, and how many more there are.
    """
    document, model, problems = read_model(data, name)
    if model is None or problems:
        raise refuse(document, list(problems))
    return model


@cache
def models() -> Mapping[str, PkModel]:
    """Every model of the catalog, by id, those of children too (see ``for_adults``).

    Raises:
        CatalogError: a file is wrong.
    """
    read = (parse_model(path.read_bytes(), path.name) for path in toml_files(FOLDER))
    return MappingProxyType({model.id: model for model in read})


@cache
def load_model(model_id: str) -> PkModel:
    """A model of the catalog by its id; only its own file is read.

    Raises:
        CatalogError: no such model, or its file is wrong.
    """
    for path in toml_files(FOLDER):
        if path.name == f"{model_id}.toml":
            return parse_model(path.read_bytes(), path.name)
    known = ", ".join(path.name.removesuffix(".toml") for path in toml_files(FOLDER))
    raise CatalogError(f"There is no model {model_id!r}.", f"Choose one of: {known}.")


def for_adults(model: PkModel) -> PkModel:
    """The model itself, where it may be used for an adult.

    Raises:
        InputRefused: it describes children.
    """
    if not model.adults:
        raise InputRefused(
            f"{model.name} describes children ({model.cohort}).", "Choose a model of adults.", "model"
        )
    return model
