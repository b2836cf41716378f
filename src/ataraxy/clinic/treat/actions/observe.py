"""What is seen: values typed by hand, side effects, notes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ataraxy.catalog.library import side_effects
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.treat.actions.acting import write
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Measure
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.session.events import (
    Grade,
    NoteWritten,
    Reading,
    SideEffectReported,
    SideEffectResolved,
    VitalRecorded,
)

OTHER = "other"


def vital(
    ctx: Context,
    session_id: UUID,
    values: Mapping[Measure, Decimal],
    *,
    at: datetime | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """Values of one moment, typed by hand. A moment in the past is kept beside the time of entry."""
    return write(ctx, session_id, VitalRecorded(readings(values)), at=at, key=key, seen=seen)


def readings(values: Mapping[Measure, Decimal]) -> tuple[Reading, ...]:
    """Values in the order of the measures, each in the measure's own unit."""
    if not values:
        raise InputRefused("There is no value.", "Type at least one.", None)
    return tuple(Reading(m, values[m], m.unit) for m in Measure if m in values)


def side_effect(
    ctx: Context,
    session_id: UUID,
    effect: str,
    grade: Grade,
    *,
    note: str = "",
    action: str = "",
    serious: bool = False,
    at: datetime | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """A side effect with onset, grade, action and seriousness; one that is not on the list is told in words."""
    if effect != OTHER and effect not in side_effects():
        raise InputRefused(
            f"{effect!r} is not on the list.", "Choose one, or choose other and say what.", "effect"
        )
    if effect == OTHER and not note.strip():
        raise InputRefused("Other needs words.", "Say what it is.", "note")
    told = SideEffectReported(effect, grade, note.strip(), action.strip(), serious)
    return write(ctx, session_id, told, at=at, key=key, seen=seen)


def resolve(
    ctx: Context,
    session_id: UUID,
    report: UUID,
    *,
    outcome: str = "",
    at: datetime | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """A reported side effect is over."""
    return write(ctx, session_id, SideEffectResolved(report, outcome.strip()), at=at, key=key, seen=seen)


def note(
    ctx: Context,
    session_id: UUID,
    text: str,
    *,
    at: datetime | None = None,
    key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """A few words in the session's record; the therapist writes here too."""
    return write(ctx, session_id, NoteWritten(text.strip()), at=at, key=key, seen=seen, roles=CLINICAL)
