"""What blocks a draw. Nothing here ever blocks the record of what entered a patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ataraxy.core.pharmacy.stock import Registration, Vial


@dataclass(frozen=True, slots=True)
class Against:
    """One reason against a draw, and what to do about it."""

    cause: str
    cure: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Who would draw what, where and when. ``credential_until`` is None when none is on file."""

    vial: Vial
    held_ml: Decimal
    ml: Decimal
    location: UUID
    credential_until: date | None
    now: datetime
    today: date  # on the clinic's wall clock


def against_draw(drawing: Drawing, registrations: Iterable[Registration]) -> tuple[Against, ...]:
    """Everything that speaks against this draw; empty when it may be done."""
    return (*_person(drawing), *_registrant(drawing, registrations), *_vial(drawing))


def registration_in_force(
    registrations: Iterable[Registration], location: UUID, today: date
) -> Registration | None:
    """The registration of this location that holds today; the one that lasts longest."""
    held = [r for r in registrations if r.location == location and r.expires_on >= today]
    return max(held, key=lambda r: r.expires_on, default=None)


def _person(drawing: Drawing) -> Iterator[Against]:
    until = drawing.credential_until
    if until is None:
        yield Against("No licence is on file for you.", "Ask the director to enter it.")
    elif until < drawing.today:
        yield Against(f"Your licence expired on {until}.", "Ask the director to enter the new one.")


def _registrant(drawing: Drawing, registrations: Iterable[Registration]) -> Iterator[Against]:
    if registration_in_force(registrations, drawing.location, drawing.today) is None:
        yield Against(
            "No registration is in force for this location.",
            "Nothing is drawn until the director has entered it.",
        )


def _vial(drawing: Drawing) -> Iterator[Against]:
    vial = drawing.vial
    if vial.location != drawing.location:
        yield Against("This vial is kept at another location.", "Take one from the safe of this location.")
    if vial.expires_on < drawing.today:
        yield Against(f"This vial expired on {vial.expires_on}.", "Take another one, and destroy this one.")
    if vial.beyond_use_at is not None and vial.beyond_use_at <= drawing.now:
        yield Against(
            "This vial was opened too long ago.", "Take another one, and waste the rest of this one."
        )
    if drawing.held_ml < drawing.ml:
        yield Against(
            f"This vial holds {drawing.held_ml} mL, not {drawing.ml} mL.",
            "Draw what it holds, and the rest from another vial.",
        )
