"""Dose, length of the infusion and number of doses, where a description names exactly one."""

from __future__ import annotations

import re

from ataraxy.core.evidence.study import Figure
from ataraxy.interop.numerals import figure, number

UNITS = {"mg": "mg", "mcg": "mcg", "µg": "mcg", "μg": "mcg", "ug": "mcg"}
DOSE = re.compile(
    r"(?<![\w.,])(\d{1,4}(?:\.\d{1,4})?)\s*(mg|mcg|µg|μg|ug)\b(\s*/\s*kg\b)?(?!\s*/\s*\w)", re.IGNORECASE
)
MINUTES = r"(\d{1,3})[\s-]*min(?:ute)?s?\b"
OVER = re.compile(
    rf"(?:over|for|during)\s+(?:a |an |approximately )?{MINUTES}|{MINUTES}\s+(?:iv |intravenous )?infusion",
    re.IGNORECASE,
)


def dose_in(text: str) -> tuple[Figure | None, str]:
    """The dose and its unit; (None, "") where none or several different ones are named."""
    found = {}
    for amount, unit, per_kg in DOSE.findall(text):
        value = number(amount)
        found[(value, UNITS[unit.lower()] + ("/kg" if per_kg else ""))] = amount
    if len(found) != 1:
        return None, ""
    ((_, unit), amount) = next(iter(found.items()))
    return figure(amount), unit


def minutes_in(text: str) -> Figure | None:
    """How long one dose took, where one length is named."""
    found = {first or second for first, second in OVER.findall(text)}
    return figure(found.pop()) if len(found) == 1 else None


def names_a_dose(text: str) -> bool:
    return bool(DOSE.search(text))


def names_minutes(text: str) -> bool:
    return bool(OVER.search(text))
