"""One pool: laws of putting contrasts together, and the two ways of taking a crossover."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import exp, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.core.evidence.answer import Analysis, Shown
from ataraxy.core.evidence.bayes import Bayesian, random_effects
from ataraxy.core.evidence.choose import Choice, Question, Reason, choose
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.first_shown import why_first
from ataraxy.core.evidence.forest import forest, has_crossover
from ataraxy.core.evidence.priors import half_normal
from ataraxy.core.evidence.study import (
    Activity,
    Arm,
    ArmRole,
    Carryover,
    Condition,
    Design,
    Figure,
    Finding,
    Group,
    Measure,
    Outcome,
    OutcomeKind,
    Pairs,
    Reported,
    Seen,
    Study,
)

OR = Question(Condition.SAD, Measure.OR)
MD = Question(Condition.SAD, Measure.MD)
APART, BESIDE = Analysis.INDEPENDENT, Analysis.PAIRED


def figure(value: float, seen: Seen = Seen.READ) -> Figure:
    return Figure(Decimal(str(value)), seen)


def study(name: str, outcome: Outcome, design: Design = Design.PARALLEL) -> Study:
    return Study(
        id=name,
        source=name,
        title=name,
        design=design,
        conditions=(Condition.SAD,),
        population="people",
        cohort_id=name,
        finding=Finding.POSITIVE,
        n=figure(20),
        randomised=True,
        carryover=Carryover.EXCLUDED if design is Design.CROSSOVER else None,
        arms=(
            Arm("ketamine", "ketamine", "ketamine", ArmRole.EXPERIMENTAL),
            Arm("saline", "saline", "saline", ArmRole.CONTROL, Activity.INERT),
        ),
        outcomes=(outcome,),
    )


def counted(name: str, a: int, n: int, c: int, m: int, pairs: tuple[int, int] | None = None) -> Study:
    """A study of counts; a crossover where the pairs are told."""
    told = () if pairs is None else (Pairs("ketamine", "saline", figure(pairs[0]), figure(pairs[1])),)
    groups = (Group("ketamine", figure(n), events=figure(a)), Group("saline", figure(m), events=figure(c)))
    outcome = Outcome(
        "r", "lsas", "LSAS response", OutcomeKind.EVENTS, lower_is_better=False, groups=groups, pairs=told
    )
    return study(name, outcome, Design.PARALLEL if pairs is None else Design.CROSSOVER)


def measured(name: str, mean: float, sd: float, control: float, control_sd: float, n: int = 10) -> Study:
    groups = (
        Group("ketamine", figure(n), figure(mean), figure(sd)),
        Group("saline", figure(n), figure(control), figure(control_sd)),
    )
    return study(name, Outcome("m", "lsas", "LSAS", OutcomeKind.CONTINUOUS, groups=groups))


def first(choice: Choice, analysis: Analysis = APART) -> Shown:
    """The common effect, which reviews print."""
    common = forest(choice, analysis).by("common")
    assert common is not None
    result = common.result
    assert isinstance(result, Shown)
    return result


tables = (
    st.tuples(st.integers(0, 20), st.integers(0, 20))
    .map(lambda t: (t[0], 20, t[1], 20))
    .filter(lambda t: 0 < t[0] + t[2] < 40)
)
severities = st.tuples(st.floats(-30, 30), st.floats(0.5, 20), st.floats(-30, 30), st.floats(0.5, 20)).map(
    lambda t: tuple(round(x, 2) for x in t)
)


FEWER = settings(max_examples=25)  # each pool is put together in five ways

# --- laws --------------------------------------------------------------------------------------------


@FEWER
@given(st.lists(tables, min_size=2, max_size=6))
def test_a_pool_lies_between_its_studies(cells):
    found = forest(choose(OR, [counted(f"s{i}", *cell) for i, cell in enumerate(cells)]), APART)
    effects = [row.effect.value for row in found.rows]
    for pooled in found.pooled:
        if pooled.key.startswith("bayes"):
            continue
        assert isinstance(pooled.result, Shown)
        assert min(effects) * (1 - 1e-9) <= pooled.result.value <= max(effects) * (1 + 1e-9)
        assert pooled.result.low <= pooled.result.value <= pooled.result.high
    assert sum(row.weight_percent for row in found.rows) == pytest.approx(100)


@FEWER
@given(st.lists(severities, min_size=2, max_size=5), st.integers(2, 9))
def test_scaling_a_scale_scales_the_mean_difference_and_leaves_the_standardised_one(rows, factor):
    ones = [measured(f"s{i}", *row) for i, row in enumerate(rows)]
    scaled = [measured(f"s{i}", *(round(x * factor, 2) for x in row)) for i, row in enumerate(rows)]
    assert first(choose(MD, scaled)).value == pytest.approx(factor * first(choose(MD, ones)).value, abs=1e-6)
    smd = replace(MD, measure=Measure.SMD)
    assert first(choose(smd, scaled)).value == pytest.approx(first(choose(smd, ones)).value, abs=1e-6)


@FEWER
@given(tables, tables)
def test_without_a_crossover_the_two_analyses_are_one(one, other):
    choice = choose(OR, [counted("a", *one), counted("b", *other)])
    assert not has_crossover(choice)
    assert forest(choice, APART).rows == forest(choice, BESIDE).rows


@FEWER
@given(st.integers(0, 10), st.integers(0, 10))
def test_pairs_tell_the_same_whichever_is_called_the_drug(b, c):
    if b + c == 0:
        return
    there = counted("a", b, 20, c, 20, (b, c))
    back = counted("a", c, 20, b, 20, (c, b))
    one, other = (forest(choose(OR, [s]), BESIDE).rows[0].effect.value for s in (there, back))
    assert one * other == pytest.approx(1)


# --- numbers -----------------------------------------------------------------------------------------


def test_two_small_crossovers_apart_and_beside_themselves():
    """6/18 and 0/17, 8/12 and 0/12, as of 59 people: 28.94 [3.45, 242.57]; as 30, 5/0 and 8/0: 13.72 [1.80, 104.65]."""
    choice = choose(OR, [counted("a", 6, 18, 0, 17, (5, 0)), counted("b", 8, 12, 0, 12, (8, 0))])
    apart, beside = first(choice), first(choice, BESIDE)
    assert [round(x, 4) for x in (apart.value, apart.low, apart.high)] == [28.9364, 3.4518, 242.5742]
    assert apart.p == pytest.approx(0.00192, abs=5e-6)
    assert [round(x, 2) for x in (beside.value, beside.low, beside.high)] == [13.72, 1.80, 104.65]
    assert forest(choice, APART).by("common").q == pytest.approx(0.19297, abs=1e-5)
    rows = forest(choice, BESIDE).rows
    assert [round(row.effect.value, 4) for row in rows] == [11.0, 17.0]


def test_ten_and_three_of_fifteen_have_an_odds_ratio_of_eight():
    row = forest(choose(OR, [counted("a", 10, 15, 3, 15)]), APART).rows[0]
    assert [round(x, 2) for x in (row.effect.value, row.effect.low, row.effect.high)] == [8.0, 1.52, 42.04]
    assert row.numbers == "10 of 15 beside 3 of 15"


def test_a_printed_difference_the_other_way_round_is_turned():
    printed = Reported(
        Measure.MD, figure(12.7), "saline", "ketamine", "", "points", low=figure(2.5), high=figure(22.8)
    )
    outcome = Outcome("m", "lsas", "LSAS", OutcomeKind.CONTINUOUS, reported=(printed,))
    row = forest(choose(MD, [study("a", outcome)]), APART).rows[0]
    assert row.effect.value == -12.7
    assert sqrt(row.variance) == pytest.approx(5.18, abs=0.01)
    assert row.method == "as printed, from its interval"


def test_a_printed_ratio_is_weighed_on_its_logarithm():
    printed = Reported(Measure.OR, figure(2.03), "ketamine", "saline", low=figure(0.67), high=figure(6.15))
    outcome = Outcome("r", "lsas", "response", OutcomeKind.EVENTS, lower_is_better=False, reported=(printed,))
    row = forest(choose(OR, [study("a", outcome)]), APART).rows[0]
    assert sqrt(row.variance) == pytest.approx(0.566, abs=5e-4)
    assert log(row.effect.value) == pytest.approx(log(2.03))
    assert row.effect.high == pytest.approx(exp(log(2.03) + 1.96 * 0.5656), rel=1e-3)


def test_printed_numbers_that_disagree_enter_no_pool():
    """As the retracted anxiety analysis printed: -4.0 [-10.6, -1.9], p = .0058."""
    printed = Reported(
        Measure.MD,
        figure(-4.0),
        "ketamine",
        "saline",
        "",
        "points",
        low=figure(-10.6),
        high=figure(-1.9),
        p=figure(0.0058),
    )
    outcome = Outcome("m", "hama", "HAM-A", OutcomeKind.CONTINUOUS, reported=(printed,))
    found = forest(choose(MD, [study("a", outcome)]), APART)
    assert found.rows == ()
    assert [one.reason for one in found.excluded] == [Reason.INCONSISTENT]


@pytest.mark.parametrize(
    "spread",
    [
        {"sd": figure(60)},  # no 25 people on a scale from 0 to 80 differ so much
        {"sd": figure(1.2), "low": figure(37.5), "high": figure(42.5)},  # the standard error, printed as SD
    ],
)
def test_a_group_whose_numbers_cannot_be_enters_no_pool(spread):
    groups = (
        Group("ketamine", figure(25), figure(40), **spread),
        Group("saline", figure(25), figure(50), figure(6)),
    )
    outcome = Outcome(
        "m", "lsas", "LSAS", OutcomeKind.CONTINUOUS, lowest=figure(0), highest=figure(80), groups=groups
    )
    found = forest(choose(MD, [study("a", outcome)]), APART)
    assert [one.reason for one in found.excluded] == [Reason.INCONSISTENT]


def test_a_crossover_whose_pairs_nobody_saw_stands_in_one_analysis_only():
    both = [counted("a", 6, 18, 0, 17, (5, 0)), counted("b", 8, 12, 0, 12, (8, 0))]
    unpaired = replace(both[1], outcomes=(replace(both[1].outcomes[0], pairs=()),))
    choice = choose(OR, [both[0], unpaired])
    assert [row.study for row in forest(choice, APART).rows] == ["a", "b"]
    beside = forest(choice, BESIDE)
    assert [row.study for row in beside.rows] == ["a"]
    assert [one.reason for one in beside.excluded] == [Reason.NO_PAIRS]


def test_a_crossover_of_means_needs_the_correlation_within_people():
    one = measured("a", 40, 10, 50, 10)
    crossover = replace(one, design=Design.CROSSOVER, carryover=Carryover.EXCLUDED)
    assert forest(choose(MD, [crossover]), BESIDE).excluded[0].reason is Reason.NO_PAIRS
    told = replace(crossover, outcomes=(replace(crossover.outcomes[0], pairing_r=figure(0.75)),))
    apart, beside = (forest(choose(MD, [told]), analysis).rows[0] for analysis in (APART, BESIDE))
    assert apart.effect.value == beside.effect.value == -10
    assert beside.variance == pytest.approx(apart.variance * (1 - 0.75))


@pytest.mark.parametrize(
    "spread", [{"sd": figure(6)}, {"se": figure(1.2)}, {"low": figure(37.5233), "high": figure(42.4767)}]
)
def test_a_standard_deviation_an_error_and_an_interval_say_the_same(spread):
    """n = 25, mean 40, SD 6: SE 1.2, 95 % interval by t with 24 degrees of freedom."""
    groups = (
        Group("ketamine", figure(25), figure(40), **spread),
        Group("saline", figure(25), figure(50), figure(6)),
    )
    outcome = Outcome("m", "lsas", "LSAS", OutcomeKind.CONTINUOUS, groups=groups)
    row = forest(choose(MD, [study("a", outcome)]), APART).rows[0]
    assert row.variance == pytest.approx(2 * 36 / 25, rel=1e-4)


def reach(shown: Shown) -> float:
    return shown.high / shown.low


@FEWER
@given(st.lists(tables, min_size=2, max_size=7))
def test_of_fewer_than_five_studies_the_first_interval_is_never_the_narrowest(cells):
    """H-058: the common effect's is read as sure, and two or three studies cannot be."""
    found = forest(choose(OR, [counted(f"s{i}", *cell) for i, cell in enumerate(cells)]), APART)
    common, shown = found.by("common"), found.pooled[0]
    assert isinstance(common.result, Shown) and isinstance(shown.result, Shown)
    if len(cells) < 5:
        assert shown.key == "bayes" and found.pooled[-1].key == "common"
        narrow = found.by("bayes-narrow").result
        assert reach(shown.result) >= reach(narrow) * (1 - 1e-6) >= reach(common.result) * (1 - 2e-6)
    else:
        assert shown.key == "common"
    assert ("Two studies: no interval of theirs is sure." in shown.warnings) == (len(cells) == 2)
    assert (why_first(len(cells), Measure.OR) in shown.warnings) == (len(cells) < 5)


