"""The processes a supervisor keeps alive: started tethered, restarted with backoff, stopped as a group."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")
FIRST_BACKOFF_S = 0.25
LONGEST_BACKOFF_S = 5.0  # nobody sees a reading that long, should the live process die again and again
SETTLED_S = 30.0  # a child that lived this long starts afresh with a short backoff
GRACE_S = 8.0
LOG_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Child:
    """A program to keep running. ``stop_signal`` reaches its main process; the rest of its group follows."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Running:
    """One child and its present process."""

    child: Child
    log: Path
    base_environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restarts: int = 0
    backoff_s: float = FIRST_BACKOFF_S
    again_at: float | None = None

    def start(self) -> None:
        """Start the program in its own process group; its words go to its log."""
        _keep_short(self.log)
        command = [
            sys.executable,
            str(TETHER),
            str(os.getpid()),
            str(int(signal.SIGTERM)),
            *self.child.command,
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                command,
                env={**self.base_environ, **self.child.environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self.started, self.again_at = time.monotonic(), None

    def tend(self) -> str | None:
        """Restart a child that ended, when its backoff is over; says what happened, or None."""
        if self.again_at is not None:
            if time.monotonic() < self.again_at:
                return None
            self.start()
            return f"{self.child.name} is running again (restart {self.restarts})"
        if self.process is None or self.process.poll() is None:
            return None
        return self._bury()

    def _bury(self) -> str:
        """Take what is left of a dead child's group along, and plan its restart."""
        assert self.process is not None
        signal_group(self.process.pid, signal.SIGKILL)
        if time.monotonic() - self.started > SETTLED_S:
            self.backoff_s = FIRST_BACKOFF_S
        wait_s, self.backoff_s = self.backoff_s, min(self.backoff_s * 2, LONGEST_BACKOFF_S)
        self.again_at = time.monotonic() + wait_s
        self.restarts += 1
        return f"{self.child.name} {how_it_ended(self.process.returncode)}; it starts again in {wait_s:g} s ({self.log})"

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


def stop_all(running: Sequence[Running], grace_s: float = GRACE_S) -> None:
    """Ask each to end, wait, then end what is left of every group."""
    for each in running:
        each.again_at = None
        if each.process is not None and each.process.poll() is None:
            with suppress(ProcessLookupError):
                each.process.terminate()
    end = time.monotonic() + grace_s
    for each in running:
        if each.process is None:
            continue
        with suppress(subprocess.TimeoutExpired):
            each.process.wait(max(0.0, end - time.monotonic()))
        signal_group(each.process.pid, signal.SIGKILL)
        each.process.wait()


def signal_group(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"stopped with code {code}"


def _keep_short(log: Path) -> None:
    """One earlier log is kept; a log never grows without end over restarts."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))


def tail(log: Path, characters: int = 1200) -> str:
    """The last words of a log."""
    return log.read_text(errors="replace")[-characters:].strip() if log.exists() else ""
