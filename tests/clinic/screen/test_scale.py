"""Scales are scored by us; a missing item is told and never counts as 0; item 9 raises a concern."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def items(*answers: int | None) -> dict[str, str]:
    return {f"item__{n}": str(a) for n, a in enumerate(answers, 1) if a is not None}


def test_gad7_is_added_up(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    fill(log_in(nurse), f"/screen/{patient.id}/scale/gad7/", **items(3, 3, 2, 3, 1, 2, 3))
    (answered,) = events(patient.id, "ScaleAnswered")
    assert (answered["total"], answered["answers"]) == ("17", [3, 3, 2, 3, 1, 2, 3])
    assert events(patient.id, "ConcernRaised") == []


def test_an_item_left_out_is_asked_about_and_then_leaves_no_total(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    client, url = log_in(nurse), f"/screen/{patient.id}/scale/gad7/"
    given = items(3, 3, None, 3, 1, None, 3)
    answer = fill(client, url, **given)
    assert answer.status_code == 422
    assert "Not answered: item 3, 6" in answer.content.decode()
    assert answer.content.decode().count("checked") >= 5  # nothing typed is lost
    assert fill(client, url, **given, left_out="on").status_code == 302
    (answered,) = events(patient.id, "ScaleAnswered")
    assert answered["total"] is None
    assert answered["answers"] == [3, 3, None, 3, 1, None, 3]


@pytest.mark.parametrize(("item9", "raised"), [(0, 0), (1, 1), (3, 1), (None, 1)])
def test_phq9_item_9_above_zero_or_left_out_raises_a_concern_that_names_the_answer(
    patient: Any,
    nurse: Any,
    log_in: Any,
    fill: Callable[..., Any],
    events: Callable[..., Any],
    item9: int | None,
    raised: int,
) -> None:
    from ataraxy.clinic.people.models import ChartSummary

    confirmed = {} if item9 is not None else {"left_out": "on"}
    given = items(1, 1, 1, 1, 1, 1, 1, 1, item9) | confirmed
    fill(log_in(nurse), f"/screen/{patient.id}/scale/phq9/", **given)
    assert len(events(patient.id, "ConcernRaised")) == raised
    assert ChartSummary.objects.get(patient=patient).open_concerns == raised


def test_the_lsas_is_taken_by_its_total_only(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    client, url = log_in(nurse), f"/screen/{patient.id}/scale/lsas/"
    for wrong in ("145", "-1", "many", "", "12.5"):
        assert fill(client, url, total=wrong).status_code == 422, wrong
    assert fill(client, url, total="88").status_code == 302
    assert [a["total"] for a in events(patient.id, "ScaleAnswered")] == ["88"]


def test_impossible_answers_and_unknown_scales_are_refused(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    client = log_in(nurse)
    assert fill(client, f"/screen/{patient.id}/scale/gad7/", **items(4, 0, 0, 0, 0, 0, 0)).status_code == 422
    assert client.get(f"/screen/{patient.id}/scale/iq/").status_code == 404
    assert events(patient.id, "ScaleAnswered") == []


def test_sent_twice_it_is_one_answer_and_one_concern(
    patient: Any, nurse: Any, log_in: Any, events: Callable[..., Any]
) -> None:
    client = log_in(nurse)
    form = {f"item-{n}": "1" for n in range(1, 10)} | {"key": "0b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a"}
    for _ in range(2):
        client.post(f"/screen/{patient.id}/scale/phq9/", form)
    assert len(events(patient.id, "ScaleAnswered")) == len(events(patient.id, "ConcernRaised")) == 1
