"""Studies, reviews and answers of the evidence base on a terminal."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any

from rich.console import Console
from rich.text import Text

from ataraxy.core.evidence.choose import label_of
from ataraxy.core.evidence.study import Figure, Review, Study


def plain(value: Any) -> Any:
    """A frozen value as JSON knows it: absent cells as null, decimals as numbers, what is infinite as text."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def print_study(study: Study, console: Console) -> None:
    """What a study was, what it found in our words, and how each arm was treated."""
    console.print(_title(label_of(study), study.title, study.retracted_on))
    console.print(Text(f"Of whom: {study.population}"))
    blinded = "blinded" if study.blinded else "not known to be blinded"
    console.print(
        Text(f"Design: {study.design.value}, {blinded}; {figure(study.n)} people; {study.finding.value}")
    )
    if study.carryover is not None:
        days = f"{figure(study.washout_days)} days between; " if study.washout_days else ""
        console.print(Text(f"Crossover: {days}carry-over {study.carryover.value}. {study.carryover_note}"))
    for arm in study.arms:
        console.print(Text(f"Arm: {arm.label} ({figure(arm.randomised)} randomised)"))
    for outcome in study.outcomes:
        hour = f" at {figure(outcome.hour)} h" if outcome.hour else ""
        console.print(Text(f"{outcome.label}{hour}: {outcome.result or 'no result was seen.'}"))
    if study.retraction:
        console.print(Text(study.retraction, style="bold red"))
    console.print()


def print_review(review: Review, console: Console) -> None:
    """What a review says, and the pools it printed."""
    console.print(_title(review.id.replace("-", " ").title(), review.title, review.retracted_on))
    console.print(Text(review.summary))
    for pool in review.pools:
        one = pool.reported
        reach = f" [{figure(one.low)}, {figure(one.high)}]" if one.low and one.high else ""
        console.print(Text(f"{pool.contrast}: {one.measure.value.upper()} {figure(one.estimate)}{reach}"))
    console.print()


def figure(one: Figure | None) -> str:
    """A number with how it was seen, where that is not in the source itself."""
    if one is None:
        return "not seen"
    return f"{one.value}" if one.seen.value == "read" else f"{one.value} ({one.seen.value})"


def _title(label: str, title: str, retracted_on: date | None) -> Text:
    if retracted_on is None:
        return Text(f"{label}: {title}", style="bold")
    return Text.assemble(
        (f"RETRACTED on {retracted_on.isoformat()}: ", "bold red"), (f"{label}: {title}", "strike")
    )
