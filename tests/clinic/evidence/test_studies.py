from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ataraxy.clinic.evidence.base import shipped
from ataraxy.clinic.evidence.listed import rows_of
from ataraxy.core.evidence.study import Condition, Finding


def test_every_study_is_listed_whatever_it_found(page: Callable[..., str]) -> None:
    told = page("studies")
    assert all(f"/evidence/study/{study}/" in told for study in shipped().studies)


def test_a_search_says_how_many_it_found_of_how_many(page: Callable[..., str]) -> None:
    told = page("studies", query="?q=ACTRN12616001096448")
    assert f"1 of {len(shipped().studies)}" in told
    assert "Retracted 31 March 2026" in told


def test_what_was_typed_stays_in_the_field_and_is_never_markup(page: Callable[..., str]) -> None:
    told = page("studies", query="?q=%3Cscript%3Ex")
    assert "&lt;script&gt;x" in told
    assert "<script>x" not in told
    assert "No study has these words" in told


def test_a_study_that_came_with_numbers_alone_tells_them_and_is_not_called_unseen() -> None:
    base = shipped()
    came = replace(
        base.studies["feder-2021"],
        finding=Finding.NOT_SEEN,
        outcomes=tuple(replace(one, result="") for one in base.studies["feder-2021"].outcomes),
    )
    (row,) = rows_of([came], base)
    assert row.finding == "not rated"
    assert "10 of 15" in row.result and "3 of 15" in row.result
    (unseen,) = rows_of([base.studies["nct04560660"]], base)
    assert unseen.finding == "result not seen"


def test_who_was_not_chosen_for_the_disorder_is_told_beside_the_study() -> None:
    base = shipped()
    mills, feder = (base.studies[key] for key in ("mills-2025", "feder-2021"))
    told = rows_of([mills, feder], base, Condition.PTSD)
    assert [row.others for row in told] == [mills.population, ""]
    assert [row.others for row in rows_of([mills, feder], base)] == ["", ""]
