"""A real live process on free ports, a real database, and a demo ward whose monitors are bound."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.core.protocol.types import Measure
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.interop.hl7v2.pcd01 import observation, render_oru
from ataraxy.live.mllp import Framer, frame

CANARY = "Quillfeather"


# --- the people and the rooms --------------------------------------------------------------------


@dataclass
class Ward:
    """A clinic in the test's own database."""

    clinic: Any
    director: Any
    protocol: Any
    beds: int = 0
    staff: dict[str, Any] = field(default_factory=dict)

    def employ(self, role: str) -> Any:
        """A member of staff of this clinic, logged in to nothing."""
        from ataraxy.clinic.people.models import Staff, User

        if role not in self.staff:
            user = User.objects.create(email=f"{role}-{uuid.uuid4().hex[:8]}@example.org", password="!")
            self.staff[role] = Staff.objects.create(clinic=self.clinic, user=user, name=role, roles=[role])
        return self.staff[role]

    def context(self, role: str = "nurse", ago: timedelta = timedelta(0)) -> Any:
        from ataraxy.clinic.context import staff_context

        ctx = staff_context(self.employ(role))
        return replace(ctx, now=ctx.now - ago)

    def session(self, *, bound: bool = True) -> Bed:
        """A patient who has arrived, in a room of their own, with a monitor."""
        from ataraxy.clinic.audit.append import Entry
        from ataraxy.clinic.people.chart import open_chart
        from ataraxy.clinic.people.models import Patient, Room
        from ataraxy.clinic.plan.models import Course, Session
        from ataraxy.clinic.treat.models import Monitor
        from ataraxy.clinic.treat.record import append_session, open_session
        from ataraxy.core.chart.events import ChartOpened
        from ataraxy.core.session.events import MonitorBound, PatientArrived

        self.beds += 1
        number = f"R-{self.beds:04d}"
        before = self.context(ago=timedelta(minutes=30))
        patient = Patient.objects.create(
            clinic=self.clinic,
            record_number=number,
            given_name="Canary",
            family_name=CANARY,
            birth_date=date(1986, 4, 12),
            sex="female",
        )
        open_chart(before, patient, ChartOpened("Dr Lane", "treatment-resistant"))
        course = Course.objects.create(
            id=uuid.uuid4(),
            clinic=self.clinic,
            patient=patient,
            protocol=self.protocol,
            disorder="ptsd",
            started_at=before.now,
        )
        session = Session.objects.create(
            id=uuid.uuid4(),
            clinic=self.clinic,
            patient=patient,
            course=course,
            room=Room.objects.create(clinic=self.clinic, name=f"Room {self.beds}"),
            number=1,
            during=(before.now, before.now + timedelta(hours=4)),
        )
        open_session(before, session)
        append_session(before, session.id, Entry(PatientArrived()))
        bed = Bed(str(self.beds), number, session.id, patient.id, self)
        Monitor.objects.create(clinic=self.clinic, device=bed.device, label=f"Monitor {bed.name}")
        if bound:
            append_session(
                self.context(ago=timedelta(minutes=10)), session.id, Entry(MonitorBound(bed.device))
            )
        return bed


