"""Monitors at 1 Hz over MLLP to screens over SSE, through the record: latency and rate, against the disk's own floor.

The floor is the same rows written by COPY, committed with the same fsync, by the same database in the same run: what no
program in front of it can beat. One JSON line a figure: name, value, unit, against, ratio (ours / floor for times, ours
/ floor for rates).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import quantiles
from typing import Any

SERVE = "from ataraxy.clinic import env; from ataraxy.live.server import run; run(env.read())"
SESSIONS_A_COURSE = 6
VALUES = 8
FLOOD_CONNECTIONS = 64
WARM_S, SETTLE_S = (
    10.0,
    4.0,
)  # the rooms begin one after the other; each one's first values are charted at once
COPY = (
    "COPY treat_sample (received_at, clinic_id, session_id, monitor_id, message_id, measure, value, unit,"
    " device_at, absent, original) FROM STDIN"
)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 45 s")
    parser.add_argument("--sessions", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=0)
    told = parser.parse_args()
    seconds = told.seconds or (6 if told.quick else 65)
    with tempfile.TemporaryDirectory(prefix="atx-bench-") as folder:
        Path(folder).chmod(0o755)
        with database(Path(folder) / "home") as urls:
            sessions, cookie = seed(told.sessions)
            with live() as (mllp, http, pid):
                steady = asyncio.run(one_hertz(sessions, cookie, mllp, http, seconds, pid))
                flood = asyncio.run(flooded(sessions[:FLOOD_CONNECTIONS], mllp, 2 if told.quick else 10))
            one, many = floor(urls, 1, 300), floor(urls, FLOOD_CONNECTIONS, 30)
    report(told.sessions, steady, flood, one, many)


# --- a clinic ------------------------------------------------------------------------------------


@contextmanager
def database(home: Path) -> Iterator[str]:
    from ataraxy.clinic.database.embedded import Embedded
    from ataraxy.clinic.database.migrate import migrate
    from ataraxy.clinic.database.roles import provision

    os.environ |= {"ATARAXY_HOME": str(home), "DJANGO_SETTINGS_MODULE": "ataraxy.clinic.settings"}
    os.environ.pop("DATABASE_URL", None)
    server = Embedded(home)
    server.start()
    try:
        urls = provision(server)
        migrate(urls.owner)
        yield urls.app
    finally:
        from django.db import connections

        connections.close_all()
        server.stop()


@dataclass
class Bedside:
    """One session and its monitor."""

    id: uuid.UUID
    bed: str
    sent: int = 0

    def message(self) -> tuple[str, bytes]:
        """A message of eight values told now; the cuff's is as old as a cuff's mostly is."""
        from ataraxy.interop.hl7v2.pcd01 import render_oru
        from ataraxy.live.mllp import frame
        from ataraxy.live.monitor import DemoMonitor, continuous_values, cuff_values, report
        from ataraxy.live.physiology import Baseline, vitals_at

        self.sent += 1
        now = datetime.now(UTC)
        vitals = vitals_at(self.sent / 60, Baseline(), hash(self.bed) % 1000)
        every, turn = 300, int(self.bed) * 7 % 300  # a cuff every five minutes, each room at its own time
        cuffed = datetime.fromtimestamp((now.timestamp() - turn) // every * every + turn, UTC)
        values = (*continuous_values(vitals, now), *cuff_values(vitals, cuffed))
        control_id = f"{self.bed}-{self.sent}-{os.getpid()}-{time.monotonic_ns() % 10**9}"
        return control_id, frame(
            render_oru(report(DemoMonitor(bed=self.bed), control_id, now, values)).encode()
        )


def seed(count: int) -> tuple[list[Bedside], str]:
    """A demo clinic with ``count`` bound sessions, and a nurse's log-in."""
    import django

    django.setup()
    from django.db import transaction
    from django.test import Client

    from ataraxy.clinic.people.models import Clinic, Staff, User

    with transaction.atomic():
        clinic = Clinic.objects.create(name="Bench Clinic", zone="UTC", is_demo=True)
        user = User.objects.create(email="nurse@example.org", password="!")
        nurse = Staff.objects.create(clinic=clinic, user=user, name="Nurse", roles=["nurse", "director"])
        sessions = _book(clinic, nurse, count)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return sessions, client.cookies["sessionid"].value


