"""One session at the bedside, in a browser, with a monitor that speaks over MLLP: the pressure passes the limit and the
dose is paused and resumed; the link is cut; a message names another patient; discharge is refused, then allowed."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.interop.hl7v2.pcd01 import render_oru
from ataraxy.live.mllp import frame
from ataraxy.live.monitor import DemoMonitor, continuous_values, cuff_values, report
from ataraxy.live.physiology import Vitals

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

CALM = Vitals(*(Decimal(n) for n in (124, 78, 93, 72, 72, 14, 98)))
NUMBERS = itertools.count(1)


@dataclass
class Bed:
    """A monitor at one bed: every second what the probes tell, and a cuff pressure when it is taken."""

    port: int
    bed: str
    vitals: Vitals = CALM
    cuff: tuple[Any, ...] = ()
    silent: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def take(self, systolic: int, diastolic: int) -> None:
        """Inflate the cuff now."""
        self.vitals = replace(self.vitals, systolic_mmhg=Decimal(systolic), diastolic_mmhg=Decimal(diastolic))
        self.cuff = cuff_values(self.vitals, datetime.now(UTC))

    def message(self, patient: str = "") -> bytes:
        now = datetime.now(UTC)
        values = (*continuous_values(self.vitals, now), *self.cuff)
        told = report(DemoMonitor(bed=self.bed), f"bedside-{next(NUMBERS)}", now, values)
        return frame(render_oru(replace(told, patient_id=patient)).encode())

    def speak(self) -> None:
        """Until told otherwise, over one connection at a time, like a monitor."""
        while not self.done.is_set():
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=10) as line:
                while not self.done.wait(1):
                    if self.silent.is_set():
                        break
                    line.sendall(self.message())
                    line.recv(65536)
            self.done.wait(0.2)


@pytest.fixture(scope="module")
def play(house: Any) -> Any:
    """A clinic with its staff and rooms, one patient whose infusion began five minutes ago, watched by a monitor, and one
    who has arrived in the next room and stays."""
    from django.db import transaction

    from ataraxy.clinic.people.models import Role
    from ataraxy.clinic.treat.actions.monitor import bind
    from ataraxy.clinic.treat.record import protocol_of
    from ataraxy.demo import cast, stories
    from ataraxy.demo.bedside import Bedside, Script, admit, give
    from ataraxy.demo.clock import at, opening
    from ataraxy.demo.fill import _clinic, set_clock
    from ataraxy.demo.pathway import book_one

    now = opening(date.today())
    with transaction.atomic():
        play = _clinic(now - timedelta(days=120), 7)
        _, course = stories.planned(play, cast.LIVE, at(now.date(), 9))
        session = book_one(play, course, now.date(), now - timedelta(days=2), start=(9, 30))
        bind(
            play.as_(Role.NURSE, now - timedelta(minutes=45)), session.id, cast.monitor_of(play.rooms[0].name)
        )
        here = Bedside(play, session, cast.LIVE, now - timedelta(minutes=5), Script())
        from ataraxy.clinic.plan.models import Session

        admit(here, protocol_of(Session.objects.select_related("course__protocol").get(id=session.id)))
        give(here)
        _, other = stories.planned(play, cast.SILENT, at(now.date(), 9))
        beside = book_one(play, other, now.date(), now - timedelta(days=2), room=1, start=(9, 30))
        waiting = Session.objects.select_related("course__protocol").get(id=beside.id)
        admit(Bedside(play, beside, cast.SILENT, now - timedelta(minutes=5), Script()), protocol_of(waiting))
    set_clock(play.clinic, now, datetime.now(UTC))
    return here


@pytest.fixture
def bed(house: Any, play: Any) -> Iterator[Bed]:
    bed = Bed(house.mllp_port, "HARBOUR")
    bed.take(124, 78)
    speaking = threading.Thread(target=bed.speak, daemon=True)
    speaking.start()
    yield bed
    bed.done.set()
    speaking.join(15)


def choose(page: Any, name: str, value: str) -> None:
    page.locator("label", has=page.locator(f'input[name="{name}"][value="{value}"]')).click()


def submit(page: Any, words: str) -> None:
    page.locator("#main form").get_by_role("button", name=words).first.click()


def shift(here: Any, minute: float) -> None:
    """The clinic's clock says so many minutes after the start of the dose."""
    from ataraxy.demo.fill import set_clock

    set_clock(here.play.clinic, here.minute(minute), datetime.now(UTC))


