"""Whose readings are these: the monitor a message names, and the session a person bound it to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ataraxy.clinic.audit.models import ChainHead
from ataraxy.clinic.people.models import Clinic
from ataraxy.clinic.treat.models import Binding
from ataraxy.clinic.treat.record import protocol_of
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.live.charting import Limits, limits_of
from ataraxy.live.sql import ask

HEAD = [field.attname for field in ChainHead._meta.concrete_fields]
# Built from the column names of our own model alone.
SEATS = """
SELECT m.device, m.clinic_id, b.id, o."offset", h.seq
FROM people_clinic c
JOIN treat_monitor m ON m.clinic_id = c.id AND m.device = ANY(%s)
LEFT JOIN treat_binding b ON b.monitor_id = m.id AND b.unbound_at IS NULL
LEFT JOIN people_clockoffset o ON o.clinic_id = m.clinic_id
LEFT JOIN audit_chainhead h ON h.id = b.session_id
"""
LOCK = """
SELECT HEADS FROM audit_chainhead head WHERE id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED
""".replace("HEADS", ", ".join(f"head.{name}" for name in HEAD))  # nosec B608
REMEMBERED = 10_000

Named = tuple[str, UUID | None]  # a device, and the clinic of the gateway that handed its report in


@dataclass(frozen=True, slots=True)
class Bound:
    """An open binding and what its readings need; what a person said of it never changes while it lives."""

    id: int
    device: str
    label: str
    monitor_id: int
    bound_at: datetime
    session_id: UUID
    record_number: str
    clinic: Clinic
    zone: ZoneInfo
    limits: Limits
    words: tuple[str, str, str, str]  # binding, monitor, clinic and session, as the database writes them
    doubts_told: set[str] = field(default_factory=set, compare=False)  # that are in the quarantine for sure


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a message is kept aside, and what a person can do."""

    cause: str
    cure: str


@dataclass(frozen=True, slots=True)
class Seat:
    """What is known of one monitor: its clinic, the session it speaks for, the clinic's clock."""

    clinic_id: UUID | None
    bound: Bound | None
    offset: timedelta
    trouble: Trouble | None = None


def unknown(device: str) -> Seat:
    cure = (
        f"Add a monitor named {device[:150]} and bind it."
        if device
        else "Set the monitor to name itself (MSH-3, MSH-4)."
    )
    return Seat(None, None, timedelta(0), Trouble("No monitor of this name is known here.", cure))


class Bindings:
    """Reads bindings; remembers the parts of each that never change. Used by the writer's thread alone."""

    def __init__(self) -> None:
        self._bound: dict[int, Bound] = {}
        self.clinic_of_peer: dict[
            str, UUID | None
        ] = {}  # whose monitors speak from an address; None: several's

    def seats(self, named: Collection[Named]) -> tuple[dict[Named, Seat], dict[UUID, int]]:
        """The seat of every device named, and how far the records of their sessions go. Nothing is locked."""
        if not named:
            return {}, {}
        rows = ask(SEATS, list({device for device, _ in named}))
        self._learn({row[2] for row in rows if row[2] is not None})
        of_device: dict[str, list[tuple[Any, ...]]] = {device: [] for device, _ in named}
        for row in rows:
            of_device[row[0]].append(row)
        seats = {
            (device, clinic): self._seat(device, [r for r in of_device[device] if clinic in (None, r[1])])
            for device, clinic in named
        }
        return seats, {self._bound[row[2]].session_id: row[4] for row in rows if row[2] is not None}

    def lock(self, sessions: Collection[UUID]) -> dict[UUID, ChainHead]:
        """The heads of these sessions, locked; not those somebody else holds."""
        rows = ask(LOCK, sorted(sessions))
        return {row[HEAD.index("id")]: ChainHead.from_db("default", HEAD, row) for row in rows}

    def forget(self, sessions: Collection[UUID]) -> None:
        """What was remembered of the bindings of these sessions; one that still holds is read again."""
        if gone := set(sessions):
            self._bound = {i: bound for i, bound in self._bound.items() if bound.session_id not in gone}

    def _learn(self, ids: set[int]) -> None:
        new = ids - self._bound.keys()
        if len(self._bound) + len(new) > REMEMBERED:
            self._bound.clear()
            new = ids
        if not new:
            return
        rows = Binding.objects.filter(id__in=new).select_related(
            "clinic", "monitor", "session__patient", "session__course__protocol"
        )
        self._bound.update({row.id: _bound(row) for row in rows})

    def _seat(self, device: str, rows: list[tuple[Any, ...]]) -> Seat:
        """Hazard: two clinics have a monitor of this name, and one has bound it: the readings may be the other's."""
        if not rows:
            return unknown(device)
        if len({row[1] for row in rows}) > 1:
            return Seat(None, None, timedelta(0), AMBIGUOUS)
        _, clinic_id, binding, offset = rows[0][:4]
        if binding is None:
            return Seat(clinic_id, None, offset or timedelta(0), UNBOUND)
        return Seat(clinic_id, self._bound[binding], offset or timedelta(0))


def _bound(row: Binding) -> Bound:
    return Bound(
        id=row.id,
        device=row.monitor.device,
        label=row.monitor.label,
        monitor_id=row.monitor_id,
        bound_at=row.bound_at,
        session_id=row.session_id,
        record_number=row.session.patient.record_number,
        clinic=row.clinic,
        zone=ZoneInfo(row.clinic.zone),
        limits=limits_of(protocol_of(row.session)),
        words=(str(row.id), str(row.monitor_id), str(row.clinic_id), str(row.session_id)),
    )


UNBOUND = Trouble("Nobody said whose monitor this is.", "Bind the monitor to the patient in that room.")
AMBIGUOUS = Trouble(
    "Two clinics have a monitor of this name.",
    "Give one of them another name, at the monitor and here.",
)
OTHER_PATIENT = Trouble(
    "The monitor names another patient than the one it is bound to.",
    "Look who is in that room; admit the right patient at the monitor, or bind it anew.",
)
SIMULATED = Trouble(
    "The values are marked as simulated (DEMO or TEST).",
    "End the monitor's demo or test mode before treating.",
)


def trouble_with(seat: Seat, report: ParsedOru) -> Trouble | None:
    """Why this report may not be taken for the seat's patient, or None."""
    if seat.bound is None:
        return seat.trouble or UNBOUND
    named = report.patient_id.strip()
    if named and named.casefold() != seat.bound.record_number.casefold():
        return OTHER_PATIENT
    if report.simulated and not seat.bound.clinic.is_demo:
        return SIMULATED
    return None
