"""Where a number comes from, and how well that source was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ataraxy.core.protocol.types import Status


class Read(StrEnum):
    """PRIMARY: read at the address. SECONDARY: read in somebody's account of it. RECALLED: not read."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    RECALLED = "recalled"
    OWN = "own"  # this project's own choice: always proposed


@dataclass(frozen=True, slots=True)
class Source:
    """One source. ``url`` may hold a DOI, a PMID or an address; a book or a label may have none."""

    key: str
    authors: str
    title: str
    read: Read
    year: int | None = None  # None where it was not seen
    doi: str = ""
    pmid: str = ""
    url: str = ""
    where: str = ""  # journal, volume, pages; table or section
    note: str = ""
    retracted_on: date | None = None

    def bears(self, status: Status) -> bool:
        """Whether a line that cites this source may claim ``status``."""
        if status.needs_signature:
            return True
        return self.retracted_on is None and self.read in (Read.PRIMARY, Read.SECONDARY)
