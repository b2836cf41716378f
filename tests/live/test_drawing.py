"""A picture put together from kept pieces says what one drawn anew would say; what cannot be judged is said."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.clinic.plan.shelf import shelf
from ataraxy.core.protocol.types import Disorder, Measure, Protocol, Route
from ataraxy.core.record.envelope import Envelope, Origin, Recorded
from ataraxy.core.session.events import DoseStarted, MonitorBound, PatientArrived, SessionOpened
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.state import SessionState
from ataraxy.live.drawing import Drawing
from ataraxy.live.picture import Signal, picture
from ataraxy.live.told import Told

BEGUN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NURSE = uuid.UUID(int=7)


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return next(s.protocol for s in shelf() if s.protocol.id == "iv-racemic-0.5")


@pytest.fixture
def session(protocol: Protocol) -> Callable[[Decimal], SessionState]:
    def dosing(rate: Decimal) -> SessionState:
        opened = SessionOpened(
            uuid.UUID(int=1),
            uuid.UUID(int=2),
            protocol.id,
            protocol.version,
            "x",
            Disorder.PTSD,
            1,
            Decimal("0.5"),
        )
        dose = DoseStarted(Decimal(35), Decimal("0.5"), Decimal(70), Route.IV_INFUSION, 40, rate, Decimal(1))
        payloads: tuple[Any, ...] = (opened, PatientArrived(), MonitorBound("d"), dose)
        return fold_session(
            Recorded(Envelope(uuid.UUID(int=n), n, BEGUN, BEGUN, NURSE, Origin.STAFF), payload)
            for n, payload in enumerate(payloads, start=1)
        )

    return dosing


def says(measure: Measure, value: int, at: datetime) -> Told:
    return Told(measure, Decimal(value), measure.unit, at, at, own_time=True)


def test_kept_pieces_say_the_same_as_a_picture_drawn_anew(protocol: Protocol, session: Any) -> None:
    """Through an hour of readings that come, stay away, pass a limit and grow old."""
    state, drawing, told = session(Decimal("0.875")), Drawing("s"), {}
    signal = None
    for second in range(0, 3600, 7):
        now = BEGUN + timedelta(seconds=second)
        if second % 5 != 0:
            measure = (Measure.SPO2, Measure.SYSTOLIC, Measure.HEART_RATE_ECG)[second % 3]
            told[measure] = says(measure, 80 + second % 110, now)
            signal = Signal("Monitor 1", now, second % 3)
        drawn = json.loads(drawing.text(protocol, state, told, signal, now, timedelta(0)))
        assert drawn == picture("s", protocol, state, told, signal, now)


def test_a_prompt_comes_on_at_its_moment_however_patient_the_ward(protocol: Protocol, session: Any) -> None:
    state, drawing = session(Decimal("0.875")), Drawing("s")
    patient = timedelta(hours=1)
    drawn = json.loads(drawing.text(protocol, state, {}, None, BEGUN - timedelta(seconds=1), patient))
    first = {due["line"]: due["prompt"] for due in drawn["due"]}
    later = BEGUN + timedelta(hours=2)
    drawn = json.loads(drawing.text(protocol, state, {}, None, later, patient))
    anew = picture("s", protocol, state, {}, None, later)
    assert drawn["due"] == anew["due"] and first != {due["line"]: due["prompt"] for due in drawn["due"]}


def test_a_session_the_rules_stumble_over_is_drawn_as_that(
    protocol: Protocol, session: Any, caplog: pytest.LogCaptureFixture
) -> None:
    state, drawing = session(Decimal("9E+999999")), Drawing("s")
    now = BEGUN + timedelta(minutes=5)
    told = {Measure.SPO2: says(Measure.SPO2, 97, now)}
    for _ in range(3):
        drawn = json.loads(drawing.text(protocol, state, told, None, now, timedelta(0)))
    assert drawn["stance"]["kind"] == "hold" and "bedside monitor" in drawn["next_action"]["text"]
    assert drawn["trouble"] and [v["value"] for v in drawn["values"]] == ["97"]  # its numbers go on
    assert caplog.text.count("cannot be judged") == 1  # said once
    mended = json.loads(drawing.text(protocol, session(Decimal("0.875")), told, None, now, timedelta(0)))
    assert mended["trouble"] == ""
