"""The staff page says where consent stands for each version, and asks again when the version changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_before_a_decision_nothing_is_asked(
    patient: Any, protocol: Any, coordinator: Any, log_in: Any
) -> None:
    page = log_in(coordinator).get(f"/consent/{patient.id}/").content.decode()
    assert "Nothing to agree to yet" in page


def test_a_signature_shows_its_grants_apart(agreed_patient: Any, coordinator: Any, log_in: Any) -> None:
    page = log_in(coordinator).get(f"/consent/{agreed_patient.id}/").content.decode()
    assert "In force</span>" in page
    assert "Research</span>" in page
    assert "Own story: no</span>" in page


def test_a_signature_on_another_version_does_not_count(
    agreed_patient: Any, protocol: Any, director: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.catalog.load import parse_protocol
    from ataraxy.clinic.consent.queries import State, consent_state
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.plan.actions.protocols import activate_protocol
    from ataraxy.clinic.plan.shelf import Shelved

    text = protocol.text.replace('version       = "2026.5"', 'version       = "2026.6"')
    newer = activate_protocol(context(director), Shelved(parse_protocol(text, "newer"), text))
    chart = chart_of(agreed_patient.id)
    protocol.refresh_from_db()
    assert protocol.retired_at is not None
    assert consent_state(chart, protocol).state is State.IN_FORCE
    assert consent_state(chart, newer).state is State.OTHER_VERSION


def test_the_desk_is_not_told_the_diagnosis(
    decided_patient: Any, coordinator: Any, nurse: Any, log_in: Any
) -> None:
    url = f"/consent/{decided_patient.id}/"
    assert "Posttraumatic stress disorder</dd>" in log_in(nurse).get(url).content.decode()
    assert "Posttraumatic stress disorder</dd>" not in log_in(coordinator).get(url).content.decode()


def test_outsiders_find_nothing(patient: Any, outsider: Any, log_in: Any) -> None:
    assert log_in(outsider).get(f"/consent/{patient.id}/").status_code == 404
