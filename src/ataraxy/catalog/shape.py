"""Fit plain TOML values into our frozen types, by their type hints; collect every problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from ataraxy.core.protocol.problem import Path, Problem

FAILED: Any = object()
LARGEST = Decimal(10) ** 12
MOST_DECIMALS = 12
MOST_BITS = 40
WORDS = {str: "text in double quotes", int: "a whole number", bool: "true or false", Decimal: "a number"}


def fit(kind: Any, value: object, path: Path, problems: list[Problem]) -> Any:
    """``value`` as a ``kind``, or FAILED after adding to ``problems`` why not."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return fit(next(k for k in get_args(kind) if k is not NoneType), value, path, problems)
    if origin is tuple:
        return _fit_tuple(get_args(kind)[0], value, path, problems)
    if is_dataclass(kind) and isinstance(kind, type):
        return _fit_dataclass(kind, value, path, problems)
    return _fit_plain(kind, value, path, problems)


def _fail(problems: list[Problem], path: Path, cause: str, cure: str) -> Any:
    problems.append(Problem(path, cause, cure))
    return FAILED


def _fit_tuple(item: Any, value: object, path: Path, problems: list[Problem]) -> Any:
    if not isinstance(value, list):
        return _fail(problems, path, f"`{path[-1]}` must be a list.", "Write [ ... ].")
    fitted = tuple(fit(item, one, (*path, index), problems) for index, one in enumerate(value))
    return FAILED if any(one is FAILED for one in fitted) else fitted


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _known(kind: type) -> dict[str, Field[Any]]:
    return {field.name.rstrip("_"): field for field in fields(kind) if field.init}


def _fit_dataclass(kind: type, value: object, path: Path, problems: list[Problem]) -> Any:
    if not isinstance(value, Mapping):
        name = path[-1] if path else "the file"
        return _fail(problems, path, f"`{name}` must be a table.", "Write its keys under a [header].")
    known, before = _known(kind), len(problems)
    for key in value:
        if key not in known:
            problems.append(_unknown_key(key, known, (*path, key)))
    given = {}
    for key, field in known.items():
        if key in value:
            given[field.name] = fit(_hints(kind)[field.name], value[key], (*path, key), problems)
        elif field.default is MISSING and field.default_factory is MISSING:
            problems.append(_missing_key(key, path))
    return FAILED if len(problems) > before else kind(**given)


def _unknown_key(key: str, known: Mapping[str, object], path: Path) -> Problem:
    from difflib import get_close_matches  # only a wrong file needs it

    with_unit = [name for name in known if name.startswith(f"{key}_")]
    if with_unit:
        return Problem(
            path, f"`{key}` says no unit.", f"Write `{with_unit[0]}`: the unit is part of the name."
        )
    close = get_close_matches(key, known, 1)
    cure = f"Did you mean `{close[0]}`?" if close else f"Known here: {', '.join(sorted(known))}."
    return Problem(path, f"`{key}` is not known here.", cure)


def _missing_key(key: str, path: Path) -> Problem:
    if key == "unit":
        return Problem(
            path, "`unit` is missing.", 'Say in which unit the value is, for example unit = "mmHg".'
        )
    if key in ("source", "status"):
        return Problem(
            path, f"`{key}` is missing.", "Every number names its source and how far it may be trusted."
        )
    return Problem(path, f"`{key}` is missing.", f"Add `{key}`.")


def _fit_plain(kind: Any, value: object, path: Path, problems: list[Problem]) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _fit_enum(kind, value, path, problems)
    if kind is Decimal and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _fit_number(Decimal(value), path, problems)
    if kind is date and isinstance(value, date) and not isinstance(value, datetime):
        return value
    if type(value) is not kind:
        wanted = WORDS.get(kind, getattr(kind, "__name__", str(kind)))
        return _fail(problems, path, f"`{path[-1]}` must be {wanted}.", "Correct the value.")
    if kind is str and not str(value).strip():
        return _fail(
            problems, path, f"`{path[-1]}` is empty.", "Write it, or leave the key out if it may be absent."
        )
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return _fail(problems, path, f"`{path[-1]}` is impossibly large.", "Correct the number.")
    return value


def _fit_number(number: Decimal, path: Path, problems: list[Problem]) -> Any:
    if not number.is_finite():
        return _fail(problems, path, f"`{path[-1]}` is {number}, not a number.", "Write a number.")
    exponent = number.as_tuple().exponent
    if number.copy_abs() > LARGEST or (isinstance(exponent, int) and exponent < -MOST_DECIMALS):
        return _fail(problems, path, f"`{path[-1]}` is impossibly large or fine.", "Correct the number.")
    return number


def _fit_enum(kind: type[Enum], value: object, path: Path, problems: list[Problem]) -> Any:
    known = ", ".join(str(member.value) for member in kind)
    if not isinstance(value, str):
        return _fail(
            problems, path, f"`{path[-1]}` must be text in double quotes.", f"Choose one of: {known}."
        )
    try:
        return kind(value)
    except ValueError:
        return _fail(problems, path, f"`{path[-1]}` cannot be {value[:60]!r}.", f"Choose one of: {known}.")
