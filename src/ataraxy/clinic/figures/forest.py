"""A forest plot: every study with its weight and interval, the pool as a diamond, and what was left out and why.

A study without a number keeps its row, as tall as the others, so that a negative trial nobody printed figures of
is as visible as a positive one. A retracted one is struck through, with the date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from ataraxy.clinic.figures.effect_axis import (
    EffectAxis,
    estimate_words,
    fitted,
    interval_words,
    tick_words,
)
from ataraxy.clinic.figures.evidence import Forest, ForestPool, ForestRow, LeftOut, Mark
from ataraxy.clinic.figures.forest_marks import diamond, prediction, study_mark
from ataraxy.clinic.figures.svg import Svg, document, line, rect, text
from ataraxy.clinic.figures.types import Table

WIDE, NARROW = 1000.0, 360.0
LINE, PAD = 16.0, 12.0
CHARACTER = 6.5  # width of a letter at size 12


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column of the wide plot begins, and how many letters fit."""

    study: float = 8.0
    n: float = 190.0
    given: float = 204.0
    against: float = 344.0
    plot: float = 470.0
    plot_width: float = 300.0
    effect: float = 782.0
    weight: float = 992.0
    study_letters: int = 22
    given_letters: int = 20
    against_letters: int = 17


COLUMNS = Columns()


def draw(f: Forest) -> Svg:
    """The picture. The same numbers give the same bytes."""
    width = NARROW if f.narrow else WIDE
    axis = _axis(f)
    top = 34.0 if f.narrow else 44.0
    bottom, rows = _sections(f, axis, top)
    after, out = _left_out(f, bottom + 58.0)
    parts = [
        *_frame(axis, top, bottom),
        *([] if f.narrow else _heads()),
        *rows,
        *_scale(f, axis, bottom),
        *out,
    ]
    cls = "fig-narrow" if f.narrow else "fig-forest"
    return document(f.id, cls, (width, after + 6.0), f.title, describe(f), parts)


def _axis(f: Forest) -> EffectAxis:
    middles: list[float] = []
    edges: list[float] = []
    for section in f.sections:
        for row in section.rows:
            middles += [] if row.value is None else [row.value]
            edges += [end for end in (row.low, row.high) if end is not None]
        for pool in section.pools:
            middles += [pool.value]
            edges += [pool.low, pool.high]
            edges += [end for end in (pool.predicted_low, pool.predicted_high) if end is not None]
    left, width = (16.0, NARROW - 32.0) if f.narrow else (COLUMNS.plot, COLUMNS.plot_width)
    return fitted(middles, edges, left, width, is_ratio=f.is_ratio)


def _frame(axis: EffectAxis, top: float, bottom: float) -> list[str]:
    zero = axis.x(0.0)
    return [
        rect(axis.left, top, axis.width, bottom - top, "plot"),
        line(zero, top, zero, bottom, "null-line"),
    ]


def _heads() -> list[str]:
    heads = (
        (COLUMNS.study, "Study", "start"),
        (COLUMNS.n, "n", "end"),
        (COLUMNS.given, "Route and dose", "start"),
    )
    more = (
        (COLUMNS.against, "Against", "start"),
        (COLUMNS.effect, "Effect (95 % interval)", "start"),
        (COLUMNS.weight, "Weight", "end"),
    )
    drawn = [text(x, 20.0, words, "text-soft", 12, anchor) for x, words, anchor in (*heads, *more)]
    return [*drawn, line(0.0, 28.0, WIDE, 28.0, "grid-major")]


def _sections(f: Forest, axis: EffectAxis, top: float) -> tuple[float, list[str]]:
    drawn: list[str] = []
    y = top
    for section in f.sections:
        if section.heading:
            lines = _wrapped(section.heading, 48 if f.narrow else 66)
            drawn += [
                text(8.0, y + 20.0 + LINE * i, part, "halo text-strong", 13) for i, part in enumerate(lines)
            ]
            y += 14.0 + LINE * len(lines)
        for row in section.rows:
            height, parts = _row(f, row, axis, y)
            drawn += [*parts, line(0.0, y + height, _width(f), y + height, "grid")]
            y += height
        for pool in section.pools:
            height, parts = _pool(f, pool, axis, y)
            drawn += parts
            y += height
        if section.words:
            lines = _wrapped(section.words, 52 if f.narrow else 120)
            drawn += [
                text(8.0, y + 18.0 + LINE * i, part, "halo text-soft", 12) for i, part in enumerate(lines)
            ]
            y += 10.0 + LINE * len(lines)
    return y + 6.0, drawn


def _width(f: Forest) -> float:
    return NARROW if f.narrow else WIDE


def _row(f: Forest, row: ForestRow, axis: EffectAxis, top: float) -> tuple[float, list[str]]:
    return _narrow_row(f, row, axis, top) if f.narrow else _wide_row(f, row, axis, top)


