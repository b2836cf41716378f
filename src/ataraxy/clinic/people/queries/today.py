"""The first page: what happens today, what waits, and the next thing for this person's role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet
from django.urls import reverse

from ataraxy.clinic.context import Context
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.models import BreakGlass, Credential, Patient, Role, Room, Stage
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.plan.queries import active_protocols, unsigned_claims
from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import GrantKind

SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Next:
    """The one thing to do first."""

    what: str
    when: str
    url: str
    label: str
    css: str = ""


def sessions_today(ctx: Context) -> QuerySet[Session]:
    rows = Session.objects.filter(clinic=ctx.clinic, during__overlap=day_of(ctx))
    return rows.exclude(ended="cancelled").select_related("patient", "room").order_by("during")


def day_of(ctx: Context) -> DateTimeTZRange:
    """The clinic's calendar day, from midnight to midnight on its own clock."""
    today = ctx.today.date()
    begins = datetime.combine(today, time(), ctx.zone)
    return DateTimeTZRange(begins, datetime.combine(today + timedelta(days=1), time(), ctx.zone))


def check_ins_due(ctx: Context) -> QuerySet[CheckIn]:
    rows = CheckIn.objects.filter(clinic=ctx.clinic, answered_at__isnull=True, superseded_by__isnull=True)
    rows = rows.filter(due_at__lte=ctx.now, closes_at__gt=ctx.now)
    return rows.select_related("patient", "session").order_by("due_at")


def at_stage(ctx: Context, *stages: Stage) -> QuerySet[Patient]:
    rows = Patient.objects.filter(clinic=ctx.clinic, summary__stage__in=stages)
    return rows.select_related("summary").order_by("record_number")


def took_consent_back(patients: Iterable[Patient]) -> set[UUID]:
    """Who signed, and took it back since. They are not asked again unasked: a no is an answer."""
    return {patient.id for patient in patients if _took_back(chart_of(patient.id))}


def _took_back(chart: Chart) -> bool:
    """Whether treatment was withdrawn after the last signature, and no new decision asks again."""
    if not chart.consents:
        return False
    asked = [consent.record.envelope.seq for consent in chart.consents]
    asked += [decision.envelope.seq for decision in chart.decisions]
    taken_back = [w.envelope.seq for w in chart.withdrawals if GrantKind.TREATMENT in w.payload.grants]
    return max(taken_back, default=0) > max(asked)


def with_concerns(ctx: Context) -> QuerySet[Patient]:
    rows = Patient.objects.filter(clinic=ctx.clinic, summary__open_concerns__gt=0)
    return rows.select_related("summary")


def glass_to_review(ctx: Context) -> QuerySet[BreakGlass]:
    rows = BreakGlass.objects.filter(clinic=ctx.clinic, reviewed_at__isnull=True)
    return rows.select_related("staff", "patient").order_by("at")


def credentials_ending(ctx: Context) -> list[Credential]:
    """The latest credential of each kind a member of staff holds, where it ends soon or has ended."""
    rows = Credential.objects.filter(staff__clinic=ctx.clinic, staff__active=True).select_related("staff")
    latest = {(row.staff_id, row.kind): row for row in rows.order_by("expires_on")}
    until = (ctx.today + SOON).date()
    return [row for row in latest.values() if row.expires_on <= until]


def next_thing(ctx: Context) -> Next:
    """What this person does first: a concern, then today's sessions, then what waits for their role."""
    staff = ctx.signer()
    for role, find in FIRST:
        if staff.has_role(*role) and (found := find(ctx)):
            return found
    return Next("Nothing waits for you.", "", reverse("people:patients"), "See all patients", "clear")


def _concern(ctx: Context) -> Next | None:
    first = with_concerns(ctx).first()
    if first is None:
        return None
    url = reverse("people:patient", args=[first.id])
    return Next(f"A concern about {first.full_name} is open", "answer it today", url, "Open", "overdue")


