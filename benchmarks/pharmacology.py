"""The pharmacology engine beside its peers and this machine's limits, on two documented workloads.

W1: three compartments and an effect site, 8 infusions over 28 days, 500 times; W2: W1 with norketamine, a slow
response and a pressure (``pharmacology_peers/workload.py``; the models are files, ``models/*.toml``). Everybody reads
the same parameters; drawing them is not timed; peers that solve differential equations do so at rtol 1e-6, atol 1e-8.

One JSON line a figure: figure, what, value, unit, n, error (largest difference from the reference, beside each curve's
own maximum), against (the peer), its value and error, ratio (theirs / ours; above 1 we are faster). Times are medians
over rounds in which all take turns; ``value`` is processor time on one thread, ``wall`` the clock's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one thread is one thread

import numpy as np
from pharmacology_peers import machine
from pharmacology_peers.measure import (
    FULL,
    PEERS,
    QUICK,
    Call,
    Effort,
    Taken,
    beside,
    in_turn,
    present,
    show,
    variants,
)
from pharmacology_peers.million import million
from pharmacology_peers.ours import curves, first
from pharmacology_peers.workload import COLUMNS, KETAMINE, Workload, error, irregular, table, workload

from ataraxy.core.pharmacology.prepared import Prepared
from ataraxy.core.pharmacology.simulate import Tier

FIGURES = ("machine", "w1", "w2", "ode", "map", "posterior", "million", "first-answer")
CHECKED = 20  # people beside the reference
FLOP_A_POINT = {
    "w1": 2 * (4 * 4 + 4) + 2
}  # a product of the step's matrix with the state, the pump, two readings


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under 90 s: fewer people, fewer rounds")
    parser.add_argument("--figure", action="append", choices=FIGURES, help="only these; may be repeated")
    parser.add_argument("--million", type=int, help=argparse.SUPPRESS)  # a process of its own, for its memory
    told = parser.parse_args()
    if told.million:
        print(json.dumps(million(told.million)))
        return
    effort = QUICK if told.quick else FULL
    wanted = told.figure or FIGURES
    for name in FIGURES:
        if name in wanted:
            MEASURES[name](effort)


# --- ours ----------------------------------------------------------------------------------------


def reference(work: Workload, numbers: Any) -> dict[str, Any]:
    from pharmacology_peers.truth import truth

    return truth(work, numbers[:CHECKED])


# --- figures -------------------------------------------------------------------------------------

LIMITS: dict[str, float] = {}
FRESH = "as much fresh memory, filled once"


def limits(effort: Effort) -> dict[str, float]:
    if not LIMITS:
        LIMITS["write"] = machine.write_bandwidth(5 if effort.quick else 20)
        LIMITS["flop"] = machine.flop_peak()
    return LIMITS


def show_machine(effort: Effort) -> None:
    show("machine", "writing to memory, one thread", limits(effort)["write"], "GB/s")
    show("machine", "dgemm, one thread", limits(effort)["flop"], "GF/s")


def show_workload(name: str, effort: Effort) -> None:
    """Ours at two sizes, and the peers, in one run."""
    work = workload(name)
    ready = {n: work.prepared(n) for n in (1_000, effort.large[name])}
    numbers = table(work, ready[1_000])
    true = reference(work, numbers)
    calls: dict[str, tuple[Call, float]] = {
        f"ours {n}": (lambda r=r: curves(work, r), n) for n, r in ready.items()
    }
    most = max(ready)
    answers = most * len(work.at_min) * len(work.curves)
    calls[FRESH] = (lambda: np.empty(answers).fill(1.0), most)
    errors: dict[str, float] = {}
    for peer in present(name, tuple(PEERS)):
        for peer_name, so_many, solve in variants(peer, work, effort):
            some = numbers[: min(so_many or effort.few, effort.few)]
            calls[peer_name] = (lambda s=solve, n=some: s(n), len(some))
            errors[peer_name] = error(solve(some), {k: v[: len(some)] for k, v in true.items()})
    taken = in_turn(effort.rounds, calls)
    fresh = taken.pop(FRESH)
    peers = {k: v for k, v in taken.items() if not k.startswith("ours")}
    for n, prepared in ready.items():
        off = error({k: v[:CHECKED] for k, v in curves(work, first(prepared, CHECKED)).items()}, true)
        told = roof(work, taken[f"ours {n}"], effort) | ({"fresh_memory_us": fresh.cpu} if n == most else {})
        beside(name, f"{n} patients, 500 times", taken[f"ours {n}"], "us a patient", peers, n=n, error=off,
               errors=errors, rounds=effort.rounds, **told)  # fmt: skip
    others(name, work, ready[1_000], effort)


def roof(work: Workload, taken: Taken, effort: Effort) -> dict[str, float]:
    """Shares of what this machine can do at most, by what is asked: the workload's curves, eight bytes a number."""
    per_s = len(work.at_min) / (taken.cpu * 1e-6)
    told = {"million_points_per_s": per_s / 1e6}
    told["write_share"] = per_s * 8 * len(work.curves) / 1e9 / limits(effort)["write"]
    if work.name in FLOP_A_POINT:
        told["flop_share"] = per_s * FLOP_A_POINT[work.name] / 1e9 / limits(effort)["flop"]
    return told


