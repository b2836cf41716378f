"""Months for the samples and the messages they came in: partitions are made ahead by the owner, never by a running clinic.

The application may not create tables, so this happens at `ataraxy migrate`, at the start of `ataraxy serve` and, while it
runs, by its supervisor (``upkeep.py``). A clinic on a PostgreSQL of its own, whose owner `serve` is not told, runs
`ataraxy migrate` from its own schedule; until then nothing is lost: the default partition takes the rows.
Months older than the clinic wants to keep (ATARAXY_KEEP_SAMPLES_MONTHS) are dropped at the same places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import psycopg
from psycopg import sql

MONTHS_AHEAD = 6
TABLES = {"treat_sample": "received_at", "treat_message": "told_at"}  # table -> the time it is partitioned by
MOVE = """
WITH moved AS (DELETE FROM {default} WHERE {time} >= {first} AND {time} < {after} RETURNING *)
INSERT INTO {name} SELECT * FROM moved"""


def make_partitions(owner_url: str, today: date, patience_ms: int = 0) -> list[str]:
    """Make the partitions of this month and the next ones; the names of those that were missing.

    Args:
        patience_ms: how long to wait for a lock, while others write; 0 waits for ever.

    Raises:
        psycopg.errors.LockNotAvailable: it was not given in time; what was made stays.
    """
    with _patient(owner_url, patience_ms) as connection:
        rows = connection.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent::regclass::text = ANY(%s)",
            [list(TABLES)],
        )
        known = {str(row[0]) for row in rows}
        made: list[str] = []
        for table in TABLES:
            for first, after in months(today, MONTHS_AHEAD + 1):
                name = f"{table}_{first:%Y_%m}"
                if name not in known:
                    _make(connection, table, name, first, after)
                    made.append(name)
    return made


def drop_old_partitions(
    owner_url: str, today: date, keep_months: int | None, patience_ms: int = 0
) -> list[str]:
    """Drop the months that ended more than ``keep_months`` whole months ago; their names. None keeps everything.

    What a nurse would have written is in the record as events and stays; only what a monitor sent in between goes.
    """
    if keep_months is None:
        return []
    with _patient(owner_url, patience_ms) as connection:
        rows = connection.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent::regclass::text = ANY(%s)",
            [list(TABLES)],
        )
        old = sorted(str(name) for (name,) in rows if is_old(str(name), today, keep_months))
        for name in old:
            connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
        return old


@contextmanager
def _patient(owner_url: str, patience_ms: int) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(patience_ms)))
        yield connection


def is_old(name: str, today: date, keep_months: int) -> bool:
    """Whether a partition's month lies before this one and the ``keep_months`` before it. The default never does."""
    words = re.fullmatch(rf"(?:{'|'.join(TABLES)})_(\d{{4}})_(\d{{2}})", name)
    if words is None:
        return False
    return int(words[1]) * 12 + int(words[2]) < today.year * 12 + today.month - keep_months


def months(today: date, count: int) -> Iterator[tuple[date, date]]:
    """(first day, first day of the next) of ``count`` months, this one first."""
    first = today.replace(day=1)
    for _ in range(count):
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        yield first, after
        first = after


def _make(connection: psycopg.Connection, table: str, name: str, first: date, after: date) -> None:
    """One month, with the rows the default partition kept for it. Times are UTC."""
    words = {
        "table": sql.Identifier(table),
        "default": sql.Identifier(f"{table}_default"),
        "time": sql.Identifier(TABLES[table]),
        "name": sql.Identifier(name),
        "first": sql.Literal(f"{first} 00:00+00"),
        "after": sql.Literal(f"{after} 00:00+00"),
    }
    with connection.transaction():
        for statement in (
            "CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)",
            MOVE,
            "ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({after})",
            "REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM ataraxy_app",
        ):
            connection.execute(sql.SQL(statement).format(**words))
