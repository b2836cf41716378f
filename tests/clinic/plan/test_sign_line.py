"""Until the director has signed every proposed or unverified line, no course starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def unsigned(director: Any, context: Callable[..., Any]) -> Any:
    from ataraxy.clinic.plan.actions.protocols import activate_protocol
    from ataraxy.clinic.plan.shelf import shelved

    chosen = shelved("iv-racemic-0.5", "2026.5")
    assert chosen is not None
    return activate_protocol(context(director), chosen)


def test_what_is_ticked_is_signed_and_the_rest_still_waits(
    unsigned: Any,
    director: Any,
    clinic: Any,
    log_in: Any,
    fill: Callable[..., Any],
    events: Callable[..., Any],
) -> None:
    from ataraxy.clinic.plan.queries import unsigned_claims

    waiting = unsigned_claims(unsigned)
    first = waiting[0]
    url = "/plan/protocol/iv-racemic-0.5/2026.5/sign/"
    assert fill(log_in(director), url, **{first.id: "on"}, password=True).status_code == 302
    assert [claim.id for claim in unsigned_claims(unsigned)] == [claim.id for claim in waiting[1:]]
    (signed,) = events(clinic.id, "LineSigned")
    assert (signed["line"], signed["text"], signed["source"]) == (first.id, first.text, first.source)


def test_only_lines_that_need_it_are_offered(unsigned: Any) -> None:
    from ataraxy.clinic.plan.queries import unsigned_claims

    assert {claim.status.value for claim in unsigned_claims(unsigned)} <= {"proposed", "unverified"}


def test_nothing_ticked_is_refused(
    unsigned: Any, director: Any, log_in: Any, fill: Callable[..., Any]
) -> None:
    answer = fill(log_in(director), "/plan/protocol/iv-racemic-0.5/2026.5/sign/", password=True)
    assert answer.status_code == 422
    assert "Tick at least one" in answer.content.decode()


def test_a_prescriber_does_not_sign_for_the_clinic(unsigned: Any, prescriber: Any, log_in: Any) -> None:
    assert log_in(prescriber).get("/plan/protocol/iv-racemic-0.5/2026.5/sign/").status_code == 403


def test_the_director_reads_what_is_signed_in_the_clinics_words(
    unsigned: Any, director: Any, log_in: Callable[..., Any]
) -> None:
    """A scale by its name, and what a stop rule really holds for."""
    page = log_in(director).get("/plan/protocol/iv-racemic-0.5/2026.5/sign/").content.decode()
    assert "PCL-5 at least 33" in page and "pcl5 at least" not in page
    assert "Holds the next dose: serious event, pressure danger." in page
    shown = log_in(director).get("/plan/protocol/iv-racemic-0.5/2026.5/").content.decode()
    assert "PCL-5 at least 33" in shown
