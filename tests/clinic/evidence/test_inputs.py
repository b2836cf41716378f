from __future__ import annotations

import json

import pytest

from ataraxy.clinic.evidence.asked import SHOWN, Asked
from ataraxy.clinic.evidence.base import shipped
from ataraxy.clinic.evidence.inputs import HEAD, as_json, csv_rows
from ataraxy.clinic.evidence.queries import answer_of
from ataraxy.core.evidence.answer import Analysis
from ataraxy.core.evidence.study import Condition


@pytest.mark.parametrize("condition", SHOWN)
def test_every_row_exclusion_moment_and_harm_is_in_the_file(condition: Condition) -> None:
    answer = answer_of(Asked(condition))
    rows = [dict(zip(HEAD, row, strict=True)) for row in csv_rows(answer, shipped())[1:]]
    kinds = [row["line"] for row in rows]
    forests = [forest for pool in answer.pools for forest in pool.forests]
    assert kinds.count("study") == sum(len(forest.rows) for forest in forests)
    assert kinds.count("left out") == sum(len(forest.excluded) for forest in forests)
    printed = sum(len(pool.published) for pool in answer.pools) + len(answer.apart)
    assert kinds.count("published pool") == printed
    assert kinds.count("by hour") + kinds.count("published by hour") == len(answer.times)
    assert kinds.count("harm") == len(answer.harms)


def test_the_numbers_are_those_that_were_pooled() -> None:
    answer = answer_of(Asked(Condition.SAD))
    rows = [dict(zip(HEAD, row, strict=True)) for row in csv_rows(answer, shipped())[1:]]
    taylor = next(r for r in rows if r["study"] == "Taylor 2018" and r["analysis"] == "independent")
    apart = next(one for one in answer.pools[0].forests if one.analysis is Analysis.INDEPENDENT)
    pooled = next(row for row in apart.rows if row.study == "taylor-2018")
    assert float(taylor["value"]) == pooled.effect.value
    assert float(taylor["variance_on_scale_of_analysis"]) == pooled.variance
    assert "6 of 18" in taylor["numbers"]


@pytest.mark.parametrize("condition", SHOWN)
def test_the_whole_answer_is_json_that_comes_back(condition: Condition) -> None:
    made = as_json(answer_of(Asked(condition)))
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert made["condition"] == condition.value


@pytest.mark.parametrize("condition", SHOWN)
def test_every_effect_in_the_file_says_which_side_is_better_and_a_printed_one_of_what_it_is(
    condition: Condition,
) -> None:
    """Above 0 favours ketamine in one review and below 0 in another."""
    rows = [dict(zip(HEAD, row, strict=True)) for row in csv_rows(answer_of(Asked(condition)), shipped())[1:]]
    effects = [row for row in rows if row["value"] and row["line"] != "harm"]
    assert effects
    assert all(row["favours_ketamine"].split()[0] in ("below", "above") for row in effects)
    assert all(row["told"] for row in rows if row["line"] == "published pool")


def test_a_difference_in_points_says_of_which_scale() -> None:
    rows = [
        dict(zip(HEAD, row, strict=True)) for row in csv_rows(answer_of(Asked(Condition.PTSD)), shipped())[1:]
    ]
    units = {row["study"]: row["unit"] for row in rows if row["measure"] == "md" and row["value"]}
    assert units["Feder 2021"] == "CAPS-5 points"
    assert units["Feder 2014"] == "IES-R points"
    assert "not seen" in units["Du 2021"]
