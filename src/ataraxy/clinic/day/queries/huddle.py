"""The huddle before the first patient: who comes, and what each of them still lacks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import Error as DatabaseError
from django.urls import reverse

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.models import Credential, CredentialKind, Role, Staff
from ataraxy.clinic.people.queries.today import sessions_today
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.late import late_words
from ataraxy.clinic.treat.models import Monitor
from ataraxy.clinic.treat.read import state_of
from ataraxy.clinic.treat.today import against_today
from ataraxy.core.session.state import SessionState

log = logging.getLogger(__name__)

GAPS = {
    "consent": "Consent",
    "standing": "Tests and answers",
    "concern": "Concern",
    "course": "Course",
    "stop-rules": "Stop rule",
    "dose-step": "Dose step",
}
OF_THE_DAY = ("cover", "equipment")  # the same for everybody, and shown once beside the list


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing a patient still lacks today. ``url`` is the page that mends it; ``desk``: open to the desk too."""

    name: str
    what: str
    url: str
    desk: bool = False


@dataclass(frozen=True, slots=True)
class Coming:
    """One session of today. ``state`` is booked, late, here or ended; ``late_by`` in words."""

    session: Session
    state: str
    words: str
    gaps: tuple[Gap, ...]
    monitor: str
    may_be_called_off: bool


@dataclass(frozen=True, slots=True)
class OnHand:
    """A person who may be asked to rescue or to prescribe, with a credential in date."""

    name: str
    kinds: tuple[str, ...]


def huddle(ctx: Context) -> list[Coming]:
    """Today's sessions in the order of their times, with everything that is missing."""
    return [_told(ctx, one) for one in sessions_today(ctx).select_related("course__protocol", "clinic")]


def _told(ctx: Context, session: Session) -> Coming:
    """Hazard: one record the program stumbles over hides what everybody else lacks."""
    try:
        return _coming(ctx, session)
    except DatabaseError:
        raise
    except Exception as error:
        log.error("Session %s cannot be read for the huddle: %s.", session.id, type(error).__name__)
    what = "it, or what it builds on, cannot be read: what is missing is not known; ask on paper"
    gap = Gap("Record", what, reverse("treat:session", args=[session.id]))
    return Coming(session, "here" if session.arrived_at else "booked", "Cannot be read", (gap,), "", False)


def _coming(ctx: Context, session: Session) -> Coming:
    state = state_of(session.id)
    kind, words = _where(ctx, session, state)
    open_ = kind in ("booked", "late", "here") and state.dose is None
    monitor = Monitor.objects.filter(room=session.room_id).values_list("label", flat=True).first()
    return Coming(
        session=session,
        state=kind,
        words=words,
        gaps=tuple(_gaps(ctx, session, state)) if open_ else (),
        monitor=monitor or "",
        may_be_called_off=open_,
    )


def _where(ctx: Context, session: Session, state: SessionState) -> tuple[str, str]:
    if session.ended:
        return "ended", "Ended"
    if state.arrived_at is not None:
        return "here", "Here"
    late = late_words(session, ctx.now)
    return ("late", late) if late else ("booked", "Booked")


def _gaps(ctx: Context, session: Session, state: SessionState) -> Iterator[Gap]:
    here = reverse("treat:session", args=[session.id])
    if state.escort is None:
        named = chart_of(session.patient_id).escort
        who = (
            f"{named.payload.name}, {named.payload.phone}: not yet confirmed" if named else "nobody is named"
        )
        if ctx.signer().has_role(
            *BEDSIDE
        ):  # confirmed in the session at the bedside, named in the chart by the desk
            yield Gap("Escort", who, reverse("treat:escort", args=[session.id]))
        else:
            yield Gap("Escort", who, reverse("people:escort", args=[session.patient_id]), desk=True)
    pages = {
        "consent": reverse("consent:consent", args=[session.patient_id]),
        "standing": reverse("screen:screening", args=[session.patient_id]),
        "concern": reverse("people:patient", args=[session.patient_id]),
        "stop-rules": reverse("plan:plan", args=[session.patient_id]),
    }
    for one in against_today(ctx, session):
        if one.line in OF_THE_DAY:
            continue
        yield Gap(GAPS.get(one.line, one.line.capitalize()), one.what, pages.get(one.line, here))


def on_hand(ctx: Context) -> list[OnHand]:
    """Who prescribes and who rescues here, with the credential in date today."""
    today = ctx.today.date()
    rows = Credential.objects.filter(staff__clinic=ctx.clinic, staff__active=True, expires_on__gte=today)
    kinds: dict[UUID, set[str]] = {}
    for row in rows.filter(kind__in=[CredentialKind.PRESCRIBING, CredentialKind.RESCUE]):
        kinds.setdefault(row.staff_id, set()).add(CredentialKind(row.kind).label)
    people = Staff.objects.filter(id__in=kinds, roles__overlap=[Role.PRESCRIBER, Role.NURSE])
    return [OnHand(one.name, tuple(sorted(kinds[one.id]))) for one in people]


def is_gap_free(coming: list[Coming]) -> bool:
    return not any(one.gaps for one in coming)


def first_gap(coming: list[Coming]) -> tuple[Coming, Gap] | None:
    """The first thing missing, of the first patient who lacks something."""
    return next(((one, gap) for one in coming for gap in one.gaps), None)


def first_late(coming: list[Coming]) -> Coming | None:
    return next((one for one in coming if one.state == "late"), None)


def starts(coming: list[Coming]) -> datetime | None:
    """When the first patient who is still to come is booked."""
    return next((one.session.during.lower for one in coming if one.state == "booked"), None)
