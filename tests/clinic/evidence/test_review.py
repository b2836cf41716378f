from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from ataraxy.clinic.evidence.base import shipped


@pytest.mark.parametrize("review_id", sorted(shipped().reviews))
def test_every_review_has_its_page(review_id: str, page: Callable[..., str]) -> None:
    assert "What it says, in our words" in page("review", review_id)


def test_a_pool_stands_in_the_digits_it_was_printed_with(page: Callable[..., str]) -> None:
    told = page("review", "whittaker-2021")
    assert "28.94 <small>read</small>" in told
    assert "242.57 <small>read</small>" in told


def test_almeidas_mix_of_units_is_flagged(page: Callable[..., str]) -> None:
    assert "Numbers that disagree with themselves" in page("review", "almeida-2024")
    assert "Numbers that disagree with themselves" not in page("review", "hartland-2023")


def test_a_review_that_does_not_exist_is_not_found(nurse: Any, log_in: Any) -> None:
    assert log_in(nurse).get(reverse("evidence:review", args=["nobody-1999"])).status_code == 404
