"""The session that does not happen: each way it may fail before the dose, and what is done about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ataraxy.clinic.context import Context
from ataraxy.clinic.treat.actions.leave import end
from ataraxy.core.errors import InputRefused
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.events import CalledOff, EndReason

WORDS = {
    CalledOff.NO_SHOW: "Did not come",
    CalledOff.LATE: "Came too late to be watched long enough today",
    CalledOff.INTOXICATED: "Came intoxicated",
    CalledOff.NO_VEIN: "No cannula could be placed",
    CalledOff.HELD: "A check before the dose held",
    CalledOff.UNWILLING: "Does not want it today",
    CalledOff.NO_ESCORT: "Nobody is there to take the patient home",
    CalledOff.OTHER: "Another reason",
}
# What the clinic does then. Proposed by this project; shown as a reminder, never ticked for anybody.
THEN = {
    CalledOff.NO_SHOW: "Call the patient today, and the named escort when nobody answers. Tell the prescriber.",
    CalledOff.LATE: "Book another day; the course counts no dose for today.",
    CalledOff.INTOXICATED: (
        "No dose. Look at the patient first and tell the prescriber. They do not drive home. Ask why, kindly."
    ),
    CalledOff.NO_VEIN: (
        "Take out what was placed and look at the arm. Another day or another way in is the prescriber's decision."
    ),
    CalledOff.HELD: "Say which check held. The prescriber decides when to try again.",
    CalledOff.UNWILLING: "Thank them for saying so. Ask whether they want another day.",
    CalledOff.NO_ESCORT: (
        "No dose without an adult who takes the patient home. Ask who could come another day, and book that day."
    ),
    CalledOff.OTHER: "Say what happened.",
}
NEEDS_WORDS = (CalledOff.INTOXICATED, CalledOff.HELD, CalledOff.OTHER)
DRAWN = "The drug was already drawn up: it is wasted before a witness."


def call_off(
    ctx: Context,
    session_id: UUID,
    why: CalledOff,
    *,
    drawn: bool,
    note: str = "",
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """Cancel the session before any dose, saying why, and whether a syringe was drawn up for it.

    Raises:
        InputRefused: a reason that needs words has none, or a dose was given (that session is stopped, not called off).
    """
    if why in NEEDS_WORDS and not note.strip():
        raise InputRefused("This needs a few words.", "Say what was seen and what was done.", "note")
    told = [f"{WORDS[why]}.", DRAWN if drawn else "", note.strip()]
    return end(
        ctx, session_id, EndReason.CANCELLED, note=" ".join(filter(None, told)), why=why, key=key, seen=seen
    )
