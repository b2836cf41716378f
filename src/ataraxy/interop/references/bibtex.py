"""BibTeX: entries in braces, values in braces or quotation marks, with LaTeX in them. What cannot be read is skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ataraxy.core.errors import InputRefused
from ataraxy.interop.numerals import tidy
from ataraxy.interop.references.latex import marked, unmarked
from ataraxy.interop.references.reference import (
    PMID,
    Kind,
    Reference,
    References,
    doi_in,
    doi_of,
    keyed,
    people,
    pmid_in,
    text_of,
    year_in,
)
from ataraxy.interop.references.scan import entries
from ataraxy.interop.taken import Note, Weight

KINDS = {
    "article": Kind.ARTICLE,
    "incollection": Kind.CHAPTER,
    "inbook": Kind.CHAPTER,
    "book": Kind.BOOK,
    "phdthesis": Kind.THESIS,
    "mastersthesis": Kind.THESIS,
    "thesis": Kind.THESIS,
    "techreport": Kind.REPORT,
    "report": Kind.REPORT,
}
TYPES = {
    Kind.ARTICLE: "article",
    Kind.CHAPTER: "incollection",
    Kind.BOOK: "book",
    Kind.THESIS: "phdthesis",
    Kind.REPORT: "techreport",
    Kind.OTHER: "misc",
}
AND = re.compile(r"\s+and\s+", re.IGNORECASE)


def read_bibtex(data: bytes) -> References:
    """Every entry of a file that has a title; the others are told by their line.

    Raises:
        InputRefused: the file is no text, or holds no entry at all.
    """
    notes: list[Note] = []
    found = []
    for line, kind, key, fields in entries(text_of(data), notes):
        title = _plain(fields, "title")
        if not title:
            notes.append(Note(f"line {line}", Weight.SKIPPED, f"{key[:60]!r} has no title."))
        else:
            found.append(_reference(kind, key, title, fields))
    if not found:
        told = f" {notes[0]}" if notes else ""
        raise InputRefused(
            f"The file holds no reference.{told}",
            "A BibTeX file has entries such as `@article{key, title = {A title}, year = 2021}`.",
        )
    return References(keyed(found), tuple(notes))


def _plain(fields: Mapping[str, str], *names: str) -> str:
    found = (tidy(unmarked(fields.get(name, ""))) for name in names)
    return next((value for value in found if value), "")


def _address(fields: Mapping[str, str], name: str) -> str:
    """A DOI or an address: a tilde, a dollar and two hyphens are themselves there."""
    told = (
        re.sub(r"(?<!\\)([~$])", r"\\\1{}", fields.get(name, "")).replace("--", "-{}-").replace("--", "-{}-")
    )
    return tidy(unmarked(told))


def _reference(kind: str, key: str, title: str, fields: Mapping[str, str]) -> Reference:
    authors, others = people(unmarked(one) for one in _split(fields.get("author", "")))
    pages = _plain(fields, "pages").replace("–", "-").replace("—", "-")
    number = _plain(fields, "pmid", "eprint") if "pmid" in fields or _is_pubmed(fields) else ""
    return Reference(
        key=key,
        title=title,
        kind=KINDS.get(kind, Kind.OTHER),
        authors=authors,
        and_others=others,
        year=year_in(_plain(fields, "year", "date")),
        journal=_plain(fields, "journal", "journaltitle", "booktitle"),
        volume=_plain(fields, "volume"),
        issue=_plain(fields, "number", "issue"),
        pages=pages,
        doi=doi_of(_address(fields, "doi")) or doi_in(_address(fields, "url")),
        pmid=number
        if PMID.fullmatch(number)
        else pmid_in(f"{_plain(fields, 'note')} {_address(fields, 'url')}"),
        url=_address(fields, "url"),
    )


def _is_pubmed(fields: Mapping[str, str]) -> bool:
    return fields.get("eprinttype", fields.get("archiveprefix", "")).lower() == "pubmed"


def _split(authors: str) -> Iterator[str]:
    """Names between "and" outside of braces."""
    depth, begun, at = 0, 0, 0
    while at < len(authors):
        if authors[at] == "\\":
            at += 2
            continue
        depth += {"{": 1, "}": -1}.get(authors[at], 0)
        match = AND.match(authors, at) if depth == 0 else None
        if match:
            yield authors[begun:at]
            begun = at = match.end()
        else:
            at += 1
    yield authors[begun:]


def render_bibtex(references: tuple[Reference, ...]) -> bytes:
    """References as BibTeX in UTF-8; what LaTeX would take for a command is escaped."""
    return "\n".join(_entry(one) for one in references).encode()


def _entry(one: Reference) -> str:
    names = [*(_name(author) for author in one.authors), *(["others"] if one.and_others else [])]
    pairs = (
        ("author", " and ".join(names)),
        ("title", marked(one.title)),
        ("journal", marked(one.journal)),
        ("year", "" if one.year is None else str(one.year)),
        ("volume", marked(one.volume)),
        ("number", marked(one.issue)),
        ("pages", marked(one.pages)),
        ("doi", marked(one.doi)),
        ("pmid", one.pmid),
        ("url", marked(one.url)),
    )
    lines = (f"  {name} = {{{value}}},\n" for name, value in pairs if value)
    return f"@{TYPES[one.kind]}{{{one.key},\n{''.join(lines)}}}\n"


def _name(author: str) -> str:
    """A name with "and" in it stands in braces, or it would be two."""
    return f"{{{marked(author)}}}" if re.search(r"\band\b", author, re.IGNORECASE) else marked(author)
