"""Contradictions of whole studies and reviews, with their places; the base as it stands."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ataraxy.core.evidence.contradiction import Flaw
from ataraxy.core.evidence.study import (
    Condition,
    Design,
    Figure,
    Finding,
    Group,
    Harm,
    Measure,
    Outcome,
    OutcomeKind,
    Pairs,
    PublishedPool,
    Reported,
    Review,
    Seen,
    Study,
)
from ataraxy.core.evidence.study_consistency import findings_of_review, findings_of_study


def figure(text):
    return Figure(Decimal(text), Seen.READ)


def group(arm, **texts):
    return Group(arm, **{name: figure(text) for name, text in texts.items()})


def study(*outcomes, harms=()):
    return Study(
        "one", "one", "One", Design.PARALLEL, (Condition.SAD,), "people", "one", Finding.MIXED,
        outcomes=outcomes, harms=harms,
    )  # fmt: skip


def row(estimate, low, high, measure=Measure.MD, **more):
    return Reported(measure, figure(estimate), low=figure(low), high=figure(high), **more)


CONTINUOUS = Outcome("lsas", "lsas", "LSAS", OutcomeKind.CONTINUOUS)
EVENTS = Outcome("response", "lsas", "LSAS response", OutcomeKind.EVENTS)


def test_each_finding_says_where_it_stands():
    sound, broken = row("1.0", "0.0", "2.0"), row("3.0", "0.0", "2.0")
    (one,) = findings_of_study(study(CONTINUOUS, replace(EVENTS, reported=(sound, broken))))
    assert str(one.place) == "one, response, reported 2"
    assert one.kind is Flaw.OUTSIDE
    (two,) = findings_of_study(study(replace(EVENTS, groups=(group("ketamine", n="6", events="7"),))))
    assert str(two.place) == "one, response, ketamine"


def test_a_review_tells_by_pool():
    pools = (
        PublishedPool("pcl5", Condition.PTSD, "", row("0.25", "0.57", "17.02", Measure.SMD)),
        PublishedPool("caps5", Condition.PTSD, "", row("0.27", "0.03", "0.51", Measure.SMD)),
    )
    found = findings_of_review(Review("r", "r", "R", (Condition.PTSD,), False, "", pools=pools))
    assert {one.kind for one in found} == {Flaw.OUTSIDE, Flaw.UNITS}
    assert {str(one.place) for one in found} == {"r, pcl5, reported 1"}


def test_standard_errors_printed_as_sds_are_seen_against_the_difference():
    """SDs of 8 in 16 and 16 people: the difference has an SE of 2.83. Printed as SDs of 2, it would be 0.71."""
    difference = row("-6.0", "-11.5", "-0.5", experimental="ketamine", control="saline")
    arms = (group("ketamine", n="16", mean="40.0", sd="2.0"), group("saline", n="16", mean="46.0", sd="2.0"))
    (one,) = findings_of_study(study(replace(CONTINUOUS, reported=(difference,), groups=arms)))
    assert one.kind is Flaw.SD_SE
    right = (group("ketamine", n="16", mean="40.0", sd="8.0"), group("saline", n="16", mean="46.0", sd="8.0"))
    assert findings_of_study(study(replace(CONTINUOUS, reported=(difference,), groups=right))) == ()


def difference_of(sds, people, se):
    """What is told of a difference of means with this error, printed beside these SDs of these people."""
    printed = Reported(Measure.MD, figure("-6.0"), se=figure(se), experimental="ketamine", control="saline")
    arms = tuple(
        group(name, n=n, sd=sd) for name, n, sd in zip(("ketamine", "saline"), people, sds, strict=True)
    )
    return findings_of_study(study(replace(CONTINUOUS, reported=(printed,), groups=arms)))


def test_the_standard_error_that_printed_sds_tell_is_worked_out_from_each_arm():
    """SDs of 2.5 and 4 in 16 and 25 people: sqrt(6.25/16 + 16/25) = 1.0152; as errors, sqrt(6.25 + 16) = 4.717."""
    (one,) = difference_of(("2.5", "4.0"), ("16", "25"), "4.7")
    assert one.kind is Flaw.SD_SE
    assert one.number("se told") == pytest.approx(1.015197, abs=1e-5)
    assert "it would be 1.02" in one.words
    assert difference_of(("2.5", "4.0"), ("16", "25"), "3.7") == ()  # below four fifths
    assert difference_of(("2.5", "4.0"), ("16", "25"), "6.0") == ()  # above five quarters


@pytest.mark.parametrize(
    ("se", "told"), [("2.95", True), ("2.80", False), ("4.40", True), ("4.60", False), ("0.78", False)]
)
def test_sds_are_called_errors_from_four_fifths_to_five_quarters_of_the_difference_they_would_make(se, told):
    """2.88 and 4.51."""
    assert bool(difference_of(("2.0", "3.0"), ("16", "25"), se)) is told


def test_one_bound_alone_tells_no_error_of_the_difference():
    arms = (group("ketamine", n="16", sd="2.0"), group("saline", n="25", sd="3.0"))
    for bound in ({"low": figure("-11.5")}, {"high": figure("-0.5")}):
        printed = Reported(Measure.MD, figure("-6.0"), experimental="ketamine", control="saline", **bound)
        assert findings_of_study(study(replace(CONTINUOUS, reported=(printed,), groups=arms))) == ()


def test_an_error_less_than_twice_what_the_sds_tell_is_no_misprint():
    """Three people an arm: SDs of 2 and 2 tell 1.63 and, as errors, 2.83: too near to tell apart."""
    assert difference_of(("2.0", "2.0"), ("3", "3"), "2.83") == ()
    assert difference_of(("0.5", "0.5"), ("25", "25"), "0.707") != ()
    assert (
        difference_of(("2.0", "2.0"), ("5", "5"), "2.83") != ()
    )  # told 1.265: more than twice, less than three times


ARMS = {"experimental": "ketamine", "control": "saline"}


def test_an_estimate_that_stands_the_wrong_way_round_is_told():
    """Feder 2021: 10 of 15 and 3 of 15 are an odds ratio of 8.0; 0.125 is that of the arms exchanged."""
    arms = (group("ketamine", n="15", events="10"), group("saline", n="15", events="3"))
    for estimate, expected in (("0.125", [Flaw.DIRECTION]), ("8.0", []), ("6.1", [])):
        printed = Reported(Measure.OR, figure(estimate), **ARMS)
        found = findings_of_study(study(replace(EVENTS, reported=(printed,), groups=arms)))
        assert [one.kind for one in found] == expected
    means = (group("ketamine", n="16", mean="40.1"), group("saline", n="16", mean="46.3"))
    for estimate, expected in (("6.2", [Flaw.DIRECTION]), ("-6.2", []), ("5.1", [])):
        printed = Reported(Measure.MD, figure(estimate), **ARMS)
        found = findings_of_study(study(replace(CONTINUOUS, reported=(printed,), groups=means)))
        assert [one.kind for one in found] == expected


def test_what_the_arms_show_is_told_beside_a_turned_estimate():
    means = (group("ketamine", n="16", mean="40.1"), group("saline", n="16", mean="46.3"))
    printed = Reported(Measure.MD, figure("6.2"), **ARMS)
    (one,) = findings_of_study(study(replace(CONTINUOUS, reported=(printed,), groups=means)))
    assert (one.number("estimate"), one.number("shown by the arms")) == pytest.approx((6.2, -6.2))


def test_means_of_one_arm_and_counts_that_cannot_be_show_no_direction():
    printed = Reported(Measure.MD, figure("6.2"), **ARMS)
    for arms in (
        (group("ketamine", n="16", mean="40.1"), group("saline", n="16")),
        (group("ketamine", n="16"), group("saline", n="16", mean="46.3")),
    ):
        assert findings_of_study(study(replace(CONTINUOUS, reported=(printed,), groups=arms))) == ()
    ratio = Reported(Measure.HR, figure("2.0"), **ARMS)
    some = (group("ketamine", n="15", events="3"), group("saline", n="15", events="8"))
    assert findings_of_study(study(replace(EVENTS, reported=(ratio,), groups=some))) == ()
    more = (group("ketamine", n="15", events="16"), group("saline", n="15", events="8"))
    odds = Reported(Measure.OR, figure("2.0"), **ARMS)
    found = findings_of_study(study(replace(EVENTS, reported=(odds,), groups=more)))
    assert [one.kind for one in found] == [Flaw.COUNTS]


def test_a_risk_difference_of_an_arm_without_events_has_a_direction():
    arms = (group("ketamine", n="10", events="4"), group("saline", n="10", events="0"))
    for estimate, expected in (("-0.4", [Flaw.DIRECTION]), ("0.4", [])):
        printed = Reported(Measure.RD, figure(estimate), **ARMS)
        found = findings_of_study(study(replace(EVENTS, reported=(printed,), groups=arms)))
        assert [one.kind for one in found] == expected


def test_arms_that_show_no_difference_or_tell_too_little_have_no_direction():
    printed = Reported(Measure.OR, figure("2.0"), **ARMS)
    for arms in (
        (group("ketamine", n="15", events="3"), group("saline", n="15", events="3")),
        (group("ketamine", n="15", events="3"), group("saline", n="15", events="0")),
        (group("ketamine", n="15"), group("saline", n="15", events="3")),
    ):
        assert findings_of_study(study(replace(EVENTS, reported=(printed,), groups=arms))) == ()


def test_more_responders_within_pairs_than_at_all_are_told():
    pairs = Pairs("ketamine", "saline", figure("5"), figure("0"), both=figure("3"))
    arms = (group("ketamine", n="18", events="6"), group("saline", n="17", events="3"))
    (one,) = findings_of_study(study(replace(EVENTS, pairs=(pairs,), groups=arms)))
    assert (one.kind, one.number("in pairs"), one.number("events")) == (Flaw.COUNTS, 8, 6)


def test_as_many_responders_within_pairs_as_at_all_may_be():
    pairs = Pairs("ketamine", "saline", figure("5"), figure("1"))
    arms = (group("ketamine", n="18", events="5"), group("saline", n="17", events="1"))
    assert findings_of_study(study(replace(EVENTS, pairs=(pairs,), groups=arms))) == ()


@pytest.mark.parametrize(
    ("harm", "kinds"),
    [
        ({"events": "2", "at_risk": "15", "share": "13.3"}, []),
        ({"events": "2", "at_risk": "15", "share": "15"}, [Flaw.SHARE]),
        ({"at_risk": "15", "share": "33"}, []),
        ({"at_risk": "15", "share": "29.8"}, [Flaw.SHARE]),
        ({"events": "16", "at_risk": "15"}, [Flaw.COUNTS]),
        ({"share": "29.8"}, []),
        ({"at_risk": "1", "share": "50"}, [Flaw.SHARE]),
    ],
)
def test_harms_are_counts_of_people(harm, kinds):
    one = Harm("dizziness", "dizziness", "ketamine", **{name: figure(text) for name, text in harm.items()})
    found = findings_of_study(study(harms=(one,)))
    assert [each.kind for each in found] == kinds
    assert all(each.place.arm == "ketamine" for each in found)
