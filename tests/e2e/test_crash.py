"""Nothing acknowledged is lost: every process is killed at random moments under load, and each reading, note and act on
a dose that was acknowledged is in the record afterwards, once; the sessions go on meanwhile. A build that acknowledges
before it commits fails the same test."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from ataraxy.core.protocol.types import Measure
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.interop.hl7v2.pcd01 import observation, render_oru
from ataraxy.live.mllp import frame

KILLS, SEED, BEDS, DOSES = 20, 20261123, 6, 250
PARTS = ("web", "live", "watch", "database")
CRASH = Path(__file__).parent / "crash"
TOKEN = "a" * 32
MORE_BETWEEN_KILLS = 25  # messages acknowledged before the next process dies: there is always load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


@dataclass
class Ward:
    """The sessions of ``ward.py``: beds whose monitors are bound, sessions whose dose runs, and a nurse's log-in."""

    beds: list[str]
    sessions: list[str]
    doses: list[str]
    cookie: str


# --- a clinic of its own, with its own PostgreSQL ------------------------------------------------


@dataclass
class Installation:
    """One home with an embedded database; the processes in it are found by its name."""

    home: Path
    port: int
    mllp: int
    process: subprocess.Popen[bytes] | None = None
    live_processes: int = 1

    @property
    def environ(self) -> dict[str, str]:
        given = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "ATARAXY_TEST_RUN")}
        return given | {
            "ATARAXY_HOME": str(self.home),
            "ATARAXY_PORT": str(self.port),
            "ATARAXY_WEB_PORT": str(self.port + 1),
            "ATARAXY_LIVE_PORT": str(self.port + 2),
            "ATARAXY_MLLP_BIND": f"127.0.0.1:{self.mllp}",
            "ATARAXY_LIVE_PROCESSES": str(self.live_processes),
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

    def wait_for_monitors(self, seconds: float = 240) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process and self.process.poll() is not None:
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.mllp), timeout=1) as line:
                if line.getsockname() != line.getpeername():
                    return
            time.sleep(0.1)
        pytest.fail("nobody listens for monitors:\n" + (self.home.parent / "log.txt").read_text()[-3000:])

    def run_ward(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, str(CRASH / "ward.py"), *words],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def watch(self, path: str, cookie: str, seconds: float = 90) -> Iterator[dict[str, Any]]:
        """The states a screen is sent, as they come."""
        end = time.monotonic() + seconds
        self.wait_for_front(end)
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request("GET", path, headers={"Cookie": f"sessionid={cookie}"})
        answer = line.getresponse()
        assert answer.status == 200, answer.status
        while time.monotonic() < end:
            words = answer.readline().decode()
            if words.startswith("data: "):
                yield json.loads(words.removeprefix("data: "))
        pytest.fail(f"what was waited for never came on {path}")

    def wait_for_front(self, end: float) -> None:
        """On a busy machine it may come after those who listen to monitors."""
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)

    def get(self, path: str, cookie: str) -> str:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request("GET", path, headers={"Cookie": f"sessionid={cookie}"})
        answer = line.getresponse()
        assert answer.status == 200, answer.status
        return answer.read().decode()

    def fill(self, doses: int = 0) -> Ward:
        return Ward(**json.loads(self.run_ward(str(BEDS), str(doses))))

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
        """The processes that are this part now; of the database its first one, and those that serve."""
        if part == "database":
            first = self._postmaster()
            return [first, *(p for p in all_processes() if parent_of(p) == first)] if first else []
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
    """Ports in a row that nobody uses: the first is the front's, then web, live and the monitors'.

    Below those the system deals out to whoever connects: one of them could be dealt to the very knock on this port, and
    a knock that meets itself looks like a server that is up.
    """
    for _ in range(200):
        first = random.SystemRandom().randrange(20_000, 32_000)
        if all(map(is_free, range(first, first + count))):
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


# --- the nurse -----------------------------------------------------------------------------------


