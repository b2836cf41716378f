from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.actions.observe import readings
from ataraxy.clinic.treat.forms_care import ArtefactForm, MoveForm, PaperForm
from ataraxy.clinic.treat.queries.log import monitor_labels
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.queries.running import initials
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.clinic.treat.words import MEASURES, event_words
from ataraxy.core.session.events import NoteWritten, SessionPayload, VitalRecorded
from ataraxy.core.session.state import Event


def artefact(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Hold a value to be wrong, with the reason. It stays, and clears nothing."""
    at = act_in(request, session_id, *BEDSIDE)
    event = _chosen(at, request)
    held = event.payload.readings if event and isinstance(event.payload, VitalRecorded) else ()
    choices = {"measures": [(r.measure.value, MEASURES[r.measure]) for r in held]}
    form = ArtefactForm(request, at, choices, {"event": event.envelope.id if event else None})

    def act() -> HttpResponse:
        told = form.cleaned_data
        actions.mark_artefact(
            at.ctx, session_id, told["event"], form.chosen, told["reason"], key=form.act_key
        )
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = "It stays in the record. What it warned of goes on warning until a fresh reading is inside."
        return act_page(
            request,
            at,
            form,
            status,
            heading=f"An artefact: {_words(at, event)}",
            button="Mark it",
            lead=lead,
        )

    return ask(request, form, draw, act)


def move(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Charted on the wrong patient: written where it belongs, struck through here; both keep it."""
    at = act_in(request, session_id, *BEDSIDE)
    event = _chosen(at, request)
    form = MoveForm(request, at, {"to": _others(at)}, {"event": event.envelope.id if event else None})

    def act() -> HttpResponse:
        told = form.cleaned_data
        actions.move_entry(
            at.ctx, session_id, told["event"], UUID(told["to"]), told["reason"], key=form.act_key
        )
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = (
            "Look at both patients. It keeps its own time; here it stays, struck through, with your reason."
        )
        return act_page(
            request,
            at,
            form,
            status,
            heading=f"Another patient's: {_words(at, event)}",
            button="Move it",
            lead=lead,
        )

    return ask(request, form, draw, act)


def paper(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Type in a row of a paper sheet written while the system was down."""
    at = act_in(request, session_id, *BEDSIDE)
    form = PaperForm(request, at)

    def act() -> HttpResponse:
        told, when = form.cleaned_data, form.moment or at.ctx.now
        rows: list[tuple[datetime, SessionPayload]] = []
        if form.values:
            rows.append((when, VitalRecorded(readings(form.values))))
        if told["note"].strip():
            rows.append((when, NoteWritten(told["note"].strip())))
        actions.from_paper(at.ctx, session_id, told["sheet"], told["written_by"], rows, key=form.act_key)
        return back(at)

    def draw(status: int) -> HttpResponse:
        lead = "Every entry keeps the time on the sheet and is marked as coming from paper."
        return act_page(
            request,
            at,
            form,
            status,
            heading="From paper",
            button="Type it in",
            lead=lead,
            template="treat/paper.html",
        )

    return ask(request, form, draw, act)


def _chosen(at: Seat, request: HttpRequest) -> Event | None:
    text = request.POST.get("event") or request.GET.get("event", "")
    return next((e for e in at.state.log if str(e.envelope.id) == text), None)


def _words(at: Seat, event: Event | None) -> str:
    if event is None:
        return "choose an entry from the record"
    return event_words(event.payload, at.protocol, monitor_labels(at.state))


def _others(at: Seat) -> list[tuple[str, str]]:
    """The other sessions of this clinic that are under way or of today, by room and initials."""
    begins = at.ctx.today.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Session.objects.filter(
        clinic=at.ctx.clinic, during__endswith__gte=begins, during__startswith__lte=at.ctx.now
    )
    found = rows.exclude(id=at.session.id).select_related("patient", "room")
    return [
        (
            str(s.id),
            f"{s.room.name}: {initials(s.patient.given_name, s.patient.family_name)} {s.patient.record_number}",
        )
        for s in found
    ]
