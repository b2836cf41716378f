"""The engine's answer under the workload's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from ataraxy.core.pharmacology.prepared import Prepared, rows_of
from ataraxy.core.pharmacology.simulate import Tier, run
from pharmacology_peers.workload import SITE, Workload


def curves(work: Workload, ready: Prepared, tier: Tier = Tier.NUMBA, threads: int = 1) -> dict[str, Any]:
    """The engine's answer under the workload's names."""
    names = {name: f"site:{work.effects[0].id}" if name == SITE else name for name in work.curves}
    values = run(ready, work.at_min, tier=tier, threads=threads, only=frozenset(names.values())).values
    return {name: values[told] for name, told in names.items()}


def first(ready: Prepared, people: int) -> Prepared:
    """The first so many of the people."""
    return rows_of(ready, np.arange(people))
