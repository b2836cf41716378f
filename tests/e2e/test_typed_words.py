"""What is typed and not charted outlives its page, for whoever typed it and for nobody else: in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import ataraxy.clinic

pytestmark = pytest.mark.browser

HOUSE = "http://house.test"
ROOM = "/treat/session/1/"
STATIC = Path(ataraxy.clinic.__file__).parent / "static/ataraxy"
SCRIPTS = {name: (STATIC / name).read_text(encoding="utf-8") for name in ("page.js", "lock.js", "typed.js")}
COVER = """<template id="lock-cover"><section class="lock-cover"><div data-kept-here>
<form method="post" action="/people/unlock/"><label>Password <input id="cover-password" type="password"></label>
<p id="cover-trouble"></p><button>Unlock</button></form>
<form method="post" action="/account/logout/" data-switch><button>Switch person</button></form>
<div id="danger"><form method="post" action="/treat/session/1/emergency/">
<button name="kind" value="arrest">Arrest</button></form></div></div></section></template>"""
FORMS = {
    f"{ROOM}vital/": '<input name="systolic" inputmode="decimal"><input name="when" type="datetime-local">',
    f"{ROOM}note/": '<textarea name="words"></textarea><input name="password" type="password">',
    f"{ROOM}rate/": '<input type="hidden" name="confirmed"><input name="rate">'
    '<input type="checkbox" name="sure" value="yes">',
}
FORMS[ROOM] = FORMS[f"{ROOM}vital/"]
FORMS["/treat/session/2/note/"] = FORMS[f"{ROOM}note/"]


class House:
    """A clinic of a few forms. ``person`` is logged in; ``answer`` says what becomes of an act: charted, refused, lost."""

    def __init__(self):
        self.person, self.becomes, self.drawn = "nurse-1", "charted", 0
        self.sent = []

    def page(self, path, typed=None):
        self.drawn += 1
        to = f"{ROOM}vital/" if path == ROOM else path
        fields, key = FORMS.get(path, ""), f"key-{self.drawn}"
        if typed is not None:
            fields = '<div class="error-summary">Refused</div><textarea name="words">{}</textarea>'.format(
                typed["words"]
            )
            key = typed["key"]
        hidden = f'<input type="hidden" name="key" value="{key}">'
        form = f'<form method="post" action="{to}">{hidden}{fields}<button>Send</button></form>'
        scripts = "".join(f'<script type="module" src="/{name}"></script>' for name in SCRIPTS)
        return (
            f'<!doctype html><title>x</title><body data-lock-after-min="15" data-person="{self.person}">'
            f"<main><h1>At {path}</h1>{form if fields else ''}</main>{COVER}{scripts}</body>"
        )

    def answer(self, route):
        request = route.request
        path = urlsplit(request.url).path
        if path[1:] in SCRIPTS:
            return route.fulfill(body=SCRIPTS[path[1:]], content_type="text/javascript")
        if request.method != "POST":
            return route.fulfill(body=self.page(path), content_type="text/html")
        if path.startswith("/people/"):
            return route.fulfill(status=204)
        typed = {k: v[0] for k, v in parse_qs(request.post_data or "").items()}
        if path not in FORMS:
            return route.fulfill(body=self.page(path), content_type="text/html")
        self.sent.append((path, typed))
        if self.becomes == "lost":
            return route.abort()
        if self.becomes == "refused":
            return route.fulfill(status=422, body=self.page(path, typed), content_type="text/html")
        gone = {"Location": ROOM, "Set-Cookie": f"ataraxy-charted={typed['key']}; Path=/; SameSite=Strict"}
        return route.fulfill(status=302, headers=gone)


@pytest.fixture
def house():
    return House()


@pytest.fixture
def page(browser, house) -> Iterator:
    context = browser.new_context()
    context.route("**/*", house.answer)
    opened = context.new_page()
    opened.clock.install()
    opened.goto(f"{HOUSE}{ROOM}note/")
    yield opened
    context.close()


def cover(page):
    page.clock.run_for(16 * 60_000)
    page.locator(".lock-cover").wait_for()


def words_of(page):
    return page.locator("main textarea").input_value()


def test_an_emergency_tapped_on_the_lock_leaves_the_words_where_their_writer_finds_them(page, house):
    page.locator("textarea").fill("Half an hour of words")
    cover(page)
    page.get_by_role("button", name="Arrest").click()
    page.wait_for_url("**/emergency/")
    page.goto(f"{HOUSE}{ROOM}")
    waits = page.locator("[data-typed-elsewhere]")
    assert "it is not charted" in waits.inner_text()
    waits.get_by_role("link").click()
    page.wait_for_url("**/note/")
    assert words_of(page) == "Half an hour of words"
    assert "it is not charted" in page.locator("[data-found-again]").inner_text()


def test_the_next_person_neither_sees_nor_sends_them_and_the_first_finds_them_again(page, house):
    page.locator("textarea").fill("Seen by nobody else")
    cover(page)
    page.get_by_role("button", name="Switch person").click()
    page.wait_for_url("**/logout/")
    house.person = "nurse-2"
    for path in (f"{ROOM}note/", ROOM):
        page.goto(f"{HOUSE}{path}")
        assert page.locator("[data-found-again], [data-typed-elsewhere]").count() == 0
        assert "Seen by nobody else" not in page.content()
    page.goto(f"{HOUSE}{ROOM}note/")
    assert words_of(page) == ""
    page.locator("textarea").fill("Of the second")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(f"**{ROOM}")
    assert [typed["words"] for _, typed in house.sent] == ["Of the second"]
    house.person = "nurse-1"
    page.goto(f"{HOUSE}{ROOM}note/")
    assert words_of(page) == "Seen by nobody else"


def test_what_was_charted_is_forgotten_and_another_sessions_form_is_another(page, house):
    page.locator("textarea").fill("Charted")
    page.goto(f"{HOUSE}/treat/session/2/note/")
    assert words_of(page) == "" and page.locator("[data-typed-elsewhere]").count() == 0
    page.goto(f"{HOUSE}{ROOM}note/")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(f"**{ROOM}")
    page.goto(f"{HOUSE}{ROOM}note/")
    assert words_of(page) == "" and page.locator("[data-found-again]").count() == 0


def test_what_was_refused_is_kept_until_it_is_charted(page, house):
    house.becomes = "refused"
    page.locator("textarea").fill("Not yet right")
    page.get_by_role("button", name="Send").click()
    page.locator(".error-summary").wait_for()
    assert page.locator("[data-found-again]").count() == 0  # the server drew it again itself
    page.goto(f"{HOUSE}{ROOM}")
    page.goto(f"{HOUSE}{ROOM}note/")
    assert words_of(page) == "Not yet right"


def test_what_was_sent_into_a_lost_network_is_the_same_act_again_unless_it_is_changed(page, house):
    house.becomes = "lost"
    page.locator("textarea").fill("Sent once")
    page.get_by_role("button", name="Send").click()
    page.wait_for_timeout(300)
    page.goto(f"{HOUSE}{ROOM}note/")
    assert "no answer came" in page.locator("[data-found-again]").inner_text()
    key = house.sent[0][1]["key"]
    assert page.locator("[name=key]").input_value() == key
    page.locator("textarea").fill("Sent once, and more")
    assert page.locator("[name=key]").input_value() != key


def test_a_pressure_typed_before_asks_for_its_time(page, house):
    page.goto(f"{HOUSE}{ROOM}")
    page.locator("[name=systolic]").fill("168")
    page.goto(f"{HOUSE}{ROOM}vital/")  # the same form on a page of its own
    assert page.locator("[name=systolic]").input_value() == "168"
    assert page.locator("[name=when]").get_attribute("required") is None
    page.clock.run_for(3 * 60_000)
    page.goto(f"{HOUSE}{ROOM}vital/")
    assert "when it was measured" in page.locator("[data-found-again]").inner_text()
    page.get_by_role("button", name="Send").click()
    page.wait_for_timeout(200)
    assert not house.sent


def test_a_password_and_a_tick_of_a_dose_are_never_kept(page, house):
    page.locator("textarea").fill("words")
    page.locator("[name=password]").fill("correct horse")
    page.goto(f"{HOUSE}{ROOM}rate/")
    page.locator("[name=rate]").fill("0.4")
    page.locator("[name=sure]").check()
    assert "correct horse" not in page.evaluate("JSON.stringify(sessionStorage)")
    page.goto(f"{HOUSE}{ROOM}rate/")
    assert page.locator("[name=rate]").input_value() == "0.4" and not page.locator("[name=sure]").is_checked()


def test_thrown_away_or_half_a_day_old_it_is_gone(page, house):
    page.locator("textarea").fill("Never mind")
    page.goto(f"{HOUSE}{ROOM}note/")
    page.get_by_role("button", name="Throw it away").click()
    assert words_of(page) == "" and page.evaluate("sessionStorage.length") == 0
    page.locator("textarea").fill("Of the morning")
    page.evaluate(
        "sessionStorage.setItem('ataraxy-typed', sessionStorage.getItem('ataraxy-typed')"
        '.replace(/"at":(\\d+)/, (_, at) => `"at":${at - 13 * 3600000}`))'
    )
    page.goto(f"{HOUSE}{ROOM}note/")
    assert words_of(page) == ""


def test_a_browser_that_keeps_nothing_says_so_before_another_person_is_let_in(page, house):
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    page.locator("textarea").fill("Half an hour of words")
    cover(page)
    page.get_by_role("button", name="Switch person").click()
    page.locator("#cover-trouble", has_text="keeps nothing").wait_for()
    page.get_by_role("button", name="Switch person").click()
    page.wait_for_url("**/logout/")
