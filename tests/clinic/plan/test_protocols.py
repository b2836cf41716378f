"""The list of protocols: what is active, and what waits for a signature."""

from __future__ import annotations

from typing import Any


def test_shipped_versions_are_offered(director: Any, log_in: Any) -> None:
    page = log_in(director).get("/plan/protocols/").content.decode()
    assert page.count("Not activated</span>") >= 2


def test_the_active_one_says_so(protocol: Any, nurse: Any, log_in: Any) -> None:
    assert "Active</span>" in log_in(nurse).get("/plan/protocols/").content.decode()


def test_the_desk_does_not_need_it(coordinator: Any, log_in: Any) -> None:
    assert log_in(coordinator).get("/plan/protocols/").status_code == 403
