"""A picture put together from kept pieces says what one drawn anew would say; what cannot be judged is said."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.clinic.plan.shelf import shelf
from ataraxy.core.protocol.types import Disorder, Measure, Protocol, Route
from ataraxy.core.record.envelope import Envelope, Origin, Recorded
from ataraxy.core.session.care import ArtefactMarked
from ataraxy.core.session.decide import decide
from ataraxy.core.session.events import (
    DoseStarted,
    MonitorBound,
    PatientArrived,
    Reading,
    SessionOpened,
    VitalRecorded,
)
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.lasting import Lasting, decide_lasting
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
            if second % 4 == 0:
                told[measure] = replace(told[measure], value=Decimal(f"{80 + second % 9}.0"))
            if second % 11 == 0:
                told[measure] = replace(told[measure], value=None, absent="sentinel")
            signal = Signal(("Monitor 1", 'The "new" one \u00e9', "-")[second % 13 % 3], now, second % 3)
        drawn = json.loads(drawing.text(protocol, state, told, signal, now))
        assert drawn == picture("s", protocol, state, told, signal, now)


def test_a_prompt_comes_on_at_its_very_moment(protocol: Protocol, session: Any) -> None:
    """However often nobody looked before: the first look at or after the moment shows it, the last before does not."""
    state, drawing = session(Decimal("0.875")), Drawing("s")
    first = min(due.prompt_at for due in decide(protocol, state, BEGUN - timedelta(minutes=1)).due)
    for now in (first - timedelta(minutes=1), first - timedelta.resolution, first):
        drawn = json.loads(drawing.text(protocol, state, {}, None, now))
        assert drawn["due"] == picture("s", protocol, state, {}, None, now)["due"]
        assert any(due["prompt"] for due in drawn["due"]) is (now >= first)


def test_a_probe_that_falls_off_is_missed_within_its_quarter_of_a_minute(
    protocol: Protocol, session: Any
) -> None:
    """Between two entries of the record, from what the monitor says alone."""
    begun = BEGUN + timedelta(minutes=1)
    state = charted(
        session(Decimal("0.875")),
        (VitalRecorded(read_off(Measure.SPO2, 97).readings, "d"), Origin.DEVICE, begun),
    )
    drawing, heard = Drawing("s"), begun
    for second in range(60):
        now = begun + timedelta(seconds=second)
        heard = now if second < 30 else heard
        drawn = json.loads(drawing.text(protocol, state, {}, None, now, {Measure.SPO2: heard}))
        assert drawn == picture("s", protocol, state, {}, None, now, {Measure.SPO2: heard})
        lost = [d for d in drawn["due"] if "spo2" in d["measures"] and d["urgent"]]
        assert bool(lost) is (second >= 29 + 15), second


def test_a_session_that_is_not_judged_anew_for_nothing(
    protocol: Protocol, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute of readings that change nothing costs one judgement."""
    made: list[datetime] = []

    def counted(protocol: Protocol, state: SessionState, now: datetime, heard: Any) -> Lasting:
        made.append(now)
        return decide_lasting(protocol, state, now, heard)

    monkeypatch.setattr("ataraxy.live.drawing.decide_lasting", counted)
    begun = BEGUN + timedelta(minutes=1)
    sent = VitalRecorded(read_off(Measure.SPO2, 97).readings, "d")
    pressure = VitalRecorded(
        (*read_off(Measure.SYSTOLIC, 124).readings, *read_off(Measure.DIASTOLIC, 78).readings), "d"
    )
    state = charted(session(Decimal("0.875")), (sent, Origin.DEVICE, begun), (pressure, Origin.DEVICE, begun))
    drawing = Drawing("s")
    for second in range(60):
        now = begun + timedelta(seconds=second)
        drawing.text(
            protocol, state, {Measure.SPO2: says(Measure.SPO2, 97, now)}, None, now, {Measure.SPO2: now}
        )
    assert len(made) <= 2


