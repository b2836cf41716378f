"""RODAS4's coefficients: a Rosenbrock method of order 4 with an embedded one of order 3, stiffly accurate.

In the transformed stages u_i = sum_j gamma_ij k_j, which need no product with the Jacobian:

    (1 / (gamma h) - J) u_i = f(y + sum_j A_ij u_j) + sum_j C_ij u_j / h
    y(t + h) = y + sum_j A_6j u_j + u_6,   error estimate u_6
    y(t + s h) = (1 - s) y + s (y(t + h) + (1 - s) (sum_j D_1j u_j + s sum_j D_2j u_j))

Source: Hairer E, Wanner G. Solving Ordinary Differential Equations II, 2nd ed. Springer 1996, section IV.7 (RODAS);
the order conditions (table 7.1 there) are checked in the tests.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STAGES = 6
GAMMA = 0.25


def _rows(*rows: tuple[float, ...], wide: int = STAGES) -> FloatArray:
    table = np.zeros((len(rows), wide))
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    return table


_LAST = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950)

A = _rows(
    (),
    (1.544,),
    (0.9466785280815826, 0.2557011698983284),
    (3.314825187068521, 2.896124015972201, 0.9986419139977817),
    _LAST,
    (*_LAST, 1.0),
)
C = _rows(
    (),
    (-5.6688,),
    (-2.430093356833875, -0.2063599157091915),
    (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
    (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
    (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
)
WEIGHTS = np.array([*_LAST, 1.0, 1.0])  # of the stages in the answer; without the last: the embedded answer
DENSE = _rows(
    (10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662),
    (-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872),
)
