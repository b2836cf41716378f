"""Pregnancy needs a basis; "not known" does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_yes_and_no_say_how_it_is_known(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any], events: Callable[..., Any]
) -> None:
    client, url = log_in(nurse), f"/screen/{patient.id}/pregnancy/"
    refused = fill(client, url, answer="no")
    assert refused.status_code == 422
    assert "How this is known is missing" in refused.content.decode()
    assert fill(client, url, answer="no", basis="urine test today").status_code == 302
    assert fill(client, url, answer="unknown").status_code == 302
    assert [e["answer"] for e in events(patient.id, "PregnancyRecorded")] == ["no", "unknown"]


def test_a_test_in_the_future_is_refused(
    patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    form = {"answer": "no", "basis": "urine test", "at": "2999-01-01T09:00"}
    answer = fill(log_in(nurse), f"/screen/{patient.id}/pregnancy/", **form)
    assert answer.status_code == 422
    assert "dated in the future" in answer.content.decode()
