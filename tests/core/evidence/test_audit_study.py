"""What a study's file may not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ataraxy.core.evidence.audit_study import problems_of_study
from ataraxy.core.evidence.study import (
    Activity,
    Arm,
    ArmRole,
    Carryover,
    Condition,
    Design,
    Figure,
    Finding,
    Form,
    Group,
    Harm,
    Measure,
    Outcome,
    OutcomeKind,
    Pairs,
    Reported,
    Seen,
    Study,
)


def figure(value: float) -> Figure:
    return Figure(Decimal(str(value)), Seen.READ)


COUNTED = Outcome(
    "r",
    "lsas",
    "response",
    OutcomeKind.EVENTS,
    groups=(
        Group("ketamine", figure(18), events=figure(6)),
        Group("saline", figure(17), events=figure(0)),
    ),
    pairs=(Pairs("ketamine", "saline", figure(5), figure(0)),),
)
MEASURED = Outcome(
    "m",
    "caps5",
    "CAPS-5",
    OutcomeKind.CONTINUOUS,
    lowest=figure(0),
    highest=figure(80),
    groups=(Group("ketamine", figure(18), figure(30), figure(10)),),
    reported=(Reported(Measure.MD, figure(-11.9), "ketamine", "saline", unit="points", se=figure(4)),),
)
SOUND = Study(
    id="a",
    source="a",
    title="a",
    design=Design.CROSSOVER,
    conditions=(Condition.SAD,),
    population="people",
    cohort_id="a",
    finding=Finding.MIXED,
    registrations=("NCT02083926", "ACTRN12615000617561", "ISRCTN12345678", "2015-001234-56"),
    doi="10.1177/0269881117705089",
    pmid="28441895",
    randomised=True,
    washout_days=figure(28),
    carryover=Carryover.NOT_SEEN,
    arms=(
        Arm(
            "ketamine",
            "k",
            "ketamine",
            ArmRole.EXPERIMENTAL,
            dose=figure(0.5),
            dose_unit="mg/kg",
            randomised=figure(18),
        ),
        Arm("saline", "s", "saline", ArmRole.CONTROL, Activity.INERT, randomised=figure(18)),
    ),
    outcomes=(COUNTED, MEASURED),
    harms=(Harm("nausea", "Nausea", "ketamine", figure(3), figure(18)),),
)


def outcome(one: Outcome = COUNTED, **changed: object) -> Study:
    return replace(SOUND, outcomes=(replace(one, **changed),))  # type: ignore[arg-type]


def group(one: Outcome = COUNTED, **changed: object) -> Study:
    first = replace(one.groups[0], **changed)  # type: ignore[arg-type]
    return outcome(one, groups=(first, *one.groups[1:]))


def arm(**changed: object) -> Study:
    return replace(SOUND, arms=(replace(SOUND.arms[0], **changed), SOUND.arms[1]))  # type: ignore[arg-type]


def reported(**changed: object) -> Study:
    return outcome(MEASURED, reported=(replace(MEASURED.reported[0], **changed),))  # type: ignore[arg-type]


def harm(**changed: object) -> Study:
    return replace(SOUND, harms=(replace(SOUND.harms[0], **changed),))  # type: ignore[arg-type]


def test_a_sound_study_has_no_problem():
    assert problems_of_study(SOUND) == ()


@pytest.mark.parametrize(
    ("study", "says"),
    [
        (replace(SOUND, registrations=("NCT1",)), "no registration number"),
        (replace(SOUND, registrations=("ACTRN373410",)), "no registration number"),
        (replace(SOUND, doi="https://doi.org/10.1177/1"), "no DOI"),
        (replace(SOUND, pmid="PMC5729569"), "no PMID"),
        (replace(SOUND, carryover=None), "nothing of carry-over"),
        (replace(SOUND, washout_days=None), "nothing of its wash-out"),
        (replace(SOUND, design=Design.OPEN, randomised=False, carryover=None), "Only a crossover has a wash-out"),
        (replace(SOUND, design=Design.COHORT, washout_days=None, carryover=None), "is not randomised"),
        (replace(SOUND, retracted_on=date(2026, 3, 31)), "Who retracted it"),
        (replace(SOUND, arms=(*SOUND.arms, SOUND.arms[0])), "stands twice"),
        (replace(SOUND, outcomes=(COUNTED, COUNTED)), "stands twice"),
        (arm(dose_unit=""), "dose without a unit"),
        (arm(dose=figure(-1)), "below zero"),
        (arm(activity=Activity.INERT), "Only a comparator"),
        (arm(completed=figure(19)), "19 completed, but 18 randomised"),
        (group(arm="placebo"), "no arm 'placebo'"),
        (group(events=figure(19)), "19 had it, but 18 counted"),
        (group(n=figure(19)), "19 counted, but 18 randomised"),
        (group(n=figure(17.5)), "17.5 people"),
        (group(n=None), "without the number of people"),
        (group(mean=figure(3)), "Means and events are mixed up"),
        (group(MEASURED, events=figure(3)), "Means and events are mixed up"),
        (group(MEASURED, n=None), "without the number of people"),
        (group(MEASURED, sd=figure(-1)), "below zero"),
        (group(MEASURED, mean=figure(117)), "on a scale from 0 to 80"),
        (group(MEASURED, low=figure(40), high=figure(20)), "ends below where it begins"),
        (outcome(MEASURED, lowest=figure(90)), "ends below where it begins"),
        (outcome(pairing_r=figure(1.2)), "correlation beyond 1"),
        (outcome(pairs=(replace(COUNTED.pairs[0], experimental_only=figure(7)),)), "7 responded to it alone"),
        (outcome(pairs=(replace(COUNTED.pairs[0], control="placebo"),)), "no arm 'placebo'"),
        (replace(SOUND, design=Design.PARALLEL, washout_days=None, carryover=None), "Only a crossover has pairs"),
        (
            replace(
                outcome(pairs=(), first_period=True), design=Design.PARALLEL, washout_days=None, carryover=None
            ),
            "Only a crossover has periods",
        ),
        (reported(control="placebo"), "no arm 'placebo'"),
        (reported(control=""), "What is compared is not told"),
        (reported(unit=""), "without a unit"),
        (reported(measure=Measure.OR), "A ratio is above zero"),
        (reported(low=figure(2), high=figure(1)), "ends below where it begins"),
        (reported(p=figure(1.2)), "p value lies from 0 to 1"),
        (reported(level=Decimal(95)), "Write 0.95"),
        (reported(se=figure(-4)), "below zero"),
        (harm(arm="placebo"), "no arm 'placebo'"),
        (harm(events=figure(19)), "19 had it, but 18 at risk"),
        (harm(events=None), "Neither a count nor a share"),
        (harm(share=figure(130)), "More than 100 %"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_a_cure(study, says):
    problems = problems_of_study(study)
    assert any(says in f"{one.cause} {one.cure}" for one in problems), problems
    assert all(one.cure for one in problems)


def test_a_fall_below_zero_is_no_fault_of_a_change():
    change = outcome(
        MEASURED, form=Form.CHANGE, groups=(Group("ketamine", figure(18), figure(-20), figure(9)),)
    )
    assert problems_of_study(change) == ()
