"""GRADE by rule: where it starts, what takes away, what adds, and that a person's judgement stands with its reason."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.body import LEVELS, Body, Contribution, Cuts, Domain, Indirect, Level
from ataraxy.core.evidence.certainty import FOR_PATIENT, Certainty, Judged, certainty
from ataraxy.core.evidence.certainty_rules import size_for_events, size_for_means
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.study import Bias, BiasDomain, Judgement, Measure, Seen


def bias(domain=BiasDomain.RANDOMISATION, judgement=Judgement.LOW):
    return Bias(domain, judgement, Seen.READ, "because")


GOOD = (bias(),)
SURE = Body(
    measure=Measure.SMD,
    studies=(Contribution("A", 60, True, GOOD, -0.9), Contribution("B", 40, True, GOOD, -1.0)),
    value=-0.95,
    low=-1.2,
    high=-0.7,
    people=900,
    important=0.3,
    i2_percent=0.0,
    q_p=0.8,
)


def rated(body, *judged, cuts=None) -> Certainty:
    result = certainty(body, judged, cuts)
    assert isinstance(result, Certainty)
    return result


def steps(result, domain):
    return next((one.steps for one in result.ratings if one.domain is domain), 0)


def with_bias(*rows, body=SURE):
    return replace(body, studies=tuple(replace(one, bias=rows) for one in body.studies))


def test_large_consistent_direct_blinded_trials_are_of_high_certainty():
    result = rated(SURE)
    assert result.level is Level.HIGH
    assert result.why == ("Randomised trials start high.",)
    assert result.words == "High certainty"


def test_no_study_is_too_few():
    assert certainty(replace(SURE, studies=())) == TooFew("A rating of certainty", 1, 0)


def test_what_is_not_randomised_starts_low_and_is_named():
    studies = (SURE.studies[0], replace(SURE.studies[1], randomised=False))
    result = rated(replace(SURE, studies=studies))
    assert result.level is Level.LOW
    assert "B" in result.started


def test_functional_unblinding_counts_as_risk_of_bias():
    result = rated(with_bias(bias(BiasDomain.UNBLINDING, Judgement.HIGH)))
    assert steps(result, Domain.BIAS) == 1
    assert result.level is Level.MODERATE
    assert any("feel which drug" in line and "100 %" in line for line in result.why)


def test_flaws_in_two_domains_of_most_of_the_weight_take_two_levels():
    rows = (bias(BiasDomain.UNBLINDING, Judgement.HIGH), bias(BiasDomain.MISSING, Judgement.HIGH))
    assert steps(rated(with_bias(*rows)), Domain.BIAS) == 2


def test_a_study_nobody_judged_is_not_taken_for_a_good_one():
    result = rated(with_bias())
    assert steps(result, Domain.BIAS) == 1
    assert any("Not judged: A, B" in line for line in result.why)


def test_a_flaw_in_a_small_part_of_the_weight_takes_nothing():
    flawed = replace(SURE.studies[1], bias=(bias(judgement=Judgement.HIGH),))
    assert rated(replace(SURE, studies=(SURE.studies[0], flawed))).level is Level.HIGH


@pytest.mark.parametrize(
    ("i2", "p", "other", "expected"),
    [
        (0.0, 0.5, -1.0, 0),
        (60.0, 0.04, -1.0, 1),
        (60.0, 0.3, -1.0, 0),
        (90.0, 0.001, 0.5, 2),
        (90.0, 0.001, -1.0, 1),
    ],
)
def test_inconsistency_by_how_much_and_which_way_studies_differ(i2, p, other, expected):
    studies = (SURE.studies[0], replace(SURE.studies[1], effect=other))
    assert (
        steps(rated(replace(SURE, studies=studies, i2_percent=i2, q_p=p)), Domain.INCONSISTENCY) == expected
    )


def test_inconsistency_by_what_the_next_study_may_find():
    assert steps(rated(replace(SURE, predicted=(-2.0, 0.1))), Domain.INCONSISTENCY) == 1
    assert steps(rated(replace(SURE, predicted=(-2.0, -0.1))), Domain.INCONSISTENCY) == 0


def test_one_study_is_not_called_consistent():
    body = replace(SURE, studies=(Contribution("A", 100, True, GOOD, -0.9),), i2_percent=None, q_p=None)
    reason = next(one.reason for one in rated(body).ratings if one.domain is Domain.INCONSISTENCY)
    assert "not known" in reason


def test_heterogeneity_nobody_computed_takes_a_level():
    assert steps(rated(replace(SURE, i2_percent=None)), Domain.INCONSISTENCY) == 1


def test_indirectness_takes_what_the_gravest_difference_takes():
    one = Indirect("comparator", 1, "saline, which is felt as nothing")
    two = Indirect("population", 2, "depression without anxiety")
    assert steps(rated(replace(SURE, indirect=(one,))), Domain.INDIRECTNESS) == 1
    assert steps(rated(replace(SURE, indirect=(one, two))), Domain.INDIRECTNESS) == 2
    assert "saline" in rated(replace(SURE, indirect=(one,))).why[1]


@pytest.mark.parametrize(
    ("low", "high", "people", "important", "expected"),
    [
        (-1.2, -0.7, 900, 0.3, 0),
        (-1.2, 0.1, 900, 0.3, 1),  # holds no difference
        (-1.2, -0.1, 900, 0.3, 1),  # holds effects too small to matter
        (-1.2, -0.1, 900, None, 0),
        (-1.2, 0.5, 900, 0.3, 2),  # important either way
        (-1.2, -0.7, 300, 0.3, 1),  # too few people
        (-1.2, -0.7, 30, 0.3, 2),  # far too few
        (-1.2, 0.1, 300, 0.3, 2),  # both
        (-1.2, -0.7, None, 0.3, 1),
    ],
)
def test_imprecision_by_the_interval_and_by_the_people(low, high, people, important, expected):
    body = replace(SURE, low=low, high=high, people=people, important=important)
    assert steps(rated(body), Domain.IMPRECISION) == expected


def test_the_size_of_one_large_enough_trial_is_the_textbooks():
    # Half a standard deviation: 63 an arm by the normal (64 by t); 20 % beside 40 %: 79 an arm.
    assert size_for_means(0.5) == 126
    assert size_for_events(0.2, 0.4) == 158
    with pytest.raises(ValueError, match="zero"):
        size_for_means(0)
    with pytest.raises(ValueError, match="two different shares"):
        size_for_events(0.2, 0.2)


def test_events_are_counted_by_the_rule_of_thumb_where_no_size_was_set():
    body = replace(SURE, measure=Measure.RR, events=14, people=59)
    assert steps(rated(body), Domain.IMPRECISION) == 1
    assert steps(rated(replace(body, needed_people=158)), Domain.IMPRECISION) == 1
    assert steps(rated(replace(body, needed_people=400)), Domain.IMPRECISION) == 2


def test_publication_bias_by_small_studies_and_by_what_was_not_seen():
    assert steps(rated(replace(SURE, small_study_p=0.05)), Domain.PUBLICATION) == 1
    assert steps(rated(replace(SURE, small_study_p=0.5)), Domain.PUBLICATION) == 0
    unseen = rated(replace(SURE, unreported=("NCT04560660",)))
    assert steps(unseen, Domain.PUBLICATION) == 1
    assert any("NCT04560660" in line for line in unseen.why)


def test_the_pool_of_two_small_social_anxiety_trials_is_of_very_low_certainty():
    rows = (bias(BiasDomain.UNBLINDING, Judgement.HIGH),)
    body = Body(
        measure=Measure.OR,
        studies=(
            Contribution("Taylor 2018", 51.4, True, rows, 2.9),
            Contribution("Glue 2020", 48.6, True, rows, 3.85),
        ),
        value=3.365,
        low=1.239,
        high=5.491,
        people=30,
        needed_people=size_for_events(0.2, 0.4),
        i2_percent=0.0,
        q_p=0.66,
        indirect=(Indirect("population", 1, "one of the two also took generalised anxiety"),),
    )
    assert rated(body).level is Level.VERY_LOW


OPEN = replace(
    SURE,
    measure=Measure.RR,
    value=log(2.5),
    low=log(1.9),
    high=log(3.2),
    studies=tuple(replace(one, randomised=False, effect=0.9) for one in SURE.studies),
)


def test_what_started_low_and_lost_nothing_may_rise():
    assert rated(OPEN).level is Level.MODERATE
    assert rated(replace(OPEN, dose_response=True)).level is Level.HIGH
    assert rated(replace(OPEN, value=log(6), low=log(5), high=log(8))).level is Level.HIGH
    assert rated(replace(OPEN, opposing_confounding="Sicker people were given it.")).level is Level.HIGH


def test_what_lost_a_level_does_not_rise_and_trials_never_rise():
    assert rated(replace(OPEN, dose_response=True, people=200)).level is Level.VERY_LOW
    assert not [one for one in rated(replace(SURE, dose_response=True)).ratings if one.domain.raises]


def test_a_persons_judgement_stands_over_the_rule_and_both_are_told():
    judged = Judged(Domain.BIAS, 2, "Nearly everybody guessed their drug.", "Dr Example")
    result = rated(SURE, judged)
    assert result.level is Level.LOW
    line = next(line for line in result.why if "Dr Example" in line)
    assert "Nearly everybody guessed" in line and "The rule proposed no change" in line


def test_a_judgement_without_a_reason_or_a_name_is_refused():
    with pytest.raises(ValueError, match="reason"):
        Judged(Domain.BIAS, 1, " ", "Dr Example")
    with pytest.raises(ValueError, match="reason"):
        Judged(Domain.BIAS, 1, "because", "")
    with pytest.raises(ValueError, match="0 to 3"):
        Judged(Domain.BIAS, 4, "because", "Dr Example")
    twice = Judged(Domain.BIAS, 1, "because", "Dr Example")
    with pytest.raises(ValueError, match="Two judgements"):
        certainty(SURE, (twice, twice))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"value": 3.0}, "outside its own interval"),
        ({"studies": SURE.studies[:1]}, "add up to 60"),
        ({"important": 0.0}, "above zero"),
    ],
)
def test_a_body_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        certainty(replace(SURE, **wrong))


def test_every_level_has_words_for_a_patient():
    assert set(FOR_PATIENT) == set(LEVELS)
    assert rated(SURE).for_patient == FOR_PATIENT[Level.HIGH]


flaws = st.fixed_dictionaries(
    {},
    optional={
        "people": st.sampled_from([10, 100, 300, None]),
        "i2_percent": st.sampled_from([60.0, 95.0, None]),
        "q_p": st.just(0.01),
        "small_study_p": st.sampled_from([0.01, 0.5]),
        "unreported": st.just(("NCT00000000",)),
        "indirect": st.just((Indirect("time", 1, "one week only"),)),
        "high": st.sampled_from([-0.1, 0.1, 0.6]),
    },
)


@given(flaws, flaws)
def test_one_more_flaw_never_raises_the_certainty(some, more):
    fewer, further = rated(replace(SURE, **some)), rated(replace(SURE, **{**more, **some}))
    assert LEVELS.index(further.level) <= LEVELS.index(fewer.level)


@given(flaws, st.permutations(SURE.studies))
def test_order_of_studies_does_not_matter(some, studies):
    body = replace(SURE, **some)
    assert rated(body).level is rated(replace(body, studies=tuple(studies))).level


def test_cuts_are_proposed_and_may_be_set():
    assert Cuts().status == "proposed"
    assert steps(rated(SURE, cuts=Cuts(people=2000)), Domain.IMPRECISION) == 1


def test_three_small_differences_from_the_question_take_two_levels_and_two_take_one():
    small = [Indirect(aspect, 1, "differs") for aspect in ("comparator", "population", "hour")]
    assert steps(rated(replace(SURE, indirect=tuple(small[:2]))), Domain.INDIRECTNESS) == 1
    assert steps(rated(replace(SURE, indirect=tuple(small))), Domain.INDIRECTNESS) == 2
