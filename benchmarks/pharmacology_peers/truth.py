"""The reference: W1 by scipy's matrix exponential, W2 and W3 by scipy's LSODA at 1e-11."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from ataraxy.core.pharmacology.people import FloatArray
from pharmacology_peers.workload import COLUMNS, Workload, read_off, segments

TIGHT = {"rtol": 1e-11, "atol": 1e-13}


def w1(work: Workload, numbers: FloatArray) -> dict[str, FloatArray]:
    """Every step by the exponential of the rates with the pump as a fifth, constant state."""
    states = np.zeros((len(numbers), len(work.at_min), 4))
    for person, row in enumerate(numbers):
        p = dict(zip(COLUMNS, row, strict=True))
        flow = np.zeros((5, 5))
        flow[0, :3] = -(p["k10"] + p["k12"] + p["k13"]), p["k21"], p["k31"]
        flow[1, :2], flow[2, [0, 2]] = (p["k12"], -p["k21"]), (p["k13"], -p["k31"])
        flow[3, [0, 3]], flow[0, 4] = (p["ke0"] / p["v1"], -p["ke0"]), 1.0
        kept: dict[float, FloatArray] = {}
        state = np.zeros(5)
        for start, end, running, inside in segments(work.at_min):
            state[4] = p["rate"] if running else 0.0
            now = start
            for place in [*inside, None]:
                then = end if place is None else work.at_min[place]
                step = float(f"{then - now:.12g}")
                if step > 0:
                    if step not in kept:
                        kept[step] = expm(flow * step)
                    state = kept[step] @ state
                if place is not None:
                    states[person, place] = state[:4]
                now = then
    return read_off(work, numbers, states)


def slopes(t: float, y: FloatArray, p: dict[str, float]) -> list[float]:
    """Any of the workloads, amounts in mg, the site in mg/L."""
    a1, a2, a3, ce = y[:4]
    linear = [
        p["pump"] - (p["k10"] + p["k12"] + p["k13"]) * a1 + p["k21"] * a2 + p["k31"] * a3,
        p["k12"] * a1 - p["k21"] * a2,
        p["k13"] * a1 - p["k31"] * a3,
        p["ke0"] * (a1 / p["v1"] - ce),
    ]
    if len(y) == 4:
        return linear
    n1, n2, r = y[4:]
    power = (max(ce, 0.0) / p["ic50"]) ** p["hill"]
    held_back = p["imax"] * power / (1 + power)
    made = p["vmax"] * a1 / (p["half"] + a1)  # none where nothing saturates
    linear[0] -= made
    return [
        *linear,
        made + p["km"] * a1 - (p["kn0"] + p["kn12"]) * n1 + p["kn21"] * n2,
        p["kn12"] * n1 - p["kn21"] * n2,
        p["kout"] * (p["r0"] * (1 - held_back) - r),
    ]


def lsoda(work: Workload, numbers: FloatArray, **tolerance: float) -> dict[str, FloatArray]:
    """scipy's LSODA, stretch by stretch, so that no step crosses a change of the pump."""
    size = 4 if work.name == "w1" else 7
    states = np.zeros((len(numbers), len(work.at_min), size))
    for person, row in enumerate(numbers):
        p = dict(zip(COLUMNS, row, strict=True))
        state = np.array([0, 0, 0, 0, 0, 0, p["r0"]][:size], dtype=np.float64)
        for start, end, running, inside in segments(work.at_min):
            p["pump"] = p["rate"] if running else 0.0
            at = np.unique(np.append(work.at_min[inside], end))
            done = solve_ivp(slopes, (start, end), state, "LSODA", t_eval=at, args=(p,), **tolerance)
            states[person, inside] = done.y.T[np.searchsorted(at, work.at_min[inside])]
            state = done.y[:, -1]
    return read_off(work, numbers, states)


def truth(work: Workload, numbers: FloatArray) -> dict[str, FloatArray]:
    return w1(work, numbers) if work.name == "w1" else lsoda(work, numbers, **TIGHT)
