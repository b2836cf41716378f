"""Modes: the same numbers as the matrix exponential, also where rates coincide; and who is moved another way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import load_model, models
from ataraxy.core.pharmacology import compiled
from ataraxy.core.pharmacology.compiled_modes import MOST_CACHED, MOST_DOUBT, spans_of
from ataraxy.core.pharmacology.compiled_tables import told_by
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.loans import LINE, aligned, lent, whole_lines
from ataraxy.core.pharmacology.model import PkRoute
from ataraxy.core.pharmacology.modes import blocks_of
from ataraxy.core.pharmacology.network import Entry, network_of
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.prepared import prepare, rows_of
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import Tier, run, simulate

IV = PkRoute.INTRAVENOUS
HAVE_MODES = [name for name, model in sorted(models().items()) if blocks_of(network_of(model))]
AT = np.array([0.0, 1.0, 7.0, 40.0, 41.0, 90.0, 240.0, 1440.0, 10_080.0])


def prepared(model, count, effects=(), **dose):
    given_mg = Dose(IV, 0.0, mg=40.0, duration_min=40.0, enantiomer=model.enantiomer)
    regimen = (replace(given_mg, **dose),)
    return prepare(model, regimen, same_people(one_person(70.0), count), effects=effects)


def with_values(ready, **values):
    count = len(ready)
    own = {name: np.broadcast_to(np.asarray(value, dtype=float), (count,)) for name, value in values.items()}
    return replace(ready, values=tuple(one | own for one in ready.values))


def exact(ready, person, at_min):
    """Amounts in every state by the matrix exponential, with the running inputs as one more state; (T, states)."""
    n = len(ready.network.states)
    matrix = ready.network.matrix({k: v[[person]] for k, v in ready.values[0].items()}, 1)[0]
    state, now, rows = np.zeros(n + 1), 0.0, []
    state[n] = 1.0
    edges = sorted(
        {0.0, *at_min, *(float(t[person]) for one in ready.inputs for t in (one.start_min, one.end_min))}
    )
    for edge in edges:
        feeding = np.zeros((n + 1, n + 1))
        feeding[:n, :n] = matrix
        for one in ready.inputs:
            if not one.bolus and one.start_min[person] <= now < one.end_min[person]:
                feeding[one.state, n] += one.mg[person] / (one.end_min[person] - one.start_min[person])
        state = expm(feeding * (edge - now)) @ state
        for one in ready.inputs:
            if one.bolus and one.start_min[person] == edge:
                state[one.state] += one.mg[person]
        now = edge
        if edge in at_min:
            rows.append(state[:n].copy())
    return np.array(rows)


def off(ready, at_min=AT, person=0):
    """The largest difference of any reading from the exact one, beside that curve's own largest value."""
    found = run(ready, at_min, tier=Tier.NUMBA).values
    amounts = exact(ready, person, at_min)
    worst = 0.0
    for reading in told_by(ready):
        scale = np.broadcast_to(np.asarray(reading.scale(ready.values[0])), (len(ready),))[person]
        wanted = amounts[:, reading.state] * scale
        worst = max(
            worst, np.abs(found[reading.name][person] - wanted).max() / max(np.abs(wanted).max(), 1e-9)
        )
    return worst


@pytest.mark.parametrize(
    "name",
    [*HAVE_MODES[:2], *(pytest.param(name, marks=pytest.mark.slow) for name in HAVE_MODES[2:])],
)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_modes_agree_with_the_matrix_exponential_whatever_the_rates(name, data):
    model = load_model(name)
    ready = prepared(model, 1, duration_min=data.draw(st.sampled_from([0.0, 0.5, 40.0])))
    factors = {
        key: float(value[0]) * 10.0 ** data.draw(st.floats(-1.0, 1.0), label=key)
        for key, value in ready.values[0].items()
        if value[0] > 0 and not 0 < value[0] <= 1  # shares stay shares
    }
    assert off(with_values(ready, **factors)) < 1e-9


GAPS = st.sampled_from([0.0, 1e-15, 1e-12, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.1])


@settings(max_examples=60, deadline=None)
@given(gap=GAPS, mode=st.integers(0, 2), above=st.booleans())
def test_an_effect_site_as_fast_as_a_mode_of_the_blood(gap, mode, above):
    """ke0 = lambda, or nearly: nothing divides by the difference."""
    effect = load_effect("systolic")
    ready = prepared(load_model("kamp-2020"), 1, (effect,))
    rates = -np.linalg.eigvals(ready.network.matrix(ready.values[0], 1)[0][:3, :3]).real
    ke0 = np.sort(rates)[mode] * (1.0 + (gap if above else -gap))
    assert off(with_values(ready, **{f"{effect.id}/{effect.drivers[0].half_life}": np.log(2) / ke0})) < 1e-9


