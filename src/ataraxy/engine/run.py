"""Simulate very many people here, chunk by chunk on threads; what was done stays done when somebody interrupts."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event
from typing import Generic, Protocol, TypeVar

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.simulate import Tier
from ataraxy.engine import kernel_cache

Progress = Callable[[int], None]  # people done since the last call


class Merges(Protocol):
    """What chunks add up to."""

    @property
    def people(self) -> int: ...

    def merge(self: M, other: M) -> M: ...


M = TypeVar("M", bound=Merges)


class Job(Protocol[M]):
    """What can be run in chunks: ``Work``, or a ``Pair`` of them."""

    @property
    def count(self) -> int: ...
    @property
    def chunk_people(self) -> int: ...
    @property
    def tier(self) -> Tier: ...
    def fresh(self) -> M: ...
    def add(self, tally: M, first: int, count: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome(Generic[M]):
    """``tally`` stands on ``tally.people`` of the ``asked``: fewer when somebody interrupted."""

    tally: M
    asked: int

    @property
    def complete(self) -> bool:
        return self.tally.people == self.asked


def chunks_of(job: Job[M]) -> list[tuple[int, int]]:
    """(first, count) of every chunk; the same on every machine."""
    each = job.chunk_people
    return [(first, min(each, job.count - first)) for first in range(0, job.count, each)]


def run(
    job: Job[M],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
) -> Outcome[M]:
    """Simulate everybody a job asks for.

    Args:
        job: what to do; its draws belong to each person's number, so that chunks and threads change nothing.
        threads: how many; None: one a core. The numpy tier uses one.
        progress: called on the caller's thread with the people done since.
        say: told when the simulator has to be compiled first.

    Returns:
        The tally. After Ctrl-C (KeyboardInterrupt) it holds the chunks that were done.

    Raises:
        InputRefused: as ``simulate``.
        KeyboardInterrupt: interrupted before anybody was done.
    """
    chunks = chunks_of(job)
    lanes = _lanes(job.tier, threads, len(chunks))
    if job.tier is Tier.NUMBA:
        kernel_cache.build(say)
    stop, done = Event(), SimpleQueue[int]()
    with ThreadPoolExecutor(lanes) as pool:
        futures = [pool.submit(_lane, job, chunks[lane::lanes], stop, done) for lane in range(lanes)]
        for future in futures:
            future.add_done_callback(lambda _: done.put(0))  # wakes the wait below
        interrupted = _wait(futures, stop, done, progress)
    tallies = [future.result() for future in futures]  # the first lane that failed speaks
    whole = tallies[0]
    for other in tallies[1:]:
        whole = whole.merge(other)
    if interrupted and whole.people == 0:
        raise KeyboardInterrupt
    return Outcome(whole, job.count)


def _lanes(tier: Tier, threads: int | None, chunks: int) -> int:
    if threads is not None and threads < 1:
        raise InputRefused(f"{threads} threads cannot work.", "Give 1 or more.", "threads")
    wanted = threads or os.cpu_count() or 1
    return 1 if tier is Tier.NUMPY else max(1, min(wanted, chunks))


def _lane(job: Job[M], chunks: list[tuple[int, int]], stop: Event, done: SimpleQueue[int]) -> M:
    """One thread's share; its sums come in the order of the chunks."""
    tally = job.fresh()
    try:
        for first, count in chunks:
            if stop.is_set():
                break
            job.add(tally, first, count)
            done.put(count)
    except BaseException:
        stop.set()
        raise
    return tally


def _wait(futures: list[Future[M]], stop: Event, done: SimpleQueue[int], progress: Progress | None) -> bool:
    """Until every lane is through; True if somebody interrupted."""
    interrupted = False
    while True:
        try:
            if all(future.done() for future in futures) and done.empty():
                return interrupted
            people = done.get()
            if people and progress is not None and not interrupted:
                progress(people)
        except KeyboardInterrupt:
            if interrupted:
                raise
            interrupted = True
            stop.set()
