"""The list finds by name, number and stage, and only in the own clinic."""

from __future__ import annotations

from typing import Any

import pytest

URL = "/people/"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("?q=quill", True),
        ("?q=canary+quill", True),
        ("?q=R-10", True),
        ("?q=nobody", False),
        ("?stage=screen", True),
        ("?stage=treat", False),
        ("?stage=nonsense", True),
        ("?q=%00nobody", False),
        ("?q=%25", False),
    ],
)
def test_search(patient: Any, nurse: Any, log_in: Any, query: str, found: bool) -> None:
    page = log_in(nurse).get(URL + query)
    assert page.status_code == 200
    assert ("Quillfeather" in page.content.decode()) is found


def test_the_outsider_sees_none_of_it(patient: Any, outsider: Any, log_in: Any) -> None:
    assert "Quillfeather" not in log_in(outsider).get(URL).content.decode()


def test_a_researcher_has_no_list_of_names(researcher: Any, log_in: Any) -> None:
    assert log_in(researcher).get(URL).status_code == 403