@settings(max_examples=40, deadline=None)
@given(gap=GAPS, above=st.booleans())
def test_absorption_as_fast_as_elimination(gap, above):
    """ka = CL/V, or nearly, by mouth."""
    model = load_model("kamp-2020-by-mouth")
    route = PkRoute(model.route_names[0])
    ready = prepared(model, 1, route=route, duration_min=0.0)
    depot = next(e for e in ready.network.entries if e.row == e.column and e.row == ready.inputs[0].state)
    rates = -np.linalg.eigvals(ready.network.matrix(ready.values[0], 1)[0]).real
    wanted = np.sort(rates)[1] * (1.0 + (gap if above else -gap))
    name, was = (depot.over or depot.under)[0], -float(np.asarray(depot.value(ready.values[0]))[0])
    now = float(ready.values[0][name][0]) * (wanted / was if depot.over else was / wanted)
    assert off(with_values(ready, **{name: now})) < 1e-9


def coinciding():
    """Three people: the fastest mode of the blood is that of the effect site, is not, is nearly."""
    effect = load_effect("systolic")
    ready = prepared(load_model("kamp-2020"), 3, (effect, load_effect("anxiety")))
    rates = -np.linalg.eigvals(ready.network.matrix(ready.values[0], 3)[0][:3, :3]).real
    half_lives = np.log(2) / np.array([rates.max(), rates.max() * 1.5, rates.max() * (1 + 1e-9)])
    return with_values(ready, **{f"{effect.id}/{effect.drivers[0].half_life}": half_lives})


def moved_the_general_way(ready):
    """The curves, and how many people were moved by propagators."""
    seen = [0]
    walk = compiled._walk_any

    def spy(some, *rest, **more):
        seen.append(len(some))
        return walk(some, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "_walk_any", spy)
        return run(ready, AT, tier=Tier.NUMBA).values, max(seen)


def test_people_whose_modes_coincide_are_told_by_their_neighbours():
    ready = coinciding()
    found, general = moved_the_general_way(ready)
    assert general == 0
    assert all(np.isfinite(curve).all() for curve in found.values())
    assert max(off(ready, person=person) for person in range(3)) < 1e-11


def test_neighbours_and_propagators_tell_the_same_curves():
    """Effects too, that at once and the slow one; nobody is sure enough here to be moved in modes."""
    ready = coinciding()
    found, _ = moved_the_general_way(ready)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "MOST_DOUBT", 0.0)
        general, people = moved_the_general_way(ready)
    assert people == 64  # all three, in a block of that walk
    for name, curve in general.items():
        assert np.abs(found[name] - curve).max() <= 1e-11 * np.abs(curve).max(), name


def test_whoever_bends_between_their_neighbours_is_moved_the_general_way():
    """An effect that just reaches its bound is no smooth function of the rates."""
    ready = coinciding()
    highest = run(ready, AT, tier=Tier.NUMBA).values["systolic"][0].max()
    systolic = replace(ready.effects[0], highest=Decimal(float(highest) * (1 - 1e-7)))
    bounded = replace(ready, effects=(systolic, *ready.effects[1:]))
    found, general = moved_the_general_way(bounded)
    assert general == 64
    assert found["systolic"][0].max() == float(systolic.highest)
    assert max(off(bounded, person=person) for person in range(3)) < 1e-11


def test_what_is_known_is_close_where_the_doubt_is_just_bearable():
    """Rounding grows with the doubt: just below the limit it is still far below a part in a thousand million."""
    effect = load_effect("systolic")
    ready = prepared(load_model("kamp-2020"), 1, (effect,))
    rate = -np.linalg.eigvals(ready.network.matrix(ready.values[0], 1)[0][:3, :3]).real.max()
    ke0 = rate * (1.0 + 2.2 / MOST_DOUBT)
    assert off(with_values(ready, **{f"{effect.id}/{effect.drivers[0].half_life}": np.log(2) / ke0})) < 1e-11


def test_a_person_gets_the_same_numbers_in_any_company():
    people = same_people(one_person(70.0), 700)
    regimen = (Dose(IV, 0.0, mg_per_kg=0.5, duration_min=40.0),)
    model, effects = load_model("perez-ruixo-2021"), (load_effect("anxiety"),)
    ready = prepare(model, regimen, people, effects=effects, draws=Draws(5))
    whole = run(ready, AT, tier=Tier.NUMBA, threads=2).values
    for chosen in (np.array([0]), np.arange(250, 270), np.arange(699, 300, -1)):
        part = run(rows_of(ready, chosen), AT, tier=Tier.NUMBA).values
        for name, curve in part.items():
            size = np.abs(whole[name]).max()
            assert np.abs(curve - whole[name][chosen]).max() <= 1e-12 * size, name


