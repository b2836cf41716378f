"""Reading one monitor message: our reader against the ``hl7`` package, in the same run.

One JSON line a figure: name, value, unit, against, ratio (theirs / ours; above 1 we are faster).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

import hl7

from ataraxy.interop.hl7v2.oru import parse_oru
from ataraxy.interop.hl7v2.pcd01 import render_oru
from ataraxy.interop.hl7v2.split import split
from ataraxy.live.mllp import Framer, frame
from ataraxy.live.monitor import DemoMonitor, reports


def main() -> None:
    """Measure, and print."""
    quick = argparse.ArgumentParser(description=__doc__)
    quick.add_argument("--quick", action="store_true", help="a few seconds instead of half a minute")
    rounds = 5 if quick.parse_args().quick else 40
    now = datetime(2026, 1, 1, tzinfo=UTC)
    text = render_oru(next(reports(DemoMonitor(run_id="bench"), now, lambda: now)))
    data = text.encode()
    framed = frame(data) * 100
    names = ("split", "read", "hl7")
    timed = timings(
        rounds,
        dict(
            zip(names, (lambda: split(data), lambda: parse_oru(data), lambda: hl7.parse(text)), strict=True)
        ),
    )
    show("split one ORU of 8 values", timed["split"], timed["hl7"])
    show("split and read one ORU of 8 values", timed["read"], timed["hl7"])
    show(
        "take one ORU out of an MLLP stream",
        timings(rounds, {"f": lambda: Framer().feed(framed)})["f"] / 100,
        None,
    )


def timings(rounds: int, calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median microseconds of each call; the calls take turns, so a busy machine slows them alike."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = perf_counter()
            for _ in range(200):
                call()
            taken[name].append((perf_counter() - start) / 200 * 1e6)
    return {name: median(values) for name, values in taken.items()}


def show(name: str, ours_us: float, theirs_us: float | None) -> None:
    """One JSON line."""
    ratio = None if theirs_us is None else round(theirs_us / ours_us, 1)
    against = None if theirs_us is None else f"hl7 {hl7.__version__} parse: {theirs_us:.1f} us"
    print(
        json.dumps(
            {"name": name, "value": round(ours_us, 2), "unit": "us", "against": against, "ratio": ratio}
        )
    )


if __name__ == "__main__":
    main()
