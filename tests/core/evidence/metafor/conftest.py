"""Random meta-analyses, and what R's metafor makes of them: one R process a script, once a run.

metafor: Viechtbauer 2010, Journal of Statistical Software 36(3); Debian's r-cran-metafor.
"""

from __future__ import annotations

import csv
import fcntl
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
SEED = 20261123
Answers = dict[tuple[int, str], list[float]]
Table = Sequence[Mapping[str, float]]
AskR = Callable[..., Answers]


@dataclass(frozen=True)
class Meta:
    """One random meta-analysis: effects and variances, and what they are random about."""

    id: int
    kind: str
    y: tuple[float, ...]
    v: tuple[float, ...]


@cache
def has_metafor() -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = subprocess.run(["Rscript", "-e", "library(metafor)"], capture_output=True, check=False)
    return asked.returncode == 0


@pytest.fixture(scope="session")
def ask_r(tmp_path_factory: pytest.TempPathFactory) -> AskR:
    """``ask_r("pools.R", pools=[{...}, ...])``: the script reads pools.csv in the folder it is given, writes out.csv."""
    if not has_metafor():
        if os.environ.get("REQUIRE_METAFOR"):
            pytest.fail("R's metafor is required and is not there: apt-get install r-cran-metafor")
        pytest.skip("R's metafor is not installed (apt-get install r-cran-metafor): nothing to compare with")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def ask(script: str, **tables: Table) -> Answers:
        folder = shared / f"metafor-{Path(script).stem}"
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "done").exists():
                for name, rows in tables.items():
                    write(folder / f"{name}.csv", rows)
                subprocess.run(
                    ["Rscript", "--vanilla", str(HERE / script), str(folder)], check=True, timeout=1_500
                )
                (folder / "done").touch()
        return read(folder / "out.csv")

    return ask


def write(path: Path, rows: Table) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({k: repr(float(v)) if k != "id" else v for k, v in row.items()} for row in rows)


def read(path: Path) -> Answers:
    found: Answers = {}
    with path.open() as file:
        for number, what, _, value in csv.reader(file):
            found.setdefault((int(number), what), []).append(float("nan") if value == "NA" else float(value))
    return found


@pytest.fixture(scope="session")
def named() -> Callable[[str], set[str]]:
    """The cases in which one comparison may differ, each with its reason in differences.toml."""
    told = tomllib.loads((HERE / "differences.toml").read_text())["difference"]
    assert all(one["reason"] for one in told)
    return lambda comparison: {
        case for one in told if one["comparison"] == comparison for case in one["cases"]
    }


@pytest.fixture(scope="session")
def metas() -> tuple[Meta, ...]:
    """500: with k = 2, with studies that agree (tau² = 0), with very unequal variances, and from tables with zeros."""
    rng = np.random.default_rng(SEED)
    return tuple(random_meta(i, rng) for i in range(500))


def random_meta(i: int, rng: np.random.Generator) -> Meta:
    kind = ("two", "alike", "unequal", "usual", "wide", "counts")[i % 6]
    k = 2 if kind == "two" else int(rng.choice([2, 3, 4, 5, 8, 12, 20]))
    if kind == "counts":
        return Meta(i, kind, *from_counts(k, rng))
    v = rng.uniform(0.02, 0.4, k) if kind != "unequal" else 10 ** rng.uniform(-3, 1, k)
    tau = {"alike": 0.0, "wide": 1.5}.get(kind, float(rng.choice([0.0, 0.2, 0.6])))
    spread = 0.3 if kind == "alike" else 1.0
    y = rng.normal(rng.normal(0, 1), tau, k) + spread * rng.normal(0, np.sqrt(v))
    return Meta(i, kind, tuple(y.tolist()), tuple(v.tolist()))


def from_counts(k: int, rng: np.random.Generator) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Log odds ratios of rare events: half to every cell of a table with a zero."""
    n, m = rng.integers(8, 60, k), rng.integers(8, 60, k)
    a, c = rng.binomial(n, rng.uniform(0.0, 0.3, k)), rng.binomial(m, rng.uniform(0.0, 0.2, k))
    cells = np.stack([a, n - a, c, m - c]).astype(float)
    cells = cells + 0.5 * (cells == 0).any(axis=0)
    y = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return tuple(y.tolist()), tuple((1 / cells).sum(axis=0).tolist())
