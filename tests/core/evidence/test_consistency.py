"""Estimates, intervals, standard errors and p values that cannot belong together."""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from math import exp, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ataraxy.core.evidence.consistency import LEAST_DF, contradictions
from ataraxy.core.evidence.contradiction import Flaw, Weight
from ataraxy.core.evidence.study import Figure, Measure, Reported, Seen
from ataraxy.core.evidence.tails import estimate_of


def figure(text, note=""):
    return None if text is None else Figure(Decimal(text), Seen.READ, note)


def reported(estimate=None, low=None, high=None, p=None, se=None, z=None, measure=Measure.MD, level="0.95"):
    return Reported(
        measure, figure(estimate), se=figure(se), low=figure(low), high=figure(high), p=figure(p), z=figure(z),
        level=Decimal(level),
    )  # fmt: skip


def kinds(one):
    return {found.kind for found in contradictions(one)}


def found(one, kind):
    return next(each for each in contradictions(one) if each.kind is kind)


@pytest.mark.parametrize(
    ("one", "middle", "p_of_estimate", "p_of_middle"),
    [
        (reported("-1.4", "-8.6", "3.2", "0.37"), "-2.70", "0.642", "0.3698"),
        (reported("-4.0", "-10.6", "-1.9", "0.0058"), "-6.25", "0.072", "0.0049"),
    ],
)
def test_both_rows_of_the_retracted_anxiety_analysis_are_told(one, middle, p_of_estimate, p_of_middle):
    """Mills 2025 (KADS, ACTRN12616001096448), retracted 2026-03-31: p values fit the intervals, not the estimates."""
    assert kinds(one) == {Flaw.MIDPOINT, Flaw.P}
    p = found(one, Flaw.P)
    assert f"{found(one, Flaw.MIDPOINT).number('middle'):.2f}" == middle
    assert f"{p.number('p of the estimate'):.3f}" == p_of_estimate
    assert f"{p.number('p of the middle'):.4f}" == p_of_middle
    assert "the p of the interval's middle, so p and interval belong together" in p.words


def test_a_p_below_five_percent_beside_an_estimate_without_one_says_what_it_means():
    words = found(reported("-4.0", "-10.6", "-1.9", "0.0058"), Flaw.P).words
    assert words.endswith("By the one there is an effect, by the other there may be none.")


def test_an_estimate_in_sds_beside_an_interval_in_points_is_told():
    """Almeida 2024, PMC10979792: 0.25 [0.57, 17.02], p = .0363."""
    one = reported("0.25", "0.57", "17.02", "0.0363", measure=Measure.SMD)
    assert kinds(one) == {Flaw.OUTSIDE, Flaw.P, Flaw.UNITS}
    units = found(one, Flaw.UNITS)
    assert units.weight is Weight.IMPOSSIBLE
    assert "in points of the scale" in units.words
    assert round(units.number("middle"), 3) == 8.795


@pytest.mark.parametrize(
    "one",
    [
        reported("-1.17", "-1.89", "-0.44", measure=Measure.SMD),  # Hartland 2023, under 12 h
        reported("-0.44", "-0.65", "-0.22", measure=Measure.SMD),  # 24 h
        reported("-0.40", "-0.63", "-0.17", measure=Measure.SMD),  # 7-14 d
        reported("0.27", "0.03", "0.51", measure=Measure.SMD),  # Borgogna 2024
        reported("0.24", "-0.30", "0.78", measure=Measure.SMD),  # active placebo
        reported("12.7", "2.5", "22.8", "0.02"),  # Feder 2014
        reported("11.88", se="3.96"),  # Feder 2021
        reported("1.13", "0.36", "1.91", measure=Measure.SMD),
        reported("28.94", "3.45", "242.57", "0.002", measure=Measure.OR),  # Whittaker 2021, SAD
        reported("2.03", "0.67", "6.15", "0.21", measure=Measure.OR),  # PTSD
        reported("-3.66", "-7.05", "-0.27"),  # Du 2021
        reported(z="2.24", p="0.025"),  # Taylor 2018, LSAS
        reported(z="2.12", p="0.034"),  # VAS
    ],
)
def test_printed_estimates_that_hold_together_are_let_be(one):
    assert contradictions(one) == ()


def test_bounds_out_of_order_and_ratios_below_zero_stop_the_rest():
    assert kinds(reported("3", "5", "1")) == {Flaw.BOUNDS}
    negative = reported("2.0", "-0.3", "1.7", measure=Measure.OR)
    assert "may be of the logarithm" in found(negative, Flaw.BOUNDS).words


def test_a_turned_sign_is_named():
    assert "with the other sign" in found(reported("0.44", "-0.65", "-0.22"), Flaw.OUTSIDE).words


