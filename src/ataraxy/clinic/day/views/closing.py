"""The closing page: what is open, who is on call, whom to call tomorrow; and the end of the day."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.context import Context
from ataraxy.clinic.day import actions
from ataraxy.clinic.day.queries.closing import calls_tomorrow, came_today, closed_today, still_open
from ataraxy.clinic.day.queries.next import next_of_the_evening
from ataraxy.clinic.day.queries.not_held import not_held
from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.forms import SignedForm, WordsField
from ataraxy.clinic.people.models import Role, Staff
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask

ON_CALL = (Role.PRESCRIBER, Role.NURSE, Role.DIRECTOR)
MEANING = "I looked at everything on this page. What is left open is named, with who does it and when."


class ClosingForm(SignedForm):
    on_call = forms.TypedChoiceField(coerce=UUID, label="On call tonight")
    phone = forms.CharField(max_length=40, label="Their telephone number tonight")
    note = WordsField(required=False, label="What is left open: who does it, and when")

    def __init__(self, request: HttpRequest, ctx: Context) -> None:
        self.ctx = ctx
        super().__init__(request)

    def prepare(self) -> None:
        people = Staff.objects.filter(clinic=self.ctx.clinic, active=True, roles__overlap=list(ON_CALL))
        field = self.fields["on_call"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose"), *((str(one.id), f"{one.name}, {one.role_label}") for one in people)]


def closing(request: HttpRequest) -> HttpResponse:
    """Refused while somebody is not discharged; anything else may be left open, by name."""
    ctx = staff_of(request, *actions.CLOSERS)
    form = ClosingForm(request, ctx)

    def draw(status: int) -> HttpResponse:
        left, closed = still_open(ctx), closed_today(ctx)
        context = {
            "day": ctx.today,
            "form": form,
            "meaning": MEANING,
            "may_sign": ctx.signer().has_role(Role.PRESCRIBER),
            "left": left,
            "closed": closed,
            "next": next_of_the_evening(left, closed),
            "sessions": came_today(ctx),
            "calls": calls_tomorrow(ctx),
            "not_held": not_held(ctx),
        }
        return render(request, "day/closing.html", context, status=status)

    def act() -> HttpResponse:
        signed_by(request, ctx, *actions.CLOSERS)
        told = form.cleaned_data
        on_call = own(ctx, Staff.objects.all(), id=told["on_call"])
        actions.close_day(ctx, on_call, told["phone"], told["note"], key=form.act_key)
        messages.success(request, "The day is closed.")
        return redirect("day:closing")

    return ask(request, form, draw, act)
