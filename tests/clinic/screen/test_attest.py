"""A prescriber's word fills a gap in memory; it never changes a known fact."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.core.chart.events import Answer, Outcome, TreatmentKind, TreatmentRecorded
from ataraxy.core.protocol.types import Disorder

WORDS = "The pharmacy's list shows ten months of refills."


@pytest.fixture
def earlier(patient: Any, prescriber: Any, context: Callable[..., Any]) -> Callable[..., Any]:
    """earlier(weeks) -> the entry of a sertraline trial of so many weeks (None: not known)."""

    def make(weeks: int | None) -> Any:
        from ataraxy.clinic.people.chart import chart_of
        from ataraxy.clinic.screen.actions.facts import record_diagnosis, record_treatment

        ctx = context(prescriber)
        record_diagnosis(ctx, patient, Disorder.PTSD, "F43.10", "interview")
        drug = TreatmentRecorded(
            TreatmentKind.DRUG, "sertraline", Decimal(150), weeks, None, Outcome.NON_RESPONSE, Answer.YES
        )
        record_treatment(ctx, patient, drug)
        return chart_of(patient.id).treatments[-1].record.envelope.id

    return make


def test_a_trial_with_missing_facts_counts_apart(
    patient: Any,
    protocol: Any,
    prescriber: Any,
    earlier: Any,
    log_in: Any,
    fill: Callable[..., Any],
    context: Any,
) -> None:
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.screen.gate import judged

    url = f"/screen/{patient.id}/treatment/{earlier(None)}/attest/"
    assert fill(log_in(prescriber), url, explanation=WORDS, password=True).status_code == 302
    now = judged(context(prescriber), patient, chart_of(patient.id), protocol, Disorder.PTSD)
    assert now.decision.attested == 1


def test_a_known_shortfall_is_not_attested_away(
    patient: Any,
    prescriber: Any,
    earlier: Any,
    log_in: Any,
    fill: Callable[..., Any],
    events: Callable[..., Any],
) -> None:
    url = f"/screen/{patient.id}/treatment/{earlier(3)}/attest/"
    answer = fill(log_in(prescriber), url, explanation=WORDS, password=True)
    assert answer.status_code == 422
    assert "known to fall short" in answer.content.decode()
    assert events(patient.id, "TreatmentAttested") == []


def test_the_password_and_the_role_are_asked_for(
    patient: Any,
    prescriber: Any,
    nurse: Any,
    earlier: Any,
    log_in: Any,
    fill: Callable[..., Any],
    events: Any,
) -> None:
    url = f"/screen/{patient.id}/treatment/{earlier(None)}/attest/"
    answer = fill(log_in(prescriber), url, explanation=WORDS, password="wrong")
    assert answer.status_code == 422
    assert "password does not match" in answer.content.decode()
    assert WORDS.replace("'", "&#x27;") in answer.content.decode()
    assert log_in(nurse).get(url).status_code == 403
    assert events(patient.id, "TreatmentAttested") == []
