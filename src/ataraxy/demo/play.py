"""Who acts in the demo's story, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Clinic, Patient, Role, Room, Staff
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.core.record.envelope import Origin


@dataclass(frozen=True, slots=True)
class Play:
    """The stage: one clinic, one member of staff a role, the active protocols, and a supply of ids."""

    clinic: Clinic
    staff: dict[Role, Staff]
    rooms: tuple[Room, ...]
    protocols: dict[str, ActivatedProtocol]
    new_id: Callable[[], UUID]

    def as_(self, role: Role, now: datetime) -> Context:
        """What an action takes when this role acts at that moment."""
        staff = self.staff[role]
        return Context(self.clinic, staff, None, Origin.STAFF, now, self.new_id)

    def as_patient(self, patient: Patient, now: datetime) -> Context:
        return Context(self.clinic, None, patient, Origin.PATIENT, now, self.new_id)

    def as_system(self, now: datetime) -> Context:
        return Context(self.clinic, None, None, Origin.SYSTEM, now, self.new_id)
