"""The gate: nothing unknown opens it, no contraindication ever does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ataraxy.catalog.load import cautions, protocols
from ataraxy.core.chart.events import (
    Answer,
    ConditionRecorded,
    ConsentSigned,
    CriterionOverridden,
    DiagnosisRecorded,
    MedicineGroupRecorded,
    Outcome,
    PregnancyRecorded,
    ScaleAnswered,
    TreatmentKind,
    TreatmentRecorded,
)
from ataraxy.core.protocol.eligibility import Finding
from ataraxy.core.protocol.gate import STANDING, gate, may_be_overridden
from ataraxy.core.protocol.types import CriterionKind, CriterionRole, Disorder, Override

QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
CASES = [
    (protocol.id, indication.disorder)
    for protocol in protocols().values()
    for indication in protocol.indications
]
cases = st.sampled_from(CASES)
conditions = st.sampled_from(sorted(cautions().conditions))
groups = st.sampled_from(sorted(cautions().medicine_groups))


def kinds_of_fact() -> list[tuple[str, Callable[[Any], bool]]]:
    """Everything that can be forgotten: all there is about one question."""
    about: list[tuple[str, Callable[[Any], bool]]] = [
        (kind.__name__, lambda p, kind=kind: isinstance(p, kind))  # type: ignore[misc]
        for kind in (DiagnosisRecorded, ScaleAnswered, TreatmentRecorded, PregnancyRecorded, ConsentSigned)
    ]
    for key in cautions().conditions:
        about.append((key, lambda p, k=key: getattr(p, "condition", None) == k))  # type: ignore[misc]
    for key in cautions().medicine_groups:
        about.append((key, lambda p, k=key: getattr(p, "group", None) == k))  # type: ignore[misc]
    return about


FACTS = kinds_of_fact()


@pytest.mark.parametrize(("protocol", "disorder"), CASES)
def test_the_gate_opens_for_a_fit_person(
    make_fit: Callable[..., Any], protocol: str, disorder: Disorder
) -> None:
    found = make_fit(protocols()[protocol], disorder).gate()
    assert found.open and found.closed_by == () and found.overridden == ()


@pytest.mark.parametrize("forgotten", [name for name, _ in FACTS])
def test_nothing_unknown_opens_it_and_no_signature_helps(fit: Any, forgotten: str) -> None:
    forgot = fit.forget(dict(FACTS)[forgotten])
    asked = {key for c in fit.protocol.eligibility for key in (*c.conditions, *c.medicine_groups)}
    if forgotten in set(cautions().conditions) | set(cautions().medicine_groups) and forgotten not in asked:
        pytest.skip("this protocol does not ask about it")
    signed = forgot.add(*(fit.override(c.id) for c in fit.protocol.eligibility))
    assert not forgot.gate().open and not signed.gate().open


@pytest.mark.parametrize("key", sorted(cautions().contraindications()))
def test_no_signature_opens_a_contraindication_of_the_label(fit: Any, key: str) -> None:
    signed = fit.add(ConditionRecorded(key, Answer.YES), fit.override("label-contraindications"))
    found = signed.gate()
    assert [one.criterion for one in found.closed_by] == ["label-contraindications"]
    assert not found.closed_by[0].can_be_overridden


def test_no_signature_opens_pregnancy_or_missing_consent(fit: Any) -> None:
    pregnant = fit.add(PregnancyRecorded(Answer.YES, "test"), fit.override("not-pregnant"))
    assert not pregnant.gate().open
    unsigned = fit.forget(lambda p: isinstance(p, ConsentSigned))
    assert not unsigned.add(fit.override("consent")).gate().open


def test_a_file_that_says_otherwise_does_not_open_them(fit: Any) -> None:
    careless = tuple(replace(c, override=Override.PRESCRIBER) for c in fit.protocol.eligibility)
    fit.protocol = replace(fit.protocol, eligibility=careless)
    pregnant = fit.add(PregnancyRecorded(Answer.YES, "test"), fit.override("not-pregnant"))
    aneurysm = fit.add(ConditionRecorded("aneurysm", Answer.YES), fit.override("label-contraindications"))
    assert not pregnant.gate().open and not aneurysm.gate().open
    allowed = {c.id for c in careless if may_be_overridden(c)}
    forbidden = {
        c.id
        for c in careless
        if c.role is CriterionRole.EXCLUSION or c.kind in (CriterionKind.CONSENT, CriterionKind.NOT_PREGNANT)
    }
    assert allowed and not allowed & forbidden


def test_a_caution_opens_by_a_signed_reason_after_the_fact(fit: Any) -> None:
    risky = fit.add(ConditionRecorded("sleep-apnoea", Answer.YES))
    closed = risky.gate()
    assert not closed.open and closed.closed_by[0].can_be_overridden
    found = risky.add(fit.override("sleep-apnoea")).gate()
    assert found.open and found.overridden == ("sleep-apnoea",)


def test_a_reason_signed_before_the_fact_does_not_count(fit: Any) -> None:
    early = fit.add(fit.override("sleep-apnoea"), ConditionRecorded("sleep-apnoea", Answer.YES)).gate()
    assert not early.open and "sign again" in early.closed_by[0].reason


def test_a_blank_reason_is_no_reason(fit: Any) -> None:
    risky = fit.add(ConditionRecorded("sleep-apnoea", Answer.YES), fit.override("sleep-apnoea", "  "))
    assert not risky.gate().open


def test_a_reason_for_another_version_does_not_count(fit: Any) -> None:
    other = CriterionOverridden(fit.protocol.id, "1999.1", "sleep-apnoea", "weighed")
    assert not fit.add(ConditionRecorded("sleep-apnoea", Answer.YES), other).gate().open


@pytest.mark.parametrize("criterion", ["severity", "earlier-treatment", "sleep-apnoea"])
def test_a_reason_signed_for_one_disorder_does_not_open_another(
    make_fit: Callable[..., Any], criterion: str
) -> None:
    """Hazard: mild PTSD is signed past; the same signature opens the gate for mild social anxiety."""
    mild = _short_of_everything(make_fit(protocols()["iv-racemic-0.5"], Disorder.SAD))
    own = mild.override(criterion)
    assert criterion in mild.add(own).gate().overridden
    assert criterion not in mild.add(replace(own, disorder=Disorder.PTSD)).gate().overridden


@pytest.mark.parametrize(
    ("criterion", "opens"), [("severity", False), ("earlier-treatment", False), ("sleep-apnoea", True)]
)
def test_an_old_reason_that_names_no_disorder_holds_only_where_none_matters(
    make_fit: Callable[..., Any], criterion: str, opens: bool
) -> None:
    mild = _short_of_everything(make_fit(protocols()["iv-racemic-0.5"], Disorder.SAD))
    old = replace(mild.override(criterion), disorder=None)
    assert (criterion in mild.add(old).gate().overridden) is opens


def _short_of_everything(fit: Any) -> Any:
    """Too mild, not enough tried, and a caution: each known."""
    tried = fit.forget(lambda p: isinstance(p, TreatmentRecorded))
    none = [
        TreatmentRecorded(kind, "none", None, None, None, Outcome.UNKNOWN, Answer.NO)
        for kind in TreatmentKind
    ]
    scale = fit.protocol.indication(fit.disorder).severity.scale
    mild = ScaleAnswered(scale, "1", (), Decimal(1))
    return tried.add(*none, mild, ConditionRecorded("sleep-apnoea", Answer.YES))


def test_a_signature_does_not_cover_the_unknown_half_of_a_line(fit: Any) -> None:
    """Liver disease is known and signed for; the kidneys were never asked about."""
    half = fit.forget(lambda p: getattr(p, "condition", "") == "renal-impairment")
    signed = half.add(ConditionRecorded("hepatic-impairment", Answer.YES), fit.override("liver-and-kidney"))
    assert not signed.gate().open


def test_no_verdicts_at_all_keep_it_closed(fit: Any) -> None:
    assert not gate(fit.protocol, fit.disorder, []).open
    some = list(fit.verdicts().values())[:-1]
    found = gate(fit.protocol, fit.disorder, some)
    assert [one.reason for one in found.closed_by] == ["was not judged"]


def test_a_protocol_without_criteria_opens_for_nobody(fit: Any) -> None:
    assert not gate(replace(fit.protocol, eligibility=()), fit.disorder, []).open


def test_a_draft_opens_in_the_demo_only(make_fit: Callable[..., Any]) -> None:
    draft = make_fit(protocols()["iv-racemic-0.5"], Disorder.GAD)
    assert draft.gate(demo=True).open and not draft.gate(demo=False).open


def test_a_disorder_the_protocol_does_not_treat_is_closed(make_fit: Callable[..., Any]) -> None:
    sc = protocols()["sc-ascending"]
    patient = make_fit(sc, Disorder.GAD)
    patient.disorder = Disorder.PTSD
    assert not patient.gate().open


def test_waiting_for_consent_only_is_told(fit: Any) -> None:
    unsigned = fit.forget(lambda p: isinstance(p, ConsentSigned))
    assert unsigned.gate().waits_for_consent_only
    both = unsigned.add(ConditionRecorded("aneurysm", Answer.YES))
    assert not both.gate().waits_for_consent_only and not fit.gate().waits_for_consent_only


def test_a_patient_who_gets_better_may_go_on_with_the_course(fit: Any) -> None:
    better = fit.add(ScaleAnswered("pcl5", "1", (), None))
    assert not better.gate().open and better.gate(kinds=STANDING).open
    assert not better.add(ConditionRecorded("aneurysm", Answer.YES)).gate(kinds=STANDING).open


answers = st.sampled_from(Answer)
facts = st.lists(
    st.builds(ConditionRecorded, conditions, answers)
    | st.builds(MedicineGroupRecorded, groups, answers)
    | st.builds(PregnancyRecorded, answers, st.just("test")),
    max_size=4,
)


@given(cases, facts, st.booleans(), conditions | groups)
@QUIET
def test_adding_a_contraindication_never_opens_the_gate(
    make_fit: Callable[..., Any], case: tuple[str, Disorder], some: list[Any], signed: bool, bad: str
) -> None:
    patient = make_fit(protocols()[case[0]], case[1]).add(*some)
    if signed:
        patient = patient.add(*(patient.override(c.id) for c in patient.protocol.eligibility))
    fact = (
        ConditionRecorded(bad, Answer.YES)
        if bad in cautions().conditions
        else MedicineGroupRecorded(bad, Answer.YES)
    )
    if not patient.gate().open:
        assert not patient.add(fact).gate().open
    label = cautions().contraindications()
    if bad in label:
        assert not patient.add(fact).gate().open


@given(cases, facts, st.booleans(), st.sampled_from([name for name, _ in FACTS]))
@QUIET
def test_forgetting_a_fact_never_opens_the_gate(
    make_fit: Callable[..., Any], case: tuple[str, Disorder], some: list[Any], signed: bool, name: str
) -> None:
    patient = make_fit(protocols()[case[0]], case[1]).add(*some)
    if signed:
        patient = patient.add(*(patient.override(c.id) for c in patient.protocol.eligibility))
    if not patient.gate().open:
        assert not patient.forget(dict(FACTS)[name]).gate().open


@given(cases, facts, st.booleans())
@QUIET
def test_an_open_gate_has_nothing_unknown_behind_it(
    make_fit: Callable[..., Any], case: tuple[str, Disorder], some: list[Any], signed: bool
) -> None:
    patient = make_fit(protocols()[case[0]], case[1]).add(*some)
    if signed:
        patient = patient.add(*(patient.override(c.id) for c in patient.protocol.eligibility))
    found = patient.gate()
    for key, verdict in patient.verdicts().items():
        if found.open:
            assert verdict.finding is Finding.MET or (key in found.overridden and not verdict.unknown)
            assert verdict.finding is Finding.MET or may_be_overridden(verdict.criterion)
