"""Several live processes of one clinic: a monitor speaks to one, a screen looks at another, and it is one session."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ataraxy.core.protocol.types import Measure

LOW, WELL = (Measure.SPO2, 84), (Measure.SPO2, 97)


@pytest.fixture
def two(start_live: Any) -> tuple[Any, Any]:
    return start_live(which=1, of=2), start_live(which=2, of=2)


def spo2(state: dict[str, Any]) -> str | None:
    return next((str(v["value"]) for v in state["values"] if v["measure"] == "spo2"), None)


def until_heard(caller: Any, bed: Any, screen: Any, *values: Any) -> dict[str, Any]:
    """Say it every half second, as a monitor does, until the screen shows the newest of it."""
    wanted = str(values[-1][1])
    for _ in range(20):
        caller.tell(bed.says(*values))
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            if spo2(state := screen.state()) == wanted:
                return dict(state)
    raise AssertionError("the screen never showed it")


def test_a_screen_at_one_process_shows_what_another_has_heard(
    two: Any, ward: Any, call: Any, look: Any
) -> None:
    here, there = two
    bed, nurse = ward.session(), ward.employ("nurse")
    screen = look(there, f"/live/session/{bed.session}/events", nurse)
    caller = call(here)
    until_heard(caller, bed, screen, WELL)
    until_heard(caller, bed, screen, (Measure.SPO2, 98))  # within its minute: told, and not charted
    assert [str(r.value) for e in bed.vitals() for r in e.payload.readings] == ["97"]


def test_a_value_past_its_limit_is_judged_where_it_is_shown(
    two: Any, ward: Any, call: Any, look: Any
) -> None:
    """The number passes between the processes; the entry comes by the record, and the rules speak."""
    here, there = two
    bed, nurse = ward.session(), ward.employ("nurse")
    screen = look(there, f"/live/session/{bed.session}/events", nurse)
    caller = call(here)
    until_heard(caller, bed, screen, WELL)
    caller.tell(bed.says(LOW))
    screen.state_with(
        lambda s: any("spo2 84" in r["what"] for r in (*s["stance"]["reasons"], *s["escalate"]))
    )


def test_a_neighbour_that_ends_is_missed_by_nobody_and_comes_back(
    two: Any, start_live: Any, ward: Any, call: Any, look: Any
) -> None:
    here, there = two
    bed, nurse = ward.session(), ward.employ("nurse")
    screen = look(there, f"/live/session/{bed.session}/events", nurse)
    until_heard(call(here), bed, screen, WELL)
    here.stop()
    until_heard(call(there), bed, screen, (Measure.SPO2, 98))  # its monitor calls whoever is there
    until_heard(call(start_live(which=1, of=2)), bed, screen, (Measure.SPO2, 96))


def test_a_pressure_told_again_to_another_process_is_charted_once(two: Any, ward: Any, call: Any) -> None:
    """Hazard: a monitor repeats its last cuff pressure; the process it called before never heard of it."""
    here, there = two
    bed, now = ward.session(), datetime.now(UTC)
    first, second = (bed.cuff(*p, now - timedelta(minutes=m)) for p, m in (((120, 80), 5), ((142, 88), 2)))
    for live, cuff in ((here, first), (there, first), (there, second), (here, second), (there, second)):
        call(live).tell(bed.says(*cuff))
    systolic = [r.value for e in bed.vitals() for r in e.payload.readings if r.measure is Measure.SYSTOLIC]
    assert systolic == [120, 142]


def systolic_of(bed: Any) -> list[int]:
    charted = [r for e in bed.vitals() for r in e.payload.readings if r.measure is Measure.SYSTOLIC]
    return [int(r.value) for r in charted]


def writing() -> Any:
    """The writer of one process, by hand: ``say(bed, values)`` is one batch; returns what is left for the next."""
    from ataraxy.live.arrived import arrived
    from ataraxy.live.inbox import Inbox
    from ataraxy.live.writer import Writer

    writer = Writer(Inbox(), lambda answers, heard: None)

    def say(bed: Any, *values: Any) -> list[Any]:
        return writer.write([arrived(bed.says(*values), "p", datetime.now(UTC), lambda *_: None)])

    say.writer = writer  # type: ignore[attr-defined]
    return say


def elsewhere(say: Any, bed: Any, *values: Any) -> None:
    """The same in a transaction of its own."""
    from django.db import connection

    def run() -> None:
        try:
            assert say(bed, *values) == []
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def pressures(bed: Any, *of: tuple[int, int]) -> list[Any]:
    now = datetime.now(UTC)
    return [bed.cuff(*one, now - timedelta(minutes=2 * (len(of) - n))) for n, one in enumerate(of)]


def test_a_new_pressure_is_charted_by_a_process_that_missed_the_one_before(ward: Any) -> None:
    """Hazard: the process reads what it missed, finds the pressure it has just stored, and takes it for an old one."""
    bed, here, there = ward.session(), writing(), writing()
    first, second, third = pressures(bed, (120, 80), (142, 88), (191, 112))
    for say, cuff in ((here, first), (there, second), (here, third), (there, third), (there, first)):
        assert say(bed, *cuff) == []
    assert systolic_of(bed) == [120, 142, 191]


def test_a_new_pressure_is_charted_though_another_was_written_while_its_batch_was(
    ward: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for the next batch, which reads the record first; nothing of it is kept before."""
    bed, here, there = ward.session(), writing(), writing()
    first, second, third = pressures(bed, (120, 80), (142, 88), (191, 112))
    here(bed, *first)
    lock, between = here.writer._bindings.lock, [second]

    def lock_late(sessions: Any) -> Any:
        if between:
            elsewhere(there, bed, *between.pop())
        return lock(sessions)

    monkeypatch.setattr(here.writer._bindings, "lock", lock_late)
    (left,) = here(bed, *third)
    assert systolic_of(bed) == [120, 142]
    assert here.writer.write([left]) == []
    assert systolic_of(bed) == [120, 142, 191]


def test_what_a_neighbour_says_that_is_no_frame_closes_its_line_alone(
    two: Any, ward: Any, call: Any, look: Any
) -> None:
    import os
    from pathlib import Path

    here, there = two
    for words in (
        b"",
        b"\0\0",
        b"\0\0\0\1" + b"\xff\xff\xff\xff",
        b"\0\0\0\1\0\0\0\4nope",
        b"\0\0\0\1\0\0\0\2{}",
    ):
        folder = os.open(Path(os.environ["ATARAXY_HOME"]) / "run", os.O_RDONLY)
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(f"/proc/self/fd/{folder}/live-2")
            line.sendall(words)
        os.close(folder)
    bed, nurse = ward.session(), ward.employ("nurse")
    screen = look(there, f"/live/session/{bed.session}/events", nurse)
    until_heard(call(here), bed, screen, WELL)


def test_only_numbers_there_are_name_a_process() -> None:
    from ataraxy.clinic import env
    from ataraxy.commands.parts import live_of
    from ataraxy.core.errors import AtaraxyError

    several = env.read({"ATARAXY_LIVE_PROCESSES": "3", "DATABASE_URL": "x"})
    assert live_of(several, 3).live_process == 3
    for number in (0, 4):
        with pytest.raises(AtaraxyError, match="ATARAXY_LIVE_PROCESSES is 3"):
            live_of(several, number)
    for told in ("0", "-1", "two", "17"):
        with pytest.raises(AtaraxyError, match="no number of processes"):
            env.read({"ATARAXY_LIVE_PROCESSES": told, "DATABASE_URL": "x"})