def _book(clinic: Any, nurse: Any, count: int) -> list[Bedside]:
    from dataclasses import replace

    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.context import staff_context
    from ataraxy.clinic.people.models import Patient, Room
    from ataraxy.clinic.plan.models import ActivatedProtocol, Course, Session
    from ataraxy.clinic.plan.shelf import shelf
    from ataraxy.clinic.treat.models import Monitor
    from ataraxy.clinic.treat.record import append_session, open_session
    from ataraxy.core.session.events import MonitorBound, PatientArrived

    ctx = staff_context(nurse)
    ctx = replace(ctx, now=ctx.now - timedelta(minutes=30))
    shipped = next(s for s in shelf() if s.protocol.id == "iv-racemic-0.5")
    protocol = ActivatedProtocol.objects.create(
        clinic=clinic,
        protocol_id=shipped.protocol.id,
        version=shipped.protocol.version,
        sha256=shipped.protocol.sha256,
        text=shipped.text,
        activated_at=ctx.now,
        activated_by=nurse,
    )
    found, course = [], None
    for n in range(count):
        if n % SESSIONS_A_COURSE == 0:
            patient = Patient.objects.create(
                clinic=clinic,
                record_number=f"B-{n}",
                given_name="A",
                family_name="B",
                birth_date=date(1980, 1, 1),
                sex="other",
            )
            course = Course.objects.create(
                id=uuid.uuid4(),
                clinic=clinic,
                patient=patient,
                protocol=protocol,
                disorder="ptsd",
                started_at=ctx.now,
            )
        assert course is not None
        session = Session.objects.create(
            id=uuid.uuid4(),
            clinic=clinic,
            patient=course.patient,
            course=course,
            room=Room.objects.create(clinic=clinic, name=f"Room {n}"),
            number=n % SESSIONS_A_COURSE + 1,
            during=(ctx.now, ctx.now + timedelta(hours=4)),
        )
        open_session(ctx, session)
        device = f"ATARAXY/DEMO/{n}"
        Monitor.objects.create(clinic=clinic, device=device, label=f"Monitor {n}")
        append_session(ctx, session.id, Entry(PatientArrived()), Entry(MonitorBound(device)))
        found.append(Bedside(session.id, str(n)))
    return found


# --- the live process and those who call it ------------------------------------------------------


@contextmanager
def live() -> Iterator[tuple[int, int, int]]:
    """The live process on free ports."""
    mllp, http = free_port(), free_port()
    environ = os.environ | {"ATARAXY_MLLP_BIND": f"127.0.0.1:{mllp}", "ATARAXY_LIVE_PORT": str(http)}
    process = subprocess.Popen([sys.executable, "-c", SERVE], env=environ)
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", http), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        if process.poll() is not None:
            raise SystemExit("the live process did not start")
        yield mllp, http, process.pid
    finally:
        process.terminate()
        process.wait(15)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Measured:
    """Milliseconds from writing a message to the socket until the screen, and until its acknowledgement."""

    screen_ms: list[float] = field(default_factory=list)
    ack_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0
    warm: float = 0.0  # on the loop's clock: from here on it counts
    cpu: float = 0.0  # of one core, by the live process

    @property
    def rate(self) -> float:
        return len(self.ack_ms) / self.seconds


async def one_hertz(
    sessions: list[Bedside], cookie: str, mllp: int, http: int, seconds: float, pid: int
) -> Measured:
    """Every session at 1 Hz, a screen at every tenth. The rooms begin one after the other before it counts."""
    measured = Measured()
    screens = [asyncio.create_task(watch(s, cookie, http, measured)) for s in sessions[::10]]
    clock = asyncio.get_running_loop().time
    measured.warm = clock() + WARM_S + SETTLE_S
    share = WARM_S / len(sessions)
    senders = asyncio.gather(
        *(speak(s, mllp, measured, n * share, measured.warm, seconds) for n, s in enumerate(sessions))
    )
    await asyncio.sleep(measured.warm - clock())
    began, cpu = time.monotonic(), cpu_seconds(pid)
    await senders
    measured.cpu = (cpu_seconds(pid) - cpu) / (time.monotonic() - began)
    measured.seconds = seconds
    for screen in screens:
        screen.cancel()
    await asyncio.gather(*screens, return_exceptions=True)
    return measured


