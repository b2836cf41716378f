"""Score an instrument. A missing answer is told, never counted as 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ataraxy.core.errors import InputRefused
from ataraxy.core.scales.types import Band, Category, Instrument, Scoring


@dataclass(frozen=True, slots=True)
class Score:
    """``total`` is None while an item is missing; ``missing`` and ``concerns`` count items from 1."""

    total: Decimal | None
    missing: tuple[int, ...]
    band: Band | None
    concerns: tuple[str, ...]
    category: Category | None = None


def score(instrument: Instrument, answers: Sequence[int | None]) -> Score:
    """Score item answers, in the order of the items.

    Raises:
        InputRefused: too few or too many answers, or one outside the instrument's range.
    """
    _refuse_wrong_answers(instrument, answers)
    missing = tuple(number for number, answer in enumerate(answers, 1) if answer is None)
    if instrument.scoring is Scoring.CATEGORICAL:
        return _triage(instrument, answers, missing)
    total = None if missing else Decimal(sum(answer for answer in answers if answer is not None))
    band = None if total is None else band_of(instrument, total)
    return Score(total, missing, band, _concerns(instrument, answers))


def score_total(instrument: Instrument, total: Decimal) -> Score:
    """Take a total that was added up on paper, for an instrument whose items are not shown here.

    Raises:
        InputRefused: the instrument has no total, or this one is impossible.
    """
    if instrument.scoring is Scoring.CATEGORICAL:
        raise InputRefused(
            f"{instrument.name} has no total: its answers give a category.",
            "Enter the answers one by one.",
            "total",
        )
    if not total.is_finite() or not instrument.total.holds(total) or total != total.to_integral_value():
        raise InputRefused(
            f"{instrument.name} totals are whole numbers from {instrument.total.lowest} "
            f"to {instrument.total.highest}; {total} is not.",
            "Add the items up again.",
            "total",
        )
    rule = instrument.concern_item
    asked = () if rule is None else (_left_out(instrument, rule.item),)  # a total does not say what it was
    return Score(total, (), band_of(instrument, total), asked)


def band_of(instrument: Instrument, total: Decimal) -> Band | None:
    """The one band a total falls in; None for an instrument without bands."""
    reached = [band for band in instrument.bands if total >= band.from_]
    return max(reached, key=lambda band: band.from_, default=None)


def _refuse_wrong_answers(instrument: Instrument, answers: Sequence[int | None]) -> None:
    if len(answers) != instrument.item_count:
        raise InputRefused(
            f"{instrument.name} has {instrument.item_count} items; {len(answers)} answers came.",
            "Send one answer for each item, empty where it was left out.",
            "answers",
        )
    for number, answer in enumerate(answers, 1):
        if answer is not None and not _is_possible(instrument, answer):
            raise InputRefused(
                f"Item {number} of {instrument.name} is answered from {instrument.answers.lowest} "
                f"to {instrument.answers.highest}; {answer} is not one of these.",
                "Choose one of the answers shown.",
                f"item-{number}",
            )


def _is_possible(instrument: Instrument, answer: object) -> bool:
    return type(answer) is int and instrument.answers.holds(answer)


def _concerns(instrument: Instrument, answers: Sequence[int | None]) -> tuple[str, ...]:
    rule = instrument.concern_item
    if rule is None:
        return ()
    answer = answers[rule.item - 1]
    if answer is None:
        return (_left_out(instrument, rule.item),)
    return (rule.text,) if answer > rule.above else ()


def _left_out(instrument: Instrument, *items: int) -> str:
    """Hazard: the question about self-harm is the one most easily left out. Unknown is not no."""
    numbers = ", ".join(f"{item}" for item in items)
    word = "item" if len(items) == 1 else "items"
    return f"{instrument.name} {word} {numbers} left out: a named person asks the patient today."


def _triage(instrument: Instrument, answers: Sequence[int | None], missing: tuple[int, ...]) -> Score:
    """The gravest category any answer reaches; none while an answer that could be graver is missing."""
    for category in instrument.categories:
        given = [answers[number - 1] for number in category.any_of]
        if any(answer for answer in given):
            return Score(None, missing, None, (category.label,) if category.concern else (), category)
        if any(answer is None for answer in given):
            open_ = tuple(n for n in category.any_of if answers[n - 1] is None)
            return Score(None, missing, None, (_left_out(instrument, *open_),) if category.concern else ())
    return Score(None, missing, None, ())
