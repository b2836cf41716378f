"""The prescriber decides and signs; treating cannot be signed while anything stands against it or is unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

REASON = "Two adequate trials failed, goals agreed."


def url_of(patient: Any, protocol: Any) -> str:
    return f"/screen/{patient.id}/{protocol.id}/ptsd/decide/"


def test_the_decision_keeps_what_the_screen_showed(
    screened_patient: Any, protocol: Any, prescriber: Any, log_in: Any, fill: Callable[..., Any], events: Any
) -> None:
    url = url_of(screened_patient, protocol)
    answer = fill(log_in(prescriber), url, decision="treat", reason=REASON, password=True)
    assert answer["Location"] == f"/consent/{screened_patient.id}/"
    (signed,) = events(screened_patient.id, "DecisionSigned")
    assert signed["protocol_sha256"] == protocol.sha256
    assert signed["verdicts"]["label-contraindications"] == "met"
    assert signed["verdicts"]["consent"] == "not-met"


def test_unknown_never_opens_the_gate(
    patient: Any, protocol: Any, prescriber: Any, log_in: Any, fill: Callable[..., Any], events: Any
) -> None:
    url = url_of(patient, protocol)
    answer = fill(log_in(prescriber), url, decision="treat", reason=REASON, password=True)
    assert answer.status_code == 422
    assert "The gate is closed" in answer.content.decode()
    assert events(patient.id, "DecisionSigned") == []


def test_not_to_treat_can_always_be_signed(
    patient: Any, protocol: Any, prescriber: Any, log_in: Any, fill: Callable[..., Any], events: Any
) -> None:
    url = url_of(patient, protocol)
    assert (
        fill(log_in(prescriber), url, decision="do-not-treat", reason=REASON, password=True).status_code
        == 302
    )
    assert events(patient.id, "DecisionSigned")[0]["decision"] == "do-not-treat"


def test_a_page_that_was_overtaken_is_not_signed_until_it_was_seen_again(
    screened_patient: Any,
    protocol: Any,
    prescriber: Any,
    nurse: Any,
    log_in: Any,
    context: Any,
    events: Any,
    password: str,
) -> None:
    from decimal import Decimal

    from ataraxy.clinic.people.chart import human_seq
    from ataraxy.clinic.screen.actions.facts import record_body

    client, seen = log_in(prescriber), human_seq(screened_patient.id)
    record_body(context(nurse), screened_patient, Decimal(80), None)
    form = {"decision": "treat", "reason": REASON, "password": password, "seen": str(seen)}
    form["key"] = "0b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a"
    answer = client.post(url_of(screened_patient, protocol), form)
    assert answer.status_code == 409
    assert f'name="seen" value="{human_seq(screened_patient.id)}"' in answer.content.decode()
    assert REASON in answer.content.decode()
    assert events(screened_patient.id, "DecisionSigned") == []


def test_signed_twice_by_a_double_click_it_stands_once(
    screened_patient: Any, protocol: Any, prescriber: Any, context: Callable[..., Any], events: Any
) -> None:
    from ataraxy.clinic.screen.actions.decisions import sign_decision
    from ataraxy.core.chart.events import DecisionKind
    from ataraxy.core.protocol.types import Disorder

    ctx = context(prescriber)
    for _ in range(2):
        sign_decision(ctx, screened_patient, protocol, Disorder.PTSD, DecisionKind.TREAT, REASON, key="one")
    assert len(events(screened_patient.id, "DecisionSigned")) == 1


def test_only_prescribers_decide(
    screened_patient: Any, protocol: Any, nurse: Any, director: Any, outsider: Any, log_in: Any
) -> None:
    url = url_of(screened_patient, protocol)
    assert log_in(nurse).get(url).status_code == 403
    assert log_in(director).get(url).status_code == 403
    assert log_in(outsider).get(url).status_code == 404


def test_a_protocol_or_disorder_that_is_not_here_is_not_found(
    screened_patient: Any, protocol: Any, prescriber: Any, log_in: Any
) -> None:
    client = log_in(prescriber)
    assert client.get(f"/screen/{screened_patient.id}/999999/ptsd/decide/").status_code == 404
    assert client.get(f"/screen/{screened_patient.id}/{protocol.id}/ocd/decide/").status_code == 404
