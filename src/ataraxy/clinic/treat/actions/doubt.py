"""An entry that is not what it seems: an artefact, another patient's, or written on paper first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from ataraxy.clinic.audit.append import Entry, written_before
from ataraxy.clinic.audit.models import ChainHead
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.acting import require, write
from ataraxy.clinic.treat.actions.amend import event_of
from ataraxy.clinic.treat.record import append_session
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Measure
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.care import ArtefactMarked, EntryMovedIn, FromPaper, MedicineGiven
from ataraxy.core.session.events import (
    EventRetracted,
    NoteWritten,
    SessionPayload,
    SideEffectReported,
    VitalRecorded,
)

MOVABLE = (VitalRecorded, SideEffectReported, NoteWritten, MedicineGiven)


def mark_artefact(
    ctx: Context,
    session_id: UUID,
    event: UUID,
    measures: Sequence[Measure],
    reason: str,
    *,
    key: str | None = None,
) -> list[Recorded[Any]]:
    """Hold values to be wrong, with the reason. They stay, and clear nothing; a fresh reading does."""
    mark = ArtefactMarked(event, tuple(m for m in Measure if m in measures), reason.strip())
    return write(ctx, session_id, mark, key=key)


def move_entry(
    ctx: Context, session_id: UUID, event: UUID, to: UUID, reason: str, *, key: str | None = None
) -> list[Recorded[Any]]:
    """Charted on the wrong patient: written where it belongs, at its own time; struck through where it stood.

    Both sessions keep it, each naming the other, in one transaction.
    """
    require(ctx, *BEDSIDE)
    if not reason.strip():
        raise InputRefused("A move needs its reason.", "Say how it came to stand there.", "reason")
    if to == session_id:
        raise InputRefused("It stands in this session already.", "Choose the other patient's.", "to")
    with transaction.atomic():
        _lock_both(ctx, session_id, to)
        entry = event_of(session_id, event)
        if not isinstance(entry.payload, MOVABLE):
            raise InputRefused(
                "Only values, side effects, medicines and notes are moved.",
                "Take it back here, and enter it there.",
                "event",
            )
        if written_before(ctx, key, to, type(entry.payload)):
            return []
        copied = append_session(ctx, to, Entry(entry.payload, entry.envelope.at), key=key)[0]
        moved = EntryMovedIn(copied.envelope.id, session_id, event, reason.strip())
        arrived = append_session(ctx, to, Entry(moved))
        taken = append_session(
            ctx, session_id, Entry(EventRetracted(reason.strip(), moved_to=to), corrects=event)
        )
        return [copied, *arrived, *taken]


def _lock_both(ctx: Context, one: UUID, other: UUID) -> None:
    """Both sessions and both charts, in id order, so that two moves never wait for each other in a ring."""
    patients = Session.objects.filter(id__in=(one, other), clinic=ctx.clinic).values_list(
        "patient_id", flat=True
    )
    if len(patients) < 2:
        raise InputRefused("That session is not of this clinic.", "Choose one from the list.", "to")
    heads = ChainHead.objects.filter(Q(id__in=(one, other)) | Q(id__in=list(patients)), clinic=ctx.clinic)
    list(heads.select_for_update().order_by("id"))


def from_paper(
    ctx: Context,
    session_id: UUID,
    sheet: str,
    written_by: str,
    rows: Sequence[tuple[datetime, SessionPayload]],
    *,
    key: str | None = None,
) -> list[Recorded[Any]]:
    """Type in what was written on paper while the system was down: each at its own time, all marked as such."""
    require(ctx, *BEDSIDE)
    if not rows:
        raise InputRefused("There is nothing to type in.", "Enter at least one value or a note.")
    with transaction.atomic():
        if written_before(ctx, key, session_id, type(rows[0][1])):
            return []
        entries = [Entry(payload, at) for at, payload in rows]
        written = append_session(ctx, session_id, *entries, key=key)
        ids = tuple(one.envelope.id for one in written)
        marked = append_session(ctx, session_id, Entry(FromPaper(ids, sheet.strip(), written_by.strip())))
        return [*written, *marked]
