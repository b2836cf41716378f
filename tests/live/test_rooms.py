"""A screen follows the record: what could not be read is read again, and what cannot be read is said."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.clinic.plan.shelf import shelf
from ataraxy.core.protocol.types import Disorder, Measure
from ataraxy.core.record.envelope import Envelope, Origin, Recorded
from ataraxy.core.session.events import MonitorBound, MonitorUnbound, PatientArrived, SessionOpened
from ataraxy.core.session.fold import fold_session
from ataraxy.live.told import Told

SESSION = uuid.UUID(int=21)
WITHIN_S = 5


class Screen:
    """Takes whatever it is shown."""

    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []

    def show(self, text: str, seq: int) -> bool:
        self.shown.append(json.loads(text))
        return True


class Asked:
    """The database: each question is answered by the next answer, the last for ever."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.count = list(answers), 0

    async def __call__(self, question: Any, *args: Any) -> Any:
        self.count += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def on_a_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it on a thread of its own, with its own event loop."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(asyncio.wait_for(work(), 2 * WITHIN_S))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


async def until(question: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not question():
            await asyncio.sleep(0.02)


@pytest.fixture
def loaded(django: None) -> Callable[[int], Any]:
    """loaded(n): the session as its first n entries tell it."""
    from ataraxy.live.rooms import Loaded

    protocol = next(s.protocol for s in shelf() if s.protocol.id == "iv-racemic-0.5")
    ids = (uuid.UUID(int=1), uuid.UUID(int=2))
    opened = SessionOpened(*ids, protocol.id, protocol.version, "x", Disorder.PTSD, 1, Decimal("0.5"))
    at = datetime.now(UTC) - timedelta(minutes=5)
    monitors = (MonitorBound("A"), MonitorUnbound("A"), MonitorBound("B"))
    payloads: tuple[Any, ...] = (opened, PatientArrived(), *monitors)
    log = [
        Recorded(Envelope(uuid.UUID(int=n), n, at, at, uuid.UUID(int=7), Origin.STAFF), payload)
        for n, payload in enumerate(payloads, start=1)
    ]
    return lambda count: Loaded(protocol, timedelta(0), fold_session(log[:count]))


def test_an_entry_that_could_not_be_read_is_read_again_until_it_is_shown(loaded: Any) -> None:
    """Hazard: the drug was started, the database hung for a second, and the screen says "start the dose" for an hour."""
    from django.db import OperationalError

    from ataraxy.live.rooms import Rooms

    async def work() -> None:
        rooms, screen = Rooms(Asked(loaded(1), OperationalError("away"), loaded(2))), Screen()  # type: ignore[arg-type]
        keeping = asyncio.ensure_future(rooms.keep_up())
        try:
            await rooms.look(SESSION, screen)
            rooms.written(SESSION)
            await until(lambda: bool(screen.shown) and screen.shown[-1]["seq"] == 2)
        finally:
            keeping.cancel()
            await rooms.close()

    on_a_loop(work)


def test_a_record_that_can_no_longer_be_read_is_said_beside_its_numbers(loaded: Any) -> None:
    """Hazard: the last verdict that could be worked out stays on the screen, as if it were now's."""
    from ataraxy.live.batch import Heard
    from ataraxy.live.rooms import Rooms

    now = datetime.now(UTC)
    told = Told(Measure.SPO2, Decimal(91), "%", now, now, own_time=True)

    async def work() -> None:
        answers = Asked(loaded(3), ValueError("an entry nobody knows"), loaded(4))
        rooms, screen = Rooms(answers), Screen()  # type: ignore[arg-type]
        await rooms.look(SESSION, screen)
        assert screen.shown[-1]["trouble"] == ""
        rooms.written(SESSION)
        await until(lambda: answers.count == 2)
        await asyncio.sleep(0)
        rooms.hear([Heard(SESSION, "Monitor 1", (told,), None, now, None)])
        await asyncio.sleep(0.1)
        for view in rooms._views.values():
            view.show(0.0)
        said = screen.shown[-1]
        assert said["trouble"] and said["stance"]["kind"] == "hold" and said["phase"] == "unknown"
        assert [(v["measure"], v["value"]) for v in said["values"]] == [("spo2", "91")]
        rooms.written(SESSION)
        await until(lambda: screen.shown[-1]["seq"] == 4)
        assert screen.shown[-1]["trouble"] == "" and screen.shown[-1]["phase"] == "arrival"
        await rooms.close()

    on_a_loop(work)


@pytest.mark.parametrize("entries", [4, 5])
def test_what_a_monitor_said_is_gone_once_it_is_unbound(loaded: Any, entries: int) -> None:
    """Hazard: it was the next bed's; the pressure of its patient stands on this screen for half an hour."""
    from ataraxy.live.batch import Heard
    from ataraxy.live.rooms import Rooms

    now = datetime.now(UTC)
    told = Told(Measure.SYSTOLIC, Decimal(196), "mmHg", now, now, own_time=True)

    async def work() -> None:
        rooms, screen = Rooms(Asked(loaded(3), loaded(entries))), Screen()  # type: ignore[arg-type]
        view = await rooms.look(SESSION, screen)
        rooms.hear([Heard(SESSION, "Monitor A", (told,), None, now, None)])
        view.show(0.0)
        assert [v["value"] for v in screen.shown[-1]["values"]] == ["196"]
        rooms.written(SESSION)
        await until(lambda: screen.shown[-1]["seq"] == entries)
        assert screen.shown[-1]["values"] == [] and screen.shown[-1]["monitor"] is None
        assert view.came == {}
        again = Heard(SESSION, "Monitor B", (told,), None, now, None)
        rooms.hear([again])
        view.show(0.0)
        assert bool(screen.shown[-1]["values"]) is (entries == 5)  # of the monitor that is bound now
        await rooms.close()

    on_a_loop(work)
