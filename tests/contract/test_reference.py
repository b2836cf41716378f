"""The reference pages name every setting, command and option, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from ataraxy.cli import app
from ataraxy.clinic.env import SETTINGS

DOCS = Path(__file__).parents[2] / "docs/reference"
COMMANDS: dict[str, Any] = dict(get_command(app).commands)  # type: ignore[attr-defined]
PAGE = (DOCS / "commands.md").read_text()


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "settings.md").read_text(), re.MULTILINE)
    assert rows == list(SETTINGS)


def test_nothing_reads_an_undocumented_setting() -> None:
    source = Path(__file__).parents[2] / "src/ataraxy"
    read = set[str]()
    for path in source.rglob("*.py"):
        read |= set(re.findall(r"\"(ATARAXY_[A-Z_]+|DATABASE_URL)\"", path.read_text()))
    assert read == set(SETTINGS)


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    assert sorted(re.findall(r"^### `ataraxy ([a-z-]+)`$", PAGE, re.MULTILINE)) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_of_a_command_is_documented(name: str) -> None:
    section = PAGE.split(f"### `ataraxy {name}`")[1].split("\n### ")[0]
    for option in COMMANDS[name].params:
        for spelling in option.opts:
            if spelling.startswith("--") and spelling not in ("--json", "--help"):
                assert f"`{spelling}`" in section, f"{name} {spelling}"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_speaks_to_programs(name: str) -> None:
    assert any("--json" in option.opts for option in COMMANDS[name].params)
