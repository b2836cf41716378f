"""The live ensemble: re-weighted by all readings, repaired when few members count, and told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.ensemble import Members, bands, gather, observe
from ataraxy.core.pharmacology.observation import Observation, ResidualError
from ataraxy.core.pharmacology.prior import Prior
from ataraxy.core.pharmacology.proposal import moments

VALUES = [103.0, 99.0, 101.0, 102.0]
FEW = {"sd": 4.0}


def at(toy, readings):
    """The toy's predictions in the order of these readings."""
    columns = [int(r.id[1:]) for r in readings]
    return lambda etas: toy.predict(etas)[:, columns]


def test_nothing_seen_leaves_every_member_alike(linear):
    gathered = gather(linear.prior, seed=3)
    assert len(gathered) == 2000
    assert observe(gathered, [], linear.predict) is gathered
    assert np.all(gathered.weights == 1 / 2000)
    np.testing.assert_allclose(gathered.etas.mean(axis=0), 0, atol=0.06)


def test_vague_readings_only_reweigh_and_give_the_exact_answer(linear):
    gathered = gather(linear.prior, members=20_000, seed=3)
    seen = observe(gathered, linear.readings(VALUES, 3.0), linear.predict)
    mean, covariance, _ = linear.exact(VALUES, 3.0)
    found, spread = moments(seen.etas, seen.weights)
    assert seen.members is Members.GATHERED
    assert seen.etas is gathered.etas
    assert seen.trustworthy
    np.testing.assert_allclose(found, mean, atol=0.03)
    np.testing.assert_allclose(spread, covariance, atol=0.03)


def test_sharp_readings_redraw_the_members_are_told_and_give_the_exact_answer(linear):
    gathered = gather(linear.prior, members=20_000, seed=3)
    values = [112.0, 92.0, 109.0, 104.0]
    seen = observe(gathered, linear.readings(values, 0.2), linear.predict)
    mean, covariance, _ = linear.exact(values, 0.2)
    found, spread = moments(seen.etas, seen.weights)
    assert seen.members is Members.REDRAWN
    assert seen.trustworthy
    assert seen.effective > 0.3 * 20_000
    np.testing.assert_allclose(found, mean, atol=0.01)
    np.testing.assert_allclose(spread, covariance, atol=0.01)


def test_redrawn_members_serve_the_next_reading_by_weight_alone(linear):
    """The density each member was drawn from is kept, so another list of readings only weighs them anew."""
    readings = linear.readings([112.0, 92.0, 109.0, 104.0], 0.5)
    redrawn = observe(gather(linear.prior, members=20_000, seed=3), readings[:3], at(linear, readings[:3]))
    assert redrawn.members is Members.REDRAWN
    again = observe(redrawn, readings, linear.predict)
    assert again.etas is redrawn.etas
    found, spread = moments(again.etas, again.weights)
    mean, covariance, _ = linear.exact([112.0, 92.0, 109.0, 104.0], 0.5)
    np.testing.assert_allclose(found, mean, atol=0.03)
    np.testing.assert_allclose(spread, covariance, atol=0.03)
    assert observe(redrawn, readings, linear.predict, predicted=linear.predict(redrawn.etas)).effective == (
        again.effective
    )


