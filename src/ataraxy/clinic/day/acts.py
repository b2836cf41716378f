"""What the clinic's own stream says about one day: read back from the record, never from a second copy."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from ataraxy.clinic.audit.models import Event
from ataraxy.clinic.context import Context
from ataraxy.core.clinic.registry import parse_clinic_event
from ataraxy.core.record.envelope import Recorded


def day_begins(ctx: Context, days: int = 0) -> datetime:
    """Midnight of today on the clinic's own clock, or of so many days later."""
    return datetime.combine(ctx.today.date() + timedelta(days=days), time(), ctx.zone)


def acts_of(ctx: Context, kind: type, since: datetime) -> list[Recorded[Any]]:
    """The clinic's acts of one kind since then, in order."""
    rows = Event.objects.filter(
        clinic=ctx.clinic, stream_id=ctx.clinic.id, type=kind.__name__, recorded_at__gte=since
    )
    return [parse_clinic_event(text) for text in rows.order_by("seq").values_list("text", flat=True)]


def acts_today(ctx: Context, kind: type) -> list[Recorded[Any]]:
    return acts_of(ctx, kind, day_begins(ctx))


def day_of(ctx: Context) -> date:
    return ctx.today.date()
