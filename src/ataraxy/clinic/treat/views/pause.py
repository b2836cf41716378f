from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import ConfirmForm
from ataraxy.clinic.treat.views.reach import (
    act_in,
    act_page,
    back,
    taken_from_an_old_page,
    tap_key,
    tapped_ago,
)


@taken_from_an_old_page
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One tap, from any page, stale or not: no form is checked before the drug is paused."""
    at = act_in(request, session_id, *CLINICAL)
    if request.method == "POST":
        reason = request.POST.get("reason", "")[:400]
        actions.pause(at.ctx, session_id, reason, ago=tapped_ago(request), key=tap_key(request))
        return back(at)
    lead = "Pauses the dose at once. Pause the pump too: this page records, it does not reach the pump."
    form = ConfirmForm(request, at)
    return act_page(request, at, form, 200, heading="Pause the dose", button="Pause now", lead=lead)
