"""A whole Ataraxy in processes of its own, and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


def serve_on(database_url: str, database: str, tmp_path: Path) -> Iterator[Served]:
    port, web, live, mllp = free_ports(4)
    home = tmp_path / "home"
    home.mkdir()
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

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread; the ORM here is plain
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def picture() -> Callable[..., None]:
    """picture(page, name): keep a screenshot at 360 and at 1440 px."""

    def take(page: Any, name: str) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        before = page.viewport_size
        for width, height in ((360, 740), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=str(ARTEFACTS / f"{name}-{width}.png"), full_page=True)
        if before:
            page.set_viewport_size(before)

    return take


@pytest.fixture
def no_barriers() -> Callable[..., None]:
    """no_barriers(page): axe finds nothing serious or critical, at both widths."""

    def check(page: Any, name: str) -> None:
        from axe_playwright_python.sync_playwright import Axe

        for width, height in ((360, 740), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            found = [
                f"{v['id']} ({v['impact']}): {v['help']}: {[n['html'][:160] for n in v['nodes']][:3]}"
                for v in Axe().run(page).response["violations"]
                if v["impact"] in ("serious", "critical")
            ]
            assert not found, f"{name} at {width} px: " + "\n".join(found)
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{name} at {width} px scrolls sideways by {overflow} px"

    return check
