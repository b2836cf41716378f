"""How many of how many, with the interval that says how surely. No percentage without its denominator."""

from __future__ import annotations

from collections.abc import Callable

from ataraxy.clinic.figures.svg import Svg, document, line, path, rect, tag, text
from ataraxy.clinic.figures.types import Proportion, Proportions, Reference, Table

LEFT, RIGHT, TOP = 14.0, 22.0, 14.0
ROW, REFERENCE, WRAPPED = 56.0, 30.0, 18.0
NARROW = 480
CHARACTER = 6.4  # width of a letter at size 12, to find where words fit


def draw(p: Proportions) -> Svg:
    """The picture. The same numbers give the same bytes."""
    right = p.width - RIGHT

    def x(percent: float) -> float:
        return LEFT + (right - LEFT) * percent / 100.0

    heights = [_height(row, narrow=p.width < NARROW) for row in p.rows]
    bottom = TOP + sum(heights)
    parts = [rect(LEFT, TOP, right - LEFT, bottom - TOP, "plot")]
    for percent in range(0, 101, 25):
        parts.append(
            line(x(percent), TOP, x(percent), bottom, "grid-major" if percent in (0, 50, 100) else "grid")
        )
        parts.append(text(x(percent), bottom + 18, f"{percent} %", "text-soft", 12, "middle"))
    y = TOP
    for row, height in zip(p.rows, heights, strict=True):
        parts += _row(row, y, right, x)
        y += height
    if not p.rows:
        parts.append(text(p.width / 2, TOP + 14, "Nobody yet", "text-soft", 14, "middle"))
    return document(
        p.id,
        "fig-narrow" if p.width < NARROW else "fig-middle",
        (float(p.width), bottom + 28),
        p.title,
        describe(p),
        parts,
    )


def _height(row: Proportion, *, narrow: bool) -> float:
    """On a phone the words stand below the label, and a reference's words below its mark."""
    wrapped = WRAPPED if narrow else 0.0
    return ROW + wrapped + (REFERENCE + wrapped if row.reference else 0.0)


def _row(row: Proportion, top: float, right: float, x: Callable[[float], float]) -> list[str]:
    narrow = right + RIGHT < NARROW
    y = top + 38 + (WRAPPED if narrow else 0.0)
    drawn = [text(LEFT + 4, top + 20, row.label, "halo text-strong", 14)]
    if narrow:
        drawn.append(text(LEFT + 4, top + 38, words(row), "halo text", 13))
    else:
        drawn.append(text(right - 4, top + 20, words(row), "halo text", 13, "end"))
    if row.percent is not None:
        if row.low_percent is not None and row.high_percent is not None:
            drawn.append(line(x(row.low_percent), y, x(row.high_percent), y, "interval"))
        drawn.append(tag("circle", cls="point", cx=x(row.percent), cy=y, r=7))
    if row.reference:
        drawn += _reference(row.reference, y + 24, right, x)
    return drawn


def _reference(reference: Reference, y: float, right: float, x: Callable[[float], float]) -> list[str]:
    """Published results as a hollow diamond; its words at the side with room, else below."""
    low, high, middle = reference.low_percent, reference.high_percent, x(reference.percent)
    drawn = [] if low is None or high is None else [line(x(low), y, x(high), y, "reference")]
    diamond = [(middle - 7, y), (middle, y - 7), (middle + 7, y), (middle, y + 7)]
    drawn.append(path(diamond, "reference-mark", closed=True))
    said = f"{reference.words}: {reference.percent:.0f} %"
    start = max(middle, x(high) if high is not None else 0.0) + 12
    end = min(middle, x(low) if low is not None else middle) - 12
    if start + CHARACTER * len(said) <= right:
        place, at_y, anchor = start, y + 4, "start"
    elif end - CHARACTER * len(said) >= LEFT:
        place, at_y, anchor = end, y + 4, "end"
    else:
        place, at_y, anchor = LEFT + 4, y + 22, "start"
    drawn.append(text(place, at_y, said, "halo text-soft", 12, anchor))
    return drawn


def words(row: Proportion) -> str:
    """ "8 of 12, 67 % (39 to 86)"; nobody in the denominator is said, never drawn as zero."""
    if row.percent is None:
        return "nobody yet (0 of 0)"
    interval = ""
    if row.low_percent is not None and row.high_percent is not None:
        interval = f" ({row.low_percent:.0f} to {row.high_percent:.0f})"
    return f"{row.count} of {row.of}, {row.percent:.0f} %{interval}"


def describe(p: Proportions) -> str:
    return " ".join(f"{row.label}: {words(row)}." for row in p.rows) or "Nobody yet."


def table(p: Proportions) -> Table:
    rows = tuple(
        (
            row.label,
            f"{row.count} of {row.of}",
            "" if row.percent is None else f"{row.percent:.0f} %",
            "" if row.low_percent is None else f"{row.low_percent:.0f} to {row.high_percent:.0f} %",
            f"{row.reference.words}: {row.reference.percent:.0f} %" if row.reference else "",
        )
        for row in p.rows
    )
    return Table(("What", "Count", "Share", "95 % interval", "Published"), rows)
