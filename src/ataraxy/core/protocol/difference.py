"""What changed between two versions of a protocol, line by line."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from typing import Any

from ataraxy.core.protocol.lines import SECTIONS
from ataraxy.core.protocol.types import Protocol

HEADER = ("id", "version", "title", "authors", "approval", "approval_note", "jurisdiction")


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """``field`` is empty where a whole line came or went; ``before`` and ``after`` are as in the file."""

    kind: Kind
    section: str
    line: str
    field: str
    before: str
    after: str


def differences(before: Protocol, after: Protocol) -> tuple[Difference, ...]:
    """Every difference, in the order of care; a line is the same line when its id is."""
    found = _changed("protocol", "protocol", _header(before), _header(after))
    for section in SECTIONS[:1]:
        found += _section(section, before, after)
    found += _changed("drug", "drug", _flat(before.drug), _flat(after.drug))
    found += _changed("dose", before.dose.id, _flat(before.dose), _flat(after.dose))
    for section in SECTIONS[1:]:
        found += _section(section, before, after)
    return tuple(found)


def _header(protocol: Protocol) -> dict[str, str]:
    return {name: _shown(getattr(protocol, name)) for name in HEADER}


def _section(section: str, before: Protocol, after: Protocol) -> list[Difference]:
    old = {line.id: line for line in getattr(before, section)}
    new = {line.id: line for line in getattr(after, section)}
    found: list[Difference] = []
    for id_ in old:
        if id_ not in new:
            found.append(Difference(Kind.REMOVED, section, id_, "", old[id_].text, ""))
        else:
            found += _changed(section, id_, _flat(old[id_]), _flat(new[id_]))
    added = [id_ for id_ in new if id_ not in old]
    return found + [Difference(Kind.ADDED, section, id_, "", "", new[id_].text) for id_ in added]


def _changed(section: str, line: str, old: dict[str, str], new: dict[str, str]) -> list[Difference]:
    names = [*old, *(name for name in new if name not in old)]
    return [
        Difference(Kind.CHANGED, section, line, name, old.get(name, ""), new.get(name, ""))
        for name in names
        if old.get(name, "") != new.get(name, "")
    ]


def _flat(value: Any, above: str = "") -> dict[str, str]:
    """A line's fields by name, those of its parts as ``severity.at_least``."""
    flat: dict[str, str] = {}
    for field in fields(value):
        inner, name = getattr(value, field.name), f"{above}{field.name}"
        if is_dataclass(inner):
            flat.update(_flat(inner, f"{name}."))
        else:
            flat[name] = _shown(inner)
    return flat


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(_shown(one) for one in value)
    if isinstance(value, Enum):
        return str(value.value)
    if is_dataclass(value):
        return " ".join(filter(None, (_shown(getattr(value, field.name)) for field in fields(value))))
    return str(value)
