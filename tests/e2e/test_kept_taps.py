"""A pause, stop or emergency tapped without a network: what the page itself does with it, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

import ataraxy.clinic

pytestmark = pytest.mark.browser

HOUSE = "http://house.test"
SCRIPT = (Path(ataraxy.clinic.__file__).parent / "static/ataraxy/page.js").read_text(encoding="utf-8")
TOKEN = '<input type="hidden" name="csrfmiddlewaretoken" value="dead">'
PAGE = f"""<!doctype html><title>House</title><main></main>
<form method="post" action="/treat/session/1/pause/">{TOKEN}<button>Pause</button></form>
<form method="post" action="/treat/session/1/stop/">{TOKEN}<button>Stop</button></form>
<script type="module" src="/page.js"></script>"""


class House:
    """What answers the page: ``status`` by the end of the address, 0 for no network."""

    def __init__(self):
        self.status = {"pause": 302, "stop": 302}
        self.taps = []

    def answer(self, route):
        request = route.request
        if request.url.endswith("/page.js"):
            return route.fulfill(body=SCRIPT, content_type="text/javascript")
        if request.method != "POST":
            return route.fulfill(body=PAGE, content_type="text/html")
        verb = request.url.rstrip("/").rsplit("/", 1)[-1]
        self.taps.append((verb, {k: v[0] for k, v in parse_qs(request.post_data).items()}))
        status = self.status[verb]
        if status == 0:
            return route.abort()
        return route.fulfill(status=200 if status == 302 else status, body=PAGE, content_type="text/html")


@pytest.fixture
def house():
    return House()


@pytest.fixture
def page(browser, house) -> Iterator:
    context = browser.new_context()
    context.add_cookies([{"name": "csrftoken", "value": "alive", "url": HOUSE}])
    context.route("**/*", house.answer)
    opened = context.new_page()
    opened.goto(f"{HOUSE}/treat/session/1/")
    yield opened
    context.close()


def wait_for(page, house, count):
    for _ in range(150):
        if len(house.taps) >= count:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"only {house.taps}")


def test_a_tap_carries_the_token_of_whoever_is_logged_in_now(page, house):
    page.get_by_role("button", name="Stop").click()
    wait_for(page, house, 1)
    assert house.taps[0][1]["csrfmiddlewaretoken"] == "alive"


def test_a_tap_sent_again_has_its_own_key_and_a_fresh_tap_another(page, house):
    house.status["pause"] = 0
    page.get_by_role("button", name="Pause").click()
    wait_for(page, house, 1)
    house.status["pause"] = 302
    wait_for(page, house, 2)
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Pause").click()
    wait_for(page, house, 3)
    first, again, fresh = (typed["tap"] for _, typed in house.taps)
    assert first == again != fresh


def test_a_tap_that_always_fails_holds_up_none_behind_it(page, house):
    house.status |= {"pause": 500, "stop": 0}
    page.get_by_role("button", name="Pause").click()
    page.locator("#kept-taps").wait_for()
    page.get_by_role("button", name="Stop").click()
    wait_for(page, house, 2)
    house.status["stop"] = 302
    before = len(house.taps)
    for _ in range(100):
        if any(verb == "stop" for verb, _ in house.taps[before:]):
            break
        page.wait_for_timeout(100)
    assert any(verb == "stop" for verb, _ in house.taps[before:])
    page.wait_for_timeout(500)
    kept = page.evaluate("JSON.parse(localStorage.getItem('ataraxy-kept-taps')).map((tap) => tap.what)")
    assert kept == ["pause"]


def test_a_tap_that_never_arrived_is_shown_until_somebody_says_it_is_charted(page, house):
    house.status["stop"] = 0
    page.get_by_role("button", name="Stop").click()
    page.locator("#kept-taps").wait_for()
    older = "JSON.stringify(JSON.parse(localStorage['ataraxy-kept-taps']).map((t) => ({...t, at: t.at - 3600001})))"
    page.evaluate(f"localStorage['ataraxy-kept-taps'] = {older}")
    page.reload()
    assert "Not recorded: stop" in page.locator("#kept-taps").inner_text()
    assert "paper" in page.locator("#kept-taps").inner_text()
    sent = len(house.taps)
    page.wait_for_timeout(3500)
    assert len(house.taps) == sent
    page.get_by_role("button", name="It is charted").click()
    page.reload()
    assert page.locator("#kept-taps").count() == 0
