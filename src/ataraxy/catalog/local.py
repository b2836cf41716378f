"""Studies a clinic keeps beside the catalog: a folder of its own, read by the catalog's reader and rules.

A folder holds one TOML file a study, named after its id, and ``sources.toml`` for what they cite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ataraxy.catalog.library import refuse, sources
from ataraxy.catalog.shape import fit
from ataraxy.catalog.studies import studies
from ataraxy.catalog.toml import parse_toml, read_text
from ataraxy.core.errors import CatalogError
from ataraxy.core.evidence.audit_study import problems_of_study
from ataraxy.core.evidence.study import Study
from ataraxy.core.protocol.problem import Problem
from ataraxy.core.protocol.sources import Source

SOURCES = "sources.toml"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The rows of a ``sources.toml``."""

    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalBase:
    """``replaced``: ids of shipped studies a file of the folder stands in for."""

    studies: Mapping[str, Study] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()

    def with_shipped(self) -> Mapping[str, Study]:
        """The whole base: the catalog's studies, and the folder's in their own place."""
        return MappingProxyType({**studies(), **self.studies})


def read_local(folder: Path) -> LocalBase:
    """The studies and sources of a folder; one that does not exist yet is empty.

    Raises:
        CatalogError: a file is wrong, with ``file:line:column``.
    """
    if not folder.exists():
        return LocalBase()
    own = {one.key: one for one in _sources(folder / SOURCES)}
    files = sorted(path for path in folder.glob("*.toml") if path.name != SOURCES)
    found = {one.id: one for one in (_study(path, own) for path in files)}
    replaced = tuple(key for key in found if key in studies())
    return LocalBase(MappingProxyType(found), MappingProxyType(own), replaced)


def read_study_text(text: str, name: str) -> Study:
    """A study from the text of its file, with its shape checked and nothing else.

    Raises:
        CatalogError: the text is no study.
    """
    document, problems = parse_toml(text, name), list[Problem]()
    found = fit(Study, document.values, (), problems)
    if not isinstance(found, Study) or problems:
        raise refuse(document, problems)
    return found


def read_source_rows(text: str, name: str) -> tuple[Source, ...]:
    """The rows of a ``sources.toml`` from its text.

    Raises:
        CatalogError: the text holds no sources.
    """
    document, problems = parse_toml(text, name), list[Problem]()
    found = fit(SourceFile, document.values, (), problems)
    if not isinstance(found, SourceFile) or problems:
        raise refuse(document, problems)
    return found.sources


def _text(path: Path) -> str:
    try:
        return read_text(path.read_bytes(), path.name)
    except OSError as error:
        words = f"The file cannot be read: {error.strerror}."
        raise CatalogError(words, "Check its name and rights.", str(path)) from None


def _sources(path: Path) -> tuple[Source, ...]:
    if not path.exists():
        return ()
    return read_source_rows(_text(path), path.name)


def _study(path: Path, own: Mapping[str, Source]) -> Study:
    document, problems = parse_toml(_text(path), path.name), list[Problem]()
    found = fit(Study, document.values, (), problems)
    if isinstance(found, Study):
        problems += problems_of_local(found, own)
        if path.name != f"{found.id}.toml":
            words = f"The file says id {found.id!r}."
            problems.append(Problem(("id",), words, "Name the file after its id."))
    if problems:
        raise refuse(document, problems)
    assert isinstance(found, Study)
    return found


def problems_of_local(study: Study, own: Mapping[str, Source]) -> Iterator[Problem]:
    """What is wrong with a study of a folder: in itself, and against its source."""
    yield from problems_of_study(study)
    shipped = studies().get(study.id)
    if shipped is not None and shipped.retracted_on is not None and study.retracted_on is None:
        words = (
            f"{study.id} was retracted on {shipped.retracted_on}, and this file in its place does not say so."
        )
        yield Problem(("id",), words, "Write retracted_on and retraction in it.")  # H-057
    source = own.get(study.source) or sources().get(study.source)
    if source is None:
        words = f"The source {study.source!r} does not exist."
        yield Problem(("source",), words, f"Add it to {SOURCES} of the folder.")
    elif source.retracted_on != study.retracted_on:
        words = f"{SOURCES} says retracted_on {source.retracted_on}, this file {study.retracted_on}."
        yield Problem(("source",), words, "Look up which is right, and write it in both.")


def merged(own: Mapping[str, Source], more: Iterable[Source]) -> SourceFile:
    """A folder's sources with others beside them; one of the same key is replaced."""
    return SourceFile(tuple({**own, **{one.key: one for one in more}}.values()))