@dataclass
class Bed:
    """One session and its monitor, and what its monitor says."""

    name: str
    record_number: str
    session: uuid.UUID
    patient: uuid.UUID
    ward: Ward
    sent: int = 0
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def device(self) -> str:
        return f"ATARAXY/DEMO/{self.name}"

    def says(self, *values: tuple[Measure, float] | Any, at: datetime | None = None, **changes: Any) -> bytes:
        """A message: ``(measure, number)`` pairs or wire values, told ``at`` (now)."""
        moment = at or datetime.now(UTC)
        self.sent += 1
        told = tuple(
            observation(v[0], Decimal(str(v[1])), moment, sub_id=f"1.{i}", flags=("DEMO",))
            if isinstance(v, tuple)
            else v
            for i, v in enumerate(values)
        )
        report = ParsedOru(
            control_id=f"{self.run}-{self.sent}",
            sent_at=datetime.now(UTC),
            sending_application=("ATARAXY", "DEMO"),
            sending_facility=("DEMO",),
            processing_id="T",
            version="2.6",
            accept_ack="AL",
            application_ack="NE",
            patient_id="",
            place=self.name,
            values=told,
        )
        return render_oru(replace(report, **changes)).encode()

    def cuff(self, systolic: float, diastolic: float, at: datetime | None = None) -> Sequence[Any]:
        """Wire values of one inflation, with their own time."""
        moment = at or datetime.now(UTC)
        return [
            observation(
                measure, Decimal(str(value)), moment, sub_id=f"9.{i}", flags=("DEMO",), aperiodic=True
            )
            for i, (measure, value) in enumerate(
                ((Measure.SYSTOLIC, systolic), (Measure.DIASTOLIC, diastolic))
            )
        ]

    def samples(self) -> list[Any]:
        from ataraxy.clinic.treat.models import Sample

        return list(Sample.objects.filter(session_id=self.session).order_by("id"))

    def vitals(self) -> list[Any]:
        """The charted values, in the order of the record."""
        from ataraxy.clinic.treat.record import session_events
        from ataraxy.core.session.events import VitalRecorded

        return [e for e in session_events(self.session) if isinstance(e.payload, VitalRecorded)]


@pytest.fixture
def make_ward(own_database: str) -> Callable[..., Ward]:
    """make_ward(is_demo=True) -> a clinic with a director and an activated protocol."""

    def make(*, is_demo: bool = True, name: str = "Stillwater Clinic") -> Ward:
        from ataraxy.clinic.people.models import Clinic
        from ataraxy.clinic.plan.models import ActivatedProtocol
        from ataraxy.clinic.plan.shelf import shelf

        clinic = Clinic.objects.create(name=name, zone="America/New_York", is_demo=is_demo)
        ward = Ward(clinic, None, None)
        ward.director = ward.employ("director")
        shipped = next(s for s in shelf() if s.protocol.id == "iv-racemic-0.5")
        ward.protocol = ActivatedProtocol.objects.create(
            clinic=clinic,
            protocol_id=shipped.protocol.id,
            version=shipped.protocol.version,
            sha256=shipped.protocol.sha256,
            text=shipped.text,
            activated_at=datetime.now(UTC) - timedelta(days=40),
            activated_by=ward.director,
        )
        return ward

    return make


@pytest.fixture
def ward(make_ward: Callable[..., Ward]) -> Ward:
    return make_ward()


# --- the live process ----------------------------------------------------------------------------


class Live:
    """The live process in a thread of its own, with its own event loop."""

    def __init__(self, environment: Any, make_writer: Any = None, check_every_s: float = 30.0) -> None:
        self._environment = environment
        self._make_writer = make_writer
        self._check_every_s = check_every_s
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = self.http_port = 0

    def start(self) -> Live:
        self._thread.start()
        assert self._ready.wait(20), "the live process did not start"
        if self._failed:
            raise self._failed
        return self

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._front.end)
        self._thread.join(15)
        assert not self._thread.is_alive(), "the live process did not stop"

    @property
    def viewers(self) -> int:
        """Who follows a session or the board now."""
        streams = self._front.config.app.routes[0].endpoint.__self__
        count: int = streams._rooms.count
        return count

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failed = error
        self._ready.set()

    async def _serve(self) -> None:
        from ataraxy.live.server import serving

        self._loop = asyncio.get_running_loop()
        async with serving(self._environment, self._make_writer, self._check_every_s) as (front, port):
            self._front, self.port = front, port
            serving_task = asyncio.create_task(front.serve())
            while not front.started:
                await asyncio.sleep(0.01)
            self.http_port = front.servers[0].sockets[0].getsockname()[1]
            self._ready.set()
            await serving_task


