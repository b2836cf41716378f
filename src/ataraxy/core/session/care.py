"""What else happens at the bedside: who covers, what was prepared, ordered, given, handed over, or went wrong.

Appended like every session event (``events.py``). An amount is always beside its unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from ataraxy.core.protocol.types import EmergencyKind, Measure


class Way(StrEnum):
    """How a supplement or a rescue medicine goes in."""

    INTRAVENOUS = "intravenous"
    SUBCUTANEOUS = "subcutaneous"
    INTRAMUSCULAR = "intramuscular"
    NASAL = "nasal"
    BY_MOUTH = "by-mouth"
    UNDER_THE_TONGUE = "under-the-tongue"
    INHALED = "inhaled"


class OrderKind(StrEnum):
    KETAMINE = "ketamine"  # a supplement to the planned dose
    RESCUE = "rescue"  # antiemetic, antihypertensive, benzodiazepine
    OXYGEN = "oxygen"  # L/min


class Thing(StrEnum):
    """What is handed over, each accepted by name."""

    PATIENT = "patient"
    PUMP = "pump"
    SYRINGE = "syringe"


@dataclass(frozen=True, slots=True)
class CoverNamed:
    """Who is there for this session: the prescriber on site, and the person certified in rescue, free for this room."""

    VERSION: ClassVar[int] = 1
    prescriber: UUID
    rescuer: UUID


@dataclass(frozen=True, slots=True)
class SyringePrepared:
    """What was drawn up: stock, diluent, final volume and concentration apart, as the label says."""

    VERSION: ClassVar[int] = 1
    mg: Decimal
    stock_mg_per_ml: Decimal
    stock_ml: Decimal
    diluent: str
    diluent_ml: Decimal
    final_ml: Decimal
    concentration_mg_per_ml: Decimal
    label: str = ""  # what is written on it; the ledger's syringe, where there is one


@dataclass(frozen=True, slots=True)
class SyringeChecked:
    """A second person read the label and the numbers, and they are right."""

    VERSION: ClassVar[int] = 1
    syringe: UUID  # the ``SyringePrepared`` event


@dataclass(frozen=True, slots=True)
class RateChanged:
    """The pump was set to another rate. An increase past the planned rate names the order for it."""

    VERSION: ClassVar[int] = 1
    rate_mg_per_min: Decimal
    reason: str
    order: UUID | None = None


@dataclass(frozen=True, slots=True)
class PumpRead:
    """What the pump itself shows: the volume it has infused, and whether it stands still.

    ``counts``: read after the end it is what went in. False in a text from before this was so: then it is that only
    where it was further from the estimate than went without a word.
    """

    VERSION: ClassVar[int] = 2  # 2: ``counts``
    infused_ml: Decimal | None
    stopped: bool
    explanation: str = ""  # needed when it differs from the estimate by more than the protocol says
    counts: bool = True


@dataclass(frozen=True, slots=True)
class OrderGiven:
    """A prescriber's order. A verbal one is written by who heard it, read back, and countersigned later."""

    VERSION: ClassVar[int] = 1
    kind: OrderKind
    medicine: str
    amount: Decimal
    unit: str
    way: Way
    reason: str
    prescriber: UUID
    verbal: bool = False
    read_back: bool = False


@dataclass(frozen=True, slots=True)
class OrderCountersigned:
    VERSION: ClassVar[int] = 1
    order: UUID


@dataclass(frozen=True, slots=True)
class BolusGiven:
    """Supplemental ketamine: an injection, or sprays into the nose. ``order``: whose order it follows.

    ``already_in``: it had gone in before it was written down; it is charted as it was, and ``past`` tells what it went
    past as it was written: its order, the rest between sprays, the cap, the end of the session (empty: nothing).
    """

    VERSION: ClassVar[int] = 2
    mg: Decimal
    way: Way
    order: UUID | None
    ml: Decimal | None = None
    concentration_mg_per_ml: Decimal | None = None
    sprays: int | None = None
    already_in: bool = False
    past: str = ""


@dataclass(frozen=True, slots=True)
class MedicineGiven:
    """A rescue medicine, or oxygen set to a flow (0 L/min: off). What went in is charted, ordered or not."""

    VERSION: ClassVar[int] = 1
    medicine: str
    amount: Decimal
    unit: str
    way: Way
    order: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ArtefactMarked:
    """A value is held to be wrong, with the reason. It stays; what it warned of stays, until a fresh reading."""

    VERSION: ClassVar[int] = 1
    event: UUID  # the ``VitalRecorded``
    measures: tuple[Measure, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class EmergencyStarted:
    """One tap: the timer runs from ``envelope.at``."""

    VERSION: ClassVar[int] = 1
    kind: EmergencyKind


@dataclass(frozen=True, slots=True)
class EmergencyRoleTaken:
    """Who does what: leads, airway, medicines, writes, calls."""

    VERSION: ClassVar[int] = 1
    emergency: UUID
    role: str
    who: str


@dataclass(frozen=True, slots=True)
class EmergencyLogged:
    """Something was done; ``step`` is the number of the card's line, or None for words of one's own."""

    VERSION: ClassVar[int] = 1
    emergency: UUID
    what: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class EmergencyEnded:
    VERSION: ClassVar[int] = 1
    emergency: UUID
    outcome: str


@dataclass(frozen=True, slots=True)
class EmergencyReviewed:
    """Looked back at afterwards: what went well, what is changed."""

    VERSION: ClassVar[int] = 1
    emergency: UUID
    words: str


@dataclass(frozen=True, slots=True)
class HandoverOffered:
    """Somebody else is to take over; it holds only once they accept."""

    VERSION: ClassVar[int] = 1
    to: UUID
    things: tuple[Thing, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class HandoverAccepted:
    """By ``envelope.actor``, who is the person it was offered to."""

    VERSION: ClassVar[int] = 1
    offer: UUID
    infused_ml: Decimal | None = None  # read off the pump by the one who takes it


@dataclass(frozen=True, slots=True)
class EntryMovedIn:
    """The entry ``copied`` of this session stood in another patient's session; there it is taken back, and kept."""

    VERSION: ClassVar[int] = 1
    copied: UUID
    session: UUID
    original: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class FromPaper:
    """These entries were written on paper while the system was down, and typed in afterwards."""

    VERSION: ClassVar[int] = 1
    entries: tuple[UUID, ...]
    sheet: str  # the number on the paper form
    written_by: str  # whose hand


CarePayload = (
    CoverNamed
    | SyringePrepared
    | SyringeChecked
    | RateChanged
    | PumpRead
    | OrderGiven
    | OrderCountersigned
    | BolusGiven
    | MedicineGiven
    | ArtefactMarked
    | EmergencyStarted
    | EmergencyRoleTaken
    | EmergencyLogged
    | EmergencyEnded
    | EmergencyReviewed
    | HandoverOffered
    | HandoverAccepted
    | EntryMovedIn
    | FromPaper
)
