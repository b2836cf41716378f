"""An entry that was wrong no longer counts; both stay in the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ataraxy.core.protocol.types import Disorder


def test_a_retracted_answer_is_unknown_again_and_closes_the_gate(
    screened_patient: Any, protocol: Any, prescriber: Any, log_in: Any, fill: Callable[..., Any], context: Any
) -> None:
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.screen.gate import judged

    entry = chart_of(screened_patient.id).conditions["aneurysm"].envelope.id
    url = f"/screen/{screened_patient.id}/entry/{entry}/retract/"
    assert fill(log_in(prescriber), url, reason="asked the wrong person").status_code == 302
    chart = chart_of(screened_patient.id)
    now = judged(context(prescriber), screened_patient, chart, protocol, Disorder.PTSD)
    assert "aneurysm" not in chart.conditions
    assert not now.decision.open
    assert chart.struck[0].entry.envelope.id == entry


def test_a_consent_is_not_retracted_but_withdrawn(agreed_patient: Any, nurse: Any, log_in: Any) -> None:
    from ataraxy.clinic.people.chart import chart_of

    entry = chart_of(agreed_patient.id).consents[0].record.envelope.id
    assert log_in(nurse).get(f"/screen/{agreed_patient.id}/entry/{entry}/retract/").status_code == 404


def test_an_entry_of_another_chart_is_not_found(
    screened_patient: Any, coordinator: Any, nurse: Any, log_in: Any, context: Callable[..., Any]
) -> None:
    from datetime import date

    from ataraxy.clinic.people.actions.patients import Referral, add_patient
    from ataraxy.clinic.people.chart import chart_of

    other = add_patient(context(coordinator), Referral("A", "B", date(1990, 1, 1), "other", "self", "x"))
    entry = chart_of(screened_patient.id).bodies[0].envelope.id
    assert log_in(nurse).get(f"/screen/{other.id}/entry/{entry}/retract/").status_code == 404
