from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from ataraxy.clinic.evidence.base import shipped


@pytest.mark.parametrize("study_id", sorted(shipped().studies))
def test_every_study_has_its_page(study_id: str, page: Callable[..., str]) -> None:
    assert "Risk of bias" in page("study", study_id)


def test_a_number_says_how_it_was_seen(page: Callable[..., str]) -> None:
    told = page("study", "taylor-2018")
    assert "NCT02083926" in told
    assert "5 <small>inferred</small>" in told
    assert "6 <small>computed</small>" in told
    assert "functional unblinding".casefold() in told.casefold()


def test_a_retracted_study_says_so_first_and_its_contradictions_next(page: Callable[..., str]) -> None:
    told = page("study", "mills-2025")
    assert "Retracted 31 March 2026" in told
    assert told.index("Retracted 31 March 2026") < told.index("Numbers that disagree with themselves")
    assert told.index("Numbers that disagree with themselves") < told.index("Arms</h2>")


def test_a_study_that_does_not_exist_is_not_found(nurse: Any, log_in: Any) -> None:
    assert log_in(nurse).get(reverse("evidence:study", args=["nobody-1999"])).status_code == 404


def test_a_protocols_source_leads_to_what_it_showed(director: Any, protocol: Any, log_in: Any) -> None:
    shown = reverse("plan:protocol", args=[protocol.protocol_id, protocol.version])
    told = log_in(director).get(shown).content.decode()
    assert f'href="{reverse("evidence:study", args=["feder-2021"])}"' in told
