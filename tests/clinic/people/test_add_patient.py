"""A referral opens a chart, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

URL = "/people/add/"
ADA = {
    "given_name": "Ada",
    "family_name": "Lindqvist",
    "birth_date": "1988-03-04",
    "sex": "female",
    "referred_by": "Dr Lane",
    "reason": "worry for ten years",
}


def test_the_chart_opens_with_who_referred_and_why(
    coordinator: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import Patient

    answer = fill(log_in(coordinator), URL, **ADA)
    ada = Patient.objects.get(family_name="Lindqvist")
    assert answer["Location"] == f"/people/patient/{ada.id}/"
    assert ada.record_number == "R-1001"
    assert events(ada.id, "ChartOpened") == [{"referred_by": "Dr Lane", "reason": "worry for ten years"}]


def test_sent_twice_it_is_one_patient(coordinator: Any, log_in: Any) -> None:
    from ataraxy.clinic.people.models import Patient

    client = log_in(coordinator)
    form = ADA | {"key": "0b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a"}
    first, second = client.post(URL, form), client.post(URL, form)
    assert first["Location"] == second["Location"]
    assert Patient.objects.count() == 1


def test_a_number_that_is_taken_is_refused_and_nothing_typed_is_lost(
    patient: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    answer = fill(log_in(coordinator), URL, **ADA, record_number="R-1001")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "belongs to another patient" in page
    assert 'value="Lindqvist"' in page


def test_wrong_types_are_told(coordinator: Any, log_in: Any) -> None:
    client = log_in(coordinator)
    for change in (
        {"birth_date": "soon"},
        {"birth_date": "2999-01-01"},
        {"sex": "7"},
        {"key": "x"},
        {"email": "@"},
    ):
        form = ADA | {"key": "0b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a"} | change
        assert client.post(URL, form).status_code == 422, change


def test_the_next_number_skips_one_that_was_typed(coordinator: Any, context: Callable[..., Any]) -> None:
    from datetime import date

    from ataraxy.clinic.people.actions.patients import Referral, add_patient

    ctx, born = context(coordinator), date(1990, 1, 1)
    add_patient(ctx, Referral("A", "B", born, "other", "self", "x", record_number="R-1002"))
    assert add_patient(ctx, Referral("C", "D", born, "other", "self", "x")).record_number == "R-1003"


def test_the_same_person_gets_no_second_chart_until_somebody_has_looked(
    coordinator: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import Patient

    client = log_in(coordinator)
    fill(client, URL, **ADA)
    again = ADA | {"given_name": "Adaline", "family_name": "LINDQVIST", "phone": "+1 555 0101"}
    refused = fill(client, URL, **again)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert Patient.objects.count() == 1
    assert "Ada Lindqvist (R-1001) is here already" in page
    assert f"/people/patient/{Patient.objects.get().id}/" in page  # the way to that chart
    assert 'value="+1 555 0101"' in page  # nothing typed is lost
    assert fill(client, URL, **again, another_person="on").status_code == 302
    assert Patient.objects.count() == 2


def test_another_day_of_birth_or_another_clinic_is_another_person(
    coordinator: Any, outsider: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import Patient

    assert fill(log_in(outsider), URL, **ADA).status_code == 302
    client = log_in(coordinator)
    assert fill(client, URL, **ADA).status_code == 302
    assert fill(client, URL, **ADA | {"birth_date": "1988-04-03"}).status_code == 302
    assert Patient.objects.count() == 3
