"""PostgreSQL's own programs: the wheel's for the embedded server, those on PATH for the clinic's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict

from ataraxy.clinic.database.embedded import DatabaseTrouble, binaries
from ataraxy.commands.archive import chunks_of

ENVIRON = {"dbname": "PGDATABASE"}  # every other word is its own: PGHOST, PGUSER, PGSSLMODE ...


def program(name: str, embedded: bool) -> Path:
    """Where ``pg_dump`` or ``pg_restore`` is."""
    if embedded:
        return binaries() / name
    found = shutil.which(name)
    if found is None:
        raise DatabaseTrouble(
            f"{name} is not on PATH.",
            "Install your PostgreSQL's client programs (Debian: postgresql-client).",
        )
    return Path(found)


def environ_of(url: str) -> dict[str, str]:
    """The connection for a program, by environment: a password on a command line is readable by everyone."""
    parts = conninfo_to_dict(url)
    told = {
        ENVIRON.get(key, f"PG{key.upper()}"): str(value) for key, value in parts.items() if value is not None
    }
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **told}


def dump(url: str, embedded: bool) -> Iterator[bytes]:
    """The database in pg_dump's custom format, in chunks; raises when pg_dump did not end well."""
    with tempfile.TemporaryFile("w+") as words:
        command = [str(program("pg_dump", embedded)), "--format=custom", "--no-password"]
        with subprocess.Popen(  # noqa: S603 - PostgreSQL's own program, no shell
            command, env=environ_of(url), stdout=subprocess.PIPE, stderr=words
        ) as process:
            assert process.stdout is not None
            yield from chunks_of(process.stdout)
        _refuse_failure("pg_dump", process.returncode, words)


def load(url: str, embedded: bool, chunks: Iterable[bytes]) -> None:
    """Read a dump into the (empty) database in one transaction; all of it, or nothing."""
    with tempfile.TemporaryFile("w+") as words:
        command = [
            str(program("pg_restore", embedded)), "--no-password", "--no-owner", "--single-transaction",
            "--exit-on-error", f"--dbname={conninfo_to_dict(url)['dbname']}",
        ]  # fmt: skip
        with subprocess.Popen(  # noqa: S603 - PostgreSQL's own program, no shell
            command, env=environ_of(url), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words
        ) as process:
            assert process.stdin is not None
            try:
                for chunk in chunks:
                    process.stdin.write(chunk)
                process.stdin.close()
            except BrokenPipeError:
                pass  # pg_restore gave up; its words say why
        _refuse_failure("pg_restore", process.returncode, words)


def _refuse_failure(name: str, code: int, words: IO[str]) -> None:
    if code == 0:
        return
    words.seek(0)
    first = next((line for line in words.read().splitlines() if "error" in line.lower()), "it gave no reason")
    raise DatabaseTrouble(f"{name} failed: {first[:400]}", "Mend that and try again; nothing was half done.")
