"""``ataraxy serve`` as a process: everything answers, comes back when killed, and is gone when stopped."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

DEAD = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def on_ports(environ: dict[str, str]) -> dict[str, str]:
    port, web, live, mllp = free_ports(4)
    return environ | {
        "ATARAXY_ORIGIN": f"http://localhost:{port}",
        "ATARAXY_PORT": str(port),
        "ATARAXY_WEB_PORT": str(web),
        "ATARAXY_LIVE_PORT": str(live),
        "ATARAXY_MLLP_BIND": f"127.0.0.1:{mllp}",
    }


@contextmanager
def serving(environ: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A running ``serve --json`` and what it said when it was ready."""
    with subprocess.Popen(
        [sys.executable, "-m", "ataraxy.cli", "serve", "--json"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            line = process.stdout.readline()
            assert '"address"' in line, line + process.stderr.read()
            yield process, json.loads(line)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()


def belonging_to(home: str) -> dict[int, str]:
    """Every process that was told this home, by its command line."""
    found: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            told = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"ATARAXY_HOME={home}".encode() in told or f" {home}/pg " in words:
            found[int(folder.name)] = words
    return {pid: words for pid, words in found.items() if words and pid != os.getpid()}


def get(url: str, **headers: str) -> Any:
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10)


def until(true: Callable[[], object], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if true():
                return True
        except (OSError, urllib.error.URLError):
            pass
        time.sleep(0.1)
    return False


def log_in_from(port: int, source: str, email: str, claims: str) -> int:
    """One wrong log-in through the front, from an address of this machine's own; ``claims`` is a forged one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(source, 0))
    with closing(connection):
        connection.request("GET", "/account/login/", headers={"Host": f"localhost:{port}"})
        page = connection.getresponse()
        cookie = (page.getheader("Set-Cookie") or "").split(";")[0]
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
        assert found is not None
        fields = {"csrfmiddlewaretoken": found[1], "login": email, "password": "wrong"}
        headers = {
            "Host": f"localhost:{port}",
            "Cookie": cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": claims,
        }
        connection.request("POST", "/account/login/", urllib.parse.urlencode(fields), headers)
        return connection.getresponse().status


@DEAD
def test_the_limits_of_the_log_in_are_each_clients_own(environ: dict[str, str]) -> None:
    """Behind the front every request comes from loopback: a whole clinic would share one limit."""
    environ = on_ports(environ)
    port = int(environ["ATARAXY_PORT"])
    with serving(environ):
        forged = (log_in_from(port, "127.0.0.2", f"nobody{n}@example.org", f"192.0.2.{n}") for n in range(40))
        assert 429 in forged, "a client that claims new addresses gets new tries"
        assert log_in_from(port, "127.0.0.3", "nobody@example.org", "192.0.2.1") == 200


@DEAD
def test_a_clinic_is_served_survives_a_killed_process_and_stops_without_a_trace(
    environ: dict[str, str],
) -> None:
    environ = on_ports(environ)
    home = environ["ATARAXY_HOME"]
    with serving(environ) as (process, told):
        page = f"{told['address']}/account/login/"
        with get(page) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "Server" not in answer.headers
        with get(f"{told['address']}/live/health") as answer:
            assert answer.status == 200

        again = subprocess.run(
            [sys.executable, "-m", "ataraxy.cli", "serve"],
            env=environ,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert again.returncode == 0
        assert f"already runs at {told['address']}" in again.stdout

        def webs() -> set[int]:
            return {p for p, words in belonging_to(home).items() if words.strip().endswith("ataraxy.cli web")}

        before = webs()
        os.kill(min(before), signal.SIGKILL)
        # Its orphaned workers may answer a moment longer: a new one must be there before the page is asked for.
        assert until(lambda: min(before) not in belonging_to(home) and webs() - before)
        assert until(lambda: get(page).status == 200)

        process.send_signal(signal.SIGTERM)
        assert process.wait(25) == 0
        assert process.stderr is not None
        assert "web was ended by SIGKILL" in process.stderr.read()
    assert until(lambda: not belonging_to(home), 5), belonging_to(home)


def test_a_port_that_is_taken_is_said_with_its_cure(
    environ: dict[str, str], ataraxy: Callable[..., Any]
) -> None:
    environ = on_ports(environ)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", int(environ["ATARAXY_WEB_PORT"])))
        holder.listen(1)
        done = ataraxy("serve", "--json", **environ)
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert environ["ATARAXY_WEB_PORT"] in error["cause"]
    assert "ATARAXY_WEB_PORT" in error["cure"]


@pytest.mark.parametrize("part", ["serve", "web", "live", "watch"])
def test_nothing_runs_with_the_owners_power(
    environ: dict[str, str], ataraxy: Callable[..., Any], part: str
) -> None:
    environ = on_ports(environ)
    done = ataraxy(part, **(environ | {"DATABASE_URL": environ["ATARAXY_OWNER_URL"]}))
    assert done.returncode == 2
    assert "switch off the guards" in done.stderr.replace("\n", " ").replace("│", "").replace("  ", " ")


def test_serving_an_older_database_is_refused_with_the_cure(
    environ: dict[str, str], ataraxy: Callable[..., Any]
) -> None:
    import psycopg

    with psycopg.connect(environ["ATARAXY_OWNER_URL"]) as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'follow'")
    done = ataraxy("serve", "--json", **(on_ports(environ) | {"ATARAXY_OWNER_URL": ""}))
    assert done.returncode == 2
    assert "ataraxy migrate" in json.loads(done.stdout)["error"]["cure"]


def test_a_process_that_cannot_start_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    from ataraxy.clinic.env import read
    from ataraxy.commands.children import Child, Running, stop_all
    from ataraxy.commands.database import Database
    from ataraxy.commands.serve import Supervisor
    from ataraxy.core.errors import AtaraxyError

    command = (sys.executable, "-c", "raise SystemExit('no such folder')")
    web = Running(Child("web", command), tmp_path / "web.log", dict(os.environ))
    env = read({"ATARAXY_HOME": str(tmp_path), "DATABASE_URL": "postgresql://unused/unused"})
    supervisor = Supervisor(env, Database("", "", embedded=False), [web], ready=lambda _: None)
    supervisor.start()
    with pytest.raises(AtaraxyError, match=r"web does not start. Its log ends:\n.*no such folder"):
        supervisor.watch_over()
    stop_all([web])


@DEAD
def test_stopped_while_it_prepares_it_leaves_nobody(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environ = on_ports(
        {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"ATARAXY_HOME": str(home)}
    )
    with subprocess.Popen(
        [sys.executable, "-m", "ataraxy.cli", "serve"], env=environ, stderr=subprocess.PIPE
    ) as process:
        assert until(lambda: (home / "database.started").exists())
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 2
        assert process.stderr is not None
        assert b"stopped before it was ready" in process.stderr.read()
    assert until(lambda: not belonging_to(str(home)), 5), belonging_to(str(home))


@DEAD
@pytest.mark.slow
def test_the_embedded_clinic_leaves_nobody_even_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environ = on_ports(
        {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"ATARAXY_HOME": str(home)}
    )
    with serving(environ) as (process, told):
        with get(f"{told['address']}/account/login/") as answer:
            assert answer.status == 200
        assert any("/bin/postgres " in words for words in belonging_to(str(home)).values())
        process.kill()
        process.wait(10)
    assert until(lambda: not belonging_to(str(home))), belonging_to(str(home))

    begun = time.monotonic()
    with serving(environ) as (process, told):
        assert time.monotonic() - begun < 20
        postmaster = int((home / "pg/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        assert until(lambda: postmaster not in belonging_to(str(home)))
        assert until(lambda: get(f"{told['address']}/account/login/").status == 200)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert until(lambda: not belonging_to(str(home)), 5), belonging_to(str(home))
    assert not (home / "database.started").exists()
