"""The effect by dose across studies, with a fitted curve only where there are studies enough for one."""

from __future__ import annotations

from textwrap import wrap

from ataraxy.clinic.figures.effect_axis import linear_ticks
from ataraxy.clinic.figures.effect_plot import (
    HEIGHT,
    LEFT,
    TOP,
    Plot,
    below,
    drawn_series,
    frame,
    plot_of,
    reading_words,
    right_of,
    width_of,
)
from ataraxy.clinic.figures.evidence import DoseResponse, Fit
from ataraxy.clinic.figures.svg import Svg, document, num, path, text
from ataraxy.clinic.figures.types import Table


def draw(d: DoseResponse) -> Svg:
    """The picture. The same numbers give the same bytes."""
    most = (
        max([r.at for s in d.series for r in s.readings] + list(d.fit.at if d.fit else ()), default=1.0)
        * 1.08
    )

    def x(dose: float) -> float:
        return LEFT + (right_of(narrow=d.narrow) - LEFT) * min(max(dose / most, 0.0), 1.0)

    plot = plot_of(d.series, x, narrow=d.narrow, is_ratio=d.is_ratio, more=d.fit.middle if d.fit else ())
    told = wrap(d.words, 52 if d.narrow else 100) if d.words else []
    bottom, names = TOP + HEIGHT, below(d.series, narrow=d.narrow)
    ticks = [(dose, num(dose)) for dose in linear_ticks(0.0, most)]
    parts = [
        *frame(plot, ticks, d.value_words, (d.low_side, d.high_side)),
        *(_fit(plot, d.fit) if d.fit else []),
        *drawn_series(plot, d.series),
        text((LEFT + right_of(narrow=d.narrow)) / 2, bottom + 38.0, d.dose_words, "text-soft", 12, "middle"),
        *(text(8.0, bottom + names + 62.0 + 16.0 * i, part, "text-soft", 12) for i, part in enumerate(told)),
    ]
    size = (width_of(narrow=d.narrow), bottom + names + 52.0 + 16.0 * len(told))
    return document(d.id, "fig-narrow" if d.narrow else "fig-middle", size, d.title, describe(d), parts)


def _fit(plot: Plot, fit: Fit) -> list[str]:
    drawn: list[str] = []
    if fit.low and fit.high:
        there = [(plot.x(a), plot.y(v)) for a, v in zip(fit.at, fit.high, strict=True)]
        back = [(plot.x(a), plot.y(v)) for a, v in zip(fit.at, fit.low, strict=True)]
        drawn.append(path([*there, *reversed(back)], "area-second", closed=True))
    return [
        *drawn,
        path([(plot.x(a), plot.y(v)) for a, v in zip(fit.at, fit.middle, strict=True)], "curve-second"),
    ]


def describe(d: DoseResponse) -> str:
    said = [f"{d.value_words} by {d.dose_words}."]
    for one in d.series:
        told = "; ".join(f"{reading_words(r, is_ratio=d.is_ratio)} at {num(r.at)}" for r in one.readings)
        said += [f"{one.label}: {told}."] if told else []
    if d.fit:
        said.append(f"Curve: {d.fit.label}.")
    return " ".join([*said, d.words]).strip()


def table(d: DoseResponse) -> Table:
    rows = tuple(
        (
            one.label,
            num(r.at),
            reading_words(r, is_ratio=d.is_ratio),
            " ".join(filter(None, (r.words, one.note))),
        )
        for one in d.series
        for r in sorted(one.readings, key=lambda r: r.at)
    )
    return Table(("Study", d.dose_words, f"{d.value_words} (95 % interval)", "Told"), rows)
