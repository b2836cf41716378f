"""The demo monitor: a bedside monitor that does not exist, speaking real PCD-01 over real MLLP.

Every value carries DEMO in OBX-8, the message MSH-11 = T and the sender ``ATARAXY^DEMO``: only a demo
clinic may take it. Like a real monitor it repeats the last cuff pressure, with its old time, in every
message; keeps what was not acknowledged; and sends it again under the same control id.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from ataraxy.core.protocol.types import Measure
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.interop.hl7v2.pcd01 import observation, render_oru
from ataraxy.interop.hl7v2.value import WireValue
from ataraxy.live.mllp import frame
from ataraxy.live.physiology import Baseline, Vitals, vitals_at
from ataraxy.live.sender import Outgoing, Tally, deliver

Clock = Callable[[], datetime]
FLAGS = ("DEMO",)


@dataclass(frozen=True, slots=True)
class DemoMonitor:
    """What to simulate and where to send it. ``speed`` is physiological seconds per second of the wall."""

    host: str = "127.0.0.1"
    port: int = 2575
    bed: str = "1"
    speed: float = 1.0
    start_at_min: float = 0.0  # minutes since the dose started, when the monitor is switched on
    cuff_every_min: float = 5.0
    every_s: float = 1.0
    seed: int = 1
    baseline: Baseline = field(default_factory=Baseline)
    run_id: str = ""  # makes control ids unique among runs; drawn when empty
    ack_timeout_s: float = 5.0
    first_backoff_s: float = 0.5
    longest_backoff_s: float = 15.0
    kept_messages: int = 3600
    attempts: int = 5  # of a message answered with an error, before it is given up


def demo_monitor(monitor: DemoMonitor, on_state: Callable[[str], None] = lambda _: None) -> Tally:
    """Run until SIGINT or SIGTERM; ``on_state`` is told connections come and go, never values."""
    return asyncio.run(_until_signalled(monitor, on_state))


async def _until_signalled(monitor: DemoMonitor, on_state: Callable[[str], None]) -> Tally:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return await run_monitor(monitor, stop, on_state=on_state)


def _utc_now() -> datetime:
    return datetime.now(UTC)


async def run_monitor(
    monitor: DemoMonitor,
    stop: asyncio.Event,
    clock: Clock = _utc_now,
    on_state: Callable[[str], None] = lambda _: None,
) -> Tally:
    """Make a message every ``every_s`` and deliver it, until ``stop`` is set."""
    outbox: deque[Outgoing] = deque()
    fresh = asyncio.Event()
    tally = Tally()
    tasks = {
        asyncio.create_task(_produce(monitor, outbox, fresh, tally, clock)),
        asyncio.create_task(deliver(monitor, outbox, fresh, tally, on_state)),
    }
    stopped = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({*tasks, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*tasks, stopped):
            task.cancel()
        await asyncio.gather(*tasks, stopped, return_exceptions=True)
    for task in done - {stopped}:
        task.result()
    tally.waiting = len(outbox)
    return tally


def reports(monitor: DemoMonitor, started: datetime, clock: Clock) -> Iterator[ParsedOru]:
    """The reports of a run, one a call; a cuff pressure is taken at once and then at its interval."""
    run_id = monitor.run_id or secrets.token_hex(4)
    cuff: tuple[WireValue, ...] = ()
    number, cuff_due_min = 0, monitor.start_at_min
    while True:
        now = clock()
        at_min = monitor.start_at_min + (now - started).total_seconds() * monitor.speed / 60
        vitals = vitals_at(at_min, monitor.baseline, monitor.seed)
        if at_min >= cuff_due_min:
            cuff = cuff_values(vitals, now)
            cuff_due_min = at_min + monitor.cuff_every_min
        number += 1
        yield report(monitor, f"{run_id}-{number}", now, (*continuous_values(vitals, now), *cuff))


def report(monitor: DemoMonitor, control_id: str, now: datetime, values: tuple[WireValue, ...]) -> ParsedOru:
    """One message of the demo monitor, marked synthetic three times."""
    return ParsedOru(
        control_id=control_id,
        sent_at=now,
        sending_application=("ATARAXY", "DEMO"),
        sending_facility=("DEMO",),
        processing_id="T",
        version="2.6",
        accept_ack="AL",
        application_ack="NE",
        patient_id="",
        place=monitor.bed,
        values=values,
    )


def continuous_values(vitals: Vitals, at: datetime) -> tuple[WireValue, ...]:
    """What electrodes and the finger probe tell every second."""
    told: tuple[tuple[Measure, Decimal, str], ...] = (
        (Measure.HEART_RATE_ECG, vitals.heart_rate_per_min, "1.7.4.147842"),
        (Measure.SPO2, vitals.spo2_percent, "1.3.1.150456"),
        (Measure.PULSE_OXIMETER, vitals.pulse_per_min, "1.3.1.149530"),
        (Measure.RESPIRATORY_RATE, vitals.respiratory_rate_per_min, "1.14.1.151562"),
    )
    return tuple(observation(measure, value, at, sub_id=sub, flags=FLAGS) for measure, value, sub in told)


def cuff_values(vitals: Vitals, at: datetime) -> tuple[WireValue, ...]:
    """What one inflation of the cuff tells, at its own time."""
    told: tuple[tuple[Measure, Decimal, str], ...] = (
        (Measure.SYSTOLIC, vitals.systolic_mmhg, "1.1.9.150301"),
        (Measure.DIASTOLIC, vitals.diastolic_mmhg, "1.1.9.150302"),
        (Measure.MEAN_PRESSURE, vitals.mean_mmhg, "1.1.9.150303"),
        (Measure.PULSE_CUFF, vitals.heart_rate_per_min, "1.1.9.149546"),
    )
    return tuple(
        observation(measure, value, at, sub_id=sub, flags=FLAGS, aperiodic=True)
        for measure, value, sub in told
    )


async def _produce(
    monitor: DemoMonitor, outbox: deque[Outgoing], fresh: asyncio.Event, tally: Tally, clock: Clock
) -> None:
    """A report each tick, on the tick: a slow network does not slow the patient."""
    loop = asyncio.get_running_loop()
    tick = loop.time()
    for made in reports(monitor, clock(), clock):
        if len(outbox) >= monitor.kept_messages:
            outbox.popleft()
            tally.overflowed += 1
        outbox.append(Outgoing(made.control_id, frame(render_oru(made).encode())))
        tally.made += 1
        fresh.set()
        tick = max(tick + monitor.every_s, loop.time() - monitor.every_s)
        await asyncio.sleep(max(0.0, tick - loop.time()))
