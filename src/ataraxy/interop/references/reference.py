"""One reference, however it was written; and the text of a file, however it was encoded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from ataraxy.core.errors import InputRefused
from ataraxy.interop.numerals import slug, tidy
from ataraxy.interop.taken import Note

LARGEST_FILE = 16 * 2**20  # bytes
DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>{}\\^|`~]+", re.ASCII)
DOI_ALONE = re.compile(r"10\.\d{4,9}/\S+", re.ASCII)
PMID = re.compile(r"[1-9]\d{0,8}", re.ASCII)
PUBMED_IN = re.compile(
    r"(?:pmid[:\s]*|pubmed\.ncbi\.nlm\.nih\.gov/|/pubmed/)(\d{1,9})(?!\d)", re.IGNORECASE | re.ASCII
)
YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)", re.ASCII)
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+/-]{0,79}", re.ASCII)
OTHERS = frozenset({"others", "et al", "et al."})


class Kind(StrEnum):
    ARTICLE = "article"
    CHAPTER = "chapter"
    BOOK = "book"
    THESIS = "thesis"
    REPORT = "report"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reference:
    """``authors`` as they were written, family name first where it was; ``and_others`` where more were not named."""

    key: str
    title: str
    kind: Kind = Kind.ARTICLE
    authors: tuple[str, ...] = ()
    and_others: bool = False
    year: int | None = None
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class References:
    """What a file held, and what of it was skipped."""

    entries: tuple[Reference, ...]
    notes: tuple[Note, ...] = ()


def text_of(data: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, or else the encoding of old reference managers.

    Raises:
        InputRefused: too large, or bytes that are no text.
    """
    if len(data) > LARGEST_FILE:
        raise InputRefused("The file is larger than 16 MB.", "Export fewer references at a time.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in data:
            raise InputRefused("The file is no text.", "Export it again, as UTF-8.") from None
        return data.decode("cp1252", "replace")


def doi_of(field: str) -> str:
    """The DOI of a field that holds nothing else, without the address before it; empty where it is none."""
    match = DOI_ALONE.search(field)
    return match[0] if match else ""


def doi_in(text: str) -> str:
    """A DOI somewhere in a text; empty where there is none."""
    match = DOI.search(text)
    return match[0].rstrip(".,;") if match else ""


def pmid_in(text: str) -> str:
    """The PubMed number a text names as one."""
    match = PUBMED_IN.search(text)
    return match[1] if match and PMID.fullmatch(match[1]) else ""


def year_in(text: str) -> int | None:
    match = YEAR.search(text)
    return int(match[1]) if match else None


def people(names: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Names in one line each, and whether there were others."""
    told = [tidy(name) for name in names]
    return tuple(one for one in told if one and one.lower() not in OTHERS), any(
        one.lower() in OTHERS for one in told
    )


def keyed(entries: Iterable[Reference]) -> tuple[Reference, ...]:
    """Each with a key of its own: the one it had, else its first author and year."""
    taken: set[str] = set()
    found = []
    for one in entries:
        key = one.key if KEY.fullmatch(one.key) else _made(one)
        unique, number = key, 1
        while unique.lower() in taken:
            number += 1
            unique = f"{key}-{number}"
        taken.add(unique.lower())
        found.append(replace(one, key=unique))
    return tuple(found)


def _made(one: Reference) -> str:
    family = one.authors[0].split(",")[0].split(" ")[0] if one.authors else one.title.split(" ")[0]
    year = "" if one.year is None else str(one.year)
    return slug(f"{family} {year}")[:60].strip("-") or "reference"
