"""The machine under a clinic, examined: Python, disk, encryption, clock, secrets, backups."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ataraxy.clinic.env import Environment
from ataraxy.commands.findings import Finding, ok, unknown, warning, wrong

LITTLE_DISK_GB = 5.0
TOO_LITTLE_DISK_GB = 1.0
BACKUP_EVERY = timedelta(hours=26)


def examine_host(env: Environment, now: datetime) -> Iterator[Finding]:
    """Everything that needs no database."""
    yield python()
    yield disk(shutil.disk_usage(env.home).free / 1e9)
    yield encryption(env.home)
    yield clock()
    yield secrets(env.home / "secrets")
    yield last_backup(env.home / "last-backup", now)
    yield set_aside(env.home / "set-aside.jsonl", now)


def python() -> Finding:
    """The interpreter; an older one than 3.11 cannot be installed into at all."""
    found = ".".join(map(str, sys.version_info[:3]))
    return ok("python", f"Python {found}")


def disk(free_gb: float) -> Finding:
    words, cure = f"{free_gb:.1f} GB free", "Make room, or move ATARAXY_HOME: a full disk stops the record."
    if free_gb < TOO_LITTLE_DISK_GB:
        return wrong("disk", words, cure)
    return warning("disk", words, cure) if free_gb < LITTLE_DISK_GB else ok("disk", words)


def encryption(home: Path) -> Finding:
    """Whether the file system of ``home`` lies on dm-crypt, as far as lsblk can see."""
    name, cure = (
        "disk encryption",
        "Encrypt the disk that holds ATARAXY_HOME (LUKS), or confirm that its host does.",
    )
    source = _says("findmnt", "-n", "-o", "SOURCE", "-T", str(home))
    kinds = _says("lsblk", "-s", "-n", "-o", "TYPE", source.splitlines()[0].split("[")[0]) if source else ""
    if not kinds:
        return unknown(name, "It cannot be seen from here.", cure)
    if "crypt" in kinds.split():
        return ok(name, "on dm-crypt")
    return warning(name, "No dm-crypt under the data folder.", cure)


def clock() -> Finding:
    """Whether the system clock is kept true by somebody; every time in the record comes from it."""
    name, cure = "clock", "Switch on time synchronisation (chrony or systemd-timesyncd)."
    told = _says("timedatectl", "show", "-p", "NTPSynchronized", "--value").strip()
    chrony = _says("chronyc", "-n", "tracking")
    if told == "yes" or "Leap status     : Normal" in chrony:
        return ok(name, "synchronised")
    if told == "no" or chrony:
        return warning(name, "The clock is not synchronised.", cure)
    return unknown(name, "Neither timedatectl nor chronyc can tell.", cure)


def secrets(folder: Path) -> Finding:
    paths = sorted(folder.iterdir()) if folder.exists() else []
    loose = [path.name for path in paths if path.stat().st_mode & 0o077]
    if loose:
        return wrong("secrets", f"Others can read {', '.join(loose)}.", f"chmod 600 {folder}/*")
    return ok("secrets", f"{len(paths)} files, for their owner alone")


def last_backup(note: Path, now: datetime) -> Finding:
    """How long ago the last backup ended well."""
    name, cure = "backup", "Run `ataraxy backup FILE` every day, to another machine."
    if not note.exists():
        return warning(name, "There was never a backup.", cure)
    age = now - datetime.fromisoformat(note.read_text().strip())
    words = f"{age.total_seconds() / 3600:.0f} hours ago"
    return ok(name, words) if age < BACKUP_EVERY else warning(name, words, cure)


def set_aside(path: Path, now: datetime) -> Finding:
    """Whether the watch process lately stumbled over a record."""
    if not path.exists() or now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > timedelta(days=1):
        return ok("watch", "nothing was set aside in the last day")
    return wrong(
        "watch", "Records were set aside in the last day.", f"Read {path}: each line names one, and why."
    )


def _says(program: str, *args: str) -> str:
    """What a program of the host says; empty when it is not there or has nothing to say."""
    found = shutil.which(program)
    if found is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - a program of the host, no shell
            [found, *args], capture_output=True, text=True, timeout=5, env={"LC_ALL": "C", "PATH": os.defpath}
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