def test_a_standard_error_that_is_the_interval_of_another_is_told():
    one = reported("12.7", "2.5", "22.8", se="10.1")
    assert kinds(one) == {Flaw.SE}
    assert round(found(one, Flaw.SE).number("se of the interval"), 2) == 5.18


def test_p_and_an_interval_that_holds_no_effect_contradict_each_other():
    assert Flaw.NULL in kinds(reported("1.2", "-0.3", "2.7", "0.01"))
    assert Flaw.NULL in kinds(reported("1.5", "1.1", "2.1", "0.30", measure=Measure.RR))
    assert Flaw.NULL not in kinds(reported("1.5", "0.9", "2.5", "0.12", measure=Measure.RR))


def test_half_a_p_is_known_as_one_sided():
    words = found(reported("1.96", se="1.00", p="0.025"), Flaw.P).words
    assert "one-sided" in words
    assert "one-sided" in found(reported(z="1.96", p="0.025"), Flaw.Z).words


def test_a_test_statistic_that_is_not_the_estimate_by_its_error_is_told():
    assert kinds(reported("6.0", se="2.0", z="2.0")) == {Flaw.Z}


def test_a_p_printed_as_a_bound_is_a_bound():
    bound = Figure(Decimal("0.001"), Seen.READ, "printed as <.001")
    assert contradictions(Reported(Measure.MD, figure("8.0"), se=figure("1.0"), p=bound)) == ()
    assert kinds(Reported(Measure.MD, figure("1.0"), se=figure("1.0"), p=bound)) == {Flaw.P}


def test_few_digits_excuse_much_and_many_excuse_little():
    assert contradictions(reported("1", "0", "3")) == ()
    assert kinds(reported("1.00", "0.00", "3.00")) == {Flaw.MIDPOINT}


def test_an_exact_interval_is_asymmetric_and_is_no_more_than_a_question():
    """Eight of nine discordant pairs: odds 8, Clopper-Pearson 1.07 to 355."""
    (one,) = contradictions(reported("8.0", "1.07", "355", measure=Measure.OR))
    assert (one.kind, one.weight) == (Flaw.MIDPOINT, Weight.DISAGREES)
    assert "an exact method need not be" in one.words


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="could have been printed"):
        contradictions(reported("NaN", "0", "1"))


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (reported(p="1.3"), Flaw.P),
        (reported("1.0", se="-0.5"), Flaw.SE),
        (reported("1.0", "0.0", "2.0", level="95"), Flaw.BOUNDS),
        (reported("1.0", "0.0", "2.0", level="1"), Flaw.BOUNDS),
        (reported("1.0", "0.0", "2.0", level="0"), Flaw.BOUNDS),
    ],
)
def test_numbers_that_cannot_be_alone_are_told_alone(one, kind):
    (told,) = contradictions(one)
    assert (told.kind, told.weight) == (kind, Weight.IMPOSSIBLE)


@pytest.mark.parametrize(
    ("one", "middle", "in_se"),
    [
        (reported("1.00", "0.00", "3.00"), 1.5, 0.5 / (1.5 / 1.959964)),
        (reported("2.00", "0.00", "3.00"), 1.5, 0.5 / (1.5 / 1.959964)),  # as far to the other side
        (reported("1.00", "0.00", "3.00", level="0.99"), 1.5, 0.5 / (1.5 / 2.575829)),
        (reported("10.00", "0.00", "30.00"), 15.0, 5 / (15 / 1.959964)),  # the same in tenths of a point
        (reported("-1.4", "-8.6", "3.2"), -2.7, 1.3 / (5.9 / 1.959964)),  # KADS
        (reported("2.0000", "1.0000", "16.0000", measure=Measure.OR), log(4), log(2) / (log(4) / 1.959964)),
    ],
)
def test_how_far_an_estimate_stands_from_the_middle_is_told_in_standard_errors(one, middle, in_se):
    told = found(one, Flaw.MIDPOINT)
    assert told.number("middle") == pytest.approx(middle, abs=1e-4)
    assert told.number("off in SE") == pytest.approx(in_se, rel=1e-4)
    assert f"(off by {in_se:.2g} of a standard error)" in told.words


def test_the_middle_of_a_ratios_interval_is_told_as_a_ratio():
    words = found(reported("2.0000", "1.0000", "16.0000", measure=Measure.OR), Flaw.MIDPOINT).words
    assert "on the scale of logarithms: the middle is 4 " in words


def test_half_an_interval_that_was_printed_is_no_interval():
    for one in (reported("1.0", low="0.5"), reported("1.0", high="0.5", p="0.4")):
        assert contradictions(one) == ()


@pytest.mark.parametrize(
    ("half", "expected"),
    [("1.960", set()), ("2.570", set()), ("2.580", {Flaw.SE}), ("1.950", {Flaw.SE})],
)
def test_an_interval_reaches_from_the_normals_to_students_with_five_degrees_of_freedom(half, expected):
    """1.95996 and 2.57058 standard errors."""
    assert kinds(reported("0.000", f"-{half}", half, se="1.000")) == expected


