"""The outer shape of BibTeX: where an entry begins and ends, its fields as they stand, its abbreviations filled in."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from ataraxy.core.errors import InputRefused
from ataraxy.interop.taken import Note, Weight

BEGIN = re.compile(r"@\s*([A-Za-z]+)\s*([{(])")
KEY = re.compile(r"\s*([^\s,{}()=\"#%]*)\s*")
NAME = re.compile(r"[\s,]*([A-Za-z][\w:+-]*)\s*=\s*")
PLAIN = re.compile(r"[^\s,{}()=\"#%\\]+")
BLANK = re.compile(r"\s*")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONGEST_VALUE = 50_000
MOST_BROKEN = 1000
Entry = tuple[int, str, str, dict[str, str]]


class _Unreadable(Exception):
    """An entry that is not closed or not formed; never leaves this module."""


def entries(text: str, notes: list[Note]) -> Iterator[Entry]:
    """Line, kind, key and fields of each entry; comments and preambles are no entries; a broken one is told.

    Raises:
        InputRefused: so many entries are broken that the file is none.
    """
    lines = [match.start() for match in re.finditer("\n", text)]
    macros = {month: month.title() for month in MONTHS}
    at = broken = 0
    while match := BEGIN.search(text, at):
        line, kind = bisect_right(lines, match.start()) + 1, match[1].lower()
        try:
            if kind in ("comment", "preamble"):
                at = _closing(text, match.end() - 1)
                continue
            closer = "}" if match[2] == "{" else ")"
            key, fields, at = _body(text, match.end(), closer, macros, kind)
        except _Unreadable as error:
            notes.append(Note(f"line {line}", Weight.SKIPPED, f"@{kind[:20]}: {error}"))
            at = match.end()
            broken += 1
            if broken > MOST_BROKEN:
                words = f"More than {MOST_BROKEN} entries cannot be read; the first at line {line}."
                raise InputRefused(words, "Export the file again, or look at its braces.") from None
            continue
        if kind == "string":
            macros.update(fields)
        else:
            yield line, kind, key, fields


def _body(
    text: str, at: int, closer: str, macros: dict[str, str], kind: str
) -> tuple[str, dict[str, str], int]:
    key = ""
    if kind != "string":
        match = KEY.match(text, at)
        assert match is not None
        key, at = match[1], match.end()
        if not text.startswith((",", closer), at):
            raise _Unreadable("no comma after its key.")
    fields: dict[str, str] = {}
    while True:
        match = NAME.match(text, at)
        if match is None:
            break
        value, at = _value(text, match.end(), macros)
        fields.setdefault(match[1].lower(), value)
    rest = re.compile(r"[\s,]*").match(text, at)
    assert rest is not None
    if not text.startswith(closer, rest.end()):
        raise _Unreadable("a field without `=`, or a brace that is never closed.")
    return key, fields, rest.end() + 1


def _value(text: str, at: int, macros: dict[str, str]) -> tuple[str, int]:
    """Pieces joined by #: in braces, in quotation marks, a number or an abbreviation."""
    pieces = []
    while True:
        if text.startswith("{", at):
            end = _closing(text, at)
            pieces.append(text[at + 1 : end - 1])
        elif text.startswith('"', at):
            end = _quoted(text, at)
            pieces.append(text[at + 1 : end - 1])
        else:
            match = PLAIN.match(text, at)
            if match is None:
                raise _Unreadable("a field without a value.")
            end = match.end()
            pieces.append(match[0] if match[0].isdigit() else macros.get(match[0].lower(), match[0]))
        blank = BLANK.match(text, end)
        assert blank is not None
        if sum(map(len, pieces)) > LONGEST_VALUE:
            raise _Unreadable("a value longer than any reference has.")
        if not text.startswith("#", blank.end()):
            return "".join(pieces), end
        blank = BLANK.match(text, blank.end() + 1)
        assert blank is not None
        at = blank.end()


def _closing(text: str, at: int) -> int:
    """Behind the bracket that closes the one at ``at``; escaped ones do not count."""
    opener = text[at]
    closer = "}" if opener == "{" else ")"
    depth, end = 0, min(len(text), at + LONGEST_VALUE)
    while at < end:
        one = text[at]
        if one == "\\":
            at += 1
        elif one == opener:
            depth += 1
        elif one == closer:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    raise _Unreadable("a bracket that is not closed within 50,000 characters.")


def _quoted(text: str, at: int) -> int:
    """Behind the quotation mark that closes a value; those in braces do not count."""
    at, end = at + 1, min(len(text), at + LONGEST_VALUE)
    while at < end:
        if text[at] == '"':
            return at + 1
        if text[at] == "{":
            at = _closing(text, at)
        else:
            at += 2 if text[at] == "\\" else 1
    raise _Unreadable("a quotation mark that is not closed within 50,000 characters.")
