"""A patient's answers do not leave the page before there is a way for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

HOUSE = "http://house.test"
STATIC = Path(__file__).parents[2] / "src/ataraxy/clinic/static/ataraxy"
PAGE = """<!doctype html><html lang="en"><head><title>How are you?</title>
<link rel="icon" href="/static/favicon.svg"></head>
<body><main id="main">
<form method="post" action="/answer/"><input name="worry"><button>Send my answers</button></form></main>
<script type="module" src="/static/page.js"></script>
<script type="module" src="/static/patient.js"></script></body></html>"""


class House:
    """The clinic at the other end, which can be out of reach, or answer that it is unwell."""

    def __init__(self) -> None:
        self.away = False
        self.status = 200
        self.sent: list[str] = []

    def answer(self, route):
        if self.away:
            return route.abort()
        path = route.request.url.removeprefix(HOUSE)
        if route.request.method == "HEAD":
            return route.fulfill(status=self.status, body="")
        if path.startswith("/static/"):
            module = STATIC / path.removeprefix("/static/")
            kind = "text/javascript" if module.suffix == ".js" else "image/svg+xml"
            return route.fulfill(body=module.read_text(), content_type=kind)
        if route.request.method == "POST":
            self.sent.append(route.request.post_data)
            return route.fulfill(body="<title>Thank you</title>", content_type="text/html")
        return route.fulfill(body=PAGE, content_type="text/html")


@pytest.fixture
def house():
    return House()


@pytest.fixture
def page(browser, house) -> Iterator:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.route("**/*", house.answer)
    opened = context.new_page()
    opened.goto(f"{HOUSE}/answer/")
    opened.fill("[name=worry]", "less than last week")
    yield opened
    context.close()


@pytest.mark.parametrize("trouble", ["no network", "the clinic is unwell"])
def test_out_of_reach_the_answers_stay_and_are_sent_when_there_is_a_way(page, house, trouble):
    house.away, house.status = (True, 200) if trouble == "no network" else (False, 502)
    button = page.get_by_role("button", name="Send my answers")
    for _ in range(2):
        button.click()
        page.get_by_text("Not sent: the clinic cannot be reached just now.").wait_for()
    assert page.locator("[role=alert]").count() == 1  # said once, however often it is tapped
    assert page.input_value("[name=worry]") == "less than last week"
    assert house.sent == []
    house.away, house.status = False, 200
    button.click()
    page.wait_for_function("document.title === 'Thank you'")
    assert house.sent == ["worry=less+than+last+week"]


def test_in_reach_two_taps_are_one_answer(page, house):
    page.get_by_role("button", name="Send my answers").dblclick()
    page.wait_for_function("document.title === 'Thank you'")
    assert len(house.sent) == 1
