"""The exact inputs of a page, to take away: every number that was pooled, beside it, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from ataraxy.clinic.evidence.base import Base
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.study import Measure

HEAD = (
    "pool",
    "analysis",
    "line",
    "study",
    "year",
    "hour",
    "measure",
    "experimental",
    "control",
    "numbers",
    "seen",
    "method",
    "value",
    "low",
    "high",
    "unit",
    "favours_ketamine",
    "variance_on_scale_of_analysis",
    "weight_percent",
    "told",
)


def csv_rows(answer: a.Answer, base: Base) -> list[tuple[str, ...]]:
    """One line a study, pool, exclusion, published pool, moment and harm."""
    lines: list[tuple[str, ...]] = [HEAD]
    for number, pool in enumerate(answer.pools):
        for forest in pool.forests:
            lines += _forest_lines(forest, base)
        lines += [_published(f"{number + 1}", one) for one in pool.published]
    lines += [_published("in points of another or an unseen scale", one) for one in answer.apart]
    lines += [_moment(one) for one in answer.times]
    lines += [_harm(one) for one in answer.harms]
    return lines


def _line(**cells: object) -> tuple[str, ...]:
    return tuple("" if cells.get(name) is None else str(cells[name]) for name in HEAD)


def _forest_lines(forest: a.Forest, base: Base) -> Iterator[tuple[str, ...]]:
    where = {
        "pool": forest.title,
        "analysis": forest.analysis.value,
        "measure": forest.question.measure.value,
        "unit": forest.unit,
        "favours_ketamine": _favours(forest.question.measure, lower_is_better=forest.lower_is_better),
    }
    for row in forest.rows:
        yield _line(
            **where,
            line="study",
            study=row.label,
            year=row.year,
            hour=row.hour,
            experimental=row.experimental,
            control=row.control,
            numbers=row.numbers,
            seen=row.seen.value,
            method=row.method,
            value=row.effect.value,
            low=row.effect.low,
            high=row.effect.high,
            variance_on_scale_of_analysis=row.variance,
            weight_percent=row.weight_percent,
            told="; ".join(filter(None, (base.local_words(row.study), *row.notes))),
        )
    for pooled in forest.pooled:
        if isinstance(pooled.result, TooFew):
            yield _line(**where, line="pool", method=pooled.method, told=str(pooled.result))
        else:
            ends = {"value": pooled.result.value, "low": pooled.result.low, "high": pooled.result.high}
            yield _line(**where, **ends, line="pool", method=pooled.method)
    for one in forest.excluded:
        yield _line(**where, line="left out", study=one.label, told=one.words)


def _favours(measure: Measure, *, lower_is_better: bool) -> str:
    """Which side of no difference is the better one: a number without it can be read either way."""
    return f"{'below' if lower_is_better else 'above'} {1 if measure.is_ratio else 0}"


def _published(pool: str, one: a.Beside) -> tuple[str, ...]:
    told = "; ".join(filter(None, (one.pool.contrast, one.scope, *one.flags, one.reproduced)))
    shown = one.shown
    return _line(
        pool=pool,
        line="published pool",
        study=one.label,
        measure=one.pool.reported.measure.value,
        value=shown.value if shown else None,
        low=shown.low if shown else None,
        high=shown.high if shown else None,
        unit=one.pool.reported.unit,
        favours_ketamine=_favours(one.pool.reported.measure, lower_is_better=one.pool.lower_is_better),
        told=told,
    )


def _moment(one: a.Moment) -> tuple[str, ...]:
    hour = one.from_hour if one.from_hour == one.to_hour else f"{one.from_hour} to {one.to_hour}"
    return _line(
        line="published by hour" if one.published else "by hour",
        study=one.label,
        hour=hour,
        measure=one.measure.value,
        value=one.effect.value,
        low=one.effect.low,
        high=one.effect.high,
        unit=one.unit,
        favours_ketamine=_favours(one.measure, lower_is_better=one.lower_is_better),
        told=one.scope,
    )


def _harm(one: a.HarmLine) -> tuple[str, ...]:
    events, of = one.harm.events, one.harm.at_risk
    numbers = f"{events.value} of {of.value}" if events is not None and of is not None else ""
    return _line(
        line="harm",
        study=one.label,
        experimental=one.arm,
        numbers=numbers,
        seen=one.seen.value,
        value=one.percent,
        low=one.low,
        high=one.high,
        told=one.harm.label,
    )


def as_json(value: Any) -> Any:
    """Any value of the base as JSON: names as they stand in the code, enums and dates as words, decimals as printed."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    if isinstance(value, Decimal | date | UUID):
        return str(value)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)
    return value
