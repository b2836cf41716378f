"""A million people of W1 as 5/50/95 quantiles at every time: nothing but sketches is kept."""

from __future__ import annotations

import resource
from concurrent.futures import ThreadPoolExecutor
from threading import local
from time import perf_counter, process_time

import numpy as np

from ataraxy.core.pharmacology.sketch import Sketch
from pharmacology_peers.ours import curves
from pharmacology_peers.workload import KETAMINE, Workload, workload

SHARES = (0.05, 0.5, 0.95)
CHUNK = 4_096


def million(people: int) -> dict[str, float]:
    """W1 with 5/50/95 quantiles of every time, one thread then two; nothing but sketches is kept."""
    work = workload("w1")
    streamed(work, CHUNK, 1)
    told: dict[str, float] = {}
    for threads in (1, 2):
        begun, worked = perf_counter(), process_time()
        sketches, drawing = streamed(work, people, threads)
        quantiles = {name: sketch.quantiles(SHARES) for name, sketch in sketches.items()}
        told |= {f"wall_{threads}": perf_counter() - begun, f"cpu_{threads}": process_time() - worked}
        told[f"drawing_{threads}"] = drawing
    told["rss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    told["sketch_mb"] = sum(sketch.size_bytes for sketch in sketches.values()) / 1e6
    exact = curves(work, work.prepared(100_000))
    several, _ = streamed(work, 100_000, 1)
    told["error"] = max(
        float(
            np.nanmax(np.abs(several[k].quantiles(SHARES) / np.quantile(exact[k], SHARES, axis=0) - 1)[:, 1:])
        )
        for k in exact
    )
    told["median_peak"] = float(quantiles[KETAMINE][1].max())
    return told


def streamed(work: Workload, people: int, threads: int) -> tuple[dict[str, Sketch], float]:
    """Sketches of the workload's curves, and the seconds (over all threads) that drawing the people took."""

    mine, made, drawing = local(), [], []

    def one(first: int) -> None:
        if not hasattr(mine, "sketches"):
            mine.sketches = {k: Sketch(len(work.at_min), expected=10**9, compiled=True) for k in work.curves}
            made.append(mine.sketches)
        begun = perf_counter()
        ready = work.prepared(min(CHUNK, people - first), first)
        drawing.append(perf_counter() - begun)
        for name, values in curves(work, ready).items():
            mine.sketches[name].add(values)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(0, people, CHUNK)))
    whole = made[0]
    for other in made[1:]:
        whole = {name: sketch.merge(other[name]) for name, sketch in whole.items()}
    return whole, sum(drawing)
