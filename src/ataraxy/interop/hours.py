"""Time frames in words, read as hours after the dose where they can be; else they stay words."""

from __future__ import annotations

import re
from decimal import Decimal

from ataraxy.core.evidence.study import Figure, Seen

HOURS_OF = {"min": Decimal(1) / 60, "hour": Decimal(1), "day": Decimal(24), "week": Decimal(168)}
UNITS = {
    **dict.fromkeys(("minute", "minutes", "min", "mins"), "min"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), "hour"),
    **dict.fromkeys(("day", "days", "d"), "day"),
    **dict.fromkeys(("week", "weeks", "wk", "wks"), "week"),
    **dict.fromkeys(("month", "months", "year", "years"), ""),  # of no exact length
}
SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
UNIT_WORDS = "|".join(sorted(UNITS, key=len, reverse=True))
AMOUNT = rf"(?<![\d.,])(\d{{1,4}}(?:\.\d{{1,2}})?)[\s-]*({UNIT_WORDS})\b"
ORDINAL = rf"\b({UNIT_WORDS})\s*#?(\d{{1,4}}(?:\.\d{{1,2}})?)(?![\d.,]*\d)"
LEFT_OPEN = re.compile(
    r"\b(up to|within|through|throughout|until|average|approximately|about|every|each|or|over|duration|last)\b|[~±<>]"
)
RANGE = re.compile(r"\d\s*(?:-|–|to|and|,|&|/)\s*(?:\w+\s*)?\d")
NUMBERED = re.compile(r"\b(?:period|phase|infusion|dose|session|visit|part)\s*#?\d+\b")
FROM_BASELINE = re.compile(r"\b(?:from |change from )?(?:pre-?infusion |pre-?dose )?baseline\s*(?:to|-|–)?")


def hour_of(text: str, change: bool = False) -> Figure | None:
    """The one moment a time frame names, in hours; None where it names none, several, or a stretch of time.

    Hours are READ; days and weeks are COMPUTED (24 h and 168 h); "Day 7" is INFERRED: the day of the dose as day 0.

    Args:
        text: a time frame, or the title of a class.
        change: the numbers are changes from baseline, so that a baseline beside the moment is no second moment.
    """
    words = NUMBERED.sub(" ", _spelled(text.lower()))
    bare = FROM_BASELINE.sub(" ", words, count=1) if change or _is_from_baseline(words) else words
    if "baseline" in bare or LEFT_OPEN.search(bare) or RANGE.search(bare):
        return None
    moments = [*_amounts(bare), *_ordinals(bare)]
    if not moments or len({value for value, _ in moments}) != 1 or moments[0][0] is None:
        return None
    value, seen = min(moments, key=lambda one: list(Seen).index(one[1]))
    return None if value is None else Figure(value, seen, text)


def _spelled(text: str) -> str:
    for value, word in enumerate(SMALL, 1):
        text = re.sub(rf"\b{word}(?=[\s-]+(?:{UNIT_WORDS})\b)", str(value), text)
    return text


def _is_from_baseline(words: str) -> bool:
    return bool(
        re.search(r"\b(?:from|change from) (?:pre-?infusion |pre-?dose )?baseline\b|baseline\s+to\b", words)
    )


def _amounts(words: str) -> list[tuple[Decimal | None, Seen]]:
    return [
        (_in_hours(amount, unit), Seen.READ if UNITS[unit] == "hour" else Seen.COMPUTED)
        for amount, unit in re.findall(AMOUNT, words)
    ]


def _ordinals(words: str) -> list[tuple[Decimal | None, Seen]]:
    return [
        (_in_hours(amount, unit), Seen.READ if UNITS[unit] == "hour" else Seen.INFERRED)
        for unit, amount in re.findall(ORDINAL, words)
        if unit not in ("h", "d")
    ]


def _in_hours(amount: str, unit: str) -> Decimal | None:
    """None for months and years, and for minutes that give no short decimal."""
    if not UNITS[unit]:
        return None
    if UNITS[unit] == "min":
        value = Decimal(amount) / 60
        rounded = round(value, 4)
        return rounded.normalize() + 0 if rounded else rounded
    value = Decimal(amount) * HOURS_OF[UNITS[unit]]
    return Decimal(format(value.normalize(), "f"))
