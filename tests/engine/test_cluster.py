"""A real cluster of processes: the same numbers, also when a worker is killed on the way."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from ataraxy.core.errors import AtaraxyError, InputRefused
from ataraxy.core.pharmacology.simulate import Tier
from ataraxy.engine import cluster
from ataraxy.engine.cluster import do_piece, parse_address, pieces_of, run_on_cluster
from ataraxy.engine.pair import Pair
from ataraxy.engine.plan import Planned
from ataraxy.engine.run import chunks_of, run

Make = Callable[..., Planned]
SHARES = (0.05, 0.5, 0.95)
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.fixture
def workers() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as started:
        yield started


def engine_of(workers: Any) -> str:
    return str(workers.scheduler_address).replace("tcp://", "dask://")


def assert_same(one: Any, other: Any) -> None:
    assert one.people == other.people
    assert one.crossed.tolist() == other.crossed.tolist()
    for a, b in ((one.figures, other.figures), *((one.curves[n], other.curves[n]) for n in one.curves)):
        np.testing.assert_allclose(a.quantiles(SHARES), b.quantiles(SHARES), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(a.mean, b.mean, rtol=1e-12, atol=1e-12)


@pytest.mark.slow
def test_a_cluster_tells_what_this_machine_tells_though_a_worker_is_killed(
    planned: Make, workers: Any
) -> None:
    work = planned(30_000, tier=Tier.NUMBA, chunk=500, seed=3).work
    before = {w.pid for w in workers.workers.values() if w.pid}
    killed: list[int] = []

    def kill_one(_: int) -> None:
        if not killed:
            killed.append(next(iter(before)))
            os.kill(killed[0], signal.SIGKILL)

    told = run_on_cluster(work, engine_of(workers), progress=kill_one)
    assert killed and told.complete
    assert_same(told.tally, run(work).tally)


@pytest.mark.slow
def test_a_refusal_on_a_worker_keeps_its_cure_and_a_pair_travels_too(planned: Make, workers: Any) -> None:
    from dataclasses import replace

    work = planned(40).work
    broken = replace(work, model=replace(work.model, routes=()))
    with pytest.raises(InputRefused) as refused:
        run_on_cluster(broken, engine_of(workers))
    assert "does not know" in refused.value.cause and refused.value.cure
    pair = Pair(work, replace(work, regimen=tuple(replace(d, mg_per_kg=0.3) for d in work.regimen)))
    there, here = run_on_cluster(pair, engine_of(workers)).tally, run(pair).tally
    np.testing.assert_array_equal(there.differences.quantiles(SHARES), here.differences.quantiles(SHARES))


def test_the_pieces_are_everybody_once_in_order(planned: Make) -> None:
    work = planned(100_000).work
    for workers in (0, 1, 2, 64):
        assert [chunk for piece in pieces_of(work, workers) for chunk in piece] == chunks_of(work)
    assert len(pieces_of(work, 4)) >= 4


def test_a_worker_of_another_release_is_refused(planned: Make) -> None:
    kind, (cause, cure) = do_piece(planned(2).work, [(0, 2)], "0.0.0")
    assert kind == "release"
    assert "0.0.0" in cause and "same release" in cure


@pytest.mark.parametrize(
    "address", ["dask://", "dask://host", "tcp://a:1", "dask://a:0", "dask://a:99999", "x"]
)
def test_what_is_no_cluster_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_address(address)
    assert "dask://10.0.0.5:8786" in refused.value.cure


def test_an_address_is_the_schedulers() -> None:
    assert parse_address("dask://node-1.clinic:8786") == "tcp://node-1.clinic:8786"
    assert parse_address("dask://[::1]:8786") == "tcp://[::1]:8786"


def test_without_the_extra_the_cure_is_told(planned: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(AtaraxyError, match=r"ataraxy\[cluster\]"):
        run_on_cluster(planned(2).work, "dask://127.0.0.1:8786")


def test_a_cluster_that_does_not_answer_is_told(planned: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    with pytest.raises(AtaraxyError, match="No Dask scheduler answers"):
        run_on_cluster(planned(2).work, "dask://127.0.0.1:9")