def others(name: str, work: Workload, ready: Prepared, effort: Effort) -> None:
    """Without numba; times no two steps of which are alike; two threads beside one; drawing the people."""
    odd = workload(name, irregular(work.at_min))
    many = work.prepared(20_000 if name == "w1" else 4_000)
    few = first(ready, CHECKED)
    calls: dict[str, tuple[Call, float]] = {
        "regular": (lambda: curves(work, ready), 1_000),
        "numpy": (
            lambda: curves(work, ready if name == "w1" else few, Tier.NUMPY),
            1_000 if name == "w1" else CHECKED,
        ),
        "irregular": (lambda: curves(odd, ready), 1_000),
        "one": (lambda: curves(work, many), 1),
        "two": (lambda: curves(work, many, threads=2), 1),
        "draw": (lambda: work.prepared(1_000), 1_000),
    }
    taken = in_turn(effort.rounds, calls)
    off = error(curves(odd, few), reference(odd, table(odd, few)))
    unit, here = "us a patient", {"our regular times": taken["regular"]}
    beside(name, "500 irregular times", taken["irregular"], unit, here, n=1_000, error=off)
    beside(
        name,
        "numpy tier",
        taken["numpy"],
        unit,
        {"our numba tier": taken["regular"]},
        n=1_000 if name == "w1" else CHECKED,
    )
    beside(
        name,
        "drawing and scaling the parameters",
        taken["draw"],
        unit,
        {"our simulation": taken["regular"]},
        n=1_000,
    )
    show(name, "two threads beside one, wall", taken["one"].wall / taken["two"].wall, "times", "our one thread",
         n=len(many), cpu_ratio=taken["two"].cpu / taken["one"].cpu)  # fmt: skip


def show_ode(effort: Effort) -> None:
    """The general path, all seven states by RODAS4, beside numbalsoda: each at the tolerance that reaches the error."""
    from pharmacology_peers import rodas

    for name, what in (("w2", "W2"), ("w3", "W3, whose elimination saturates")):
        work = workload(name)
        ready = work.prepared(effort.large["ode"])
        numbers = table(work, ready)
        few, true = first(ready, CHECKED), reference(work, numbers)
        for wanted in (1e-6,) if effort.quick else (1e-4, 1e-6):
            mine = reaching(wanted, lambda rtol, w=work: rodas.make(w, rtol), few, true)
            calls: dict[str, tuple[Call, float]] = {"ours": (lambda s=mine.solve, r=ready: s(r), len(ready))}
            theirs: dict[str, Reached] = {}
            for peer in present("ode", ("lsoda",)):
                make = lambda rtol, w=work, peer=peer: peer.make(w, rtol, rtol * 1e-2)  # noqa: E731
                found = reaching(wanted, make, numbers[:CHECKED], true)
                theirs[peer.NAME] = found
                some = numbers[: effort.few]
                calls[peer.NAME] = (lambda s=found.solve, n=some: s(n), len(some))
            taken = in_turn(effort.rounds, calls)
            for peer_name, found in theirs.items() or [("", None)]:
                peers = {peer_name: taken[peer_name]} if found else {}
                more = {"their_rtol": found.rtol, "errors": {peer_name: found.error}} if found else {}
                beside("ode", f"{rodas.NAME} on {what}, error at most {wanted:g}", taken["ours"], "us a patient", peers,
                       n=len(ready), rtol=mine.rtol, error=mine.error, **more)  # fmt: skip


class Reached(NamedTuple):
    """The loosest tolerance that keeps to an error."""

    rtol: float
    error: float
    solve: Call


def reaching(wanted: float, make: Callable[[float], Any], people: Any, true: dict[str, Any]) -> Reached:
    """Tolerances from loose to tight, eight a decade, until the measured error is at most ``wanted``.

    Equal tolerances mean unequal errors, so it is the error that is made equal.
    """
    for step in range(16, 96):
        rtol = float(f"{10 ** (-step / 8):.3g}")
        solve = make(rtol)
        off = error(solve(people), true)
        if off <= wanted:
            return Reached(rtol, off, solve)
    raise SystemExit(f"No tolerance reaches an error of {wanted:g}.")


