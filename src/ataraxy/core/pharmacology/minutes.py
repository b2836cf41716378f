"""Minutes of a time line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def each_once(minutes: NDArray[Any]) -> FloatArray:
    """These minutes, any order and shape, each once and ascending.

    ``numpy.unique`` without its table of masked values, which a first answer would wait for.
    """
    ordered: FloatArray = np.sort(np.asarray(minutes, dtype=np.float64), axis=None)
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]
