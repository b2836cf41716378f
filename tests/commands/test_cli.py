"""The command line itself: quick help, one JSON document, cause and cure, and exit codes that tell."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

COMMANDS = (
    *("demo", "serve", "web", "live", "watch", "found", "migrate", "doctor", "verify", "rebuild"),
    *("backup", "restore", "check", "diff"),
)


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, timeout=60)


def test_help_names_every_command_without_loading_django_or_a_database_driver() -> None:
    done = run("-m", "ataraxy.cli", "--help")
    assert done.returncode == 0
    for name in COMMANDS:
        assert f" {name} " in done.stdout
    loaded = run(
        "-c", "import ataraxy.cli, sys; print(*{m.split('.')[0] for m in sys.modules})"
    ).stdout.split()
    assert not {"django", "psycopg", "numpy", "granian", "starlette"} & set(loaded)


def test_an_unknown_command_is_a_usage_error() -> None:
    done = run("-m", "ataraxy.cli", "heal")
    assert done.returncode == 2
    assert "heal" in done.stderr


def test_what_cannot_run_says_cause_and_cure_and_no_traceback(
    ataraxy: Callable[..., Any], tmp_path: Path
) -> None:
    done = ataraxy("restore", str(tmp_path / "no-such-file"))
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "Name a file" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_programs_get_the_same_as_one_document(ataraxy: Callable[..., Any], tmp_path: Path) -> None:
    done = ataraxy("restore", str(tmp_path / "no-such-file"), "--json")
    assert done.returncode == 2
    assert set(json.loads(done.stdout)["error"]) == {"cause", "cure"}


def test_a_database_that_does_not_answer_is_said(ataraxy: Callable[..., Any]) -> None:
    done = ataraxy("verify", DATABASE_URL="postgresql://ataraxy_app:x@127.0.0.1:1/none?connect_timeout=1")
    assert done.returncode == 2
    assert "does not answer" in done.stderr


def test_the_demo_monitor_tells_what_became_of_its_messages() -> None:
    command = [
        sys.executable,
        "-m",
        "ataraxy.cli",
        "demo-monitor",
        "--port",
        "1",
        "--every-s",
        "0.05",
        "--json",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        time.sleep(2)
        process.send_signal(signal.SIGTERM)
        told = json.loads(process.communicate(timeout=10)[0])
    assert process.returncode == 0
    assert told["acknowledged"] == 0
    assert told["made"] == told["waiting"] > 0
