"""The text of a catalog file: a frozen value as TOML, such that the catalog's reader gives the same value again.

Fields at their default are left out; what is small stands in one line, lists of larger things as ``[[tables]]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def written(value: Any, heading: str = "") -> str:
    """A frozen value as the text of a file; ``heading`` becomes comments above it.

    Raises:
        ValueError: an entry no catalog file can hold (not a number, or half a character).
    """
    comments = [f"# {line}".rstrip() for line in heading.splitlines()]
    return "\n".join([*comments, *([""] if comments else []), *_table(value, ""), ""])


def _table(value: Any, path: str) -> Iterator[str]:
    """The plain keys of a table first, then the tables inside it: TOML's own order."""
    later: list[tuple[str, tuple[Any, ...]]] = []
    for field in fields(value):
        inner, name = getattr(value, field.name), field.name.rstrip("_")
        if inner is None or _is_default(field, inner):
            continue
        if isinstance(inner, tuple) and inner and not _fits_a_line(inner):
            later.append((name, inner))
        else:
            yield f"{name} = {_inline(inner)}"
    for name, rows in later:
        for row in rows:
            yield ""
            yield f"[[{path}{name}]]"
            yield from _table(row, f"{path}{name}.")


def _is_default(field: Field[Any], inner: Any) -> bool:
    return field.default is not MISSING and type(inner) is type(field.default) and inner == field.default


def _fits_a_line(rows: tuple[Any, ...]) -> bool:
    return not is_dataclass(rows[0])


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return _quoted(str(value.value))
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(_inline(one) for one in value)}]"
    if is_dataclass(value):
        return _inline_table(value)
    return str(value)


def _inline_table(value: Any) -> str:
    pairs = (
        f"{field.name.rstrip('_')} = {_inline(inner)}"
        for field in fields(value)
        if (inner := getattr(value, field.name)) is not None and not _is_default(field, inner)
    )
    return f"{{ {', '.join(pairs)} }}"


def _number(value: Decimal) -> str:
    """With its printed digits and no exponent."""
    if not value.is_finite():
        raise ValueError(f"{value} is no number a file can hold. Leave it out.")
    return format(value, "f")


def _quoted(text: str) -> str:
    text.encode("utf-8")  # half a surrogate pair is no text: UnicodeEncodeError is a ValueError
    return f'"{"".join(_character(one) for one in text)}"'


def _character(one: str) -> str:
    if one in ESCAPES:
        return ESCAPES[one]
    return f"\\u{ord(one):04X}" if ord(one) < 0x20 or ord(one) == 0x7F else one
