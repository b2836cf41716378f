"""Run as a program: the monitors and the screens of a ward, in a process of their own.

Reads what to do from standard input (JSON), writes what it measured to standard output (JSON). Every monitor sends a
message a second at its own moment of the second; every session has one screen. A message counts as shown when the
screen has received the whole of a state that holds it or a newer one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

END = b"\x1c\r"
AT_ONCE = 40  # screens opened at the same time
CUFF_EVERY_S = 300


# --- what a monitor says -------------------------------------------------------------------------


class Script:
    """Messages by filling in a form: a monitor's own work must not cost what the record costs."""

    def __init__(self) -> None:
        self.short, self.long = self._form(cuff=False), self._form(cuff=True)

    @staticmethod
    def _form(*, cuff: bool) -> bytes:
        from ataraxy.core.protocol.types import Measure
        from ataraxy.interop.hl7v2.moment import render_moment
        from ataraxy.interop.hl7v2.oru import ParsedOru
        from ataraxy.interop.hl7v2.pcd01 import observation, render_oru

        at = datetime(2001, 2, 3, 4, 5, 6, 700, UTC)
        told: list[tuple[Any, int]] = [
            (Measure.HEART_RATE_ECG, 111111),
            (Measure.SPO2, 222222),
            (Measure.RESPIRATORY_RATE, 333333),
        ]
        cuffed = [(Measure.SYSTOLIC, 444444), (Measure.DIASTOLIC, 555555), (Measure.MEAN_PRESSURE, 666666)]
        values = [
            observation(m, Decimal(v), at, sub_id=f"1.{i}", flags=("DEMO",)) for i, (m, v) in enumerate(told)
        ]
        if cuff:
            values += [
                observation(m, Decimal(v), at, sub_id=f"2.{i}", flags=("DEMO",), aperiodic=True)
                for i, (m, v) in enumerate(cuffed)
            ]
        report = ParsedOru(
            "CONTROLID",
            at,
            ("ATARAXY", "DEMO"),
            ("DEMO",),
            "T",
            "2.6",
            "AL",
            "NE",
            "",
            "BEDNAME",
            tuple(values),
        )
        text = render_oru(report)
        text = text.replace("%", "%%")
        for name, mark in (("CONTROLID", "id"), ("BEDNAME", "bed"), (render_moment(at), "at")):
            assert name in text
            text = text.replace(name, f"%({mark})s")
        for number, mark in (
            (111111, "hr"), (222222, "spo2"), (333333, "rr"), (444444, "sys"), (555555, "dia"), (666666, "map"),
        ):  # fmt: skip
            text = text.replace(str(number), f"%({mark})d")
        return b"\x0b" + text.encode() + END

    def message(self, bed: str, number: int, now: datetime, cuff: bool) -> tuple[bytes, bytes]:
        """(control id, frame)."""
        control = f"{bed}-{number}-{now.microsecond // 1000}".encode()
        stamp = now.strftime("%Y%m%d%H%M%S.") + f"{now.microsecond // 1000:03d}0+0000"
        filled = {
            b"id": control,
            b"bed": bed.encode(),
            b"at": stamp.encode(),
            b"hr": 66 + number % 7,
            b"spo2": 97 + number % 2,
            b"rr": 13 + number % 3,
            b"sys": 122 + number % 9,
            b"dia": 76 + number % 5,
            b"map": 92,
        }
        return control, (self.long if cuff else self.short) % filled


# --- those who talk and look ---------------------------------------------------------------------


@dataclass
class Told:
    """What was measured, in milliseconds, and what went wrong."""

    screen_ms: list[float] = field(default_factory=list)
    ack_ms: list[float] = field(default_factory=list)
    sent: int = 0
    late: int = 0  # the message before was not acknowledged yet
    refused: int = 0
    unseen: int = 0
    counting: bool = False


class Monitor(asyncio.Protocol):
    """A monitor's connection: one message in flight."""

    def __init__(self, bed: str, told: Told) -> None:
        self.bed, self.told = bed, told
        self.control, self.sent_at, self.number = b"", 0.0, 0
        self.tail = b""
        self.waiting: deque[tuple[str, float]] = deque()  # the screen has yet to show these
        self.closed_loop: Any = None
        self.counted = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def say(self, script: Script, cuff: bool) -> None:
        if self.control:
            self.told.late += self.told.counting
            return
        now = datetime.now(UTC)
        self.number += 1
        self.control, framed = script.message(self.bed, self.number, now, cuff)
        self.counted = self.told.counting
        self.told.sent += self.counted
        self.sent_at = time.perf_counter()
        self.waiting.append(
            (now.isoformat(timespec="milliseconds")[:23], self.sent_at if self.counted else 0.0)
        )
        self.transport.write(framed)

    def data_received(self, data: bytes) -> None:
        self.tail += data
        if not self.tail.endswith(END):
            return
        answer, self.tail = self.tail, b""
        if b"MSA|CA|" + self.control not in answer:
            self.told.refused += 1
        if self.counted:
            self.told.ack_ms.append((time.perf_counter() - self.sent_at) * 1000)
        self.control = b""
        if self.closed_loop:
            self.closed_loop(self)


