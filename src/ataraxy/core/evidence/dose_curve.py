"""The shape of a dose-response: columns of a curve, each zero at dose zero of the column, and their differences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ataraxy.core.evidence.series import FloatArray, Floats, finite


class Shape(StrEnum):
    LINEAR = "linear"
    QUADRATIC = "quadratic"
    SPLINE = "restricted cubic spline"  # straight beyond its outer knots


@dataclass(frozen=True, slots=True)
class Curve:
    """A shape in a dose; ``knots`` (three or more, rising) are a spline's, in the unit of the dose."""

    shape: Shape = Shape.LINEAR
    knots: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.shape is not Shape.SPLINE:
            if self.knots:
                raise ValueError(
                    f"A {self.shape.value} curve has no knots: leave them out, or ask for a spline."
                )
            return
        if len(self.knots) < 3 or any(b <= a for a, b in zip(self.knots, self.knots[1:], strict=False)):
            raise ValueError(f"A spline needs three or more rising knots, not {self.knots}.")

    @property
    def columns(self) -> int:
        if self.shape is Shape.SPLINE:
            return len(self.knots) - 1
        return 1 if self.shape is Shape.LINEAR else 2

    def at(self, doses: Floats) -> FloatArray:
        """The columns at doses (n,): shape (n, columns). The first is the dose itself.

        Source of the spline: Harrell, Regression Modeling Strategies, 2.4.5 (scaled by the squared span of the knots).
        """
        x = finite(doses, "dose")
        if self.shape is Shape.LINEAR:
            return x[:, None]
        if self.shape is Shape.QUADRATIC:
            return np.column_stack([x, x**2])
        *inner, before_last, last = self.knots
        span = (last - self.knots[0]) ** 2
        bends = [
            _cubed(x - knot)
            - _cubed(x - before_last) * (last - knot) / (last - before_last)
            + _cubed(x - last) * (before_last - knot) / (last - before_last)
            for knot in inner
        ]
        return np.column_stack([x, *(bend / span for bend in bends)])

    def beside(self, doses: Floats, reference: float) -> FloatArray:
        """The columns at doses less those at the reference dose."""
        return np.asarray(self.at(doses) - self.at([reference]))


def _cubed(x: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(x, 0.0) ** 3)


def knots_at(doses: Floats, quantiles: tuple[float, ...] = (0.1, 0.5, 0.9)) -> tuple[float, ...]:
    """Knots at quantiles of the doses given (Harrell's three unless told)."""
    return tuple(float(q) for q in np.quantile(finite(doses, "dose"), quantiles))
