"""Numbers as registries and tables write them, read into figures with their printed digits."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from ataraxy.core.evidence.study import Figure, Seen

PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
MINUS = str.maketrans({"−": "-", "–": "-", "\u00a0": " "})
LARGEST = Decimal(10) ** 12
MOST_DECIMALS = 12
LONGEST = 40


def number(text: str) -> Decimal | None:
    """A plain number, or None: "NA", "<1" and "12,7" are none. Commas between thousands are taken off."""
    told = text.translate(MINUS).strip()
    if len(told) > LONGEST:
        return None
    if THOUSANDS.fullmatch(told):
        told = told.replace(",", "")
    if not PLAIN.fullmatch(told):
        return None
    value = Decimal(told)
    value = Decimal(format(value, "f"))
    exponent = value.as_tuple().exponent
    if abs(value) > LARGEST or (isinstance(exponent, int) and exponent < -MOST_DECIMALS):
        return None
    return value


def figure(text: str, seen: Seen = Seen.READ, note: str = "") -> Figure | None:
    """A number as it was printed, with how it was seen."""
    value = number(text)
    return None if value is None else Figure(value, seen, note)


def count(text: str, seen: Seen = Seen.READ) -> Figure | None:
    """A number of people: whole and not below zero."""
    value = number(text)
    if value is None or value < 0 or value != value.to_integral_value():
        return None
    return Figure(value, seen)


def plain(value: Decimal) -> str:
    """A number with its printed digits and no exponent."""
    return format(value, "f")


def slug(text: str) -> str:
    """A key: small letters, digits and hyphens; empty where nothing of the text is either."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_text.lower()))


def tidy(text: str) -> str:
    """One line of text: white space joined, what no file can hold taken out."""
    kept = (one if one.isprintable() or one.isspace() else " " for one in text)
    return " ".join("".join(kept).split())
