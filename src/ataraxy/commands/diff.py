"""``ataraxy diff A B``: two versions of a protocol, side by side.

Exit code 0: the same. 1: they differ. 2: one of them cannot be read.
"""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ataraxy.catalog.library import refuse
from ataraxy.catalog.read import read_protocol
from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.difference import Difference, Kind, differences
from ataraxy.core.protocol.types import Protocol

SAME, DIFFERENT, UNREADABLE = 0, 1, 2
MARKS = {Kind.ADDED: ("+ added", "green"), Kind.REMOVED: ("- removed", "red"), Kind.CHANGED: ("~", "yellow")}


def diff(first: Path, second: Path, json: bool = False) -> int:
    """Compare two protocol files by line id, print the differences, and return the exit code."""
    try:
        before, after = _read(first), _read(second)
    except CatalogError as error:
        _print_error(error, json)
        return UNREADABLE
    found = differences(before, after)
    if json:
        _print_json({"same": not found, "differences": [_as_json(one) for one in found]})
    else:
        _print(before, after, found)
    return DIFFERENT if found else SAME


def _read(file: Path) -> Protocol:
    """The protocol of a file, problems or not: a bad version may be compared with a good one."""
    try:
        data = file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        cause = f"The file cannot be read: {reason}."
        raise CatalogError(cause, "Check its name and rights.", str(file)) from None
    reading = read_protocol(data, file.name, checked=False)
    if reading.protocol is None:
        raise refuse(reading.document, list(reading.problems))
    return reading.protocol


def _print(before: Protocol, after: Protocol, found: tuple[Difference, ...]) -> None:
    console = Console(highlight=False)
    if not found:
        console.print(Text(f"{before.id} {before.version}: no line differs."))
        return
    table = Table(show_lines=True, expand=True)
    table.add_column("Line", ratio=2, overflow="fold")
    table.add_column(Text(f"{before.id} {before.version}"), ratio=3, overflow="fold")
    table.add_column(Text(f"{after.id} {after.version}"), ratio=3, overflow="fold")
    for one in found:
        mark, style = MARKS[one.kind]
        words = f"{mark} {one.section}\n{one.line}" + (f"\n{one.field}" if one.field else "")
        table.add_row(Text(words, style=style), Text(one.before or "-"), Text(one.after or "-"))
    console.print(table)
    console.print(_summary(found))


def _summary(found: tuple[Difference, ...]) -> Text:
    counted = [f"{sum(one.kind is kind for one in found)} {kind.value}" for kind in Kind]
    return Text(f"{len(found)} differences: {', '.join(counted)}.")


def _as_json(one: Difference) -> dict[str, str]:
    return {
        "kind": one.kind.value,
        "section": one.section,
        "line": one.line,
        "field": one.field,
        "before": one.before,
        "after": one.after,
    }


def _print_error(error: CatalogError, json: bool) -> None:
    if json:
        _print_json({"error": {"where": error.where, "cause": error.cause, "cure": error.cure}})
    else:
        Console(highlight=False).print(Text(str(error), style="red"))


def _print_json(value: dict[str, Any]) -> None:
    Console(soft_wrap=True, highlight=False, markup=False).print(
        json_text.dumps(value, ensure_ascii=False), markup=False
    )
