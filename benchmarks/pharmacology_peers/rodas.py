"""Our own general path: all states by RODAS4, nothing taken as linear, on one thread."""

from __future__ import annotations

from collections.abc import Callable

from ataraxy.core.pharmacology.people import FloatArray
from ataraxy.core.pharmacology.prepared import Prepared
from ataraxy.core.pharmacology.stiff import curves_of, solve_stiff
from pharmacology_peers.workload import SITE, Workload

NAME = "our RODAS4"


def make(work: Workload, rtol: float) -> Callable[[Prepared], dict[str, FloatArray]]:
    """Prepared people -> the curves."""

    def call(ready: Prepared) -> dict[str, FloatArray]:
        solved = solve_stiff(ready, work.at_min, rtol, check=False)
        values = curves_of(ready, solved, work.at_min)
        return {name: values[f"site:{work.effects[0].id}" if name == SITE else name] for name in work.curves}

    return call
