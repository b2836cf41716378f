"""Effects upwards, hours or doses to the right: the frame, the marks and the names of several studies in one picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ataraxy.clinic.figures.effect_axis import EffectAxis, estimate_words, fitted, tick_words
from ataraxy.clinic.figures.evidence import Mark, Reading, Series
from ataraxy.clinic.figures.svg import line, num, path, rect, spread, tag, text

WIDTH, LEFT, RIGHT, TOP, HEIGHT = 760.0, 64.0, 236.0, 62.0, 270.0
NAME_GAP = 16.0
LETTERS = 34
NARROW, NARROW_RIGHT = 360.0, 12.0
Place = Callable[[float], float]


def width_of(*, narrow: bool) -> float:
    return NARROW if narrow else WIDTH


def right_of(*, narrow: bool) -> float:
    """Where the axis ends; on a phone the names stand below it, not beside."""
    return NARROW - NARROW_RIGHT if narrow else WIDTH - RIGHT


def below(series: Sequence[Series], *, narrow: bool) -> float:
    """How much room the names take under the axis."""
    return NAME_GAP * sum(bool(one.readings) for one in series) if narrow else 0.0


@dataclass(frozen=True, slots=True)
class Plot:
    """Where things are drawn: ``x`` places an hour or a dose, the axis an effect (no effect is always on it)."""

    axis: EffectAxis
    x: Place
    narrow: bool = False

    @property
    def right(self) -> float:
        return right_of(narrow=self.narrow)

    def y(self, value: float) -> float:
        return TOP + HEIGHT * (1.0 - self.axis.share(value))


def plot_of(
    series: Iterable[Series], x: Place, *, is_ratio: bool, more: Iterable[float] = (), narrow: bool = False
) -> Plot:
    readings = [one for each in series for one in each.readings]
    edges = [end for one in readings for end in (one.low, one.high) if end is not None]
    axis = fitted([*(one.value for one in readings), *more], edges, 0.0, HEIGHT, is_ratio=is_ratio)
    return Plot(axis, x, narrow)


def frame(
    plot: Plot, ticks: Sequence[tuple[float, str]], value_words: str, sides: tuple[str, str]
) -> list[str]:
    """Grid, both axes, no effect, and what lies on either side of it."""
    low_side, high_side = sides
    bottom, zero = TOP + HEIGHT, plot.y(0.0)
    drawn = [
        text(8.0, 18.0, value_words, "text-strong", 13),
        rect(LEFT, TOP, plot.right - LEFT, HEIGHT, "plot"),
    ]
    for value in plot.axis.ticks():
        drawn.append(line(LEFT, plot.y(value), plot.right, plot.y(value), "grid"))
        words = tick_words(value, is_ratio=plot.axis.is_ratio)
        drawn.append(text(LEFT - 8.0, plot.y(value) + 4.0, words, "text-soft", 12, "end"))
    for at, words in ticks:
        drawn.append(line(plot.x(at), TOP, plot.x(at), bottom, "grid"))
        drawn.append(text(plot.x(at), bottom + 18.0, words, "text-soft", 12, "middle"))
    drawn.append(line(LEFT, zero, plot.right, zero, "null-line"))
    drawn.append(text(LEFT + 6.0, TOP - 6.0, f"↑ {high_side}", "text-soft", 12))
    drawn.append(text(LEFT + 6.0, bottom - 8.0, f"↓ {low_side}", "halo text-soft", 12))
    drawn.append(rect(LEFT, TOP, plot.right - LEFT, HEIGHT, "frame"))
    return drawn


def drawn_series(plot: Plot, series: Sequence[Series]) -> list[str]:
    """Every series with a shape of its own, and its name at the right."""
    drawn: list[str] = []
    for number, one in enumerate(series):
        drawn += _series(plot, one, number)
    return drawn + _names(plot, series)


def _series(plot: Plot, one: Series, number: int) -> list[str]:
    ordered = sorted(one.readings, key=lambda r: r.at)
    if one.mark is Mark.OTHER:
        return [part for reading in ordered for part in _window(plot, reading, number)]
    drawn = [path([(plot.x(r.at), plot.y(r.value)) for r in ordered], "series")] if len(ordered) > 1 else []
    for reading in ordered:
        at = plot.x(reading.at)
        drawn += _interval(plot, reading, at)
        drawn.append(shape(number, at, plot.y(reading.value), "point"))
    return drawn


def _interval(plot: Plot, reading: Reading, at: float) -> list[str]:
    """The interval upright; an end that is cut is an arrow."""
    if reading.low is None or reading.high is None:
        return []
    drawn = [line(at, plot.y(reading.low), at, plot.y(reading.high), "whisker")]
    for end, way in ((reading.low, -1.0), (reading.high, 1.0)):
        y = plot.y(end)
        if plot.axis.cuts(end):
            drawn.append(
                path([(at, y), (at - 4.0, y + way * 7.0), (at + 4.0, y + way * 7.0)], "arrow", closed=True)
            )
        else:
            drawn.append(line(at - 3.5, y, at + 3.5, y, "whisker"))
    return drawn


def _window(plot: Plot, reading: Reading, number: int) -> list[str]:
    """Somebody else's pool over a stretch of time: a box from its low to its high end, hollow mark in the middle."""
    first, last = plot.x(reading.at), plot.x(reading.until if reading.until is not None else reading.at)
    first, last = (
        (first, last) if last - first >= 8.0 else ((first + last) / 2 - 4.0, (first + last) / 2 + 4.0)
    )
    drawn: list[str] = []
    if reading.low is not None and reading.high is not None:
        top, bottom = plot.y(reading.high), plot.y(reading.low)
        drawn.append(rect(first, top, last - first, bottom - top, "window"))
    y = plot.y(reading.value)
    return [
        *drawn,
        line(first, y, last, y, "reference"),
        shape(number, (first + last) / 2, y, "reference-mark"),
    ]


