"""Random draws that belong to a person: the same for a seed and a person's number, however people are grouped.

Philox is a counter-based generator: person n owns the counters from n times ``blocks`` on, so no order of work,
no chunk and no machine changes what they get. Normals come from uniforms by Wichura's rational approximations,
with a logarithm made of plain additions and multiplications, so that the last bit is the same everywhere.

Source: Wichura MJ. Algorithm AS 241. Applied Statistics 1988;37:477-484. DOI 10.2307/2347330.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.normal_quantile import normal_quantile

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PER_BLOCK = 4  # 64-bit numbers one counter of Philox gives
MOST_SEED = 2**63


def uniforms(seed: int, number: IntArray, k: int, stream: int = 0) -> FloatArray:
    """``k`` uniforms in (0, 1) for each person.

    Args:
        seed: any whole number from 0 to 2^63 - 1.
        number: shape (N,), the people's numbers, not below zero.
        k: how many for each.
        stream: another family of draws of the same people (0: parameters, 1: covariates, 2 on: occasions).

    Returns:
        Shape (k, N); bit-identical for a (seed, stream, person) on any machine.

    Raises:
        InputRefused: a seed or a number out of range.
    """
    raw = _numbers(seed, number, k, stream)
    # 53 bits, centred between neighbours: never 0, never 1.
    return np.ascontiguousarray(((raw[:, :k] >> np.uint64(11)) + 0.5) * 2.0**-53).T


def normals(seed: int, number: IntArray, k: int, stream: int = 0, *, compiled: bool = False) -> FloatArray:
    """``k`` standard normals for each person; shape and errors as ``uniforms``. ``compiled``: with numba, same bits."""
    if not compiled:
        return normal_quantile(uniforms(seed, number, k, stream))
    from ataraxy.core.pharmacology import draw_kernels

    told = np.empty((k, len(number)))
    draw_kernels.normals_of(_numbers(seed, number, k, stream), told)
    return told


def _numbers(seed: int, number: IntArray, k: int, stream: int) -> NDArray[np.uint64]:
    """64 random bits, ``k`` times or more for each person: (N, k or more)."""
    if not 0 <= seed < MOST_SEED:
        raise InputRefused(
            f"The seed {seed} is out of range.", "Give a whole number from 0 to 2^63 - 1.", "seed"
        )
    if len(number) and int(number.min()) < 0:
        raise InputRefused("A person's number is below zero.", "Number people from 0 on.", "people")
    blocks = -(-k // PER_BLOCK)
    runs = _runs(number) if k and len(number) else []
    if len(runs) == 1:
        return _raw(seed, stream, int(number[0]) * blocks, len(number) * blocks).reshape(len(number), -1)
    raw = np.empty((len(number), blocks * PER_BLOCK), dtype=np.uint64)
    for start, stop in runs:
        made = _raw(seed, stream, int(number[start]) * blocks, (stop - start) * blocks)
        raw[start:stop] = made.reshape(stop - start, -1)
    return raw


def _runs(number: IntArray) -> list[tuple[int, int]]:
    """Stretches of consecutive numbers, so that one generator serves each."""
    breaks = np.flatnonzero(np.diff(number) != 1) + 1
    edges = [0, *(int(b) for b in breaks), len(number)]
    return list(pairwise(edges))


def _raw(seed: int, stream: int, first_block: int, blocks: int) -> NDArray[np.uint64]:
    from numpy.random import Philox  # a typical person needs none: their answer does not wait for it

    counter = [first_block & (2**64 - 1), first_block >> 64, 0, 0]
    bits = Philox(key=[seed, stream], counter=counter)
    raw: NDArray[np.uint64] = bits.random_raw(blocks * PER_BLOCK)
    return raw


@dataclass(frozen=True, slots=True)
class Draws:
    """Which random numbers people get: a seed, and whether they differ between people, between occasions.

    ``compiled``: made with numba, for very many people; the same numbers to the last bit.
    """

    seed: int
    between: bool = True
    occasions: bool = True
    compiled: bool = False
