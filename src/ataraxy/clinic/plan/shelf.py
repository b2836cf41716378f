"""The protocol files that ship with Ataraxy, with their full text: what a director may activate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ataraxy.catalog.library import toml_files
from ataraxy.catalog.load import parse_protocol
from ataraxy.core.protocol.types import Protocol


@dataclass(frozen=True, slots=True)
class Shelved:
    protocol: Protocol
    text: str


@cache
def shelf() -> tuple[Shelved, ...]:
    """Every shipped protocol, by file name."""
    texts = [(path.name, path.read_bytes().decode("utf-8")) for path in toml_files("protocols")]
    return tuple(Shelved(parse_protocol(text, name), text) for name, text in texts)


def shelved(protocol_id: str, version: str) -> Shelved | None:
    wanted = (protocol_id, version)
    return next((s for s in shelf() if (s.protocol.id, s.protocol.version) == wanted), None)
