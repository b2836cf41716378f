"""Agreement is taken back at any time, in parts, and holds at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_treatment_withdrawn_closes_the_course(
    agreed_patient: Any, protocol: Any, coordinator: Any, log_in: Any, fill: Callable[..., Any], context: Any
) -> None:
    from ataraxy.clinic.consent.queries import State, consent_state
    from ataraxy.clinic.people.chart import chart_of

    url = f"/consent/{agreed_patient.id}/withdraw/"
    form = {"grants": ["treatment"], "words": "it frightens me"}
    assert fill(log_in(coordinator), url, **form).status_code == 302
    state = consent_state(chart_of(agreed_patient.id), protocol)
    assert state.state is State.WITHDRAWN
    assert [grant.value for grant in state.grants] == ["research"]


def test_nothing_chosen_is_refused(
    agreed_patient: Any, nurse: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    answer = fill(log_in(nurse), f"/consent/{agreed_patient.id}/withdraw/", words="hm")
    assert answer.status_code == 422
    assert "Nothing was chosen" in answer.content.decode()
    assert "hm" in answer.content.decode()
