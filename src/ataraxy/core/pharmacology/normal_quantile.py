"""The normal distribution's quantile in additions and multiplications only: the same bits on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


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
