"""The base an answer is given from: what ships with the program, and what a clinic has accepted beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID

from ataraxy.catalog.library import sources
from ataraxy.catalog.reviews import reviews
from ataraxy.catalog.studies import studies
from ataraxy.core.evidence.study import Review, Study
from ataraxy.core.protocol.sources import Source


@dataclass(frozen=True, slots=True)
class Local:
    """Whose judgement it is that a study stands here as it does, and where to read it. Nobody else's clinic shows it."""

    arrival: UUID
    by: str
    at: datetime
    reason: str
    is_retraction: bool

    @property
    def in_short(self) -> str:
        return "accepted here, not shipped"

    @property
    def words(self) -> str:
        what = "Taken back here" if self.is_retraction else "Accepted here"
        return f"{what}, not shipped: {self.by}, {self.at:%-d %B %Y}"


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """Studies and reviews by id. Two bases are the same where their ``key`` is: empty for what ships."""

    studies: Mapping[str, Study]
    reviews: Mapping[str, Review]
    local: Mapping[str, Local] = field(default_factory=dict)  # by id of a study
    sources: Mapping[str, Source] = field(default_factory=dict)  # of local studies, by key
    unread: tuple[
        str, ...
    ] = ()  # accepted studies whose text this release cannot read: told, never passed over
    key: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Base) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def source(self, key: str) -> Source | None:
        """A source that ships or came with a local study."""
        return self.sources.get(key) or sources().get(key)

    def local_words(self, study_id: str) -> str:
        """Who let a study stand here; empty for one that ships."""
        one = self.local.get(study_id)
        return one.words if one is not None else ""


@cache
def shipped() -> Base:
    """The catalog alone."""
    return Base(studies(), reviews())
