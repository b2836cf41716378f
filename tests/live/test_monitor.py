"""The demo monitor against a real TCP listener that sometimes misbehaves."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

from ataraxy.core.protocol.types import Measure
from ataraxy.interop.hl7v2.ack import acknowledge
from ataraxy.interop.hl7v2.oru import ParsedOru, parse_oru
from ataraxy.interop.hl7v2.pcd01 import render_oru
from ataraxy.interop.hl7v2.split import split
from ataraxy.live.mllp import Framer, frame
from ataraxy.live.monitor import DemoMonitor, Tally, reports, run_monitor

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUICK = DemoMonitor(
    bed="Room 2", every_s=0.01, first_backoff_s=0.01, longest_backoff_s=0.05, ack_timeout_s=0.2, run_id="r"
)
Answer = Callable[[int, bytes], bytes | None]  # how often this control id was seen, the message


def yes(_: int, payload: bytes) -> bytes | None:
    return answered(payload, "AA")


def answered(payload: bytes, code: str) -> bytes:
    made = acknowledge(split(payload), code, "", "a", NOW())  # type: ignore[arg-type]
    return b"".join(frame(ack.encode()) for ack in made)


def NOW() -> datetime:  # noqa: N802
    return datetime.now(UTC)


class Listener:
    """Counts what arrives and answers by rule; None ends the connection without an answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.arrived: list[str] = []
        self.enough = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        framer = Framer()
        try:
            while data := await reader.read(65536):
                for payload in framer.feed(data):
                    assert isinstance(payload, bytes)
                    control_id = parse_oru(payload).control_id
                    self.arrived.append(control_id)
                    reply = self.answer(self.arrived.count(control_id), payload)
                    if reply is None:
                        return
                    writer.write(reply)
        finally:
            writer.close()


T = TypeVar("T")


