"""Run as a program: the monitors and the screens of a ward, in a process of their own.

Reads what to do from standard input (JSON), writes what it measured to standard output (JSON). Every monitor sends a
message a second at its own moment of the second; every session has one screen. A message counts as shown when the
screen has received the whole of a state that holds it or a newer one.

Sockets and one epoll, nothing between: what the monitors and screens themselves cost is taken from what is measured.
"""

from __future__ import annotations

import json
import os
import resource
import select
import socket
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
        clock = now.isoformat(timespec="milliseconds")
        stamp = f"{clock[:4]}{clock[5:7]}{clock[8:10]}{clock[11:13]}{clock[14:16]}{clock[17:23]}0+0000"
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


class Monitor:
    """A monitor's connection: one message in flight."""

    def __init__(self, bed: str, port: int, told: Told) -> None:
        self.bed, self.told, self.line = bed, told, dial(port)
        self.control, self.sent_at, self.number = b"", 0.0, 0
        self.tail = b""
        self.waiting: deque[tuple[bytes, float]] = deque()  # the screen has yet to show these
        self.closed_loop: Any = None
        self.counted = False

    def say(self, script: Script, cuff: bool) -> None:
        if self.control:
            self.told.late += self.told.counting
            return
        now = datetime.now(UTC)
        self.number += 1
        self.control, framed = script.message(self.bed, self.number, now, cuff)
        self.counted = self.told.counting
        self.told.sent += self.counted
        shown = now.isoformat(timespec="milliseconds")[:23].encode()
        self.sent_at = time.perf_counter()
        self.waiting.append((shown, self.sent_at if self.counted else 0.0))
        if self.line.send(framed) != len(framed):
            raise SystemExit("a monitor's line is full although its last message was answered")

    def hear(self, data: bytes) -> None:
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

    def lost(self) -> None:
        """The next word to it will say so."""


class Screen:
    """A browser's end of a session's events."""

    def __init__(self, session: str, cookie: str, port: int, monitor: Monitor, told: Told) -> None:
        self.monitor, self.told, self.held, self.status, self.line = monitor, told, b"", b"", dial(port)
        self.line.send(
            f"GET /live/session/{session}/events HTTP/1.1\r\nHost: localhost\r\n"
            f"Cookie: sessionid={cookie}\r\n\r\n".encode()
        )

    def hear(self, data: bytes) -> None:
        self.held = self.held + data if self.held else data
        if not self.status and b"\r\n\r\n" in self.held:
            self.status = self.held.split(b" ", 2)[1]
        if not self.held.endswith((b"\n\n\r\n", b"\n\n")):
            return
        state, self.held = self.held, b""
        arrived = time.perf_counter()
        place = state.rfind(b'"measure":"spo2"')
        if place < 0:
            return
        at = state.find(b'"at":"', place) + 6
        shown, waiting = state[at : at + 23], self.monitor.waiting
        while waiting and waiting[0][0] <= shown:
            _, sent_at = waiting.popleft()
            if sent_at:
                self.told.screen_ms.append((arrived - sent_at) * 1000)

    def lost(self) -> None:
        self.status = self.status or b"lost"


def dial(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    line.setblocking(False)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


class Lines:
    """Every connection, and who hears what comes on it."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._ends: dict[int, Monitor | Screen] = {}

    def add(self, end: Monitor | Screen) -> None:
        self._ends[end.line.fileno()] = end
        self._poll.register(end.line, select.EPOLLIN)

    def listen(self, seconds: float) -> None:
        """Hear what is there, after waiting at most so long for the first."""
        for number, _ in self._poll.poll(max(0.0, seconds), 1024):
            end = self._ends[number]
            try:
                data = end.line.recv(65536)
            except BlockingIOError:
                continue
            except ConnectionError:
                data = b""
            if data:
                end.hear(data)
            else:
                self._poll.unregister(number)
                end.lost()

    def listen_until(self, end: float) -> None:
        while (left := end - time.monotonic()) > 0:
            self.listen(left)


def ward(job: dict[str, Any]) -> Told:
    """Everybody connects; a warm-up that does not count; then ``seconds`` that do."""
    told, script, lines = Told(), Script(), Lines()
    monitors = [Monitor(bed, job["mllp"], told) for _, bed in job["sessions"]]
    for monitor in monitors:
        lines.add(monitor)
    if job.get("flood"):
        return flood(lines, monitors, script, told, job["seconds"])
    open_screens(lines, job, monitors, told)
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
            monitors[n].say(script, (second + n) % CUFF_EVERY_S == 0)
            turn += 1
        lines.listen(max(0.0005, begun + (turn + 1) * share - time.monotonic()))
    told.counting = False
    print("counted", file=sys.stderr, flush=True)
    lines.listen_until(time.monotonic() + 1.5)
    told.unseen = sum(sent > 0 for m in monitors for _, sent in m.waiting)
    return told


def open_screens(lines: Lines, job: dict[str, Any], monitors: list[Monitor], told: Told) -> None:
    opening: list[Screen] = []
    left = deque(zip(job["sessions"], monitors, strict=True))
    while left or opening:
        while left and len(opening) < AT_ONCE:
            (session, _), monitor = left.popleft()
            opening.append(Screen(session, job["cookie"], job["http"], monitor, told))
            lines.add(opening[-1])
        lines.listen(1.0)
        refused = [screen.status for screen in opening if screen.status not in (b"", b"200")]
        if refused:
            raise SystemExit(f"a screen was refused: {refused[0]!r}")
        opening = [screen for screen in opening if not screen.status]


def flood(lines: Lines, monitors: list[Monitor], script: Script, told: Told, seconds: float) -> Told:
    """As fast as it is acknowledged, on every connection."""
    told.counting = True
    print("counting", file=sys.stderr, flush=True)
    for monitor in monitors:
        monitor.closed_loop = lambda m: m.say(script, False)
        monitor.say(script, False)
    lines.listen_until(time.monotonic() + seconds)
    for monitor in monitors:
        monitor.closed_loop = None
    told.counting = False
    print("counted", file=sys.stderr, flush=True)
    lines.listen_until(time.monotonic() + 1)
    return told


def enough_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    job = json.load(sys.stdin)
    began = time.process_time()
    enough_files()
    told = ward(job)
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
