"""The hazard list and the tests that guard it agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| (H-\d{3}) \|(.*)\|$", (ROOT / "docs/safety/hazards.md").read_text(), re.MULTILINE)


def test_hazards_are_numbered_without_gaps() -> None:
    assert [name for name, _ in ROWS] == [f"H-{n:03}" for n in range(1, len(ROWS) + 1)]


@pytest.mark.parametrize(("hazard", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_every_guard_of_a_hazard_is_a_test_file_with_tests(hazard: str, row: str) -> None:
    guards = re.findall(r"tests/[\w/]+\.py", row.split("|")[-1])
    assert guards, f"{hazard} has no guard"
    for guard in guards:
        path = ROOT / guard
        assert path.exists(), f"{hazard}: {guard} does not exist"
        assert "def test_" in path.read_text(), f"{hazard}: {guard} holds no test"
