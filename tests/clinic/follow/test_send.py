from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse


@pytest.fixture
def row(check_in: Any, clock: Any) -> Any:
    clock(25)
    return check_in("after-24-hours")


def url(row: Any) -> str:
    return reverse("follow:send", args=[row.id])


def test_the_desk_makes_a_link_that_opens(
    row: Any, coordinator: Any, log_in: Any, visitor: Any, keys: Callable[[], str]
) -> None:
    client = log_in(coordinator)
    assert client.get(url(row)).status_code == 200
    page = client.post(url(row), {"key": keys()}).content.decode()
    link = page.split('value="http://testserver')[1].split('"')[0]
    assert visitor.get(link).status_code == 200


def test_the_invitation_is_written_once_however_often_it_is_sent(
    row: Any, coordinator: Any, log_in: Any, keys: Callable[[], str]
) -> None:
    from ataraxy.clinic.people.chart import chart_of

    client = log_in(coordinator)
    client.post(url(row), {"key": keys()})
    row.refresh_from_db()
    first = row.invited_at
    client.post(url(row), {"key": keys()})
    row.refresh_from_db()
    assert row.invited_at == first
    assert len(chart_of(row.patient_id).check_ins) == 1


def test_what_is_over_is_not_sent(check_in: Any, clock: Any, nurse: Any, log_in: Any, keys: Any) -> None:
    clock(24 * 30)
    row = check_in("after-2-hours")
    client = log_in(nurse)
    assert "It is over" in client.get(url(row)).content.decode()
    assert client.post(url(row), {"key": keys()}).status_code == 422


def test_who_may_not(row: Any, outsider: Any, researcher: Any, log_in: Any, keys: Any) -> None:
    assert log_in(outsider).get(url(row)).status_code == 404
    assert log_in(outsider).post(url(row), {"key": keys()}).status_code == 404
    assert log_in(researcher).get(url(row)).status_code == 403
