"""A verdict for every criterion, with its facts; what was never asked is unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ataraxy.catalog.load import protocols
from ataraxy.core.chart.events import (
    Answer,
    ConditionRecorded,
    ConsentSigned,
    ConsentWithdrawn,
    DiagnosisRecorded,
    GrantKind,
    MedicineGroupRecorded,
    PregnancyRecorded,
    ScaleAnswered,
    TreatmentAttested,
    TreatmentRecorded,
)
from ataraxy.core.protocol.eligibility import Finding, age_years, counts, judge
from ataraxy.core.protocol.types import Disorder, Use

MET, NOT_MET, UNKNOWN = Finding.MET, Finding.NOT_MET, Finding.UNKNOWN
EVERY = [
    (protocol.id, indication.disorder)
    for protocol in protocols().values()
    for indication in protocol.indications
]


@pytest.mark.parametrize(("protocol", "disorder"), EVERY)
def test_a_fit_person_meets_every_criterion_of_every_shipped_protocol(
    make_fit: Callable[..., Any], protocol: str, disorder: Disorder
) -> None:
    verdicts = make_fit(protocols()[protocol], disorder).verdicts()
    assert {key: v.finding for key, v in verdicts.items() if v.finding is not MET} == {}
    assert counts(verdicts.values())[MET] == len(protocols()[protocol].eligibility)


@pytest.mark.parametrize(("protocol", "disorder"), EVERY)
def test_an_empty_chart_meets_nothing(
    make_fit: Callable[..., Any], protocol: str, disorder: Disorder
) -> None:
    empty = make_fit(protocols()[protocol], disorder).forget(lambda _: True)
    empty.birth_date = None
    assert MET not in {verdict.finding for verdict in empty.verdicts().values()}


def test_every_verdict_shows_its_facts_and_its_source(fit: Any) -> None:
    for verdict in fit.verdicts().values():
        assert verdict.facts and all(verdict.facts) and verdict.source == verdict.criterion.source


def test_a_condition_never_asked_is_unknown(fit: Any) -> None:
    forgot = fit.forget(lambda p: isinstance(p, ConditionRecorded) and p.condition == "aneurysm")
    verdict = forgot.verdicts()["label-contraindications"]
    assert verdict.finding is UNKNOWN and verdict.unknown == ("Aneurysm: not asked",)


@pytest.mark.parametrize(("answer", "finding"), [(Answer.YES, NOT_MET), (Answer.UNKNOWN, UNKNOWN)])
def test_a_contraindication_or_a_do_not_know_is_not_met(fit: Any, answer: Answer, finding: Finding) -> None:
    assert (
        fit.add(ConditionRecorded("aneurysm", answer)).verdicts()["label-contraindications"].finding
        is finding
    )


def test_a_medicine_is_shown_by_its_name(fit: Any) -> None:
    verdict = fit.add(MedicineGroupRecorded("maoi", Answer.YES, "phenelzine")).verdicts()[
        "pressure-medicines"
    ]
    assert verdict.finding is NOT_MET and "phenelzine" in verdict.facts[0]


def test_pregnancy_is_not_met_and_not_knowing_it_is_unknown(fit: Any) -> None:
    assert fit.add(PregnancyRecorded(Answer.YES, "test")).verdicts()["not-pregnant"].finding is NOT_MET
    assert fit.add(PregnancyRecorded(Answer.UNKNOWN, "")).verdicts()["not-pregnant"].finding is UNKNOWN


def test_a_pregnancy_test_grows_old(fit: Any, now: datetime) -> None:
    assert fit.verdicts(now + timedelta(days=27))["not-pregnant"].finding is MET
    assert fit.verdicts(now + timedelta(days=28))["not-pregnant"].finding is UNKNOWN


def test_an_old_pregnancy_stays_a_no(fit: Any, now: datetime) -> None:
    pregnant = fit.add(PregnancyRecorded(Answer.YES, "test"))
    assert pregnant.verdicts(now + timedelta(days=400))["not-pregnant"].finding is NOT_MET


@pytest.mark.parametrize(
    ("total", "finding"), [(33, MET), (32, NOT_MET), (80, MET), (0, NOT_MET), (None, UNKNOWN)]
)
def test_severity_is_judged_at_its_threshold(fit: Any, total: int | None, finding: Finding) -> None:
    score = None if total is None else Decimal(total)
    assert fit.add(ScaleAnswered("pcl5", "1", (), score)).verdicts()["severity"].finding is finding


def test_an_old_score_says_nothing_about_now(fit: Any, now: datetime) -> None:
    assert fit.verdicts(now + timedelta(days=13))["severity"].finding is MET
    assert fit.verdicts(now + timedelta(days=14))["severity"].finding is UNKNOWN


def test_facts_of_the_future_are_not_used(fit: Any, now: datetime) -> None:
    before = fit.verdicts(now - timedelta(days=2))
    assert {before[key].finding for key in ("severity", "diagnosis", "earlier-treatment")} == {UNKNOWN}


@pytest.mark.parametrize(
    ("born", "adult", "under_65"),
    [
        (date(2008, 11, 23), MET, MET),  # eighteen today
        (date(2008, 11, 24), NOT_MET, MET),
        (date(1961, 11, 24), MET, MET),
        (date(1961, 11, 23), MET, NOT_MET),  # sixty-five today
        (None, UNKNOWN, UNKNOWN),
        (date(2030, 1, 1), UNKNOWN, UNKNOWN),
    ],
)
def test_age_is_judged_on_the_birthday(
    fit: Any, born: date | None, adult: Finding, under_65: Finding
) -> None:
    fit.birth_date = born
    verdicts = fit.verdicts()
    assert (verdicts["adult"].finding, verdicts["under-65"].finding) == (adult, under_65)


def test_a_leap_day_birthday_comes_on_the_first_of_march() -> None:
    assert age_years(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_years(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_another_diagnosis_is_not_met(fit: Any) -> None:
    verdict = fit.add(DiagnosisRecorded(Disorder.GAD, "F41.1", "interview")).verdicts()["diagnosis"]
    assert verdict.finding is NOT_MET


def test_consent_counts_only_on_this_very_text(fit: Any) -> None:
    fit.protocol = replace(fit.protocol, sha256="another text")
    assert fit.verdicts()["consent"].finding is NOT_MET


def test_withdrawn_consent_is_no_consent(fit: Any) -> None:
    verdict = fit.add(ConsentWithdrawn((GrantKind.TREATMENT,), "no more")).verdicts()["consent"]
    assert verdict.finding is NOT_MET


def test_consent_to_research_is_not_consent_to_treatment(fit: Any) -> None:
    protocol = fit.protocol
    other = fit.forget(lambda p: isinstance(p, ConsentSigned)).add(
        ConsentSigned(
            protocol.id, protocol.version, protocol.sha256, "t", "en", (GrantKind.RESEARCH,), (), "Ada"
        )
    )
    assert other.verdicts()["consent"].finding is NOT_MET


def test_earlier_treatments_never_asked_are_unknown(fit: Any) -> None:
    forgot = fit.forget(lambda p: isinstance(p, TreatmentRecorded))
    assert forgot.verdicts()["earlier-treatment"].finding is UNKNOWN


def test_attested_trials_are_counted_apart(fit: Any) -> None:
    index = next(i for i, p in enumerate(fit.payloads) if isinstance(p, TreatmentRecorded))
    fit.payloads[index] = replace(fit.payloads[index], dose_mg_per_day=None)
    assert fit.verdicts()["earlier-treatment"].finding is UNKNOWN
    attested = fit.add(TreatmentAttested(fit.events[index].envelope.id, "letter"))
    verdict = attested.verdicts()["earlier-treatment"]
    assert (verdict.finding, verdict.attested) == (MET, 1)
    assert attested.gate().attested == 1


def test_the_same_drug_twice_is_one_trial(fit: Any) -> None:
    protocol = fit.protocol
    fit.protocol = replace(
        protocol,
        eligibility=tuple(replace(c, drug_trials=2) if c.drug_trials else c for c in protocol.eligibility),
    )
    drug = next(p for p in fit.payloads if isinstance(p, TreatmentRecorded))
    assert fit.add(drug).verdicts()["earlier-treatment"].finding is NOT_MET


def test_the_draft_for_generalised_anxiety_is_for_the_demo_only() -> None:
    indication = protocols()["iv-racemic-0.5"].indication(Disorder.GAD)
    assert indication is not None and indication.use is Use.DEMO


def test_facts_are_told_by_name_and_by_the_day_where_the_clinic_is(fit: Any, now: datetime) -> None:
    """The chart of yesterday 12:00 UTC: in Auckland it was already past midnight."""
    names = {"aneurysm": "aneurysmal vascular disease", "pcl5": "PCL-5"}
    local = now.astimezone(ZoneInfo("Pacific/Auckland"))
    found = judge(fit.protocol, fit.disorder, fit.chart, None, local, fit.birth_date, names)
    told = {verdict.criterion.id: verdict.facts for verdict in found}
    day = f"{(now - timedelta(days=1)).day + 1} Nov 2026"
    assert told["label-contraindications"][0] == f"Aneurysmal vascular disease: no ({day})"
    assert told["severity"][0].startswith("PCL-5 ")
    assert f"on {day}" in told["severity"][0]
