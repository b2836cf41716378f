"""People from a table: one row a person, every wrong cell named by its row and column."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.people import ANCESTRIES, SEXES, People

# Adults alone: no model of the catalog that may be used here describes a child.
BOUNDS = {"weight_kg": (25.0, 350.0), "age_years": (18.0, 110.0), "height_cm": (100.0, 260.0)}
REQUIRED = ("weight_kg", "age_years")
TYPICAL_HEIGHT_CM = 170.0
WORDS: Mapping[str, Mapping[str, str] | None] = {
    "sex": {"": "", "f": "female", "m": "male"} | {sex: sex for sex in SEXES},
    "ancestry": {"": "", "unknown": ""} | {ancestry: ancestry for ancestry in ANCESTRIES},
    "disorder": None,
    "comedication": None,
}
COLUMNS = ("number", *BOUNDS, *WORDS)
MOST_NUMBER = 2**62

Row = Mapping[str, object]


def people_from_table(table: str | Sequence[Row]) -> People:
    """The people of a table.

    Args:
        table: the text of a CSV file with a header, or rows by column name. Columns: weight_kg and age_years;
            number (else counted from 0), height_cm (else 170), sex, ancestry, disorder and comedication if known.

    Raises:
        InputRefused: no people, an unknown or missing column, or a cell that cannot be; says row and column. Rows
            are counted as a spreadsheet shows them: the header is row 1.
    """
    rows = _rows_of_csv(table) if isinstance(table, str) else list(table)
    if not rows:
        raise InputRefused("The table holds nobody.", "Give a header and one row a person.", "people")
    _check_columns(list(rows[0]))
    numbers = [_number(row, i) for i, row in enumerate(rows)]
    if len(set(numbers)) != len(numbers):
        raise InputRefused("Two people bear the same number.", "Give each their own.", "number")
    weight, age, height = (
        np.array([_figure(row, name, i) for i, row in enumerate(rows)], dtype=np.float64) for name in BOUNDS
    )
    sex, ancestry, disorder, comedication = (
        np.array([_word(row, name, i) for i, row in enumerate(rows)], dtype=np.str_) for name in WORDS
    )
    return People(
        np.array(numbers, dtype=np.int64), weight, age, height, sex, ancestry, disorder, comedication
    )


def _rows_of_csv(text: str) -> list[Row]:
    try:
        lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), strict=True))
    except csv.Error as error:
        raise InputRefused(
            f"This is not CSV: {error}.", "Save the table as CSV with commas.", "people"
        ) from None
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    if not lines:
        return []
    header = [cell.strip() for cell in lines[0]]
    if len(header) == 1 and ";" in header[0]:
        raise InputRefused("The columns are parted by semicolons.", "Save the table with commas.", "people")
    if len(set(header)) != len(header):
        raise InputRefused("A column stands twice.", "Keep one of each.", "people")
    for i, line in enumerate(lines[1:]):
        if len(line) != len(header):
            raise InputRefused(
                f"Row {i + 2} has {len(line)} cells; the header has {len(header)}.",
                "Give each row a cell for every column; a decimal comma needs to be a point.",
                "people",
            )
    return [dict(zip(header, line, strict=True)) for line in lines[1:]]


def _check_columns(names: Sequence[str]) -> None:
    for name in names:
        if name not in COLUMNS:
            close = [c for c in COLUMNS if c.startswith(f"{name}_")] or get_close_matches(
                str(name), COLUMNS, 1
            )
            cure = f"Did you mean {close[0]!r}?" if close else f"Columns: {', '.join(COLUMNS)}."
            raise InputRefused(f"The column {str(name)[:40]!r} is not known.", cure, "people")
    for name in REQUIRED:
        if name not in names:
            raise InputRefused(f"The column {name!r} is missing.", "Add it.", name)


def _cell(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def _figure(row: Row, name: str, place: int) -> float:
    text, (low, high) = _cell(row, name), BOUNDS[name]
    if text == "" and name not in REQUIRED:
        return TYPICAL_HEIGHT_CM
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        adult = " Only adults can be simulated." if name == "age_years" and value < low else ""
        cure = f"Give a plain number from {low:g} to {high:g}, with a decimal point and without its unit."
        raise _refused(text, name, place, cure + adult)
    return value


def _number(row: Row, place: int) -> int:
    text = _cell(row, "number")
    if text == "":
        return place
    if not (text.isascii() and text.isdigit() and int(text[:20]) < MOST_NUMBER):
        raise _refused(text, "number", place, "Give a whole number from 0 on.")
    return int(text)


def _word(row: Row, name: str, place: int) -> str:
    text, known = _cell(row, name), WORDS[name]
    if known is None:
        return text
    if text.lower() not in known:
        raise _refused(
            text, name, place, f"Choose one of: {', '.join(w for w in known if w)}; or leave it empty."
        )
    return known[text.lower()]


def _refused(text: str, name: str, place: int, cure: str) -> InputRefused:
    shown = f"is {text[:40]!r}" if text else "is empty"
    return InputRefused(f"Row {place + 2}, column {name!r} {shown}.", cure, name)
