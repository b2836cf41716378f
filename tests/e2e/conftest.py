"""A whole Ataraxy in processes of its own, and a real browser in front of it."""

from __future__ import annotations

import base64
import hmac
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Served:
    """A running Ataraxy: its address, where monitors call, its home, and its log."""

    url: str
    mllp_port: int
    home: Path
    log: Path
    database: str


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@pytest.fixture
def served(server: Any, own_database: str, tmp_path: Path) -> Iterator[Served]:
    """``ataraxy serve`` on free ports, on a database of its own, as the application's role."""
    yield from serve_on(server.url("ataraxy_app", own_database), own_database, tmp_path)


@pytest.fixture(scope="module")
def house(server: Any, django: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``ataraxy serve`` on an empty database for all tests of a module, which share what they find there."""
    yield from serve_copy(server, "ataraxy_template", tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def demo_house(server: Any, demo_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``ataraxy serve`` on a copy of the demo clinic for all tests of a module."""
    from django.db import connections

    connections.close_all()
    yield from serve_copy(server, demo_template, tmp_path_factory.mktemp("demo-house"))


def serve_copy(server: Any, template: str, folder: Path) -> Iterator[Served]:
    """Serve a copy of ``template``, with Django's connection of this process on it too; dropped afterwards."""
    from django.db import connections

    from ataraxy.clinic.settings import database as parse

    name = f"house_{uuid.uuid4().hex[:12]}"
    server.create(name, template)
    url = server.url("ataraxy_app", name)
    fresh = parse(url) | {"OPTIONS": {}}
    connections["default"].close()
    connections.databases["default"].update(fresh)
    connections["default"].settings_dict.update(fresh)
    try:
        yield from serve_on(url, name, folder)
    finally:
        connections.close_all()
        server.drop(name)


def serve_on(database_url: str, database: str, tmp_path: Path) -> Iterator[Served]:
    port, web, live, mllp = free_ports(4)
    home = tmp_path / "home"
    home.mkdir()
    share_the_signing_key(home)
    log = tmp_path / "serve.log"
    environ = os.environ | {
        "ATARAXY_HOME": str(home),
        "DATABASE_URL": database_url,
        "ATARAXY_PORT": str(port),
        "ATARAXY_WEB_PORT": str(web),
        "ATARAXY_LIVE_PORT": str(live),
        "ATARAXY_MLLP_BIND": f"127.0.0.1:{mllp}",
        "ATARAXY_ORIGIN": f"http://localhost:{port}",
    }
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "ataraxy.cli", "serve"], env=environ, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            wait_for(f"http://localhost:{port}/account/login/", process, log)
            wait_for(f"http://localhost:{port}/live/health", process, log)
            yield Served(f"http://localhost:{port}", mllp, home, log, database)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def share_the_signing_key(home: Path) -> None:
    """The served clinic and this process read each other's signed links."""
    from django.conf import settings

    from ataraxy.clinic.database.embedded import write_secret

    write_secret(home / "secrets" / "django", settings.SECRET_KEY)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{url} did not answer; the log ends:\n{log.read_text()[-3000:]}")


def chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """An installed Chromium, headless. Without one the test is skipped, or fails when REQUIRE_BROWSER=1."""
    program = chromium()
    if program is None:
        message = "no Chromium is installed: install the package chromium, or set CHROMIUM to its program"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "true"  # Playwright's loop runs in this thread; the ORM here is plain
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def picture() -> Callable[..., None]:
    """picture(page, name): keep a screenshot at 360 and at 1440 px."""

    def take(page: Any, name: str) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        page.evaluate("scrollTo(0, 0)")  # the head of the page stays on top, also of a long picture
        before = page.viewport_size
        for width, height in ((360, 740), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=str(ARTEFACTS / f"{name}-{width}.png"), full_page=True)
        if before:
            page.set_viewport_size(before)

    return take


BARRIERS = """async () => (await axe.run({resultTypes: ["violations"], preload: false})).violations.map(v =>
    ({id: v.id, impact: v.impact, help: v.help, html: v.nodes.map(n => n.html.slice(0, 160))}))"""


# What a finger has to hit, and how high it is: 44 px (docs/design-system.md). A box to tick is hit by its label.
TOO_SMALL = """() => [...document.querySelectorAll(
    'button, a.button, summary, select, .pill, input:not([type=hidden], [type=checkbox], [type=radio])')]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().height > 0)
    .filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def no_barriers() -> Callable[..., None]:
    """no_barriers(page): axe finds nothing serious, nothing scrolls sideways, nothing is too low to hit, at both widths."""

    def check(page: Any, name: str) -> None:
        from axe_playwright_python.base import AXE_SCRIPT

        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        for width, height in ((360, 740), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            found = [
                f"{v['id']} ({v['impact']}): {v['help']}: {v['html'][:3]}"
                for v in page.evaluate(BARRIERS)
                if v["impact"] in ("serious", "critical")
            ]
            assert not found, f"{name} at {width} px: " + "\n".join(found)
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{name} at {width} px scrolls sideways by {overflow} px"
            small = page.evaluate(TOO_SMALL)
            assert not small, f"{name} at {width} px has targets lower than 44 px: {small[:3]}"

    return check


# --- people in front of the browser ---------------------------------------------------------------

PHONE, DESK = (360, 740), (1440, 900)
PERIOD_S = 30  # of a code of an authenticator app
EXPECTED = "the server responded with a status of"  # a refused form is drawn with 4xx, which Chromium logs


@dataclass
class Window:
    """A browser window of its own, without anybody's cookies, that remembers what went wrong in it."""

    context: Any
    page: Any
    troubles: list[str]

    def also(self) -> Any:
        """Another tab of the same person."""
        return _watched(self.context.new_page(), self.troubles)

    def unexpected(self) -> list[str]:
        """Script errors, breaches of the content policy and faults of the server; not a refused form."""
        return [
            t for t in self.troubles if EXPECTED not in t or any(f"{EXPECTED} 5{n}" in t for n in range(10))
        ]


