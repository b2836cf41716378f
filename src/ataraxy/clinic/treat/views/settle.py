from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.forms import PillsField
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat import actions
from ataraxy.clinic.treat.forms import SettleForm
from ataraxy.clinic.treat.models import Quarantined
from ataraxy.clinic.treat.queries.quarantine import Line, content, line_of, sessions_to_assign
from ataraxy.core.errors import InputRefused

ALL, ONE = "all", "one"


class SettleLineForm(SettleForm):
    """Settles one message, or the whole line it stands on, up to the newest the person was shown."""

    scope = PillsField([], label="Which messages?", required=False)
    until = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(
        self, request: HttpRequest, row: Quarantined, line: Line | None, sessions: list[tuple[str, str]]
    ) -> None:
        self.line = line
        super().__init__(request, row.id, sessions)

    def prepare(self) -> None:
        super().prepare()
        scope = self.fields["scope"]
        assert isinstance(scope, forms.ChoiceField)
        if self.line is None or self.line.count == 1:
            del self.fields["scope"], self.fields["until"]
            return
        scope.choices = [(ALL, f"All {self.line.count} alike"), (ONE, "Only this one")]
        scope.required = True
        self.initial["until"] = self.line.until
        self.order_fields(["scope", "what", "session", "reason"])

    @property
    def up_to(self) -> int | None:
        """The newest message meant, or None for this one alone."""
        whole = self.cleaned_data.get("scope") == ALL
        return self.cleaned_data.get("until") if whole else None


def settle(request: HttpRequest, message_id: int) -> HttpResponse:
    """Look at one message; discard it, or assign its values to a session; with it those that are alike."""
    ctx = staff_of(request, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
    row = own(ctx, Quarantined.objects.select_related("settled_by", "placed_by"), id=message_id)
    line = line_of(row) if row.settled_at is None else None
    form = SettleLineForm(request, row, line, sessions_to_assign(ctx))

    def act() -> HttpResponse:
        told = form.cleaned_data
        if told["what"] == "discard":
            count = actions.discard(ctx, row.id, told["reason"], until=form.up_to)
            kept = "The message is kept" if count == 1 else f"The {count} messages are kept"
            messages.success(request, f"Discarded. {kept}, with your reason.")
        else:
            if not told["session"]:
                raise InputRefused("No session is chosen.", "Choose whose values these are.", "session")
            session = own(ctx, Session.objects.all(), id=UUID(told["session"]))
            actions.assign(ctx, row.id, session.id, told["reason"], until=form.up_to)
            messages.success(request, "Assigned. Its values are in the session, as the monitor's.")
        return redirect("treat:quarantine")

    def draw(status: int) -> HttpResponse:
        context = {"row": row, "line": line, "form": form, "content": content(ctx, row)}
        return render(request, "treat/settle.html", context, status=status)

    return ask(request, form, draw, act)
