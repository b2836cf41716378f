"""Dose-response: covariances of a shared control, curves, one stage beside two, and the published worked example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.core.evidence.dose_arms import (
    Count,
    DoseArms,
    of_adjusted,
    of_events,
    of_means,
    of_standardised,
)
from ataraxy.core.evidence.dose_curve import Curve, Shape, knots_at
from ataraxy.core.evidence.dose_response import DoseResponse, Stage, dose_response
from ataraxy.core.evidence.estimate import TooFew

LINE, BENT, SPLINE = Curve(), Curve(Shape.QUADRATIC), Curve(Shape.SPLINE, (0.1, 0.5, 1.0))


def some_studies(seed: int, count: int = 7) -> list[DoseArms]:
    rng = np.random.default_rng(seed)
    made = []
    for i in range(count):
        doses = np.array([0.0, 0.2, 0.5, 0.8, 1.0])
        slope = rng.normal(-8, 2)
        means = 25 + slope * doses + rng.normal(0, 1, 5)
        made.append(of_means(f"study {i}", doses, means, np.full(5, 6.0), np.full(5, 25)))
    return made


def fitted(*args, **more) -> DoseResponse:
    result = dose_response(*args, **more)
    assert isinstance(result, DoseResponse)
    return result


def test_the_worked_example_of_greenland_and_longnecker():
    # Alcohol and breast cancer (Rohan & McMichael 1988), as in Greenland & Longnecker 1992 and Orsini 2006 (glst):
    # corrected slope 0.0454 a gram a day, 0.0334 when the shared reference is forgotten.
    ratios, low, high = (np.array(x) for x in ((0.80, 1.16, 1.57), (0.51, 0.73, 0.99), (1.27, 1.85, 2.51)))
    se = np.log(high / low) / (2 * 1.959964)
    arms = of_adjusted(
        "alcohol", 0, [2, 6, 11], np.log(ratios), se, [165, 74, 90, 122], [172, 93, 96, 90], Count.CONTROLS
    )  # fmt: skip
    corrected = fitted([arms], random=False).coefficients[0]
    forgotten = fitted(
        [DoseArms.of("alcohol", 0, arms.doses, arms.effects, np.diag(se**2))], random=False
    ).coefficients[0]  # fmt: skip
    assert corrected.value == pytest.approx(0.0454288, abs=1e-6)
    assert forgotten.value == pytest.approx(0.0334, abs=5e-5)
    assert corrected.se > forgotten.se


@pytest.mark.parametrize(("count", "odds"), [(Count.PEOPLE, False), (Count.CONTROLS, True)])
@given(
    counts=st.lists(st.tuples(st.integers(1, 40), st.integers(5, 60)), min_size=2, max_size=5),
)
@settings(max_examples=40, deadline=None)
def test_unadjusted_effects_give_back_the_covariance_of_the_crude_table(count, odds, counts):
    events = np.array([a for a, _ in counts], dtype=float)
    people = events + np.array([b for _, b in counts])
    doses = np.arange(len(counts)) * 0.25
    crude = of_events("crude", doses, events, people, odds=odds)
    of = people - events if count is Count.CONTROLS else people
    se = np.sqrt(np.diag(crude.covariance))
    again = of_adjusted("crude", 0.0, doses[1:], crude.effects, se, events, of, count)
    np.testing.assert_allclose(again.covariance, crude.covariance, rtol=1e-7)


def test_rate_ratios_share_one_over_the_reference_events():
    rates = np.log(np.array([30 / 1000, 40 / 900]) / (20 / 1100))
    se = np.sqrt([1 / 20 + 1 / 30, 1 / 20 + 1 / 40])
    arms = of_adjusted("rates", 0, [1, 2], rates, se, [20, 30, 40], [1100, 1000, 900], Count.PERSON_TIME)
    assert arms.covariance[0, 1] == pytest.approx(1 / 20, rel=1e-9)


def test_means_share_the_control_arms_error():
    arms = of_means("means", [0, 0.5, 1], [20, 15, 12], [6, 7, 8], [10, 20, 40])
    np.testing.assert_allclose(arms.effects, [-5, -8])
    np.testing.assert_allclose(arms.covariance, [[3.6 + 49 / 20, 3.6], [3.6, 3.6 + 64 / 40]])


def test_standardised_differences_share_the_control_and_the_common_sd():
    arms = of_standardised("smd", 0, [0.5, 1], [-0.5, -1.0], [20, 20, 20])
    np.testing.assert_allclose(
        arms.covariance, [[0.1 + 0.25 / 120, 0.05 + 0.5 / 120], [0.05 + 0.5 / 120, 0.1 + 1 / 120]]
    )


def test_an_arm_without_events_is_corrected_in_the_whole_study():
    arms = of_events("zero", [0, 0.5], [0, 8], [12, 12], odds=True)
    assert np.exp(arms.effects[0]) == pytest.approx(
        47.222, abs=1e-3
    )  # as in the published pool of social anxiety


def test_a_straight_line_of_one_dose_a_study_is_a_weighted_slope():
    arms = [
        DoseArms.of(str(j), 0, [d], [y], np.array([[v]]))
        for j, (d, y, v) in enumerate([(0.5, 1, 0.2), (1, 3, 0.1)])
    ]
    slope = fitted(arms, random=False).coefficients[0]
    assert slope.value == pytest.approx((0.5 / 0.2 + 3 / 0.1) / (0.25 / 0.2 + 1 / 0.1))


@pytest.mark.parametrize("curve", [LINE, BENT, SPLINE], ids=lambda c: c.shape.value)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_stage_and_two_agree_where_every_study_has_enough_doses(curve, seed):
    studies = some_studies(seed)
    one, two = (fitted(studies, curve, stage=stage) for stage in Stage)
    for a, b in zip(one.coefficients, two.coefficients, strict=True):
        assert a.value == pytest.approx(b.value, rel=1e-3, abs=1e-3)
        assert a.se == pytest.approx(b.se, rel=1e-3, abs=1e-3)


def test_two_stages_leave_out_who_has_too_few_doses_and_name_them():
    short = of_means("short", [0, 0.5], [20, 15], [6, 6], [20, 20])
    result = fitted([*some_studies(1), short], BENT, stage=Stage.TWO)
    assert result.left_out == ("short",) and result.studies == 7
    assert fitted([*some_studies(1), short], BENT).studies == 8


@given(st.permutations(range(7)))
@settings(max_examples=10, deadline=None)
def test_order_of_studies_does_not_matter(order):
    studies = some_studies(4)
    one, other = fitted(studies), fitted([studies[j] for j in order])
    assert other.coefficients[0].value == pytest.approx(one.coefficients[0].value, rel=1e-8)
    assert other.psi[0, 0] == pytest.approx(one.psi[0, 0], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("factor", [0.001, 100.0])
@pytest.mark.parametrize("seed", [0, 3])
def test_doses_in_other_units_change_the_coefficients_and_nothing_else(factor, seed):
    studies = some_studies(seed)
    other = [
        DoseArms.of(one.study, 0.0, one.doses * factor, one.effects, one.covariance) for one in studies
    ]  # fmt: skip
    one, scaled = fitted(studies, BENT), fitted(other, BENT)
    assert scaled.coefficients[0].value * factor == pytest.approx(
        one.coefficients[0].value, rel=1e-3, abs=1e-3
    )
    here, there = one.expect(0.7), scaled.expect(0.7 * factor)
    assert here is not None and there is not None
    assert (there.value, there.se) == pytest.approx((here.value, here.se), rel=1e-3, abs=1e-4)


def test_curves_that_agree_have_one_common_curve():
    exact = [
        DoseArms.of(str(j), 0.0, [0.5, 1.0], [-2.0, -4.0], np.array([[0.2, 0.1], [0.1, 0.2]])) for j in range(6)
    ]  # fmt: skip
    result = fitted(exact)
    assert result.psi[0, 0] == 0
    assert result.coefficients[0].value == pytest.approx(-4)
    assert result.q == pytest.approx(0, abs=1e-12)
    assert fitted(exact, BENT, random=False).bends_p == pytest.approx(1)


def test_the_effect_of_a_dose_is_the_sum_of_its_steps():
    result = fitted(some_studies(2), BENT, random=False)
    whole, first, second = result.expect(1.0), result.expect(0.4), result.expect(1.0, 0.4)
    assert whole is not None and first is not None and second is not None
    assert whole.value == pytest.approx(first.value + second.value)
    assert result.expect(0.5, 0.5) is None
    with pytest.raises(ValueError, match="studied"):
        result.expect(2.0)


def test_a_spline_is_straight_beyond_its_knots_and_passes_through_a_line():
    columns = SPLINE.at([1.0, 1.5, 2.0, 2.5])
    steps = np.diff(columns, axis=0)
    np.testing.assert_allclose(steps[0], steps[1])
    np.testing.assert_allclose(steps[1], steps[2])
    assert SPLINE.at([0.05])[0, 1] == 0
    assert SPLINE.columns == 2 and knots_at([0, 1, 2]) == pytest.approx((0.2, 1.0, 1.8))


def test_few_studies_are_too_few_for_curves_that_differ():
    assert dose_response(some_studies(1, 3)) == TooFew("A dose-response curve", 5, 3)
    assert fitted(some_studies(1, 3), with_few=True).few
    assert fitted(some_studies(1, 1), random=False).studies == 1
    assert dose_response([], random=False) == TooFew("A dose-response curve", 1, 0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: of_events("x", [0, 1], [5, 30], [10, 20]), "more events"),
        (lambda: of_means("x", [0, 1], [5, 3], [0, 1], [5, 5]), "above zero"),
        (lambda: DoseArms.of("x", 0.0, [0.0], [1.0], np.eye(1)), "reference dose"),
        (lambda: DoseArms.of("x", 0.0, [1.0, 2.0], [1.0, 2.0], np.ones((2, 2))), "more than one"),
        (lambda: Curve(Shape.SPLINE, (1.0, 0.5)), "rising knots"),
        (lambda: Curve(Shape.LINEAR, (1.0,)), "no knots"),
        (lambda: dose_response(some_studies(1) * 2), "given twice"),
        (
            lambda: dose_response([of_means("x", [0, 1], [5, 3], [1, 1], [5, 5])], BENT, random=False),
            "more different doses",
        ),
        (
            lambda: of_adjusted("x", 0, [1], [np.log(50)], [0.1], [2, 3], [3, 3], Count.PEOPLE),
            "no table with these totals",
        ),
        (
            lambda: of_adjusted("x", 0, [1], [0.0], [0.1], [0, 0], [3, 3], Count.PEOPLE),
            "nobody, or everybody",
        ),
    ],
)
def test_input_that_cannot_be_is_told(make, words):
    with pytest.raises(ValueError, match=words):
        make()
