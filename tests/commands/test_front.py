"""The front's configuration: accepted by Caddy, on loopback without TLS, silent about who asked for what."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ataraxy.clinic.env import read
from ataraxy.commands.front import caddy, front
from ataraxy.commands.ports import why_not


def adapted(home: Path, **settings: str) -> dict[str, Any]:
    env = read({"ATARAXY_HOME": str(home), **settings})
    front(env)
    done = subprocess.run(
        [str(caddy()), "adapt", "--adapter", "caddyfile", "--config", str(home / "Caddyfile")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_without_tls_it_listens_on_loopback_only(tmp_path: Path) -> None:
    server = adapted(tmp_path, ATARAXY_PORT="8123")["apps"]["http"]["servers"]["srv0"]
    assert server["listen"] == ["127.0.0.1:8123"]


def test_with_tls_its_own_authority_signs_and_nobody_outside_is_asked(tmp_path: Path) -> None:
    config = adapted(tmp_path, ATARAXY_ORIGIN="https://clinic.example", ATARAXY_PORT="8443")
    (policy,) = config["apps"]["tls"]["automation"]["policies"]
    assert policy["subjects"] == ["clinic.example"]
    assert policy["issuers"] == [{"module": "internal"}]
    assert config["apps"]["http"]["servers"]["srv0"]["listen"] == [":8443"]


def test_a_certificate_of_the_clinics_own_is_used(tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    for name in ("cert.pem", "key.pem"):
        (tmp_path / "tls" / name).touch()
    config = adapted(tmp_path, ATARAXY_ORIGIN="https://clinic.example")
    (pair,) = config["apps"]["tls"]["certificates"]["load_files"]
    assert pair["certificate"] == str(tmp_path / "tls" / "cert.pem")


@pytest.mark.parametrize("origin", ["http://localhost:8000", "https://clinic.example"])
def test_no_door_to_the_outside_is_open(tmp_path: Path, origin: str) -> None:
    config = adapted(tmp_path, ATARAXY_ORIGIN=origin)
    assert config["admin"]["disabled"] is True
    assert "acme" not in json.dumps(config)
    log = config["logging"]["logs"]["default"]
    assert log["encoder"]["fields"]["request"] == {"filter": "delete"}


def test_live_answers_are_passed_on_at_once(tmp_path: Path) -> None:
    text = json.dumps(adapted(tmp_path, ATARAXY_LIVE_PORT="9002"))
    assert '"flush_interval": -1' in text
    assert "127.0.0.1:9002" in text


def test_a_port_that_is_taken_is_known_before_anything_starts() -> None:
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen(1)
        assert "in use" in why_not("127.0.0.1", holder.getsockname()[1])
    assert why_not("127.0.0.1", 0) == ""
