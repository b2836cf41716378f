"""``ataraxy evidence-import`` and ``evidence-export``: everything is shown first, and nothing is written unless told."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from ataraxy.catalog.local import read_local
from ataraxy.catalog.studies import studies
from ataraxy.commands.evidence_export import evidence_export
from ataraxy.commands.evidence_import import evidence_import
from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.study import Seen
from ataraxy.core.protocol.sources import Read

HEADER = (
    "study,condition_arm1,condition_arm2,outcome_type,instrument,event_arm1,totaln_arm1,event_arm2,totaln_arm2,"
    "drug_arm1,drug_arm2,dose_days,diagnosis,design,blinding,registration_number,seen_in_source,randomised"
)
ROW = "Synthetic 2021,ket,pcb,response,lsas,7,20,1,20,ketamine,saline,14,sad,parallel,double-blind,NCT99999901,read,yes"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A SYNTHETIC trial in social anxiety, 7 of 20 beside 1 of 20."""
    path = tmp_path / "new.csv"
    path.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    return path


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_an_import_shows_what_it_does_to_the_pools_and_writes_nothing(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "ours"
    assert evidence_import(table, into=folder) == 0
    out = capsys.readouterr().out
    assert "+ synthetic-2021" in out
    assert "28.94 [3.452, 242.6]" in out
    assert out.count("synthetic-2021)") >= 8  # in the studies of every pool after
    assert "Nothing was written" in out
    assert not folder.exists()


def test_an_accepted_import_is_a_file_the_catalog_reads_marked_as_an_import(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "ours"
    assert evidence_import(table, into=folder, accept=True, json=True) == 0
    assert len(told(capsys)["written"]) == 2
    local = read_local(folder)
    study = local.studies["synthetic-2021"]
    assert study.note == "Imported from new.csv; not yet reviewed by a person."
    assert study.outcomes[0].groups[0].events is not None
    assert study.outcomes[0].groups[0].events.seen is Seen.READ
    assert local.sources["synthetic-2021"].note == "Imported from new.csv."
    assert (folder / "synthetic-2021.toml").read_text().startswith("# Imported from new.csv")


def test_who_accepts_an_import_is_told_where_it_is_shown(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """H-060: what was accepted is not to be looked for where it is not."""
    folder = tmp_path / "ours"
    assert evidence_import(table, into=folder, accept=True) == 0
    *_, where, command = capsys.readouterr().out.splitlines()
    assert "once it is brought and accepted there" in where
    assert command == f"ataraxy evidence --beside {folder}"


def test_the_same_import_again_changes_nothing_and_a_corrected_one_shows_the_field(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "ours"
    evidence_import(table, into=folder, accept=True, json=True)
    capsys.readouterr()
    evidence_import(table, into=folder, json=True)
    assert told(capsys)["differences"] == []
    table.write_text(f"{HEADER}\n{ROW.replace('lsas,7', 'lsas,8')}\n", encoding="utf-8")
    evidence_import(table, into=folder, json=True)
    again = told(capsys)
    assert [(one["path"], one["before"], one["after"]) for one in again["differences"]] == [
        ("outcomes[lsas-response-336].groups[ketamine].events", "7 (read)", "8 (read)")
    ]
    assert again["pools"]["changed"]


def test_what_seems_to_be_a_study_of_the_base_enters_its_cohort(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write_text(f"{HEADER}\n{ROW.replace('NCT99999901', 'NCT02083926')}\n", encoding="utf-8")
    evidence_import(table, json=True)
    found = told(capsys)
    assert found["studies"][0]["cohort_id"] == studies()["taylor-2018"].cohort_id
    assert any("seems to be taylor-2018" in note["words"] for note in found["notes"])
    for change in found["pools"]["changed"]:
        assert not {"taylor-2018", "synthetic-2021"} <= set(change["studies_after"])


def lines(*rows: str) -> str:
    return "\n".join([HEADER, *rows, ""])


def rows_of(answer: dict[str, Any]) -> set[str]:
    return {row["study"] for pool in answer["pools"] for found in pool["forests"] for row in found["rows"]}


def test_two_reports_of_one_new_trial_in_one_file_are_pooled_once(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ataraxy.commands.evidence import evidence

    table.write_text(lines(ROW, ROW.replace("Synthetic 2021", "Synthetic again 2022")), encoding="utf-8")
    folder = tmp_path / "ours"
    evidence_import(table, into=folder, accept=True, json=True)
    first, second = told(capsys)["studies"]
    assert second["cohort_id"] == first["cohort_id"] == "synthetic-2021"
    evidence("sad", measure="or", json=True, beside=folder)
    assert rows_of(told(capsys)) == {"taylor-2018", "glue-2020", "synthetic-2021"}


def test_what_a_file_calls_otherwise_is_not_told_as_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A printed difference without the arms' own numbers goes there and back; which arm comes first is lost, and told."""
    out = tmp_path / "study.json"
    assert evidence_export(["feder-2014"], "ctgov", out, json=True) == 0
    paths = {one["path"]: one for one in told(capsys)["not_carried"]}
    assert not {"arms[ketamine]", "outcomes[ies-r-24h]"} & paths.keys()
    assert "outcomes[ies-r-24h].reported[md].experimental" in paths
    assert "outcomes[ies-r-24h].reported[md].estimate" not in paths
    assert paths["id"]["before"] == "feder-2014" and paths["id"]["after"] == "nct00749203"


@pytest.mark.parametrize("disorder", ["sad", "anxiety, gad"])
def test_another_report_of_a_retracted_trial_enters_no_pool_until_somebody_has_read_it(
    disorder: str, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """H-057: the registration is the retracted trial's; whose paper this is, nobody has looked."""
    from ataraxy.commands.evidence import evidence

    row = ROW.replace("NCT99999901", "ACTRN12616001096448").replace("lsas", "gad-7")
    table.write_text(lines(row.replace(",sad,", f',"{disorder}",')), encoding="utf-8")
    folder = tmp_path / "ours"
    assert evidence_import(table, into=folder, accept=True, json=True) == 0
    found = told(capsys)
    assert any("mills-2025 of the same registration was retracted" in one["words"] for one in found["notes"])
    assert not any("synthetic-2021" in one["studies_after"] for one in found["pools"]["changed"])
    asked = disorder.split()[-1]
    evidence(asked, measure="or", json=True, beside=folder)
    assert "synthetic-2021" not in rows_of(told(capsys))
    file = folder / "synthetic-2021.toml"
    assert "unreviewed = true\n" in file.read_text()
    file.write_text(file.read_text().replace("unreviewed = true\n", ""), encoding="utf-8")
    evidence(asked, measure="or", json=True, beside=folder)
    assert "synthetic-2021" in rows_of(told(capsys))


def test_a_file_in_place_of_a_retracted_study_stays_retracted(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ataraxy.core.errors import CatalogError

    table.write_text(lines(ROW.replace("Synthetic 2021", "Mills 2025")), encoding="utf-8")
    folder = tmp_path / "ours"
    assert evidence_import(table, into=folder, accept=True, json=True) == 0
    (study,) = told(capsys)["studies"]
    shipped = studies()["mills-2025"]
    assert shipped.retracted_on is not None
    assert (study["retracted_on"], study["retraction"]) == (
        shipped.retracted_on.isoformat(),
        shipped.retraction,
    )
    file = folder / "mills-2025.toml"
    told_back = "\n".join(line for line in file.read_text().split("\n") if not line.startswith("retract"))
    file.write_text(told_back, encoding="utf-8")
    with pytest.raises(CatalogError, match="retracted_on"):
        read_local(folder)


def test_a_file_in_place_of_a_shipped_study_is_said(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text(f"{HEADER}\n{ROW.replace('Synthetic 2021', 'Taylor 2018')}\n", encoding="utf-8")
    evidence_import(table)
    assert "taylor-2018 ships with the catalog" in capsys.readouterr().out


def test_what_the_catalog_would_refuse_is_not_accepted(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "ours"
    table.write_text(f"{HEADER}\n{ROW.replace('Synthetic 2021', 'Sources')}\n", encoding="utf-8")
    assert evidence_import(table, into=folder, accept=True) == 1
    out = capsys.readouterr().out
    assert "May not be accepted" in out
    assert "Nothing was written" in out
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", '{"FullStudiesResponse": {}}', "old shape"),
        ("a.txt", "x", "tells no format"),
        ("a.csv", "x,y\n1,2\n", "is missing"),
        ("a.bib", "Dear Sir", "holds no reference"),
    ],
)
def test_a_file_that_is_none_is_refused(name: str, text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=words):
        evidence_import(path, into=tmp_path / "ours", accept=True)
    assert not (tmp_path / "ours").exists()


def test_no_folder_no_acceptance_and_never_the_catalog_itself(table: Path) -> None:
    import ataraxy.catalog

    with pytest.raises(InputRefused, match="Where to"):
        evidence_import(table, accept=True)
    with pytest.raises(InputRefused, match="the catalog itself"):
        evidence_import(table, into=Path(ataraxy.catalog.__file__).parent / "studies", accept=True)
    with pytest.raises(InputRefused, match="cannot be read"):
        evidence_import(table.with_name("none.csv"))


def test_references_become_sources_nobody_has_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.ris"
    known = next(one for one in studies().values() if one.pmid)
    path.write_text(
        f"TY  - JOUR\nID  - feder-2021\nTI  - Something new\nDO  - 10.9999/x\nER  - \n"
        f"TY  - JOUR\nTI  - A known one\nDB  - PubMed\nAN  - {known.pmid}\nER  - \n",
        encoding="utf-8",
    )
    folder = tmp_path / "ours"
    assert evidence_import(path, into=folder, accept=True, json=True) == 0
    found = told(capsys)
    assert [one["known_as"] is None for one in found["references"]] == [True, False]
    (source,) = read_local(folder).sources.values()
    assert (source.key, source.read, source.title) == ("feder-2021-2", Read.RECALLED, "Something new")


def test_an_export_says_what_it_cannot_carry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "t.json"
    assert evidence_export(["taylor-2018"], "ctgov", out, json=True) == 0
    lost = {one["path"].split("[")[0] for one in told(capsys)["not_carried"]}
    assert {"cohort_id", "bias"} <= lost
    study = json.loads(out.read_text())
    assert study["protocolSection"]["identificationModule"]["nctId"] == "NCT02083926"


@pytest.mark.parametrize(
    ("form", "begins"), [("ris", "TY  - "), ("bibtex", "@article{"), ("metapsy", "study,")]
)
def test_the_whole_base_is_exported(form: str, begins: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert evidence_export([], form, json=True) == 0
    assert told(capsys)["text"].startswith(begins)


def test_a_table_that_is_exported_is_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "base.csv"
    evidence_export(["feder-2021", "rodriguez-2013"], "", out, json=True)
    capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert {row["study"] for row in rows} == {"feder-2021", "rodriguez-2013"}
    assert evidence_import(out, json=True) == 0


def test_no_such_study_or_too_many_for_the_format_is_refused() -> None:
    with pytest.raises(InputRefused, match="no study"):
        evidence_export(["nobody-1999"], "ris")
    with pytest.raises(InputRefused, match="is one study"):
        evidence_export([], "ctgov")
    with pytest.raises(InputRefused, match="no format"):
        evidence_export([], "xml")


def test_an_accepted_import_answers_beside_the_catalog(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ataraxy.commands.evidence import evidence

    folder = tmp_path / "ours"
    evidence_import(table, into=folder, accept=True, json=True)
    capsys.readouterr()
    assert evidence("sad", measure="or", json=True, beside=folder) == 0
    answer = told(capsys)
    (pool,) = (one for one in answer["pools"][0]["forests"] if one["analysis"] == "independent")
    assert [row["study"] for row in pool["rows"]] == ["taylor-2018", "glue-2020", "synthetic-2021"]
