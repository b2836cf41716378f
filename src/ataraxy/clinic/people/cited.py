"""A source as a page shows it: short words, the status of the line that cites it, and where to read it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ataraxy.catalog.load import sources
from ataraxy.catalog.reviews import reviews
from ataraxy.catalog.studies import studies
from ataraxy.core.protocol.sources import Source
from ataraxy.core.protocol.types import Status

LONGEST = 34


@dataclass(frozen=True, slots=True)
class Cited:
    """``study`` and ``review``: the id of the page in the evidence that is about this source, where there is one."""

    words: str
    status: str
    url: str
    study: str = ""
    review: str = ""


def cited(key: str, status: Status) -> Cited:
    """The source behind one line; an unknown key is shown as it is written."""
    source = sources().get(key)
    if source is None:
        return Cited(key, status.value, "")
    study, review = _in_evidence().get(key, ("", ""))
    return Cited(_words(source), status.value, _url(source), study, review)


@cache
def _in_evidence() -> dict[str, tuple[str, str]]:
    """Source -> the study or the review that was read there. A source of several has no page of its own."""
    found: dict[str, list[tuple[str, str]]] = {}
    for study in studies().values():
        found.setdefault(study.source, []).append((study.id, ""))
    for review in reviews().values():
        found.setdefault(review.source, []).append(("", review.id))
    return {source: pages[0] for source, pages in found.items() if len(pages) == 1}


def _words(source: Source) -> str:
    first = source.authors.split(",")[0].strip()
    short = first if len(first) <= LONGEST else f"{first[:LONGEST]}…"
    return f"{short} {source.year}" if source.year else short


def _url(source: Source) -> str:
    if source.doi:
        return f"https://doi.org/{source.doi}"
    return f"https://pubmed.ncbi.nlm.nih.gov/{source.pmid}/" if source.pmid else source.url
