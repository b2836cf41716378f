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


# --- the normal distribution's quantile, in additions and multiplications only --------------------

A = (
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
    4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
)  # fmt: skip
B = (
    1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
    2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
)  # fmt: skip
C = (
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
)  # fmt: skip
D = (
    1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
)  # fmt: skip
E = (
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
)  # fmt: skip
F = (
    1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
)  # fmt: skip
CENTRE = 0.425
CENTRE_SQUARED = 0.180625


def normal_quantile(p: FloatArray) -> FloatArray:
    """The standard normal's quantile, to 1e-15; any shape, 0 < p < 1."""
    q = p - 0.5
    out: FloatArray = np.empty_like(q)
    middle = np.abs(q) <= CENTRE
    r = CENTRE_SQUARED - q[middle] * q[middle]
    out[middle] = q[middle] * _horner(A, r) / _horner(B, r)
    tail = ~middle
    side = q[tail]
    far = np.sqrt(-exact_log(np.where(side < 0, p[tail], 1.0 - p[tail])))
    near = far <= 5.0
    value = np.where(
        near,
        _horner(C, far - 1.6) / _horner(D, far - 1.6),
        _horner(E, far - 5.0) / _horner(F, far - 5.0),
    )
    out[tail] = np.where(side < 0, -value, value)
    return out


def _horner(coefficients: tuple[float, ...], x: FloatArray) -> FloatArray:
    total = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
ROOT_HALF = 0.70710678118654752440


def exact_log(x: FloatArray) -> FloatArray:
    """The natural logarithm by its atanh series: the same bits on every machine, unlike a library's."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < ROOT_HALF
    mantissa = np.where(low, mantissa * 2.0, mantissa)
    power = exponent - low
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    series = np.full_like(x, 1.0 / 23.0)
    for odd in (21, 19, 17, 15, 13, 11, 9, 7, 5, 3):
        series = series * z + 1.0 / odd
    return power * LN2_HIGH + (2.0 * s + (2.0 * s * z * series + power * LN2_LOW))


@dataclass(frozen=True, slots=True)
class Draws:
    """Which random numbers people get: a seed, and whether they differ between people, between occasions.

    ``compiled``: made with numba, for very many people; the same numbers to the last bit.
    """

    seed: int
    between: bool = True
    occasions: bool = True
    compiled: bool = False
