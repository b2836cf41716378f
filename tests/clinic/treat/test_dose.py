"""start, pause, resume, stop, finish."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

NUMBERS = {"mg": "36.0", "mg_per_kg": "0.5", "weight_kg": "72", "rate": "54.0"}


@pytest.fixture
def numbers(ready: Any, infusion: Any) -> dict[str, str]:
    """What step 1 shows, as its form carries it."""
    from ataraxy.clinic.treat.dosing import dose_of_today, shown
    from ataraxy.clinic.treat.record import state_of

    told = shown(dose_of_today(infusion, state_of(ready.id)))
    return {name: getattr(told, name) for name in told.__slots__}


def test_step_one_shows_every_number_and_writes_nothing(
    ready: Any, nurse: Any, clock: Any, ask: Any, tell: Any, numbers: Any, seen: Any, state: Any
) -> None:
    clock(10)
    page = ask(nurse, "start", ready).content.decode()
    for words in ("36.0 mg", "0.5 mg/kg", "mL/h", "mg/mL", "Cap", "Nothing speaks against it"):
        assert words in page
    second = tell(nurse, "start", ready, seen=seen(ready), **numbers)
    assert second.status_code == 200
    assert "Yes, start 36.0 mg" in second.content.decode()
    assert state(ready).dose is None


def test_step_two_starts_exactly_what_was_shown(
    ready: Any, nurse: Any, clock: Any, tell: Any, numbers: Any, seen: Any, state: Any
) -> None:
    clock(10)
    fields = numbers | {
        "confirmed": "yes",
        "seen": seen(ready),
        "key": "22222222-2222-2222-2222-222222222222",
    }
    for _ in range(2):
        assert tell(nurse, "start", ready, **fields).status_code == 302
    dose = state(ready).dose
    assert str(dose.planned.mg) == "36.0"
    assert len(dose.steps) == 1


@pytest.mark.parametrize("wrong", [{"mg": "36.1"}, {"weight_kg": "73"}, {"rate": "99"}, {"mg": "<b>"}])
def test_other_numbers_are_refused(
    wrong: dict[str, str], ready: Any, nurse: Any, clock: Any, tell: Any, numbers: Any, seen: Any, state: Any
) -> None:
    clock(10)
    answer = tell(nurse, "start", ready, confirmed="yes", seen=seen(ready), **(numbers | wrong))
    assert answer.status_code == 422
    assert "numbers are not the ones" in answer.content.decode()
    assert state(ready).dose is None


def test_a_stale_step_two_is_refused(
    ready: Any, nurse: Any, clock: Any, at: Any, tell: Any, numbers: Any, seen: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    before = seen(ready)
    actions.note(at(9), ready.id, "the patient wants to talk first")
    clock(10)
    answer = tell(nurse, "start", ready, confirmed="yes", seen=before, **numbers)
    assert answer.status_code == 409
    assert state(ready).dose is None


def test_a_missing_check_holds_and_is_named(
    session: Any, nurse: Any, clock: Any, ask: Any, tell: Any
) -> None:
    clock(10)
    page = ask(nurse, "start", session).content.decode()
    assert "Do not start" in page
    assert "The weight was not measured today" in page
    assert tell(nurse, "start", session, confirmed="yes", **NUMBERS).status_code == 422


def test_a_withdrawn_consent_holds(
    ready: Any, patient: Any, nurse: Any, clock: Any, at: Any, tell: Any, numbers: Any, seen: Any, state: Any
) -> None:
    from dataclasses import replace

    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.context import patient_context
    from ataraxy.clinic.people.chart import append_chart
    from ataraxy.core.chart.events import ConsentWithdrawn, GrantKind

    own = replace(patient_context(patient), now=at(9).now)
    append_chart(own, patient.id, Entry(ConsentWithdrawn((GrantKind.TREATMENT,), "I do not want it")))
    clock(10)
    answer = tell(nurse, "start", ready, confirmed="yes", seen=seen(ready), **numbers)
    assert answer.status_code == 422
    assert state(ready).dose is None


def test_one_tap_pauses_and_one_tap_stops(
    running: Any, nurse: Any, clock: Any, tell: Any, state: Any
) -> None:
    clock(15)
    assert tell(nurse, "pause", running).status_code == 302
    assert state(running).dose.status == "paused"
    clock(16)
    assert tell(nurse, "stop", running).status_code == 302
    assert state(running).dose.status == "stopped"


def test_the_therapist_beside_the_patient_may_stop(
    running: Any, therapist: Any, clock: Any, tell: Any, state: Any
) -> None:
    clock(15)
    assert tell(therapist, "stop", running).status_code == 302
    assert state(running).dose.status == "stopped"


def test_a_stop_needs_nothing_from_its_page(
    running: Any, nurse: Any, clock: Any, log_in: Any, state: Any
) -> None:
    """No key, no seen, fields that make no sense: the drug goes off."""
    from django.urls import reverse

    clock(15)
    url = reverse("treat:stop", args=[running.id])
    assert log_in(nurse).post(url, {"seen": "nonsense", "key": "x"}).status_code == 302
    assert state(running).dose.status == "stopped"


def test_a_second_tap_changes_nothing(running: Any, nurse: Any, clock: Any, tell: Any, state: Any) -> None:
    clock(15)
    tell(nurse, "stop", running)
    before = state(running)
    clock(17)
    tell(nurse, "stop", running)
    tell(nurse, "pause", running)
    assert state(running) == before


def test_a_pause_from_a_page_older_than_the_resume_still_pauses(
    running: Any, nurse: Any, clock: Any, tell: Any, seen: Any, state: Any, vitals: Any
) -> None:
    """The same form, sent again after the dose went on, must pause again."""
    form = {"key": "33333333-3333-3333-3333-333333333333"}
    clock(15)
    tell(nurse, "pause", running, **form)
    vitals(running, 16)
    clock(17)
    tell(nurse, "resume", running, confirmed="yes", seen=seen(running))
    assert state(running).dose.status == "running"
    clock(18)
    tell(nurse, "pause", running, **form)
    assert state(running).dose.status == "paused"


def test_resume_asks_twice(
    running: Any, nurse: Any, clock: Any, ask: Any, tell: Any, seen: Any, state: Any
) -> None:
    clock(15)
    tell(nurse, "pause", running)
    assert "Left" in ask(nurse, "resume", running).content.decode()
    second = tell(nurse, "resume", running, seen=seen(running))
    assert "Yes, resume" in second.content.decode()
    assert state(running).dose.status == "paused"
    assert tell(nurse, "resume", running, confirmed="yes", seen=seen(running)).status_code == 302
    assert state(running).dose.status == "running"


def test_resume_is_refused_while_a_rule_says_stop(
    running: Any, nurse: Any, clock: Any, vitals: Any, tell: Any, seen: Any, state: Any
) -> None:
    vitals(running, 14, systolic=190, diastolic=100)
    clock(15)
    tell(nurse, "pause", running)
    answer = tell(nurse, "resume", running, confirmed="yes", seen=seen(running))
    assert answer.status_code == 422
    assert state(running).dose.status == "paused"


def test_the_dose_is_in(running: Any, nurse: Any, clock: Any, tell: Any, seen: Any, state: Any) -> None:
    clock(50)
    assert tell(nurse, "finish", running, seen=seen(running)).status_code == 302
    assert state(running).dose.status == "finished"


def test_a_dose_is_not_finished_long_before_its_time(
    running: Any, nurse: Any, clock: Any, tell: Any, seen: Any, state: Any
) -> None:
    """Finishing writes the whole planned dose; after six minutes it would falsify the chart."""
    clock(16)
    answer = tell(nurse, "finish", running, seen=seen(running))
    assert answer.status_code == 422
    assert "mg are in" in answer.content.decode()
    assert state(running).dose.is_open


@pytest.mark.parametrize("verb", ["pause", "stop"])
def test_looking_at_the_page_stops_nothing(
    verb: str, running: Any, nurse: Any, clock: Any, ask: Callable[..., Any], state: Any
) -> None:
    clock(15)
    assert ask(nurse, verb, running).status_code == 200
    assert state(running).dose.status == "running"


# --- what the chart and the course say on the day of the dose ----------------------------------------


def test_an_exclusion_that_became_known_after_the_decision_holds(
    ready: Any, patient: Any, at: Any, start: Any, state: Any
) -> None:
    """Hazard: a later letter says aneurysm, and the third infusion runs as booked."""
    from ataraxy.clinic.screen.actions import facts
    from ataraxy.core.chart.events import Answer
    from ataraxy.core.errors import InputRefused

    facts.record_conditions(at(9), patient, {"aneurysm": facts.Asked(Answer.YES)})
    with pytest.raises(InputRefused, match=r"(?i)aneurysm"):
        start(ready, 10)
    assert state(ready).dose is None


def test_a_pregnancy_that_is_not_known_any_more_holds(
    ready: Any, patient: Any, at: Any, start: Any, state: Any
) -> None:
    from ataraxy.clinic.screen.actions import facts
    from ataraxy.core.chart.events import Answer
    from ataraxy.core.errors import InputRefused

    facts.record_pregnancy(at(9), patient, Answer.UNKNOWN, "")
    with pytest.raises(InputRefused, match=r"(?i)pregnancy"):
        start(ready, 10)
    facts.record_pregnancy(at(9.5), patient, Answer.NO, "urine test today")
    start(ready, 10)
    assert state(ready).dose is not None


def test_two_doses_are_never_nearer_than_the_protocol_says(
    observed: Any, book: Any, at: Any, start: Any, again: Any, state: Any
) -> None:
    """Hazard: the wrong row on the board is opened, and the second infusion runs on the day of the first."""
    from datetime import timedelta

    from ataraxy.clinic.treat import actions
    from ataraxy.core.errors import InputRefused
    from ataraxy.core.session.events import EndReason

    second = book(2, observed.during[0] + timedelta(days=2))
    actions.end(at(180), observed.id, EndReason.DISCHARGED)
    again(second, 200)
    with pytest.raises(InputRefused, match="2 days"):
        start(second, 210)
    assert state(second).dose is None
    again(second, 2 * 24 * 60)
    start(second, 2 * 24 * 60 + 10)
    assert state(second).dose is not None
