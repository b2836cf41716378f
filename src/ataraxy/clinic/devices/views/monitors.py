"""Which monitors stand here, and in which room."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.devices import actions
from ataraxy.clinic.devices.queries import heard_and_unknown, not_charted
from ataraxy.clinic.devices.queries import monitors as known_monitors
from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.models import Role, Room
from ataraxy.clinic.people.views.respond import ask


class MonitorForm(ActForm):
    device = forms.CharField(
        label="Its name on the wire",
        max_length=120,
        help_text="As the quarantine shows it. A name that is here already is moved or renamed.",
    )
    label = forms.CharField(label="What people call it", max_length=60)
    room = forms.TypedChoiceField(label="Room", required=False, coerce=int, empty_value=None)

    def __init__(self, request: HttpRequest, rooms: list[tuple[str, str]]) -> None:
        self.rooms = rooms
        super().__init__(request, initial={"device": request.GET.get("device", "")[:120]})

    def prepare(self) -> None:
        room = self.fields["room"]
        assert isinstance(room, forms.ChoiceField)
        room.choices = [("", "No room"), *self.rooms]


def monitors(request: HttpRequest) -> HttpResponse:
    """The clinic's monitors; add one, or say where it stands now."""
    ctx = staff_of(request, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
    form = MonitorForm(request, [(str(r.id), r.name) for r in Room.objects.filter(clinic=ctx.clinic)])

    def act() -> HttpResponse:
        told = form.cleaned_data
        monitor = actions.set_monitor(ctx, told["device"], told["label"], told["room"])
        messages.success(request, f"{monitor.label} is known here. Bind it in the session it speaks for.")
        return redirect("devices:monitors")

    def draw(status: int) -> HttpResponse:
        context = {
            "form": form,
            "monitors": known_monitors(ctx),
            "unknown": heard_and_unknown(ctx),
            "not_charted": not_charted(ctx),
            "runs_the_house": ctx.signer().has_role(Role.DIRECTOR),
        }
        return render(request, "devices/monitors.html", context, status=status)

    return ask(request, form, draw, act)