@pytest.fixture
def judgements(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """For which moments a verdict was made."""
    made: list[datetime] = []

    def counted(protocol: Protocol, state: SessionState, now: datetime, heard: Any) -> Lasting:
        made.append(now)
        return decide_lasting(protocol, state, now, heard)

    monkeypatch.setattr("ataraxy.live.drawing.decide_lasting", counted)
    return made


def watched(session: Any, begun: datetime) -> SessionState:
    """A dose that runs, a monitor that sends saturation, and one cuff pressure in the record."""
    pressure = (*read_off(Measure.SYSTOLIC, 124).readings, *read_off(Measure.DIASTOLIC, 78).readings)
    return charted(
        session(Decimal("0.875")),
        (VitalRecorded(read_off(Measure.SPO2, 97).readings, "d"), Origin.DEVICE, begun),
        (VitalRecorded(pressure, "d"), Origin.DEVICE, begun),
    )


def test_what_is_said_next_is_worked_out_before_its_moment(
    protocol: Protocol, session: Any, judgements: list[datetime]
) -> None:
    """A quarter of an hour, second by second: the same as drawn anew, and judged on the spot only what was charted."""
    begun = BEGUN + timedelta(minutes=1)
    state, drawing, late = watched(session, begun), Drawing("s"), 0
    for second in range(900):
        now = begun + timedelta(seconds=second)
        if second and second % 60 == 0:
            state = charted(
                state, (VitalRecorded(read_off(Measure.SPO2, 97).readings, "d"), Origin.DEVICE, now)
            )
        heard, before = {Measure.SPO2: now}, len(judgements)
        drawn = json.loads(drawing.text(protocol, state, {}, None, now, heard))
        late += len(judgements) - before
        if second % 9 == 0:
            assert drawn == picture("s", protocol, state, {}, None, now, heard)
        drawing.look_ahead(protocol, state, now, heard)
    assert late == 15
    assert len(judgements) > 20


@pytest.mark.parametrize("falls_off", [True, False], ids=["the probe falls off", "a pressure is charted"])
def test_what_was_worked_out_ahead_is_not_said_of_what_came_otherwise(
    protocol: Protocol, session: Any, judgements: list[datetime], falls_off: bool
) -> None:
    begun = BEGUN + timedelta(minutes=1)
    state, drawing = watched(session, begun), Drawing("s")
    now = begun
    while not drawing.look_ahead(protocol, state, now, {Measure.SPO2: now}):
        now += timedelta(seconds=1)
        drawing.text(protocol, state, {}, None, now, {Measure.SPO2: now})
    ends, heard = judgements[-1], {Measure.SPO2: now}
    if not falls_off:
        heard = {Measure.SPO2: ends}
        high = (*read_off(Measure.SYSTOLIC, 182).readings, *read_off(Measure.DIASTOLIC, 96).readings)
        state = charted(state, (VitalRecorded(high, "d"), Origin.DEVICE, now))
    for moment in (ends, ends + timedelta(seconds=30)):
        drawn = json.loads(drawing.text(protocol, state, {}, None, moment, heard))
        assert drawn == picture("s", protocol, state, {}, None, moment, heard)


def test_a_verdict_that_cannot_be_worked_out_ahead_is_no_trouble_yet(
    protocol: Protocol, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = BEGUN + timedelta(minutes=1)
    state, drawing = watched(session, begun), Drawing("s")
    now, heard = begun, {Measure.SPO2: begun}
    before = drawing.text(protocol, state, {}, None, now, heard)

    def stumbles(*_: Any) -> Lasting:
        raise ArithmeticError

    monkeypatch.setattr("ataraxy.live.drawing.decide_lasting", stumbles)
    monkeypatch.setattr("ataraxy.live.drawing.AHEAD", timedelta(hours=1))
    assert drawing.look_ahead(protocol, state, now, heard)
    assert not drawing.trouble
    assert drawing.text(protocol, state, {}, None, now, heard) == before


def test_a_session_the_rules_stumble_over_is_drawn_as_that(
    protocol: Protocol, session: Any, caplog: pytest.LogCaptureFixture
) -> None:
    state, drawing = session(Decimal("9E+999999")), Drawing("s")
    now = BEGUN + timedelta(minutes=5)
    told = {Measure.SPO2: says(Measure.SPO2, 97, now)}
    for _ in range(3):
        drawn = json.loads(drawing.text(protocol, state, told, None, now))
    assert drawn["stance"]["kind"] == "hold" and "bedside monitor" in drawn["next_action"]["text"]
    assert drawn["trouble"] and [v["value"] for v in drawn["values"]] == ["97"]  # its numbers go on
    assert caplog.text.count("cannot be judged") == 1  # said once
    mended = json.loads(drawing.text(protocol, session(Decimal("0.875")), told, None, now))
    assert mended["trouble"] == ""


def charted(state: SessionState, *more: tuple[Any, Origin, datetime]) -> SessionState:
    """The session with these payloads added, of this origin and time."""
    log = list(state.log)
    for payload, origin, at in more:
        n = len(log) + 1
        log.append(Recorded(Envelope(uuid.UUID(int=n), n, at, at, NURSE, origin), payload))
    return fold_session(log)


def read_off(measure: Measure, value: int) -> VitalRecorded:
    return VitalRecorded((Reading(measure, Decimal(value), measure.unit),))


def test_a_measure_of_which_only_an_artefact_is_charted_is_not_drawn(
    protocol: Protocol, session: Any
) -> None:
    now = BEGUN + timedelta(minutes=2)
    state = charted(session(Decimal("0.875")), (read_off(Measure.SPO2, 61), Origin.STAFF, now))
    wrong = ArtefactMarked(state.log[-1].envelope.id, (Measure.SPO2,), "the probe had slipped off")
    state = charted(state, (wrong, Origin.STAFF, now))
    assert state.series[Measure.SPO2] and state.latest(Measure.SPO2) is None
    drawn = json.loads(Drawing("s").text(protocol, state, {}, None, now))
    assert drawn == picture("s", protocol, state, {}, None, now)
    assert "spo2" not in [v["measure"] for v in drawn["values"]]


@pytest.mark.parametrize(
    ("origin", "seconds", "said"),
    [
        (Origin.STAFF, 61, "fresh"),
        (Origin.STAFF, 301, "old"),
        (Origin.STAFF, 1801, "absent"),
        (Origin.DEVICE, 16, "old"),
        (Origin.DEVICE, 61, "absent"),
    ],
)
def test_a_typed_oxygen_saturation_is_as_fresh_on_the_stream_as_on_the_page(
    protocol: Protocol, session: Any, django: None, origin: Origin, seconds: int, said: str
) -> None:
    from ataraxy.clinic.treat.queries.tiles import tiles

    taken = BEGUN + timedelta(minutes=2)
    state = charted(session(Decimal("0.875")), (read_off(Measure.SPO2, 96), origin, taken))
    now = taken + timedelta(seconds=seconds)
    drawn = json.loads(Drawing("s").text(protocol, state, {}, None, now))
    page = {t.measures: t.state for t in tiles(protocol, state, decide(protocol, state, now), now, {})}
    assert drawn == picture("s", protocol, state, {}, None, now)
    assert {v["measure"]: v["freshness"] for v in drawn["values"]}["spo2"] == page["spo2"] == said


def test_one_room_that_cannot_be_drawn_leaves_the_board_to_the_others(
    protocol: Protocol, session: Any, django: None, caplog: pytest.LogCaptureFixture
) -> None:
    from ataraxy.live.rooms import Loaded, Place, View, board

    class Undrawable(View):
        def text(self) -> str:
            raise AssertionError("whatever it is")

    good, bad = View(uuid.UUID(int=21)), Undrawable(uuid.UUID(int=22))
    good.loaded = Loaded(protocol, timedelta(0), session(Decimal("0.875")))
    places = [Place(v.id, uuid.UUID(int=3), n, f"Room {n}") for n, v in enumerate((bad, good))]
    shown = json.loads("{" + board(zip(places, (bad, good), strict=True)) + "}")["rooms"]
    assert [(r["room"], bool(r["trouble"])) for r in shown] == [("Room 0", True), ("Room 1", False)]
    assert shown[0]["stance"]["kind"] == "hold" and "cannot be shown" in caplog.text


def test_an_old_value_that_is_sent_again_is_not_heard_anew(django: None) -> None:
    """Hazard: a gateway repeats the last value with its own old time, and the probe is off."""
    from ataraxy.live.batch import Heard
    from ataraxy.live.rooms import View

    def told(minute: int) -> Told:
        taken = BEGUN + timedelta(minutes=minute)
        return Told(Measure.SPO2, Decimal(97), "%", taken, taken, own_time=True)

    view = View(uuid.UUID(int=21))
    for came, true in ((5, 5), (15, 5), (16, 4)):
        received = BEGUN + timedelta(minutes=came)
        view.hear(Heard(view.id, "bed-1", (told(true),), None, received, None))
    assert view.came == {Measure.SPO2: BEGUN + timedelta(minutes=5)}
