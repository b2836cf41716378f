"""Only what was answered is recorded, and "not known" is an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_answers_are_recorded_and_silence_is_not(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    form = {"answer__benzodiazepine": "unknown", "note__benzodiazepine": "asks her doctor"}
    assert fill(log_in(nurse), f"/screen/{patient.id}/medicine/", **form).status_code == 302
    (record,) = events(patient.id, "MedicineGroupRecorded")
    assert (record["group"], record["answer"]) == ("benzodiazepine", "unknown")


def test_nothing_answered_or_a_strange_answer_is_refused(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    client, url = log_in(nurse), f"/screen/{patient.id}/medicine/"
    assert fill(client, url).status_code == 422
    assert fill(client, url, answer__benzodiazepine="maybe").status_code == 422
    assert events(patient.id, "MedicineGroupRecorded") == []


def test_the_desk_does_not_ask(patient: Any, coordinator: Any, log_in: Any) -> None:
    assert log_in(coordinator).get(f"/screen/{patient.id}/medicine/").status_code == 403
