"""The rationale holds what the pages hold, about one patient, and its reading is on record."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse


@pytest.fixture
def demo(demo_database: str) -> Any:
    """demo(disorder) -> a prescriber of the demo clinic and a patient with a running course for it."""

    def find(disorder: str) -> Any:
        from ataraxy.clinic.people.models import Staff
        from ataraxy.clinic.plan.models import Course

        course = Course.objects.filter(disorder=disorder, stopped_at__isnull=True).select_related("patient")
        found = course.first()
        assert found is not None
        return Staff.objects.get(roles__contains=["prescriber"]), found

    return find


def values(staff: Any, course: Any) -> dict[str, Any]:
    from ataraxy.clinic.context import staff_context
    from ataraxy.clinic.papers.rationale import Treatment, rationale_values
    from ataraxy.clinic.plan.queries import protocol_of
    from ataraxy.core.protocol.types import Disorder

    treatment = Treatment(protocol_of(course.protocol), Disorder(course.disorder))
    return rationale_values(staff_context(staff), course.patient, treatment)


def test_it_is_a_pdf_whose_reading_is_on_record(demo: Any, log_in: Any) -> None:
    from ataraxy.clinic.audit.models import ChartRead

    staff, course = demo("ptsd")
    before = ChartRead.objects.count()
    answer = log_in(staff).get(reverse("evidence:rationale", args=[course.patient_id]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert course.patient.family_name not in answer["Content-Disposition"]
    assert ChartRead.objects.count() == before + 1
    assert ChartRead.objects.latest("at").view == "evidence:rationale"


def test_it_says_who_printed_it_and_that_the_use_is_off_label(demo: Any) -> None:
    staff, course = demo("ptsd")
    made = values(staff, course)
    assert staff.name in made["foot"] and "Printed" in made["foot"]
    assert made["approval"][0].startswith("Off-label")


def test_it_marks_which_studies_fit_the_route_and_dose(demo: Any) -> None:
    made = values(*demo("ptsd"))
    fits = {one["label"]: one["fits"] for one in made["studies"]}
    assert fits["Feder 2021"] == "route, dose"
    assert any(words == "neither" for words in fits.values())


def test_the_largest_negative_trial_and_the_retracted_one_are_on_it(demo: Any) -> None:
    made = values(*demo("ptsd"))
    (abdallah,) = [one for one in made["studies"] if one["label"] == "Abdallah 2022"]
    assert "negative" in abdallah["found"]
    assert [name for name, *_ in made["taken_back"]] == ["Mills 2025"]


def test_every_number_of_a_pool_stands_with_its_people_and_limits_are_told(demo: Any) -> None:
    """H-061."""
    made = values(*demo("sad"))
    numbers = [words for pool in (*made["near"], *made["every"]) for words in pool["numbers"]]
    assert numbers
    assert all("people" in words and "interval" in words for words in numbers)
    assert any("not a certainty" in words for words in made["limits"])
    assert any("what will happen to this person" in words for words in made["limits"])


def test_references_are_those_of_what_it_names(demo: Any) -> None:
    made = values(*demo("ptsd"))
    told = " ".join(made["references"])
    assert "10.1038/s41386-022-01266-9" in told  # Abdallah 2022
    assert "RETRACTED 31 March 2026" in told
    assert len(set(made["references"])) == len(made["references"])


def test_nothing_decided_is_nothing_to_print(patient: Any, prescriber: Any, log_in: Any) -> None:
    url = reverse("evidence:rationale", args=[patient.id])
    assert log_in(prescriber).get(url).status_code == 404


def test_the_plan_leads_to_it(demo: Any, log_in: Any) -> None:
    staff, course = demo("sad")
    told = log_in(staff).get(reverse("plan:plan", args=[course.patient_id])).content.decode()
    assert reverse("evidence:rationale", args=[course.patient_id]) in told
    assert reverse("evidence:disorder", args=["sad"]) in told
