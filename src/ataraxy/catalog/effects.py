"""Effect models: from a concentration to pressure, dissociation, occupancy or anxiety; one a file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ataraxy.catalog.shelf import Shelf
from ataraxy.core.pharmacology.audit import problems_of_effect
from ataraxy.core.pharmacology.effect import EffectModel

EFFECTS = Shelf("effect_models", "effect", EffectModel, problems_of_effect)
parse_effect = EFFECTS.parse


@cache
def effect_models() -> Mapping[str, EffectModel]:
    """Every effect model of the catalog, by id.

    Raises:
        CatalogError: a file is wrong.
    """
    return EFFECTS.every()


@cache
def load_effect(effect_id: str) -> EffectModel:
    """An effect model of the catalog by its id; only its own file is read.

    Raises:
        CatalogError: no such effect, or its file is wrong.
    """
    return EFFECTS.load(effect_id)