def _session(ctx: Context) -> Next | None:
    open_today = list(sessions_today(ctx).filter(ended=""))
    if not open_today:
        return None
    row = next((one for one in open_today if one.phase != "booked"), open_today[0])
    words = f"{row.patient.full_name}: session {row.number} in {row.room.name}"
    late = late_min(ctx, row)
    url = reverse("treat:session", args=[row.id])
    return Next(words, _stands(ctx, row, late), url, "Open the session", "overdue" if late else "")


def late_min(ctx: Context, session: Session) -> int:
    """How many minutes after its time a booked patient is still not here; 0 for everybody else."""
    if session.ended or session.phase != "booked":
        return 0
    return max(0, int((ctx.now - session.during.lower).total_seconds() // 60))


def _stands(ctx: Context, session: Session, late: int) -> str:
    """In words: going on, not here, or when it begins."""
    if session.phase != "booked":
        return f"going on: {session.phase}"
    begins = f"{session.during.lower.astimezone(ctx.zone):%H:%M}"
    return f"booked for {begins}, {late} min late" if late else f"at {begins}"


def _gate(ctx: Context) -> Next | None:
    first = at_stage(ctx, Stage.SCREEN).first()
    if first is None:
        return None
    url = reverse("screen:screening", args=[first.id])
    return Next(f"{first.full_name} waits for screening and a decision", "", url, "Screen")


def _consent(ctx: Context) -> Next | None:
    waiting = list(at_stage(ctx, Stage.CONSENT))
    said_no = took_consent_back(waiting)
    first = next((one for one in waiting if one.id not in said_no), None)
    if first is None:
        return None
    url = reverse("consent:consent", args=[first.id])
    return Next(f"{first.full_name} has not signed consent yet", "", url, "Ask for consent")


def _plan(ctx: Context) -> Next | None:
    first = at_stage(ctx, Stage.PLAN).first()
    if first is None:
        return None
    return Next(f"{first.full_name} waits for a plan", "", reverse("plan:plan", args=[first.id]), "Plan")


def _check_in(ctx: Context) -> Next | None:
    count = check_ins_due(ctx).filter(invited_at__isnull=True).count()
    words = "1 check-in is to be sent" if count == 1 else f"{count} check-ins are to be sent"
    return Next(words, "", reverse("follow:due"), "Send them") if count else None


def _glass(ctx: Context) -> Next | None:
    count = glass_to_review(ctx).count()
    words = "1 broken glass waits" if count == 1 else f"{count} broken glasses wait"
    return Next(f"{words} for review", "", reverse("people:broken-glass"), "Review") if count else None


def _house(ctx: Context) -> Next | None:
    """A new clinic: without a room nothing is booked, without a number patients call nobody."""
    url = reverse("people:house")
    if not Room.objects.filter(clinic=ctx.clinic).exists():
        return Next("This clinic has no room yet", "nothing can be booked", url, "Add a room")
    if not ctx.clinic.phone:
        return Next("Patients are given no telephone number", "enter the clinic's own", url, "Enter it")
    return None


def _protocol(ctx: Context) -> Next | None:
    if active_protocols(ctx):
        return None
    words = "no patient can be judged or planned"
    return Next("No protocol is active", words, reverse("plan:protocols"), "Choose one")


def _lines(ctx: Context) -> Next | None:
    for row in active_protocols(ctx):
        if count := len(unsigned_claims(row)):
            url = reverse("plan:protocol", args=[row.protocol_id, row.version])
            return Next(
                f"{count} lines of {row.protocol_id} wait for your signature", "", url, "Read and sign"
            )
    return None


FIRST = (
    (CLINICAL, _concern),
    ((Role.NURSE, Role.PRESCRIBER), _session),
    ((Role.DIRECTOR,), _glass),
    ((Role.DIRECTOR,), _house),
    ((Role.DIRECTOR,), _protocol),
    ((Role.DIRECTOR,), _lines),
    ((Role.PRESCRIBER,), _gate),
    ((Role.COORDINATOR, Role.NURSE, Role.THERAPIST), _check_in),  # before what can wait: its hour passes
    ((Role.COORDINATOR, Role.NURSE, Role.PRESCRIBER), _consent),
    ((Role.COORDINATOR, Role.PRESCRIBER), _plan),
)
