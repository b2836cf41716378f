"""The lock over an open page, in a browser: without a network too, what is typed stays, and danger is one tap away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

import ataraxy.clinic

pytestmark = pytest.mark.browser

HOUSE = "http://house.test"
CLINIC = Path(ataraxy.clinic.__file__).parent
SCRIPTS = {
    name: (CLINIC / "static/ataraxy" / name).read_text(encoding="utf-8") for name in ("page.js", "lock.js")
}
STYLE = (CLINIC / "static/ataraxy/ataraxy.css").read_text(encoding="utf-8")
EMERGENCY = (
    '<form method="post" action="/treat/session/1/emergency/">'
    '<button name="kind" value="arrest">Arrest</button></form>'
)
DANGER = (
    '<div id="danger"><p data-still hidden>This list stands still <span data-still-for></span></p>{}</div>'
)
BAR = (
    '<section class="dose-bar"><a href="/treat/session/1/">C.Q. R-1001</a>'
    '<a href="/treat/session/1/#emergency">Emergency</a>'
    '<form method="post" action="/treat/session/1/pause/"><button>Pause</button></form>'
    '<form method="post" action="/treat/session/1/stop/"><button>Stop</button></form></section>'
)
PAGE = f"""<!doctype html><title>Canary Quillfeather</title><link rel="stylesheet" href="/style.css">
<body data-lock-after-min="15" data-person="nurse-1">
<main><h1>Canary Quillfeather</h1>
<form method="post" action="/note/"><textarea name="words"></textarea><button>Send</button></form></main>
{BAR}
<template id="lock-cover"><section class="lock-cover"><div data-kept-here><h1>Locked</h1><p data-taken hidden></p>
<form method="post" action="/people/unlock/"><label for="cover-password">Your password</label><p id="cover-trouble"></p>
<input id="cover-password" type="password"><button>Unlock</button></form>
<form method="post" action="/account/logout/" data-switch><button>Switch person</button></form>
{DANGER.format(EMERGENCY)}</div></section></template>
<script type="module" src="/page.js"></script><script type="module" src="/lock.js"></script></body>"""


class House:
    """What answers the pages: ``status`` by the end of the address; nothing at all while ``away``."""

    def __init__(self):
        self.away = False
        self.status = {"here": 204, "lock": 204, "unlock": 204}
        self.news = DANGER.format(EMERGENCY) + BAR
        self.asked = []

    def answer(self, route):
        request = route.request
        name = request.url.rstrip("/").rsplit("/", 1)[-1]
        if name in SCRIPTS:
            return route.fulfill(body=SCRIPTS[name], content_type="text/javascript")
        if name == "style.css":
            return route.fulfill(body=STYLE, content_type="text/css")
        if self.away:
            return route.abort()
        if request.method == "POST":
            self.asked.append((name, {k: v[0] for k, v in parse_qs(request.post_data or "").items()}))
            wrong = "The password does not match." if name == "unlock" else PAGE
            return route.fulfill(status=self.status.get(name, 200), body=wrong, content_type="text/html")
        return route.fulfill(body=self.news if name == "danger" else PAGE, content_type="text/html")

    def sent(self, name):
        return [typed for verb, typed in self.asked if verb == name]


@pytest.fixture
def house():
    return House()


@pytest.fixture
def context(browser, house) -> Iterator:
    opened = browser.new_context()
    opened.route("**/*", house.answer)
    yield opened
    opened.close()


def open_page(context):
    page = context.new_page()
    page.clock.install()
    page.goto(f"{HOUSE}/chart/")
    page.locator("textarea").fill("Half an hour of words")
    return page


@pytest.fixture
def page(context):
    return open_page(context)


def idle(page, minutes):
    page.clock.run_for(minutes * 60_000)
    page.wait_for_timeout(300)


def is_covered(page):
    return page.locator(".lock-cover").count() == 1


def test_nobody_there_covers_the_page_where_it_is_and_nothing_of_it_is_seen(page):
    idle(page, 14)
    assert not is_covered(page)
    idle(page, 2)
    assert is_covered(page) and page.url == f"{HOUSE}/chart/"
    assert not page.locator("main").is_visible() and page.locator("main").get_attribute("inert") is not None
    assert page.get_by_role("heading", name="Canary").count() == 0  # not in the accessibility tree either
    assert page.title() == "Locked · Ataraxy"
    for name in ("Pause", "Stop", "Arrest"):
        assert page.get_by_role("button", name=name).is_visible()


def test_a_link_of_the_bar_leaves_no_covered_page_and_the_emergencys_leads_to_its_taps(page):
    idle(page, 16)
    assert page.locator(".dose-bar a", has_text="C.Q.").get_attribute("href") is None
    page.get_by_role("link", name="Emergency").click()
    assert page.url == f"{HOUSE}/chart/#danger" and is_covered(page)


def test_without_a_network_it_falls_all_the_same_and_a_stop_is_kept_and_sent(page, house):
    house.away = True
    idle(page, 16)
    assert is_covered(page)
    page.get_by_role("button", name="Stop").click()
    page.locator(".lock-cover #kept-taps").wait_for()
    page.locator("#cover-password").fill("secret")
    page.get_by_role("button", name="Unlock").click()
    page.locator("#cover-trouble", has_text="No network").wait_for()
    assert is_covered(page)
    house.away = False
    for _ in range(8):
        idle(page, 0.04)  # slower than an answer takes: the page's patience is counted on the same clock
    assert len(house.sent("stop")) == 1 and house.sent("lock")[-1] == {"idle": "yes"}
    assert is_covered(page) and page.url == f"{HOUSE}/chart/"


def test_its_own_password_uncovers_what_was_typed_and_a_wrong_one_does_not(page, house):
    idle(page, 16)
    house.status["unlock"] = 422
    page.locator("#cover-password").fill("wrong")
    page.get_by_role("button", name="Unlock").click()
    page.locator("#cover-trouble", has_text="does not match").wait_for()
    assert is_covered(page) and page.locator("#cover-password").input_value() == ""
    house.status["unlock"] = 204
    page.locator("#cover-password").fill("right")
    page.get_by_role("button", name="Unlock").click()
    page.locator("main").wait_for(state="visible")
    assert page.locator("textarea").input_value() == "Half an hour of words"
    assert not is_covered(page) and page.title() == "Canary Quillfeather"
    assert house.sent("unlock")[-1] == {"password": "right", "person": "nurse-1"}
    assert page.get_by_role("link", name="C.Q.").get_attribute("href") == "/treat/session/1/"


def test_a_server_that_is_locked_already_covers_the_page_and_sends_nothing_typed(page, house):
    idle(page, 10)
    house.status["here"] = 423
    page.locator("h1").click()
    page.locator(".lock-cover").wait_for()
    assert page.locator("textarea").input_value() == "Half an hour of words" and not house.sent("note")


def test_a_form_is_not_sent_into_a_lock_the_page_has_not_heard_of(page, house):
    house.away = True
    for _ in range(20):
        idle(page, 1)
        page.locator("h1").click()  # somebody is here; the server hears nothing of it
    page.get_by_role("button", name="Send").click()
    page.get_by_role("alert").filter(has_text="not sent").wait_for()
    house.away = False
    house.status["here"] = 423
    page.get_by_role("button", name="Send").click()
    page.locator(".lock-cover").wait_for()
    assert page.locator("textarea").input_value() == "Half an hour of words" and not house.sent("note")


def test_a_touch_on_one_page_keeps_a_forgotten_one_of_the_same_browser_open(context, house):
    forgotten, used = open_page(context), open_page(context)
    for _ in range(4):
        idle(forgotten, 5)
        idle(used, 5)
        used.locator("h1").click()
    idle(forgotten, 0.2)
    assert not is_covered(forgotten) and not house.sent("lock")


def test_the_first_touch_of_each_page_is_told_at_once(page, house):
    before = len(house.sent("here"))
    page.goto(f"{HOUSE}/next/")
    page.locator("h1").click()
    page.wait_for_timeout(300)
    assert len(house.sent("here")) > before


def test_what_stays_in_front_is_new_every_10_s_and_says_when_it_is_not(page, house):
    idle(page, 16)
    house.news = DANGER.format("<p>Act now: Room 1, R-1001</p>")  # and the dose has ended elsewhere
    idle(page, 0.4)
    page.get_by_text("Act now: Room 1").wait_for()
    assert page.get_by_role("button", name="Stop").count() == 0
    house.away = True
    idle(page, 1)
    page.get_by_text("This list stands still").wait_for()


def test_a_tap_in_front_is_taken_without_leaving_the_page(page, house):
    idle(page, 16)
    page.get_by_role("button", name="Pause").click()
    page.locator("[data-taken]", has_text="on record").wait_for()
    assert page.url == f"{HOUSE}/chart/" and is_covered(page)
    page.get_by_role("button", name="Arrest").click()
    page.wait_for_url("**/emergency/")  # the card says what to do next
    assert house.sent("emergency")[0]["kind"] == "arrest"


CARD = (
    "<section data-open-when-locked>An emergency runs</section>"
    '<form method="post" action="/treat/session/1/emergency-log/"><input name="what">'
    '<button>Write it down</button><button name="end" value="yes">It is over</button></form>'
)


def test_the_card_of_an_emergency_is_never_covered_and_its_steps_are_taken(page, house):
    page.evaluate("card => document.querySelector('main').insertAdjacentHTML('beforeend', card)", CARD)
    idle(page, 16)
    assert not is_covered(page) and house.sent("lock")
    house.status["here"] = 423
    page.get_by_role("button", name="Write it down").click()
    page.wait_for_url("**/emergency-log/")
    assert len(house.sent("emergency-log")) == 1


def test_the_end_of_an_emergency_waits_for_its_persons_password_and_keeps_the_words(page, house):
    page.evaluate("card => document.querySelector('main').insertAdjacentHTML('beforeend', card)", CARD)
    idle(page, 16)
    house.status["here"] = 423
    page.locator("[name=what]").fill("breathing, awake")
    page.get_by_role("button", name="It is over").click()
    page.locator(".lock-cover").wait_for()
    assert not house.sent("emergency-log") and page.locator("[name=what]").input_value() == "breathing, awake"


@pytest.mark.timeout(300)
def test_in_the_whole_clinic_the_half_filled_form_of_a_running_dose_is_there_again(
    demo_house, window, log_in, picture, no_barriers
):
    import time
    from datetime import UTC, datetime

    from django.contrib.sessions.backends.db import SessionStore

    from ataraxy.clinic.people.demo_door import DEMO_PASSWORD
    from ataraxy.clinic.people.models import Clinic
    from ataraxy.clinic.plan.models import Session
    from ataraxy.demo.fill import present, set_clock

    clinic = Clinic.objects.get()
    set_clock(clinic, present(clinic), datetime.now(UTC))
    live = Session.objects.select_related("patient").get(phase="dosing")
    nurse = window()
    page = nurse.page
    page.clock.install()
    log_in(page, demo_house.url, "nurse@stillwater.example", DEMO_PASSWORD)
    page.locator(".whoami").wait_for()
    page.goto(f"{demo_house.url}/treat/session/{live.id}/vital/")
    page.locator("#main [name=systolic]").fill("131")
    (cookie,) = [c["value"] for c in nurse.context.cookies() if c["name"] == "sessionid"]
    kept = SessionStore(cookie)
    kept["acted_at"] = time.time() - 16 * 60
    kept.save()
    idle(page, 16)
    page.locator(".lock-cover").wait_for()
    page.get_by_role("button", name="Stop the dose").wait_for()
    assert live.patient.family_name not in page.locator("body").inner_text()
    assert live.patient.family_name not in page.locator("body").aria_snapshot()
    picture(page, "lock-in-place")
    no_barriers(page, "the covered page")
    also = nurse.also()
    also.goto(f"{demo_house.url}/people/")
    assert "No session has ended" in also.locator("main").inner_text()  # the server has locked it too
    picture(also, "lock-of-the-server")
    no_barriers(also, "the lock")
    page.locator("#cover-password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Unlock").click()
    page.locator("#main [name=systolic]").wait_for(state="visible")
    assert page.locator("#main [name=systolic]").input_value() == "131"
    assert nurse.unexpected() == []
