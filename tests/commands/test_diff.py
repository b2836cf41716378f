"""``ataraxy diff A B``: what changed between two versions, by line id."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from ataraxy.commands.diff import diff

PROTOCOLS = files("ataraxy.catalog") / "protocols"
TEXT = (PROTOCOLS / "sc-ascending.toml").read_text(encoding="utf-8")
ORIENTED = TEXT[TEXT.index('[[discharge]]\nid       = "oriented"') :].split("\n\n")[0] + "\n\n"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def pair(tmp_path: Path, second: str, first: str = TEXT) -> tuple[Path, Path]:
    a, b = tmp_path / "a.toml", tmp_path / "b.toml"
    a.write_text(first, encoding="utf-8")
    b.write_text(second, encoding="utf-8")
    return a, b


def test_the_same_lines_give_exit_code_0_whatever_the_comments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(*pair(tmp_path, "# a note\n" + TEXT)) == 0
    assert "no line differs" in capsys.readouterr().out


def test_a_changed_field_is_shown_on_both_sides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = TEXT.replace("cap_mg        = 120", "cap_mg        = 100").replace("2026.5", "2026.6", 1)
    assert diff(*pair(tmp_path, changed)) == 1
    out = capsys.readouterr().out
    row = next(r for r in out.splitlines() if "│ 120" in r)
    assert row.index("120") < row.index("100")
    assert "sc-ascending 2026.5" in out and "sc-ascending 2026.6" in out
    assert "2 differences: 0 added, 0 removed, 2 changed." in out


def test_added_and_removed_lines_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    without = TEXT.replace(ORIENTED, "")
    assert diff(*pair(tmp_path, without), json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(d["kind"], d["line"]) for d in told["differences"]] == [("removed", "oriented")]
    assert diff(*pair(tmp_path, TEXT, without), json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(d["kind"], d["line"]) for d in told["differences"]] == [("added", "oriented")]


def test_a_part_of_a_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    diff(*pair(tmp_path, TEXT.replace("at_least    = 21", "at_least    = 25")), json=True)
    (found,) = json.loads(capsys.readouterr().out)["differences"]
    assert (found["line"], found["field"]) == ("gad-ascending", "severity.at_least")
    assert (found["before"], found["after"]) == ("21", "25")


def test_a_version_with_problems_can_still_be_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(*pair(tmp_path, TEXT.replace("cap_mg        = 120", "cap_mg        = 1200"))) == 1
    assert "1200" in capsys.readouterr().out


@pytest.mark.parametrize("json_wanted", [False, True])
def test_what_cannot_be_read_gives_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], json_wanted: bool
) -> None:
    a, b = pair(tmp_path, "id = 'x'")
    assert diff(a, b, json=json_wanted) == 2
    assert "`version` is missing." in capsys.readouterr().out
    assert diff(a, tmp_path / "none.toml", json=json_wanted) == 2
    assert "cannot be read" in capsys.readouterr().out
