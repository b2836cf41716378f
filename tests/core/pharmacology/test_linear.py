"""Exact propagation: laws over random compartment systems, against matrix exponentials and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from ataraxy.core.pharmacology.inputs import Input
from ataraxy.core.pharmacology.linear import Course, cuts_of, propagate, propagator, round_steps

GAPS = (0.0, 1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-3, 0.3)
KINDS = ("chain", "mammillary", "cyclic", "any")


def system(kind, n, base, spread, gap, seed):
    """A compartmental matrix whose rates are equal but for ``gap``, or ``spread`` over orders of magnitude."""
    chance = np.random.default_rng(seed)
    rates = base * 10.0 ** (spread * chance.uniform(-1, 1, 2 * n)) * (1 + gap * chance.integers(-1, 2, 2 * n))
    if spread == 0:
        rates = base * (1 + gap * chance.integers(-1, 2, 2 * n))
    a = np.zeros((n, n))

    def flow(source, target, rate):
        a[source, source] -= rate
        if target is not None:
            a[target, source] += rate

    for k in range(n):
        if kind == "chain":
            flow(k, k + 1 if k + 1 < n else None, rates[k])
        elif kind == "mammillary":
            flow(0, k or None, rates[k])
            if k:
                flow(k, 0, rates[n + k])
        elif kind == "cyclic":
            flow(k, (k + 1) % n if n > 1 else None, rates[k])
            flow(k, None, rates[n + k] * 0.01)
        else:
            flow(k, int(chance.integers(0, n)) if n > 1 and k % 3 else None, rates[k])
            flow(k, int((k + 1 + chance.integers(0, n - 1)) % n) if n > 1 else None, rates[n + k])
    return a


SYSTEMS = st.builds(
    system,
    st.sampled_from(KINDS),
    st.integers(1, 12),
    st.sampled_from((1e-3, 0.02, 1.0, 12.0)),
    st.sampled_from((0.0, 0.0, 1.0, 2.0)),
    st.sampled_from(GAPS),
    st.integers(0, 2**31),
)
STEPS = st.sampled_from((1e-4, 0.01, 0.5, 1.0, 5.0, 40.0, 300.0))


def by_library(a):
    """A library's exponential, of the turned system: its short cut for triangles cancels where rates are near."""
    n = len(a)
    axis = np.arange(1.0, n + 1)
    turn = np.eye(n) - 2.0 * np.outer(axis, axis) / (axis @ axis)
    return turn @ expm(turn @ a @ turn) @ turn


def in_long_doubles(a, minutes):
    """exp(A h) in 80-bit numbers by a plain series of a small step: more digits, another order of work."""
    wide = a.astype(np.longdouble)
    shift = max(-a.diagonal().min(), 0.0)
    norm = np.abs(a).sum(axis=0).max() * minutes
    halvings = max(0, int(np.ceil(np.log2(max(norm, 1e-300)))) + 6)
    small = np.longdouble(minutes) / np.longdouble(2.0) ** halvings
    b = (wide + np.longdouble(shift) * np.eye(len(a), dtype=np.longdouble)) * small
    total = np.eye(len(a), dtype=np.longdouble)
    term = total.copy()
    for k in range(1, 24 + len(a)):
        term = b @ term / np.longdouble(k)
        total = total + term
    total = total * np.exp(-np.longdouble(shift) * small)
    for _ in range(halvings):
        total = total @ total
    return total


# --- one step --------------------------------------------------------------------------------------


@given(SYSTEMS, STEPS)
def test_a_step_agrees_with_the_matrix_exponential(a, minutes):
    found = propagator(a[np.newaxis], minutes)[0]
    wanted = by_library(a * minutes)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9 * max(wanted.max(), 1e-6))


