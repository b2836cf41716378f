"""The events of many streams in one go: what a batch of readings adds to the record, in four statements.

The same record as ``append`` writes: the same texts, the same links, the heads locked by the caller and moved by
compare-and-swap. Only for what devices and the system say: nobody's form is stale for it, and no act has a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg import Cursor

from ataraxy.clinic.audit.append import Entry, chained, enveloped
from ataraxy.clinic.audit.models import ChainHead, Event
from ataraxy.clinic.context import Context
from ataraxy.core.errors import AtaraxyError
from ataraxy.core.record.envelope import Origin, Recorded

COLUMNS = (
    ("id", "uuid"),
    ("stream_id", "uuid"),
    ("clinic_id", "uuid"),
    ("kind", "varchar"),
    ("seq", "bigint"),
    ("type", "varchar"),
    ("at", "timestamptz"),
    ("recorded_at", "timestamptz"),
    ("origin", "varchar"),
    ("text", "text"),
    ("previous", "varchar"),
    ("hash", "varchar"),
)
NAMES = ", ".join(name for name, _ in COLUMNS)
# Built from the names above alone.
WRITE = (
    f"INSERT INTO audit_event ({NAMES}) SELECT * FROM unnest({', '.join(f'%s::{t}[]' for _, t in COLUMNS)})"  # noqa: S608 # nosec B608
)
MOVE = """
UPDATE audit_chainhead AS head SET seq = told.seq, hash = told.hash
FROM unnest(%s::uuid[], %s::bigint[], %s::varchar[], %s::bigint[], %s::varchar[])
     AS told (id, was_seq, was_hash, seq, hash)
WHERE head.id = told.id AND head.seq = told.was_seq AND head.hash = told.was_hash
"""
PROJECT = """
UPDATE plan_session AS booked SET seq = told.seq FROM unnest(%s::uuid[], %s::bigint[]) AS told (id, seq)
WHERE booked.id = told.id
"""
NOTIFY = "SELECT count(pg_notify(%s, told)) FROM unnest(%s::text[]) AS told"


class HeadMoved(AtaraxyError):
    """A stream that was locked is not where it was: nothing of the batch was written."""


@dataclass(slots=True)
class Together:
    """Events chained in memory, to be written at the end of the batch; ``heads`` are locked by the caller."""

    rows: list[Event] = field(default_factory=list)
    moved: dict[Any, tuple[ChainHead, int, str]] = field(default_factory=dict)  # with where each head was

    def add(self, ctx: Context, head: ChainHead, entries: Sequence[Entry]) -> list[Recorded[Any]]:
        """Chain ``entries`` after ``head``; they are in the record once ``write`` is done and committed.

        Raises:
            InputRefused: an entry is dated in the future.
        """
        if ctx.origin not in (Origin.DEVICE, Origin.SYSTEM):
            raise ValueError(
                "What a person writes goes through append, which asks whether they saw the newest."
            )
        recorded = [enveloped(ctx, head.seq + i, entry) for i, entry in enumerate(entries, start=1)]
        rows = chained(head, recorded, None)
        self.moved.setdefault(head.id, (head, head.seq, head.hash))
        head.seq, head.hash = rows[-1].seq, rows[-1].hash
        self.rows += rows
        return recorded

    def write(self, channel: str) -> None:
        """Write all of it in the caller's transaction, and tell ``channel`` which streams moved how far.

        Raises:
            HeadMoved: somebody wrote to one of the streams although it was locked.
        """
        if not self.rows:
            return
        heads = [head for head, _, _ in self.moved.values()]
        ids, seqs = [head.id for head in heads], [head.seq for head in heads]
        was = [[seq for _, seq, _ in self.moved.values()], [text for _, _, text in self.moved.values()]]
        connection.ensure_connection()
        line = connection.connection
        with Cursor(line) as move, Cursor(line) as other:
            with line.pipeline():  # one round trip for all four
                _say(move, MOVE, ids, *was, seqs, [head.hash for head in heads])
                _say(other, WRITE, *([getattr(row, name) for row in self.rows] for name, _ in COLUMNS))
                _say(other, PROJECT, ids, seqs)
                _say(other, NOTIFY, channel, [f"{head.id} {head.seq}" for head in heads])
            found = move.rowcount
        if found != len(heads):
            raise HeadMoved(
                "A session moved while it was locked.", "The readings are tried again, one by one."
            )


def _say(cursor: Cursor[Any], statement: str, *parameters: Any) -> None:
    cursor.execute(statement.encode(), parameters, prepare=True)
