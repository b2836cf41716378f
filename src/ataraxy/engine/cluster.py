"""The same run on a Dask cluster: pieces go out with their seeds, tallies come back, never a trajectory.

A worker needs this package and nothing of ours on its disk. The scheduler gives a lost worker's pieces to others. The
link to a cluster is not encrypted here: keep it inside a network that is yours.
"""

from __future__ import annotations

import pickle  # nosec B403
import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from ataraxy.core.errors import AtaraxyError, InputRefused
from ataraxy.core.pharmacology.simulate import Tier
from ataraxy.engine import kernel_cache
from ataraxy.engine.run import Job, M, Outcome, Progress, chunks_of

ADDRESS = re.compile(r"^dask://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$")
PIECE_PEOPLE = 100_000  # what is worth a message
PIECES_A_WORKER = 4  # so that a slow or lost worker does not hold up the end
CONNECT_S = 10.0
Chunks = Sequence[tuple[int, int]]


def parse_address(engine: str) -> str:
    """The scheduler's address behind "dask://host:port".

    Raises:
        InputRefused: it is no such address.
    """
    found = ADDRESS.match(engine.strip())
    if found is None or not 0 < int(found[2]) < 65536:
        raise InputRefused(
            f"{engine[:60]!r} is no cluster.",
            "Write dask://host:port, for example dask://10.0.0.5:8786.",
            "engine",
        )
    return f"tcp://{found[1]}:{found[2]}"


def run_on_cluster(
    job: Job[M],
    engine: str,
    *,
    progress: Progress | None = None,
) -> Outcome[M]:
    """Simulate everybody a job asks for, on a cluster; the numbers of ``run`` to 1e-12.

    Args:
        job: as ``run``; travels as a value.
        engine: "dask://host:port" of the scheduler.
        progress: as ``run``.

    Raises:
        InputRefused: no such address, or as ``simulate``.
        AtaraxyError: the extra is not installed, nobody answers, the workers have another release, or a piece was
            lost too often.
        KeyboardInterrupt: interrupted before anything came back.
    """
    address = parse_address(engine)
    distributed = _distributed()
    try:
        client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise AtaraxyError(
            f"No Dask scheduler answers at {engine}.", "Start it, or check host, port and firewall."
        ) from error
    try:
        return _run(job, client, distributed, progress)
    finally:
        client.close(timeout=CONNECT_S)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise AtaraxyError(
            "A cluster needs the package distributed, which is not installed.",
            'Install it with: pip install "ataraxy[cluster]", or leave out --engine to run here.',
        ) from error
    return distributed


def pieces_of(job: Job[M], workers: int) -> list[Chunks]:
    """Chunks in a row, together at most what is worth a message, and enough for every worker."""
    chunks = chunks_of(job)
    most = max(1, PIECE_PEOPLE // job.chunk_people)
    each = max(1, min(most, -(-len(chunks) // (PIECES_A_WORKER * max(workers, 1)))))
    return [chunks[at : at + each] for at in range(0, len(chunks), each)]


def do_piece(job: Job[M], chunks: Chunks, release: str) -> tuple[str, Any]:
    """On a worker: simulate these chunks. ("done", the tally's bytes), or ("refused", (cause, cure))."""
    if version("ataraxy") != release:
        words = f"A worker has release {version('ataraxy')}; this is {release}."
        return "release", (words, "Install the same release on every worker.")
    try:
        if job.tier is Tier.NUMBA:
            kernel_cache.build()
        tally = job.fresh()
        for first, count in chunks:
            job.add(tally, first, count)
    except InputRefused as refused:  # an exception of ours loses its cure on the way back
        return "refused", (refused.cause, refused.cure)
    return "done", pickle.dumps(tally)


def _run(job: Job[M], client: Any, distributed: Any, progress: Progress | None) -> Outcome[M]:
    workers = len(client.scheduler_info().get("workers", ()))
    pieces = pieces_of(job, workers)
    release = version("ataraxy")
    futures = [client.submit(do_piece, job, piece, release, pure=False) for piece in pieces]
    places = {future.key: place for place, future in enumerate(futures)}
    tally, done, early = job.fresh(), 0, dict[int, M]()
    try:
        for future in distributed.as_completed(futures, loop=client.loop):
            place = places[future.key]
            early[place] = _result(future, distributed)
            if progress is not None:
                progress(sum(count for _, count in pieces[place]))
            while done in early:  # merged in the order of the pieces, whoever was first
                tally = tally.merge(early.pop(done))
                done += 1
    except KeyboardInterrupt:
        for place in sorted(early):
            tally = tally.merge(early[place])
        if tally.people == 0:
            raise
    finally:
        client.cancel(futures)
    return Outcome(tally, job.count)


def _result(future: Any, distributed: Any) -> Any:
    try:
        kind, found = future.result()
    except distributed.KilledWorker as error:
        raise AtaraxyError(
            "A piece was lost with several workers, one after the other.",
            "Look at the workers' memory and logs; they need about 0.5 GB each.",
        ) from error
    if kind == "done":
        return pickle.loads(found)  # noqa: S301  # nosec B301  # from our own workers
    raise (InputRefused if kind == "refused" else AtaraxyError)(*found)
