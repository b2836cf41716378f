"""Very many people, in chunks and on threads: nothing but time may depend on how."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.catalog.pk import load_model
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.simulate import Tier, simulate
from ataraxy.engine.plan import Planned
from ataraxy.engine.run import chunks_of, run
from ataraxy.engine.tally import Tally
from ataraxy.engine.work import CHUNK_BYTES, Work, answer

SHARES = (0.05, 0.5, 0.95)
Make = Callable[..., Planned]


def assert_same(one: Tally, other: Tally, rtol: float = 1e-12) -> None:
    assert one.people == other.people
    assert one.crossed.tolist() == other.crossed.tolist()
    assert one.late.tolist() == other.late.tolist()
    assert one.figures is not None and other.figures is not None
    for a, b in ((one.figures, other.figures), *((one.curves[n], other.curves[n]) for n in one.curves)):
        np.testing.assert_allclose(a.quantiles(SHARES), b.quantiles(SHARES), rtol=rtol, atol=1e-12)
        np.testing.assert_allclose(a.mean, b.mean, rtol=rtol, atol=1e-12)


@pytest.mark.parametrize("tier", list(Tier))
def test_chunks_and_threads_change_nothing(planned: Make, tier: Tier) -> None:
    whole = run(planned(tier=tier).work, threads=1).tally
    pieces = run(planned(tier=tier, chunk=64).work, threads=3).tally
    assert_same(whole, pieces)


def test_both_tiers_tell_the_same(planned: Make) -> None:
    one, other = (run(planned(tier=tier).work).tally for tier in Tier)
    assert_same(one, other, rtol=1e-9)


def test_bins_tell_what_the_values_tell_within_a_two_hundredth(planned: Make) -> None:
    """Above 20 000 people nothing is kept but counts."""
    exact = run(planned(2_000, tier=Tier.NUMBA).work).tally
    work = planned(2_000, tier=Tier.NUMBA).work
    binned = work.fresh()
    for one in (binned.figures, *binned.curves.values()):
        assert one is not None and one.exact
    many = Tally.empty(
        len(work.at_min), dict.fromkeys(work.curves, ()), figures=len(work.figures), lines=len(work.held),
        expected=10**6, compiled=True,
    )  # fmt: skip
    for first, count in chunks_of(replace(work, chunk=500)):
        work.add(many, first, count)
    assert exact.figures is not None and many.figures is not None and not many.figures.exact
    np.testing.assert_allclose(
        many.figures.quantiles(SHARES), exact.figures.quantiles(SHARES), rtol=0.005, atol=1e-9
    )


def test_the_band_is_that_of_the_people_simulated_at_once(planned: Make) -> None:
    work = planned(150).work
    told = run(work).tally
    everybody = simulate(
        work.model, work.regimen, work.crowd.people(0, 150, work.seed), np.array(work.at_min),
        effects=work.effects, draws=Draws(work.seed),
    )  # fmt: skip
    for name in work.curves:
        np.testing.assert_allclose(
            told.curves[name].quantiles(SHARES),
            np.quantile(everybody.values[name], SHARES, axis=0),
            rtol=1e-12,
            atol=1e-12,
        )


def test_an_interruption_keeps_what_is_done_and_says_how_many(planned: Make) -> None:
    work = planned(400, chunk=20).work
    seen = 0

    def interrupt(people: int) -> None:
        nonlocal seen
        seen += people
        if seen >= 60:
            raise KeyboardInterrupt

    outcome = run(work, progress=interrupt)
    assert 60 <= outcome.tally.people < 400
    assert not outcome.complete and outcome.asked == 400
    done = replace(work, count=outcome.tally.people)
    assert_same(outcome.tally, run(done).tally)  # one lane: the first chunks, whole


def test_progress_adds_up_to_everybody(planned: Make) -> None:
    seen: list[int] = []
    assert run(planned(chunk=70).work, progress=seen.append).complete
    assert sum(seen) == 300


def test_what_fails_in_a_thread_fails_here(planned: Make) -> None:
    work = planned(chunk=10).work
    wrong = replace(work, effects=(replace(work.effects[0], lowest=None),), regimen=work.regimen)
    broken = replace(wrong, model=replace(work.model, routes=()))
    with pytest.raises(InputRefused, match="does not know"):
        run(broken, threads=2)


def test_a_work_and_its_tally_travel_as_values(planned: Make) -> None:
    work = planned(50).work
    there = pickle.loads(pickle.dumps(work))
    assert there == work
    assert_same(pickle.loads(pickle.dumps(run(there).tally)), run(work).tally)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count", 0), ("count", -5), ("count", 10**10), ("seed", -1), ("seed", 2**63), ("chunk", 0),
        ("tolerance", 0.0), ("tolerance", float("nan")), ("at_min", (0.0, 1.0)), ("at_min", (-1.0,)),
        ("at_min", (-1.0, 5.0, 4.0)), ("at_min", (-1.0, float("nan"))),
    ],
)  # fmt: skip
def test_what_cannot_be_simulated_is_refused_by_its_field(planned: Make, field: str, value: object) -> None:
    with pytest.raises(InputRefused) as refused:
        planned(**{field: value}) if field != "count" else planned(value)
    assert refused.value.field == field


def test_two_models_of_one_effect_are_told_by_their_own_names(planned: Make) -> None:
    work = planned(
        20, model="otto-2021-both", effects=("occupancy-s", "occupancy-r", "anxiety", "anxiety-days")
    ).work
    told = {"occupancy-s", "occupancy-r", "anxiety", "anxiety-days"}
    assert told <= set(work.curves)
    assert {(f.output, f.kind.value) for f in work.figures if f.output in told} == {
        ("occupancy-s", "highest"), ("occupancy-r", "highest"), ("anxiety", "lowest"), ("anxiety-days", "lowest"),
    }  # fmt: skip
    assert told <= set(run(work).tally.curves)


def test_no_chunk_holds_more_than_its_share_of_memory(planned: Make) -> None:
    work = planned(100_000).work
    width = len(work.at_min) * (len(work.model.analytes) + len(work.effects)) * 8
    assert work.chunk_people * width <= CHUNK_BYTES
    assert sum(count for _, count in chunks_of(work)) == 100_000


@given(st.integers(0, 1000), st.integers(1, 40))
@settings(max_examples=25)
def test_a_person_is_the_same_in_any_company(planned: Make, first: int, count: int) -> None:
    work = planned(2_000).work
    alone = answer(work, first + count - 1, 1)
    among = answer(work, first, count)
    np.testing.assert_allclose(among.figures[-1], alone.figures[0], rtol=1e-10, atol=1e-10)


def test_a_model_without_variability_gives_everybody_the_curve_of_their_weight(planned: Make) -> None:
    work = planned(40, effects=(), variability=False).work
    assert isinstance(work, Work)
    told = answer(work, 0, 40)
    people = work.crowd.people(0, 40, work.seed)
    mg = np.minimum(0.5 * people.weight_kg, 60.0)
    clearance = float(load_model("kamp-2020-spread").parameter("cl").value) * (people.weight_kg / 70) ** 0.75
    area = next(i for i, figure in enumerate(work.figures) if figure.name == "ketamine AUC to infinity")
    np.testing.assert_allclose(told.figures[:, area], 1000 * mg / clearance, rtol=1e-10)