def _wide_row(f: Forest, row: ForestRow, axis: EffectAxis, top: float) -> tuple[float, list[str]]:
    name = f"{row.study} {row.year}".strip()
    cells = (
        (COLUMNS.study, _wrapped(name, COLUMNS.study_letters), "halo text-strong"),
        (COLUMNS.given, _wrapped(row.given, COLUMNS.given_letters), "halo text"),
        (COLUMNS.against, _wrapped(row.against, COLUMNS.against_letters), "halo text"),
    )
    said = [] if row.value is not None else _wrapped(row.words or "no number was seen", 44)
    flag = _wrapped(row.flag, 32)
    lines = max(
        1, *(len(words) for _, words, _ in cells), len(said), 1 + len(flag) if row.value is not None else 1
    )
    height = LINE * lines + PAD
    drawn = [
        text(x, top + 18.0 + LINE * i, part, cls, 12)
        for x, words, cls in cells
        for i, part in enumerate(words)
    ]
    drawn.append(text(COLUMNS.n, top + 18.0, row.n, "halo text", 12, "end"))
    if row.value is None:
        return height, [*drawn, *_said_instead(said, axis, top)]
    effect = estimate_words(row.value, row.low, row.high, is_ratio=f.is_ratio)
    weight = "" if row.weight_percent is None else f"{row.weight_percent:.0f} %"
    drawn += study_mark(row, axis, top + 14.0)
    drawn.append(text(COLUMNS.effect, top + 18.0, effect, "text", 12))
    drawn.append(text(COLUMNS.weight, top + 18.0, weight, "text", 12, "end"))
    drawn += [
        text(COLUMNS.effect, top + 18.0 + LINE * (i + 1), part, "text-flag", 12)
        for i, part in enumerate(flag)
    ]
    return height, drawn


def _narrow_row(f: Forest, row: ForestRow, axis: EffectAxis, top: float) -> tuple[float, list[str]]:
    """On a phone the words stand above the mark."""
    about = ", ".join(
        filter(None, (f"n {row.n}" if row.n else "", row.given, row.against and f"against {row.against}"))
    )
    effect = estimate_words(row.value, row.low, row.high, is_ratio=f.is_ratio)
    said = about if row.value is not None else f"{about}: {row.words or 'no number was seen'}"
    words = [*_wrapped(said, 54), *([effect] if effect else []), *_wrapped(row.flag, 54)]
    drawn = [text(8.0, top + 18.0, f"{row.study} {row.year}".strip(), "halo text-strong", 13)]
    flags = len(_wrapped(row.flag, 54))
    for i, part in enumerate(words):
        cls = "halo text-flag" if i >= len(words) - flags else "halo text"
        drawn.append(text(8.0, top + 35.0 + LINE * i, part, cls, 12))
    if row.weight_percent is not None:
        drawn.append(
            text(352.0, top + 18.0, f"weight {row.weight_percent:.0f} %", "halo text-soft", 12, "end")
        )
    y = top + 36.0 + LINE * len(words)
    if row.value is None:
        return y - top - 8.0, drawn
    return y - top + 14.0, [*drawn, *study_mark(row, axis, y)]


def _said_instead(said: Sequence[str], axis: EffectAxis, top: float) -> list[str]:
    free = axis.x(0.0) - axis.left > 22.0  # the mark would lie on the line of no effect
    drawn = [line(axis.left + 4.0, top + 14.0, axis.left + 18.0, top + 14.0, "none-mark")] if free else []
    return drawn + [
        text(axis.left + 24.0, top + 18.0 + LINE * i, part, "halo text", 12) for i, part in enumerate(said)
    ]


def _pool(f: Forest, pool: ForestPool, axis: EffectAxis, top: float) -> tuple[float, list[str]]:
    label = _wrapped(pool.label, 52 if f.narrow else 62)
    effect = estimate_words(pool.value, pool.low, pool.high, is_ratio=f.is_ratio)
    more = _wrapped(" ".join(filter(None, (_predicted(f, pool), pool.words))), 52 if f.narrow else 62)
    cls = "halo text-strong" if pool.mark is Mark.OURS else "halo text"
    drawn = [text(8.0, top + 20.0 + LINE * i, part, cls, 12) for i, part in enumerate(label)]
    if f.narrow:
        y = top + 24.0 + LINE * len(label)
        drawn.append(text(8.0, y - 4.0, effect, cls, 12))
        mark_at = y + 12.0
        after = y + (46.0 if pool.predicted_low is not None else 34.0)
    else:
        drawn.append(text(COLUMNS.effect, top + 20.0, effect, "text-strong", 12))
        mark_at = top + 16.0
        after = top + 24.0 + LINE * len(label)
    drawn += [text(8.0, after + LINE * i - 2.0, part, "halo text-soft", 12) for i, part in enumerate(more)]
    drawn += diamond(pool, axis, mark_at)
    drawn += prediction(pool, axis, mark_at + 14.0)
    height = max(after + LINE * len(more), mark_at + 22.0) - top
    return height, drawn


