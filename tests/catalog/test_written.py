"""A frozen value as the text of a catalog file, which the catalog's reader turns into the same value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.shape import FAILED, fit
from ataraxy.catalog.toml import parse_toml
from ataraxy.catalog.written import written
from ataraxy.core.evidence.study import Seen


@dataclass(frozen=True, slots=True)
class Small:
    value: Decimal
    seen: Seen = Seen.READ


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    small: Small | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    id: str
    names: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    on: date | None = None
    count: int | None = None
    yes: bool = False
    no: bool = True
    from_: str = ""


texts = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=30).filter(
    lambda t: t.strip()
)
smalls = st.builds(
    Small,
    st.decimals(-(10**9), 10**9, places=4) | st.integers(-999, 999).map(Decimal),
    st.sampled_from(Seen),
)
leaves = st.builds(Part, texts, st.none() | smalls)
parts = st.builds(Part, texts, st.none() | smalls, st.lists(leaves, max_size=3).map(tuple))
wholes = st.builds(
    Whole,
    texts,
    st.lists(texts, max_size=3).map(tuple),
    st.lists(parts, max_size=3).map(tuple),
    st.none() | st.dates(),
    st.none() | st.integers(-(2**39), 2**39),
    st.booleans(),
    st.booleans(),
    st.just("") | texts,
)


@given(whole=wholes)
def test_what_is_written_is_read_as_the_same_value(whole: Whole) -> None:
    problems: list[Any] = []
    again = fit(Whole, parse_toml(written(whole, "A heading\nof two lines"), "x.toml").values, (), problems)
    assert again is not FAILED, problems
    assert again == whole


def test_a_number_keeps_its_printed_digits() -> None:
    text = written(Part("a", Small(Decimal("12.70"))))
    assert "value = 12.70" in text
    assert "1000" in written(Part("a", Small(Decimal("1E+3"))))


def test_what_is_at_its_default_is_left_out() -> None:
    assert written(Whole("a")) == 'id = "a"\n'


def test_a_heading_stands_above_as_comments() -> None:
    assert written(Whole("a"), "one\n\ntwo").startswith("# one\n#\n# two\n\nid")


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_what_no_file_can_hold_is_refused(value: Decimal) -> None:
    with pytest.raises(ValueError, match="no number"):
        written(Part("a", Small(value)))
    with pytest.raises(ValueError):
        written(Part("\ud800"))
