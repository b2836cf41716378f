"""Published models of how ketamine moves through the body, one a file; a file is enough to add one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ataraxy.catalog.shelf import Shelf
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.audit import problems_of_model
from ataraxy.core.pharmacology.model import PkModel

MODELS = Shelf(
    "pk_models", "model", PkModel, problems_of_model, not_cited=frozenset({"Flow", "Saturable"})
)  # the source of a flow is a compartment
parse_model = MODELS.parse


@cache
def models() -> Mapping[str, PkModel]:
    """Every model of the catalog, by id, those of children too (see ``for_adults``).

    Raises:
        CatalogError: a file is wrong.
    """
    return MODELS.every()


@cache
def load_model(model_id: str) -> PkModel:
    """A model of the catalog by its id; only its own file is read.

    Raises:
        CatalogError: no such model, or its file is wrong.
    """
    return MODELS.load(model_id)


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