def test_transit_chains_and_cycles_have_no_modes():
    assert blocks_of(network_of(load_model("simons-2022"))) is None
    network = network_of(load_model("domino-1984"))
    assert blocks_of(network) is not None
    around = (Entry(2, 1, 1.0), Entry(1, 2, 1.0))  # tissue to tissue: now there is a way around
    assert blocks_of(replace(network, entries=(*network.entries, *around))) is None
    one_way = (Entry(2, 1, 1.0),)  # and here a way without its way back
    assert blocks_of(replace(network, entries=(*network.entries, *one_way))) is None


def test_blocks_come_in_the_order_the_drug_goes_through_them():
    network = network_of(load_model("perez-ruixo-2021"), (load_effect("systolic"),))
    blocks = blocks_of(network)
    assert sorted(blocks.order.tolist()) == list(range(len(network.states)))
    block = np.repeat(np.arange(len(blocks.begins) - 1), np.diff(blocks.begins))
    assert all(block[row] >= block[column] for row, column in blocks.cells)


@pytest.mark.parametrize(("people", "threads"), [(1, 1), (255, 2), (256, 2), (257, 2), (5000, 2), (5000, 3)])
def test_everybody_belongs_to_one_span(people, threads):
    spans = spans_of(people, threads)
    assert [n for lo, hi in spans for n in range(lo, hi)] == list(range(people))


def test_an_answer_that_is_held_is_never_lent_again():
    first = lent(20_000)
    first[:] = 1.0
    view = first[5:10]
    del first
    others = [lent(20_000) for _ in range(3)]
    for other in others:
        other[:] = 2.0
    assert (view == 1.0).all()
    del view
    assert lent(20_000).shape == (20_000,)


@pytest.mark.parametrize("size", [1, 7, 8, 1001, 70_001])
def test_memory_begins_with_a_line_of_the_cache(size):
    for room in (aligned(size), lent(size)):
        assert len(room) == size
        assert room.ctypes.data % (8 * LINE) == 0
    assert whole_lines(size) % LINE == 0
    assert 0 <= whole_lines(size) - size < LINE


@pytest.mark.parametrize("people", [1500, 1501])
def test_an_answer_too_large_for_the_cache_is_the_same_answer(people):
    """It is sent past the cache in whole lines; a few people's answer is not. An odd number ends within a line."""
    at = np.arange(-5.0, 245.0)
    model, effects = load_model("kamp-2020"), (load_effect("systolic"), load_effect("anxiety"))
    regimen = (Dose(IV, 0.0, mg_per_kg=0.5, duration_min=40.0, enantiomer=model.enantiomer),)
    ready = prepare(model, regimen, same_people(one_person(70.0), people), effects=effects, draws=Draws(9))
    many = run(ready, at, tier=Tier.NUMBA, threads=2).values
    assert all(8 * curve.size > MOST_CACHED for curve in many.values())
    for chosen in (np.arange(130), np.arange(people - 130, people)):
        few = run(rows_of(ready, chosen), at, tier=Tier.NUMBA).values
        for name, curve in few.items():
            assert np.abs(curve - many[name][chosen]).max() <= 1e-12 * np.abs(curve).max(), name


def test_what_only_drives_an_effect_is_not_told():
    effect = load_effect("systolic")
    ready = prepared(load_model("kamp-2020"), 3, (effect,))
    whole = run(ready, AT, tier=Tier.NUMBA).values
    told = run(ready, AT, tier=Tier.NUMBA, only=frozenset({"systolic"})).values
    assert set(told) == {"systolic"}
    assert f"site:{effect.id}" in whole
    assert np.array_equal(told["systolic"], whole["systolic"])


def test_two_simulations_held_at_once_are_two_answers():
    args = (load_model("domino-1984"), (Dose(IV, 0.0, mg=35.0),), same_people(one_person(70.0), 300), AT)
    first = simulate(*args, tier=Tier.NUMBA).values["ketamine"]
    kept = first.copy()
    second = simulate(args[0], (Dose(IV, 0.0, mg=70.0),), *args[2:], tier=Tier.NUMBA).values["ketamine"]
    assert np.array_equal(first, kept)
    assert np.allclose(second, 2 * first, rtol=1e-12)
