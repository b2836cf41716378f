"""The log-in page offers one button a role in a demo, and never where a real clinic lives."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse


def test_a_demo_offers_its_roles_at_the_door(demo_database: str) -> None:
    page = Client().get(reverse("account_login"))
    assert "Ruth Lindqvist" in page.content.decode()


def test_the_button_of_a_role_logs_in(demo_database: str) -> None:
    from ataraxy.clinic.people.demo_door import DEMO_PASSWORD

    client = Client()
    form = {"login": "nurse@stillwater.example", "password": DEMO_PASSWORD}
    assert client.post(reverse("account_login"), form).status_code == 302
    assert client.get(reverse("home")).status_code == 200


def test_where_a_real_clinic_lives_the_door_says_nothing(demo_database: str) -> None:
    from ataraxy.clinic.people.models import Clinic

    Clinic.objects.create(name="Harbour Clinic", zone="UTC")
    page: Any = Client().get(reverse("account_login"))
    assert "Ruth Lindqvist" not in page.content.decode()
    assert b"stillwater-demo" not in page.content
