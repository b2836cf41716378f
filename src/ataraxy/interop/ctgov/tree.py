"""Any JSON, walked by its path: what is absent is empty, what has the wrong type is refused with the path to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ataraxy.core.errors import InputRefused
from ataraxy.interop.numerals import tidy

LARGEST_FILE = 32 * 2**20  # bytes; the largest study with results takes about two million
KINDS: Mapping[type, str] = {dict: "a table", list: "a list", str: "text", bool: "true or false"}
CURE = "Download the study again: ClinicalTrials.gov, Download, JSON, one study."


def open_json(data: bytes) -> Any:
    """The value of a JSON file; numbers as exact decimals.

    Raises:
        InputRefused: it is not JSON, not UTF-8, too large or nested too deep.
    """
    if len(data) > LARGEST_FILE:
        raise InputRefused("The file is larger than 32 MB.", "Download one study, not many.")
    try:
        text = data.decode("utf-8-sig")
        return json.loads(text, parse_float=_decimal, parse_constant=_no_constant)
    except RecursionError:
        raise InputRefused("The file's brackets are nested too deep.", CURE) from None
    except ValueError:
        raise InputRefused("The file is no JSON.", CURE) from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ValueError(text) from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


@dataclass(frozen=True, slots=True)
class Branch:
    """One table of the file. ``path`` is how it was reached."""

    value: Mapping[str, Any]
    path: str

    def branch(self, key: str) -> Branch:
        """The table under a key; empty where there is none."""
        return as_branch(self.value.get(key), self._path(key))

    def branches(self, key: str) -> tuple[Branch, ...]:
        """The tables of the list under a key."""
        return tuple(
            as_branch(one, f"{self._path(key)}[{index}]") for index, one in enumerate(self._list(key))
        )

    def text(self, key: str) -> str:
        """The text under a key, in one line; a number counts as what it is written like."""
        return as_text(self.value.get(key), self._path(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under a key, the empty ones left out."""
        found = (as_text(one, f"{self._path(key)}[{i}]") for i, one in enumerate(self._list(key)))
        return tuple(one for one in found if one)

    def _path(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _list(self, key: str) -> list[Any]:
        value = self.value.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise wrong_type(value, self._path(key), "a list")
        return value


def as_branch(value: object, path: str) -> Branch:
    """Raises: InputRefused: it is no table."""
    if value is None:
        return Branch({}, path)
    if not isinstance(value, dict):
        raise wrong_type(value, path, "a table")
    return Branch(value, path)


def as_text(value: object, path: str) -> str:
    """Raises: InputRefused: it is neither text nor a number."""
    if value is None:
        return ""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return (
            "a number out of reach"
            if _out_of_reach(value)
            else f"{value:f}"
            if isinstance(value, Decimal)
            else str(value)
        )
    raise wrong_type(value, path, "text")


def _out_of_reach(value: int | Decimal) -> bool:
    if isinstance(value, int):
        return value.bit_length() > 64
    return abs(value.adjusted()) > 30


def wrong_type(value: object, path: str, wanted: str) -> InputRefused:
    is_ = KINDS.get(type(value), "a number")
    return InputRefused(f"{path or 'The file'} is {is_}, where {wanted} belongs.", CURE, path or None)
