"""The one reader of the catalog: protocols, instruments, treatments, cautions, sources.

Every error is a ``CatalogError`` with ``file:line:column``, cause and cure.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from ataraxy.catalog.library import (
    cautions,
    instruments,
    limits,
    refuse,
    side_effects,
    sources,
    toml_files,
    treatments,
)
from ataraxy.catalog.read import read_protocol
from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.types import Protocol

__all__ = [
    "cautions",
    "instruments",
    "limits",
    "load_protocol",
    "parse_protocol",
    "parse_stored_protocol",
    "protocols",
    "side_effects",
    "sources",
    "treatments",
]


def load_protocol(path: Path | str) -> Protocol:
    """The protocol of a file, checked.

    Raises:
        CatalogError: the file cannot be read, or the first thing that is wrong with it.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CatalogError(
            f"The file cannot be read: {reason}.", "Check its name and rights.", f"{file}"
        ) from None
    return _parsed(data, file.name, checked=True)


def parse_protocol(text: str, name: str) -> Protocol:
    """The protocol of a text, checked against safety limits, sources and itself.

    Raises:
        CatalogError: the first thing that is wrong.
    """
    return _parsed(_bytes(text, name), name, checked=True)


@lru_cache(maxsize=64)
def parse_stored_protocol(text: str, name: str) -> Protocol:
    """A protocol that was checked when it was activated: a running course outlives stricter checks.

    Raises:
        CatalogError: the text does not have the shape of a protocol.
    """
    return _parsed(_bytes(text, name), name, checked=False)


@cache
def protocols() -> Mapping[str, Protocol]:
    """Every protocol that ships with the catalog, by id."""
    found: dict[str, Protocol] = {}
    for path in toml_files("protocols"):
        protocol = _parsed(path.read_bytes(), path.name, checked=True)
        if protocol.id in found:
            raise CatalogError(f"Two protocols are called {protocol.id!r}.", "Rename one.", path.name)
        found[protocol.id] = protocol
    return MappingProxyType(found)


def _bytes(text: str, name: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise CatalogError("The text is not UTF-8.", "Save it as UTF-8.", f"{name}:1:1") from None


def _parsed(data: bytes, name: str, *, checked: bool) -> Protocol:
    reading = read_protocol(data, name, checked=checked)
    if reading.protocol is None or reading.problems:
        raise refuse(reading.document, list(reading.problems))
    return reading.protocol
