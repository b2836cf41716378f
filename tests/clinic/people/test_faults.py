from __future__ import annotations

import logging
from typing import Any

import pytest

CANARY = "Quillfeather"


def breaks(request: Any) -> Any:
    raise ValueError(f"{CANARY} came too early")


@pytest.mark.parametrize("where", ["a view", "the middleware"])
def test_a_fault_is_logged_with_its_place_and_without_its_words(
    database: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    from django.test import Client

    from ataraxy.clinic.people import middleware

    if where == "a view":
        monkeypatch.setattr("ataraxy.clinic.follow.views.answer._open", breaks)
    else:
        monkeypatch.setattr(middleware.StaffMiddleware, "__call__", lambda self, request: breaks(request))
    client = Client(raise_request_exception=False)
    with caplog.at_level(logging.ERROR, "ataraxy.web"):
        answer = client.post(f"/follow/f/{CANARY}/", {"words": CANARY})
    assert answer.status_code == 500
    faults = [r.getMessage() for r in caplog.records if r.name == "ataraxy.web"]
    assert len(faults) == 1
    assert "ValueError" in faults[0]
    assert "test_faults.py" in faults[0]
    assert CANARY not in caplog.text