def shape(number: int, x: float, y: float, cls: str) -> str:
    """Circle, square, triangle, diamond, and the same again: a study is known by its shape, not by a colour."""
    kind = number % 4
    if kind == 0:
        return tag("circle", cls=cls, cx=x, cy=y, r=5)
    if kind == 1:
        return rect(x - 4.5, y - 4.5, 9.0, 9.0, cls)
    if kind == 2:
        return path([(x, y - 6.0), (x + 6.0, y + 5.0), (x - 6.0, y + 5.0)], cls, closed=True)
    return path([(x, y - 6.5), (x + 6.5, y), (x, y + 6.5), (x - 6.5, y)], cls, closed=True)


def _names(plot: Plot, series: Sequence[Series]) -> list[str]:
    """Each name with its shape, at the height of its last reading, moved apart."""
    shown = [(number, one) for number, one in enumerate(series) if one.readings]
    ends = {number: max(one.readings, key=lambda r: r.until or r.at) for number, one in shown}
    shown.sort(key=lambda pair: plot.y(ends[pair[0]].value))
    places = spread([plot.y(ends[n].value) for n, _ in shown], NAME_GAP, TOP + 6.0, TOP + HEIGHT - 4.0)
    if plot.narrow:
        places = [TOP + HEIGHT + 58.0 + NAME_GAP * i for i in range(len(shown))]
    left = 14.0 if plot.narrow else plot.right + 14.0
    drawn: list[str] = []
    for (number, one), y in zip(shown, places, strict=True):
        cls = "point" if one.mark is Mark.OURS else "reference-mark"
        name = one.label if len(one.label) <= LETTERS else f"{one.label[: LETTERS - 1]}…"
        drawn += [
            shape(number, left, max(y, 7.0), cls),
            text(left + 12.0, y + 4.0, name, "text", 12),
        ]
    return drawn


def reading_words(reading: Reading, *, is_ratio: bool) -> str:
    return estimate_words(reading.value, reading.low, reading.high, is_ratio=is_ratio)


def number_words(value: float) -> str:
    return num(value)
