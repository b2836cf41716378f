"""A whole day of the clinic, from the huddle to the lights: one patient treated although the monitor is dead, one who did
not come, one who came intoxicated, one without a vein after the draw, one too late; and nobody closes over what is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

EVERYTHING = ("oxygen", "suction", "bag-mask", "defibrillator")


@dataclass
class Day:
    """The clinic of this day: who is booked, and the hands that move its clock."""

    play: Any
    date: date
    sessions: dict[str, Any]
    people: dict[str, Any]

    def at(self, hour: int, minute: int = 0) -> datetime:
        from ataraxy.demo.clock import at

        return at(self.date, hour, minute)

    def clock(self, hour: int, minute: int = 0) -> datetime:
        from ataraxy.demo.fill import set_clock

        set_clock(self.play.clinic, self.at(hour, minute), datetime.now(UTC))
        return self.at(hour, minute)


@pytest.fixture(scope="module")
def day(house: Any) -> Day:
    """Five patients planned, booked for today; nothing of the day has been done."""
    from django.db import transaction

    from ataraxy.demo import cast, stories
    from ataraxy.demo.clock import at, opening
    from ataraxy.demo.fill import _clinic
    from ataraxy.demo.pathway import book_one

    now = opening(date.today())
    booked = {
        "treated": (cast.LIVE, (9, 0), 0),
        "absent": (cast.BOOKED, (9, 0), 1),
        "intoxicated": (cast.CONSENTED, (9, 0), 2),
        "no-vein": (cast.RESPONDER, (13, 0), 1),
        "late": (cast.NON_RESPONDER, (13, 0), 2),
    }
    sessions, people = {}, {}
    with transaction.atomic():
        play = _clinic(now - timedelta(days=120), 11)
        for name, (person, start, room) in booked.items():
            patient, course = stories.planned(play, person, at(now.date(), 9))
            sessions[name] = book_one(play, course, now.date(), now - timedelta(days=2), room, start)
            people[name] = (person, patient)
    return Day(play, now.date(), sessions, people)


def choose(page: Any, name: str, value: str) -> None:
    page.locator("label", has=page.locator(f'input[name="{name}"][value="{value}"]')).click()


def submit(page: Any, words: str) -> None:
    page.locator("#main form").get_by_role("button", name=words).first.click()


def told(page: Any, words: str) -> None:
    page.get_by_text(words).first.wait_for()


@dataclass
class Desk:
    """One person at their screen."""

    window: Any
    url: str
    password: str

    @property
    def page(self) -> Any:
        return self.window.page

    def go(self, path: str) -> Any:
        self.page.goto(self.url + path)
        return self.page


@pytest.fixture
def sit_down(house: Any, window: Callable[..., Any], log_in: Callable[..., None]) -> Callable[[str], Desk]:
    def make(role: str) -> Desk:
        from ataraxy.clinic.people.demo_door import DEMO_PASSWORD

        desk = Desk(window((768, 1024)), house.url, DEMO_PASSWORD)
        log_in(desk.page, house.url, f"{role}@stillwater.example", DEMO_PASSWORD)
        desk.page.locator(".whoami").wait_for()
        return desk

    return make


def test_a_whole_day_from_the_huddle_to_the_lights(
    day: Day,
    sit_down: Callable[[str], Desk],
    picture: Callable[..., None],
    no_barriers: Callable[..., None],
) -> None:
    day.clock(8, 10)
    nurse = sit_down("nurse")
    open_the_clinic(day, nurse, picture)
    no_barriers(nurse.page, "opening")
    the_one_who_did_not_come(day, nurse, picture)
    the_one_who_came_intoxicated(day, nurse)
    the_one_who_is_treated_beside_a_dead_monitor(day, nurse, picture)
    the_one_without_a_vein(day, nurse, picture)
    the_one_who_is_too_late(day, nurse)
    prescriber = sit_down("prescriber")
    close_the_clinic(day, nurse, prescriber, picture)
    no_barriers(nurse.page, "closing")
    assert nurse.window.unexpected() == []
    assert prescriber.window.unexpected() == []


def open_the_clinic(day: Day, nurse: Desk, picture: Callable[..., None]) -> None:
    """The equipment, the count, the list of what is missing, the forms for a day without the system."""
    from ataraxy.demo.stock import count_all

    page = nurse.go("/day/")
    told(page, "Check oxygen, suction, bag-mask and defibrillator")
    page.locator(".next-action").get_by_role("link", name="Check and sign").click()
    for item in EVERYTHING:
        page.check(f'input[name=works][value="{item}"]')
    page.fill("[name=password]", nurse.password)
    submit(page, "Sign the check")
    told(page, "The check of the rescue equipment is signed.")
    told(page, "Count the controlled medicines, two people")
    count_all(day.play, day.clock(8, 20), "opening")
    page = nurse.go("/day/")
    assert page.locator("#count .status.met").count() == 1
    rows = page.locator("#huddle tbody tr")
    assert rows.count() == len(day.sessions)
    assert rows.filter(has_text="Escort").count() == len(day.sessions)  # nobody is confirmed yet
    picture(page, "day-1-opening")
    pack = page.context.request.get(nurse.url + "/day/downtime-pack/")
    assert pack.body().startswith(b"%PDF-")


def the_one_who_did_not_come(day: Day, nurse: Desk, picture: Callable[..., None]) -> None:
    day.clock(9, 20)
    page = nurse.go("/day/")
    name = day.people["absent"][1].full_name
    row = page.locator("#huddle tbody tr", has_text=name)
    row.get_by_text("20 min late").wait_for()
    row.get_by_role("link", name="Not today").click()
    choose(page, "why", "no-show")
    choose(page, "drawn", "no")
    picture(page, "day-2-not-today")
    submit(page, "Call the session off")
    told(page, "Call the patient today")
    assert ending_of(day, "absent").note.startswith("Did not come")


def the_one_who_came_intoxicated(day: Day, nurse: Desk) -> None:
    """Refused without a word of what was seen and done."""
    page = nurse.go(f"/treat/session/{day.sessions['intoxicated'].id}/arrive/")
    submit(page, "arriv")
    page = nurse.go(f"/treat/session/{day.sessions['intoxicated'].id}/call-off/")
    choose(page, "why", "intoxicated")
    choose(page, "drawn", "no")
    submit(page, "Call the session off")
    page.locator(".error-summary").wait_for()
    page.fill(
        "[name=note]", "Smells of alcohol, walks unsteadily. Prescriber saw her; her brother takes her home."
    )
    submit(page, "Call the session off")
    told(page, "They do not drive home")
    assert "her brother takes her home" in ending_of(day, "intoxicated").note


def the_one_who_is_treated_beside_a_dead_monitor(day: Day, nurse: Desk, picture: Callable[..., None]) -> None:
    """The screen says that the wires are dead; values are typed; nobody closes while the patient is here."""
    from ataraxy.clinic.people.models import Role
    from ataraxy.clinic.plan.models import Session
    from ataraxy.clinic.treat.actions.monitor import bind
    from ataraxy.clinic.treat.record import protocol_of
    from ataraxy.demo import bedside, cast

    booked = Session.objects.select_related("course__protocol").get(id=day.sessions["treated"].id)
    protocol, dose_at = protocol_of(booked), day.at(9, 55)
    here = bedside.Bedside(day.play, booked, day.people["treated"][0], dose_at, bedside.Script())
    bind(day.play.as_(Role.NURSE, day.at(9, 22)), booked.id, cast.monitor_of("Harbour"))
    bedside.admit(here, protocol)
    day.clock(9, 53)
    page = nurse.go(f"/treat/session/{booked.id}/")
    page.locator("#technical", has_text="bound, nothing received yet").wait_for()
    picture(page, "day-3-monitor-dead")
    page.locator("#technical").get_by_role("link", name="Unbind it").click()
    submit(page, "")
    page.wait_for_url(f"**/treat/session/{booked.id}/")
    told(page, "No monitor bound: values are typed by hand")
    bedside.give(here)

    day.clock(9, 58)
    page = nurse.go("/day/closing/")
    told(page, f"{day.people['treated'][1].full_name} in Harbour is not discharged")
    sign_off(page, nurse, note="")
    page.locator(".error-summary").wait_for()
    last = bedside.watch(here, protocol)
    bedside.leave(here, protocol, last)


def the_one_without_a_vein(day: Day, nurse: Desk, picture: Callable[..., None]) -> None:
    from ataraxy.clinic.people.models import Role
    from ataraxy.clinic.treat.actions.arrival import arrive, escort
    from ataraxy.demo.stock import draw_up

    session = day.sessions["no-vein"]
    arrive(day.play.as_(Role.NURSE, day.at(13, 2)), session.id)
    escort(day.play.as_(Role.NURSE, day.at(13, 4)), session.id, "Ida Holm", "+1 555 0123", False)
    draw_up(day.play, day.at(13, 10), session, Decimal("0.80"))
    day.clock(13, 25)
    page = nurse.go(f"/treat/session/{session.id}/call-off/")
    choose(page, "why", "no-vein")
    choose(page, "drawn", "yes")
    submit(page, "Call the session off")
    told(page, "it is wasted before a witness")
    picture(page, "day-4-no-vein")
    assert "No cannula could be placed" in ending_of(day, "no-vein").note


def the_one_who_is_too_late(day: Day, nurse: Desk) -> None:
    day.clock(14, 40)
    page = nurse.go(f"/treat/session/{day.sessions['late'].id}/call-off/")
    choose(page, "why", "late")
    choose(page, "drawn", "no")
    submit(page, "Call the session off")
    told(page, "Book another day")


def close_the_clinic(day: Day, nurse: Desk, prescriber: Desk, picture: Callable[..., None]) -> None:
    """A full syringe blocks; what is unsigned is signed; the count; who is on call; and then the lights."""
    from ataraxy.demo import stock

    day.clock(17, 0)
    page = nurse.go("/day/closing/")
    told(page, f"The syringe of {day.people['no-vein'][1].full_name}")
    picture(page, "day-5-closing-blocked")
    sign_off(page, nurse, note="It can wait.")
    page.locator(".error-summary", has_text="syringe").wait_for()
    stock.waste_rest(day.play, day.at(17, 5), day.sessions["no-vein"])

    theirs = prescriber.go("/day/closing/")
    theirs.locator("#open").get_by_role("link", name="Read and sign").click()
    theirs.fill("[name=password]", prescriber.password)
    submit(theirs, "Sign the record")
    told(theirs, "The record is signed.")

    day.clock(17, 20)
    page = nurse.go("/day/closing/")
    assert page.locator("#calls li", has_text=day.people["treated"][1].full_name).count() == 1
    left = page.locator("#open tbody tr")
    assert left.count() == left.filter(has_text="not counted").count() == 1
    sign_off(page, nurse, note="")
    page.locator(".error-summary", has_text="left open").wait_for()
    stock.count_all(day.play, day.clock(17, 30), "closing")
    page = nurse.go("/day/closing/")
    told(page, "Nothing is open.")
    sign_off(page, nurse, note="")
    told(page, "The day is closed.")
    told(page, "Closed at 17:30")
    picture(page, "day-6-closed")


def sign_off(page: Any, nurse: Desk, note: str) -> None:
    page.select_option("[name=on_call]", label="Dr Samuel Okafor, Prescriber")
    page.fill("[name=phone]", "+1 555 0188")
    page.fill("[name=note]", note)
    page.fill("[name=password]", nurse.password)
    submit(page, "Close the day")


def ending_of(day: Day, name: str) -> Any:
    from ataraxy.clinic.treat.record import state_of

    return state_of(day.sessions[name].id).ending
