"""Adequate trials: dose, weeks and adherence against the cited table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.load import treatments
from ataraxy.core.chart.chart import EarlierTreatment
from ataraxy.core.chart.events import Answer, Outcome, TreatmentAttested, TreatmentKind, TreatmentRecorded
from ataraxy.core.protocol.adequacy import Finding, TrialVerdict, weigh
from ataraxy.core.protocol.types import Disorder
from ataraxy.core.record.envelope import Envelope, Origin, Recorded

AT = datetime(2026, 11, 1, tzinfo=UTC)
MET, NOT_MET, UNKNOWN = Finding.MET, Finding.NOT_MET, Finding.UNKNOWN


def weighed(record: TreatmentRecorded, disorder: Disorder, *, attested: bool = False) -> TrialVerdict:
    entry = Recorded(Envelope(UUID(int=1), 1, AT, AT, None, Origin.STAFF), record)
    word = Recorded(
        Envelope(UUID(int=2), 2, AT, AT, UUID(int=9), Origin.STAFF),
        TreatmentAttested(UUID(int=1), "seen in the old notes"),
    )
    return weigh(EarlierTreatment(entry, word if attested else None), treatments()[disorder])


def drug(
    name: str = "escitalopram",
    mg: int | None = 10,
    weeks: int | None = 8,
    outcome: Outcome = Outcome.NON_RESPONSE,
    adherent: Answer = Answer.YES,
) -> TreatmentRecorded:
    dose = None if mg is None else Decimal(mg)
    return TreatmentRecorded(TreatmentKind.DRUG, name, dose, weeks, None, outcome, adherent)


def therapy(sessions: int | None, name: str = "cbt") -> TreatmentRecorded:
    kind = TreatmentKind.PSYCHOTHERAPY
    return TreatmentRecorded(kind, name, None, None, sessions, Outcome.NON_RESPONSE, Answer.YES)


@pytest.mark.parametrize(
    ("disorder", "name", "least"),
    [
        (Disorder.GAD, "escitalopram", 10),  # German S3 guideline, PMC6206399 table 2: low end of the range
        (Disorder.GAD, "venlafaxine", 75),
        (Disorder.GAD, "duloxetine", 60),
        (Disorder.GAD, "pregabalin", 150),
        (Disorder.SAD, "sertraline", 50),
        (Disorder.SAD, "moclobemide", 300),
    ],
)
def test_the_low_end_of_the_range_is_enough_and_less_is_not(
    disorder: Disorder, name: str, least: int
) -> None:
    assert weighed(drug(name, least), disorder).finding is MET
    assert weighed(drug(name, least - 1), disorder).finding is NOT_MET


def test_a_titration_start_is_no_trial() -> None:
    """Sertraline 25 mg and paroxetine 10 mg are where treatment begins, not where it works."""
    assert weighed(drug("sertraline", 25, 12), Disorder.PTSD).finding is NOT_MET
    assert weighed(drug("paroxetine", 10, 12), Disorder.PTSD).finding is NOT_MET


@pytest.mark.parametrize(
    ("disorder", "name", "weeks"), [(Disorder.GAD, "escitalopram", 8), (Disorder.PTSD, "sertraline", 12)]
)
def test_eight_weeks_are_needed_and_twelve_in_ptsd(disorder: Disorder, name: str, weeks: int) -> None:
    assert weighed(drug(name, 100, weeks), disorder).finding is MET
    assert weighed(drug(name, 100, weeks - 1), disorder).finding is NOT_MET


@pytest.mark.parametrize(
    "record",
    [
        drug(mg=None),
        drug(weeks=None),
        drug(adherent=Answer.UNKNOWN),
        drug(outcome=Outcome.UNKNOWN),
        therapy(None),
    ],
)
def test_a_missing_fact_leaves_the_trial_unknown(record: TreatmentRecorded) -> None:
    assert weighed(record, Disorder.GAD).finding is UNKNOWN


def test_a_drug_without_a_minimum_in_the_table_stays_unknown() -> None:
    assert weighed(drug("fluoxetine", 60, 20), Disorder.PTSD).finding is UNKNOWN


@pytest.mark.parametrize(
    "record",
    [
        drug(adherent=Answer.NO),
        drug(outcome=Outcome.RESPONSE),
        drug("diazepam"),
        drug("none"),
        therapy(11),
    ],
)
def test_a_known_shortfall_is_not_met(record: TreatmentRecorded) -> None:
    assert weighed(record, Disorder.GAD).finding is NOT_MET


def test_an_attested_trial_counts_and_is_shown_as_attested() -> None:
    found = weighed(drug(mg=None), Disorder.GAD, attested=True)
    assert (found.finding, found.attested) == (MET, True)
    assert any("attested by the prescriber: seen in the old notes" in reason for reason in found.reasons)


def test_an_attestation_never_mends_a_known_shortfall() -> None:
    found = weighed(drug(mg=5, weeks=None), Disorder.GAD, attested=True)
    assert (found.finding, found.attested) == (NOT_MET, False)


def test_an_adequate_trial_needs_no_attestation_and_is_not_counted_as_one() -> None:
    assert not weighed(drug(), Disorder.GAD, attested=True).attested


def test_every_reason_names_its_source() -> None:
    reasons = " ".join(weighed(drug(), Disorder.GAD).reasons)
    assert "s3-anxiety" in reasons and "at least 10 needed" in reasons


records = st.builds(
    TreatmentRecorded,
    st.sampled_from(TreatmentKind),
    st.sampled_from(["escitalopram", "sertraline", "cbt", "none", "tea"]),
    st.none() | st.integers(0, 300).map(Decimal),
    st.none() | st.integers(0, 60),
    st.none() | st.integers(0, 40),
    st.sampled_from(Outcome),
    st.sampled_from(Answer),
)


@given(records, st.sampled_from(["dose_mg_per_day", "weeks", "sessions"]), st.sampled_from(Disorder))
def test_forgetting_a_fact_never_makes_a_trial_adequate(
    record: TreatmentRecorded, name: str, disorder: Disorder
) -> None:
    before = weighed(record, disorder).finding
    after = weighed(replace(record, **{name: None}), disorder).finding
    assert after is not MET or before is MET


@given(records, st.sampled_from(Disorder))
def test_more_weeks_never_make_a_trial_worse(record: TreatmentRecorded, disorder: Disorder) -> None:
    if weighed(record, disorder).finding is MET and record.weeks is not None:
        assert weighed(replace(record, weeks=record.weeks + 1), disorder).finding is MET
