"""The two workloads, read from the same files as the engine reads, and each person's own numbers for the peers.

W1: three compartments and an effect site; 0.5 mg/kg over 40 min at 0, 72, 168 ... 576 h; 500 times over 28 days: every
5 min for 4 h from each dose on, and 108 between. W2: W1 with two-compartment norketamine, a slow response (turnover)
and a pressure that follows at once: seven states, five curves. W3: W2 with four fifths of the elimination saturating
(half its rate at 100 ng/mL, which every infusion passes): no longer linear, so only general solvers take part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ataraxy.catalog.shape import fit
from ataraxy.catalog.toml import parse_toml, read_text
from ataraxy.core.pharmacology.audit import problems_of_effect, problems_of_model
from ataraxy.core.pharmacology.draws import Draws, normals
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.model import PkModel, PkRoute
from ataraxy.core.pharmacology.people import FloatArray, People
from ataraxy.core.pharmacology.prepared import Prepared, prepare
from ataraxy.core.pharmacology.regimen import Dose, Regimen

MODELS = Path(__file__).parent.parent / "models"
DOSES_MIN = tuple(60.0 * h for h in (0, 72, 168, 240, 336, 408, 504, 576))
DURATION_MIN, MG_PER_KG, LAST_MIN = 40.0, 0.5, 672 * 60.0
BETWEEN = (12, 15)  # times in the 68 h and the 92 h from 4 h after a dose to the next
SEED = 20261123
RTOL, ATOL = 1e-6, 1e-8
KETAMINE, SITE, NORKETAMINE, ANXIETY, SYSTOLIC = "ketamine", "site", "norketamine", "anxiety", "systolic"


def read(kind: Any, name: str, audit: Callable[[Any], Any]) -> Any:
    """A model file as the catalog reads it, but for its source: a workload has none."""
    path, problems = MODELS / f"{name}.toml", []
    value = fit(kind, parse_toml(read_text(path.read_bytes(), path.name), path.name).values, (), problems)
    if problems or audit(value):
        raise SystemExit(f"{path.name}: {problems or audit(value)}")
    return value


@dataclass(frozen=True)
class Workload:
    name: str
    model: PkModel
    effects: tuple[EffectModel, ...]
    regimen: Regimen
    at_min: FloatArray

    @property
    def curves(self) -> tuple[str, ...]:
        return (KETAMINE, SITE) if self.name == "w1" else (KETAMINE, SITE, NORKETAMINE, ANXIETY, SYSTOLIC)

    def people(self, count: int, first: int = 0) -> People:
        """Weights log-normal about 70 kg, 20 %."""
        number = np.arange(first, first + count, dtype=np.int64)
        weight = 70.0 * np.exp(0.2 * normals(SEED, number, 1, stream=1)[0])
        blank = np.full(count, "")
        return People(
            number,
            np.clip(weight, 25, 250),
            np.full(count, 45.0),
            np.full(count, 170.0),
            blank,
            blank,
            blank,
            blank,
        )

    def prepared(self, count: int, first: int = 0) -> Prepared:
        return prepare(
            self.model, self.regimen, self.people(count, first), effects=self.effects, draws=Draws(SEED)
        )


def grid() -> FloatArray:
    """The 500 times, minutes."""
    dense = np.arange(0, 241, 5.0)
    times = []
    for place, start in enumerate(DOSES_MIN):
        end = DOSES_MIN[place + 1] if place + 1 < len(DOSES_MIN) else LAST_MIN
        count = BETWEEN[0] if end - start < 73 * 60 else BETWEEN[1]
        times += [start + dense, np.linspace(start + 240, end, count + 2)[1:-1]]
    return np.concatenate(times)


def irregular(at_min: FloatArray) -> FloatArray:
    """As many times, of which no two steps are alike."""
    return np.sort(np.random.default_rng(SEED).uniform(0, LAST_MIN, len(at_min)))


def workload(name: str, at_min: FloatArray | None = None) -> Workload:
    effects = ("w1-site",) if name == "w1" else ("w2-anxiety", "w2-pressure")
    regimen = tuple(
        Dose(PkRoute.INTRAVENOUS, start, mg_per_kg=MG_PER_KG, duration_min=DURATION_MIN)
        for start in DOSES_MIN
    )
    return Workload(
        name,
        read(PkModel, name, problems_of_model),
        tuple(read(EffectModel, effect, problems_of_effect) for effect in effects),
        regimen,
        grid() if at_min is None else at_min,
    )


def table(work: Workload, ready: Prepared) -> FloatArray:
    """Each person's numbers for the peers, (people, 24): minutes, mg, L; the same that the engine propagates.

    Columns as ``COLUMNS``. Rates are made here so that no peer pays for it.
    """
    values = ready.values[0]
    people = len(values["cl"])
    out = np.zeros((people, len(COLUMNS)))
    out[:, COLUMNS.index("half")] = 1.0  # divides nothing where nothing saturates

    def put(**columns: Any) -> None:
        for name, value in columns.items():
            out[:, COLUMNS.index(name)] = value

    put(
        k10=values["cl"] / values["v1"],
        k12=values["q2"] / values["v1"],
        k21=values["q2"] / values["v2"],
        k13=values["q3"] / values["v1"],
        k31=values["q3"] / values["v3"],
        v1=values["v1"],
        rate=ready.inputs[0].mg / DURATION_MIN,
        ke0=np.log(2) / values[f"{work.effects[0].id}/half-life"],
    )
    if work.name == "w3":
        put(vmax=values["vmax"], half=values["km"] / 1000 * values["v1"])
    if work.name == "w2":
        put(km=values["fm"] * values["cl"] / values["v1"])
    if work.name != "w1":
        anxiety = {k: values[f"w2-anxiety/{k}"] for k in ("baseline", "top", "ec50", "gamma", "kout")}
        pressure = {k: values[f"w2-pressure/{k}"] for k in ("baseline", "top", "ec50", "gamma")}
        put(
            kn0=values["cln"] / values["v1n"],
            kn12=values["qn"] / values["v1n"],
            kn21=values["qn"] / values["v2n"],
            vn=values["v1n"],
            r0=anxiety["baseline"],
            imax=anxiety["top"],
            ic50=anxiety["ec50"] / 1000,  # mg/L, as the states
            hill=anxiety["gamma"],
            kout=anxiety["kout"],
            s0=pressure["baseline"],
            smax=pressure["top"],
            s50=pressure["ec50"] / 1000,
            shill=pressure["gamma"],
        )
    return out


COLUMNS = (
    "k10", "k12", "k21", "k13", "k31", "v1", "rate", "ke0",
    "km", "kn0", "kn12", "kn21", "vn", "r0", "imax", "ic50", "hill", "kout", "s0", "smax", "s50", "shill",
    "vmax", "half",
)  # fmt: skip


def segments(at_min: FloatArray) -> list[tuple[float, float, bool, FloatArray]]:
    """Stretches in which the pump runs or rests: start, end, running, and the places of the times inside.

    A time at a border belongs to the stretch that ends there; the first stretch owns its start too.
    """
    last = float(at_min[-1])
    borders = sorted({t for start in DOSES_MIN for t in (start, start + DURATION_MIN) if t < last} | {last})
    found = []
    for place, (start, end) in enumerate(pairwise(borders)):
        inside = (at_min > start) & (at_min <= end)
        if place == 0:
            inside |= at_min == start
        found.append((start, end, start in DOSES_MIN, np.flatnonzero(inside)))
    return found


def read_off(work: Workload, numbers: FloatArray, states: FloatArray) -> dict[str, FloatArray]:
    """The workload's curves from states (people, times, n): amounts in mg, the site in mg/L."""
    column = {name: numbers[:, place, None] for place, name in enumerate(COLUMNS)}
    plasma = states[:, :, 0] / column["v1"]
    curves = {KETAMINE: 1000 * plasma, SITE: 1000 * states[:, :, 3]}
    if work.name != "w1":
        power = (np.maximum(plasma, 0) / column["s50"]) ** column["shill"]
        curves |= {
            NORKETAMINE: 1000 * states[:, :, 4] / column["vn"],
            ANXIETY: states[:, :, 6],
            SYSTOLIC: column["s0"] + column["smax"] * power / (1 + power),
        }
    return curves


def error(found: dict[str, FloatArray], true: dict[str, FloatArray]) -> float:
    """The largest difference over all curves, beside that curve's own largest value."""
    return max(
        float((np.abs(found[k][: len(true[k])] - true[k]).max(axis=1) / np.abs(true[k]).max(axis=1)).max())
        for k in true
    )
