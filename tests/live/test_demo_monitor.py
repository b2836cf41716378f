"""The demo monitor and the listener understand each other: its readings are in the record and on the screen."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ataraxy.core.protocol.types import Measure
from ataraxy.live.monitor import DemoMonitor, Tally, run_monitor


def run_for(monitor: DemoMonitor, messages: int) -> Tally:
    async def run() -> Tally:
        stop = asyncio.Event()
        running = asyncio.create_task(run_monitor(monitor, stop))
        await asyncio.sleep(messages * monitor.every_s)
        stop.set()
        return await running

    # A loop of its own: a browser test of the same worker may have left one in the main thread.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


def test_the_demo_monitor_of_a_bound_room_fills_its_session(ward: Any, live: Any, look: Any) -> None:
    bed = ward.session()
    screen = look(live, f"/live/session/{bed.session}/events", ward.employ("nurse"))
    tally = run_for(DemoMonitor(port=live.port, bed=bed.name, every_s=0.05, speed=60), 40)
    assert tally.given_up == 0 and tally.connections == 1 and tally.acknowledged >= 20
    samples = bed.samples()
    assert len({s.message_id for s in samples}) >= tally.acknowledged
    assert {s.measure for s in samples if not s.absent} == {
        "heart-rate-ecg", "spo2", "pulse-oximeter", "respiratory-rate",
        "systolic", "diastolic", "mean-pressure", "pulse-cuff",
    }  # fmt: skip
    cuffs = [e for e in bed.vitals() if any(r.measure is Measure.SYSTOLIC for r in e.payload.readings)]
    assert 1 <= len(cuffs) <= 1 + 40 * 0.05 * 60 / 300 + 1
    state = screen.state_with(lambda s: len(s["values"]) == 8)
    assert all(v["freshness"] == "fresh" and v["origin"] == "device" for v in state["values"])


def test_a_monitor_in_an_unbound_room_is_held_safely_and_not_told_to_try_again(ward: Any, live: Any) -> None:
    from ataraxy.clinic.treat.models import Quarantined

    bed = ward.session(bound=False)
    tally = run_for(DemoMonitor(port=live.port, bed=bed.name, every_s=0.1), 8)
    assert tally.given_up == 0 and tally.acknowledged >= 3
    assert Quarantined.objects.count() >= tally.acknowledged and not bed.samples()
