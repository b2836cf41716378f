from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from ataraxy.catalog.library import instruments
from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import ScreenForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.core.protocol.types import ArrivalCheck
from ataraxy.core.session.screen import Screen, screens


def screen(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A suicide screen, each item answered yes or no; a grave "yes" holds the dose, or keeps the patient here."""
    at = act_in(request, session_id, *BEDSIDE)
    line = request.POST.get("line") or request.GET.get("line", "")
    known = screens(at.protocol)
    check = known.get(line) or next(iter(known.values()), None)
    if check is None:
        raise Http404("This protocol asks no screen.")
    scale = instruments()[check.scale]
    items = [f"Item {n}" for n in range(1, scale.item_count + 1)]
    form = ScreenForm(request, at, check.id, items, check.skipped)

    def act() -> HttpResponse:
        actions.screen(
            at.ctx, session_id, check.id, form.answers, note=form.cleaned_data["note"], key=form.act_key
        )
        return back(at)

    def draw(status: int) -> HttpResponse:
        grave = " or ".join(str(n) for n in check.high)
        return act_page(
            request,
            at,
            form,
            status,
            heading=scale.name,
            button="Record the answers",
            lead=f"Read each item from the clinic's own form. A yes to item {grave} is high: {_then(check)} "
            f"call the prescriber. Nothing is added up.{_skips(check)}",
        )

    return ask(request, form, draw, act)


def _then(check: Screen) -> str:
    return "do not start," if isinstance(check, ArrivalCheck) else "the patient stays, nobody signs past it;"


def _skips(check: Screen) -> str:
    """What the protocol lets go unasked, and how surely that is known."""
    if not check.skipped:
        return ""
    items = ", ".join(map(str, check.skipped))
    return f" After a no to item {check.skip_after}, items {items} may be left as not asked ({check.skip_status.value})."
