"""The gates by which a decision, a course and a session are let through; demo drafts stay in demo clinics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ataraxy.core.protocol.types import Disorder


def test_the_decisions_gate_leaves_consent_out_and_the_courses_does_not(
    screened_patient: Any, protocol: Any, prescriber: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.screen.gate import judged

    now = judged(
        context(prescriber), screened_patient, chart_of(screened_patient.id), protocol, Disorder.PTSD
    )
    assert now.decision.open
    assert not now.course.open
    assert now.course.waits_for_consent_only
    assert not now.standing.open


def test_a_draft_indication_opens_in_no_real_clinic(
    screened_patient: Any, protocol: Any, prescriber: Any, context: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.screen.gate import judged

    ctx = context(prescriber)
    ctx.clinic.is_demo = False
    now = judged(replace(ctx), screened_patient, chart_of(screened_patient.id), protocol, Disorder.GAD)
    assert "draft for demonstration only" in " ".join(c.reason for c in now.decision.closed_by)
