"""``ataraxy simulate``: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars
import pytest

from ataraxy.commands import say
from ataraxy.commands import simulate as command
from ataraxy.commands.simulate import Asked, simulate
from ataraxy.commands.simulate_page import plain, share_words
from ataraxy.core.errors import AtaraxyError
from ataraxy.core.proportion import wilson
from ataraxy.engine.run import Outcome

FEW = {"people": 60}


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences on one line: the shared console took its width when it was imported, for other processes the variable."""
    monkeypatch.setattr(say.out, "width", 220)
    monkeypatch.setenv("COLUMNS", "220")


def told(
    capsys: pytest.CaptureFixture[str], protocol: str = "iv-racemic-0.5", **asked: Any
) -> dict[str, Any]:
    assert simulate(Asked(protocol, **(FEW | asked)), json=True) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_models_stand_side_by_side_each_with_its_site_and_standing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert simulate(Asked("iv-racemic-0.5", **FEW)) == 0
    page = capsys.readouterr().out
    for words in (
        "kamp-2020-spread", "otto-2021-both", "arterial, exploratory", "venous, exploratory",
        "placeholder variability", "Adults of a clinic for anxiety (illustrative)", "between",
        "Predicted, not measured", "No prediction reaches: saturation-before", "stop-pressure (stop, proposed)",
        "norketamine AUC to infinity", "ready to go", "Dissociation (CADSS), exploratory",
    ):  # fmt: skip
        assert words in page, words


def test_one_document_for_programs_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    document = told(capsys)
    first, second = document["results"]
    assert [r["sampling_site"] for r in (first, second)] == ["arterial", "venous"]
    assert first["complete"] and first["people"] == first["asked"] == 60
    figures = {f["figure"]: f for f in first["figures"]}
    peak = figures["ketamine highest"]
    assert peak["q05"] < peak["q50"] < peak["q95"]
    lines = {line["line"]: line for line in first["lines"]}
    assert lines["stop-pressure"]["of"] == 60
    assert "saturation-before" in first["not_predicted"]


def test_the_arterial_peak_is_that_of_the_anchor(capsys: pytest.CaptureFixture[str]) -> None:
    """Kamp 2020: 253 ng/mL in a typical adult of 70 kg after 0.5 mg/kg over 40 min."""
    (result,) = told(capsys, people=200, models=("kamp-2020-spread",), effects=("none",))["results"]
    peak = next(f for f in result["figures"] if f["figure"] == "ketamine highest")
    assert peak["q50"] == pytest.approx(253, rel=0.08)


def test_the_same_seed_gives_the_same_numbers_and_another_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys) == told(capsys)
    assert told(capsys)["results"][0]["figures"] != told(capsys, seed=2)["results"][0]["figures"]


def test_files_hold_the_bands_and_pictures_are_strict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [Path(f) for f in told(capsys, out=tmp_path)["files"]]
    assert all(file.exists() for file in files)
    table = polars.read_parquet(tmp_path / "iv-racemic-0.5-bands.parquet")
    assert {"model", "sampling_site", "worth", "population", "at_min", "q05", "q50", "q95"} <= set(
        table.columns
    )
    assert (table["q05"] <= table["q50"]).all() and (table["q50"] <= table["q95"]).all()
    rows = list(csv.DictReader((tmp_path / "iv-racemic-0.5-bands.csv").open()))
    assert len(rows) == table.height
    assert all(
        row["worth"] and row["population"]
        for row in csv.DictReader((tmp_path / "iv-racemic-0.5-lines.csv").open())
    )
    drawn = [file for file in files if file.suffix == ".svg"]
    assert len(drawn) >= 8
    for file in drawn:
        text = file.read_text()
        root = ET.fromstring(text)
        assert not re.search(r"\sstyle=|<style|<script|href=", text), file.name
        words = " ".join("".join(root.itertext()).split())
        for said in ("Predicted, not measured", "Sampled:", "xploratory", "Adults of a clinic"):
            assert said in words, (file.name, said)
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert root.get("aria-labelledby", "").split() == ids


