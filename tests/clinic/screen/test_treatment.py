"""An earlier treatment is recorded as it is remembered: what is not known stays None, never zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_what_is_left_empty_is_unknown(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    form = {"treatment": "drug:sertraline", "adherent": "unknown", "outcome": "unknown"}
    fill(log_in(nurse), f"/screen/{patient.id}/treatment/", **form)
    (record,) = events(patient.id, "TreatmentRecorded")
    assert record["dose_mg_per_day"] is record["weeks"] is record["sessions"] is None
    assert (record["adherent"], record["outcome"]) == ("unknown", "unknown")


def test_a_comma_is_a_decimal_point_and_a_drug_has_no_sessions(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    form = {"treatment": "drug:escitalopram", "adherent": "yes", "outcome": "non-response"}
    form |= {"dose_mg_per_day": "12,5", "weeks": "10", "sessions": "4"}
    fill(log_in(nurse), f"/screen/{patient.id}/treatment/", **form)
    (record,) = events(patient.id, "TreatmentRecorded")
    assert (record["dose_mg_per_day"], record["weeks"], record["sessions"]) == ("12.5", 10, None)


def test_asked_and_none_tried_is_an_answer(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    answer = fill(log_in(nurse), f"/screen/{patient.id}/treatment/", treatment="psychotherapy:none")
    assert answer.status_code == 302
    assert events(patient.id, "TreatmentRecorded")[0]["treatment"] == "none"


def test_wrong_input_is_refused_beside_its_field(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    client, url = log_in(nurse), f"/screen/{patient.id}/treatment/"
    good = {"treatment": "drug:sertraline", "adherent": "yes", "outcome": "response"}
    for change in (
        {"treatment": "drug:cocaine"},
        {"treatment": "drug:other"},
        {"dose_mg_per_day": "a lot"},
        {"dose_mg_per_day": "0"},
        {"dose_mg_per_day": "NaN"},
        {"weeks": "-1"},
        {"outcome": ""},
        {"adherent": "perhaps"},
    ):
        assert fill(client, url, **(good | change)).status_code == 422, change
    assert events(patient.id, "TreatmentRecorded") == []