def show_map(effort: Effort) -> None:
    from pharmacology_peers import person

    told = person.seen(workload("w1"), effort.fits)
    tight = person.scipys_map(told, effort.fits, ftol=1e-15, gtol=1e-10)
    few = min(effort.fits, 50)
    calls: dict[str, tuple[Call, float]] = {
        "ours": (lambda: person.ours_map(told), effort.fits),
        "alone": (lambda: person.ours_one(told, 0), 1),
        "scipy": (lambda: person.scipys_map(told, few), few),
    }
    taken = in_turn(effort.rounds, calls)
    off = float(np.abs(person.ours_map(told) - tight).max()) / person.VARIANCE**0.5
    theirs = float(np.abs(person.scipys_map(told, few) - tight[:few]).max()) / person.VARIANCE**0.5
    name = "scipy L-BFGS-B on a compiled exact objective"
    told_more = {"n": effort.fits, "error": off, "errors": {name: theirs}, "error_in": "prior SDs"}
    beside("map", "4 effects from 4 levels, all patients in one call", taken["ours"], "ms a patient",
           {name: taken["scipy"]}, **told_more)  # fmt: skip
    beside("map", "one patient alone, four starts, with Laplace's covariance", taken["alone"], "ms a patient",
           {name: taken["scipy"]}, n=1, error=off)  # fmt: skip


def show_posterior(effort: Effort) -> None:
    from pharmacology_peers import person

    told = person.seen(workload("w1"), 1)
    calls: dict[str, tuple[Call, float]] = {"ours": (lambda: person.ours_posterior(told, 0, effort.draws), 1)}
    found = person.ours_posterior(told, 0, effort.draws)
    for peer in present("posterior", ("lsoda",)):
        solve = peer.make(told.work)

        def levels(numbers: Any, solve: Any = solve) -> Any:
            return solve(
                np.column_stack([numbers, np.ones((len(numbers), len(COLUMNS) - numbers.shape[1]))])
            )[KETAMINE]

        calls[f"{peer.NAME} and numpy, importance sampling"] = (
            lambda levels=levels: person.by_hand(told, 0, effort.draws, levels), 1,
        )  # fmt: skip
        mean = person.by_hand(told, 0, effort.draws, levels)
    taken = in_turn(effort.rounds, calls)
    peers = {k: v for k, v in taken.items() if k != "ours"}
    off = float(np.abs(found.mean - mean).max()) / person.VARIANCE**0.5 if peers else None
    beside("posterior", f"{effort.draws} draws, most probable effects first", taken["ours"], "ms", peers, n=effort.draws,
           error=off, error_in="prior SDs between the two means", effective=float(found.effective))  # fmt: skip


# --- a million -----------------------------------------------------------------------------------


def show_million(effort: Effort) -> None:
    script = [sys.executable, __file__, "--million", str(effort.million)]
    told = json.loads(subprocess.run(script, capture_output=True, text=True, check=True).stdout)
    work = workload("w1")
    numbers = table(work, work.prepared(effort.few))
    for peer in present("million", ("lsoda",)):
        solve = peer.make(work)
        theirs = in_turn(2, {"theirs": (lambda solve=solve: solve(numbers), len(numbers))})["theirs"].cpu
        for threads in (1, 2):
            show("million", f"5/50/95 quantiles of W1, {threads} thread(s), drawing included", told[f"wall_{threads}"], "s",
                 f"{peer.NAME}, one thread, extrapolated from {len(numbers)} patients, without the quantiles",
                 their_value=theirs * effort.million / 1e6, ratio=theirs * effort.million / 1e6 / told[f"wall_{threads}"],
                 n=effort.million, cpu=told[f"cpu_{threads}"], drawing_s=told["drawing"],
                 error=told["error"], rss_gb=told["rss"], sketches_mb=told["sketch_mb"])  # fmt: skip


def show_first_answer(effort: Effort) -> None:
    script = Path(__file__).parent / "pharmacology_peers" / "first_answer.py"
    wall: dict[str, list[float]] = {"ours": [], "scipy": [], "numpy": []}
    cold: dict[str, list[str]] = {
        "ours": [str(script), "ours"],
        "scipy": [str(script), "scipy"],
        "numpy": ["-c", "import numpy"],
    }
    # As installed: compiled to bytecode before, which the first round, not counted, does here.
    installed = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(effort.starts + 1):
        for name, arguments in cold.items():
            begun = perf_counter()
            subprocess.run([sys.executable, *arguments], env=installed, capture_output=True, check=True)
            wall[name].append(perf_counter() - begun)
    ours, theirs, floor = (median(wall[k][1:]) for k in ("ours", "scipy", "numpy"))
    name = "one patient's W1 in a fresh process, the interpreter's start included"
    for against, value in (("scipy LSODA", theirs), ("python -c 'import numpy'", floor)):
        show(
            "first-answer",
            name,
            ours,
            "s",
            against,
            their_value=value,
            ratio=value / ours,
            n=1,
            rounds=effort.starts,
        )


MEASURES: dict[str, Callable[[Effort], None]] = {
    "machine": show_machine,
    "w1": lambda effort: show_workload("w1", effort),
    "w2": lambda effort: show_workload("w2", effort),
    "ode": show_ode,
    "map": show_map,
    "posterior": show_posterior,
    "million": show_million,
    "first-answer": show_first_answer,
}

if __name__ == "__main__":
    main()
