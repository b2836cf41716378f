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


def pools_of(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [*made["near"], *made["every"]]


@pytest.mark.parametrize("disorder", ["ptsd", "sad"])
def test_no_number_of_100_people_rests_on_inferred_counts_and_none_stands_without_its_basis(
    demo: Any, disorder: str
) -> None:
    """H-058: Glue's counts are one of two readings of an odds ratio."""
    made = values(*demo(disorder))
    said = [words for pool in pools_of(made) for words in pool["hundred"]]
    assert said
    if disorder == "sad":
        assert not any("14 of 30" in words or "8 of 12" in words for words in said)
        assert any("Glue 2020 is inferred, not read (12 beside 4 would fit as well)" in one for one in said)
    else:
        assert all("as counted" in words.casefold() or "carried to" in words for words in said)
    assert all(words.count("100 people") == 1 for words in said)


def test_what_a_pool_lacks_is_on_the_paper(demo: Any) -> None:
    """H-058: the pages' own words, not fewer."""
    from ataraxy.clinic.evidence.asked import Asked
    from ataraxy.clinic.evidence.disorder_page import page_of
    from ataraxy.core.evidence.study import Condition

    made = values(*demo("ptsd"))
    caveats = {words for pool in pools_of(made) for words in pool["caveats"]}
    caveats |= {words.rsplit(" (Response", 1)[0].rsplit(" (Severity", 1)[0] for words in made["of_several"]}
    assert {words for pool in page_of(Asked(Condition.PTSD)).pools for words in pool.missing} <= caveats
    assert any("whatever they found: Abdallah 2022" in words for words in caveats)


def test_each_time_course_says_its_scale_and_its_better_side(demo: Any) -> None:
    """H-061: three scales of which one is better above 0."""
    made = values(*demo("ptsd"))
    assert len(made["hours"]) >= 3
    assert all("favours ketamine" in one["side"] and one["title"] for one in made["hours"])
    sides = {row[0]: one["side"] for one in made["hours"] for row in one["rows"]}
    (borgogna,) = [side for name, side in sides.items() if name.startswith("Borgogna")]
    (hartland,) = [side for name, side in sides.items() if name.startswith("Hartland")]
    assert borgogna != hartland
    assert any("IES-R" in one["title"] for one in made["hours"])
    assert not any("Grey" in one["words"] for one in made["hours"])  # nothing is drawn on this paper's times
    assert any("across diagnoses" in one["words"] for one in made["hours"])


def test_a_reviews_pool_never_stands_under_what_one_route_showed(demo: Any) -> None:
    made = values(*demo("sad"))
    near = str(made["near"])
    assert "Whittaker" not in near and "Hartland" not in near
    printed = " ".join(words for one in made["printed"] for words in one["lines"])
    assert "Whittaker 2021" in printed and "Hartland 2023" in printed
    assert "Across diagnoses; anxiety, not SAD." in printed  # the disorder, not the mood


def test_how_many_people_were_remembered_is_said(demo: Any) -> None:
    made = values(*demo("ptsd"))
    assert {one["label"]: one["n"] for one in made["studies"]}[
        "Pradhan 2017"
    ] == "10 (recalled, not verified)"


def test_a_remembered_rate_displaces_none_that_was_read(demo: Any) -> None:
    """H-058: the dizziness of Feder 2021 is remembered; that of the label and of TRANSFORM-1 is read."""
    made = values(*demo("ptsd"))
    dizzy = {study: told for effect, study, told in made["harms"] if effect == "Dizziness"}
    assert dizzy["Feder 2021"].count("recalled, not verified") == 2
    assert sum("other people" in study for study in dizzy) >= 2


def test_points_of_an_unseen_scale_carry_that_on_paper_too(demo: Any) -> None:
    made = values(*demo("ptsd"))
    lines = [words for one in made["printed"] for words in one["lines"] if words.startswith("Du 2021")]
    assert len(lines) == 1
    assert "points of a scale that was not seen" in lines[0]
    across = [words for one in made["printed"] for words in one["lines"] if words.startswith("Hartland")]
    assert across
    assert all("Across diagnoses" in words for words in across)


def test_the_printed_picture_holds_what_is_read_first_so_that_its_letters_can_be_read(demo: Any) -> None:
    from ataraxy.clinic.evidence.asked import Asked
    from ataraxy.clinic.evidence.disorder_page import page_of
    from ataraxy.core.evidence.study import Condition

    whole = page_of(Asked(Condition.SAD)).pools[0].forest
    assert whole is not None and "Hartung" in str(whole.svg)
    printed = values(*demo("sad"))["picture"]
    assert "Taylor 2018" in printed and "Mills 2025" in printed
    assert "Hartung" not in printed
