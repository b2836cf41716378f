"""What was backed up comes back whole, into an empty database only, and a damaged backup is refused."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ataraxy.commands.archive import BackupUnreadable, manifest_of, reading, refuse_changed, writing
from ataraxy.core.errors import AtaraxyError


@pytest.fixture
def empty_database(server: Any) -> Any:
    """Another database of this server with nothing in it."""
    import uuid

    import psycopg
    from psycopg import sql

    from ataraxy.clinic.database.roles import _grant

    name = f"empty_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER ataraxy_owner").format(sql.Identifier(name)))
    with psycopg.connect(server.url("postgres", name), autocommit=True) as connection:
        _grant(connection)
    yield name
    server.drop(name)


def test_a_backup_comes_back_whole_in_another_database(
    founded: dict[str, Any],
    told: Callable[..., Any],
    server: Any,
    empty_database: str,
    tmp_path: Path,
    environ: Any,
) -> None:
    from ataraxy.clinic.audit.anchors import drop_anchor
    from ataraxy.clinic.context import system_context
    from ataraxy.clinic.people.models import Clinic

    home = Path(environ["ATARAXY_HOME"])
    assert drop_anchor(system_context(Clinic.objects.get()), home / "anchors.log") is not None
    file = tmp_path / "clinic.backup"
    code, written = told("backup", str(file))
    assert (code, written["ok"], file.stat().st_mode & 0o777) == (0, True, 0o600)

    second = tmp_path / "second"
    there = {
        "ATARAXY_HOME": str(second),
        "DATABASE_URL": server.url("ataraxy_app", empty_database),
        "ATARAXY_OWNER_URL": server.url("ataraxy_owner", empty_database),
    }
    code, restored = told("restore", str(file), **there)
    assert (code, restored["ok"]) == (0, True)
    assert restored["record"] == written["record"] == {"streams": 1, "events": 1, "anchors": 1, "faults": []}
    for name in ("anchors.log", "secrets/mfa", "secrets/django"):
        assert (second / name).read_bytes() == (home / name).read_bytes(), name
        assert (second / name).stat().st_mode & 0o077 == 0, name

    code, document = told("restore", str(file), **there)
    assert code == 2
    assert "not empty" in document["error"]["cause"]
    assert told("verify", **there)[0] == 0


def test_a_backup_replaces_no_file(told: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    code, document = told("backup", str(tmp_path / "there"))
    assert code == 2
    assert "exists already" in document["error"]["cause"]
    assert (tmp_path / "there").read_text() == "mine"


def test_a_changed_member_is_found(tmp_path: Path) -> None:
    file = tmp_path / "b"
    with writing(file) as archive:
        archive.add("database.dump", [b"one", b"two" * 400])
        archive.finish({"release": "0"})
    with reading(file) as opened:
        refuse_changed(opened, manifest_of(opened), lambda _: None)
    file.write_bytes(file.read_bytes().replace(b"onetwo", b"oneTwo"))
    with reading(file) as opened, pytest.raises(BackupUnreadable, match="not as it was written"):
        refuse_changed(opened, manifest_of(opened), lambda _: None)


def test_any_tar_program_can_read_a_backup(tmp_path: Path) -> None:
    with writing(tmp_path / "b") as archive:
        archive.add("a", [b"x" * 512])
        archive.add("empty", [])
        archive.finish({})
    with tarfile.open(tmp_path / "b") as opened:
        assert opened.getnames() == ["a", "empty", "manifest.json"]
        assert opened.extractfile("a").read() == b"x" * 512  # type: ignore[union-attr]


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), writing(tmp_path / "b") as archive:
        archive.add("a", [b"x"])
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a tar" * 100, b"\0" * 1024])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(AtaraxyError), reading(tmp_path / "b") as opened:
        manifest_of(opened)


def test_a_backup_of_a_later_format_is_refused(tmp_path: Path) -> None:
    with writing(tmp_path / "b") as archive:
        archive.finish({"format": 99, "release": "9.9"})
    with reading(tmp_path / "b") as opened, pytest.raises(BackupUnreadable, match="later release"):
        manifest_of(opened)
