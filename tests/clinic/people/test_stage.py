"""Where a patient stands follows from the chart alone, and only the newest decision counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ataraxy.core.chart.events import GrantKind


def stage(patient: Any) -> str:
    from ataraxy.clinic.people.models import ChartSummary

    return str(ChartSummary.objects.get(patient=patient).stage)


def test_a_referral_waits_for_screening(patient: Any) -> None:
    assert stage(patient) == "screen"


def test_a_decision_to_treat_asks_for_consent(decided_patient: Any) -> None:
    assert stage(decided_patient) == "consent"


def test_consent_asks_for_a_plan(agreed_patient: Any) -> None:
    assert stage(agreed_patient) == "plan"


def test_consent_taken_back_asks_again(agreed_patient: Any, nurse: Any, context: Callable[..., Any]) -> None:
    from ataraxy.clinic.consent.actions import withdraw_consent

    withdraw_consent(context(nurse), agreed_patient, [GrantKind.TREATMENT], "")
    assert stage(agreed_patient) == "consent"


def test_a_booked_session_is_treatment_and_a_stopped_course_is_stopped(
    course: Any, room: Any, patient: Any, prescriber: Any, context: Callable[..., Any], now: Any
) -> None:
    from ataraxy.clinic.plan.actions.courses import stop_course
    from ataraxy.clinic.plan.actions.sessions import Slot, book_session

    ctx, begins = context(prescriber), now + timedelta(days=1)
    assert stage(patient) == "plan"
    book_session(ctx, course, Slot(room, begins, begins + timedelta(hours=3)))
    assert stage(patient) == "treat"
    stop_course(ctx, course, "moved away")
    assert stage(patient) == "stopped"


def test_a_new_decision_after_a_stopped_course_begins_the_pathway_again(
    course: Any, protocol: Any, patient: Any, prescriber: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.plan.actions.courses import stop_course
    from ataraxy.clinic.screen.actions.decisions import sign_decision
    from ataraxy.core.chart.events import DecisionKind
    from ataraxy.core.protocol.types import Disorder

    ctx = context(prescriber)
    stop_course(ctx, course, "moved away")
    refused = "No benefit is expected now."
    sign_decision(ctx, patient, protocol, Disorder.PTSD, DecisionKind.DO_NOT_TREAT, refused)
    assert stage(patient) == "not-treated"
