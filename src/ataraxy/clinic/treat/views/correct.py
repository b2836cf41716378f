from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import CorrectForm, name_of
from ataraxy.clinic.treat.queries.log import log, monitor_labels
from ataraxy.clinic.treat.queries.room import Seat, session_names
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.clinic.treat.words import event_words, number
from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.events import VitalRecorded
from ataraxy.core.session.state import Event


def correct(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Put an entry right, or take it back, with the reason; without one chosen, they are listed."""
    at = act_in(request, session_id, *BEDSIDE)
    chosen = _chosen(at, request.POST.get("event") or request.GET.get("event", ""))
    form = CorrectForm(request, at, _measures(chosen), _initial(chosen))

    def act() -> HttpResponse:
        told, key, seen = form.cleaned_data, form.act_key, form.act_seen
        event, reason = told["event"], told["reason"]
        if told["what"] == "retract":
            actions.retract(at.ctx, session_id, event, reason, key=key, seen=seen)
        else:
            when, values = _moment(form, chosen), form.values
            actions.correct(at.ctx, session_id, event, reason, at=when, values=values, key=key, seen=seen)
        return back(at)

    def draw(status: int) -> HttpResponse:
        entries = [e for e in log(at.state, at.protocol, session_names(at)) if e.may_be_corrected]
        return act_page(
            request,
            at,
            form,
            status,
            heading="Correct an entry" if chosen else "Which entry is wrong?",
            button="Write the correction",
            template="treat/correct.html",
            entries=() if chosen else entries,
            words=event_words(chosen.payload, at.protocol, monitor_labels(at.state)) if chosen else "",
            chosen=chosen,
        )

    return ask(request, form, draw, act)


def _chosen(at: Seat, text: str) -> Event | None:
    return next((e for e in at.state.log if str(e.envelope.id) == text), None)


def _measures(chosen: Event | None) -> tuple[Measure, ...]:
    if chosen is None or not isinstance(chosen.payload, VitalRecorded):
        return ()
    return tuple(r.measure for r in chosen.payload.readings)


def _initial(chosen: Event | None) -> dict[str, Any]:
    if chosen is None:
        return {}
    when = timezone.localtime(chosen.envelope.at)
    start: dict[str, Any] = {"event": chosen.envelope.id, "when": when, "what": "correct"}
    if isinstance(chosen.payload, VitalRecorded):
        start |= {name_of(r.measure): number(r.value) for r in chosen.payload.readings}
    return start


def _moment(form: CorrectForm, chosen: Event | None) -> Any:
    """The time typed; the entry's own when its minute was left as it was (a form knows no seconds)."""
    when = form.moment
    if when is None or chosen is None:
        return None
    own = chosen.envelope.at
    return None if own.replace(second=0, microsecond=0) == when else when
