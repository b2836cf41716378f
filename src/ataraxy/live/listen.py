"""Hearing that somebody wrote to a session: NOTIFY from whichever process committed."""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

import psycopg

from ataraxy.clinic.treat.record import CHANNEL
from ataraxy.live.rooms import Rooms

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0


async def listen(url: str, rooms: Rooms) -> None:
    """Listen until cancelled; after a lost connection read every session again, since notices were missed."""
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                rooms.read_again()
                pause_s = FIRST_PAUSE_S
                async for notice in connection.notifies():
                    _heard(notice.payload, rooms)
        except psycopg.Error as error:
            log.warning("Lost the connection that listens for changes (%s).", type(error).__name__)
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def _heard(payload: str, rooms: Rooms) -> None:
    """A session's id; with the position it has reached, when it was readings that moved it."""
    name, _, seq = payload.partition(" ")
    try:
        rooms.written(UUID(name), int(seq) if seq else None)
    except ValueError:
        log.warning("A notice was no session's id.")
