from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from ataraxy.clinic.people.access import BEDSIDE
from ataraxy.clinic.people.forms import PillsField, WordsField
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat.actions.call_off import DRAWN, THEN, WORDS, call_off
from ataraxy.clinic.treat.forms import SeatForm
from ataraxy.clinic.treat.views.reach import act_in, act_page, back
from ataraxy.core.session.events import CalledOff


class CallOffForm(SeatForm):
    why = PillsField(
        [(one.value, words) for one, words in WORDS.items()],
        label="What happened?",
        error_messages={"required": "Choose one."},
    )
    drawn = PillsField(
        [("no", "No"), ("yes", "Yes")],
        label="Was the drug already drawn up?",
        error_messages={"required": "Say whether a syringe was drawn up."},
    )
    note = WordsField(required=False, label="Note", help_text="What was seen, and what was done about it.")


def call_off_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Late, did not come, intoxicated, no vein, held, unwilling: the session ends before any dose."""
    at = act_in(request, session_id, *BEDSIDE)
    form = CallOffForm(request, at)

    def act() -> HttpResponse:
        told = form.cleaned_data
        why, drawn = CalledOff(told["why"]), told["drawn"] == "yes"
        call_off(
            at.ctx, session_id, why, drawn=drawn, note=told["note"], key=form.act_key, seen=form.act_seen
        )
        messages.warning(request, THEN[why])
        if drawn:
            messages.warning(request, DRAWN)
        return back(at)

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            at,
            form,
            status,
            heading="Not today",
            button="Call the session off",
            lead="The session ends before any dose, and its number is free for another day.",
            template="treat/call_off.html",
            then=[(WORDS[one], words) for one, words in THEN.items()],
        )

    return ask(request, form, draw, act)
