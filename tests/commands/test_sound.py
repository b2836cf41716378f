"""What is not what the clinic activated does not run."""

from __future__ import annotations

import json
import socket
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
    assert "sc-ascending 2026.1 was activated with another text" in error["cause"]
    assert "new version" in error["cure"]
