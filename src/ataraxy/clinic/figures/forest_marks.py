"""The marks of a forest plot: a study's box and interval, a pool's diamond, the prediction interval."""

from __future__ import annotations

from ataraxy.clinic.figures.effect_axis import EffectAxis
from ataraxy.clinic.figures.evidence import ForestPool, ForestRow, Mark
from ataraxy.clinic.figures.svg import line, path, rect

SMALLEST, LARGEST = 6.0, 16.0
ARROW = 7.0


def study_mark(row: ForestRow, axis: EffectAxis, y: float) -> list[str]:
    """The interval and the box; the box's area grows with the weight. Without a weight it is hollow."""
    if row.value is None:
        return []
    drawn: list[str] = []
    if row.low is not None and row.high is not None:
        drawn += whisker(row.low, row.high, axis, y, "whisker")
    side = box_side(row.weight_percent)
    at = axis.x(row.value)
    cls = "box" if row.weight_percent is not None else "box-hollow"
    return [*drawn, rect(at - side / 2, y - side / 2, side, side, cls)]


def box_side(weight_percent: float | None) -> float:
    """Its square is proportional to the weight, with a least size that can be seen."""
    if weight_percent is None:
        return 8.0
    share = min(max(weight_percent, 0.0), 100.0) / 100.0
    return max(LARGEST * float(share**0.5), SMALLEST)


def whisker(low: float, high: float, axis: EffectAxis, y: float, cls: str) -> list[str]:
    """A line from ``low`` to ``high``; an end outside the axis is an arrow, one inside a short bar."""
    drawn = [line(axis.x(low), y, axis.x(high), y, cls)]
    for end, way in ((low, -1.0), (high, 1.0)):
        x = axis.x(end)
        if axis.cuts(end):
            tip = [(x, y), (x - way * ARROW, y - 4.0), (x - way * ARROW, y + 4.0)]
            drawn.append(path(tip, "arrow", closed=True))
        else:
            drawn.append(line(x, y - 3.5, x, y + 3.5, cls))
    return drawn


def diamond(pool: ForestPool, axis: EffectAxis, y: float) -> list[str]:
    """From the low to the high end of the interval, tallest at the estimate; cut ends get an arrow."""
    low, middle, high = axis.x(pool.low), axis.x(pool.value), axis.x(pool.high)
    cls = "diamond" if pool.mark is Mark.OURS else "diamond-hollow"
    drawn = [path([(low, y), (middle, y - 8.0), (high, y), (middle, y + 8.0)], cls, closed=True)]
    for end, way in ((pool.low, -1.0), (pool.high, 1.0)):
        if axis.cuts(end):
            x = axis.x(end)
            drawn.append(
                path([(x, y), (x - way * ARROW, y - 4.0), (x - way * ARROW, y + 4.0)], "arrow", closed=True)
            )
    return drawn


def prediction(pool: ForestPool, axis: EffectAxis, y: float) -> list[str]:
    """Where the next study would be expected, as a dashed line under the diamond."""
    if pool.predicted_low is None or pool.predicted_high is None:
        return []
    return whisker(pool.predicted_low, pool.predicted_high, axis, y, "prediction")