@pytest.fixture
def start_live(server: Any, own_database: str) -> Iterator[Callable[..., Live]]:
    """start_live(...) -> a live process on this test's database; stopped at the end."""
    started: list[Live] = []

    def start(peers: str = "", which: int = 1, of: int = 1, **more: Any) -> Live:
        """``which`` of so many processes; each on ports of its own here, so that a test chooses whom it calls."""
        from dataclasses import replace

        from ataraxy.clinic import env

        environment = env.read(
            {
                "ATARAXY_HOME": os.environ["ATARAXY_HOME"],
                "DATABASE_URL": server.url("ataraxy_app", own_database),
                "ATARAXY_LIVE_PORT": "0",
                "ATARAXY_MLLP_BIND": "127.0.0.1:0",
                "ATARAXY_MLLP_PEERS": peers,
                "ATARAXY_LIVE_PROCESSES": str(of),
            }
        )
        started.append(Live(replace(environment, live_process=which), **more).start())
        return started[-1]

    yield start
    for live in started:
        live.stop()


@pytest.fixture
def live(start_live: Callable[..., Live]) -> Live:
    return start_live()


# --- those who call it ---------------------------------------------------------------------------


class Caller:
    """A monitor's end of an MLLP connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._framer = Framer()
        self._answers: list[bytes] = []

    def send(self, *messages: bytes) -> None:
        self.socket.sendall(b"".join(frame(message) for message in messages))

    def answer(self) -> list[str]:
        """The MSA of the next acknowledgement: code, control id, words."""
        while not self._answers:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("the listener closed the connection")
            self._answers += [f for f in self._framer.feed(data) if isinstance(f, bytes)]
        text = self._answers.pop(0).decode()
        return next(line for line in text.split("\r") if line.startswith("MSA")).split("|")[1:]

    def tell(self, message: bytes) -> str:
        """Send one message; the code of its acknowledgement."""
        self.send(message)
        return self.answer()[0]

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def call() -> Iterator[Callable[[Live], Caller]]:
    """call(live) -> a connection as a monitor makes it."""
    callers: list[Caller] = []

    def make(live: Live) -> Caller:
        callers.append(Caller(live.port))
        return callers[-1]

    yield make
    for caller in callers:
        caller.close()


class Screen:
    """A browser's end of an event stream."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"Cookie": f"sessionid={cookie}"} if cookie else {}
        self._connection.request("GET", path, headers=headers)
        self.response = self._connection.getresponse()
        self.status = self.response.status

    def state(self) -> dict[str, Any]:
        """The next event ``state``; EOFError when the stream has ended."""
        name = ""
        while line := self.response.readline():
            words = line.decode().rstrip("\n")
            if words.startswith("event: "):
                name = words.removeprefix("event: ")
            elif words.startswith("data: ") and name == "state":
                found: dict[str, Any] = json.loads(words.removeprefix("data: "))
                return found
        raise EOFError("the stream ended")

    def state_with(self, fits: Callable[[dict[str, Any]], Any], seconds: float = 8) -> dict[str, Any]:
        """The first state that fits."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if fits(state := self.state()):
                return state
        raise AssertionError("no such state came")

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def look() -> Iterator[Callable[..., Screen]]:
    """look(live, path, staff) -> an open stream, as the browser of that member of staff (None: nobody's)."""
    screens: list[Screen] = []

    def open_stream(live: Live, path: str, staff: Any = None) -> Screen:
        screens.append(Screen(live.http_port, path, cookie_of(staff) if staff else ""))
        return screens[-1]

    yield open_stream
    for screen in screens:
        screen.close()


def cookie_of(staff: Any) -> str:
    """A real log-in's session cookie."""
    from django.test import Client

    client = Client()
    client.force_login(staff.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies["sessionid"].value


@pytest.fixture
def cookie() -> Callable[[Any], str]:
    """cookie(staff) -> the session cookie of a real log-in."""
    return cookie_of


@pytest.fixture
def until() -> Callable[..., Any]:
    """until(question) -> its first true answer within a few seconds."""

    def wait(question: Callable[[], Any], seconds: float = 5) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if answer := question():
                return answer
            time.sleep(0.02)
        raise AssertionError("it did not happen")

    return wait
