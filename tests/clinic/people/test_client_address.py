"""The limits of the log-in count by the client's address, which only our own front may tell."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7"),  # what the front added is the last
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "my house", "127.0.0.1"),
        ("203.0.113.5", "192.0.2.7", "203.0.113.5"),  # no front of ours: the client's own words
        ("", "192.0.2.7", "0.0.0.0"),
    ],
)
def test_a_forwarded_address_counts_only_from_our_own_front(
    database: str, peer: str, forwarded: str, address: str
) -> None:
    from ataraxy.clinic.people.adapter import client_address

    assert client_address({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}) == address


def tries(client: Any, count: int, **where: str) -> list[int]:
    return [
        client.post(
            "/account/login/", {"login": f"nobody{n}@example.org", "password": "x"}, **where
        ).status_code
        for n in range(count)
    ]


@pytest.fixture
def client(database: str) -> Any:
    from django.core.cache import cache
    from django.test import Client

    cache.clear()
    return Client()


def test_who_tries_too_often_is_limited_and_the_colleague_at_the_next_desk_is_not(client: Any) -> None:
    front = {"REMOTE_ADDR": "127.0.0.1"}
    assert 429 in tries(client, 40, **front, HTTP_X_FORWARDED_FOR="192.0.2.7")
    assert 429 not in tries(client, 3, **front, HTTP_X_FORWARDED_FOR="192.0.2.8")


def test_a_stranger_does_not_get_new_tries_by_claiming_new_addresses(client: Any) -> None:
    found = [
        code
        for n in range(40)
        for code in tries(client, 1, REMOTE_ADDR="203.0.113.5", HTTP_X_FORWARDED_FOR=f"192.0.2.{n}")
    ]
    assert 429 in found
