"""Before the lights go out: what is still open, whom to call tomorrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse

from ataraxy.clinic.audit.models import ChainHead, Event
from ataraxy.clinic.context import Context
from ataraxy.clinic.day.acts import acts_of, acts_today, day_begins, day_of
from ataraxy.clinic.day.queries.drugs import (
    CLOSING,
    filled_syringes,
    inventories_due,
    not_counted,
    open_differences,
)
from ataraxy.clinic.day.queries.not_held import CANCELLED, why_not_held
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.follow.queries.due import in_force, with_concerns
from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.models import Staff
from ataraxy.clinic.people.queries.today import sessions_today
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.models import Quarantined
from ataraxy.clinic.treat.queries.reconcile import differing
from ataraxy.clinic.treat.read import state_if_readable
from ataraxy.core.clinic.events import DayClosed, RecordSigned
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.care import EmergencyStarted, OrderGiven

UNSIGNED_FOR = timedelta(days=30)  # how far back a record nobody signed is still asked for; proposed


@dataclass(frozen=True, slots=True)
class Open:
    """One thing that is not done. ``blocks``: nobody goes home before it is. ``name`` is its kind.

    ``noted`` is what the record of the closing keeps: the same by record number, without a name.
    """

    name: str
    what: str
    url: str
    label: str
    noted: str
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """How today was closed."""

    at: datetime
    by: str
    on_call: str
    on_call_phone: str
    left_open: tuple[str, ...]
    note: str


def still_open(ctx: Context) -> list[Open]:
    """Everything that is not done, what blocks first; an emergency that runs before everything."""
    found = [*_emergencies(ctx), *_undischarged(ctx), *_syringes(ctx), *_never_came(ctx), *_count(ctx)]
    found += [*_differences(ctx), *_not_in_the_book(ctx), *_inventories(ctx)]
    found += [*_pumps(ctx), *_unsigned(ctx), *_orders(ctx), *_quarantine(ctx), *_concerns(ctx)]
    return sorted(found, key=lambda one: not one.blocks)


def _undischarged(ctx: Context) -> Iterator[Open]:
    """Nobody is left behind, whatever day their session began."""
    rows = Session.objects.filter(clinic=ctx.clinic, ended="", arrived_at__isnull=False)
    for one in rows.select_related("patient", "room").order_by("during"):
        what = f"{one.patient.full_name} in {one.room.name} is not discharged"
        url, noted = reverse("treat:session", args=[one.id]), f"{one.patient.record_number} not discharged"
        yield Open("Patient", what, url, "Open the session", noted, blocks=True)


def _syringes(ctx: Context) -> Iterator[Open]:
    """A syringe is empty before the lights go out: given, or wasted before a witness."""
    for one in filled_syringes(ctx):
        what, noted = f"The syringe of {one.patient} in {one.room}", f"{one.number}: syringe not empty"
        if one.dose_runs:  # Hazard: what the pump still gives is thrown away
            url = reverse("treat:session", args=[one.session])
            yield Open(
                "Syringe", f"{what} is in use: its dose runs", url, "Open the session", noted, blocks=True
            )
        else:
            yield Open("Syringe", f"{what} is not empty", one.url, "Waste it", noted, blocks=True)


def _count(ctx: Context) -> Iterator[Open]:
    for one in not_counted(ctx, CLOSING):
        what = f"{one.location}: not counted by two people this evening"
        yield Open("Count", what, one.url, "Count", what)


def _differences(ctx: Context) -> Iterator[Open]:
    if count := open_differences(ctx):
        what = (
            "1 difference in the books is open"
            if count == 1
            else f"{count} differences in the books are open"
        )
        yield Open("Books", what, reverse("pharmacy:discrepancies"), "Look at them", what)


def _not_in_the_book(ctx: Context) -> Iterator[Open]:
    """Charted doses that the ledger does not hold, whatever kept it from them."""
    if count := len(differing(ctx)):
        what = "1 dose differs" if count == 1 else f"{count} doses differ"
        what += " between chart and ledger, and nobody has told it"
        yield Open("Ledger", what, reverse("pharmacy:reconciliation"), "Compare them", what)


def _inventories(ctx: Context) -> Iterator[Open]:
    for one in inventories_due(ctx):
        yield Open("Inventory", one.words, one.url, "Take it", one.words)


def _never_came(ctx: Context) -> Iterator[Open]:
    for one in sessions_today(ctx).filter(ended="", arrived_at__isnull=True):
        when = one.during.lower.astimezone(ctx.zone)
        what = f"{one.patient.full_name}, booked for {when:%H:%M}, did not come or was not recorded"
        noted = f"{one.patient.record_number} did not come"
        if ctx.signer().has_role(*BEDSIDE):
            yield Open("Session", what, reverse("treat:call-off", args=[one.id]), "Say what happened", noted)
        else:
            yield Open("Session", what, "", "A nurse says what happened", noted)


def unsigned_records(ctx: Context) -> list[Session]:
    """Sessions with a dose, ended, whose record no prescriber has signed as it stands."""
    rows = Session.objects.filter(
        clinic=ctx.clinic, dose_started_at__gte=ctx.now - UNSIGNED_FOR, dose_started_at__isnull=False
    )
    ended = list(rows.exclude(ended="").select_related("patient").order_by("during"))
    signed = {
        s.payload.session: s.payload.upto_seq for s in acts_of(ctx, RecordSigned, ctx.now - UNSIGNED_FOR)
    }
    heads = dict(ChainHead.objects.filter(id__in=[s.id for s in ended]).values_list("id", "human_seq"))
    return [one for one in ended if signed.get(one.id, 0) < heads[one.id]]


def _unsigned(ctx: Context) -> Iterator[Open]:
    for one in unsigned_records(ctx):
        day = one.during.lower.astimezone(ctx.zone)
        what = (
            f"{one.patient.full_name}, session {one.number} of {day.day} {day:%b}: the record is not signed"
        )
        noted = f"{one.patient.record_number}, session {one.number}: record not signed"
        yield Open("Record", what, reverse("day:sign-record", args=[one.id]), "Read and sign", noted)


def _pumps(ctx: Context) -> Iterator[Open]:
    """Infusions whose mg are an estimate, as long as no prescriber has signed them so."""
    for one in unsigned_records(ctx):
        state = state_if_readable(one.id)
        if (
            state is None or not state.is_estimate
        ):  # of one that cannot be read, the missing signature is told
            continue
        what = f"{one.patient.full_name}, session {one.number}: the pump was not read at the end, the mg are an estimate"
        noted = f"{one.patient.record_number}, session {one.number}: pump not read"
        reads = ctx.signer().has_role(*BEDSIDE)
        url = reverse("treat:pump", args=[one.id]) if reads else ""
        yield Open("Pump", what, url, "Read the pump" if reads else "A nurse reads it", noted)


def _with_event(ctx: Context, kind: type) -> list[Session]:
    """The sessions of late in which something of this kind was written."""
    rows = Event.objects.filter(clinic=ctx.clinic, type=kind.__name__)
    streams = rows.filter(recorded_at__gte=ctx.now - UNSIGNED_FOR).values("stream_id")
    return list(Session.objects.filter(id__in=streams).select_related("patient", "room").order_by("during"))


def _orders(ctx: Context) -> Iterator[Open]:
    """Verbal orders that the prescriber has not countersigned."""
    for one in _with_event(ctx, OrderGiven):
        state = state_if_readable(one.id)
        if state is None:
            yield _unreadable(one, "Order", "whether a verbal order waits is not known")
        elif count := len(state.care.to_countersign):
            words = "a verbal order is" if count == 1 else f"{count} verbal orders are"
            url, noted = (
                reverse("treat:session", args=[one.id]),
                f"{one.patient.record_number}: {words} not countersigned",
            )
            yield Open(
                "Order", f"{one.patient.full_name}: {words} not countersigned", url, "Open the session", noted
            )


def _emergencies(ctx: Context) -> Iterator[Open]:
    for one in _with_event(ctx, EmergencyStarted):
        state = state_if_readable(one.id)
        if state is None:
            yield _unreadable(one, "Emergency", "whether its emergency is reviewed is not known")
        elif state.care.emergency is not None:
            yield _runs(one)
        elif any(e.reviewed_at is None for e in state.care.emergencies):
            url, noted = (
                reverse("treat:session", args=[one.id]),
                f"{one.patient.record_number}: emergency not reviewed",
            )
            what = f"{one.patient.full_name}: an emergency is not reviewed"
            yield Open("Emergency", what, url, "Open the session", noted)


def _runs(session: Session) -> Open:
    """Hazard: a running emergency reads as a form that can be filled in tomorrow."""
    who, url = (
        f"{session.patient.full_name} in {session.room.name}",
        reverse("treat:emergency", args=[session.id]),
    )
    noted = f"{session.patient.record_number}: emergency runs"
    return Open("Emergency", f"An emergency runs: {who}", url, "Open the card", noted, blocks=True)


def _unreadable(session: Session, name: str, unknown: str) -> Open:
    """What a record that cannot be read leaves open: it is looked at by hand, and nobody is let off."""
    words = f"the record of session {session.number} cannot be read, {unknown}"
    what, noted = f"{session.patient.full_name}: {words}", f"{session.patient.record_number}: {words}"
    return Open(name, what, reverse("treat:session", args=[session.id]), "Open the session", noted)


def _quarantine(ctx: Context) -> Iterator[Open]:
    count = Quarantined.objects.filter(clinic=ctx.clinic, settled_at__isnull=True).count()
    if count:
        words = "1 message of a monitor waits" if count == 1 else f"{count} messages of monitors wait"
        what = f"{words} in quarantine"
        yield Open("Quarantine", what, reverse("treat:quarantine"), "Look at them", what)


def _concerns(ctx: Context) -> Iterator[Open]:
    for one in with_concerns(ctx):
        what = f"A concern about {one.full_name} is not answered"
        url, noted = reverse("people:patient", args=[one.id]), f"{one.record_number}: concern not answered"
        yield Open("Concern", what, url, "Open the patient", noted)


def calls_tomorrow(ctx: Context) -> list[CheckIn]:
    """Whom somebody asks tomorrow how they are: each person once, by what is due first."""
    begins, ends = day_begins(ctx, 1), day_begins(ctx, 2)
    rows = in_force(ctx).filter(answered_at__isnull=True, due_at__lt=ends, closes_at__gt=begins)
    first: dict[UUID, CheckIn] = {}
    for row in rows.order_by("due_at"):
        first.setdefault(row.patient_id, row)
    return list(first.values())


@dataclass(frozen=True, slots=True)
class Today:
    """One session of today; ``why`` it did not happen, where it did not."""

    session: Session
    why: str


def came_today(ctx: Context) -> list[Today]:
    rows = Session.objects.filter(clinic=ctx.clinic, during__overlap=(day_begins(ctx), day_begins(ctx, 1)))
    found = rows.select_related("patient", "room").order_by("during")
    return [Today(one, why_not_held(one) if one.ended == CANCELLED else "") for one in found]


def closed_today(ctx: Context) -> Closed | None:
    """How today was closed, if it was; the last time counts."""
    found = [one for one in acts_today(ctx, DayClosed) if one.payload.day == day_of(ctx)]
    if not found:
        return None
    frame, told = found[-1].envelope, found[-1].payload
    names = _names(told.on_call, frame.actor)
    return Closed(
        frame.at,
        names.get(frame.actor, ""),
        names.get(told.on_call, ""),
        told.on_call_phone,
        told.left_open,
        told.note,
    )


def signatures_of(ctx: Context, session: Session) -> list[Recorded[Any]]:
    """Who has signed this session's record, in order; each as far as it went then."""
    found = acts_of(ctx, RecordSigned, session.during.lower - UNSIGNED_FOR)
    return [one for one in found if one.payload.session == session.id]


def _names(*ids: UUID | None) -> dict[UUID | None, str]:
    return dict(Staff.objects.filter(id__in=[one for one in ids if one]).values_list("id", "name"))
