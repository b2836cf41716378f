"""What is known about a session at one moment: the value its events fold into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from ataraxy.core.protocol.types import Measure, Phase
from ataraxy.core.record.envelope import Envelope, Origin, Recorded
from ataraxy.core.session.attended import Care, PumpReading
from ataraxy.core.session.care import BolusGiven
from ataraxy.core.session.dose import MG_STEP, DoseGiven, differs
from ataraxy.core.session.events import CalledOff, EndReason, Grade, SessionOpened, SessionPayload

Event = Recorded[SessionPayload]
# While pump reads were of version 1, the pump's count was what went in only beyond this share; it stays so for them.
FAR_OFF_OF_OLD = Decimal("0.05")


def moment(envelope: Envelope) -> datetime:
    """When it was true (UTC), but never later than when it was written down.

    Hazards: a device clock that runs ahead would make an old value look fresh for ever; and in a local zone
    the difference of two moments is one of clock faces, an hour wrong in the night the clocks change.
    """
    return min(envelope.at.astimezone(UTC), envelope.recorded_at.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Value:
    """One measured value in effect, with its unit, its time and where it came from."""

    measure: Measure
    value: Decimal
    unit: str
    at: datetime
    recorded_at: datetime
    origin: Origin
    by: UUID | None
    device: str  # empty: typed by hand
    event: UUID
    artefact: str = ""  # why it is held to be wrong; it stays, and vouches for nothing


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """The last answer to one line, by whom and when. ``ok`` False is an answer."""

    line: str
    ok: bool
    note: str
    identifiers: tuple[str, ...]
    at: datetime
    recorded_at: datetime
    by: UUID | None
    event: UUID
    answers: tuple[int | None, ...] = ()  # of a scale asked item by item


@dataclass(frozen=True, slots=True)
class Escort:
    name: str
    phone: str
    present: bool
    at: datetime
    by: UUID | None
    event: UUID


@dataclass(frozen=True, slots=True)
class SideEffect:
    effect: str
    grade: Grade
    note: str
    at: datetime
    by: UUID | None
    event: UUID
    resolved_at: datetime | None = None
    action: str = ""
    serious: bool = False
    outcome: str = ""

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


@dataclass(frozen=True, slots=True)
class Signature:
    """A prescriber's signed reason for going past one line."""

    line: str
    reason: str
    at: datetime
    by: UUID | None
    event: UUID


@dataclass(frozen=True, slots=True)
class Decided:
    """The dose a prescriber decided for this session, and after which dose."""

    mg_per_kg: Decimal
    reason: str
    after: UUID | None
    at: datetime
    by: UUID
    event: UUID


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    at: datetime
    by: UUID | None
    event: UUID


@dataclass(frozen=True, slots=True)
class Ending:
    how: EndReason
    escort: str
    note: str
    at: datetime
    by: UUID | None
    event: UUID
    why: CalledOff | None = None


@dataclass(frozen=True, slots=True)
class Irregular:
    """An event that is in the record but does not fit: shown to people, never refused, never a crash."""

    event: UUID
    seq: int
    reason: str


class WhyOut(StrEnum):
    CORRECTED = "corrected"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class OutOfEffect:
    """An event that stands in the record but no longer counts, and the event that put it out."""

    event: Event
    why: WhyOut
    by_event: UUID


