"""The embedded PostgreSQL asks everyone for a password and survives being started twice."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest


def test_the_server_keeps_what_it_acknowledges(server: Any) -> None:
    with psycopg.connect(server.url("ataraxy_app", "ataraxy_template")) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {name}").fetchone() == ("on",)


@pytest.mark.parametrize("user", ["postgres", "ataraxy_owner", "ataraxy_app"])
def test_nobody_enters_without_a_password(server: Any, user: str) -> None:
    from ataraxy.clinic.database.embedded import Embedded

    url = Embedded(server.home).dsn(user, "", "ataraxy_template").replace(":@", "@")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try as another operating-system user")
def test_another_operating_system_user_is_refused(server: Any) -> None:
    from ataraxy.clinic.database.embedded import Embedded, binaries

    url = Embedded(server.home).dsn("postgres", "", "ataraxy_template").replace(":@", "@")
    command = [str(binaries() / "psql"), "--no-password", "-c", "SELECT 1", url]
    tried = subprocess.run(command, user=12345, capture_output=True, text=True, cwd="/")
    assert tried.returncode != 0
    assert "Permission denied" in tried.stderr or "password" in tried.stderr


def test_secrets_are_readable_by_their_owner_alone(server: Any) -> None:
    for path in (Path(server.home) / "secrets").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_the_application_may_not_run_with_power(server: Any) -> None:
    from ataraxy.clinic.database.embedded import DatabaseTrouble
    from ataraxy.clinic.database.roles import refuse_power

    refuse_power(server.url("ataraxy_app", "ataraxy_template"))
    for role in ("postgres", "ataraxy_owner"):
        with pytest.raises(DatabaseTrouble, match="switch off the guards"):
            refuse_power(server.url(role, "ataraxy_template"))


def test_another_major_version_is_refused_with_the_cure(tmp_path: Path) -> None:
    from ataraxy.clinic.database.embedded import DatabaseTrouble, Embedded

    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "PG_VERSION").write_text("15\n")
    with pytest.raises(DatabaseTrouble, match="ataraxy backup"):
        Embedded(tmp_path).start()
