"""Read a TOML file with the place of every key, so that a message can name the line.

Values come from ``tomllib`` (decimals exact), places from ``tree-sitter-toml``, which is asked only when a place is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.problem import Path

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

AT_LINE = re.compile(r"\s*\(at line (\d+), column (\d+)\)")
CURE_SYNTAX = "Correct the line; `key = value`, and text stands in double quotes."


@dataclass(frozen=True, slots=True)
class Place:
    """Counted from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its values, and where each stands."""

    name: str
    values: Mapping[str, Any]
    text: str

    @property
    def places(self) -> Mapping[Path, Place]:
        """Of every key and item."""
        return _places_of(self.text)

    def place(self, path: Path) -> Place:
        """The place of ``path``, or of the nearest table around it."""
        places = self.places
        while path and path not in places:
            path = path[:-1]
        return places.get(path, Place(1, 1))

    def where(self, path: Path) -> str:
        place = self.place(path)
        return f"{self.name}:{place.line}:{place.column}"


def parse_toml(text: str, name: str) -> Document:
    """The document of a TOML text.

    Raises:
        CatalogError: the text is not TOML; says where.
    """
    try:
        values = tomllib.loads(text, parse_float=_decimal)
    except RecursionError:
        raise CatalogError("Brackets are nested too deep.", CURE_SYNTAX, f"{name}:1:1") from None
    except ValueError as error:
        raise _syntax_error(str(error), text, name) from None
    return Document(name, values, text)


def read_text(data: bytes, name: str) -> str:
    """The text of a file's bytes.

    Raises:
        CatalogError: the bytes are not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CatalogError("The file is not UTF-8 text.", "Save it as UTF-8.", f"{name}:{line}:1") from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text} is not a number") from None


def _syntax_error(message: str, text: str, name: str) -> CatalogError:
    found = AT_LINE.search(message)
    line, column = (int(found[1]), int(found[2])) if found else (max(1, len(text.splitlines())), 1)
    cause = AT_LINE.sub("", message).replace("(at end of document)", "").strip().rstrip(".")
    return CatalogError(f"This is not TOML: {cause}.", CURE_SYNTAX, f"{name}:{line}:{column}")


@cache
def _parser() -> Parser:
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_toml.language()))


@lru_cache(maxsize=16)
def _places_of(text: str) -> Mapping[Path, Place]:
    return dict(_places(text))


def _places(text: str) -> Iterator[tuple[Path, Place]]:
    root = _parser().parse(text.encode("utf-8")).root_node
    lines = text.encode("utf-8").split(b"\n")
    lengths: dict[Path, int] = {}
    for node in root.named_children:
        if node.type == "pair":
            yield from _pair(node, (), lines)
        elif node.type in ("table", "table_array_element"):
            yield from _table(node, lengths, lines)


def _table(node: Node, lengths: dict[Path, int], lines: list[bytes]) -> Iterator[tuple[Path, Place]]:
    header, *body = node.named_children
    path: Path = ()
    for key in _keys(header):
        path = (*path, lengths[path] - 1, key) if path in lengths else (*path, key)
    if node.type == "table_array_element":
        lengths[path] = lengths.get(path, 0) + 1
    if lengths.get(path) == 1:
        yield path, _place(node, lines)  # the whole array stands where its first table does
    if path in lengths:
        path = (*path, lengths[path] - 1)
    yield path, _place(node, lines)
    for pair in body:
        if pair.type == "pair":
            yield from _pair(pair, path, lines)


def _pair(node: Node, above: Path, lines: list[bytes]) -> Iterator[tuple[Path, Place]]:
    key, value = (child for child in node.named_children if child.type != "comment")
    path: Path = (*above, *_keys(key))
    yield path, _place(node, lines)
    yield from _value(value, path, lines)


def _value(node: Node, path: Path, lines: list[bytes]) -> Iterator[tuple[Path, Place]]:
    if node.type == "inline_table":
        for pair in node.named_children:
            if pair.type == "pair":
                yield from _pair(pair, path, lines)
    elif node.type == "array":
        items = [child for child in node.named_children if child.type != "comment"]
        for index, item in enumerate(items):
            yield (*path, index), _place(item, lines)
            yield from _value(item, (*path, index), lines)


def _keys(node: Node) -> tuple[str, ...]:
    if node.type == "dotted_key":
        return tuple(key for child in node.named_children for key in _keys(child))
    text = (node.text or b"").decode("utf-8")
    return (next(iter(tomllib.loads(f"{text} = 0"))),) if node.type == "quoted_key" else (text,)


def _place(node: Node, lines: list[bytes]) -> Place:
    row, column = node.start_point
    return Place(row + 1, len(lines[row][:column].decode("utf-8", "replace")) + 1)
