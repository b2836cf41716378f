"""The first page says what comes next for the person who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def text(client: Any) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_prescriber_is_sent_to_the_patient_at_the_gate(patient: Any, prescriber: Any, log_in: Any) -> None:
    page = text(log_in(prescriber))
    assert "waits for screening and a decision" in page
    assert f"/screen/{patient.id}/" in page


def test_a_concern_comes_first_for_clinical_roles_and_is_not_told_to_the_desk(
    patient: Any, prescriber: Any, coordinator: Any, log_in: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.screen.actions.scales import answer_scale

    answer_scale(context(prescriber), patient, "phq9", [0, 0, 0, 0, 0, 0, 0, 0, 2])
    assert "A concern about Canary Quillfeather is open" in text(log_in(prescriber))
    assert "oncern" not in text(log_in(coordinator))


def test_the_director_is_told_of_broken_glass(
    patient: Any, coordinator: Any, director: Any, log_in: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.actions.glass import break_glass

    break_glass(context(coordinator), patient, "caller in distress, needs her medicines")
    assert "1 broken glass waits for review" in text(log_in(director))


def test_a_researcher_is_sent_to_the_outcomes(researcher: Any, log_in: Any) -> None:
    answer = log_in(researcher).get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/learn/")


def test_another_clinics_patients_are_not_there(patient: Any, outsider: Any, log_in: Any) -> None:
    assert "Quillfeather" not in text(log_in(outsider))
