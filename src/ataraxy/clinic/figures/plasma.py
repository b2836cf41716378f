"""The concentration a published model predicts, with its name and what it leaves out in the picture.

A prediction, never a measurement; it feeds no pump.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from textwrap import wrap

from ataraxy.clinic.figures.svg import Svg, document, line, num, path, rect, text
from ataraxy.clinic.figures.types import Plasma, Table

WIDTH, LEFT, RIGHT = 720.0, 56.0, 24.0
DOSE_TOP, TOP, HEIGHT = 34.0, 76.0, 240.0
TICK_MIN = 30
ROWS_MIN = 20


def draw(p: Plasma) -> Svg:
    """The picture. The same curve gives the same bytes."""
    if len(p.at_min) != len(p.ng_per_ml):
        raise ValueError(
            f"{len(p.at_min)} times but {len(p.ng_per_ml)} concentrations: give one for each time."
        )
    right = WIDTH - RIGHT
    highest = ceiling(max([*p.ng_per_ml, *p.upper_ng_per_ml], default=0.0))

    def x(at_min: float) -> float:
        return LEFT + (right - LEFT) * min(max(at_min / p.until_min, 0.0), 1.0)

    def y(ng_per_ml: float) -> float:
        return TOP + HEIGHT * (1.0 - ng_per_ml / highest)

    words = _words(p)
    parts = [
        text(10, 18, "Predicted concentration of ketamine, ng/mL", "text", 13),
        rect(LEFT, TOP, right - LEFT, HEIGHT, "plot"),
        *_grid(p, highest, right, x, y),
        *_band(p, x, y),
        *_doses(p, x),
        path([(x(t), y(c)) for t, c in _shown(p)], "curve") if p.at_min else "",
        *_peak(p, x, y),
        rect(LEFT, TOP, right - LEFT, HEIGHT, "frame"),
        text(
            (LEFT + right) / 2,
            TOP + HEIGHT + 38,
            "minutes from the start of the dose",
            "text-soft",
            12,
            "middle",
        ),
        *(text(10, TOP + HEIGHT + 64 + 17 * i, part, "text-soft", 12) for i, part in enumerate(words)),
    ]
    size = (WIDTH, TOP + HEIGHT + 64 + 17 * len(words))
    return document(p.id, "fig-middle", size, "Predicted concentration of ketamine", describe(p), parts)


def ceiling(highest: float) -> float:
    """A round number above the highest value, with room for its label."""
    for step in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000):
        if highest * 1.12 <= step * 5:
            return step * max(1.0, -(-highest * 1.12 // step))
    return highest * 1.2


def _shown(p: Plasma) -> list[tuple[float, float]]:
    return [(t, c) for t, c in zip(p.at_min, p.ng_per_ml, strict=True) if 0.0 <= t <= p.until_min]


def _grid(
    p: Plasma, highest: float, right: float, x: Callable[[float], float], y: Callable[[float], float]
) -> list[str]:
    drawn: list[str] = []
    for at in range(0, int(p.until_min) + 1, TICK_MIN):
        drawn.append(line(x(at), TOP, x(at), TOP + HEIGHT, "grid-major" if at % 60 == 0 else "grid"))
        drawn.append(text(x(at), TOP + HEIGHT + 18, num(at), "text-soft", 12, "middle"))
    step = next((s for s in (2, 5, 10, 20, 50, 100, 200, 500, 1000) if highest / s <= 5), highest / 5)
    value = 0.0
    while value <= highest + 1e-9:
        drawn.append(line(LEFT, y(value), right, y(value), "grid"))
        drawn.append(text(LEFT - 8, y(value) + 4, num(value), "text-soft", 12, "end"))
        value += step
    return drawn


def _band(p: Plasma, x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    if not p.lower_ng_per_ml:
        return []
    there = [(x(t), y(c)) for t, c in zip(p.at_min, p.upper_ng_per_ml, strict=True)]
    back = [(x(t), y(c)) for t, c in zip(p.at_min, p.lower_ng_per_ml, strict=True)]
    return [path([*there, *reversed(back)], "area", closed=True)]


def _doses(p: Plasma, x: Callable[[float], float]) -> list[str]:
    drawn: list[str] = []
    for dose in p.doses:
        start, end = x(dose.start_min), x(dose.end_min)
        if dose.end_min > dose.start_min:
            drawn.append(rect(start, DOSE_TOP + 18, end - start, 14, "dose-bar-body"))
        else:
            tip = [(start - 6, DOSE_TOP + 18), (start + 6, DOSE_TOP + 18), (start, DOSE_TOP + 34)]
            drawn.append(path(tip, "dose", closed=True))
        drawn.append(line(end, DOSE_TOP + 32, end, TOP + HEIGHT, "dose-line"))
        drawn.append(text(start, DOSE_TOP + 12, dose.words, "text-dose", 12))
    return drawn


def peak(p: Plasma) -> tuple[float, float]:
    """When (min) and how high (ng/mL) the shown curve peaks."""
    return max(_shown(p), key=lambda point: point[1], default=(0.0, 0.0))


def _peak(p: Plasma, x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    at, highest = peak(p)
    if highest <= 0:
        return []
    words = f"peak {highest:.0f} ng/mL at {at:.0f} min"
    return [text(x(at) + 12, y(highest) + 4, words, "halo text-strong", 13)]


def _words(p: Plasma) -> list[str]:
    said = f"Predicted, not measured. Model: {p.model}. Site: {p.site}. Leaves out: {p.leaves_out}."
    band = f" Shaded: {p.band_words}." if p.band_words else ""
    return wrap(said + band, 112)


def describe(p: Plasma) -> str:
    at, highest = peak(p)
    doses = "; ".join(d.words for d in p.doses) or "no dose"
    return f"{doses}. Peak {highest:.0f} ng/mL at {at:.0f} minutes. {' '.join(_words(p))}"


def table(p: Plasma) -> Table:
    """The curve every 20 minutes, read off between the computed points."""
    shown = _shown(p)
    steps = range(0, int(p.until_min) + 1, ROWS_MIN)
    rows = tuple((str(at), f"{_at(shown, float(at)):.0f}") for at in steps) if len(shown) > 1 else ()
    return Table(("Minutes", "Predicted ng/mL"), rows)


def _at(points: list[tuple[float, float]], at_min: float) -> float:
    for (t0, c0), (t1, c1) in pairwise(points):
        if t0 <= at_min <= t1 and t1 > t0:
            return c0 + (c1 - c0) * (at_min - t0) / (t1 - t0)
    return points[-1][1] if at_min > points[-1][0] else points[0][1]
