"""What the care around the dose amounts to: cover, syringes, orders, medicines, emergencies, hand-overs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ataraxy.core.protocol.types import EmergencyKind
from ataraxy.core.session.care import BolusGiven, MedicineGiven, OrderGiven, SyringePrepared, Thing


@dataclass(frozen=True, slots=True)
class Cover:
    """Who is there: the prescriber on site, the person certified in rescue."""

    prescriber: UUID
    rescuer: UUID
    at: datetime
    by: UUID | None
    event: UUID


@dataclass(frozen=True, slots=True)
class Syringe:
    """One that was drawn up; ``checked_by`` is never who prepared it."""

    prepared: SyringePrepared
    at: datetime
    by: UUID | None
    event: UUID
    checked_by: UUID | None = None
    checked_at: datetime | None = None

    @property
    def is_checked(self) -> bool:
        return self.checked_by is not None


@dataclass(frozen=True, slots=True)
class Order:
    """``is_open``: heard by telephone and not countersigned yet. It may be carried out; it stays on the list."""

    order: OrderGiven
    at: datetime
    by: UUID | None
    event: UUID
    countersigned_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.order.verbal and self.countersigned_at is None


@dataclass(frozen=True, slots=True)
class Given:
    """A medicine, oxygen or a supplement that went in."""

    what: MedicineGiven | BolusGiven
    at: datetime
    by: UUID | None
    event: UUID


@dataclass(frozen=True, slots=True)
class PumpReading:
    """The pump's own count. ``expected_ml`` is what rate and running time had it at."""

    infused_ml: Decimal | None
    stopped: bool
    explanation: str
    at: datetime
    by: UUID | None
    event: UUID
    counts: bool = True


@dataclass(frozen=True, slots=True)
class EmergencyLine:
    at: datetime
    by: UUID | None
    event: UUID
    words: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Emergency:
    """One emergency, from the tap to its review."""

    kind: EmergencyKind
    at: datetime
    by: UUID | None
    event: UUID
    roles: tuple[tuple[str, str], ...] = ()  # (role, who); the last of a role counts
    log: tuple[EmergencyLine, ...] = ()
    ended_at: datetime | None = None
    outcome: str = ""
    reviewed_at: datetime | None = None
    review: str = ""

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def steps_done(self) -> frozenset[int]:
        return frozenset(line.step for line in self.log if line.step is not None)


@dataclass(frozen=True, slots=True)
class Handover:
    """Offered, and perhaps accepted. Until then whoever had the patient has them still."""

    to: UUID
    things: tuple[Thing, ...]
    note: str
    at: datetime
    by: UUID | None
    event: UUID
    accepted_at: datetime | None = None
    infused_ml: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """An entry that was charted on another patient first."""

    copied: UUID
    session: UUID
    original: UUID
    reason: str
    at: datetime
    by: UUID | None


@dataclass(frozen=True, slots=True)
class Paper:
    """Where an entry stood on paper before it was typed in."""

    sheet: str
    written_by: str
    event: UUID


@dataclass(frozen=True, slots=True)
class Care:
    """Everything around the dose; each tuple in order of time."""

    cover: Cover | None = None
    syringes: tuple[Syringe, ...] = ()
    orders: tuple[Order, ...] = ()
    given: tuple[Given, ...] = ()
    pump: tuple[PumpReading, ...] = ()
    emergencies: tuple[Emergency, ...] = ()
    handovers: tuple[Handover, ...] = ()
    moved: tuple[Moved, ...] = ()
    artefacts: Mapping[UUID, str] = field(default_factory=dict)  # the marked entry -> why
    paper: Mapping[UUID, Paper] = field(default_factory=dict)  # the entry -> its sheet

    @property
    def syringe(self) -> Syringe | None:
        """The newest that was drawn up."""
        return self.syringes[-1] if self.syringes else None

    @property
    def boluses(self) -> tuple[Given, ...]:
        return tuple(g for g in self.given if isinstance(g.what, BolusGiven))

    @property
    def emergency(self) -> Emergency | None:
        """The one that runs now."""
        return next((e for e in reversed(self.emergencies) if e.is_running), None)

    @property
    def to_countersign(self) -> tuple[Order, ...]:
        return tuple(o for o in self.orders if o.is_open)

    def order(self, event: UUID | None) -> Order | None:
        return next((o for o in self.orders if o.event == event), None)

    @property
    def offer(self) -> Handover | None:
        """The newest hand-over that nobody has accepted yet; an accepted one ends those before it."""
        last = self.handovers[-1] if self.handovers else None
        return last if last is not None and last.accepted_at is None else None

    def keeper(self, thing: Thing) -> UUID | None:
        """Who answers for it since the last accepted hand-over; None: whoever began."""
        taken = [h for h in self.handovers if h.accepted_at is not None and thing in h.things]
        return taken[-1].to if taken else None
