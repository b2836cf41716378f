"""Messages of monitors no clinic of this house knows: for whoever runs the house."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.devices import actions
from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.forms import ActForm, PillsField, WordsField
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.treat.queries.quarantine import Line
from ataraxy.clinic.treat.queries.quarantine import unplaced as unplaced_lines

TAKE, DISCARD = "take", "discard"


class PlaceForm(ActForm):
    line = forms.ChoiceField(label="Which messages?", widget=forms.RadioSelect)
    what = PillsField(
        [(TAKE, "They are our clinic's"), (DISCARD, "They are nobody's: discard")], label="What shall happen?"
    )
    reason = WordsField(label="Why, if they are discarded", required=False)

    def __init__(self, request: HttpRequest, lines: list[Line]) -> None:
        self.lines = lines
        super().__init__(request)

    def prepare(self) -> None:
        line = self.fields["line"]
        assert isinstance(line, forms.ChoiceField)
        line.choices = [(f"{one.message}", _words(one)) for one in self.lines]


def _words(line: Line) -> str:
    """Where it came from and how often; nothing of what it says, which may be another clinic's patient."""
    return f"{line.device or 'no name'} from {line.peer}: {line.count}"


def unplaced(request: HttpRequest) -> HttpResponse:
    """Say whose they are. What they say is shown only in the quarantine of the clinic that takes them."""
    ctx = staff_of(request, Role.DIRECTOR)
    lines = unplaced_lines()
    form = PlaceForm(request, lines)

    def act() -> HttpResponse:
        told = form.cleaned_data
        line = next(one for one in lines if str(one.message) == told["line"])
        if told["what"] == TAKE:
            count = actions.take_over(ctx, line.message, line.until)
            messages.success(request, f"{count} taken over: look at them in your quarantine.")
        else:
            count = actions.discard_unplaced(ctx, line.message, line.until, told["reason"])
            messages.success(request, f"{count} discarded. They are kept, with your reason.")
        return redirect("devices:unplaced")

    def draw(status: int) -> HttpResponse:
        return render(request, "devices/unplaced.html", {"form": form, "lines": lines}, status=status)

    return ask(request, form, draw, act)
