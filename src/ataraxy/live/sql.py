"""The writer's few statements that run with every batch: prepared once a connection, each one round trip.

Django's own cursor writes parameters into the text of a statement and has it planned anew each time, after a BEGIN of
its own: right for pages, and half the time of a small batch here. Same connection, same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any

import psycopg
from django.db import connection
from psycopg.pq import TransactionStatus


def ask(statement: str, *parameters: Any) -> Sequence[tuple[Any, ...]]:
    """Every row a prepared statement gives, within the transaction that is open."""
    connection.ensure_connection()
    line = connection.connection
    begun = (
        line.info.transaction_status is not TransactionStatus.IDLE
    )  # else BEGIN goes along, in one round trip
    with nullcontext() if begun else line.pipeline(), psycopg.Cursor(line) as cursor:
        cursor.execute(statement.encode(), parameters, prepare=True)
        return cursor.fetchall()


def array(items: Iterable[str]) -> str:
    """An array as the database writes it, of items that are already ``quoted`` or need not be."""
    return "{" + ",".join(items) + "}"


def quoted(text: str) -> str:
    """A text as an item of an array."""
    if "\\" not in text and '"' not in text:
        return f'"{text}"'
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
