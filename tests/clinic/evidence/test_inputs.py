from __future__ import annotations

import json

import pytest

from ataraxy.clinic.evidence.asked import SHOWN, Asked
from ataraxy.clinic.evidence.inputs import HEAD, as_json, csv_rows
from ataraxy.clinic.evidence.queries import answer_of
from ataraxy.core.evidence.study import Condition


@pytest.mark.parametrize("condition", SHOWN)
def test_every_row_exclusion_moment_and_harm_is_in_the_file(condition: Condition) -> None:
    answer = answer_of(Asked(condition))
    rows = [dict(zip(HEAD, row, strict=True)) for row in csv_rows(answer)[1:]]
    kinds = [row["line"] for row in rows]
    forests = [forest for pool in answer.pools for forest in pool.forests]
    assert kinds.count("study") == sum(len(forest.rows) for forest in forests)
    assert kinds.count("left out") == sum(len(forest.excluded) for forest in forests)
    assert kinds.count("published pool") == sum(len(pool.published) for pool in answer.pools)
    assert kinds.count("by hour") + kinds.count("published by hour") == len(answer.times)
    assert kinds.count("harm") == len(answer.harms)


def test_the_numbers_are_those_that_were_pooled() -> None:
    answer = answer_of(Asked(Condition.SAD))
    rows = [dict(zip(HEAD, row, strict=True)) for row in csv_rows(answer)[1:]]
    taylor = next(r for r in rows if r["study"] == "Taylor 2018" and r["analysis"] == "independent")
    pooled = next(row for row in answer.pools[0].forests[0].rows if row.study == "taylor-2018")
    assert float(taylor["value"]) == pooled.effect.value
    assert float(taylor["variance_on_scale_of_analysis"]) == pooled.variance
    assert "6 of 18" in taylor["numbers"]


@pytest.mark.parametrize("condition", SHOWN)
def test_the_whole_answer_is_json_that_comes_back(condition: Condition) -> None:
    made = as_json(answer_of(Asked(condition)))
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert made["condition"] == condition.value
