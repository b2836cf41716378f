"""The database of a command: the embedded one started and later stopped, or the clinic's own.

Several commands may use the embedded server at once. Each holds a shared lock while it does; whoever is the last to
leave stops the server, if one of us started it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from ataraxy.clinic.database.embedded import DatabaseTrouble, Embedded, wait_until_ready
from ataraxy.clinic.database.migrate import migrate
from ataraxy.clinic.database.roles import provision
from ataraxy.clinic.env import Environment
from ataraxy.commands.partitions import drop_old_partitions, make_partitions

START_TRIES = 20


@dataclass(frozen=True, slots=True)
class Database:
    """Where each role connects; ``owner`` is empty when this process was not told."""

    app: str
    owner: str
    embedded: bool


def is_embedded(env: Environment) -> bool:
    """Whether the clinic runs on the server that comes with Ataraxy."""
    return not os.environ.get("DATABASE_URL")


@contextmanager
def in_use(env: Environment, patience_s: float = 2.0) -> Iterator[Database]:
    """The database, answering, for as long as the block runs; ``os.environ`` names it for Django and for children.

    ``patience_s``: how long to wait for a server of the clinic's own, which may be starting too.
    """
    make_home(env.home)
    if not is_embedded(env):
        url = os.environ["DATABASE_URL"]
        wait_until_ready(url, patience_s)
        yield Database(url, os.environ.get("ATARAXY_OWNER_URL", ""), embedded=False)
        return
    with (env.home / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            start(env.embedded)
            urls = provision(env.embedded)
            os.environ["DATABASE_URL"] = urls.app
            yield Database(urls.app, urls.owner, embedded=True)
        finally:
            os.environ.pop("DATABASE_URL", None)
            stop_if_last(env.embedded, lock.fileno())


def make_home(home: Path) -> None:
    """The folder of everything this installation keeps."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseTrouble(
            f"The folder {home} cannot be made: {error.strerror}.", "Set ATARAXY_HOME elsewhere."
        ) from None


def start(server: Embedded) -> None:
    """Start the embedded server unless it runs; one process at a time, and remember that we did."""
    with (server.home / "start.lock").open("w") as one:
        fcntl.flock(one, fcntl.LOCK_EX)
        if (server.data / "PG_VERSION").exists() and answers(server):
            return
        _started(server).touch()
        for _ in range(START_TRIES):  # after a crash the old server's last processes may still be leaving
            _reap(server)
            with undisturbed():
                server.start()
            if answers(server):
                return
            time.sleep(0.5)
    raise DatabaseTrouble(
        "The embedded PostgreSQL was started and does not answer.",
        f"Read {server.data / 'server.log'}, then try again.",
    )


@contextmanager
def undisturbed() -> Iterator[None]:
    """SIGINT and SIGTERM wait until the block is through: a server is started whole, and can then be stopped."""
    caught: list[int] = []
    both = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda got, _frame: caught.append(got)) for number in both}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if caught:
            os.kill(os.getpid(), caught[0])


def stop_if_last(server: Embedded, lock: int) -> bool:
    """Stop the server when one of us started it; False, and nothing is done, while somebody else uses it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    if _started(server).exists():
        server.stop()
        _started(server).unlink(missing_ok=True)
    return True


def answers(server: Embedded) -> bool:
    """Whether something listens on the server's socket (no log-in is tried)."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        return line.connect_ex(str(server.socket_dir / ".s.PGSQL.5432")) == 0


def _started(server: Embedded) -> Path:
    return server.home / "database.started"


def _reap(server: Embedded) -> None:
    """A server that was killed may still wait to be buried by us; until then its lock file looks alive."""
    with suppress(OSError, ValueError, IndexError):
        pid = int((server.data / "postmaster.pid").read_text().split()[0])
        os.waitpid(pid, os.WNOHANG)


# --- migrations ----------------------------------------------------------------------------------


def pending(url: str) -> list[str]:
    """Migrations of this release that the database has not seen, found without loading Django."""
    import psycopg

    with psycopg.connect(url, connect_timeout=5) as connection:
        there = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
        if not there or not there[0]:
            return ["all of them"]
        seen = set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    return [f"{app}.{name}" for app, name in _shipped() if (app, name) not in seen]


def _shipped() -> list[tuple[str, str]]:
    from ataraxy.clinic.settings import INSTALLED_APPS

    found: list[tuple[str, str]] = []
    for app in INSTALLED_APPS:
        folder = _migrations_of(app)
        if folder is not None:
            found += [(app.rpartition(".")[2], path.stem) for path in sorted(folder.glob("[0-9]*.py"))]
    return found


def _migrations_of(app: str) -> Path | None:
    try:
        spec = find_spec(f"{app}.migrations")
    except ModuleNotFoundError:
        return None
    return Path(spec.origin).parent if spec and spec.origin else None


def bring_up_to_date(database: Database, today: date, keep_months: int | None = None) -> bool:
    """Migrate what is pending and make the coming months' partitions; True when something was migrated.

    Raises:
        DatabaseTrouble: something is pending, and this process does not know the owner.
    """
    waiting = pending(database.owner or database.app)
    if waiting and not database.owner:
        raise DatabaseTrouble(
            f"The database lacks {len(waiting)} migrations of this release ({waiting[0]} first).",
            "Set ATARAXY_OWNER_URL and run `ataraxy migrate`; then start again without it.",
        )
    if waiting:
        migrate(database.owner)
    if database.owner:
        make_partitions(database.owner, today)
        drop_old_partitions(database.owner, today, keep_months)
    return bool(waiting)


@contextmanager
def django_on(env: Environment) -> Iterator[Database]:
    """Django, set up on the clinic's database as the application's role, for a command that reads the record.

    Raises:
        DatabaseTrouble: the database is not of this release yet.
    """
    with in_use(env) as database:
        waiting = pending(database.app)
        if waiting:
            raise DatabaseTrouble(
                f"The database lacks {len(waiting)} migrations of this release ({waiting[0]} first).",
                "Run `ataraxy migrate`, then this again.",
            )
        with django_set_up():
            yield database


@contextmanager
def django_set_up() -> Iterator[None]:
    """Django in this process, its connections closed at the end."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ataraxy.clinic.settings"
    import django

    django.setup()
    from django.db import connections

    try:
        yield
    finally:
        connections.close_all()


def told(env: Environment, database: Database) -> Environment:
    """The environment as the runtime processes see it: the application's own connection."""
    return replace(env, database_url=database.app)
