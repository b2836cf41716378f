"""A registry study as ours: numbers under their own name, choices told, guesses never made."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.audit_study import problems_of_study
from ataraxy.core.evidence.study import (
    Activity,
    ArmRole,
    Condition,
    Design,
    Form,
    GivenBy,
    Group,
    Measure,
    OutcomeKind,
    Seen,
    Study,
)
from ataraxy.interop.ctgov import read_study
from ataraxy.interop.taken import Taken, Weight

Json = dict[str, Any]
Read = Callable[[Json], Taken]


def outcome(told: Json, index: int = 0) -> Json:
    found: Json = told["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][index]
    return found


def cell(told: Json, index: int = 0, class_: int = 1) -> Json:
    found: Json = outcome(told, index)["classes"][class_]["categories"][0]["measurements"][0]
    return found


def ketamine(study: Study, index: int = 0) -> Group:
    return next(group for group in study.outcomes[index].groups if group.arm == "ketamine")


def words(taken: Taken, weight: Weight = Weight.LEFT_OUT) -> str:
    return "\n".join(f"{note.where} {note.words}" for note in taken.notes if note.weight is weight)


def test_a_parallel_study_is_read_whole(parallel: Json, read: Read) -> None:
    study = read(parallel).study
    assert (study.id, study.design, study.conditions) == ("nct99999901", Design.PARALLEL, (Condition.PTSD,))
    assert study.registrations == ("NCT99999901", "2099-000001-99")
    assert (study.randomised, study.blinded, study.year, study.pmid) == (True, True, 2021, "99999999")
    assert study.n is not None
    assert study.n.value == 30
    assert study.funding == "Synthetic University; Nobody Foundation"
    drug, comparator = study.arms
    assert (drug.drug, drug.role, drug.route, drug.dose_unit) == (
        "ketamine",
        ArmRole.EXPERIMENTAL,
        GivenBy.IV,
        "mg/kg",
    )
    assert drug.dose is not None
    assert drug.over_min is not None
    assert drug.completed is not None
    assert (drug.dose.value, drug.over_min.value, drug.completed.value) == (Decimal("0.5"), 40, 14)
    assert (comparator.drug, comparator.activity) == ("midazolam", Activity.PSYCHOACTIVE)
    assert "left (withdrawal by subject) Ketamine 1" in study.attrition


def test_a_mean_keeps_its_digits_and_its_baseline(parallel: Json, read: Read) -> None:
    study = read(parallel).study
    first = study.outcomes[0]
    assert (first.instrument, first.kind, first.form) == ("caps5", OutcomeKind.CONTINUOUS, Form.ENDPOINT)
    assert first.primary
    assert first.hour is not None
    assert (first.hour.value, first.hour.seen) == (336, Seen.COMPUTED)
    assert (first.lowest and first.lowest.value, first.highest and first.highest.value) == (0, 80)
    group = ketamine(study)
    assert group.sd is not None
    assert str(group.sd.value) == "11.0"
    assert group.baseline_mean is not None
    assert group.baseline_mean.value == 42


def test_groups_are_matched_by_name_and_never_by_their_order(parallel: Json, read: Read) -> None:
    response = read(parallel).study.outcomes[1]
    assert {g.arm: g.events and g.events.value for g in response.groups} == {"ketamine": 10, "midazolam": 3}


def test_an_analysis_is_read_with_its_direction_where_the_means_show_it(parallel: Json, read: Read) -> None:
    (told,) = read(parallel).study.outcomes[0].reported
    assert (told.measure, told.experimental, told.control) == (Measure.MD, "ketamine", "midazolam")
    assert told.estimate is not None
    assert told.se is not None
    assert told.low is not None
    assert (told.estimate.value, told.se.value, told.low.value) == (
        Decimal("-11.88"),
        Decimal("3.96"),
        Decimal("-19.6"),
    )
    assert told.p is None  # "<0.01" is a bound, no number
    assert told.note == "ANCOVA; p < 0.01"


def test_a_difference_subtracted_the_other_way_round_stands_so_and_keeps_its_sign(
    parallel: Json, read: Read
) -> None:
    outcome(parallel)["analyses"][0].update(paramValue="11.88", ciLowerLimit="4.1", ciUpperLimit="19.6")
    (told,) = read(parallel).study.outcomes[0].reported
    assert (told.experimental, told.control) == ("midazolam", "ketamine")
    assert told.estimate is not None
    assert told.estimate.value == Decimal("11.88")


@pytest.mark.parametrize("estimate", ["-1.2", "0.3", "-40", "0"])
def test_a_direction_the_means_do_not_show_is_not_guessed(estimate: str, parallel: Json, read: Read) -> None:
    outcome(parallel)["analyses"][0]["paramValue"] = estimate
    taken = read(parallel)
    (told,) = taken.study.outcomes[0].reported
    assert (told.experimental, told.control) == ("", "")
    assert "do not show which is beside which" in told.contrast
    assert "do not show which is beside which" in words(taken, Weight.DOUBT)


def test_an_odds_ratio_finds_its_direction_by_the_counts(parallel: Json, read: Read) -> None:
    told = {"groupIds": ["OG000", "OG001"], "paramType": "Odds Ratio (OR)", "paramValue": "8.0"}
    outcome(parallel, 1)["analyses"] = [told, {**told, "paramValue": "0.125"}]
    first, second = read(parallel).study.outcomes[1].reported
    assert (first.measure, first.experimental, first.control) == (Measure.OR, "ketamine", "midazolam")
    assert (second.experimental, second.control) == ("midazolam", "ketamine")


@pytest.mark.parametrize(("told", "read_as"), [("0.03", "0.03"), ("=0.03", "0.03"), ("0.0005", "0.0005")])
def test_a_p_value_is_a_number_only_where_it_is_one(
    told: str, read_as: str, parallel: Json, read: Read
) -> None:
    outcome(parallel)["analyses"][0]["pValue"] = told
    p = read(parallel).study.outcomes[0].reported[0].p
    assert p is not None
    assert p.value == Decimal(read_as)


@pytest.mark.parametrize("told", ["NS", "1.5", "-0.1", "see text"])
def test_what_is_no_p_value_is_told(told: str, parallel: Json, read: Read) -> None:
    outcome(parallel)["analyses"][0]["pValue"] = told
    taken = read(parallel)
    assert taken.study.outcomes[0].reported[0].p is None
    assert "is no p value" in words(taken)


def test_a_one_sided_interval_or_one_without_its_level_is_not_carried(parallel: Json, read: Read) -> None:
    for change in ({"ciNumSides": "ONE_SIDED"}, {"ciPctValue": ""}, {"ciUpperLimit": "NA"}):
        before = dict(outcome(parallel)["analyses"][0])
        outcome(parallel)["analyses"][0].update(change)
        taken = read(parallel)
        assert taken.study.outcomes[0].reported[0].low is None, change
        assert "is not carried" in words(taken)
        outcome(parallel)["analyses"][0].update(before)


def test_a_ninety_percent_interval_keeps_its_level(parallel: Json, read: Read) -> None:
    outcome(parallel)["analyses"][0]["ciPctValue"] = "90"
    assert read(parallel).study.outcomes[0].reported[0].level == Decimal("0.9")


@pytest.mark.parametrize("told", ["NA", "<1", "12,7", "n/a", "1 000 000 000 000 000 000"])
def test_what_is_no_number_is_told_and_left_empty(told: str, parallel: Json, read: Read) -> None:
    cell(parallel)["value"] = told
    taken = read(parallel)
    assert [group.arm for group in taken.study.outcomes[0].groups] == ["midazolam"]
    assert "is no plain number" in words(taken)


def test_commas_between_thousands_are_read(parallel: Json, read: Read) -> None:
    cell(parallel)["value"] = "1,234.5"
    mean = ketamine(read(parallel).study).mean
    assert mean is not None
    assert mean.value == Decimal("1234.5")


def test_a_median_is_no_mean(parallel: Json, read: Read) -> None:
    outcome(parallel)["paramType"] = "MEDIAN"
    taken = read(parallel)
    assert len(taken.study.outcomes) == 1
    assert "MEDIAN" in words(taken)


def test_a_percentage_becomes_a_count_only_where_one_count_gives_it(parallel: Json, read: Read) -> None:
    told = outcome(parallel, 1)
    told.update(paramType="NUMBER", unitOfMeasure="percentage of participants")
    told["classes"][0]["categories"][0]["measurements"] = [
        {"groupId": "OG000", "value": "20.0"},
        {"groupId": "OG001", "value": "66.1"},
    ]
    taken = read(parallel)
    (group,) = taken.study.outcomes[1].groups
    assert group.events is not None
    assert (group.events.value, group.events.seen) == (3, Seen.COMPUTED)
    assert "is no number of people" in words(taken)


def test_more_events_than_people_are_not_carried(parallel: Json, read: Read) -> None:
    cell(parallel, 1, 0)["value"] = "16"
    taken = read(parallel)
    assert [group.arm for group in taken.study.outcomes[1].groups] == ["ketamine"]


def test_a_planned_enrolment_is_no_number_of_people(parallel: Json, read: Read) -> None:
    parallel["protocolSection"]["designModule"]["enrollmentInfo"]["type"] = "ESTIMATED"
    taken = read(parallel)
    assert taken.study.n is None
    assert "is planned" in words(taken)


def test_a_time_frame_that_names_no_one_moment_stays_words(parallel: Json, read: Read) -> None:
    outcome(parallel, 1)["timeFrame"] = "up to 6 months"
    told = read(parallel).study.outcomes[1]
    assert told.hour is None
    assert told.label == "Response on the CAPS-5 [time frame: up to 6 months]"


def test_harms_are_people_and_not_events(parallel: Json, read: Read) -> None:
    harms = {(one.effect, one.arm): one for one in read(parallel).study.harms}
    dizzy = harms["dizziness", "ketamine"]
    assert dizzy.events is not None
    assert dizzy.at_risk is not None
    assert (dizzy.events.value, dizzy.at_risk.value) == (5, 15)


def test_an_unknown_condition_is_told(parallel: Json, read: Read) -> None:
    parallel["protocolSection"]["conditionsModule"]["conditions"] = [
        "Gout",
        "Seasonal Affective Disorder (SAD)",
    ]
    taken = read(parallel)
    assert taken.study.conditions == (Condition.SAD,) or "No condition" in words(taken, Weight.DOUBT)


def test_arms_that_no_group_can_be_told_apart_by_stay_empty(parallel: Json, read: Read) -> None:
    outcome(parallel)["groups"][0]["title"] = "Cohort A"
    taken = read(parallel)
    assert [group.arm for group in taken.study.outcomes[0].groups] == ["midazolam"]
    assert "not clear which arm" in words(taken)


def test_two_groups_that_fit_one_arm_are_both_left_out(parallel: Json, read: Read) -> None:
    outcome(parallel)["groups"][1]["title"] = "Ketamine (completers)"
    taken = read(parallel)
    assert all(one.label != "CAPS-5 total score | 2 weeks" for one in taken.study.outcomes)
    assert "Several groups fit" in words(taken)


def test_the_old_shape_is_refused_with_cause_and_cure() -> None:
    old = {"FullStudiesResponse": {"FullStudies": [{"Study": {"ProtocolSection": {}}}]}}
    with pytest.raises(InputRefused, match="old shape") as refused:
        read_study(json.dumps(old).encode())
    assert "protocolSection" in refused.value.cure
    with pytest.raises(InputRefused, match="old shape"):
        read_study(b'{"Study": {"ProtocolSection": {}}}')


def test_a_page_of_many_studies_is_refused() -> None:
    for page in ({"studies": [{}, {}], "nextPageToken": "x"}, [{}, {}]):
        with pytest.raises(InputRefused, match="2 entries"):
            read_study(json.dumps(page).encode())


def test_an_entry_of_the_wrong_type_is_refused_with_its_path(parallel: Json, read: Read) -> None:
    outcome(parallel)["groups"] = {"OG000": "Ketamine"}
    with pytest.raises(InputRefused) as refused:
        read(parallel)
    assert refused.value.field == "resultsSection.outcomeMeasuresModule.outcomeMeasures[0].groups"
    assert "is a table, where a list belongs" in refused.value.cause


def test_a_study_that_does_not_say_its_design_is_refused(parallel: Json, read: Read) -> None:
    del parallel["protocolSection"]["designModule"]["designInfo"]["interventionModel"]
    with pytest.raises(InputRefused, match="interventionModel is 'missing'"):
        read(parallel)


def test_ketamine_called_an_active_comparator_beside_no_experimental_arm_is_the_one_tested(
    parallel: Json, read: Read
) -> None:
    parallel["protocolSection"]["armsInterventionsModule"]["armGroups"][0]["type"] = "ACTIVE_COMPARATOR"
    taken = read(parallel)
    assert taken.study.arm("ketamine").role is ArmRole.EXPERIMENTAL
    assert "No arm is called experimental" in words(taken, Weight.DOUBT)


def test_several_doses_are_told_because_hours_count_otherwise(parallel: Json, read: Read) -> None:
    arms = parallel["protocolSection"]["armsInterventionsModule"]["armGroups"]
    arms[0]["description"] += ", six infusions over two weeks"
    assert "More than one dose" in words(read(parallel), Weight.DOUBT)


def test_what_is_read_has_no_problem_of_the_catalog(parallel: Json, read: Read) -> None:
    assert problems_of_study(read(parallel).study) == ()


def test_a_crossover_that_is_read_has_no_problem_of_the_catalog(crossover: Json, read: Read) -> None:
    assert problems_of_study(read(crossover).study) == ()
    del crossover["protocolSection"]["designModule"]["designInfo"]["interventionModelDescription"]
    study = read(crossover).study
    assert study.washout_days is None
    assert problems_of_study(study) == ()


def test_more_responders_are_better_and_other_events_are_told(parallel: Json, read: Read) -> None:
    assert not read(parallel).study.outcomes[1].lower_is_better
    outcome(parallel, 1)["title"] = "Participants with relapse"
    taken = read(parallel)
    assert taken.study.outcomes[1].lower_is_better
    assert "taken as worse" in words(taken, Weight.DOUBT)


def test_a_scale_nobody_knows_here_is_told_because_its_better_end_is_not(parallel: Json, read: Read) -> None:
    assert "Which end of this scale" not in words(read(parallel), Weight.DOUBT)
    measure = outcome(parallel)
    measure["title"], measure["description"] = "Global Assessment of Functioning", "A rating."
    assert "Which end of this scale is the better is not told" in words(read(parallel), Weight.DOUBT)


def test_a_number_of_nobody_knows_how_many_people_is_not_carried(parallel: Json, read: Read) -> None:
    del outcome(parallel, 1)["denoms"]
    taken = read(parallel)
    assert len(taken.study.outcomes) == 1
    assert "Of how many people" in words(taken)
