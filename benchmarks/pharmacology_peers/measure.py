"""Timing in turns, and one JSON line a figure."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Any

from pharmacology_peers.workload import Workload

PEERS = {  # module, what it needs, how to get it
    "lsoda": ("numbalsoda", "numbalsoda (its source needs a Fortran compiler: apt-get install gfortran)"),
    "sbml": ("roadrunner", "libroadrunner"),
    "diffrax_peer": ("diffrax", "diffrax"),
    "scipy_peer": ("scipy", "scipy"),
}
Call = Callable[[], object]


@dataclass(frozen=True)
class Effort:
    """How much is run."""

    rounds: int
    few: int  # people a round for peers that take their time
    large: dict[str, int]
    million: int
    fits: int
    draws: int
    starts: int
    quick: bool


FULL = Effort(7, 200, {"w1": 100_000, "w2": 10_000, "ode": 1_000}, 1_000_000, 200, 10_000, 5, False)
QUICK = Effort(3, 60, {"w1": 20_000, "w2": 2_000, "ode": 500}, 300_000, 200, 10_000, 3, True)


@dataclass(frozen=True)
class Taken:
    """Medians over the rounds, in microseconds a unit of work; ``first``: of the first call of each turn."""

    cpu: float
    wall: float
    first: float


TURN_S = 0.05  # a turn lasts at least so long: a call of a few milliseconds is made again and again


def in_turn(rounds: int, calls: dict[str, tuple[Call, float]]) -> dict[str, Taken]:
    """Each call with how many units it does. All take turns, so that a busy machine slows them alike.

    A turn's figure is the median of its calls. Its first call finds the caches as whoever was before left them.
    """
    for call, _ in calls.values():
        call()  # compile, fill caches
    turns: dict[str, list[Taken]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, (call, units) in calls.items():
            turns[name].append(_turn(call, units))
    return {
        name: Taken(median(t.cpu for t in of), median(t.wall for t in of), median(t.first for t in of))
        for name, of in turns.items()
    }


def _turn(call: Call, units: float) -> Taken:
    cpu, wall, end = [], [], perf_counter() + TURN_S
    while not wall or perf_counter() < end:
        begun, worked = perf_counter(), process_time()
        call()
        cpu.append((process_time() - worked) / units * 1e6)
        wall.append((perf_counter() - begun) / units * 1e6)
    return Taken(median(cpu), median(wall), cpu[0])


def show(figure: str, what: str, value: float, unit: str, against: str | None = None, **more: Any) -> None:
    """One JSON line."""
    told = {"figure": figure, "what": what, "value": rounded(value), "unit": unit, "against": against}
    told |= {k: rounded(v) if isinstance(v, float) else v for k, v in more.items()}
    print(json.dumps(told | {"load": round(os.getloadavg()[0], 1)}), flush=True)


def absent(figure: str, who: str, why: str) -> None:
    """One JSON line for what was not measured: never left out in silence."""
    print(
        json.dumps({"figure": figure, "against": who, "value": None, "ratio": None, "absent": why}),
        flush=True,
    )


def rounded(value: float) -> float:
    return float(f"{value:.4g}")


def beside(figure: str, what: str, ours: Taken, unit: str, peers: dict[str, Taken], **more: Any) -> None:
    """Ours beside each peer, one line each."""
    errors = more.pop("errors", {})
    scale = {"us a patient": 1.0, "ms a patient": 1e-3, "ms": 1e-3}[unit]
    for name, theirs in peers.items():
        show(
            figure, what, ours.cpu * scale, unit, name,
            their_value=theirs.cpu * scale, ratio=theirs.cpu / ours.cpu, wall=ours.wall * scale,
            first_call=ours.first * scale, their_wall=theirs.wall * scale, their_error=errors.get(name), **more,
        )  # fmt: skip
    if not peers:
        show(figure, what, ours.cpu * scale, unit, None, wall=ours.wall * scale, **more)


def present(figure: str, modules: Sequence[str]) -> Iterator[Any]:
    """The peers that are installed; the others are named as absent."""
    for module in modules:
        package, cure = PEERS[module]
        try:
            importlib.import_module(package)
        except ImportError as why:
            absent(figure, package, f"{why}. `make bench` installs {cure}.")
            continue
        yield importlib.import_module(f"pharmacology_peers.{module}")


def variants(peer: Any, work: Workload, effort: Effort) -> Iterator[tuple[str, int | None, Any]]:
    solvers = getattr(peer, "SOLVERS", None)
    if solvers is None:
        yield peer.NAME, peer.MOST, peer.make(work)
        return
    for solver in solvers:
        if effort.quick and solver != next(iter(solvers)):
            absent(work.name, f"{peer.NAME} {solver}", "left out by --quick: it compiles for 20 s")
            continue
        yield f"{peer.NAME} {solver}", peer.MOST, peer.make(work, solver)
