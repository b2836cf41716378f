"""Monitors at 1 Hz over MLLP to screens over SSE, through the record: latency, rate, CPU and memory, beside the floor.

N sessions, each with a monitor (three values a second, a cuff pressure every 5 min) and one screen; fsync on, the
rules evaluated, the hash chain verified at the end. The monitors and screens are a process of their own, whose share
of the CPU is told. The floor is the same rows written by COPY and committed with the same fsync by the same database in
the same run: what no program in front of it can beat. One JSON line a figure: name, value, unit, against, ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from statistics import quantiles
from typing import Any

from live_parts.ward import Bedside, seed

SERVE = (
    "import sys; from ataraxy.clinic import env; from ataraxy.commands.parts import live_of;"
    " from ataraxy.live.server import run; run(live_of(env.read(), int(sys.argv[1])))"
)
LOAD = Path(__file__).parent / "live_parts" / "load.py"
SIZES, QUICK = (100, 300, 1000), (100,)
FLOOD_CONNECTIONS = 64
P99_LIMIT_MS = 250.0
VALUES = 3
COPY_SAMPLES = (
    "COPY treat_sample (received_at, clinic_id, session_id, monitor_id, message_id, measure, value, unit,"
    " device_at, absent, original) FROM STDIN"
)
COPY_MESSAGES = "COPY treat_message (told_at, monitor_id, control_id, fingerprint, received_at) FROM STDIN"


def main() -> None:
    """Measure, and print."""
    told = asked()
    sizes = told.sessions or (QUICK if told.quick else SIZES)
    seconds = told.seconds or (6 if told.quick else 45)
    most = max((*sizes, told.soak, told.largest, FLOOD_CONNECTIONS))
    with tempfile.TemporaryDirectory(prefix="atx-bench-") as folder:
        Path(folder).chmod(0o755)
        with database(Path(folder) / "home") as clinic:
            beds, cookie = seed(most)
            bench = Bench(clinic, beds, cookie, told.processes, warm_s=4 if told.quick else 15)
            if told.soak:
                bench.soak(told.soak, told.seconds or 600)
            else:
                bench.sizes(sizes, seconds)
                if told.largest:
                    bench.largest(told.largest, seconds)
                bench.flood(2 if told.quick else 10)
            bench.verify()


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 45 s")
    parser.add_argument("--sessions", type=int, nargs="*", help=f"how many; {SIZES} when not said")
    parser.add_argument("--seconds", type=float, default=0, help="measured, after the warm-up")
    parser.add_argument("--largest", type=int, default=0, help="look for the most sessions, up to this many")
    parser.add_argument("--processes", type=int, default=1, help="live processes that share the ports")
    parser.add_argument(
        "--soak", type=int, default=0, help="so many sessions for ten minutes; memory every 15 s"
    )
    return parser.parse_args()


# --- the processes -------------------------------------------------------------------------------


@dataclass
class Clinic:
    """The embedded database and where the application connects."""

    server: Any
    url: str

    @property
    def postmaster(self) -> int:
        return int((self.server.data / "postmaster.pid").read_text().split()[0])


@contextmanager
def database(home: Path) -> Iterator[Clinic]:
    from ataraxy.clinic.database.embedded import Embedded
    from ataraxy.clinic.database.migrate import migrate
    from ataraxy.clinic.database.roles import provision
    from ataraxy.commands.partitions import make_partitions

    os.environ |= {"ATARAXY_HOME": str(home), "DJANGO_SETTINGS_MODULE": "ataraxy.clinic.settings"}
    os.environ.pop("DATABASE_URL", None)
    server = Embedded(home)
    server.start()
    try:
        urls = provision(server)
        migrate(urls.owner)
        make_partitions(urls.owner, datetime.now(UTC).date())
        import django

        django.setup()
        yield Clinic(server, urls.app)
    finally:
        from django.db import connections

        connections.close_all()
        server.stop()


@contextmanager
def live(processes: int = 1) -> Iterator[tuple[int, int, list[int]]]:
    """The live processes on free ports: the monitors' port, the screens' and the processes."""
    mllp, http = free_port(), free_port()
    environ = os.environ | {
        "ATARAXY_MLLP_BIND": f"127.0.0.1:{mllp}",
        "ATARAXY_LIVE_PORT": str(http),
        "ATARAXY_LIVE_PROCESSES": str(processes),
    }
    serve = os.environ.get("BENCH_SERVE", SERVE)
    started = [
        subprocess.Popen([sys.executable, "-c", serve, str(number)], env=environ)
        for number in range(1, processes + 1)
    ]
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end and all(p.poll() is None for p in started):
            if all(_listens(p.pid, mllp) and _listens(p.pid, http) for p in started):
                break
            time.sleep(0.1)
        else:
            raise SystemExit("the live process did not start")
        yield mllp, http, [p.pid for p in started]
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def _listens(pid: int, port: int) -> bool:
    """Whether this very process listens there: several share a port."""
    listening = {
        line.split()[9]
        for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    }
    own = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            own.add(str(each.readlink()))
        except OSError:
            continue
    return any(f"socket:[{inode}]" in own for inode in listening)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stolen_seconds() -> float:
    """CPU the machine's host gave to others while somebody here wanted it, of all cores together."""
    return int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8]) / os.sysconf("SC_CLK_TCK")


