from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse


def test_every_disorder_says_what_nobody_has_shown(page: Callable[..., str]) -> None:
    told = page("overview")
    assert "No randomised trial of intravenous ketamine in generalised anxiety disorder alone" in told
    for name in ("Generalised anxiety", "Social anxiety", "Posttraumatic stress", "All anxiety"):
        assert name in told


def test_it_stands_in_everybodys_navigation(coordinator: Any, log_in: Any) -> None:
    client = log_in(coordinator)
    assert reverse("evidence:overview") in client.get(reverse("home")).content.decode()


def test_outcomes_lead_to_the_published_evidence(director: Any, log_in: Any) -> None:
    told = log_in(director).get(reverse("learn:outcomes")).content.decode()
    assert f'href="{reverse("evidence:overview")}"' in told