def advance(here: Any, seconds: float) -> None:
    """The clinic's clock jumps ahead."""
    from ataraxy.clinic.context import now_at
    from ataraxy.demo.fill import set_clock

    set_clock(here.play.clinic, now_at(here.play.clinic) + timedelta(seconds=seconds), datetime.now(UTC))


@pytest.mark.slow
def test_a_session_past_the_limit_cut_off_mistaken_and_sent_home(
    house: Any,
    play: Any,
    bed: Bed,
    window: Callable[..., Any],
    log_in: Callable[..., None],
    picture: Callable[..., None],
    no_barriers: Callable[..., None],
) -> None:
    from ataraxy.clinic.people.demo_door import DEMO_PASSWORD

    nurse = window((768, 1024))
    page, url = nurse.page, f"{house.url}/treat/session/{play.session.id}/"
    log_in(page, house.url, "nurse@stillwater.example", DEMO_PASSWORD)
    page.locator(".whoami").wait_for()
    page.goto(url)
    page.locator(".live-number[data-measure=spo2].fresh").filter(has_text="Monitor Harbour").wait_for()
    the_pressure_passes_the_limit(page, url, bed, picture)
    the_link_is_cut(page, play, bed, picture)
    a_message_names_another_patient(page, house, url, bed, picture)
    discharge_is_refused_then_allowed(page, url, play, bed, picture)
    no_barriers(page, "session-ended")
    assert nurse.unexpected() == []


def the_pressure_passes_the_limit(page: Any, url: str, bed: Bed, picture: Callable[..., None]) -> None:
    """Red at its first reading; one tap pauses; it is not resumed over the same value; then it goes on."""
    assert page.locator("#physiological").count() == 0
    bed.take(186, 104)
    page.locator('.live-number[data-measure="systolic diastolic"].high').wait_for()
    page.locator("#physiological .bedside-notice.high").first.wait_for()
    page.locator("#next-action", has_text="Stop").wait_for()
    picture(page, "bedside-1-past-the-limit")
    page.locator(".dose-bar").get_by_role("button", name="Pause").click()
    page.locator("#head-words .status", has_text="Paused").wait_for()
    page.goto(url + "resume/")
    page.get_by_role("heading", name="Do not resume").wait_for()
    assert page.get_by_role("button", name="Go on to confirm").count() == 0
    assert page.get_by_role("button", name="Yes, resume").count() == 0
    picture(page, "bedside-2-not-over-this-value")

    bed.take(134, 84)
    page.goto(url)
    page.locator('.live-number[data-measure="systolic diastolic"]:not(.high)', has_text="134/84").wait_for()
    page.goto(url + "resume/")
    submit(page, "Go on to confirm")
    page.get_by_role("button", name="Yes, resume").click()
    page.locator("#head-words .status", has_text="Dosing").wait_for()


def the_link_is_cut(page: Any, here: Any, bed: Bed, picture: Callable[..., None]) -> None:
    """Within half a minute the numbers are grey and hatched, then they are gone; the wires are told apart."""
    tile = page.locator(".live-number[data-measure=spo2]")
    tile.and_(page.locator(".fresh")).wait_for()
    bed.silent.set()
    tile.and_(page.locator(".old")).wait_for(timeout=30_000)
    page.locator("#technical .bedside-notice", has_text="nothing for").wait_for()
    picture(page, "bedside-3-stale")
    advance(here, 60)  # an open screen takes it up with the next entry: until then it is a minute of its own
    page.locator(".live-number[data-measure=spo2].absent", has_text="--").wait_for(timeout=60_000)
    assert page.locator("#physiological").count() == 0  # a lost probe is nothing about the patient
    picture(page, "bedside-4-absent")
    bed.silent.clear()
    tile.and_(page.locator(".fresh")).wait_for()
    assert "%" in tile.locator(".value").inner_text()  # whatever comes back has its unit


def a_message_names_another_patient(
    page: Any, house: Any, url: str, bed: Bed, picture: Callable[..., None]
) -> None:
    """It is answered, kept aside, told in its room, and its values are nobody's."""
    wrong = replace(bed, vitals=replace(CALM, spo2_percent=Decimal(71)), cuff=())
    with socket.create_connection(("127.0.0.1", house.mllp_port), timeout=10) as line:
        line.sendall(wrong.message("R-9999"))
        assert b"MSA|" in line.recv(65536)
    page.goto(url)
    page.locator("#technical", has_text="could not be charted").wait_for()
    assert "71" not in page.locator(".live-number[data-measure=spo2] .value").inner_text()
    page.locator("#technical").get_by_role("link", name="Look at it").click()
    page.get_by_role("link", name="Look at it").first.click()
    page.get_by_text("R-9999").first.wait_for()
    picture(page, "bedside-5-quarantine")
    choose(page, "what", "discard")
    page.fill("[name=reason]", "The monitor was taken from another room; the patient here is another.")
    submit(page, "Settle it")
    page.get_by_role("heading", name="Quarantine").wait_for()
    page.goto(url)
    page.locator("#technical").wait_for()
    assert page.locator("#technical", has_text="could not be charted").count() == 0


