"""Places: every key of a file is found on its line and column."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.toml import Place, parse_toml
from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.problem import Path, path_text

TEXT = """\
top = 1  # a comment
"quoted key".inner = 2
here = { inside = 3, list = [
  4,  # first
  { deep = 5 },
] }

[table.sub]
a = 6

[[rows]]
id = "x"

[rows.part]
b = 7

[[rows]]
id = "y"
[[rows.inner]]
c = 8
[[rows.inner]]
c = 9
"""


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("top",), 1, 1),
        (("quoted key", "inner"), 2, 1),
        (("here", "inside"), 3, 10),
        (("here", "list", 0), 4, 3),
        (("here", "list", 1, "deep"), 5, 5),
        (("table", "sub"), 8, 1),
        (("table", "sub", "a"), 9, 1),
        (("rows",), 11, 1),
        (("rows", 0), 11, 1),
        (("rows", 0, "part", "b"), 15, 1),
        (("rows", 1, "id"), 18, 1),
        (("rows", 1, "inner", 0, "c"), 20, 1),
        (("rows", 1, "inner", 1, "c"), 22, 1),
        (("rows", 1, "missing"), 17, 1),  # the table it is missing from
        (("nowhere",), 1, 1),
    ],
)
def test_a_key_is_found_where_it_stands(path: Path, line: int, column: int) -> None:
    assert parse_toml(TEXT, "t.toml").place(path) == Place(line, column)


def test_columns_count_characters_not_bytes() -> None:
    document = parse_toml('a = { "é" = "ééé", b = 1 }', "t.toml")
    assert document.place(("a", "b")) == Place(1, 20)


def test_a_path_is_written_as_people_write_it() -> None:
    assert path_text(("rules", 2, "limits", 0, "value")) == "rules[2].limits[0].value"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a = \n", "t.toml:1:5"),
        ("a = 1\nb = = 2\n", "t.toml:2:5"),
        ("a = 1\na = 2\n", "t.toml:2:6"),
        ("[", "t.toml:1:1"),
    ],
)
def test_a_syntax_error_says_its_place(text: str, where: str) -> None:
    with pytest.raises(CatalogError) as refused:
        parse_toml(text, "t.toml")
    assert refused.value.where.startswith(where.rsplit(":", 1)[0])
    assert "This is not TOML" in str(refused.value)


keys = st.text("abcé -.\"'\\#=", min_size=1, max_size=6)
leaves = st.integers(-9, 9) | st.booleans() | st.text('ab"\\é#', max_size=4)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
)


def written(value: Any) -> str:
    """A value as inline TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(k)} = {written(v)}" for k, v in value.items()) + "}"
    return str(value)


def paths(value: Any, above: Path = ()) -> set[Path]:
    """Every path into a value."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else ()
    )
    return {(*above, k) for k, _ in inner} | {p for k, v in inner for p in paths(v, (*above, k))}


@given(st.dictionaries(keys, values, max_size=4))
def test_every_value_has_a_place_and_every_place_a_value(table: dict[str, Any]) -> None:
    text = "\n".join(f"{written(key)} = {written(value)}" for key, value in table.items())
    document = parse_toml(text, "t.toml")
    assert document.values == tomllib.loads(text) == table
    assert set(document.places) == paths(table)
    for index, key in enumerate(table, 1):
        assert document.place((key,)) == Place(index, 1)
