"""The reference's example of an import runs as it is written there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ataraxy.cli import app

PAGE = (Path(__file__).parents[2] / "docs/reference/evidence.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ataraxy (.+)$", PAGE, re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (table,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "new.csv").write_text(table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def test_every_command_of_the_example_runs_and_does_what_it_says(folder: Path) -> None:
    assert [one.split()[0] for one in COMMANDS] == [
        "evidence-import",
        "evidence-import",
        "evidence",
        "evidence-export",
        "evidence-export",
    ]
    told = []
    for number, command in enumerate(COMMANDS):
        result = CliRunner().invoke(app, shlex.split(command))
        assert result.exit_code == 0, (command, result.output)
        told.append(result.output)
        assert (folder / "ours").exists() is (number > 0)  # the first writes nothing
    assert "Nothing was written" in told[0] and "28.94" in told[0]
    assert "Synthetic 2021" in told[2]
    assert "Synthetic 2021" in told[3] and '"protocolSection"' in told[4]
