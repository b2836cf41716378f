from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import BindForm
from ataraxy.clinic.treat.models import Binding, Monitor
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.views.reach import act_in, act_page, back


def bind(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Say which monitor speaks for this patient from now on."""
    at = act_in(request, session_id, *BEDSIDE)
    form = BindForm(request, at, _monitors(at))

    def act() -> HttpResponse:
        actions.bind(at.ctx, session_id, form.cleaned_data["device"], key=form.act_key, seen=form.act_seen)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = "Look at the patient and at the monitor: from now on its readings are charted here."
        return act_page(request, at, form, status, heading="Bind a monitor", button="Bind it", lead=lead)

    return ask(request, form, draw, act)


def _monitors(at: Seat) -> list[tuple[str, str]]:
    """The clinic's monitors, those of this room first; of one in use, for whom it speaks now."""
    rows = Monitor.objects.filter(clinic=at.ctx.clinic).select_related("room")
    open_ = Binding.objects.filter(clinic=at.ctx.clinic, unbound_at__isnull=True)
    speaks = dict(open_.values_list("monitor_id", "session__patient__record_number"))
    mine = sorted(rows, key=lambda m: (m.room_id != at.session.room_id, m.label))
    return [(m.device, _label(m, speaks.get(m.id, ""))) for m in mine]


def _label(monitor: Monitor, speaks_for: str) -> str:
    words = [monitor.label, *([monitor.room.name] if monitor.room else [])]
    return ", ".join([*words, *([f"speaks now for {speaks_for}"] if speaks_for else [])])
