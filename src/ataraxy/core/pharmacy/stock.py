"""What is kept: registered locations, registrations, products by strength, vials of a lot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

ML_STEP = Decimal("0.01")
KETAMINE = "ketamine"
KETAMINE_MG_PER_ML = (
    Decimal(10),
    Decimal(50),
    Decimal(100),
)  # the strengths ketamine is sold in for injection


class Schedule(StrEnum):
    """21 U.S.C. 812; the ledger keeps schedules II to V."""

    II = "II"
    III = "III"
    IV = "IV"
    V = "V"


@dataclass(frozen=True, slots=True)
class Registration:
    """A registrant's leave to handle controlled substances at one address; a renewal is a new one."""

    location: UUID
    registrant: str
    number: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class Product:
    """One substance in one strength and vial size. The two spans are the clinic's own rule for use once opened."""

    substance: str
    schedule: Schedule
    mg_per_ml: Decimal
    vial_ml: Decimal
    opened_for: timedelta
    syringe_for: timedelta


@dataclass(frozen=True, slots=True)
class Vial:
    """One vial. ``opened_at`` is its first draw."""

    id: UUID
    product: Product
    lot: str
    expires_on: date  # the last day it may be used
    location: UUID
    ml: Decimal  # as labelled
    opened_at: datetime | None = None

    @property
    def beyond_use_at(self) -> datetime | None:
        """When an opened vial may not be used any more."""
        return None if self.opened_at is None else self.opened_at + self.product.opened_for


def strength_is_known(substance: str, mg_per_ml: Decimal) -> bool:
    """Whether this strength exists; only ketamine's are known here."""
    return mg_per_ml > 0 and (substance != KETAMINE or mg_per_ml in KETAMINE_MG_PER_ML)


def is_exact(ml: Decimal) -> bool:
    """A volume above zero, in whole hundredths of a millilitre."""
    return ml.is_finite() and ml > 0 and ml == ml.quantize(ML_STEP)
