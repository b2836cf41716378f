"""One PostgreSQL a run, a migrated template, and a database of its own for every worker and every committing test.

Tests work as the role ``ataraxy_app``. Nothing is flushed: TRUNCATE is forbidden on the record. A test that commits takes
``own_database``, which is dropped afterwards; every other test takes ``database``, which is rolled back.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

# Laws are tried on shared, noisy machines: a slow moment is no counter-example.
hypothesis.settings.register_profile(
    "steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("steady")

RUN = "ATARAXY_TEST_RUN"

if RUN not in os.environ:  # the controlling process: xdist's workers inherit the folder
    os.environ[RUN] = tempfile.mkdtemp(prefix="atx-")
    os.environ["ATARAXY_TEST_CONTROLLER"] = str(os.getpid())
os.environ["ATARAXY_HOME"] = str(Path(os.environ[RUN]) / "home")
os.environ["DJANGO_SETTINGS_MODULE"] = "ataraxy.clinic.settings"
os.environ.pop("DATABASE_URL", None)
Path(os.environ["ATARAXY_HOME"], "static").mkdir(parents=True, exist_ok=True)
Path(os.environ["ATARAXY_HOME"]).parent.chmod(0o755)

TEMPLATE = "ataraxy_template"


@dataclass(frozen=True)
class Server:
    """The run's PostgreSQL: how each role reaches a database of it."""

    home: Path
    passwords: dict[str, str]

    def url(self, role: str, database: str) -> str:
        from ataraxy.clinic.database.embedded import Embedded

        return Embedded(self.home).dsn(role, self.passwords[role], database)

    def create(self, name: str, template: str = TEMPLATE) -> None:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER ataraxy_owner TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )

    def drop(self, name: str) -> None:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    with (Path(os.environ[RUN]) / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def server() -> Server:
    """Start the run's server and migrate its template, once for all workers."""
    from ataraxy.clinic.database.embedded import Embedded
    from ataraxy.clinic.database.migrate import migrate
    from ataraxy.clinic.database.roles import provision

    home = Path(os.environ["ATARAXY_HOME"])
    note = Path(os.environ[RUN]) / "server.json"
    with one_at_a_time("server.lock"):
        embedded = Embedded(home)
        if not note.exists():
            embedded.start()
            urls = provision(embedded, TEMPLATE)
            migrate(urls.owner)
            names = ("ataraxy_owner", "ataraxy_app", "ataraxy_auditor", "postgres")
            note.write_text(json.dumps({r: (home / "secrets" / r).read_text().strip() for r in names}))
    return Server(home, json.loads(note.read_text()))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controlling process stops the server and removes the run's folder."""
    if hasattr(config, "workerinput") or os.environ.get("ATARAXY_TEST_CONTROLLER") != str(os.getpid()):
        return
    folder = Path(os.environ[RUN])
    if (folder / "home" / "pg" / "PG_VERSION").exists():
        from ataraxy.clinic.database.embedded import Embedded

        Embedded(folder / "home").stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django() -> None:
    """Django, set up once in this process."""
    import django as framework
    from django.test.utils import setup_test_environment

    framework.setup()
    setup_test_environment()


def point_django_at(url: str) -> None:
    """Let Django's one connection speak to another database from now on."""
    from django.db import connections

    from ataraxy.clinic.settings import database as parse

    fresh = parse(url) | {"OPTIONS": {}}
    for name in list(connections):
        connections[name].close()
    connections.databases["default"].update(fresh)
    connections["default"].settings_dict.update(fresh)


@pytest.fixture(scope="session")
def worker_database(server: Server, django: None) -> Iterator[str]:
    name = f"worker_{uuid.uuid4().hex[:12]}"
    server.create(name)
    yield name
    from django.db import connections

    connections.close_all()
    server.drop(name)


@pytest.fixture
def database(server: Server, worker_database: str) -> Iterator[str]:
    """This worker's database as the application's role; the test runs in one transaction that is rolled back."""
    from django.db import transaction

    point_django_at(server.url("ataraxy_app", worker_database))
    with transaction.atomic():
        yield worker_database
        transaction.set_rollback(True)


@pytest.fixture
def own_database(server: Server, django: None) -> Iterator[str]:
    """A fresh database of this test alone, for tests that commit, use threads or start processes."""
    from django.db import connections

    name = f"own_{uuid.uuid4().hex[:12]}"
    server.create(name)
    point_django_at(server.url("ataraxy_app", name))
    yield name
    connections.close_all()
    server.drop(name)


DEMO_TEMPLATE = "ataraxy_demo_template"
DEMO_DAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def demo_template(server: Server, django: None) -> str:
    """A database with the demo clinic in it, filled once a run by the same actions as the screens."""
    from django.db import connections

    from ataraxy.demo.fill import fill

    done = Path(os.environ[RUN]) / "demo.filled"
    with one_at_a_time("demo.lock"):
        if not done.exists():
            server.create(DEMO_TEMPLATE)
            point_django_at(server.url("ataraxy_app", DEMO_TEMPLATE))
            fill(DEMO_DAY)
            connections.close_all()
            done.touch()
    return DEMO_TEMPLATE


@pytest.fixture
def demo_database(server: Server, demo_template: str) -> Iterator[str]:
    """A copy of the demo clinic for one test alone."""
    from django.db import connections

    name = f"demo_{uuid.uuid4().hex[:12]}"
    connections.close_all()
    server.create(name, demo_template)
    point_django_at(server.url("ataraxy_app", name))
    yield name
    connections.close_all()
    server.drop(name)
