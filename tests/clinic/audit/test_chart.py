"""Who read a chart, by which right."""

from __future__ import annotations

from typing import Any


def test_reads_are_listed_with_their_reader(patient: Any, nurse: Any, prescriber: Any, log_in: Any) -> None:
    log_in(nurse).get(f"/people/patient/{patient.id}/")
    page = log_in(prescriber).get(f"/audit/chart/{patient.id}/").content.decode()
    assert "Nurse Stillwater" in page
    assert "people, patient" in page


def test_the_look_at_it_is_a_read_too(patient: Any, nurse: Any, log_in: Any) -> None:
    client, url = log_in(nurse), f"/audit/chart/{patient.id}/"
    client.get(url)
    assert "audit, chart" in client.get(url).content.decode()


def test_outsiders_find_nothing(patient: Any, outsider: Any, log_in: Any) -> None:
    assert log_in(outsider).get(f"/audit/chart/{patient.id}/").status_code == 404
