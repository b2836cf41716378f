"""What a clinic is to the people who come to it: its telephone number and its rooms."""

from __future__ import annotations

from django.db import transaction

from ataraxy.clinic.audit.acts import append_act
from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Clinic, Role, Room
from ataraxy.clinic.people.signing import require_role
from ataraxy.core.clinic.events import PhoneSet, RoomAdded
from ataraxy.core.errors import InputRefused


def set_phone(ctx: Context, phone: str, *, key: str | None = None) -> None:
    """The number patients are told to call, on every page of theirs."""
    require_role(ctx, Role.DIRECTOR)
    with transaction.atomic():
        if append_act(ctx, Entry(PhoneSet(phone)), key=key):
            Clinic.objects.filter(id=ctx.clinic.id).update(phone=phone)


def add_room(ctx: Context, name: str, *, key: str | None = None) -> Room:
    """A room in which sessions are booked.

    Raises:
        InputRefused: a room of this clinic has that name.
    """
    require_role(ctx, Role.DIRECTOR)
    with transaction.atomic():
        Clinic.objects.select_for_update(no_key=True).get(id=ctx.clinic.id)  # one room at a time
        known = Room.objects.filter(clinic=ctx.clinic, name__iexact=name).first()
        if not append_act(ctx, Entry(RoomAdded(name)), key=key):
            return Room.objects.get(clinic=ctx.clinic, name__iexact=name)
        if known is not None:
            raise InputRefused(f"{known.name} is there already.", "Give this room another name.", "room")
        return Room.objects.create(clinic=ctx.clinic, name=name)
