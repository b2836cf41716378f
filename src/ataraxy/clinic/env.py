"""Every setting Ataraxy reads from outside, in one place. Documented in docs/reference/settings.md (a test compares).

A clinic sets few of these: with the embedded database they all have good defaults under ``ATARAXY_HOME``.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ataraxy.clinic.database.embedded import Embedded, write_secret
from ataraxy.clinic.database.roles import APP, DATABASE
from ataraxy.core.errors import AtaraxyError

SETTINGS: dict[str, str] = {
    "ATARAXY_HOME": "folder of the embedded database and the secrets",
    "DATABASE_URL": "your own PostgreSQL 15 or newer, as the role ataraxy_app",
    "ATARAXY_OWNER_URL": "the same database as ataraxy_owner, for `ataraxy migrate` only",
    "ATARAXY_ORIGIN": "the address people type, for example https://clinic.example",
    "ATARAXY_PORT": "the port the one front listens on",
    "ATARAXY_WEB_PORT": "loopback port of the web process",
    "ATARAXY_LIVE_PORT": "loopback port of the live process",
    "ATARAXY_LIVE_PROCESSES": "how many live processes share its ports; one unless thousands of sessions run",
    "ATARAXY_MLLP_BIND": "address:port for monitors; loopback unless set",
    "ATARAXY_MLLP_PEERS": "addresses monitors may call from, comma separated",
    "ATARAXY_ANCHORS": "file outside the database to which the heads of the record are written",
    "ATARAXY_KEEP_QUARANTINE_MONTHS": "whole months a settled message stays in quarantine; unset 24, all keeps all",
    "ATARAXY_KEEP_SAMPLES_MONTHS": "whole months of monitor samples and messages to keep; unset keeps all",
}


MOST_PROCESSES = 16
KEEP_SETTLED_MONTHS = 24  # proposed; only what a person has settled ever goes


@dataclass(frozen=True, slots=True)
class Environment:
    """What this process was told."""

    home: Path
    database_url: str
    origin: str
    port: int
    web_port: int
    live_port: int
    mllp_bind: str
    mllp_peers: tuple[str, ...]
    anchors: Path
    live_processes: int = 1
    live_process: int = 1  # which of them this is
    keep_samples_months: int | None = None
    keep_quarantine_months: int | None = KEEP_SETTLED_MONTHS

    @property
    def embedded(self) -> Embedded:
        return Embedded(self.home)

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https://")

    def secret(self, name: str) -> str:
        """A random secret kept in ``home/secrets``, made at first use."""
        path = self.home / "secrets" / name
        if not path.exists():
            with contextlib.suppress(FileExistsError):  # another process of the same start was quicker
                write_secret(path, secrets.token_urlsafe(48))
        return path.read_text().strip()


def read(environ: Mapping[str, str] | None = None) -> Environment:
    """The environment of this process; unset names take their defaults."""
    given = os.environ if environ is None else environ
    home = Path(given.get("ATARAXY_HOME") or _default_home(given)).expanduser().resolve()
    port = int(given.get("ATARAXY_PORT", "8000"))
    return Environment(
        home=home,
        database_url=given.get("DATABASE_URL") or _embedded_url(home),
        origin=given.get("ATARAXY_ORIGIN", f"http://localhost:{port}").rstrip("/"),
        port=port,
        web_port=int(given.get("ATARAXY_WEB_PORT", str(port + 1))),
        live_port=int(given.get("ATARAXY_LIVE_PORT", str(port + 2))),
        mllp_bind=given.get("ATARAXY_MLLP_BIND", "127.0.0.1:2575"),
        mllp_peers=tuple(p.strip() for p in given.get("ATARAXY_MLLP_PEERS", "").split(",") if p.strip()),
        anchors=Path(given.get("ATARAXY_ANCHORS") or home / "anchors.log"),
        live_processes=_processes(given),
        keep_samples_months=_months("ATARAXY_KEEP_SAMPLES_MONTHS", given),
        keep_quarantine_months=_quarantine(given),
    )


def _quarantine(given: Mapping[str, str]) -> int | None:
    name = "ATARAXY_KEEP_QUARANTINE_MONTHS"
    if given.get(name, "").strip() == "all":
        return None
    return _months(name, given) or KEEP_SETTLED_MONTHS


def _processes(given: Mapping[str, str]) -> int:
    text = given.get("ATARAXY_LIVE_PROCESSES", "").strip() or "1"
    if not text.isdecimal() or not 1 <= int(text) <= MOST_PROCESSES:
        raise AtaraxyError(
            f"ATARAXY_LIVE_PROCESSES is {text!r}, which is no number of processes.",
            f"Write 1 to {MOST_PROCESSES}, no more than the machine has cores, or leave it out.",
        )
    return int(text)


def _months(name: str, given: Mapping[str, str]) -> int | None:
    """A number of months, at least 1. Hazard: a slip of the keyboard must not empty a table."""
    text = given.get(name, "")
    if not text.strip():
        return None
    if not text.strip().isdecimal() or int(text) < 1:
        raise AtaraxyError(
            f"{name} is {text!r}, which is no number of months.",
            "Write a whole number from 1, or leave it out to keep everything.",
        )
    return int(text)


def _default_home(given: Mapping[str, str]) -> str:
    base = given.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return str(Path(base) / "ataraxy")


def _embedded_url(home: Path) -> str:
    """The application's own connection to the embedded database, or empty before it was ever made."""
    password = home / "secrets" / APP
    if not password.exists():
        return ""
    return Embedded(home).dsn(APP, password.read_text().strip(), DATABASE)