def test_members_thinned_after_several_rounds_still_weigh_rightly():
    """Two places as likely take several rounds; what is kept of them serves the next reading too."""
    prior = Prior(("a",), np.array([[1.0]]))
    square = [Observation("s0", "score", 0.0, 2.0, "points", ResidualError(additive_sd=0.02))]
    sign = [*square, Observation("s1", "score", 1.0, 0.5, "points", ResidualError(additive_sd=1.0))]

    def predict(etas):
        return np.concatenate([etas**2, etas], axis=1)

    first = observe(gather(prior, members=5000, seed=1), square, lambda e: e**2)
    assert first.members is Members.REDRAWN
    assert len(first) == 5000
    second = observe(first, sign, predict)
    root = np.sqrt(2.0)
    odds = np.exp(-0.5 * (0.5 - root) ** 2 + 0.5 * (0.5 + root) ** 2)
    assert second.weights[second.etas[:, 0] > 0].sum() == pytest.approx(odds / (1 + odds), abs=0.05)


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=3), st.floats(0.2, 6.0))
def test_late_and_repeated_messages_end_at_the_same_answer(linear, order, repeats, sd):
    readings = linear.readings(VALUES, sd)
    mixed = [readings[i] for i in (*order, *repeats)]
    gathered = gather(linear.prior, seed=5)
    plain = observe(gathered, readings, linear.predict)
    found = observe(gathered, mixed, at(linear, mixed))
    assert found.observations == 4
    assert found.members is plain.members
    np.testing.assert_allclose(found.weights, plain.weights, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(found.etas, plain.etas, rtol=1e-9, atol=1e-12)


def test_step_by_step_or_all_at_once_agrees_within_the_noise_of_sampling(linear):
    readings = linear.readings([112.0, 92.0, 109.0, 104.0], 0.4)
    live = gather(linear.prior, seed=5)
    for upto in range(1, 5):
        live = observe(live, readings[:upto], at(linear, readings[:upto]))
        assert live.trustworthy
    mean, covariance, _ = linear.exact([112.0, 92.0, 109.0, 104.0], 0.4)
    found, _ = moments(live.etas, live.weights)
    np.testing.assert_allclose(found, mean, atol=5 * np.sqrt(np.diag(covariance).max() / live.effective))


def test_a_withdrawn_reading_is_forgotten(linear):
    readings = linear.readings(VALUES, 1.0)
    gathered = gather(linear.prior, seed=5)
    three = observe(gathered, readings[:3], at(linear, readings[:3]))
    four = observe(gathered, readings, linear.predict)
    back = observe(four, readings[:3], at(linear, readings[:3]))
    np.testing.assert_allclose(
        moments(back.etas, back.weights)[0], moments(three.etas, three.weights)[0], atol=0.1
    )
    none = observe(four, [], linear.predict)
    assert np.array_equal(none.etas, gathered.etas)
    assert none.observations == 0


def test_readings_that_no_draw_reaches_are_told():
    prior = Prior(tuple("abcdefghij"), np.eye(10))
    reading = [Observation("s", "score", 0.0, 40.0, "points", ResidualError(additive_sd=1e-4))]
    seen = observe(gather(prior, members=500, seed=1), reading, lambda e: (e**2).sum(axis=1, keepdims=True))
    assert not seen.trustworthy
    assert seen.reason
    again = observe(seen, reading, lambda e: (e**2).sum(axis=1, keepdims=True))
    assert again.etas is not seen.etas  # members that may not be trusted are never merely weighed again


def test_the_bands_hold_what_is_to_come(two_compartments):
    """Bands of the course narrow with readings and hold the course of the person they came from."""
    course = replace(two_compartments, at_min=np.linspace(40, 160, 13))
    true = np.array([[0.3, -0.2, 0.1, 0.2]])
    early = replace(two_compartments, at_min=np.array([10.0, 20, 30, 39]))
    readings = early.readings(early.predict(true)[0], ResidualError(log_sd=0.05))
    gathered = gather(two_compartments.prior, seed=2)
    seen = observe(gathered, readings, early.predict)
    before = bands(gathered, course.predict(gathered.etas))
    after = bands(seen, course.predict(seen.etas))
    assert after.shape == (5, 13)
    assert np.all(np.diff(after, axis=0) > 0)
    assert (after[-1] - after[0])[0] < 0.5 * (before[-1] - before[0])[0]
    exact = course.predict(true)[0]
    assert np.all((after[0] < exact) & (exact < after[-1]))


def test_the_same_seed_gives_the_same_ensemble(linear):
    readings = linear.readings(VALUES, 0.3)
    first, again = (observe(gather(linear.prior, seed=9), readings, linear.predict) for _ in range(2))
    assert np.array_equal(first.etas, again.etas)
    assert np.array_equal(first.weights, again.weights)


def test_what_cannot_be_is_refused(linear, two_compartments):
    with pytest.raises(InputRefused, match="members are too few"):
        gather(linear.prior, members=10, seed=1)
    gathered = gather(linear.prior, seed=1)
    with pytest.raises(InputRefused, match="courses for 2000 members"):
        bands(gathered, np.zeros((3, 4)))
    drug = two_compartments.readings([50.0] * 4, ResidualError(log_sd=0.2))
    with pytest.raises(InputRefused, match="predicts none"):
        observe(gather(two_compartments.prior, seed=1), drug, lambda e: np.zeros((len(e), 4)))