def discharge_is_refused_then_allowed(
    page: Any, url: str, here: Any, bed: Bed, picture: Callable[..., None]
) -> None:
    from ataraxy.clinic.treat.record import state_of

    finish(page, url, here, bed)
    page.goto(url + "end/")
    page.get_by_text("Not ready to go home").first.wait_for()
    choose(page, "how", "discharged")
    submit(page, "End the session")
    page.locator(".error-summary").wait_for()
    assert state_of(here.session.id).ending is None
    picture(page, "bedside-6-not-ready")

    make_ready(here, bed)
    page.goto(url + "end/")
    page.get_by_text("Every criterion holds").first.wait_for()
    choose(page, "how", "discharged")
    submit(page, "End the session")
    page.locator("#head-words .status").wait_for()
    page.wait_for_url(url)
    assert state_of(here.session.id).ending is not None
    picture(page, "bedside-7-home")


def finish(page: Any, url: str, here: Any, bed: Bed) -> None:
    shift(here, 48)
    bed.take(136, 84)
    page.goto(url + "finish/")
    submit(page, "Yes, all of it")
    page.locator("#head-words .status", has_text="Observation").wait_for()


def make_ready(here: Any, bed: Bed) -> None:
    """Everything the protocol asks for before the door, as a nurse would chart it."""
    from ataraxy.clinic.people.models import Role
    from ataraxy.clinic.plan.models import Session
    from ataraxy.clinic.treat.actions.arrival import check, escort, screen
    from ataraxy.clinic.treat.actions.observe import vital
    from ataraxy.clinic.treat.record import protocol_of, state_of
    from ataraxy.core.protocol.types import DischargeKind, Measure

    shift(here, 180)
    bed.take(124, 78)
    session = Session.objects.select_related("course__protocol").get(id=here.session.id)
    nurse = here.play.as_(Role.NURSE, here.minute(180))
    values = {m: v.value for m, v in state_of(session.id).baseline.items() if m is not Measure.WEIGHT}
    vital(nurse, session.id, values)
    for line in protocol_of(session).discharge:
        if line.scale:
            screen(nurse, session.id, line.id, (0,) * line.asked)
        elif line.kind is DischargeKind.CONFIRM:
            check(nurse, session.id, line.id, True)
    escort(nurse, session.id, here.person.escort[0], here.person.escort[1], True)


SIZES = """(selectors) => Object.fromEntries(selectors.map(s =>
    [s, parseFloat(getComputedStyle(document.querySelector(s)).fontSize)]))"""


def test_the_board_is_read_from_three_metres_and_says_when_it_stands_still(
    house: Any,
    play: Any,
    bed: Bed,
    window: Callable[..., Any],
    log_in: Callable[..., None],
    picture: Callable[..., None],
) -> None:
    """On a screen of 0.27 mm a pixel, a capital of 28 px type is 6 minutes of arc at 3 m: more than sharp eyes need."""
    from ataraxy.clinic.people.demo_door import DEMO_PASSWORD

    page = window().page
    log_in(page, house.url, "nurse@stillwater.example", DEMO_PASSWORD)
    page.locator(".whoami").wait_for()
    page.clock.install()
    page.goto(house.url + "/treat/")
    page.locator(".room .numbers").first.wait_for()
    seen = page.evaluate(
        SIZES, [".room-name", ".room .who", ".numbers b", ".numbers small", ".link", ".next"]
    )
    assert min(seen.values()) >= 28, seen
    assert seen[".numbers b"] >= 68
    assert page.locator("body.stands-still").count() == 0
    page.route("**/treat/", lambda route: route.abort())
    page.clock.run_for(45_000)
    page.locator("body.stands-still").wait_for()
    page.locator("[data-still]:not([hidden])", has_text="stands still").wait_for()
    picture(page, "bedside-8-board-stands-still")
    page.unroute("**/treat/")
    page.clock.run_for(12_000)
    page.locator("[data-still]").wait_for(state="hidden")