@dataclass(frozen=True, slots=True)
class SessionState:
    """A session as its events tell it. ``log`` holds every event once, in the order things were true.

    Two states are equal when they were made from the same events, in whatever order they came.
    """

    log: tuple[Event, ...] = ()
    opened: SessionOpened | None = None
    arrived_at: datetime | None = None
    checks: Mapping[str, CheckAnswer] = field(default_factory=dict)
    escort: Escort | None = None
    monitor: str | None = None  # the device bound to this patient now
    series: Mapping[Measure, tuple[Value, ...]] = field(default_factory=dict)  # each in order of time
    baseline: Mapping[Measure, Value] = field(default_factory=dict)  # the last of each before the dose
    dose: DoseGiven | None = None
    side_effects: tuple[SideEffect, ...] = ()
    signatures: tuple[Signature, ...] = ()
    decided: Decided | None = None
    notes: tuple[Note, ...] = ()
    ending: Ending | None = None
    care: Care = field(default_factory=Care)
    out_of_effect: tuple[OutOfEffect, ...] = ()
    irregular: tuple[Irregular, ...] = ()
    unresolved: frozenset[UUID] = frozenset()  # named by another event, but not (yet) in the record
    last_seq: int = 0
    last_human_seq: int = 0

    @property
    def phase(self) -> Phase:
        if self.ending is not None:
            return Phase.ENDED
        if self.dose is None:
            return Phase.ARRIVAL
        return Phase.DOSING if self.dose.is_open else Phase.OBSERVATION

    @property
    def planned_mg_per_kg(self) -> Decimal | None:
        """The dose this session is to give: as decided, else as the protocol plans it."""
        if self.decided is not None:
            return self.decided.mg_per_kg
        return self.opened.planned_mg_per_kg if self.opened else None

    def latest(self, measure: Measure) -> Value | None:
        """The newest value in effect, however old; None when it was never measured. An artefact is none."""
        return next((v for v in reversed(self.series.get(measure, ())) if not v.artefact), None)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The identifiers read back, by the newest check that recorded any."""
        given = [c for c in self.checks.values() if c.ok and c.identifiers]
        return max(given, key=lambda c: (c.at, str(c.event))).identifiers if given else ()

    @property
    def open_side_effects(self) -> tuple[SideEffect, ...]:
        return tuple(s for s in self.side_effects if s.is_open)

    def signature(self, line: str) -> Signature | None:
        """The newest signature on a line."""
        return next((s for s in reversed(self.signatures) if s.line == line), None)

    def mg_given(self, when: datetime) -> Decimal:
        """The mg given by ``when``: of the planned dose, and every supplement."""
        runs = (
            self.dose is not None and self.dose.is_infusion
        )  # sprays and injections are in when they are told
        until = min(when, self.ending.at) if self.ending and runs else when
        extra = (g.what.mg for g in self.care.given if isinstance(g.what, BolusGiven) and g.at <= when)
        return sum(extra, self.planned_part_mg(until))

    @property
    def drug_since(self) -> datetime | None:
        """When ketamine first went in: at the start of the dose, or as a supplement where no dose was started."""
        if self.dose is not None:
            return self.dose.started_at
        return min((one.at for one in self.care.boluses), default=None)

    @property
    def mg_in_all(self) -> Decimal:
        """Everything that went in, whenever it was told: also what was told after the end."""
        return self.mg_given(moment(self.log[-1].envelope)) if self.log else Decimal(0)

    def planned_part_mg(self, when: datetime) -> Decimal:
        """The mg of the planned dose that are in: by rate and running time, an estimate.

        Once the dose is over and the pump was read, its count is what went in: the same number as in the ledger.
        """
        if self.dose is None:
            return Decimal(0)
        estimate, over, pumped = self.dose.mg_at(when), self.dose.ended_at, self.pumped_mg
        if pumped is None or over is None or when < over or not self.pump_counts:
            return estimate
        return pumped

    @property
    def pumped_mg(self) -> Decimal | None:
        """What the pump says it infused in all, as mg; None before it was read at the end."""
        strength = self.dose.planned.concentration_mg_per_ml if self.dose else None
        read = self._read_at_the_end
        if read is None or read.infused_ml is None or not strength:
            return None
        return (read.infused_ml * strength).quantize(MG_STEP)

    @property
    def pump_counts(self) -> bool:
        """Whether the mg of the planned dose are the pump's own count. A read of old says so only where it was far off."""
        read, pumped, dose = self._read_at_the_end, self.pumped_mg, self.dose
        if read is None or pumped is None or dose is None or dose.ended_at is None:
            return False
        return read.counts or differs(pumped, dose.mg_at(dose.ended_at), FAR_OFF_OF_OLD)

    @property
    def is_estimate(self) -> bool:
        """Whether the mg in are worked out from rate and running time: of an infusion whose pump was not read at its end."""
        return self.dose is not None and self.dose.is_infusion and not self.pump_counts

    @property
    def _read_at_the_end(self) -> PumpReading | None:
        over = self.dose.ended_at if self.dose else None
        read = [one for one in self.care.pump if over and one.at >= over and one.infused_ml is not None]
        return read[-1] if read else None
