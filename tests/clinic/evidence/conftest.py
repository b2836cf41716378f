from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def page(researcher: Any, log_in: Any) -> Callable[..., str]:
    """page(name, *arguments, query="") -> the words of a page, as the role that may open least."""
    from django.urls import reverse

    def get(name: str, *arguments: str, query: str = "") -> str:
        answer = log_in(researcher).get(reverse(f"evidence:{name}", args=arguments) + query)
        assert answer.status_code == 200
        return str(answer.content.decode())

    return get
