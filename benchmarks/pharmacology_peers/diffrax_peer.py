"""diffrax: all patients as one vectorised, compiled call; Tsit5 (explicit) and Kvaerno5 (implicit)."""

from __future__ import annotations

from importlib.metadata import version

import jax

jax.config.update("jax_enable_x64", True)

import diffrax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

from ataraxy.core.pharmacology.people import FloatArray  # noqa: E402
from pharmacology_peers.workload import (  # noqa: E402
    ATOL,
    COLUMNS,
    DOSES_MIN,
    DURATION_MIN,
    RTOL,
    Workload,
    read_off,
)

NAME = f"diffrax {version('diffrax')}"
MOST = 100  # patients a round
SOLVERS = {"Tsit5": diffrax.Tsit5, "Kvaerno5": diffrax.Kvaerno5}


def slopes(t, y, told):
    p, number = told
    at = {name: p[place] for place, name in enumerate(COLUMNS)}
    starts = jnp.array(DOSES_MIN)
    pump = at["rate"] * jnp.any((t >= starts) & (t < starts + DURATION_MIN))
    linear = [
        pump - (at["k10"] + at["k12"] + at["k13"]) * y[0] + at["k21"] * y[1] + at["k31"] * y[2],
        at["k12"] * y[0] - at["k21"] * y[1],
        at["k13"] * y[0] - at["k31"] * y[2],
        at["ke0"] * (y[0] / at["v1"] - y[3]),
    ]
    if number == 4:
        return jnp.stack(linear)
    power = (jnp.maximum(y[3], 1e-30) / at["ic50"]) ** at["hill"]
    return jnp.stack(
        [
            *linear,
            at["km"] * y[0] - (at["kn0"] + at["kn12"]) * y[4] + at["kn21"] * y[5],
            at["kn12"] * y[4] - at["kn21"] * y[5],
            at["kout"] * (at["r0"] * (1 - at["imax"] * power / (1 + power)) - y[6]),
        ]
    )


def make(work: Workload, solver: str = "Tsit5"):
    """Numbers (people, columns) -> the curves."""
    n = 4 if work.name == "w1" else 7
    jumps = jnp.array(sorted(t for s in DOSES_MIN for t in (s, s + DURATION_MIN)))
    controller = diffrax.ClipStepSizeController(
        diffrax.PIDController(rtol=RTOL, atol=ATOL), jump_ts=jumps, store_rejected_steps=None
    )
    at = jnp.array(work.at_min)

    def one(p):
        first = jnp.zeros(n)
        if n == 7:
            first = first.at[6].set(p[COLUMNS.index("r0")])
        return diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, y, args: slopes(t, y, (args, n))),
            SOLVERS[solver](),
            0.0,
            float(work.at_min[-1]),
            0.1,
            first,
            args=p,
            saveat=diffrax.SaveAt(ts=at),
            stepsize_controller=controller,
            max_steps=200_000,
        ).ys

    every = jax.jit(jax.vmap(one))

    def call(numbers: FloatArray) -> dict[str, FloatArray]:
        return read_off(work, numbers, np.asarray(every(jnp.asarray(numbers))))

    return call
