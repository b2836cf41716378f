"""A credential is entered by the director and opens what its role may sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ataraxy.core.errors import NotPermitted


def test_an_expired_licence_stops_signing_and_a_new_one_opens_it(
    director: Any, prescriber: Any, log_in: Any, fill: Callable[..., Any], context: Callable[..., Any]
) -> None:
    from datetime import date

    from ataraxy.clinic.people.models import Role
    from ataraxy.clinic.people.signing import require_role

    prescriber.credentials.filter(kind="prescribing").update(expires_on=date(2026, 11, 22))
    with pytest.raises(NotPermitted, match="expired"):
        require_role(context(prescriber), Role.PRESCRIBER)
    url = f"/people/staff/{prescriber.id}/credential/"
    form = {"kind": "prescribing", "number": "P-9", "expires_on": "2028-01-31"}
    assert fill(log_in(director), url, **form).status_code == 302
    require_role(context(prescriber), Role.PRESCRIBER)
    assert prescriber.credentials.filter(kind="prescribing").count() == 2


def test_sent_twice_it_is_entered_once(director: Any, nurse: Any, log_in: Any) -> None:
    form = {"kind": "nursing", "number": "N-2", "expires_on": "2028-01-31"}
    form["key"] = "0b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a"
    client = log_in(director)
    for _ in range(2):
        client.post(f"/people/staff/{nurse.id}/credential/", form)
    assert nurse.credentials.filter(number="N-2").count() == 1


def test_an_outsiders_staff_is_not_found(director: Any, outsider: Any, log_in: Any) -> None:
    assert log_in(director).get(f"/people/staff/{outsider.id}/credential/").status_code == 404