def test_different_hours_in_one_pool_are_told():
    one, other = counted("a", 6, 18, 0, 17), counted("b", 8, 12, 0, 12)
    at = [
        replace(x, outcomes=(replace(x.outcomes[0], hour=figure(hour)),))
        for x, hour in ((one, 24), (other, 336))
    ]
    words = "Different hours after the dose are put together: A at 24 h, B at 336 h."
    assert words in forest(choose(OR, at), APART).pooled[0].warnings
    assert words not in forest(choose(OR, [one, other]), APART).pooled[0].warnings


def test_what_else_a_study_told_stands_in_its_line():
    one = counted("a", 6, 18, 0, 17)
    early = replace(one.outcomes[0], key="early", hour=figure(3))
    late = replace(one.outcomes[0], key="late", hour=figure(24))
    row = forest(choose(OR, [replace(one, outcomes=(early, late))]), APART).rows[0]
    assert row.hour == 24 and "Told at 3, 24 h; taken at 24 h, the nearest to 24 h." in row.notes


# --- what is said beside them ------------------------------------------------------------------------


def test_one_study_is_not_pooled():
    found = forest(choose(OR, [counted("a", 6, 18, 0, 17)]), APART)
    assert all(isinstance(one.result, TooFew) for one in found.pooled)
    assert found.rows[0].weight_percent == 100


