from __future__ import annotations

from collections.abc import Callable

from ataraxy.clinic.evidence.base import shipped


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
