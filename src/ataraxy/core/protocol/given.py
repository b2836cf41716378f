"""What is given: the drug, and one dose of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ataraxy.core.protocol.line import Line, Route, WeightBasis
from ataraxy.core.protocol.status import Status


@dataclass(frozen=True, slots=True)
class Drug:
    name: str
    form: str  # "racemic"
    salt: str  # "hydrochloride"
    amounts_as: str  # "base" or "salt": what every mg in this file means
    stock_mg_per_ml: Decimal
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class Dose(Line):
    """``duration_min`` and ``infusion_mg_per_ml`` are None for an injection; ``spray_mg``, one spray, is only for the nose.

    The caps and the dilution are rarely from the same place as the dose: each has its own source and status.
    """

    route: Route
    weight: WeightBasis
    cap_mg: Decimal
    cap_mg_per_kg: Decimal
    duration_min: int | None = None
    infusion_mg_per_ml: Decimal | None = None
    cap_source: str = ""
    cap_status: Status = Status.PROPOSED
    infusion_source: str = ""
    infusion_status: Status = Status.PROPOSED
    spray_mg: Decimal | None = None
    spray_source: str = ""
    spray_status: Status = Status.PROPOSED
