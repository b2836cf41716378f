"""The diagnosis is recorded with its code and its basis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

GOOD = {"disorder": "gad", "icd10": "f41.1", "basis": "interview"}


def test_it_is_recorded(
    patient: Any, therapist: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    assert fill(log_in(therapist), f"/screen/{patient.id}/diagnosis/", **GOOD).status_code == 302
    assert events(patient.id, "DiagnosisRecorded") == [GOOD | {"icd10": "F41.1"}]


def test_what_is_no_code_or_no_disorder_is_refused(
    patient: Any, therapist: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    client, url = log_in(therapist), f"/screen/{patient.id}/diagnosis/"
    for change in ({"icd10": "anxiety"}, {"disorder": "ocd"}, {"basis": ""}, {"disorder": ["gad", "x"]}):
        assert fill(client, url, **(GOOD | change)).status_code == 422, change
    assert events(patient.id, "DiagnosisRecorded") == []


def test_sent_twice_it_stands_once(
    patient: Any, therapist: Any, log_in: Any, events: Callable[..., Any]
) -> None:
    form, client = GOOD | {"key": "0b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a"}, log_in(therapist)
    for _ in range(2):
        assert client.post(f"/screen/{patient.id}/diagnosis/", form).status_code == 302
    assert len(events(patient.id, "DiagnosisRecorded")) == 1
