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
        if rank(overlapping, kind["seen"]) > rank(one.study, one.numbers.seen):
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
    outcome = replace(
        study.outcomes[0], kind=OutcomeKind.CONTINUOUS, reported=(printed,), lower_is_better=True
    )
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


# --- only what was asked -----------------------------------------------------------------------------


@given(
    questions,
    bases,
    st.sampled_from(["discontinued", "bdnf", "madrs", "gaf", "pcl5"]),
    st.booleans(),
    st.sampled_from(list(OutcomeKind)),
)
def test_what_is_no_symptom_of_the_disorder_never_changes_what_is_chosen(question, base, scale, lower, kind):
    other = replace(trial("zz").outcomes[0], key="a", instrument=scale, lower_is_better=lower, kind=kind)
    with_it = [replace(one, outcomes=(other, *one.outcomes)) for one in base]
    before, after = choose(question, base), choose(question, with_it)
    assert [one.outcome for one in after.taken] == [one.outcome for one in before.taken]
    assert [one.study for one in after.excluded] == [one.study for one in before.excluded]


@given(questions, bases)
def test_every_contrast_of_a_pool_points_the_same_way(question, base):
    assert not any(one.outcome.lower_is_better for one in choose(question, base).taken)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lower_is_better": True}, "counts no response"),
        ({"instrument": "discontinued"}, "no response by a scale"),
        ({"instrument": "madrs"}, "no response by a scale"),
    ],
)
def test_a_bad_event_or_one_of_another_kind_is_no_response(changed, words):
    study = trial("x")
    other = replace(study, outcomes=(replace(study.outcomes[0], **changed),))
    (left,) = choose(SAD_OR, [other]).excluded
    assert left.reason is Reason.OUTCOME and words in left.words


@pytest.mark.parametrize(
    ("scale", "lower"), [("madrs", True), ("bdnf", True), ("gaf", False), ("lsas", False)]
)
def test_depression_blood_values_and_scales_that_point_up_are_no_severity(scale, lower):
    study = trial("x")
    groups = (
        Group("ketamine", figure(10), figure(20), figure(5)),
        Group("saline", figure(10), figure(30), figure(5)),
    )
    outcome = replace(
        study.outcomes[0], kind=OutcomeKind.CONTINUOUS, groups=groups, instrument=scale, lower_is_better=lower
    )
    question = replace(SAD_OR, measure=Measure.SMD)
    assert reason(question, replace(study, outcomes=(outcome,))) is Reason.OUTCOME
    own = replace(outcome, instrument="lsas", lower_is_better=True)
    assert taken(choose(question, [replace(study, outcomes=(outcome, own))])) == ["x"]


def test_points_of_two_scales_are_never_one_pool():
    def measured(name: str, scale: str) -> Study:
        study = trial(name)
        groups = (
            Group("ketamine", figure(10), figure(20), figure(5)),
            Group("saline", figure(10), figure(30), figure(5)),
        )
        told = {
            "kind": OutcomeKind.CONTINUOUS,
            "groups": groups,
            "lower_is_better": True,
            "instrument": scale,
        }
        return replace(study, outcomes=(replace(study.outcomes[0], **told),))

    base = [measured("a", "hama"), measured("b", "lsas"), measured("c", "hama")]
    choice = choose(replace(SAD_OR, measure=Measure.MD), base)
    assert taken(choice) == ["a", "c"]
    assert [(one.study, one.reason) for one in choice.excluded] == [("b", Reason.INSTRUMENT)]
    assert taken(choose(replace(SAD_OR, measure=Measure.SMD), base)) == ["a", "b", "c"]


# --- the same people, and what was taken back, under another name -------------------------------------

SAME = [{"registrations": ("NCT02083926",)}, {"doi": "10.1/x"}, {"pmid": "24740528"}]


@pytest.mark.parametrize("shared", SAME)
def test_two_reports_of_one_number_are_the_same_people_whatever_their_cohorts_are_called(shared):
    one, other = replace(trial("a", n=30), **shared), replace(trial("b"), **shared)
    assert taken(choose(SAD_OR, [one, other])) == ["a"]
    assert reason(SAD_OR, other, one) is Reason.OVERLAP


def test_a_third_report_joins_the_people_of_two():
    one, other = trial("a", n=30), replace(trial("b"), doi="10.1/x")
    between = replace(trial("c", one.cohort_id, counted=False), doi="10.1/X")
    assert taken(choose(SAD_OR, [one, other])) == ["a", "b"]
    assert taken(choose(SAD_OR, [one, other, between])) == ["a"]


@given(questions, bases, st.sampled_from(SAME))
def test_however_many_reports_share_a_number_one_is_pooled(question, base, shared):
    assert len(choose(question, [replace(one, **shared) for one in base]).taken) <= 1


