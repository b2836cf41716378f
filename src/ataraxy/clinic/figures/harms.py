"""Unwanted effects as a dot plot: how many of each arm had them, beside each other, with the interval."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap

from ataraxy.clinic.figures.evidence import HarmRate, HarmRow, Harms
from ataraxy.clinic.figures.svg import Svg, document, line, rect, tag, text
from ataraxy.clinic.figures.types import Table

WIDE, NARROW = 720.0, 360.0
ARM, HEAD = 22.0, 26.0


def draw(h: Harms) -> Svg:
    """The picture. The same numbers give the same bytes."""
    width = NARROW if h.narrow else WIDE
    left = 14.0 if h.narrow else 330.0
    right = width - (14.0 if h.narrow else 20.0)

    def x(percent: float) -> float:
        return left + (right - left) * min(max(percent, 0.0), 100.0) / 100.0

    y, rows = 30.0, list[str]()
    for row in h.rows:
        height, parts = _row(h, row, y, x)
        rows += [*parts, line(0.0, y + height, width, y + height, "grid")]
        y += height
    parts = [*_legend(), rect(left, 30.0, right - left, y - 30.0, "plot"), *_scale(x, y), *rows]
    cls = "fig-narrow" if h.narrow else "fig-middle"
    return document(h.id, cls, (width, y + 26.0), h.title, describe(h), parts)


def _legend() -> list[str]:
    return [
        tag("circle", cls="point", cx=14.0, cy=14.0, r=5),
        text(24.0, 18.0, "ketamine or esketamine", "text-soft", 12),
        rect(174.5, 9.5, 9.0, 9.0, "reference-mark"),
        text(190.0, 18.0, "comparator", "text-soft", 12),
    ]


def _scale(x: Callable[[float], float], bottom: float) -> list[str]:
    drawn: list[str] = []
    for percent in range(0, 101, 25):
        drawn.append(
            line(x(percent), 30.0, x(percent), bottom, "grid-major" if percent in (0, 100) else "grid")
        )
        anchor = "start" if percent == 0 else "end" if percent == 100 else "middle"
        drawn.append(text(x(percent), bottom + 18.0, f"{percent} %", "text-soft", 12, anchor))
    return drawn


def _row(h: Harms, row: HarmRow, top: float, x: Callable[[float], float]) -> tuple[float, list[str]]:
    letters = 46 if h.narrow else 92
    names = wrap(f"{row.effect}, {row.study}", letters)
    drawn = [text(8.0, top + 19.0 + 16.0 * i, part, "halo text-strong", 13) for i, part in enumerate(names)]
    people = wrap(f"other people: {row.people}", letters + 6) if row.people else []
    y = top + HEAD + 16.0 * (len(names) - 1)
    drawn += [text(8.0, y + 9.0 + 15.0 * i, part, "halo text-soft", 12) for i, part in enumerate(people)]
    y += 15.0 * len(people)
    for rate in row.rates:
        said = wrap(
            f"{rate.arm}: {rate_words(rate)}".replace(" %", "\u00a0%"), 52
        )  # no line begins with a sign
        drawn += [text(8.0, y + 15.0 + 15.0 * i, part, "halo text", 12) for i, part in enumerate(said)]
        mark_at = y + 15.0 * len(said) + 12.0 if h.narrow else y + 11.0
        drawn += _mark(rate, mark_at, x)
        y += (ARM + 12.0 if h.narrow else ARM) + 15.0 * (len(said) - 1)
    return y + 8.0 - top, drawn


def _mark(rate: HarmRate, y: float, x: Callable[[float], float]) -> list[str]:
    drawn: list[str] = []
    if rate.low_percent is not None and rate.high_percent is not None:
        cls = "rate-control" if rate.is_control else "rate"
        drawn.append(line(x(rate.low_percent), y, x(rate.high_percent), y, cls))
    at = x(rate.percent)
    if rate.is_control:
        return [*drawn, rect(at - 4.5, y - 4.5, 9.0, 9.0, "reference-mark")]
    return [*drawn, tag("circle", cls="point", cx=at, cy=y, r=5)]


def study_words(row: HarmRow) -> str:
    return f"{row.study} (other people: {row.people})" if row.people else row.study


def rate_words(rate: HarmRate) -> str:
    """ "5 of 15, 33 % (15 to 58)"; without counts the share as it was printed; never a remembered one as if read."""
    return ", ".join(filter(None, (_counted(rate), rate.unsure)))


def _counted(rate: HarmRate) -> str:
    interval = ""
    if rate.low_percent is not None and rate.high_percent is not None:
        interval = f" ({rate.low_percent:.0f} to {rate.high_percent:.0f})"
    if rate.count is None or rate.of is None:
        of = f" of {rate.of}" if rate.of is not None else ""
        counts = "" if rate.unsure else ", counts not printed"  # of a remembered share it is not known
        return f"{rate.percent:g} %{of}{interval}{counts}"
    return f"{rate.count} of {rate.of}, {rate.percent:.0f} %{interval}"


def describe(h: Harms) -> str:
    said = (
        f"{row.effect}, {study_words(row)}: "
        + "; ".join(f"{rate.arm} {rate_words(rate)}" for rate in row.rates)
        for row in h.rows
    )
    return ". ".join(said) + "." if h.rows else "No rate was seen."


def table(h: Harms) -> Table:
    rows = tuple(
        (row.effect, study_words(row), rate.arm, rate_words(rate)) for row in h.rows for rate in row.rates
    )
    return Table(("Effect", "Study", "Arm", "Had it (95 % interval)"), rows)
