"""A million people of W1 as 5/50/95 quantiles at every time, as the product streams them: only sketches are kept."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.prepared import prepare
from ataraxy.core.pharmacology.simulate import Tier
from ataraxy.core.pharmacology.simulate import run as simulated
from ataraxy.engine.crowd import Crowd
from ataraxy.engine.run import run
from ataraxy.engine.work import Work
from pharmacology_peers.workload import KETAMINE, SEED, workload

SHARES = (0.05, 0.5, 0.95)
CURVES = (KETAMINE, "sedation")  # the second is the effect site itself: a linear effect of slope 1
CHECKED = 100_000
WEIGHTS = 10_000  # people of different weight; they come again with draws of their own


def work_of(people: int) -> Work:
    """The workload as the engine's own: one minute more, the baseline it asks for."""
    told = workload("w1")
    crowd = Crowd("workload", "illustrative", table=told.people(WEIGHTS))
    at = (-1.0, *told.at_min.tolist())
    return Work(told.model, told.regimen, crowd, people, SEED, at, told.effects, CURVES, tier=Tier.NUMBA)


def million(people: int) -> dict[str, float]:
    """Seconds by one thread and by two, memory, and the largest error of a quantile beside numpy's."""
    run(work_of(20_000), threads=2)
    told: dict[str, float] = {}
    for threads in (1, 2):
        begun, worked = perf_counter(), process_time()
        tally = run(work_of(people), threads=threads).tally
        for curve in tally.curves.values():
            curve.quantiles(SHARES)
        told |= {f"wall_{threads}": perf_counter() - begun, f"cpu_{threads}": process_time() - worked}
    told["rss"] = peak_gb()
    told["sketch_mb"] = sum(curve.size_bytes for curve in tally.curves.values()) / 1e6
    return told | {"error": sketch_error(), "drawing": drawing_seconds(people)}


def peak_gb() -> float:
    """The most memory this process held. Not ru_maxrss: that remembers the process we were started from."""
    told = Path("/proc/self/status").read_text()
    return int(told.split("VmHWM:")[1].split()[0]) / 1e6


def drawing_seconds(people: int) -> float:
    """What of one thread's time goes to drawing people and their parameters, from a tenth of them."""
    work, count = work_of(people), max(people // 10, 1)
    each = work.chunk_people
    begun = perf_counter()
    for first in range(0, count, each):
        crowd = work.crowd.people(first, each, SEED)
        prepare(work.model, work.regimen, crowd, effects=work.effects, draws=Draws(SEED))
    return (perf_counter() - begun) * people / (-(-count // each) * each)


def sketch_error() -> float:
    """The largest relative difference from numpy's quantiles of the same people's curves."""
    work = work_of(CHECKED)
    people = work.crowd.people(0, CHECKED, SEED)
    ready = prepare(work.model, work.regimen, people, effects=work.effects, draws=Draws(SEED))
    values = simulated(ready, np.array(work.at_min), tier=Tier.NUMBA).values
    tally = run(work, threads=2).tally
    worst = 0.0
    for name in CURVES:
        true = np.quantile(values[name], SHARES, axis=0)
        some = true > 0  # before the first dose there is nothing
        worst = max(worst, float(np.abs(tally.curves[name].quantiles(SHARES)[some] / true[some] - 1).max()))
    return worst
