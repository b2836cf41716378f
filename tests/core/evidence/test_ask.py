"""An answer from any base: never a crash, the same in any order, and unmoved by what may not be pooled."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.catalog.reviews import reviews
from ataraxy.catalog.studies import studies
from ataraxy.commands.evidence_page import plain
from ataraxy.core.evidence.answer import Analysis
from ataraxy.core.evidence.ask import ask
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

ARMS = (
    Arm(
        "ketamine",
        "ketamine",
        "ketamine",
        ArmRole.EXPERIMENTAL,
        dose=Figure(Decimal("0.5"), Seen.READ),
        dose_unit="mg/kg",
    ),
    Arm("saline", "saline", "saline", ArmRole.CONTROL, Activity.INERT),
)
seen = st.sampled_from(list(Seen))
counts = st.builds(lambda n, s: Figure(Decimal(n), s), st.integers(0, 30), seen)
numbers = st.builds(Figure, st.decimals(-50, 50, places=2), seen)
sizes = st.builds(Figure, st.decimals(0, 50, places=2), seen)
maybe = st.none() | numbers
names = st.sampled_from(["ketamine", "saline"])
groups = st.builds(
    Group,
    names,
    st.none() | counts,
    maybe,
    st.none() | sizes,
    st.none() | sizes,
    maybe,
    maybe,
    st.none() | counts,
)
printed = st.builds(
    Reported,
    st.sampled_from(list(Measure)),
    maybe,
    names,
    names,
    se=st.none() | sizes,
    low=maybe,
    high=maybe,
    p=st.none() | st.builds(Figure, st.decimals(0, 1, places=3), seen),
)
pairs = st.builds(Pairs, names, names, counts, counts, st.none() | counts, st.none() | counts)
outcomes = st.builds(
    Outcome,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["lsas", "hama"]),
    st.just("scale"),
    st.sampled_from(list(OutcomeKind)),
    st.none() | st.builds(Figure, st.sampled_from([Decimal(1), Decimal(24), Decimal(168)]), seen),
    first_period=st.booleans(),
    lower_is_better=st.booleans(),
    pairing_r=st.none() | st.builds(Figure, st.decimals(-1, 1, places=2), seen),
    groups=st.lists(groups, max_size=3).map(tuple),
    pairs=st.lists(pairs, max_size=2).map(tuple),
    reported=st.lists(printed, max_size=2).map(tuple),
)
bases = st.lists(
    st.builds(
        Study,
        id=st.uuids().map(str),
        source=st.just("s"),
        title=st.just("t"),
        design=st.sampled_from(list(Design)),
        conditions=st.just((Condition.SAD,)),
        population=st.just("people"),
        cohort_id=st.sampled_from(["a", "b", "c", "d"]),
        finding=st.sampled_from(list(Finding)),
        n=st.none() | counts,
        randomised=st.sampled_from([True, True, True, False]),
        carryover=st.sampled_from(list(Carryover)),
        retracted_on=st.sampled_from([None, None, date(2026, 3, 31)]),
        arms=st.just(ARMS),
        outcomes=st.lists(outcomes, max_size=2).map(tuple),
    ),
    max_size=4,
    unique_by=lambda study: study.id,
).map(lambda many: {study.id: study for study in many})


@settings(max_examples=60, deadline=None)
@given(bases, st.sampled_from([None, *Measure]))
def test_any_base_has_an_answer_that_programs_can_read(base, measure):
    answer = ask(Condition.SAD, base, reviews(), measure=measure)
    json.dumps(plain(answer), allow_nan=False)
    assert answer.pools


@settings(max_examples=15, deadline=None)
@given(bases)
def test_the_order_of_the_base_does_not_matter(base):
    backwards = dict(reversed(base.items()))
    assert ask(Condition.SAD, backwards, {}) == ask(Condition.SAD, base, {})


@settings(max_examples=15, deadline=None)
@given(bases)
def test_retracting_a_study_is_the_same_for_every_pool_as_never_having_had_it(base):
    gone = {key: one for key, one in base.items() if one.retracted_on is None}
    for with_it, without in zip(
        ask(Condition.SAD, base, {}).pools, ask(Condition.SAD, gone, {}).pools, strict=True
    ):
        assert [f.rows for f in with_it.forests] == [f.rows for f in without.forests]
        assert [f.pooled for f in with_it.forests] == [f.pooled for f in without.forests]


def test_retracting_one_trial_leaves_the_other_alone_and_says_why():
    taylor = studies()["taylor-2018"]
    gone = replace(taylor, retracted_on=date(2026, 11, 1), retraction="Taken back by the journal.")
    answer = ask(Condition.SAD, {**studies(), "taylor-2018": gone}, reviews(), measure=Measure.OR)
    (pool,) = answer.pools
    assert [row.label for found in pool.forests for row in found.rows] == ["Glue 2020", "Glue 2020"]
    why = next(one.words for one in pool.forests[0].excluded if one.study == "taylor-2018")
    assert why == "Retracted on 2026-11-01. Taken back by the journal."
    assert pool.published[0].reproduced == ""


def test_a_single_crossover_is_told_by_its_own_two_effects():
    (pool,) = ask(Condition.GAD, studies(), reviews(), measure=Measure.OR).pools
    assert "47.22 [2.24, 996]" in pool.why_they_differ and "17 [0.981, 294.5]" in pool.why_they_differ


def test_mean_differences_are_pooled_a_scale_at_a_time():
    pools = ask(Condition.PTSD, studies(), reviews(), measure=Measure.MD).pools
    assert [one.question.instrument for one in pools] == ["caps5", "ies-r"]
    assert all(
        len(one.forests) == 1 for one in pools
    )  # only the paper's own estimate of its crossover was seen


def test_a_lent_study_enters_no_pool_and_still_tells_its_harms():
    """However it is called: a study the filters left out must not come back among those that lend their harms."""
    feder = studies()["feder-2021"]
    own = {key: one for key, one in studies().items() if key != "feder-2021"}
    answer = ask(Condition.PTSD, own, {}, lent={"feder-2021": feder})
    rows = {row.study for pool in answer.pools for found in pool.forests for row in found.rows}
    assert "feder-2021" not in rows
    assert "feder-2021" in {one.study for one in answer.harms}
    assert not any("Feder 2021" in one.label for one in answer.times)


def test_that_nobody_counted_dependence_is_said_of_every_disorder():
    for condition in (Condition.GAD, Condition.SAD, Condition.PTSD, Condition.ANXIETY):
        assert any("dependent on ketamine" in words for words in ask(condition, studies(), reviews()).missing)


def test_crossovers_stand_beside_themselves_first():
    (pool,) = ask(Condition.SAD, studies(), reviews(), measure=Measure.OR).pools
    assert [one.analysis for one in pool.forests] == [Analysis.PAIRED, Analysis.INDEPENDENT]


def test_where_no_pairs_were_seen_the_other_analysis_is_first():
    taylor = studies()["taylor-2018"]
    bare = replace(taylor, outcomes=tuple(replace(one, pairs=()) for one in taylor.outcomes))
    (pool,) = ask(Condition.SAD, {"taylor-2018": bare}, {}, measure=Measure.OR).pools
    assert [one.analysis for one in pool.forests] == [Analysis.INDEPENDENT, Analysis.PAIRED]


def test_a_mean_difference_of_a_scale_that_was_not_seen_stands_apart_with_its_unit():
    answer = ask(Condition.PTSD, studies(), reviews(), measure=Measure.MD)
    assert [one.published for one in answer.pools] == [(), ()]
    (du,) = answer.apart
    assert du.label == "Du 2021" and du.pool.reported.unit == "points of a scale that was not seen"
    assert ask(Condition.PTSD, studies(), reviews(), measure=Measure.OR).apart == ()


def test_every_source_of_an_answer_is_named():
    answer = ask(Condition.SAD, studies(), reviews())
    assert {"taylor-2018", "glue-2020", "whittaker-2021", "spravato-label", "yale-2024"} <= set(
        answer.sources
    )
    assert "feder-2014" not in answer.sources


def test_anxiety_across_diagnoses_takes_every_anxiety_disorder_and_says_so():
    (pool,) = ask(Condition.ANXIETY, studies(), reviews(), measure=Measure.OR).pools
    rows = {row.study for found in pool.forests for row in found.rows}
    assert rows == {"taylor-2018", "glue-2020", "feder-2021"}
    assert any("Different disorders are put together" in words for words in pool.missing)
    assert pool.why_they_differ.startswith(
        "Taylor 2018 and Glue 2020: the same people"
    )  # not who stood in one period
    assert "salloum-2019" not in {one.study for one in pool.forests[0].excluded}  # depression alone