def in_a_thread(work: Coroutine[None, None, T]) -> T:
    """A loop of its own: a browser test of the same worker may have left one in the main thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def run(
    answer: Answer, until: Callable[[Listener], bool], monitor: DemoMonitor = QUICK
) -> tuple[Listener, Tally]:
    """Run the monitor against a listener until the listener has seen enough."""

    async def both() -> tuple[Listener, Tally]:
        listener, stop = Listener(answer), asyncio.Event()
        async with await asyncio.start_server(listener.serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            going = asyncio.create_task(run_monitor(replace(monitor, port=port), stop))
            await _wait_for(lambda: until(listener))
            stop.set()
            return listener, await asyncio.wait_for(going, 5)

    return in_a_thread(both())


async def _wait_for(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not ready():
            await asyncio.sleep(0.005)


def in_order(arrived: list[str]) -> list[int]:
    """First arrivals, by number."""
    return [int(name.split("-")[1]) for name in dict.fromkeys(arrived)]


def at_speed(speed: float, count: int) -> list[ParsedOru]:
    """Reports of a run whose clock moves a second a report."""
    ticks = iter(range(count))
    made = reports(replace(QUICK, speed=speed), NOON, lambda: NOON + timedelta(seconds=next(ticks)))
    return list(islice(made, count))


def test_every_report_is_marked_synthetic_and_reads_back() -> None:
    for report in at_speed(60, 20):
        assert parse_oru(render_oru(report)) == report
        assert report.sending_application == ("ATARAXY", "DEMO")
        assert report.simulated and all(value.flags == ("DEMO",) for value in report.values)
        assert report.place == "Room 2"


def test_a_cuff_pressure_is_resent_with_its_old_time_until_the_next() -> None:
    told = [
        (value.device_at, value.value, value.aperiodic)
        for report in at_speed(60, 11)
        for value in report.values
        if value.measure is Measure.SYSTOLIC
    ]
    assert len(told) == 11
    assert sorted({at for at, _, _ in told if at}) == [NOON + timedelta(seconds=s) for s in (0, 5, 10)]
    assert len(set(told)) == 3 and all(aperiodic for _, _, aperiodic in told)


def test_electrode_probe_and_cuff_rates_are_sent_apart() -> None:
    (report,) = at_speed(1, 1)
    assert [value.measure for value in report.values] == [
        Measure.HEART_RATE_ECG,
        Measure.SPO2,
        Measure.PULSE_OXIMETER,
        Measure.RESPIRATORY_RATE,
        Measure.SYSTOLIC,
        Measure.DIASTOLIC,
        Measure.MEAN_PRESSURE,
        Measure.PULSE_CUFF,
    ]


def test_speed_runs_the_body_faster_and_not_the_clock() -> None:
    slow, fast = at_speed(1, 41)[-1], at_speed(60, 41)[-1]
    assert slow.sent_at == fast.sent_at
    systolic = {report.values[4].measure: report.values[4].value for report in (slow,)}
    assert systolic[Measure.SYSTOLIC] is not None
    assert fast.values[4].value is not None and fast.values[4].value >= systolic[Measure.SYSTOLIC] + 10


def test_two_runs_never_share_a_control_id() -> None:
    monitor = replace(QUICK, run_id="")
    ids = [next(reports(monitor, NOON, lambda: NOON)).control_id for _ in range(2)]
    assert ids[0] != ids[1]


def test_messages_are_delivered_once_and_in_order_to_a_listener_that_answers() -> None:
    listener, tally = run(yes, lambda heard: len(heard.arrived) >= 10)
    assert len(set(listener.arrived)) == len(listener.arrived)
    assert in_order(listener.arrived) == list(range(1, len(listener.arrived) + 1))
    assert tally.connections == 1 and tally.given_up == 0
    assert tally.acknowledged + tally.waiting == tally.made


def test_a_lost_connection_loses_no_message_and_resends_under_the_same_id() -> None:
    def drops_each_third(seen: int, payload: bytes) -> bytes | None:
        number = int(parse_oru(payload).control_id.split("-")[1])
        return None if number % 3 == 0 and seen == 1 else answered(payload, "AA")

    listener, tally = run(drops_each_third, lambda heard: len(set(heard.arrived)) >= 10)
    assert in_order(listener.arrived) == list(range(1, len(set(listener.arrived)) + 1))
    assert listener.arrived.count("r-3") == 2
    assert tally.connections >= 3


def test_silence_is_a_lost_connection_too() -> None:
    def silent_once(seen: int, payload: bytes) -> bytes:
        return b"" if seen == 1 and b"|r-2|" in payload else answered(payload, "AA")

    listener, _ = run(silent_once, lambda heard: "r-4" in heard.arrived)
    assert listener.arrived.count("r-2") == 2


def test_an_answer_to_another_message_does_not_count() -> None:
    def wrong_first(seen: int, payload: bytes) -> bytes:
        late = answered(payload.replace(b"|r-2|", b"|r-1|"), "AA") if b"|r-2|" in payload else b""
        return late + (answered(payload, "AA") if seen > 1 or b"|r-2|" not in payload else b"")

    listener, _ = run(wrong_first, lambda heard: "r-3" in heard.arrived)
    assert listener.arrived.count("r-2") == 2


def test_an_error_is_tried_again_and_a_rejection_is_not() -> None:
    def refuses(seen: int, payload: bytes) -> bytes:
        if b"|r-1|" in payload:
            return answered(payload, "AR")
        return answered(payload, "AE" if b"|r-2|" in payload and seen == 1 else "AA")

    listener, tally = run(refuses, lambda heard: "r-4" in heard.arrived)
    assert (listener.arrived.count("r-1"), listener.arrived.count("r-2")) == (1, 2)
    assert tally.given_up == 1


def test_a_message_nobody_can_take_is_given_up_and_does_not_block_the_rest() -> None:
    def never_the_first(_: int, payload: bytes) -> bytes:
        return answered(payload, "AE" if b"|r-1|" in payload else "AA")

    listener, tally = run(never_the_first, lambda heard: "r-3" in heard.arrived, replace(QUICK, attempts=3))
    assert listener.arrived.count("r-1") == 3
    assert tally.given_up == 1


def test_an_answer_that_is_no_hl7_is_survived() -> None:
    def rude_once(seen: int, payload: bytes) -> bytes:
        return frame(b"HTTP/1.1 400") if seen == 1 and b"|r-1|" in payload else answered(payload, "AA")

    listener, _ = run(rude_once, lambda heard: "r-3" in heard.arrived)
    assert listener.arrived.count("r-1") == 2


def test_with_nobody_listening_it_waits_keeps_a_bounded_store_and_stops_when_told() -> None:
    async def alone() -> tuple[Tally, list[str]]:
        async with await asyncio.start_server(_hang_up, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
        states: list[str] = []
        stop = asyncio.Event()
        going = asyncio.create_task(
            run_monitor(replace(QUICK, port=port, kept_messages=5), stop, on_state=states.append)
        )
        await _wait_for(lambda: len(states) >= 3)
        await asyncio.sleep(0.1)
        stop.set()
        return await asyncio.wait_for(going, 5), states

    tally, states = in_a_thread(alone())
    assert tally.waiting == 5 and tally.overflowed == tally.made - 5 > 0
    assert all("not connected" in state for state in states)


def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Awaitable[None]:
    writer.close()
    return writer.wait_closed()


def test_the_process_stops_cleanly_on_either_signal() -> None:
    program = (
        "from ataraxy.live.monitor import DemoMonitor, demo_monitor;"
        "demo_monitor(DemoMonitor(port=9, longest_backoff_s=0.5), on_state=lambda s: print(s, flush=True));"
        "print('stopped')"
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None and "not connected" in process.stdout.readline()
            process.send_signal(number)
            out, _ = process.communicate(timeout=10)
        assert process.returncode == 0
        assert out.rstrip().endswith("stopped")