def test_nothing_to_pool_gives_no_pool_and_no_people():
    found = forest(choose(OR, []), APART)
    assert (found.rows, found.pooled, found.people, found.of_hundred) == ((), (), None, ())


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_of_points_of_a_scale_no_prior_is_weak(k):
    found = forest(choose(MD, [measured(f"s{i}", 10 + i, 5, 15, 5) for i in range(k)]), APART)
    assert [one.key for one in found.pooled] == (
        ["bounded", "hartung-knapp", "common"] if k < 5 else ["common", "hartung-knapp", "bounded"]
    )
    assert ("no prior is held to be weak" in why_first(k, Measure.MD)) == (k < 5)


def test_what_is_read_first_is_what_weighs_the_studies_and_speaks_of_a_hundred_people():
    both = [counted("a", 10, 15, 3, 15), counted("b", 30, 150, 20, 150)]
    found = forest(choose(OR, both), APART)
    assert found.pooled[0].key == "bayes" and isinstance(found.pooled[0].result, Shown)
    logs, variances = [log(row.effect.value) for row in found.rows], [row.variance for row in found.rows]
    believed = random_effects(logs, variances, half_normal(1.0))
    assert isinstance(believed, Bayesian)
    assert [row.weight_percent for row in found.rows] == pytest.approx(believed.weights)
    _, carried = found.of_hundred
    ratio, control = found.pooled[0].result.low, carried.control / 100
    assert carried.experimental_low == pytest.approx(100 * ratio * control / (1 - control + ratio * control))


