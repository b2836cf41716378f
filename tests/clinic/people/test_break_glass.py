"""Emergency access: an hour, a reason, on record, for reading only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

REASON = "caller in distress, needs her medicines"


def test_the_desk_is_refused_the_chart_with_the_offer(patient: Any, coordinator: Any, log_in: Any) -> None:
    answer = log_in(coordinator).get(f"/screen/{patient.id}/")
    assert answer.status_code == 403
    assert f"/people/patient/{patient.id}/break-glass/" in answer.content.decode()


def test_with_a_reason_the_chart_opens_for_reading_and_the_read_says_so(
    patient: Any,
    coordinator: Any,
    clinic: Any,
    log_in: Any,
    fill: Callable[..., Any],
    events: Callable[..., Any],
) -> None:
    from ataraxy.clinic.audit.models import ChartRead

    client = log_in(coordinator)
    fill(client, f"/people/patient/{patient.id}/break-glass/", reason=REASON)
    assert client.get(f"/screen/{patient.id}/").status_code == 200
    assert client.get(f"/screen/{patient.id}/body/").status_code == 403
    assert ChartRead.objects.filter(view="screen:screening", right="break-glass").exists()
    assert events(clinic.id, "GlassBroken")[0]["reason"] == REASON


def test_it_closes_after_an_hour(patient: Any, coordinator: Any, log_in: Any, context: Any) -> None:
    from datetime import UTC, datetime

    from ataraxy.clinic.people.actions.glass import break_glass

    long_ago = datetime.now(UTC) - timedelta(minutes=61)
    break_glass(context(coordinator, long_ago), patient, REASON)
    assert log_in(coordinator).get(f"/screen/{patient.id}/").status_code == 403


def test_a_reason_nobody_could_review_is_refused(
    patient: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    answer = fill(log_in(coordinator), f"/people/patient/{patient.id}/break-glass/", reason="urgent")
    assert answer.status_code == 422
    assert "too short to review" in answer.content.decode()


def test_researcher_and_outsider_may_not(patient: Any, researcher: Any, outsider: Any, log_in: Any) -> None:
    url = f"/people/patient/{patient.id}/break-glass/"
    assert log_in(researcher).get(url).status_code == 403
    assert log_in(outsider).get(url).status_code == 404
