"""Before the dose: who covers the session, what was drawn up, and the second person who checked it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.actions.acting import WATCHING, write
from ataraxy.clinic.treat.cover import cover_gap
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.dosing import DosePlan
from ataraxy.core.protocol.types import Protocol
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.care import CoverNamed, SyringeChecked, SyringePrepared

DILUENT = "sodium chloride 0.9 %"


def name_cover(
    ctx: Context,
    session_id: UUID,
    prescriber: UUID,
    rescuer: UUID,
    *,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """The prescriber on site and the rescuer free for this room, both looked up in the credentials.

    Raises:
        InputRefused: one of them may not, or the rescuer stands by in another room where a dose runs.
    """
    session = Session.objects.get(id=session_id, clinic=ctx.clinic)
    if gap := cover_gap(ctx, session, prescriber, rescuer):
        raise InputRefused(f"{gap[:1].upper()}{gap[1:]}.", "Name somebody who may, and is free.", "rescuer")
    return write(ctx, session_id, CoverNamed(prescriber, rescuer), key=key, seen=seen)


def prepare_syringe(
    ctx: Context, session_id: UUID, made: SyringePrepared, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """What was drawn up, as measured; refused while no escort is named, or when the label does not add up."""
    return write(ctx, session_id, made, key=key, seen=seen)


def check_syringe(
    ctx: Context, session_id: UUID, syringe: UUID, *, key: str | None = None, seen: int | None = None
) -> list[Recorded[Any]]:
    """A second person has read the label and the numbers aloud, and they are right."""
    return write(ctx, session_id, SyringeChecked(syringe), key=key, seen=seen, roles=WATCHING)


def as_planned(protocol: Protocol, plan: DosePlan, label: str = "") -> SyringePrepared:
    """The syringe or bag that the dose of today asks for."""
    stock = protocol.drug.stock_mg_per_ml
    if plan.infusion_ml is None or plan.concentration_mg_per_ml is None:
        nothing = plan.stock_ml - plan.stock_ml
        return SyringePrepared(plan.held_mg, stock, plan.stock_ml, "", nothing, plan.stock_ml, stock, label)
    return SyringePrepared(
        plan.mg,
        stock,
        plan.stock_ml,
        DILUENT,
        plan.infusion_ml - plan.stock_ml,
        plan.infusion_ml,
        plan.concentration_mg_per_ml,
        label,
    )