@pytest.mark.parametrize("shared", SAME)
@pytest.mark.parametrize("condition", [Condition.SAD, Condition.DEPRESSION])
def test_an_import_under_the_numbers_of_a_retracted_study_stays_out_until_somebody_has_read_it(
    shared, condition
):
    """H-057: whatever the retracted one was of, and whichever of its numbers was kept."""
    gone = replace(trial("gone", retracted=True), conditions=(condition,), **shared)
    arrived = replace(trial("x"), unreviewed=True, **shared)
    (left,) = (one for one in choose(SAD_OR, [arrived], [gone]).excluded if one.study == "x")
    assert left.reason is Reason.TAKEN_BACK and "Gone, which was retracted" in left.words
    assert taken(choose(SAD_OR, [replace(arrived, unreviewed=False), gone])) == ["x"]
    assert taken(choose(SAD_OR, [replace(trial("y"), unreviewed=True), gone])) == ["y"]


@pytest.mark.parametrize(("better", "worse"), [(Seen.READ, Seen.INFERRED), (Seen.SECOND_HAND, Seen.INFERRED)])
def test_read_counts_speak_for_a_cohort_before_inferred_ones(better, worse):
    inferred, read = trial("a", "same", n=40, seen=worse, year=2001), trial("b", "same", seen=better)
    assert taken(choose(SAD_OR, [inferred, read])) == ["b"]


# --- which hour, which dose --------------------------------------------------------------------------


def test_at_any_hour_the_outcome_nearest_to_a_day_is_taken_and_the_others_are_told():
    """Not the earliest, where an effect is largest."""
    study = trial("x", hour=3)
    later = [replace(study.outcomes[0], key=f"at-{hour}", hour=figure(hour)) for hour in (24, 336)]
    (chosen,) = choose(SAD_OR, [replace(study, outcomes=(*study.outcomes, *later))]).taken
    assert chosen.outcome.key == "at-24"
    assert chosen.beside == ("Told at 3, 24, 336 h; taken at 24 h, the nearest to 24 h.",)


def test_at_any_hour_the_primary_outcome_comes_first():
    study = trial("x", hour=24)
    later = replace(study.outcomes[0], key="later", hour=figure(336), primary=True)
    (chosen,) = choose(SAD_OR, [replace(study, outcomes=(*study.outcomes, later))]).taken
    assert chosen.outcome.key == "later" and chosen.beside[0].endswith("taken at 336 h, its primary outcome.")


def test_the_dose_that_is_not_taken_is_told():
    study = trial("x")
    low = replace(study.arms[0], key="low", label="ketamine 0.2 mg/kg", dose=figure(0.2), dose_unit="mg/kg")
    high = replace(study.arms[0], dose=figure(0.5), dose_unit="mg/kg")
    outcome = replace(
        study.outcomes[0], groups=(*study.outcomes[0].groups, Group("low", figure(10), events=figure(1)))
    )
    (chosen,) = choose(SAD_OR, [replace(study, arms=(low, high, study.arms[1]), outcomes=(outcome,))]).taken
    assert chosen.beside == ("Its largest dose; not in this pool: ketamine 0.2 mg/kg.",)
    assert choose(SAD_OR, [study]).taken[0].beside == ()


def test_obsessive_compulsive_disorder_is_not_taken_as_anxiety():
    """It stood in no list of the page of all anxiety, and in its pool past every filter."""
    question = replace(SAD_OR, condition=Condition.ANXIETY)
    assert taken(choose(question, [trial("a"), replace(trial("b"), conditions=(Condition.OCD,))])) == ["a"]


def test_a_study_is_called_by_its_label_or_after_its_id():
    assert label_of(trial("truppman-lattie-2021")) == "Truppman Lattie 2021"
    assert label_of(replace(trial("x"), label="Otago CADSS paper")) == "Otago CADSS paper"


def test_an_import_nobody_has_read_speaks_for_no_people_of_a_study_that_was_read() -> None:
    """H-070: nor where the read one gives no number, nor by linking two trials that were read."""
    read = trial("read", n=20)
    louder = replace(trial("louder", n=400), cohort_id="read", unreviewed=True)
    assert [one.study.id for one in choose(SAD_OR, (read, louder)).taken] == ["read"]
    silent = trial("read", counted=False)
    choice = choose(SAD_OR, (silent, louder))
    assert choice.taken == ()
    (told,) = [one for one in choice.excluded if one.study == "louder"]
    assert told.reason is Reason.OVERLAP and "nobody has read it" in told.words
    one, other = (
        replace(trial("one"), doi="10.1/one"),
        replace(trial("other"), registrations=("NCT00000002",)),
    )
    bridge = replace(trial("bridge"), doi="10.1/one", registrations=("NCT00000002",), unreviewed=True)
    assert {x.study.id for x in choose(SAD_OR, (one, other, bridge)).taken} == {"one", "other"}


def test_an_import_of_people_nobody_else_reports_may_stand() -> None:
    alone = replace(trial("alone"), unreviewed=True)
    assert [one.study.id for one in choose(SAD_OR, (alone,)).taken] == ["alone"]
