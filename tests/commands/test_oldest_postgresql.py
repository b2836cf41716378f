"""Migrations and the guards of the record on the oldest PostgreSQL we support, set up as the manual says.

Reads ATARAXY_TEST_PG_BIN (the folder of that server's programs); without it the tests are skipped, or fail when
REQUIRE_PG15=1.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

DOCS = Path(__file__).parents[2] / "docs/reference/settings.md"
GUARDED = ("audit_event", "audit_chartread", "audit_anchor")


@dataclass(frozen=True)
class Oldest:
    """A running server of the oldest version, and the folder of a clinic on it."""

    folder: Path
    programs: Path

    def url(self, role: str, database: str = "ataraxy") -> str:
        word = role.removeprefix("ataraxy_") + "-password"
        return f"postgresql://{role}:{word}@{str(self.folder).replace('/', '%2F')}/{database}"

    def ataraxy(self, *args: str, owner: bool = False) -> subprocess.CompletedProcess[str]:
        environ = os.environ | {
            "ATARAXY_HOME": str(self.folder / "home"),
            "DATABASE_URL": self.url("ataraxy_app"),
            "ATARAXY_OWNER_URL": self.url("ataraxy_owner") if owner else "",
            "PATH": f"{self.programs}:{os.environ['PATH']}",
        }
        return subprocess.run(
            [sys.executable, "-m", "ataraxy.cli", *args],
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
        )


def as_server(programs: Path, name: str, *args: str, check: bool = True) -> None:
    """Run one of the server's programs; as root, under a name without power."""
    user = "nobody" if os.geteuid() == 0 else None
    group = pwd.getpwnam(user).pw_gid if user else None
    command = [str(programs / name), *args]
    subprocess.run(command, user=user, group=group, check=check, cwd="/", stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def oldest() -> Iterator[Oldest]:
    told = os.environ.get("ATARAXY_TEST_PG_BIN", "")
    if not (told and (Path(told) / "initdb").exists()):
        message = (
            "set ATARAXY_TEST_PG_BIN to the programs of a PostgreSQL 15 (Debian: /usr/lib/postgresql/15/bin)"
        )
        if os.environ.get("REQUIRE_PG15") == "1":
            pytest.fail(message)
        pytest.skip(message)
    programs, folder = Path(told), Path(tempfile.mkdtemp(prefix="atx-old-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    data = str(folder / "pg")
    as_server(
        programs, "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    as_server(programs, "pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        oldest = Oldest(folder, programs)
        _as_the_manual_says(oldest)
        done = oldest.ataraxy("migrate", owner=True)
        assert done.returncode == 0, done.stdout + done.stderr
        yield oldest
    finally:
        as_server(programs, "pg_ctl", "-D", data, "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _as_the_manual_says(oldest: Oldest) -> None:
    (script,) = re.findall(r"```sql\n(.*?)```", DOCS.read_text(), re.DOTALL)
    subprocess.run(
        [
            oldest.programs / "psql",
            "-h",
            str(oldest.folder),
            "-U",
            "postgres",
            "-v",
            "ON_ERROR_STOP=1",
            "postgres",
        ],
        input=script,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def test_it_is_the_version_the_manual_promises(oldest: Oldest) -> None:
    with psycopg.connect(oldest.url("ataraxy_app")) as connection:
        assert connection.info.server_version // 10000 == 15


def test_migrating_again_has_nothing_to_do(oldest: Oldest) -> None:
    assert "of this release already" in oldest.ataraxy("migrate", owner=True).stdout


def test_a_clinic_is_founded_verified_and_backed_up(oldest: Oldest, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("quiet-river-of-mornings-7")
    who = ("--name", "C", "--zone", "UTC", "--director", "D", "--email", "d@example.org")
    assert oldest.ataraxy("found", *who, "--password-file", str(password)).returncode == 0
    assert oldest.ataraxy("verify").returncode == 0
    done = oldest.ataraxy("backup", str(tmp_path / "b"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("role", ["ataraxy_app", "ataraxy_owner"])
def test_the_record_refuses_every_change(oldest: Oldest, role: str, table: str) -> None:
    refused: Any = (psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with psycopg.connect(oldest.url(role)) as connection:
            if "TRUNCATE" not in statement and not connection.execute(f"SELECT 1 FROM {table}").fetchone():
                continue  # a row trigger has nothing to refuse in an empty table
            with pytest.raises(refused):
                connection.execute(statement)


def test_the_application_makes_no_tables(oldest: Oldest) -> None:
    with (
        psycopg.connect(oldest.url("ataraxy_app")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE mine (id int)")


def test_a_room_is_not_booked_twice_there_either(oldest: Oldest) -> None:
    with psycopg.connect(oldest.url("ataraxy_app")) as connection:
        row = connection.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'x'").fetchone()
    assert row is not None
    assert row[0] >= 1
