"""Weight in kilograms, height in centimetres; a slip of the keyboard is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_a_comma_is_a_point(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    fill(log_in(nurse), f"/screen/{patient.id}/body/", weight_kg="72,5", height_cm="")
    assert events(patient.id, "BodyMeasured") == [{"weight_kg": "72.5", "height_cm": None}]


def test_what_no_adult_weighs_is_refused_and_kept_in_the_field(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    client, url = log_in(nurse), f"/screen/{patient.id}/body/"
    for wrong in ("7.2", "720", "seventy", "NaN", "Infinity", "", "1e3", "-70"):
        answer = fill(client, url, weight_kg=wrong)
        assert answer.status_code == 422, wrong
        assert f'value="{wrong}"' in answer.content.decode() or not wrong
    assert fill(client, url, weight_kg="72", height_cm="1.75").status_code == 422
    assert events(patient.id, "BodyMeasured") == []


def test_measured_at_is_the_clinics_time(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    from datetime import UTC, datetime

    from ataraxy.clinic.people.chart import chart_of

    fill(log_in(nurse), f"/screen/{patient.id}/body/", weight_kg="72", at="2026-11-20T09:30")
    at = chart_of(patient.id).bodies[0].envelope.at
    assert at == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # New York
