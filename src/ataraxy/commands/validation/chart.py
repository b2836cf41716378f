"""Panels of curves side by side: straight axes, a key, bands and marks. SVG without style attributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ataraxy.clinic.figures.svg import (
    ACCENT,
    GREEN,
    INK,
    SOFT,
    Svg,
    document,
    line,
    num,
    path,
    rect,
    tag,
    text,
)

Points = Sequence[tuple[float, float]]
Scale = Callable[[float], float]

WIDTH, LEFT, RIGHT, GAP = 880.0, 46.0, 12.0, 54.0
TITLE, TOP, HEIGHT, FOOT = 22.0, 60.0, 250.0, 52.0
LABEL_GAP, LETTER = 17.0, 6.0
# Told apart by dash and label first, by colour last.
STROKES = ((ACCENT, ""), (INK, "7 4"), (GREEN, "2 3"), (SOFT, "10 3 2 3"))


@dataclass(frozen=True, slots=True)
class Line:
    """A curve with its name in the panel's key. ``pen``: which of the four strokes."""

    words: str
    points: Points
    pen: int = 0


@dataclass(frozen=True, slots=True)
class Band:
    lower: Points
    upper: Points


@dataclass(frozen=True, slots=True)
class Mark:
    """A published number: a white point, named; ``bar`` its interval from low to high."""

    x: float
    y: float
    words: str
    bar: tuple[float, float] | None = None
    below: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    unit: str
    until: float
    top: float
    step_x: float
    step_y: float
    lines: tuple[Line, ...] = ()
    bands: tuple[Band, ...] = ()
    marks: tuple[Mark, ...] = ()
    under: float = 0.0


def draw(name: str, title: str, desc: str, panels: Sequence[Panel], words: Sequence[str] = ()) -> Svg:
    """The panels in one row; the same values give the same bytes."""
    width = (WIDTH - LEFT - RIGHT - GAP * (len(panels) - 1)) / len(panels)
    parts = [text(10, TITLE, title, "text-strong", 14)]
    for index, panel in enumerate(panels):
        parts.extend(_panel(panel, LEFT + index * (width + GAP), width))
    bottom = TOP + HEIGHT + FOOT
    parts.extend(text(10, bottom + 6 + 17 * i, row, "text-soft", 12) for i, row in enumerate(words))
    size = (WIDTH, bottom + 6 + 17 * len(words))
    return document(name, "fig-wide", size, title, desc, [rect(0, 0, *size, "plot"), *parts])


def _panel(panel: Panel, left: float, width: float) -> list[str]:
    def x(value: float) -> float:
        return left + width * value / panel.until

    def y(value: float) -> float:
        return TOP + HEIGHT * (1.0 - (value - panel.under) / (panel.top - panel.under))

    parts = [text(left, TOP - 12, f"{panel.title}, {panel.unit}", "text", 12), *_grid(panel, x, y)]
    parts += [
        path([*_at(b.upper, x, y), *reversed(_at(b.lower, x, y))], "area", closed=True) for b in panel.bands
    ]
    parts += [_curve(_at(curve.points, x, y), curve.pen) for curve in panel.lines]
    parts += _key(panel, left + width)
    for mark in panel.marks:
        parts += _mark(mark, x, y)
    middle = left + width / 2
    return [
        *parts,
        rect(left, TOP, width, HEIGHT, "frame"),
        text(middle, TOP + HEIGHT + 36, "minutes", "text-soft", 12, "middle"),
    ]


def _grid(panel: Panel, x: Scale, y: Scale) -> list[str]:
    parts = []
    for i in range(int(panel.until / panel.step_x) + 1):
        at = i * panel.step_x
        parts.append(line(x(at), TOP, x(at), TOP + HEIGHT, "grid"))
        parts.append(text(x(at), TOP + HEIGHT + 17, num(at), "text-soft", 11, "middle"))
    for i in range(round((panel.top - panel.under) / panel.step_y) + 1):
        value = panel.under + i * panel.step_y
        parts.append(line(x(0), y(value), x(panel.until), y(value), "grid"))
        parts.append(text(x(0) - 6, y(value) + 4, num(value), "text-soft", 11, "end"))
    return parts


def _at(points: Points, x: Scale, y: Scale) -> list[tuple[float, float]]:
    return [(x(a), y(b)) for a, b in points]


def _curve(points: list[tuple[float, float]], pen: int) -> str:
    colour, dash = STROKES[pen % len(STROKES)]
    steps = " ".join(f"{'L' if i else 'M'}{num(a)} {num(b)}" for i, (a, b) in enumerate(points))
    more = {"stroke_dasharray": dash} if dash else {}
    return tag("path", cls="curve", d=steps, stroke=colour, **more)


def _key(panel: Panel, right: float) -> list[str]:
    """Each curve's pen and name, in the upper right corner, where these curves never are."""
    parts = []
    longest = max((len(curve.words) for curve in panel.lines), default=0)
    left = right - longest * LETTER - 42
    for row, curve in enumerate(panel.lines):
        height = TOP + 18 + row * LABEL_GAP
        parts.append(_curve([(left, height - 4), (left + 26, height - 4)], curve.pen))
        parts.append(text(left + 32, height, curve.words, "halo text", 12))
    return parts


def _mark(mark: Mark, x: Scale, y: Scale) -> list[str]:
    at, height = x(mark.x), y(mark.y)
    parts = []
    if mark.bar is not None:
        parts.append(line(at, y(mark.bar[0]), at, y(mark.bar[1]), "reference"))
    parts.append(tag("circle", cls="reference-mark", cx=at, cy=height, r=4.5, stroke=INK))
    parts.append(text(at + 9, height + (15 if mark.below else 4), mark.words, "halo text-strong", 12))
    return parts
