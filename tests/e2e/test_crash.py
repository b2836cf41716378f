"""Nothing acknowledged is lost: processes are killed at random moments under load, and every reading that was
acknowledged is in the record afterwards, once. A build that acknowledges before it commits fails the same test."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from ataraxy.core.protocol.types import Measure
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.interop.hl7v2.pcd01 import observation, render_oru
from ataraxy.live.mllp import frame

KILLS, SEED, BEDS = 20, 20261123, 6
PARTS = ("web", "live", "watch", "postmaster", "backend")
CRASH = Path(__file__).parent / "crash"
MORE_BETWEEN_KILLS = 25  # messages acknowledged before the next process dies: there is always load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


# --- a clinic of its own, with its own PostgreSQL ------------------------------------------------


@dataclass
class Installation:
    """One home with an embedded database; the processes in it are found by its name."""

    home: Path
    port: int
    mllp: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        given = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "ATARAXY_TEST_RUN")}
        return given | {
            "ATARAXY_HOME": str(self.home),
            "ATARAXY_PORT": str(self.port),
            "ATARAXY_WEB_PORT": str(self.port + 1),
            "ATARAXY_LIVE_PORT": str(self.port + 2),
            "ATARAXY_MLLP_BIND": f"127.0.0.1:{self.mllp}",
            "DJANGO_SETTINGS_MODULE": "ataraxy.clinic.settings",
        }

    @property
    def url(self) -> str:
        from ataraxy.clinic.database.embedded import Embedded
        from ataraxy.clinic.database.roles import APP, DATABASE

        password = (self.home / "secrets" / APP).read_text().strip()
        return Embedded(self.home).dsn(APP, password, DATABASE)

    def start(self, *command: str) -> None:
        with (self.home.parent / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environ, stdout=log, stderr=log)
        self.wait_for_monitors()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            self.process.kill()
        from ataraxy.clinic.database.embedded import Embedded

        Embedded(self.home).stop()

    def wait_for_monitors(self, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process and self.process.poll() is not None:
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.mllp), timeout=1):
                return
            time.sleep(0.1)
        pytest.fail("nobody listens for monitors:\n" + (self.home.parent / "log.txt").read_text()[-3000:])

    def fill(self) -> list[str]:
        done = subprocess.run(
            [sys.executable, str(CRASH / "ward.py"), str(BEDS)],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        beds: list[str] = json.loads(done.stdout)
        return beds

    def connect(self, seconds: float = 60) -> psycopg.Connection[tuple[object, ...]]:
        """The database, once it answers again after a crash."""
        end = time.monotonic() + seconds
        while True:
            try:
                return psycopg.connect(self.url, connect_timeout=5)
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def processes(self, part: str) -> list[int]:
        """The processes that are this part now."""
        postmaster = self._postmaster()
        if part == "postmaster":
            return [postmaster] if postmaster else []
        if part == "backend":
            return [p for p in all_processes() if postmaster and parent_of(p) == postmaster]
        return [p for p in all_processes() if self._is(p, part)]

    def _postmaster(self) -> int | None:
        with suppress(OSError, ValueError, IndexError):
            return int((self.home / "pg" / "postmaster.pid").read_text().split()[0])
        return None

    def _is(self, pid: int, part: str) -> bool:
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            ours = f"ATARAXY_HOME={self.home}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(
                b"\0"
            )
            return ours and part.encode() in words and b"ataraxy.cli" in words
        return False


def all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def parent_of(pid: int) -> int:
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return 0


def free_ports(count: int) -> list[int]:
    """Ports in a row that nobody uses: the first is the front's, then web, live and the monitors'."""
    for _ in range(50):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if first + count < 65536 and all(map(is_free, range(first, first + count))):
            return list(range(first, first + count))
    raise AssertionError("no free ports")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    ports = free_ports(4)
    for folder in (tmp_path, *tmp_path.parents):  # as root the database runs as nobody and must get there
        if os.geteuid() == 0 and folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)
    found = Installation(tmp_path / "home", ports[0], ports[3])
    yield found
    found.stop()


# --- the load ------------------------------------------------------------------------------------


@dataclass
class Load:
    """Monitors that send as fast as they are answered, and put every acknowledged id on disk at once."""

    mllp: int
    beds: list[str]
    file: Path
    stopping: threading.Event = field(default_factory=threading.Event)
    count: int = 0
    resent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self) -> Iterator[Load]:
        threads = [threading.Thread(target=self._speak, args=(bed,), daemon=True) for bed in self.beds]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            for thread in threads:
                thread.join(15)

    def wait_for_more(self, more: int, seconds: float = 75) -> None:
        wanted, end = self.count + more, time.monotonic() + seconds
        while self.count < wanted:
            assert time.monotonic() < end, "after a kill nothing was acknowledged any more"
            time.sleep(0.02)

    def acknowledged(self) -> list[str]:
        return self.file.read_text().split()

    def _speak(self, bed: str) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            control_id = f"{bed}-{number}"
            self._deliver(control_id, frame(message(bed, control_id, number)))

    def _deliver(self, control_id: str, framed: bytes) -> None:
        """Send it until it is acknowledged, on a new connection after each failure, under the same id."""
        for attempt in range(10_000):
            if self.stopping.is_set():
                return
            self.resent += attempt > 0
            with suppress(OSError, EOFError):
                line = self._line()
                line.sendall(framed)
                answer = b""
                while not answer.endswith(b"\x1c\r"):
                    data = line.recv(4096)
                    if not data:
                        raise EOFError
                    answer += data
                if b"MSA|CA|" + control_id.encode() in answer:
                    self._note(control_id)
                    return
            self._hang_up()
            time.sleep(0.1)

    def _note(self, control_id: str) -> None:
        with self._lock, self.file.open("a") as out:
            out.write(control_id + "\n")
            out.flush()
            os.fsync(out.fileno())
            self.count += 1

    _lines: threading.local = field(default_factory=threading.local)

    def _line(self) -> socket.socket:
        if getattr(self._lines, "open", None) is None:
            self._lines.open = socket.create_connection(("127.0.0.1", self.mllp), timeout=8)
        found: socket.socket = self._lines.open
        return found

    def _hang_up(self) -> None:
        if getattr(self._lines, "open", None) is not None:
            self._lines.open.close()
            self._lines.open = None


def message(bed: str, control_id: str, number: int) -> bytes:
    """One reading, told now."""
    now = datetime.now(UTC)
    value = observation(Measure.HEART_RATE_ECG, Decimal(60 + number % 60), now, flags=("DEMO",))
    report = ParsedOru(
        control_id, now, ("ATARAXY", "DEMO"), ("DEMO",), "T", "2.6", "AL", "NE", "", bed, (value,)
    )
    return render_oru(report).encode()


def times_stored(installation: Installation, ids: list[str]) -> Counter[int]:
    """How many of these messages are in the record how often."""
    with installation.connect() as connection:
        rows = connection.execute(
            "SELECT message_id, count(*) FROM treat_sample GROUP BY message_id"
        ).fetchall()
    stored = dict(rows)
    return Counter(int(str(stored.get(each, 0))) for each in ids)


# --- the test ------------------------------------------------------------------------------------


def test_twenty_kills_of_any_process_lose_nothing_that_was_acknowledged(
    installation: Installation, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    installation.home.mkdir()
    installation.start(sys.executable, "-m", "ataraxy.cli", "serve")
    with installation.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)
    load = Load(installation.mllp, installation.fill(), tmp_path / "acknowledged.txt")
    killed: Counter[str] = Counter()
    with load.running():
        load.wait_for_more(100)
        while killed.total() < KILLS:
            part = PARTS[killed.total() % len(PARTS)] if killed.total() < len(PARTS) else chance.choice(PARTS)
            time.sleep(chance.uniform(0, 0.4))
            if (found := installation.processes(part)) and kill(chance.choice(found)):
                killed[part] += 1
                load.wait_for_more(MORE_BETWEEN_KILLS)
    installation.wait_for_monitors()
    acknowledged = load.acknowledged()
    assert set(killed) == set(PARTS)
    assert len(acknowledged) > KILLS * MORE_BETWEEN_KILLS and load.resent > 0
    assert times_stored(installation, acknowledged) == Counter({1: len(acknowledged)})
    verified = subprocess.run(
        [sys.executable, "-m", "ataraxy.cli", "verify"],
        env=installation.environ,
        capture_output=True,
        text=True,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_build_that_acknowledges_before_it_commits_is_caught(
    installation: Installation, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    installation.home.mkdir()
    serve = (sys.executable, "-m", "ataraxy.cli", "serve")
    installation.start(*serve)
    beds = installation.fill()
    assert installation.process is not None
    installation.process.terminate()
    installation.process.wait(30)
    wrong = (sys.executable, str(CRASH / "ack_before_commit.py"))
    installation.start(*wrong)
    load = Load(installation.mllp, beds, tmp_path / "acknowledged.txt")
    with load.running():
        for _ in range(KILLS):
            load.wait_for_more(MORE_BETWEEN_KILLS)
            time.sleep(chance.uniform(0, 0.2))
            installation.process.kill()
            installation.process.wait()
            if times_stored(installation, load.acknowledged())[0]:
                return  # caught: acknowledged, and not in the record
            installation.start(*wrong)
    pytest.fail("a build that acknowledges before it commits passed the crash test")


def kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
