"""One folder of the catalog that holds one thing a file: read, checked, found by id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar
from typing import Protocol as Shape

from ataraxy.catalog.cited import cited
from ataraxy.catalog.library import refuse, toml_files
from ataraxy.catalog.shape import FAILED, fit
from ataraxy.catalog.toml import Document, parse_toml, read_text
from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.problem import Problem


class Named(Shape):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class Shelf(Generic[T]):
    """``noun`` is what one file is called; ``audit`` tells what is wrong with it beyond its shape and sources.

    ``not_cited``: kinds inside whose ``source`` is no key of sources.toml.
    """

    folder: str
    noun: str
    kind: type[T]
    audit: Callable[[T], tuple[Problem, ...]]
    not_cited: frozenset[str] = frozenset()

    def read(self, data: bytes, name: str) -> tuple[Document, T | None, tuple[Problem, ...]]:
        """A file, and everything that is wrong with it; None where it has not the shape of one.

        Raises:
            CatalogError: the bytes are not TOML at all.
        """
        document = parse_toml(read_text(data, name), name)
        found: list[Problem] = []
        one = fit(self.kind, document.values, (), found)
        if one is FAILED or found:
            return document, None, tuple(found)
        if f"{one.id}.toml" != name:
            found.append(Problem(("id",), f"The file says id {one.id!r}.", "Name the file after its id."))
        return document, one, (*found, *self.audit(one), *cited(one, (), self.not_cited))

    def parse(self, data: bytes, name: str) -> T:
        """What a file's bytes say, checked.

        Raises:
            CatalogError: the first thing that is wrong, with ``file:line:column``, and how many more there are.
        """
        document, one, problems = self.read(data, name)
        if one is None or problems:
            raise refuse(document, list(problems))
        return one

    def load(self, wanted: str) -> T:
        """One by its id; only its own file is read.

        Raises:
            CatalogError: there is none, or its file is wrong.
        """
        for path in toml_files(self.folder):
            if path.name == f"{wanted}.toml":
                return self.parse(path.read_bytes(), path.name)
        raise CatalogError(
            f"There is no {self.noun} {wanted!r}.", f"Choose one of: {', '.join(self.names())}."
        )

    def names(self) -> tuple[str, ...]:
        """The ids of all of them, from their files' names; none is read."""
        return tuple(path.name.removesuffix(".toml") for path in toml_files(self.folder))

    def every(self) -> Mapping[str, T]:
        """All of them, by id.

        Raises:
            CatalogError: a file is wrong.
        """
        read = (self.parse(path.read_bytes(), path.name) for path in toml_files(self.folder))
        return MappingProxyType({one.id: one for one in read})
