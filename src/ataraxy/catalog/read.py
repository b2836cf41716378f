"""One protocol file, read and checked: the value and every problem, each with its place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ataraxy.catalog.library import cautions, instruments, limits, sources
from ataraxy.catalog.shape import FAILED, fit
from ataraxy.catalog.toml import Document, parse_toml, read_text
from ataraxy.core.protocol.checks import Library, problems_of
from ataraxy.core.protocol.problem import Problem
from ataraxy.core.protocol.types import Protocol


@dataclass(frozen=True, slots=True)
class Reading:
    """``protocol`` is None when the file does not even have the shape of one."""

    document: Document
    protocol: Protocol | None
    problems: tuple[Problem, ...]


def library() -> Library:
    """What the checks compare a protocol with."""
    return Library(sources(), instruments(), cautions(), limits())


def read_protocol(data: bytes, name: str, *, checked: bool) -> Reading:
    """Read the bytes of a protocol file.

    Raises:
        CatalogError: the bytes are not TOML at all.
    """
    document = parse_toml(read_text(data, name), name)
    found: list[Problem] = []
    if "sha256" in document.values:
        found.append(
            Problem(("sha256",), "`sha256` is not written in the file.", "Remove it: it is computed.")
        )
    values = {**document.values, "sha256": hashlib.sha256(data).hexdigest()}
    protocol = fit(Protocol, values, (), found)
    if protocol is FAILED or found:
        return Reading(document, None, tuple(found))
    if checked:
        found.extend(problems_of(protocol, library()))
    return Reading(document, protocol, tuple(found))
