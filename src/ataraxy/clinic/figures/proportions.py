"""How many of how many, with the interval that says how surely. No percentage without its denominator."""

from __future__ import annotations

from collections.abc import Callable

from ataraxy.clinic.figures.svg import Svg, document, line, path, rect, tag, text
from ataraxy.clinic.figures.types import Proportion, Proportions, Table

LEFT, RIGHT, TOP = 14.0, 22.0, 14.0
ROW, ROW_WITH_REFERENCE = 56.0, 86.0


def draw(p: Proportions) -> Svg:
    """The picture. The same numbers give the same bytes."""
    right = p.width - RIGHT

    def x(percent: float) -> float:
        return LEFT + (right - LEFT) * percent / 100.0

    heights = [ROW_WITH_REFERENCE if row.reference else ROW for row in p.rows]
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
        "fig-middle" if p.width > 480 else "fig-narrow",
        (float(p.width), bottom + 28),
        p.title,
        describe(p),
        parts,
    )


def _row(row: Proportion, top: float, right: float, x: Callable[[float], float]) -> list[str]:
    y = top + 38
    drawn = [
        text(LEFT + 4, top + 20, row.label, "halo text-strong", 14),
        text(right - 4, top + 20, words(row), "halo text", 13, "end"),
    ]
    if row.percent is not None:
        if row.low_percent is not None and row.high_percent is not None:
            drawn.append(line(x(row.low_percent), y, x(row.high_percent), y, "interval"))
        drawn.append(tag("circle", cls="point", cx=x(row.percent), cy=y, r=7))
    if row.reference:
        drawn += _reference(row, y + 24, x)
    return drawn


def _reference(row: Proportion, y: float, x: Callable[[float], float]) -> list[str]:
    """Published results as a hollow diamond with its own words, at whichever side has room."""
    reference = row.reference
    if reference is None:
        return []
    low, high, at = reference.low_percent, reference.high_percent, reference.percent
    drawn = [] if low is None or high is None else [line(x(low), y, x(high), y, "reference")]
    middle = x(at)
    diamond = [(middle - 7, y), (middle, y - 7), (middle + 7, y), (middle, y + 7)]
    drawn.append(path(diamond, "reference-mark", closed=True))
    said = f"{reference.words}: {at:.0f} %"
    if at < 50:
        start = max(middle + 12, x(high) + 8 if high is not None else 0.0)
        drawn.append(text(start, y + 4, said, "halo text-soft", 12))
    else:
        end = min(middle - 12, x(low) - 8 if low is not None else middle)
        drawn.append(text(end, y + 4, said, "halo text-soft", 12, "end"))
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
