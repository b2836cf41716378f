"""What changes between the base before and after: studies that come or go, and every field that is another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from typing import Any

from ataraxy.core.evidence.study import Bias, Figure, Group, Harm, Study
from ataraxy.core.protocol.problem import Path

ABSENT = ""


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """``path`` is empty where a whole study came or went; ``before`` and ``after`` as words, empty for nothing."""

    change: Change
    study: str  # id
    path: str
    before: str
    after: str


def differences(before: Mapping[str, Study], after: Mapping[str, Study]) -> tuple[Difference, ...]:
    """Every difference of two bases, by study and then in the order of its fields."""
    found: list[Difference] = []
    for key in sorted({*before, *after}):
        if key not in after:
            found.append(Difference(Change.REMOVED, key, "", before[key].title, ABSENT))
        elif key not in before:
            found.append(Difference(Change.ADDED, key, "", ABSENT, after[key].title))
        else:
            found += differences_of_study(before[key], after[key])
    return tuple(found)


def differences_of_study(before: Study, after: Study) -> tuple[Difference, ...]:
    """Every field in which two versions of a study differ; arms, outcomes and groups are found by their keys."""
    return tuple(
        Difference(_kind(old, new), after.id, _text(path), old, new)
        for path, old, new in _compare(before, after, ())
    )


def _kind(old: str, new: str) -> Change:
    if not old:
        return Change.ADDED
    return Change.CHANGED if new else Change.REMOVED


def _compare(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    if old == new and _shown(old) == _shown(new):
        return
    if isinstance(old, tuple) and isinstance(new, tuple) and (_of_parts(old) or _of_parts(new)):
        yield from _compare_parts(_by_key(old), _by_key(new), path)
    elif _is_part(old) and type(old) is type(new):
        for field in fields(old):
            yield from _compare(getattr(old, field.name), getattr(new, field.name), (*path, field.name))
    else:
        yield path, _shown(old), _shown(new)


def _compare_parts(
    old: Mapping[str, Any], new: Mapping[str, Any], path: Path
) -> Iterator[tuple[Path, str, str]]:
    for key in (*old, *(key for key in new if key not in old)):
        here = (*path[:-1], f"{path[-1]}[{key}]")
        if key in old and key in new:
            yield from _compare(old[key], new[key], here)
        else:
            yield here, _shown(old.get(key)), _shown(new.get(key))


def _is_part(value: Any) -> bool:
    """A table with fields of its own; a figure is one value."""
    return is_dataclass(value) and not isinstance(value, Figure)


def _of_parts(rows: tuple[Any, ...]) -> bool:
    return bool(rows) and _is_part(rows[0])


def _by_key(rows: tuple[Any, ...]) -> Mapping[str, Any]:
    """Parts by what names them; the second of one name is name#2."""
    found: dict[str, Any] = {}
    for row in rows:
        name, number = _name(row), 1
        key = name
        while key in found:
            number += 1
            key = f"{name}#{number}"
        found[key] = row
    return found


def _name(row: Any) -> str:
    match row:
        case Group(arm=arm):
            return arm
        case Harm(effect=effect, label=label, arm=arm):
            return f"{effect} {label} {arm}"
        case Bias(domain=domain):
            return domain.value
    measure = getattr(row, "measure", None)
    return str(getattr(row, "key", "" if measure is None else measure.value) or type(row).__name__.lower())


def _text(path: Path) -> str:
    return ".".join(str(step) for step in path)


def _shown(value: Any) -> str:
    if value is None or value in ((), ""):
        return ABSENT
    if isinstance(value, Figure):
        note = f": {value.note}" if value.note else ""
        return f"{value.value:f} ({value.seen.value}{note})"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(_shown(one) for one in value)
    if is_dataclass(value):
        told = ((field.name, getattr(value, field.name)) for field in fields(value))
        return "; ".join(f"{name} {_shown(inner)}" for name, inner in told if _shown(inner))
    return str(value)
