"""What this machine can do at most: writing to memory, and multiplying and adding, on one thread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median
from time import perf_counter

import numpy as np

DGEMM = """
import json, time, numpy as np
a, b = np.ones((1500, 1500)), np.ones((1500, 1500))
a @ b
best = 1e9
for _ in range(8):
    begun = time.perf_counter()
    a @ b
    best = min(best, time.perf_counter() - begun)
print(json.dumps(2 * 1500**3 / best / 1e9))
"""


def write_bandwidth(rounds: int) -> float:
    """GB/s into memory that is already ours, 256 MB at a time."""
    room = np.zeros(32 * 1024 * 1024)
    room.fill(1.0)
    taken = []
    for _ in range(rounds):
        begun = perf_counter()
        room.fill(2.0)
        taken.append(perf_counter() - begun)
    return room.nbytes / median(taken) / 1e9


def flop_peak() -> float:
    """GF/s of numpy's matrix product on one thread: what code reaches in practice, near the processor's peak."""
    clean = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    clean |= {"OPENBLAS_NUM_THREADS": "1"}
    told = subprocess.run(
        [sys.executable, "-c", DGEMM], env=clean, capture_output=True, text=True, check=True
    )
    return float(json.loads(told.stdout))
