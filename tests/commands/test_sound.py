"""What is not what the clinic activated does not run."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import psycopg
import pytest


def _free_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


@pytest.mark.parametrize("part", ["web", "live", "watch"])
def test_a_protocol_changed_under_its_version_refuses_to_start(
    server: Any, demo_database: str, ataraxy: Callable[..., Any], part: str
) -> None:
    with psycopg.connect(server.url("ataraxy_owner", demo_database)) as owner:
        owner.execute(
            "UPDATE plan_activatedprotocol SET sha256 = 'another' WHERE protocol_id = 'sc-ascending'"
        )
    ports = {"ATARAXY_WEB_PORT": _free_port(), "ATARAXY_LIVE_PORT": _free_port()}
    done = ataraxy(part, "--json", DATABASE_URL=server.url("ataraxy_app", demo_database), **ports)
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert "sc-ascending 2026.5 was activated with another text" in error["cause"]
    assert "new version" in error["cure"]


def test_no_connection_is_left_for_the_workers_to_share(server: Any, own_database: str) -> None:
    """Two forked workers on one connection would answer each other's questions."""
    url = server.url("ataraxy_app", own_database)
    code = (
        "from ataraxy.commands.sound import refuse_unsound\n"
        "refuse_unsound()\n"
        "from django.db import connection\n"
        "assert connection.connection is None\n"
        "assert not connection._connection_pools, 'a pool is open'\n"
    )
    environ = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "ataraxy.clinic.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
