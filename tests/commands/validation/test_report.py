"""The report that is committed is the report the engine gives: it cannot rot."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ataraxy.commands.validation import figures, page
from ataraxy.commands.validation.__main__ import main

REFERENCE = Path(__file__).parents[3] / "docs/reference"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
PICTURES = figures.every()


def test_the_committed_tables_are_what_the_engine_gives_today() -> None:
    assert (REFERENCE / "validation.md").read_text(encoding="utf-8") == page.render(), "Run make validation."


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_committed_picture_is_what_the_engine_draws_today(name: str) -> None:
    committed = (REFERENCE / "validation" / f"{name}.svg").read_text(encoding="utf-8").strip()
    assert NUMBER.split(committed) == NUMBER.split(PICTURES[name]), "Run make validation."
    pairs = zip(NUMBER.findall(committed), NUMBER.findall(PICTURES[name]), strict=True)
    assert all(abs(float(a) - float(b)) < 0.05 for a, b in pairs)


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_is_well_formed_says_what_it_shows_and_has_no_style(name: str) -> None:
    root = ElementTree.fromstring(PICTURES[name])
    tags = {element.tag.split("}")[1] for element in root.iter()}
    assert {"title", "desc"} <= tags
    assert not tags & {"script", "style", "foreignObject"}
    assert not any("style" in element.attrib for element in root.iter())


def test_no_picture_is_left_over_and_every_one_is_shown() -> None:
    there = {path.stem for path in (REFERENCE / "validation").glob("*")}
    shown = set(re.findall(r"\(validation/(\w+)\.svg\)", page.render()))
    assert there == shown == set(PICTURES)


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    assert main(tmp_path / "once") == main(tmp_path / "twice") == 0
    for path in (tmp_path / "once").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "twice" / path.relative_to(tmp_path / "once")).read_bytes()
