"""The doctor says what is wrong, with a cure, and what it cannot see."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ataraxy.commands import host
from ataraxy.commands.doctor import postgresql
from ataraxy.commands.findings import Status

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LOOKED_AT = [
    *("python", "disk", "disk encryption", "clock", "secrets", "backup", "watch", "postgresql", "durability"),
    *("roles", "migrations", "guards", "catalog", "anchors", "credentials"),
]


def found(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {each["name"]: each for each in document["findings"]}


def test_every_finding_has_a_status_and_a_cure_when_it_is_not_well(
    founded: dict[str, Any], told: Callable[..., Any]
) -> None:
    code, document = told("doctor")
    findings = found(document)
    assert list(findings) == LOOKED_AT
    assert code == 0, document
    for each in findings.values():
        assert each["status"] in [s.value for s in Status]
        assert bool(each["cure"]) == (each["status"] != "ok"), each


def test_power_guards_that_are_off_and_expired_credentials_are_told(
    founded: dict[str, Any], told: Callable[..., Any], environ: dict[str, str]
) -> None:
    from ataraxy.clinic.people.models import Credential, Staff

    nurse = Staff.objects.get(id=founded["director"])
    Credential.objects.create(staff=nurse, kind="nursing", number="1", expires_on=date(2020, 1, 1))
    with psycopg.connect(environ["ATARAXY_OWNER_URL"]) as owner:
        owner.execute("ALTER TABLE audit_event DISABLE TRIGGER no_change")
    code, document = told("doctor", DATABASE_URL=environ["ATARAXY_OWNER_URL"])
    findings = found(document)
    assert code == 1
    assert findings["roles"]["status"] == "wrong"
    assert findings["guards"]["status"] == "wrong"
    assert "audit_event" in findings["guards"]["words"]
    assert findings["credentials"]["status"] == "warning"


def test_a_database_that_is_away_is_one_finding_among_others(told: Callable[..., Any]) -> None:
    code, document = told("doctor", DATABASE_URL="postgresql://x@127.0.0.1:1/none")
    assert code == 1
    assert found(document)["database"]["status"] == "wrong"
    assert found(document)["python"]["status"] == "ok"


@pytest.mark.parametrize(("major", "status"), [(14, Status.WRONG), (15, Status.OK), (18, Status.OK)])
def test_postgresql_has_to_be_15_or_newer(major: int, status: Status) -> None:
    assert postgresql(major).status is status


@pytest.mark.parametrize(("free_gb", "status"), [(0.5, Status.WRONG), (3, Status.WARNING), (50, Status.OK)])
def test_a_disk_that_runs_full_is_told(free_gb: float, status: Status) -> None:
    assert host.disk(free_gb).status is status


@pytest.mark.parametrize(("hours", "status"), [(1, Status.OK), (30, Status.WARNING)])
def test_an_old_backup_is_told(tmp_path: Path, hours: int, status: Status) -> None:
    (tmp_path / "last-backup").write_text((NOW - timedelta(hours=hours)).isoformat())
    assert host.last_backup(tmp_path / "last-backup", NOW).status is status
    assert host.last_backup(tmp_path / "none", NOW).status is Status.WARNING


def test_a_secret_others_can_read_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "mfa").write_text("x")
    (tmp_path / "mfa").chmod(0o644)
    assert host.secrets(tmp_path).status is Status.WRONG
    (tmp_path / "mfa").chmod(0o600)
    assert host.secrets(tmp_path).status is Status.OK


def test_what_was_set_aside_today_is_told(tmp_path: Path) -> None:
    path = tmp_path / "set-aside.jsonl"
    path.write_text("{}\n")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert host.set_aside(path, NOW).status is Status.WRONG
    assert host.set_aside(path, NOW + timedelta(days=2)).status is Status.OK


def test_without_the_programs_that_know_it_says_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert host.clock().status is Status.UNKNOWN
    assert host.encryption(tmp_path).status is Status.UNKNOWN


def test_the_words_of_the_hosts_programs_are_understood(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def program(name: str, words: str) -> None:
        (tmp_path / name).write_text(f"#!/bin/sh\ncat <<'E'\n{words}\nE\n")
        (tmp_path / name).chmod(0o755)

    program("findmnt", "/dev/mapper/home[/sub]")
    program("lsblk", "crypt\npart\ndisk")
    assert host.encryption(tmp_path).status is Status.OK
    program("lsblk", "part\ndisk")
    assert host.encryption(tmp_path).status is Status.WARNING
    program("timedatectl", "yes")
    assert host.clock().status is Status.OK
    program("timedatectl", "no")
    assert host.clock().status is Status.WARNING
