"""The typical curve of a three-compartment model for the Plan page: one person of a weight, without a band."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from ataraxy.catalog.pk import load_model
from ataraxy.core.errors import CatalogError
from ataraxy.core.pharmacology.model import PkModel, PkRoute
from ataraxy.core.pharmacology.three_compartment import CLEARANCE_POWER, ThreeCompartment
from ataraxy.core.protocol.types import Route

REFERENCE_KG = 70.0
MIN_PER_H = 60.0
NAMES = ("v1", "v2", "v3", "cl", "q2", "q3")
PROTOCOL_ROUTES = {PkRoute.INTRAVENOUS: Route.IV_INFUSION}


@dataclass(frozen=True, slots=True)
class TypicalModel:
    """A model's constants at 70 kg; volumes in L, clearances in L/h."""

    model: PkModel

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def sampling_site(self) -> str:
        return self.model.sampling_site.value

    @property
    def leaves_out(self) -> tuple[str, ...]:
        return self.model.leaves_out

    @property
    def routes(self) -> tuple[Route, ...]:
        """The protocol's routes this curve covers."""
        return tuple(PROTOCOL_ROUTES[r.route] for r in self.model.routes if r.route in PROTOCOL_ROUTES)

    def for_weight(self, weight_kg: Decimal) -> ThreeCompartment:
        """The constants of a typical person of this weight, in L and L/min."""
        v1, v2, v3, cl, q2, q3 = (float(self.model.parameter(name).value) for name in NAMES)
        typical = ThreeCompartment(v1, v2, v3, cl / MIN_PER_H, q2 / MIN_PER_H, q3 / MIN_PER_H)
        return typical.scaled(float(weight_kg), REFERENCE_KG)


@cache
def load_pk_model(model_id: str = "kamp-2020") -> TypicalModel:
    """The typical curve of a model of the catalog.

    Raises:
        CatalogError: no such model, or not one of three compartments in L and L/h, scaled by weight.
    """
    model = load_model(model_id)
    if tuple(_lines(model)) != tuple(_expected()):
        raise CatalogError(
            f"{model.name} is not three compartments that grow with weight and weight^{CLEARANCE_POWER}.",
            "Simulate it with the engine instead.",
            f"{model_id}.toml",
        )
    return TypicalModel(model)


def _lines(model: PkModel) -> list[tuple[str, str, tuple[float, ...]]]:
    return [(p.name, p.unit, tuple(float(s.amount) for s in p.scalings)) for p in model.parameters]


def _expected() -> list[tuple[str, str, tuple[float, ...]]]:
    return [
        (name, "L", (1.0,)) if name.startswith("v") else (name, "L/h", (CLEARANCE_POWER,)) for name in NAMES
    ]
