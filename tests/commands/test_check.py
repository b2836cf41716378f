"""``ataraxy check FILE``: the page of a sound file, the problems of a wrong one, an exit code that tells."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from ataraxy.commands.check import check

PROTOCOLS = files("ataraxy.catalog") / "protocols"
NAMES = ["iv-racemic-0.5", "sc-ascending"]


def shipped(name: str, tmp_path: Path, old: str = "", new: str = "") -> Path:
    """A copy of a shipped file, with one mutation."""
    text = (PROTOCOLS / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / f"{name}.toml"
    file.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_file_is_printed_as_a_page_in_the_order_of_care(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(shipped(name, tmp_path)) == 0
    page = capsys.readouterr().out
    headings = [
        "Who: what it treats",
        "Who may be treated",
        "What must be agreed",
        "What is given",
        "The course",
        "Before the dose",
        "What is watched",
        "When to act",
        "Before going home",
        "Afterwards",
    ]
    places = [page.index(heading) for heading in headings]
    assert places == sorted(places)
    assert "OFF-LABEL" in page and "no problem found" in page


def test_what_awaits_a_signature_is_marked_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(shipped("iv-racemic-0.5", tmp_path))
    rows = capsys.readouterr().out.splitlines()
    stop = next(row for row in rows if "Stop the infusion when systolic is 180 or more" in row)
    label = next(row for row in rows if "Blood pressure before the dose: hold when systolic" in row)
    assert stop.startswith("SIGN") and not label.startswith("SIGN")
    assert any("lines need the director's signature" in row for row in rows)
    assert any("DEMO ONLY" in row for row in rows)


def test_problems_are_printed_with_their_line_and_give_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = shipped("iv-racemic-0.5", tmp_path, "value = 140", "value = 240")
    line = file.read_text().split("value = 240")[0].count("\n") + 1
    assert check(file) == 1
    out = capsys.readouterr().out
    assert f"iv-racemic-0.5.toml:{line}:" in out and "systolic above 240 acts too late." in out
    assert "It may not be used." in out


def test_text_that_is_not_toml_gives_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.toml"
    file.write_text("id = \n")
    assert check(file) == 1
    assert "x.toml:1:" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nothing.toml", "."])
def test_a_file_that_cannot_be_read_gives_exit_code_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path / name) == 2
    assert "cannot be read" in capsys.readouterr().out


def test_programs_get_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(shipped("sc-ascending", tmp_path), json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] and told["problems"] == [] and told["protocol"]["id"] == "sc-ascending"
    ids = {line["id"] for line in told["protocol"]["lines"]}
    assert set(told["protocol"]["unsigned"]) < ids and "call-pressure" in told["protocol"]["unsigned"]


def test_programs_get_problems_as_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shipped("sc-ascending", tmp_path, "cap_mg_per_kg = 1", "cap_mg_per_kg = 10")
    assert check(file, json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["ok"] and any("10 mg/kg is above" in p["cause"] for p in told["problems"])
    assert all(p["where"].startswith("sc-ascending.toml:") and p["cure"] for p in told["problems"])
    assert check(tmp_path / "none.toml", json=True) == 2
    assert json.loads(capsys.readouterr().out)["protocol"] is None


def test_brackets_in_a_text_are_printed_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = shipped(
        "sc-ascending", tmp_path, "Fully alert before the dose", "[bold]Alert[/] [red before the dose"
    )
    check(file)
    assert "[bold]Alert[/] [red before the dose" in capsys.readouterr().out


SIMULATED = [("pk_models", "otto-2021"), ("effect_models", "anxiety"), ("populations", "clinic-adults")]


def simulated(folder: str, name: str, tmp_path: Path, old: str = "", new: str = "") -> Path:
    text = (files("ataraxy.catalog") / folder / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / f"{name}.toml"
    file.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return file


@pytest.mark.parametrize(("folder", "name"), SIMULATED)
def test_a_model_an_effect_or_a_population_is_checked_too_and_says_what_it_leaves_out(
    folder: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(simulated(folder, name, tmp_path)) == 0
    page = capsys.readouterr().out
    assert "Of whom: " in page and "Leaves out: " in page and "no problem found" in page
    assert check(simulated(folder, name, tmp_path), json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] and told["protocol"] is None
    assert told["model"]["id"] == name and told["model"]["leaves_out"]


def test_a_model_that_is_not_conservative_is_refused_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leak = '  { source = "nk", clearance = "cl_nk" },\n'
    file = simulated("pk_models", "otto-2021", tmp_path, leak)
    assert check(file) == 1
    page = capsys.readouterr().out
    lines = file.read_text(encoding="utf-8").splitlines()
    line = next(i for i, text in enumerate(lines, 1) if 'name = "nk"' in text)
    assert f"otto-2021.toml:{line}:3" in page and "never leaves the body" in page
