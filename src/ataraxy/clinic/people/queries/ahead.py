"""What comes next for one patient, as the person who looks may do it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.urls import reverse

from ataraxy.clinic.context import Context
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.people.models import Patient, Stage
from ataraxy.clinic.people.queries.today import Next, late_min, took_consent_back
from ataraxy.clinic.plan.models import Session

RECENT = timedelta(days=14)
TO_COME = 3


def next_for(ctx: Context, patient: Patient) -> Next | None:
    """By the stage whose question is open; nothing once a course is over and followed."""
    find = AHEAD.get(Stage(patient.summary.stage))
    return find(ctx, patient) if find else None


def check_ins_near(rows: list[CheckIn], now: datetime) -> tuple[list[CheckIn], list[CheckIn]]:
    """Those of the last fortnight and the next few; and all the others."""
    coming = [row for row in rows if row.due_at > now][:TO_COME]
    near = [row for row in rows if now - RECENT <= row.due_at <= now] + coming
    return near, [row for row in rows if row not in near]


def _screen(ctx: Context, patient: Patient) -> Next:
    if not ctx.signer().has_role(*CLINICAL):
        return Next("Waits for screening", "by a nurse, a therapist or the prescriber", "", "", "clear")
    url = reverse("screen:screening", args=[patient.id])
    return Next("Screening is open", "until a prescriber has decided", url, "Screen")


def _consent(ctx: Context, patient: Patient) -> Next:
    if took_consent_back([patient]):
        return Next("Consent was taken back", "ask again only if the patient wishes", "", "", "clear")
    url = reverse("consent:consent", args=[patient.id])
    return Next("Consent is to be signed", "", url, "Ask for consent")


def _plan(ctx: Context, patient: Patient) -> Next:
    return Next("The course is to be planned", "", reverse("plan:plan", args=[patient.id]), "Plan")


def _treat(ctx: Context, patient: Patient) -> Next:
    open_ones = Session.objects.filter(clinic=ctx.clinic, patient=patient, ended="").select_related("room")
    going_on = open_ones.exclude(phase="booked").order_by("during").first()
    row = going_on or open_ones.order_by("during").first()
    if row is None:
        return Next("No further session is booked", "", reverse("plan:plan", args=[patient.id]), "Book")
    begins = row.during.lower.astimezone(ctx.zone)
    when = f"{begins.day} {begins:%b %Y, %H:%M}, {row.room.name}"
    late = late_min(ctx, row)
    words = f"going on: {row.phase}" if going_on else f"{when}, {late} min late" if late else when
    opens = ctx.signer().has_role(*CLINICAL)
    url = reverse("treat:session", args=[row.id]) if opens else ""
    return Next(f"Session {row.number}", words, url, "Open the session", "overdue" if late else "")


def _follow(ctx: Context, patient: Patient) -> Next | None:
    rows = CheckIn.objects.filter(clinic=ctx.clinic, patient=patient, superseded_by=None, answered_at=None)
    rows = rows.filter(invited_at=None, closes_at__gt=ctx.now).order_by("due_at")
    first = rows.first()
    if first is None:
        return None
    due = first.due_at.astimezone(ctx.zone)
    when = f"{due.day} {due:%b %Y, %H:%M}"
    if first.due_at > ctx.now:
        return Next("Next check-in", when, "", "", "clear")
    return Next("A check-in is to be sent", f"due {when}", reverse("follow:send", args=[first.id]), "Send it")


AHEAD: dict[Stage, Callable[[Context, Patient], Next | None]] = {
    Stage.SCREEN: _screen,
    Stage.CONSENT: _consent,
    Stage.PLAN: _plan,
    Stage.TREAT: _treat,
    Stage.FOLLOW: _follow,
}