def test_the_standard_error_of_an_interval_of_another_level_is_told():
    told = found(reported("1.00", "0.00", "2.00", se="3.00", level="0.9"), Flaw.SE)
    assert told.number("se of the interval") == pytest.approx(1 / 1.644854, rel=1e-5)


def test_an_interval_in_sds_may_reach_five_and_no_further():
    assert Flaw.UNITS not in kinds(reported("2.50", "0.05", "4.95", measure=Measure.SMD))
    assert Flaw.UNITS in kinds(reported("2.60", "0.05", "5.15", measure=Measure.SMD))
    assert Flaw.UNITS in kinds(reported("-2.60", "-5.15", "-0.05", measure=Measure.SMD))
    assert Flaw.UNITS not in kinds(reported("5.60", "5.05", "6.15", measure=Measure.SMD))
    assert Flaw.UNITS not in kinds(reported("2.60", "0.05", "5.15"))


def test_a_p_above_one_by_a_tenth_cannot_be_and_nought_and_one_can():
    assert Weight.IMPOSSIBLE in {one.weight for one in contradictions(reported(p="1.05"))}
    for p in ("0.00", "1.00"):
        assert contradictions(reported(p=p)) == ()


def test_the_p_that_is_expected_is_told_from_an_interval_and_from_a_standard_error():
    """An estimate of 2 with a standard error of 1: p .0455; of an interval of 95 % the same."""
    by_se, by_interval = (
        reported("2.000", se="1.000", p="0.600"),
        reported("2.000", "0.040", "3.960", p="0.600"),
    )
    for one in (by_se, by_interval):
        assert found(one, Flaw.P).number("p of the estimate") == pytest.approx(0.0455, abs=1e-4)
    at_90 = reported("2.000", "0.355", "3.645", p="0.600", level="0.9")
    assert found(at_90, Flaw.P).number("p of the estimate") == pytest.approx(0.0455, abs=1e-4)
    assert "its standard error give a p of about 0.046" in found(by_se, Flaw.P).words
    assert "its interval give a p of about 0.046" in found(by_interval, Flaw.P).words


def test_what_another_p_means_is_judged_by_the_intervals_own_level():
    """p .07 beside a p of .0455: at 95 % the one shows an effect and the other does not, at 90 % both do."""
    both = "By the one there is an effect"
    assert both in found(reported("2.000", "0.040", "3.960", p="0.300"), Flaw.P).words
    at_90 = found(reported("2.000", "0.355", "3.645", p="0.001", level="0.9"), Flaw.P).words
    assert both not in at_90
    assert both in found(reported("2.000", "0.355", "3.645", p="0.300", level="0.9"), Flaw.P).words
    assert both not in found(reported("2.000", "0.040", "3.960", p="0.0001"), Flaw.P).words


def test_a_p_on_the_other_side_of_an_intervals_own_level_contradicts_it():
    assert Flaw.NULL not in kinds(reported("2.00", "0.35", "3.65", p="0.046", level="0.9"))
    assert Flaw.NULL in kinds(reported("2.00", "0.35", "3.65", p="0.110", level="0.9"))
    assert Flaw.NULL in kinds(reported("1.00", "-0.64", "2.64", p="0.090", level="0.9"))
    assert Flaw.NULL not in kinds(reported("1.00", "-0.64", "2.64", p="0.110", level="0.9"))
    words = found(reported("1.5", "1.1", "2.1", "0.30", measure=Measure.RR), Flaw.NULL).words
    assert "The 95% interval 1.1 to 2.1 leaves out 1, no effect" in words
    assert "holds 0, no effect" in found(reported("1.2", "-0.3", "2.7", "0.01"), Flaw.NULL).words


def test_only_a_turned_sign_is_called_one():
    other = "misprinted, or they are of different analyses"
    assert other in found(reported("5.0", "-0.65", "-0.22"), Flaw.OUTSIDE).words
    assert other in found(reported("0.50", "1.50", "3.00", measure=Measure.OR), Flaw.OUTSIDE).words


def test_a_p_may_be_the_normals_or_students_with_five_degrees_of_freedom():
    """Two standard errors: p .0455 and .1019."""
    for p, expected in (("0.030", {Flaw.P}), ("0.046", set()), ("0.101", set()), ("0.105", {Flaw.P})):
        assert kinds(reported("2.000", se="1.000", p=p)) == expected


def test_an_error_that_may_be_nought_excuses_no_large_p():
    assert kinds(reported("1.0", se="0.0", p="0.05")) == {Flaw.P}
    assert kinds(reported("1.0", se="0.0", p="0.000")) == set()


