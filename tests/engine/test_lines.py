"""What a protocol's lines say about predicted values."""

from __future__ import annotations

import numpy as np

from ataraxy.catalog.load import protocols
from ataraxy.core.protocol.types import Comparison, Status
from ataraxy.engine.lines import Bound, Line, Stay, lines_of

AT = np.array([-1.0, 0.0, 20.0, 40.0, 60.0, 120.0, 240.0])
SYSTOLIC = np.array(
    [
        [120, 120, 150, 160, 150, 130, 121],  # rises and comes back
        [120, 120, 150, 185, 170, 140, 125],  # passes 180 at the end of the dose
        [145, 145, 160, 175, 170, 165, 160],  # was above 140 before, does not settle
        [120, 120, 120, 120, 181, 120, 120],  # passes 180 after the dose only
    ],
    dtype=float,
)
VALUES = {"systolic": SYSTOLIC}
IV = protocols()["iv-racemic-0.5"]


def line(low: float, high: float, bound: Bound) -> Line:
    return Line("x", "stop", "", "", Status.PROPOSED, (bound,), low, high)


def test_a_line_counts_in_its_own_phase_only() -> None:
    bound = Bound("systolic", Comparison.AT_LEAST, 180)
    assert line(0, 40, bound).crossed(VALUES, AT).tolist() == [False, True, False, False]
    assert line(40, 240, bound).crossed(VALUES, AT).tolist() == [False, True, False, True]
    assert line(-np.inf, -1e-9, bound).crossed(VALUES, AT).tolist() == [False] * 4


def test_a_limit_itself_is_past_at_least_and_not_past_above() -> None:
    exactly = {"systolic": np.array([[120.0, 180.0]])}
    at_least, above = (Bound("systolic", c, 180) for c in (Comparison.AT_LEAST, Comparison.ABOVE))
    assert at_least.broken(exactly).tolist() == [[False, True]]
    assert above.broken(exactly).tolist() == [[False, False]]


def test_a_score_is_read_in_whole_points_as_a_rater_writes_it() -> None:
    values = {"sedation": np.array([[5.0, 4.6, 4.4]]), "dissociation": np.array([[0.0, 4.4, 4.6]])}
    assert Bound("sedation", Comparison.BELOW, 5).broken(values).tolist() == [[False, False, True]]
    margin = Bound("dissociation", Comparison.ABOVE, 4, from_baseline=True)
    assert margin.broken(values).tolist() == [[False, False, True]]


def test_a_stay_ends_when_nothing_is_broken_any_more() -> None:
    stay = Stay(160, 40, (Bound("systolic", Comparison.ABOVE, 150),))
    settled, late = stay.settled(VALUES, AT, 4)
    assert settled[:2].tolist() == [60.0, 120.0]
    assert settled[3] == 120.0
    assert late.tolist() == [False, False, True, False]


def test_who_was_never_past_a_limit_is_settled_when_the_dose_is_in() -> None:
    settled, late = Stay(0, 40, (Bound("systolic", Comparison.ABOVE, 500),)).settled(VALUES, AT, 4)
    assert settled.tolist() == [40.0] * 4 and not late.any()


def test_every_rule_of_the_protocol_is_looked_at_or_named_as_not_predicted() -> None:
    found = lines_of(IV, ("systolic", "diastolic", "dissociation", "sedation"), 40, 480)
    looked_at = {one.id for one in found.held}
    missing = {name for name, _ in found.unpredicted}
    assert {rule.id for rule in IV.rules} <= looked_at | missing
    assert not looked_at & missing
    assert "stop-saturation" in missing and "stop-pressure" in looked_at
    assert found.stay.least_min == 160


def test_without_effects_nothing_is_looked_at_and_everything_named() -> None:
    found = lines_of(IV, (), 40, 480)
    assert found.held == () and found.stay.bounds == ()
    assert {rule.id for rule in IV.rules} <= {name for name, _ in found.unpredicted}
    assert "dissociation-gone" in {name for name, _ in found.unpredicted}
