"""scipy: LSODA with the slopes in Python, one patient after the other."""

from __future__ import annotations

from importlib.metadata import version

from ataraxy.core.pharmacology.people import FloatArray
from pharmacology_peers.truth import lsoda
from pharmacology_peers.workload import ATOL, RTOL, Workload

NAME = f"scipy {version('scipy')} LSODA"
MOST = 4  # patients a round


def make(work: Workload):
    """Numbers (people, columns) -> the curves."""

    def call(numbers: FloatArray) -> dict[str, FloatArray]:
        return lsoda(work, numbers, rtol=RTOL, atol=ATOL)

    return call
