"""The opening page: one list for the huddle before the first patient."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.day.actions import CLOSERS
from ataraxy.clinic.day.equipment import SIGNERS, equipment_today
from ataraxy.clinic.day.queries.closing import closed_today
from ataraxy.clinic.day.queries.drugs import OPENING, counts, inventories_due, open_differences
from ataraxy.clinic.day.queries.huddle import huddle, on_hand
from ataraxy.clinic.day.queries.next import next_of_the_morning
from ataraxy.clinic.people.access import BEDSIDE, CLINICAL, DESK, staff_of
from ataraxy.clinic.pharmacy.rights import KEEPERS


@require_safe
def opening(request: HttpRequest) -> HttpResponse:
    """Who comes, what each still lacks, whether the rescue equipment is signed and the drugs are counted."""
    ctx = staff_of(request, *DESK)
    staff, coming, checked = ctx.signer(), huddle(ctx), equipment_today(ctx)
    context = {
        "day": ctx.today,
        "coming": coming,
        "lacking": [one for one in coming if one.gaps],
        "equipment": checked,
        "may_sign_equipment": staff.has_role(*SIGNERS),
        "may_count": staff.has_role(*KEEPERS),
        "may_close": staff.has_role(*CLOSERS),
        "may_call_off": staff.has_role(*BEDSIDE),
        "may_open_sessions": staff.has_role(*CLINICAL),
        "on_hand": on_hand(ctx),
        "counts": counts(ctx, OPENING),
        "differences": open_differences(ctx),
        "inventories": inventories_due(ctx),
        "next": next_of_the_morning(ctx, coming, checked),
        "closed": closed_today(ctx),
    }
    return render(request, "day/opening.html", context)
