"""The plan page says what is missing; with a course it shows sessions, arithmetic and the predicted curve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any


def test_everything_missing_is_said_at_once(
    decided_patient: Any, protocol: Any, prescriber: Any, log_in: Any
) -> None:
    from ataraxy.clinic.plan.models import LineSignature

    LineSignature.objects.filter(line="adult").delete()
    page = log_in(prescriber).get(f"/plan/{decided_patient.id}/").content.decode()
    assert "Consent is not signed." in page
    assert "1 line waits for the director&#x27;s signature." in page


def test_the_arithmetic_and_the_curve_name_their_source(course: Any, prescriber: Any, log_in: Any) -> None:
    page = log_in(prescriber).get(f"/plan/{course.patient_id}/").content.decode()
    assert "0.5 mg/kg x 72.0 kg" in page
    assert "36.0 mg" in page
    assert "Kamp 2020" in page
    assert "arterial blood" in page and "venous blood" in page
    assert "Predicted, not measured" in page


def test_the_desk_sees_bookings_and_no_dose(
    course: Any, room: Any, coordinator: Any, log_in: Any, context: Callable[..., Any], now: Any
) -> None:
    from ataraxy.clinic.plan.actions.sessions import Slot, book_session

    begins = now + timedelta(days=1)
    book_session(context(coordinator), course, Slot(room, begins, begins + timedelta(hours=3)))
    page = log_in(coordinator).get(f"/plan/{course.patient_id}/").content.decode()
    assert "Tue 24 Nov 2026, 04:00" in page  # New York
    for clinical in ("36.0 mg", "Dose of session", "Posttraumatic", "to sleep, to work"):
        assert clinical not in page


def test_outsiders_find_nothing(patient: Any, outsider: Any, log_in: Any) -> None:
    assert log_in(outsider).get(f"/plan/{patient.id}/").status_code == 404
