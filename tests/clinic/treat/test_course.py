"""The rules of the course at the bedside: held, shown, reviewed and signed, decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from ataraxy.core.errors import InputRefused, NotPermitted
from ataraxy.core.session.events import EndReason, Grade

DAY = 24 * 60
RISING = pytest.mark.parametrize("infusion", ["sc-ascending"], indirect=True)


@pytest.fixture
def infusion(request: Any) -> Any:
    """The infusions, or where a test asks for it the injections with their rising dose."""
    from ataraxy.catalog.load import protocols

    return protocols()[getattr(request, "param", "iv-racemic-0.5")]


@pytest.fixture
def second(
    infusion: Any,
    ready: Any,
    start: Callable[..., None],
    at: Callable[..., Any],
    book: Callable[..., Any],
    again: Callable[..., None],
) -> Any:
    """The next session, everything checked at its minute 10, after a first one with a severe side effect."""
    from ataraxy.clinic.treat import actions

    rising = infusion.id == "sc-ascending"
    start(ready, 10)
    if not rising:
        actions.side_effect(at(30), ready.id, "vomiting", Grade.SEVERE)
        actions.stop(at(31), ready.id, "vomits")
    actions.end(at(200), ready.id, EndReason.LEFT_AGAINST_ADVICE, note="for the test")
    days = 7 if rising else 2
    session = book(2, ready.during[0] + timedelta(days=days))
    again(session, days * DAY)
    return session


def days(session: Any) -> int:
    from ataraxy.clinic.treat.record import protocol_of

    return 7 if protocol_of(session).id == "sc-ascending" else 2


@pytest.fixture
def signed(prescriber: Any, log_in: Callable[..., Any], fill: Callable[..., Any]) -> Callable[..., Any]:
    """signed(url, **fields) -> the prescriber fills in the page and signs it."""

    def post(url: str, **fields: Any) -> Any:
        return fill(log_in(prescriber), url, password=True, **fields)

    return post


def test_a_severe_side_effect_holds_the_next_dose_until_a_prescriber_signs(
    second: Any,
    start: Callable[..., None],
    prescriber: Any,
    clock: Any,
    signed: Any,
    state: Any,
    patient: Any,
) -> None:
    from ataraxy.clinic.people.chart import chart_of

    minute = days(second) * DAY + 10
    with pytest.raises(InputRefused, match="vomiting, severe"):
        start(second, minute)
    assert state(second).dose is None
    clock(minute)
    url = reverse("plan:review", args=[second.course_id])
    assert signed(url, reason="Vomited once; antiemetic before the next one.").status_code == 302
    (review,) = chart_of(patient.id).reviews
    assert review.envelope.actor == prescriber.id
    assert review.payload.shown == ("session 1: vomiting, severe",)
    start(second, minute + 1)
    assert state(second).dose is not None


def test_the_gate_itself_holds_whoever_asks(second: Any, at: Callable[..., Any], state: Any) -> None:
    """Hazard: a way to the record that does not pass by the start page."""
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.treat.dosing import dose_of_today, started
    from ataraxy.clinic.treat.record import append_session, protocol_of

    dose = started(dose_of_today(protocol_of(second), state(second)))
    with pytest.raises(InputRefused, match="serious adverse event"):
        append_session(at(days(second) * DAY + 10), second.id, Entry(dose))


def test_session_plan_and_board_say_that_the_dose_is_held(
    second: Any, nurse: Any, prescriber: Any, clock: Any, ask: Any, log_in: Any, patient: Any
) -> None:
    clock(days(second) * DAY + 10)
    page = ask(nurse, "session", second).content.decode()
    assert "Do not start: session 1: vomiting, severe" in page
    assert "A prescriber reviews it and signs" in page
    assert reverse("plan:review", args=[second.course_id]) not in page
    assert (
        reverse("plan:review", args=[second.course_id]) in ask(prescriber, "session", second).content.decode()
    )
    plan = log_in(nurse).get(reverse("plan:plan", args=[patient.id])).content.decode()
    assert "The next dose is held" in plan and "vomiting, severe" in plan
    board = log_in(nurse).get(reverse("treat:board")).content.decode().partition("<template")[0]
    assert "Dose held: a prescriber looks first" in board


@pytest.mark.parametrize("here", [True, False])
def test_the_board_in_the_corridor_does_not_say_why(
    here: bool, second: Any, nurse: Any, clock: Any, log_in: Any
) -> None:
    from ataraxy.clinic.plan.models import Session

    if not here:
        Session.objects.filter(id=second.id).update(phase="booked", arrived_at=None)
    clock(days(second) * DAY)
    board = log_in(nurse).get(reverse("treat:board")).content.decode().partition("<template")[0]
    assert "Dose held" in board and "vomiting" not in board


def test_a_finding_that_came_after_the_page_was_drawn_is_not_signed_away(
    second: Any, at: Callable[..., Any], context: Any, prescriber: Any, now: Any
) -> None:
    from ataraxy.clinic.plan.actions.reviews import open_findings, review_course
    from ataraxy.clinic.treat import actions

    minute = days(second) * DAY + 9
    ctx = context(prescriber, now + timedelta(minutes=minute))
    seen = [one.event for one in open_findings(second.course)]
    actions.side_effect(at(minute), second.id, "urinary-frequency", Grade.MILD)
    with pytest.raises(InputRefused, match="Something else is known now"):
        review_course(ctx, second.course, seen, "looked at")
    review_course(ctx, second.course, [f.event for f in open_findings(second.course)], "looked at")
    assert open_findings(second.course) == ()


def test_only_a_prescriber_reviews(second: Any, at: Callable[..., Any], nurse: Any, log_in: Any) -> None:
    from ataraxy.clinic.plan.actions.reviews import open_findings, review_course

    seen = [one.event for one in open_findings(second.course)]
    with pytest.raises(NotPermitted):
        review_course(at(days(second) * DAY), second.course, seen, "looks fine to me")
    assert log_in(nurse).get(reverse("plan:review", args=[second.course_id])).status_code == 403


@pytest.mark.parametrize("fields", [{"findings": "nonsense"}, {"findings": ""}, {"reason": ""}])
def test_a_damaged_review_is_refused(second: Any, clock: Any, signed: Any, fields: Any) -> None:
    clock(days(second) * DAY)
    url = reverse("plan:review", args=[second.course_id])
    assert signed(url, **({"reason": "because"} | fields)).status_code == 422


# --- the step up ---------------------------------------------------------------------------------


@RISING
def test_a_higher_dose_starts_only_after_a_prescriber_decided_it(
    second: Any, start: Callable[..., None], clock: Any, signed: Any, state: Any, prescriber: Any
) -> None:
    minute = days(second) * DAY + 10
    with pytest.raises(InputRefused, match=r"from 0\.25 to 0\.5 mg/kg was not decided"):
        start(second, minute)
    clock(minute)
    url = reverse("treat:decide-dose", args=[second.id])
    assert signed(url, mg_per_kg="0.5", reason="Felt nothing at all.").status_code == 302
    assert state(second).decided.by == prescriber.id
    start(second, minute + 1)
    assert state(second).dose.planned.mg_per_kg == Decimal("0.5")


@RISING
def test_the_last_dose_may_be_repeated_instead(
    second: Any, start: Callable[..., None], cover_and_draw: Any, clock: Any, signed: Any, state: Any
) -> None:
    """And is drawn up anew: the syringe that was ready holds the higher one."""
    minute = days(second) * DAY + 10
    clock(minute)
    url = reverse("treat:decide-dose", args=[second.id])
    assert signed(url, mg_per_kg="0.25", reason="Very dizzy at the first one.").status_code == 302
    with pytest.raises(InputRefused, match="The syringe holds"):
        start(second, minute + 1)
    cover_and_draw(second, minute + 1)
    start(second, minute + 4)
    assert state(second).dose.planned.mg_per_kg == Decimal("0.25")


@RISING
@pytest.mark.parametrize("dose", ["1", "0.3", "0", "-1", "much"])
def test_no_other_dose_is_decided(second: Any, clock: Any, signed: Any, state: Any, dose: str) -> None:
    clock(days(second) * DAY + 10)
    url = reverse("treat:decide-dose", args=[second.id])
    assert signed(url, mg_per_kg=dose, reason="more").status_code == 422
    assert state(second).decided is None


@RISING
def test_a_nurse_does_not_decide_and_nobody_takes_a_decision_back(
    second: Any, at: Callable[..., Any], prescriber: Any, nurse: Any, ask: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    minute = days(second) * DAY + 10
    assert ask(nurse, "decide-dose", second).status_code == 403
    with pytest.raises(NotPermitted):
        actions.decide_dose(at(minute), second.id, Decimal("0.5"), "why not")
    actions.decide_dose(at(minute, prescriber), second.id, Decimal("0.5"), "felt nothing")
    actions.decide_dose(at(minute, prescriber), second.id, Decimal("0.25"), "on second thought")
    with pytest.raises(InputRefused, match="not taken back"):
        actions.retract(at(minute), second.id, state(second).decided.event, "wrong")
    assert state(second).planned_mg_per_kg == Decimal("0.25")