def test_two_protocols_are_compared_in_the_same_people(capsys: pytest.CaptureFixture[str]) -> None:
    document = told(capsys, against="sc-ascending")
    (pair,) = document["pairs"]
    assert pair["first"]["model"] == pair["second"]["model"] == "kamp-2020-im-sc"
    before = [
        next(x for x in pair[side]["lines"] if x["line"] == "pressure-before") for side in ("first", "second")
    ]
    assert before[0]["count"] == before[1]["count"]
    assert simulate(Asked("iv-racemic-0.5", against="sc", **FEW)) == 0
    page = capsys.readouterr().out
    assert "difference, person by person" in page and "The same virtual people under both" in page


def test_a_dose_is_found_with_its_tolerance(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = told(capsys, find_dose="systolic-rise<15@80%", models=("kamp-2020-spread",))["found"]
    assert found["verdict"] == "found" and found["kept"] >= 0.8
    assert 0 < found["beyond"] - found["value"] <= found["tolerance"] == 0.005
    assert simulate(Asked("iv", find_dose="systolic<400@90%", models=("otto-2021-both",), **FEW)) == 0
    page = capsys.readouterr().out
    assert "ABOVE the protocol's cap of 0.5 mg/kg" in page and "Exploratory: no dose to give" in page


def test_a_comparison_writes_both_protocols_and_their_differences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = told(capsys, against="sc-ascending", out=tmp_path)
    names = {Path(file).name for file in document["files"]}
    assert names == {file.name for file in tmp_path.iterdir()}
    assert {"iv-racemic-0.5-bands.parquet", "sc-ascending-figures.csv"} <= names
    assert {f"{p}-kamp-2020-im-sc-ketamine.svg" for p in ("iv-racemic-0.5", "sc-ascending")} <= names
    table = (tmp_path / "iv-racemic-0.5-against-sc-ascending-differences.csv").open()
    rows = {row["figure"]: row for row in csv.DictReader(table)}
    (pair,) = document["pairs"]
    assert {f["figure"] for f in pair["differences"]} == rows.keys()
    assert all(row["worth"] and row["against"] == "sc-ascending" for row in rows.values())
    crossed = csv.DictReader((tmp_path / "iv-racemic-0.5-against-sc-ascending-lines.csv").open())
    assert [row["line"] for row in crossed] == [line["line"] for line in pair["lines"]]


def test_a_protocol_against_itself_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = told(capsys, against="iv-racemic-0.5", out=tmp_path, models=("kamp-2020",))["files"]
    assert len(set(files)) == len(files) == len(list(tmp_path.iterdir()))


def test_a_course_is_every_session_and_its_slow_response(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six infusions two days apart (Feder 2021): six times the exposure of one, the same peak, and pictures in days."""
    chosen = {"models": ("kamp-2020-spread",), "out": tmp_path}
    one, all_of_them = (told(capsys, **more, **chosen)["results"][0] for more in ({}, {"course": "ptsd"}))
    assert one["course"] is None and all_of_them["course"].startswith("ptsd: 6 sessions, 2 days apart")
    assert len(all_of_them["dose"]) == 6
    single, whole = ({f["figure"]: f for f in r["figures"]} for r in (one, all_of_them))
    area = "ketamine AUC to infinity"
    assert whole[area]["q50"] == pytest.approx(6 * single[area]["q50"], rel=1e-6)
    assert 1 <= whole["ketamine highest"]["q50"] / single["ketamine highest"]["q50"] < 1.05
    assert "anxiety lowest" in whole and "anxiety lowest" not in single
    assert "ready to go" not in whole
    lines = [{line["line"]: line["count"] for line in r["lines"]} for r in (one, all_of_them)]
    assert all(lines[1][name] >= count for name, count in lines[0].items())
    drawn = (tmp_path / "iv-racemic-0.5-course-kamp-2020-spread-anxiety.svg").read_text()
    assert "days from the start of the first dose" in drawn and "xploratory" in drawn
    rows = list(csv.DictReader((tmp_path / "iv-racemic-0.5-course-bands.csv").open()))
    assert {row["course"] for row in rows} == {all_of_them["course"]}
    assert max(float(row["at_min"]) for row in rows) == (10 + 7) * 1440


def test_an_ascending_course_reaches_its_largest_dose(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(Asked("sc", course="gad", effects=("systolic",), **FEW)) == 0
    page = capsys.readouterr().out
    assert "The whole course, gad: " in page and "crosses it in one session or more" in page
    assert simulate(Asked("iv", course="gad", against="sc", effects=("systolic",), **FEW)) == 0
    assert "The same virtual people under both" in capsys.readouterr().out


@pytest.mark.parametrize("wish", [{"find_dose": "ketamine<200@90%"}, {"find_rate": "ketamine<200@90%"}])
def test_a_search_writes_its_tries_and_the_people_at_what_it_found(
    wish: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = told(capsys, out=tmp_path, models=("kamp-2020-spread",), **wish)
    (found,) = document["found"]
    assert {Path(f).name for f in document["files"]} == {file.name for file in tmp_path.iterdir()}
    tries = list(csv.DictReader((tmp_path / "iv-racemic-0.5-found-tries.csv").open()))
    assert len(tries) == found["tries"]
    assert found["value"] in {float(row["tried"]) for row in tries}
    figures = csv.DictReader((tmp_path / "iv-racemic-0.5-found-figures.csv").open())
    peak = next(row for row in figures if row["figure"] == "ketamine highest")
    assert 150 < float(peak["q50"]) < 200 and float(peak["q95"]) < 215


def test_a_slower_infusion_is_found_where_a_lower_peak_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    peaks = {}
    for limit in (200, 150):
        (found,) = told(capsys, find_rate=f"ketamine<{limit}@90%", models=("kamp-2020-spread",))["found"]
        peaks[limit] = found["value"]
        assert found["verdict"] == "found" and found["unit"] == "min"
    assert peaks[150] > peaks[200] > 40


def test_people_may_come_from_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "ours.csv"
    table.write_text("weight_kg,age_years\n60,30\n90,50\n")
    (result,) = told(capsys, population=str(table), models=("kamp-2020",), effects=("none",))["results"]
    assert result["population"] == "the people of ours.csv"
    assert "no spread between people" in result["worth"]
    areas = next(f for f in result["figures"] if f["figure"].startswith("ketamine AUC"))
    assert areas["q05"] == pytest.approx(1000 * 30 / (84 * (60 / 70) ** 0.75), rel=1e-6)
    assert areas["q95"] == pytest.approx(1000 * 45 / (84 * (90 / 70) ** 0.75), rel=1e-6)


def test_a_file_of_ones_own_may_be_simulated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.resources import files

    text = (files("ataraxy.catalog") / "protocols" / "iv-racemic-0.5.toml").read_text(encoding="utf-8")
    file = tmp_path / "iv-racemic-0.5.toml"
    file.write_text(text, encoding="utf-8")
    assert told(capsys, str(file))["results"][0]["protocol"] == "iv-racemic-0.5"


def test_an_interruption_is_said_and_gives_exit_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = command.run

    def interrupted(job: Any, **more: Any) -> Outcome[Any]:
        return Outcome(real(job).tally, 1000)

    monkeypatch.setattr(command, "run", interrupted)
    assert simulate(Asked("iv", models=("kamp-2020-spread",), **FEW)) == 1
    assert "stand on 60 of 1000 people" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "cause", "cure"),
    [
        ({"protocol": "nope"}, "no protocol 'nope'", "iv-racemic-0.5, sc-ascending"),
        ({"protocol": "c"}, "may be several", "iv-racemic-0.5"),
        ({"protocol": "/nowhere/x.toml"}, "cannot be read", "Check its name"),
        ({"people": 0}, "0 people", "from 1"),
        ({"seed": -1}, "seed -1", "2^63"),
        ({"models": ("nope",)}, "no model 'nope'", "kamp-2020"),
        ({"models": ("flint-2017",)}, "children", "model of adults"),
        ({"protocol": "sc", "models": ("otto-2021",)}, "subcutaneous route", "kamp-2020-im-sc"),
        ({"effects": ("nope",)}, "no effect 'nope'", "systolic"),
        ({"population": "nope"}, "no population", "clinic-adults"),
        ({"population": "/nowhere/x.csv"}, "cannot be read", "Check its name"),
        ({"out": Path("/proc/nothing/here")}, "Nothing can be written", "another folder"),
        ({"engine": "dask://nope"}, "no cluster", "dask://10.0.0.5:8786"),
        ({"mg_per_kg": "half"}, "not a dose", "0.5"),
        ({"mg_per_kg": "-1"}, "not a dose", "above zero"),
        ({"hours": float("nan")}, "cannot be followed", "hours"),
        ({"find_dose": "pulse<1@5%"}, "not predicted", "systolic"),
        ({"protocol": "sc", "find_rate": "systolic<1@5%"}, "injection", "--find-dose"),
        ({"find_dose": "a", "against": "sc"}, "cannot be asked together", "one after the other"),
        ({"threads": 0}, "0 threads", "1 or more"),
        ({"course": "flu"}, "no course for 'flu'", "ptsd"),
        ({"course": "ptsd", "mg_per_kg": "0.4"}, "--course and --mg-per-kg", "one after the other"),
        ({"course": "ptsd", "find_dose": "systolic<160@95%"}, "cannot be asked together", "one after the other"),
        ({"course": "ptsd", "hours": -1.0}, "cannot be followed", "beyond the end"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_cause_and_cure(asked: dict[str, Any], cause: str, cure: str) -> None:
    with pytest.raises(AtaraxyError) as refused:
        simulate(Asked(**({"protocol": "iv", "people": 20} | asked)))
    assert cause in refused.value.cause
    assert cure in refused.value.cure


def test_the_command_answers_a_program_and_refuses_by_exit_code_2() -> None:
    def run(*words: str) -> tuple[int, dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "ataraxy.cli", "simulate", *words, "--json"],
            capture_output=True,
            text=True,
        )
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout)

    code, document = run("iv", "-n", "50", "--model", "kamp-2020-spread", "--effects", "systolic,diastolic")
    assert code == 0 and len(document["results"]) == 1
    code, document = run("iv", "-n", "0")
    assert code == 2 and set(document["error"]) == {"cause", "cure"}


def test_a_few_people_are_answered_without_loading_numba() -> None:
    code = (
        "import sys; from ataraxy.commands.simulate import Asked, simulate; "
        "simulate(Asked('iv', people=20), json=True); print('numba' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().endswith("False")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(160.31, "min", "160"), (134.6, "mmHg", "135"), (0.123, "ng/mL", "0.12"), (12.34, "points", "12.3")],
)
def test_numbers_are_written_as_a_clinician_would(value: float, unit: str, words: str) -> None:
    assert plain(value, unit) == words


def test_a_share_never_stands_without_its_interval() -> None:
    assert share_words(wilson(5, 100)) == "5.00 % (2.15 to 11.18)"
    assert share_words(wilson(0, 0)) == "unknown"


def test_half_of_a_racemic_dose_never_stands_in_the_row_of_the_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Otto's S-ketamine and the whole of both halves differ twofold: one is no disagreement with the other."""
    asked = {"models": ("otto-2021", "otto-2021-both", "simons-2022"), "effects": ("none",), "out": tmp_path}
    half, whole, arterial = told(capsys, **asked)["results"]
    names = [{f["figure"] for f in result["figures"]} for result in (half, whole, arterial)]
    assert "ketamine highest" not in names[0] | names[2] and "ketamine highest" in names[1]
    assert all({"S-ketamine highest", "S-norketamine highest"} <= one for one in names)
    assert "S-hydroxynorketamine highest" in names[2]
    assert (half["enantiomer"], whole["enantiomer"]) == ("S", "racemic")
    assert "S-ketamine alone" in half["worth"] and "alone" not in whole["worth"]
    bands = polars.read_parquet(tmp_path / "iv-racemic-0.5-bands.parquet")
    assert set(bands.filter(polars.col("model") == "otto-2021")["output"]) == {"S-ketamine", "S-norketamine"}
    picture = (tmp_path / "iv-racemic-0.5-otto-2021-S-ketamine.svg").read_text()
    assert "S-ketamine in blood, ng/mL" in picture


def test_all_of_a_racemic_dose_is_not_asked_of_a_model_of_half(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AtaraxyError) as refused:
        simulate(Asked("iv", models=("otto-2021",), find_rate="ketamine<60@90%", **FEW))
    assert "S-ketamine alone" in refused.value.cause and "'S-ketamine'" in refused.value.cure
    (found,) = told(capsys, models=("otto-2021",), find_rate="S-ketamine<60@90%")["found"]
    assert found["verdict"] == "found" and found["value"] > 40


def test_a_published_spread_is_not_called_a_placeholder(capsys: pytest.CaptureFixture[str]) -> None:
    models = ("perez-ruixo-2021", "otto-2021-both", "kamp-2020-spread", "kamp-2020")
    worth = [r["worth"] for r in told(capsys, models=models, effects=("none",))["results"]]
    assert worth[0] == "published, published variability, read second-hand, S-ketamine alone"
    assert worth[1] == "exploratory, partly placeholder variability"
    assert worth[2] == "exploratory, placeholder variability"
    assert "no spread between people" in worth[3]


def test_where_a_curve_is_known_to_be_wrong_is_told_beside_its_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(Asked("sc", out=tmp_path, **FEW)) == 0
    page = capsys.readouterr().out
    for endpoint in ("Systolic", "Diastolic", "Dissociation"):
        assert f"Known to be wrong: {endpoint}: Too high" in page
    for endpoint in ("systolic", "diastolic", "dissociation"):
        words = (tmp_path / f"sc-ascending-kamp-2020-im-sc-{endpoint}.svg").read_text()
        assert "Too high" in " ".join("".join(ET.fromstring(words).itertext()).split())
    assert simulate(Asked("iv", against="sc", **FEW)) == 0
    assert "Known to be wrong: Dissociation" in capsys.readouterr().out


def test_a_dose_is_found_in_the_mg_the_protocol_counts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Salt and base differ by 1.153: a protocol that counts salt is answered in salt."""
    from importlib.resources import files

    text = (files("ataraxy.catalog") / "protocols" / "iv-racemic-0.5.toml").read_text(encoding="utf-8")
    file = tmp_path / "iv-racemic-0.5.toml"
    found = []
    for count in ("base", "salt"):
        file.write_text(re.sub(r'(amounts_as\s*=\s*)"base"', rf'\1"{count}"', text), encoding="utf-8")
        wish = {"find_dose": "ketamine<150@90%", "models": ("kamp-2020-spread",), "effects": ("none",)}
        found.append(told(capsys, str(file), **wish)["found"][0]["value"])
    assert found[1] / found[0] == pytest.approx(1.153, abs=0.03)


def test_what_one_model_told_is_kept_when_the_search_in_the_next_is_interrupted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = command.run

    def interrupted(job: Any, **more: Any) -> Outcome[Any]:
        outcome = real(job)
        return Outcome(outcome.tally, 1000) if job.model.id == "otto-2021-both" else outcome

    monkeypatch.setattr(command, "run", interrupted)
    asked = Asked("iv", find_dose="ketamine<200@90%", effects=("none",), out=tmp_path, **FEW)
    assert simulate(asked, json=True) == 1
    written = capsys.readouterr()
    (found,) = json.loads(written.out)["found"]
    assert found["model"] == "kamp-2020-spread" and found["verdict"] == "found"
    assert "Interrupted in otto-2021-both before its first try" in " ".join(written.err.split())
    assert (tmp_path / "iv-racemic-0.5-found-tries.csv").exists()
    alone = Asked("iv", models=("otto-2021-both",), find_dose="ketamine<200@90%", out=tmp_path / "b", **FEW)
    assert simulate(alone, json=True) == 1
    assert json.loads(capsys.readouterr().out) == {"found": [], "files": []}