def test_half_a_p_is_half_and_no_third():
    assert "one-sided" in found(reported("1.960", se="1.0000", p="0.0480"), Flaw.P).words
    assert "one-sided" not in found(reported("1.960", se="1.0000", p="0.0200"), Flaw.P).words
    assert "one-sided" not in found(reported(z="1.960", p="0.0167"), Flaw.Z).words


def test_p_below_five_percent_beside_an_interval_that_holds_no_effect_is_told_though_no_estimate_is_printed():
    bound = Figure(Decimal("0.05"), Seen.READ, "printed as <.05")
    holding = Reported(Measure.MD, None, low=figure("-0.3"), high=figure("2.7"), p=bound)
    assert kinds(holding) == {Flaw.NULL}
    assert kinds(Reported(Measure.MD, None, low=figure("0.3"), high=figure("2.7"), p=bound)) == set()
    assert kinds(Reported(Measure.MD, None, low=figure("0.0"), high=figure("2.7"), p=bound)) == set()


def test_a_z_beside_an_estimate_or_an_error_alone_is_let_be():
    assert contradictions(reported("6.0", z="2.0")) == ()
    assert contradictions(reported(se="2.0", z="2.0")) == ()


def test_what_a_z_should_have_been_is_told():
    of_se = found(reported("6.0", se="2.0", z="2.0"), Flaw.Z)
    assert of_se.number("estimate by se") == pytest.approx(3)
    of_p = found(reported(z="-1.96", p="0.50"), Flaw.Z)
    assert of_p.number("p of z") == pytest.approx(0.05, abs=1e-4)
    assert contradictions(reported("6.0", se="2.0", z="-3.0")) == ()  # a z is printed without its sign, too


ANY = st.none() | st.decimals(-1000, 1000, places=3).map(str) | st.sampled_from(["0", "-0.0", "1E+3", "1E-9"])


@given(
    ANY, ANY, ANY, ANY, ANY, ANY, st.sampled_from(Measure), st.sampled_from(["0.95", "0.9", "0", "1", "95"])
)
def test_whatever_was_printed_there_is_an_answer_in_words(estimate, low, high, p, se, z, measure, level):
    for one in contradictions(reported(estimate, low, high, p, se, z, measure, level)):
        assert one.words.endswith((".", "!"))
        assert all(isinstance(number, float) for _, number in one.numbers)


def rounded(number, digits, how):
    return str(Decimal(repr(number)).quantize(Decimal(1).scaleb(-digits), rounding=how))


MODES = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN])
DFS = st.none() | st.floats(LEAST_DF, 200)


@given(
    st.floats(-3, 3), st.floats(0.02, 0.6), st.sampled_from([0.9, 0.95, 0.99]), DFS, st.integers(1, 4),
    st.integers(2, 5), MODES, st.sampled_from(Measure),
)  # fmt: skip
def test_numbers_of_one_true_analysis_are_never_told_however_they_are_rounded(
    value, se, level, df, digits, p_digits, how, measure
):
    true = estimate_of(value, se, level, df)
    shown = exp if measure.is_ratio else float
    texts = [rounded(shown(x), digits, how) for x in (true.value, true.low, true.high)]
    one = reported(
        *texts,
        p=rounded(true.p, p_digits, how),
        se=rounded(se, digits, how),
        measure=measure,
        level=str(level),
    )
    assert contradictions(one) == ()


@given(st.floats(-3, 3), st.floats(0.02, 0.6), st.integers(1, 5), MODES)
def test_a_true_z_and_its_p_are_never_told(value, se, digits, how):
    true = estimate_of(value, se)
    z = rounded(abs(value / se), digits, how)
    assert contradictions(reported(z=z, p=rounded(true.p, digits, how))) == ()


@given(st.floats(-3, 3), st.floats(0.1, 0.6), st.floats(1.5, 4))
def test_an_estimate_moved_out_of_the_middle_is_told(value, se, by):
    true = estimate_of(value, se)
    texts = [rounded(x, 3, ROUND_HALF_EVEN) for x in (value + by * se, true.low, true.high)]
    assert kinds(reported(*texts)) & {Flaw.MIDPOINT, Flaw.OUTSIDE}


@given(st.floats(0.5, 3), st.floats(0.1, 0.6))
def test_turning_every_sign_tells_the_same(value, se):
    true = estimate_of(value, se)
    assume(true.p > 1e-4)
    texts = [rounded(x, 2, ROUND_HALF_EVEN) for x in (value + se, true.low, true.high)]
    p = rounded(true.p, 4, ROUND_HALF_EVEN)
    turned = [str(-Decimal(text)) for text in (texts[0], texts[2], texts[1])]
    assert kinds(reported(*texts, p=p)) == kinds(reported(*turned, p=p))