def test_two_small_trials_in_social_anxiety_are_read_by_a_weak_prior():
    """Friede 2017's wide prior; by the bounded interval alone the ratio would lie between 0.00003 and 7 million."""
    choice = choose(OR, [counted("a", 6, 18, 0, 17, (5, 0)), counted("b", 8, 12, 0, 12, (8, 0))])
    shown = forest(choice, BESIDE).pooled[0].result
    assert isinstance(shown, Shown)
    assert [round(x, 2) for x in (shown.value, shown.low, shown.high)] == [13.71, 1.25, 150.06]
    assert "weak prior" in why_first(2, Measure.OR) and why_first(5, Measure.OR) == "" == why_first(
        1, Measure.OR
    )


def test_of_a_hundred_people_as_counted():
    found = forest(choose(OR, [counted("a", 6, 18, 0, 17), counted("b", 8, 12, 0, 12)]), APART)
    (one,) = found.of_hundred
    assert (
        one.words
        == "Of 100 people, 47 [30 to 64] responded with ketamine and 0 [0 to 12] with the comparator "
        "(14 of 30 beside 0 of 29)."
    )
    assert one.control_high == pytest.approx(11.7, abs=0.05)
    assert found.people == 40


def test_a_pooled_ratio_is_carried_to_those_who_respond_without_the_drug():
    """Two trials with 10 of 15 beside 3 of 15: an odds ratio of 8 carried to 20 of 100 is 67 of 100."""
    both = [counted(name, 10, 15, 3, 15) for name in ("a", "b")]
    as_counted, carried = forest(choose(OR, both), APART).of_hundred
    assert (round(as_counted.experimental), round(as_counted.control)) == (67, 20)
    assert round(carried.experimental) == 67 and carried.control == pytest.approx(20)
    assert carried.experimental_low < carried.experimental < carried.experimental_high
    assert "taken as known" in carried.basis


