"""Children are restarted later each time, end with their whole group, and never outlive a killed parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ataraxy.commands.children import TETHER, Child, Running, stop_all, tail

SLEEP = "import time; time.sleep(60)"
FORKS = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', '{SLEEP}']).pid, flush=True); {SLEEP}"


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[tuple[str, ...]], Running]]:
    started: list[Running] = []

    def start(command: tuple[str, ...]) -> Running:
        each = Running(Child("child", command), tmp_path / "child.log", dict(os.environ))
        started.append(each)
        each.start()
        return each

    yield start
    stop_all(started, grace_s=0.1)


def test_a_child_that_dies_is_started_again_and_said_so(run: Callable[..., Running]) -> None:
    child = run(python(SLEEP))
    assert child.tend() is None
    assert child.process is not None
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    said = ""

    def running_again() -> bool:
        nonlocal said
        said += child.tend() or ""
        return "running again" in said

    assert until(running_again)
    assert child.alive
    assert child.process.pid != first
    assert "was ended by SIGKILL; it starts again in 0.25 s" in said
    assert "is running again (restart 1)" in said


def test_each_failure_waits_longer(run: Callable[..., Running]) -> None:
    child = run(python("raise SystemExit(3)"))
    waits: list[float] = []
    while len(waits) < 3:
        if "stopped with code 3" in (child.tend() or ""):
            waits.append(float(child.again_at or 0) - time.monotonic())
    assert waits[0] < waits[1] < waits[2]


def test_what_a_child_left_behind_goes_with_it(run: Callable[..., Running]) -> None:
    child = run(python(FORKS))
    assert until(lambda: bool(tail(child.log)))
    grandchild = int(tail(child.log))
    assert child.process is not None
    child.process.kill()
    assert until(lambda: bool(child.tend()))
    assert until(lambda: not alive(grandchild))


def test_stopping_ends_the_whole_group_even_when_the_child_does_not_listen(
    run: Callable[..., Running],
) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {FORKS}"
    child = run(python(deaf))
    assert until(lambda: bool(tail(child.log)))
    stop_all([child], grace_s=0.2)
    assert not child.alive
    assert until(lambda: not alive(int(tail(child.log))))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_a_tethered_program_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    parent = (
        "import os, subprocess, sys, time\n"
        f"tether = [sys.executable, {str(TETHER)!r}, str(os.getpid()), '15']\n"
        f"child = subprocess.Popen([*tether, sys.executable, '-c', {SLEEP!r}])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid)); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", parent]) as process:
        assert until(lambda: note.exists() and note.read_text() != "")
        child = int(note.read_text())
        assert until(lambda: SLEEP in Path(f"/proc/{child}/cmdline").read_text().split("\0"))
        process.kill()
    assert until(lambda: not alive(child))


def test_a_log_does_not_grow_without_end(run: Callable[..., Running], tmp_path: Path) -> None:
    (tmp_path / "child.log").write_bytes(b"x" * 5_000_001)
    run(python("print('new')"))
    assert until(lambda: tail(tmp_path / "child.log") == "new")
    assert (tmp_path / "child.old.log").stat().st_size == 5_000_001
