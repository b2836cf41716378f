from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from ataraxy.clinic.evidence import study_page as page
from ataraxy.clinic.evidence.base import shipped
from ataraxy.clinic.evidence.words import plain
from ataraxy.core.evidence.study import BiasDomain, Figure, Study

STUDIES = sorted(shipped().studies)


def figures(value: Any) -> list[Figure]:
    if isinstance(value, Figure):
        return [value]
    if isinstance(value, tuple):
        return [figure for item in value for figure in figures(item)]
    if is_dataclass(value) and not isinstance(value, type):
        return [figure for field in fields(value) for figure in figures(getattr(value, field.name))]
    return []


def shown(study: Study) -> list[page.Told]:
    grids = [
        page.arms_of(study),
        page.harms_grid(study),
        *(grid for outcome in page.outcomes_of(study) for grid in outcome.grids),
    ]
    told = [one for fact in page.facts_of(study) for one in fact.cell]
    return told + [one for grid in grids for _, cells in grid.rows for _, cell in cells for one in cell]


@pytest.mark.parametrize("study_id", STUDIES)
def test_every_number_of_a_study_is_shown_with_how_it_was_seen(study_id: str) -> None:
    study = shipped().studies[study_id]
    told = {(one.words.split(" ")[0], one.seen) for one in shown(study)}
    for outcome in study.outcomes:
        inside = [f for part in (outcome.groups, outcome.pairs, outcome.reported) for f in figures(part)]
        assert all((plain(f.value), f.seen.value) in told for f in inside), outcome.key
    assert all((plain(f.value), f.seen.value) in told for f in figures(study.arms))


@pytest.mark.parametrize("study_id", STUDIES)
def test_a_number_never_stands_without_how_it_was_seen(study_id: str) -> None:
    for one in shown(shipped().studies[study_id]):
        if one.words.replace("−", "").replace(".", "").isdigit() and not one.note:
            assert one.seen or one.words == shipped().studies[study_id].pmid


@pytest.mark.parametrize("study_id", STUDIES)
def test_functional_unblinding_is_among_the_risks_and_a_domain_nobody_judged_says_so(study_id: str) -> None:
    study = shipped().studies[study_id]
    bias = page.bias_of(study)
    assert len(bias) == len(BiasDomain)
    assert sum(one.kind == "" for one in bias) == len(BiasDomain) - len(study.bias)
    assert any("unblinding" in one.domain for one in bias)
