"""The one way into the record: lock the stream's head, chain the events, write them, move the head.

Callers own the transaction and project the new events inside it (see ``clinic/people/chart.py`` for charts,
``clinic/treat/record.py`` for sessions).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ataraxy.clinic.audit.models import ChainHead, Event, StreamKind
from ataraxy.clinic.context import Context
from ataraxy.core.errors import InputRefused, StaleSession
from ataraxy.core.record.chain import GENESIS, event_text, link_hash
from ataraxy.core.record.codec import instant, render
from ataraxy.core.record.envelope import Envelope, Origin, Recorded


@dataclass(frozen=True, slots=True)
class Entry:
    """One payload to append. ``at`` is when it was true (default: now)."""

    payload: Any
    at: datetime | None = None
    corrects: UUID | None = None


def open_stream(ctx: Context, stream: UUID, kind: StreamKind) -> ChainHead:
    """A new, empty stream."""
    return ChainHead.objects.create(id=stream, clinic=ctx.clinic, kind=kind, hash=GENESIS)


def lock_head(ctx: Context, stream: UUID) -> ChainHead:
    """The stream's head, locked until the transaction ends; another clinic's stream does not exist here."""
    return ChainHead.objects.select_for_update().get(id=stream, clinic=ctx.clinic)


def already_done(ctx: Context, key: str | None) -> Event | None:
    """The event an earlier attempt of the same act wrote, if it did."""
    return Event.objects.filter(clinic=ctx.clinic, idempotency_key=key).first() if key else None


def written_before(ctx: Context, key: str | None, stream: UUID, kind: type) -> bool:
    """Whether ``key`` has written an event of this kind in this stream.

    Raises:
        InputRefused: the key was used for something else.
    """
    done = already_done(ctx, key)
    if done is not None and (done.stream_id, done.type) != (stream, kind.__name__):
        raise _sent_with_something_else()
    return done is not None


def written_already(ctx: Context, key: str | None, stream: UUID, entries: Sequence[Entry]) -> bool:
    """Whether an earlier attempt of this very act is in the record.

    Hazard: a form sent again from the browser's history, with other values on it, looks as if it were recorded.

    Raises:
        InputRefused: the key was used for something else.
    """
    done = already_done(ctx, key)
    if done is None:
        return False
    act = Event.objects.filter(stream_id=done.stream_id, seq__gte=done.seq, recorded_at=done.recorded_at)
    written = [json.loads(text) for text in act.values_list("text", flat=True)]
    if done.stream_id != stream or not all(any(_says(w, entry) for w in written) for entry in entries):
        raise _sent_with_something_else()
    return True


def _says(written: dict[str, Any], entry: Entry) -> bool:
    same = written["type"] == type(entry.payload).__name__ and written["payload"] == render(entry.payload)
    return same and (entry.at is None or written["at"] == instant(entry.at))


def _sent_with_something_else() -> InputRefused:
    return InputRefused(
        "This page was sent before, with something else on it: nothing of this was written.",
        "Open the page anew and enter it there.",
    )


def append(
    ctx: Context,
    head: ChainHead,
    entries: Sequence[Entry],
    *,
    idempotency_key: str | None = None,
    seen: int | None = None,
) -> list[Recorded[Any]]:
    """Write ``entries`` after ``head`` (already locked) and return them as they stand in the record.

    Args:
        idempotency_key: the act's own key; a second use in this clinic is refused by the database.
        seen: the last human ``seq`` the person saw; None skips the check (pause and stop are never stale).

    Raises:
        StaleSession: somebody else wrote after ``seen``.
        InputRefused: an entry is dated in the future.
    """
    if seen is not None and head.human_seq > seen:
        raise StaleSession(
            "Somebody else wrote here after you opened this page.", "Reload, look, and act again."
        )
    recorded = [enveloped(ctx, head.seq + i, entry) for i, entry in enumerate(entries, start=1)]
    rows = chained(head, recorded, idempotency_key)
    Event.objects.bulk_create(rows)
    head.seq, head.hash = rows[-1].seq, rows[-1].hash
    if ctx.origin in (Origin.STAFF, Origin.PATIENT):
        head.human_seq = head.seq
    head.save(update_fields=["seq", "hash", "human_seq"])
    return recorded


def enveloped(ctx: Context, seq: int, entry: Entry) -> Recorded[Any]:
    """An entry in its envelope, as the event with this ``seq``.

    Raises:
        InputRefused: it is dated in the future.
    """
    at = entry.at or ctx.now
    if at > ctx.now:
        raise InputRefused(
            "This is dated in the future.", "Give the time it happened, or leave it as now.", "at"
        )
    frame = Envelope(ctx.new_id(), seq, at, ctx.now, ctx.actor_id, ctx.origin, entry.corrects)
    return Recorded(frame, entry.payload)


def chained(head: ChainHead, recorded: list[Recorded[Any]], key: str | None) -> list[Event]:
    """The rows of these events, each linked to the one before; the head is left as it is."""
    rows: list[Event] = []
    previous = head.hash
    for item in recorded:
        frame, kind = item.envelope, type(item.payload)
        text = event_text(head.id, head.clinic_id, kind.__name__, kind.VERSION, frame, item.payload)
        link = link_hash(previous, text)
        rows.append(
            Event(
                id=frame.id,
                stream_id=head.id,
                clinic_id=head.clinic_id,
                kind=head.kind,
                seq=frame.seq,
                type=kind.__name__,
                at=frame.at,
                recorded_at=frame.recorded_at,
                actor_id=frame.actor,
                origin=frame.origin.value,
                idempotency_key=key if not rows else None,
                text=text,
                previous=previous,
                hash=link,
            )
        )
        previous = link
    return rows


def texts(stream: UUID, *, after: int = 0) -> list[str]:
    """The canonical texts of a stream, in order."""
    rows = Event.objects.filter(stream_id=stream, seq__gt=after).order_by("seq")
    return list(rows.values_list("text", flat=True))


def announce(channel: str, payload: str) -> None:
    """NOTIFY in this transaction: delivered when it commits. The payload is an id, never patient data."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])