def _watched(page: Any, troubles: list[str]) -> Any:
    page.set_default_timeout(30_000)
    page.on("console", lambda m: troubles.append(f"{page.url}: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda e: troubles.append(f"{page.url}: {e}"))
    return page


@pytest.fixture
def window(browser: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Window]]:
    """window(size) -> a fresh Window; all are closed at the end."""
    opened: list[Window] = []

    def make(size: tuple[int, int] = DESK, **more: Any) -> Window:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
        troubles: list[str] = []
        opened.append(Window(context, _watched(context.new_page(), troubles), troubles))
        return opened[-1]

    yield make
    failed = getattr(request.node, "failed", False)
    for number, each in enumerate(opened):
        if failed:
            _keep_for_looking(each, f"failed-{request.node.name[:60]}-{number}")
        each.context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Any:
    """A test that takes windows knows at its end whether it failed."""
    report = yield
    item.failed = getattr(item, "failed", False) or report.failed
    return report


def _keep_for_looking(window: Window, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    for page in window.context.pages:
        page.screenshot(path=str(ARTEFACTS / f"{name}.png"), full_page=True)
        words = page.locator("body").inner_text()[:1200]
        print(f"--- {name}: {page.url}\n{words}\n{window.troubles}")


@pytest.fixture
def code_of() -> Callable[..., str]:
    """code_of(secret, at) -> what an authenticator app shows (RFC 6238: SHA-1, six digits, 30 s)."""

    def make(secret: str, at: float | None = None) -> str:
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        digest = hmac.digest(
            key, struct.pack(">Q", int((time.time() if at is None else at) // PERIOD_S)), "sha1"
        )
        start = digest[-1] & 15
        return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"

    return make


@pytest.fixture
def give_key() -> Callable[..., Any]:
    """give_key(page) -> the page's tab gets a security key that knows its owner (a virtual one, over CDP)."""

    def give(page: Any) -> Any:
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return session

    return give


@pytest.fixture
def log_in() -> Callable[..., None]:
    """log_in(page, url, email, password): the first page of the log-in; a second factor is asked after it."""

    def enter(page: Any, url: str, email: str, password: str) -> None:
        page.goto(f"{url}/account/login/")
        page.fill("[name=login]", email)
        page.fill("[name=password]", password)
        page.get_by_role("button", name="Log in", exact=True).click()

    return enter


@dataclass(frozen=True)
class Founded:
    """A clinic with one member of staff a role, and the password of them all."""

    clinic: Any
    staff: dict[str, Any]
    password: str

    def email(self, role: str) -> str:
        return str(self.staff[role].user.email)


@pytest.fixture(scope="session")
def found(django: None) -> Callable[..., Founded]:
    """found(is_demo, now) -> a clinic without patients, made by the actions in the database Django is pointed at."""

    def make(is_demo: bool, now: datetime) -> Founded:
        from datetime import timedelta

        from ataraxy.clinic.context import staff_context
        from ataraxy.clinic.people.actions.staff import add_staff, record_credential
        from ataraxy.clinic.people.models import Clinic, CredentialKind, Role, Room, Staff, User
        from ataraxy.clinic.treat.models import Monitor
        from ataraxy.demo.fill import set_clock

        password = "wide river slow lantern"
        clinic = Clinic.objects.create(
            name="Wellspring Clinic", zone="America/New_York", phone="+1 555 0180", is_demo=is_demo
        )
        if is_demo:
            set_clock(clinic, now, datetime.now(UTC))
        for name in ("Harbour", "Meadow"):
            room = Room.objects.create(clinic=clinic, name=name)
            device = f"ATARAXY/DEMO/{name.upper()}"
            Monitor.objects.create(clinic=clinic, device=device, label=f"Monitor {name}", room=room)
        user = User(email="director@wellspring.example")
        user.set_password(password)
        user.save()
        director = Staff.objects.create(clinic=clinic, user=user, name="Dr Iris Vale", roles=["director"])
        names = {
            "prescriber": "Dr Omar Bright",
            "nurse": "June Abara",
            "therapist": "Pia Lund",
            "coordinator": "Sam Ortiz",
            "researcher": "Ed Novak",
        }
        ctx, staff = staff_context(director), {"director": director}
        kinds = {
            "prescriber": ("prescribing", "rescue"),
            "nurse": ("nursing", "rescue"),
            "therapist": ("therapy",),
        }
        for role, name in names.items():
            staff[role] = add_staff(ctx, name, f"{role}@wellspring.example", [Role(role)], password)
            for kind in kinds.get(role, ()):
                record_credential(
                    ctx, staff[role], CredentialKind(kind), "K-1", ctx.today.date() + timedelta(days=400)
                )
        return Founded(clinic, staff, password)

    return make
