"""A folder of a clinic's own studies, read by the catalog's rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ataraxy.catalog.library import sources
from ataraxy.catalog.local import SOURCES, LocalBase, SourceFile, merged, read_local
from ataraxy.catalog.studies import studies
from ataraxy.catalog.written import written
from ataraxy.core.errors import CatalogError
from ataraxy.core.evidence.study import Study
from ataraxy.core.protocol.sources import Read, Source

OWN = Source(key="own-study", authors="Nobody", title="A study of our own", read=Read.PRIMARY)
STUDY = replace(studies()["feder-2021"], id="own-study", source="own-study", cohort_id="own")


def fill(folder: Path, study: Study = STUDY, source: Source | None = OWN, name: str = "") -> Path:
    (folder / (name or f"{study.id}.toml")).write_text(written(study), encoding="utf-8")
    if source is not None:
        (folder / SOURCES).write_text(written(SourceFile((source,))), encoding="utf-8")
    return folder


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_local(tmp_path / "none") == LocalBase()
    assert dict(LocalBase().with_shipped()) == dict(studies())


def test_what_was_written_is_read_beside_the_catalog(tmp_path: Path) -> None:
    found = read_local(fill(tmp_path))
    assert dict(found.studies) == {"own-study": STUDY}
    assert dict(found.sources) == {"own-study": OWN}
    assert found.replaced == ()
    assert set(found.with_shipped()) == {*studies(), "own-study"}


def test_a_file_that_stands_in_for_a_shipped_study_is_named(tmp_path: Path) -> None:
    shipped = replace(studies()["feder-2021"], title="Ours")
    found = read_local(fill(tmp_path, shipped, None))
    assert found.replaced == ("feder-2021",)
    assert found.with_shipped()["feder-2021"].title == "Ours"


@pytest.mark.parametrize("key", sorted(studies()))
def test_every_study_of_the_catalog_is_the_same_after_being_written(key: str, tmp_path: Path) -> None:
    assert read_local(fill(tmp_path, studies()[key], None)).studies[key] == studies()[key]


def test_a_study_without_its_source_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="does not exist") as refused:
        read_local(fill(tmp_path, source=None))
    assert refused.value.where.startswith("own-study.toml:2:")


def test_a_retraction_that_only_one_file_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="retracted_on"):
        read_local(fill(tmp_path, source=replace(OWN, retracted_on=date(2026, 3, 31))))


def test_a_file_under_another_name_or_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="says id"):
        read_local(fill(tmp_path, name="other.toml"))
    (tmp_path / "other.toml").write_text("id = 3\n")
    with pytest.raises(CatalogError, match=r"missing|must be"):
        read_local(tmp_path)


def test_sources_are_merged_by_their_key() -> None:
    newer = replace(OWN, title="Newer")
    assert merged({"own-study": OWN}, [newer]).sources == (newer,)
    assert len(merged({"own-study": OWN}, [sources()["feder-2021"]]).sources) == 2
