"""The command line as a process, on a database of the test's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DIRECTOR = (
    "--name",
    "Quiet Clinic",
    "--zone",
    "Europe/Berlin",
    "--director",
    "Ada Ash",
    "--email",
    "ada@example.org",
)


@pytest.fixture
def environ(server: Any, own_database: str, tmp_path: Path) -> dict[str, str]:
    """A clinic on the run's server, told both its roles, with PostgreSQL's programs of that server on PATH."""
    from ataraxy.clinic.database.embedded import binaries

    home = tmp_path / "home"
    home.mkdir()
    return os.environ | {
        "ATARAXY_HOME": str(home),
        "DATABASE_URL": server.url("ataraxy_app", own_database),
        "ATARAXY_OWNER_URL": server.url("ataraxy_owner", own_database),
        "PATH": f"{binaries()}:{os.environ['PATH']}",
    }


@pytest.fixture
def ataraxy(environ: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """ataraxy("verify", "--json", NAME=value) -> the finished process."""

    def run(*args: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ataraxy.cli", *args],
            env=environ | more,
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )

    return run


@pytest.fixture
def told(ataraxy: Callable[..., Any]) -> Callable[..., tuple[int, dict[str, Any]]]:
    """told("verify") -> its exit code and the one JSON document it printed."""

    def run(*args: str, **more: str) -> tuple[int, dict[str, Any]]:
        done = ataraxy(*args, "--json", **more)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("quiet-river-of-mornings-7\n")
    return path


@pytest.fixture
def founded(told: Callable[..., Any], password_file: Path) -> dict[str, Any]:
    """A clinic with its director, founded by the command."""
    code, document = told("found", *DIRECTOR, "--password-file", str(password_file))
    assert code == 0, document
    return dict(document)
