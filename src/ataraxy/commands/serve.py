"""``ataraxy serve``: the database, the web, live and watch processes and the front, started together and kept alive.

A process that dies is started again and said so; the clinic's day goes on. SIGINT or SIGTERM stops all of them, the
front first and the database last. Killed outright, the supervisor leaves nobody behind (see ``tether.py``, ``last.py``).
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TextIO

from ataraxy.clinic.database.roles import refuse_power
from ataraxy.clinic.env import Environment
from ataraxy.commands import database as db
from ataraxy.commands.children import Child, Running, stop_all, tail
from ataraxy.commands.front import front
from ataraxy.commands.ports import answers_http, refuse_busy_ports
from ataraxy.commands.say import Exit, document, err, out
from ataraxy.commands.upkeep import Upkeep
from ataraxy.core.errors import AtaraxyError

READY_S = 60.0
TICK_S = 0.2
DATABASE_LOOK_S = 2.0
TRIES_BEFORE_READY = 4

Ready = Callable[[Environment], None]


@dataclass(slots=True)
class Supervisor:
    """The processes of one ``serve`` and what to do each tick."""

    env: Environment
    database: db.Database
    running: list[Running]
    ready: Ready
    upkeep: Upkeep = field(default_factory=lambda: Upkeep("", None))
    stopping: threading.Event = field(default_factory=threading.Event)
    said_ready: bool = False
    looked: float = 0.0

    def start(self) -> None:
        for each in self.running:
            each.start()

    def watch_over(self) -> None:
        """Until told to stop: restart what died, and say once when everything answers."""
        begun = time.monotonic()
        while not self.stopping.wait(TICK_S):
            for each in self.running:
                self._say(each.tend())
            self._tend_database()
            self._say(self.upkeep.tend(time.monotonic()))
            if not self.said_ready:
                self._look_whether_ready(begun)

    def _look_whether_ready(self, begun: float) -> None:
        hopeless = next((r for r in self.running if r.restarts >= TRIES_BEFORE_READY), None)
        if hopeless or time.monotonic() - begun > READY_S:
            raise _not_ready(hopeless or self._silent())
        if self._all_answer():
            self.said_ready = True
            self.ready(self.env)

    def _all_answer(self) -> bool:
        web, live, port = self.env.web_port, self.env.live_port, self.env.port
        return (
            all(r.alive for r in self.running)
            and answers_http(web, "/account/login/")
            and answers_http(live, "/live/health")
            and answers_http(port, "/live/health", secure=self.env.secure, host=self.env.origin)
        )

    def _silent(self) -> Running:
        """The process that keeps the others waiting."""
        if not answers_http(self.env.web_port, "/account/login/"):
            return self._named("web")
        return self._named("front" if answers_http(self.env.live_port, "/live/health") else "live")

    def _named(self, name: str) -> Running:
        return next(r for r in self.running if r.child.name == name)

    def _tend_database(self) -> None:
        """The embedded server too is started again when it died."""
        if not self.database.embedded or time.monotonic() - self.looked < DATABASE_LOOK_S:
            return
        self.looked = time.monotonic()
        if db.answers(self.env.embedded):
            return
        self._say("the embedded database does not answer; it starts again")
        try:
            db.start(self.env.embedded)
            self._say("the embedded database is running again")
        except AtaraxyError as error:
            self._say(str(error))

    def _say(self, words: str | None) -> None:
        if words:
            err.print(f"{datetime.now(UTC):%H:%M:%S} {words}", soft_wrap=True, markup=False)


def serve(
    env: Environment,
    extra: Sequence[Child] = (),
    ready: Ready | None = None,
    prepare: Callable[[], None] | None = None,
    as_json: bool = False,
) -> int:
    """Serve the clinic until SIGINT or SIGTERM.

    Args:
        extra: further processes to keep alive beside ours (the demo's monitor).
        ready: called once when web, live and front answer; by default the address is printed.
        prepare: called once the database is migrated and before anything is started (the demo fills its clinic).
    """
    db.make_home(env.home)
    try:
        with _only_one(env) as mine, _stoppable():
            if not mine:
                return _already(env, as_json)
            refuse_busy_ports(env)
            with db.in_use(env, patience_s=30) as database, _last_resort(env):
                env = db.told(env, database)
                if _prepared(env, database) and not as_json:
                    err.print("The database was migrated.")
                refuse_power(env.database_url)
                if prepare:
                    prepare()
                _supervise(env, database, extra, ready or _print_address(as_json))
    except KeyboardInterrupt:
        raise AtaraxyError(
            "Ataraxy was stopped before it was ready.", "Start it again; nothing was half done."
        ) from None
    return Exit.FINE


def _supervise(env: Environment, database: db.Database, extra: Sequence[Child], ready: Ready) -> None:
    logs = env.home / "log"
    logs.mkdir(mode=0o700, exist_ok=True)
    environ = dict(os.environ) | as_environ(env)
    children = [*parts(env.live_processes), *extra, front(env)]
    running = [Running(c, logs / f"{c.name}.log", environ) for c in children]
    upkeep = Upkeep(database.owner, env.keep_samples_months, env.keep_quarantine_months)
    supervisor = Supervisor(env, database, running, ready, upkeep)
    with _signals(supervisor.stopping):
        try:
            supervisor.start()
            supervisor.watch_over()
        finally:
            *others, entrance = supervisor.running
            stop_all([entrance], grace_s=3.0)
            stop_all(others)


def parts(live_processes: int = 1) -> list[Child]:
    """The processes of a clinic, each also a command of its own."""
    ataraxy = (sys.executable, "-m", "ataraxy.cli")
    found = [Child(name, (*ataraxy, name)) for name in ("web", "live", "watch")]
    more = (str(number) for number in range(2, live_processes + 1))
    return [*found, *(Child(f"live-{number}", (*ataraxy, "live", "--number", number)) for number in more)]


def as_environ(env: Environment) -> dict[str, str]:
    """``env`` as the names a child reads it from; the owner's power is never passed on."""
    return {
        "ATARAXY_HOME": str(env.home),
        "DATABASE_URL": env.database_url,
        "ATARAXY_OWNER_URL": "",
        "ATARAXY_ORIGIN": env.origin,
        "ATARAXY_PORT": str(env.port),
        "ATARAXY_WEB_PORT": str(env.web_port),
        "ATARAXY_LIVE_PORT": str(env.live_port),
        "ATARAXY_LIVE_PROCESSES": str(env.live_processes),
        "ATARAXY_MLLP_BIND": env.mllp_bind,
        "ATARAXY_MLLP_PEERS": ",".join(env.mllp_peers),
        "ATARAXY_ANCHORS": str(env.anchors),
        "DJANGO_SETTINGS_MODULE": "ataraxy.clinic.settings",
        "PYTHONUNBUFFERED": "1",
    }


def _prepared(env: Environment, database: db.Database) -> bool:
    """The database as this release wants it, old samples dropped; True when something was migrated."""
    return db.bring_up_to_date(database, datetime.now(UTC).date(), env.keep_samples_months)


def _print_address(as_json: bool) -> Ready:
    def ready(env: Environment) -> None:
        if as_json:
            document(
                {"address": env.origin, "pid": os.getpid(), "mllp": env.mllp_bind, "home": str(env.home)}
            )
            return
        out.print(f"Ataraxy is at [bold]{env.origin}[/bold]", soft_wrap=True)
        out.print(
            f"Monitors call {env.mllp_bind}. Logs: {env.home / 'log'}. Ctrl-C stops everything.",
            soft_wrap=True,
        )

    return ready


def _not_ready(culprit: Running) -> AtaraxyError:
    words = tail(culprit.log) or "it wrote nothing"
    return AtaraxyError(
        f"{culprit.child.name} does not start. Its log ends:\n{words}",
        f"Mend that, then start again ({culprit.log}).",
    )


# --- one at a time ---------------------------------------------------------------------------------


@contextmanager
def _only_one(env: Environment) -> Iterator[bool]:
    """True while this process holds the home; False when another ``serve`` does."""
    with (env.home / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        _write_note(lock, env)
        try:
            yield True
        finally:
            lock.truncate(0)


def _write_note(lock: TextIO, env: Environment) -> None:
    lock.truncate(0)
    lock.write(json.dumps({"pid": os.getpid(), "address": env.origin}))
    lock.flush()


def running_note(home: Path) -> dict[str, object]:
    """What the ``serve`` that runs on ``home`` wrote down about itself; empty when none runs."""
    try:
        with (home / "serve.lock").open() as lock:
            if _free(lock):
                return {}
            note = json.loads(lock.read())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _free(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _already(env: Environment, as_json: bool) -> int:
    note = running_note(env.home)
    if as_json:
        document({"already_running": True, **note})
    else:
        where = note.get("address", "its address (it is still starting)")
        out.print(
            f"Ataraxy already runs at [bold]{where}[/bold] (process {note.get('pid', 'unknown')}).",
            soft_wrap=True,
        )
    return Exit.FINE


@contextmanager
def _last_resort(env: Environment) -> Iterator[None]:
    """A process that outlives us only to stop the embedded server, should we be killed."""
    if not db.is_embedded(env) and not (env.home / "database.started").exists():
        yield
        return
    command = [sys.executable, "-m", "ataraxy.commands.last", str(env.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as last:  # noqa: S603
        try:
            yield
        finally:
            assert last.stdin is not None
            with suppress(OSError):
                last.stdin.write(b"we stop it ourselves")
                last.stdin.close()


@contextmanager
def _stoppable() -> Iterator[None]:
    """While we prepare, SIGTERM is as good as Ctrl-C: what was started is stopped on the way out."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _signals(stopping: threading.Event) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
