"""The catalog's own files, each read once: sources, instruments, treatments, cautions, limits, effects."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, TypeVar

from ataraxy.catalog.shape import FAILED, fit
from ataraxy.catalog.toml import Document, parse_toml, read_text
from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.cautions import Cautions, Condition, MedicineGroup
from ataraxy.core.protocol.limits import SafetyLimits
from ataraxy.core.protocol.problem import Problem
from ataraxy.core.protocol.sources import Source
from ataraxy.core.protocol.treatments import TreatmentTable
from ataraxy.core.protocol.types import Disorder
from ataraxy.core.scales.types import Instrument

T = TypeVar("T")
HOME = files("ataraxy.catalog")


@dataclass(frozen=True, slots=True)
class SideEffect:
    """``asked`` ones are offered first on the session page."""

    key: str
    label: str
    plain_words: str
    asked: bool
    source: str


@dataclass(frozen=True, slots=True)
class _SourceFile:
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class _ConditionFile:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class _MedicineFile:
    medicine_groups: tuple[MedicineGroup, ...]


def refuse(document: Document, problems: list[Problem]) -> CatalogError:
    """The first problem of a file as an error, saying how many more there are."""
    first = problems[0]
    more = f" ({len(problems) - 1} more in this file.)" if len(problems) > 1 else ""
    return CatalogError(first.cause, first.cure + more, document.where(first.path))


def fit_document(kind: type[T], document: Document) -> T:
    """A whole file as a ``kind``.

    Raises:
        CatalogError: the first problem, with its place.
    """
    problems: list[Problem] = []
    fitted = fit(kind, document.values, (), problems)
    if fitted is FAILED:
        raise refuse(document, problems)
    whole: T = fitted
    return whole


def open_document(path: Traversable) -> Document:
    return parse_toml(read_text(path.read_bytes(), path.name), path.name)


def toml_files(folder: str) -> list[Traversable]:
    """The TOML files of one catalog folder, by name."""
    found = [path for path in (HOME / folder).iterdir() if path.name.endswith(".toml")]
    return sorted(found, key=lambda path: path.name)


def _by_key(rows: tuple[Any, ...], attribute: str, name: str) -> Mapping[Any, Any]:
    table: dict[Any, Any] = {}
    for row in rows:
        key = getattr(row, attribute)
        if key in table:
            raise CatalogError(f"{key!r} stands twice.", "Give each its own key.", name)
        table[key] = row
    return MappingProxyType(table)


@cache
def sources() -> Mapping[str, Source]:
    """Every source the catalog cites, by key."""
    rows = fit_document(_SourceFile, open_document(HOME / "sources.toml")).sources
    return _by_key(rows, "key", "sources.toml")


@cache
def instruments() -> Mapping[str, Instrument]:
    """Every rating instrument, by id."""
    rows = tuple(fit_document(Instrument, open_document(path)) for path in toml_files("instruments"))
    return _by_key(rows, "id", "instruments")


@cache
def treatments() -> Mapping[Disorder, TreatmentTable]:
    """The first-line treatments, by disorder."""
    rows = tuple(fit_document(TreatmentTable, open_document(path)) for path in toml_files("treatments"))
    return _by_key(rows, "disorder", "treatments")


@cache
def cautions() -> Cautions:
    """Conditions and medicine groups that speak against ketamine or ask for care."""
    conditions = fit_document(_ConditionFile, open_document(HOME / "cautions" / "conditions.toml"))
    medicines = fit_document(_MedicineFile, open_document(HOME / "cautions" / "medicines.toml"))
    return Cautions(
        _by_key(conditions.conditions, "id", "conditions.toml"),
        _by_key(medicines.medicine_groups, "id", "medicines.toml"),
    )


@cache
def limits() -> SafetyLimits:
    """The outer bounds no protocol file may pass."""
    return fit_document(SafetyLimits, open_document(HOME / "limits.toml"))


@cache
def side_effects() -> Mapping[str, SideEffect]:
    """The side effects a nurse can name, by key, in the order they are offered."""
    text = read_text((HOME / "codes" / "side_effects.csv").read_bytes(), "side_effects.csv")
    rows = tuple(
        SideEffect(row["key"], row["label"], row["plain_words"], row["asked"] == "yes", row["source"])
        for row in csv.DictReader(io.StringIO(text))
    )
    return _by_key(rows, "key", "side_effects.csv")