async def speak(
    session: Bedside, port: int, measured: Measured, phase: float, warm: float, seconds: float
) -> None:
    """A monitor: a message a second, each acknowledged before the next; counted from ``warm`` on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    clock = asyncio.get_running_loop().time
    tick = clock() + phase
    while tick < warm + seconds:
        await asyncio.sleep(max(0.0, tick - clock()))
        taken = await exchange(session, reader, writer)
        if tick >= warm:
            measured.ack_ms.append(taken)
        tick += 1
    writer.close()


async def exchange(session: Bedside, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
    control_id, framed = session.message()
    sent = time.perf_counter()
    writer.write(framed)
    answer = await reader.readuntil(b"\x1c\r")
    taken = (time.perf_counter() - sent) * 1000
    if b"|CA|" not in answer or control_id.encode() not in answer:
        raise SystemExit(f"not acknowledged: {answer!r}")
    return taken


async def watch(session: Bedside, cookie: str, port: int, measured: Measured) -> None:
    """A screen: how old the newest oxygen saturation is when it arrives."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = f"/live/session/{session.id}/events"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={cookie}\r\n\r\n".encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise SystemExit(f"the screen was refused: {status!r}")
    seen, clock = "", asyncio.get_running_loop().time
    while line := await reader.readline():
        if not line.startswith(b"data: "):
            continue
        arrived = datetime.now(UTC)
        values = json.loads(line[6:])["values"]
        at = next((v["at"] for v in values if v["measure"] == "spo2"), seen)
        if at != seen and clock() > measured.warm + 1:
            measured.screen_ms.append((arrived - datetime.fromisoformat(at)).total_seconds() * 1000)
        seen = at


async def flooded(sessions: list[Bedside], port: int, seconds: float) -> Measured:
    """As fast as it is acknowledged, on every connection."""
    measured = Measured(seconds=seconds)

    async def flood(session: Bedside) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            measured.ack_ms.append(await exchange(session, reader, writer))
        writer.close()

    await asyncio.gather(*(flood(session) for session in sessions))
    return measured


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# --- the floor -----------------------------------------------------------------------------------


def floor(url: str, messages: int, commits: int) -> list[float]:
    """Milliseconds of each commit of so many messages' rows, by COPY alone."""
    import psycopg

    now, nobody = datetime.now(UTC), uuid.uuid4()
    taken = []
    with psycopg.connect(url) as connection:
        for n in range(commits):
            began = time.perf_counter()
            with connection.cursor() as cursor, cursor.copy(COPY) as copy:
                for row in range(messages * VALUES):
                    told = ("spo2", Decimal(97), "%", now, "", "")
                    copy.write_row((now, nobody, nobody, 0, f"floor-{n}-{row}", *told))
            connection.commit()
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def report(count: int, steady: Measured, flood: Measured, one: list[float], many: list[float]) -> None:
    words = f"{count} sessions at 1 Hz"
    for name, times in (("to screen", steady.screen_ms), ("to acknowledgement", steady.ack_ms)):
        for percent in (50, 99):
            beside = at(one, percent)
            words_beside = f"COPY and commit of one message's {VALUES} rows, p{percent}: {beside:.2f} ms"
            show(f"{words}, socket in {name}, p{percent}", at(times, percent), "ms", words_beside, beside)
    show(f"{words}, acknowledged", steady.rate, "messages/s", f"sent: {count} messages/s", count)
    show(f"{words}, live process", steady.cpu * 100, "% of a core", None, None)
    best = FLOOD_CONNECTIONS / (at(many, 50) / 1000)
    words_beside = f"COPY and commit of {FLOOD_CONNECTIONS} messages' rows at a time: {best:.0f} messages/s"
    show(
        f"{FLOOD_CONNECTIONS} monitors, as fast as acknowledged", flood.rate, "messages/s", words_beside, best
    )


def at(times: list[float], percent: int) -> float:
    return quantiles(times, n=100)[percent - 1]


def show(name: str, value: float, unit: str, against: str | None, beside: float | None) -> None:
    ratio = round(value / beside, 2) if beside else None
    print(
        json.dumps({"name": name, "value": round(value, 2), "unit": unit, "against": against, "ratio": ratio})
    )


if __name__ == "__main__":
    main()