# --- what they cost ------------------------------------------------------------------------------


def cpu_seconds(pid: int, *, children: bool = False) -> float:
    """By this process; with those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = sum(int(fields[n]) for n in ((11, 12, 13, 14) if children else (11, 12)))
    return ticks / os.sysconf("SC_CLK_TCK")


def family_cpu_seconds(postmaster: int) -> float:
    """The database: the server, its processes now, and those that have ended."""
    total = cpu_seconds(postmaster, children=True)
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and _parent(int(entry.name)) == postmaster:
                total += cpu_seconds(int(entry.name))
        except (OSError, IndexError):
            continue
    return total


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def memory_mib(pid: int) -> float:
    line = next(s for s in Path(f"/proc/{pid}/status").read_text().splitlines() if s.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@dataclass
class Cost:
    """Shares of one core while it counted, and the live process's memory at the end."""

    live: float = 0.0
    database: float = 0.0
    callers: float = 0.0
    stolen: float = 0.0
    memory: float = 0.0
    seconds: float = 0.0


@dataclass
class Measured:
    screen_ms: list[float]
    ack_ms: list[float]
    sent: int
    late: int
    refused: int
    unseen: int
    cost: Cost = field(default_factory=Cost)


@dataclass
class Bench:
    clinic: Clinic
    beds: Sequence[Bedside]
    cookie: str
    processes: int
    warm_s: float

    def sizes(self, sizes: Sequence[int], seconds: float) -> None:
        one = floor(self.clinic.url, 1, 300)
        for count in sizes:
            with live(self.processes) as ports:
                measured = self.measure(count, ports, seconds)
            report(count, measured, one)

    def largest(self, most: int, seconds: float) -> None:
        """The most sessions whose p99 stays under the limit, found by going up in steps and then between."""
        good, bad, count = 0, most + 1, min(1000, most)
        while count > good and bad - good > max(100, good // 10):
            with live(self.processes) as ports:
                measured = self.measure(count, ports, min(seconds, 20))
            p99 = at(measured.screen_ms, 99) if len(measured.screen_ms) > 200 else float("inf")
            fine = p99 < P99_LIMIT_MS and measured.unseen + measured.late < 0.01 * measured.sent
            good, bad = (count, bad) if fine else (good, count)
            count = min(most, count * 2, (good + bad) // 2 if bad <= most else count * 2)
        show("live-largest", good, f"sessions with p99 under {P99_LIMIT_MS:.0f} ms", None, None)

    def flood(self, seconds: float) -> None:
        with live(self.processes) as ports:
            measured = self.measure(FLOOD_CONNECTIONS, ports, seconds, flood=True)
        many = floor(self.clinic.url, FLOOD_CONNECTIONS, 60)
        best = FLOOD_CONNECTIONS / (at(many, 50) / 1000)
        rate = len(measured.ack_ms) / measured.cost.seconds
        words = f"COPY and commit of {FLOOD_CONNECTIONS} messages' rows at a time: {best:.0f} messages/s"
        show(f"live-flood-{FLOOD_CONNECTIONS}", rate, "messages/s", words, best)
        show(
            f"live-flood-p99-{FLOOD_CONNECTIONS}",
            at(measured.ack_ms, 99),
            "ms to acknowledgement",
            None,
            None,
        )
        self._costs(f"flood-{FLOOD_CONNECTIONS}", measured.cost)

    def soak(self, count: int, seconds: float) -> None:
        """Memory of the live process, sampled; it must not grow once everybody is there."""
        taken: list[tuple[float, float]] = []
        stopping = threading.Event()
        with live(self.processes) as ports:
            began = time.monotonic()

            def sample() -> None:
                while not stopping.wait(15):
                    taken.append((time.monotonic() - began, sum(map(memory_mib, ports[2]))))
                    print(f"# {taken[-1][0]:5.0f} s {taken[-1][1]:7.1f} MiB", file=sys.stderr, flush=True)

            thread = threading.Thread(target=sample)
            thread.start()
            try:
                measured = self.measure(count, ports, seconds)
            finally:
                stopping.set()
                thread.join()
        report(count, measured, floor(self.clinic.url, 1, 300))
        third = len(taken) // 3
        early, late = taken[third : 2 * third], taken[-third:]
        for words, some in (("second third", early), ("last third", late)):
            show(f"live-soak-memory, {words}", sum(m for _, m in some) / len(some), "MiB", None, None)

    def measure(
        self, count: int, ports: tuple[int, int, list[int]], seconds: float, *, flood: bool = False
    ) -> Measured:
        mllp, http, pids = ports
        job = {
            "sessions": [(str(b.id), b.bed) for b in self.beds[:count]],
            "cookie": self.cookie,
            "mllp": mllp,
            "http": http,
            "seconds": seconds,
            "warm_s": self.warm_s,
            "flood": flood,
        }
        with subprocess.Popen(
            [sys.executable, str(LOAD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        ) as load:  # fmt: skip
            assert load.stdin and load.stdout and load.stderr
            load.stdin.write(json.dumps(job))
            load.stdin.close()
            cost = Cost()
            for line in load.stderr:
                ours = sum(map(cpu_seconds, pids))
                spent = (
                    ours,
                    family_cpu_seconds(self.clinic.postmaster),
                    cpu_seconds(load.pid),
                    stolen_seconds(),
                )
                if line.strip() == "counting":
                    before, began = spent, time.monotonic()
                elif line.strip() == "counted":
                    took = time.monotonic() - began
                    shares = [(b - a) / took for a, b in zip(before, spent, strict=True)]
                    cost = Cost(*shares, memory=sum(map(memory_mib, pids)), seconds=took)
                    break
                elif line.strip() != "ready":
                    print(line, end="", file=sys.stderr)
            found = json.loads(load.stdout.read() or "{}")
        if not found:
            raise SystemExit("the monitors' process ended without a word")
        found.pop("cpu_s"), found.pop("pid")
        return Measured(**found, cost=cost)

    def _costs(self, name: str, cost: Cost) -> None:
        costs(name, cost)

    def verify(self) -> None:
        """Every chain holds, as everybody can check afterwards."""
        from ataraxy.clinic.audit.verify import verify

        found = verify()
        show("live-verify", len(found), "broken links", "every chain walked after the load", None)
        if found:
            raise SystemExit(f"the record does not verify: {found[0]}")


# --- the floor -----------------------------------------------------------------------------------


def floor(url: str, messages: int, commits: int) -> list[float]:
    """Milliseconds of each commit of so many messages' rows, by COPY alone."""
    import psycopg

    now, nobody = datetime.now(UTC), uuid.uuid4()
    taken = []
    with psycopg.connect(url) as connection:
        for n in range(commits):
            began = time.perf_counter()
            with connection.cursor() as cursor:
                with cursor.copy(COPY_MESSAGES) as copy:
                    for row in range(messages):
                        copy.write_row((now, 0, f"floor-{messages}-{n}-{row}", uuid.uuid4().bytes, now))
                with cursor.copy(COPY_SAMPLES) as copy:
                    for row in range(messages * VALUES):
                        told = ("spo2", Decimal(97), "%", now, "", "")
                        copy.write_row((now, nobody, nobody, 0, f"floor-{n}-{row}", *told))
            connection.commit()
            taken.append((time.perf_counter() - began) * 1000)
    return taken


# --- figures -------------------------------------------------------------------------------------


def report(count: int, measured: Measured, one: list[float]) -> None:
    for name, times in (("", measured.screen_ms), ("-ack", measured.ack_ms)):
        for percent in (50, 99):
            beside = at(one, percent)
            words = f"COPY and commit of one message's rows, p{percent}: {beside:.2f} ms"
            show(f"live{name}-p{percent}-{count}", at(times, percent), "ms", words, beside)
    show(f"live-max-{count}", max(measured.screen_ms), "ms", None, None)
    rate = len(measured.ack_ms) / measured.cost.seconds
    show(f"live-rate-{count}", rate, "messages/s", f"asked for: {count} messages/s", count)
    for name, value in (("late", measured.late), ("refused", measured.refused), ("unseen", measured.unseen)):
        show(f"live-{name}-{count}", value, f"of {measured.sent} messages", None, None)
    costs(str(count), measured.cost)
    show(
        f"live-us-{count}", measured.cost.live / rate * 1e6, "microseconds of CPU a message, live", None, None
    )


def costs(name: str, cost: Cost) -> None:
    for part, share in (
        ("live", cost.live),
        ("database", cost.database),
        ("monitors and screens", cost.callers),
        ("taken by the machine's host for others", cost.stolen),
    ):
        show(f"live-cpu-{name}, {part}", share * 100, "% of a core", None, None)
    show(f"live-memory-{name}", cost.memory, "MiB, the live process", None, None)


def at(times: list[float], percent: int) -> float:
    return quantiles(times, n=100)[percent - 1]


def show(name: str, value: float, unit: str, against: str | None, beside: float | None) -> None:
    ratio = round(value / beside, 2) if beside else None
    print(
        json.dumps(
            {"name": name, "value": round(value, 2), "unit": unit, "against": against, "ratio": ratio}
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
