"""The largest dose that most people bear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Comparison
from ataraxy.engine.plan import Planned
from ataraxy.engine.run import Outcome, run
from ataraxy.engine.search import Scale, Verdict, find, parse_wish, probe
from ataraxy.engine.work import Work, answer

Make = Callable[..., Planned]
SCALE = Scale(0.02, 2.0, 0.005, "mg/kg")


def dosed(work: Work) -> Callable[[float], Work]:
    return lambda dose: replace(work, regimen=tuple(replace(one, mg_per_kg=dose) for one in work.regimen))


def test_the_dose_found_keeps_the_wish_and_the_next_one_does_not(planned: Make) -> None:
    work, wish = planned(400).work, parse_wish("systolic-rise<20@90%")
    found = find(dosed(work), wish, SCALE)
    assert found.verdict is Verdict.FOUND and found.beyond is not None
    assert 0 < found.beyond - found.value <= SCALE.within
    for dose, kept in ((found.value, True), (found.beyond, False)):
        tally = run(probe(dosed(work)(dose), wish)).tally
        assert (int(tally.crossed[0]) <= 40) is kept


def test_the_share_that_keeps_a_wish_never_rises_with_the_dose(planned: Make) -> None:
    work, wish = planned(200).work, parse_wish("dissociation<=20@50%")
    crossed = [int(run(probe(dosed(work)(d), wish)).tally.crossed[0]) for d in np.linspace(0.05, 1.5, 12)]
    assert crossed == sorted(crossed)
    assert crossed[0] < crossed[-1]


def test_the_people_of_a_search_are_those_of_the_table(planned: Make) -> None:
    """An effect's draws go by its place: the third stays the third."""
    work, wish = planned(60).work, parse_wish("dissociation<15@50%")
    told = answer(work, 0, 60).values["dissociation"]
    np.testing.assert_allclose(answer(probe(work, wish), 0, 60).values["dissociation"], told, rtol=1e-10)


def test_a_wish_nobody_can_keep_and_one_everybody_keeps_are_told_apart(planned: Make) -> None:
    work = planned(100).work
    assert find(dosed(work), parse_wish("systolic<60@95%"), SCALE).verdict is Verdict.NEVER
    always = find(dosed(work), parse_wish("systolic<900@100%"), SCALE)
    assert (always.verdict, always.value) == (Verdict.ALWAYS, 2.0)


def test_an_interrupted_search_tells_the_dose_known_so_far(planned: Make) -> None:
    work, tries = planned(50).work, 0

    def go(job: Work) -> Outcome:
        nonlocal tries
        tries += 1
        done = run(job)
        return done if tries < 5 else Outcome(done.tally, done.asked + 1)

    found = find(dosed(work), parse_wish("systolic-rise<20@90%"), SCALE, go=go)
    assert found.verdict is Verdict.INTERRUPTED
    assert found.tries == 4 and found.kept.of == 50


@pytest.mark.parametrize(
    ("text", "output", "comparison", "value", "rise", "share"),
    [
        ("systolic<160@95%", "systolic", Comparison.AT_LEAST, 160, False, 0.95),
        (" systolic-rise <= 20 @ 90 % ", "systolic", Comparison.ABOVE, 20, True, 0.9),
        ("sedation>=4@99.5%", "sedation", Comparison.BELOW, 4, False, 0.995),
        ("S-ketamine>1@100%", "S-ketamine", Comparison.AT_MOST, 1, False, 1.0),
    ],
)
def test_a_wish_is_read_as_it_is_written(text, output, comparison, value, rise, share) -> None:
    wish = parse_wish(text)
    assert (wish.bound.output, wish.bound.comparison, wish.bound.value) == (output, comparison, value)
    assert wish.bound.from_baseline is rise
    assert wish.share == pytest.approx(share)


@pytest.mark.parametrize(
    "text", ["", "systolic", "systolic<@95%", "a<1@0%", "a<1@101%", "a<1.2.3@5%", "a=1@5%"]
)
def test_what_is_no_wish_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_wish(text)
    assert refused.value.cure


def test_a_wish_about_what_is_not_predicted_is_refused(planned: Make) -> None:
    with pytest.raises(InputRefused, match="not predicted"):
        probe(planned(5).work, parse_wish("pulse<100@90%"))
