"""A signed reason opens what the protocol lets a prescriber open, for what is known now, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ataraxy.core.chart.events import Answer
from ataraxy.core.errors import InputRefused, NotPermitted
from ataraxy.core.protocol.types import Disorder

REASON = "Pressure is controlled since 2019, cardiology agrees."


def say(ctx: Any, patient: Any, condition: str, answer: Answer) -> None:
    from ataraxy.clinic.screen.actions.facts import Asked, record_conditions

    record_conditions(ctx, patient, {condition: Asked(answer)})


def gate(ctx: Any, patient: Any, protocol: Any) -> Any:
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.screen.gate import judged

    return judged(ctx, patient, chart_of(patient.id), protocol, Disorder.PTSD).decision


def test_a_caution_is_opened_by_a_signed_reason_until_a_new_fact_comes(
    screened_patient: Any, protocol: Any, prescriber: Any, log_in: Any, fill: Callable[..., Any], context: Any
) -> None:
    ctx = context(prescriber)
    say(ctx, screened_patient, "hypertension-history", Answer.YES)
    assert not gate(ctx, screened_patient, protocol).open
    url = f"/screen/{screened_patient.id}/{protocol.id}/ptsd/override/blood-pressure-history/"
    assert fill(log_in(prescriber), url, reason=REASON, password=True).status_code == 302
    assert "blood-pressure-history" in gate(context(prescriber), screened_patient, protocol).overridden
    say(context(prescriber), screened_patient, "hypertension-history", Answer.YES)
    assert "blood-pressure-history" not in gate(context(prescriber), screened_patient, protocol).overridden


@pytest.mark.parametrize(
    ("condition", "answer", "criterion"),
    [
        ("aneurysm", Answer.YES, "label-contraindications"),
        ("psychosis", Answer.YES, "serious-illness"),
        ("sleep-apnoea", Answer.UNKNOWN, "sleep-apnoea"),
        ("sleep-apnoea", Answer.NO, "sleep-apnoea"),
    ],
)
def test_contraindications_unknowns_and_what_is_met_have_no_override(
    screened_patient: Any,
    protocol: Any,
    prescriber: Any,
    context: Callable[..., Any],
    condition: str,
    answer: Answer,
    criterion: str,
) -> None:
    from ataraxy.clinic.screen.actions.decisions import override_criterion

    ctx = context(prescriber)
    say(ctx, screened_patient, condition, answer)
    with pytest.raises(InputRefused):
        override_criterion(ctx, screened_patient, protocol, Disorder.PTSD, criterion, REASON)


@pytest.mark.parametrize("criterion", ["not-pregnant", "consent", "diagnosis", "no-such-line"])
def test_pregnancy_consent_and_diagnosis_have_no_override(
    patient: Any, protocol: Any, prescriber: Any, context: Callable[..., Any], criterion: str
) -> None:
    from ataraxy.clinic.screen.actions.decisions import override_criterion

    with pytest.raises(InputRefused):
        override_criterion(context(prescriber), patient, protocol, Disorder.PTSD, criterion, REASON)


def test_nobody_but_a_prescriber_with_a_licence_in_date(
    screened_patient: Any,
    protocol: Any,
    prescriber: Any,
    nurse: Any,
    log_in: Any,
    context: Callable[..., Any],
) -> None:
    from ataraxy.clinic.screen.actions.decisions import override_criterion

    url = f"/screen/{screened_patient.id}/{protocol.id}/ptsd/override/blood-pressure-history/"
    assert log_in(nurse).get(url).status_code == 403
    say(context(prescriber), screened_patient, "hypertension-history", Answer.YES)
    prescriber.credentials.all().delete()
    for person in (nurse, prescriber):
        with pytest.raises(NotPermitted):
            override_criterion(
                context(person), screened_patient, protocol, Disorder.PTSD, "blood-pressure-history", REASON
            )
