"""Doses that run now: what the pause-and-stop bar shows on every staff page."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.urls import reverse

from ataraxy.clinic.context import Context
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.record import state_of
from ataraxy.clinic.treat.words import spell
from ataraxy.core.protocol.types import Phase
from ataraxy.core.session.dose import DoseStatus

log = logging.getLogger(__name__)

AMOUNT_UNKNOWN = "the amount cannot be told: read the pump"


@dataclass(frozen=True, slots=True)
class Running:
    """See ``templates/parts/dose_bar.html``."""

    patient: str
    room: str
    words: str
    is_paused: bool
    pause_url: str
    stop_url: str
    session_url: str


def running_doses(ctx: Context) -> list[Running]:
    """Every dose of this clinic that runs or is paused."""
    rows = Session.objects.filter(clinic=ctx.clinic, phase=Phase.DOSING.value).select_related(
        "patient", "room"
    )
    return [one for row in rows if (one := _running(ctx, row)) is not None]


def _running(ctx: Context, session: Session) -> Running | None:
    """The bar of one dose; None when none is open.

    Hazard: the bar is on every page. A record that cannot be read must leave the pages of everybody else as they are, and
    its own pause and stop where they were.
    """
    words, paused = AMOUNT_UNKNOWN, False
    try:
        dose = state_of(session.id).dose
        if dose is None or not dose.is_open:
            return None
        paused = dose.status is DoseStatus.PAUSED
        minutes = spell(max(0, int((ctx.now - dose.started_at).total_seconds())))
        given = dose.mg_at(ctx.now)
        told = (
            f"{given} of {dose.planned.mg} mg"
            if dose.is_sprayed
            else f"about {given:.1f} of {dose.planned.mg} mg (estimate)"
        )
        words = f"{told}, {minutes} in"
    except DatabaseError:
        raise
    except Exception as error:
        log.error("The dose of session %s cannot be told: %s.", session.id, type(error).__name__)
    patient = session.patient
    return Running(
        patient=f"{initials(patient.given_name, patient.family_name)} {patient.record_number}",
        room=session.room.name,
        words=words,
        is_paused=paused,
        pause_url=reverse("treat:pause", args=[session.id]),
        stop_url=reverse("treat:stop", args=[session.id]),
        session_url=reverse("treat:session", args=[session.id]),
    )


def initials(given: str, family: str) -> str:
    """On a board people are named by their initials."""
    return f"{given[:1]}.{family[:1]}."
