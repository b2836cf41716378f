"""The rescue equipment of the day: tried and signed once, before the first dose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ataraxy.clinic.audit.acts import append_act
from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.day.acts import acts_today
from ataraxy.clinic.people.models import Role, Staff
from ataraxy.core.clinic.events import EquipmentChecked
from ataraxy.core.errors import InputRefused, NotPermitted

# What must work before anybody is given a dose, and how it is tried. Proposed by this project.
ITEMS: Mapping[str, str] = {
    "oxygen": "Oxygen: full enough, and it flows",
    "suction": "Suction: it draws",
    "bag-mask": "Bag-mask: complete, and it seals",
    "defibrillator": "Defibrillator: self-test passed, pads in date",
}
SIGNERS = (Role.NURSE, Role.PRESCRIBER)


@dataclass(frozen=True, slots=True)
class Equipment:
    """Today's last signed check. ``faults`` are what does not work, in words."""

    at: datetime
    by: str
    faults: tuple[str, ...]
    note: str

    @property
    def fit(self) -> bool:
        return not self.faults


def sign_equipment(ctx: Context, works: Iterable[str], note: str = "", *, key: str | None = None) -> None:
    """Record today's check: what is not among ``works`` does not work, and is named.

    Raises:
        InputRefused: an item nobody knows, or a fault without a word about it.
    """
    if not ctx.signer().has_role(*SIGNERS):
        raise NotPermitted("Your role does not check the rescue equipment.", "Ask a nurse or a prescriber.")
    working = tuple(item for item in ITEMS if item in set(works))
    if unknown := set(works) - ITEMS.keys():
        raise InputRefused(f"{sorted(unknown)[0]!r} is not on the list.", "Reload the page.")
    faults = tuple(item for item in ITEMS if item not in working)
    if faults and not note.strip():
        raise InputRefused(
            "Something does not work.", "Say what is wrong, and what is done about it.", "note"
        )
    with transaction.atomic():
        append_act(ctx, Entry(EquipmentChecked(working, faults, note.strip())), key=key)


def equipment_today(ctx: Context) -> Equipment | None:
    """The last check signed today on the clinic's calendar; None: nobody has looked yet."""
    found = acts_today(ctx, EquipmentChecked)
    if not found:
        return None
    last = found[-1]
    signer = Staff.objects.filter(id__in=[last.envelope.actor]).values_list("name", flat=True)
    faults = tuple(ITEMS.get(item, item).partition(":")[0] for item in last.payload.faults)
    return Equipment(last.envelope.at, signer.first() or "", faults, last.payload.note)


def equipment_gap(ctx: Context) -> str:
    """Why the rescue equipment does not let a dose begin now; empty when it does."""
    found = equipment_today(ctx)
    if found is None:
        return "today's check of oxygen, suction, bag-mask and defibrillator is not signed"
    if not found.fit:
        return f"the rescue equipment does not work: {', '.join(found.faults).lower()}"
    return ""
