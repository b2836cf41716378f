from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import NoteForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back


def note(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A few words in the session's record."""
    at = act_in(request, session_id, *CLINICAL)
    form = NoteForm(request, at)

    def act() -> HttpResponse:
        actions.note(at.ctx, session_id, form.cleaned_data["text"], at=form.moment, key=form.act_key)
        return back(at)

    def draw(status: int) -> HttpResponse:
        return act_page(request, at, form, status, heading="Note", button="Write the note")

    return ask(request, form, draw, act)
