"""What is written of the ledger into the clinic's record. Appended, never changed; a reversal is an act of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from ataraxy.core.pharmacy.discrepancy import Resolution, What
from ataraxy.core.pharmacy.ledger import Posting
from ataraxy.core.pharmacy.places import ActKind, PlaceKind
from ataraxy.core.pharmacy.stock import Schedule


@dataclass(frozen=True, slots=True)
class LocationRegistered:
    """An address at which controlled substances are kept."""

    VERSION: ClassVar[int] = 1
    location: UUID
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class RegistrationRecorded:
    VERSION: ClassVar[int] = 1
    registration: UUID
    location: UUID
    registrant: str
    number: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class ProductListed:
    VERSION: ClassVar[int] = 1
    product: UUID
    substance: str
    form: str
    schedule: Schedule
    mg_per_ml: Decimal
    vial_ml: Decimal
    opened_hours: int
    syringe_hours: int


@dataclass(frozen=True, slots=True)
class VialTold:
    vial: UUID
    number: int
    product: UUID
    lot: str
    expires_on: date
    ml: Decimal


@dataclass(frozen=True, slots=True)
class VialsEntered:
    """The vials of one delivery, each with its own number."""

    VERSION: ClassVar[int] = 1
    location: UUID
    vials: tuple[VialTold, ...]


@dataclass(frozen=True, slots=True)
class SyringeFilled:
    """A syringe for one patient, with its last moment of use."""

    VERSION: ClassVar[int] = 1
    syringe: UUID
    patient: UUID
    session: UUID
    beyond_use_at: datetime
    diluent: str = ""
    final_ml: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The other registrant of a delivery or a transfer; a reverse distributor or DEA Form 41 for a destruction."""

    name: str
    number: str = ""
    address: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class StockMoved:
    """One act of the ledger with its postings."""

    VERSION: ClassVar[int] = 1
    act: UUID
    kind: ActKind
    postings: tuple[Posting, ...]
    witness: UUID | None = None
    patient: UUID | None = None
    session: UUID | None = None
    dose: UUID | None = None
    reverses: UUID | None = None
    counterpart: Counterpart | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DoseAccounted:
    """So many mg entered a patient, in all; a correction of a dose is its next version."""

    VERSION: ClassVar[int] = 2  # 2: ``given_by``
    dose: UUID
    number: int
    session: UUID
    patient: UUID
    substance: str
    mg: Decimal
    given_by: UUID | None = None  # who began the dose, whoever charted its end


@dataclass(frozen=True, slots=True)
class Counted:
    vial: UUID
    place: PlaceKind
    holder: UUID
    expected_ml: Decimal
    found_ml: Decimal


@dataclass(frozen=True, slots=True)
class StockCounted:
    """Two people counted what is on hand at one location."""

    VERSION: ClassVar[int] = 1
    count: UUID
    location: UUID
    why: str
    checked_by: UUID
    lines: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class DiscrepancyOpened:
    VERSION: ClassVar[int] = 1
    discrepancy: UUID
    what: What
    substance: str
    words: str
    vial: UUID | None = None
    ml: Decimal | None = None
    mg: Decimal | None = None
    dose: UUID | None = None


@dataclass(frozen=True, slots=True)
class DiscrepancyExplained:
    VERSION: ClassVar[int] = 1
    discrepancy: UUID
    words: str


@dataclass(frozen=True, slots=True)
class DiscrepancyClosed:
    VERSION: ClassVar[int] = 1
    discrepancy: UUID
    resolution: Resolution
    words: str


LedgerPayload = (
    LocationRegistered
    | RegistrationRecorded
    | ProductListed
    | VialsEntered
    | SyringeFilled
    | StockMoved
    | DoseAccounted
    | StockCounted
    | DiscrepancyOpened
    | DiscrepancyExplained
    | DiscrepancyClosed
)
