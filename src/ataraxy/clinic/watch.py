"""The watch process: once a second, whatever the clock made due. No record it stumbles over ever stops it.

A record that cannot be handled is set aside: written to ``home/set-aside.jsonl`` with its id and the reason (never patient
data), tried again later and later, while its neighbours go on. A database that does not answer is waited for.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, close_old_connections

from ataraxy.clinic.env import Environment
from ataraxy.core.errors import AtaraxyError

TICK_S = 1.0
ANCHOR_EVERY_S = 60.0
FIRST_RETRY_S = 60.0
LONGEST_RETRY_S = 3600.0

log = logging.getLogger("ataraxy.watch")


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do for each of some records, every so often."""

    name: str
    every_s: float
    records: Callable[[], Iterable[UUID]]
    handle: Callable[[Environment, UUID], None]


@dataclass(slots=True)
class Aside:
    """A record that failed: when to try it again, and how long to wait after that."""

    until: float
    wait_s: float


@dataclass(slots=True)
class Watch:
    """The loop's memory: when each job is due next, and what is set aside."""

    env: Environment
    jobs: tuple[Job, ...]
    due: dict[str, float] = field(default_factory=dict)
    aside: dict[tuple[str, str], Aside] = field(default_factory=dict)

    def tick(self, at: float) -> None:
        """Run the jobs that are due at ``at`` (seconds of a steady clock), in their order."""
        for job in self.jobs:
            if at >= self.due.get(job.name, at):
                self.due[job.name] = at + job.every_s
                self._run(job, at)

    def _run(self, job: Job, at: float) -> None:
        try:
            records = list(job.records())
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            self._set_aside(job, "the whole job", error, at)
            return
        for record in records:
            self._one(job, record, at)

    def _one(self, job: Job, record: UUID, at: float) -> None:
        waiting = self.aside.get((job.name, str(record)))
        if waiting and at < waiting.until:
            return
        try:
            job.handle(self.env, record)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            self._set_aside(job, str(record), error, at)
        else:
            self.aside.pop((job.name, str(record)), None)

    def _set_aside(self, job: Job, record: str, error: Exception, at: float) -> None:
        before = self.aside.get((job.name, record))
        wait_s = min(before.wait_s * 2, LONGEST_RETRY_S) if before else FIRST_RETRY_S
        self.aside[(job.name, record)] = Aside(at + wait_s, wait_s)
        log.error("set aside: %s %s (%s); again in %d s", job.name, record, type(error).__name__, wait_s)
        write_down(set_aside_file(self.env), job.name, record, reason_of(error))


def set_aside_file(env: Environment) -> Path:
    return env.home / "set-aside.jsonl"


def reason_of(error: Exception) -> str:
    """Why, in words that hold no patient data: our own words are safe, a library's may quote a row."""
    if isinstance(error, AtaraxyError):
        return f"{error.cause} {error.cure}"
    code = getattr(error.__cause__, "sqlstate", None) if isinstance(error, DatabaseError) else None
    return f"{type(error).__name__} (SQLSTATE {code})" if code else type(error).__name__


def write_down(path: Path, job: str, record: str, reason: str) -> None:
    """One line, flushed to the disk, readable by its owner alone."""
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "job": job,
        "record": record,
        "reason": reason,
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as out:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
        out.flush()
        os.fsync(out.fileno())


# --- what is watched -------------------------------------------------------------------------------


def jobs() -> tuple[Job, ...]:
    """Every job, in the order in which a tick runs them.

    Check-ins and open concerns need none: what is due, closed or late is computed from the record whenever a page
    shows it, so nothing has to be written down when a moment passes.
    """
    return (Job("anchors", ANCHOR_EVERY_S, clinics, anchor),)


def clinics() -> list[UUID]:
    from ataraxy.clinic.people.models import Clinic

    return list(Clinic.objects.order_by("id").values_list("id", flat=True))


def anchor(env: Environment, clinic_id: UUID) -> None:
    """Anchor one clinic's streams, and write the anchor's hash outside the database."""
    from ataraxy.clinic.audit.anchors import drop_anchor
    from ataraxy.clinic.context import system_context
    from ataraxy.clinic.people.models import Clinic

    env.anchors.parent.mkdir(parents=True, exist_ok=True)
    drop_anchor(system_context(Clinic.objects.get(id=clinic_id)), env.anchors)


# --- the process -----------------------------------------------------------------------------------


def run(env: Environment) -> None:
    """Watch until SIGINT or SIGTERM; a database that is away is waited for."""
    import django

    django.setup()
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    watch(Watch(env, jobs()), stopping)


def watch(watching: Watch, stopping: threading.Event, tick_s: float = TICK_S) -> None:
    """Tick until told to stop."""
    away = False
    while not stopping.wait(tick_s):
        close_old_connections()
        try:
            watching.tick(time.monotonic())
            if away:
                log.warning("the database answers again")
            away = False
        except (OperationalError, InterfaceError) as error:
            if not away:
                log.error("the database does not answer (%s); waiting for it", type(error).__name__)
            away = True
            watching.due.clear()