@given(SYSTEMS, STEPS)
def test_every_entry_of_a_step_is_right_however_small(a, minutes):
    """Entry by entry, where the matrix exponential of a library is right only beside the largest."""
    found = propagator(a[np.newaxis], minutes)[0]
    wanted = in_long_doubles(a, minutes).astype(np.float64)
    told = wanted > 1e-250
    np.testing.assert_allclose(found[told], wanted[told], rtol=1e-9)
    assert np.all(found >= 0)


@given(SYSTEMS, STEPS)
def test_nothing_is_made_on_the_way(a, minutes):
    found = propagator(a[np.newaxis], minutes)[0]
    assert np.all(found.sum(axis=0) <= 1 + 1e-10)


@given(SYSTEMS, STEPS)
def test_two_half_steps_are_one_step(a, minutes):
    whole = propagator(a[np.newaxis], minutes)[0]
    half = propagator(a[np.newaxis], minutes / 2)[0]
    np.testing.assert_allclose(half @ half, whole, rtol=1e-10, atol=1e-290)


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("k", [0.01, 0.3, 8.0])
def test_absorption_as_fast_as_elimination_needs_no_special_case(gap, k):
    """ka = CL/V (1 + gap): the difference of exponentials over the difference of rates, told without cancelling."""
    ka, minutes = k * (1 + gap), 2.0 / k
    a = np.array([[-ka, 0.0], [ka, -k]])
    found = propagator(a[np.newaxis], minutes)[0, 1, 0]
    apart = (ka - k) * minutes
    ratio = -np.expm1(-apart) / apart if apart else 1.0
    assert found == pytest.approx(ka * minutes * np.exp(-k * minutes) * ratio, rel=1e-12)


@pytest.mark.parametrize("stages", [1, 2, 5, 11])
def test_a_transit_chain_of_equal_rates_is_a_gamma_distribution(stages):
    k, minutes = stages / 20.1, 33.0
    a = np.diag([-k] * (stages + 1)) + np.diag([k] * stages, -1)
    found = propagator(a[np.newaxis], minutes)[0, :, 0]
    wanted = np.exp(-k * minutes) * np.cumprod([1.0, *(k * minutes / i for i in range(1, stages + 1))])
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_each_person_has_their_own_rates_and_their_own_step():
    rates = -np.array([[[0.1]], [[0.2]], [[0.0]]])
    found = propagator(rates, np.array([10.0, 3.0, 7.0]))[:, 0, 0]
    np.testing.assert_allclose(found, np.exp([-1.0, -0.6, 0.0]), rtol=1e-14)


def test_no_time_and_no_people_are_no_special_case():
    rates = np.full((2, 1, 1), -0.3)
    assert np.all(propagator(rates, 0.0) == 1.0)
    assert propagator(np.zeros((0, 3, 3)), 1.0).shape == (0, 3, 3)


@pytest.mark.parametrize("minutes", [1e5, 1e6])
def test_a_gap_of_a_million_minutes_ends_in_nothing_or_in_what_cannot_leave(minutes):
    """A fast site (1/min) beside a store nothing leaves."""
    a = np.array([[-0.3, 0.0, 0.0], [0.1, -1.0, 0.0], [0.2, 1.0, 0.0]])
    found = propagator(a[np.newaxis], minutes)[0]
    np.testing.assert_allclose(found[2], [1.0, 1.0, 1.0], rtol=1e-9)
    assert np.all(found[:2] == 0)


# --- a whole course ----------------------------------------------------------------------------------

AMOUNTS, TIMES = st.floats(0, 100), st.integers(0, 600).map(lambda k: k / 4)
DURATIONS = st.integers(0, 400).map(lambda k: k / 4)


@st.composite
def courses(draw):
    """One person, a random system, boluses and even inputs that may overlap."""
    a = draw(SYSTEMS)
    inputs = []
    for _ in range(draw(st.integers(1, 4))):
        start, length = draw(TIMES), draw(DURATIONS)
        inputs.append(given_to(draw(st.integers(0, len(a) - 1)), draw(AMOUNTS), start, length))
    return Course((a[np.newaxis],), (0.0,), tuple(inputs))


