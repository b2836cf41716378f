"""Whether the people named for a session may do it today: licence, certificate, and nobody in two rooms at once."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import connection

from ataraxy.clinic.context import Context
from ataraxy.clinic.day.equipment import equipment_gap
from ataraxy.clinic.people.models import Credential, CredentialKind, Role, Staff
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.read import last_cover, state_if_readable, state_of
from ataraxy.core.errors import RecordUnreadable
from ataraxy.core.protocol.types import CheckKind, Phase, Protocol

# Hazard: the one person who can save an airway is counted in two rooms.


def cover_gap(ctx: Context, session: Session, prescriber: UUID, rescuer: UUID) -> str:
    """Why these two do not cover this session now, in words; empty when they do."""
    people = {
        s.id: s for s in Staff.objects.filter(clinic=ctx.clinic, id__in=(prescriber, rescuer), active=True)
    }
    on_site, rescue = people.get(prescriber), people.get(rescuer)
    if on_site is None or rescue is None:
        return "somebody named does not work here any more"
    if not on_site.has_role(Role.PRESCRIBER):
        return f"{on_site.name} is no prescriber"
    today = ctx.today.date()
    if not holds(prescriber, CredentialKind.PRESCRIBING, today):
        return f"{on_site.name} has no valid prescribing licence on record"
    if not holds(rescuer, CredentialKind.RESCUE, today):
        return f"{rescue.name} has no valid rescue certificate on record"
    room, is_sure = _bound_elsewhere(ctx, session, rescuer)
    return (
        f"{rescue.name} {'is' if is_sure else 'may be'} the rescuer of {room}, where a dose runs"
        if room
        else ""
    )


def holds(staff: UUID, kind: CredentialKind, today: date) -> bool:
    return Credential.objects.filter(staff_id=staff, kind=kind, expires_on__gte=today).exists()


def _bound_elsewhere(ctx: Context, session: Session, rescuer: UUID) -> tuple[str, bool]:
    """The room they are bound to, and whether that is sure; empty where they are free.

    Hazard: a record the program stumbles over takes the start of every other room with it; or its rescuer counts twice.
    """
    dosing = Session.objects.filter(clinic=ctx.clinic, phase=Phase.DOSING.value).exclude(id=session.id)
    for other in dosing.select_related("room"):
        state = state_if_readable(other.id)
        if state is not None:
            if state.care.cover is not None and state.care.cover.rescuer == rescuer:
                return other.room.name, True
            continue
        try:
            named = last_cover(other.id)
        except RecordUnreadable:
            return other.room.name, False
        if named is not None and named.rescuer == rescuer:
            return other.room.name, False  # taken back since, perhaps: nobody can say
    return "", True


def room_gaps(ctx: Context, session: Session, protocol: Protocol) -> list[tuple[str, str, str]]:
    """(line, what, cure) for everything the protocol wants in the room and that is not there."""
    kinds = {check.kind for check in protocol.arrival}
    found: list[tuple[str, str, str]] = []
    cover = state_of(session.id).care.cover
    if CheckKind.PEOPLE in kinds and cover is not None:
        gap = cover_gap(ctx, session, cover.prescriber, cover.rescuer)
        if gap:
            found.append(("cover", gap, "Name people who may, and are free."))
    if CheckKind.EQUIPMENT in kinds and (gap := equipment_gap(ctx)):
        found.append(("equipment", gap, "Try it and sign today's check before any dose."))
    return found


def claim_rescuer(session_id: UUID) -> None:
    """Two rooms that start at one moment with the same rescuer wait for each other; until the transaction ends."""
    cover = state_of(session_id).care.cover
    if cover is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"rescuer {cover.rescuer}"])


def may_cover(ctx: Context) -> tuple[list[Staff], list[Staff]]:
    """Who may be named: prescribers with a valid licence, and people with a valid rescue certificate."""
    today = ctx.today.date()
    staff = list(Staff.objects.filter(clinic=ctx.clinic, active=True))
    held = Credential.objects.filter(staff__in=staff, expires_on__gte=today).values_list("staff_id", "kind")
    has = set(held)
    prescribers = [
        s for s in staff if s.has_role(Role.PRESCRIBER) and (s.id, CredentialKind.PRESCRIBING) in has
    ]
    return prescribers, [s for s in staff if (s.id, CredentialKind.RESCUE) in has]
