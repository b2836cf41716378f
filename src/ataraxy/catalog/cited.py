"""Every source a value names exists, and was read well enough for the status beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from ataraxy.catalog.library import sources
from ataraxy.core.protocol.problem import Path, Problem
from ataraxy.core.protocol.sources import Source
from ataraxy.core.protocol.types import Status


def cited(value: Any, path: Path = (), beside: frozenset[str] = frozenset()) -> Iterator[Problem]:
    """Problems of every source named anywhere inside a value.

    Args:
        value: a frozen value of the catalog.
        path: where it stands in its file.
        beside: kinds in which ``source`` names something else (a flow's source is a compartment).
    """
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from cited(item, (*path, index), beside)
    elif is_dataclass(value):
        names_a_source = type(value).__name__ not in beside
        for field in fields(value):
            inner = getattr(value, field.name)
            if names_a_source and (field.name == "source" or field.name.endswith("_source")):
                status = getattr(value, field.name.replace("source", "status"), None)
                yield from _source(inner, status, (*path, field.name))
            else:
                yield from cited(inner, (*path, field.name.rstrip("_")), beside)


def _source(key: str, status: Status | None, path: Path) -> Iterator[Problem]:
    source: Source | None = sources().get(key)
    if source is None:
        yield Problem(path, f"The source {key!r} does not exist.", "Add it to sources.toml.")
    elif status is not None and not source.bears(status):
        words = f"The line says {status.value!r}, but {key!r} was not read or was retracted."
        yield Problem(path, words, 'Set status = "unverified" or "proposed".')
