"""``ataraxy restore FILE``: a backup into an empty database, then its migrations, then verify the record."""

from __future__ import annotations

import tarfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from ataraxy.clinic.database.embedded import DatabaseTrouble, write_secret
from ataraxy.clinic.env import Environment
from ataraxy.commands import database as db
from ataraxy.commands.archive import ANCHORS, DUMP, chunks_of, manifest_of, member, reading, refuse_changed
from ataraxy.commands.backup import SECRETS
from ataraxy.commands.programs import load
from ataraxy.commands.say import Exit, bar, document, out
from ataraxy.commands.verify import show, walk


def restore(env: Environment, file: Path, as_json: bool) -> int:
    """Exit code 3 when the record that came back does not verify."""
    with reading(file.expanduser().absolute()) as archive:
        manifest = manifest_of(archive)
        with bar(
            "Reading the backup (bytes)", sum(f["size"] for f in manifest["files"].values()), as_json
        ) as progress:
            refuse_changed(archive, manifest, progress.step)
        with db.in_use(env) as database:
            owner = _owner(database)
            refuse_full(owner)
            with bar("Restoring the database", None, as_json):
                load(owner, database.embedded, chunks_of(member(archive, DUMP)))
            aside = _put_files_back(env, archive)
            db.bring_up_to_date(database, datetime.now(UTC).date())
            with db.django_on(env):
                found = walk(env, as_json)
    _tell(manifest, found, aside, as_json)
    return Exit.FINE if found.holds else Exit.BROKEN


def _owner(database: db.Database) -> str:
    if not database.owner:
        raise DatabaseTrouble(
            "Restoring makes tables, and nobody said who owns them.",
            "Set ATARAXY_OWNER_URL to the same database under the role ataraxy_owner.",
        )
    return database.owner


def refuse_full(owner_url: str) -> None:
    """Only an empty database may be restored into: nothing is ever overwritten."""
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if row and row[0]:
        raise DatabaseTrouble(
            f"The database is not empty: it has {row[0]} tables.",
            "Restore into a new one: set ATARAXY_HOME to a new folder, or DATABASE_URL to a new database.",
        )


def _put_files_back(env: Environment, archive: tarfile.TarFile) -> Path | None:
    """The secrets, and the anchors outside the database; anchors that lie there and differ are moved aside."""
    for name in SECRETS:
        path = env.home / "secrets" / name
        path.unlink(missing_ok=True)  # the database is new: nothing was locked with these yet
        write_secret(path, member(archive, f"secrets/{name}").read().decode())
    told = member(archive, ANCHORS).read()
    aside = None
    if env.anchors.exists() and env.anchors.read_bytes() != told:
        aside = env.anchors.with_name(f"{env.anchors.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        env.anchors.rename(aside)
    env.anchors.parent.mkdir(parents=True, exist_ok=True)
    env.anchors.write_bytes(told)
    return aside


def _tell(manifest: dict[str, Any], found: Any, aside: Path | None, as_json: bool) -> None:
    if as_json:
        kept = {name: manifest.get(name) for name in ("release", "made_at", "streams", "events", "verified")}
        document(
            {
                "ok": found.holds,
                "backup": kept,
                "record": asdict(found),
                "anchors_aside": aside and str(aside),
            }
        )
        return
    out.print(f"Restored what was saved at {manifest['made_at']} by release {manifest['release']}.")
    if aside:
        out.print(
            f"The anchors that lay here differ from the backup's and are kept in {aside}. Compare them: what they name"
            " beyond the backup was written later and is not in it.",
            soft_wrap=True,
        )
    show(found)
