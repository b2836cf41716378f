"""What holds for every picture: well-formed, safe, strict, the same twice, and dressed by the stylesheet."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.utils.html import conditional_escape
from hypothesis import given
from hypothesis import strategies as st

import ataraxy.clinic
from ataraxy.clinic.figures.svg import LOOKS, Svg, num, spread, tag, text

STYLESHEET = Path(ataraxy.clinic.__file__).parent / "static" / "ataraxy" / "ataraxy.css"
SVG = "{http://www.w3.org/2000/svg}"
Pictures = dict[str, Callable[[], str]]


def test_every_picture_is_well_formed_and_named_for_those_who_cannot_see_it(pictures: Pictures) -> None:
    for name, draw in pictures.items():
        root = ET.fromstring(draw())
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert root.get("role") == "img", name
        assert root.get("viewBox", "").startswith("0 0 "), name
        assert root.get("aria-labelledby", "").split() == ids, name
        assert all(root.find(f"{SVG}{part}") is not None for part in ("title", "desc")), name


def test_no_picture_needs_a_style_attribute_or_a_script(pictures: Pictures) -> None:
    for name, draw in pictures.items():
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=|href=", draw()), name


def test_the_same_values_give_the_same_bytes(pictures: Pictures) -> None:
    for name, draw in pictures.items():
        assert draw() == draw(), name


def test_every_coordinate_lies_inside_the_picture(pictures: Pictures) -> None:
    for name, draw in pictures.items():
        root = ET.fromstring(draw())
        _, _, width, height = map(float, root.get("viewBox", "").split())
        for element in root.iter():
            for key, most in (("x", width), ("cx", width), ("x2", width), ("y", height), ("cy", height)):
                value = float(element.get(key, "0"))
                assert 0 <= value <= most, (name, element.tag, key, value)


def test_every_class_has_its_colours_for_paper_and_for_the_screen(pictures: Pictures) -> None:
    styled = STYLESHEET.read_text()
    used = {
        c
        for draw in pictures.values()
        for found in re.findall(r'class="([^"]*)"', draw())
        for c in found.split()
    }
    for name in used - {"fig"}:
        assert name in LOOKS or name.startswith("fig-"), name
        assert re.search(rf"\.{name}[\s,{{]", styled), f"ataraxy.css says nothing about .{name}"


def test_a_template_prints_a_picture_unescaped_and_plain_text_escaped() -> None:
    assert conditional_escape(Svg("<svg/>")) == "<svg/>"
    assert conditional_escape("<svg/>") == "&lt;svg/&gt;"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_words_come_back_as_they_went_in_whatever_they_hold(words: str) -> None:
    root = ET.fromstring(tag("g", text(0, 0, words), data_words=words))
    assert root.get("data-words") == words
    assert (root[0].text or "") == words


@pytest.mark.parametrize(
    ("value", "printed"), [(0, "0"), (-0.001, "0"), (1.5, "1.5"), (2.0, "2"), (1 / 3, "0.33")]
)
def test_numbers_are_short(value: float, printed: str) -> None:
    assert num(value) == printed


@given(st.lists(st.floats(0, 300), max_size=12).map(sorted))
def test_labels_keep_their_order_and_their_distance(wanted: list[float]) -> None:
    placed = spread(wanted, 14.0, 0.0, 300.0)
    assert len(placed) == len(wanted)
    assert all(b - a >= 14.0 - 1e-9 for a, b in itertools.pairwise(placed))
    assert all(place <= 300.0 for place in placed)


@given(st.lists(st.integers(0, 10), max_size=8, unique=True).map(sorted))
def test_labels_with_room_stay_where_they_are_wanted(tens: list[int]) -> None:
    wanted = [30.0 * ten for ten in tens]
    assert spread(wanted, 14.0, 0.0, 300.0) == wanted
