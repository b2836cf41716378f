"""One patient's W1 curve from a cold start: what a clinic's page waits for. Run as a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))


def ours() -> float:
    from ataraxy.core.pharmacology.people import one_person
    from ataraxy.core.pharmacology.simulate import simulate
    from pharmacology_peers.workload import workload

    work = workload("w1")
    found = simulate(work.model, work.regimen, one_person(70.0), work.at_min, effects=work.effects)
    return float(found.values["ketamine"].max())


def scipys() -> float:
    import numpy as np

    from pharmacology_peers.truth import lsoda
    from pharmacology_peers.workload import ATOL, COLUMNS, RTOL, workload

    work = workload("w1")
    flow = np.array([80, 120, 120, 40, 40]) / 60 / np.array([63, 63, 207, 63, 150])
    numbers = np.zeros((1, len(COLUMNS)))
    numbers[0, :8] = [*flow, 63.0, 35 / 40, np.log(2) / 3.4657359028]
    return float(lsoda(work, numbers, rtol=RTOL, atol=ATOL)["ketamine"].max())


if __name__ == "__main__":
    print({"ours": ours, "scipy": scipys}[sys.argv[1]]())