def _predicted(f: Forest, pool: ForestPool) -> str:
    if pool.predicted_low is None or pool.predicted_high is None:
        return ""
    interval = interval_words(pool.predicted_low, pool.predicted_high, is_ratio=f.is_ratio)
    return f"The next study would be expected at {interval}."


def _scale(f: Forest, axis: EffectAxis, bottom: float) -> list[str]:
    drawn = [line(axis.left, bottom, axis.right, bottom, "reference")]
    for value in axis.ticks():
        at = axis.x(value)
        drawn.append(line(at, bottom, at, bottom + 5.0, "reference"))
        drawn.append(
            text(at, bottom + 18.0, tick_words(value, is_ratio=f.is_ratio), "text-soft", 12, "middle")
        )
    drawn.append(text(axis.left, bottom + 35.0, f"← {f.low_side}", "text-soft", 12))
    drawn.append(text(axis.right, bottom + 35.0, f"{f.high_side} →", "text-soft", 12, "end"))
    drawn.append(text(8.0, bottom + 18.0, "" if f.narrow else f.axis_words, "text-soft", 12))
    return drawn


def _left_out(f: Forest, top: float) -> tuple[float, list[str]]:
    """Who is in no pool, each with the reason; nothing of theirs is drawn on the axis."""
    if not f.left_out:
        return top - 8.0, []
    drawn = [text(8.0, top + 8.0, "In no pool, and why", "text-strong", 13)]
    y = top + 14.0
    for one in f.left_out:
        height, parts = _one_out(f, one, y)
        drawn += parts
        y += height
    return y, drawn


def _one_out(f: Forest, one: LeftOut, top: float) -> tuple[float, list[str]]:
    name = f"{one.study} {one.year}".strip()
    reason = f"Retracted {one.retracted}. {one.reason}" if one.retracted else one.reason
    shown = f"{one.estimate} " if one.estimate else ""
    indent, letters = (8.0, 52) if f.narrow else (COLUMNS.n + 14.0, 112)
    lines = _wrapped(reason, letters)
    cls = "text-struck" if one.retracted else "text"
    names = _wrapped(name, 52 if f.narrow else 26)
    drawn = [text(8.0, top + 18.0 + LINE * i, part, cls, 12) for i, part in enumerate(names)]
    y = top + 18.0 + (LINE * len(names) if f.narrow else 0.0)
    if shown:
        drawn.append(text(indent, y, shown.strip(), "text-struck" if one.retracted else "text-soft", 12))
        y += LINE
    drawn += [text(indent, y + LINE * i, part, "text-soft", 12) for i, part in enumerate(lines)]
    end = max(y + LINE * len(lines), top + 18.0 + LINE * len(names))
    return end - top - 6.0, drawn


def _wrapped(words: str, letters: int) -> list[str]:
    return wrap(words, letters) if words else []


def describe(f: Forest) -> str:
    """The plot in a few sentences: how many studies, each pool, what is left out."""
    rows = [row for section in f.sections for row in section.rows]
    numbers = sum(row.value is not None for row in rows)
    said = [f"{f.axis_words}. {len(rows)} rows, {numbers} with a number."]
    for section in f.sections:
        head = f"{section.heading}: " if section.heading else ""
        for pool in section.pools:
            effect = estimate_words(pool.value, pool.low, pool.high, is_ratio=f.is_ratio)
            said.append(f"{head}{pool.label} {effect}.")
        if section.words:
            said.append(f"{head}{section.words}")
    if f.left_out:
        gone = sum(bool(one.retracted) for one in f.left_out)
        said.append(f"{len(f.left_out)} left out" + (f", {gone} of them retracted." if gone else "."))
    return " ".join(said)


def table(f: Forest) -> Table:
    """Every row, pool and exclusion, in the order of the picture."""
    columns = ("Study", "n", "Route and dose", "Against", f"{f.axis_words} (95 % interval)", "Weight", "Told")
    rows: list[tuple[str, ...]] = []
    for section in f.sections:
        if section.heading:
            rows.append((section.heading, "", "", "", "", "", section.words))
        for row in section.rows:
            effect = estimate_words(row.value, row.low, row.high, is_ratio=f.is_ratio) or "no number"
            weight = "" if row.weight_percent is None else f"{row.weight_percent:.0f} %"
            told = " ".join(filter(None, (row.words, row.flag)))
            rows.append(
                (f"{row.study} {row.year}".strip(), row.n, row.given, row.against, effect, weight, told)
            )
        for pool in section.pools:
            effect = estimate_words(pool.value, pool.low, pool.high, is_ratio=f.is_ratio)
            told = " ".join(filter(None, (_predicted(f, pool), pool.words)))
            rows.append((pool.label, "", "", "", effect, "", told))
    for one in f.left_out:
        gone = f"Retracted {one.retracted}. " if one.retracted else "In no pool. "
        rows.append((f"{one.study} {one.year}".strip(), "", "", "", one.estimate, "", gone + one.reason))
    return Table(columns, tuple(rows))
