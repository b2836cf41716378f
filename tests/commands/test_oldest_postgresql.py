"""Migrations and the guards of the record on the oldest PostgreSQL we support, set up as the manual says.

Reads ATARAXY_TEST_PG_BIN (the folder of that server's programs); without it the tests are skipped, or fail when
REQUIRE_PG15=1.
"""

from __future__ import annotations

import json
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
from psycopg import sql

DOCS = Path(__file__).parents[2] / "docs/reference/settings.md"


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
        _found(oldest)
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


def _found(oldest: Oldest) -> None:
    """A clinic with one event in its record, and an anchor over it."""
    password = oldest.folder / "password"
    password.write_text("quiet-river-of-mornings-7")
    who = ("--name", "C", "--zone", "UTC", "--director", "D", "--email", "d@example.org")
    done = oldest.ataraxy("found", *who, "--password-file", str(password))
    assert done.returncode == 0, done.stderr
    with psycopg.connect(oldest.url("ataraxy_app")) as connection:
        anchored = connection.execute(
            "INSERT INTO audit_anchor (clinic_id, number, at, heads, previous, hash)"
            " SELECT id, 1, now(), '{\"heads\":{}}', repeat('0', 64), encode(sha256((repeat('0', 64)"
            " || chr(10) || '{\"heads\":{}}')::bytea), 'hex') FROM people_clinic RETURNING clinic_id, number, hash"
        ).fetchone()
    assert anchored is not None
    outside = oldest.folder / "home/anchors.log"
    outside.write_text(f"2026-11-23T09:00:00Z {anchored[0]} {anchored[1]} {anchored[2]}\n")


def test_it_is_the_version_the_manual_promises(oldest: Oldest) -> None:
    with psycopg.connect(oldest.url("ataraxy_app")) as connection:
        assert connection.info.server_version // 10000 == 15


def test_migrating_again_has_nothing_to_do(oldest: Oldest) -> None:
    assert "of this release already" in oldest.ataraxy("migrate", owner=True).stdout


def test_its_record_verifies_its_guards_are_on_and_it_is_backed_up(oldest: Oldest, tmp_path: Path) -> None:
    done = oldest.ataraxy("verify")
    assert done.returncode == 0, done.stdout
    findings = json.loads(oldest.ataraxy("doctor", "--json").stdout)["findings"]
    told = {each["name"]: each["status"] for each in findings}
    assert (told["guards"], told["roles"], told["postgresql"]) == ("ok", "ok", "ok")
    done = oldest.ataraxy("backup", str(tmp_path / "b"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("table", ["audit_event", "audit_anchor", "audit_chainhead"])
@pytest.mark.parametrize("role", ["ataraxy_app", "ataraxy_owner"])
@pytest.mark.parametrize(
    "act", ["UPDATE {} SET hash = repeat('f', 64)", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_record_refuses_every_change(oldest: Oldest, role: str, table: str, act: str) -> None:
    refused: Any = (psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(oldest.url(role)) as connection:
        assert connection.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(table))).fetchone()
        with pytest.raises(refused):
            connection.execute(sql.SQL(act).format(sql.Identifier(table)))


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
