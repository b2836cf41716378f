"""Which studies may be pooled: one a cohort, never a retracted one, and the order in which they come changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.choose import Choice, Question, Reason, choose, label_of, rank
from ataraxy.core.evidence.hours import window_at
from ataraxy.core.evidence.study import (
    Activity,
    Arm,
    ArmRole,
    Carryover,
    Condition,
    Design,
    Figure,
    Finding,
    GivenBy,
    Group,
    Measure,
    Outcome,
    OutcomeKind,
    Pairs,
    Reported,
    Seen,
    Study,
)

SAD_OR = Question(Condition.SAD, Measure.OR)


def figure(value: float, seen: Seen = Seen.READ) -> Figure:
    return Figure(Decimal(str(value)), seen)


def trial(
    name: str,
    cohort: str = "",
    *,
    design: Design = Design.PARALLEL,
    randomised: bool = True,
    blinded: bool = True,
    n: int = 20,
    year: int = 2020,
    retracted: bool = False,
    seen: Seen = Seen.READ,
    carryover: Carryover | None = None,
    first_period: bool = False,
    hour: float | None = 24,
    counted: bool = True,
) -> Study:
    """A study of response in social anxiety, half of whose people responded to ketamine and nobody to saline."""
    groups = (
        Group("ketamine", figure(n // 2), events=figure(n // 4, seen)),
        Group("saline", figure(n // 2), events=figure(0)),
    )
    outcome = Outcome(
        "response",
        "lsas",
        "LSAS response",
        OutcomeKind.EVENTS,
        None if hour is None else figure(hour),
        first_period=first_period,
        lower_is_better=False,
        groups=groups if counted else (),
    )
    return Study(
        id=name,
        source=name,
        title=name,
        design=design,
        conditions=(Condition.SAD,),
        population="people",
        cohort_id=cohort or name,
        finding=Finding.POSITIVE,
        year=year,
        n=figure(n),
        randomised=randomised,
        blinded=blinded,
        carryover=carryover,
        retracted_on=date(2026, 3, 31) if retracted else None,
        arms=(
            Arm("ketamine", "ketamine IV", "ketamine", ArmRole.EXPERIMENTAL, route=GivenBy.IV),
            Arm("saline", "saline IV", "saline", ArmRole.CONTROL, Activity.INERT, GivenBy.IV),
        ),
        outcomes=(outcome,),
    )


kinds = st.fixed_dictionaries(
    {
        "cohort": st.sampled_from(["a", "b", "c", ""]),
        "design": st.sampled_from(list(Design)),
        "randomised": st.booleans(),
        "blinded": st.booleans(),
        "n": st.integers(4, 200),
        "year": st.integers(1990, 2026),
        "retracted": st.booleans(),
        "seen": st.sampled_from(list(Seen)),
        "carryover": st.sampled_from(list(Carryover)),
        "first_period": st.booleans(),
        "hour": st.none() | st.sampled_from([1, 24, 168]),
        "counted": st.booleans(),
    }
)
bases = st.lists(kinds, max_size=8).map(lambda many: [trial(f"s{i}", **kind) for i, kind in enumerate(many)])  # type: ignore[arg-type]
questions = st.sampled_from([SAD_OR, replace(SAD_OR, window=window_at(Decimal(24)))])


def taken(choice: Choice) -> list[str]:
    return [one.study.id for one in choice.taken]


# --- laws --------------------------------------------------------------------------------------------


@given(questions, bases, st.randoms(use_true_random=False))
def test_the_order_of_the_studies_does_not_matter(question, base, random):
    shuffled = list(base)
    random.shuffle(shuffled)
    assert choose(question, shuffled) == choose(question, base)


@given(questions, bases)
def test_every_study_of_the_disorder_is_taken_or_left_out_with_a_reason_in_words(question, base):
    choice = choose(question, base)
    assert sorted(taken(choice) + [one.study for one in choice.excluded]) == sorted(s.id for s in base)
    assert all(one.words and one.label for one in choice.excluded)


@given(questions, bases)
def test_at_most_one_study_a_cohort_and_never_one_that_is_barred(question, base):
    choice = choose(question, base)
    cohorts = [one.study.cohort_id for one in choice.taken]
    assert len(cohorts) == len(set(cohorts))
    for one in choice.taken:
        assert one.study.retracted_on is None
        assert one.study.randomised and one.study.design is not Design.SECONDARY
        assert one.numbers.seen is not Seen.RECALLED
        carried = one.study.design is Design.CROSSOVER and one.study.carryover is Carryover.PRESENT
        assert not carried or one.outcome.first_period


@given(questions, bases, kinds)
def test_a_retracted_study_never_changes_what_is_chosen(question, base, kind):
    with_it = [*base, trial("taken-back", **(kind | {"retracted": True}))]
    assert choose(question, with_it).taken == choose(question, base).taken


@given(questions, bases, kinds)
def test_a_study_that_ranks_behind_another_of_its_cohort_never_changes_what_is_chosen(question, base, kind):
    before = choose(question, base)
    for one in before.taken:
        overlapping = trial("zz-later", **(kind | {"cohort": one.study.cohort_id}))
        if rank(overlapping) > rank(one.study):
            assert choose(question, [*base, overlapping]).taken == before.taken


@given(questions, bases, kinds)
def test_an_overlapping_study_replaces_at_most_the_one_that_stood_for_its_people(question, base, kind):
    before = choose(question, base).taken
    for cohort in {one.study.cohort_id for one in before}:
        after = choose(question, [*base, trial("zz-other", **(kind | {"cohort": cohort}))]).taken
        assert len(after) == len(before)
        assert [x for x in after if x.study.cohort_id != cohort] == [
            x for x in before if x.study.cohort_id != cohort
        ]


# --- each rule ---------------------------------------------------------------------------------------


def reason(question: Question, *studies: Study) -> Reason:
    """Why the first of some studies is not in the pool."""
    return next(one.reason for one in choose(question, studies).excluded if one.study == studies[0].id)


@pytest.mark.parametrize(
    ("study", "why"),
    [
        (trial("x", retracted=True), Reason.RETRACTED),
        (trial("x", design=Design.SECONDARY), Reason.SECONDARY),
        (trial("x", randomised=False), Reason.UNCONTROLLED),
        (trial("x", design=Design.OPEN, randomised=False), Reason.UNCONTROLLED),
        (trial("x", counted=False), Reason.NO_NUMBERS),
        (trial("x", seen=Seen.RECALLED), Reason.RECALLED),
        (trial("x", design=Design.CROSSOVER, carryover=Carryover.PRESENT), Reason.CARRYOVER),
    ],
)
def test_each_bar_is_named(study, why):
    assert reason(SAD_OR, study) is why
    assert choose(SAD_OR, [study]).taken == ()


def test_a_study_without_a_control_arm_is_no_contrast_even_if_it_says_randomised():
    study = trial("x")
    assert reason(SAD_OR, replace(study, arms=study.arms[:1])) is Reason.UNCONTROLLED


def test_a_crossover_with_carry_over_enters_by_its_first_period():
    study = trial("x", design=Design.CROSSOVER, carryover=Carryover.PRESENT, first_period=True)
    assert taken(choose(SAD_OR, [study])) == ["x"]


def test_a_first_period_is_taken_although_another_outcome_carries_over():
    study = trial("x", design=Design.CROSSOVER, carryover=Carryover.PRESENT)
    first = replace(study.outcomes[0], key="z-first", first_period=True)
    both = replace(study, outcomes=(*study.outcomes, first))
    assert choose(SAD_OR, [both]).taken[0].outcome.key == "z-first"


def test_what_was_inferred_may_be_pooled_and_says_so():
    chosen = choose(SAD_OR, [trial("x", seen=Seen.INFERRED)]).taken[0]
    assert chosen.numbers.seen is Seen.INFERRED


def test_an_outcome_whose_hour_was_not_seen_is_in_no_window():
    question = replace(SAD_OR, window=window_at(Decimal(24)))
    assert reason(question, trial("x", hour=None)) is Reason.HOUR
    assert reason(question, trial("x", hour=168)) is Reason.HOUR
    assert taken(choose(question, [trial("x", hour=26)])) == ["x"]
    assert taken(choose(SAD_OR, [trial("x", hour=None)])) == ["x"]


def test_another_scale_comparator_or_route_is_left_out_by_name():
    assert reason(replace(SAD_OR, instrument="hama"), trial("x")) is Reason.INSTRUMENT
    assert reason(replace(SAD_OR, activity=Activity.PSYCHOACTIVE), trial("x")) is Reason.COMPARATOR
    assert reason(replace(SAD_OR, route=GivenBy.SC), trial("x")) is Reason.ROUTE
    asked = replace(SAD_OR, instrument="lsas", activity=Activity.INERT, route=GivenBy.IV)
    assert taken(choose(asked, [trial("x")])) == ["x"]


def test_a_study_of_another_disorder_is_passed_over():
    choice = choose(replace(SAD_OR, condition=Condition.PTSD), [trial("x")])
    assert (choice.taken, choice.excluded) == ((), ())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"blinded": True}, {"blinded": False, "n": 100}),
        ({"n": 30}, {"n": 28, "year": 1999}),
        ({"year": 2001}, {"year": 2002}),
    ],
)
def test_blinded_stands_before_open_then_the_larger_then_the_earlier(first, second):
    one, other = trial("z", "same", **first), trial("a", "same", **second)
    choice = choose(SAD_OR, [one, other])
    assert taken(choice) == ["z"]
    assert reason(SAD_OR, other, one) is Reason.OVERLAP
    assert "same" in choice.excluded[0].words and "Z" in choice.excluded[0].words


def test_the_study_that_has_numbers_speaks_for_its_cohort():
    better, told = trial("a", "same", n=100, counted=False), trial("b", "same")
    assert taken(choose(SAD_OR, [better, told])) == ["b"]
    assert reason(SAD_OR, better, told) is Reason.NO_NUMBERS


def test_the_disorders_own_scale_is_asked_first():
    study = trial("x")
    other = replace(study.outcomes[0], key="a-first-by-name", instrument="vas-anxiety", primary=True)
    chosen = choose(SAD_OR, [replace(study, outcomes=(other, *study.outcomes))]).taken[0]
    assert chosen.outcome.instrument == "lsas"


def test_the_outcome_nearest_to_the_hour_is_taken():
    study = trial("x", hour=14)
    near = replace(study.outcomes[0], key="near", hour=figure(25))
    question = replace(SAD_OR, window=window_at(Decimal(24)))
    assert choose(question, [replace(study, outcomes=(*study.outcomes, near))]).taken[0].outcome.key == "near"


def test_the_largest_dose_is_the_contrast_of_a_study_with_several():
    study = trial("x")
    low = replace(study.arms[0], key="low", label="low", dose=figure(0.2), dose_unit="mg/kg")
    high = replace(study.arms[0], dose=figure(0.5), dose_unit="mg/kg")
    outcome = replace(
        study.outcomes[0], groups=(*study.outcomes[0].groups, Group("low", figure(10), events=figure(1)))
    )
    both = replace(study, arms=(low, high, study.arms[1]), outcomes=(outcome,))
    assert choose(SAD_OR, [both]).taken[0].experimental.key == "ketamine"


def test_a_printed_estimate_is_enough_and_its_direction_is_kept():
    study = trial("x", counted=False)
    printed = Reported(
        Measure.MD, figure(12.7), "saline", "ketamine", low=figure(2.5), high=figure(22.8), unit="points"
    )
    outcome = replace(study.outcomes[0], kind=OutcomeKind.CONTINUOUS, reported=(printed,))
    question = replace(SAD_OR, measure=Measure.MD)
    chosen = choose(question, [replace(study, outcomes=(outcome,))]).taken[0]
    assert chosen.numbers.turned and chosen.numbers.reported == printed
    bare = replace(outcome, reported=(replace(printed, low=None),))
    assert reason(question, replace(study, outcomes=(bare,))) is Reason.NO_NUMBERS


def test_pairs_alone_are_enough_for_an_odds_ratio():
    study = trial("x", design=Design.CROSSOVER, carryover=Carryover.NOT_SEEN, counted=False)
    pairs = Pairs("ketamine", "saline", figure(5), figure(0))
    told = replace(study, outcomes=(replace(study.outcomes[0], pairs=(pairs,)),))
    assert taken(choose(SAD_OR, [told])) == ["x"]
    assert choose(replace(SAD_OR, measure=Measure.RR), [told]).taken == ()


def test_a_study_is_called_by_its_label_or_after_its_id():
    assert label_of(trial("truppman-lattie-2021")) == "Truppman Lattie 2021"
    assert label_of(replace(trial("x"), label="Otago CADSS paper")) == "Otago CADSS paper"
