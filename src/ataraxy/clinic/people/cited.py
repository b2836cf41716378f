"""A source as a page shows it: short words, the status of the line that cites it, and where to read it."""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.catalog.load import sources
from ataraxy.core.protocol.sources import Source
from ataraxy.core.protocol.types import Status

LONGEST = 34


@dataclass(frozen=True, slots=True)
class Cited:
    words: str
    status: str
    url: str


def cited(key: str, status: Status) -> Cited:
    """The source behind one line; an unknown key is shown as it is written."""
    source = sources().get(key)
    if source is None:
        return Cited(key, status.value, "")
    return Cited(_words(source), status.value, _url(source))


def _words(source: Source) -> str:
    first = source.authors.split(",")[0].strip()
    short = first if len(first) <= LONGEST else f"{first[:LONGEST]}…"
    return f"{short} {source.year}" if source.year else short


def _url(source: Source) -> str:
    if source.doi:
        return f"https://doi.org/{source.doi}"
    return f"https://pubmed.ncbi.nlm.nih.gov/{source.pmid}/" if source.pmid else source.url
