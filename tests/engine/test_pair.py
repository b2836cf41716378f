"""Two regimens in the same people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ataraxy.core.errors import InputRefused
from ataraxy.engine.pair import Pair
from ataraxy.engine.plan import Planned
from ataraxy.engine.run import run
from ataraxy.engine.work import answer

Make = Callable[..., Planned]
MODEL = "kamp-2020-im-sc"


def test_a_protocol_against_itself_differs_in_nobody(planned: Make) -> None:
    work = planned(120, model=MODEL).work
    tally = run(Pair(work, work)).tally
    assert not tally.differences.max.any() and not tally.differences.min.any()
    assert not tally.more.any() and not tally.only.any()


def test_differences_are_person_by_person(planned: Make) -> None:
    first = planned(120, model=MODEL, chunk=50).work
    second = planned(120, model=MODEL, protocol="sc-ascending", chunk=50).work
    tally = run(Pair(first, second)).tally
    apart = answer(second, 0, 120).figures - answer(first, 0, 120).figures
    np.testing.assert_allclose(tally.differences.quantiles([0.5])[0], np.median(apart, axis=0), atol=1e-9)
    assert tally.more.tolist() == (apart > 0).sum(axis=0).tolist()
    assert tally.first.people == tally.second.people == tally.people == 120


def test_who_crosses_a_line_under_one_alone_is_counted(planned: Make) -> None:
    first = planned(500, model=MODEL).work
    second = planned(500, model=MODEL, protocol="sc-ascending").work
    pair = Pair(first, second)
    tally = run(pair).tally
    for row, (mine, theirs) in enumerate(pair.shared_lines):
        only_first, only_second = tally.only[row]
        assert tally.first.crossed[mine] - only_first == tally.second.crossed[theirs] - only_second


def test_people_who_differ_cannot_be_paired(planned: Make) -> None:
    work = planned(10, model=MODEL).work
    for other in (replace(work, seed=8), replace(work, count=11), planned(10).work):
        with pytest.raises(InputRefused, match="differ in their"):
            Pair(work, other)
