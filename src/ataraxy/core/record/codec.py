"""Payloads to plain JSON values and back, from their type hints.

A payload is a frozen dataclass of str, int, bool, Decimal, datetime, date, UUID, enums, tuples and dicts of
these, nested dataclasses and ``X | None``. Decimals are written as strings, so ``0.50`` stays ``0.50``.
``parse(type, render(x)) == x`` for every payload (a law in the tests). Floats are refused: they belong to
simulation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")


class PayloadRefused(ValueError):
    """The JSON does not fit the payload's type."""


def canonical(value: object) -> str:
    """The one text of a JSON value: sorted keys, no spaces, not escaped."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def render(value: object) -> Any:
    """A payload as plain JSON values."""
    if value is None or (isinstance(value, bool | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: render(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [render(v) for v in value]
    if isinstance(value, Mapping):
        return {str(render(k)): render(v) for k, v in value.items()}
    raise PayloadRefused(f"{type(value).__name__} has no place in the record")


def instant(at: datetime) -> str:
    """A moment as UTC text with microseconds; a moment without a zone is refused."""
    if at.tzinfo is None:
        raise PayloadRefused("a moment without a time zone has no place in the record")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def parse(kind: type[T], value: object) -> T:
    """The payload of type ``kind`` that ``value`` (plain JSON values) stands for.

    Raises:
        PayloadRefused: names the field and what was expected.
    """
    parsed: T = _parse(kind, value, kind.__name__)
    return parsed


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _parse(kind: Any, value: object, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _parse_union(kind, value, where)
    if origin is tuple:
        item = get_args(kind)[0]
        if not isinstance(value, list):
            raise PayloadRefused(f"{where}: expected a list")
        return tuple(_parse(item, v, f"{where}[{i}]") for i, v in enumerate(value))
    if origin is dict:
        key, item = get_args(kind)
        if not isinstance(value, dict):
            raise PayloadRefused(f"{where}: expected a table")
        return {_parse(key, k, where): _parse(item, v, f"{where}.{k}") for k, v in value.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        return _parse_dataclass(kind, value, where)
    return _parse_plain(kind, value, where)


def _parse_union(kind: Any, value: object, where: str) -> Any:
    options = get_args(kind)
    if value is None and NoneType in options:
        return None
    rest = [o for o in options if o is not NoneType]
    if len(rest) != 1:
        raise PayloadRefused(f"{where}: a payload field may be X or X | None")
    return _parse(rest[0], value, where)


def _parse_dataclass(kind: type, value: object, where: str) -> Any:
    if not isinstance(value, dict):
        raise PayloadRefused(f"{where}: expected a table")
    hints = _hints(kind)
    unknown = set(value) - set(hints)
    if unknown:
        raise PayloadRefused(f"{where}: unknown field {sorted(unknown)[0]!r}")
    given = {name: _parse(hints[name], v, f"{where}.{name}") for name, v in value.items()}
    try:
        return kind(**given)
    except TypeError as error:
        raise PayloadRefused(f"{where}: {error}") from None


def _parse_plain(kind: Any, value: object, where: str) -> Any:  # noqa: C901 (one line for each plain type)
    try:
        if kind is bool or kind is int or kind is str:
            if type(value) is not kind:
                raise PayloadRefused(f"{where}: expected {kind.__name__}, not {type(value).__name__}")
            return value
        if not isinstance(value, str):
            raise PayloadRefused(f"{where}: expected text, not {type(value).__name__}")
        if kind is Decimal:
            return _finite(Decimal(value), where)
        if kind is datetime:
            return _with_zone(datetime.fromisoformat(value), where)
        if kind is date:
            return date.fromisoformat(value)
        if kind is UUID:
            return UUID(value)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(value)
    except (ValueError, InvalidOperation) as error:
        if isinstance(error, PayloadRefused):
            raise
        raise PayloadRefused(f"{where}: {value!r} is not a {getattr(kind, '__name__', kind)}") from None
    raise PayloadRefused(f"{where}: {kind!r} has no place in the record")


def _finite(value: Decimal, where: str) -> Decimal:
    if not value.is_finite():
        raise PayloadRefused(f"{where}: {value} is not a number")
    return value


def _with_zone(at: datetime, where: str) -> datetime:
    if at.tzinfo is None:
        raise PayloadRefused(f"{where}: {at} says no time zone")
    return at
