"""Before the dose: the patient is here, who they are, what was checked, who takes them home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ataraxy.catalog.library import instruments
from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.day.equipment import equipment_gap
from ataraxy.clinic.people.chart import append_chart
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.acting import write
from ataraxy.clinic.treat.record import lock_with_chart, protocol_of
from ataraxy.core.chart.events import ConcernRaised
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import ArrivalCheck, CheckKind, DischargeKind, Protocol
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.events import CheckRecorded, EscortNamed, PatientArrived
from ataraxy.core.session.screen import Answers, is_high, screens

IDENTIFIERS: dict[str, str] = {
    "full-name": "Full name",
    "birth-date": "Date of birth",
    "record-number": "Record number",
    "phone": "Telephone number",
    "photo-document": "Photo document",
}
ANSWERED = (CheckKind.CONFIRM, CheckKind.IDENTIFIERS, CheckKind.EQUIPMENT)
SAID_AT_THE_DOOR = (DischargeKind.CONFIRM, DischargeKind.NO_ACUTE_SUICIDALITY)


def arrive(
    ctx: Context,
    session_id: UUID,
    *,
    at: datetime | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """The patient came into the clinic."""
    return write(ctx, session_id, PatientArrived(), at=at, key=key, seen=seen)


def check(
    ctx: Context,
    session_id: UUID,
    line: str,
    ok: bool,
    *,
    note: str = "",
    identifiers: Sequence[str] = (),
    at: datetime | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """Answer one arrival check, or confirm one discharge criterion. "No" is an answer too, and holds."""
    protocol = protocol_of(
        Session.objects.select_related("course__protocol").get(id=session_id, clinic=ctx.clinic)
    )
    if line not in answered_lines(protocol):
        raise InputRefused(f"{line!r} is not a check a person answers.", "Choose one from the page.", "line")
    if not ok and not note.strip():
        raise InputRefused('A "no" needs a word of why.', "Say what is wrong.", "note")
    if ok and _is_equipment(protocol, line) and (gap := equipment_gap(ctx)):
        raise InputRefused(f"{gap[:1].upper()}{gap[1:]}.", "Sign today's check first.", "ok")
    wanted = _identifies(protocol, line) and ok
    if wanted and len(set(identifiers) & IDENTIFIERS.keys()) < 2:
        raise InputRefused(
            "Two identifiers are needed.", "Ask for a second one and compare it.", "identifiers"
        )
    read_back = tuple(name for name in IDENTIFIERS if name in identifiers) if wanted else ()
    payload = CheckRecorded(line, ok, note.strip(), read_back)
    return write(ctx, session_id, payload, at=at, key=key, seen=seen)


def screen(
    ctx: Context,
    session_id: UUID,
    line: str,
    answers: Answers,
    *,
    note: str = "",
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """A suicide screen, item by item. What it says follows from the items: high holds the dose or keeps the patient here,
    and no one signs past it.

    A high one also raises a concern in the chart, which waits for a named person whatever becomes of the session.
    """
    session = Session.objects.select_related("course__protocol").get(id=session_id, clinic=ctx.clinic)
    check = screens(protocol_of(session)).get(line)
    if check is None:
        raise InputRefused(f"{line!r} is not asked item by item.", "Choose one from the page.", "line")
    high = is_high(check, answers)
    if high and not note.strip():
        raise InputRefused(
            "A high screen needs a word: what was said, whom you called.",
            "Call the prescriber now; then write it.",
            "note",
        )
    scale = instruments()[check.scale]
    told = CheckRecorded(line, not high, note.strip(), (), tuple(answers), f"{scale.id} {scale.version}")
    with transaction.atomic():
        if high:
            lock_with_chart(ctx, session_id)
        written = write(ctx, session_id, told, key=key, seen=seen)
        if high and written:
            when = "at arrival" if isinstance(check, ArrivalCheck) else "before going home"
            text = f"{scale.name} {when}: {_in_words(answers)}. {note.strip()}"
            append_chart(ctx, session.patient_id, Entry(ConcernRaised(written[0].envelope.id, text)))
        return written


def _in_words(answers: Answers) -> str:
    return f"yes to item {', '.join(str(n) for n, answer in enumerate(answers, 1) if answer)}"


def escort(
    ctx: Context,
    session_id: UUID,
    name: str,
    phone: str,
    present: bool,
    *,
    at: datetime | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """Name the adult who takes the patient home; ``present`` when they stand here."""
    return write(
        ctx, session_id, EscortNamed(name.strip(), phone.strip(), present), at=at, key=key, seen=seen
    )


def answered_lines(protocol: Protocol) -> set[str]:
    """The lines a person answers with yes or no."""
    before = {c.id for c in protocol.arrival if c.kind in ANSWERED}
    after = {c.id for c in protocol.discharge if c.kind in SAID_AT_THE_DOOR}
    return (before | after) - screens(protocol).keys()


def _is_equipment(protocol: Protocol, line: str) -> bool:
    return any(c.id == line and c.kind is CheckKind.EQUIPMENT for c in protocol.arrival)


def _identifies(protocol: Protocol, line: str) -> bool:
    return any(c.id == line and c.kind is CheckKind.IDENTIFIERS for c in protocol.arrival)
