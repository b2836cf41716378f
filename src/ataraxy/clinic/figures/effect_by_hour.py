"""The effect by hour across studies: how soon relief comes, and how soon it fades.

Hours, days and weeks stand on one logarithmic line. A study's readings are joined; a review's pool is a box over
the hours it covers, because it is of other people at each time.
"""

from __future__ import annotations

from math import log
from textwrap import wrap

from ataraxy.clinic.figures.effect_plot import (
    HEIGHT,
    LEFT,
    TOP,
    Place,
    below,
    drawn_series,
    frame,
    plot_of,
    reading_words,
    right_of,
    width_of,
)
from ataraxy.clinic.figures.evidence import EffectByHour
from ataraxy.clinic.figures.svg import Svg, document, text
from ataraxy.clinic.figures.types import Table

EARLIEST_H = 0.5
MARKS = (
    (1.0, "1 h"),
    (2.0, "2 h"),
    (4.0, "4 h"),
    (12.0, "12 h"),
    (24.0, "1 day"),
    (72.0, "3 d"),
    (168.0, "7 d"),
    (336.0, "14 d"),
    (672.0, "28 d"),
    (2016.0, "12 wk"),
    (4368.0, "26 wk"),
)
LEAST_APART = 34.0


def draw(e: EffectByHour) -> Svg:
    """The picture. The same numbers give the same bytes."""
    first, last = span(e)

    def x(hour: float) -> float:
        share = (log(max(hour, EARLIEST_H)) - log(first)) / (log(last) - log(first))
        return LEFT + (right_of(narrow=e.narrow) - LEFT) * min(max(share, 0.0), 1.0)

    plot = plot_of(e.series, x, narrow=e.narrow, is_ratio=e.is_ratio)
    told = wrap(e.words, 52 if e.narrow else 100) if e.words else []
    bottom, names = TOP + HEIGHT, below(e.series, narrow=e.narrow)
    parts = [
        *frame(plot, _ticks(first, last, x), e.value_words, (e.low_side, e.high_side)),
        *drawn_series(plot, e.series),
        text(
            (LEFT + right_of(narrow=e.narrow)) / 2,
            bottom + 38.0,
            "time since the dose (logarithmic)",
            "text-soft",
            12,
            "middle",
        ),
        *(text(8.0, bottom + names + 62.0 + 16.0 * i, part, "text-soft", 12) for i, part in enumerate(told)),
    ]
    size = (width_of(narrow=e.narrow), bottom + names + 52.0 + 16.0 * len(told))
    return document(e.id, "fig-narrow" if e.narrow else "fig-middle", size, e.title, describe(e), parts)


def span(e: EffectByHour) -> tuple[float, float]:
    """From the first to the last hour anything was measured, with room; a day at least."""
    hours = [h for s in e.series for r in s.readings for h in (r.at, r.until) if h is not None]
    first, last = max(min(hours, default=1.0), EARLIEST_H), max(max(hours, default=24.0), 24.0)
    return first / 1.4, last * 1.4


def _ticks(first: float, last: float, x: Place) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    for hour, words in MARKS:
        if first <= hour <= last and (not found or x(hour) - x(found[-1][0]) >= LEAST_APART):
            found.append((hour, words))
    return found


def hour_words(hour: float) -> str:
    """ "2 h", "3 days", "4 weeks": as the clinic says it."""
    if hour < 48 and hour != 24:
        return f"{hour:g} h"
    days = hour / 24
    if days >= 28 and days % 7 == 0:
        return f"{days / 7:g} weeks"
    return f"{days:g} day{'' if days == 1 else 's'}"


def describe(e: EffectByHour) -> str:
    said = [f"{e.value_words}. {len(e.series)} studies and reviews."]
    for one in e.series:
        if one.readings:
            readings = sorted(one.readings, key=lambda r: r.at)
            ends = (readings[0], readings[-1]) if len(readings) > 1 else (readings[0],)
            told = "; ".join(f"{reading_words(r, is_ratio=e.is_ratio)} at {hour_words(r.at)}" for r in ends)
            said.append(f"{one.label}: {told}.")
    return " ".join([*said, e.words]).strip()


def table(e: EffectByHour) -> Table:
    rows = tuple(
        (
            one.label,
            hour_words(r.at)
            + (f" to {hour_words(r.until)}" if r.until is not None and r.until != r.at else ""),
            reading_words(r, is_ratio=e.is_ratio),
            " ".join(filter(None, (r.words, one.note))),
        )
        for one in e.series
        for r in sorted(one.readings, key=lambda r: r.at)
    )
    return Table(("Study", "When", f"{e.value_words} (95 % interval)", "Told"), rows)
