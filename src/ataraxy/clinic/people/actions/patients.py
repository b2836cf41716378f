"""Referral: a person becomes a patient, with an open chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from ataraxy.clinic.audit.acts import append_act
from ataraxy.clinic.audit.append import Entry, already_done
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.chart import append_chart, open_chart
from ataraxy.clinic.people.models import Clinic, Patient
from ataraxy.core.chart.events import ChartOpened, EscortRecorded
from ataraxy.core.clinic.events import ContactChanged
from ataraxy.core.errors import InputRefused

FIRST_NUMBER = 1001
OLDEST_YEARS = 120
CONTACT = ("given_name", "family_name", "birth_date", "phone", "email", "address")


@dataclass(frozen=True, slots=True)
class Referral:
    """Who was referred, by whom and why. An empty ``record_number`` takes the clinic's next one."""

    given_name: str
    family_name: str
    birth_date: date
    sex: str
    referred_by: str
    reason: str
    record_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    another_person: bool = False  # somebody looked, and it is not the one who is here already


def add_patient(ctx: Context, referral: Referral, *, key: str | None = None) -> Patient:
    """Add a patient and open the chart; the same ``key`` again returns the patient it made.

    Raises:
        InputRefused: an impossible birth date, a record number that another patient has, or (until somebody has looked)
            a patient who may be the same person.
    """
    _refuse_birth_date(ctx, referral.birth_date)
    with transaction.atomic():
        Clinic.objects.select_for_update(no_key=True).get(id=ctx.clinic.id)  # one number at a time
        if done := already_done(ctx, key):
            return Patient.objects.get(id=done.stream_id)
        _refuse_second_chart(ctx, referral)
        patient = Patient.objects.create(
            id=ctx.new_id(),
            clinic=ctx.clinic,
            record_number=_record_number(ctx, referral.record_number.strip()),
            given_name=referral.given_name,
            family_name=referral.family_name,
            birth_date=referral.birth_date,
            sex=referral.sex,
            phone=referral.phone,
            email=referral.email,
            address=referral.address,
        )
        open_chart(ctx, patient, ChartOpened(referral.referred_by, referral.reason), key=key)
        return patient


def may_be(ctx: Context, given_name: str, family_name: str, born: date) -> list[Patient]:
    """Who is here already and may be this person: born on the same day, with the same first or last name."""
    named = Q(given_name__iexact=given_name.strip()) | Q(family_name__iexact=family_name.strip())
    return list(Patient.objects.filter(named, clinic=ctx.clinic, birth_date=born).order_by("record_number"))


def change_contact(
    ctx: Context, patient: Patient, changed: Mapping[str, str | date], *, key: str | None = None
) -> None:
    """Put right how a patient is reached, the spelling of a name, or a date of birth; what stood there before is kept.

    Raises:
        InputRefused: nothing of it can be changed here, or the date of birth is impossible.
    """
    if not changed or not set(changed) <= set(CONTACT):
        raise InputRefused("Nothing was changed.", "Change what is wrong, or go back.")
    if isinstance(born := changed.get("birth_date"), date):
        _refuse_birth_date(ctx, born)
    with transaction.atomic():
        if append_act(ctx, Entry(ContactChanged(patient.id, tuple(sorted(changed)))), key=key):
            Patient.objects.filter(id=patient.id, clinic=ctx.clinic).update(**changed)


def record_escort(
    ctx: Context, patient: Patient, name: str, phone: str, relation: str, *, key: str | None = None
) -> None:
    """The adult who may take this patient home; who actually does is confirmed in each session."""
    append_chart(ctx, patient.id, Entry(EscortRecorded(name, phone, relation)), key=key)


def _refuse_birth_date(ctx: Context, born: date) -> None:
    today = ctx.today.date()
    if born > today or today.year - born.year > OLDEST_YEARS:
        raise InputRefused(
            "This birth date is in the future, or too long ago.", "Check day, month and year.", "birth_date"
        )


def _refuse_second_chart(ctx: Context, referral: Referral) -> None:
    """Hazard: a contraindication stands in one chart, and the dose is decided on in the other."""
    known = may_be(ctx, referral.given_name, referral.family_name, referral.birth_date)
    if known and not referral.another_person:
        who = ", ".join(f"{one.full_name} ({one.record_number})" for one in known)
        raise InputRefused(
            f"Born on this day and of this name: {who} is here already.",
            "Open that chart; or, if this is another person, tick so and send it again.",
            "another_person",
        )


def _record_number(ctx: Context, wanted: str) -> str:
    taken = set(Patient.objects.filter(clinic=ctx.clinic).values_list("record_number", flat=True))
    if wanted in taken:
        raise InputRefused(
            f"Record number {wanted} belongs to another patient.",
            "Search for it first: perhaps this person is here already.",
            "record_number",
        )
    number = FIRST_NUMBER + len(taken)
    while f"R-{number}" in taken:
        number += 1
    return wanted or f"R-{number}"
