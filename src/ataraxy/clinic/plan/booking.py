"""The form by which a session is booked or moved, and what stands in the rooms around that day."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.http import HttpRequest

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.forms import ActForm, CountField, MomentField, WordsField
from ataraxy.clinic.people.models import Room
from ataraxy.clinic.plan.actions.sessions import Slot
from ataraxy.core.protocol.types import DischargeKind, Protocol

ARRIVAL_MIN = 30  # for arrival and checks, a habit of the house: the form may say otherwise
LONGEST_MIN = 600


def usual_minutes(protocol: Protocol) -> int:
    """How long the room is needed: arrival, the dose, and the least observation after its start."""
    least = [c.at_least_min or 0 for c in protocol.discharge if c.kind is DischargeKind.MINIMUM_OBSERVATION]
    return ARRIVAL_MIN + max([protocol.dose.duration_min or 0, *least])


class SlotForm(ActForm):
    """A room, a beginning, and how long."""

    def __init__(self, request: HttpRequest, ctx: Context, start: dict[str, object]) -> None:
        self.rooms = list(Room.objects.filter(clinic=ctx.clinic))
        super().__init__(request, initial=start)

    def prepare(self) -> None:
        choices = [(str(room.id), room.name) for room in self.rooms]
        self.fields["starts_at"] = MomentField(label="Begins")
        self.fields["minutes"] = CountField(label="Minutes in the room", min_value=15, max_value=LONGEST_MIN)
        self.fields["room"] = forms.ChoiceField(label="Room", choices=choices)

    def slot(self) -> Slot:
        given = self.cleaned_data
        room = next(room for room in self.rooms if str(room.id) == given["room"])
        return Slot(room, given["starts_at"], given["starts_at"] + timedelta(minutes=given["minutes"]))


class MoveForm(SlotForm):
    """And why it is moved."""

    def prepare(self) -> None:
        super().prepare()
        self.fields["reason"] = WordsField(label="Why", max_length=400)
