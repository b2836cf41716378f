"""RIS: one tag a line, two letters, two blanks, a hyphen. Long values go on in the next line; abstracts are left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ataraxy.core.errors import InputRefused
from ataraxy.interop.numerals import tidy
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
from ataraxy.interop.taken import Note, Weight

TAG = re.compile(r"\s?([A-Z][A-Z0-9]) {0,4}-(?: (.*)|)", re.DOTALL)
LINES = re.compile(r"\r\n|\r|\n")
KINDS = {
    "JOUR": Kind.ARTICLE,
    "JFULL": Kind.ARTICLE,
    "EJOUR": Kind.ARTICLE,
    "MGZN": Kind.ARTICLE,
    "INPR": Kind.ARTICLE,
    "CHAP": Kind.CHAPTER,
    "BOOK": Kind.BOOK,
    "EBOOK": Kind.BOOK,
    "THES": Kind.THESIS,
    "RPRT": Kind.REPORT,
}
TYPES = {
    Kind.ARTICLE: "JOUR",
    Kind.CHAPTER: "CHAP",
    Kind.BOOK: "BOOK",
    Kind.THESIS: "THES",
    Kind.REPORT: "RPRT",
    Kind.OTHER: "GEN",
}
TITLES = ("TI", "T1", "CT", "BT")
JOURNALS = ("JF", "JO", "T2", "JA", "J2", "J1")
YEARS = ("PY", "Y1", "DA")
NOTED = ("N1", "UR", "M1", "M2", "L1", "L2")
Fields = Mapping[str, list[str]]


def read_ris(data: bytes) -> References:
    """Every reference of a file that has a title; the others are told by their line.

    Raises:
        InputRefused: the file is no text, or holds no reference at all.
    """
    notes: list[Note] = []
    found = []
    for line, fields in _entries(text_of(data), notes):
        title = _first(fields, TITLES)
        if not title:
            notes.append(Note(f"line {line}", Weight.SKIPPED, "A reference without a title."))
        else:
            found.append(_reference(title, fields))
    if not found:
        told = f" {notes[0]}" if notes else ""
        raise InputRefused(
            f"The file holds no reference.{told}",
            "A RIS file has lines such as `TY  - JOUR` and `TI  - a title`, and ends each with `ER  - `.",
        )
    return References(keyed(found), tuple(notes))


def _entries(text: str, notes: list[Note]) -> Iterator[tuple[int, dict[str, list[str]]]]:
    fields: dict[str, list[str]] | None = None
    begun, last = 0, ""
    for number, line in enumerate(LINES.split(text), 1):
        match = TAG.fullmatch(line)
        if match and match[1] == "TY":
            if fields is not None:
                notes.append(Note(f"line {begun}", Weight.DOUBT, "A reference without its end (ER)."))
                yield begun, fields
            fields, begun, last = {"TY": [match[2] or ""]}, number, "TY"
        elif fields is None:
            if line.strip():
                notes.append(
                    Note(f"line {number}", Weight.SKIPPED, f"{tidy(line)[:60]!r} is in no reference.")
                )
        elif match and match[1] == "ER":
            yield begun, fields
            fields = None
        elif match:
            last = match[1]
            fields.setdefault(last, []).append(match[2] or "")
        else:
            fields[last][-1] += f" {line}"
    if fields is not None:
        notes.append(Note(f"line {begun}", Weight.DOUBT, "A reference without its end (ER)."))
        yield begun, fields


def _first(fields: Fields, tags: tuple[str, ...]) -> str:
    found = (tidy(value) for tag in tags for value in fields.get(tag, ()))
    return next((value for value in found if value), "")


def _reference(title: str, fields: Fields) -> Reference:
    authors, others = people([*fields.get("AU", ()), *fields.get("A1", ())])
    first, last = _first(fields, ("SP",)), _first(fields, ("EP",))
    noted = " ".join(value for tag in NOTED for value in fields.get(tag, ()))
    return Reference(
        key=_first(fields, ("ID",)),
        title=title,
        kind=KINDS.get(_first(fields, ("TY",)).upper(), Kind.OTHER),
        authors=authors,
        and_others=others,
        year=year_in(_first(fields, YEARS)),
        journal=_first(fields, JOURNALS),
        volume=_first(fields, ("VL",)),
        issue=_first(fields, ("IS",)),
        pages=(f"{first}-{last}" if first and last else first or last).replace("–", "-"),
        doi=doi_of(_first(fields, ("DO",))) or doi_in(_first(fields, ("M3",))) or doi_in(noted),
        pmid=_pmid(fields, noted),
        url=_first(fields, ("UR",)),
    )


def _pmid(fields: Fields, noted: str) -> str:
    """An accession number is PubMed's where the entry says it comes from there."""
    number = _first(fields, ("AN",))
    base = " ".join([*fields.get("DB", ()), *fields.get("DP", ())]).lower()
    if PMID.fullmatch(number) and re.search(r"pubmed|medline|nlm", base):
        return number
    return pmid_in(number) or pmid_in(noted)


def render_ris(references: tuple[Reference, ...]) -> bytes:
    """References as RIS, in UTF-8, ended by CR LF as the format asks."""
    lines = [line for one in references for line in (*_lines(one), "ER  - ", "")]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _lines(one: Reference) -> Iterator[str]:
    yield f"TY  - {TYPES[one.kind]}"
    for author in one.authors:
        yield f"AU  - {author}"
    if one.and_others:
        yield "AU  - et al."
    pairs = (
        ("ID", one.key),
        ("TI", one.title),
        ("PY", "" if one.year is None else str(one.year)),
        ("JO", one.journal),
        ("VL", one.volume),
        ("IS", one.issue),
        ("SP", one.pages),
        ("DO", one.doi),
        ("DB", "PubMed" if one.pmid else ""),
        ("AN", one.pmid),
        ("UR", one.url),
    )
    yield from (f"{tag}  - {value}" for tag, value in pairs if value)
