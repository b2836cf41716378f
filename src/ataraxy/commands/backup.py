"""``ataraxy backup FILE``: the database, the anchors outside it and the secrets, in one file; then verify the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg

from ataraxy.clinic.env import Environment
from ataraxy.commands import database as db
from ataraxy.commands.archive import ANCHORS, DUMP, Archive, writing
from ataraxy.commands.programs import dump
from ataraxy.commands.say import Bar, Exit, bar, document, out
from ataraxy.commands.verify import Walk, show, walk

SECRETS = ("django", "mfa")  # without mfa nobody's second factor works again
NOTE = "last-backup"


def backup(env: Environment, file: Path, as_json: bool) -> int:
    """Exit code 3 when the record that was backed up does not verify; the file is kept."""
    file = file.expanduser().absolute()
    with db.django_on(env) as database:
        url = database.owner or database.app
        with writing(file) as archive:
            _write(env, archive, url, database.embedded, as_json)
            found = walk(env, as_json)
            archive.finish(_about(url, found))
    (env.home / NOTE).write_text(datetime.now(UTC).isoformat(timespec="seconds") + "\n")
    if as_json:
        sizes = {name: asdict(written) for name, written in archive.files.items()}
        document(
            {
                "ok": found.holds,
                "file": str(file),
                "bytes": file.stat().st_size,
                "files": sizes,
                "record": asdict(found),
            }
        )
    else:
        out.print(
            f"{file}: {file.stat().st_size / 1e6:.1f} MB. It holds charts and keys: keep it locked away.",
            soft_wrap=True,
        )
        show(found)
    return Exit.FINE if found.holds else Exit.BROKEN


def _write(env: Environment, archive: Archive, url: str, embedded: bool, as_json: bool) -> None:
    # The anchors come first: the database must know every anchor the copy outside names.
    archive.add(ANCHORS, [env.anchors.read_bytes()] if env.anchors.exists() else [])
    for name in SECRETS:
        archive.add(f"secrets/{name}", [env.secret(name).encode()])
    with bar("Dumping the database (MB)", None, as_json) as progress:
        archive.add(DUMP, _counted(dump(url, embedded), progress))


def _counted(chunks: Iterator[bytes], progress: Bar) -> Iterator[bytes]:
    for chunk in chunks:
        progress.step(round(len(chunk) / 1e6, 2))
        yield chunk


def _about(url: str, found: Walk) -> dict[str, object]:
    with psycopg.connect(url) as connection:
        server = connection.info.server_version
    return {
        "release": version("ataraxy"),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "postgresql": server // 10000,
        "streams": found.streams,
        "events": found.events,
        "verified": found.holds,
    }
