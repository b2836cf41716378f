"""A CSV as rows of text: commas or semicolons, a mark at its beginning, decimal commas, "NA" for nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.study import Figure, Seen
from ataraxy.interop.metapsy.columns import check_columns
from ataraxy.interop.numerals import figure, tidy
from ataraxy.interop.references.reference import text_of
from ataraxy.interop.taken import Note, Weight

NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-"})
DECIMAL_COMMA = re.compile(r"[-+−]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+")
EITHER = re.compile(r"[-+−]?\d{1,3}(?:\.\d{3})+")  # a decimal, or thousands
THOUSANDS = re.compile(r"(?<=\d)[ \u202f'](?=\d{3}(?!\d))")
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, counted from 1 with the header, and its cells by column."""

    number: int
    cells: Mapping[str, str]
    decimal_comma: bool

    @property
    def where(self) -> str:
        return f"row {self.number}"

    def text(self, column: str) -> str:
        """The words of a cell; empty for nothing."""
        told = self.cells.get(column, "")
        return "" if told.lower() in NOTHING else told

    def number_in(self, column: str, seen: Seen, notes: list[Note]) -> Figure | None:
        """The number of a cell; what is none is told."""
        told = self.text(column)
        found = figure(self._dotted(told), seen) if told else None
        if told and found is None:
            notes.append(Note(self.where, Weight.LEFT_OUT, f"{column}: {told[:40]!r} is no plain number."))
        return found

    def _dotted(self, told: str) -> str:
        told = THOUSANDS.sub("", told)
        if self.decimal_comma and DECIMAL_COMMA.fullmatch(told):
            return told.replace(".", "").replace(",", ".")
        return f"{told} is 1.234 or 1234" if self.decimal_comma and EITHER.fullmatch(told) else told


def rows_of(data: bytes, notes: list[Note]) -> list[Row]:
    """The rows of a table, its columns checked.

    A table that is not divided by commas has decimal commas where a number in it has one.

    Raises:
        InputRefused: no table, wrong columns, or too many rows.
    """
    text = text_of(data)
    if "\0" in text:
        raise InputRefused("The file is no text.", "Save it as CSV in UTF-8.")
    divider = _divider(text)
    try:
        lines = list(_lines(text, divider))
    except csv.Error as error:
        raise InputRefused(f"This is no CSV: {tidy(str(error))}.", "Save it as CSV in UTF-8.") from None
    if len(lines) < 2:
        raise InputRefused(
            "The table has no row below its header.", "Each row is one comparison of two arms."
        )
    header = [tidy(name) for name in lines[0][1]]
    notes.extend(check_columns(header))
    with_comma = divider != "," and _has_commas(lines[1:])
    found = []
    for number, cells in lines[1:]:
        if len(cells) != len(header):
            words = f"{len(cells)} cells under {len(header)} columns."
            notes.append(Note(f"row {number}", Weight.SKIPPED, words))
        else:
            told = {name: tidy(cell) for name, cell in zip(header, cells, strict=True) if name}
            found.append(Row(number, told, with_comma))
    return found


def _divider(text: str) -> str:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    return max((",", ";", "\t"), key=first.count)


def _lines(text: str, divider: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=True)
    found = []
    for number, cells in enumerate(reader, 1):
        if any(cell.strip() for cell in cells):
            found.append((number, cells))
        if len(found) > MOST_ROWS:
            raise InputRefused(f"The table has more than {MOST_ROWS} rows.", "Hand it in by parts.")
    return found


def _has_commas(lines: list[tuple[int, list[str]]]) -> bool:
    return any(DECIMAL_COMMA.fullmatch(cell.strip()) for _, cells in lines for cell in cells)
