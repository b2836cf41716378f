"""What the course says on the day: not too near, and no step left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused


@pytest.fixture
def infusion() -> Any:
    """Here the injections, whose dose rises from session to session."""
    from ataraxy.catalog.load import protocols

    return protocols()["sc-ascending"]


def rule(infusion: Any) -> Any:
    return infusion.indications[0].course


@pytest.mark.parametrize(
    ("number", "given", "holds"),
    [(1, set(), False), (2, set(), True), (2, {1}, False), (3, {1}, True), (3, {1, 2}, False)],
)
def test_a_higher_dose_needs_the_one_below(infusion: Any, number: int, given: set[int], holds: bool) -> None:
    from ataraxy.clinic.plan.spacing import skipped

    assert (skipped(rule(infusion), number, given) is not None) is holds


@pytest.mark.parametrize(("days", "holds"), [(0, True), (6, True), (7, False), (30, False)])
def test_days_between_doses_count_on_the_calendar(infusion: Any, days: int, holds: bool) -> None:
    from ataraxy.clinic.plan.spacing import too_near

    today = date(2026, 11, 23)
    assert (too_near(rule(infusion), today, [today - timedelta(days=days)]) is not None) is holds


def test_a_first_dose_is_near_to_nothing(infusion: Any) -> None:
    from ataraxy.clinic.plan.spacing import too_near

    assert too_near(rule(infusion), date(2026, 11, 23), []) is None


def test_a_concern_nobody_answered_holds_the_dose(
    ready: Any,
    patient: Any,
    nurse: Any,
    clock: Any,
    ask: Callable[..., Any],
    at: Callable[..., Any],
    start: Callable[..., None],
    state: Callable[..., Any],
) -> None:
    from ataraxy.clinic.follow.actions import concern
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.screen.actions.scales import answer_scale

    answer_scale(at(5), patient, "phq9", [0] * 8 + [None])
    with pytest.raises(InputRefused, match="PHQ-9 item 9 left out"):
        start(ready, 10)
    clock(10)
    assert "a concern waits for an answer" in ask(nurse, "session", ready).content.decode()
    (raised,) = chart_of(patient.id).open_concerns
    concern(at(11), patient, raised.record.envelope.id, "Asked in person: no such thoughts.")
    start(ready, 12)
    assert state(ready).dose is not None


def test_the_third_injection_is_refused_while_the_second_was_missed(
    ready: Any,
    book: Callable[..., Any],
    at: Callable[..., Any],
    start: Callable[..., None],
    again: Callable[..., None],
    state: Callable[..., Any],
) -> None:
    """Hazard: 0.25, then 1 mg/kg: a step of four."""
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    start(ready, 10)
    actions.end(at(60), ready.id, EndReason.TRANSFERRED, note="for the test")
    book(2, ready.during[0] + timedelta(days=7))
    third = book(3, ready.during[0] + timedelta(days=14))
    again(third, 14 * 24 * 60)
    with pytest.raises(InputRefused, match="session 2 was not given"):
        start(third, 14 * 24 * 60 + 10)
    assert state(third).dose is None
