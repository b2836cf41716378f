"""The adult who may take the patient home is written in the chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_the_escort_is_recorded(
    patient: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    who = {"name": "Jo Quill", "phone": "555 0122", "relation": "sister"}
    assert fill(log_in(coordinator), f"/people/patient/{patient.id}/escort/", **who).status_code == 302
    assert events(patient.id, "EscortRecorded") == [who]


def test_without_a_telephone_it_is_refused(
    patient: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    answer = fill(log_in(coordinator), f"/people/patient/{patient.id}/escort/", name="Jo", relation="sister")
    assert answer.status_code == 422
    assert events(patient.id, "EscortRecorded") == []
