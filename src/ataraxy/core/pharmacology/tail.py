"""How likely a value beyond a limit is: tails of the normal and of Student's t, safe far out."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from ataraxy.core.pharmacology.people import FloatArray
from ataraxy.core.pharmacology.quadrature import gauss_legendre

LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)
FAR = -30.0  # below this erfc nears the smallest float; six terms of the asymptotic series are exact to 1e-13
_erfc = np.frompyfunc(math.erfc, 1, 1)
_lgamma = np.frompyfunc(math.lgamma, 1, 1)


@cache
def towards_zero() -> tuple[FloatArray, FloatArray]:
    """Nodes on (0, 1) and weights, denser near 0, where powers are rough."""
    half, width = gauss_legendre(48)
    return ((half + 1) / 2) ** 2, width * (half + 1) / 2


def log_normal_density(z: FloatArray) -> FloatArray:
    """Log density of the standard normal; any shape."""
    return -0.5 * z * z - LOG_ROOT_2PI


def log_normal_below(z: FloatArray) -> FloatArray:
    """Log probability that a standard normal lies below ``z``; any shape, never minus infinity.

    Source: Abramowitz and Stegun 26.2.12 far out, the error function elsewhere.
    """
    near = np.maximum(z, FAR)
    tail = 0.5 * np.asarray(_erfc(np.abs(near) / math.sqrt(2)), dtype=np.float64)
    found = np.where(near > 0, np.log1p(-np.where(near > 0, tail, 0.0)), np.log(np.maximum(tail, 1e-300)))
    if not np.any(z < FAR):
        return found
    far = np.minimum(z, FAR)
    inverse = 1 / (far * far)
    series = 1 - inverse * (1 - inverse * (3 - inverse * (15 - inverse * (105 - inverse * 945))))
    return np.where(z < FAR, log_normal_density(far) - np.log(-far) + np.log(series), found)


def log_student_density(z: FloatArray, freedom: FloatArray) -> FloatArray:
    """Log density of Student's t of scale 1; ``freedom`` (degrees, above 0) broadcasts with ``z``."""
    half = (freedom + 1) / 2
    constant = np.asarray(_lgamma(half) - _lgamma(freedom / 2), dtype=np.float64) - 0.5 * np.log(
        freedom * math.pi
    )
    found: FloatArray = constant - half * np.log1p(z * z / freedom)
    return found


def log_student_below(z: FloatArray, freedom: FloatArray) -> FloatArray:
    """Log probability that Student's t lies below ``z``; ``freedom`` from 2 to 200 broadcasts with ``z``.

    With z = root(freedom) tan(angle) the tail is the area under a power of the cosine: every term of the
    quadrature is positive, so nothing cancels however far out. Good to 1e-10.
    """
    z, freedom = np.broadcast_arrays(z, freedom)
    nodes, weights = towards_zero()
    reach = np.arctan2(np.sqrt(freedom), np.abs(z))  # from the far end back to |z|
    angle = reach[..., np.newaxis] * nodes
    power = freedom[..., np.newaxis] - 1
    end = np.sin(reach)
    area = reach * ((np.sin(angle) / end[..., np.newaxis]) ** power @ weights)
    constant = log_student_density(np.zeros_like(reach), freedom) + 0.5 * np.log(freedom)
    tail = constant + (freedom - 1) * np.log(end) + np.log(area)
    return np.where(z > 0, np.log1p(-np.exp(np.where(z > 0, tail, -np.inf))), tail)
