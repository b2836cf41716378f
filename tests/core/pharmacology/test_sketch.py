"""Sketches of very many curves: counts that no order changes, beside numpy's own quantiles."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology import sketch as module
from ataraxy.core.pharmacology.sketch import Sketch
from ataraxy.core.pharmacology.sketch_bins import RELATIVE_WIDTH, ordered

TIMES = 3
SHARES = (0.0, 0.05, 0.5, 0.95, 1.0)
FINITE = st.floats(-1e300, 1e300) | st.sampled_from([0.0, -0.0, 1.0, -1.0, 5e-324, 1e-310, -1e-310])
LEVELS = st.floats(1e-6, 1e6)
TIERS = pytest.mark.parametrize("compiled", [False, True], ids=["numpy", "numba"])


def curves(elements, most=40):
    return st.integers(1, most).flatmap(lambda n: arrays.arrays(np.float64, (n, TIMES), elements=elements))


def binned(values, compiled=False, limits=()):
    made = Sketch(values.shape[1], expected=10**9, compiled=compiled, limits=limits)
    made.add(values)
    return made


def counts(made):
    """All of a sketch that must not depend on the order it came in: everything but the sums."""
    rows = [(slots.tolist(), pages.tolist()) for slots, pages in made._bins.by_row()]
    return rows, made._lows.tolist(), made._highs.tolist(), made._above.tolist(), made.people


# --- laws ----------------------------------------------------------------------------------------


@TIERS
@given(curves(FINITE), st.data())
def test_any_pieces_give_the_counts_of_the_whole(compiled, values, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=4)))
    pieces = Sketch(TIMES, expected=10**9, compiled=compiled, limits=(1.0,))
    for piece in np.split(values, cuts):
        pieces.add(piece)
    assert counts(pieces) == counts(binned(values, limits=(1.0,)))


@given(curves(FINITE), curves(FINITE), curves(FINITE))
def test_merging_knows_no_order(a, b, c):
    x, y, z = (binned(values, limits=(0.5,)) for values in (a, b, c))
    assert counts(x.merge(y)) == counts(y.merge(x))
    assert (
        counts(x.merge(y).merge(z))
        == counts(x.merge(y.merge(z)))
        == counts(binned(np.vstack((a, b, c)), limits=(0.5,)))
    )


@given(curves(FINITE))
def test_both_tiers_and_both_layouts_count_alike(values):
    told = counts(binned(values, limits=(0.0,)))
    assert counts(binned(values, compiled=True, limits=(0.0,))) == told
    assert counts(binned(np.asfortranarray(values), compiled=True, limits=(0.0,))) == told


@TIERS
@given(curves(FINITE.filter(lambda x: x == 0 or abs(x) > 1e-300)))
def test_a_quantile_is_within_a_bin_of_numpys(compiled, values):
    found, true = binned(values, compiled).quantiles(SHARES), np.quantile(values, SHARES, axis=0)
    places = np.array(SHARES) * (len(values) - 1)
    nearest = np.sort(
        np.abs(np.sort(values, axis=0)[[np.floor(places).astype(int), np.ceil(places).astype(int)]]), axis=0
    )
    assert np.all(np.abs(found - true) <= nearest[1] * RELATIVE_WIDTH * (1 + 1e-9) + 1e-300)


@given(curves(LEVELS))
def test_quantiles_rise_with_the_share_and_stay_between_the_extremes(values):
    made = binned(values)
    found = made.quantiles(SHARES)
    assert np.all(np.diff(found, axis=0) >= 0)
    assert np.array_equal(made.min, values.min(axis=0)) and np.array_equal(made.max, values.max(axis=0))
    assert np.all((found >= made.min) & (found <= made.max))


@given(curves(FINITE))
def test_few_people_are_told_exactly(values):
    made = Sketch(TIMES)
    made.add(values)
    assert made.exact
    # Between two values both interpolate, each with its own rounding: of the values' size, or of the least number.
    noise = max(1e-15 * float(np.abs(values).max(initial=0.0)), 1e-300)
    np.testing.assert_allclose(
        made.quantiles(SHARES), np.quantile(values, SHARES, axis=0), rtol=1e-14, atol=noise
    )
    np.testing.assert_allclose(
        made.peak_quantiles((0.5,)), np.median(values.max(axis=1)), rtol=1e-14, atol=noise
    )


@given(curves(LEVELS), LEVELS)
def test_shares_above_a_counted_limit_are_exact(values, limit):
    for made in (binned(values, limits=(limit,)), binned(values, compiled=True, limits=(limit,))):
        assert np.array_equal(made.share_above(limit), (values > limit).mean(axis=0))
        assert made.share_ever_above(limit) == (values > limit).any(axis=1).mean()


@given(curves(LEVELS), LEVELS)
def test_shares_above_any_other_level_lie_between_those_of_its_bins_edges(values, limit):
    found = binned(values).share_above(limit)
    least = (values > limit * (1 + RELATIVE_WIDTH)).mean(axis=0)
    most = (values >= limit * (1 - RELATIVE_WIDTH)).mean(axis=0)
    assert np.all((least - 1e-12 <= found) & (found <= most + 1e-12))


@TIERS
@given(curves(FINITE), st.booleans())
def test_bytes_bring_it_back(compiled, values, exact):
    made = Sketch(TIMES, limits=(2.0, 1.0), expected=0 if exact else 10**9, compiled=compiled)
    made.add(values)
    for back in (Sketch.from_bytes(made.to_bytes()), pickle.loads(pickle.dumps(made))):
        assert back.to_bytes() == made.to_bytes()
        assert (back.people, back.limits, back.exact) == (made.people, made.limits, made.exact)
        assert np.array_equal(back.quantiles(SHARES), made.quantiles(SHARES))


@given(curves(FINITE))
def test_the_order_of_people_leaves_the_bytes_alone(values):
    for expected in (0, 10**9):
        one, other = Sketch(1, expected=expected), Sketch(1, expected=expected)
        one.add(np.abs(values[:, :1]))
        other.add(np.abs(values[::-1, :1]))
        one._sums, other._sums = np.zeros(2), np.zeros(2)
        assert one.to_bytes() == other.to_bytes()


@given(arrays.arrays(np.float64, 20, elements=FINITE))
def test_the_whole_numbers_are_ordered_as_the_values(values):
    values = values + 0.0  # -0.0 and 0.0 are one level
    assert np.array_equal(np.sort(ordered(values)), ordered(np.sort(values)))


# --- many people ---------------------------------------------------------------------------------


@TIERS
def test_a_hundred_thousand_people_are_told_within_a_thousandth(compiled):
    values = np.exp(np.random.default_rng(1).normal(5, 0.5, (100_000, 4)))
    made = Sketch(4, expected=100_000, compiled=compiled)
    for piece in np.array_split(values, 7):
        made.add(piece)
    np.testing.assert_allclose(
        made.quantiles((0.05, 0.5, 0.95)), np.quantile(values, (0.05, 0.5, 0.95), axis=0), rtol=1e-3
    )
    np.testing.assert_allclose(made.mean, values.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(made.peak_quantiles((0.5,)), np.median(values.max(axis=1)), rtol=1e-3)


@TIERS
def test_what_is_held_grows_with_the_octaves_and_not_with_the_people(compiled):
    generator, made = np.random.default_rng(2), Sketch(50, expected=10**6, compiled=compiled)
    for _ in range(4):
        made.add(generator.uniform(1, 4, (20_000, 50)))
    held = sum(len(slots) for slots, _ in made._bins.by_row())
    assert held == 50 * 2 + 1  # everybody's peak of 50 lies in the upper octave
    assert made.size_bytes < 51 * 4096 * 4 + 4 * held * 256 * 8


@settings(deadline=None, max_examples=5)
@given(st.integers(1, 30))
def test_values_are_given_up_for_bins_without_a_trace(tmp_pieces):
    values = np.random.default_rng(3).normal(0, 10, (module.EXACT_UP_TO + 500, 1))
    late = Sketch(1)
    for piece in np.array_split(values, tmp_pieces):
        late.add(piece)
    assert not late.exact and counts(late) == counts(binned(values))


def test_exact_and_binned_merge_into_bins():
    generator = np.random.default_rng(4)
    few, many = generator.normal(0, 10, (300, 2)), generator.normal(0, 10, (21_000, 2))
    small, large = Sketch(2), Sketch(2)
    small.add(few)
    large.add(many)
    assert small.exact and not large.exact
    assert counts(small.merge(large)) == counts(large.merge(small)) == counts(binned(np.vstack((few, many))))


def test_two_exact_stay_exact_and_unchanged():
    one, other = Sketch(1), Sketch(1)
    one.add(np.array([[1.0], [2.0]]))
    other.add(np.array([[3.0]]))
    assert one.merge(other).exact and one.merge(other).quantiles((0.5,))[0, 0] == 2.0
    assert (one.people, other.people) == (2, 1)


@TIERS
def test_a_row_that_spans_every_octave_is_counted(compiled):
    values = np.concatenate((-np.logspace(-300, 300, 500), [0.0], np.logspace(-300, 300, 500)))[:, None]
    assert counts(binned(values, compiled)) == counts(binned(values))
    assert binned(values, compiled).quantiles((0.5,))[0, 0] == 0.0


# --- refusals ------------------------------------------------------------------------------------


@TIERS
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("turned", [np.asfortranarray, np.ascontiguousarray])
def test_what_is_no_level_is_refused_and_nothing_is_taken_in(compiled, wrong, turned):
    values = np.random.default_rng(5).uniform(1, 100, (200, 40))
    made = binned(values, compiled, limits=(50.0,))
    before = counts(made)
    bad = values * 1000
    bad[77, 30] = wrong
    with pytest.raises(InputRefused, match="no level"):
        made.add(turned(bad))
    assert counts(made) == before


@pytest.mark.parametrize("shape", [(3,), (3, 2), (2, 3, 1)])
def test_another_shape_is_refused(shape):
    with pytest.raises(InputRefused, match="3 times"):
        Sketch(3).add(np.ones(shape))


@pytest.mark.parametrize("data", [b"", b"ATXSK1", b"nothing of the kind" * 9])
def test_other_bytes_are_refused(data):
    with pytest.raises(InputRefused, match="not a sketch"):
        Sketch.from_bytes(data)


@given(st.integers(0, 400), st.integers(0, 255))
def test_damaged_bytes_are_refused_or_read_never_worse(place, value):
    data = bytearray(binned(np.arange(12.0).reshape(4, 3)).to_bytes())
    data[place % len(data)] = value
    with contextlib.suppress(InputRefused):
        Sketch.from_bytes(bytes(data))


def test_a_sketch_of_nobody_tells_nothing():
    with pytest.raises(InputRefused, match="nobody"):
        Sketch(2).quantiles((0.5,))
    with pytest.raises(InputRefused, match="nobody"):
        _ = Sketch(2).mean


def test_shares_outside_nought_to_one_are_refused():
    with pytest.raises(InputRefused, match="from 0 to 1"):
        binned(np.ones((2, 1))).quantiles((1.5,))


def test_sketches_of_other_times_or_limits_do_not_merge():
    with pytest.raises(InputRefused, match="cannot be merged"):
        Sketch(2).merge(Sketch(3))
    with pytest.raises(InputRefused, match="cannot be merged"):
        Sketch(2, limits=(1.0,)).merge(Sketch(2))


@pytest.mark.parametrize("told", [{"times": 0}, {"times": 2, "limits": (float("nan"),)}])
def test_a_sketch_needs_times_and_finite_limits(told):
    with pytest.raises(InputRefused):
        Sketch(**told)


def test_importing_it_loads_no_numba():
    told = "import sys, ataraxy.core.pharmacology.sketch; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told]).returncode == 0
