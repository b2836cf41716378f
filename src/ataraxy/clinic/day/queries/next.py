"""The one thing to do first, in the morning and in the evening."""

from __future__ import annotations

from django.urls import reverse

from ataraxy.clinic.context import Context
from ataraxy.clinic.day.equipment import SIGNERS, Equipment
from ataraxy.clinic.day.queries.closing import Closed, Open
from ataraxy.clinic.day.queries.drugs import OPENING, not_counted
from ataraxy.clinic.day.queries.huddle import Coming, first_gap, first_late, starts
from ataraxy.clinic.people.access import BEDSIDE, CLINICAL
from ataraxy.clinic.people.queries.today import Next
from ataraxy.clinic.pharmacy.rights import KEEPERS
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.read import state_if_readable


def next_of_the_morning(ctx: Context, coming: list[Coming], equipment: Equipment | None) -> Next:
    """An emergency before everything; then the equipment, the count, what the first patient lacks, whoever is late."""
    if running := emergencies_running(ctx):
        return _emergency(ctx, running[0])
    if equipment is None or not equipment.fit:
        return _equipment(ctx, equipment)
    uncounted = next(not_counted(ctx, OPENING), None)
    if uncounted and ctx.signer().has_role(*KEEPERS):
        return Next(
            "Count the controlled medicines, two people",
            uncounted.location,
            uncounted.url,
            "Count",
            "overdue",
        )
    if found := first_gap(coming):
        who, gap = found
        url = gap.url if gap.desk or ctx.signer().has_role(*CLINICAL) else ""
        words = f"{who.session.patient.full_name}: {gap.name.lower()} is missing"
        return Next(words, gap.what, url, "Open" if url else "", "overdue")
    late = first_late(coming)
    if late and ctx.signer().has_role(*BEDSIDE):
        url = reverse("treat:call-off", args=[late.session.id])
        return Next(
            f"{late.session.patient.full_name} is not here", late.words, url, "Say what happened", "overdue"
        )
    first = starts(coming)
    when = f"the first patient comes at {first.astimezone(ctx.zone):%H:%M}" if first else ""
    return Next("The clinic is ready.", when, reverse("treat:board"), "Open the board", "clear")


def _emergency(ctx: Context, session: Session) -> Next:
    what = f"An emergency runs in {session.room.name}: {session.patient.full_name}"
    if not ctx.signer().has_role(*CLINICAL):
        return Next(what, "keep the way free; whoever comes is led there", "", "", "stop")
    return Next(what, "", reverse("treat:emergency", args=[session.id]), "Open the card", "stop")


def _equipment(ctx: Context, equipment: Equipment | None) -> Next:
    if equipment is None:
        what, when = "Check oxygen, suction, bag-mask and defibrillator", "before any dose today"
    else:
        what, when = f"Out of order: {', '.join(equipment.faults).lower()}", "no dose begins until it works"
    if not ctx.signer().has_role(*SIGNERS):
        return Next(what, "a nurse or a prescriber signs it", "", "", "overdue")
    return Next(what, when, reverse("day:equipment"), "Check and sign", "overdue")


def emergencies_running(ctx: Context) -> list[Session]:
    """Every session under way in which an emergency is known to run."""
    rows = Session.objects.filter(clinic=ctx.clinic, ended="", arrived_at__isnull=False)
    found = rows.select_related("patient", "room").order_by("during")
    states = ((one, state_if_readable(one.id)) for one in found)
    return [one for one, state in states if state is not None and state.care.emergency is not None]


def next_of_the_evening(left: list[Open], closed: Closed | None) -> Next:
    """What blocks, then what is open, then the closing itself."""
    if closed is not None and not left:
        return Next("The clinic is closed for today.", f"at {closed.at:%H:%M}", "", "", "clear")
    if left:
        first = left[0]
        return Next(
            first.what,
            "nobody goes home before this" if first.blocks else "",
            first.url,
            first.label,
            "stop" if first.name == "Emergency" and first.blocks else "overdue",
        )
    return Next("Nothing is open.", "close the day below", "#close", "Close the day", "clear")
