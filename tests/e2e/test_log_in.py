"""The door of a real clinic, in a real browser: a second factor for everybody, and nothing told to strangers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

INSIDE = (
    "/",
    "/people/",
    "/people/add/",
    "/treat/",
    "/follow/",
    "/learn/",
    "/plan/protocols/",
    "/people/staff/",
    "/audit/",
)


@pytest.fixture(scope="module")
def clinic(house: Any, found: Callable[..., Any]) -> Any:
    """A clinic that is no demo."""
    return found(is_demo=False, now=datetime.now(UTC))


def set_up(page: Any, url: str) -> None:
    page.goto(url)
    page.get_by_role("heading", name="Confirm it is you").wait_for()


def confirm(page: Any, password: str) -> None:
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Confirm").click()


def add_app(page: Any, url: str, password: str, code_of: Callable[..., str]) -> str:
    """Set an authenticator app up; its secret."""
    set_up(page, f"{url}/account/2fa/totp/activate/")
    confirm(page, password)
    secret = str(page.locator("code").inner_text())
    page.fill("[name=code]", code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    page.locator(".status.met", has_text="On").or_(page.get_by_text("recovery")).first.wait_for()
    return secret


def log_out(page: Any, url: str) -> None:
    page.goto(f"{url}/account/logout/")
    page.locator("#main").get_by_role("button", name="Log out").click()
    page.wait_for_url("**/account/login/**")


def enter_code(page: Any, code: str) -> None:
    page.get_by_role("heading", name="Your second factor").wait_for()
    page.fill("[name=code]", code)
    page.get_by_role("button", name="Log in", exact=True).click()


def next_period(secret: str, code_of: Callable[..., str], used: str) -> str:
    """The next code that differs from ``used``, once its time has come."""
    while code_of(secret) == used:
        time.sleep(0.2)
    return code_of(secret)


def test_without_a_second_factor_a_password_opens_nothing_but_its_set_up(
    house: Any,
    clinic: Any,
    window: Callable[..., Any],
    log_in: Callable[..., None],
    no_barriers: Callable[..., None],
) -> None:
    page = (mine := window()).page
    log_in(page, house.url, clinic.email("therapist"), clinic.password)
    page.get_by_role("heading", name="Your log-in").wait_for()
    page.get_by_text("Set up a second factor to go on").wait_for()
    for path in INSIDE:
        page.goto(house.url + path)
        assert page.url == f"{house.url}/account/2fa/", path
    posted = mine.context.request.post(
        f"{house.url}/people/add/", headers={"Origin": house.url, "Referer": f"{house.url}/"}, max_redirects=0
    )
    assert posted.status in (302, 403)
    assert mine.context.request.get(f"{house.url}/live/board/events").status == 403
    no_barriers(page, "set-up of the second factor")
    assert mine.unexpected() == []


@pytest.mark.slow
def test_an_authenticator_app_opens_the_clinic_and_a_used_code_does_not(
    house: Any,
    clinic: Any,
    window: Callable[..., Any],
    log_in: Callable[..., None],
    code_of: Callable[..., str],
) -> None:
    page, email = window().page, clinic.email("nurse")
    log_in(page, house.url, email, clinic.password)
    page.get_by_role("heading", name="Your log-in").wait_for()
    secret = add_app(page, house.url, clinic.password, code_of)
    log_out(page, house.url)

    log_in(page, house.url, email, clinic.password)
    enter_code(page, wrong := f"{(int(code_of(secret)) + 1) % 1_000_000:06d}")
    page.locator(".error").first.wait_for()
    assert wrong not in page.locator("#main").inner_text()
    code = next_period(secret, code_of, code_of(secret))  # at the beginning of its 30 s
    page.fill("[name=code]", code)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("heading", name="Today", exact=True).wait_for()

    log_out(page, house.url)
    log_in(page, house.url, email, clinic.password)
    enter_code(page, code)
    page.locator(".error").first.wait_for()
    assert code_of(secret) == code, "the machine is too slow for this test: the code grew old meanwhile"
    page.goto(f"{house.url}/people/")
    assert "/account/" in page.url
    page.goto(f"{house.url}/account/2fa/authenticate/")
    enter_code(page, next_period(secret, code_of, code))
    page.get_by_role("heading", name="Today", exact=True).wait_for()


def test_a_passkey_opens_the_clinic_without_a_password(
    house: Any,
    clinic: Any,
    window: Callable[..., Any],
    log_in: Callable[..., None],
    give_key: Callable[..., Any],
    picture: Callable[..., None],
) -> None:
    page = (mine := window()).page
    give_key(page)
    log_in(page, house.url, clinic.email("prescriber"), clinic.password)
    set_up(page, f"{house.url}/account/2fa/webauthn/add/")
    confirm(page, "not my password")
    page.locator(".error").first.wait_for()  # and the key is not added
    confirm(page, clinic.password)
    page.fill("[name=name]", "Key ring")
    page.check("[name=passwordless]")
    picture(page, "door-add-a-passkey")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "/add/" not in url)
    page.goto(f"{house.url}/account/2fa/webauthn/")
    page.get_by_text("Key ring").wait_for()
    log_out(page, house.url)

    picture(page, "door-log-in")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.get_by_role("heading", name="Today", exact=True).wait_for()
    page.locator(".whoami", has_text="Dr Omar Bright").wait_for()
    assert mine.unexpected() == []


def test_a_browser_without_the_passkey_says_what_to_do(
    house: Any, clinic: Any, window: Callable[..., Any], give_key: Callable[..., Any]
) -> None:
    page = window().page
    page.goto(f"{house.url}/account/login/")
    give_key(page)  # an empty key: it knows nobody here
    page.get_by_role("button", name="Log in with a passkey").click()
    page.locator(".notice.passkey").wait_for()
    assert "/account/login/" in page.url


def test_nobody_signs_up(house: Any, clinic: Any, window: Callable[..., Any]) -> None:
    from ataraxy.clinic.people.models import User

    before = User.objects.count()
    page = (mine := window()).page
    page.goto(f"{house.url}/account/signup/")
    page.get_by_role("heading", name="Nobody signs up here").wait_for()
    page.goto(f"{house.url}/account/login/")
    token = page.locator("#main [name=csrfmiddlewaretoken]").first.input_value()
    for path in ("/account/signup/", "/account/2fa/webauthn/signup/"):
        mine.context.request.post(
            house.url + path,
            form={
                "email": "new@person.example",
                "password1": "wide river slow lantern",
                "csrfmiddlewaretoken": token,
            },
            headers={"Origin": house.url, "Referer": f"{house.url}/account/login/"},
        )
    assert User.objects.count() == before


def test_a_wrong_log_in_says_nothing_about_who_has_an_account(
    house: Any,
    clinic: Any,
    window: Callable[..., Any],
    log_in: Callable[..., None],
    no_barriers: Callable[..., None],
) -> None:
    said = []
    for email in (clinic.email("director"), "nobody@wellspring.example"):
        page = window().page
        log_in(page, house.url, email, "a wrong password for anyone")
        page.locator(".error").first.wait_for()
        said.append(page.locator("#main").inner_text())
        hidden = re.sub(r'value="[^"]*"', "", page.locator("#main").inner_html())
        assert email not in hidden
    assert said[0] == said[1]
    no_barriers(page, "a refused log-in")


def test_a_log_out_ends_the_session_also_for_a_copied_cookie(
    house: Any,
    clinic: Any,
    window: Callable[..., Any],
    log_in: Callable[..., None],
    code_of: Callable[..., str],
) -> None:
    mine = window()
    log_in(mine.page, house.url, clinic.email("coordinator"), clinic.password)
    mine.page.get_by_role("heading", name="Your log-in").wait_for()
    add_app(mine.page, house.url, clinic.password, code_of)
    copied = window()
    copied.context.add_cookies(mine.context.cookies())
    copied.page.goto(f"{house.url}/people/")
    copied.page.get_by_role("heading", name="Patients").wait_for()
    log_out(mine.page, house.url)
    for page in (mine.page, copied.page):
        page.goto(f"{house.url}/people/")
        page.get_by_role("heading", name="Log in").wait_for()
    mine.page.go_back()  # what the browser still remembers is not shown again
    assert mine.page.get_by_role("heading", name="Patients").count() == 0


@pytest.mark.slow
def test_the_second_factor_is_not_changed_without_proof_of_who_it_is(
    house: Any,
    clinic: Any,
    window: Callable[..., Any],
    log_in: Callable[..., None],
    code_of: Callable[..., str],
) -> None:
    """A clinic's screen left open changes nobody's log-in."""
    page = window().page
    log_in(page, house.url, clinic.email("researcher"), clinic.password)
    page.get_by_role("heading", name="Your log-in").wait_for()
    secret = add_app(page, house.url, clinic.password, code_of)
    page.context.clear_cookies()
    log_in(page, house.url, clinic.email("researcher"), clinic.password)
    enter_code(page, next_period(secret, code_of, code_of(secret)))
    page.get_by_role("heading", name="Outcomes").wait_for()
    for path in (
        "2fa/totp/deactivate/",
        "2fa/webauthn/add/",
        "2fa/recovery-codes/",
        "2fa/recovery-codes/generate/",
    ):
        page.goto(f"{house.url}/account/{path}")
        page.get_by_role("heading", name="Confirm it is you").wait_for()