class Screen(asyncio.Protocol):
    """A browser's end of a session's events."""

    def __init__(self, session: str, cookie: str, monitor: Monitor, told: Told) -> None:
        self.request = (
            f"GET /live/session/{session}/events HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={cookie}\r\n\r\n"
        ).encode()
        self.monitor, self.told, self.held = monitor, told, b""
        self.open = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if not self.open.done() and b"\r\n\r\n" in self.held + data:
            self.open.set_result((self.held + data).split(b" ", 2)[1])
        self.held += data
        if b"\n\n\r\n" not in self.held[-6:] and not self.held.endswith(b"\n\n"):
            return
        state, self.held = self.held, b""
        arrived = time.perf_counter()
        place = state.rfind(b'"measure":"spo2"')
        if place < 0:
            return
        at = state.find(b'"at":"', place) + 6
        shown = state[at : at + 23].decode()
        while self.monitor.waiting and self.monitor.waiting[0][0] <= shown:
            _, sent_at = self.monitor.waiting.popleft()
            if sent_at:
                self.told.screen_ms.append((arrived - sent_at) * 1000)

    def connection_lost(self, _why: Exception | None) -> None:
        if not self.open.done():
            self.open.set_result(b"lost")


async def ward(job: dict[str, Any]) -> Told:
    """Everybody connects; a warm-up that does not count; then ``seconds`` that do."""
    told, script, loop = Told(), Script(), asyncio.get_running_loop()
    monitors: list[Monitor] = []
    for _, bed in job["sessions"]:
        _, monitor = await loop.create_connection(
            lambda bed=bed: Monitor(bed, told), "127.0.0.1", job["mllp"]
        )
        monitors.append(monitor)
    if job.get("flood"):
        return await flood(monitors, script, told, job["seconds"])
    await open_screens(job, monitors, told)
    print("ready", file=sys.stderr, flush=True)
    begun = time.monotonic()
    count, share = len(monitors), 1.0 / len(monitors)
    turn = 0
    while (now := time.monotonic()) < begun + job["warm_s"] + job["seconds"]:
        if not told.counting and now >= begun + job["warm_s"]:
            told.counting = True
            print("counting", file=sys.stderr, flush=True)
        due = int((now - begun) / share)
        while turn < due:
            second, n = divmod(turn, count)
            cuff = (second + n) % CUFF_EVERY_S == 0
            monitors[n].say(script, cuff)
            turn += 1
        await asyncio.sleep(max(0.0005, begun + (turn + 1) * share - time.monotonic()))
    told.counting = False
    print("counted", file=sys.stderr, flush=True)
    await asyncio.sleep(1.5)
    told.unseen = sum(sent > 0 for m in monitors for _, sent in m.waiting)
    return told


async def open_screens(job: dict[str, Any], monitors: list[Monitor], told: Told) -> None:
    room, loop = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()

    async def open_one(session: str, monitor: Monitor) -> None:
        async with room:
            _, screen = await loop.create_connection(
                lambda: Screen(session, job["cookie"], monitor, told), "127.0.0.1", job["http"]
            )
            status = await screen.open
            if status != b"200":
                raise SystemExit(f"a screen was refused: {status!r}")

    await asyncio.gather(
        *(open_one(session, m) for (session, _), m in zip(job["sessions"], monitors, strict=True))
    )


async def flood(monitors: list[Monitor], script: Script, told: Told, seconds: float) -> Told:
    """As fast as it is acknowledged, on every connection."""
    told.counting = True
    print("counting", file=sys.stderr, flush=True)
    for monitor in monitors:
        monitor.closed_loop = lambda m: m.say(script, False)
        monitor.say(script, False)
    await asyncio.sleep(seconds)
    for monitor in monitors:
        monitor.closed_loop = None
    told.counting = False
    print("counted", file=sys.stderr, flush=True)
    await asyncio.sleep(1)
    return told


def main() -> None:
    job = json.load(sys.stdin)
    began = time.process_time()
    told = asyncio.run(ward(job))
    json.dump(
        {
            "screen_ms": told.screen_ms,
            "ack_ms": told.ack_ms,
            "sent": told.sent,
            "late": told.late,
            "refused": told.refused,
            "unseen": told.unseen,
            "cpu_s": time.process_time() - began,
            "pid": os.getpid(),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
