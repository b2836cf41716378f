"""Published models of how ketamine moves through the body: typical constants, each with source and status."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from ataraxy.catalog.library import HOME, fit_document, open_document, sources, toml_files
from ataraxy.core.errors import CatalogError
from ataraxy.core.pharmacology.three_compartment import CLEARANCE_POWER, ThreeCompartment
from ataraxy.core.protocol.types import Route, Status

MIN_PER_H = 60.0


@dataclass(frozen=True, slots=True)
class PkConstant:
    value: Decimal
    meaning: str
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class PkConstants:
    """Typical values at the reference weight."""

    v1_l: PkConstant
    v2_l: PkConstant
    v3_l: PkConstant
    cl_l_per_h: PkConstant
    q2_l_per_h: PkConstant
    q3_l_per_h: PkConstant

    def each(self) -> tuple[PkConstant, ...]:
        return (self.v1_l, self.v2_l, self.v3_l, self.cl_l_per_h, self.q2_l_per_h, self.q3_l_per_h)


@dataclass(frozen=True, slots=True)
class PkModel:
    """One published three-compartment model, and what it leaves out: shown wherever its curve is."""

    id: str
    version: str
    name: str
    source: str
    drug: str
    form: str
    routes: tuple[Route, ...]
    sampling_site: str
    reference_kg: Decimal
    clearance_power: Decimal
    volume_power: Decimal
    leaves_out: tuple[str, ...]
    constants: PkConstants

    def for_weight(self, weight_kg: Decimal) -> ThreeCompartment:
        """The constants of a typical person of this weight, in L and L/min."""
        typical = self.constants
        model = ThreeCompartment(
            v1_l=float(typical.v1_l.value),
            v2_l=float(typical.v2_l.value),
            v3_l=float(typical.v3_l.value),
            cl_l_per_min=float(typical.cl_l_per_h.value) / MIN_PER_H,
            q2_l_per_min=float(typical.q2_l_per_h.value) / MIN_PER_H,
            q3_l_per_min=float(typical.q3_l_per_h.value) / MIN_PER_H,
        )
        return model.scaled(float(weight_kg), float(self.reference_kg))


@cache
def load_pk_model(model_id: str = "kamp-2020") -> PkModel:
    """A model of the catalog by its id.

    Raises:
        CatalogError: no such model, or its file is wrong.
    """
    known = [path.name.removesuffix(".toml") for path in toml_files("pk_models")]
    if model_id not in known:
        raise CatalogError(f"There is no model {model_id!r}.", f"Choose one of: {', '.join(known)}.")
    name = f"{model_id}.toml"
    model = fit_document(PkModel, open_document(HOME / "pk_models" / name))
    _check(model, model_id, name)
    return model


def _check(model: PkModel, model_id: str, name: str) -> None:
    if model.id != model_id:
        raise CatalogError(f"The file says id {model.id!r}.", "Name the file after its id.", name)
    if any(constant.value <= 0 for constant in model.constants.each()):
        raise CatalogError("A volume or clearance is not above zero.", "Correct the value.", name)
    if model.clearance_power != Decimal(str(CLEARANCE_POWER)) or model.volume_power != 1:
        raise CatalogError(
            "This release scales clearances by weight^0.75 and volumes by weight.", "Say so.", name
        )
    for key in {model.source, *(c.source for c in model.constants.each())}:
        if key not in sources():
            raise CatalogError(f"The source {key!r} is not known.", "Add it to sources.toml.", name)
