"""The formats evidence comes and goes in: which a file is, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePath

from ataraxy.core.errors import InputRefused
from ataraxy.interop.ctgov import read_study
from ataraxy.interop.metapsy import read_table
from ataraxy.interop.references import References, read_bibtex, read_ris
from ataraxy.interop.taken import Taken

LARGEST_FILE = 33 * 2**20  # bytes


class Format(StrEnum):
    CTGOV = "ctgov"
    RIS = "ris"
    BIBTEX = "bibtex"
    METAPSY = "metapsy"


BY_ENDING: Mapping[str, Format] = {
    ".json": Format.CTGOV,
    ".ris": Format.RIS,
    ".bib": Format.BIBTEX,
    ".csv": Format.METAPSY,
    ".tsv": Format.METAPSY,
}


def format_of(name: str, named: str = "") -> Format:
    """The format a person named, else the one its ending tells.

    Raises:
        InputRefused: neither is one of ours.
    """
    known = ", ".join(one.value for one in Format)
    if named:
        try:
            return Format(named.strip().lower())
        except ValueError:
            raise InputRefused(f"There is no format {named!r}.", f"Choose one of: {known}.", "as") from None
    ending = PurePath(name).suffix.lower()
    if ending not in BY_ENDING:
        words = f"The ending {ending!r} tells no format."
        raise InputRefused(words, f"Say it: --as, one of {known}.", "as")
    return BY_ENDING[ending]


def studies_in(data: bytes, form: Format) -> tuple[Taken, ...]:
    """The studies of a registry's file or a table."""
    return read_table(data) if form is Format.METAPSY else (read_study(data),)


def references_in(data: bytes, form: Format) -> References:
    return read_ris(data) if form is Format.RIS else read_bibtex(data)