def given_to(state, mg, start, length, *, shared=True):
    mg, start, length = np.atleast_1d(mg).astype(float), np.atleast_1d(start) * 1.0, np.atleast_1d(length)
    return Input(state, mg, start, start + length, shared, bolus=bool(np.all(length == 0)))


def by_matrix_exponentials(course, at_min):
    """The same amounts person by person with a library's exponential; a constant input is one more state."""
    people, n, _ = course.rates[0].shape
    found = np.zeros((len(at_min), people, n))
    for person in range(people):
        edges = {float(t[person]) for one in course.inputs for t in (one.start_min, one.end_min)}
        moments = sorted(edges | set(course.starts) | {float(t) for t in at_min})
        state = np.zeros(n)
        for place, now in enumerate(moments):
            if place:
                before = moments[place - 1]
                occasion = max(sum(start <= before for start in course.starts) - 1, 0)
                wide = np.zeros((n + 1, n + 1))
                wide[:n, :n] = course.rates[occasion][person]
                for one in course.inputs:
                    if not one.bolus and one.start_min[person] <= before and now <= one.end_min[person]:
                        length = one.end_min[person] - one.start_min[person]
                        wide[one.state, n] += one.mg[person] / length
                state = (by_library(wide * (now - before)) @ np.append(state, 1.0))[:n]
            for one in course.inputs:
                if one.bolus and one.start_min[person] == now:
                    state[one.state] += one.mg[person]
            found[np.asarray(at_min) == now, person] = state
    return found


def same(found, wanted, digits=1e-9):
    """Equal beside the largest amount, or beside one mg where all are less: a library's own noise is so large."""
    size = max(np.abs(wanted).max(initial=0.0), 1.0)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=digits * size)


AT = np.array([-10.0, 0.0, 3.0, 20.0, 50.5, 100.0, 151.0, 400.0])


@given(courses())
def test_a_course_agrees_with_matrix_exponentials(course):
    same(propagate(course, AT), by_matrix_exponentials(course, AT))


@given(courses(), st.integers(0, 3))
def test_inputs_superpose(course, cut):
    parts = [Course(course.rates, course.starts, some) for some in (course.inputs[:cut], course.inputs[cut:])]
    same(propagate(parts[0], AT) + propagate(parts[1], AT), propagate(course, AT))


@given(courses(), st.sampled_from((-500.0, 0.1, 60.0, 1440.0, 40320.0)))
def test_a_later_course_is_the_same_curve_later(course, later):
    moved = [
        Input(i.state, i.mg, i.start_min + later, i.end_min + later, i.shared, i.bolus) for i in course.inputs
    ]
    # A minute just beside an edge may fall on its other side by rounding; amounts there are continuous
    # but for boluses, so only minutes away from them are compared.
    at = AT[[not any(abs(float(i.start_min[0]) - t) < 1e-9 and i.bolus for i in course.inputs) for t in AT]]
    same(propagate(Course(course.rates, (0.0,), tuple(moved)), at + later), propagate(course, at), 1e-8)


@given(courses())
def test_there_is_nothing_before_the_first_input_and_never_less_than_nothing(course):
    found = propagate(course, AT)
    first = min(float(one.start_min[0]) for one in course.inputs)
    assert np.all(found[first > AT] == 0)
    assert np.all(found >= 0)


@given(courses(), st.integers(1, 7))
def test_more_minutes_asked_change_nothing(course, step):
    more = np.unique(np.concatenate([AT, np.arange(0, 400, step * 3.7)]))
    same(propagate(course, more)[np.searchsorted(more, AT)], propagate(course, AT), 1e-10)


