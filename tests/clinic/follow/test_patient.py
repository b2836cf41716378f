"""patient, concern, story."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

TWO_WEEKS = 14 * 24


@pytest.fixture
def answered(check_in: Any, reply: Any, clock: Any) -> Any:
    """GAD-7 of 5 and a dark answer, two weeks after the dose."""
    row = check_in("weekly")
    reply(row, TWO_WEEKS + 1, {"gad7": [1, 1, 1, 1, 1, 0, 0], "phq9": [1, 1, 1, 1, 1, 1, 1, 1, 1]})
    clock(TWO_WEEKS + 2)
    return row


def open_concern(row: Any) -> Any:
    from ataraxy.clinic.people.chart import chart_of

    return chart_of(row.patient_id).open_concerns[0].record.envelope.id


def test_the_curve_is_drawn_with_its_rule_and_its_source(answered: Any, therapist: Any, log_in: Any) -> None:
    page = log_in(therapist).get(reverse("follow:patient", args=[answered.patient_id])).content.decode()
    assert "<svg" in page
    assert "fall of at least 50 %" in page
    assert "unverified" in page
    assert "dose 1" in page


def test_response_and_remission_follow_the_scales_own_rule(answered: Any, context: Any, nurse: Any) -> None:
    """PTSD's baseline here is PCL-5 and GAD-7; a fall is told only where there is a baseline of the scale."""
    from ataraxy.catalog.library import instruments
    from ataraxy.clinic.follow.queries.curve import change_of, course_of
    from ataraxy.clinic.people.chart import chart_of

    chart, gad7 = chart_of(answered.patient_id), instruments()["gad7"]
    course = course_of(chart, gad7)
    assert course.last is not None
    assert course.last.total == 5
    found = change_of(gad7, course)
    assert found.remission == "no"  # below 5 is remission, 5 is not
    assert found.response == ("unknown" if course.baseline is None else found.response)


def test_a_concern_waits_in_the_open_until_a_named_person_answers(
    answered: Any, therapist: Any, log_in: Any, keys: Callable[[], str]
) -> None:
    client = log_in(therapist)
    page = reverse("follow:patient", args=[answered.patient_id])
    assert "A concern waits for an answer" in client.get(page).content.decode()
    url = reverse("follow:concern", args=[answered.patient_id, open_concern(answered)])
    assert client.get(url).status_code == 200
    assert client.post(url, {"key": keys(), "action": " "}).status_code == 422
    assert client.post(url, {"key": keys(), "action": "Called; safe tonight."}).status_code == 302
    after = client.get(page).content.decode()
    assert "A concern waits for an answer" not in after
    assert "Called; safe tonight." in after
    assert therapist.name in after


def test_a_concern_is_answered_once(answered: Any, nurse: Any, log_in: Any, keys: Callable[[], str]) -> None:
    client = log_in(nurse)
    url = reverse("follow:concern", args=[answered.patient_id, open_concern(answered)])
    client.post(url, {"key": keys(), "action": "Called."})
    assert client.post(url, {"key": keys(), "action": "Called again."}).status_code == 422


def test_a_director_reads_but_does_not_answer(
    answered: Any, director: Any, log_in: Any, keys: Callable[[], str]
) -> None:
    client = log_in(director)
    url = reverse("follow:concern", args=[answered.patient_id, open_concern(answered)])
    assert client.get(url).status_code == 200
    assert client.post(url, {"key": keys(), "action": "Seen."}).status_code == 403


def test_a_concern_of_somebody_else_is_not_found(answered: Any, nurse: Any, log_in: Any) -> None:
    other = "00000000-0000-0000-0000-000000000001"
    assert log_in(nurse).get(reverse("follow:concern", args=[answered.patient_id, other])).status_code == 404


@pytest.mark.parametrize("name", ["patient", "story"])
def test_who_does_not_read_it(name: str, answered: Any, coordinator: Any, outsider: Any, log_in: Any) -> None:
    url = reverse(f"follow:{name}", args=[answered.patient_id])
    assert log_in(coordinator).get(url).status_code == 403
    assert log_in(outsider).get(url).status_code == 404


def test_a_story_is_kept_only_with_its_grant(
    answered: Any, therapist: Any, log_in: Any, keys: Callable[[], str]
) -> None:
    from ataraxy.clinic.people.chart import chart_of

    url = reverse("follow:story", args=[answered.patient_id])
    refused = log_in(therapist).post(url, {"key": keys(), "words": "The sea was quiet."})
    assert refused.status_code == 422
    assert "has not agreed" in refused.content.decode()
    assert chart_of(answered.patient_id).stories == ()


def test_an_agreed_story_stands_beside_the_curve(
    answered: Any, therapist: Any, log_in: Any, keys: Callable[[], str], now: Any
) -> None:
    from dataclasses import replace

    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.context import patient_context
    from ataraxy.clinic.people.chart import append_chart, chart_of
    from ataraxy.core.chart.events import GrantKind

    own = chart_of(answered.patient_id).consents[-1].record.payload
    ctx = replace(patient_context(answered.patient), now=now)
    append_chart(ctx, answered.patient_id, Entry(replace(own, grants=(GrantKind.TREATMENT, GrantKind.STORY))))
    client = log_in(therapist)
    url = reverse("follow:story", args=[answered.patient_id])
    assert client.post(url, {"key": keys(), "words": "The sea was quiet."}).status_code == 302
    page = client.get(reverse("follow:patient", args=[answered.patient_id])).content.decode()
    assert "The sea was quiet." in page
    assert f"told to {therapist.name}" in page
