"""A course starts only when it was decided, agreed to, and every line is answered for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Disorder


def url_of(patient: Any, protocol: Any) -> str:
    return f"/plan/{patient.id}/start/{protocol.id}/ptsd/"


def test_it_starts_on_the_very_version(
    agreed_patient: Any, protocol: Any, prescriber: Any, log_in: Any, fill: Callable[..., Any], events: Any
) -> None:
    url = url_of(agreed_patient, protocol)
    assert fill(log_in(prescriber), url, goals="to sleep", password=True).status_code == 302
    (planned,) = events(agreed_patient.id, "CoursePlanned")
    assert (planned["protocol_sha256"], planned["sessions"]) == (protocol.sha256, 6)


def test_without_consent_it_does_not(
    decided_patient: Any, protocol: Any, prescriber: Any, log_in: Any, fill: Callable[..., Any], events: Any
) -> None:
    answer = fill(log_in(prescriber), url_of(decided_patient, protocol), goals="to sleep", password=True)
    assert answer.status_code == 422
    assert "Consent is not signed" in answer.content.decode()
    assert events(decided_patient.id, "CoursePlanned") == []


def test_with_an_unsigned_line_it_does_not(
    agreed_patient: Any, protocol: Any, prescriber: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.plan.actions.courses import start_course
    from ataraxy.clinic.plan.models import LineSignature

    LineSignature.objects.filter(line="adult").delete()
    with pytest.raises(InputRefused, match="1 line waits for the director"):
        start_course(context(prescriber), agreed_patient, protocol, Disorder.PTSD, "to sleep")


def test_a_new_fact_after_the_decision_closes_the_gate_again(
    agreed_patient: Any, protocol: Any, prescriber: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.plan.actions.courses import start_course
    from ataraxy.clinic.screen.actions.facts import Asked, record_conditions
    from ataraxy.core.chart.events import Answer

    ctx = context(prescriber)
    record_conditions(ctx, agreed_patient, {"aneurysm": Asked(Answer.UNKNOWN)})
    with pytest.raises(InputRefused, match="label-contraindications"):
        start_course(ctx, agreed_patient, protocol, Disorder.PTSD, "to sleep")


def test_another_disorder_than_decided_does_not_start(
    agreed_patient: Any, protocol: Any, prescriber: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.plan.actions.courses import start_course

    with pytest.raises(InputRefused, match="No prescriber has decided"):
        start_course(context(prescriber), agreed_patient, protocol, Disorder.SAD, "to sleep")


def test_one_course_at_a_time_and_once_for_a_key(
    agreed_patient: Any, protocol: Any, prescriber: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.plan.actions.courses import start_course

    ctx, of = context(prescriber), Disorder.PTSD
    first = start_course(ctx, agreed_patient, protocol, of, "to sleep", key="one")
    assert start_course(ctx, agreed_patient, protocol, of, "to sleep", key="one").id == first.id
    with pytest.raises(InputRefused, match="A course is running"):
        start_course(ctx, agreed_patient, protocol, of, "to sleep", key="two")


def test_only_a_prescriber_orders_a_course(
    agreed_patient: Any, protocol: Any, nurse: Any, log_in: Any
) -> None:
    assert log_in(nurse).get(url_of(agreed_patient, protocol)).status_code == 403