@given(courses(), st.floats(0.05, 0.95))
def test_an_even_input_cut_in_two_is_the_same(course, part):
    cut = []
    for one in course.inputs:
        if one.bolus:
            cut.append(one)
            continue
        length = float(one.end_min[0] - one.start_min[0])
        cut.append(given_to(one.state, one.mg * part, one.start_min, length * part))
        cut.append(
            given_to(one.state, one.mg * (1 - part), one.start_min + length * part, length * (1 - part))
        )
    same(propagate(Course(course.rates, course.starts, tuple(cut)), AT), propagate(course, AT), 1e-8)


@given(courses())
def test_what_was_given_is_inside_or_has_left(course):
    a = course.rates[0][0]
    n = len(a)
    wide = np.zeros((n + 1, n + 1))
    wide[:n, :n], wide[n, :n] = a, np.maximum(-a.sum(axis=0), 0.0)
    total = propagate(Course((wide[np.newaxis],), (0.0,), course.inputs), AT).sum(axis=2)[:, 0]
    np.testing.assert_allclose(total, given_by(course.inputs, AT), rtol=1e-9, atol=1e-9)


def given_by(inputs, at_min):
    """mg given by each minute."""
    total = np.zeros(len(at_min))
    for one in inputs:
        start, end = float(one.start_min[0]), float(one.end_min[0])
        share = (
            np.where(at_min >= start, 1.0, 0.0)
            if one.bolus
            else np.clip((at_min - start) / (end - start), 0, 1)
        )
        total += one.mg[0] * share
    return total


def test_each_person_may_have_their_own_beginning_and_end():
    """Absorption of zero order whose duration differs: everybody agrees with their own exponentials."""
    chance = np.random.default_rng(5)
    rates = np.stack([system("chain", 4, 0.05, 1.0, 0.0, seed) for seed in range(7)])
    start = chance.uniform(0, 60, 7)
    inputs = (
        given_to(0, chance.uniform(5, 50, 7), start, chance.uniform(1, 90, 7), shared=False),
        given_to(1, chance.uniform(5, 50, 7), chance.uniform(0, 90, 7), np.zeros(7), shared=False),
        given_to(0, np.full(7, 10.0), np.full(7, 30.0), np.full(7, 40.0)),
    )
    course = Course((rates,), (0.0,), inputs)
    same(propagate(course, AT), by_matrix_exponentials(course, AT))


def test_the_rates_change_with_the_occasion():
    first, second = (system("mammillary", 3, base, 0.0, 0.3, 1)[np.newaxis] for base in (0.02, 0.05))
    inputs = (given_to(0, 10.0, 0.0, 20.0), given_to(0, 10.0, 100.0, 0.0), given_to(0, 10.0, 90.0, 30.0))
    course = Course((first, second), (0.0, 100.0), inputs)
    same(propagate(course, AT), by_matrix_exponentials(course, AT))


def test_a_bolus_counts_from_its_own_minute_on():
    course = Course((np.array([[[-0.1]]]),), (0.0,), (given_to(0, 7.0, 5.0, 0.0),))
    found = propagate(course, np.array([np.nextafter(5.0, 0), 5.0]))[:, 0, 0]
    assert found.tolist() == [0.0, 7.0]


def test_clock_times_of_a_month_share_their_steps():
    """Steps of 0.7 min late in a month are not exactly as long; they are one step all the same."""
    at = 40_000.1 + 0.7 * np.arange(100)
    rounded = round_steps(np.diff(at))
    assert len(np.unique(np.diff(at))) > 1
    assert len(np.unique(rounded)) == 1
    assert rounded[0] == pytest.approx(0.7, abs=1e-11)
    assert len(round_steps(np.zeros(0))) == 0


def test_cuts_are_in_order_and_stay_inside_their_span():
    own = given_to(0, [1.0, 1.0], [10.0, 70.0], [20.0, 5.0], shared=False)
    assert cuts_of([own], (0.0, 60.0), 2).tolist() == [[0, 0], [10, 60], [30, 60], [60, 60]]
    assert cuts_of([own], (100.0, 160.0), 2) is None
