"""The one writer: drain the queue, one transaction, commit, and only then acknowledge.

A thread of its own with Django's connection of that thread (role app). Django's rather than one of its own,
because charted events go through the same functions as everybody's and must be in the same transaction as the
samples; a thread, because that connection blocks and the event loop must not.

Nothing acknowledged is lost: the answer to a message leaves after the commit that holds it. When the database
goes away the batch is kept and tried again; what had been committed is known by its message and not doubled. When
a batch fails for what is in it, it is halved until the culprit is alone and kept aside; its neighbours go on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction

from ataraxy.clinic.database.embedded import DatabaseTrouble
from ataraxy.core.errors import AtaraxyError
from ataraxy.live.arrived import Arrived, Code
from ataraxy.live.batch import KEPT_ASIDE, Heard, Held, Poisoned, Remembered, Written, write_batch
from ataraxy.live.bindings import Bindings, Trouble
from ataraxy.live.inbox import Inbox
from ataraxy.live.quarantine import keep_aside

log = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError, DatabaseTrouble)
RETRY_S, LONGEST_RETRY_S = 0.05, 2.0
DEFERRED_RETRY_S = 0.02
# Between the beginnings of two batches: a commit costs much the same for one message as for twenty, so that the more
# comes, the longer it is gathered.
PACE_S, PACE_A_MESSAGE_S, LONGEST_PACE_S = 0.008, 0.00015, 0.04
REMEMBERED = 10_000  # sessions; one of four hours is some hundred KiB
FORGOTTEN_S = 900.0  # a session nobody was heard of for so long: it ended, or is read from the record again

FIRST_ASIDE_S, LONGEST_ASIDE_S = 30.0, 600.0

Answers = Sequence[tuple[Arrived, Code, str]]
Publish = Callable[[Answers, Sequence[Heard]], None]


@dataclass(frozen=True, slots=True)
class _Aside:
    """A session that cannot be charted: when to try again, how long was waited, and what came first uncharted."""

    until: float
    wait_s: float
    since: datetime  # the clinic's time


class Writer:
    """``publish`` is called from the writer's thread after each commit, with the answers and what screens show."""

    def __init__(self, inbox: Inbox, publish: Publish) -> None:
        self._inbox = inbox
        self._publish = publish
        self._bindings = Bindings()
        self._memory: dict[UUID, Remembered] = {}
        self._heard_at: dict[UUID, float] = {}
        self._poisoned: dict[UUID, _Aside] = {}
        self._durable = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self.away = False  # the database does not answer
        self.backlog = 0  # messages heard and neither committed nor kept aside

    def start(self) -> None:
        self._thread.start()

    def stop(self, wait_s: float = 5.0) -> None:
        """Write what was heard, then end; what cannot be written in time stays unacknowledged."""
        self._inbox.close()
        self._thread.join(wait_s / 2)
        self._stopping.set()
        self._thread.join(wait_s)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        waiting: list[Arrived] = []
        began = pace_s = 0.0
        try:
            while not self._stopping.is_set():
                if (pause_s := began + pace_s - time.monotonic()) > 0:
                    time.sleep(pause_s)
                fresh = self._inbox.drain(DEFERRED_RETRY_S if waiting else 1.0)
                if not fresh and not waiting and self._inbox.closed:
                    return
                began = time.monotonic()
                self.backlog = len(waiting) + len(fresh)
                pace_s = min(PACE_S + PACE_A_MESSAGE_S * self.backlog, LONGEST_PACE_S)
                if self.backlog:
                    waiting = self._write_until_done([*waiting, *fresh])
        finally:
            connection.close()

    def _write_until_done(self, batch: list[Arrived]) -> list[Arrived]:
        """Write a batch, however long the database is away; returns what a locked session left over."""
        pause_s = RETRY_S
        while not self._stopping.is_set():
            try:
                return self.write(batch)
            except AWAY as error:
                self._lost(error)
                time.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)
        return batch

    def write(self, batch: Sequence[Arrived]) -> list[Arrived]:
        """Commit a batch, then acknowledge it; returns the messages left for the next one.

        Raises one of ``AWAY`` only when no part of the batch was acknowledged: it may be written again as it is.
        """
        try:
            written = self.commit(batch)
        except AWAY:
            raise
        except Held as held:
            later = {id(message) for message in held.messages}
            now = [message for message in batch if id(message) not in later]
            return [*(self.write(now) if now else ()), *held.messages]
        except Exception as error:  # whatever is in the batch: the culprit is found, its neighbours go on
            return self._halve(batch, error)
        self.acknowledge(written)
        return written.deferred

    def commit(self, batch: Sequence[Arrived]) -> Written:
        """One transaction; on return it is on disk."""
        self._insist_on_disk()
        with transaction.atomic():
            written = write_batch(
                batch, self._bindings, self._memory, self._poisoned_now(), self._uncharted()
            )
        self._remember(written)
        self._found()
        return written

    def acknowledge(self, written: Written) -> None:
        self._publish(written.answers, written.heard)

    def _halve(self, batch: Sequence[Arrived], error: Exception) -> list[Arrived]:
        if len(batch) == 1:
            return self._set_aside(batch[0], error)
        middle = len(batch) // 2
        left = self.write(batch[:middle])
        try:
            return [*left, *self.write(batch[middle:])]
        except AWAY as away:
            self._lost(away)
            return [*left, *batch[middle:]]

    def _set_aside(self, message: Arrived, error: Exception) -> list[Arrived]:
        """The culprit, alone: kept for a person, and never tried again. Only the kind of error is logged."""
        log.error("A message could not be charted and was kept aside: %s.", type(error).__name__)
        why = _reason(error)
        try:
            with transaction.atomic():
                keep_aside(message, why)
        except AWAY:
            raise
        except Exception as worse:  # not the database alone: it may be no text, or no time
            log.error("A message could not even be kept aside: %s.", type(worse).__name__)
            self._publish([(message, "AE", f"{why.cause} {why.cure}")], ())
            return []
        self._publish([(message, "AA", KEPT_ASIDE)], ())
        return []

    def _insist_on_disk(self) -> None:
        """A commit must mean the disk has it. Asked again of every new connection."""
        if self._durable and connection.connection is not None:
            return
        insist_on_disk()
        prepare_statements()
        self._durable = True

    def _poisoned_now(self) -> set[UUID]:
        """The sessions that are not to be tried yet."""
        now = time.monotonic()
        return {session for session, aside in self._poisoned.items() if now < aside.until}

    def _uncharted(self) -> dict[UUID, datetime]:
        """Since when the sessions that were set aside, and not charted again, have not been."""
        return {session: aside.since for session, aside in self._poisoned.items()}

    def _poison(self, session: UUID, found: Poisoned) -> None:
        """Not charted for a while, then tried again; said in the log each time."""
        before = self._poisoned.get(session)
        wait_s = min(before.wait_s * 2, LONGEST_ASIDE_S) if before else FIRST_ASIDE_S
        since = min(before.since, found.since) if before else found.since
        self._poisoned[session] = _Aside(time.monotonic() + wait_s, wait_s, since)
        self._forget([session])
        log.error("Session %s is set aside: %s. It is tried again in %d s.", session, found.kind, wait_s)

    def _remember(self, written: Written) -> None:
        now = time.monotonic()
        for session_id, found in written.poisoned.items():
            self._poison(session_id, found)
        for session_id, remembered in written.remembered.items():
            self._poisoned.pop(session_id, None)
            self._memory.pop(session_id, None)  # the last used stands last
            self._memory[session_id] = remembered
            self._heard_at[session_id] = now
        self._forget(self._of_old(now))

    def _of_old(self, now: float) -> list[UUID]:
        """The sessions not heard of for long, and the first of too many."""
        too_many, found = len(self._memory) - REMEMBERED, list[UUID]()
        for session in self._memory:
            if len(found) >= too_many and now - self._heard_at[session] < FORGOTTEN_S:
                break
            found.append(session)
        return found

    def _forget(self, sessions: Sequence[UUID]) -> None:
        for session in sessions:
            self._memory.pop(session, None)
            self._heard_at.pop(session, None)
        self._bindings.forget(sessions)

    def _lost(self, error: Exception) -> None:
        if not self.away:
            log.error(
                "The database does not answer (%s); readings wait, unacknowledged.", type(error).__name__
            )
        self.away, self._durable = True, False
        self._forget(
            list(self._memory)
        )  # the last commit may have been done and its answer lost: ask the record
        connection.close()

    def _found(self) -> None:
        if self.away:
            log.info("The database answers again.")
        self.away = False


def insist_on_disk() -> None:
    """Refuse a database that says "committed" before the disk has it.

    Raises:
        DatabaseTrouble: fsync or synchronous_commit is off.
    """
    with connection.cursor() as cursor:
        for setting in ("fsync", "synchronous_commit"):
            cursor.execute(f"SHOW {setting}")
            if cursor.fetchone()[0] == "off":
                raise DatabaseTrouble(
                    f"The database runs with {setting} off: what it confirms could be lost.",
                    f"Set {setting} = on in postgresql.conf and reload it.",
                )


def prepare_statements() -> None:
    """Parse and plan the writer's few statements once a connection: it costs more than to run them."""
    connection.connection.prepare_threshold = 5
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")


def _reason(error: Exception) -> Trouble:
    if isinstance(error, AtaraxyError):
        return Trouble(error.cause, error.cure)
    return Trouble(
        f"The message could not be stored ({type(error).__name__}).",
        "Report it, with the message as it is kept here.",
    )
