"""One patient's page: the chart for clinical roles, contact and dates for the desk, nothing for others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_clinical_roles_see_the_chart_with_author_and_time(
    screened_patient: Any, nurse: Any, log_in: Any
) -> None:
    page = log_in(nurse).get(f"/people/patient/{screened_patient.id}/").content.decode()
    assert "Posttraumatic stress disorder" in page
    assert "Referred by Dr Lane" in page
    assert "Prescriber Stillwater" in page


def test_the_desk_sees_contact_and_no_chart(screened_patient: Any, coordinator: Any, log_in: Any) -> None:
    page = log_in(coordinator).get(f"/people/patient/{screened_patient.id}/").content.decode()
    assert "555 0111" in page
    assert "Posttraumatic" not in page
    assert "Break the glass" in page


def test_every_look_is_on_record(patient: Any, nurse: Any, log_in: Any) -> None:
    from ataraxy.clinic.audit.models import ChartRead

    log_in(nurse).get(f"/people/patient/{patient.id}/")
    read = ChartRead.objects.get(patient_id=patient.id)
    assert (read.staff_id, read.view, read.right) == (nurse.id, "people:patient", "role")


def test_an_outsider_finds_nothing(patient: Any, outsider: Any, log_in: Any) -> None:
    assert log_in(outsider).get(f"/people/patient/{patient.id}/").status_code == 404


def test_a_retracted_entry_stays_seen_struck_out(
    screened_patient: Any, prescriber: Any, log_in: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.screen.actions.facts import retract_entry

    entry = chart_of(screened_patient.id).bodies[0].envelope.id
    retract_entry(context(prescriber), screened_patient, entry, "scales were in pounds")
    page = log_in(prescriber).get(f"/people/patient/{screened_patient.id}/").content.decode()
    assert "Weight 72.0 kg" in page
    assert "scales were in pounds" in page
    assert 'class="retracted"' in page


def test_the_page_says_what_comes_next_for_who_looks(
    patient: Any, nurse: Any, coordinator: Any, log_in: Any
) -> None:
    url = f"/people/patient/{patient.id}/"
    theirs = log_in(nurse).get(url).content.decode()
    assert f'class="button" href="/screen/{patient.id}/"' in theirs
    desk = log_in(coordinator).get(url).content.decode()
    assert "Waits for screening" in desk
    assert f'class="button" href="/screen/{patient.id}/"' not in desk  # a door that is closed to them


def test_who_took_consent_back_is_not_offered_it_again(
    agreed_patient: Any, nurse: Any, log_in: Any, context: Any
) -> None:
    from ataraxy.clinic.consent.actions import withdraw_consent
    from ataraxy.core.chart.events import GrantKind

    url = f"/people/patient/{agreed_patient.id}/"
    assert "The course is to be planned" in log_in(nurse).get(url).content.decode()
    withdraw_consent(context(nurse), agreed_patient, [GrantKind.TREATMENT], "not now")
    page = log_in(nurse).get(url).content.decode()
    assert "Consent was taken back" in page
    assert "Ask for consent" not in page


def test_check_ins_of_these_weeks_stand_open_and_the_years_are_folded() -> None:
    from datetime import UTC, datetime, timedelta
    from types import SimpleNamespace

    from ataraxy.clinic.people.queries.ahead import check_ins_near

    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    rows: Any = [SimpleNamespace(due_at=now + timedelta(days=day)) for day in range(-40, 60, 7)]
    near, others = check_ins_near(rows, now)
    assert [(row.due_at - now).days for row in near] == [-12, -5, 2, 9, 16]
    assert len(near) + len(others) == len(rows)
