"""Memory for answers, lent again when an answer is let go: fresh pages from the system cost more than the arithmetic.

All of it begins with a line of the cache: a vector that lies across two lines is written twice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

MOST_KEPT = 4  # buffers that wait to be lent again
MOST_BYTES = 1 << 28  # of one; a larger one goes back to the system
LEAST_BYTES = 1 << 16  # of one worth keeping
LINE = 8  # numbers in a line of the cache

_waiting: list[FloatArray] = []


class _Loan:
    """A buffer's owner while an array uses it: it goes back when the last view of the array is gone."""

    __slots__ = ("__array_interface__", "buffer")

    def __init__(self, buffer: FloatArray, size: int) -> None:
        self.buffer = buffer
        self.__array_interface__ = buffer[:size].__array_interface__

    def __del__(self) -> None:
        if LEAST_BYTES <= self.buffer.nbytes <= MOST_BYTES:
            _waiting.append(self.buffer)
            del _waiting[:-MOST_KEPT]


def lent(size: int) -> FloatArray:
    """``size`` numbers, not set to anything."""
    for place in range(len(_waiting) - 1, -1, -1):
        try:
            buffer = _waiting.pop(place)
        except IndexError:  # another thread was faster
            continue
        if size <= len(buffer) <= 4 * size + 4096:
            return np.asarray(_Loan(buffer, size))
        _waiting.insert(0, buffer)
    return np.asarray(_Loan(aligned(size), size))


def aligned(size: int) -> FloatArray:
    """``size`` numbers, not set to anything, from the beginning of a line of the cache on."""
    room = np.empty(size + LINE - 1)
    before = -(room.ctypes.data // room.itemsize) % LINE
    return room[before : before + size]


def whole_lines(count: int) -> int:
    """So many numbers and what is left of their last line."""
    return -(-count // LINE) * LINE