@dataclass
class Nurse:
    """A nurse at a browser: a note in a session, a running dose paused, the next; each sent until it is confirmed."""

    port: int
    ward: Ward
    stopping: threading.Event = field(default_factory=threading.Event)
    notes: list[str] = field(default_factory=list)  # confirmed
    paused: list[str] = field(default_factory=list)
    again: int = 0

    @contextmanager
    def acting(self) -> Iterator[Nurse]:
        thread = threading.Thread(target=self._act, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            thread.join(60)
            assert not thread.is_alive()

    @property
    def count(self) -> int:
        return len(self.notes) + len(self.paused)

    def wait_for_more(self, more: int, seconds: float = 120) -> None:
        wanted, end = self.count + more, time.monotonic() + seconds
        while self.count < wanted and len(self.paused) < len(self.ward.doses):
            assert time.monotonic() < end, "after a kill nobody could write any more"
            time.sleep(0.05)

    def _act(self) -> None:
        for number, dose in enumerate(self.ward.doses):
            words = f"note {number}"
            if self.send(self.ward.sessions[number % len(self.ward.sessions)], "note", {"text": words}):
                self.notes.append(words)
            if self.send(dose, "pause", {"reason": f"pause {number}"}):
                self.paused.append(dose)

    def send(self, session: str, verb: str, words: dict[str, str]) -> bool:
        """One act under one key, until a page confirms it; False when told to stop before that."""
        form = {**words, "key": str(uuid.uuid4()), "csrfmiddlewaretoken": TOKEN}
        for attempt in range(10_000):
            if self.stopping.is_set():
                return False
            self.again += attempt > 0
            with suppress(OSError, http.client.HTTPException):
                status = self._post(f"/treat/session/{session}/{verb}/", form)
                assert status in (302, 500, 502, 503), status
                if status == 302:
                    return True
            time.sleep(0.1)
        return False

    def _post(self, path: str, form: dict[str, str]) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            line.request(
                "POST",
                path,
                urlencode(form),
                {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Cookie": f"sessionid={self.ward.cookie}; csrftoken={TOKEN}",
                    "Origin": f"http://127.0.0.1:{self.port}",
                },
            )
            return line.getresponse().status
        finally:
            line.close()


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


def times_written(installation: Installation, kind: str, field_: str, words: list[str]) -> Counter[int]:
    """How many of these words are in the record how often."""
    with installation.connect() as connection:
        rows = connection.execute(
            "SELECT text::jsonb -> 'payload' ->> %s, count(*) FROM audit_event WHERE type = %s GROUP BY 1",
            [field_, kind],
        ).fetchall()
    stored = dict(rows)
    return Counter(int(str(stored.get(each, 0))) for each in words)


def times_paused(installation: Installation, sessions: list[str]) -> Counter[int]:
    """How many of these sessions' doses were paused how often, by the record."""
    with installation.connect() as connection:
        rows = connection.execute(
            "SELECT stream_id::text, count(*) FROM audit_event WHERE type = 'DosePaused' GROUP BY 1"
        ).fetchall()
    stored = dict(rows)
    return Counter(int(str(stored.get(each, 0))) for each in sessions)


# --- the test ------------------------------------------------------------------------------------


def test_twenty_kills_of_each_process_lose_and_double_nothing_that_was_acknowledged(
    installation: Installation, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    installation.home.mkdir()
    installation.start(sys.executable, "-m", "ataraxy.cli", "serve")
    with installation.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)
    ward = installation.fill(DOSES)
    load = Load(installation.mllp, ward.beds, tmp_path / "acknowledged.txt")
    nurse = Nurse(installation.port, ward)
    killed: Counter[str] = Counter()
    with load.running():
        load.wait_for_more(100)
        with nurse.acting():
            nurse.wait_for_more(2)
            for _ in range(KILLS):
                for part in chance.sample(PARTS, len(PARTS)):
                    kill_one(installation, part, chance)
                    killed[part] += 1
                load.wait_for_more(MORE_BETWEEN_KILLS)
                nurse.wait_for_more(1)
    installation.wait_for_monitors()
    acknowledged = load.acknowledged()
    assert killed == dict.fromkeys(PARTS, KILLS)
    assert len(acknowledged) > KILLS * MORE_BETWEEN_KILLS and load.resent > 0
    assert times_stored(installation, acknowledged) == Counter({1: len(acknowledged)})
    assert len(nurse.paused) >= KILLS / 2 and nurse.again > 0
    assert times_written(installation, "NoteWritten", "text", nurse.notes) == Counter({1: len(nurse.notes)})
    assert times_paused(installation, nurse.paused) == Counter({1: len(nurse.paused)})
    verified = subprocess.run(
        [sys.executable, "-m", "ataraxy.cli", "verify"],
        env=installation.environ,
        capture_output=True,
        text=True,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_kills_of_one_of_several_live_processes_lose_nothing_and_the_others_go_on(
    installation: Installation, tmp_path: Path
) -> None:
    """Whichever dies, its monitors call the other, a screen shows what is told now, and nothing is lost or doubled."""
    chance = random.Random(SEED)
    installation.live_processes = 2
    installation.home.mkdir()
    installation.start(sys.executable, "-m", "ataraxy.cli", "serve")
    ward = installation.fill()
    load = Load(installation.mllp, ward.beds, tmp_path / "acknowledged.txt")
    with load.running():
        load.wait_for_more(100)
        for _ in range(KILLS):
            pair = two_live(installation)
            time.sleep(chance.uniform(0, 0.8))
            assert kill(chance.choice(pair))
            load.wait_for_more(MORE_BETWEEN_KILLS)
            shown = installation.watch(f"/live/session/{ward.sessions[0]}/events", ward.cookie)
            now = datetime.now(UTC)
            next(s for s in shown if any(datetime.fromisoformat(v["at"]) > now for v in s["values"]))
            shown.close()
    installation.wait_for_monitors()
    acknowledged = load.acknowledged()
    assert len(acknowledged) > KILLS * MORE_BETWEEN_KILLS and load.resent > 0
    assert times_stored(installation, acknowledged) == Counter({1: len(acknowledged)})
    verified = subprocess.run(
        [sys.executable, "-m", "ataraxy.cli", "verify"],
        env=installation.environ,
        capture_output=True,
        text=True,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr


def two_live(installation: Installation, seconds: float = 90) -> list[int]:
    """Both live processes, once both are there again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if len(found := installation.processes("live")) == 2:
            return found
        time.sleep(0.1)
    pytest.fail("a live process was not started again")


def kill_one(installation: Installation, part: str, chance: random.Random, seconds: float = 90) -> None:
    """Kill a process of this part at a random moment, as soon as there is one."""
    time.sleep(chance.uniform(0, 0.8))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (found := installation.processes(part)) and kill(chance.choice(found)):
            return
        time.sleep(0.05)
    pytest.fail(f"{part} was not started again")


def test_a_build_that_acknowledges_before_it_commits_is_caught(
    installation: Installation, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    installation.home.mkdir()
    serve = (sys.executable, "-m", "ataraxy.cli", "serve")
    installation.start(*serve)
    ward = installation.fill()
    assert installation.process is not None
    installation.process.terminate()
    installation.process.wait(30)
    wrong = (sys.executable, str(CRASH / "ack_before_commit.py"))
    installation.start(*wrong)
    load = Load(installation.mllp, ward.beds, tmp_path / "acknowledged.txt")
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


@pytest.mark.parametrize("live_processes", [1, 2])
def test_a_poisoned_session_is_set_aside_and_told_and_its_neighbours_are_prompted_on_time(
    installation: Installation, live_processes: int
) -> None:
    """The row is real: a dose whose rate makes the rules raise. Nobody else's screen, prompt or board may feel it."""
    installation.live_processes = live_processes
    installation.home.mkdir()
    installation.start(sys.executable, "-m", "ataraxy.cli", "serve")
    ward = installation.fill(2)
    poisoned, one, other = ward.sessions[0], *ward.doses
    installation.run_ward("poison", poisoned)

    ill = installation.watch(f"/live/session/{poisoned}/events", ward.cookie)
    state = next(state for state in ill if state["trouble"])
    assert state["stance"]["kind"] == "hold" and "bedside monitor" in state["next_action"]["text"]
    assert acknowledged(installation.mllp, pressure("0", datetime.now(UTC)))  # its readings are still kept
    assert next(s for s in ill if any(v["measure"] == "systolic" for v in s["values"]))["trouble"]

    told_at = datetime.now(UTC)
    assert acknowledged(installation.mllp, pressure("dose-0", told_at))
    charted = installation.watch(f"/live/session/{one}/events", ward.cookie)
    due = next(due for state in charted if (due := due_for(state, "systolic")) and not due["prompt"])
    every = datetime.fromisoformat(due["due_at"]) - told_at
    almost = datetime.now(UTC) - every * 0.7 + timedelta(seconds=15)  # it will be asked for in 15 s
    assert acknowledged(installation.mllp, pressure("dose-1", almost))
    seen = installation.watch(f"/live/session/{other}/events", ward.cookie)
    quiet = next(s for s in seen if (due := due_for(s, "systolic")) and not due["prompt"])
    asked = next(s for s in seen if (due := due_for(s, "systolic")) and due["prompt"])
    late = datetime.fromisoformat(asked["now"]) - (almost + every * 0.7)
    assert quiet["trouble"] == asked["trouble"] == ""
    assert timedelta(0) <= late + timedelta(seconds=1) and late < every * 0.1  # long before it is overdue

    rooms = next(installation.watch("/live/board/events", ward.cookie))["rooms"]
    assert {room["session"] for room in rooms if room["trouble"]} == {poisoned}
    assert {one, other} <= {room["session"] for room in rooms}
    page = installation.get("/treat/", ward.cookie)
    assert page.count("cannot be") >= 1 and page.count('<h2 class="who">') == BEDS + 2
    log = "".join(path.read_text() for path in (installation.home / "log").glob("*.log"))
    assert f"Session {poisoned} cannot be judged" in log
    assert Nurse(installation.port, ward).send(
        poisoned, "pause", {"reason": "cannot be judged"}
    )  # still one tap


def due_for(state: dict[str, Any], measure: str) -> dict[str, Any] | None:
    """The line that asks for this next, once a value of it is in the record."""
    if not any(v["measure"] == measure and v["value"] for v in state["values"]):
        return None
    return next((due for due in state["due"] if measure in due["measures"]), None)


def pressure(bed: str, at: datetime) -> bytes:
    """A cuff pressure with its pulse, of its own time."""
    told = (
        (Measure.SYSTOLIC, Decimal(122)),
        (Measure.DIASTOLIC, Decimal(79)),
        (Measure.PULSE_CUFF, Decimal(71)),
    )
    values = tuple(
        observation(m, value, at, sub_id=f"9.{i}", flags=("DEMO",), aperiodic=True)
        for i, (m, value) in enumerate(told)
    )
    control_id, now = f"cuff-{uuid.uuid4().hex[:8]}", datetime.now(UTC)
    report = ParsedOru(
        control_id, now, ("ATARAXY", "DEMO"), ("DEMO",), "T", "2.6", "AL", "NE", "", bed, values
    )
    return render_oru(report).encode()


def acknowledged(mllp: int, message_: bytes) -> bool:
    with socket.create_connection(("127.0.0.1", mllp), timeout=20) as line:
        line.sendall(frame(message_))
        return b"MSA|CA|" in line.recv(4096)


def kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
