"""Who acts, where, when: what every action takes. Nothing else in the clinic reads a clock or makes an id."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from ataraxy.clinic.people.models import Clinic, ClockOffset, Patient, Staff
from ataraxy.core.errors import InputRefused
from ataraxy.core.record.envelope import Origin


@dataclass(frozen=True, slots=True)
class Context:
    """One act's surroundings. ``staff`` is None when a patient, a device or the system acts."""

    clinic: Clinic
    staff: Staff | None
    patient: Patient | None
    origin: Origin
    now: datetime
    new_id: Callable[[], UUID] = uuid.uuid4

    @property
    def actor_id(self) -> UUID | None:
        if self.staff is not None:
            return self.staff.id
        return self.patient.id if self.patient is not None else None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.clinic.zone)

    @property
    def today(self) -> datetime:
        """The present moment on the clinic's wall clock."""
        return self.now.astimezone(self.zone)

    def at(self, now: datetime) -> Context:
        return replace(self, now=now)

    def signer(self) -> Staff:
        """The member of staff who acts; refused when nobody of the staff does."""
        if self.staff is None:
            raise InputRefused("Only a member of staff can do this.", "Log in as staff.")
        return self.staff


def now_at(clinic: Clinic) -> datetime:
    """The clinic's present moment (UTC). A demo clinic's clock may be shifted; no other clinic's ever is."""
    now = datetime.now(UTC)
    if not clinic.is_demo:
        return now
    row = ClockOffset.objects.filter(clinic=clinic).values_list("offset", flat=True).first()
    return now + (row or timedelta(0))


def staff_context(staff: Staff) -> Context:
    return Context(staff.clinic, staff, None, Origin.STAFF, now_at(staff.clinic))


def patient_context(patient: Patient) -> Context:
    return Context(patient.clinic, None, patient, Origin.PATIENT, now_at(patient.clinic))


def system_context(clinic: Clinic) -> Context:
    return Context(clinic, None, None, Origin.SYSTEM, now_at(clinic))
