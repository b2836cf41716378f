"""A funnel plot: effects against their standard errors, the most certain on top.

It needs many studies to mean anything; with few, the words say so and the picture shows only what there is.
"""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap

from ataraxy.clinic.figures.effect_axis import EffectAxis, fitted, linear_ticks, said, tick_words
from ataraxy.clinic.figures.evidence import Funnel
from ataraxy.clinic.figures.svg import Svg, document, line, num, path, rect, tag, text
from ataraxy.clinic.figures.types import Table

WIDTH, LEFT, RIGHT, TOP, HEIGHT = 480.0, 52.0, 16.0, 30.0, 260.0
NORMAL_95 = 1.959963984540054


def draw(f: Funnel) -> Svg:
    """The picture. The same numbers give the same bytes."""
    most = 1.1 * max((p.se for p in f.points), default=1.0)
    axis = _axis(f, most)

    def y(se: float) -> float:
        return TOP + HEIGHT * se / most

    told = wrap(f.words, 70) if f.words else []
    bottom = TOP + HEIGHT
    parts = [
        text(8.0, 18.0, "standard error (smaller is surer)", "text-soft", 12),
        rect(LEFT, TOP, axis.width, HEIGHT, "plot"),
        *_grid(axis, most, bottom, f.is_ratio),
        *_funnel(f, axis, most, y),
        *(
            tag(
                "circle", cls="reference-mark" if p.supposed else "point", cx=axis.x(p.value), cy=y(p.se), r=5
            )
            for p in f.points
        ),
        rect(LEFT, TOP, axis.width, HEIGHT, "frame"),
        text(LEFT + axis.width / 2, bottom + 38.0, f.axis_words, "text-soft", 12, "middle"),
        *(text(8.0, bottom + 60.0 + 16.0 * i, part, "text-soft", 12) for i, part in enumerate(told)),
    ]
    size = (WIDTH, bottom + 50.0 + 16.0 * len(told))
    return document(f.id, "fig-small", size, f.title, describe(f), parts)


def _axis(f: Funnel, most: float) -> EffectAxis:
    values = [p.value for p in f.points]
    edges = [] if f.middle is None else [f.middle - NORMAL_95 * most, f.middle + NORMAL_95 * most]
    middles = values if f.middle is None else [*values, f.middle]
    return fitted(middles, edges, LEFT, WIDTH - LEFT - RIGHT, is_ratio=f.is_ratio)


def _grid(axis: EffectAxis, most: float, bottom: float, is_ratio: bool) -> list[str]:
    drawn: list[str] = []
    for value in axis.ticks():
        drawn.append(line(axis.x(value), TOP, axis.x(value), bottom, "grid"))
        drawn.append(
            text(
                axis.x(value), bottom + 18.0, tick_words(value, is_ratio=is_ratio), "text-soft", 12, "middle"
            )
        )
    for se in linear_ticks(0.0, most):
        level = TOP + HEIGHT * se / most
        drawn.append(line(LEFT, level, axis.right, level, "grid"))
        drawn.append(text(LEFT - 6.0, level + 4.0, num(se), "text-soft", 12, "end"))
    return [*drawn, line(axis.x(0.0), TOP, axis.x(0.0), bottom, "null-line")]


def _funnel(f: Funnel, axis: EffectAxis, most: float, y: Callable[[float], float]) -> list[str]:
    """Where 95 of 100 studies of one truth would lie, around the pool."""
    if f.middle is None:
        return []
    drawn = [line(axis.x(f.middle), y(0.0), axis.x(f.middle), y(most), "curve-second")]
    for way in (-1.0, 1.0):
        inside = [se for i in range(41) if not axis.cuts(f.middle + way * NORMAL_95 * (se := most * i / 40))]
        drawn.append(path([(axis.x(f.middle + way * NORMAL_95 * se), y(se)) for se in inside], "funnel"))
    return drawn


def describe(f: Funnel) -> str:
    seen = [p for p in f.points if not p.supposed]
    words = f"{f.axis_words} against standard error: {len(seen)} studies"
    supposed = len(f.points) - len(seen)
    return f"{words}{f', {supposed} supposed to be missing' if supposed else ''}. {f.words}".strip()


def table(f: Funnel) -> Table:
    rows = tuple(
        (
            p.label,
            said(p.value, is_ratio=f.is_ratio),
            f"{p.se:.3g}",
            "supposed, does not exist" if p.supposed else "",
        )
        for p in sorted(f.points, key=lambda p: p.se)
    )
    return Table(("Study", f.axis_words, "Standard error", "Told"), rows)