def test_a_ratio_within_people_is_not_carried():
    both = [counted(name, 10, 15, 3, 15, (8, 1)) for name in ("a", "b")]
    choice = choose(OR, both)
    assert [len(forest(choice, analysis).of_hundred) for analysis in (APART, BESIDE)] == [2, 1]


def test_an_inferred_count_is_said_to_be_inferred():
    """H-058: in the line, in its notes, and beside the number of a hundred people."""
    one = counted("a", 6, 18, 0, 17)
    groups = (replace(one.outcomes[0].groups[0], events=figure(6, Seen.INFERRED)), one.outcomes[0].groups[1])
    unsure = replace(one, outcomes=(replace(one.outcomes[0], groups=groups),))
    found = forest(choose(OR, [unsure, counted("b", 8, 12, 0, 12)]), APART)
    assert [row.seen for row in found.rows] == [Seen.INFERRED, Seen.READ]
    assert found.rows[0].notes[0] == "Numbers inferred, not read."
    assert "counts of A are not read" in found.of_hundred[0].basis


def test_better_off_than_the_average_person():
    """Cohen's U3: half a standard deviation lower is 69 of 100."""
    question = replace(MD, measure=Measure.SMD)
    twice = [measured(name, 45, 10, 50, 10, 4000) for name in ("a", "b")]
    (one,) = forest(choose(question, twice), APART).of_hundred
    assert one.experimental == pytest.approx(69.1, abs=0.1)
    assert one.experimental_low < one.experimental < one.experimental_high
    assert one.control == 50
    assert f"{one.experimental:.0f} [{one.experimental_low:.0f} to {one.experimental_high:.0f}]" in one.words


def test_what_was_added_to_empty_cells_is_said():
    row = forest(choose(OR, [counted("a", 6, 18, 0, 17)]), APART).rows[0]
    assert "0.5 was added to each cell, because one is zero." in row.notes
